"""The network's parameters: how many, of which shapes, and drawn in which order (chapter 01)."""

import numpy as np

from backprop.validation import as_size, validated


def _check_initialize_parameters(hidden_layers, width, inputs, outputs, seed):
    hidden_layers = as_size(hidden_layers, "hidden_layers", smallest=0)
    if np.ndim(width) == 0:
        width = as_size(width, "width")
    elif len(width) != hidden_layers:
        raise ValueError(
            f"width must hold one size for each of the {hidden_layers} hidden layers, "
            f"got {len(width)}."
        )
    else:
        width = [as_size(units, f"width[{layer}]") for layer, units in enumerate(width)]
    seed = as_size(seed, "seed", smallest=0)
    if seed >= 2**32:
        raise ValueError(f"seed must be less than 2**32, got {seed}.")
    return hidden_layers, width, as_size(inputs, "inputs"), as_size(outputs, "outputs"), seed


@validated(_check_initialize_parameters)
def initialize_parameters(hidden_layers=5, width=6, inputs=1, outputs=1, seed=0):
    """Draw all weights and biases from a standard normal distribution.

    The order of the draws is the reference network's: first and last weights, first and last
    biases, then the weights and the biases of each layer between. ``hidden_layers=5, width=6,
    inputs=1, outputs=1, seed=0`` is the reference network itself. NumPy's global random state
    is neither used nor changed.

    Parameters
    ----------
    hidden_layers : int
        K, the number of hidden layers; 0 leaves a linear map.
    width : int or sequence of K ints
        The number of units of every hidden layer, or of each in turn, from the input on.
    inputs, outputs : int
        D_i and D_o.
    seed : int
        Seed of the draws; the same seed gives the same network.

    Returns
    -------
    all_weights : list of K + 1 arrays
        Omega_k, shape (width of layer k + 1, width of layer k).
    all_biases : list of K + 1 arrays
        beta_k, shape (width of layer k + 1, 1).

    Raises
    ------
    ValueError
        If a size is no integer of at least 1 (0 for ``hidden_layers``), or ``width`` does not
        hold one for each hidden layer.

    Examples
    --------
    >>> all_weights, all_biases = initialize_parameters()
    >>> [weights.shape for weights in all_weights]
    [(6, 1), (6, 6), (6, 6), (6, 6), (6, 6), (1, 6)]
    >>> count_parameters(all_weights, all_biases)
    187
    """
    K = hidden_layers
    widths = [inputs, *np.broadcast_to(width, K), outputs]
    before, after = widths[:-1], widths[1:]
    draws = np.random.RandomState(seed)
    all_weights = [None] * (K + 1)
    all_biases = [None] * (K + 1)
    first_and_last = [0, K] if K > 0 else [0]
    for layer in first_and_last:
        all_weights[layer] = draws.normal(size=(after[layer], before[layer]))
    for layer in first_and_last:
        all_biases[layer] = draws.normal(size=(after[layer], 1))
    for layer in range(1, K):
        all_weights[layer] = draws.normal(size=(after[layer], before[layer]))
        all_biases[layer] = draws.normal(size=(after[layer], 1))
    return all_weights, all_biases


def count_parameters(all_weights, all_biases):
    """The number of weights and biases together."""
    return sum(array.size for array in [*all_weights, *all_biases])
