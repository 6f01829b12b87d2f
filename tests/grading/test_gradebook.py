"""The gradebook: one row for each submission, safe to open in a spreadsheet."""

import csv
import os

import pytest

from coursekit.grading.gradebook import Grade, score, write_gradebook
from coursekit.grading.reference import Check

CHECKS = [Check("a", "biases", 2), Check("b", "weights", 1.5)]


def read(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_check_that_passed_gives_its_points_and_any_other_none():
    assert score(CHECKS, {"biases": True, "weights": False}) == [(CHECKS[0], 2), (CHECKS[1], 0)]
    assert score(CHECKS, {"weights": True}) == [(CHECKS[0], 0), (CHECKS[1], 1.5)]


def test_rows_are_sorted_by_student_and_checks_have_columns_of_their_own(tmp_path):
    path = tmp_path / "gradebook.csv"
    other = [Check("c", "biases", 1)]
    write_gradebook(
        path,
        [
            Grade("zoe", "05", "graded", "", score(CHECKS, {"biases": True, "weights": True})),
            Grade("ann", "07", "timeout", "ann.ipynb: slow", score(other, {})),
            Grade("bob", "", "unreadable", "bob.ipynb: empty"),
        ],
    )
    assert path.read_text().splitlines() == [
        "student,exercise,score,max_score,status,message,05: biases,05: weights,07: biases",
        "ann,07,0,1,timeout,ann.ipynb: slow,,,0",
        "bob,,0,,unreadable,bob.ipynb: empty,,,",
        "zoe,05,3.5,3.5,graded,,2,1.5,",
    ]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@name", "\t=1", "\r\n=1"])
def test_no_text_is_a_formula(tmp_path, text):
    path = tmp_path / "gradebook.csv"
    write_gradebook(path, [Grade(text, "", "unreadable", f"{text}.ipynb: empty")])
    (row,) = read(path)
    assert row["student"].startswith("'") and row["message"].startswith("'")


def test_a_row_is_a_line_whatever_a_file_is_called(tmp_path):
    path = tmp_path / "gradebook.csv"
    write_gradebook(path, [Grade('a, "b"\nc\rd\u2028e', "", "unreadable", "é")])
    assert read(path)[0]["student"] == 'a, "b" c d e'
    assert len(path.read_text().splitlines()) == 2


def test_a_name_that_is_no_unicode_can_be_written(tmp_path):
    path = tmp_path / "gradebook.csv"
    write_gradebook(path, [Grade(os.fsdecode(b"z\xff"), "", "unreadable")])
    assert read(path)[0]["student"] == "z?"


def test_a_gradebook_that_cannot_be_written_leaves_the_old_one(tmp_path):
    path = tmp_path / "gradebook.csv"
    path.write_text("old")
    with pytest.raises(TypeError):
        write_gradebook(path, [Grade("ann", "07", "graded", "", [(CHECKS[0], "two")])])
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
