"""A network with residual connections, forward and back (chapter 11).

A residual connection leads round a hidden layer: what goes into its ReLU is added to what comes
out of its weights.
"""

from functools import partial

from backprop.backward_pass import indicator_function, sum_over_batch
from backprop.forward_pass import relu
from backprop.loss import d_loss_d_output
from backprop.validation import (
    as_arguments_of_backward_pass,
    as_columns,
    as_network,
    validated,
)


def _as_residual_network(all_weights, all_biases, allow_complex=False):
    all_weights, all_biases = as_network(all_weights, all_biases, allow_complex)
    for layer, weights in enumerate(all_weights[1:-1], start=1):
        if weights.shape[0] != weights.shape[1]:
            raise ValueError(
                f"all_weights[{layer}] must be square, since its layer has a residual connection, "
                f"got shape {weights.shape}."
            )
    return all_weights, all_biases


def _check_residual_forward_pass(net_input, all_weights, all_biases):
    all_weights, all_biases = _as_residual_network(all_weights, all_biases, allow_complex=True)
    inputs = all_weights[0].shape[1]
    net_input = as_columns(net_input, "net_input", rows=inputs, allow_complex=True)
    return net_input, all_weights, all_biases


@validated(_check_residual_forward_pass)
def residual_forward_pass(net_input, all_weights, all_biases):
    """Run a residual network forward and keep what the backward pass needs.

    h_k = relu(f_{k-1}) and f_k = f_{k-1} + beta_k + Omega_k h_k for 0 < k < K. The first layer
    and the output layer have no residual connection, since they change the width.

    Parameters
    ----------
    net_input : (D_i, B) array
        A column is an example.
    all_weights, all_biases : lists of K + 1 arrays
        As in `compute_network_output`; all hidden layers have one width. Complex values are
        carried through.

    Returns
    -------
    net_output : (D_o, B) array
    all_f, all_h : lists of K + 1 arrays
        The pre-activations f_0 ... f_K and the activations h_0 ... h_K.

    Raises
    ------
    ValueError
        If a shape does not fit, a list has the wrong length, or a number is not finite.

    Examples
    --------
    >>> from backprop import initialize_parameters
    >>> net_output, all_f, all_h = residual_forward_pass([[1.2]], *initialize_parameters())
    >>> net_output.shape
    (1, 1)
    """
    K = len(all_weights) - 1
    all_f = [None] * (K + 1)
    all_h = [None] * (K + 1)
    all_h[0] = net_input.copy()
    for layer in range(K + 1):
        if layer > 0:
            all_h[layer] = relu(all_f[layer - 1])
        all_f[layer] = all_biases[layer] + all_weights[layer] @ all_h[layer]
        if 0 < layer < K:
            all_f[layer] = all_f[layer] + all_f[layer - 1]
    return all_f[K], all_f, all_h


@validated(partial(as_arguments_of_backward_pass, as_network=_as_residual_network))
def residual_backward_pass(
    all_weights, all_biases, all_f, all_h, y, d_loss=d_loss_d_output
):
    """Gradient of the loss of a residual network, by default the summed squared error.

    As `backprop.backward_pass`, with one more path for 0 < k < K:
    dl/df_{k-1} = 1[f_{k-1} > 0] * (Omega_k^T dl/df_k) + dl/df_k.

    Parameters
    ----------
    all_weights, all_biases : lists of K + 1 arrays
    all_f, all_h : lists of K + 1 arrays
        What `residual_forward_pass` returned for these parameters.
    y : (D_o, B) array
        The targets; a column is an example.
    d_loss : function, optional
        ``d_loss(net_output, y)`` gives dl/df_K, of the shape of the output.

    Returns
    -------
    all_dl_dweights, all_dl_dbiases : lists of K + 1 arrays

    Raises
    ------
    ValueError
        If a shape does not fit, a list has the wrong length, or a number is not finite.

    Examples
    --------
    >>> from backprop import initialize_parameters
    >>> all_weights, all_biases = initialize_parameters()
    >>> _, all_f, all_h = residual_forward_pass([[1.2]], all_weights, all_biases)
    >>> all_dl_dweights, _ = residual_backward_pass(all_weights, all_biases, all_f, all_h, [[20.0]])
    >>> all_dl_dweights[3].shape
    (6, 6)
    """
    K = len(all_weights) - 1
    all_dl_dweights = [None] * (K + 1)
    all_dl_dbiases = [None] * (K + 1)
    dl_df = d_loss(all_f[K], y)
    for layer in reversed(range(K + 1)):
        all_dl_dbiases[layer] = sum_over_batch(dl_df)
        all_dl_dweights[layer] = dl_df @ all_h[layer].T
        if layer > 0:
            dl_dh = all_weights[layer].T @ dl_df
            through_weights = indicator_function(all_f[layer - 1]) * dl_dh
            round_them = dl_df if layer < K else 0.0
            dl_df = through_weights + round_them
    return all_dl_dweights, all_dl_dbiases
