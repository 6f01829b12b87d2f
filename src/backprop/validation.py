"""Argument checks: every public function says what was wrong and what it expected.

They stand apart from the mathematics: ``@validated(check)`` runs ``check`` on the arguments
first, so that a function's body holds its equations alone, as the exercises show them.
"""

import functools
import inspect
import operator

import numpy as np

from backprop.counting import CountedArray


def validated(check):
    """Decorator: call the function with what ``check(*arguments)`` returns in their place.

    ``check`` takes the function's arguments in their order, raises ValueError where one does not
    fit, and returns them as arrays.
    """

    def decorate(function):
        signature = inspect.signature(function)

        @functools.wraps(function)
        def checked_function(*args, **kwargs):
            arguments = signature.bind(*args, **kwargs)
            arguments.apply_defaults()
            return function(*check(*arguments.args))

        return checked_function

    return decorate


def as_size(value, name, smallest=1):
    """Return ``value`` as an int of at least ``smallest``, or raise a ValueError that names it."""
    try:
        number = operator.index(value)
    except TypeError:
        raise ValueError(f"{name} must be an integer, got {value!r}.") from None
    if number < smallest or isinstance(value, bool):
        raise ValueError(f"{name} must be an integer of at least {smallest}, got {value!r}.")
    return number


def as_numbers(value, name, allow_complex=False):
    """Return ``value`` as a float64 array, or raise a ValueError that names it.

    Parameters
    ----------
    value : array_like
        Numbers of any shape. Integers and lower precisions are computed in float64.
    name : str
        The argument's name, for the message.
    allow_complex : bool
        Let complex values through, as the complex step needs.

    Returns
    -------
    float64 or complex128 array
        A view of ``value`` where its dtype fits already, never written to by this package.

    Raises
    ------
    ValueError
        If ``value`` is no numeric array, or holds NaN or infinity.
    """
    try:
        # Of the subclasses of arrays one passes: what is done with it is to be counted.
        array = value if isinstance(value, CountedArray) else np.asarray(value)
    except ValueError:
        raise ValueError(
            f"{name} must be one array of numbers, got rows of different lengths."
        ) from None
    if array.dtype.kind not in ("iufc" if allow_complex else "iuf"):
        raise ValueError(
            f"{name} must hold real numbers{' or complex ones' if allow_complex else ''}, "
            f"got dtype {array.dtype}."
        )
    array = array.astype(np.complex128 if array.dtype.kind == "c" else np.float64, copy=False)
    if not np.isfinite(array).all():
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise ValueError(
            f"{name} must be finite, got {array[where]} at index {where} of shape {array.shape}."
        )
    return array


def as_columns(value, name, rows=None, allow_complex=False):
    """Return ``value`` as a (rows, B) array, a column an example, or raise a ValueError."""
    array = as_numbers(value, name, allow_complex)
    expected = f"({'D' if rows is None else rows}, B), a column an example"
    if array.ndim != 2 or (rows is not None and array.shape[0] != rows):
        hint = " Write a single column as shape (D, 1)." if array.ndim < 2 else ""
        raise ValueError(f"{name} must have shape {expected}, got {array.shape}.{hint}")
    if array.shape[1] == 0:
        raise ValueError(f"{name} must hold at least one example, got shape {array.shape}.")
    return array


def as_network(all_weights, all_biases, allow_complex=False):
    """Return the parameters as two lists of arrays whose shapes fit together.

    ``all_weights[k]`` is (D_{k+1}, D_k), ``all_biases[k]`` is (D_{k+1}, 1), where D_0 is the
    number of inputs. K, the number of hidden layers, is ``len(all_weights) - 1``.

    Raises
    ------
    ValueError
        If a list is empty, the lists differ in length, or an array does not fit its neighbours.
    """
    for value, name in ((all_weights, "all_weights"), (all_biases, "all_biases")):
        if not isinstance(value, (list, tuple)):
            raise ValueError(f"{name} must be a list of arrays, got {type(value).__name__}.")
    if not all_weights:
        raise ValueError("all_weights must hold at least one matrix, got an empty list.")
    if len(all_biases) != len(all_weights):
        raise ValueError(
            f"all_biases must hold one column for each of the {len(all_weights)} matrices of "
            f"all_weights, got {len(all_biases)}."
        )
    weights, biases = [], []
    for layer, (weight, bias) in enumerate(zip(all_weights, all_biases)):
        weight = as_numbers(weight, f"all_weights[{layer}]", allow_complex)
        bias = as_numbers(bias, f"all_biases[{layer}]", allow_complex)
        if weight.ndim != 2 or 0 in weight.shape:
            raise ValueError(
                f"all_weights[{layer}] must be a matrix with at least one row and one column, "
                f"got shape {weight.shape}."
            )
        if layer > 0 and weight.shape[1] != weights[-1].shape[0]:
            raise ValueError(
                f"all_weights[{layer}] must have {weights[-1].shape[0]} columns, one for each row "
                f"of all_weights[{layer - 1}], got shape {weight.shape}."
            )
        if bias.shape != (weight.shape[0], 1):
            raise ValueError(
                f"all_biases[{layer}] must have shape ({weight.shape[0]}, 1), a row for each row "
                f"of all_weights[{layer}], got {bias.shape}."
            )
        weights.append(weight)
        biases.append(bias)
    return weights, biases


def as_layer_values(values, widths, name, examples):
    """Return ``values`` as a list of (width, examples) arrays, one for each width."""
    if not isinstance(values, (list, tuple)):
        raise ValueError(f"{name} must be a list of arrays, got {type(values).__name__}.")
    if len(values) != len(widths):
        raise ValueError(f"{name} must hold {len(widths)} arrays, one a layer, got {len(values)}.")
    checked = []
    for layer, (value, width) in enumerate(zip(values, widths)):
        value = as_columns(value, f"{name}[{layer}]", rows=width)
        if value.shape[1] != examples:
            raise ValueError(
                f"{name}[{layer}] must have {examples} columns, one an example as in y, "
                f"got shape {value.shape}."
            )
        checked.append(value)
    return checked


def as_examples(net_input, y, all_weights):
    """Return the inputs and the targets of a network as arrays with as many columns."""
    net_input = as_columns(net_input, "net_input", rows=all_weights[0].shape[1])
    y = as_columns(y, "y", rows=all_weights[-1].shape[0])
    if y.shape[1] != net_input.shape[1]:
        raise ValueError(
            f"y must have {net_input.shape[1]} columns, one for each example of net_input, "
            f"got shape {y.shape}."
        )
    return net_input, y


def as_loss(function, name):
    """Return a loss, or its derivative, if it can be called; or raise a ValueError."""
    if not callable(function):
        raise ValueError(f"{name} must be a function of net_output and y, got {function!r}.")
    return function


def as_arguments_of_backward_pass(
    all_weights, all_biases, all_f, all_h, y, d_loss, as_network=as_network
):
    """Return the arguments of a backward pass; ``as_network`` checks the kind of network."""
    d_loss = as_loss(d_loss, "d_loss")
    all_weights, all_biases = as_network(all_weights, all_biases)
    y = as_columns(y, "y", rows=all_weights[-1].shape[0])
    all_f = as_layer_values(all_f, [w.shape[0] for w in all_weights], "all_f", y.shape[1])
    all_h = as_layer_values(all_h, [w.shape[1] for w in all_weights], "all_h", y.shape[1])
    return all_weights, all_biases, all_f, all_h, y, d_loss
