"""Every labelled formula for a gradient in the book gives the measured gradient.

A row of FORMULAS is a label of an equation in `chapters/` and the equation as code, written as the
chapter writes it, index for index. What it gives is compared with what the complex step measures
on random networks, which knows nothing of the chain rule. What stands on the right side of an
equation, such as the upstream gradient, is measured as well: so each formula is tested alone, and a
mistake in one cannot be made good by a mistake in another.

A new equation needs a row here, or its label in NOT_GRADIENTS with the reason.
"""

import functools
import itertools
import re
from types import SimpleNamespace

import numpy as np
import pytest
from course_notebooks import ROOT

from backprop import compute_network_output, initialize_parameters, least_squares_loss, relu
from backprop.chain_rule import (
    TOY_FUNCTIONS,
    complex_step_slope,
    measured_jacobian,
    measured_toy_gradients,
)
from backprop.self_check import measure_gradient

# A formula after two dollar signs, or the option of a math directive.
LABEL = re.compile(r"^\$\$\s*\(([\w-]+)\)\s*$|^:label:\s*([\w-]+)\s*$", re.MULTILINE)

NOT_GRADIENTS = {
    "eq-one-unit": "a forward value; tests/test_forward_pass.py",
    "eq-shapes": "shapes; tests/test_network.py",
    "eq-count": "a number of parameters; tests/test_network.py",
    "eq-relu": "a forward value; tests/test_forward_pass.py",
    "eq-forward": "forward values; tests/test_forward_pass.py",
    "eq-loss": "the loss itself; tests/test_loss.py",
    "eq-toy": "a forward value; tests/test_chain_rule.py",
    "eq-toy-forward": "forward values; tests/test_chain_rule.py",
    "eq-branch-forward": "forward values; tests/test_chain_rule.py",
    "eq-delta-picks": "a sum, with no derivative in it; eq-bias-component uses it",
    "eq-best-step": "an order of magnitude, of a step",
    "eq-batch-forward": "forward values; tests/test_forward_pass.py",
    "eq-gradient-step": "new parameters; tests/test_training.py",
    "eq-parabola-step": "a distance; tests/test_training.py",
    "eq-learning-rate-bound": "a bound; tests/test_training.py",
    "eq-softmax": "forward values; tests/test_classification.py",
    "eq-softmax-shift": "forward values; tests/test_classification.py",
    "eq-log-softmax": "forward values; tests/test_classification.py",
    "eq-cross-entropy": "the loss itself; tests/test_classification.py",
    "eq-sizes": "numbers of parameters; tests/test_cost.py",
    "eq-forward-operations": "numbers of operations; tests/test_cost.py",
    "eq-backward-operations": "numbers of operations; tests/test_cost.py",
    "eq-cost-ratio": "a ratio of numbers of operations; tests/test_cost.py",
    "eq-share-behind": "a ratio of numbers of operations; tests/test_cost.py",
    "eq-kept": "numbers that are kept; tests/test_cost.py",
    "eq-checkpoint-memory": "a number of activations; tests/test_cost.py",
    "eq-best-distance": "a number of layers; tests/test_cost.py",
    "eq-checkpoint-time": "a number of layers; tests/test_cost.py",
    "eq-relative-error": "a distance of two arrays; tests/test_checking_gradients.py",
    "eq-variance-of-sum": "a mean over networks; tests/test_initialization.py takes all of them",
    "eq-relu-half": "a mean over networks; tests/test_initialization.py takes all of them",
    "eq-variance-forward": "a mean over networks; tests/test_initialization.py takes all of them",
    "eq-variance-backward": "a mean over networks; tests/test_initialization.py takes all of them",
    "eq-he": "a choice of a variance; tests/test_initialization.py",
    "eq-he-backward": "a choice of a variance; tests/test_initialization.py",
    "eq-he-compromise": "a choice of a variance; tests/test_initialization.py",
    "eq-telescope": "a product of widths; tests/test_initialization.py",
    "eq-dead-unit": "zeros, which any formula would give; tests/test_initialization.py",
    "eq-residual": "forward values; tests/test_residual.py",
    "eq-variance-residual": "a mean over networks; tests/test_residual.py",
    "eq-residual-bound": "a number that no network is needed for; tests/test_residual.py",
}


def delta(i, j):
    return 1.0 if i == j else 0.0


def table(shape, entry):
    """An array of the shape, from a function of its indices."""
    return np.array([entry(*index) for index in np.ndindex(shape)]).reshape(shape)


# ---- random networks, and what is measured on them --------------------------------------------


@functools.cache
def network(seed, examples=1):
    """A network with all that a formula may use: values, parameters, measured gradients.

    In each hidden layer some units are active and some are not, for each example, and none is near
    its kink. Layers differ in width, so that a product the wrong way round does not go unnoticed.
    """
    draws = np.random.default_rng([seed, examples])
    while True:
        n = _draw_network(draws, examples)
        active = [f > 0 for f in n.f[:-1]]
        mixed = all(a.any(axis=0).all() and not a.all(axis=0).any() for a in active)
        if mixed and min(np.abs(f).min() for f in n.f[:-1]) > 1e-3:
            return _with_measured_gradients(n)


def _draw_network(draws, examples):
    widths = [4, 3, 5]
    Omega, beta = initialize_parameters(3, widths, 3, 2, int(draws.integers(2**32)))
    x, y = draws.normal(size=(3, examples)), draws.normal(size=(2, examples))
    _, f, h = compute_network_output(x, Omega, beta)
    return SimpleNamespace(Omega=Omega, beta=beta, x=x, y=y, f=f, h=h, K=len(Omega) - 1)


def _with_measured_gradients(n):
    def loss_behind(f, layer):
        for Omega, beta in zip(n.Omega[layer + 1 :], n.beta[layer + 1 :]):
            f = beta + Omega @ relu(f)
        return least_squares_loss(f, n.y)

    def measured(value_of_f, arrays):
        """For each layer, the gradient by nudging its array; ``value_of_f(layer, array)`` is f."""
        return [
            measure_gradient(lambda a, k=k: loss_behind(value_of_f(k, a), k), arrays[k])
            for k in range(n.K + 1)
        ]

    n.dl_df = measured(lambda k, f: f, n.f)
    n.dl_dh = measured(lambda k, h: n.beta[k] + n.Omega[k] @ h, n.h)
    n.dl_dbeta = measured(lambda k, beta: beta + n.Omega[k] @ n.h[k], n.beta)
    n.dl_dOmega = measured(lambda k, Omega: n.beta[k] + Omega @ n.h[k], n.Omega)

    n.df_dh = [
        measured_jacobian(lambda h, k=k: n.beta[k] + n.Omega[k] @ h, n.h[k][:, :1])
        for k in range(n.K + 1)
    ]
    n.df_dbeta = [
        measured_jacobian(lambda beta, k=k: beta + n.Omega[k] @ n.h[k][:, :1], n.beta[k])
        for k in range(n.K + 1)
    ]
    n.df_dOmega = [
        measured_jacobian(
            lambda flat, k=k: n.beta[k] + flat.reshape(n.Omega[k].shape) @ n.h[k][:, :1],
            n.Omega[k].reshape(-1, 1),
        ).reshape(-1, *n.Omega[k].shape)
        for k in range(n.K + 1)
    ]
    # h_k by f_{k-1}; there is no f before h_0.
    n.dh_df = [None] + [measured_jacobian(relu, f[:, :1]) for f in n.f[:-1]]
    return n


@functools.cache
def toy(seed):
    """The toy function of chapter 04 with random parameters; the numbers are lists of four."""
    draws = np.random.default_rng(seed)
    x, y, *parameters = map(float, draws.choice([-1, 1], 10) * draws.uniform(0.3, 1.2, 10))
    t = SimpleNamespace(x=x, y=y, beta=parameters[:4], omega=parameters[4:], f=[], h=[x])
    for k in range(4):
        t.f.append(t.beta[k] + t.omega[k] * t.h[k])
        if k < 3:
            t.h.append(float(TOY_FUNCTIONS[k](t.f[k])))
    t.dl_df, t.dl_dh, t.dl_dbeta, t.dl_domega = measured_toy_gradients(
        t.f, t.h, t.beta, t.omega, t.y
    )
    return t


# ---- what is measured where a formula is not about a network -----------------------------------


def branch(seed):
    """(a, u, v, dl/du, dl/dv, dl/da) of the value that is used twice."""
    a, y = np.random.default_rng(seed).normal(size=2)
    u, v = np.sin(a), np.exp(a)
    return (
        a, u, v,
        complex_step_slope(lambda nudged: (nudged * v - y) ** 2, u),
        complex_step_slope(lambda nudged: (u * nudged - y) ** 2, v),
        complex_step_slope(lambda nudged: (np.sin(nudged) * np.exp(nudged) - y) ** 2, a),
    )


def two_paths(seed):
    a, _, _, dl_du, dl_dv, dl_da = branch(seed)
    return np.cos(a) * dl_du + np.exp(a) * dl_dv, dl_da


def product(seed):
    draws = np.random.default_rng(seed)
    A, a = draws.normal(size=(4, 3)), draws.normal(size=(3, 1))
    return table((4, 3), lambda i, j: A[i, j]), measured_jacobian(lambda a: A @ a, a)


def identity(seed):
    a = np.random.default_rng(seed).normal(size=(4, 1))
    return table((4, 4), delta), measured_jacobian(lambda a: a, a)


def elementwise_jacobian(seed):
    f = np.random.default_rng(seed).normal(size=(4, 1))
    return table((4, 4), lambda i, j: np.cos(f[i, 0]) * delta(i, j)), measured_jacobian(np.sin, f)


def elementwise(seed):
    f, dl_dh = np.random.default_rng(seed).normal(size=(2, 4, 1))
    return np.cos(f) * dl_dh, measure_gradient(lambda f: (dl_dh * np.sin(f)).sum(), f)


def of_one_parameter(seed):
    """The loss as a function of an output bias, its derivatives, the bias, and a step.

    It is a parabola, so that the remainders of Taylor's formula are known.
    """
    n = network(seed)

    def loss(p):
        beta = n.beta[n.K].astype(complex)
        beta[0] = p
        output, _, _ = compute_network_output(n.x, n.Omega, [*n.beta[:-1], beta])
        value = least_squares_loss(output, n.y)
        return value if np.iscomplexobj(p) else value.real

    return loss, n.dl_dbeta[n.K][0, 0], 2.0, n.beta[n.K][0, 0], 0.1


def forward_difference(seed):
    loss, slope, curvature, p, s = of_one_parameter(seed)
    return slope + s / 2 * curvature, (loss(p + s) - loss(p)) / s


def central_difference(seed):
    loss, slope, _, p, s = of_one_parameter(seed)
    return slope, (loss(p + s) - loss(p - s)) / (2 * s)


def complex_step(seed):
    loss, _, _, p, s = of_one_parameter(seed)
    return loss(p + 1j * s).imag / s, (loss(p + s) - loss(p - s)) / (2 * s)


def through_a_layer(seed):
    """A layer with three examples: its h, its Omega and beta, and f as a function of the three."""
    draws = np.random.default_rng(seed)
    h, Omega, beta = (draws.normal(size=shape) for shape in ((4, 3), (2, 4), (2, 1)))
    return h, Omega, beta, lambda h, Omega, beta: beta + Omega @ h


def jacobian_of(function, array):
    """The derivatives of every entry of ``function(array)`` by every entry of the array."""
    shape = function(array).shape
    flat = measured_jacobian(
        lambda a: function(a.reshape(array.shape)).reshape(-1, 1), array.reshape(-1, 1)
    )
    return flat.reshape(*shape, *array.shape)


def df_dh_in_a_batch(seed):
    h, Omega, beta, layer = through_a_layer(seed)
    found = table((2, 3, 4, 3), lambda i, b, j, c: Omega[i, j] * delta(b, c))
    return found, jacobian_of(lambda h: layer(h, Omega, beta), h)


def df_dparameters_in_a_batch(seed):
    h, Omega, beta, layer = through_a_layer(seed)
    yield (
        table((2, 3, 2, 1), lambda i, b, m, _: delta(i, m)),
        jacobian_of(lambda beta: layer(h, Omega, beta), beta),
    )
    yield (
        table((2, 3, 2, 4), lambda i, b, m, n: delta(i, m) * h[n, b]),
        jacobian_of(lambda Omega: layer(h, Omega, beta), Omega),
    )


def parameters_of_a_batch(seed):
    n = network(seed, 4)
    for k in range(n.K + 1):
        yield (
            table(n.beta[k].shape, lambda m, _: sum(n.dl_df[k][m, b] for b in range(4))),
            n.dl_dbeta[k],
        )
        yield (
            table(
                n.Omega[k].shape,
                lambda m, i: sum(n.dl_df[k][m, b] * n.h[k][i, b] for b in range(4)),
            ),
            n.dl_dOmega[k],
        )


def products_of_a_batch(seed):
    n = network(seed, 4)
    for k in range(n.K + 1):
        yield n.dl_df[k] @ np.ones((4, 1)), n.dl_dbeta[k]
        yield n.dl_df[k] @ n.h[k].T, n.dl_dOmega[k]


def loss_of_examples(n, chosen):
    """The loss of some examples as a function of the output biases."""
    def loss(beta):
        f, _, _ = compute_network_output(n.x[:, chosen], n.Omega, [*n.beta[:-1], beta])
        return ((f - n.y[:, chosen]) ** 2).sum()

    return loss


def mean_gradient(seed):
    n = network(seed, 4)
    loss = loss_of_examples(n, [0, 1, 2, 3])
    return n.dl_dbeta[n.K] / 4, measure_gradient(lambda beta: loss(beta) / 4, n.beta[n.K])


def average_of_minibatches(seed):
    n = network(seed, 4)
    for m in (1, 2, 3):
        gradients = [
            4 / m * measure_gradient(loss_of_examples(n, list(S)), n.beta[n.K])
            for S in itertools.combinations(range(4), m)
        ]
        yield np.mean(gradients, axis=0), n.dl_dbeta[n.K]


def first_order(seed):
    """The slope of the loss along a direction, by the complex step along it."""
    n = network(seed, 4)
    move = np.random.default_rng(seed).normal(size=n.beta[n.K].shape)
    loss = loss_of_examples(n, [0, 1, 2, 3])
    along = complex_step_slope(lambda t: loss(n.beta[n.K] + t * move), 0.0)
    return sum(n.dl_dbeta[n.K][i, 0] * move[i, 0] for i in range(2)), along


def descent(seed):
    n, alpha = network(seed, 4), 0.3
    loss = loss_of_examples(n, [0, 1, 2, 3])
    move = -alpha * n.dl_dbeta[n.K]
    along = complex_step_slope(lambda t: loss(n.beta[n.K] + t * move), 0.0)
    return -alpha * sum(n.dl_dbeta[n.K][i, 0] ** 2 for i in range(2)), along


def parabola(seed):
    """The slope, and the slope of the slope."""
    lam, lowest, w = np.random.default_rng(seed).uniform(0.5, 2, size=3)
    yield (
        lam * (w - lowest),
        complex_step_slope(lambda w: lam / 2 * (w - lowest) ** 2, w),
    )
    yield lam, complex_step_slope(lambda w: lam * (w - lowest), w)


def line_hessian(seed):
    x, y = np.random.default_rng(seed).normal(size=(2, 7))

    def gradient(parameters):
        omega, beta = parameters
        error = beta + omega * x - y
        return np.vstack([(2 * error * x).sum(), (2 * error).sum()])

    found = np.array([
        [2 * sum(x[b] ** 2 for b in range(7)), 2 * sum(x[b] for b in range(7))],
        [2 * sum(x[b] for b in range(7)), 2 * 7],
    ])
    yield found, measured_jacobian(gradient, np.array([[0.3], [-1.2]]))
    # And the gradient that was differentiated is that of the loss.
    at = np.array([[0.3], [-1.2]])
    yield gradient(at), measure_gradient(lambda p: ((p[1] + p[0] * x - y) ** 2).sum(), at)


def scores(seed):
    """Outputs and targets of one example with four classes; the targets are between 0 and 1."""
    draws = np.random.default_rng(seed)
    y = draws.uniform(0.1, 1, size=(4, 1))
    return draws.normal(size=(4, 1)), y / y.sum()


def probabilities(f):
    return np.exp(f) / np.exp(f).sum(axis=0)


def cross_entropy(f, y):
    return -(y * np.log(probabilities(f))).sum()


def d_log_softmax(seed):
    f, _ = scores(seed)
    p = probabilities(f)
    return (
        table((4, 4), lambda i, j: delta(i, j) - p[j, 0]),
        measured_jacobian(lambda f: np.log(probabilities(f)), f),
    )


def cross_entropy_component(seed):
    f, y = scores(seed)
    p = probabilities(f)
    measured = measure_gradient(lambda f: cross_entropy(f, y), f)
    sums = (
        lambda j, _: -sum(y[i, 0] * (delta(i, j) - p[j, 0]) for i in range(4)),
        lambda j, _: -y[j, 0] + p[j, 0] * sum(y[i, 0] for i in range(4)),
    )
    for one in sums:
        yield table((4, 1), one), measured


def p_minus_y(seed):
    f = np.random.default_rng(seed).normal(size=(4, 3))
    y = np.eye(4)[:, [2, 0, 0]]
    return probabilities(f) - y, measure_gradient(lambda f: cross_entropy(f, y), f)


# ---- operations, and what comes back through them ----------------------------------------------


def drawn(seed, *shapes):
    draws = np.random.default_rng([seed, 12])
    return [draws.normal(size=shape) for shape in shapes]


def back(operation, upstream, arrays, place):
    """What comes back to one of the arrays, measured: the gradient of sum(upstream * c)."""
    def loss(nudged):
        changed = [nudged if i == place else array for i, array in enumerate(arrays)]
        return (upstream * operation(*changed)).sum()

    return measure_gradient(loss, arrays[place])


def sums_and_products(operation, formulas):
    """``formulas(a, b, g)`` gives what comes back to a and to b, of one shape."""
    def pairs(seed):
        a, b, g = drawn(seed, (3, 2), (3, 2), (3, 2))
        for place, formula in enumerate(formulas(a, b, g)):
            yield formula, back(operation, g, [a, b], place)

    return pairs


def broadcast(seed):
    a, b, g = drawn(seed, (4, 1), (4, 3), (4, 3))
    entries = table((4, 1), lambda i, _: sum(g[i, j] for j in range(3)))
    return entries, back(np.add, g, [a, b], 0)


def matmul_entry(seed):
    A, B, g = drawn(seed, (4, 3), (3, 2), (4, 2))
    entries = table((4, 3), lambda i, r: sum(g[i, j] * B[r, j] for j in range(2)))
    return entries, back(np.matmul, g, [A, B], 0)


def matmul(seed):
    A, B, g = drawn(seed, (4, 3), (3, 2), (4, 2))
    return [
        (g @ B.T, back(np.matmul, g, [A, B], 0)),
        (A.T @ g, back(np.matmul, g, [A, B], 1)),
    ]


def other_operations(seed):
    a, g, one = drawn(seed, (4, 2), (4, 2), ())
    return [
        ((a > 0) * g, back(relu, g, [a], 0)),
        (np.exp(a) * g, back(np.exp, g, [a], 0)),
        (table((4, 2), lambda i, j: one), back(np.sum, one, [a], 0)),
    ]


def used_twice(seed):
    e, g = drawn(seed, (4, 2), (4, 2))
    measured = back(lambda e: e * e, g, [e], 0)
    return [(e * g + e * g, measured), (2 * e * g, measured)]


def moved(function, *pairs):
    """How fast a function's value moves, where each array moves as fast as its partner says."""
    return function(*(array + 1e-30j * dot for array, dot in pairs)).imag / 1e-30


def tangent(seed):
    a, a_dot, A = drawn(seed, (3, 1), (3, 1), (4, 3))

    def step(a):
        return np.sin(A @ a)

    return measured_jacobian(step, a) @ a_dot, moved(step, (a, a_dot))


def dual_product(seed):
    A, A_dot, B, B_dot = drawn(seed, (4, 3), (4, 3), (3, 2), (3, 2))
    return A_dot @ B + A @ B_dot, moved(np.matmul, (A, A_dot), (B, B_dot))


def two_modes(seed):
    a, a_dot, A, g = drawn(seed, (3, 1), (3, 1), (4, 3), (4, 1))

    def step(a):
        return np.exp(A @ a)

    c_dot, dl_da = moved(step, (a, a_dot)), back(step, g, [a], 0)
    return sum(g[i, 0] * c_dot[i, 0] for i in range(4)), sum(dl_da[j, 0] * a_dot[j, 0] for j in range(3))


def gradient_of_gradient(seed):
    """Of sum(exp(A p)), whose gradient is A^T exp(A p), and whose Hessian is known."""
    p, v, A = drawn(seed, (3, 1), (3, 1), (4, 3))

    def gradient(p):
        return A.T @ np.exp(A @ p)

    hessian = A.T @ (np.exp(A @ p) * A)
    return gradient(p + 1e-30j * v).imag / 1e-30, hessian @ v


def residual_layer(seed):
    """(weights, f_{k-1}, the layer as a function of it, dl/df_k) of one residual layer."""
    draws = np.random.default_rng(seed)
    Omega, beta, dl_df = draws.normal(size=(4, 4)), draws.normal(size=(4, 1)), draws.normal(size=(4, 1))
    f_before = draws.permutation([[1.2], [-0.7], [0.4], [-1.5]])
    return Omega, f_before, lambda f: f + beta + Omega @ relu(f), dl_df


def residual_jacobian(seed):
    Omega, f, layer, _ = residual_layer(seed)
    return (
        table((4, 4), lambda i, j: delta(i, j) + Omega[i, j] * (1.0 if f[j, 0] > 0 else 0.0)),
        measured_jacobian(layer, f),
    )


def residual_backward(seed):
    Omega, f, layer, dl_df = residual_layer(seed)
    return dl_df + (f > 0) * (Omega.T @ dl_df), measure_gradient(lambda f: (dl_df * layer(f)).sum(), f)


# ---- the table --------------------------------------------------------------------------------


def each_layer(formula, measured, first=0, examples=(1,)):
    """``formula(n, k)`` and ``measured(n, k)`` for each layer from the first on."""
    def pairs(seed):
        for count in examples:
            n = network(seed, count)
            for k in range(first, n.K + 1):
                yield formula(n, k), measured(n, k)

    return pairs


def once(pair):
    """``pair(seed)`` gives what the formula gives, and what is measured."""
    return lambda seed: [pair(seed)]


def toy_values(formula, measured):
    """``formula(t)`` and ``measured(t)`` for a toy function: lists of numbers."""
    return lambda seed: [(np.array(formula(toy(seed))), np.array(measured(toy(seed))))]


ONE_OR_MANY = (1, 4)

FORMULAS = {
    # chapter 03
    "eq-dldf-output": once(
        lambda seed: (2 * (network(seed).f[3] - network(seed).y), network(seed).dl_df[3])
    ),
    # chapter 04: one path
    "eq-toy-local": toy_values(
        lambda t: [
            *(entry for k in range(4) for entry in (t.omega[k], 1, t.h[k])),
            np.cos(t.f[0]), np.exp(t.f[1]), -np.sin(t.f[2]),
        ],
        lambda t: [
            *(
                complex_step_slope(step, value)
                for k in range(4)
                for step, value in (
                    (lambda h, k=k: t.beta[k] + t.omega[k] * h, t.h[k]),
                    (lambda beta, k=k: beta + t.omega[k] * t.h[k], t.beta[k]),
                    (lambda omega, k=k: t.beta[k] + omega * t.h[k], t.omega[k]),
                )
            ),
            *(complex_step_slope(TOY_FUNCTIONS[k], t.f[k]) for k in range(3)),
        ],
    ),
    "eq-toy-start": toy_values(lambda t: [2 * (t.f[3] - t.y)], lambda t: [t.dl_df[3]]),
    "eq-chain-rule-one-path": toy_values(
        lambda t: [complex_step_slope(TOY_FUNCTIONS[k], t.f[k]) * t.dl_dh[k + 1] for k in range(3)],
        lambda t: t.dl_df[:3],
    ),
    "eq-toy-backward": toy_values(
        lambda t: [
            t.omega[3] * t.dl_df[3], -np.sin(t.f[2]) * t.dl_dh[3],
            t.omega[2] * t.dl_df[2], np.exp(t.f[1]) * t.dl_dh[2],
            t.omega[1] * t.dl_df[1], np.cos(t.f[0]) * t.dl_dh[1],
            t.omega[0] * t.dl_df[0],
        ],
        lambda t: [
            t.dl_dh[3], t.dl_df[2], t.dl_dh[2], t.dl_df[1], t.dl_dh[1], t.dl_df[0], t.dl_dh[0]
        ],
    ),
    "eq-toy-parameters": toy_values(
        lambda t: [*t.dl_df, *(t.h[k] * t.dl_df[k] for k in range(4))],
        lambda t: [*t.dl_dbeta, *t.dl_domega],
    ),
    "eq-toy-products": toy_values(
        lambda t: [
            2 * (t.f[3] - t.y) * t.omega[3] * -np.sin(t.f[2]) * t.omega[2] * np.exp(t.f[1])
            * t.h[1],
            2 * (t.f[3] - t.y) * t.omega[3] * -np.sin(t.f[2]) * t.omega[2] * np.exp(t.f[1])
            * t.omega[1] * np.cos(t.f[0]) * t.x,
        ],
        lambda t: [t.dl_domega[1], t.dl_domega[0]],
    ),
    # chapter 04: several paths, and columns
    "eq-two-paths": once(two_paths),
    "eq-chain-rule": each_layer(
        lambda n, k: table(
            n.Omega[k].shape,
            lambda *p: sum(n.dl_df[k][i, 0] * n.df_dOmega[k][(i, *p)] for i in range(len(n.f[k]))),
        ),
        lambda n, k: n.dl_dOmega[k],
    ),
    "eq-chain-rule-entry": each_layer(
        lambda n, k: table(
            n.h[k].shape,
            lambda j, _: sum(n.dl_df[k][i, 0] * n.df_dh[k][i, j] for i in range(len(n.f[k]))),
        ),
        lambda n, k: n.dl_dh[k],
    ),
    "eq-jacobian": each_layer(lambda n, k: n.df_dh[k].T @ n.dl_df[k], lambda n, k: n.dl_dh[k]),
    "eq-two-jacobians": each_layer(
        lambda n, k: n.dh_df[k].T @ (n.df_dh[k].T @ n.dl_df[k]), lambda n, k: n.dl_df[k - 1], 1
    ),
    "eq-kronecker": once(identity),
    "eq-jacobian-of-product": once(product),
    "eq-elementwise-jacobian": once(elementwise_jacobian),
    "eq-elementwise": once(elementwise),
    # chapter 05
    "eq-df-dbeta": each_layer(
        lambda n, k: table(n.df_dbeta[k].shape, delta), lambda n, k: n.df_dbeta[k]
    ),
    "eq-bias-component": each_layer(
        lambda n, k: table(
            n.beta[k].shape,
            lambda m, _: sum(n.dl_df[k][i, 0] * delta(i, m) for i in range(len(n.f[k]))),
        ),
        lambda n, k: n.dl_dbeta[k],
    ),
    "eq-bias-gradient": each_layer(lambda n, k: n.dl_df[k], lambda n, k: n.dl_dbeta[k]),
    "eq-bias-batch": each_layer(
        lambda n, k: table(
            n.beta[k].shape, lambda m, _: sum(n.dl_df[k][m, b] for b in range(n.x.shape[1]))
        ),
        lambda n, k: n.dl_dbeta[k],
        examples=ONE_OR_MANY,
    ),
    # chapter 06
    "eq-df-domega": each_layer(
        lambda n, k: table(
            n.df_dOmega[k].shape, lambda i, m, n_: delta(i, m) * n.h[k][n_, 0]
        ),
        lambda n, k: n.df_dOmega[k],
    ),
    "eq-weight-component": each_layer(
        lambda n, k: table(n.Omega[k].shape, lambda m, n_: n.dl_df[k][m, 0] * n.h[k][n_, 0]),
        lambda n, k: n.dl_dOmega[k],
    ),
    "eq-weight-gradient": each_layer(
        lambda n, k: n.dl_df[k] @ n.h[k].T, lambda n, k: n.dl_dOmega[k], examples=ONE_OR_MANY
    ),
    # chapter 07
    "eq-df-dh": each_layer(
        lambda n, k: table(n.df_dh[k].shape, lambda i, j: n.Omega[k][i, j]),
        lambda n, k: n.df_dh[k],
    ),
    "eq-dh-component": each_layer(
        lambda n, k: table(
            n.h[k].shape,
            lambda j, _: sum(n.dl_df[k][i, 0] * n.Omega[k][i, j] for i in range(len(n.f[k]))),
        ),
        lambda n, k: n.dl_dh[k],
    ),
    "eq-back-through-weights": each_layer(
        lambda n, k: n.Omega[k].T @ n.dl_df[k], lambda n, k: n.dl_dh[k], examples=ONE_OR_MANY
    ),
    "eq-indicator": each_layer(
        lambda n, k: table(
            n.dh_df[k].shape, lambda j, m: (1.0 if n.f[k - 1][j, 0] > 0 else 0.0) * delta(j, m)
        ),
        lambda n, k: n.dh_df[k],
        first=1,
    ),
    "eq-back-through-relu": each_layer(
        lambda n, k: (n.f[k - 1] > 0) * n.dl_dh[k], lambda n, k: n.dl_df[k - 1], 1, ONE_OR_MANY
    ),
    "eq-recursion": each_layer(
        lambda n, k: (n.f[k - 1] > 0) * (n.Omega[k].T @ n.dl_df[k]),
        lambda n, k: n.dl_df[k - 1],
        1,
        ONE_OR_MANY,
    ),
    # chapter 08
    "eq-forward-difference": once(forward_difference),
    "eq-central-difference": once(central_difference),
    "eq-complex-step": once(complex_step),
    # chapter 09
    "eq-df-dh-batch": once(df_dh_in_a_batch),
    "eq-dh-batch": each_layer(
        lambda n, k: table(
            n.h[k].shape,
            lambda j, c: sum(n.Omega[k][i, j] * n.dl_df[k][i, c] for i in range(len(n.f[k]))),
        ),
        lambda n, k: n.dl_dh[k],
        examples=(4,),
    ),
    "eq-df-dparameters-batch": df_dparameters_in_a_batch,
    "eq-parameters-batch": parameters_of_a_batch,
    "eq-batch-products": products_of_a_batch,
    "eq-mean-gradient": once(mean_gradient),
    "eq-first-order": once(first_order),
    "eq-descent": once(descent),
    "eq-parabola": parabola,
    "eq-line-hessian": line_hessian,
    "eq-minibatch": average_of_minibatches,
    "eq-d-log-softmax": once(d_log_softmax),
    "eq-cross-entropy-component": cross_entropy_component,
    "eq-p-minus-y": once(p_minus_y),
    # chapter 11
    "eq-residual-jacobian": once(residual_jacobian),
    "eq-residual-backward": once(residual_backward),
    # chapter 12
    "eq-vjp-add": sums_and_products(np.add, lambda a, b, g: (g, g)),
    "eq-vjp-broadcast": once(broadcast),
    "eq-vjp-multiply": sums_and_products(np.multiply, lambda a, b, g: (b * g, a * g)),
    "eq-vjp-matmul-entry": once(matmul_entry),
    "eq-vjp-matmul": matmul,
    "eq-vjp-others": other_operations,
    "eq-used-twice": used_twice,
    "eq-jvp": once(tangent),
    "eq-dual-product": once(dual_product),
    "eq-dual-function": once(
        lambda seed: (lambda a, a_dot: (np.cos(a) * a_dot, moved(np.sin, (a, a_dot))))(
            *drawn(seed, (4, 1), (4, 1))
        )
    ),
    "eq-two-modes": once(two_modes),
    "eq-gradient-of-gradient": once(gradient_of_gradient),
}


# ---- the tests --------------------------------------------------------------------------------


def labels_of_the_book():
    """{label: chapter} of every labelled equation."""
    found = {}
    for path in sorted((ROOT / "chapters").glob("*.md")):
        for match in LABEL.finditer(path.read_text(encoding="utf-8")):
            found[match[1] or match[2]] = path.name
    return found


@pytest.mark.parametrize("label", FORMULAS)
@pytest.mark.parametrize("seed", range(5))
def test_a_formula_of_the_book_gives_what_is_measured(label, seed):
    something = False
    for found, measured in FORMULAS[label](seed):
        assert np.shape(found) == np.shape(measured)
        scale = np.abs(measured).max()
        assert np.abs(found - measured).max() <= 1e-11 * max(scale, 1)
        something |= scale > 1e-3
    assert something  # where all is zero, any formula would do


def test_every_labelled_equation_of_the_book_is_a_row_of_the_table_or_said_to_be_no_gradient():
    labels = labels_of_the_book()
    known = FORMULAS.keys() | NOT_GRADIENTS.keys()
    unknown = sorted(f"{labels[label]}: {label}" for label in labels.keys() - known)
    assert not unknown, "add a row to FORMULAS, or to NOT_GRADIENTS with the reason"
    assert sorted(known - labels.keys()) == [], "no chapter has these labels any more"


def test_no_equation_is_both_tested_and_said_to_be_no_gradient():
    assert not FORMULAS.keys() & NOT_GRADIENTS.keys()
    assert all(NOT_GRADIENTS.values())
