"""Executing a solution stores what it prints, and nothing of the machine it ran on."""

import re
import shutil
import subprocess
import sys

import pytest
from course_notebooks import SOLUTIONS, code, small_solution, with_cell, write_in

from coursekit.errors import CourseError
from coursekit.notebooks import has_tag, read_notebook
from coursekit.solutions import run_solutions


def run(folder, *names):
    return list(run_solutions(folder, names))


def test_outputs_are_stored_and_a_second_run_changes_nothing(tmp_path):
    solution = small_solution()
    solution.metadata["language_info"] = {"name": "python", "version": "3.99"}
    solution.cells[0].metadata["collapsed"] = True
    # The kernel may send these as one piece or as three.
    pieces = "import sys, time\nfor _ in range(3):\n    print('piece', flush=True)\n    time.sleep(.2)"
    solution.cells.append(code(pieces, "explore"))
    solution.cells.append(code("import ipywidgets\nipywidgets.IntSlider()", "explore"))
    figure = "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()"
    solution.cells.append(code(figure, "explore"))
    path = write_in(tmp_path, solution)

    run(tmp_path)
    first = path.read_bytes()
    executed = read_notebook(path)
    assert executed.cells[4].outputs[0].text.endswith(": right\n")
    assert [output.text for output in executed.cells[-3].outputs] == ["piece\n" * 3]
    assert first.endswith(b"}\n")
    assert b"iopub" not in first and b"3.99" not in first and b"model_id" not in first
    assert b"collapsed" not in first and b"image/png" not in first
    assert executed.cells[-1].outputs[0].data["text/plain"].startswith("<Figure")

    run(tmp_path)
    assert path.read_bytes() == first


@pytest.mark.parametrize(
    "source, message",
    [
        ("check_seed = 1 / 0", "ZeroDivisionError: division by zero"),
        ("import warnings\ncheck_seed = 1\nwarnings.warn('old')", "writes to stderr: "),
        ("import os\nos._exit(1)", "Kernel died"),
    ],
)
def test_a_solution_that_does_not_run_is_named_and_left_as_it_was(tmp_path, source, message):
    path = write_in(tmp_path, with_cell(small_solution(), 3, source))
    before = path.read_bytes()
    with pytest.raises(CourseError, match=rf'^{path}: cell 3 \("cell-3"\): {message}'):
        run(tmp_path)
    assert path.read_bytes() == before


def test_an_unknown_name_is_named_with_those_that_there_are(tmp_path):
    write_in(tmp_path, small_solution())
    with pytest.raises(CourseError, match="no solution '02_roots' .*: 01_powers"):
        run(tmp_path, "02_roots")


@pytest.mark.parametrize("path", sorted(SOLUTIONS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_every_check_of_the_course_has_run_and_is_right(path):
    """nbval compares nothing where nothing is stored, so a solution must not come without."""
    for cell in read_notebook(path).cells:
        if has_tag(cell, "check"):
            (output,) = cell.outputs
            assert output.name == "stdout"
            assert "NOT YET" not in output.text


def nbval(path):
    return subprocess.run(
        [sys.executable, "-m", "pytest", "--nbval", "-q", "-p", "no:cacheprovider", path.name],
        cwd=path.parent,
        capture_output=True,
        text=True,
    )


def test_one_changed_digit_of_one_stored_output_makes_nbval_fail(tmp_path):
    path = tmp_path / "07_backward_pass.ipynb"
    shutil.copy(SOLUTIONS / path.name, path)
    text = path.read_text(encoding="utf-8")
    assert text.count("loss: 327.371") == 1
    path.write_text(text.replace("loss: 327.371", "loss: 327.372"), encoding="utf-8")
    result = nbval(path)
    assert result.returncode == 1
    assert re.search(r"^1 failed, \d+ passed", result.stdout, re.MULTILINE), result.stdout
