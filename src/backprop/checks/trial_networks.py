"""The networks on which a student's backward pass is tried."""

import functools
from dataclasses import dataclass

import numpy as np

from backprop.backward_pass import backward_pass
from backprop.checks.trying import Form, Trial
from backprop.forward_pass import compute_network_output, relu
from backprop.network import initialize_parameters

FORM = Form(
    "two lists of arrays",
    ("all_dl_dweights", "all_dl_dbiases"),
    ("weights gradient of layer {}", "biases gradient of layer {}"),
)


@dataclass(frozen=True, eq=False)
class NetworkTrial(Trial):
    """A network with everything that a backward pass is given, and what it should return."""

    @property
    def depth(self):
        return len(self.arguments[0]) - 1

    @property
    def examples(self):
        return self.arguments[4].shape[1]

    @property
    def widths(self):
        weights = self.arguments[0]
        return [weights[0].shape[1], *(w.shape[0] for w in weights)]


@functools.lru_cache(maxsize=16)
def trials(seed=7):
    """The networks, each chosen to tell something apart that the others do not.

    All of them have small layers, so that trying them takes no time, and gradients between 0.1
    and 100, so that a rounded result is seen. ``seed`` draws other networks of the same kinds; the
    reference network is always the same.
    """
    rng = np.random.default_rng(seed)
    reference = *initialize_parameters(), np.array([[1.2]]), np.array([[20.0]])
    return (
        _trial("equal widths", *_mixed(rng, [4, 4, 4, 4, 4])),
        _trial("different widths", *_mixed(rng, [2, 5, 3, 4, 3])),
        _trial("all units active", *_all_active(rng)),
        _trial("identity matrices", *_mixed(rng, [6, 6, 6, 6], identity=True)),
        _trial("reference network", *reference),
        _trial("five hidden layers", *_mixed(rng, [3, 3, 3, 3, 3, 3, 3])),
        _trial("one input, one output", *_mixed(rng, [1, 4, 4, 1])),
        _trial("no hidden layer", *_mixed(rng, [2, 3])),
        _trial("pre-activations of zero", *_mixed(rng, [4, 4, 4, 4], zeros=True)),
        _trial("a batch, different widths", *_mixed(rng, [3, 4, 5, 2], examples=4)),
        _trial("a batch, equal widths", *_mixed(rng, [3, 3, 3, 3], examples=5)),
    )


def _trial(name, all_weights, all_biases, net_input, y):
    _, all_f, all_h = compute_network_output(net_input, all_weights, all_biases)
    arguments = (all_weights, all_biases, all_f, all_h, y)
    return NetworkTrial(name, arguments, backward_pass(*arguments), FORM)


def _mixed(rng, widths, examples=1, identity=False, zeros=False):
    """A network in which every hidden layer has active units and others, for each example."""
    all_weights = [
        np.eye(after) if identity else _signed(rng, (after, before), 0.4, 1.4)
        for before, after in zip(widths, widths[1:])
    ]
    net_input = _signed(rng, (widths[0], examples), 0.5, 1.5)
    all_biases, h = [], net_input
    for layer, weights in enumerate(all_weights):
        wanted = _wanted_preactivations(rng, len(weights), zeros and layer < len(all_weights) - 1)
        # The bias puts the first example where it is wanted; the others fall where they fall.
        all_biases.append(wanted - (weights @ h)[:, :1])
        h = relu(all_biases[-1] + weights @ h)
    net_output, _, _ = compute_network_output(net_input, all_weights, all_biases)
    return all_weights, all_biases, net_input, net_output - _signed(rng, net_output.shape, 0.5, 2)


def _signed(rng, shape, smallest, largest):
    """Numbers of both signs and of a size between these two."""
    return rng.choice([-1, 1], shape) * rng.uniform(smallest, largest, shape)


def _wanted_preactivations(rng, units, zeros):
    sizes = rng.uniform(0.6, 2.5, units)
    signs = np.where(np.arange(units) < (units + 1) // 2, 1.0, -1.0)
    if zeros:
        signs[-1] = 0.0
    return rng.permutation(sizes * signs)[:, None]


def _all_active(rng, width=4, hidden_layers=3):
    """All pre-activations are one, so that no mask does anything."""
    all_weights = [_signed(rng, (width, width), 0.4, 1.4) for _ in range(hidden_layers + 1)]
    h = np.ones((width, 1))
    all_biases = [h - weights @ h for weights in all_weights]
    return all_weights, all_biases, h, h - _signed(rng, (width, 1), 0.5, 2)
