"""From the loss back to every bias and weight: the four equations (chapters 05 to 07)."""

import numpy as np

from backprop.loss import d_loss_d_output
from backprop.validation import as_arguments_of_backward_pass, as_numbers, validated


def _check_indicator_function(x):
    return (as_numbers(x, "x", allow_complex=True),)


@validated(_check_indicator_function)
def indicator_function(x):
    """1 where an entry is greater than zero, 0 elsewhere: the derivative of the ReLU.

    At exactly zero the ReLU has no derivative; 0 is the convention here and in UDL.

    Parameters
    ----------
    x : array of any shape
        Pre-activations; a complex number is judged by its real part.

    Returns
    -------
    float64 array of the same shape

    Raises
    ------
    ValueError
        If an entry is not a finite number.

    Examples
    --------
    >>> indicator_function(np.array([[-2.0], [0.0], [3.0]])).ravel()
    array([0., 0., 1.])
    """
    return (x.real > 0).astype(np.float64)


@validated(as_arguments_of_backward_pass)
def backward_pass(all_weights, all_biases, all_f, all_h, y, d_loss=d_loss_d_output):
    """Gradient of the loss, by default the summed squared error, in every weight and bias.

    Starting from dl/df_K, each layer takes three products (UDL equations 7.21, 7.22, 7.24):
    dl/dbeta_k = dl/df_k,  dl/dOmega_k = dl/df_k h_k^T,
    dl/df_{k-1} = 1[f_{k-1} > 0] * (Omega_k^T dl/df_k), summed over the examples of a batch.

    Parameters
    ----------
    all_weights, all_biases : lists of K + 1 arrays
        The parameters, Omega_k of shape (D_{k+1}, D_k) and beta_k of shape (D_{k+1}, 1).
    all_f, all_h : lists of K + 1 arrays
        What `compute_network_output` returned for these parameters.
    y : (D_o, B) array
        The targets; a column is an example.
    d_loss : function, optional
        ``d_loss(net_output, y)`` gives dl/df_K, of the shape of the output (chapter 09).

    Returns
    -------
    all_dl_dweights, all_dl_dbiases : lists of K + 1 arrays
        The gradients, each of the shape of its parameter.

    Raises
    ------
    ValueError
        If a shape does not fit, a list has the wrong length, or a number is not finite.

    Examples
    --------
    >>> from backprop import compute_network_output, initialize_parameters
    >>> all_weights, all_biases = initialize_parameters()
    >>> net_output, all_f, all_h = compute_network_output([[1.2]], all_weights, all_biases)
    >>> all_dl_dweights, all_dl_dbiases = backward_pass(
    ...     all_weights, all_biases, all_f, all_h, [[20.0]]
    ... )
    >>> all_dl_dbiases[2].round(3).ravel()
    array([ 0.   ,  0.   ,  0.938,  0.   , -9.993,  0.508])
    """
    K = len(all_weights) - 1
    all_dl_dweights = [None] * (K + 1)
    all_dl_dbiases = [None] * (K + 1)
    dl_df = d_loss(all_f[K], y)
    for layer in reversed(range(K + 1)):
        all_dl_dbiases[layer] = sum_over_batch(dl_df)                 # 7.21
        all_dl_dweights[layer] = dl_df @ all_h[layer].T               # 7.22
        if layer > 0:
            dl_dh = all_weights[layer].T @ dl_df                      # 7.24, weights
            dl_df = indicator_function(all_f[layer - 1]) * dl_dh      # 7.24, ReLU
    return all_dl_dweights, all_dl_dbiases


def sum_over_batch(dl_df):
    """Add up the columns of a (D, B) array: one bias served all B examples. Gives (D, 1)."""
    return dl_df.sum(axis=1, keepdims=True)
