"""The tape and the dual numbers, against autograd, the backward pass and the complex step."""

import ast
import warnings

import autograd
import autograd.numpy as anp
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from networks import (
    autograd_gradients,
    every_array,
    gradients,
    half_integer_networks,
    normal_networks,
    reference_network,
    sizes_of_terms,
)

from backprop import indicator_function, tape
from backprop.automatic_differentiation import (
    count_on_tape,
    directional_derivative,
    dual_number_gradients,
    jacobian_by_duals,
    jacobian_by_tape,
    record_network,
    tape_gradients,
)
from backprop.chain_rule import measured_jacobian
from backprop.counting import count_operations
from backprop.dual_numbers import Dual
from backprop.tape import Variable, backward_sweep, sum_to_shape

EPSILON = np.finfo(float).eps

# ---- the course's network ----------------------------------------------------------------------


def agree_to_rounding(network, one, other):
    """Whether each entry is off by a few roundings of the terms that make it up."""
    sizes = every_array(*sizes_of_terms(network))
    pairs = zip(every_array(*one), every_array(*other), sizes)
    # Terms go through at most a dozen layers, and each entry is a sum of at most some hundred.
    return all((np.abs(a - b) <= 100 * EPSILON * size).all() for a, b, size in pairs)


@given(normal_networks())
def test_the_tape_gives_the_gradients_of_the_backward_pass_to_rounding(network):
    assert agree_to_rounding(network, tape_gradients(*network), gradients(network))


@given(half_integer_networks())
def test_where_nothing_rounds_the_tape_gives_the_same_numbers(network):
    pairs = zip(every_array(*tape_gradients(*network)), every_array(*gradients(network)))
    assert all(np.array_equal(one, other) for one, other in pairs)


@given(normal_networks())
def test_the_tape_gives_the_gradients_of_autograd(network):
    assert agree_to_rounding(network, tape_gradients(*network), autograd_gradients(network))


@given(normal_networks(most_hidden_layers=3, largest_layer=4))
def test_dual_numbers_give_the_gradients_of_the_backward_pass_to_rounding(network):
    assert agree_to_rounding(network, dual_number_gradients(*network), gradients(network))


@given(normal_networks(), st.integers(0, 2**32 - 1))
def test_one_pass_of_dual_numbers_is_the_gradient_times_the_direction(network, seed):
    _, all_weights, all_biases, _ = network
    draws = np.random.default_rng(seed)
    directions = [[draws.normal(size=a.shape) for a in kind] for kind in (all_weights, all_biases)]
    slope = directional_derivative(*network, *directions)
    arrays = list(zip(every_array(*gradients(network)), every_array(*directions)))
    scale = sum(np.abs(gradient * direction).sum() for gradient, direction in arrays)
    expected = sum((gradient * direction).sum() for gradient, direction in arrays)
    assert slope == pytest.approx(expected, abs=1e-9 * max(scale, 1))


def test_the_tape_of_the_reference_network_ends_with_its_loss():
    recorded, all_weights, all_biases = record_network(*reference_network())
    assert f"{recorded[-1].value:.3f}" == "327.371"
    assert len(all_weights) == len(all_biases) == 6
    assert [variable.place for variable in recorded] == list(range(len(recorded)))


def test_the_gradient_of_the_input_is_there_as_well():
    net_input, all_weights, all_biases, y = reference_network()
    recorded, _, _ = record_network(net_input, all_weights, all_biases, y)
    _, all_dl_dbiases = gradients(reference_network())
    found = backward_sweep(recorded[-1])[0]
    assert np.allclose(found, all_weights[0].T @ all_dl_dbiases[0], rtol=1e-13)


@given(normal_networks(most_hidden_layers=3), st.integers(0, 2**32 - 1))
def test_a_gradient_on_a_complex_tape_tells_how_the_gradient_changes(network, seed):
    net_input, all_weights, all_biases, y = network
    draws = np.random.default_rng(seed)
    direction = [draws.normal(size=weights.shape) for weights in all_weights]
    moved = [weights + 1e-30j * step for weights, step in zip(all_weights, direction)]
    found = [g.imag / 1e-30 for g in tape_gradients(net_input, moved, all_biases, y)[0]]

    def loss(all_weights):
        f = all_biases[0] + anp.dot(all_weights[0], net_input)
        for weights, bias in zip(all_weights[1:], all_biases[1:]):
            f = bias + anp.dot(weights, anp.where(f > 0, f, 0.0))
        return anp.sum((f - y) ** 2)

    def slope(all_weights):
        return sum(anp.sum(g * d) for g, d in zip(autograd.grad(loss)(all_weights), direction))

    for one, other in zip(found, autograd.grad(slope)(list(all_weights))):
        assert np.allclose(one, other, rtol=1e-8, atol=1e-8 * max(1, np.abs(other).max()))


# ---- any other computation ----------------------------------------------------------------------

OPERATORS = ("add", "subtract", "multiply", "matmul", "relu", "exp")


@st.composite
def programs(draw):
    """Shapes of inputs, and steps: an operator with the places of what it is applied to.

    A place is taken modulo the number of values there are. So values are used once, often or not at
    all, and paths part and meet.
    """
    n = draw(st.integers(1, 3))
    shapes = draw(st.lists(
        st.sampled_from([(n, n), (n, 1), (1, n), (1, 1)]), min_size=1, max_size=3
    ))
    step = st.tuples(st.sampled_from(OPERATORS), st.integers(0, 20), st.integers(0, 20))
    return shapes, draw(st.lists(step, min_size=1, max_size=8)), draw(st.integers(0, 2**32 - 1))


def run(steps, values, operators, shape_of):
    values = list(values)
    for name, left, right in steps:
        a, b = values[left % len(values)], values[right % len(values)]
        if name == "matmul" and shape_of(a)[1] != shape_of(b)[0]:
            name = "multiply"
        one = name in ("relu", "exp")
        values.append(operators[name](a) if one else operators[name](a, b))
    return values[-1]


MINE = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "matmul": lambda a, b: a @ b,
    "relu": lambda a: a.relu(),
    "exp": lambda a: a.exp(),
}
THEIRS = {
    **{name: MINE[name] for name in ("add", "subtract", "multiply")},
    "matmul": anp.dot,
    "relu": lambda a: anp.where(a > 0, a, 0.0),
    "exp": anp.exp,
}


def bounded(steps, inputs):
    """Whether every value of the program is of a size that doubles hold well."""
    sizes = []

    def noted(function):
        def call(*arguments):
            value = function(*arguments)
            sizes.append(np.abs(value).max())
            return value

        return call

    with np.errstate(all="ignore"):
        run(steps, inputs, {name: noted(function) for name, function in THEIRS.items()}, np.shape)
    return all(size < 1e6 for size in sizes)  # NaN is not


def shape_on_tape(a):
    return a.value.shape


def on_tape(inputs):
    record = []
    return [Variable(record, value) for value in inputs]


def drawn(program):
    """The steps, inputs, and directions to move them in."""
    shapes, steps, seed = program
    draws = np.random.default_rng(seed)
    inputs = [draws.normal(size=shape) for shape in shapes]
    assume(bounded(steps, inputs))
    return steps, inputs, [draws.normal(size=shape) for shape in shapes]


@given(programs())
def test_any_program_of_operations_has_the_gradients_of_autograd(program):
    steps, inputs, _ = drawn(program)
    found = backward_sweep(run(steps, on_tape(inputs), MINE, shape_on_tape).sum())

    def total(*inputs):
        return anp.sum(run(steps, inputs, THEIRS, anp.shape))

    for place in range(len(inputs)):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # autograd warns of an input that is not used
            expected = autograd.grad(total, place)(*inputs)
        assert found[place].shape == expected.shape
        scale = max(1, np.abs(expected).max())
        assert np.allclose(found[place], expected, rtol=1e-9, atol=1e-9 * scale)


@given(programs())
def test_dual_numbers_and_the_tape_agree_on_any_program(program):
    steps, inputs, directions = drawn(program)
    found = backward_sweep(run(steps, on_tape(inputs), MINE, shape_on_tape).sum())
    duals = [Dual(*pair) for pair in zip(inputs, directions)]
    output = run(steps, duals, MINE, shape_on_tape).sum()
    terms = [gradient * direction for gradient, direction in zip(found, directions)]
    scale = max(1, sum(np.abs(term).sum() for term in terms))
    assert abs(output.tangent - sum(term.sum() for term in terms)) <= 1e-9 * scale


def test_contributions_to_a_value_that_is_used_several_times_are_added():
    a, b = on_tape([np.array([[3.0], [5.0]]), np.array([[2.0], [-1.0]])])
    found = backward_sweep((a * a * b + a).sum())
    assert np.array_equal(found[a.place], [[2 * 3 * 2 + 1], [2 * 5 * -1 + 1]])
    assert np.array_equal(found[b.place], [[9], [25]])


def test_a_value_from_which_no_path_leads_to_the_output_has_gradient_zero():
    a, b, c = on_tape([np.ones((2, 1)), np.ones((2, 3)), np.ones((1, 1))])
    output = (a + a).sum()
    behind = b * c  # later on the tape than the output
    found = backward_sweep(output)
    for value in (b, c, behind):
        assert np.array_equal(found[value.place], np.zeros(value.value.shape))


def test_a_sweep_with_an_upstream_gradient_is_a_vector_jacobian_product():
    draws = np.random.default_rng(3)
    A, x, upstream = (draws.normal(size=shape) for shape in ((4, 3), (3, 1), (4, 1)))
    a, b = on_tape([A, x])
    found = backward_sweep((a @ b).exp(), upstream)[b.place]
    jacobian = measured_jacobian(lambda x: np.exp(A @ x), x)
    assert np.allclose(found, jacobian.T @ upstream, rtol=1e-12)


@pytest.mark.parametrize("inputs, outputs", [(3, 2), (1, 5), (4, 1)])
def test_both_modes_give_the_jacobian_with_a_row_for_each_output(inputs, outputs):
    draws = np.random.default_rng(inputs)
    A, B = draws.normal(size=(4, inputs)), draws.normal(size=(outputs, 4))
    x = draws.normal(size=(inputs, 1))

    def step(x, A, B):
        return (B @ (A @ x).relu()).exp()

    expected = measured_jacobian(
        lambda x: np.exp(B @ np.where((A @ x).real > 0, A @ x, 0.0)), x
    )
    assert np.allclose(jacobian_by_duals(step, x, A, B), expected, rtol=1e-12)
    assert np.allclose(jacobian_by_tape(step, x, A, B), expected, rtol=1e-12)


# ---- broadcasting, the kink, and what must not be changed ---------------------------------------


@pytest.mark.parametrize(
    "expanded, shape",
    [
        ((4, 3), (4, 1)), ((4, 3), (1, 3)), ((4, 3), (1, 1)), ((4, 3), (3,)), ((4, 3), ()),
        ((2, 4, 3), (4, 1)), ((4, 3), (4, 3)), ((4, 1), (4, 1)), ((1, 1), ()), ((2, 1, 3), (1, 3)),
    ],
)
def test_the_gradient_of_an_expanded_array_is_summed_as_autograd_sums_it(expanded, shape):
    gradient = np.random.default_rng(5).normal(size=expanded)
    expected = autograd.grad(lambda a: anp.sum(gradient * (a + anp.zeros(expanded))))(np.ones(shape))
    found = sum_to_shape(gradient, shape)
    assert found.shape == shape
    assert np.allclose(found, expected, rtol=1e-14, atol=1e-14)


def test_at_zero_both_modes_take_the_slope_of_the_relu_that_the_backward_pass_takes():
    f = np.array([[-1.0], [0.0], [-0.0], [2.0]])
    (a,) = on_tape([f])
    found = backward_sweep(a.relu().sum())[a.place]
    assert np.array_equal(found, indicator_function(f))
    assert np.array_equal(Dual(f, np.ones(f.shape)).relu().tangent, indicator_function(f))


def test_another_formula_for_the_relu_has_another_slope_at_zero():
    """Chapter 12 says so of autograd."""
    slope = autograd.elementwise_grad(lambda f: anp.maximum(f, 0.0))(np.zeros((1, 1)))
    assert slope == 0.5


def test_a_change_of_an_array_after_it_was_put_on_a_tape_changes_no_gradient():
    array = np.array([[2.0], [3.0]])
    (a,) = on_tape([array])
    product = a * a
    array *= 100
    with pytest.raises(ValueError, match="read-only"):
        product.value *= 100
    assert np.array_equal(backward_sweep(product.sum())[0], [[4], [6]])


def test_the_inputs_are_not_changed():
    network = reference_network()
    before = [array.copy() for array in (network.net_input, network.y)]
    tape_gradients(*network)
    dual_number_gradients(*network)
    assert np.array_equal(before[0], network.net_input) and np.array_equal(before[1], network.y)


# ---- what it costs ------------------------------------------------------------------------------


def test_the_multiplications_are_those_that_are_counted_by_hand():
    widths, examples = [3, 4, 2], 5
    draws = np.random.default_rng(1)
    shapes = list(zip(widths[1:], widths))
    all_weights = [draws.normal(size=shape) for shape in shapes]
    all_biases = [draws.normal(size=(units, 1)) for units in widths[1:]]
    x, y = draws.normal(size=(3, examples)), draws.normal(size=(2, examples))
    recorded, _, _ = record_network(x, all_weights, all_biases, y)
    forward = (4 * 3 + 2 * 4) * examples + 2 * examples  # two products, and the squares
    assert count_on_tape(recorded) == (forward, 2 * forward, 2 * forward)


def test_the_multiplications_of_a_sweep_are_those_that_are_counted_while_it_runs():
    recorded, _, _ = record_network(*reference_network())
    counted = sum(
        count_operations(variable.vjp, np.ones(variable.value.shape))["multiplications"]
        for variable in recorded
        if variable.operation in ("matmul", "multiply")
    )
    assert counted == count_on_tape(recorded)[1]


def test_an_exponential_is_multiplied_once_on_the_way_back_and_never_on_the_way_forward():
    (a,) = on_tape([np.ones((3, 2))])
    a.exp().sum()
    assert count_on_tape(a.tape) == (0, 6, 6)


def test_the_tape_is_no_longer_than_a_reader_can_follow():
    """A hundred lines, without documentation and without what checks arguments."""
    with open(tape.__file__, encoding="utf-8") as file:
        text = file.read()
    left_out = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("_check"):
                left_out |= set(range(node.lineno, node.end_lineno + 1))
            if ast.get_docstring(node) is not None:
                left_out |= set(range(node.body[0].lineno, node.body[0].end_lineno + 1))
    lines = [
        line for number, line in enumerate(text.splitlines(), start=1)
        if number not in left_out and line.strip() and not line.strip().startswith("#")
    ]
    assert len(lines) <= 100


# ---- arguments that do not fit ------------------------------------------------------------------


def two(left=(2, 1), right=(2, 1)):
    return on_tape([np.ones(left), np.ones(right)])


@pytest.mark.parametrize(
    "call, error, message",
    [
        (lambda: Variable([], [1.0, np.nan]), ValueError, "value must be finite.*index"),
        (lambda: Variable([], ["a"]), ValueError, "value must hold real numbers"),
        (lambda: on_tape([np.ones(2)])[0] + 1.0, TypeError, "must be on a tape, got float"),
        (lambda: np.ones((2, 2)) @ two()[0], TypeError, "unsupported operand"),
        (lambda: two()[0] + two()[0], ValueError, "different tapes"),
        (lambda: two()[0] @ two()[1], ValueError, "different tapes"),
        (
            lambda: (lambda a, b: a @ b)(*two((2, 3), (2, 1))), ValueError,
            r"takes matrices.*\(2, 3\) and \(2, 1\)",
        ),
        (
            lambda: (lambda a, b: a @ b)(*two((3,), (3,))), ValueError,
            r"takes matrices.*\(3,\) and \(3,\)",
        ),
        (lambda: backward_sweep(two()[0]), ValueError, r"the output's shape, \(2, 1\), got \(\)"),
        (lambda: sum_to_shape(np.ones((2, 3)), (3, 1)), ValueError, r"\(3, 1\) is not expanded"),
        (lambda: sum_to_shape(np.ones((2, 1)), (2, 3)), ValueError, r"\(2, 3\) is not expanded"),
        (lambda: Dual([1.0, 2.0], [1.0]), ValueError, r"tangent must have.*\(2,\), got \(1,\)"),
        (lambda: Dual([1.0]) * 2.0, TypeError, "must be dual, got float"),
        (lambda: np.ones((1, 1)) @ Dual([[1.0]]), TypeError, "unsupported operand"),
        (lambda: Dual(1j), ValueError, "value must hold real numbers"),
        (
            lambda: tape_gradients([[1.0]], [[[1.0]]], [[[1.0]]], [[1.0, 2.0]]), ValueError,
            r"y must have a column for each of net_input, 1, got \(1, 2\)",
        ),
        (
            lambda: directional_derivative(
                [[1.0]], [[[1.0]]], [[[1.0]]], [[1.0]], [[[1.0, 2.0]]], [[[1.0]]]
            ),
            ValueError, r"weight_directions must have the weights' shapes",
        ),
    ],
)
def test_what_does_not_fit_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
