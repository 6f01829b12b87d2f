"""The checks of chapter 11 on right answers in other styles, and on mistakes of no catalogue."""

import math

import numpy as np
import pytest

from backprop import checks, initialization, residual


def sums_of_signs(count, weight_variance):
    """The factor as a mean over random signs would give it, in a loop."""
    return sum(weight_variance for _ in range(int(count))) * 0.5


def deviations_by_arrays(widths):
    return np.sqrt(2.0 / np.array(widths[:-1]))


def variance_by_logarithms(width, layers, ratio):
    return 2 / width * math.exp(2 * math.log(ratio) / layers)


def dead_in_a_loop(f):
    return np.array([[0 if any(entry > 0 for entry in row) else 1] for row in f])


def residual_by_jacobians(all_weights, all_biases, all_f, all_h, y):
    K = len(all_weights) - 1
    weights, biases = [None] * (K + 1), [None] * (K + 1)
    gradient = 2 * (all_f[K] - y)
    for k in range(K, -1, -1):
        biases[k] = gradient.sum(axis=1)[:, None]
        weights[k] = np.einsum("ib,jb->ij", gradient, all_h[k])
        if k == 0:
            break
        columns = []
        for b in range(y.shape[1]):
            jacobian = all_weights[k] * (all_f[k - 1][:, b] > 0)
            if k < K:
                jacobian = jacobian + np.eye(len(jacobian))
            columns.append(jacobian.T @ gradient[:, b])
        gradient = np.stack(columns, axis=1)
    return tuple(weights), tuple(biases)


RIGHT = [
    (checks.check_forward_factor, lambda inputs, outputs, v: sums_of_signs(inputs, v)),
    (checks.check_forward_factor, lambda *layer: initialization.variance_factors(*layer)[0]),
    (checks.check_backward_factor, lambda inputs, outputs, v: sums_of_signs(outputs, v)),
    (checks.check_backward_factor, lambda *layer: initialization.variance_factors(*layer)[1]),
    (checks.check_he_standard_deviations, deviations_by_arrays),
    (checks.check_he_standard_deviations, lambda w: tuple((2 / n) ** 0.5 for n in w[:-1])),
    (checks.check_he_standard_deviations, initialization.he_standard_deviations),
    (checks.check_weight_variance_for, variance_by_logarithms),
    (checks.check_weight_variance_for, initialization.weight_variance_for),
    (checks.check_dead_units, dead_in_a_loop),
    (checks.check_dead_units, lambda f: ~(f > 0).any(axis=1)[:, None]),
    (checks.check_dead_units, lambda f: f.max(axis=1, keepdims=True) <= 0),
    (checks.check_dead_units, initialization.dead_units),
    (checks.check_dead_from_gradients, lambda W, b, above: (np.abs(above).sum(axis=0) == 0)[:, None]),
    (checks.check_dead_from_gradients, lambda W, b, above: ~above.any(axis=0, keepdims=True).T),
    (checks.check_residual_backward_pass, residual_by_jacobians),
    (checks.check_residual_backward_pass, residual.residual_backward_pass),
]


@pytest.mark.parametrize(("check", "function"), RIGHT)
def test_a_right_function_passes_however_it_is_written(check, function):
    for seed in range(200, 220):
        assert check(function, seed=seed).passed


@pytest.mark.parametrize(
    ("check", "function", "equation"),
    [
        (checks.check_forward_factor, lambda inputs, outputs, v: 0.77, "forward_factor"),
        (checks.check_backward_factor, lambda inputs, outputs, v: outputs - v, "backward_factor"),
        (checks.check_he_standard_deviations, lambda widths: [0.3] * 4, "he_standard_deviations"),
        (checks.check_weight_variance_for, lambda w, n, ratio: ratio, "weight_variance_for"),
        (checks.check_dead_units, lambda f: f[:, :1] > f.mean(), "dead_units"),
        (checks.check_dead_from_gradients, lambda W, b, above: b > 0, "dead_from_gradients"),
        (
            checks.check_residual_backward_pass,
            lambda weights, biases, f, h, y: (weights, biases), "residual_backward_pass",
        ),
    ],
)
def test_a_mistake_that_is_not_in_the_catalogue_gets_a_question(check, function, equation):
    (finding,) = check(function, seed=7).findings
    assert (finding.equation, finding.cause) == (equation, None)
    assert finding.message.endswith("?")


def test_a_residual_gradient_that_is_wrong_in_one_layer_is_told_with_it():
    def one_layer_wrong(*arguments):
        weights, biases = residual.residual_backward_pass(*arguments)
        weights[1] = 2 * weights[1]
        return weights, biases

    (finding,) = checks.check_residual_backward_pass(one_layer_wrong).findings
    assert finding.layers == (1,)


def test_the_plain_backward_pass_is_told_that_a_path_is_missing():
    from backprop import backward_pass

    (finding,) = checks.check_residual_backward_pass(backward_pass).findings
    assert finding.cause == "residual-missing"
