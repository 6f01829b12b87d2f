"""The checks of the exercises' other functions, against the mistakes made in each of them."""

import numpy as np
import pytest

import backprop
from backprop import checks
from backprop.checks.catalogue import BACKWARD_PASS, SUBJECTS
from backprop.checks.diagnosis import diagnose, explain

OTHER_SEEDS = (11, 101)

ENTRIES = [
    pytest.param(subject, entry, id=f"{subject.name}:{entry.slug}")
    for subject in SUBJECTS
    if subject is not BACKWARD_PASS  # tests/test_checks.py has its mistakes
    for entry in subject.catalogue
]


@pytest.mark.parametrize(("subject", "entry"), ENTRIES)
def test_a_mistake_of_the_catalogue_is_named(subject, entry):
    for seed in (7, *OTHER_SEEDS):
        for lines in entry.variants:
            report = diagnose(subject.wrong(lines), subject, subject.trials(seed), explain)
            found = [(finding.equation, finding.cause) for finding in report.findings]
            assert found == [(entry.equation, entry.slug)], (lines, seed)


def loss_in_a_loop(net_output, y):
    total = 0
    for f, target in zip(np.ravel(net_output), np.ravel(y)):
        total += (target - f) ** 2
    return total


def relu_in_a_loop(preactivation):
    result = np.zeros_like(preactivation)
    for index, value in np.ndenumerate(preactivation):
        if value > 0:
            result[index] = value
    return result


def forward_with_lists(net_input, all_weights, all_biases):
    h, all_f, all_h = net_input, [], []
    for weights, biases in zip(all_weights, all_biases):
        all_h.append(h)
        all_f.append(np.dot(weights, h) + biases)
        h = np.maximum(all_f[-1], 0)
    return all_f[-1], all_f, all_h


def parameters_by_the_global_seed(hidden_layers, width, inputs, outputs, seed):
    np.random.seed(seed)
    K = hidden_layers
    weights, biases = [None] * (K + 1), [None] * (K + 1)
    weights[0] = np.random.normal(size=(width, inputs))
    weights[K] = np.random.normal(size=(outputs, width))
    biases[0] = np.random.normal(size=(width, 1))
    biases[K] = np.random.normal(size=(outputs, 1))
    for layer in range(1, K):
        weights[layer] = np.random.randn(width, width)
        biases[layer] = np.random.randn(width, 1)
    return weights, biases


def central_in_place(loss, array, step):
    gradient = np.empty_like(array)
    for index in np.ndindex(array.shape):
        value = array[index]
        array[index] = value + step
        up = loss(array)
        array[index] = value - step
        gradient[index] = (up - loss(array)) / step / 2
        array[index] = value
    return gradient


def forward_by_columns(loss, array, step):
    before = loss(array)
    nudges = step * np.eye(array.size).reshape(array.size, *array.shape)
    return np.array([loss(array + nudge) - before for nudge in nudges]).reshape(array.shape) / step


def worst_error(found, expected):
    scale = np.max([np.abs(found), np.abs(expected)])
    return 0 if scale == 0 else np.max(abs(found - expected) / scale)


RIGHT = [
    (checks.check_relu, relu_in_a_loop),
    (checks.check_relu, lambda f: np.maximum(0, f)),
    (checks.check_relu, lambda f: f * (f > 0)),
    (checks.check_relu, lambda f: np.clip(f, 0, None)),
    (checks.check_relu, lambda f: (f + np.abs(f)) / 2),
    (checks.check_relu, backprop.relu),
    (checks.check_indicator_function, lambda x: x > 0),
    (checks.check_indicator_function, lambda x: np.heaviside(x, 0)),
    (checks.check_indicator_function, lambda x: np.where(x > 0, 1, 0)),
    (checks.check_indicator_function, backprop.indicator_function),
    (checks.check_compute_network_output, forward_with_lists),
    (checks.check_compute_network_output, backprop.compute_network_output),
    (checks.check_least_squares_loss, loss_in_a_loop),
    (checks.check_least_squares_loss, lambda f, y: np.linalg.norm(f - y) ** 2),
    (checks.check_least_squares_loss, lambda f, y: np.vdot(f - y, f - y)),
    (checks.check_least_squares_loss, backprop.least_squares_loss),
    (checks.check_d_loss_d_output, lambda f, y: -2 * (y - f)),
    (checks.check_d_loss_d_output, lambda f, y: 2 * f - 2 * y),
    (checks.check_d_loss_d_output, backprop.d_loss_d_output),
    (checks.check_bias_gradients, lambda dl_df: dl_df @ np.ones((dl_df.shape[1], 1))),
    (checks.check_bias_gradients, lambda dl_df: dl_df.sum(1)[:, None]),
    (checks.check_weight_gradients, lambda dl_df, h: (h @ dl_df.T).T),
    (checks.check_weight_gradients, lambda dl_df, h: np.einsum("ib,jb->ij", dl_df, h)),
    (checks.check_finite_differences, central_in_place),
    (lambda f, **k: checks.check_finite_differences(f, scheme="forward", **k), forward_by_columns),
    (checks.check_initialize_parameters, parameters_by_the_global_seed),
    (checks.check_initialize_parameters, backprop.initialize_parameters),
    (checks.check_worst_relative_error, worst_error),
    (checks.check_worst_relative_error, lambda a, b: backprop.relative_error(a, b).max()),
]


@pytest.mark.parametrize(("check", "function"), RIGHT)
def test_a_right_function_passes_however_it_is_written(check, function):
    for seed in range(200, 220):
        assert check(function, seed=seed).passed


def test_a_right_function_in_float32_passes():
    def in_float32(function):
        return lambda *arrays: function(*(array.astype(np.float32) for array in arrays))

    assert checks.check_relu(in_float32(backprop.relu)).passed
    assert checks.check_bias_gradients(in_float32(lambda g: g.sum(axis=1, keepdims=True))).passed
    assert checks.check_weight_gradients(in_float32(lambda g, h: g @ h.T)).passed


def test_gradients_of_one_layer_may_be_for_one_example_where_no_more_is_asked():
    assert checks.check_bias_gradients(lambda dl_df: dl_df, examples="one").passed
    assert checks.check_weight_gradients(np.outer, examples="one").passed
    assert not checks.check_bias_gradients(lambda dl_df: dl_df).passed
    assert [f.cause for f in checks.check_weight_gradients(np.outer).findings] == ["one-example"]


@pytest.mark.parametrize(
    ("check", "function", "equation"),
    [
        (checks.check_bias_gradients, lambda dl_df: 3 * dl_df, "7.21"),
        (checks.check_weight_gradients, lambda dl_df, h: dl_df @ h.T + 1, "7.22"),
        (checks.check_relu, lambda f: f**2, "relu"),
        (checks.check_indicator_function, lambda x: x**2, "indicator_function"),
        (checks.check_compute_network_output, lambda *a: (0, [], []), "compute_network_output"),
        (checks.check_least_squares_loss, lambda f, y: 7.0, "least_squares_loss"),
        (checks.check_d_loss_d_output, lambda f, y: 5 * (f - y), "d_loss_d_output"),
        (checks.check_finite_differences, lambda l, a, s: 7 * a, "central_difference"),
        (checks.check_initialize_parameters, lambda *a: ([], []), "initialize_parameters"),
        (checks.check_worst_relative_error, lambda a, b: 0.123, "worst_relative_error"),
    ],
)
def test_a_mistake_that_is_not_in_the_catalogue_gets_its_equation_and_a_question(
    check, function, equation
):
    (finding,) = check(function).findings
    assert (finding.equation, finding.cause) == (equation, None)
    assert finding.message.endswith("?")


def test_layers_are_named_where_a_result_has_layers():
    def one_layer_wrong(*arguments):
        output, all_f, all_h = backprop.compute_network_output(*arguments)
        all_h[1] = all_h[1] + 1
        return output, all_f, all_h

    (finding,) = checks.check_compute_network_output(one_layer_wrong).findings
    assert finding.layers == (1,)
    assert finding.pictures[0][0] == "array h_1"


def test_a_relu_that_works_in_place_is_told_so():
    def relu(preactivation):
        preactivation[preactivation < 0] = 0
        return preactivation

    assert [f.cause for f in checks.check_relu(relu).findings] == ["changes-its-arguments"]


def test_a_loss_that_is_no_single_number_is_told_so():
    report = str(checks.check_least_squares_loss(lambda f, y: (f - y) ** 2))
    assert "it must be one number" in report


def test_an_unknown_scheme_is_an_error_of_the_caller():
    with pytest.raises(ValueError, match="scheme must be"):
        checks.check_finite_differences(central_in_place, scheme="backward")
