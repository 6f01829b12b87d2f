"""Submissions as learning platforms hand them out: whose is which, and which counts."""

import csv
import os
import zipfile

import pytest
from course_notebooks import small_solution, write_in

from coursekit.cli import main
from coursekit.errors import CourseError
from coursekit.grading.submissions import Unreadable, find_submissions

LAYOUTS = {
    "flat": {"ann.ipynb": "ann", "bob.ipynb": "bob"},
    "nbgrader": {
        "ann/07_backward_pass/07_backward_pass.ipynb": "ann",
        "bob/07_backward_pass/07_backward_pass.ipynb": "bob",
    },
    "a folder each": {"ann/07.ipynb": "ann", "bob/07.ipynb": "bob"},
    "Canvas": {
        "annsmith_4711_90001_07_backward_pass.ipynb": "annsmith_4711",
        "bob_LATE_4712_90002_07_backward_pass-1.ipynb": "bob_4712",
    },
    "Moodle": {
        "Ann Smith_88_assignsubmission_file_/07_backward_pass.ipynb": "Ann Smith_88",
        "Bob Jones_89_assignsubmission_file_07_backward_pass.ipynb": "Bob Jones_89",
    },
    "a second download": {"ann.ipynb": "ann", "ann (1).ipynb": "ann", "bob(2).ipynb": "bob"},
}
LEFT_OUT = [
    ".ipynb_checkpoints/ann-checkpoint.ipynb",
    "__MACOSX/._ann.ipynb",
    "notes.txt",
    "ann/.ipynb_checkpoints/07-checkpoint.ipynb",
]


def write_folder(folder, names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}")
    return folder


def write_zip(path, names):
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, "{}")
    return path


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("packed", [False, True], ids=["folder", "zip"])
def test_a_layout_tells_whose_a_file_is(tmp_path, layout, packed):
    names = [*LAYOUTS[layout], *LEFT_OUT]
    if packed:
        path = write_zip(tmp_path / "submissions.zip", names)
    else:
        path = write_folder(tmp_path / "submissions", names)
    assert {one.file: one.student for one in find_submissions(path)} == LAYOUTS[layout]


def test_a_folder_that_was_packed_as_a_whole_is_no_student(tmp_path):
    names = ["submissions/ann.ipynb", "submissions/bob.ipynb"]
    found = find_submissions(write_zip(tmp_path / "submissions.zip", names))
    assert [one.student for one in found] == ["ann", "bob"]


@pytest.mark.parametrize("packed", [False, True], ids=["folder", "zip"])
def test_who_handed_in_another_kind_of_file_has_a_row_that_says_so(tmp_path, packed):
    names = ["ann.ipynb", "ann.py", "bob.py", "cleo/07/notes.pdf", "cleo/07/text.html", "notes.txt"]
    write = write_zip if packed else write_folder
    path = write(tmp_path / f"submissions{'.zip' if packed else ''}", names)
    found = {one.student: one for one in find_submissions(path)}
    assert found.keys() == {"ann", "bob", "cleo"}
    assert found["ann"].file == "ann.ipynb"
    with pytest.raises(Unreadable, match=r"not a notebook \(\*.ipynb\) but a file of the kind \.py"):
        found["bob"].source.read()
    with pytest.raises(Unreadable, match="of the kind"):
        found["cleo"].source.read()


def test_a_students_own_zip_file_stands_for_the_one_notebook_in_it(tmp_path):
    folder = write_folder(tmp_path / "submissions", ["ann.ipynb", "odd.zip"])
    write_zip(folder / "bob_LATE_4712_90002_07.zip", ["work/07.ipynb", "work/data.csv"])
    write_zip(folder / "cleo.zip", ["07.ipynb", "08.ipynb"])
    write_zip(folder / "dan.zip", ["../../07.ipynb", "__MACOSX/._07.ipynb"])
    found = {one.student: one for one in find_submissions(folder)}
    assert found.keys() == {"ann", "bob_4712", "cleo", "dan", "odd"}
    assert found["bob_4712"].source.read() == found["dan"].source.read() == b"{}"
    with pytest.raises(Unreadable, match=r"a zip file with 2 notebooks \(\*.ipynb\) in it; one is"):
        found["cleo"].source.read()
    with pytest.raises(Unreadable, match="not a zip file that can be read"):
        found["odd"].source.read()


def test_a_file_that_is_no_zip_is_an_error(tmp_path):
    path = tmp_path / "submissions.zip"
    path.write_bytes(b"PK but not really")
    with pytest.raises(CourseError, match="not a zip file that can be read"):
        find_submissions(path)


def test_the_newest_of_a_student_counts_and_the_others_are_named(tmp_path):
    write_in(tmp_path / "solutions", small_solution())
    wrong = small_solution()
    wrong.cells[3].source = wrong.cells[3].source.replace("x * x", "x + x")
    # Two of one student by their numbers, two of another by their times.
    submissions = tmp_path / "submissions"
    write_in(submissions, wrong, "ann")
    write_in(submissions, small_solution(), "ann (1)")
    write_in(submissions / "bob", small_solution(), "first")
    write_in(submissions / "bob", wrong, "second")
    os.utime(submissions / "bob" / "first.ipynb", (2_000_000_000, 2_000_000_000))
    os.utime(submissions / "bob" / "second.ipynb", (1_000_000_000, 1_000_000_000))
    out = tmp_path / "grades"
    command = ["grade", str(submissions), "--out", str(out), "--solutions"]
    assert main([*command, str(tmp_path / "solutions"), "--jobs", "1"]) == 0
    with (out / "gradebook.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    assert {student: row["score"] for student, row in rows.items()} == {"ann": "3", "bob": "3"}
    assert rows["ann"]["message"] == (
        "ann (1).ipynb: the newest of 2, the others are ann.ipynb"
    )
    assert rows["bob"]["message"] == (
        "bob/first.ipynb: the newest of 2, the others are bob/second.ipynb"
    )
