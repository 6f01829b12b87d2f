"""Softmax, cross-entropy and its derivative, against autograd and where numbers are extreme."""

import autograd
import autograd.numpy as anp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from backprop import (
    backward_pass,
    compute_network_output,
    cross_entropy_loss,
    d_cross_entropy_d_output,
    initialize_parameters,
    relative_error,
    softmax,
    train,
)
from backprop.classification import one_hot
from backprop.self_check import measure_gradient

SHAPES = st.tuples(st.integers(1, 5), st.integers(1, 4))


@st.composite
def outputs_and_targets(draw, largest=5):
    shape = draw(SHAPES)
    net_output = draw(arrays(np.float64, shape, elements=st.floats(-largest, largest)))
    y = draw(arrays(np.float64, shape, elements=st.floats(0.01, 1)))
    return net_output, y / y.sum(axis=0)


def plain_loss(net_output, y):
    """The formula as it stands in the chapter, with nothing subtracted."""
    p = anp.exp(net_output) / anp.sum(anp.exp(net_output), axis=0)
    return -anp.sum(y * anp.log(p))


@given(outputs_and_targets())
def test_the_loss_is_the_formula_where_that_can_be_computed(case):
    assert cross_entropy_loss(*case) == pytest.approx(plain_loss(*case), rel=1e-12, abs=1e-12)


@given(outputs_and_targets())
def test_the_derivative_is_what_autograd_and_the_complex_step_find(case):
    net_output, y = case
    found = d_cross_entropy_d_output(net_output, y)
    np.testing.assert_allclose(found, autograd.grad(plain_loss)(net_output, y), atol=1e-12)
    measured = measure_gradient(lambda f: cross_entropy_loss(f, y), net_output)
    np.testing.assert_allclose(found, measured, atol=1e-13)


@given(outputs_and_targets(largest=1e6))
def test_however_large_the_outputs_are_the_probabilities_are_probabilities(case):
    net_output, y = case
    p = softmax(net_output)
    assert (p >= 0).all()
    np.testing.assert_allclose(p.sum(axis=0), 1, rtol=1e-12)
    assert np.isfinite(cross_entropy_loss(net_output, y))


@given(outputs_and_targets(), st.floats(-1e3, 1e3))
def test_a_number_added_to_a_whole_column_changes_nothing(case, shift):
    net_output, y = case
    np.testing.assert_allclose(softmax(net_output + shift), softmax(net_output), atol=1e-12)
    loss = cross_entropy_loss(net_output, y)
    assert cross_entropy_loss(net_output + shift, y) == pytest.approx(loss, rel=1e-9, abs=1e-9)


def test_the_loss_of_a_right_class_that_seems_impossible_is_the_difference_of_the_outputs():
    """Its probability rounds to zero, and the logarithm of zero would be minus infinity."""
    assert cross_entropy_loss([[2000.0], [0.0]], [[0.0], [1.0]]) == 2000.0


def test_each_column_is_an_example_of_its_own():
    net_output = np.array([[1.0, -2.0], [0.0, 3.0], [2.0, 0.5]])
    together = softmax(net_output)
    for b in range(2):
        np.testing.assert_array_equal(together[:, b : b + 1], softmax(net_output[:, b : b + 1]))


def test_equal_outputs_cost_the_logarithm_of_the_number_of_classes_an_example():
    loss = cross_entropy_loss(np.zeros((3, 4)), one_hot([0, 2, 1, 1], 3))
    assert loss == pytest.approx(4 * np.log(3))


def test_a_backward_pass_with_this_loss_gives_the_gradients_of_this_loss():
    draws = np.random.default_rng(0)
    all_weights, all_biases = initialize_parameters(2, [5, 4], 2, 3, seed=1)
    net_input, y = draws.normal(size=(2, 6)), one_hot(draws.integers(3, size=6), 3)
    _, all_f, all_h = compute_network_output(net_input, all_weights, all_biases)
    found = backward_pass(all_weights, all_biases, all_f, all_h, y, d_cross_entropy_d_output)

    def loss(parameters):
        f = net_input
        for layer, (weights, bias) in enumerate(zip(*parameters)):
            f = bias + anp.dot(weights, f if layer == 0 else anp.where(f > 0, f, 0.0))
        return plain_loss(f, y)

    expected = autograd.grad(loss)((all_weights, all_biases))
    for gradients, wanted in zip(found, expected):
        for one, other in zip(gradients, wanted, strict=True):
            assert relative_error(one, other).max() < 1e-12


def test_three_classes_that_no_lines_divide_are_learned():
    radius, arm = np.tile(np.linspace(0.3, 2, 15), 3), np.repeat(np.arange(3), 15)
    angle = 1.2 * radius + 2 * np.pi * arm / 3
    net_input = np.stack([radius * np.cos(angle), radius * np.sin(angle)])
    start = initialize_parameters(2, 10, 2, 3, seed=4)
    all_weights, all_biases, losses = train(
        net_input, *start, one_hot(arm, 3), 1e-2, 1000, cross_entropy_loss,
        d_cross_entropy_d_output,
    )
    net_output, _, _ = compute_network_output(net_input, all_weights, all_biases)
    assert (net_output.argmax(axis=0) == arm).all()
    assert losses[-1] < 0.01 * losses[0]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: softmax([1.0, 2.0]), r"net_output must have shape \(D, B\)"),
        (
            lambda: cross_entropy_loss(np.ones((2, 3)), np.ones((2, 1)) / 2),
            r"y must have the shape of net_output, \(2, 3\), got \(2, 1\)",
        ),
        (
            lambda: cross_entropy_loss(np.ones((2, 2)), [[1.0, 1.0], [0.0, 1.0]]),
            "probabilities.*column 1",
        ),
        (
            lambda: d_cross_entropy_d_output(np.ones((2, 1)), [[1.5], [-0.5]]),
            "probabilities.*column 0",
        ),
        (lambda: one_hot([0, 3], 3), "classes must hold numbers from 0 to 2"),
        (lambda: one_hot([0.5], 3), "classes must be a list of whole numbers"),
    ],
)
def test_an_argument_that_does_not_fit_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
