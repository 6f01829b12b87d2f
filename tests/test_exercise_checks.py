"""What a check finds does not depend on the luck of the draw.

The networks of the checks are drawn from a seed, and each graded run has another one. If some
networks hide a mistake, for example because no unit is active and every gradient is zero, the same
answer earns points in one run and none in the next.
"""

import ast
import contextlib
import io

import numpy as np
import pytest
from course_notebooks import SOLUTIONS

from coursekit.notebooks import has_tag, read_notebook

SEEDS = range(100, 112)


def wrong(value):
    """The value with every number in it three times as large, and every truth value the other."""
    if isinstance(value, (list, tuple)):
        return type(value)(map(wrong, value))
    if isinstance(value, np.ndarray):
        return ~value if value.dtype == bool else 3 * value
    if isinstance(value, bool):
        return not value
    return 3 * value if isinstance(value, (int, float, complex, np.number)) else value


class WrongResult(ast.NodeTransformer):
    """Puts ``wrong(...)`` round what a function returns; functions inside it are left alone."""

    def visit_Return(self, node):
        if node.value is not None:
            node.value = ast.Call(ast.Name("wrong", ast.Load()), [node.value], [])
        return node

    def visit_Lambda(self, node):
        return node


def with_wrong_result(source, name):
    """The code with one of its functions made to return something else."""
    tree = ast.parse(source)
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            node.body = [
                line if isinstance(line, ast.FunctionDef) else WrongResult().visit(line)
                for line in node.body
            ]
    return ast.unparse(ast.fix_missing_locations(tree))


def code_cells(path):
    return [
        cell
        for cell in read_notebook(path).cells
        if cell.cell_type == "code" and not has_tag(cell, "explore")
    ]


def answers(path):
    """(exercise, function) for each function that an answer cell defines."""
    for cell in code_cells(path):
        if has_tag(cell, "answer"):
            for node in ast.parse(cell.source).body:
                if isinstance(node, ast.FunctionDef):
                    yield path, node.name


def checks_lost(cells, name, seed):
    """The names of the checks that do not pass when one function is wrong."""
    namespace = {"__name__": "exercise", "wrong": wrong, "display": lambda *shown: None}
    lost = set()
    for cell in cells:
        source = f"check_seed = {seed}" if has_tag(cell, "seed") else cell.source
        if has_tag(cell, "answer"):
            source = with_wrong_result(source, name)
        said = io.StringIO()
        try:
            with contextlib.redirect_stdout(said):
                exec(compile(source, name, "exec"), namespace)
            passed = "NOT YET" not in said.getvalue() and " raised " not in said.getvalue()
        except Exception:
            passed = False
        if has_tag(cell, "check") and not passed:
            lost.add(cell.metadata["name"])
    return lost


ANSWERS = [pair for path in sorted(SOLUTIONS.glob("*.ipynb")) for pair in answers(path)]


@pytest.mark.filterwarnings("ignore")  # a wrong answer may overflow
@pytest.mark.parametrize("path, name", ANSWERS, ids=[f"{p.stem[:2]}-{name}" for p, name in ANSWERS])
def test_a_wrong_answer_loses_the_same_checks_whatever_is_drawn(path, name):
    cells = code_cells(path)
    lost = {frozenset(checks_lost(cells, name, seed)) for seed in SEEDS}
    assert len(lost) == 1, [sorted(checks) for checks in lost]
    assert lost != {frozenset()}
