"""The checks of chapter 10 on right answers in other styles, and on mistakes of no catalogue."""

import numpy as np
import pytest

from backprop import backward_pass, checkpointing, checks, compute_network_output, cost


def forward_with_arrays(widths, examples):
    before, after = np.array(widths[:-1]), np.array(widths[1:])
    return [(before * after).sum() * examples] * 2


def multiplications_in_a_loop(widths, examples):
    start, weights, back, mask = widths[-1] * examples, 0, 0, 0
    for k in range(len(widths) - 1):
        weights += widths[k] * widths[k + 1] * examples
        if k > 0:
            back += widths[k] * widths[k + 1] * examples
            mask += widths[k] * examples
    return start, 0, weights, back, mask


def additions_by_the_sums(widths, examples):
    W = sum(a * b for a, b in zip(widths, widths[1:]))
    N = sum(widths[1:])
    back = examples * (W - widths[0] * widths[1]) - examples * (N - widths[-1])
    return np.array([examples * widths[-1], (examples - 1) * N, (examples - 1) * W, back, 0])


def passes(widths, scheme):
    P = sum(b * a + b for a, b in zip(widths, widths[1:]))
    if scheme == "central":
        return 2 * P
    return P + (scheme == "forward")


def kept(widths, examples):
    hidden = sum(widths[1:-1])
    ends = widths[0] + widths[-1]
    return examples * (2 * hidden + ends), examples * (hidden + ends)


def checkpoints_of_all(net_input, all_weights, all_biases, every):
    return compute_network_output(net_input, all_weights, all_biases)[2][::every]


def from_the_first_alone(all_weights, all_biases, checkpoints, y, every):
    _, all_f, all_h = compute_network_output(checkpoints[0], all_weights, all_biases)
    return backward_pass(all_weights, all_biases, all_f, all_h, y)


RIGHT = [
    (checks.check_forward_operations, forward_with_arrays),
    (checks.check_forward_operations, cost.forward_operations),
    (checks.check_backward_multiplications, multiplications_in_a_loop),
    (checks.check_backward_multiplications, cost.backward_multiplications),
    (checks.check_backward_additions, additions_by_the_sums),
    (checks.check_backward_additions, cost.backward_additions),
    (checks.check_forward_passes, passes),
    (checks.check_forward_passes, cost.forward_passes),
    (checks.check_kept_numbers, kept),
    (checks.check_kept_numbers, cost.kept_numbers),
    (checks.check_keep_checkpoints, checkpoints_of_all),
    (checks.check_keep_checkpoints, checkpointing.keep_checkpoints),
    (checks.check_backward_pass_from_checkpoints, from_the_first_alone),
    (
        checks.check_backward_pass_from_checkpoints,
        checkpointing.backward_pass_from_checkpoints,
    ),
]


@pytest.mark.parametrize(("check", "function"), RIGHT)
def test_a_right_function_passes_however_it_is_written(check, function):
    for seed in range(200, 220):
        assert check(function, seed=seed).passed


@pytest.mark.parametrize(
    ("check", "function", "name"),
    [
        (checks.check_forward_operations, lambda w, b: (7, 7), "forward_operations"),
        (checks.check_backward_multiplications, lambda w, b: w, "backward_multiplications"),
        (checks.check_backward_additions, lambda w, b: [b] * 5, "backward_additions"),
        (checks.check_forward_passes, lambda w, s: 12, "forward_passes"),
        (checks.check_kept_numbers, lambda w, b: None, "kept_numbers"),
        (checks.check_keep_checkpoints, lambda *a: [a[0] + 1], "keep_checkpoints"),
        (
            checks.check_backward_pass_from_checkpoints, lambda *a: ([], []),
            "backward_pass_from_checkpoints",
        ),
    ],
)
def test_a_mistake_that_is_not_in_the_catalogue_gets_a_question(check, function, name):
    (finding,) = check(function).findings
    assert (finding.equation, finding.cause) == (name, None)
    assert finding.message.endswith("?")


def test_of_five_numbers_those_that_are_off_are_marked():
    def weights_off(widths, examples):
        counts = cost.backward_multiplications(widths, examples)
        return [*counts[:2], counts[2] + 1, *counts[3:]]

    assert "\n        . . x . .\n" in str(checks.check_backward_multiplications(weights_off)) + "\n"


def test_entries_that_are_off_are_marked_in_every_checkpoint():
    def last_checkpoint_off(*arguments):
        checkpoints = checkpointing.keep_checkpoints(*arguments)
        checkpoints[-1] = checkpoints[-1] + 1
        return checkpoints

    report = str(checks.check_keep_checkpoints(last_checkpoint_off))
    assert report.count("        . .") == 6 and report.count("        x x") == 3
    assert checks.check_keep_checkpoints(last_checkpoint_off)._repr_html_()
