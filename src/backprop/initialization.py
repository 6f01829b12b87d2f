"""How large a deep network's numbers are, forward and back, and how to draw its weights
(chapter 11).

The size of a column is its mean square, which is the variance of its entries since their mean is
zero. All variances are those over many networks with random weights.
"""

import numpy as np

from backprop.backward_pass import backward_pass
from backprop.forward_pass import compute_network_output
from backprop.validation import as_columns, as_numbers, as_size, validated

# The number of terms of the sum whose variance each rule keeps: forward a unit adds up what its
# layer's inputs bring, on the way back an input adds up what the layer's units bring.
RULES = {
    "forward": lambda inputs, outputs: inputs,
    "backward": lambda inputs, outputs: outputs,
    "compromise": lambda inputs, outputs: (inputs + outputs) / 2,
}


def _as_widths(widths):
    if np.ndim(widths) != 1 or len(widths) < 2:
        raise ValueError(
            f"widths must list the inputs, the units of each hidden layer and the outputs, "
            f"got {widths!r}."
        )
    return [as_size(width, f"widths[{place}]") for place, width in enumerate(widths)]


def _as_positive(value, name):
    number = as_numbers(value, name)
    if number.shape != () or number <= 0:
        raise ValueError(f"{name} must be one number greater than 0, got {value!r}.")
    return float(number)


# ---- the factors of one layer ----------------------------------------------------------------


def _check_variance_factors(inputs, outputs, weight_variance):
    inputs, outputs = as_size(inputs, "inputs"), as_size(outputs, "outputs")
    return inputs, outputs, _as_positive(weight_variance, "weight_variance")


@validated(_check_variance_factors)
def variance_factors(inputs, outputs, weight_variance):
    """What a layer multiplies the variance by, on the way forward and on the way back.

    Var f_k = (D_k sigma^2 / 2) Var f_{k-1} and Var dl/df_{k-1} = (D_{k+1} sigma^2 / 2) Var dl/df_k
    (UDL, section 7.5).

    Parameters
    ----------
    inputs, outputs : int
        D_k and D_{k+1}: Omega_k has shape (outputs, inputs).
    weight_variance : float
        sigma^2, of the entries of Omega_k.

    Returns
    -------
    forward, backward : float

    Raises
    ------
    ValueError
        If a size is no integer of at least 1, or the variance is not greater than 0.

    Examples
    --------
    >>> variance_factors(inputs=100, outputs=50, weight_variance=0.02)
    (1.0, 0.5)
    """
    forward = inputs * weight_variance / 2
    backward = outputs * weight_variance / 2
    return forward, backward


def _check_weight_variance_for(width, layers, ratio):
    return as_size(width, "width"), as_size(layers, "layers"), _as_positive(ratio, "ratio")


@validated(_check_weight_variance_for)
def weight_variance_for(width, layers, ratio):
    """The variance of the weights with which the gradient changes its size by a known ratio.

    Parameters
    ----------
    width : int
        D, of all hidden layers.
    layers : int
        The number of layers through which the gradient goes.
    ratio : float
        By how much the typical size of a gradient, the root of its mean square, is multiplied on
        this way: less than 1 if it is to vanish, 1 if it is to stay.

    Returns
    -------
    float
        sigma^2.

    Raises
    ------
    ValueError
        If a size is no integer of at least 1, or the ratio is not greater than 0.

    Examples
    --------
    >>> print(f"{weight_variance_for(width=100, layers=50, ratio=1.0):.3f}")
    0.020
    """
    factor = ratio ** (2 / layers)  # of the variance, in one layer
    return 2 * factor / width


# ---- He initialization -----------------------------------------------------------------------


def _check_he_standard_deviations(widths, rule):
    if rule not in RULES:
        raise ValueError(f"rule must be one of {', '.join(RULES)}, got {rule!r}.")
    return _as_widths(widths), rule


@validated(_check_he_standard_deviations)
def he_standard_deviations(widths, rule="forward"):
    """The standard deviation of every layer's weights in He initialization.

    sigma_k^2 = 2 / D_k keeps the variance on the way forward, 2 / D_{k+1} on the way back, and
    4 / (D_k + D_{k+1}) is the compromise (UDL, section 7.5).

    Parameters
    ----------
    widths : sequence of K + 2 ints
        The inputs, the units of each hidden layer, the outputs.
    rule : {"forward", "backward", "compromise"}

    Returns
    -------
    list of K + 1 floats
        sigma_0 ... sigma_K.

    Raises
    ------
    ValueError
        If the widths are not integers of at least 1, or there is no such rule.

    Examples
    --------
    >>> he_standard_deviations([2, 8, 50, 1])
    [1.0, 0.5, 0.2]
    """
    terms = RULES[rule]
    return [float(np.sqrt(2 / terms(*sizes))) for sizes in zip(widths, widths[1:])]


def _check_initialize_normal(widths, standard_deviations, seed):
    widths = _as_widths(widths)
    deviations = as_numbers(standard_deviations, "standard_deviations")
    if deviations.shape not in ((), (len(widths) - 1,)):
        raise ValueError(
            f"standard_deviations must hold {len(widths) - 1} numbers, one a layer, or be one "
            f"number, got shape {deviations.shape}."
        )
    deviations = np.broadcast_to(deviations, len(widths) - 1)
    if (deviations < 0).any():
        raise ValueError(f"standard_deviations must not be negative, got {standard_deviations!r}.")
    return widths, list(deviations), as_size(seed, "seed", smallest=0)


@validated(_check_initialize_normal)
def initialize_normal(widths, standard_deviations, seed=0):
    """Draw all weights from normal distributions with mean 0; all biases are zero.

    Parameters
    ----------
    widths : sequence of K + 2 ints
        The inputs, the units of each hidden layer, the outputs.
    standard_deviations : float or sequence of K + 1 floats
        Of all layers, or of each in turn.
    seed : int

    Returns
    -------
    all_weights, all_biases : lists of K + 1 arrays

    Raises
    ------
    ValueError
        If a size is no integer of at least 1, or a standard deviation is negative.

    Examples
    --------
    >>> all_weights, all_biases = initialize_normal([2, 8, 3], 0.1)
    >>> [weights.shape for weights in all_weights]
    [(8, 2), (3, 8)]
    """
    draws = np.random.default_rng(seed)
    layers = zip(widths, widths[1:], standard_deviations)
    all_weights = [
        draws.normal(0, sigma, size=(after, before))
        for before, after, sigma in layers
    ]
    all_biases = [np.zeros((after, 1)) for after in widths[1:]]
    return all_weights, all_biases


def initialize_he(widths, rule="forward", seed=0):
    """Draw the parameters of a network by He initialization: zero biases, scaled weights.

    Parameters and errors as in `he_standard_deviations` and `initialize_normal`.

    Returns
    -------
    all_weights, all_biases : lists of K + 1 arrays

    Examples
    --------
    >>> all_weights, all_biases = initialize_he([2, 200, 300, 1])
    >>> print(f"{all_weights[1].var() * 200:.1f}")
    2.0
    """
    return initialize_normal(widths, he_standard_deviations(widths, rule), seed)


# ---- what is measured ------------------------------------------------------------------------


def mean_squares_through_depth(
    widths, standard_deviations, networks=100, seed=0,
    forward_pass=compute_network_output, backward_pass=backward_pass,
):
    """The mean squares of every f_k and of every dl/df_k, in each of many random networks.

    Each network has an input of its own and an error of its own, dl/df_K: columns of standard
    normal numbers. So what is measured does not depend on a target.

    Parameters
    ----------
    widths, standard_deviations : as in `initialize_normal`
    networks : int
    seed : int
    forward_pass, backward_pass : functions
        Called as `compute_network_output` and `backward_pass` are.

    Returns
    -------
    forward, backward : (networks, K + 1) arrays
        A row a network, a column a layer from 0 to K.

    Raises
    ------
    ValueError
        As `initialize_normal`.

    Examples
    --------
    >>> forward, backward = mean_squares_through_depth([50] * 12, np.sqrt(2 / 50))
    >>> forward.shape
    (100, 11)
    """
    draws = np.random.default_rng(seed)
    of_f, of_dl_df = [], []
    for _ in range(networks):
        all_weights, all_biases = initialize_normal(
            widths, standard_deviations, int(draws.integers(2**32))
        )
        net_input = draws.normal(size=(widths[0], 1))
        error = draws.normal(size=(widths[-1], 1))
        net_output, all_f, all_h = forward_pass(net_input, all_weights, all_biases)
        _, all_dl_df = backward_pass(
            all_weights, all_biases, all_f, all_h, net_output, d_loss=lambda net_output, y: error
        )
        of_f.append([np.mean(f**2) for f in all_f])
        of_dl_df.append([np.mean(dl_df**2) for dl_df in all_dl_df])
    return np.array(of_f), np.array(of_dl_df)


def layers_in_range(factor, dtype=np.float64):
    """Through how many layers a number goes that starts at 1, until it has no floating-point form.

    Parameters
    ----------
    factor : float
        What each layer multiplies its size by; not 1.
    dtype : NumPy floating-point type

    Returns
    -------
    int
        The first layer behind which it is too large and becomes infinite (for a factor greater
        than 1), or is smaller than the smallest positive number (for one that is less).

    Raises
    ------
    ValueError
        If the factor is not greater than 0, or is 1.

    Examples
    --------
    >>> layers_in_range(2.0), layers_in_range(2.0, np.float32), layers_in_range(0.5, np.float32)
    (1024, 128, 150)
    """
    factor = _as_positive(factor, "factor")
    if factor == 1:
        raise ValueError("factor must not be 1: such a number stays in range for ever.")
    limits, doublings = np.finfo(dtype), np.log2(factor)  # below 0 where the number shrinks
    if factor > 1:
        return int(np.ceil(limits.maxexp / doublings))
    return int(np.floor((limits.minexp - limits.nmant) / doublings)) + 1


# ---- dead units ------------------------------------------------------------------------------


def _check_dead_units(f):
    return (as_columns(f, "f"),)


@validated(_check_dead_units)
def dead_units(f):
    """Which units of a layer are dead for a batch: not active for any of its examples.

    Parameters
    ----------
    f : (D, B) array
        The layer's pre-activations; a column is an example.

    Returns
    -------
    (D, 1) array of bool

    Raises
    ------
    ValueError
        If ``f`` is not such an array, or a number is not finite.

    Examples
    --------
    >>> dead_units([[1.0, -2.0], [-3.0, -4.0], [0.0, -1.0]]).ravel()
    array([False,  True,  True])
    """
    return np.all(f <= 0, axis=1, keepdims=True)
