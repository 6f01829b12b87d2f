"""From gradients to a network that has learned: gradient descent (chapter 09)."""

import operator

import numpy as np

from backprop.backward_pass import backward_pass
from backprop.forward_pass import compute_network_output
from backprop.loss import d_loss_d_output, least_squares_loss
from backprop.network import initialize_parameters
from backprop.validation import as_examples, as_loss, as_network, as_numbers, validated

# A loss that has grown by this factor, and is larger than it, does not come back; stopping there
# ends the training before its numbers leave the range of floating point.
HOPELESS = 1e12


def _check_gradient_step(
    all_weights, all_biases, all_dl_dweights, all_dl_dbiases, learning_rate
):
    all_weights, all_biases = as_network(all_weights, all_biases)
    return (
        all_weights,
        all_biases,
        _as_gradients(all_dl_dweights, all_weights, "all_dl_dweights"),
        _as_gradients(all_dl_dbiases, all_biases, "all_dl_dbiases"),
        _as_learning_rate(learning_rate),
    )


def _as_gradients(gradients, parameters, name):
    if not isinstance(gradients, (list, tuple)) or len(gradients) != len(parameters):
        listed = isinstance(gradients, (list, tuple))
        got = f"{len(gradients)} of them" if listed else type(gradients).__name__
        raise ValueError(f"{name} must be a list of {len(parameters)} arrays, got {got}.")
    gradients = [as_numbers(array, f"{name}[{layer}]") for layer, array in enumerate(gradients)]
    for layer, (gradient, array) in enumerate(zip(gradients, parameters)):
        if gradient.shape != array.shape:
            raise ValueError(
                f"{name}[{layer}] must have the shape of its parameters, {array.shape}, "
                f"got {gradient.shape}."
            )
    return gradients


def _as_learning_rate(value):
    rate = as_numbers(value, "learning_rate")
    if rate.shape != () or rate <= 0:
        raise ValueError(f"learning_rate must be one positive number, got {value!r}.")
    return rate[()]


@validated(_check_gradient_step)
def gradient_step(all_weights, all_biases, all_dl_dweights, all_dl_dbiases, learning_rate):
    """One step of gradient descent: every parameter moves against its gradient.

    Omega_k - learning_rate dl/dOmega_k,  beta_k - learning_rate dl/dbeta_k.

    Parameters
    ----------
    all_weights, all_biases : lists of K + 1 arrays
        The parameters, Omega_k of shape (D_{k+1}, D_k) and beta_k of shape (D_{k+1}, 1).
    all_dl_dweights, all_dl_dbiases : lists of K + 1 arrays
        What `backward_pass` returned for them.
    learning_rate : float
        Positive.

    Returns
    -------
    all_weights, all_biases : lists of K + 1 arrays
        New arrays; those that were given keep their values.

    Raises
    ------
    ValueError
        If a shape does not fit, a number is not finite, or the learning rate is not positive.

    Examples
    --------
    >>> all_weights, all_biases = gradient_step(
    ...     [np.array([[3.0]])], [np.array([[1.0]])], [np.array([[4.0]])], [np.array([[-2.0]])], 0.5
    ... )
    >>> print(all_weights[0], all_biases[0])
    [[1.]] [[2.]]
    """
    new_weights = [
        weights - learning_rate * dl_dweights
        for weights, dl_dweights in zip(all_weights, all_dl_dweights)
    ]
    new_biases = [
        biases - learning_rate * dl_dbiases
        for biases, dl_dbiases in zip(all_biases, all_dl_dbiases)
    ]
    return new_weights, new_biases


def _check_train(
    net_input, all_weights, all_biases, y, learning_rate, steps, loss, d_loss
):
    all_weights, all_biases = as_network(all_weights, all_biases)
    net_input, y = as_examples(net_input, y, all_weights)
    try:
        steps = operator.index(steps)
    except TypeError:
        raise ValueError(f"steps must be a whole number, got {steps!r}.") from None
    if steps < 0:
        raise ValueError(f"steps must be 0 or more, got {steps}.")
    loss, d_loss = as_loss(loss, "loss"), as_loss(d_loss, "d_loss")
    rate = _as_learning_rate(learning_rate)
    return net_input, all_weights, all_biases, y, rate, steps, loss, d_loss


@validated(_check_train)
def train(
    net_input,
    all_weights,
    all_biases,
    y,
    learning_rate,
    steps,
    loss=least_squares_loss,
    d_loss=d_loss_d_output,
):
    """Gradient descent on all examples at once.

    Each step is a forward pass, a backward pass and a `gradient_step`.

    Parameters
    ----------
    net_input : (D_i, B) array
        A column is an example.
    all_weights, all_biases : lists of K + 1 arrays
        The parameters to start from; they keep their values.
    y : (D_o, B) array
        The targets; a column is an example.
    learning_rate : float
        Positive.
    steps : int
        How many steps to take.
    loss, d_loss : functions, optional
        ``loss(net_output, y)`` and its derivative with respect to ``net_output``; by default the
        summed squared error.

    Returns
    -------
    all_weights, all_biases : lists of K + 1 arrays
        The parameters after the last step.
    losses : list of float
        The loss before the first step and after each, ``steps + 1`` numbers. There are fewer where
        the loss has grown by a factor of more than 1e12: then it diverges, and training stops.

    Raises
    ------
    ValueError
        If a shape does not fit, a number is not finite, or a setting is out of its range.

    Examples
    --------
    A straight line through three points, from a line with slope 0 and bias 0:

    >>> x, y = np.array([[0.0, 1.0, 2.0]]), np.array([[1.0, 3.0, 5.0]])
    >>> weights, biases, losses = train(x, [np.zeros((1, 1))], [np.zeros((1, 1))], y, 0.1, 200)
    >>> print(weights[0].round(3), biases[0].round(3), f"{losses[0]:.0f} {losses[-1]:.6f}")
    [[2.]] [[1.]] 35 0.000000
    """
    net_output, all_f, all_h = compute_network_output(net_input, all_weights, all_biases)
    losses = [loss(net_output, y)]
    while len(losses) <= steps and losses[-1] <= HOPELESS * max(1, losses[0]):
        gradients = backward_pass(all_weights, all_biases, all_f, all_h, y, d_loss)
        all_weights, all_biases = gradient_step(
            all_weights, all_biases, *gradients, learning_rate
        )
        net_output, all_f, all_h = compute_network_output(net_input, all_weights, all_biases)
        losses.append(loss(net_output, y))
    return all_weights, all_biases, losses


def curve_to_learn():
    """Forty examples of sin 2x, and a network to learn them: the first arguments of `train`.

    Returns
    -------
    net_input, all_weights, all_biases, y
        The inputs lie evenly between -2 and 2; the network has two hidden layers of eight units.

    Examples
    --------
    >>> net_input, all_weights, all_biases, y = curve_to_learn()
    >>> net_input.shape, y.shape, [weights.shape for weights in all_weights]
    ((1, 40), (1, 40), [(8, 1), (8, 8), (1, 8)])
    """
    net_input = np.linspace(-2, 2, 40)[None, :]
    return net_input, *initialize_parameters(2, 8, seed=5), np.sin(2 * net_input)


def largest_curvature(net_input, all_weights, all_biases, y, nudge=1e-7):
    """The largest second derivative of the loss in any direction, where the parameters stand.

    It is the largest eigenvalue of the Hessian, the matrix of all second derivatives of the summed
    squared error. Row by row, the Hessian is a central difference of the gradient.

    Parameters
    ----------
    net_input, all_weights, all_biases, y : as in `train`
    nudge : float
        Small, so that it seldom carries a unit over its kink.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If a shape does not fit or a number is not finite.

    Examples
    --------
    The loss (w x + b - y)^2 with x = 2 has the Hessian [[8, 4], [4, 2]]:

    >>> one = np.ones((1, 1))
    >>> print(f"{largest_curvature(2 * one, [one], [one], one):.3f}")
    10.000
    """
    parameters = [*all_weights, *all_biases]

    def gradient(moved):
        weights, biases = moved[: len(all_weights)], moved[len(all_weights) :]
        _, all_f, all_h = compute_network_output(net_input, weights, biases)
        gradients = backward_pass(weights, biases, all_f, all_h, y)
        return np.concatenate([array.ravel() for arrays in gradients for array in arrays])

    rows = []
    for place, array in enumerate(parameters):
        for index in np.ndindex(np.shape(array)):
            up, down = list(parameters), list(parameters)
            for moved, by in ((up, nudge), (down, -nudge)):
                moved[place] = np.array(array, dtype=float)
                moved[place][index] += by
            rows.append((gradient(up) - gradient(down)) / (2 * nudge))
    hessian = np.array(rows)
    return float(np.linalg.eigvalsh((hessian + hessian.T) / 2)[-1])
