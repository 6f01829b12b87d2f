"""The chain rule: along one path, along two, and for columns (chapter 04).

The function of one path is the toy example of UDL, section 7.3 and Notebook 7.1,
f = beta_3 + omega_3 cos[beta_2 + omega_2 exp[beta_1 + omega_1 sin[beta_0 + omega_0 x]]],
with the loss (f - y)^2. Its values have the names that they have in the network, since they play
the same parts there.
"""

import functools
import operator

import numpy as np

from backprop.validation import as_columns, as_numbers, validated

# Those of UDL's Notebook 7.1, so that a reader can compare every digit.
TOY_X, TOY_Y = 2.3, 2.0
TOY_BETAS = (1.0, 2.0, -3.0, 0.4)
TOY_OMEGAS = (0.1, -0.4, 2.0, 3.0)

# h_{k+1} is the k-th of them, of f_k.
TOY_FUNCTIONS = (np.sin, np.exp, np.cos)


def _as_number(value, name):
    number = as_numbers(value, name, allow_complex=True)
    if number.shape != ():
        raise ValueError(f"{name} must be one number, got shape {number.shape}.")
    return number[()]


def _as_four(values, name):
    if not isinstance(values, (list, tuple)) or len(values) != 4:
        listed = isinstance(values, (list, tuple))
        got = f"{len(values)} of them" if listed else type(values).__name__
        raise ValueError(f"{name} must be a list of four numbers, one a layer, got {got}.")
    return [_as_number(value, f"{name}[{k}]") for k, value in enumerate(values)]


# ---- one path --------------------------------------------------------------------------------


def _check_toy_forward_pass(x, betas, omegas):
    return _as_number(x, "x"), _as_four(betas, "betas"), _as_four(omegas, "omegas")


@validated(_check_toy_forward_pass)
def toy_forward_pass(x, betas, omegas):
    """The values of the toy function on the way from x to f_3.

    f_k = beta_k + omega_k h_k with h_0 = x, and h_1 = sin f_0, h_2 = exp f_1, h_3 = cos f_2
    (UDL, section 7.3).

    Parameters
    ----------
    x : float
    betas, omegas : lists of 4 floats
        Complex values are carried through.

    Returns
    -------
    f, h : lists of 4 floats
        f_0 ... f_3 and h_0 ... h_3; f_3 is the output, h_0 the input.

    Raises
    ------
    ValueError
        If an argument is not one number, or not four of them, or a number is not finite.

    Examples
    --------
    >>> f, h = toy_forward_pass(TOY_X, TOY_BETAS, TOY_OMEGAS)
    >>> print(f"{f[3]:.3f}")
    2.372
    """
    f, h = [None] * 4, [None] * 4
    h[0] = x
    f[0] = betas[0] + omegas[0] * h[0]
    h[1] = np.sin(f[0])
    f[1] = betas[1] + omegas[1] * h[1]
    h[2] = np.exp(f[1])
    f[2] = betas[2] + omegas[2] * h[2]
    h[3] = np.cos(f[2])
    f[3] = betas[3] + omegas[3] * h[3]
    return f, h


def _check_toy_loss(output, y):
    return _as_number(output, "output"), _as_number(y, "y")


@validated(_check_toy_loss)
def toy_loss(output, y):
    """The squared error of one output, (f_3 - y)^2; complex numbers pass through.

    Examples
    --------
    >>> print(toy_loss(5.0, 2.0))
    9.0
    """
    return (output - y) ** 2


def _check_toy_backward_pass(omegas, f, h, y):
    return _as_four(omegas, "omegas"), _as_four(f, "f"), _as_four(h, "h"), _as_number(y, "y")


@validated(_check_toy_backward_pass)
def toy_backward_pass(omegas, f, h, y):
    """The derivative of the loss with respect to every value, from f_3 back to x.

    Each line multiplies the derivative behind it by one local derivative: omega_k between h_k and
    f_k, the slope of sin, exp or cos between f_k and h_{k+1} (UDL, section 7.3).

    Parameters
    ----------
    omegas : list of 4 floats
    f, h : lists of 4 floats
        What `toy_forward_pass` returned.
    y : float
        The target.

    Returns
    -------
    dl_df, dl_dh : lists of 4 floats
        ``dl_dh[0]`` is the derivative with respect to the input.

    Raises
    ------
    ValueError
        As in `toy_forward_pass`.

    Examples
    --------
    >>> f, h = toy_forward_pass(TOY_X, TOY_BETAS, TOY_OMEGAS)
    >>> dl_df, dl_dh = toy_backward_pass(TOY_OMEGAS, f, h, TOY_Y)
    >>> print(f"{dl_df[0]:.3f}")
    2.281
    """
    dl_df, dl_dh = [None] * 4, [None] * 4
    dl_df[3] = 2 * (f[3] - y)
    dl_dh[3] = omegas[3] * dl_df[3]
    dl_df[2] = -np.sin(f[2]) * dl_dh[3]
    dl_dh[2] = omegas[2] * dl_df[2]
    dl_df[1] = h[2] * dl_dh[2]  # exp f_1 is h_2
    dl_dh[1] = omegas[1] * dl_df[1]
    dl_df[0] = np.cos(f[0]) * dl_dh[1]
    dl_dh[0] = omegas[0] * dl_df[0]
    return dl_df, dl_dh


def _check_toy_parameter_gradients(dl_df, h):
    return _as_four(dl_df, "dl_df"), _as_four(h, "h")


@validated(_check_toy_parameter_gradients)
def toy_parameter_gradients(dl_df, h):
    """The derivative of the loss with respect to every parameter of the toy function.

    dl/dbeta_k = dl/df_k and dl/domega_k = dl/df_k h_k (UDL, section 7.3).

    Parameters
    ----------
    dl_df, h : lists of 4 floats
        From `toy_backward_pass` and `toy_forward_pass`.

    Returns
    -------
    dl_dbetas, dl_domegas : lists of 4 floats

    Raises
    ------
    ValueError
        As in `toy_forward_pass`.

    Examples
    --------
    >>> f, h = toy_forward_pass(TOY_X, TOY_BETAS, TOY_OMEGAS)
    >>> dl_df, dl_dh = toy_backward_pass(TOY_OMEGAS, f, h, TOY_Y)
    >>> dl_dbetas, dl_domegas = toy_parameter_gradients(dl_df, h)
    >>> print(f"{dl_domegas[0]:.3f}")
    5.246
    """
    dl_dbetas, dl_domegas = [None] * 4, [None] * 4
    for k in range(4):
        dl_dbetas[k] = dl_df[k]
        dl_domegas[k] = dl_df[k] * h[k]
    return dl_dbetas, dl_domegas


@validated(_check_toy_backward_pass)
def toy_gradients_separately(omegas, f, h, y):
    """The same derivatives, each as a product of its own: nothing is used twice.

    Parameters and errors as in `toy_backward_pass`.

    Returns
    -------
    dl_dbetas, dl_domegas : lists of 4 floats
    dl_dx : float

    Examples
    --------
    >>> f, h = toy_forward_pass(TOY_X, TOY_BETAS, TOY_OMEGAS)
    >>> _, dl_domegas, _ = toy_gradients_separately(TOY_OMEGAS, f, h, TOY_Y)
    >>> print(f"{dl_domegas[0]:.3f}")
    5.246
    """
    slopes = [np.cos(f[0]), h[2], -np.sin(f[2])]  # dh_1/df_0, dh_2/df_1, dh_3/df_2
    dl_df_3 = 2 * (f[3] - y)
    dl_dbetas, dl_domegas = [None] * 4, [None] * 4
    for k in range(4):
        behind = [dl_df_3]
        for j in reversed(range(k, 3)):
            behind += [omegas[j + 1], slopes[j]]
        dl_dbetas[k] = _product(behind)
        dl_domegas[k] = _product([*behind, h[k]])
        if k == 0:
            dl_dx = _product([*behind, omegas[0]])
    return dl_dbetas, dl_domegas, dl_dx


def _product(factors):
    """All factors multiplied: one multiplication fewer than there are factors."""
    return functools.reduce(operator.mul, factors)


# ---- measuring -------------------------------------------------------------------------------


def complex_step_slope(function, value):
    """The derivative of a function of one number by a tiny imaginary step: exact to rounding.

    ``function`` must compute with complex numbers (Squire and Trapp, 1998; chapter 08).

    Examples
    --------
    >>> print(f"{complex_step_slope(np.exp, 0.0):.3f}")
    1.000
    """
    return function(value + 1e-30j).imag / 1e-30


def central_difference_slope(function, value):
    """The derivative of a function of one number by a step to both sides: about ten digits.

    Examples
    --------
    >>> print(f"{central_difference_slope(np.exp, 0.0):.3f}")
    1.000
    """
    step = 2.0**-17
    return (function(value + step) - function(value - step)) / (2 * step)


def toy_loss_from(layer, f_layer, betas, omegas, y):
    """The loss of the toy function, from the value ``f_layer`` of f_layer on.

    Parameters
    ----------
    layer : int
        From 0 to 3.
    f_layer : float
    betas, omegas : lists of 4 floats
    y : float

    Examples
    --------
    >>> print(toy_loss_from(3, 5.0, TOY_BETAS, TOY_OMEGAS, 2.0))
    9.0
    """
    for k in range(layer, 3):
        f_layer = betas[k + 1] + omegas[k + 1] * TOY_FUNCTIONS[k](f_layer)
    return (f_layer - y) ** 2


def measured_toy_gradients(f, h, betas, omegas, y, slope=complex_step_slope):
    """The derivatives of the toy function's loss by nudging one value at a time.

    Parameters
    ----------
    f, h : lists of 4 floats
        What `toy_forward_pass` returned.
    betas, omegas : lists of 4 floats
    y : float
    slope : function
        ``slope(function, value)`` measures a derivative.

    Returns
    -------
    dl_df, dl_dh, dl_dbetas, dl_domegas : lists of 4 floats

    Examples
    --------
    >>> f, h = toy_forward_pass(TOY_X, TOY_BETAS, TOY_OMEGAS)
    >>> _, _, _, dl_domegas = measured_toy_gradients(f, h, TOY_BETAS, TOY_OMEGAS, TOY_Y)
    >>> print(f"{dl_domegas[0]:.3f}")
    5.246
    """
    dl_df, dl_dh, dl_dbetas, dl_domegas = [], [], [], []
    for k in range(4):
        def loss(f_k):
            return toy_loss_from(k, f_k, betas, omegas, y)

        dl_df.append(slope(loss, f[k]))
        dl_dh.append(slope(lambda h_k: loss(betas[k] + omegas[k] * h_k), h[k]))
        dl_dbetas.append(slope(lambda beta: loss(beta + omegas[k] * h[k]), betas[k]))
        dl_domegas.append(slope(lambda omega: loss(betas[k] + omega * h[k]), omegas[k]))
    return dl_df, dl_dh, dl_dbetas, dl_domegas


def count_multiplications(function, *arguments):
    """How many multiplications of numbers a function does, counted while it runs.

    Parameters
    ----------
    function : callable
        It may add, subtract, multiply, and take `np.sin`, `np.cos` and `np.exp`.
    arguments : numbers, or lists of numbers

    Returns
    -------
    int

    Examples
    --------
    >>> count_multiplications(lambda numbers: 2 * numbers[0] * numbers[1] + 1, [3.0, 4.0])
    2
    """
    count = [0]
    function = getattr(function, "__wrapped__", function)  # past the checks, which want floats
    function(*(_counted(argument, count) for argument in arguments))
    return count[0]


def _counted(value, count):
    if isinstance(value, (list, tuple)):
        return [_counted(entry, count) for entry in value]
    return _CountedNumber(value, count)


class _CountedNumber:
    """A number that counts the multiplications in which it takes part, and so do its results."""

    def __init__(self, value, count):
        self.value, self.count = value, count

    def _new(self, value):
        return _CountedNumber(value, self.count)

    def __mul__(self, other):
        self.count[0] += 1
        return self._new(self.value * getattr(other, "value", other))

    def __add__(self, other):
        return self._new(self.value + getattr(other, "value", other))

    def __neg__(self):
        return self._new(-self.value)

    def __sub__(self, other):
        return self + (-other)

    __rmul__, __radd__ = __mul__, __add__

    # `np.sin` of an object calls its method of this name.
    def sin(self):
        return self._new(np.sin(self.value))

    def cos(self):
        return self._new(np.cos(self.value))

    def exp(self):
        return self._new(np.exp(self.value))


# ---- two paths -------------------------------------------------------------------------------


def _check_numbers(*names):
    def check(*values):
        return [_as_number(value, name) for value, name in zip(values, names)]

    return check


@validated(_check_numbers("a"))
def branch_forward_pass(a):
    """A value a that is used twice: u = sin a, v = exp a, s = u v.

    Examples
    --------
    >>> u, v, s = branch_forward_pass(0.0)
    >>> print(u, v, s)
    0.0 1.0 0.0
    """
    u = np.sin(a)
    v = np.exp(a)
    s = u * v
    return u, v, s


@validated(_check_numbers("a", "u", "v", "s", "y"))
def branch_backward_pass(a, u, v, s, y):
    """The derivatives of the loss (s - y)^2; the two that come back to a are added.

    Parameters
    ----------
    a, u, v, s : float
        As in `branch_forward_pass`.
    y : float
        The target.

    Returns
    -------
    dl_ds, dl_du, dl_dv, dl_da : float

    Raises
    ------
    ValueError
        If an argument is not one finite number.

    Examples
    --------
    >>> dl_ds, dl_du, dl_dv, dl_da = branch_backward_pass(0.0, 0.0, 1.0, 0.0, -2.0)
    >>> print(dl_da)
    4.0
    """
    dl_ds = 2 * (s - y)
    dl_du = v * dl_ds
    dl_dv = u * dl_ds
    dl_da = np.cos(a) * dl_du + v * dl_dv  # exp a is v
    return dl_ds, dl_du, dl_dv, dl_da


# ---- columns ---------------------------------------------------------------------------------


def delta(i, j):
    """The Kronecker delta: 1 where the two indices are equal, 0 where they are not.

    Examples
    --------
    >>> print(delta(2, 2), delta(2, 0))
    1.0 0.0
    """
    return 1.0 if i == j else 0.0


def _check_back_through_jacobian(jacobian, dl_dc):
    jacobian = as_numbers(jacobian, "jacobian")
    if jacobian.ndim != 2:
        raise ValueError(f"jacobian must have shape (outputs, inputs), got {jacobian.shape}.")
    return jacobian, as_columns(dl_dc, "dl_dc", rows=jacobian.shape[0])


@validated(_check_back_through_jacobian)
def back_through_jacobian(jacobian, dl_dc):
    """The gradient in front of a step from that behind it: dl/da = (dc/da)^T dl/dc.

    Parameters
    ----------
    jacobian : (m, n) array
        dc_i/da_j in row i and column j: a row an output, a column an input.
    dl_dc : (m, 1) array
        The upstream gradient.

    Returns
    -------
    (n, 1) array

    Raises
    ------
    ValueError
        If the shapes do not fit or a number is not finite.

    Examples
    --------
    >>> back_through_jacobian([[1.0, 2.0], [0.0, 3.0], [4.0, 0.0]], [[1.0], [1.0], [0.5]])
    array([[3.],
           [5.]])
    """
    return jacobian.T @ dl_dc


def measured_jacobian(function, a):
    """The Jacobian of a function from columns to columns, by the complex step.

    Parameters
    ----------
    function : callable
        ``function(a)`` gives an (m, 1) array, and computes with complex numbers.
    a : (n, 1) array

    Returns
    -------
    (m, n) array
        A row an output, a column an input.

    Examples
    --------
    >>> measured_jacobian(lambda a: a**2, np.array([[1.0], [3.0]]))
    array([[2., 0.],
           [0., 6.]])
    """
    columns = []
    for j in range(len(a)):
        nudged = a.astype(complex)
        nudged[j] += 1e-30j
        columns.append(function(nudged).imag / 1e-30)
    return np.hstack(columns)
