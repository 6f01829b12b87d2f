"""What every public function does with its arguments: refuse the wrong ones, change none."""

import copy
import inspect

import numpy as np
import pytest

import backprop

DRAWS = np.random.default_rng(0)


def _integers(*shape):
    return DRAWS.integers(-3, 4, size=shape).astype(float)


# Two inputs, a hidden layer of three units, one output, four examples. All values are integers,
# so that integers, float32 and lists hold exactly the same network.
GOOD = {
    "net_input": _integers(2, 4),
    "all_weights": [_integers(3, 2), _integers(1, 3)],
    "all_biases": [_integers(3, 1), _integers(1, 1)],
    "y": _integers(1, 4),
}
_net_output, _all_f, _all_h = backprop.compute_network_output(
    GOOD["net_input"], GOOD["all_weights"], GOOD["all_biases"]
)
GOOD.update(net_output=_net_output, all_f=_all_f, all_h=_all_h)
GOOD.update(preactivation=_all_f[0], x=_all_f[0])


def train_for_three_steps(net_input, all_weights, all_biases, y):
    return backprop.train(net_input, all_weights, all_biases, y, learning_rate=1e-3, steps=3)


def step_against_themselves(all_weights, all_biases):
    return backprop.gradient_step(all_weights, all_biases, all_weights, all_biases, 0.25)


GRADIENTS_BY_NUDGING = [backprop.finite_difference_gradients, backprop.complex_step_gradients]
CHECKERS = [*GRADIENTS_BY_NUDGING, backprop.check_gradients]
FUNCTIONS = [
    backprop.relu,
    backprop.indicator_function,
    backprop.compute_network_output,
    backprop.least_squares_loss,
    backprop.d_loss_d_output,
    backprop.backward_pass,
    *GRADIENTS_BY_NUDGING,
    step_against_themselves,
    train_for_three_steps,
    backprop.softmax,
]
every_function = pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__)


def required_arguments(function):
    parameters = inspect.signature(function).parameters.values()
    return [p.name for p in parameters if p.default is inspect.Parameter.empty]


def taking(argument):
    return [f for f in [*FUNCTIONS, backprop.check_gradients] if argument in required_arguments(f)]


def call(function, arguments):
    return function(*[arguments[name] for name in required_arguments(function)])


def all_numbers(result):
    """Every number in a function's result, in one array."""
    if isinstance(result, (list, tuple)):
        return np.concatenate([all_numbers(part) for part in result])
    return np.ravel(result)


def with_every_array(change, value):
    if isinstance(value, list):
        return [with_every_array(change, part) for part in value]
    return change(value)


# Arguments are read in any form, and never changed


def _read_only(array):
    array = array.copy()
    array.flags.writeable = False
    return array


FORMS = {
    "read_only": _read_only,
    "fortran_ordered": np.asfortranarray,
    "integer": lambda array: array.astype(int),
    "float32": lambda array: array.astype(np.float32),
    "strided": lambda array: np.repeat(array, 2, axis=1)[:, ::2],
    "nested_list": lambda array: array.tolist(),
}


@every_function
@pytest.mark.parametrize("form", FORMS)
def test_the_same_numbers_in_another_form_give_the_same_float64_result(function, form):
    arguments = {name: with_every_array(FORMS[form], value) for name, value in GOOD.items()}
    found, expected = all_numbers(call(function, arguments)), all_numbers(call(function, GOOD))
    assert found.dtype == np.float64
    np.testing.assert_allclose(found, expected, rtol=1e-12)


@every_function
def test_arguments_are_not_changed(function):
    arguments = copy.deepcopy(GOOD)
    call(function, arguments)
    for name, value in arguments.items():
        np.testing.assert_array_equal(all_numbers(value), all_numbers(GOOD[name]))


@every_function
def test_a_result_does_not_change_when_an_argument_does_later(function):
    arguments = copy.deepcopy(GOOD)
    result = call(function, arguments)
    before = all_numbers(result).copy()
    for value in arguments.values():
        for array in value if isinstance(value, list) else [value]:
            array += 1
    np.testing.assert_array_equal(all_numbers(result), before)


# Arguments that do not fit


def put(value, layer, array):
    """The list ``value`` with another array in one layer."""
    return [array if i == layer else part for i, part in enumerate(value)]


def spoilt(array, number):
    array = array.copy()
    array[-1, -1] = number
    return array


W, B, X, Y = GOOD["all_weights"], GOOD["all_biases"], GOOD["net_input"], GOOD["y"]
F, H = GOOD["all_f"], GOOD["all_h"]

# (argument, what is given for it, what the message says besides the argument's name)
WRONG_SHAPES = [
    ("all_weights", W[0], ["all_weights must be a list of arrays", "ndarray"]),
    ("all_weights", None, ["all_weights must be a list of arrays", "NoneType"]),
    ("all_weights", [], ["all_weights", "at least one", "empty list"]),
    ("all_weights", W[:1], ["all_biases", "each of the 1 matrices", "got 2"]),
    ("all_weights", put(W, 0, W[0].ravel()), ["all_weights[0]", "a matrix", "(6,)"]),
    ("all_weights", put(W, 0, np.ones((3, 0))), ["all_weights[0]", "one column", "(3, 0)"]),
    ("all_weights", put(W, 1, W[1].T), ["all_weights[1]", "3 columns", "(3, 1)"]),
    ("all_biases", B[0], ["all_biases must be a list of arrays", "ndarray"]),
    ("all_biases", B[:1], ["all_biases", "each of the 2 matrices", "got 1"]),
    ("all_biases", put(B, 0, B[0].ravel()), ["all_biases[0]", "(3, 1)", "(3,)"]),
    ("all_biases", put(B, 1, B[0]), ["all_biases[1]", "(1, 1)", "(3, 1)"]),
    ("net_input", X[:, 0], ["net_input", "(2, B)", "(2,)", "(D, 1)"]),
    ("net_input", X[:1], ["net_input", "(2, B)", "(1, 4)"]),
    ("net_input", 1.2, ["net_input", "(2, B)", "()"]),
    ("net_input", X[:, :0], ["net_input", "at least one example", "(2, 0)"]),
    ("net_output", Y[0], ["net_output", "(D, B)", "(4,)"]),
    ("y", Y[0], ["y must", "B), a column an example", "(4,)"]),
    ("y", Y[:, :0], ["y must", "at least one example", "(1, 0)"]),
    ("y", np.vstack([Y, Y]), ["y must", "(1, ", "(2, 4)"]),
    ("y", Y.T, ["y must", "(1, ", "(4, 1)"]),
    ("all_f", F[0], ["all_f must be a list of arrays", "ndarray"]),
    ("all_f", F[:1], ["all_f", "2 arrays", "got 1"]),
    ("all_f", put(F, 0, F[1]), ["all_f[0]", "(3, B)", "(1, 4)"]),
    ("all_f", put(F, 1, F[1][:, :3]), ["all_f[1]", "4 columns", "(1, 3)"]),
    ("all_h", [*H, H[1]], ["all_h", "2 arrays", "got 3"]),
    ("all_h", put(H, 1, H[0]), ["all_h[1]", "(3, B)", "(2, 4)"]),
]


@pytest.mark.parametrize(
    ("function", "argument", "value", "fragments"),
    [
        pytest.param(function, *case, id=f"{function.__name__}-{case[0]}-{number}")
        for number, case in enumerate(WRONG_SHAPES)
        for function in taking(case[0])
    ],
)
def test_a_shape_that_does_not_fit_is_named_with_the_one_expected(
    function, argument, value, fragments
):
    with pytest.raises(ValueError) as error:
        call(function, {**GOOD, argument: value})
    for fragment in fragments:
        assert fragment in str(error.value)


@pytest.mark.parametrize(
    "function", [*CHECKERS, train_for_three_steps], ids=lambda f: f.__name__
)
def test_inputs_and_targets_must_be_equally_many(function):
    with pytest.raises(ValueError, match=r"y must have 4 columns.*got shape \(1, 3\)"):
        call(function, {**GOOD, "y": Y[:, :3]})


ARRAYS = ["net_input", "net_output", "y", "preactivation", "x"]
LISTS = ["all_weights", "all_biases", "all_f", "all_h"]
WRONG_NUMBERS = {
    "nan": (lambda array: spoilt(array, np.nan), ["finite", "got nan at index"]),
    "infinity": (lambda array: spoilt(array, -np.inf), ["finite", "got -inf at index"]),
    "text": (lambda array: array.astype(str), ["real numbers", "got dtype <U"]),
    "none": (lambda array: spoilt(array.astype(object), None), ["real numbers", "dtype object"]),
    "bool": (lambda array: array > 0, ["real numbers", "got dtype bool"]),
    "ragged": (lambda array: [[1.0, 2.0], [3.0]], ["one array", "rows of different lengths"]),
}


@pytest.mark.parametrize(
    ("function", "argument", "kind"),
    [
        pytest.param(function, argument, kind, id=f"{function.__name__}-{argument}-{kind}")
        for argument in [*ARRAYS, *LISTS]
        for function in taking(argument)
        for kind in WRONG_NUMBERS
    ],
)
def test_an_entry_that_is_no_finite_number_is_named(function, argument, kind):
    spoil, fragments = WRONG_NUMBERS[kind]
    value, name = GOOD[argument], argument
    if argument in LISTS:
        value, name = put(value, 1, spoil(value[1])), f"{argument}[1]"
    else:
        value = spoil(value)
    with pytest.raises(ValueError) as error:
        call(function, {**GOOD, argument: value})
    for fragment in [f"{name} must", *fragments]:
        assert fragment in str(error.value)


@pytest.mark.parametrize(
    ("function", "argument"),
    [
        pytest.param(function, argument, id=f"{function.__name__}-{argument}")
        for function in [backprop.backward_pass, *CHECKERS]
        for argument in required_arguments(function)
    ],
)
def test_complex_numbers_are_refused_where_a_gradient_is_asked_for(function, argument):
    value = with_every_array(lambda array: array + 1j, GOOD[argument])
    with pytest.raises(ValueError, match=f"{argument}.* must hold real numbers, got dtype complex"):
        call(function, {**GOOD, argument: value})
