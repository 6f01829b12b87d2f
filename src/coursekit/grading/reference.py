"""What an exercise asks: read from its solution and the stubs that the student was given."""

import re
from dataclasses import dataclass

from nbformat import NotebookNode

from coursekit.errors import CourseError
from coursekit.exercises import make_exercise
from coursekit.grading.statements import BrokenCell, statements_of
from coursekit.notebooks import cell_place, exercise_of, has_tag, notebook_paths, read_notebook

# The cells that say in words, with `backprop.checks`, what is wrong.
IN_WORDS = "in-words"

SEED_LINE = re.compile(r"^check_seed = .*$", re.MULTILINE)


@dataclass(frozen=True)
class Check:
    """A check cell: a column of the gradebook."""

    cell_id: str
    name: str
    points: float


@dataclass(frozen=True)
class Reference:
    """An exercise, as grading sees it.

    Attributes
    ----------
    name : str
    digest : str
        Another one when the solution changes.
    solution : NotebookNode
        Without its explore cells, except those with the tag ``in-words``.
    answer_cells : dict of str to list of (Statement, bool)
        For each answer cell's id its statements, and whether a statement is an answer.
    answers : dict of str to Statement
        The names that the answers bind, and the solution's statement for each.
    stubs : dict of str to Statement
        For the names that the exercise gives a stub, the stub.
    given : dict of str to Statement
        The names that the other cells bind, apart from the check cells, and the last statement
        that binds each.
    star_imports : list of Statement
        Of the same cells.
    functions : frozenset of str
        Every function that the notebook defines: what an exercise can be known by.
    checks : list of Check
    """

    name: str
    digest: str
    solution: NotebookNode
    answer_cells: dict
    answers: dict
    stubs: dict
    given: dict
    star_imports: list
    functions: frozenset
    checks: list


def load_references(solutions_dir):
    """{name: Reference} of every solution in a folder.

    Raises
    ------
    CourseError
        If a solution cannot be read, or is not as `coursekit.exercises` wants it.
    """
    references = {}
    for path in notebook_paths(solutions_dir):
        solution = read_notebook(path)
        name = exercise_of(solution, path)
        try:
            references[name] = make_reference(name, solution)
        except CourseError as error:
            raise CourseError(f"{path}: {error}") from None
    return references


def make_reference(name, solution):
    """Read an exercise from its solution notebook, which is not changed."""
    exercise = make_exercise(solution)
    exercise_sources = {cell.id: cell.source for cell in exercise.cells}
    solution = _without_explore_cells(solution)
    answer_cells, answers, stubs, given, star_imports, functions = {}, {}, {}, {}, [], set()
    for cell in solution.cells:
        if cell.cell_type != "code" or has_tag(cell, IN_WORDS):
            continue
        statements = _statements(solution, cell, cell.source)
        functions |= {name for s in statements if s.is_function for name in s.binds}
        if has_tag(cell, "answer"):
            stub_statements = _statements(solution, cell, exercise_sources[cell.id])
            unchanged = {stub.tree for stub in stub_statements}
            answer_cells[cell.id] = [(s, s.tree not in unchanged) for s in statements]
            for statement, is_answer in answer_cells[cell.id]:
                names = statement.binds
                if is_answer:
                    answers |= {name: statement for name in names}
                else:
                    given |= {name: statement for name in names}
            stubs |= {name: stub for stub in stub_statements for name in stub.binds}
        elif not has_tag(cell, "check"):
            given |= {name: s for s in statements for name in s.binds}
            star_imports += [s for s in statements if s.is_star_import]
    return Reference(
        name,
        exercise.metadata["course"]["solution_digest"],
        solution,
        answer_cells,
        answers,
        {name: stub for name, stub in stubs.items() if name in answers},
        given,
        star_imports,
        frozenset(functions),
        [
            Check(cell.id, cell.metadata["name"], cell.metadata["points"])
            for cell in solution.cells
            if has_tag(cell, "check")
        ],
    )


def with_seed(notebook, seed):
    """Set ``check_seed`` in the cell with the tag ``seed``; in place.

    Raises
    ------
    CourseError
        If such a cell has no line ``check_seed = ...``.
    """
    for cell in notebook.cells:
        if has_tag(cell, "seed"):
            cell.source, count = SEED_LINE.subn(f"check_seed = {seed}", cell.source)
            if count != 1:
                raise CourseError(
                    f"{cell_place(notebook, cell)}: a seed cell needs one line `check_seed = 1`"
                )
    return notebook


def _without_explore_cells(solution):
    kept = NotebookNode(solution)
    kept.cells = [
        cell for cell in solution.cells if not has_tag(cell, "explore") or has_tag(cell, IN_WORDS)
    ]
    return kept


def _statements(solution, cell, source):
    try:
        return statements_of(source)
    except BrokenCell as error:
        raise CourseError(f"{cell_place(solution, cell)}: {error}") from None
