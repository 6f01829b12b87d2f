"""Exercises hold what their solutions hold, except for anything that tells an answer."""

import ast
import copy
import importlib
import inspect
import json
import pkgutil

import nbformat
import pytest
from course_notebooks import (
    EXERCISES,
    SOLUTIONS,
    code,
    small_solution,
    with_cell,
    with_replaced,
    write_in,
)

import backprop
from coursekit.errors import CourseError
from coursekit.exercises import check_exercises, make_exercise, write_exercises
from coursekit.notebooks import dump_notebook, has_tag, read_notebook
from coursekit.repository import configured_repository_url

SOLUTION_PATHS = sorted(SOLUTIONS.glob("*.ipynb"))


def answer_cell(region, before="", indentation="", after=""):
    marked = [f"{indentation}{line}" for line in region.split("\n")]
    lines = [f"{indentation}### BEGIN SOLUTION", *marked, f"{indentation}### END SOLUTION"]
    return "\n".join([*before.split("\n"), *lines, *after.split("\n")]).strip("\n")


def exercise_source(source):
    """What `make_exercise` makes of a notebook with one answer cell."""
    solution = nbformat.v4.new_notebook(cells=[code(source, "answer")])
    return make_exercise(solution).cells[0].source


@pytest.mark.parametrize(
    "region, stub",
    [
        ("width = 6", "width = None"),
        ("first = 1\nall_f[layer - 1] = first", "all_f[layer - 1] = None"),
        ("rows, columns = 1, 2", "rows, columns = None, None"),
        ("loss = total = 3", "loss = total = None"),
        ("print(1)", "pass"),
        ("total += 1", "pass"),
        ("for i in range(3):\n    total = i", "pass"),
        ("# STUB: total = 0\ntotal = 3", "total = 0"),
        ("# STUB: for i in range(3):\n# STUB:     pass\ntotal = 3", "for i in range(3):\n    pass"),
    ],
)
def test_an_answer_becomes_its_stub(region, stub):
    assert exercise_source(answer_cell(region)) == stub


def test_a_stub_stands_where_the_answer_stood_and_the_todo_stays():
    source = answer_cell(
        "h = relu(f)\nreturn h", "def layer(f):\n    # TODO: the activations", "    "
    )
    assert exercise_source(source) == (
        "def layer(f):\n    # TODO: the activations\n    return None"
    )


def test_each_of_several_regions_gets_its_stub():
    source = answer_cell("a = 1", after=answer_cell("b = 2", before="c = 3"))
    assert exercise_source(source) == "a = None\nc = 3\nb = None"


def test_a_written_answer_becomes_an_invitation_to_write():
    exercise = make_exercise(small_solution())
    assert exercise.cells[7].source == "Why?\n\n*Your answer here.*"


def test_outputs_counts_and_foreign_metadata_do_not_reach_the_exercise():
    solution = small_solution()
    solution.metadata["widgets"] = {"state": "told in the widgets"}
    for cell in solution.cells:
        cell.metadata["note"] = "told in the metadata"
        if cell.cell_type == "code":
            cell.execution_count = 7
            cell.outputs = [nbformat.v4.new_output("stream", text="told in an output")]
    exercise = make_exercise(solution)
    assert "told in" not in dump_notebook(exercise)
    assert {cell.get("execution_count") for cell in exercise.cells} == {None}


def test_ids_tags_points_and_names_stay():
    solution = small_solution()
    exercise = make_exercise(solution)
    for before, after in zip(solution.cells, exercise.cells):
        assert (after.id, after.cell_type, after.metadata) == (
            before.id,
            before.cell_type,
            before.metadata,
        )
    assert exercise.metadata["course"]["exercise"] == "01_powers"


def test_running_a_solution_does_not_change_its_exercise():
    solution = small_solution()
    executed = copy.deepcopy(solution)
    executed.metadata["language_info"] = {"name": "python", "version": "3.99"}
    for cell in executed.cells:
        cell.metadata["execution"] = {"iopub.status.busy": "2001-01-01T00:00:00"}
        if cell.cell_type == "code":
            cell.execution_count = 1
            cell.outputs = [nbformat.v4.new_output("stream", text="right")]
    assert dump_notebook(make_exercise(executed)) == dump_notebook(make_exercise(solution))


def test_making_an_exercise_leaves_the_solution_as_it_was():
    solution = small_solution()
    make_exercise(solution, "https://example.org/course")
    assert solution == small_solution()


def test_the_set_up_cell_stands_behind_the_title_when_the_repository_is_known():
    exercise = make_exercise(small_solution(), "https://example.org/course")
    assert exercise.cells[0].source == "# Powers"
    assert exercise.cells[1].source.endswith(
        "\n%pip install --quiet git+https://example.org/course"
    )
    nbformat.validate(exercise)


def test_without_a_repository_nothing_is_installed():
    assert "pip" not in dump_notebook(make_exercise(small_solution()))


@pytest.mark.parametrize(
    "solution, message",
    [
        (
            with_replaced(small_solution(), "    ### END SOLUTION\n    return", "    return"),
            r'cell 6 \("cell-6"\), line 2: the region has no end',
        ),
        (
            with_replaced(small_solution(), "    ### BEGIN SOLUTION\n    # STUB", "    # STUB"),
            "cell 6 .*, line 4: a region ends that has not begun",
        ),
        (
            with_cell(small_solution(), 4, answer_cell("a = 1\n### BEGIN SOLUTION")),
            "cell 4 .*, line 3: a region begins in the one of line 1",
        ),
        (
            with_cell(small_solution(), 4, answer_cell("a = 1").replace("###", "#")),
            "cell 4 .*, line 1: '# BEGIN SOLUTION' looks like a marker",
        ),
        (
            with_cell(small_solution(), 8, "<!--BEGIN SOLUTION-->\ntold"),
            "cell 8 .*, line 1: .* looks like a marker",
        ),
        (
            with_cell(small_solution(), 4, "def square(x):\n    return x * x"),
            "cell 4 .*: an answer cell needs a region",
        ),
        (
            with_cell(small_solution(), 4, tags=["given"]),
            "cell 4 .*, line 3: .*without the tag answer",
        ),
        (
            with_cell(small_solution(), 4, answer_cell("# nothing")),
            "cell 4 .*, line 1: no stub for this region",
        ),
        (
            with_cell(small_solution(), 4, answer_cell("# STUB: a = = 1\na = 1")),
            "cell 4 .*, line 1: no stub for this region",
        ),
        (
            with_cell(small_solution(), 4, answer_cell("a = 1", "if True:")),
            "cell 4 .*: does not parse with its stubs",
        ),
        (with_cell(small_solution(), 5, points="2"), "cell 5 .* points, a number"),
        (with_cell(small_solution(), 5, points=-1), "cell 5 .* points must be 0 or more"),
        (with_cell(small_solution(), 5, name=" "), "cell 5 .* metadata name"),
        (with_cell(small_solution(), 7, name="square"), "cell 7 .*: cell 5 .* has the name"),
        (
            with_cell(small_solution(), 5, tags=["check", "nbval-ignore-output"]),
            "cell 5 .* must be compared",
        ),
    ],
)
def test_a_mistake_in_a_solution_is_named_with_its_place(tmp_path, solution, message):
    path = write_in(tmp_path, solution)
    with pytest.raises(CourseError, match=f"^{path}: {message}"):
        write_exercises(tmp_path, tmp_path / "out")


@pytest.mark.parametrize(
    "metadata, message",
    [({}, 'lack "course"'), ({"course": {"exercise": "02_roots"}}, "name the exercise '02_roots'")],
)
def test_a_solution_says_of_which_exercise_it_is(tmp_path, metadata, message):
    solution = small_solution()
    solution.metadata = metadata
    write_in(tmp_path, solution, name="01_powers")
    with pytest.raises(CourseError, match=f"01_powers.ipynb: .*{message}"):
        write_exercises(tmp_path, tmp_path / "out")


def test_one_mistake_keeps_every_exercise_from_being_written(tmp_path):
    write_in(tmp_path, small_solution())
    write_in(tmp_path, with_cell(small_solution("02_more"), 5, points=-1))
    with pytest.raises(CourseError):
        write_exercises(tmp_path, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_written_exercises_pass_the_check_and_stay_as_they_are(tmp_path):
    write_in(tmp_path / "solutions", small_solution())
    out = tmp_path / "out"
    (path,) = write_exercises(tmp_path / "solutions", out)
    assert check_exercises(tmp_path / "solutions", out) == []
    written = path.read_bytes(), path.stat().st_mtime_ns
    write_exercises(tmp_path / "solutions", out)
    assert (path.read_bytes(), path.stat().st_mtime_ns) == written


@pytest.mark.parametrize(
    "old, new",
    [
        ("# Powers", "# Power"),
        ("x * x", "x  * x"),
        ("of the definition", "of a definition"),
        ("print('play')", "print('Play')"),
    ],
)
def test_a_change_anywhere_in_a_solution_makes_its_exercise_out_of_date(tmp_path, old, new):
    solutions, out = tmp_path / "solutions", tmp_path / "out"
    write_in(solutions, small_solution())
    write_exercises(solutions, out)
    write_in(solutions, with_replaced(small_solution(), old, new))
    assert check_exercises(solutions, out) == [f"{out / '01_powers.ipynb'}: out of date"]


def test_the_check_names_exercises_that_are_missing_edited_or_of_no_solution(tmp_path):
    solutions, out = tmp_path / "solutions", tmp_path / "out"
    for name in ("01_powers", "02_more"):
        write_in(solutions, small_solution(name))
    (first, second) = write_exercises(solutions, out)
    first.unlink()
    second.write_text(second.read_text() + "\n")
    write_in(out, small_solution("03_gone"))
    assert check_exercises(solutions, out) == [
        f"{first}: missing",
        f"{second}: out of date",
        f"{out / '03_gone.ipynb'}: no solution of this name",
    ]


# The course's own notebooks.


def test_the_exercises_of_the_course_are_up_to_date():
    assert check_exercises(SOLUTIONS, EXERCISES, configured_repository_url(SOLUTIONS.parent)) == []


def answer_lines(source):
    """The lines inside the solution regions of a cell that are long enough to be an answer."""
    inside = False
    for line in map(str.strip, source.split("\n")):
        if "BEGIN SOLUTION" in line or "END SOLUTION" in line:
            inside = "BEGIN" in line
        elif inside and len(line) >= 12 and not line.startswith("# STUB:"):
            yield line


@pytest.mark.parametrize("path", SOLUTION_PATHS, ids=lambda path: path.stem)
def test_no_line_of_an_answer_is_told_anywhere_in_the_exercise(path):
    solution = read_notebook(path)
    exercise = json.loads(dump_notebook(make_exercise(solution)))
    told = "\n".join(strings_of(exercise))
    for cell in solution.cells:
        for line in answer_lines(cell.source):
            assert line not in told


def strings_of(value):
    """Every text in a JSON value, and every key."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from strings_of(list(value) + list(value.values()))
    elif isinstance(value, list):
        for item in value:
            yield from strings_of(item)


def functions_of(source):
    """{name: syntax tree} of the functions that code defines, docstrings and decorators aside."""
    functions = {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef):
            node.decorator_list = []
            if ast.get_docstring(node) is not None:
                node.body = node.body[1:]
            functions[node.name] = ast.dump(node)
    return functions


def backprop_functions():
    functions = {}
    for module in pkgutil.iter_modules(backprop.__path__, "backprop."):
        functions |= functions_of(inspect.getsource(importlib.import_module(module.name)))
    return functions


@pytest.mark.parametrize("path", SOLUTION_PATHS, ids=lambda path: path.stem)
def test_what_an_exercise_gives_is_the_code_of_the_package(path):
    package = backprop_functions()
    for cell in read_notebook(path).cells:
        if cell.cell_type == "code" and has_tag(cell, "given"):
            for name, tree in functions_of(cell.source).items():
                assert tree == package.get(name, tree), name
