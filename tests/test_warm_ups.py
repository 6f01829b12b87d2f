"""The warm-up of an exercise shows its answers after an attempt at each question, not before."""

import ast
import contextlib
import io
import re

import pytest
from course_notebooks import EXERCISES, ROOT

from coursekit.notebooks import has_tag, read_notebook

PATHS = sorted(EXERCISES.glob("*.ipynb"))


def cells_of(path):
    """The code of the given cells, and that of the warm-up with its questions."""
    cells = [cell for cell in read_notebook(path).cells if cell.cell_type == "code"]
    (warm_up,) = [cell.source for cell in cells if cell.source.startswith("my_prediction = {")]
    given = [cell.source for cell in cells if has_tag(cell, "given") or has_tag(cell, "seed")]
    return given, warm_up


def printed(path, predictions):
    """What the warm-up prints for these predictions, an expression for each question."""
    given, warm_up = cells_of(path)
    names = {}
    for source in given:
        if "warm_up" in names:
            break  # the rest is for later tasks
        exec(source, names)
    for prediction in predictions:
        warm_up = warm_up.replace(": None,", f": {prediction},", 1)
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(warm_up, names)
    return out.getvalue()


def answered(path, predictions):
    """The lines from the first question on; a warm-up may show its tape above."""
    lines = printed(path, predictions).splitlines()
    return lines[lines.index(questions(path)[0]) :]


def questions(path):
    tree = ast.parse(cells_of(path)[1]).body[0].value
    return [key.value for key in tree.keys]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_no_answer_is_shown_before_every_question_has_a_prediction(path):
    count = len(questions(path))
    assert count >= 2
    for known in range(count):
        text = printed(path, ["0"] * known)
        assert text.startswith(f"Predict first: {count - known} of {count} answers ")
        assert text.count("\n") == 1


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_after_an_attempt_every_question_stands_beside_its_answer_with_a_reason(path):
    asked = questions(path)
    *lines, reason = answered(path, ["'a guess'"] * len(asked))
    assert lines[::2] == asked
    answers = [line.removeprefix("    you say a guess, it is ") for line in lines[1::2]]
    assert [float(answer) for answer in answers]  # each of them is a number
    assert reason.endswith(".")


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_the_warm_up_comes_before_the_first_task(path):
    texts = [cell.source for cell in read_notebook(path).cells if cell.cell_type == "markdown"]
    headings = [text for text in texts if text.startswith("## ")]
    assert headings[0].startswith("## Warm-up: predict before you run\n")
    assert headings[1].startswith("## Core: ")
    assert any(heading.startswith("## Stretch: ") for heading in headings)


# Worked out by hand, not by the notebook.
BY_HAND = {
    "01_network": [3, 3, 2, 1, 25],
    "02_forward_pass": [-1, 0, 2.5, 6, 6],
    "03_loss": [4, 0.41, -0.39, 4],
    "04_chain_rule": [-3, 1],
    "05_bias_gradients": [0.01, 0, 0.03, 0],
    "06_weight_gradients": [0.03, 0, 0, -0.12],
    "07_backward_pass": [2, 2, 0],
    "08_checking_gradients": [6.1, 6.01, 6, 3.01, 0],
    "09_batches_and_training": [4, 1, -0.5],
    "10_cost_of_a_gradient": [156, 337, 374, 62],
    "11_depth_and_initialization": [0.5, 0.0625, 0.5, 1],
    "12_automatic_differentiation": [6, 2],
}


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_the_answers_are_those_that_pencil_and_paper_give(path):
    lines = answered(path, ["0"] * len(questions(path)))[1:-1:2]
    assert [float(line.split()[-1]) for line in lines] == BY_HAND[path.stem]


def minutes(pattern, text):
    return [int(number) for number in re.search(pattern, text).groups()]


def of_chapter(path):
    """The minutes to read a chapter, and those for the core of its exercise."""
    chapter = (ROOT / "chapters" / f"{path.stem}.md").read_text(encoding="utf-8")
    return minutes(r"about (\d+) minutes to read, and (\d+) minutes for the exercise", chapter)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_an_exercise_and_its_chapter_name_the_same_time(path):
    reading, work = of_chapter(path)
    title = read_notebook(path).cells[0].source
    assert minutes(r"About (\d+) minutes", title) == [work]
    assert 5 <= reading <= work


def test_the_course_takes_eight_to_twelve_hours_without_its_stretch_tasks():
    assert 8 * 60 <= sum(sum(of_chapter(path)) for path in PATHS) <= 12 * 60
