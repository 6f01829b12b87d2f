"""Forward mode: values that carry their own change along (chapter 12).

>>> a = Dual([[3.0], [5.0]], tangent=[[1.0], [0.0]])
>>> loss = (a * a).sum()
>>> print(loss.value, loss.tangent)
34.0 6.0
"""

import numpy as np

from backprop.validation import as_numbers, validated


def _check_dual(dual, value, tangent):
    value = as_numbers(value, "value")
    tangent = np.zeros(value.shape) if tangent is None else as_numbers(tangent, "tangent")
    if tangent.shape != value.shape:
        raise ValueError(f"tangent must have the value's shape, {value.shape}, got {tangent.shape}.")
    return dual, value, tangent


def _check_two(dual, other):
    if not isinstance(other, Dual):
        raise TypeError(f"both sides must be dual, got {type(other).__name__}: use Dual(value).")
    return dual, other


class Dual:
    """An array of dual numbers, value + Delta tangent, where Delta squared is 0.

    Parameters
    ----------
    value : array of any shape
    tangent : array of the same shape, optional
        How fast each entry changes when the input moves in the chosen direction. Without it the
        value is a constant, and its tangent is zero.

    Raises
    ------
    ValueError
        If the shapes differ or a number is not finite.
    TypeError
        If one side of an operator is not dual.
    """

    __array_ufunc__ = None  # with an array on the left of an operator, NumPy leaves it to us

    @validated(_check_dual)
    def __init__(self, value, tangent=None):
        self.value, self.tangent = value, tangent

    @validated(_check_two)
    def __add__(self, other):
        return Dual(self.value + other.value, self.tangent + other.tangent)

    @validated(_check_two)
    def __sub__(self, other):
        return Dual(self.value - other.value, self.tangent - other.tangent)

    @validated(_check_two)
    def __mul__(self, other):
        a, b = self.value, other.value
        return Dual(a * b, self.tangent * b + a * other.tangent)

    @validated(_check_two)
    def __matmul__(self, other):
        a, b = self.value, other.value
        return Dual(a @ b, self.tangent @ b + a @ other.tangent)

    def relu(self):
        """The ReLU of each entry; at zero its derivative is 0."""
        a, active = self.value, self.value > 0
        return Dual(np.where(active, a, 0.0), np.where(active, self.tangent, 0.0))

    def exp(self):
        """The exponential of each entry."""
        c = np.exp(self.value)
        return Dual(c, c * self.tangent)

    def sum(self):
        """The sum of all entries, one number."""
        return Dual(self.value.sum(), self.tangent.sum())
