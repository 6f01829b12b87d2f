"""Reverse mode: a tape of what was computed, which is read backward (chapter 12).

Put arrays on a tape, compute with them as with arrays, and sweep back:

>>> tape = []
>>> a = Variable(tape, [[3.0], [5.0]])
>>> loss = (a * a).sum()
>>> gradients = backward_sweep(loss)
>>> gradients[a.place]
array([[ 6.],
       [10.]])
"""

import numpy as np

from backprop.validation import as_numbers, validated


def _check_variable(variable, tape, value, operation, parents, vjp):
    # A copy that nothing can change: the way back needs the value as it was used.
    value = as_numbers(value, "value", allow_complex=True).copy()
    value.setflags(write=False)
    return variable, tape, value, operation, parents, vjp


def _check_two(variable, other):
    if not isinstance(other, Variable):
        raise TypeError(
            f"both sides must be on a tape, got {type(other).__name__}: use Variable(tape, value)."
        )
    if other.tape is not variable.tape:
        raise ValueError("the two variables are on different tapes.")
    return variable, other


def _check_matrices(variable, other):
    variable, other = _check_two(variable, other)
    left, right = variable.value.shape, other.value.shape
    if not (len(left) == len(right) == 2 and left[1] == right[0]):
        raise ValueError(f"@ takes matrices of shapes (m, n) and (n, p), got {left} and {right}.")
    return variable, other


class Variable:
    """An array on a tape, with how it was made.

    Parameters
    ----------
    tape : list of Variable
        The new variable is appended to it. So the tape is in the order of computation.
    value : array of any shape
    operation : str
        What made the value; "input" if no operation did.
    parents : tuple of int
        The places on the tape of what went into the operation.
    vjp : function
        The vector-Jacobian product: ``vjp(dl_dc)`` takes the gradient with respect to this value
        and returns, for each parent, what comes back to it.

    Raises
    ------
    ValueError
        If the value is not made of finite numbers, two variables are on different tapes, or their
        shapes do not fit.
    TypeError
        If one side of an operator is no variable.
    """

    __array_ufunc__ = None  # with an array on the left of an operator, NumPy leaves it to us

    @validated(_check_variable)
    def __init__(self, tape, value, operation="input", parents=(), vjp=None):
        self.tape, self.place = tape, len(tape)
        self.value, self.operation = value, operation
        self.parents, self.vjp = parents, vjp
        tape.append(self)

    @validated(_check_two)
    def __add__(self, other):
        a, b = self.value, other.value

        def vjp(dl_dc):
            return sum_to_shape(dl_dc, a.shape), sum_to_shape(dl_dc, b.shape)

        return record("add", [self, other], a + b, vjp)

    @validated(_check_two)
    def __sub__(self, other):
        a, b = self.value, other.value

        def vjp(dl_dc):
            return sum_to_shape(dl_dc, a.shape), sum_to_shape(-dl_dc, b.shape)

        return record("subtract", [self, other], a - b, vjp)

    @validated(_check_two)
    def __mul__(self, other):
        a, b = self.value, other.value

        def vjp(dl_dc):
            dl_da, dl_db = b * dl_dc, a * dl_dc
            return sum_to_shape(dl_da, a.shape), sum_to_shape(dl_db, b.shape)

        return record("multiply", [self, other], a * b, vjp)

    @validated(_check_matrices)
    def __matmul__(self, other):
        a, b = self.value, other.value

        def vjp(dl_dc):
            return dl_dc @ b.T, a.T @ dl_dc

        return record("matmul", [self, other], a @ b, vjp)

    def relu(self):
        """The ReLU of each entry; at zero its derivative is 0."""
        a = self.value
        active = a.real > 0

        def vjp(dl_dc):
            return (np.where(active, dl_dc, 0.0),)

        return record("relu", [self], np.where(active, a, 0.0), vjp)

    def exp(self):
        """The exponential of each entry."""
        c = np.exp(self.value)

        def vjp(dl_dc):
            return (c * dl_dc,)

        return record("exp", [self], c, vjp)

    def sum(self):
        """The sum of all entries, one number."""
        a = self.value

        def vjp(dl_dc):
            return (np.full(a.shape, dl_dc),)

        return record("sum", [self], a.sum(), vjp)


def record(operation, parents, value, vjp):
    """Put a new value on the tape of the variables that it was made from, its parents."""
    places = tuple(parent.place for parent in parents)
    return Variable(parents[0].tape, value, operation, places, vjp)


def _check_sum_to_shape(gradient, shape):
    gradient = as_numbers(gradient, "gradient", allow_complex=True)
    shape = tuple(shape)
    try:
        fits = np.broadcast_shapes(gradient.shape, shape) == gradient.shape
    except ValueError:
        fits = False
    if not fits:
        raise ValueError(f"shape {shape} is not expanded to the gradient's, {gradient.shape}.")
    return gradient, shape


@validated(_check_sum_to_shape)
def sum_to_shape(gradient, shape):
    """Undo broadcasting: add up the gradient along each axis that was expanded.

    Parameters
    ----------
    gradient : array
        With respect to an array after it was expanded.
    shape : tuple of int
        The array's own shape.

    Returns
    -------
    array of that shape

    Raises
    ------
    ValueError
        If no array of that shape is expanded to the gradient's shape.

    Examples
    --------
    >>> sum_to_shape(np.array([[1.0, 2.0], [3.0, 4.0]]), (2, 1))
    array([[3.],
           [7.]])
    """
    added = gradient.ndim - len(shape)  # axes that were added in front
    gradient = gradient.sum(axis=tuple(range(added)))
    for axis, size in enumerate(shape):
        if size == 1:
            gradient = gradient.sum(axis=axis, keepdims=True)
    return gradient


def _check_backward_sweep(output, upstream):
    upstream = as_numbers(upstream, "upstream", allow_complex=True)
    if upstream.shape != output.value.shape:
        raise ValueError(
            f"upstream must have the output's shape, {output.value.shape}, got {upstream.shape}."
        )
    return output, upstream


@validated(_check_backward_sweep)
def backward_sweep(output, upstream=1.0):
    """The gradient of one number with respect to every value on its tape.

    Parameters
    ----------
    output : Variable
        The number, of shape ().
    upstream : array of the output's shape
        What is known behind the output. For a number it is 1; for an array the sweep gives the
        gradient of the sum of ``upstream * output``.

    Returns
    -------
    list of arrays
        One for each place on the tape; zeros where no path leads to the output.

    Raises
    ------
    ValueError
        If upstream does not have the output's shape.

    Examples
    --------
    >>> tape = []
    >>> a, b = Variable(tape, 2.0), Variable(tape, 5.0)
    >>> print(*backward_sweep(a * b + a))
    6.0 2.0 1.0 1.0
    """
    gradients = [np.zeros(variable.value.shape) for variable in output.tape]
    gradients[output.place] = upstream
    for variable in reversed(output.tape):
        if variable.parents:
            contributions = variable.vjp(gradients[variable.place])
            for parent, contribution in zip(variable.parents, contributions):
                gradients[parent] = gradients[parent] + contribution
    return gradients
