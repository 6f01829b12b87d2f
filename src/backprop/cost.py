"""What a gradient costs, by formulas in the widths of the layers (chapter 10).

``widths`` is always the list D_0, D_1, ..., D_{K+1}: the number of inputs, the width of each hidden
layer, the number of outputs. Layer k has D_{k+1} D_k weights and D_{k+1} biases, k = 0 ... K. Each
formula is checked against the operations and the numbers that are counted while the code runs.
"""

from backprop.validation import as_network, as_size, validated


def layer_widths(all_weights, all_biases):
    """The list D_0, D_1, ..., D_{K+1} of a network.

    Examples
    --------
    >>> from backprop import initialize_parameters
    >>> layer_widths(*initialize_parameters(2, [3, 4], inputs=5, outputs=2))
    [5, 3, 4, 2]
    """
    all_weights, _ = as_network(all_weights, all_biases)
    return [all_weights[0].shape[1], *(len(weights) for weights in all_weights)]


def check_widths_and_examples(widths, examples):
    """The widths as a list of ints and the number of examples, or a ValueError."""
    if not isinstance(widths, (list, tuple)) or len(widths) < 2:
        raise ValueError(
            f"widths must be a list of at least two sizes, from D_0 to D_{{K+1}}, got {widths!r}."
        )
    sizes = [as_size(width, f"widths[{k}]") for k, width in enumerate(widths)]
    return sizes, as_size(examples, "examples")


@validated(check_widths_and_examples)
def forward_operations(widths, examples=1):
    """The multiplications and the additions of the forward pass: B sum_k D_{k+1} D_k of each.

    Parameters
    ----------
    widths : list of K + 2 ints
        D_0, ..., D_{K+1}.
    examples : int
        B.

    Returns
    -------
    multiplications, additions : int

    Raises
    ------
    ValueError
        If a size is no integer of at least 1, or there are fewer than two.

    Examples
    --------
    >>> forward_operations([1, 6, 6, 6, 6, 6, 1])
    (156, 156)
    """
    multiplications = additions = 0
    for before, after in zip(widths[:-1], widths[1:]):
        multiplications += after * before * examples
        additions += after * (before - 1) * examples + after * examples  # the product; the bias
    return multiplications, additions


@validated(check_widths_and_examples)
def backward_multiplications(widths, examples=1):
    """The multiplications of the backward pass, line by line.

    Parameters and errors as in `forward_operations`.

    Returns
    -------
    list of 5 ints
        Of dl/df_K, of the biases (none), of the weights, of the way back through the weights, and
        of the mask; each for all layers together.

    Examples
    --------
    >>> backward_multiplications([1, 6, 6, 6, 6, 6, 1])
    [1, 0, 156, 150, 30]
    """
    K = len(widths) - 2
    start = widths[K + 1] * examples
    biases = 0
    weights = sum(widths[k + 1] * widths[k] * examples for k in range(K + 1))
    back = sum(widths[k + 1] * widths[k] * examples for k in range(1, K + 1))
    mask = sum(widths[k] * examples for k in range(1, K + 1))
    return [start, biases, weights, back, mask]


@validated(check_widths_and_examples)
def backward_additions(widths, examples=1):
    """The additions of the backward pass, line by line, in the order of `backward_multiplications`.

    Parameters and errors as in `forward_operations`.

    Returns
    -------
    list of 5 ints

    Examples
    --------
    >>> backward_additions([1, 6, 6, 6, 6, 6, 1])
    [1, 0, 0, 120, 0]
    """
    K = len(widths) - 2
    start = widths[K + 1] * examples
    biases = sum(widths[k + 1] * (examples - 1) for k in range(K + 1))
    weights = sum(widths[k + 1] * widths[k] * (examples - 1) for k in range(K + 1))
    back = sum(widths[k] * examples * (widths[k + 1] - 1) for k in range(1, K + 1))
    mask = 0
    return [start, biases, weights, back, mask]


def backward_operations(widths, examples=1):
    """The multiplications and the additions of the backward pass, all lines together.

    With W weights, N biases and P parameters: B (2 W - D_1 D_0 + N) multiplications and
    B (2 W - D_1 D_0 + 2 D_o) - P additions.

    Examples
    --------
    >>> backward_operations([1, 6, 6, 6, 6, 6, 1])
    (337, 121)
    """
    return sum(backward_multiplications(widths, examples)), sum(backward_additions(widths, examples))


@validated(lambda widths: check_widths_and_examples(widths, 1)[:1])
def number_of_parameters(widths):
    """P, of the widths alone.

    Examples
    --------
    >>> number_of_parameters([1, 6, 6, 6, 6, 6, 1])
    187
    """
    return sum(after * (before + 1) for before, after in zip(widths[:-1], widths[1:]))


def forward_passes(widths, scheme):
    """How many forward passes a gradient takes when every parameter is nudged by itself.

    Parameters
    ----------
    widths : list of K + 2 ints
    scheme : {"forward", "central", "complex"}

    Examples
    --------
    >>> [forward_passes([1, 6, 6, 6, 6, 6, 1], s) for s in ("forward", "central", "complex")]
    [188, 374, 187]
    """
    P = number_of_parameters(widths)
    passes = {"forward": P + 1, "central": 2 * P, "complex": P}
    if scheme not in passes:
        raise ValueError(f'scheme must be "forward", "central" or "complex", got {scheme!r}.')
    return passes[scheme]


@validated(lambda widths: check_widths_and_examples(widths, 1)[:1])
def share_behind(widths):
    """The share of a forward pass that lies behind the nudged parameter, on average.

    A nudge in layer k leaves all layers before it as they are, and moves f_k by a known amount; so
    only the products of the layers k + 1 ... K are computed again.

    Examples
    --------
    >>> print(f"{share_behind([1, 6, 6, 6, 6, 6, 1]):.3f}")
    0.407
    """
    products = [after * before for before, after in zip(widths[:-1], widths[1:])]
    parameters = [after * (before + 1) for before, after in zip(widths[:-1], widths[1:])]
    behind = [sum(products[k + 1 :]) for k in range(len(products))]
    again = sum(count * cost for count, cost in zip(parameters, behind))
    return again / (sum(parameters) * sum(products))


@validated(check_widths_and_examples)
def kept_numbers(widths, examples=1):
    """How many numbers are kept for the way back: all f_k and h_k, or the h_k and the output alone.

    The mask of f_{k-1} is that of h_k, so that the f_k of the hidden layers need not be kept.

    Parameters and errors as in `forward_operations`.

    Returns
    -------
    all_f_and_h, all_h_and_output : int

    Examples
    --------
    >>> kept_numbers([1, 6, 6, 6, 6, 6, 1])
    (62, 32)
    """
    h = sum(widths[:-1]) * examples
    f = sum(widths[1:]) * examples
    return f + h, h + widths[-1] * examples
