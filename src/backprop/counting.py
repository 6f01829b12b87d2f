"""Counting the multiplications and the additions of NumPy code while it runs (chapter 10).

The code that is counted is the code that runs elsewhere: only its arrays are of another kind.
"""

import numpy as np

MULTIPLYING = (np.multiply, np.divide, np.square)
ADDING = (np.add, np.subtract)
COMPARING = (np.greater, np.greater_equal, np.less, np.less_equal, np.maximum, np.minimum)
NO_ARITHMETIC = (np.negative, np.absolute, np.isfinite, np.logical_and, np.logical_or)
MOVING = (
    np.where, np.vstack, np.hstack, np.concatenate, np.repeat, np.transpose, np.reshape, np.copy,
    np.zeros_like, np.ones_like, np.empty_like, np.shape, np.ndim, np.size, np.result_type,
)


class CountedArray(np.ndarray):
    """An array that counts the operations in which it takes part, and so do their results.

    What it does not know how to count raises TypeError, so that no operation is overlooked.
    `count_operations` makes a class of it with a tally, ``counts``, of its own.
    """

    def __array_ufunc__(self, ufunc, method, *inputs, out=None, **options):
        inputs = _plain(inputs)
        if out is not None:
            options["out"] = _plain(out)
        result = np.asarray(getattr(ufunc, method)(*inputs, **options))
        self._count(ufunc, method, inputs, result)
        return result.view(type(self)) if out is None else out[0]

    def __array_function__(self, function, types, arguments, options):
        if function is np.sum:
            return arguments[0].sum(*arguments[1:], **options)  # which counts
        if function not in MOVING:
            raise TypeError(f"np.{function.__name__} is not counted; use @, * and + in its place.")
        result = function(*_plain(arguments), **options)
        return result.view(type(self)) if isinstance(result, np.ndarray) else result

    def dot(self, other):
        return self @ other

    def _count(self, ufunc, method, inputs, result):
        products = sums = comparisons = 0
        each = result.size
        if method == "reduce":  # n numbers are brought to one in n - 1 steps
            each = inputs[0].size - result.size
        elif method != "__call__":
            raise TypeError(f"np.{ufunc.__name__}.{method} is not counted.")
        if ufunc is np.matmul:
            terms = inputs[0].shape[-1]
            products, sums = terms * result.size, (terms - 1) * result.size
        elif ufunc in MULTIPLYING or (ufunc is np.power and np.all(inputs[1] == 2)):
            products = each
        elif ufunc in ADDING:
            sums = each
        elif ufunc in COMPARING:
            comparisons = each
        elif ufunc not in NO_ARITHMETIC:
            raise TypeError(f"np.{ufunc.__name__} is not counted.")
        if result.dtype.kind == "c":  # (a + ib)(c + id) = ac - bd + i(ad + bc)
            products, sums = 4 * products, 2 * products + 2 * sums
        self.counts["multiplications"] += products
        self.counts["additions"] += sums
        self.counts["comparisons"] += comparisons


def _plain(value):
    """The value with ordinary arrays in the place of counted ones."""
    if isinstance(value, CountedArray):
        return value.view(np.ndarray)
    return type(value)(map(_plain, value)) if type(value) in (list, tuple) else value


def count_operations(function, *arguments):
    """How many operations on numbers a function does, counted while it runs.

    Parameters
    ----------
    function : callable
        It computes with ``@``, ``*``, ``/``, ``+``, ``-``, ``**2``, comparisons and sums.
    arguments : arrays, or lists of arrays; others are passed on as they are

    Returns
    -------
    dict
        "multiplications" (and divisions), "additions" (and subtractions) and "comparisons". A sum
        of n terms has n - 1 additions. A complex product is four real ones and two additions.

    Raises
    ------
    TypeError
        If the function does something that is not counted.

    Examples
    --------
    >>> count_operations(lambda a, b: a @ b, np.ones((2, 3)), np.ones((3, 5)))
    {'multiplications': 30, 'additions': 20, 'comparisons': 0}
    """
    counts = {"multiplications": 0, "additions": 0, "comparisons": 0}
    kind = type("Counted", (CountedArray,), {"counts": counts})

    def counted(value):
        if isinstance(value, (list, tuple)):
            return type(value)(map(counted, value))
        return value.view(kind) if isinstance(value, np.ndarray) else value

    function(*map(counted, arguments))
    return counts
