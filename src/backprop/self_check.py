"""What the exercises' checks are made of: call, measure, compare, and say it kindly.

Each exercise carries these functions in a given cell, so that it can be finished with
NumPy alone.
"""

import copy
import traceback

import numpy as np


def attempt(function, *arguments):
    """Call a student's function on copies of the arguments; on an error, print it.

    Returns
    -------
    What the function returned, or None if it raised. What is printed names the error and the
    last line of the student's own code that ran.

    Examples
    --------
    >>> attempt(lambda x: x + 1, 1)
    2
    >>> attempt(np.linalg.inv, np.zeros((2, 2)))
    inv raised LinAlgError: Singular matrix
    """
    try:
        return function(*copy.deepcopy(arguments))
    except Exception as error:
        print(f"{function.__name__} raised {type(error).__name__}: {error}")
        code = getattr(function, "__code__", None)
        for frame in reversed(traceback.extract_tb(error.__traceback__)):
            if code is not None and frame.filename == code.co_filename and frame.line:
                print(f"    in its line: {frame.line}")
                break
        return None


def measure_gradient(loss, array):
    """Gradient of ``loss(array)``, a number, by nudging one entry at a time.

    The nudge is along the imaginary axis (the complex step of chapter 08), so that the result is
    exact to rounding. ``loss`` must compute with complex numbers.

    Examples
    --------
    >>> measure_gradient(lambda a: (a**3).sum(), np.array([[1.0], [2.0]])).ravel()
    array([ 3., 12.])
    """
    gradient = np.zeros(array.shape)
    for index in np.ndindex(array.shape):
        nudged = array.astype(complex)
        nudged[index] += 1e-30j
        gradient[index] = loss(nudged).imag / 1e-30
    return gradient


def compare(what, yours, expected, tolerance=1e-8):
    """Print whether ``yours`` agrees with ``expected``.

    Where it does not, what is printed tells the two shapes, or how many entries are off and
    where the first one is: never the expected numbers.

    Examples
    --------
    >>> compare("the loss", 3.0, 3.0)
    the loss: right
    >>> compare("the biases of layer 3", np.zeros(6), np.zeros((6, 1)))
    the biases of layer 3: NOT YET. Your result has shape (6,), it must have shape (6, 1).
    """
    problem = None
    expected = np.asarray(expected, dtype=float)
    try:
        found = np.asarray(yours, dtype=float)
    except (TypeError, ValueError):
        found = None
    if yours is None:
        problem = "There is no result yet."
    elif found is None:
        problem = f"Your result must be numbers, it is a {type(yours).__name__}."
    elif found.shape != expected.shape:
        problem = f"Your result has shape {found.shape}, it must have shape {expected.shape}."
    else:
        scale = max(1.0, np.abs(expected).max(initial=0.0))
        # Written so that NaN, which compares false with everything, counts as off.
        off = ~(np.abs(found - expected) <= tolerance * scale)
        if off.any():
            first = tuple(int(i) for i in np.argwhere(off)[0])
            problem = f"{off.sum()} of {off.size} entries are off, the first at index {first}."
    print(f"{what}: right" if problem is None else f"{what}: NOT YET. {problem}")


def parts(result, count, what):
    """``result`` as a list of ``count`` parts; a part that is not there is None.

    Examples
    --------
    >>> parts((1, 2), 2, "the result")
    [1, 2]
    >>> parts(np.zeros(3), 2, "the result")
    the result must be a list or a tuple of 2, it is of type ndarray.
    [None, None]
    """
    found = list(result) if isinstance(result, (list, tuple)) else []
    if result is not None and len(found) != count:
        size = f" of {len(found)}" if isinstance(result, (list, tuple)) else ""
        kind = type(result).__name__
        print(f"{what} must be a list or a tuple of {count}, it is of type {kind}{size}.")
    return (found + [None] * count)[:count]


def show(what, array):
    """Print an array rounded to three decimals, -0 as 0.

    Examples
    --------
    >>> show("dl/df", np.array([[-36.18679], [-0.0001]]))
    dl/df
    [[-36.187]
     [  0.   ]]
    """
    print(what)
    if array is None:
        print("There is no result yet.")
    else:
        print(np.round(np.asarray(array, dtype=float), 3) + 0.0)
