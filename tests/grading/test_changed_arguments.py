"""An answer that writes into its arguments is told, and changes nothing on the checks' side."""

import numpy as np
import pytest

from backprop.checks import check_relu
from coursekit.grading.sandbox.answers import Answers, Limits, Server


@pytest.fixture(scope="module")
def server():
    server = Server(namespaces=False)
    yield server
    server.close()


@pytest.fixture
def answer(server):
    """``answer(body)``: the function ``f(array, arrays)`` with this body, in its own process."""
    opened = []

    def make(body, arguments="array, arrays"):
        lines = body.replace("\n", "\n    ")
        code = {"f": [(f"import numpy as np\ndef f({arguments}):\n    {lines}", True)]}
        opened.append(Answers(code, Limits(seconds=10), server))
        return opened[-1].function("f")

    yield make
    for answers in opened:
        answers.close()


def test_what_is_written_into_an_array_is_told_and_the_caller_s_array_stays(answer):
    function, array, arrays = answer("array += 1\nreturn 5"), np.zeros(2), [np.ones(1)]
    assert function(array, arrays) == 5
    changed_array, changed_arrays = function.changed_arguments
    assert (changed_array.tolist(), changed_arrays[0].tolist()) == ([1, 1], [1])
    assert (array.tolist(), arrays[0].tolist()) == ([0, 0], [1])


@pytest.mark.parametrize(
    "body", ["arrays[0] = array", "arrays.append(array)", "arrays[0][...] = 7", "arrays.pop()"]
)
def test_what_is_written_into_a_list_is_told(answer, body):
    function, arrays = answer(f"{body}\nreturn 5"), [np.ones(1)]
    assert function(np.zeros(1), arrays) == 5
    assert function.changed_arguments is not None
    assert [entry.tolist() for entry in arrays] == [[1]]


@pytest.mark.parametrize(
    "body",
    ["return array + 1", "array = array + 1\nreturn array", "return [*arrays, array]", "return array"],
)
def test_an_answer_that_writes_nothing_has_changed_nothing(answer, body):
    function = answer(body)
    function(np.array([np.nan, 1.0]), [np.ones(1)])
    assert function.changed_arguments is None


def test_what_one_call_has_changed_is_not_told_of_the_next(answer):
    function = answer("if array[0] == 0: array += 1\nreturn array[0]")
    function(np.zeros(1), [])
    assert function.changed_arguments is not None
    function(np.ones(1), [])
    assert function.changed_arguments is None


def test_an_argument_that_cannot_be_passed_back_does_not_cost_the_result(server):
    body = "arrays.extend([np.zeros(2**17)] * 2)\n    return 5"
    code = {"f": [(f"import numpy as np\ndef f(arrays):\n    {body}", True)]}
    answers = Answers(code, Limits(seconds=10, output_size=1), server)
    try:
        assert answers.function("f")([np.ones(1)]) == 5
    finally:
        answers.close()


def test_the_words_for_a_graded_function_say_that_it_changes_its_arguments(answer):
    function = answer("array[array < 0] = 0.0\nreturn array", arguments="array")
    assert [finding.cause for finding in check_relu(function).findings] == ["changes-its-arguments"]
    assert check_relu(answer("return np.maximum(array, 0.0)", arguments="array")).passed
