"""The summed squared error and its derivative."""

import numpy as np
from hypothesis import given
from networks import half_integer_networks

from backprop import d_loss_d_output, least_squares_loss


def test_the_loss_sums_over_outputs_and_examples():
    assert least_squares_loss([[1.0, 3.0], [0.0, 2.0]], [[2.0, 5.0], [0.0, -1.0]]) == 14.0


def test_the_loss_is_a_python_float():
    assert type(least_squares_loss([[1]], [[3]])) is float


def test_a_complex_loss_squares_without_taking_the_absolute_value():
    assert least_squares_loss([[1 + 2j]], [[1]]) == -4


@given(half_integer_networks())
def test_the_derivative_is_the_slope_of_the_loss_in_every_output(network):
    y = network.y
    net_output = np.linspace(-2, 2, y.size).reshape(y.shape)
    for index in np.ndindex(y.shape):
        nudged = net_output.astype(complex)
        nudged[index] += 1e-30j
        slope = least_squares_loss(nudged, y).imag / 1e-30
        np.testing.assert_allclose(d_loss_d_output(net_output, y)[index], slope, atol=1e-14)
