"""The course's network by the two modes of automatic differentiation, and their cost (chapter 12).

The loss is written once, with operators, and computed with variables on a tape or with dual
numbers. Neither `backward_pass` nor one of its equations is used.
"""

import numpy as np

from backprop.dual_numbers import Dual
from backprop.tape import Variable, backward_sweep
from backprop.validation import as_columns, as_network, validated


def network_loss(net_input, all_weights, all_biases, y):
    """The summed squared error of the network, from variables or from dual numbers.

    Parameters
    ----------
    net_input, y : Variable or Dual
        Of shapes (D_i, B) and (D_o, B).
    all_weights, all_biases : lists of K + 1 of the same kind

    Returns
    -------
    Variable or Dual
        One number.

    Examples
    --------
    >>> from backprop import initialize_parameters
    >>> all_weights, all_biases = (list(map(Dual, arrays)) for arrays in initialize_parameters())
    >>> loss = network_loss(Dual([[1.2]]), all_weights, all_biases, Dual([[20.0]]))
    >>> print(f"{loss.value:.3f}")
    327.371
    """
    f = all_biases[0] + all_weights[0] @ net_input
    for weights, biases in zip(all_weights[1:], all_biases[1:]):
        f = biases + weights @ f.relu()
    error = f - y
    return (error * error).sum()


def _check_network(net_input, all_weights, all_biases, y):
    # Complex numbers pass through a tape, so that a gradient can be differentiated again.
    all_weights, all_biases = as_network(all_weights, all_biases, allow_complex=True)
    net_input = as_columns(net_input, "net_input", all_weights[0].shape[1], allow_complex=True)
    y = as_columns(y, "y", rows=all_weights[-1].shape[0], allow_complex=True)
    if y.shape[1] != net_input.shape[1]:
        raise ValueError(
            f"y must have a column for each of net_input, {net_input.shape[1]}, got {y.shape}."
        )
    return net_input, all_weights, all_biases, y


@validated(_check_network)
def record_network(net_input, all_weights, all_biases, y):
    """Compute the loss of the network on a new tape.

    Parameters
    ----------
    net_input : (D_i, B) array
    all_weights, all_biases : lists of K + 1 arrays
        The parameters, Omega_k of shape (D_{k+1}, D_k) and beta_k of shape (D_{k+1}, 1).
    y : (D_o, B) array
        The targets; a column is an example.

    Returns
    -------
    tape : list of Variable
        The loss is the last of them.
    all_weights, all_biases : lists of K + 1 of its variables

    Raises
    ------
    ValueError
        If a shape does not fit or a number is not finite.

    Examples
    --------
    >>> tape, _, _ = record_network([[1.0]], [[[2.0]]], [[[3.0]]], [[1.0]])
    >>> [variable.operation for variable in tape[4:]]
    ['matmul', 'add', 'subtract', 'multiply', 'sum']
    """
    tape = []
    net_input, y = Variable(tape, net_input), Variable(tape, y)
    all_weights = [Variable(tape, weights) for weights in all_weights]
    all_biases = [Variable(tape, biases) for biases in all_biases]
    network_loss(net_input, all_weights, all_biases, y)
    return tape, all_weights, all_biases


def tape_gradients(net_input, all_weights, all_biases, y):
    """Gradient of the summed squared error by reverse mode: one sweep for all parameters.

    Parameters and errors as in `record_network`.

    Returns
    -------
    all_dl_dweights, all_dl_dbiases : lists of K + 1 arrays
        The gradients, each of the shape of its parameter.

    Examples
    --------
    >>> from backprop import initialize_parameters
    >>> _, all_dl_dbiases = tape_gradients([[1.2]], *initialize_parameters(), [[20.0]])
    >>> all_dl_dbiases[2].round(3).ravel() + 0.0
    array([ 0.   ,  0.   ,  0.938,  0.   , -9.993,  0.508])
    """
    tape, all_weights, all_biases = record_network(net_input, all_weights, all_biases, y)
    gradients = backward_sweep(tape[-1])
    return (
        [gradients[weights.place] for weights in all_weights],
        [gradients[biases.place] for biases in all_biases],
    )


@validated(_check_network)
def dual_number_gradients(net_input, all_weights, all_biases, y):
    """Gradient of the summed squared error by forward mode: one pass for each parameter.

    Parameters, returned lists and errors as in `tape_gradients`.

    Examples
    --------
    >>> from backprop import initialize_parameters
    >>> _, all_dl_dbiases = dual_number_gradients([[1.2]], *initialize_parameters(), [[20.0]])
    >>> all_dl_dbiases[2].round(3).ravel() + 0.0
    array([ 0.   ,  0.   ,  0.938,  0.   , -9.993,  0.508])
    """
    constants = [Dual(array) for array in (*all_weights, *all_biases)]
    layers, x, target = len(all_weights), Dual(net_input), Dual(y)
    gradients = []
    for number, constant in enumerate(constants):
        gradient = np.zeros(constant.value.shape)
        for index in np.ndindex(gradient.shape):
            direction = np.zeros(gradient.shape)
            direction[index] = 1.0
            parameters = list(constants)
            parameters[number] = Dual(constant.value, direction)
            loss = network_loss(x, parameters[:layers], parameters[layers:], target)
            gradient[index] = loss.tangent
        gradients.append(gradient)
    return gradients[:layers], gradients[layers:]


def _check_directional_derivative(
    net_input, all_weights, all_biases, y, weight_directions, bias_directions
):
    net_input, all_weights, all_biases, y = _check_network(net_input, all_weights, all_biases, y)
    weight_directions, bias_directions = as_network(weight_directions, bias_directions)
    shapes = [weights.shape for weights in all_weights]
    found = [directions.shape for directions in weight_directions]
    if found != shapes:
        raise ValueError(f"weight_directions must have the weights' shapes, {shapes}, got {found}.")
    return net_input, all_weights, all_biases, y, weight_directions, bias_directions


@validated(_check_directional_derivative)
def directional_derivative(
    net_input, all_weights, all_biases, y, weight_directions, bias_directions
):
    """How fast the loss changes when all parameters move at once: one pass of forward mode.

    Parameters
    ----------
    net_input, all_weights, all_biases, y
        As in `record_network`.
    weight_directions, bias_directions : lists of K + 1 arrays
        How fast each parameter moves.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If a shape does not fit or a number is not finite.

    Examples
    --------
    >>> from backprop import initialize_parameters
    >>> weights, biases = initialize_parameters()
    >>> directions = [0 * array for array in weights], [0 * array for array in biases]
    >>> directions[1][5][0] = 1.0
    >>> slope = directional_derivative([[1.2]], weights, biases, [[20.0]], *directions)
    >>> print(f"{slope:.3f}")
    -36.187
    """
    moving_weights = [Dual(*pair) for pair in zip(all_weights, weight_directions)]
    moving_biases = [Dual(*pair) for pair in zip(all_biases, bias_directions)]
    loss = network_loss(Dual(net_input), moving_weights, moving_biases, Dual(y))
    return loss.tangent.item()


# ---- Jacobians -------------------------------------------------------------------------------


def jacobian_by_duals(function, x, *constants):
    """The Jacobian of a function from a column to a column: one pass for each of its inputs.

    Parameters
    ----------
    function : callable
        ``function(x, *constants)`` of dual numbers or variables gives one of shape (m, 1).
    x : (n, 1) array
    constants : arrays

    Returns
    -------
    (m, n) array
        A row an output, a column an input.

    Examples
    --------
    >>> jacobian_by_duals(lambda x: x * x, [[1.0], [3.0]])
    array([[2., 0.],
           [0., 6.]])
    """
    x = as_columns(x, "x")
    columns = []
    for j in range(len(x)):
        direction = np.zeros(x.shape)
        direction[j] = 1.0
        output = function(Dual(x, direction), *map(Dual, constants))
        columns.append(output.tangent)
    return np.hstack(columns)


def jacobian_by_tape(function, x, *constants):
    """The same Jacobian: one pass, then one sweep for each of the outputs.

    Parameters and result as in `jacobian_by_duals`.

    Examples
    --------
    >>> jacobian_by_tape(lambda x: x * x, [[1.0], [3.0]])
    array([[2., 0.],
           [0., 6.]])
    """
    tape = []
    x = Variable(tape, as_columns(x, "x"))
    output = function(x, *(Variable(tape, constant) for constant in constants))
    rows = []
    for i in range(len(output.value)):
        upstream = np.zeros(output.value.shape)
        upstream[i] = 1.0
        rows.append(backward_sweep(output, upstream)[x.place].T)
    return np.vstack(rows)


# ---- what it costs ---------------------------------------------------------------------------


def count_on_tape(tape):
    """How many multiplications of numbers the operations on a tape take.

    Parameters
    ----------
    tape : list of Variable

    Returns
    -------
    values, sweep, tangents : int
        To compute the values; one sweep back; the tangents of one pass of forward mode, which
        come on top of the values.

    Examples
    --------
    >>> tape, _, _ = record_network([[1.0]], [[[2.0]]], [[[3.0]]], [[1.0]])
    >>> count_on_tape(tape)
    (2, 4, 4)
    """
    values = sweep = tangents = 0
    for variable in tape:
        if variable.operation == "matmul":  # (m, n) and (n, p): n for each of m p entries
            products = variable.value.size * tape[variable.parents[0]].value.shape[1]
        else:
            products = variable.value.size if variable.operation in ("multiply", "exp") else 0
        of_two = variable.operation in ("matmul", "multiply")
        values += products if of_two else 0
        sweep += products * (2 if of_two else 1)
        tangents += products * (2 if of_two else 1)
    return values, sweep, tangents
