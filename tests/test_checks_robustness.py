"""Whatever a student's function does, a check gives a report and the caller is not harmed."""

import contextlib
import io
import random
import sys
import warnings

import numpy as np
import pytest
from right_backward_passes import with_operators

from backprop.checks import (
    check_backward_pass,
    check_compute_network_output,
    check_finite_differences,
    check_relu,
)
from backprop.checks.trial_networks import trials


class LyingArray(np.ndarray):
    """An array that calls itself equal to everything."""

    def __eq__(self, other):
        return np.ones(self.shape, dtype=bool)

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        return np.zeros(self.shape, dtype=bool)


class Unwilling:
    def __array__(self, *args, **kwargs):
        raise RuntimeError("no numbers here")

    def __float__(self):
        raise RuntimeError("no numbers here")


class Unspeakable(Exception):
    def __str__(self):
        raise RuntimeError("no words either")


def lists_of(entry):
    return lambda all_weights, *rest: ([entry] * len(all_weights), [entry] * len(all_weights))


RESULTS = {
    "None": lambda *a: None,
    "a number": lambda *a: 3,
    "a text": lambda *a: "right",
    "one list": lambda *a: a[0],
    "three lists": lambda *a: (a[0], a[1], a[2]),
    "two numbers": lambda *a: (1.0, 2.0),
    "empty lists": lambda *a: ([], []),
    "an array": lambda *a: np.zeros((2, 3)),
    "a generator": lambda *a: (w for w in a[0]),
    "two generators": lambda *a: ((w for w in a[0]), (b for b in a[1])),
    "lists of None": lists_of(None),
    "lists of texts": lists_of("1.0"),
    "lists of ragged lists": lists_of([[1.0], [1.0, 2.0]]),
    "lists of object arrays": lists_of(np.array([None, "x", 3], dtype=object)),
    "lists of complex arrays": lists_of(np.ones((4, 4)) * 1j),
    "lists of huge arrays": lists_of(np.broadcast_to(0.0, (10**6, 10**6))),
    "lists of NaN": lists_of(np.full((4, 1), np.nan)),
    "lists of things without numbers": lists_of(Unwilling()),
    "lists of functions": lists_of(len),
    "arrays that lie about equality": lists_of(np.zeros((4, 1)).view(LyingArray)),
    "dicts with other keys": lambda *a: ({"W": a[0]}, {"b": a[1]}),
    "a list that holds itself": lambda *a: list_in_itself(),
    "sets": lambda *a: ({1}, {2}),
    "too few layers": lambda *a: (a[0][:-1], a[1][:-1]),
}


def list_in_itself():
    result = []
    result += [result, result]
    return result


@pytest.mark.parametrize("function", RESULTS.values(), ids=RESULTS.keys())
def test_any_result_gets_a_report(function):
    report = check_backward_pass(function)
    assert not report.passed
    assert report.findings and all(finding.message for finding in report.findings)
    assert str(report) and report._repr_html_()


@pytest.mark.parametrize(
    "value",
    [None, 3, "x", [[1], [1, 2]], Unwilling(), np.broadcast_to(0.0, (10**6, 10**6)), {}, len],
)
def test_any_result_of_the_other_functions_gets_a_report(value):
    for check in (check_relu, check_compute_network_output, check_finite_differences):
        report = check(lambda *arguments: value)
        assert not report.passed and str(report)


def raising(error):
    def backward_pass(all_weights, all_biases, all_f, all_h, y):
        raise error  # the student's line

    return backward_pass


@pytest.mark.parametrize(
    "error",
    [
        ValueError("shapes (3,1) and (4,1) not aligned"),
        KeyError("W"),
        SystemExit(),
        GeneratorExit(),
        MemoryError(),
        RecursionError("too deep"),
        Unspeakable(),
        ExceptionGroup("several", [ValueError()]) if sys.version_info >= (3, 11) else ValueError(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_a_function_raises_is_told_with_its_own_line(error):
    report = str(check_backward_pass(raising(error)))
    assert type(error).__name__ in report
    assert "raise error  # the student's line" in report
    assert "Traceback" not in report


def test_an_error_in_a_library_is_told_with_the_line_that_called_it():
    def backward_pass(all_weights, all_biases, all_f, all_h, y):
        return np.linalg.inv(all_biases)

    report = str(check_backward_pass(backward_pass))
    assert "LinAlgError" in report or "ValueError" in report
    assert "return np.linalg.inv(all_biases)" in report


def test_a_very_long_error_message_is_cut():
    assert len(str(check_backward_pass(raising(ValueError("x" * 10**6))))) < 3000


def test_a_function_that_calls_exit_does_not_end_the_notebook():
    assert not check_backward_pass(lambda *arguments: sys.exit()).passed


def test_something_that_cannot_be_called_is_told_so():
    for thing in (None, 3, "backward_pass"):
        assert "not callable" in str(check_backward_pass(thing))


def test_a_function_with_other_arguments_is_told_so():
    assert "takes 1 positional argument but 5 were given" in str(check_backward_pass(lambda x: x))


def test_endless_recursion_is_told():
    def backward_pass(*arguments):
        return backward_pass(*arguments)

    assert "RecursionError" in str(check_backward_pass(backward_pass))


def test_a_right_function_that_recurses_deeply_passes():
    def deep(depth, *arguments):
        return with_operators(*arguments) if depth == 0 else deep(depth - 1, *arguments)

    def backward_pass(*arguments):
        sys.setrecursionlimit(4000)
        return deep(2000, *arguments)

    before = sys.getrecursionlimit()
    assert check_backward_pass(backward_pass).passed
    assert sys.getrecursionlimit() == before


def test_the_readers_interrupt_ends_an_endless_loop():
    with pytest.raises(KeyboardInterrupt):
        check_backward_pass(raising(KeyboardInterrupt()))


def test_what_a_function_prints_and_warns_of_is_not_shown(capsys):
    def backward_pass(*arguments):
        print("debug")
        print("debug", file=sys.stderr)
        warnings.warn("debug", stacklevel=1)
        return with_operators(*arguments)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert check_backward_pass(backward_pass).passed
    assert capsys.readouterr() == ("", "")


def test_the_callers_standard_output_survives_a_function_that_replaces_it():
    def backward_pass(*arguments):
        sys.stdout.close()
        sys.stdout = None
        return with_operators(*arguments)

    ours = io.StringIO()
    with contextlib.redirect_stdout(ours):
        check_backward_pass(backward_pass)
        print("still here")
    assert ours.getvalue() == "still here\n"


def test_random_states_and_error_settings_are_what_they_were():
    def backward_pass(*arguments):
        np.random.seed(0)
        random.seed(0)
        np.seterr(all="raise")
        return with_operators(*arguments)

    np.random.seed(5)
    random.seed(5)
    expected = np.random.normal(), random.random()
    np.random.seed(5)
    random.seed(5)
    settings = np.geterr()
    check_backward_pass(backward_pass)
    assert (np.random.normal(), random.random()) == expected
    assert np.geterr() == settings


def test_a_right_function_that_changes_its_arguments_is_told_so_and_harms_nothing():
    def backward_pass(all_weights, all_biases, all_f, all_h, y):
        gradients = with_operators(all_weights, all_biases, all_f, all_h, y)
        all_f[-1] -= y
        all_weights.pop()
        return gradients

    before = [array.copy() for array in trials()[0].arguments[2]]
    report = check_backward_pass(backward_pass)
    assert [finding.cause for finding in report.findings] == ["changes-its-arguments"]
    assert all(map(np.array_equal, before, trials()[0].arguments[2]))


def test_arguments_replaced_by_liars_count_as_changed():
    def backward_pass(all_weights, all_biases, all_f, all_h, y):
        gradients = with_operators(all_weights, all_biases, all_f, all_h, y)
        all_weights[0] = (all_weights[0] + 1).view(LyingArray)
        return gradients

    assert [f.cause for f in check_backward_pass(backward_pass).findings] == [
        "changes-its-arguments"
    ]


def test_a_function_that_keeps_state_between_calls_is_told_so():
    calls = []

    def backward_pass(*arguments):
        calls.append(1)
        weights, biases = with_operators(*arguments)
        return weights, [(1 + (len(calls) > 11)) * b for b in biases]

    report = check_backward_pass(backward_pass)
    assert [finding.cause for finding in report.findings] == ["keeps-state"]


def test_state_in_one_list_is_told_of_that_list_beside_another_wrong_line():
    kept = {}

    def backward_pass(all_weights, all_biases, all_f, all_h, y):
        f = [np.ones_like(f) for f in all_f[:-1]] + all_f[-1:]  # no mask
        weights, biases = with_operators(all_weights, all_biases, f, all_h, y)
        for layer, gradient in enumerate(weights):
            key = layer, gradient.shape
            kept[key] = kept.get(key, 0) + gradient
        return [kept[layer, w.shape].copy() for layer, w in enumerate(all_weights)], biases

    found = {(f.equation, f.cause) for f in check_backward_pass(backward_pass).findings}
    assert found == {("7.22", "keeps-state"), ("7.24 mask", "mask-missing")}


def test_numbers_that_are_cut_to_integers_are_told_so():
    def backward_pass(*arguments):
        weights, biases = with_operators(*arguments)
        return [gradient.astype(int) for gradient in weights], biases

    (finding,) = check_backward_pass(backward_pass).findings
    assert (finding.equation, finding.cause) == ("7.22", "whole-numbers")


def test_numbers_of_three_digits_are_told_so():
    def backward_pass(*arguments):
        return [[g.astype(np.float16) for g in part] for part in with_operators(*arguments)]

    (finding,) = check_backward_pass(backward_pass).findings
    assert (finding.equation, finding.cause) == ("backward_pass", "few-digits")


def test_results_that_are_written_over_by_the_next_call_are_read_in_time():
    buffers = {}

    def backward_pass(*arguments):
        weights, biases = with_operators(*arguments)
        for name, arrays in (("w", weights), ("b", biases)):
            for layer, array in enumerate(arrays):
                buffer = buffers.setdefault((name, layer, array.shape), np.empty(array.shape))
                buffer[:] = array
                arrays[layer] = buffer
        return weights, biases

    assert check_backward_pass(backward_pass).passed


def test_two_checks_of_one_function_say_the_same():
    def backward_pass(*arguments):
        return arguments[0], arguments[1]

    assert str(check_backward_pass(backward_pass)) == str(check_backward_pass(backward_pass))
