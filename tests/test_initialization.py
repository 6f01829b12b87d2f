"""Variances through depth and the draw of the weights, against means over every network there is.

A network whose weights are +sigma or -sigma has finitely many others of its kind. The mean over all
of them is the expectation, with no sampling error: so the recursions can be compared digit by digit.
"""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop import backward_pass, compute_network_output
from backprop.initialization import (
    dead_units,
    he_standard_deviations,
    initialize_he,
    initialize_normal,
    layers_in_range,
    mean_squares_through_depth,
    variance_factors,
    weight_variance_for,
)

RULES = ("forward", "backward", "compromise")


def every_network(widths, sigmas):
    """All networks of these widths whose weights are +sigma or -sigma, and no biases."""
    shapes = [(after, before) for before, after in zip(widths, widths[1:])]
    count = sum(rows * columns for rows, columns in shapes)
    biases = [np.zeros((rows, 1)) for rows, _ in shapes]
    for signs in itertools.product((-1.0, 1.0), repeat=count):
        signs, weights = list(signs), []
        for (rows, columns), sigma in zip(shapes, sigmas):
            taken = [signs.pop() for _ in range(rows * columns)]
            weights.append(sigma * np.array(taken).reshape(rows, columns))
        yield weights, biases


@pytest.mark.parametrize(
    "widths, sigmas",
    [([2, 3, 1], [0.7, 1.3]), ([1, 2, 3], [0.4, 0.9]), ([2, 2, 2, 1], [0.8, 0.6, 1.7])],
)
def test_the_recursions_are_exact_on_the_mean_over_every_network(widths, sigmas):
    draws = np.random.default_rng(5)
    x, error = draws.normal(size=(widths[0], 1)), draws.normal(size=(widths[-1], 1))
    of_f, of_dl_df, some_active = [], [], []
    for weights, biases in every_network(widths, sigmas):
        output, all_f, all_h = compute_network_output(x, weights, biases)
        _, all_dl_df = backward_pass(
            weights, biases, all_f, all_h, output, d_loss=lambda output, y: error
        )
        of_f.append([np.mean(f**2) for f in all_f])
        of_dl_df.append([np.mean(g**2) for g in all_dl_df])
        some_active.append([(f > 0).any() for f in all_f[:-1]] + [True])
    var_f, var_dl_df = np.mean(of_f, axis=0), np.mean(of_dl_df, axis=0)
    # How often a network has no active unit in the layers in front of this one.
    alive = np.mean(np.logical_and.accumulate(np.array(some_active), axis=1), axis=0)
    assert var_f[0] == pytest.approx(sigmas[0] ** 2 * np.sum(x**2))
    for k in range(1, len(sigmas)):
        forward, backward = variance_factors(widths[k], widths[k + 1], sigmas[k] ** 2)
        assert var_f[k] == pytest.approx(forward * var_f[k - 1], rel=1e-12)
        last = k == len(sigmas) - 1
        # A layer in front of which nothing is active stops the gradient as well.
        reached = alive[k - 2] if k > 1 else 1.0
        through = var_dl_df[k] if last else var_dl_df[k] / alive[k - 1]
        assert var_dl_df[k - 1] == pytest.approx(backward * through * reached, rel=1e-12)


def test_a_relu_leaves_half_of_the_mean_square_of_a_symmetric_number():
    f = np.random.default_rng(0).normal(size=1000)
    f = np.concatenate([f, -f])
    assert np.mean(np.maximum(f, 0) ** 2) == pytest.approx(np.mean(f**2) / 2, rel=1e-14)


def test_the_factors_are_measured_in_random_networks():
    forward, backward = mean_squares_through_depth([80, 80, 40, 120, 80], 0.2, networks=400)
    for k, (before, after) in enumerate([(80, 80), (80, 40), (40, 120), (120, 80)]):
        if k == 0:
            continue
        factors = variance_factors(before, after, 0.04)
        assert np.mean(forward[:, k] / forward[:, k - 1]) == pytest.approx(factors[0], rel=0.06)
        assert np.mean(backward[:, k - 1] / backward[:, k]) == pytest.approx(factors[1], rel=0.06)


def test_the_same_seed_measures_the_same_and_another_one_something_else():
    one, again, other = (
        mean_squares_through_depth([5] * 5, 0.5, networks=3, seed=seed) for seed in (1, 1, 2)
    )
    assert np.array_equal(one, again) and not np.array_equal(one, other)
    assert one[0].shape == one[1].shape == (3, 4)


@pytest.mark.parametrize("rule, kept", [("forward", 0), ("backward", 1)])
def test_he_initialization_keeps_the_variance_on_its_way(rule, kept):
    widths = [3, 50, 7, 20, 4]
    for before, after, sigma in zip(widths, widths[1:], he_standard_deviations(widths, rule)):
        assert variance_factors(before, after, sigma**2)[kept] == pytest.approx(1)


def test_the_compromise_misses_both_ways_by_as_much():
    (sigma,) = he_standard_deviations([30, 10], "compromise")
    forward, backward = variance_factors(30, 10, sigma**2)
    assert forward + backward == pytest.approx(2) and forward == pytest.approx(1.5)


@given(st.lists(st.integers(1, 300), min_size=3, max_size=12))
def test_on_the_other_way_only_the_first_and_the_last_width_are_left(widths):
    deviations = he_standard_deviations(widths)
    back = [
        variance_factors(before, after, sigma**2)[1]
        for before, after, sigma in zip(widths, widths[1:], deviations)
    ]
    assert np.prod(back[1:]) == pytest.approx(widths[-1] / widths[1])


@pytest.mark.parametrize("rule", RULES)
def test_he_initialization_of_layers_of_one_width_is_the_same_by_all_rules(rule):
    assert he_standard_deviations([8] * 4, rule) == [0.5] * 3


def test_weights_are_drawn_with_the_standard_deviations_asked_for_and_biases_are_zero():
    widths, sigmas = [150, 200, 100, 120], [0.1, 2.0, 0.5]
    weights, biases = initialize_normal(widths, sigmas, seed=4)
    for k, sigma in enumerate(sigmas):
        assert weights[k].shape == (widths[k + 1], widths[k])
        assert np.array_equal(biases[k], np.zeros((widths[k + 1], 1)))
        # At least 12,000 numbers: the relative standard error is 0.9 % at the most.
        assert weights[k].std() == pytest.approx(sigma, rel=0.05)
        assert abs(weights[k].mean()) < 0.05 * sigma
        assert abs(np.corrcoef(weights[k].ravel()[1:], weights[k].ravel()[:-1])[0, 1]) < 0.05


def test_he_initialization_draws_with_its_standard_deviations():
    widths = [4, 9, 5]
    for rule in RULES:
        found = initialize_he(widths, rule, seed=3)
        expected = initialize_normal(widths, he_standard_deviations(widths, rule), seed=3)
        assert all(map(np.array_equal, [*found[0], *found[1]], [*expected[0], *expected[1]]))


def test_one_standard_deviation_serves_all_layers_and_zero_gives_zeros():
    weights, _ = initialize_normal([3, 4, 2], 0.0)
    assert [array.any() for array in weights] == [False, False]


@given(st.integers(1, 200), st.integers(1, 60), st.floats(1e-6, 1e6))
def test_the_variance_for_a_ratio_gives_this_ratio(width, layers, ratio):
    weight_variance = weight_variance_for(width, layers, ratio)
    forward, backward = variance_factors(width, width, weight_variance)
    assert forward == backward
    assert backward**layers == pytest.approx(ratio**2, rel=1e-9)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("exponent", [1, 3, -1, -2])
def test_a_number_leaves_the_range_where_it_was_said(dtype, exponent):
    factor, size = 2.0**exponent, dtype(1)
    layers = layers_in_range(factor, dtype)
    with np.errstate(over="ignore", under="ignore"):
        for _ in range(layers - 1):
            size = dtype(size * dtype(factor))
        assert 0 < size < np.inf
        size = dtype(size * dtype(factor))
    assert size in (0, np.inf)


def test_a_factor_between_powers_of_two_leaves_the_range_later():
    assert layers_in_range(1.9, np.float32) == np.ceil(128 / np.log2(1.9))
    assert layers_in_range(1.9) > layers_in_range(2.0)


def batch_with_dead_units():
    """A network with one dead unit in layer 0, and a batch."""
    draws = np.random.default_rng(8)
    weights, biases = initialize_he([3, 6, 4, 2], seed=8)
    biases[0][2] = -100
    x, y = draws.normal(size=(3, 7)), draws.normal(size=(2, 7))
    _, all_f, all_h = compute_network_output(x, weights, biases)
    return weights, biases, all_f, all_h, y


def test_a_dead_unit_has_a_row_of_zeros_an_entry_of_zero_and_a_column_of_zeros_above():
    weights, biases, all_f, all_h, y = batch_with_dead_units()
    assert np.flatnonzero(dead_units(all_f[0])).tolist() == [2]
    dl_dweights, dl_dbiases = backward_pass(weights, biases, all_f, all_h, y)
    assert np.flatnonzero((dl_dweights[0] == 0).all(axis=1)).tolist() == [2]
    assert np.flatnonzero(dl_dbiases[0] == 0).tolist() == [2]
    assert np.flatnonzero((dl_dweights[1] == 0).all(axis=0)).tolist() == [2]


@given(st.lists(st.lists(st.sampled_from([-1.5, -0.0, 0.0, 2.0]), min_size=1, max_size=4), min_size=1,
                max_size=5).filter(lambda rows: len({len(row) for row in rows}) == 1))
def test_a_unit_is_dead_where_no_example_passes(rows):
    expected = [[not any(value > 0 for value in row)] for row in rows]
    assert dead_units(np.array(rows)).tolist() == expected


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: variance_factors(0, 5, 1.0), "inputs must be an integer of at least 1, got 0"),
        (lambda: variance_factors(3, 2.5, 1.0), "outputs must be an integer, got 2.5"),
        (lambda: variance_factors(3, 2, -1.0), "weight_variance must be one number greater than 0"),
        (lambda: variance_factors(3, 2, [1.0]), "weight_variance must be one number"),
        (lambda: weight_variance_for(5, 0, 1.0), "layers must be an integer of at least 1"),
        (lambda: weight_variance_for(5, 2, 0), "ratio must be one number greater than 0"),
        (lambda: he_standard_deviations([5]), r"widths must list .* got \[5\]"),
        (lambda: he_standard_deviations(5), "widths must list"),
        (lambda: he_standard_deviations([5, 0, 2]), r"widths\[1\] must be an integer of at least 1"),
        (lambda: he_standard_deviations([5, 2], "xavier"), "rule must be one of forward.*'xavier'"),
        (lambda: initialize_normal([5, 2], -0.1), "standard_deviations must not be negative"),
        (lambda: initialize_normal([5, 2], [0.1, 0.2]), "standard_deviations must hold 1"),
        (lambda: initialize_normal([5, 2], np.nan), "standard_deviations must be finite"),
        (lambda: layers_in_range(1.0), "factor must not be 1"),
        (lambda: layers_in_range(-2.0), "factor must be one number greater than 0"),
        (lambda: dead_units([1.0, 2.0]), r"f must have shape \(D, B\)"),
        (lambda: dead_units([[np.inf]]), "f must be finite"),
    ],
)
def test_an_argument_that_does_not_fit_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
