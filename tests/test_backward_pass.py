"""The gradient of every weight and bias, against independent ways to the same numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from networks import (
    Network,
    autograd_gradients,
    every_array,
    gradients,
    half_integer_networks,
    normal_networks,
    reference_network,
    sizes_of_terms,
)

from backprop import (
    backward_pass,
    complex_step_gradients,
    compute_network_output,
    indicator_function,
    initialize_parameters,
    relative_error,
    sum_over_batch,
)


@given(normal_networks())
def test_every_gradient_agrees_with_the_complex_step_to_1e_12(network):
    """Relative to the largest entry of the same array, as `check_gradients` reports it."""
    expected = every_array(*complex_step_gradients(*network))
    for found, independent in zip(every_array(*gradients(network)), expected, strict=True):
        assert relative_error(found, independent).max() <= 1e-12


@given(st.one_of(normal_networks(), half_integer_networks()))
def test_no_gradient_is_off_by_more_than_its_terms_round(network):
    """The bound that holds also where terms cancel: 1e-14 of the sum of their absolute values."""
    expected = every_array(*complex_step_gradients(*network))
    sizes = every_array(*sizes_of_terms(network))
    for found, independent, size in zip(
        every_array(*gradients(network)), expected, sizes, strict=True
    ):
        assert (np.abs(found - independent) <= 1e-14 * size).all()


@given(half_integer_networks())
def test_gradients_are_exact_where_the_arithmetic_is_exact(network):
    """To the last bit, with pre-activations of exactly zero among them."""
    expected = every_array(*autograd_gradients(network))
    for found, independent in zip(every_array(*gradients(network)), expected, strict=True):
        np.testing.assert_array_equal(found, independent)


@given(normal_networks())
def test_gradients_agree_with_another_reverse_mode(network):
    sizes = every_array(*sizes_of_terms(network))
    expected = every_array(*autograd_gradients(network))
    for found, independent, size in zip(
        every_array(*gradients(network)), expected, sizes, strict=True
    ):
        assert (np.abs(found - independent) <= 1e-14 * size).all()


@given(normal_networks())
def test_every_gradient_has_the_shape_of_its_parameter(network):
    all_dl_dweights, all_dl_dbiases = gradients(network)
    assert [g.shape for g in all_dl_dweights] == [w.shape for w in network.all_weights]
    assert [g.shape for g in all_dl_dbiases] == [b.shape for b in network.all_biases]


@given(half_integer_networks())
def test_the_gradient_of_a_batch_is_the_sum_over_its_examples(network):
    net_input, all_weights, all_biases, y = network
    singles = [
        every_array(*gradients(Network(net_input[:, [i]], all_weights, all_biases, y[:, [i]])))
        for i in range(y.shape[1])
    ]
    for batch, *examples in zip(every_array(*gradients(network)), *singles, strict=True):
        np.testing.assert_array_equal(batch, sum(examples))


@given(half_integer_networks(), st.data())
def test_renumbering_the_units_of_a_layer_renumbers_their_gradients(network, data):
    net_input, all_weights, all_biases, y = network
    hidden = [bias.shape[0] for bias in all_biases[:-1]]
    orders = [np.arange(net_input.shape[0])]
    orders += [np.array(data.draw(st.permutations(range(units)))) for units in hidden]
    orders += [np.arange(y.shape[0])]

    def renumbered(all_weights, all_biases):
        return (
            [w[np.ix_(rows, columns)] for w, columns, rows in zip(all_weights, orders, orders[1:])],
            [bias[rows] for bias, rows in zip(all_biases, orders[1:])],
        )

    other = gradients(Network(net_input, *renumbered(all_weights, all_biases), y))
    expected = renumbered(*gradients(network))
    for found, array in zip(every_array(*other), every_array(*expected), strict=True):
        np.testing.assert_array_equal(found, array)


def test_a_zero_preactivation_passes_no_gradient():
    # f_0 = (0, 1): the first unit is at the kink, the second one active.
    all_weights = [np.array([[1.0], [1.0]]), np.array([[3.0, 5.0]])]
    all_biases = [np.array([[-1.0], [0.0]]), np.array([[0.0]])]
    all_dl_dweights, all_dl_dbiases = gradients(
        Network(np.array([[1.0]]), all_weights, all_biases, np.array([[4.0]]))
    )
    np.testing.assert_array_equal(all_dl_dbiases[0], [[0.0], [10.0]])  # 2 (5 - 4) * 5
    np.testing.assert_array_equal(all_dl_dweights[0], [[0.0], [10.0]])


def test_the_indicator_is_one_only_above_zero():
    np.testing.assert_array_equal(
        indicator_function([[-1.0, -0.0, 0.0, 5e-324, 2.0]]), [[0.0, 0.0, 0.0, 1.0, 1.0]]
    )


def test_summing_over_a_batch_keeps_a_column():
    np.testing.assert_array_equal(sum_over_batch(np.array([[1.0, 2.0], [3.0, 4.0]])), [[3], [7]])


@given(st.one_of(normal_networks(), half_integer_networks()))
def test_no_gradient_is_minus_zero(network):
    for array in every_array(*gradients(network)):
        assert not np.signbit(array[array == 0]).any()


def test_a_linear_map_has_the_gradients_of_least_squares():
    net_input, target = np.array([[1.0, 2.0], [3.0, -1.0]]), np.array([[0.5, 4.0]])
    all_weights, all_biases = initialize_parameters(hidden_layers=0, inputs=2)
    residual = all_weights[0] @ net_input + all_biases[0] - target
    all_dl_dweights, all_dl_dbiases = gradients(
        Network(net_input, all_weights, all_biases, target)
    )
    np.testing.assert_allclose(all_dl_dweights[0], 2 * residual @ net_input.T, rtol=1e-14)
    np.testing.assert_allclose(all_dl_dbiases[0], [[2 * residual.sum()]], rtol=1e-14)


def test_backward_pass_reads_the_values_that_it_is_given():
    """It runs no forward pass of its own: other f and h, other gradients."""
    net_input, all_weights, all_biases, y = reference_network()
    _, all_f, all_h = compute_network_output(net_input, all_weights, all_biases)
    all_h[3] = 2 * all_h[3]
    doubled, _ = backward_pass(all_weights, all_biases, all_f, all_h, y)
    expected, _ = gradients(reference_network())
    np.testing.assert_array_equal(doubled[3], 2 * expected[3])


def test_what_gives_the_derivative_of_the_loss_must_be_a_function():
    net_input, all_weights, all_biases, y = reference_network()
    _, all_f, all_h = compute_network_output(net_input, all_weights, all_biases)
    with pytest.raises(ValueError, match="d_loss must be a function of net_output and y, got 2"):
        backward_pass(all_weights, all_biases, all_f, all_h, y, 2)
