"""The toy function, two paths and Jacobians, against values and derivatives from elsewhere."""

import autograd
import autograd.numpy as anp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop.chain_rule import (
    TOY_BETAS,
    TOY_OMEGAS,
    TOY_X,
    TOY_Y,
    back_through_jacobian,
    branch_backward_pass,
    branch_forward_pass,
    central_difference_slope,
    complex_step_slope,
    count_multiplications,
    measured_jacobian,
    measured_toy_gradients,
    toy_backward_pass,
    toy_forward_pass,
    toy_gradients_separately,
    toy_loss,
    toy_loss_from,
    toy_parameter_gradients,
)

NUMBER = st.floats(-1.5, 1.5)
FOUR = st.lists(NUMBER, min_size=4, max_size=4)


def formula(x, betas, omegas):
    """The toy function in one line, as UDL prints it."""
    inner = betas[1] + omegas[1] * anp.sin(betas[0] + omegas[0] * x)
    return betas[3] + omegas[3] * anp.cos(betas[2] + omegas[2] * anp.exp(inner))


def gradients(x, betas, omegas, y):
    """(dl_dx, dl_dbetas, dl_domegas) by the chapter's functions."""
    f, h = toy_forward_pass(x, betas, omegas)
    dl_df, dl_dh = toy_backward_pass(omegas, f, h, y)
    return dl_dh[0], *toy_parameter_gradients(dl_df, h)


def test_the_values_are_those_of_udls_notebook():
    f, h = toy_forward_pass(TOY_X, TOY_BETAS, TOY_OMEGAS)
    assert [f"{value:.3f}" for value in f] == ["1.230", "1.623", "7.137", "2.372"]
    assert [f"{value:.3f}" for value in h] == ["2.300", "0.942", "5.068", "0.657"]
    assert f"{toy_loss(f[3], TOY_Y):.3f}" == "0.139"
    _, _, dl_domegas = gradients(TOY_X, TOY_BETAS, TOY_OMEGAS, TOY_Y)
    assert f"{dl_domegas[0]:.3f}" == "5.246"


@given(NUMBER, FOUR, FOUR)
def test_the_steps_together_are_the_formula(x, betas, omegas):
    f, h = toy_forward_pass(x, betas, omegas)
    assert h[0] == x
    assert f[3] == pytest.approx(formula(x, betas, omegas), abs=1e-12)


@given(NUMBER, FOUR, FOUR, NUMBER)
def test_every_gradient_is_that_of_autograd(x, betas, omegas, y):
    def loss(x, betas, omegas):
        return (formula(x, betas, omegas) - y) ** 2

    found = np.hstack(gradients(x, betas, omegas, y))
    arrays = (x, np.array(betas), np.array(omegas))
    expected = np.hstack([autograd.grad(loss, place)(*arrays) for place in range(3)])
    assert np.allclose(found, expected, rtol=1e-9, atol=1e-9 * max(1, np.abs(expected).max()))


@pytest.mark.parametrize(
    ("slope", "tolerance"), [(complex_step_slope, 1e-13), (central_difference_slope, 1e-7)]
)
def test_the_gradients_of_all_values_and_parameters_are_measured(slope, tolerance):
    f, h = toy_forward_pass(TOY_X, TOY_BETAS, TOY_OMEGAS)
    dl_df, dl_dh = toy_backward_pass(TOY_OMEGAS, f, h, TOY_Y)
    found = [*dl_df, *dl_dh, *np.hstack(toy_parameter_gradients(dl_df, h))]
    measured = np.hstack(measured_toy_gradients(f, h, TOY_BETAS, TOY_OMEGAS, TOY_Y, slope))
    assert np.allclose(found, measured, rtol=tolerance)


def test_the_loss_from_a_value_on_is_the_loss():
    f, _ = toy_forward_pass(TOY_X, TOY_BETAS, TOY_OMEGAS)
    for layer in range(4):
        loss = toy_loss_from(layer, f[layer], TOY_BETAS, TOY_OMEGAS, TOY_Y)
        assert loss == pytest.approx(toy_loss(f[3], TOY_Y), rel=1e-14)


def test_nothing_comes_back_through_a_flat_step():
    betas = (1.0, 0.0, np.pi - 2.0 * np.exp(0.0), 0.4)  # f_2 is pi, where the cosine is flat
    dl_dx, dl_dbetas, dl_domegas = gradients(2.3, betas, (0.1, 0.0, 2.0, 3.0), 2.0)
    assert np.allclose([dl_dx, *dl_dbetas[:3], *dl_domegas[:3]], 0, atol=1e-14)
    assert abs(dl_dbetas[3]) > 1 and abs(dl_domegas[3]) > 1


def test_products_of_their_own_give_the_same_with_three_times_the_multiplications():
    f, h = toy_forward_pass(TOY_X, TOY_BETAS, TOY_OMEGAS)
    dl_dx, dl_dbetas, dl_domegas = gradients(TOY_X, TOY_BETAS, TOY_OMEGAS, TOY_Y)
    separately = np.hstack(toy_gradients_separately(TOY_OMEGAS, f, h, TOY_Y))
    assert np.allclose(separately, [*dl_dbetas, *dl_domegas, dl_dx], rtol=1e-13)

    # Counted by hand: the start, seven steps back and four weights; then, for each bias and each
    # weight, one multiplication fewer than it has factors, and seven for the input.
    one_way = 1 + 7 + 4
    each = 1 + (6 + 4 + 2 + 0) + (7 + 5 + 3 + 1) + 7
    values = (TOY_OMEGAS, f, h, TOY_Y)
    back = count_multiplications(toy_backward_pass, *values)
    assert back + count_multiplications(toy_parameter_gradients, f, h) == one_way
    assert count_multiplications(toy_gradients_separately, *values) == each


def test_additions_and_functions_are_not_counted_as_multiplications():
    assert count_multiplications(lambda a, b: np.sin(a) + np.exp(b) - a, 1.0, 2.0) == 0
    assert count_multiplications(lambda a, b: 3 * a * b + a * -b, 1.0, 2.0) == 3


@given(NUMBER, NUMBER)
def test_two_paths_bring_the_sum_that_autograd_finds(a, y):
    def loss(a):
        return (anp.sin(a) * anp.exp(a) - y) ** 2

    *_, dl_da = branch_backward_pass(a, *branch_forward_pass(a), y)
    assert dl_da == pytest.approx(autograd.grad(loss)(a), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("outputs, inputs", [(4, 2), (2, 3), (3, 3), (1, 2)])
def test_a_gradient_comes_back_through_a_jacobian(outputs, inputs):
    draws = np.random.default_rng(outputs)
    A, a = draws.normal(size=(outputs, inputs)), draws.normal(size=(inputs, 1))
    dl_dc = draws.normal(size=(outputs, 1))

    def step(a):
        return anp.tanh(anp.dot(A, a))

    expected = autograd.grad(lambda a: anp.sum(dl_dc * step(a)))(a)
    found = back_through_jacobian(measured_jacobian(lambda a: np.tanh(A @ a), a), dl_dc)
    assert np.allclose(found, expected, rtol=1e-12)


def test_a_jacobian_has_a_row_for_each_output_and_a_column_for_each_input():
    jacobian = measured_jacobian(
        lambda a: np.vstack([a[0] * a[1], a[1], a[0] + 2 * a[1]]), np.array([[3.0], [5.0]])
    )
    assert np.array_equal(jacobian, [[5, 3], [0, 1], [1, 2]])


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: toy_forward_pass([1.0], TOY_BETAS, TOY_OMEGAS), r"x must be one number.*\(1,\)"),
        (lambda: toy_forward_pass(1.0, [1.0] * 3, TOY_OMEGAS), "betas must be a list of four.*3"),
        (lambda: toy_forward_pass(1.0, TOY_BETAS, np.ones(4)), "omegas must be a list.*ndarray"),
        (
            lambda: toy_forward_pass(1.0, [1.0, 2.0, np.nan, 3.0], TOY_OMEGAS),
            r"betas\[2\] must be finite",
        ),
        (lambda: toy_backward_pass([1.0] * 4, [1.0] * 4, [1.0] * 4, "2"), "y must hold"),
        (lambda: back_through_jacobian(np.ones(3), np.ones((3, 1))), r"jacobian must have shape"),
        (lambda: back_through_jacobian(np.ones((3, 2)), np.ones((2, 1))), r"dl_dc must have shape"),
        (lambda: branch_forward_pass(np.inf), "a must be finite"),
    ],
)
def test_an_argument_that_does_not_fit_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
