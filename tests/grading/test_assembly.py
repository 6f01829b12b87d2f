"""The answers of a submission are found wherever they stand, with what they use and no more."""

import pytest
from course_notebooks import SQUARE, small_solution, write_in

from coursekit.errors import CourseError
from coursekit.exercises import make_exercise
from coursekit.grading.assembly import assemble, find_answers, identify
from coursekit.grading.reference import load_references, make_reference, with_seed
from coursekit.grading.submissions import Submission

REFERENCE = make_reference("01_powers", small_solution())


def submission(*code_cells, exercise=None):
    return Submission(code_cells, exercise)


def code_of(notebook):
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def answers_of(*code_cells):
    return find_answers(submission(*code_cells), REFERENCE)


def taken(*code_cells, name="square"):
    """The sources that are taken from the submission for one answer."""
    return [source for source, is_own in answers_of(*code_cells).code[name] if is_own]


def test_an_answer_is_found_by_name_in_any_cell():
    assert taken("# moved", "y = 1\ndef square(x): return x**2") == ["def square(x): return x**2"]


def test_the_last_definition_counts():
    assert taken("def square(x): return x", "square = lambda x: x * x") == [
        "square = lambda x: x * x"
    ]


def test_helpers_imports_and_constants_come_along_with_what_they_use_in_turn():
    cells = [
        "import math\nfrom operator import mul as times\nTWO = 2",
        "def power(x, n):\n    return math.prod([x] * n) if n > ONE else times(x, 1)",
        "ONE = TWO - 1",
        "@staticmethod\ndef square(x):\n    return power(x, TWO)",
        "unused = print('no')",
    ]
    sources = taken(*cells)
    assert sources[-1] == cells[3]
    assert set(sources[:-1]) == {
        "import math",
        "from operator import mul as times",
        "TWO = 2",
        cells[1],
        "ONE = TWO - 1",
    }
    assert sources.index("TWO = 2") < sources.index("ONE = TWO - 1")


@pytest.mark.parametrize(
    "cells",
    [
        ["N = 1", "N += 1", "def square(x): return x ** N"],
        ["T = []", "for n in range(3):\n    T.append(n)", "def square(x): return x ** T[2]"],
        ["T = {}", "T['n'] = 2", "def square(x): return x ** T['n']"],
        ["T = [3]", "T.append(2)", "T.append(2)", "T.sort()", "def square(x): return x ** T[0]"],
        ["def square(x): return x * x", "def wrap(f): return f", "square = wrap(square)"],
        ["def half(x): return square(x) / 2", "def square(x): return 2 * half(x)", "square = half(square)"],
        ["while True:\n    N = 2\n    break", "def square(x): return x ** N"],
    ],
    ids=range(7),
)
def test_a_constant_that_is_built_in_steps_comes_along_with_all_of_them_in_their_order(cells):
    assert taken(*cells, "print(square(3))") == cells


def test_what_is_defined_anew_leaves_its_former_steps_behind():
    cells = ["T = [1]", "T.append(3)", "T = [2]", "T.append(2)", "def square(x): return x ** T[0]"]
    assert taken(*cells) == cells[2:]


@pytest.mark.parametrize(
    "trial",
    [
        "for N in range(9):\n    print(square(N))",
        "for k in range(9):\n    T[k] = square(k)",
        "np.random.seed(0)",
        "print(N)",
    ],
)
def test_what_only_tries_an_answer_out_stays_behind(trial):
    cells = ["import numpy as np\nN = 2\nT = {}", "def square(x): return np.power(x, N) + 0 * len(T)"]
    assert sorted(taken(*cells, trial)) == sorted(taken(*cells))


def test_names_that_are_local_to_an_answer_bring_nothing_along():
    assert taken("y = open('secret')", "def square(x):\n    y = x\n    return y * x") == [
        "def square(x):\n    y = x\n    return y * x"
    ]


def test_an_import_that_may_fail_comes_along_as_a_whole():
    guarded = "try:\n    import fast as engine\nexcept ImportError:\n    import math as engine"
    assert taken(guarded, "def square(x):\n    return engine.pow(x, 2)")[0] == guarded


def test_an_import_of_everything_comes_along_when_a_name_could_be_of_it():
    imports = "from math import *"
    assert taken(imports, "def square(x):\n    return pow(x, 2)") == [
        "def square(x):\n    return pow(x, 2)"
    ]
    assert imports in taken(imports, "def square(x):\n    return prod([x, x])")


def test_what_the_exercise_gave_is_not_taken_from_the_student():
    cells = [
        "def attempt(*arguments): print('right')",
        "check_seed = 5",
        "def square(x):\n    attempt(x, check_seed)\n    return x * x",
    ]
    assert taken(*cells) == [cells[2]]


def test_what_the_exercise_gave_comes_from_the_exercise():
    answer = "def square(x):\n    attempt(x, check_seed)\n    return x * x"
    code = answers_of("def attempt(*arguments): print('right')", answer).code["square"]
    given = [source for source, is_own in code if not is_own]
    assert any(source.startswith("def attempt(function, x, expected)") for source in given)
    assert "check_seed = 1" in given


def test_an_answer_that_uses_another_brings_it_along_and_is_tried_with_the_solutions_too():
    cells = ["def square(x): return x + x", "def cube(x): return square(x) * x"]
    answers = answers_of(*cells)
    assert answers.code["cube"] == [(cells[0], True), (cells[1], True)]
    ((square, is_own), cube) = answers.with_solutions["cube"]
    assert ("product = x * x" in square, is_own) == (True, False)
    assert cube == (cells[1], True)
    assert "square" not in answers.with_solutions


def test_an_answer_that_is_missing_is_its_stub_for_those_that_use_it():
    answers = answers_of("def cube(x): return square(x) * x")
    assert answers.code["cube"][0][1] is False
    assert "return None" in answers.code["cube"][0][0]


def test_no_answer_gets_at_a_solution_that_the_solutions_own_does_not_call():
    answers = answers_of("def square(x): return cube(x) / x", "def cube(x): return x")
    assert "square" not in answers.with_solutions


@pytest.mark.parametrize(
    "cell",
    [
        "%matplotlib inline\n!pip install numpy\ndef square(x): return x * x",
        "%%time\ndef square(x): return x * x",
        "def square(x): return x * x\nsquare?",
        "await something()\ndef square(x): return x * x",
    ],
)
def test_magics_and_shell_lines_do_no_harm(cell):
    assert taken(cell) == ["def square(x): return x * x"]


@pytest.mark.parametrize("cell", ["%%bash\ndef square", "%%writefile x.py\ndef square(x): return 1"])
def test_a_cell_in_another_language_defines_nothing(cell):
    answers = answers_of(cell)
    assert (answers.code, answers.broken_cells) == ({}, [])


@pytest.mark.parametrize(
    "cell, why",
    [
        ("def square(x)\n    return x", "line 1: "),
        ("def square(x):\nreturn x", "line 2: "),
        ("def square(x): return x\nreturn square", "line 2: 'return' outside function"),
        ("def square(x): return '\0'", ""),
        ("def square(x): return " + "(" * 5000, ""),
        ("def square(x): return x" + " + x" * 100_000, ""),
    ],
    ids=range(6),
)
def test_a_cell_that_does_not_parse_costs_its_own_answer_alone(cell, why):
    answers = answers_of(cell, "def cube(x): return x**3")
    assert list(answers.code) == ["cube"]
    assert answers.missing == ["square"]
    (broken,) = answers.broken_cells
    assert broken.startswith("code cell 1 does not parse (" + why)


def test_a_stub_is_no_answer_even_with_other_comments_and_layout():
    stub = make_exercise(small_solution()).cells[3].source
    assert answers_of(stub + "  # I do not know").missing == ["square", "cube"]
    assert answers_of("def square( x ):\n\n        return None").code == {}
    assert list(answers_of("def square(x): return 0").code) == ["square"]


def test_the_exercise_is_the_one_that_the_notebook_names():
    references = {name: make_reference(name, small_solution(name)) for name in ("01", "02")}
    assert identify(submission("nothing", exercise="02"), references) == "02"


def test_an_unnamed_exercise_is_known_by_its_functions():
    other = small_solution()
    other.cells[3].source = SQUARE.replace("square", "root")
    other.cells[5].source = "root(4)\n" + other.cells[5].source.replace("cube", "logarithm")
    references = {"01": REFERENCE, "02": make_reference("02", other)}
    square, both = "def square(x): return x * x", "def root(x): return x"
    assert identify(submission(square), references) == "01"
    assert identify(submission(square, both + "\ndef logarithm(x): return x"), references) == "02"
    assert identify(submission(square, both), references) is None, "as much like the one as the other"
    assert identify(submission("def attempt(*a): pass", exercise="03"), references) is None


def test_an_assembled_notebook_is_pristine_and_calls_the_answers():
    answers = answers_of("import math\ndef square(x): return math.pow(x, 2)", "print('other')")
    notebook = assemble(REFERENCE, answers.code.keys(), "answers.json")
    pristine = small_solution()
    cells = {cell.id: cell for cell in notebook.cells}
    assert [cells[f"cell-{n}"].source for n in (1, 2, 3)] == [
        pristine.cells[n - 1].source for n in (1, 2, 3)
    ]
    assert cells["cell-5"].source == f"answers.at = 'square'\n{pristine.cells[4].source}"
    assert cells["cell-4"].source == 'square = answers.function("square")'
    assert "power = None" in cells["cell-6"].source and "square(x) * x" not in cells["cell-6"].source
    assert "cell-9" not in cells, "an explore cell has no part in grading"
    assert not any("math" in cell.source for cell in notebook.cells)
    compared = [
        cell.id
        for cell in notebook.cells
        if cell.cell_type == "code" and "nbval-ignore-output" not in cell.metadata["tags"]
    ]
    assert compared == ["cell-5", "cell-7"]


def test_what_an_answer_cell_gives_around_its_answers_stays():
    solution = small_solution()
    solution.cells[3].source = f"import math\n\n{SQUARE}\n\nFOUR = square(2)"
    reference = make_reference("01_powers", solution)
    answers = find_answers(submission("FOUR = 5\ndef square(x): return math.pow(x, 2)"), reference)
    notebook = assemble(reference, answers.code.keys(), "answers.json")
    (cell,) = [c for c in notebook.cells if c.id == "cell-4"]
    assert cell.source.split("\n\n") == [
        "import math",
        'square = answers.function("square")',
        "FOUR = square(2)",
    ]


def test_an_answer_may_be_a_value():
    solution = small_solution()
    solution.cells[3].source = "### BEGIN SOLUTION\nsquare = 2 * 2\n### END SOLUTION"
    reference = make_reference("01_powers", solution)
    assert find_answers(submission("square = None"), reference).code == {}
    answers = find_answers(submission("two = 2\nsquare = two + two"), reference)
    assert answers.code["square"] == [("two = 2", True), ("square = two + two", True)]
    sources = code_of(assemble(reference, answers.code.keys(), "answers.json"))
    assert 'square = answers.value("square")' in sources


def test_the_seed_is_set_in_the_seed_cell():
    notebook = with_seed(assemble(REFERENCE, (), "answers.json"), 123)
    assert "check_seed = 123" in code_of(notebook)
    assert "check_seed = 1" not in code_of(notebook)


def test_a_seed_cell_without_its_line_is_an_error():
    solution = small_solution()
    solution.cells[2].source = "seed = 1"
    with pytest.raises(CourseError, match=r"cell .*: a seed cell needs one line"):
        with_seed(solution, 2)


def test_a_solution_that_does_not_parse_is_named(tmp_path):
    solution = small_solution()
    solution.cells[1].source = "def"
    path = write_in(tmp_path, solution)
    with pytest.raises(CourseError, match=rf'{path}: cell 2 \("cell-2"\): line 1: '):
        load_references(tmp_path)
