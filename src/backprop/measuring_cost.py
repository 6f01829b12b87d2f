"""Time and memory of the ways to a gradient, measured side by side (chapter 10).

Seconds and bytes say more about a machine than about an algorithm. So times are ratios of two
functions that take turns, and memory is counted in numbers.
"""

import statistics
import time
import tracemalloc

import numpy as np

from backprop.backward_pass import backward_pass
from backprop.forward_pass import compute_network_output
from backprop.loss import least_squares_loss
from backprop.network import count_parameters

BYTES_OF_A_NUMBER = 8  # in float64

# Where the processor's time is known in steps of milliseconds only, the time that passes is better.
_FINE = time.get_clock_info("thread_time").resolution < 1e-5
_clock = time.thread_time if _FINE else time.perf_counter


def one_by_one_gradients(net_input, all_weights, all_biases, y, scheme="central", step=2.0**-17):
    """The gradient as one measures it at first: each parameter by itself, whole forward passes.

    Parameters
    ----------
    net_input : (D_i, B) array
    all_weights, all_biases : lists of K + 1 arrays
    y : (D_o, B) array
    scheme : {"forward", "central", "complex"}
        P + 1, 2 P or P forward passes.
    step : float
        Of a finite difference; the complex step takes 1e-30.

    Returns
    -------
    all_dl_dweights, all_dl_dbiases : lists of K + 1 arrays

    Raises
    ------
    ValueError
        If ``scheme`` is unknown.

    Examples
    --------
    >>> from backprop import initialize_parameters
    >>> _, all_dl_dbiases = one_by_one_gradients([[1.2]], *initialize_parameters(), [[20.0]])
    >>> all_dl_dbiases[5].round(3)
    array([[-36.187]])
    """
    if scheme not in ("forward", "central", "complex"):
        raise ValueError(f'scheme must be "forward", "central" or "complex", got {scheme!r}.')
    kind = complex if scheme == "complex" else float
    weights = [array.astype(kind) for array in all_weights]
    biases = [array.astype(kind) for array in all_biases]

    def loss():
        net_output, _, _ = compute_network_output(net_input, weights, biases)
        return least_squares_loss(net_output, y)

    def loss_with(array, index, value):
        before, array[index] = array[index], value
        nudged = loss()
        array[index] = before
        return nudged

    def slope(array, index):
        p = array[index]
        if scheme == "complex":
            return loss_with(array, index, p + 1e-30j).imag / 1e-30
        if scheme == "central":
            up, down = loss_with(array, index, p + step), loss_with(array, index, p - step)
            return (up - down) / (2 * step)
        return (loss_with(array, index, p + step) - loss_without_nudge) / step

    if scheme == "forward":
        loss_without_nudge = loss()
    return tuple(
        [
            np.array([slope(array, index) for index in np.ndindex(array.shape)]).reshape(array.shape)
            for array in arrays
        ]
        for arrays in (weights, biases)
    )


def time_ratios(base, others, rounds=7, shortest=0.002):
    """How long functions take, in units of another function.

    What is measured is the time that the processor has worked on this thread, so that other
    programs do not count; what NumPy's threads do beside it is not seen, which matters for large
    matrices only. In each round all functions take turns, so that a machine that slows down slows
    all; of the ratios of all rounds the median is taken.

    Parameters
    ----------
    base : callable
        Without arguments.
    others : dict
        {name: callable}.
    rounds : int
    shortest : float
        In seconds: what takes less is repeated within a round.

    Returns
    -------
    dict
        {name: ratio}.

    Examples
    --------
    >>> ratios = time_ratios(lambda: sum(range(100)), {"longer": lambda: sum(range(5000))})
    >>> ratios["longer"] > 2
    True
    """
    functions = {None: base, **others}
    repeats = {}
    for name, function in functions.items():
        function()  # the first call warms caches
        repeats[name] = max(1, round(shortest / _seconds(function, 1)))
    ratios = {name: [] for name in others}
    for _ in range(rounds):
        seconds = {name: _seconds(function, repeats[name]) for name, function in functions.items()}
        for name in others:
            ratios[name].append(seconds[name] / seconds[None])
    return {name: statistics.median(found) for name, found in ratios.items()}


def _seconds(function, repeats):
    start = _clock()
    for _ in range(repeats):
        function()
    return max(_clock() - start, 1e-9) / repeats


def most_numbers_held(function, *arguments):
    """The most numbers in memory at one time that a call has made, as Python's tracemalloc sees it.

    Arguments that exist before are not counted. What is: everything that the function keeps, its
    result, and the arrays of a moment in between. Use arrays of thousands of numbers, beside which
    Python's own small objects do not matter.

    Examples
    --------
    >>> print(round(most_numbers_held(lambda: [np.ones(50_000), np.ones(50_000)]), -3))
    100000
    """
    tracing_before = tracemalloc.is_tracing()
    if not tracing_before:
        tracemalloc.start()
    try:
        tracemalloc.reset_peak()
        before, _ = tracemalloc.get_traced_memory()
        function(*arguments)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        if not tracing_before:
            tracemalloc.stop()
    return round((peak - before) / BYTES_OF_A_NUMBER)


def cost_by_width(make_network, widths, rounds=3):
    """The time of each way to a gradient in forward passes, for networks of several sizes.

    Parameters
    ----------
    make_network : callable
        ``make_network(width)`` gives net_input, all_weights, all_biases and y.
    widths : sequence of int
    rounds : int

    Returns
    -------
    dict
        "parameters", "forward", "central", "complex" and "backward": a list each, one entry a
        width.
    """
    costs = {name: [] for name in ("parameters", "forward", "central", "complex", "backward")}
    for width in widths:
        net_input, all_weights, all_biases, y = make_network(width)
        _, all_f, all_h = compute_network_output(net_input, all_weights, all_biases)
        ways = {
            scheme: lambda scheme=scheme: one_by_one_gradients(
                net_input, all_weights, all_biases, y, scheme
            )
            for scheme in ("forward", "central", "complex")
        }
        ways["backward"] = lambda: backward_pass(all_weights, all_biases, all_f, all_h, y)
        ratios = time_ratios(
            lambda: compute_network_output(net_input, all_weights, all_biases), ways, rounds
        )
        costs["parameters"].append(count_parameters(all_weights, all_biases))
        for name, ratio in ratios.items():
            costs[name].append(ratio)
    return costs
