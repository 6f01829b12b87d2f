"""Operations and kept numbers: the formulas of chapter 10 against what is counted."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop import (
    backward_pass,
    complex_step_gradients,
    compute_network_output,
    finite_difference_gradients,
    initialize_parameters,
    least_squares_loss,
    relative_error,
)
from backprop.checkpointing import (
    backward_pass_from_checkpoints,
    checkpointed_backward_pass,
    checkpointed_numbers,
    keep_checkpoints,
    most_activations_held,
    recomputed_multiplications,
)
from backprop.cost import (
    backward_additions,
    backward_multiplications,
    backward_operations,
    forward_operations,
    forward_passes,
    kept_numbers,
    layer_widths,
    number_of_parameters,
    share_behind,
)
from backprop.counting import count_operations
from backprop.measuring_cost import (
    cost_by_width,
    most_numbers_held,
    one_by_one_gradients,
    time_ratios,
)

WIDTHS = st.lists(st.integers(1, 7), min_size=2, max_size=7)
EXAMPLES = st.integers(1, 5)
REFERENCE = [1, 6, 6, 6, 6, 6, 1]


def network(widths, examples=1, seed=0):
    """net_input, all_weights, all_biases, y."""
    draws = np.random.default_rng(seed)
    all_weights, all_biases = initialize_parameters(
        len(widths) - 2, widths[1:-1], widths[0], widths[-1], seed
    )
    net_input = draws.normal(size=(widths[0], examples))
    return net_input, all_weights, all_biases, draws.normal(size=(widths[-1], examples))


def multiplications_and_additions(function, *arguments):
    counts = count_operations(function, *arguments)
    return counts["multiplications"], counts["additions"]


# ---- counting ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "function, multiplications, additions, comparisons",
    [
        (lambda a, b: a @ b, 24, 16, 0),  # (2, 3) @ (3, 4)
        (lambda a, b: a.dot(b), 24, 16, 0),
        (lambda a, b: a + 1 - a, 0, 12, 0),
        (lambda a, b: 2 * a * a / 3, 18, 0, 0),
        (lambda a, b: a**2, 6, 0, 0),
        (lambda a, b: -a, 0, 0, 0),
        (lambda a, b: a.sum(), 0, 5, 0),
        (lambda a, b: np.sum(a, axis=1, keepdims=True), 0, 4, 0),
        (lambda a, b: a.T[:2] + 1, 0, 4, 0),
        (lambda a, b: np.where(a > 0, a, 0) + 0 * a, 6, 6, 6),
        (lambda a, b: np.maximum(a, 0), 0, 0, 6),
        (lambda a, b: (a > 0) * a, 6, 0, 6),
        (lambda a, b: (a + 1j) * (a + 1j), 24, 36, 0),
        (lambda a, b: np.vstack([a, np.ones((1, 3))]) + 1, 0, 9, 0),
    ],
)
def test_operations_are_counted_as_they_are_counted_by_hand(
    function, multiplications, additions, comparisons
):
    counts = count_operations(function, np.ones((2, 3)), np.ones((3, 4)))
    assert list(counts.values()) == [multiplications, additions, comparisons]


def test_an_operation_in_place_is_counted_and_done():
    def function(a):
        a += 1
        a[0] += a[1] * 3
        return a

    array = np.zeros((2, 3))
    assert count_operations(function, array) == {
        "multiplications": 3, "additions": 9, "comparisons": 0
    }
    assert np.array_equal(array, [[4, 4, 4], [1, 1, 1]])


@pytest.mark.parametrize(
    "function",
    [
        np.exp, np.linalg.inv, lambda a: np.einsum("ij->i", a), lambda a: np.outer(a, a),
        lambda a: np.dot(a, a), lambda a: a**3, np.cumsum, lambda a: np.add.accumulate(a),
    ],
)
def test_what_is_not_counted_is_refused_and_not_overlooked(function):
    with pytest.raises(TypeError, match="not counted"):
        count_operations(function, np.ones((2, 2)))


def test_two_counts_do_not_mix():
    first = count_operations(lambda a: a + 1, np.ones(3))
    count_operations(lambda a: a + 1, np.ones(5))
    assert first["additions"] == 3


def test_counted_code_computes_the_same():
    arguments = network([3, 4, 2], 5)
    found = []
    count_operations(lambda *a: found.extend(complex_step_gradients(*a)), *arguments)
    expected = complex_step_gradients(*arguments)
    for arrays, all_expected in zip(found, expected):
        assert [a.tolist() for a in arrays] == [b.tolist() for b in all_expected]


# ---- the formulas of the forward and the backward pass ------------------------------------------


@given(WIDTHS, EXAMPLES)
def test_the_formulas_give_what_is_counted(widths, examples):
    net_input, all_weights, all_biases, y = network(widths, examples)
    forward = multiplications_and_additions(
        compute_network_output, net_input, all_weights, all_biases
    )
    _, all_f, all_h = compute_network_output(net_input, all_weights, all_biases)
    back = multiplications_and_additions(backward_pass, all_weights, all_biases, all_f, all_h, y)
    assert forward_operations(widths, examples) == forward
    assert backward_operations(widths, examples) == back
    assert layer_widths(all_weights, all_biases) == widths


@given(WIDTHS, EXAMPLES)
def test_the_sums_are_those_that_the_chapter_prints(widths, examples):
    before, after = np.array(widths[:-1]), np.array(widths[1:])
    W, N = (before * after).sum(), after.sum()
    first, outputs = before[0] * after[0], after[-1]
    assert forward_operations(widths, examples) == (examples * W, examples * W)
    assert backward_operations(widths, examples) == (
        examples * (2 * W - first + N),
        examples * (2 * W - first + 2 * outputs) - (W + N),
    )
    assert number_of_parameters(widths) == W + N


@given(WIDTHS, EXAMPLES)
def test_each_line_of_the_backward_pass_is_counted_by_itself(widths, examples):
    columns = [np.ones((width, examples)) for width in widths]
    matrices = [np.ones((after, before)) for before, after in zip(widths, widths[1:])]
    runs = [
        (lambda f, y: 2 * (f - y), [(columns[-1], columns[-1])]),
        (lambda dl_df: dl_df.sum(axis=1), [(dl_df,) for dl_df in columns[1:]]),
        (lambda dl_df, h: dl_df @ h.T, zip(columns[1:], columns)),
        (lambda omega, dl_df: omega.T @ dl_df, zip(matrices[1:], columns[2:])),
        (lambda f, dl_dh: (f > 0) * dl_dh, zip(columns[1:-1], columns[1:-1])),
    ]
    counted = [
        np.sum(
            [multiplications_and_additions(line, *arguments) for arguments in of_each_layer]
            or [(0, 0)],
            axis=0,
        )
        for line, of_each_layer in runs
    ]
    assert backward_multiplications(widths, examples) == [count for count, _ in counted]
    assert backward_additions(widths, examples) == [count for _, count in counted]


def test_the_reference_network_counted_by_hand():
    # 6 + 4 * 36 + 6 weights; 31 units; layer 0 has 6 weights.
    assert forward_operations(REFERENCE) == (156, 156)
    assert backward_multiplications(REFERENCE) == [1, 0, 156, 150, 30]
    assert backward_additions(REFERENCE) == [1, 0, 0, 6 * 5 * 4, 0]


def test_the_first_layer_saves_its_share():
    forward, _ = forward_operations([1000, 10, 10])
    back, _ = backward_operations([1000, 10, 10])
    assert 1 < back / forward < 1.02


# ---- nudging ----------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["forward", "central", "complex"])
@pytest.mark.parametrize("widths, examples", [([2, 3, 4, 2], 3), ([1, 2], 1), (REFERENCE, 1)])
def test_nudging_takes_as_many_forward_passes_as_the_formula_says(scheme, widths, examples):
    arguments = network(widths, examples)
    count = count_operations(one_by_one_gradients, *arguments, scheme)["multiplications"]
    passes, P = forward_passes(widths, scheme), number_of_parameters(widths)
    in_a_pass = forward_operations(widths, examples)[0] + widths[-1] * examples  # the loss squares
    if scheme == "complex":
        assert count == 4 * passes * in_a_pass  # the quotient is one of Python's numbers
    else:
        assert 0 <= count - passes * in_a_pass <= P


@pytest.mark.parametrize("scheme, tolerance", [("forward", 1e-4), ("central", 1e-6), ("complex", 1e-12)])
def test_nudging_one_by_one_gives_the_gradient(scheme, tolerance):
    net_input, all_weights, all_biases, y = network([2, 4, 3, 2], 3, seed=4)
    _, all_f, all_h = compute_network_output(net_input, all_weights, all_biases)
    expected = backward_pass(all_weights, all_biases, all_f, all_h, y)
    step = 1e-7 if scheme == "forward" else 2.0**-17
    found = one_by_one_gradients(net_input, all_weights, all_biases, y, scheme, step)
    for arrays, all_expected in zip(found, expected):
        for a, b in zip(arrays, all_expected):
            assert a.shape == b.shape and relative_error(a, b).max() < tolerance


@pytest.mark.parametrize("widths, examples", [([2, 3, 4, 2], 3), (REFERENCE, 1), ([3, 2], 2)])
def test_starting_behind_the_nudge_saves_what_the_formula_says(widths, examples):
    arguments = network(widths, examples)
    P, outputs = number_of_parameters(widths), widths[-1]
    one_pass, _ = forward_operations(widths, examples)
    for scheme, nudges in (("forward", 1), ("central", 2)):
        count = count_operations(
            lambda *a: finite_difference_gradients(*a, scheme=scheme), *arguments
        )["multiplications"]
        again = nudges * P * share_behind(widths) * one_pass
        # The first pass and its loss; then for each nudge what it moves, and its loss; the quotient.
        others = one_pass + outputs * examples + nudges * P * examples * (1 + outputs) + P
        assert count == pytest.approx(again + others)


@pytest.mark.parametrize("layers", [1, 2, 10])
def test_behind_the_nudge_lies_half_of_a_network_of_equal_layers(layers):
    assert share_behind([5] * (layers + 1)) == pytest.approx((layers - 1) / (2 * layers))


# ---- what is kept -----------------------------------------------------------------------------


@given(WIDTHS, EXAMPLES)
def test_what_is_kept_is_what_the_forward_pass_returns(widths, examples):
    net_input, all_weights, all_biases, _ = network(widths, examples)
    net_output, all_f, all_h = compute_network_output(net_input, all_weights, all_biases)
    h = sum(array.size for array in all_h)
    assert kept_numbers(widths, examples) == (
        h + sum(array.size for array in all_f), h + net_output.size
    )


@given(WIDTHS, EXAMPLES, st.integers(1, 8))
def test_checkpoints_change_no_gradient(widths, examples, every):
    net_input, all_weights, all_biases, y = network(widths, examples)
    _, all_f, all_h = compute_network_output(net_input, all_weights, all_biases)
    expected = backward_pass(all_weights, all_biases, all_f, all_h, y)
    found = checkpointed_backward_pass(net_input, all_weights, all_biases, y, every)
    for arrays, all_expected in zip(found, expected):
        for a, b in zip(arrays, all_expected):
            assert a.shape == b.shape and relative_error(a, b).max() <= 1e-14


@given(WIDTHS, EXAMPLES, st.integers(1, 8))
def test_the_checkpoints_are_every_so_manyth_activation(widths, examples, every):
    net_input, all_weights, all_biases, _ = network(widths, examples)
    _, _, all_h = compute_network_output(net_input, all_weights, all_biases)
    checkpoints = keep_checkpoints(net_input, all_weights, all_biases, every)
    assert len(checkpoints) == len(all_h[::every])
    assert all(np.array_equal(a, b) for a, b in zip(checkpoints, all_h[::every]))


@given(WIDTHS, EXAMPLES, st.integers(1, 8))
def test_what_is_computed_twice_is_what_the_formula_says(widths, examples, every):
    count = count_operations(checkpointed_backward_pass, *network(widths, examples), every)
    once = forward_operations(widths, examples)[0] + backward_operations(widths, examples)[0]
    assert count["multiplications"] - once == recomputed_multiplications(widths, examples, every)


@given(st.integers(1, 6), st.integers(2, 6))
def test_with_full_parts_the_layers_computed_twice_are_those_that_the_chapter_says(parts, every):
    assert recomputed_multiplications([1] * (parts * every + 1), 1, every) == (
        (parts - 1) * (every - 1)
    )


@given(st.integers(1, 60), st.integers(1, 60))
def test_what_is_held_is_counted_part_by_part(layers, every):
    firsts = range(0, layers, every)
    lengths = [min(every, layers - first) for first in firsts]
    assert most_activations_held(layers, every) == len(firsts) + max(lengths) - 1
    widths = [3] * (layers + 1)
    found = checkpointed_numbers(widths, 2, every)
    # In numbers: with the output in the last part, which may be the one with the most.
    most = max(
        len(firsts) + length - 1 + (first + length == layers)
        for first, length in zip(firsts, lengths)
    )
    assert found == most * 3 * 2


@pytest.mark.parametrize("layers", range(4, 60))
def test_the_square_root_is_the_best_distance_but_for_rounding(layers):
    least = min(most_activations_held(layers, every) for every in range(1, layers + 1))
    assert most_activations_held(layers, round(layers**0.5)) <= least + 1
    assert 2 * layers**0.5 - 1 <= least + 1e-9


DEEP = [20] * 25


@pytest.mark.parametrize("every", [1, 2, 3, 5, 24])
def test_the_memory_in_use_is_what_is_kept_the_gradients_and_a_few_arrays(every):
    arguments = network(DEEP, 300)
    held = most_numbers_held(checkpointed_backward_pass, *arguments, every)
    kept = checkpointed_numbers(DEEP, 300, every)
    # dl_df, dl_dh, the mask (in two types) and a new dl_df; small objects of Python.
    assert 0 < held - kept < number_of_parameters(DEEP) + 5 * 20 * 300 + 3000


def test_a_checkpoint_at_every_second_layer_halves_the_memory():
    net_input, all_weights, all_biases, y = network(DEEP, 300)

    def everything():
        _, all_f, all_h = compute_network_output(net_input, all_weights, all_biases)
        return backward_pass(all_weights, all_biases, all_f, all_h, y)

    held = most_numbers_held(checkpointed_backward_pass, net_input, all_weights, all_biases, y, 2)
    assert held < 0.5 * most_numbers_held(everything)


def test_checkpoints_and_input_are_not_changed():
    net_input, all_weights, all_biases, y = network([3, 4, 4, 3, 2], 2)
    checkpoints = keep_checkpoints(net_input, all_weights, all_biases)
    given_arrays = [*checkpoints, net_input, y, *all_weights, *all_biases]
    before = [array.copy() for array in given_arrays]
    backward_pass_from_checkpoints(all_weights, all_biases, checkpoints, y)
    assert all(np.array_equal(a, b) for a, b in zip(before, given_arrays))
    net_input[:] = 0
    assert checkpoints[0].all()


# ---- measuring ---------------------------------------------------------------------------------


def test_a_ratio_tells_which_takes_longer():
    def work(rounds):
        return lambda: sum(range(rounds))

    ratios = time_ratios(work(2_000), {"longer": work(40_000), "shorter": work(20)}, rounds=3)
    assert ratios["longer"] > 3 and ratios["shorter"] < 1


def test_every_way_is_measured_for_every_size():
    costs = cost_by_width(lambda width: network([1, width, 1]), [1, 3], rounds=1)
    assert costs["parameters"] == [number_of_parameters([1, width, 1]) for width in (1, 3)]
    for name in ("forward", "central", "complex", "backward"):
        assert len(costs[name]) == 2 and min(costs[name]) > 0


# ---- arguments ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: forward_operations([3]), r"widths must be a list of at least two.*\[3\]"),
        (lambda: forward_operations([3, 0]), r"widths\[1\] must be an integer of at least 1, got 0"),
        (lambda: forward_operations([3, 2.5]), r"widths\[1\] must be an integer"),
        (lambda: backward_operations([3, 2], 0), "examples must be an integer of at least 1, got 0"),
        (lambda: number_of_parameters("32"), "widths must be a list"),
        (lambda: forward_passes([3, 2], "backward"), 'scheme must be .*"backward"|scheme must be'),
        (lambda: one_by_one_gradients(*network([1, 1]), "both"), "scheme must be .* got 'both'"),
        (lambda: checkpointed_numbers([3, 2], 1, 0), "every must be an integer of at least 1"),
        (
            lambda: keep_checkpoints(np.ones((2, 1)), *initialize_parameters()),
            r"net_input must have shape \(1, B\)",
        ),
        (
            lambda: backward_pass_from_checkpoints(*initialize_parameters(), [], [[1.0]]),
            "checkpoints must hold 3 arrays.* got 0",
        ),
        (
            lambda: backward_pass_from_checkpoints(
                *initialize_parameters(), [np.ones((1, 1)), np.ones((5, 1)), np.ones((6, 1))], [[1.0]]
            ),
            r"checkpoints\[1\] must have shape \(6, B\)",
        ),
    ],
)
def test_an_argument_that_does_not_fit_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
