"""The networks on which a student's backward pass is tried, and the trying itself."""

import contextlib
import copy
import functools
import io
import traceback
import warnings
from dataclasses import dataclass

import numpy as np

from backprop.backward_pass import backward_pass
from backprop.forward_pass import compute_network_output, relu
from backprop.network import initialize_parameters


@dataclass(frozen=True, eq=False)
class Trial:
    """A network with everything that a backward pass is given, and what it should return."""

    name: str
    arguments: tuple
    expected: tuple

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


@dataclass(frozen=True)
class Outcome:
    """What a backward pass did with a trial.

    Attributes
    ----------
    gradients : (list, list) or None
        Weight gradients and bias gradients, one entry a layer, an array or None where the entry
        is not made of numbers. None where the result is not two lists of that length.
    lists : (list, list) or None
        The same, of whatever length they were.
    problem : str
        In words, why there are no gradients.
    raised : bool
    changed_arguments : bool
    """

    gradients: tuple = None
    lists: tuple = None
    problem: str = ""
    raised: bool = False
    changed_arguments: bool = False


@functools.lru_cache(maxsize=None)
def trials(seed=7):
    """The networks, each chosen to tell something apart that the others do not.

    All of them have small layers, so that trying them takes no time, and gradients between 0.1
    and 100, so that a rounded result is seen. `seed` draws other networks of the same kinds.
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
        _trial("no hidden layer", *_mixed(rng, [3, 2])),
        _trial("pre-activations of zero", *_mixed(rng, [4, 4, 4, 4], zeros=True)),
        _trial("a batch, different widths", *_mixed(rng, [3, 4, 5, 2], examples=4)),
        _trial("a batch, equal widths", *_mixed(rng, [3, 3, 3, 3], examples=5)),
    )


def _trial(name, all_weights, all_biases, net_input, y):
    _, all_f, all_h = compute_network_output(net_input, all_weights, all_biases)
    arguments = (all_weights, all_biases, all_f, all_h, y)
    return Trial(name, arguments, backward_pass(*arguments))


def _mixed(rng, widths, examples=1, identity=False, zeros=False):
    """A network in which every hidden layer has active units and others, for each example."""
    all_weights = [
        np.eye(after) if identity else rng.choice([-1, 1], (after, before))
        * rng.uniform(0.4, 1.4, (after, before))
        for before, after in zip(widths, widths[1:])
    ]
    net_input = rng.choice([-1, 1], (widths[0], examples)) * rng.uniform(0.5, 1.5, (widths[0], examples))
    all_biases, h = [], net_input
    for layer, weights in enumerate(all_weights):
        wanted = _wanted_preactivations(rng, len(weights), zeros and layer < len(all_weights) - 1)
        # The bias puts the first example where it is wanted; the others fall where they fall.
        all_biases.append(wanted - (weights @ h)[:, :1])
        h = relu(all_biases[-1] + weights @ h)
    net_output, _, _ = compute_network_output(net_input, all_weights, all_biases)
    y = net_output - rng.choice([-1, 1], net_output.shape) * rng.uniform(0.5, 2, net_output.shape)
    return all_weights, all_biases, net_input, y


def _wanted_preactivations(rng, units, zeros):
    sizes = rng.uniform(0.6, 2.5, units)
    signs = np.where(np.arange(units) < (units + 1) // 2, 1.0, -1.0)
    if zeros:
        signs[-1] = 0.0
    return rng.permutation(sizes * signs)[:, None]


def _all_active(rng, width=4, hidden_layers=3):
    """Positive weights, pre-activations of one, positive gradients: a network without masks."""
    all_weights = [rng.uniform(0.2, 1.2, (width, width)) for _ in range(hidden_layers + 1)]
    h = np.ones((width, 1))
    all_biases = [h - weights @ h for weights in all_weights]
    return all_weights, all_biases, h, h - rng.uniform(0.5, 1.5, (width, 1))


def try_out(function, trial):
    """Call a backward pass on copies of a trial's arguments; whatever it does, return an Outcome.

    What it prints is swallowed, what it raises is told in `Outcome.problem`, and NumPy's random
    state and error settings are afterwards what they were.
    """
    arguments = copy.deepcopy(trial.arguments)
    state = np.random.get_state()
    try:
        with (
            contextlib.redirect_stdout(io.StringIO()),
            warnings.catch_warnings(),
            np.errstate(all="ignore"),
        ):
            warnings.simplefilter("ignore")
            result = function(*arguments)
            changed = not _same(arguments, trial.arguments)
            return _outcome(result, trial, changed)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # also SystemExit: a student's exit() must not end the notebook
        return Outcome(problem=_told(function, error), raised=True)
    finally:
        np.random.set_state(state)


def _outcome(result, trial, changed):
    if result is None:
        return Outcome(problem="it returned None", changed_arguments=changed)
    if not (_is_list(result) and len(result) == 2 and all(map(_is_list, result))):
        kind = type(result).__name__
        problem = f"it must return two lists of arrays, it returned something of type {kind}"
        return Outcome(problem=problem, changed_arguments=changed)
    lists = tuple([_as_array(entry) for entry in entries] for entries in result)
    for name, entries in zip(("all_dl_dweights", "all_dl_dbiases"), lists):
        if len(entries) != trial.depth + 1:
            problem = (
                f"{name} must be a list of {trial.depth + 1} arrays, one a layer, "
                f"it has {len(entries)}"
            )
            return Outcome(lists=lists, problem=problem, changed_arguments=changed)
    return Outcome(lists, lists, changed_arguments=changed)


def _is_list(value):
    return isinstance(value, (list, tuple))


def _as_array(value):
    """A plain float64 array of the value, or None if it is not made of numbers."""
    try:
        return None if value is None else np.array(value, dtype=np.float64)
    except (TypeError, ValueError):
        return None


def _same(one, other):
    if isinstance(other, np.ndarray):
        return isinstance(one, np.ndarray) and np.array_equal(one, other)
    return len(one) == len(other) and all(map(_same, one, other))


def _told(function, error):
    """What an exception says, with the last line of the student's own code that ran."""
    text = f"it raised {type(error).__name__}: {error}"
    code = getattr(function, "__code__", None)
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if code is not None and frame.filename == code.co_filename and frame.line:
            return f"{text}, in its line `{frame.line}`"
    return text
