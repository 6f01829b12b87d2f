"""The checks of chapter 09 on right answers in other styles, on harm, and on unknown mistakes."""

import numpy as np
import pytest

import backprop
from backprop import checks, compute_network_output
from backprop.backward_pass import backward_pass


def step_in_a_loop(all_weights, all_biases, all_dl_dweights, all_dl_dbiases, learning_rate):
    weights, biases = [], []
    for k in range(len(all_weights)):
        weights.append(np.subtract(all_weights[k], all_dl_dweights[k] * learning_rate))
        biases.append(all_biases[k] + -learning_rate * all_dl_dbiases[k])
    return weights, biases


def step_on_copies(all_weights, all_biases, all_dl_dweights, all_dl_dbiases, learning_rate):
    new = [[array.copy() for array in arrays] for arrays in (all_weights, all_biases)]
    for arrays, gradients in zip(new, (all_dl_dweights, all_dl_dbiases)):
        for array, gradient in zip(arrays, gradients):
            array -= learning_rate * gradient
    return tuple(new)


def step_in_place(all_weights, all_biases, all_dl_dweights, all_dl_dbiases, learning_rate):
    for array, gradient in zip(all_weights + all_biases, all_dl_dweights + all_dl_dbiases):
        array -= learning_rate * gradient
    return all_weights, all_biases


def training_with(step):
    def train(net_input, all_weights, all_biases, y, learning_rate, steps, loss, d_loss):
        losses = np.zeros(steps + 1)
        for k in range(steps + 1):
            output, all_f, all_h = compute_network_output(net_input, all_weights, all_biases)
            losses[k] = loss(output, y)
            if k < steps:
                gradients = backward_pass(all_weights, all_biases, all_f, all_h, y, d_loss)
                all_weights, all_biases = step(all_weights, all_biases, *gradients, learning_rate)
        return all_weights, all_biases, losses

    return train


def comparison_with(step):
    def compare_learning_rates(net_input, all_weights, all_biases, y, learning_rates, steps):
        squares = (backprop.least_squares_loss, backprop.d_loss_d_output)
        return [
            list(training_with(step)(net_input, all_weights, all_biases, y, r, steps, *squares)[2])
            for r in learning_rates
        ]

    return compare_learning_rates


def softmax_in_a_loop(net_output):
    columns = []
    for column in net_output.T:
        weights = [np.exp(f - max(column)) for f in column]
        columns.append([w / sum(weights) for w in weights])
    return np.array(columns).T


def entropy_by_logaddexp(net_output, y):
    return np.sum(y * (np.logaddexp.reduce(net_output, axis=0) - net_output))


RIGHT = [
    (checks.check_gradient_step, step_in_a_loop),
    (checks.check_gradient_step, step_on_copies),
    (checks.check_gradient_step, backprop.gradient_step),
    (checks.check_train, training_with(step_in_a_loop)),
    (checks.check_train, backprop.train),
    (checks.check_compare_learning_rates, comparison_with(step_on_copies)),
    (checks.check_softmax, softmax_in_a_loop),
    (checks.check_softmax, backprop.softmax),
    (checks.check_softmax, lambda f: np.exp(f - np.logaddexp.reduce(f, axis=0))),
    (checks.check_cross_entropy_loss, entropy_by_logaddexp),
    (checks.check_cross_entropy_loss, backprop.cross_entropy_loss),
    (checks.check_d_cross_entropy_d_output, lambda f, y: softmax_in_a_loop(f) - y),
    (checks.check_d_cross_entropy_d_output, lambda f, y: -(y - backprop.softmax(f) * y.sum(0))),
]


@pytest.mark.parametrize(("check", "function"), RIGHT)
def test_a_right_function_passes_however_it_is_written(check, function):
    for seed in range(200, 210):
        assert check(function, seed=seed).passed


@pytest.mark.parametrize(
    ("check", "function"),
    [
        (checks.check_gradient_step, step_in_place),
        (checks.check_train, training_with(step_in_place)),
    ],
)
def test_a_right_function_that_writes_into_its_arguments_is_told_so(check, function):
    assert [f.cause for f in check(function).findings] == ["changes-its-arguments"]


def test_a_step_in_place_shows_where_two_trainings_have_one_start():
    report = checks.check_compare_learning_rates(comparison_with(step_in_place))
    assert [f.cause for f in report.findings] == ["rates-one-after-the-other"]


@pytest.mark.parametrize(
    ("check", "function", "equation"),
    [
        (checks.check_gradient_step, lambda W, b, dW, db, r: (W, b), "gradient_step"),
        (
            checks.check_train,
            lambda x, W, b, y, r, n, loss, d_loss: (W, b, [0.0] * (n + 1)), "train",
        ),
        (
            checks.check_compare_learning_rates,
            lambda x, W, b, y, rates, n: [[1.0] * (n + 1)] * len(rates), "compare_learning_rates",
        ),
        (checks.check_softmax, lambda f: f * 0 + 1 / len(f), "softmax"),
        (checks.check_cross_entropy_loss, lambda f, y: 1.0, "cross_entropy_loss"),
        (
            checks.check_d_cross_entropy_d_output,
            lambda f, y: backprop.softmax(f) - 0.9 * y, "d_cross_entropy_d_output",
        ),
    ],
)
def test_a_mistake_that_is_not_in_the_catalogue_gets_a_question(check, function, equation):
    (finding,) = check(function).findings
    assert (finding.equation, finding.cause) == (equation, None)
    assert finding.message.endswith("?")
