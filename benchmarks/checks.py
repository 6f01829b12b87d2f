"""How long a report on a backward pass takes, beside one plain backward pass over its networks.

Run as `python benchmarks/checks.py`. The ratios are medians of measurements that take turns, so
that a machine that slows down slows both. The times in milliseconds are of this machine; "first"
is the first report of a fresh process, which has nothing compiled or remembered yet.
"""

import subprocess
import sys
from statistics import median
from time import perf_counter

from backprop import backward_pass
from backprop.checks import check_backward_pass
from backprop.checks.catalogue.backward_pass import wrong_backward_pass
from backprop.checks.trial_networks import trials

ROUNDS = 15

PASSES = {
    "right": {},
    "a mistake of the catalogue": {"mask": "dl_df = dl_dh"},
    "two mistakes of the catalogue": {
        "weights": "all_dl_dweights[layer] = all_h[layer] @ dl_df.T",
        "mask": "dl_df = dl_dh",
    },
    "a mistake in no catalogue": {
        "mask": "dl_df = np.where(all_f[layer - 1] > 0, 1, 0.1) * dl_dh"
    },
    "a function that raises": {"product": "dl_dh = no_such_name"},
}


def main():
    print(f"{'report on':<34}{'/ plain passes':>16}{'ms':>8}{'first, ms':>12}")
    for name, lines in PASSES.items():
        function = wrong_backward_pass(lines)
        check_backward_pass(function)
        times = [
            (time_of(plain_passes), time_of(check_backward_pass, function)) for _ in range(ROUNDS)
        ]
        ratio = median(report / plain for plain, report in times)
        report = 1000 * median(report for _, report in times)
        first = median(first_report(name) for _ in range(3))
        print(f"{name:<34}{ratio:>16.0f}{report:>8.1f}{first:>12.1f}")


def plain_passes():
    for network in trials():
        backward_pass.__wrapped__(*network.arguments)


def time_of(function, *arguments):
    start = perf_counter()
    function(*arguments)
    return perf_counter() - start


def first_report(name):
    """Milliseconds, in a process of its own; importing is not counted."""
    command = [sys.executable, __file__, name]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(1000 * time_of(check_backward_pass, wrong_backward_pass(PASSES[sys.argv[1]])))
    else:
        main()
