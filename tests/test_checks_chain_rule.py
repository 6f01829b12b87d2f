"""The checks of chapter 04 on right answers in other styles, and on mistakes of no catalogue."""

import math

import numpy as np
import pytest

from backprop import chain_rule, checks


def forward_in_a_loop(x, betas, omegas):
    f, h = [], [x]
    for k, function in enumerate((math.sin, math.exp, math.cos, None)):
        f.append(betas[k] + omegas[k] * h[-1])
        if function is not None:
            h.append(function(f[-1]))
    return f, h


def backward_in_a_loop(omegas, f, h, y):
    slopes = [math.cos(f[0]), math.exp(f[1]), -math.sin(f[2])]
    dl_df, dl_dh = [0.0] * 4, [0.0] * 4
    derivative = 2 * f[3] - 2 * y
    for k in (3, 2, 1, 0):
        dl_df[k] = derivative
        dl_dh[k] = derivative * omegas[k]
        derivative = dl_dh[k] * slopes[k - 1]
    return tuple(dl_df), np.array(dl_dh).tolist()


def step(name):
    return lambda function, seed: checks.check_local_derivative(function, name, seed)


RIGHT = [
    (checks.check_toy_forward_pass, forward_in_a_loop),
    (checks.check_toy_forward_pass, chain_rule.toy_forward_pass),
    (step("dl_df3"), lambda f3, y: -2 * (y - f3)),
    (step("df_dh"), lambda beta, omega, h: omega),
    (step("df_dbeta"), lambda beta, omega, h: 1),
    (step("df_domega"), lambda beta, omega, h: h + 0 * beta),
    (step("dh1_df0"), lambda f0: math.sin(f0 + math.pi / 2)),
    (step("dh2_df1"), math.exp),
    (step("dh3_df2"), lambda f2: -math.sin(f2)),
    (checks.check_toy_backward_pass, backward_in_a_loop),
    (checks.check_toy_backward_pass, chain_rule.toy_backward_pass),
    (checks.check_toy_parameter_gradients, lambda dl_df, h: (dl_df, list(np.multiply(dl_df, h)))),
    (checks.check_toy_parameter_gradients, chain_rule.toy_parameter_gradients),
    (checks.check_back_through_jacobian, lambda J, g: (g.T @ J).T),
    (checks.check_back_through_jacobian, lambda J, g: np.einsum("ij,ib->jb", J, g)),
    (checks.check_back_through_jacobian, lambda J, g: (J * g).sum(axis=0)[:, None]),
    (
        checks.check_skip_connection_gradient,
        lambda a, b, w, y: 2 * (a + math.sin(b + w * a) - y) * (1 + w * math.cos(b + w * a)),
    ),
]


@pytest.mark.parametrize(("check", "function"), RIGHT)
def test_a_right_function_passes_however_it_is_written(check, function):
    for seed in range(200, 220):
        assert check(function, seed=seed).passed


@pytest.mark.parametrize(
    ("check", "function", "equation"),
    [
        (checks.check_toy_forward_pass, lambda *a: ([1.0] * 4, [2.0] * 4), "toy_forward_pass"),
        (checks.check_toy_backward_pass, lambda *a: ([1.0] * 4, [2.0] * 4), "toy_backward_pass"),
        (
            checks.check_toy_parameter_gradients,
            lambda g, h: ([3 * entry for entry in g], g), "toy_parameter_gradients",
        ),
        (checks.check_back_through_jacobian, lambda J, g: 5 * J.T @ g, "back_through_jacobian"),
        (checks.check_skip_connection_gradient, lambda *a: 7.0, "skip_connection_gradient"),
        (step("dh1_df0"), lambda f0, seed=7: 0.5, "dh1_df0"),
    ],
)
def test_a_mistake_that_is_not_in_the_catalogue_gets_a_question(check, function, equation):
    (finding,) = check(function, seed=7).findings
    assert (finding.equation, finding.cause) == (equation, None)
    assert finding.message.endswith("?")


def test_a_wrong_value_in_a_list_is_told_with_its_layer():
    def one_value_wrong(x, betas, omegas):
        f, h = chain_rule.toy_forward_pass(x, betas, omegas)
        h[2] = h[2] + 1
        return f, h

    (finding,) = checks.check_toy_forward_pass(one_value_wrong).findings
    assert finding.layers == (2,)


def test_a_step_that_is_not_one_of_the_derivation_is_an_error_of_the_caller():
    with pytest.raises(ValueError, match="step must be one of dl_df3, df_dh"):
        checks.check_local_derivative(np.cos, "dh1/df0")
