"""A backward pass that keeps few activations and computes the others again (chapter 10)."""

from backprop.backward_pass import indicator_function, sum_over_batch
from backprop.cost import check_widths_and_examples
from backprop.forward_pass import relu
from backprop.loss import d_loss_d_output
from backprop.validation import as_columns, as_layer_values, as_network, as_size, validated


def _check_keep_checkpoints(net_input, all_weights, all_biases, every):
    all_weights, all_biases = as_network(all_weights, all_biases)
    net_input = as_columns(net_input, "net_input", rows=all_weights[0].shape[1])
    return net_input, all_weights, all_biases, as_size(every, "every")


@validated(_check_keep_checkpoints)
def keep_checkpoints(net_input, all_weights, all_biases, every=2):
    """The activations h_0, h_s, h_2s, ... alone, on the way forward; s is ``every``.

    Behind the last of them nothing is computed: the way back begins there.

    Parameters
    ----------
    net_input : (D_i, B) array
    all_weights, all_biases : lists of K + 1 arrays
    every : int
        From each checkpoint to the next, counted in layers.

    Returns
    -------
    checkpoints : list of arrays
        ``checkpoints[i]`` is the activation h of layer ``i * every``, as far as there are layers.

    Raises
    ------
    ValueError
        If a shape does not fit, a number is not finite, or ``every`` is no integer of at least 1.

    Examples
    --------
    >>> import numpy as np
    >>> from backprop import initialize_parameters
    >>> checkpoints = keep_checkpoints(np.array([[1.2]]), *initialize_parameters())
    >>> [h.shape for h in checkpoints]
    [(1, 1), (6, 1), (6, 1)]
    """
    K = len(all_weights) - 1
    h = net_input.copy()
    checkpoints = [h]
    for layer in range(K - K % every):
        h = relu(all_biases[layer] + all_weights[layer] @ h)
        if (layer + 1) % every == 0:
            checkpoints.append(h)
    return checkpoints


def _check_backward_pass_from_checkpoints(all_weights, all_biases, checkpoints, y, every):
    all_weights, all_biases = as_network(all_weights, all_biases)
    y = as_columns(y, "y", rows=all_weights[-1].shape[0])
    every = as_size(every, "every")
    widths = [weights.shape[1] for weights in all_weights[::every]]
    checkpoints = as_layer_values(checkpoints, widths, "checkpoints", y.shape[1])
    return all_weights, all_biases, checkpoints, y, every


@validated(_check_backward_pass_from_checkpoints)
def backward_pass_from_checkpoints(
    all_weights, all_biases, checkpoints, y, every=2
):
    """The gradients of `backward_pass`, from the activations of every s-th layer alone.

    From the last checkpoint to the first: the activations up to the next checkpoint are computed
    again, then the four equations go back through these layers, and the activations are let go.
    The mask is taken from h_k, which is positive exactly where f_{k-1} is.

    Parameters
    ----------
    all_weights, all_biases : lists of K + 1 arrays
    checkpoints : list of arrays
        What `keep_checkpoints` returned for these parameters and this ``every``.
    y : (D_o, B) array
        The targets; a column is an example.
    every : int

    Returns
    -------
    all_dl_dweights, all_dl_dbiases : lists of K + 1 arrays

    Raises
    ------
    ValueError
        If a shape does not fit, a list has the wrong length, or a number is not finite.

    Examples
    --------
    >>> import numpy as np
    >>> from backprop import initialize_parameters
    >>> all_weights, all_biases = initialize_parameters()
    >>> checkpoints = keep_checkpoints(np.array([[1.2]]), all_weights, all_biases)
    >>> _, all_dl_dbiases = backward_pass_from_checkpoints(
    ...     all_weights, all_biases, checkpoints, np.array([[20.0]])
    ... )
    >>> all_dl_dbiases[2].round(3).ravel()
    array([ 0.   ,  0.   ,  0.938,  0.   , -9.993,  0.508])
    """
    K = len(all_weights) - 1
    all_dl_dweights = [None] * (K + 1)
    all_dl_dbiases = [None] * (K + 1)
    for first in reversed(range(0, K + 1, every)):
        last = min(first + every - 1, K)
        h = {first: checkpoints[first // every]}
        for layer in range(first, last):
            h[layer + 1] = relu(
                all_biases[layer] + all_weights[layer] @ h[layer]
            )
        if last == K:
            dl_df = d_loss_d_output(
                all_biases[K] + all_weights[K] @ h[K], y
            )
        for layer in reversed(range(first, last + 1)):
            all_dl_dbiases[layer] = sum_over_batch(dl_df)     # 7.21
            all_dl_dweights[layer] = dl_df @ h[layer].T       # 7.22
            if layer > 0:
                dl_dh = all_weights[layer].T @ dl_df          # 7.24, weights
                dl_df = indicator_function(h[layer]) * dl_dh  # 7.24, ReLU
    return all_dl_dweights, all_dl_dbiases


def checkpointed_backward_pass(net_input, all_weights, all_biases, y, every=2):
    """Gradient of the summed squared error, with the memory of few activations.

    The forward pass is in it: what it would keep is what is to be saved.

    Parameters
    ----------
    net_input : (D_i, B) array
    all_weights, all_biases : lists of K + 1 arrays
    y : (D_o, B) array
    every : int
        1 keeps every activation; about the square root of K + 1 keeps the fewest.

    Returns
    -------
    all_dl_dweights, all_dl_dbiases : lists of K + 1 arrays

    Raises
    ------
    ValueError
        As in `keep_checkpoints` and `backward_pass_from_checkpoints`.

    Examples
    --------
    >>> from backprop import initialize_parameters
    >>> _, all_dl_dbiases = checkpointed_backward_pass(
    ...     [[1.2]], *initialize_parameters(), [[20.0]], every=3
    ... )
    >>> all_dl_dbiases[2].round(3).ravel()
    array([ 0.   ,  0.   ,  0.938,  0.   , -9.993,  0.508])
    """
    checkpoints = keep_checkpoints(net_input, all_weights, all_biases, every)
    return backward_pass_from_checkpoints(all_weights, all_biases, checkpoints, y, every)


def _check_widths_examples_and_every(widths, examples, every):
    return *check_widths_and_examples(widths, examples), as_size(every, "every")


@validated(_check_widths_examples_and_every)
def checkpointed_numbers(widths, examples=1, every=2):
    """How many activations and outputs `checkpointed_backward_pass` keeps, where it keeps the most.

    All checkpoints, the other activations of the part with the most of them, and the output.

    Parameters
    ----------
    widths : list of K + 2 ints
        D_0, ..., D_{K+1}.
    examples, every : int

    Returns
    -------
    int

    Raises
    ------
    ValueError
        If a size is no integer of at least 1, or there are fewer than two widths.

    Examples
    --------
    >>> checkpointed_numbers([1, 6, 6, 6, 6, 6, 1])
    20
    """
    K = len(widths) - 2
    checkpoints = sum(widths[0 : K + 1 : every])
    others = []  # of each part: h_{first+1} ... h_last, and f_K in the last part
    for first in range(0, K + 1, every):
        last = min(first + every - 1, K)
        output = widths[K + 1] if last == K else 0
        others.append(sum(widths[first + 1 : last + 1]) + output)
    return (checkpoints + max(others)) * examples


@validated(lambda layers, every: (as_size(layers, "layers"), as_size(every, "every")))
def most_activations_held(layers, every):
    """How many activations are held where most are: ceil(n / s) + min(s, n) - 1.

    All checkpoints of n layers, and the other activations of one part. The best s is about the
    square root of n.

    Examples
    --------
    >>> [most_activations_held(36, every) for every in (1, 2, 6, 18)]
    [36, 19, 11, 19]
    """
    return -(-layers // every) + min(every, layers) - 1


@validated(_check_widths_examples_and_every)
def recomputed_multiplications(widths, examples=1, every=2):
    """How many multiplications of the forward pass `checkpointed_backward_pass` does twice.

    Those of every layer whose result is neither a checkpoint nor behind the last one.

    Parameters and errors as in `checkpointed_numbers`.

    Examples
    --------
    >>> recomputed_multiplications([1, 6, 6, 6, 6, 6, 1])
    42
    """
    K = len(widths) - 2
    layers = [k for k in range(K - K % every) if (k + 1) % every != 0]
    return sum(widths[k + 1] * widths[k] for k in layers) * examples
