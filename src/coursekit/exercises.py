"""Exercises from solutions: the same notebook without the answers, and nothing that tells them.

In a solution the cells with the tag ``answer`` hold their answers between two lines::

    ### BEGIN SOLUTION                   <!-- BEGIN SOLUTION -->
    dl_df = ...                          (in a markdown cell)
    ### END SOLUTION                     <!-- END SOLUTION -->

The exercise has a stub in place of the region: the region's own lines that begin with
``# STUB: ``, or else its last statement with None for the value (``dl_df = None``,
``return None``, otherwise ``pass``). In a markdown cell it is `MARKDOWN_STUB`.
"""

import ast
import hashlib
import json
import math
import re
import textwrap
from pathlib import Path

import nbformat
from IPython.core.inputtransformer2 import TransformerManager

from coursekit.errors import CourseError
from coursekit.notebooks import (
    KERNELSPEC,
    LANGUAGE_INFO,
    cell_place,
    dump_notebook,
    exercise_of,
    has_tag,
    kept_metadata,
    notebook_paths,
    read_notebook,
    write_notebook,
)

MARKERS = {
    "code": ("### BEGIN SOLUTION", "### END SOLUTION"),
    "markdown": ("<!-- BEGIN SOLUTION -->", "<!-- END SOLUTION -->"),
}
# Whatever was meant as a marker. One that is misspelt would leave the answer in the exercise.
LIKE_A_MARKER = re.compile(r"\b(begin|end)[ _-]?solution\b", re.IGNORECASE)

STUB_LINE = re.compile(r"(\s*)# STUB:(?: (.*))?$")
MARKDOWN_STUB = "*Your answer here.*"

SETUP_ID = "set-up"
SETUP = """\
# Needed once a session, and only where `backprop` is not installed (in Colab, for example).
# Without it everything below works as well; with it the checks also say what is wrong.
%pip install --quiet git+{url}"""


def write_exercises(solutions_dir, out_dir, repository_url=None):
    """Write the exercise of every solution. Nothing is written when one of them has an error.

    Parameters
    ----------
    solutions_dir, out_dir : paths
        ``NN_name.ipynb`` of the one becomes ``NN_name.ipynb`` of the other.
    repository_url : str, optional
        Where the set-up cell installs `backprop` from; without it there is no such cell.

    Returns
    -------
    list of Path
        The exercises; a file that was up to date is left as it was.

    Raises
    ------
    CourseError
        If a solution has an error; the message names the file, the cell and the line.
    """
    exercises = _exercises(solutions_dir, repository_url)
    out_dir = Path(out_dir)
    out_dir.mkdir(parents=True, exist_ok=True)
    for name, exercise in exercises.items():
        write_notebook(out_dir / name, exercise)
    return [out_dir / name for name in exercises]


def check_exercises(solutions_dir, out_dir, repository_url=None):
    """Compare the exercises in a folder with what `write_exercises` would write there.

    Returns
    -------
    list of str
        One line for each exercise that is missing, out of date, or of no solution.
    """
    exercises = _exercises(solutions_dir, repository_url)
    out_dir = Path(out_dir)
    problems = []
    for name, exercise in exercises.items():
        path = out_dir / name
        if not path.is_file():
            problems.append(f"{path}: missing")
        elif path.read_bytes() != dump_notebook(exercise).encode():
            problems.append(f"{path}: out of date")
    for path in sorted(out_dir.glob("*.ipynb")):
        if path.name not in exercises:
            problems.append(f"{path}: no solution of this name")
    return problems


def make_exercise(solution, repository_url=None):
    """Return the exercise of a solution, as a new notebook.

    Parameters
    ----------
    solution : NotebookNode
        As `coursekit.notebooks.read_notebook` returns it; not changed.
    repository_url : str, optional
        Where the set-up cell installs `backprop` from; without it there is no such cell.

    Returns
    -------
    NotebookNode
        No answers, no outputs, and of the metadata only what the course needs. The metadata
        ``course.solution_digest`` changes with every character of the solution.

    Raises
    ------
    CourseError
        If a marker, a stub or a check cell is not as it should be; the message names the cell
        and, where there is one, the line.
    """
    _verify_check_cells(solution)
    cells = [_exercise_cell(solution, cell) for cell in solution.cells]
    if repository_url is not None:
        _insert_setup(cells, repository_url)
    course = {
        "exercise": solution.metadata.get("course", {}).get("exercise"),
        "solution_digest": _digest(solution),
    }
    return nbformat.v4.new_notebook(
        cells=cells,
        metadata={"course": course, "kernelspec": KERNELSPEC, "language_info": LANGUAGE_INFO},
    )


def _exercises(solutions_dir, repository_url):
    """{file name: exercise} of every solution in a folder."""
    exercises = {}
    for path in notebook_paths(solutions_dir):
        solution = read_notebook(path)
        exercise_of(solution, path)
        try:
            exercises[path.name] = make_exercise(solution, repository_url)
        except CourseError as error:
            raise CourseError(f"{path}: {error}") from None
    return exercises


def _digest(solution):
    """A short hash of all that an author writes, so that no change of an answer goes unnoticed.

    It goes into the exercise, which it can: a SHA-256 of the whole notebook, cut to 64 bits,
    tells nothing of what stands in one region.
    """
    written = [[cell.cell_type, cell.source, kept_metadata(cell)] for cell in solution.cells]
    return hashlib.sha256(json.dumps(written, sort_keys=True).encode()).hexdigest()[:16]


def _verify_check_cells(solution):
    """Every check cell has points and a name of its own, which is a column of the gradebook."""
    names = {}
    for cell in solution.cells:
        if not has_tag(cell, "check"):
            continue
        place = cell_place(solution, cell)
        if cell.cell_type != "code":
            raise CourseError(f"{place}: a check cell must be a code cell")
        points, name = cell.metadata.get("points"), cell.metadata.get("name")
        if isinstance(points, bool) or not isinstance(points, (int, float)):
            raise CourseError(f"{place}: a check cell needs metadata points, a number")
        if not (0 <= points < math.inf):
            raise CourseError(f"{place}: points must be 0 or more, got {points}")
        if not isinstance(name, str) or not name.strip():
            raise CourseError(f"{place}: a check cell needs a metadata name, a short text")
        if name in names:
            raise CourseError(f"{place}: {names[name]} has the name {name!r} as well")
        if points > 0 and has_tag(cell, "nbval-ignore-output"):
            raise CourseError(
                f"{place}: a check cell with points must be compared; "
                "it cannot have the tag nbval-ignore-output"
            )
        names[name] = place


def _exercise_cell(solution, cell):
    if "attachments" in cell:
        raise CourseError(f"{cell_place(solution, cell)}: an exercise carries no attachments")
    regions = _regions(solution, cell)
    if has_tag(cell, "answer") and not regions:
        begin, end = MARKERS.get(cell.cell_type, MARKERS["code"])
        raise CourseError(
            f"{cell_place(solution, cell)}: an answer cell needs a region from {begin} to {end}"
        )
    if regions and not has_tag(cell, "answer"):
        raise CourseError(
            f"{cell_place(solution, cell, regions[0][0] + 1)}: "
            "a solution region in a cell without the tag answer"
        )
    new_cell = {
        "code": nbformat.v4.new_code_cell,
        "markdown": nbformat.v4.new_markdown_cell,
        "raw": nbformat.v4.new_raw_cell,
    }[cell.cell_type]
    source = _without_answers(solution, cell, regions)
    return new_cell(source, id=cell.id, metadata=kept_metadata(cell))


def _regions(solution, cell):
    """The (first line, last line) of each region of a cell, both marker lines, counted from 0."""
    markers = MARKERS.get(cell.cell_type, ())
    regions, begin = [], None
    for number, line in enumerate(cell.source.split("\n")):
        place = cell_place(solution, cell, number + 1)
        text = line.strip()
        if text not in markers:
            if LIKE_A_MARKER.search(text):
                raise CourseError(f"{place}: {text!r} looks like a marker and is none")
        elif text == markers[0]:
            if begin is not None:
                raise CourseError(f"{place}: a region begins in the one of line {begin + 1}")
            begin = number
        else:
            if begin is None:
                raise CourseError(f"{place}: a region ends that has not begun")
            regions.append((begin, number))
            begin = None
    if begin is not None:
        raise CourseError(f"{cell_place(solution, cell, begin + 1)}: the region has no end")
    return regions


def _without_answers(solution, cell, regions):
    """The source of a cell with a stub in place of every region."""
    lines = cell.source.split("\n")
    source, kept_from = [], 0
    for begin, end in regions:
        source += lines[kept_from:begin]
        if cell.cell_type == "markdown":
            source.append(MARKDOWN_STUB)
        else:
            try:
                source += _code_stub(lines[begin + 1 : end], indentation=_indentation(lines[begin]))
            except SyntaxError as error:
                place = cell_place(solution, cell, begin + 1)
                raise CourseError(f"{place}: no stub for this region ({error.msg})") from None
        kept_from = end + 1
    source = "\n".join(source + lines[kept_from:])
    if cell.cell_type == "code" and regions:
        try:
            ast.parse(TransformerManager().transform_cell(source))
        except SyntaxError as error:
            place = cell_place(solution, cell)
            raise CourseError(
                f"{place}: does not parse with its stubs ({error.msg}: {error.text!r})"
            ) from None
    return source


def _code_stub(region, indentation):
    """The lines that stand in place of a region's. SyntaxError if there are none that parse."""
    written = [match for match in map(STUB_LINE.match, region) if match]
    if written:
        stub = [(match[1] + match[2]).rstrip() if match[2] else "" for match in written]
        ast.parse(textwrap.dedent("\n".join(stub)))
        return stub
    code = textwrap.dedent("\n".join(region))
    statements = ast.parse(code).body
    if not statements:
        raise SyntaxError("it is empty")
    return [indentation + _stub_statement(code, statements[-1])]


def _stub_statement(code, statement):
    if isinstance(statement, ast.Return):
        return "return None"
    if isinstance(statement, ast.Assign):
        stubs = [_stub_target(code, target) for target in statement.targets]
        return " = ".join(target for target, _ in stubs) + f" = {stubs[-1][1]}"
    return "pass"


def _stub_target(code, target):
    """A target and the value that suits it: one None, or as many as a tuple has names."""
    text = ast.get_source_segment(code, target)
    if isinstance(target, (ast.Tuple, ast.List)):
        return text, ", ".join(["None"] * len(target.elts))
    return text, "None"


def _indentation(line):
    return line[: len(line) - len(line.lstrip())]


def _insert_setup(cells, repository_url):
    """Put the set-up cell behind the first markdown cell, the title."""
    setup = nbformat.v4.new_code_cell(
        SETUP.format(url=repository_url),
        id=SETUP_ID,
        # nbval runs the exercises in an environment that has everything already.
        metadata={"tags": ["given", "nbval-skip"]},
    )
    kinds = [cell.cell_type for cell in cells]
    cells.insert(kinds.index("markdown") + 1 if "markdown" in kinds else 0, setup)
