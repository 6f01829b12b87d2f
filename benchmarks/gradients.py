"""How long the gradients take, as ratios of two ways measured side by side in one run.

Run by `make bench`. Each ratio is the median over rounds in which both ways take turns, so that a
machine that slows down slows both. Absolute times would say more about the machine.
"""

from statistics import median
from time import perf_counter

import numpy as np

from backprop import (
    backward_pass,
    compute_network_output,
    finite_difference_gradients,
    initialize_parameters,
)
from backprop.measuring_cost import one_by_one_gradients

ROUNDS = 15
SHORTEST_MEASUREMENT = 0.01  # seconds; what takes less is repeated within a round


def main():
    networks = [network(width=6, examples=1), network(64, 64), network(512, 128)]
    print_row("5 hidden layers x width, examples", ["x 6, 1", "x 64, 64", "x 512, 128"])
    for title, base, other, measured in [
        ("backward_pass / the same without checks", plain_backward, checked_backward, networks),
        ("backward_pass / compute_network_output", forward, checked_backward, networks),
        ("one parameter at a time / tiled (central)", tiled, one_at_a_time, networks[:1]),
    ]:
        ratios = [time_ratio(base, other, arguments) for arguments in measured]
        print_row(title, [f"{ratio:.1f}" for ratio in ratios])


def print_row(title, columns):
    print(f"{title:<44}" + "".join(f"{column:>14}" for column in columns))


def network(width, examples):
    """Everything that the timed calls need: net_input, all_weights, all_biases, y, all_f, all_h."""
    draws = np.random.default_rng(0)
    all_weights, all_biases = initialize_parameters(width=width)
    all_weights = [w * np.sqrt(2 / w.shape[1]) for w in all_weights]  # keeps the values' size
    net_input, y = draws.normal(size=(2, 1, examples))
    _, all_f, all_h = compute_network_output(net_input, all_weights, all_biases)
    return net_input, all_weights, all_biases, y, all_f, all_h


def time_ratio(base, other, arguments):
    """The time of ``other`` over the time of ``base``, the median of `ROUNDS`."""
    repeats = [repeats_for(function, arguments) for function in (base, other)]
    ratios = []
    for _ in range(ROUNDS):
        base_time = time_of(base, arguments, repeats[0])
        ratios.append(time_of(other, arguments, repeats[1]) / base_time)
    return median(ratios)


def time_of(function, arguments, repeats):
    start = perf_counter()
    for _ in range(repeats):
        function(*arguments)
    return (perf_counter() - start) / repeats


def repeats_for(function, arguments):
    function(*arguments)  # the first call warms caches
    return max(1, round(SHORTEST_MEASUREMENT / time_of(function, arguments, 1)))


def forward(net_input, all_weights, all_biases, y, all_f, all_h):
    return compute_network_output(net_input, all_weights, all_biases)


def checked_backward(net_input, all_weights, all_biases, y, all_f, all_h):
    return backward_pass(all_weights, all_biases, all_f, all_h, y)


def plain_backward(net_input, all_weights, all_biases, y, all_f, all_h):
    """The four equations and nothing else."""
    all_dl_dweights, all_dl_dbiases = [], []
    dl_df = 2 * (all_f[-1] - y)
    for layer in reversed(range(len(all_weights))):
        all_dl_dbiases.append(dl_df.sum(axis=1, keepdims=True))
        all_dl_dweights.append(dl_df @ all_h[layer].T)
        if layer > 0:
            dl_df = (all_f[layer - 1] > 0) * (all_weights[layer].T @ dl_df)
    return all_dl_dweights[::-1], all_dl_dbiases[::-1]


def tiled(net_input, all_weights, all_biases, y, all_f, all_h):
    return finite_difference_gradients(net_input, all_weights, all_biases, y)


def one_at_a_time(net_input, all_weights, all_biases, y, all_f, all_h):
    return one_by_one_gradients(net_input, all_weights, all_biases, y)


if __name__ == "__main__":
    main()
