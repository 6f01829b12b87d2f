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
    ("7.22", "7.21"),
)


# Pre-activations for networks in which many units have the same one; no line is near to any edge.
SIZES = (0.8, 1.7)


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
    def all_active(self):
        """Whether there are hidden layers and all their units are active."""
        return self.depth > 0 and all((f > 0).all() for f in self.arguments[2][:-1])

    @property
    def widths(self):
        weights = self.arguments[0]
        return [weights[0].shape[1], *(w.shape[0] for w in weights)]


@functools.lru_cache(maxsize=16)
def trials(seed=7):
    """The networks, each chosen to tell something apart that the others do not.

    All of them have small layers, so that trying them takes no time, and numbers that are neither
    tiny nor huge, so that a rounded result is seen. ``seed`` draws other networks of the same
    kinds; the reference network is always the same.
    """
    rng = np.random.default_rng(seed)
    reference = *initialize_parameters(), np.array([[1.2]]), np.array([[20.0]])
    one, two = _twins(rng)
    return (
        _trial("equal widths", *_mixed(rng, [4, 4, 4, 4, 4])),
        _trial("different widths", *_mixed(rng, [2, 5, 3, 4, 3])),
        _trial("all units active", *one),
        _trial("all units active, other pre-activations", *two),
        _trial("pre-activations of one size", *_mixed(rng, [3, 6, 5, 6, 3], sizes=SIZES[:1])),
        _trial("reference network", *reference),
        _trial("five hidden layers", *_mixed(rng, [3, 3, 3, 3, 3, 3, 3])),
        _trial("one input, one output", *_mixed(rng, [1, 4, 4, 1])),
        _trial("no hidden layer", *_mixed(rng, [2, 3])),
        _trial("pre-activations of zero", *_mixed(rng, [4, 4, 4, 4], zeros=True)),
        _trial("a batch, different widths", *_mixed(rng, [4, 5, 6, 4, 5], 3)),
        _trial("a batch, equal widths", *_mixed(rng, [5, 5, 5, 5, 5], 3)),
        _trial("a batch, all units active", *_active_batch(rng)),
    )


def _trial(name, all_weights, all_biases, net_input, y):
    _, all_f, all_h = compute_network_output(net_input, all_weights, all_biases)
    arguments = (all_weights, all_biases, all_f, all_h, y)
    return NetworkTrial(name, arguments, backward_pass(*arguments), FORM)


def _mixed(rng, widths, examples=1, sizes=None, zeros=False):
    """A network in which every hidden layer has active units and others, for each example.

    In a batch no two examples have the same active units in any layer. ``sizes`` are the only
    pre-activations, but for their signs. With ``zeros`` one unit of each hidden layer has a
    pre-activation of exactly zero, in whichever order its terms are added up.
    """
    def preactivations(units, hidden):
        size = rng.choice(sizes, (units, examples)) if sizes else rng.uniform(
            0.2, 2.5, (units, examples)
        )
        signs = _signs(rng, units, examples)
        signs[rng.integers(units)] *= not (zeros and hidden)
        return size * signs

    return _network(rng, widths, examples, preactivations, step=1 / 16 if zeros else None)


def _active_batch(rng):
    """A batch in which all units are active, with two different pre-activations only."""
    return _network(
        rng, [3, 5, 4, 4, 3], 2, lambda units, hidden: rng.choice(SIZES, (units, 2))
    )


def _network(rng, widths, examples, preactivations, step=None):
    """A network with the pre-activations ``preactivations(units, hidden)``, drawn layer by layer.

    The activations of the examples are linearly independent: so the weight gradient shows what
    flowed back for each of them. All numbers are multiples of ``step``, if it is given.
    """
    def rounded(array):
        return np.round(array / step) * step if step else array

    net_input = h = _independent(lambda: rounded(_signed(rng, (widths[0], examples), 0.5, 1.5)))
    all_weights, all_biases = [], []
    for layer, (before, after) in enumerate(zip(widths, widths[1:]), start=1):
        hidden = layer < len(widths) - 1
        f = _independent(lambda: rounded(preactivations(after, hidden)), relu if hidden else None)
        weights = rounded(_signed(rng, (after, before), 0.4, 1.4))
        # The biases give one column what it lacks; with several, the weights give the rest.
        lacking = f - weights @ h
        all_biases.append(lacking.mean(axis=1, keepdims=True))
        all_weights.append(weights + (lacking - all_biases[-1]) @ np.linalg.pinv(h))
        h = relu(f)
    return all_weights, all_biases, net_input, f - rounded(_signed(rng, f.shape, 0.5, 2))


def _independent(draw, function=None):
    """A matrix, drawn until the columns, of a function of it, are far from linearly dependent."""
    while True:
        matrix = draw()
        columns = function(matrix) if function else matrix
        if matrix.shape[1] == 1 or len(matrix) < matrix.shape[1] or np.linalg.cond(columns) < 6:
            return matrix


def _signed(rng, shape, smallest, largest):
    """Numbers of both signs and of a size between these two."""
    return rng.choice([-1, 1], shape) * rng.uniform(smallest, largest, shape)


def _signs(rng, units, examples):
    """Both signs in each column of a layer with several units, and no two columns alike."""
    column = np.where(np.arange(units) < (units + 1) // 2, 1.0, -1.0)
    while True:
        signs = np.stack([rng.permutation(column) for _ in range(examples)], axis=1)
        if len(set(map(tuple, signs.T))) == examples:
            return signs


def _twins(rng, width=4, hidden_layers=3):
    """Two networks that differ only in the pre-activation that all hidden units of each have.

    No mask does anything in them. They have the same weights and errors, so the same flows back,
    unless a line on the way depends on the pre-activations.
    """
    all_weights = [_signed(rng, (width, width), 0.4, 1.4) for _ in range(hidden_layers + 1)]
    net_output, error = (_signed(rng, (width, 1), 0.5, 2) for _ in range(2))
    return [
        (
            all_weights,
            [
                (net_output if layer == hidden_layers else h) - weights @ h
                for layer, weights in enumerate(all_weights)
            ],
            h,
            net_output - error,
        )
        for h in (np.full((width, 1), size) for size in SIZES)
    ]
