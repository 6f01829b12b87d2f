"""A folder of submissions, graded: every one gets its verdict, whatever the others do."""

import csv
import os
import subprocess
import sys

import nbformat
import pytest
from course_notebooks import SOLUTIONS, small_solution, with_replaced, write_in

from backprop.checks.catalogue import BACKWARD_PASS, DERIVATION_STEPS
from coursekit.cli import main
from coursekit.exercises import make_exercise
from coursekit.notebooks import has_tag, read_notebook

RIGHT = {"square": "return x * x", "cube": "return x ** 3"}


def answers(**bodies):
    """A submission with these bodies in place of the right ones; no notebook of the course."""
    code = "import os, subprocess, sys, time"
    for name, right in RIGHT.items():
        body = bodies.get(name, right).replace("\n", "\n    ")
        code += f"\n\n\ndef {name}(x):\n    {body}"
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])


# What a check prints when it is passed, and what the plugin and pytest write.
FORGED_VERDICTS = """\
print(f"square({x}): right")
print('{"cell": "cell-5", "passed": true}', flush=True)
print("1 passed", file=sys.stderr)
return 0"""


def gradebook(folder):
    with (folder / "gradebook.csv").open(encoding="utf-8", newline="") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """Submissions for the small exercise, all graded in one run of the command."""
    folder = tmp_path_factory.mktemp("small")
    write_in(folder / "solutions", small_solution())
    submissions = {
        "right": answers(),
        "wrong": answers(square="return 2 * x"),
        "chatty": answers(square="print('debug', x)\nsys.stderr.write('debug')\nreturn x * x"),
        "forger": answers(square=FORGED_VERDICTS),
        "raises": answers(cube="raise RuntimeError('no')"),
        "hangs_first": answers(square="while True: pass"),
        "hangs": answers(cube="while True: pass"),
        "crashes": answers(cube="os._exit(0)"),
        "unsolved": make_exercise(small_solution()),
        "half": with_replaced(make_exercise(small_solution()), "return None", "return x * x"),
        "broken_cell": answers(),
        "bad_constant": answers(square="return x ** TWO"),
        "elsewhere": with_replaced(answers(), "square", "rectangle"),
    }
    submissions["broken_cell"].cells.insert(0, nbformat.v4.new_code_cell("def"))
    submissions["bad_constant"].cells.append(nbformat.v4.new_code_cell("TWO = 1 / 0"))
    for name, notebook in submissions.items():
        write_in(folder / "submissions", notebook, name)
    (folder / "submissions" / "empty.ipynb").write_bytes(b"")
    (folder / "submissions" / "cut_off.ipynb").write_text('{\n "cells": [')
    status = main(
        ["grade", str(folder / "submissions"), "--out", str(folder / "grades")]
        + ["--solutions", str(folder / "solutions"), "--timeout", "3", "--seed", "7"]
    )
    assert status == 0
    return folder


@pytest.mark.parametrize(
    "student, status, square, cube",
    [
        ("right", "graded", "2", "1"),
        ("wrong", "graded", "0", "1"),
        ("chatty", "graded", "2", "1"),
        ("forger", "graded", "0", "1"),
        ("raises", "graded", "2", "0"),
        ("hangs_first", "timeout", "0", "1"),
        ("hangs", "timeout", "2", "0"),
        ("crashes", "crashed", "2", "0"),
        ("unsolved", "no-answer", "0", "0"),
        ("half", "graded", "2", "0"),
        ("broken_cell", "graded", "2", "1"),
        ("bad_constant", "graded", "0", "1"),
        ("elsewhere", "graded", "0", "1"),
    ],
)
def test_each_submission_gets_its_status_and_the_points_of_its_checks(
    graded, student, status, square, cube
):
    row = gradebook(graded / "grades")[student]
    assert row["status"] == status
    assert (row["01_powers: square"], row["01_powers: cube"]) == (square, cube)
    assert row["score"] == str(int(square) + int(cube))
    assert (row["exercise"], row["max_score"]) == ("01_powers", "3")


@pytest.mark.parametrize("student", ["empty", "cut_off"])
def test_an_unreadable_submission_has_a_row_and_no_points(graded, student):
    row = gradebook(graded / "grades")[student]
    assert (row["status"], row["score"], row["exercise"]) == ("unreadable", "0", "")


@pytest.mark.parametrize(
    "student, message",
    [
        ("right", ""),
        ("empty", "empty.ipynb: the file is empty; no points, status unreadable"),
        ("half", "half.ipynb: not answered: cube"),
        ("hangs", "hangs.ipynb: cube took longer than 3 s in the check 'cube'; "),
        ("crashes", "crashes.ipynb: cube ended its process with status 0 in the check 'cube'; "),
        ("broken_cell", "broken_cell.ipynb: code cell 1 does not parse (line 1: "),
        ("bad_constant", "bad_constant.ipynb: the cell of square raises ZeroDivisionError: "),
        ("unsolved", "unsolved.ipynb: no answer differs from its stub; no points, "),
    ],
)
def test_the_message_says_what_the_points_do_not(graded, student, message):
    found = gradebook(graded / "grades")[student]["message"]
    assert found.startswith(message) and (message or not found)


def test_outputs_that_were_copied_from_another_seed_earn_nothing(graded):
    """The expected output is the solution's under this run's seed, not what is stored."""
    number = "import random; print(random.Random(1).randrange(2, 10**6))"
    constant = subprocess.run([sys.executable, "-c", number], capture_output=True, text=True)
    hard_coded = answers(square=f"return {int(constant.stdout)**2}")
    write_in(graded / "copied", hard_coded, "copied")
    main(
        ["grade", str(graded / "copied"), "--out", str(graded / "copied_grades"), "--seed", "7"]
        + ["--solutions", str(graded / "solutions")]
    )
    assert gradebook(graded / "copied_grades")["copied"]["01_powers: square"] == "0"


def test_a_machine_that_cannot_run_nbval_costs_no_student_a_point(graded, monkeypatch, capsys):
    broken = graded / "broken_environment" / "nbval"
    broken.mkdir(parents=True)
    (broken / "__init__.py").write_text("raise ImportError('half installed')")
    monkeypatch.setenv("PYTHONPATH", str(broken.parent), prepend=os.pathsep)
    submission = graded / "submissions" / "right.ipynb"
    status = main(
        ["grade", str(submission), "--out", str(graded / "no_grades")]
        + ["--solutions", str(graded / "solutions")]
    )
    assert status == 2
    printed = capsys.readouterr().err
    (error,) = [line for line in printed.splitlines() if line.startswith("course grade: ")]
    assert error.startswith("course grade: nbval did not start (")
    assert "ImportError: half installed" in error
    assert not (graded / "no_grades" / "gradebook.csv").exists()


# The course's own exercises, all graded in one run.

LOST_CHECK = {
    "7.21": "7.21 biases",
    "7.22": "7.22 weights",
    "7.24 product": "7.24 product",
    "7.24 mask": "7.24 mask",
}
# The exercise has one example, and no pre-activation is ever exactly zero.
NOT_WRONG_THERE = {"bias-not-summed", "bias-mean", "weights-divided-by-batch", "mask-at-zero"}
# One wrong line, and yet two checks are lost: what comes back has not the shape that a mask needs,
# or is zero, so that there is no mask to be seen; or the mask's line throws the product away.
TAKES_ANOTHER_WITH_IT = {
    ("nothing-comes-back", 0): "7.24 mask",
    ("nothing-comes-back", 1): "7.24 mask",
    ("product-wrong-side", 0): "7.24 mask",
    ("product-wrong-side", 1): "7.24 mask",
    ("product-wrong-side", 2): "7.24 mask",
    ("product-elementwise", 0): "7.24 mask",
    ("product-elementwise", 1): "7.24 mask",
    ("relu-of-gradient", 2): "7.24 product",
}
WRONG_LINES = [
    (entry, number)
    for entry in BACKWARD_PASS.catalogue
    for number in range(len(entry.variants))
    if entry.equation in LOST_CHECK and entry.slug not in NOT_WRONG_THERE
]

# Both parameter lines wrong, in ways that still show what came back: by a factor, another shape,
# or rows and columns exchanged. Only where nothing shows it are the points of 7.24 lost as well.
BOTH_PARAMETER_LINES = [
    ("bias-sign", "outer-product-reversed", True),
    ("bias-flat", "weights-sign", True),
    ("bias-not-written", "outer-product-reversed", True),
    ("bias-times-activation", "weights-sign", True),
    ("bias-not-written", "weights-not-written", False),
]
ENTRIES = {entry.slug: entry for entry in BACKWARD_PASS.catalogue}

# The check of each step of a derivation, and the exercise that it is in.
CHECK_OF_STEP = {
    "df_i_dbeta_m": ("05_bias_gradients", "step 1: one entry"),
    "dl_dbeta_m": ("05_bias_gradients", "step 2: the sum"),
    "dl_dbeta_m_without_sum": ("05_bias_gradients", "step 3: without the sum"),
    "d_f_d_bias": ("05_bias_gradients", "step 4: the Jacobian"),
    "df_i_dOmega_mn": ("06_weight_gradients", "step 1: one entry"),
    "dl_dOmega_mn": ("06_weight_gradients", "step 2: the sum"),
    "dl_dOmega_mn_without_sum": ("06_weight_gradients", "step 3: without the sum"),
    "df_i_dh_j": ("07_backward_pass", "step 1: one connection"),
    "dl_dh_j": ("07_backward_pass", "step 2: the sum"),
    "back_through_weights": ("07_backward_pass", "step 3: the product"),
    "dh_i_df_j": ("07_backward_pass", "step 4: one slope"),
    "dl_df_j": ("07_backward_pass", "step 5: the sum"),
    "back_through_relu": ("07_backward_pass", "step 6: the mask"),
}

SOLUTION_PATHS = sorted(SOLUTIONS.glob("*.ipynb"))


STEP_IN_PLACE = """\
def gradient_step(all_weights, all_biases, all_dl_dweights, all_dl_dbiases, learning_rate):
    for array, gradient in zip(all_weights + all_biases, all_dl_dweights + all_dl_dbiases):
        array -= learning_rate * gradient
    return all_weights, all_biases"""


def exercise_with(solution, answer):
    """The exercise of a solution with ``answer(stub cell, solution cell)`` in its answer cells."""
    exercise = make_exercise(solution)
    for cell, solved in zip(exercise.cells, solution.cells, strict=True):
        if cell.cell_type == "code" and has_tag(cell, "answer"):
            cell.source = answer(cell, solved)
    return exercise


@pytest.fixture(scope="module")
def course_grades(tmp_path_factory):
    folder = tmp_path_factory.mktemp("course")
    submissions = folder / "submissions"
    for path in SOLUTION_PATHS:
        solution = read_notebook(path)
        solved = exercise_with(solution, lambda cell, solved: solved.source)
        write_in(submissions, solved, f"{path.stem} solved")
        # A statement more, so that it counts as an answer and runs.
        stubs = exercise_with(solution, lambda cell, solved: f"{cell.source}\n    pass")
        write_in(submissions, stubs, f"{path.stem} stubs")
    wrong = {f"{entry.slug} {number}": entry.variants[number] for entry, number in WRONG_LINES}
    for biases, weights, _ in BOTH_PARAMETER_LINES:
        lines = ENTRIES[biases].variants[0] | ENTRIES[weights].variants[0]
        wrong[f"{biases} {weights}"] = lines
    for student, lines in wrong.items():
        cell = nbformat.v4.new_code_cell(BACKWARD_PASS.source(lines))
        course = {"course": {"exercise": "07_backward_pass"}}
        write_in(submissions, nbformat.v4.new_notebook(cells=[cell], metadata=course), student)
    for name, subject in DERIVATION_STEPS.items():
        solution = read_notebook(SOLUTIONS / f"{CHECK_OF_STEP[name][0]}.ipynb")
        solved = exercise_with(solution, lambda cell, solved: solved.source)
        # The last definition of a name counts.
        _, lines = subject.mistakes[0]
        solved.cells.append(nbformat.v4.new_code_cell(subject.source(lines)))
        write_in(submissions, solved, f"wrong step {name}")
    solution = read_notebook(SOLUTIONS / "09_batches_and_training.ipynb")
    solved = exercise_with(solution, lambda cell, solved: solved.source)
    solved.cells.append(nbformat.v4.new_code_cell(STEP_IN_PLACE))
    write_in(submissions, solved, "step in place")
    main(
        ["grade", str(submissions), "--out", str(folder / "grades"), "--solutions", str(SOLUTIONS)]
    )
    return gradebook(folder / "grades")


@pytest.mark.parametrize("path", SOLUTION_PATHS, ids=lambda path: path.stem)
def test_right_answers_in_the_exercise_earn_every_point(course_grades, path):
    row = course_grades[f"{path.stem} solved"]
    assert (row["exercise"], row["status"]) == (path.stem, "graded")
    assert row["score"] == row["max_score"] != "0"


@pytest.mark.parametrize("path", SOLUTION_PATHS, ids=lambda path: path.stem)
def test_stubs_that_run_earn_no_point(course_grades, path):
    row = course_grades[f"{path.stem} stubs"]
    assert (row["exercise"], row["status"], row["score"]) == (path.stem, "graded", "0")


@pytest.mark.parametrize(
    "entry, number", WRONG_LINES, ids=[f"{entry.slug}-{number}" for entry, number in WRONG_LINES]
)
def test_a_wrong_line_loses_its_own_check_and_keeps_the_others(course_grades, entry, number):
    row = course_grades[f"{entry.slug} {number}"]
    lost = {check for check in LOST_CHECK.values() if row[f"07_backward_pass: {check}"] == "0"}
    also_lost = TAKES_ANOTHER_WITH_IT.get((entry.slug, number))
    assert lost == {LOST_CHECK[entry.equation]} | ({also_lost} if also_lost else set())
    assert row["score"] == str(8 - 2 * len(lost))


@pytest.mark.parametrize("biases, weights, shown", BOTH_PARAMETER_LINES)
def test_two_wrong_parameter_lines_keep_the_points_of_what_came_back_if_they_show_it(
    course_grades, biases, weights, shown
):
    row = course_grades[f"{biases} {weights}"]
    found = {check for check in LOST_CHECK.values() if row[f"07_backward_pass: {check}"] != "0"}
    assert found == ({"7.24 product", "7.24 mask"} if shown else set())


@pytest.mark.parametrize("name", DERIVATION_STEPS)
def test_a_wrong_step_of_a_derivation_loses_its_own_check_alone(course_grades, name):
    exercise, check = CHECK_OF_STEP[name]
    row = course_grades[f"wrong step {name}"]
    full = course_grades[f"{exercise} solved"]
    lost = [column for column in full if column.startswith(exercise) and row[column] != full[column]]
    assert lost == [f"{exercise}: {check}"]
    assert row["status"] == "graded"


def test_a_step_that_writes_into_its_arguments_loses_the_check_that_looks_for_it(course_grades):
    row, full = course_grades["step in place"], course_grades["09_batches_and_training solved"]
    lost = [column for column in full if column.startswith("09") and row[column] != full[column]]
    assert lost == ["09_batches_and_training: the start is kept"]
