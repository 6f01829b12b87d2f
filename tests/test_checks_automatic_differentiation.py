"""The checks of chapter 12 on right answers in other styles, and on mistakes of no catalogue."""

import re

import numpy as np
import pytest
from course_notebooks import SOLUTIONS

from backprop import checks, tape
from backprop.checks.catalogue.automatic_differentiation import BACKWARD_SWEEP, VJPS
from coursekit.book.mistake_effects import effect
from coursekit.notebooks import read_notebook


def vjp(operation):
    return lambda function, seed: checks.check_vjp(function, operation, seed)


def summed_by_a_set_of_axes(gradient, shape):
    padded = (1,) * (gradient.ndim - len(shape)) + tuple(shape)
    axes = tuple(axis for axis, size in enumerate(padded) if size == 1)
    return np.sum(gradient, axis=axes, keepdims=True).reshape(shape)


def summed_by_einsum(gradient, shape):
    while np.ndim(gradient) > len(shape):
        gradient = np.einsum("i...->...", gradient)
    for axis in range(len(shape)):
        if shape[axis] == 1 and gradient.shape[axis] > 1:
            gradient = np.expand_dims(gradient.sum(axis), axis)
    return gradient


def sweep_that_collects(values, parents, vjp):
    """Each value asks those that used it, in place of passing on to those that it was made from."""
    waiting = {len(values) - 1: [np.ones(())]}
    gradients = [None] * len(values)
    for place in range(len(values) - 1, -1, -1):
        arrived = waiting.get(place, [])
        gradients[place] = sum(arrived) if arrived else 0 * np.asarray(values[place])
        for parent, part in zip(parents[place], vjp(place, gradients[place])):
            waiting.setdefault(parent, []).append(part)
    return tuple(gradients)


def sweep_by_depth(values, parents, vjp):
    """Another topological order: by the longest way to the output."""
    steps = [0] * len(values)
    for place in reversed(range(len(values))):
        for parent in parents[place]:
            steps[parent] = max(steps[parent], steps[place] + 1)
    gradients = [np.zeros_like(value) for value in values]
    gradients[-1] += 1
    for place in sorted(range(len(values)), key=lambda place: steps[place]):
        for parent, part in zip(parents[place], vjp(place, gradients[place])):
            gradients[parent] = part + gradients[parent]
    return gradients


def hessian_by_central_differences(gradient, x, direction):
    return (gradient(x + 1e-5 * direction) - gradient(x - 1e-5 * direction)) / 2e-5


RIGHT = [
    (checks.check_sum_to_shape, tape.sum_to_shape),
    (checks.check_sum_to_shape, summed_by_a_set_of_axes),
    (checks.check_sum_to_shape, summed_by_einsum),
    (vjp("sigmoid"), lambda a, g: np.exp(-a) / (1 + np.exp(-a)) ** 2 * g),
    (vjp("sigmoid"), lambda a, g: g / (2 + np.exp(a) + np.exp(-a))),
    (vjp("multiply"), lambda a, b, g: [g * b, g * a]),
    (vjp("matmul"), lambda a, b, g: ((b @ g.T).T, (g.T @ a).T)),
    (
        vjp("matmul"),
        lambda a, b, g: (np.einsum("ij,rj->ir", g, b), np.einsum("ir,ij->rj", a, g)),
    ),
    (vjp("log_sum_exp"), lambda a, g: np.exp(a - np.logaddexp.reduce(a, axis=0)) * g),
    (checks.check_backward_sweep, sweep_that_collects),
    (checks.check_backward_sweep, sweep_by_depth),
    (checks.check_dual_matmul, lambda a, da, b, db: (np.dot(a, b), a.dot(db) + da.dot(b))),
    (checks.check_hessian_times, hessian_by_central_differences),
    (checks.check_hessian_times, lambda g, x, v: np.imag(g(x + 1e-20j * v)) * 1e20),
]


@pytest.mark.parametrize(("check", "function"), RIGHT)
def test_a_right_function_passes_however_it_is_written(check, function):
    for seed in range(200, 215):
        report = check(function, seed=seed)
        assert report.passed, report


@pytest.mark.parametrize(
    ("check", "function", "equation"),
    [
        (checks.check_sum_to_shape, lambda g, shape: 3 * tape.sum_to_shape(g, shape), "sum_to_shape"),
        (vjp("sigmoid"), lambda a, g: np.tanh(a) * g, "vjp_sigmoid"),
        (vjp("multiply"), lambda a, b, g: (b * g, a * b * g), "vjp_multiply"),
        (vjp("matmul"), lambda a, b, g: (g @ b.T, 7 * a.T @ g), "vjp_matmul"),
        (vjp("log_sum_exp"), lambda a, g: a * g, "vjp_log_sum_exp"),
        (
            checks.check_backward_sweep,
            lambda values, parents, vjp: [np.ones(np.shape(value)) for value in values],
            "backward_sweep",
        ),
        (checks.check_dual_matmul, lambda a, da, b, db: (a @ b, 2 * da @ b), "dual_matmul"),
        (checks.check_hessian_times, lambda gradient, x, v: 5 * gradient(v + x), "hessian_times"),
    ],
)
def test_a_mistake_that_is_not_in_the_catalogue_gets_a_question(check, function, equation):
    (finding,) = check(function, seed=7).findings
    assert (finding.equation, finding.cause) == (equation, None)
    assert finding.message.endswith("?")


def test_a_function_that_changes_the_gradient_that_it_was_given_is_told_so():
    def in_place(a, b, dl_dc):
        dl_da = b * dl_dc
        dl_dc *= a
        return dl_da, dl_dc

    (finding,) = checks.check_vjp(in_place, "multiply").findings
    assert finding.cause == "changes-its-arguments"


def test_a_result_of_one_array_where_two_are_asked_for_is_told_so():
    (finding,) = checks.check_dual_matmul(lambda a, a_dot, b, b_dot: 3 * a @ b).findings
    assert "it must return two arrays" in finding.message


def test_an_operation_that_is_none_of_the_exercise_is_an_error_of_the_caller():
    with pytest.raises(ValueError, match="operation must be one of sigmoid, multiply, matmul"):
        checks.check_vjp(np.multiply, "divide")


# ---- the page of mistakes ----------------------------------------------------------------------


def entry(subject, slug):
    (found,) = [entry for entry in subject.catalogue if entry.slug == slug]
    return found


def test_of_a_result_of_two_arrays_the_page_shows_those_that_are_off():
    lines = entry(VJPS["multiply"], "multiply-constant-factor").variants[0]
    _, arrays = effect(VJPS["multiply"], lines)
    titles = [title for title, _ in arrays]
    assert titles == ["`a`", "`b`", "`dl_dc`", "dl_db: comes out", "dl_db: should come out"]
    assert set(re.findall(r"[\d.]+", dict(arrays)["dl_db: comes out"])) == {"0."}


def test_of_a_result_of_many_arrays_the_page_shows_the_first_two_that_are_off():
    lines = entry(BACKWARD_SWEEP, "sweep-start-missing").variants[0]
    _, arrays = effect(BACKWARD_SWEEP, lines)
    assert [title.split(":")[0] for title, _ in arrays] == (
        ["the gradient of value 0"] * 2 + ["the gradient of value 1"] * 2
    )


# ---- the exercise ------------------------------------------------------------------------------


def printed_gradients(exercise):
    """{name: text}: what the check "reference network" of a solution prints of each gradient."""
    solution = read_notebook(SOLUTIONS / f"{exercise}.ipynb")
    (cell,) = [cell for cell in solution.cells if cell.metadata.get("name") == "reference network"]
    text = "".join(output.text for output in cell.outputs)
    _, *sections = re.split(r"^(dl/d\w+)$", text, flags=re.MULTILINE)
    return dict(zip(sections[::2], sections[1::2]))


def test_the_tape_of_the_exercise_prints_the_gradients_that_the_four_lines_print():
    by_tape = printed_gradients("12_automatic_differentiation")
    assert len(by_tape) == 12
    assert by_tape == printed_gradients("07_backward_pass")
