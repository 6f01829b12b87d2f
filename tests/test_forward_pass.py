"""From the input to the output, layer by layer."""

import numpy as np
from hypothesis import given
from networks import half_integer_networks

from backprop import compute_network_output, relu


def test_relu_keeps_what_is_positive_and_nothing_else():
    np.testing.assert_array_equal(relu([[-2.0, -0.0, 0.0, 5e-324, 3.0]]), [[0, 0, 0, 5e-324, 3]])


def test_relu_of_minus_zero_is_zero():
    assert not np.signbit(relu([-0.0, -1.0])).any()


def test_relu_judges_a_complex_number_by_its_real_part():
    np.testing.assert_array_equal(relu([2 + 1j, -2 + 1j, 0 + 1j]), [2 + 1j, 0, 0])


def test_a_network_small_enough_to_compute_by_hand():
    net_output, all_f, all_h = compute_network_output(
        [[2.0, -1.0]],
        [[[1.0], [-1.0]], [[3.0, 4.0]]],
        [[[0.5], [0.0]], [[-1.0]]],
    )
    np.testing.assert_array_equal(all_h[0], [[2.0, -1.0]])
    np.testing.assert_array_equal(all_f[0], [[2.5, -0.5], [-2.0, 1.0]])
    np.testing.assert_array_equal(all_h[1], [[2.5, 0.0], [0.0, 1.0]])
    np.testing.assert_array_equal(all_f[1], [[6.5, 3.0]])
    np.testing.assert_array_equal(net_output, [[6.5, 3.0]])


@given(half_integer_networks())
def test_every_layer_follows_from_the_one_before(network):
    net_input, all_weights, all_biases, _ = network
    net_output, all_f, all_h = compute_network_output(net_input, all_weights, all_biases)
    assert len(all_f) == len(all_h) == len(all_weights)
    np.testing.assert_array_equal(all_h[0], net_input)
    for h, f_before in zip(all_h[1:], all_f[:-1], strict=True):
        np.testing.assert_array_equal(h, np.maximum(f_before, 0))
    for f, weights, h, bias in zip(all_f, all_weights, all_h, all_biases, strict=True):
        np.testing.assert_array_equal(f, weights @ h + bias)
    np.testing.assert_array_equal(net_output, all_f[-1])  # no ReLU after the last layer


@given(half_integer_networks())
def test_an_example_does_not_depend_on_the_others_in_its_batch(network):
    net_input, all_weights, all_biases, _ = network
    batch, _, _ = compute_network_output(net_input, all_weights, all_biases)
    for i in range(net_input.shape[1]):
        alone, _, _ = compute_network_output(net_input[:, [i]], all_weights, all_biases)
        np.testing.assert_array_equal(batch[:, [i]], alone)


def test_complex_parameters_are_carried_to_the_output():
    net_output, _, _ = compute_network_output([[2.0]], [[[1 + 1j]], [[3.0]]], [[[0]], [[1j]]])
    np.testing.assert_array_equal(net_output, [[6 + 7j]])
