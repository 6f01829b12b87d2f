"""A small solution notebook to test the course's machinery on, and ways to change it."""

import copy
from pathlib import Path

import nbformat

from coursekit.notebooks import write_notebook

ROOT = Path(__file__).resolve().parent.parent
SOLUTIONS = ROOT / "solutions"
EXERCISES = ROOT / "exercises"

SQUARE = """\
def square(x):
    # TODO: multiply x by itself.
    ### BEGIN SOLUTION
    product = x * x
    return product
    ### END SOLUTION"""

CUBE = """\
def cube(x):
    ### BEGIN SOLUTION
    # STUB: power = None
    power = square(x) * x
    ### END SOLUTION
    return power"""

ATTEMPT = """\
import random


def attempt(function, x, expected):
    try:
        found = function(x)
    except Exception as error:
        found = error
    print(f"{function.__name__}({x}):", "right" if found == expected else f"NOT YET, {found}")"""


def code(source, tag, **metadata):
    return nbformat.v4.new_code_cell(source, metadata={"tags": [tag], **metadata})


def small_solution(name="01_powers"):
    """A solution with two answers, two checks, a seed and a written question; not executed."""
    cells = [
        nbformat.v4.new_markdown_cell("# Powers"),
        code(ATTEMPT, "given"),
        code("check_seed = 1", "seed"),
        code(SQUARE, "answer"),
        code(
            "number = random.Random(check_seed).randrange(2, 10**6)\n"
            "attempt(square, number, number**2)",
            "check",
            name="square",
            points=2,
        ),
        code(CUBE, "answer"),
        code("attempt(cube, number, number**3)", "check", name="cube", points=1),
        nbformat.v4.new_markdown_cell(
            "Why?\n\n<!-- BEGIN SOLUTION -->\nBecause of the definition.\n<!-- END SOLUTION -->",
            metadata={"tags": ["answer"]},
        ),
        code("print('play')", "explore"),
    ]
    for number, cell in enumerate(cells, start=1):
        cell.id = f"cell-{number}"
    return nbformat.v4.new_notebook(cells=cells, metadata={"course": {"exercise": name}})


def with_cell(notebook, number, source=None, tags=None, **metadata):
    """A copy of a notebook in which one cell, counted from 1, is changed."""
    changed = copy.deepcopy(notebook)
    cell = changed.cells[number - 1]
    if source is not None:
        cell.source = source
    if tags is not None:
        cell.metadata["tags"] = tags
    cell.metadata.update(metadata)
    return changed


def with_replaced(notebook, old, new):
    """A copy of a notebook in which a piece of code, which is in one cell, is another."""
    changed = copy.deepcopy(notebook)
    (cell,) = [cell for cell in changed.cells if old in cell.source]
    cell.source = cell.source.replace(old, new)
    return changed


def write_in(folder, notebook, name=None):
    """Write a notebook as NAME.ipynb (its exercise's name unless another is given)."""
    folder.mkdir(exist_ok=True)
    path = folder / f"{name or notebook.metadata['course']['exercise']}.ipynb"
    write_notebook(path, notebook)
    return path
