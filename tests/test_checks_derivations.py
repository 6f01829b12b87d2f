"""The steps of the derivations: what is right, what is named, and what is measured."""

import numpy as np
import pytest

from backprop import checks, relu
from backprop.chain_rule import delta
from backprop.checks.catalogue.derivations import DERIVATION_STEPS
from backprop.self_check import measure_gradient, measured_derivatives, table_of


def step(name):
    return lambda function, seed=7: checks.check_derivation_step(function, name, seed)


RIGHT = [
    ("df_i_dbeta_m", lambda i, m: int(i == m)),
    ("df_i_dbeta_m", lambda i, m: np.eye(9)[i, m]),
    ("dl_dbeta_m", lambda m, dl_df, df_dbeta: (df_dbeta.T @ dl_df)[m]),
    ("dl_dbeta_m", lambda m, dl_df, df_dbeta: dl_df[:, 0] @ df_dbeta[:, m]),
    ("dl_dbeta_m_without_sum", lambda m, dl_df: dl_df[m]),
    ("dl_dbeta_m_without_sum", lambda m, dl_df: dl_df[m : m + 1]),
    ("d_f_d_bias", np.identity),
    ("d_f_d_bias", lambda units: np.eye(units, dtype=int).tolist()),
    ("df_i_dOmega_mn", lambda i, m, n, h: h[n] if i == m else 0),
    ("dl_dOmega_mn", lambda m, n, dl_df, df_dOmega: dl_df.T @ df_dOmega[:, m, n]),
    ("dl_dOmega_mn_without_sum", lambda m, n, dl_df, h: (dl_df @ h.T)[m, n]),
    ("df_i_dh_j", lambda i, j, weights: weights.T[j][i]),
    ("dl_dh_j", lambda j, dl_df, df_dh: np.dot(df_dh[:, j], dl_df)),
    ("back_through_weights", lambda weights, dl_df: (dl_df.T @ weights).T),
    ("back_through_weights", lambda weights, dl_df: np.einsum("ij,ib->jb", weights, dl_df)),
    ("dh_i_df_j", lambda i, j, f: i == j and f[j, 0] > 0),
    ("dh_i_df_j", lambda i, j, f: np.diagflat(f > 0)[i, j]),
    ("dl_df_j", lambda j, dl_dh, dh_df: sum(dl_dh[:, 0] * dh_df[:, j])),
    ("back_through_relu", lambda f, dl_dh: np.where(f > 0, dl_dh, 0)),
    ("back_through_relu", lambda f, dl_dh: np.diagflat(f > 0) @ dl_dh),
]


@pytest.mark.parametrize(("name", "function"), RIGHT)
def test_a_right_step_passes_however_it_is_written(name, function):
    for seed in range(200, 220):
        assert step(name)(function, seed).passed


def test_every_step_has_a_right_answer_in_another_style_here():
    assert {name for name, _ in RIGHT} == DERIVATION_STEPS.keys()


@pytest.mark.parametrize("name", DERIVATION_STEPS)
def test_a_mistake_that_is_not_in_the_catalogue_gets_a_question(name):
    (finding,) = step(name)(lambda *arguments: 7.25).findings
    assert finding.cause is None
    assert finding.equation in DERIVATION_STEPS[name].questions
    assert finding.message.endswith("?")


def test_a_sum_that_uses_what_is_known_of_the_network_s_own_table_is_not_a_sum():
    """The entry that the delta would pick is right in the network, and not in general."""
    report = step("dl_dbeta_m")(lambda m, dl_df, df_dbeta: dl_df[m, 0])
    assert not report.passed


def test_a_step_with_an_unknown_name_is_an_error_of_the_caller():
    with pytest.raises(ValueError, match="step must be one of df_i_dbeta_m, dl_dbeta_m"):
        checks.check_derivation_step(np.eye, "step 4")


# ---- the checks' own right answers, against the complex step -----------------------------------


def right(name):
    return DERIVATION_STEPS[name].wrong({})


@pytest.fixture(params=range(5))
def layer(request):
    """(beta, Omega, h, dl_df) of a layer with four units that is fed by three."""
    draws = np.random.default_rng(request.param)
    return [draws.normal(size=shape) for shape in [(4, 1), (4, 3), (3, 1), (4, 1)]]


def test_the_steps_for_the_biases_give_what_is_measured(layer):
    beta, Omega, h, dl_df = layer
    table = measured_derivatives(lambda b: b + Omega @ h, beta)[:, :, 0]
    gradient = measure_gradient(lambda b: (dl_df * (b + Omega @ h)).sum(), beta)[:, 0]
    assert np.allclose(table_of(right("df_i_dbeta_m"), (4, 4)), table)
    assert np.allclose(right("d_f_d_bias")(4), table)
    assert np.allclose(table_of(right("dl_dbeta_m"), (4,), dl_df, table), gradient)
    assert np.allclose(table_of(right("dl_dbeta_m_without_sum"), (4,), dl_df), gradient)


def test_the_steps_for_the_weights_give_what_is_measured(layer):
    beta, Omega, h, dl_df = layer
    table = measured_derivatives(lambda w: beta + w @ h, Omega)
    gradient = measure_gradient(lambda w: (dl_df * (beta + w @ h)).sum(), Omega)
    assert np.allclose(table_of(right("df_i_dOmega_mn"), (4, 4, 3), h), table)
    assert np.allclose(table_of(right("dl_dOmega_mn"), (4, 3), dl_df, table), gradient)
    assert np.allclose(table_of(right("dl_dOmega_mn_without_sum"), (4, 3), dl_df, h), gradient)


def test_the_steps_back_through_the_weights_give_what_is_measured(layer):
    beta, Omega, h, dl_df = layer
    table = measured_derivatives(lambda h: beta + Omega @ h, h)[:, :, 0]
    gradient = measure_gradient(lambda h: (dl_df * (beta + Omega @ h)).sum(), h)
    assert np.allclose(table_of(right("df_i_dh_j"), (4, 3), Omega), table)
    assert np.allclose(table_of(right("dl_dh_j"), (3,), dl_df, table), gradient[:, 0])
    assert np.allclose(right("back_through_weights")(Omega, dl_df), gradient)


def test_the_steps_back_through_the_relu_give_what_is_measured(layer):
    f, _, _, dl_dh = layer
    table = measured_derivatives(relu, f)[:, :, 0]
    gradient = measure_gradient(lambda f: (dl_dh * relu(f)).sum(), f)
    assert np.allclose(table_of(right("dh_i_df_j"), (4, 4), f), table)
    assert np.allclose(table_of(right("dl_df_j"), (4,), dl_dh, table), gradient[:, 0])
    assert np.allclose(right("back_through_relu")(f, dl_dh), gradient)


def test_the_delta_is_the_identity_matrix():
    assert np.array_equal(table_of(delta, (5, 5)), np.eye(5))
