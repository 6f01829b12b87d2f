"""An exercise opens and runs to its end, unsolved and solved, in a folder with nothing else in it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from course_notebooks import EXERCISES, SOLUTIONS, code, small_solution, with_cell, write_in

ALONE = Path(__file__).with_name("alone.py")
NAMES = sorted(path.name for path in SOLUTIONS.glob("*.ipynb"))


def run_alone(path, folder):
    """What a notebook prints in a folder of its own; its exit status."""
    home = folder / "home"
    alone = folder / "work"
    home.mkdir()
    alone.mkdir()
    shutil.copy(path, alone)
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "SYSTEMROOT") if name in os.environ}
    result = subprocess.run(
        [sys.executable, "-I", ALONE, path.name],
        cwd=alone,
        env=kept | {"HOME": str(home), "MPLBACKEND": "agg"},
        capture_output=True,
        text=True,
    )
    return result.returncode, result.stdout + result.stderr


@pytest.mark.parametrize("path", [EXERCISES / n for n in NAMES] + [SOLUTIONS / n for n in NAMES], ids=str)
def test_a_notebook_is_one_that_jupyter_opens(path):
    notebook = nbformat.read(path, as_version=nbformat.NO_CONVERT)
    nbformat.validate(notebook)
    assert notebook.nbformat == 4
    assert notebook.metadata.kernelspec.name == "python3"


@pytest.mark.parametrize("name", NAMES)
def test_an_exercise_runs_to_its_end_as_students_get_it(name, tmp_path):
    status, said = run_alone(EXERCISES / name, tmp_path)
    assert status == 0, said
    assert "NOT YET" in said  # a check has looked, and has found nothing yet


@pytest.mark.parametrize("name", NAMES)
def test_an_exercise_runs_to_its_end_when_it_is_solved(name, tmp_path):
    status, said = run_alone(SOLUTIONS / name, tmp_path)
    assert status == 0, said
    assert "right" in said and "NOT YET" not in said


@pytest.mark.parametrize(
    "cell",
    ["import backprop", "import nbformat", "open('01_more.csv').read()", "from pathlib import Pth"],
)
def test_a_notebook_that_needs_something_else_is_found(cell, tmp_path):
    path = write_in(tmp_path / "in", with_cell(small_solution(), 9, cell))
    status, said = run_alone(path, tmp_path)
    assert status == 1
    assert "cell 9 raised" in said


def test_what_every_student_has_can_be_imported(tmp_path):
    notebook = small_solution()
    notebook.cells.append(code("import numpy, matplotlib.pyplot as plt\nplt.plot([1, 2])", "explore"))
    assert run_alone(write_in(tmp_path / "in", notebook), tmp_path)[0] == 0
