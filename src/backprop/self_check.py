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


def measured_derivatives(function, array):
    """The derivative of every entry of the column ``function(array)`` by every entry of ``array``.

    Returns
    -------
    (D, *array.shape) array
        For a column of D entries. By the complex step, as in `measure_gradient`.

    Examples
    --------
    >>> measured_derivatives(lambda a: 3 * a, np.ones((2, 1)))[:, :, 0]
    array([[3., 0.],
           [0., 3.]])
    """
    rows = range(len(function(array)))
    return np.stack([measure_gradient(lambda a: function(a)[i, 0], array) for i in rows])


def table_of(function, shape, *arguments):
    """``function(*index, *arguments)`` for every index of an array of this shape, as an array.

    Returns
    -------
    array, or None where an entry is missing or is not one number; then it is said which.

    Examples
    --------
    >>> table_of(lambda i, j, factor: factor * (i + j), (2, 2), 10)
    array([[ 0., 10.],
           [10., 20.]])
    >>> table_of(lambda i: np.ones(3), (2,))
    For the index 0, <lambda> must give one number, its result is of shape (3,).
    """
    table = np.zeros(shape)
    for index in np.ndindex(shape):
        entry = attempt(function, *index, *arguments)
        if entry is None:
            return None
        try:
            table[index] = np.reshape(entry, ())
        except (TypeError, ValueError):
            kind = f"of shape {entry.shape}" if hasattr(entry, "shape") else type(entry).__name__
            where = f"For the index {', '.join(map(str, index))}"
            print(f"{where}, {function.__name__} must give one number, its result is {kind}.")
            return None
    return table


def answer_after(predictions, warm_up):
    """Show the answers of a warm-up, as soon as there is a prediction for each question.

    Parameters
    ----------
    predictions : dict
        {question: prediction}; None where nothing is predicted yet.
    warm_up : function
        ``warm_up()`` gives a list with the answer to each question, and a sentence on why.

    Examples
    --------
    >>> answer_after({"one and one": None}, lambda: ([2], "Count."))
    Predict first: 1 of 1 answers is still None.
    >>> answer_after({"one and one": 3}, lambda: ([2], "Count."))
    one and one
        you say 3, it is 2
    Count.
    """
    still_open = sum(prediction is None for prediction in predictions.values())
    if still_open:
        verb = "is" if still_open == 1 else "are"
        print(f"Predict first: {still_open} of {len(predictions)} answers {verb} still None.")
        return
    answers, why = warm_up()
    for (question, yours), answer in zip(predictions.items(), answers):
        print(f"{question}\n    you say {yours}, it is {answer}")
    print(why)
