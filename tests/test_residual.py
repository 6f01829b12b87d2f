"""The residual network, forward by a formula of its own and back against the complex step."""

import autograd
import autograd.numpy as anp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop import backward_pass, compute_network_output, initialize_parameters
from backprop.initialization import mean_squares_through_depth
from backprop.residual import residual_backward_pass, residual_forward_pass


def draw(hidden_layers, width, inputs=2, outputs=3, examples=4, seed=0):
    parameters = initialize_parameters(hidden_layers, width, inputs, outputs, seed)
    draws = np.random.default_rng(seed)
    return (
        draws.normal(size=(inputs, examples)), *parameters, draws.normal(size=(outputs, examples))
    )


def output(x, weights, biases):
    """The network in a few lines, for autograd."""
    f = anp.dot(weights[0], x) + biases[0]
    for layer, (Omega, beta) in enumerate(zip(weights[1:], biases[1:]), start=1):
        new = beta + anp.dot(Omega, anp.maximum(f, 0))
        f = f + new if layer < len(weights) - 1 else new
    return f


SIZES = st.tuples(st.integers(0, 5), st.integers(1, 5), st.integers(1, 3), st.integers(1, 3))


@given(SIZES, st.integers(1, 4), st.integers(0, 10**6))
def test_the_forward_pass_adds_what_went_into_each_hidden_layer(sizes, examples, seed):
    x, weights, biases, _ = draw(*sizes, examples, seed)
    found, all_f, all_h = residual_forward_pass(x, weights, biases)
    np.testing.assert_allclose(found, output(x, weights, biases), rtol=1e-12, atol=1e-12)
    for k in range(1, len(weights)):
        assert np.array_equal(all_h[k], np.maximum(all_f[k - 1], 0))


@given(SIZES, st.integers(1, 4), st.integers(0, 10**6))
def test_every_gradient_is_that_of_autograd(sizes, examples, seed):
    x, weights, biases, y = draw(*sizes, examples, seed)
    _, all_f, all_h = residual_forward_pass(x, weights, biases)
    found = residual_backward_pass(weights, biases, all_f, all_h, y)
    expected = autograd.grad(lambda p: anp.sum((output(x, *p) - y) ** 2))((weights, biases))
    for one, other in zip([*found[0], *found[1]], [*expected[0], *expected[1]]):
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-9 * max(1, np.abs(other).max()))


@pytest.mark.parametrize("hidden_layers", [0, 1])
def test_without_a_layer_to_lead_round_it_is_the_plain_network(hidden_layers):
    x, weights, biases, y = draw(hidden_layers, 4)
    plain, all_f, all_h = compute_network_output(x, weights, biases)
    assert np.array_equal(residual_forward_pass(x, weights, biases)[0], plain)
    found = residual_backward_pass(weights, biases, all_f, all_h, y)
    expected = backward_pass(weights, biases, all_f, all_h, y)
    assert all(map(np.array_equal, [*found[0], *found[1]], [*expected[0], *expected[1]]))


def test_layers_of_zeros_pass_values_and_gradients_on_unchanged():
    x, weights, biases, y = draw(6, 5)
    for k in range(1, 6):
        weights[k], biases[k] = 0 * weights[k], 0 * biases[k]
    _, all_f, all_h = residual_forward_pass(x, weights, biases)
    _, dl_dbiases = residual_backward_pass(weights, biases, all_f, all_h, y)
    for k in range(1, 6):
        assert np.array_equal(all_f[k], all_f[0])
        assert np.array_equal(dl_dbiases[k], dl_dbiases[0])
    assert np.abs(dl_dbiases[0]).max() > 0.1


def test_another_loss_starts_the_way_back():
    x, weights, biases, y = draw(3, 4)
    _, all_f, all_h = residual_forward_pass(x, weights, biases)
    one = residual_backward_pass(weights, biases, all_f, all_h, y)
    three = residual_backward_pass(
        weights, biases, all_f, all_h, y, d_loss=lambda found, y: 6 * (found - y)
    )
    np.testing.assert_allclose(three[0][0], 3 * one[0][0])


@pytest.mark.parametrize("terms_times_variance", [2.0, 1.0, 0.1])
def test_the_variance_is_multiplied_by_one_and_the_factor_of_the_plain_layer(terms_times_variance):
    width = 100
    forward, backward = mean_squares_through_depth(
        [width] * 12, np.sqrt(terms_times_variance / width), networks=150,
        forward_pass=residual_forward_pass, backward_pass=residual_backward_pass,
    )
    derived = 1 + terms_times_variance / 2
    assert np.mean(forward[:, 1:-1] / forward[:, :-2]) == pytest.approx(derived, rel=0.02)
    assert np.mean(backward[:, :-2] / backward[:, 1:-1]) == pytest.approx(derived, rel=0.02)


def test_small_enough_weights_bound_the_growth_at_any_depth():
    bounds = [(1 + 1 / layers) ** layers for layers in (1, 2, 10, 100, 1000)]
    assert bounds == sorted(bounds) and bounds[-1] < np.e


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda w, b: (w[:1] + [w[1][:2]] + w[2:], b), r"all_biases\[1\]"),
        (lambda w, b: (w, b[:-1]), "all_biases must hold one column"),
    ],
)
def test_parameters_that_do_not_fit_are_named(change, message):
    x, weights, biases, _ = draw(3, 4)
    with pytest.raises(ValueError, match=message):
        residual_forward_pass(x, *change(weights, biases))


def test_a_hidden_layer_that_changes_the_width_is_refused():
    x, weights, biases, _ = draw(2, [4, 5])
    with pytest.raises(ValueError, match=r"all_weights\[1\] must be square.*\(5, 4\)"):
        residual_forward_pass(x, weights, biases)


def test_a_loss_that_cannot_be_called_is_refused():
    x, weights, biases, y = draw(2, 4)
    _, all_f, all_h = residual_forward_pass(x, weights, biases)
    with pytest.raises(ValueError, match="d_loss must be a function"):
        residual_backward_pass(weights, biases, all_f, all_h, y, d_loss=3)
