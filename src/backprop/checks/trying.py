"""Calling a student's function so that nothing it does can harm the caller."""

import contextlib
import io
import linecache
import random
import sys
import traceback
import warnings
from dataclasses import dataclass, replace

import numpy as np

# What a function says when it raises is shown up to here: a message may hold a whole array.
LONGEST_MESSAGE = 300

# Results with more entries than this are not copied. Every right result is far smaller.
LARGEST_ARRAY = 10_000

# A right answer in float32 is off by 6e-8 for each operation, more where the terms of an entry
# cancel: 5e-5 at the worst of 33,000 networks. A wrong line is off by far more than 1e-4.
TOLERANCE = 1e-4


@dataclass(frozen=True)
class Form:
    """What a function returns, in words.

    Attributes
    ----------
    returns : str
        Such as "two lists of arrays".
    names : tuple of str
        Of the parts of the result; one where it has no parts.
    labels : tuple of str
        For each part, what to call an array in it; "{}" is the layer.
    equations : tuple of str
        For each part, the equation of the line that computes it; empty where there is one line.
    one_entry_will_do : bool
        Whether an array with a single entry counts as that number.
    """

    returns: str
    names: tuple
    labels: tuple
    equations: tuple = ()
    one_entry_will_do: bool = False


@dataclass(frozen=True, eq=False)
class Trial:
    """Arguments to call a function with, and what it should return: arrays, nested in lists."""

    name: str
    arguments: tuple
    expected: object
    form: Form


@dataclass(frozen=True)
class Outcome:
    """What a function did with a trial.

    Attributes
    ----------
    arrays : array, or lists of arrays, nested as in `Trial.expected`
        None in place of a single array that is missing or not made of numbers, and None for the
        whole where the result is nested in another way.
    result : the same, however it is nested
    problem : str
        In words, why there are no arrays.
    error, line : str
        Where it raised: the exception's type, and the last line of the function's own code.
    changed_arguments : bool
    """

    arrays: object = None
    result: object = None
    problem: str = ""
    error: str = ""
    line: str = ""
    changed_arguments: bool = False

    @property
    def told(self):
        """The problem, with the line."""
        return f"{self.problem}, in its line `{self.line}`" if self.line else self.problem


def try_out(function, trial):
    """Call a function on copies of a trial's arguments; whatever it does, return an `Outcome`.

    What it prints is swallowed, what it raises is told in `Outcome.problem`, and the random
    states, NumPy's error settings and the recursion limit are afterwards what they were. Only
    KeyboardInterrupt passes through: it is how an endless loop is ended.
    """
    arguments = _copied(trial.arguments)
    with unharmed():
        outcome = call(function, arguments, trial)
        changed = not _same(arguments, trial.arguments) or _says_that_it_changed_them(function)
        return replace(outcome, changed_arguments=changed)


def _says_that_it_changed_them(function):
    """A function that runs in another process, as when it is graded, has copies to write into."""
    try:
        return getattr(function, "changed_arguments", None) is not None
    except Exception:  # an object may raise anything when it is asked for an attribute
        return False


def run(function, trial):
    """The same for a function of our own, which changes nothing but its arguments: it is faster."""
    return call(function, _copied(trial.arguments), trial)


def call(function, arguments, trial):
    try:
        value = function(*arguments)
        result = _read(value, trial.expected)
        if trial.form.one_entry_will_do and isinstance(result, np.ndarray) and result.size == 1:
            result = result.reshape(())
        problem = _misfit(value, result, trial)
        return Outcome(None if problem else result, result, problem)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # also SystemExit: a student's exit() must not end the notebook
        kind = type(error).__name__
        return Outcome(problem=_told(error), error=kind, line=_line(function, error))


def _copied(value):
    if isinstance(value, np.ndarray):
        return value.copy()
    return type(value)(map(_copied, value)) if isinstance(value, (list, tuple)) else value


@contextlib.contextmanager
def unharmed():
    """What the code inside does to prints, warnings and settings is not seen outside."""
    numpy_state, python_state = np.random.get_state(), random.getstate()
    recursion_limit = sys.getrecursionlimit()
    swallowed = io.StringIO()
    try:
        with (
            contextlib.redirect_stdout(swallowed),
            contextlib.redirect_stderr(swallowed),
            warnings.catch_warnings(),
            np.errstate(all="ignore"),
        ):
            warnings.simplefilter("ignore")
            yield
    finally:
        np.random.set_state(numpy_state)
        random.setstate(python_state)
        sys.setrecursionlimit(recursion_limit)


def _read(value, expected):
    """The value as lists of arrays; each array plain, in float64, and a copy."""
    if isinstance(expected, np.ndarray):
        return _as_array(value)
    entries = _entries(value)
    if entries is None:
        return None
    return [_read(entry, expected[min(i, len(expected) - 1)]) for i, entry in enumerate(entries)]


def _entries(value):
    """The entries of a list, of a tuple, or of a dict with the keys 0, 1, 2, ...; else None."""
    if isinstance(value, dict) and value.keys() == set(range(len(value))):
        return [value[key] for key in range(len(value))]
    return list(value) if isinstance(value, (list, tuple)) else None


def _as_array(value):
    if _nesting(value) > 3:  # NumPy never finishes with a list that holds itself
        return None
    try:
        array = np.asarray(value)
        if value is None or array.dtype.kind not in "biufO":
            return None
        if array.size > LARGEST_ARRAY:
            return np.broadcast_to(np.nan, array.shape)  # its shape is all that will be needed
        return array.astype(np.float64)
    except Exception:  # an object may raise anything when it is asked for its number
        return None


def _nesting(value):
    """How deep the first entries of lists are nested, counted up to 4."""
    depth = 0
    while isinstance(value, (list, tuple)) and value and depth < 4:
        value = value[0]
        depth += 1
    return depth


def _misfit(value, result, trial):
    """In words, how a result is not nested as it should be; empty where it is."""
    if value is None:
        return "it returned None"
    expected, form = trial.expected, trial.form
    wanted = f"it must return {form.returns}"
    if isinstance(expected, np.ndarray):
        kind = type(value).__name__
        return "" if result is not None else f"{wanted}, it returned something of type {kind}"
    if result is None:
        return f"{wanted}, it returned something of type {type(value).__name__}"
    if len(result) != len(expected):
        return f"{wanted}, it returned {len(result)}"
    for name, part, expected_part in zip(form.names, result, expected):
        if isinstance(expected_part, np.ndarray):
            continue
        if part is None:
            return f"{wanted}, but {name} is no list"
        if len(part) != len(expected_part):
            count = len(expected_part)
            return f"{name} must be a list of {count} arrays, one a layer, it has {len(part)}"
    return ""


def _same(one, other):
    if isinstance(other, np.ndarray):
        return isinstance(one, np.ndarray) and np.array_equal(one, other)
    if isinstance(other, (list, tuple)):
        return len(one) == len(other) and all(map(_same, one, other))
    return one is other or one == other


def _told(error):
    try:
        message = str(error)
    except Exception:
        message = "(its message cannot be shown)"
    if len(message) > LONGEST_MESSAGE:
        message = message[:LONGEST_MESSAGE] + " ..."
    return f"it raised {type(error).__name__}" + (f": {message}" if message else "")


def _line(function, error):
    """The last line of the student's own code that ran; empty where it is not known."""
    code = getattr(function, "__code__", None)
    frames = list(traceback.walk_tb(error.__traceback__))
    for frame, number in reversed(frames):
        if code is not None and frame.f_code.co_filename == code.co_filename:
            return linecache.getline(code.co_filename, number, frame.f_globals).strip()
    return ""


def agree(found, expected):
    """Whether two arrays are equal up to rounding, on the scale of the expected one's entries."""
    if found is None or expected is None or found.shape != expected.shape:
        return False
    # Written so that NaN, which compares false with everything, does not agree.
    return bool(np.all(np.abs(found - expected) <= TOLERANCE * scale_of(expected)))


def scale_of(expected):
    """The size on which an array's errors are measured; not zero for an array of zeros."""
    return max(np.abs(expected).max(initial=0.0), 1e-3)


def leaves(structure, path=()):
    """The arrays of nested lists, each with the tuple of its indices."""
    if isinstance(structure, (list, tuple)):
        for index, entry in enumerate(structure):
            yield from leaves(entry, (*path, index))
    else:
        yield path, structure


def is_right(trial, outcome):
    """Whether every array is there and agrees with the expected one."""
    return outcome.arrays is not None and all(
        agree(found, expected)
        for (_, found), (_, expected) in zip(leaves(outcome.arrays), leaves(trial.expected))
    )
