"""A network that chooses a class: softmax, cross-entropy and their derivative (chapter 09)."""

import numpy as np

from backprop.validation import as_columns, validated


def _check_softmax(net_output):
    return (as_columns(net_output, "net_output", allow_complex=True),)


@validated(_check_softmax)
def softmax(net_output):
    """Turn each column of outputs into probabilities: exp(f_i) over the sum of all exp(f_n).

    The largest entry of a column is subtracted first. That changes no probability, and no
    exponential is larger than 1, so that none overflows.

    Parameters
    ----------
    net_output : (D_o, B) array
        A column is an example, a row a class. Complex values are carried through.

    Returns
    -------
    (D_o, B) array
        Positive numbers; each column sums to 1.

    Raises
    ------
    ValueError
        If the shape does not fit or a number is not finite.

    Examples
    --------
    >>> softmax([[0.0, 1000.0], [0.0, 0.0]])
    array([[0.5, 1. ],
           [0.5, 0. ]])
    """
    exponentials = np.exp(net_output - largest_output(net_output))
    return exponentials / exponentials.sum(axis=0, keepdims=True)


def largest_output(net_output):
    """The largest entry of each column of a (D_o, B) array. Gives (1, B)."""
    return net_output.real.max(axis=0, keepdims=True)


def _check_output_and_probabilities(net_output, y):
    net_output = as_columns(net_output, "net_output", allow_complex=True)
    y = as_columns(y, "y")
    if y.shape != net_output.shape:
        raise ValueError(
            f"y must have the shape of net_output, {net_output.shape}, got {y.shape}."
        )
    sums = y.sum(axis=0)
    if (y < 0).any() or not np.allclose(sums, 1):
        off = int(np.argmax((y < 0).any(axis=0) | ~np.isclose(sums, 1)))
        raise ValueError(
            "each column of y must hold probabilities, which are not negative and sum to 1; "
            f"column {off} is {y[:, off]}."
        )
    return net_output, y


@validated(_check_output_and_probabilities)
def cross_entropy_loss(net_output, y):
    """Minus the logarithm of the probability of the right class, summed over the examples.

    -sum(y * log(softmax(net_output))), with log p_i = f_i - log(sum of all exp(f_n)) computed from
    the outputs: the logarithm of a probability that has rounded to zero is never taken.

    Parameters
    ----------
    net_output : (D_o, B) array
        A column is an example, a row a class. Complex values are carried through.
    y : (D_o, B) array
        Each column holds probabilities: a 1 for the right class, or several that sum to 1.

    Returns
    -------
    float
        Complex where ``net_output`` is.

    Raises
    ------
    ValueError
        If the shapes differ, or a column of ``y`` does not hold probabilities.

    Examples
    --------
    >>> print(f"{cross_entropy_loss([[0.0], [0.0]], [[1.0], [0.0]]):.3f}")
    0.693
    """
    shifted = net_output - largest_output(net_output)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=0, keepdims=True))
    return -(y * log_p).sum().item()


@validated(_check_output_and_probabilities)
def d_cross_entropy_d_output(net_output, y):
    """Derivative of the cross-entropy with respect to the network output: p - y.

    Parameters
    ----------
    net_output, y : (D_o, B) arrays
        As in `cross_entropy_loss`.

    Returns
    -------
    (D_o, B) array

    Raises
    ------
    ValueError
        If the shapes differ, or a column of ``y`` does not hold probabilities.

    Examples
    --------
    >>> d_cross_entropy_d_output([[0.0], [0.0]], [[1.0], [0.0]])
    array([[-0.5],
           [ 0.5]])
    """
    return softmax(net_output) - y


def one_hot(classes, count):
    """Targets for the classes of a list of examples: column b has a 1 in row ``classes[b]``.

    Parameters
    ----------
    classes : sequence of B ints
        From 0 to ``count - 1``.
    count : int
        How many classes there are.

    Returns
    -------
    (count, B) array

    Raises
    ------
    ValueError
        If a class is not a whole number from 0 to ``count - 1``.

    Examples
    --------
    >>> one_hot([2, 0], 3)
    array([[0., 1.],
           [0., 0.],
           [1., 0.]])
    """
    classes = np.asarray(classes)
    if classes.ndim != 1 or classes.dtype.kind not in "iu":
        raise ValueError("classes must be a list of whole numbers, one for each example.")
    if not ((0 <= classes) & (classes < count)).all():
        raise ValueError(f"classes must hold numbers from 0 to {count - 1}, got {classes}.")
    return np.eye(count)[:, classes]


def three_arms(examples=30):
    """Points on three arms of a spiral, with a little noise: classes that no line divides.

    Returns
    -------
    net_input : (2, 3 * examples) array
    classes : (3 * examples,) array of int
        The arm of each point, from 0 to 2.

    Examples
    --------
    >>> net_input, classes = three_arms()
    >>> net_input.shape, classes[[0, 30, 89]]
    ((2, 90), array([0, 1, 2]))
    """
    classes = np.repeat(np.arange(3), examples)
    radius = np.tile(np.linspace(0.25, 2, examples), 3)
    angle = 1.2 * radius + 2 * np.pi * classes / 3
    angle += np.random.RandomState(3).normal(0, 0.12, size=angle.shape)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)]), classes
