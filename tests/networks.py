"""Networks to test on, drawn by hypothesis, and two independent ways to their gradients."""

from typing import NamedTuple

import autograd
import autograd.numpy as anp
import numpy as np
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from backprop import backward_pass, compute_network_output, initialize_parameters


class Network(NamedTuple):
    """The arguments of the gradient functions, in their order."""

    net_input: np.ndarray
    all_weights: list
    all_biases: list
    y: np.ndarray


def reference_network():
    """The course's network: five hidden layers of six units, input 1.2, target 20."""
    return Network(np.array([[1.2]]), *initialize_parameters(), np.array([[20.0]]))


def gradients(network):
    """(all_dl_dweights, all_dl_dbiases) by the forward and the backward pass."""
    net_input, all_weights, all_biases, y = network
    _, all_f, all_h = compute_network_output(net_input, all_weights, all_biases)
    return backward_pass(all_weights, all_biases, all_f, all_h, y)


def every_array(all_weights, all_biases):
    """The weights' arrays, then the biases': for comparing gradients one by one."""
    return [*all_weights, *all_biases]


def _widths(most_hidden_layers, largest_layer):
    """D_i, then the hidden widths, of which there may be none, then D_o."""
    return st.lists(st.integers(1, largest_layer), min_size=2, max_size=2 + most_hidden_layers)


@st.composite
def normal_networks(draw, most_hidden_layers=6, largest_layer=8):
    """Parameters, inputs and targets from a normal distribution; no layer need be like another."""
    inputs, *hidden, outputs = draw(_widths(most_hidden_layers, largest_layer))
    examples = draw(st.integers(1, 5))
    seed = draw(st.integers(0, 2**32 - 1))
    parameters = initialize_parameters(len(hidden), hidden, inputs, outputs, seed)
    draws = np.random.default_rng(seed)
    return Network(
        draws.normal(size=(inputs, examples)), *parameters, draws.normal(size=(outputs, examples))
    )


@st.composite
def half_integer_networks(draw):
    """Every number is -1, -1/2, 0, 1/2 or 1, and no layer is wider than four.

    Such a network is full of pre-activations of exactly zero, and no operation on it rounds: its
    gradients have at most 15 binary places and are below 2**32, so 53 bits hold them.
    """
    halves = st.sampled_from([0.0, 0.5, -0.5, 1.0, -1.0])
    widths = draw(_widths(most_hidden_layers=6, largest_layer=4))
    examples = draw(st.integers(1, 3))
    layers = list(zip(widths[1:], widths))
    return Network(
        draw(arrays(np.float64, (widths[0], examples), elements=halves)),
        [draw(arrays(np.float64, shape, elements=halves)) for shape in layers],
        [draw(arrays(np.float64, (units, 1), elements=halves)) for units, _ in layers],
        draw(arrays(np.float64, (widths[-1], examples), elements=halves)),
    )


def autograd_gradients(network):
    """Gradients by HIPS autograd, a reverse mode that knows nothing of this project."""

    def loss(parameters):
        all_weights, all_biases = parameters
        f = all_biases[0] + anp.dot(all_weights[0], network.net_input)
        for weights, bias in zip(all_weights[1:], all_biases[1:]):
            f = bias + anp.dot(weights, anp.where(f > 0, f, 0.0))
        return anp.sum((f - network.y) ** 2)

    return autograd.grad(loss)((network.all_weights, network.all_biases))


def sizes_of_terms(network):
    """For every gradient entry, the sum of the absolute values of the terms that make it up.

    An entry of a gradient is a sum over the paths through the network. Its terms may cancel, to
    any small number, while their rounding errors stay. So what floating-point arithmetic can
    promise is an error relative to this sum, and not to the entry.
    """
    all_active, all_h, residual = _absolute_forward_pass(network)
    dl_df = 2 * residual
    all_dl_dweights, all_dl_dbiases = [], []
    for weights, h, active in reversed(list(zip(network.all_weights, all_h, [None, *all_active]))):
        all_dl_dbiases.insert(0, dl_df.sum(axis=1, keepdims=True))
        all_dl_dweights.insert(0, dl_df @ h.T)
        if active is not None:
            dl_df = active * (np.abs(weights).T @ dl_df)
    return all_dl_dweights, all_dl_dbiases


def sizes_of_residual_terms(network):
    """For every output of every example, the sum of the absolute terms of output minus target."""
    return _absolute_forward_pass(network)[-1]


def _absolute_forward_pass(network):
    net_input, all_weights, all_biases, y = network
    _, all_f, _ = compute_network_output(net_input, all_weights, all_biases)
    all_active = [f > 0 for f in all_f[:-1]]
    all_h = [np.abs(net_input)]
    for weights, bias, active in zip(all_weights, all_biases, all_active):
        all_h.append(active * (np.abs(bias) + np.abs(weights) @ all_h[-1]))
    output = np.abs(all_biases[-1]) + np.abs(all_weights[-1]) @ all_h[-1]
    return all_active, all_h, output + np.abs(y)
