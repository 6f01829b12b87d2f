"""From the input to the output, keeping every f_k and h_k for the way back (chapter 02)."""

import numpy as np

from backprop.validation import as_columns, as_network, as_numbers, validated


def _check_relu(preactivation):
    return (as_numbers(preactivation, "preactivation", allow_complex=True),)


@validated(_check_relu)
def relu(preactivation):
    """Rectified linear unit: the value where it is positive, zero elsewhere.

    Parameters
    ----------
    preactivation : array of any shape
        A complex number is judged by its real part, so that the complex step passes through.

    Returns
    -------
    array of the same shape
        ``max(0, preactivation)``, entry by entry.

    Raises
    ------
    ValueError
        If an entry is not a finite number.

    Examples
    --------
    >>> relu(np.array([[-2.0], [0.0], [3.0]])).ravel()
    array([0., 0., 3.])
    """
    return np.where(preactivation.real > 0, preactivation, 0.0)


def _check_compute_network_output(net_input, all_weights, all_biases):
    all_weights, all_biases = as_network(all_weights, all_biases, allow_complex=True)
    inputs = all_weights[0].shape[1]
    net_input = as_columns(net_input, "net_input", rows=inputs, allow_complex=True)
    return net_input, all_weights, all_biases


@validated(_check_compute_network_output)
def compute_network_output(net_input, all_weights, all_biases):
    """Run the network forward and keep what the backward pass needs.

    f_0 = beta_0 + Omega_0 x,  h_k = relu(f_{k-1}),  f_k = beta_k + Omega_k h_k,  output = f_K.

    Parameters
    ----------
    net_input : (D_i, B) array
        A column is an example.
    all_weights, all_biases : lists of K + 1 arrays
        Omega_k of shape (D_{k+1}, D_k) and beta_k of shape (D_{k+1}, 1). Complex values are
        carried through.

    Returns
    -------
    net_output : (D_o, B) array
        f_K; the output layer has no ReLU.
    all_f : list of K + 1 arrays
        The pre-activations f_0 ... f_K; ``all_f[K]`` is ``net_output``.
    all_h : list of K + 1 arrays
        The activations h_0 ... h_K; ``all_h[0]`` is the input.

    Raises
    ------
    ValueError
        If a shape does not fit, a list has the wrong length, or a number is not finite.

    Examples
    --------
    >>> from backprop import initialize_parameters
    >>> net_output, all_f, all_h = compute_network_output([[1.2]], *initialize_parameters())
    >>> print(f"{net_output.item():.3f}")
    1.907
    """
    K = len(all_weights) - 1
    all_f = [None] * (K + 1)
    all_h = [None] * (K + 1)
    all_h[0] = net_input.copy()  # h_0 must keep its values when the caller changes the input
    for layer in range(K + 1):
        if layer > 0:
            all_h[layer] = relu(all_f[layer - 1])
        all_f[layer] = all_biases[layer] + all_weights[layer] @ all_h[layer]
    return all_f[K], all_f, all_h
