"""How far the output is from the target, and the gradient that starts the way back (chapter 03)."""

from backprop.validation import as_columns, validated


def _check_output_and_target(net_output, y):
    net_output = as_columns(net_output, "net_output", allow_complex=True)
    y = as_columns(y, "y", allow_complex=True)
    if y.shape != net_output.shape:
        raise ValueError(
            f"y must have the shape of net_output, {net_output.shape}, got {y.shape}."
        )
    return net_output, y


@validated(_check_output_and_target)
def least_squares_loss(net_output, y):
    """Summed squared error over all outputs and all examples.

    Parameters
    ----------
    net_output, y : (D_o, B) arrays
        Outputs and targets; a column is an example. Complex values pass through, squared
        without taking the absolute value, as the complex step needs.

    Returns
    -------
    float
        ``sum((net_output - y)**2)``; complex where an argument is.

    Raises
    ------
    ValueError
        If the shapes differ; broadcasting a (B,) target would sum the wrong things.

    Examples
    --------
    >>> least_squares_loss([[1.0, 3.0]], [[2.0, 5.0]])
    5.0
    """
    return ((net_output - y) ** 2).sum().item()


@validated(_check_output_and_target)
def d_loss_d_output(net_output, y):
    """Derivative of the summed squared error with respect to the network output.

    Parameters
    ----------
    net_output, y : (D_o, B) arrays
        A column is an example.

    Returns
    -------
    (D_o, B) array
        ``2 * (net_output - y)``, the upstream gradient that starts the backward pass.

    Raises
    ------
    ValueError
        If the shapes differ; broadcasting a (B,) target would sum the wrong things.

    Examples
    --------
    >>> d_loss_d_output([[1.0, 3.0]], [[2.0, 5.0]])
    array([[-2., -4.]])
    """
    return 2 * (net_output - y)
