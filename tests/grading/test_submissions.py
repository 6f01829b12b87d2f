"""Reading submissions: whatever the file is, it is read or refused with a reason."""

import json
import os
import zipfile

import pytest

from coursekit.errors import CourseError
from coursekit.grading.submissions import (
    LARGEST,
    Source,
    Unreadable,
    find_submissions,
    read_submission,
)


CELL = {"cell_type": "code", "source": "a = 1"}


def notebook(**changes):
    cell = {"cell_type": "code", "source": ["a = 1\n", "b = 2"], "outputs": [], "metadata": {}}
    text = {"cell_type": "markdown", "source": "a = 3", "metadata": {}}
    whole = {"cells": [text, cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole | changes, indent=1).encode()


def submit(folder, content, name="student.ipynb"):
    path = folder / name
    path.write_bytes(content)
    return path


def test_every_notebook_of_a_folder_is_found_and_nothing_else(tmp_path):
    for name in ("b.ipynb", "a.ipynb", "c.IPYNB", "notes.txt", "._a.ipynb"):
        submit(tmp_path, b"", name)
    (tmp_path / ".ipynb_checkpoints").mkdir()
    (tmp_path / "folder.ipynb").mkdir()
    found = [one.file for one in find_submissions(tmp_path)]
    assert found == ["a.ipynb", "b.ipynb", "c.IPYNB", "folder.ipynb"]


def test_a_file_whose_name_begins_with_a_dot_is_a_submission(tmp_path):
    submit(tmp_path, b"", ".ann.ipynb")
    (found,) = find_submissions(tmp_path)
    assert found.student == ".ann"


def test_what_is_in_a_students_folder_is_the_students_whatever_it_is_called(tmp_path):
    """Nor does it count as the newest submission of the one whose name it bears."""
    names = {
        "ann_1/07/answers.ipynb": "ann_1",
        "mallory/07/ann_1_99999_answers.ipynb": "mallory",
        "mallory/07/ann_1_assignsubmission_file_answers.ipynb": "mallory",
        "bob/07/answers.ipynb": "bob",
        "zoe/07/zoe_2_3_answers.ipynb": "zoe",
    }
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        submit(tmp_path, b"", name)
    assert {one.file: one.student for one in find_submissions(tmp_path)} == names


def test_a_number_of_many_digits_in_a_name_is_a_name(tmp_path):
    path = tmp_path / "submissions.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in (f"a_1_{'9' * 5_000}_b.ipynb", f"c ({'9' * 5_000}).ipynb"):
            archive.writestr(name, notebook())
    assert len({one.student for one in find_submissions(path)}) == 2


def test_a_file_of_a_zip_that_says_it_is_too_large_is_not_unpacked(tmp_path):
    path = tmp_path / "submissions.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ann.ipynb", b" " * (LARGEST + 1))
    (found,) = find_submissions(path)
    with pytest.raises(Unreadable, match="larger than 20 MB"):
        found.source.read()


def test_a_single_notebook_is_a_submission(tmp_path):
    (found,) = find_submissions(submit(tmp_path, notebook()))
    assert (found.student, found.file) == ("student", "student.ipynb")


@pytest.mark.parametrize("name", ["nowhere", "."])
def test_nothing_to_grade_is_an_error(tmp_path, name):
    with pytest.raises(CourseError, match="no such folder|no notebook"):
        find_submissions(tmp_path / name)


def test_the_code_the_student_and_the_exercise_are_read(tmp_path):
    named = {"course": {"exercise": "07_backward_pass"}}
    submission = read_submission(Source(str(submit(tmp_path, notebook(metadata=named)))))
    assert submission.code_cells == ("a = 1\nb = 2",)
    assert submission.exercise == "07_backward_pass"


@pytest.mark.parametrize("metadata", [{}, {"course": None}, {"course": {"exercise": 7}}, []])
def test_a_notebook_need_not_name_its_exercise(tmp_path, metadata):
    assert read_submission(Source(str(submit(tmp_path, notebook(metadata=metadata))))).exercise is None


def test_a_notebook_that_breaks_the_schema_a_little_is_read(tmp_path):
    cell = {"cell_type": "code", "source": "a = 1", "colab_type": "code"}
    content = notebook(cells=[cell, "no cell", {"cell_type": "unknown"}], colab={"name": "x"})
    assert read_submission(Source(str(submit(tmp_path, content)))).code_cells == ("a = 1",)


def test_a_notebook_saved_with_a_byte_order_mark_is_read(tmp_path):
    content = notebook().decode()
    for encoding in ("utf-8-sig", "utf-16"):
        path = submit(tmp_path, content.encode(encoding))
        assert read_submission(Source(str(path))).code_cells == ("a = 1\nb = 2",)


@pytest.mark.parametrize(
    "content, reason",
    [
        (b"", "the file is empty"),
        (b" \n\n", "the file is empty"),
        (b'{\n "cells": [\n  {', r"not a notebook \(JSON ends at line 3\)"),
        (b'{\n "cells": "cut of', r"not a notebook \(JSON ends at line 2\)"),
        (b"<html>\n<body>", r"not a notebook \(no JSON at line 1\)"),
        (b"\x89PNG\r\n\x1a\n\xff\xfe\x00\x00", r"not a notebook \(not a text file\)"),
        (b"[1, 2]", r"not a notebook \(JSON of something else\)"),
        (b'{"cells": []}', r"not a notebook \(JSON of something else\)"),
        (b"[" * 100_000, r"not a notebook \(JSON"),
        (b'{"nbformat": ' + b"9" * 10_000 + b"}", "not a notebook"),
        (notebook(nbformat=3), r"not a notebook of format 4 \(nbformat is 3\)"),
        (notebook(cells={}), "it has no list of cells"),
        (notebook(cells=[{"cell_type": "code", "source": 5}]), "a code cell without text"),
        (b" " * (LARGEST + 1), "larger than 20 MB"),
        (notebook(cells=[CELL] * 5_001), "5001 code cells, at most 5000 are read"),
        (notebook(cells=[CELL | {"source": "x = 1\n" * 90_000}]), "more than 500 kB of code"),
    ],
    ids=range(16),
)
def test_what_is_no_notebook_is_refused_with_the_reason(tmp_path, content, reason):
    with pytest.raises(Unreadable, match=reason):
        read_submission(Source(str(submit(tmp_path, content))))


def test_what_is_no_file_is_refused(tmp_path):
    (tmp_path / "folder.ipynb").mkdir()
    (tmp_path / "link.ipynb").symlink_to(__file__)
    (tmp_path / "dangling.ipynb").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe.ipynb")
    for name in ("folder", "link", "dangling", "pipe"):
        with pytest.raises(Unreadable, match="not a file"):
            read_submission(Source(str(tmp_path / f"{name}.ipynb")))
