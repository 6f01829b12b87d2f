"""Gradient descent: its step, its loop, and the learning rate that it bears."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from networks import autograd_gradients, every_array, normal_networks, reference_network

from backprop import gradient_step, initialize_parameters, least_squares_loss, train
from backprop.training import largest_curvature

ONE = np.ones((1, 1))


@given(normal_networks(most_hidden_layers=2, largest_layer=4), st.floats(1e-3, 10))
def test_a_step_goes_against_the_gradient_by_the_learning_rate(network, learning_rate):
    gradients = autograd_gradients(network)
    stepped = gradient_step(network.all_weights, network.all_biases, *gradients, learning_rate)
    before = every_array(network.all_weights, network.all_biases)
    for old, new, gradient in zip(before, every_array(*stepped), every_array(*gradients)):
        np.testing.assert_allclose(old - new, learning_rate * gradient, rtol=1e-9, atol=1e-9)


@given(normal_networks(most_hidden_layers=2, largest_layer=4))
def test_a_small_step_lowers_the_loss_by_the_squared_length_of_the_gradient(network):
    squared_length = sum((g**2).sum() for g in every_array(*autograd_gradients(network)))
    rate = 1e-9 / (1 + squared_length)
    *_, losses = train(*network, learning_rate=rate, steps=1)
    fall = losses[0] - losses[1]
    assert fall == pytest.approx(rate * squared_length, rel=1e-3, abs=1e-13 * (1 + losses[0]))


def test_training_is_the_steps_that_one_takes_by_hand():
    net_input, all_weights, all_biases, y = reference_network()
    expected = [least_squares_loss(_output(net_input, all_weights, all_biases), y)]
    weights, biases = all_weights, all_biases
    for _ in range(4):
        gradients = autograd_gradients(reference_network()._replace(
            all_weights=weights, all_biases=biases
        ))
        weights, biases = gradient_step(weights, biases, *gradients, 1e-5)
        expected.append(least_squares_loss(_output(net_input, weights, biases), y))
    trained_weights, trained_biases, losses = train(
        net_input, all_weights, all_biases, y, learning_rate=1e-5, steps=4
    )
    np.testing.assert_allclose(losses, expected, rtol=1e-10)
    for found, wanted in zip(
        every_array(trained_weights, trained_biases), every_array(weights, biases), strict=True
    ):
        np.testing.assert_allclose(found, wanted, rtol=1e-10)


def _output(net_input, all_weights, all_biases):
    h = net_input
    for weights, biases in zip(all_weights, all_biases):
        f = biases + weights @ h
        h = np.maximum(f, 0)
    return f


def test_two_trainings_from_one_start_are_the_same():
    network = reference_network()
    first, second = (train(*network, learning_rate=1e-5, steps=20)[2] for _ in range(2))
    assert first == second and first[0] != first[-1]


def test_without_a_step_there_is_the_first_loss_and_nothing_changes():
    net_input, all_weights, all_biases, y = reference_network()
    weights, biases, losses = train(net_input, all_weights, all_biases, y, 0.1, 0)
    assert losses == pytest.approx([327.371], abs=1e-3)
    assert all(map(np.array_equal, every_array(weights, biases),
                   every_array(all_weights, all_biases)))


def test_twice_the_examples_need_half_the_learning_rate():
    net_input, y = np.array([[-1.0, 0.3, 2.0]]), np.array([[1.0, 0.0, -2.0]])
    start = initialize_parameters(2, 4, seed=3)
    *once, _ = train(net_input, *start, y, 1e-3, 50)
    twice_the_examples = np.hstack([net_input, net_input]), np.hstack([y, y])
    *twice, _ = train(twice_the_examples[0], *start, twice_the_examples[1], 5e-4, 50)
    for one, other in zip(every_array(*once), every_array(*twice)):
        np.testing.assert_allclose(one, other, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("curvature", [0.5, 8.0])
@pytest.mark.parametrize("part", [0.1, 0.5, 0.9, 0.99])
def test_on_a_parabola_every_step_multiplies_the_distance_by_one_number(curvature, part):
    zero, w, distances = 0 * ONE, ONE, []
    for _ in range(5):
        (w,), _ = gradient_step([w], [zero], [curvature * w], [zero], part * 2 / curvature)
        distances.append(w.item())
    assert distances == pytest.approx([(1 - 2 * part) ** n for n in range(1, 6)], abs=1e-12)


@pytest.mark.parametrize(("part", "converges"), [(0.99, True), (1.01, False)])
def test_least_squares_converges_below_two_over_the_largest_curvature_and_not_above(
    part, converges
):
    draws = np.random.default_rng(4)
    x, weights, biases = draws.normal(size=(2, 30)), [np.zeros((1, 2))], [np.zeros((1, 1))]
    y = np.array([[1.5, -0.5]]) @ x + 0.25
    inputs = np.vstack([x, np.ones((1, 30))])
    bound = 2 / np.linalg.eigvalsh(2 * inputs @ inputs.T)[-1]
    *_, losses = train(x, weights, biases, y, part * bound, 2000)
    assert (losses[-1] < 1e-10) == converges
    assert converges or losses[-1] > losses[0]


@given(normal_networks(most_hidden_layers=0, largest_layer=3))
def test_the_largest_curvature_of_a_linear_map_is_that_of_least_squares(network):
    inputs = np.vstack([network.net_input, np.ones((1, network.net_input.shape[1]))])
    expected = np.linalg.eigvalsh(2 * inputs @ inputs.T)[-1]
    assert largest_curvature(*network) == pytest.approx(expected, rel=1e-5)


def test_a_training_that_diverges_ends_early_with_numbers_that_are_finite():
    network = reference_network()
    all_weights, all_biases, losses = train(*network, learning_rate=1.0, steps=1000)
    assert len(losses) < 20 and losses[-1] > 1e12 * losses[0]
    assert all(np.isfinite(array).all() for array in every_array(all_weights, all_biases))


def test_another_loss_is_minimized_with_its_derivative():
    def loss(net_output, y):
        return np.abs(net_output - y).sum().item()

    x, y = np.array([[0.0, 1.0, 2.0]]), np.array([[0.0, 0.0, 5.0]])
    weights, biases = [np.zeros((1, 1))], [np.ones((1, 1))]
    *_, losses = train(
        x, weights, biases, y, 0.01, 500, loss, lambda net_output, y: np.sign(net_output - y)
    )
    assert losses[0] == 6.0 and losses[-1] == pytest.approx(2.5, abs=0.1)


NETWORK = reference_network()
GRADIENTS = autograd_gradients(NETWORK)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: train(*NETWORK, 0.0, 1), "learning_rate must be one positive number, got 0.0"),
        (lambda: train(*NETWORK, [0.1], 1), "learning_rate must be one positive number"),
        (lambda: train(*NETWORK, np.nan, 1), "learning_rate must be finite"),
        (lambda: train(*NETWORK, 0.1, 1.5), "steps must be a whole number, got 1.5"),
        (lambda: train(*NETWORK, 0.1, -1), "steps must be 0 or more, got -1"),
        (lambda: train(*NETWORK, 0.1, 1, loss=3), "loss must be a function.*got 3"),
        (lambda: train(*NETWORK, 0.1, 1, d_loss=3), "d_loss must be a function.*got 3"),
        (
            lambda: gradient_step(*NETWORK[1:3], GRADIENTS[0][:-1], GRADIENTS[1], 0.1),
            "all_dl_dweights must be a list of 6 arrays, got 5",
        ),
        (
            lambda: gradient_step(*NETWORK[1:3], GRADIENTS[0], [g.T for g in GRADIENTS[1]], 0.1),
            r"all_dl_dbiases\[0\] must have the shape of its parameters, \(6, 1\), got \(1, 6\)",
        ),
    ],
)
def test_an_argument_that_does_not_fit_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
