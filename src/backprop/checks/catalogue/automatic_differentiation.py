"""The mistakes that students make in vector-Jacobian products, in a sweep, and in dual numbers."""

import functools

import numpy as np

from backprop.checks.catalogue.making import ONE_ARRAY, mistake, of_both_signs, trials_of
from backprop.checks.subject import Subject
from backprop.checks.trying import Form
from backprop.tape import Variable, sum_to_shape

# ---- broadcasting --------------------------------------------------------------------------

_broadcast = functools.partial(mistake, "sum_to_shape")


def _broadcast_cases(rng):
    for name, expanded, shape in [
        ("a column that was expanded to four columns", (3, 4), (3, 1)),
        ("a row that was expanded to three rows", (3, 4), (1, 4)),
        ("a column that was expanded to a square", (3, 3), (3, 1)),
        ("one entry that was expanded to a matrix", (2, 3), (1, 1)),
        ("an array that was not expanded", (3, 2), (3, 2)),
        ("an array with one axis that was expanded to two rows", (2, 3), (3,)),
        ("a number without axes", (2, 3), ()),
    ]:
        yield name, (of_both_signs(rng, expanded), shape)


_STRETCHED = "if size == 1:\n    gradient = gradient.sum(axis=axis, keepdims=True)"

SUM_TO_SHAPE = Subject(
    "sum_to_shape",
    """\
def sum_to_shape(gradient, shape):
    added = gradient.ndim - len(shape)
    {front}
    for axis, size in enumerate(shape):
        {stretched}
    {end}
""",
    {
        "front": "gradient = gradient.sum(axis=tuple(range(added)))",
        "stretched": _STRETCHED,
        "end": "return gradient",
    },
    (
        _broadcast(
            "broadcast-not-undone", "The gradient keeps the expanded shape",
            "Your result has the shape of the expanded array. Whose gradient is asked for, and "
            "which shape has a gradient?",
            "A gradient has the shape of its variable, and the variable is the array before it was "
            "expanded.",
            {"front": "pass", "stretched": "pass"},
        ),
        _broadcast(
            "broadcast-mean", "A mean in place of the sum",
            "Your result is too small. An entry that was used several times reaches the loss by "
            "several paths; are their effects added up, or averaged?",
            "Each use of the entry is a path of its own, and what comes back by several paths is "
            "added.",
            {"front": "gradient = gradient.mean(axis=tuple(range(added)))",
             "stretched": _STRETCHED.replace("sum", "mean")},
            {"stretched": _STRETCHED.replace("sum", "mean")},
        ),
        _broadcast(
            "broadcast-one-use", "Only one of the uses is counted",
            "Your result holds what comes back by one use of each entry. How often was the entry "
            "used?",
            "The expanded array holds the entry several times, and each of them is on a path to "
            "the loss.",
            {"stretched": "if size == 1:\n    gradient = gradient.take([0], axis)"},
            {"front": "gradient = gradient[(0,) * added]",
             "stretched": "if size == 1:\n    gradient = gradient.take([0], axis)"},
            {"stretched": "if size == 1:\n    gradient = gradient.take([-1], axis)"},
        ),
        _broadcast(
            "broadcast-axis-lost", "The summed axis is gone",
            "An axis of your result is missing, or is not the one that you meant. What becomes of "
            "the numbers of the other axes when one is summed away?",
            "When an axis disappears, the ones behind it move up, and a column of shape (3, 1) "
            "becomes an array of shape (3,). An axis that is kept, with length 1, moves nothing.",
            {"stretched": _STRETCHED.replace(", keepdims=True", "")},
        ),
        _broadcast(
            "broadcast-front-forgotten", "The axes that were added in front are not summed",
            "Your result is right as long as both arrays have as many axes. What does NumPy do "
            "with an array that has fewer?",
            "Before it expands axes of length 1, NumPy adds the axes that are missing, in front.",
            {"front": "pass"},
        ),
        _broadcast(
            "broadcast-other-axes", "The axes that were not expanded are summed",
            "You add up along axes that are as long as they were before. Along which axes did an "
            "entry get copies?",
            "An entry has copies along an axis of length 1, and along no other.",
            {"stretched": _STRETCHED.replace("==", "!=")},
        ),
        _broadcast(
            "broadcast-all-summed", "Everything is added up",
            "All entries of your result are alike. Do copies of different entries belong together?",
            "Only the copies of one entry are added, those along the expanded axes.",
            {"front": "pass", "stretched": "pass",
             "end": "return np.full(shape, gradient.sum())"},
        ),
        _broadcast(
            "broadcast-cut", "The gradient is cut to its shape",
            "Your result has the right shape, but takes its numbers from the beginning of the "
            "gradient and drops the rest. What is to become of the rest?",
            "To reshape or to cut an array adds nothing up.",
            {"front": "pass", "stretched": "pass", "end": "return np.resize(gradient, shape)"},
        ),
        _broadcast(
            "broadcast-sign", "The sign is wrong",
            "Every entry of your result has the wrong sign. Does a larger copy make the loss change "
            "the other way?",
            "To expand an array is to copy, and the local derivative of a copy is 1.",
            {"end": "return -gradient"},
        ),
    ),
    trials_of(sum_to_shape, ONE_ARRAY, _broadcast_cases),
    {"sum_to_shape": "Which entries of the gradient belong to copies of one and the same entry, "
                     "and what is done with what comes back by several paths?"},
)


# ---- vector-Jacobian products --------------------------------------------------------------


TWO_GRADIENTS = Form("two arrays", ("dl_da", "dl_db"), ("array dl_da", "array dl_db"))


def _of_one(rng):
    for name, shape in [
        ("a column", (4, 1)), ("a column for each of three examples", (3, 3)),
        ("a single entry", (1, 1)), ("two rows of five entries", (2, 5)),
    ]:
        yield name, (of_both_signs(rng, shape), of_both_signs(rng, shape))


def _sigmoid(a):
    return 1 / (1 + np.exp(-a))


_sigmoid_mistake = functools.partial(mistake, "vjp_sigmoid")

VJP_SIGMOID = Subject(
    "vjp_sigmoid",
    """\
def vjp_sigmoid(a, dl_dc):
    c = 1 / (1 + np.exp(-a))
    {body}
""",
    {"body": "return c * (1 - c) * dl_dc"},
    (
        _sigmoid_mistake(
            "sigmoid-value", "The value in place of the slope",
            "You multiply the upstream gradient by the value of the function. By what does a small "
            "nudge grow when it passes through?",
            "A nudge is multiplied by the slope. The slope of the sigmoid is nowhere larger than a "
            "quarter.",
            "return c * dl_dc", "return c",
        ),
        _sigmoid_mistake(
            "sigmoid-slope-at-a", "The formula is used with the wrong letter",
            "Your slope is negative in places. Which of the two numbers stands in the formula for "
            "the slope, the one that goes into the function or the one that comes out?",
            "The slope is short when it is written with the value that comes out.",
            "return a * (1 - a) * dl_dc",
        ),
        _sigmoid_mistake(
            "sigmoid-upstream-missing", "The upstream gradient is missing",
            "Your result does not depend on the upstream gradient. How much does the loss care "
            "about the value that comes out?",
            "The local derivative must be multiplied by what is known behind it.",
            "return c * (1 - c)",
        ),
        _sigmoid_mistake(
            "sigmoid-half-the-slope", "One factor of the slope is missing",
            "Your slope keeps growing, or keeps falling, from one side to the other. Where is the "
            "sigmoid steepest?",
            "The slope is small on both sides, so it has a factor that is small on each.",
            "return (1 - c) * dl_dc",
        ),
        _sigmoid_mistake(
            "sigmoid-sign", "The inner derivative is missing",
            "Your result has the wrong sign. Inside the exponential stands -a; what is its "
            "derivative?",
            "The chain rule brings one minus for the quotient and one for -a.",
            "return -c * (1 - c) * dl_dc",
        ),
        _sigmoid_mistake(
            "sigmoid-of-upstream", "The slope is taken at the upstream gradient",
            "Your slope depends on the upstream gradient. Where is a local derivative to be taken?",
            "A local derivative is taken at the value that went in.",
            "s = 1 / (1 + np.exp(-dl_dc))\nreturn s * (1 - s) * dl_dc",
            "s = 1 / (1 + np.exp(-dl_dc))\nreturn s * (1 - s)",
        ),
        _sigmoid_mistake(
            "sigmoid-twice", "The function is applied twice",
            "Your slope is nearly the same everywhere. What goes into the sigmoid here?",
            "The value c has been through the function already.",
            "s = 1 / (1 + np.exp(-c))\nreturn s * (1 - s) * dl_dc",
        ),
        _sigmoid_mistake(
            "sigmoid-summed", "The entries are added up",
            "Your result is a single number. How many entries went in?",
            "Each entry goes through by itself, and gets a gradient of its own.",
            "return (c * (1 - c) * dl_dc).sum()", "return np.sum(c * (1 - c) * dl_dc, axis=0)",
        ),
    ),
    trials_of(
        lambda a, dl_dc: _sigmoid(a) * (1 - _sigmoid(a)) * dl_dc, ONE_ARRAY, _of_one
    ),
    {"vjp_sigmoid": "What is the slope at the value that went in, and what is it multiplied by?"},
)


def _multiply_cases(rng):
    for name, (a, dl_dc) in _of_one(rng):
        yield name, (a, of_both_signs(rng, a.shape), dl_dc)


_product = functools.partial(mistake, "vjp_multiply")

VJP_MULTIPLY = Subject(
    "vjp_multiply",
    """\
def vjp_multiply(a, b, dl_dc):
    {first}
    {second}
    {end}
""",
    {"first": "dl_da = b * dl_dc", "second": "dl_db = a * dl_dc", "end": "return dl_da, dl_db"},
    (
        _product(
            "multiply-exchanged", "The two factors are exchanged",
            "Each of your two gradients is the other one's. When one factor is the variable, which "
            "one is left in the derivative?",
            "The derivative of a product by one factor is the other factor.",
            {"first": "dl_da = a * dl_dc", "second": "dl_db = b * dl_dc"},
            {"end": "return dl_db, dl_da"},
        ),
        _product(
            "multiply-one-own-factor", "The same factor in both gradients",
            "One of your gradients is right. Look at the other: which factor is left in it?",
            "The derivative of a product by one factor is the other factor.",
            {"first": "dl_da = a * dl_dc"}, {"second": "dl_db = b * dl_dc"},
        ),
        _product(
            "multiply-upstream-missing", "The upstream gradient is missing",
            "Your gradients do not depend on the upstream gradient. How much does the loss care "
            "about each entry of the product?",
            "The local derivative must be multiplied by what is known behind it.",
            {"first": "dl_da = b", "second": "dl_db = a"},
        ),
        _product(
            "multiply-as-sum", "A product is treated like a sum",
            "Your gradients are the upstream gradient itself. By what does a nudge of one factor "
            "grow in the product?",
            "In a sum a nudge arrives at its full size; in a product it is multiplied.",
            {"first": "dl_da = dl_dc", "second": "dl_db = dl_dc"},
        ),
        _product(
            "multiply-added", "The factor is added to the upstream gradient",
            "Your gradients are sums. Two steps follow one another here; what is done with their "
            "rates?",
            "Along a path rates are multiplied.",
            {"first": "dl_da = b + dl_dc", "second": "dl_db = a + dl_dc"},
        ),
        _product(
            "multiply-constant-factor", "One factor is taken for a constant",
            "One of your gradients is zero. Does the product change when that factor is nudged?",
            "On a tape both factors are variables, and each gets what comes back to it.",
            {"second": "dl_db = np.zeros_like(b)"}, {"first": "dl_da = np.zeros_like(a)"},
        ),
        _product(
            "multiply-matrix-product", "A product of matrices in place of one entry by entry",
            "Your gradients mix the entries. Which entries of the result depend on one entry of a?",
            "Entry by entry, each product has its own two factors and no others.",
            {"first": "dl_da = dl_dc @ b.T", "second": "dl_db = a.T @ dl_dc"},
            {"first": "dl_da = b.T @ dl_dc", "second": "dl_db = a.T @ dl_dc"},
        ),
        _product(
            "multiply-one-result", "Both gradients in one",
            "You return one array. Two arrays went in; what comes back to each of them?",
            "What comes back is added where one value was used twice. Here two values were used "
            "once each.",
            {"end": "return dl_da + dl_db"},
        ),
        _product(
            "multiply-summed", "The entries are added up",
            "Your gradients are single numbers. How many entries does each factor have?",
            "A gradient has the shape of its variable.",
            {"first": "dl_da = (b * dl_dc).sum()", "second": "dl_db = (a * dl_dc).sum()"},
        ),
    ),
    trials_of(lambda a, b, dl_dc: (b * dl_dc, a * dl_dc), TWO_GRADIENTS, _multiply_cases),
    {"vjp_multiply": "Nudge one entry of one factor: by what does the nudge grow in the product, "
                     "and what is known behind it?"},
)


def _matmul_cases(rng):
    for name, m, n, p in [
        ("a matrix of shape (2, 3) and one of shape (3, 4)", 2, 3, 4),
        ("a matrix of shape (4, 3) and a column", 4, 3, 1),
        ("two square matrices", 3, 3, 3),
        ("a matrix of shape (3, 2) and one of shape (2, 3)", 3, 2, 3),
    ]:
        yield name, tuple(of_both_signs(rng, shape) for shape in ((m, n), (n, p), (m, p)))


_matmul = functools.partial(mistake, "vjp_matmul")

VJP_MATMUL = Subject(
    "vjp_matmul",
    """\
def vjp_matmul(a, b, dl_dc):
    {first}
    {second}
    {end}
""",
    {
        "first": "dl_da = dl_dc @ b.T",
        "second": "dl_db = a.T @ dl_dc",
        "end": "return dl_da, dl_db",
    },
    (
        _matmul(
            "matmul-not-transposed", "A factor is used as it stands",
            "With square matrices your shapes fit and the numbers do not. Over which index of the "
            "factor did the product sum on the way forward, and over which one on the way back?",
            "On the way back the sum runs over the other index of the factor. So rows and columns "
            "change places.",
            {"first": "dl_da = dl_dc @ b", "second": "dl_db = a @ dl_dc"},
            {"first": "dl_da = dl_dc @ b"}, {"second": "dl_db = a @ dl_dc"},
        ),
        _matmul(
            "matmul-order", "The factors stand in the wrong order",
            "With square matrices your shapes fit and the numbers do not. On which side of the "
            "upstream gradient has the other factor to stand?",
            "The left factor of the product stays in front, and the right one stays behind.",
            {"first": "dl_da = b.T @ dl_dc", "second": "dl_db = dl_dc @ a.T"},
            {"first": "dl_da = b.T @ dl_dc"}, {"second": "dl_db = dl_dc @ a.T"},
        ),
        _matmul(
            "matmul-result-transposed", "Rows and columns of the result are exchanged",
            "Your numbers are right, but rows and columns have changed places. Which shape has a "
            "gradient?",
            "A gradient has the shape of its variable.",
            {"first": "dl_da = b @ dl_dc.T", "second": "dl_db = dl_dc.T @ a"},
            {"first": "dl_da = b @ dl_dc.T"}, {"second": "dl_db = dl_dc.T @ a"},
        ),
        _matmul(
            "matmul-exchanged", "The two gradients are exchanged",
            "You return the gradient of the second factor first. In which order are they to come?",
            "The first gradient belongs to the first factor.",
            {"end": "return dl_db, dl_da"},
        ),
        _matmul(
            "matmul-elementwise", "A product entry by entry",
            "You multiply entry by entry. How many products has each entry of the result been "
            "summed from?",
            "Every entry of the product of matrices is a sum, and so is every entry of the "
            "gradients.",
            {"first": "dl_da = dl_dc * b", "second": "dl_db = dl_dc * a"},
            {"first": "dl_da = b * dl_dc", "second": "dl_db = a * dl_dc"},
        ),
        _matmul(
            "matmul-upstream-missing", "The upstream gradient is missing",
            "Your gradients do not depend on the upstream gradient. How much does the loss care "
            "about each entry of the product?",
            "With ones in the place of the upstream gradient you have the gradient of the sum of "
            "all entries.",
            {"first": "dl_da = np.ones(dl_dc.shape) @ b.T",
             "second": "dl_db = a.T @ np.ones(dl_dc.shape)"},
        ),
        _matmul(
            "matmul-inverted", "A factor is inverted",
            "You undo the product. Are values carried back here, or derivatives?",
            "A transposed matrix is not an inverse. What flows back is another quantity.",
            {"first": "dl_da = dl_dc @ np.linalg.pinv(b)",
             "second": "dl_db = np.linalg.pinv(a) @ dl_dc"},
        ),
        _matmul(
            "matmul-averaged", "The examples are averaged",
            "One of your gradients is divided by the number of columns. Do effects that reach the "
            "loss by different columns add up, or are they averaged?",
            "Several paths add up. Whether a loss is a mean is the business of the loss, and then "
            "it is in the upstream gradient already.",
            {"first": "dl_da = dl_dc @ b.T / dl_dc.shape[1]"},
            {"second": "dl_db = a.T @ dl_dc / dl_dc.shape[1]"},
            {"first": "dl_da = dl_dc @ b.T / dl_dc.shape[1]",
             "second": "dl_db = a.T @ dl_dc / dl_dc.shape[1]"},
        ),
        _matmul(
            "matmul-constant-factor", "One factor is taken for a constant",
            "One of your gradients is zero. Does the product change when that factor is nudged?",
            "On a tape both factors are variables, and each gets what comes back to it.",
            {"second": "dl_db = np.zeros_like(b)"}, {"first": "dl_da = np.zeros_like(a)"},
        ),
    ),
    trials_of(lambda a, b, dl_dc: (dl_dc @ b.T, a.T @ dl_dc), TWO_GRADIENTS, _matmul_cases),
    {"vjp_matmul": "Write one entry of the product as a sum. In which entries of the product does "
                   "one entry of a stand, and multiplied by what?"},
)


def _softmax(a):
    exponentials = np.exp(a - a.max(axis=0, keepdims=True))
    return exponentials / exponentials.sum(axis=0, keepdims=True)


def _log_sum_exp_cases(rng):
    for name, shape in [
        ("a column", (4, 1)), ("a column for each of three examples", (3, 3)),
        ("a column for each of four examples", (2, 4)),
    ]:
        yield name, (of_both_signs(rng, shape), of_both_signs(rng, (1, shape[1])))
    large = np.array([[1000.0, -1000.0], [1001.0, -1002.0], [998.0, -1001.0]])
    yield "entries of a thousand", (large, of_both_signs(rng, (1, 2)))
    yield "a single row", (of_both_signs(rng, (1, 3)), of_both_signs(rng, (1, 3)))


_lse = functools.partial(mistake, "vjp_log_sum_exp")

VJP_LOG_SUM_EXP = Subject(
    "vjp_log_sum_exp",
    """\
def vjp_log_sum_exp(a, dl_dc):
    {exponentials}
    {total}
    {end}
""",
    {
        "exponentials": "e = np.exp(a - a.max(axis=0, keepdims=True))",
        "total": "s = e.sum(axis=0, keepdims=True)",
        "end": "return e / s * dl_dc",
    },
    (
        _lse(
            "lse-overflow", "The exponentials overflow",
            "With entries of a thousand your result is not a number. How large is the exponential "
            "of a thousand, and what can be subtracted from all entries of a column without "
            "changing their shares?",
            "A share does not change when all exponentials of its column are multiplied by one "
            "number. Divided by the largest of them, none is larger than 1.",
            {"exponentials": "e = np.exp(a)"},
        ),
        _lse(
            "lse-not-divided", "The exponentials are not divided by their sum",
            "Your factors do not add up to 1 in each column. Which derivative does the logarithm "
            "bring?",
            "The derivative of the logarithm is one over its argument, and its argument is the sum.",
            {"end": "return e * dl_dc"},
            {"exponentials": "e = np.exp(a)", "end": "return e * dl_dc"},
        ),
        _lse(
            "lse-exponential-missing", "The derivative of the exponential is missing",
            "All entries of a column get the same from you. Which one does the sum react to most?",
            "An entry acts on the sum by the slope of its exponential.",
            {"end": "return np.ones_like(a) / s * dl_dc"},
            {"exponentials": "e = np.exp(a)", "end": "return np.ones_like(a) / s * dl_dc"},
            {"end": "return np.ones_like(a) * dl_dc"},
        ),
        _lse(
            "lse-over-the-batch", "The sum runs over the whole batch",
            "With one column your result is right, with several it is not. Does the sum of one "
            "example contain the entries of another?",
            "A column is an example, and each column has a sum of its own.",
            {"exponentials": "e = np.exp(a - a.max())", "total": "s = e.sum()"},
            {"exponentials": "e = np.exp(a)", "total": "s = e.sum()"},
            {"total": "s = e.sum()"},
        ),
        _lse(
            "lse-along-rows", "The sum runs along the rows",
            "Your factors add up to 1 in each row. Along which axis does the function sum?",
            "A column is an example; the sum runs down the column.",
            {"exponentials": "e = np.exp(a - a.max(axis=1, keepdims=True))",
             "total": "s = e.sum(axis=1, keepdims=True)"},
            {"exponentials": "e = np.exp(a)", "total": "s = e.sum(axis=1, keepdims=True)"},
            {"total": "s = e.sum(axis=1, keepdims=True)"},
        ),
        _lse(
            "lse-upstream-missing", "The upstream gradient is missing",
            "Your result does not depend on the upstream gradient. How much does the loss care "
            "about each column's value?",
            "The local derivative must be multiplied by what is known behind it.",
            {"end": "return e / s"},
            {"exponentials": "e = np.exp(a)", "end": "return e / s"},
        ),
        _lse(
            "lse-softmax-slope", "The derivative of the shares",
            "You multiply by the slope of a share. Which function is differentiated here, the "
            "share, or the logarithm of the sum?",
            "The shares are the derivative. They need not be differentiated once more.",
            {"end": "return e / s * (1 - e / s) * dl_dc"},
            {"exponentials": "e = np.exp(a)", "end": "return e / s * (1 - e / s) * dl_dc"},
        ),
        _lse(
            "lse-log-of-share", "The logarithm is still there",
            "Your factors are negative. What is the derivative of the logarithm?",
            "The logarithm of a share is what a loss is made of. Its derivative has no logarithm "
            "in it.",
            {"end": "return np.log(e / s) * dl_dc"},
            {"exponentials": "e = np.exp(a)", "end": "return np.log(e / s) * dl_dc"},
        ),
        _lse(
            "lse-summed", "The entries of a column are added up",
            "Your result has one row. How many rows went in?",
            "Every entry gets a gradient of its own.",
            {"end": "return (e / s * dl_dc).sum(axis=0, keepdims=True)"},
        ),
    ),
    trials_of(lambda a, dl_dc: _softmax(a) * dl_dc, ONE_ARRAY, _log_sum_exp_cases),
    {"vjp_log_sum_exp": "Go from the outside in: what does the logarithm bring, and what the "
                        "exponential of each entry?"},
)

VJPS = {
    "sigmoid": VJP_SIGMOID,
    "multiply": VJP_MULTIPLY,
    "matmul": VJP_MATMUL,
    "log_sum_exp": VJP_LOG_SUM_EXP,
}


# ---- a sweep over a tape -------------------------------------------------------------------


def _as_plain(tape):
    """values, parents and vjp(place, upstream) of a tape, as the exercise has them."""
    def vjp(place, upstream):
        variable = tape[place]
        return [np.array(part) for part in variable.vjp(upstream)] if variable.parents else []

    return [variable.value for variable in tape], [list(v.parents) for v in tape], vjp


def _tapes(rng):
    """A name, and a tape that ends with one number."""
    def on(tape, *shapes):
        return [Variable(tape, of_both_signs(rng, shape) / 2) for shape in shapes]

    tape = []
    (a,) = on(tape, (3, 1))
    a.exp().sum()
    yield "a chain", tape

    tape = []
    a, b = on(tape, (2, 3), (3, 1))
    (a @ b).exp().sum()
    yield "a product of matrices", tape

    tape = []
    a, b, c = on(tape, (2, 2), (2, 1), (2, 1))
    f = b + a @ c
    (f * f).sum()
    yield "a value that is used twice by one operation", tape

    tape = []
    a, b = on(tape, (2, 1), (2, 1))
    s = a * b
    (s.exp() * (s + b)).sum()
    yield "two paths that meet in front of a product", tape

    tape = []
    a, b, c = on(tape, (2, 1), (2, 1), (2, 1))
    c.exp()
    (a - b * a).sum()
    yield "a value that does not lead to the output", tape


def _sweep_cases(rng):
    for name, tape in _tapes(rng):
        yield name, _as_plain(tape)


def _swept(values, parents, vjp):
    gradients = [np.zeros(value.shape) for value in values]
    gradients[-1] = np.ones(())
    for place in reversed(range(len(values))):
        for parent, part in zip(parents[place], vjp(place, gradients[place])):
            gradients[parent] = gradients[parent] + part
    return gradients


MOST_VALUES = 12
_sweep = functools.partial(mistake, "backward_sweep")
_WALK = """\
for place in {order}:
    parts = vjp(place, {upstream})
    for parent, part in zip({parents}, parts):
        {store}"""


def _walk(
    order="reversed(range(len(values)))", upstream="gradients[place]", parents="parents[place]",
    store="gradients[parent] = gradients[parent] + part",
):
    return _WALK.format(order=order, upstream=upstream, parents=parents, store=store)


BACKWARD_SWEEP = Subject(
    "backward_sweep",
    """\
def backward_sweep(values, parents, vjp):
    gradients = [np.zeros(np.shape(value)) for value in values]
    {start}
    {walk}
    {end}
""",
    {"start": "gradients[-1] = np.ones(())", "walk": _walk(), "end": "return gradients"},
    (
        _sweep(
            "sweep-overwritten", "A contribution takes the place of the one before",
            "Your gradients are right where a value is used once. What becomes of the first "
            "contribution to a value when the second one arrives?",
            "What comes back to a value by several paths is added.",
            {"walk": _walk(store="gradients[parent] = part")},
        ),
        _sweep(
            "sweep-forward-order", "The tape is read forward",
            "Only what stands directly in front of the output gets a gradient. When a value passes "
            "its gradient on, has that gradient arrived?",
            "A value may pass its gradient on when everything that uses it has had its turn. All "
            "of that stands behind it on the tape.",
            {"walk": _walk(order="range(len(values))")},
        ),
        _sweep(
            "sweep-start-missing", "The sweep begins with nothing",
            "All your gradients are zero. What is the derivative of the output with respect to "
            "itself?",
            "Every gradient is made from the ones behind it. The first must be known.",
            {"start": "pass"},
        ),
        _sweep(
            "sweep-start-value", "The sweep begins with the value of the output",
            "All your gradients are multiplied by the output. What is the derivative of the output "
            "with respect to itself?",
            "When a value changes by a nudge, it changes by that nudge.",
            {"start": "gradients[-1] = values[-1]"},
        ),
        _sweep(
            "sweep-local-only", "Each operation begins anew",
            "Your gradients hold the last step of each path only. What is the upstream gradient of "
            "an operation in the middle of the tape?",
            "Without what has come back so far, each operation returns its local derivatives.",
            {"walk": _walk(upstream="np.ones(np.shape(values[place]))")},
            {"walk": _walk(upstream="np.ones(np.shape(values[place]))",
                           store="gradients[parent] = part")},
        ),
        _sweep(
            "sweep-passed-on-too-early", "A gradient is passed on before it is complete",
            "Your gradients are right along a single path, and off where paths have met. How often "
            "does each value pass something on, and when is its gradient complete?",
            "Whoever follows the paths one by one and passes on at each visit all that has "
            "arrived so far passes a part of it on again. In the reverse order of the tape each "
            "value has one turn, when its gradient is complete.",
            {"walk": """\
waiting = [len(values) - 1]
while waiting:
    place = waiting.pop(0)
    parts = vjp(place, gradients[place])
    for parent, part in zip(parents[place], parts):
        gradients[parent] = gradients[parent] + part
        waiting.append(parent)"""},
            {"walk": """\
waiting = [len(values) - 1]
while waiting:
    place = waiting.pop()
    parts = vjp(place, gradients[place])
    for parent, part in zip(parents[place], parts):
        gradients[parent] = gradients[parent] + part
        waiting.append(parent)"""},
            {"walk": """\
waiting, done = [len(values) - 1], set()
while waiting:
    place = waiting.pop()
    if place in done:
        continue
    done.add(place)
    parts = vjp(place, gradients[place])
    for parent, part in zip(parents[place], parts):
        gradients[parent] = gradients[parent] + part
        waiting.append(parent)"""},
        ),
        _sweep(
            "sweep-first-parent-only", "Only the first parent gets something",
            "Operations on two values give back to one of them only. How many contributions does "
            "`vjp` return?",
            "There is one contribution for each parent.",
            {"walk": _walk(parents="parents[place][:1]")},
        ),
        _sweep(
            "sweep-subtracted", "The contributions are subtracted",
            "Your gradients change their sign from one step to the next. How are contributions put "
            "together?",
            "What comes back by several paths is added. The step down the slope comes later.",
            {"walk": _walk(store="gradients[parent] = gradients[parent] - part")},
        ),
        _sweep(
            "sweep-list-reversed", "The list runs from the output back",
            "Your gradients are right and stand in the wrong places. In which order were they "
            "found, and in which are they to be returned?",
            "The gradient of the value in place p stands in place p.",
            {"end": "return gradients[::-1]"},
        ),
        _sweep(
            "sweep-inputs-only", "Only the gradients of the inputs are returned",
            "Your list is too short. For which places is a gradient asked for?",
            "The sweep has found the gradient of every value.",
            {"end": "return [g for g, p in zip(gradients, parents) if not p]"},
            {"end": "return gradients[:-1]"},
        ),
    ),
    trials_of(
        _swept,
        Form(
            "one gradient for each value",
            tuple(f"the gradient of value {place}" for place in range(MOST_VALUES)),
            tuple(f"gradient of value {place}" for place in range(MOST_VALUES)),
        ),
        _sweep_cases,
    ),
    {"backward_sweep": "Take the values in the reverse order of the tape. What does each pass on, "
                       "to whom, and what is done with what has arrived there already?"},
)


# ---- dual numbers --------------------------------------------------------------------------

_dual = functools.partial(mistake, "dual_matmul")


def _dual_cases(rng):
    for name, (a, b, _) in _matmul_cases(rng):
        yield name, (a, of_both_signs(rng, a.shape), b, of_both_signs(rng, b.shape))


DUAL_MATMUL = Subject(
    "dual_matmul",
    """\
def dual_matmul(a, a_dot, b, b_dot):
    {tangent}
    {value}
    {end}
""",
    {
        "tangent": "c_dot = a_dot @ b + a @ b_dot",
        "value": "c = a @ b",
        "end": "return c, c_dot",
    },
    (
        _dual(
            "dual-product-of-tangents", "The product of the two tangents",
            "Your tangent is the product of the tangents. If only one factor moves, does the "
            "product stand still?",
            "That product belongs to Delta squared, which is zero. What is left is one factor's "
            "movement times the other factor's value.",
            {"tangent": "c_dot = a_dot @ b_dot"},
        ),
        _dual(
            "dual-one-term", "One factor is taken for a constant",
            "Your tangent does not react when one of the factors moves. How many terms have one "
            "Delta in them when the brackets are multiplied out?",
            "Both factors may move, and their effects add up.",
            {"tangent": "c_dot = a_dot @ b"}, {"tangent": "c_dot = a @ b_dot"},
        ),
        _dual(
            "dual-square-kept", "A product of two nudges is kept",
            "Your tangent holds a term with both tangents. What is Delta times Delta?",
            "The tangent is a rate of change at this point. The product of two nudges is smaller "
            "than any multiple of one.",
            {"tangent": "c_dot = a_dot @ b + a @ b_dot + a_dot @ b_dot"},
        ),
        _dual(
            "dual-subtracted", "The terms are subtracted",
            "One of your two terms has the wrong sign. Which sign have all terms when two sums are "
            "multiplied out?",
            "The minus is in the rule for quotients.",
            {"tangent": "c_dot = a_dot @ b - a @ b_dot"},
            {"tangent": "c_dot = a @ b_dot - a_dot @ b"},
        ),
        _dual(
            "dual-order", "The factors of a term stand in the wrong order",
            "With square matrices your shapes fit and the numbers do not. May the factors of a "
            "product of matrices change places?",
            "The left factor stays on the left, whether it is a value or a tangent.",
            {"tangent": "c_dot = b @ a_dot + a @ b_dot"},
            {"tangent": "c_dot = a_dot @ b + b_dot @ a"},
            {"tangent": "c_dot = b @ a_dot + b_dot @ a"},
        ),
        _dual(
            "dual-as-backward", "A factor is transposed",
            "A factor of your terms is transposed. In which direction does a tangent flow?",
            "The transpose belongs to the way back. Forward, a tangent goes through the product as "
            "a value does.",
            {"tangent": "c_dot = a_dot @ b.T + a.T @ b_dot"},
        ),
        _dual(
            "dual-elementwise", "A product entry by entry",
            "You multiply entry by entry. How does the value of this product come about?",
            "The tangent of a product of matrices is made of products of matrices.",
            {"tangent": "c_dot = a_dot * b + a * b_dot"},
        ),
        _dual(
            "dual-value-moved", "The tangent is added to the value",
            "Your value is off by the tangent. What is left of a dual number without its Delta?",
            "The two parts of a dual number are kept apart, as real and imaginary part are.",
            {"value": "c = a @ b + c_dot"}, {"value": "c = (a + a_dot) @ (b + b_dot)"},
        ),
        _dual(
            "dual-exchanged", "Value and tangent are exchanged",
            "You return the tangent first. In which order are the two to come?",
            "The value comes first, then the tangent.",
            {"end": "return c_dot, c"},
        ),
        _dual(
            "dual-tangent-only", "Only one of the two parts is returned",
            "You return one array. What does the next operation need of this one?",
            "The next operation needs both parts: its slope depends on the value.",
            {"end": "return c_dot"}, {"end": "return c"},
        ),
    ),
    trials_of(
        lambda a, a_dot, b, b_dot: (a @ b, a_dot @ b + a @ b_dot),
        Form("two arrays", ("the value", "the tangent"), ("array of values", "array of tangents")),
        _dual_cases,
    ),
    {"dual_matmul": "Multiply out the product of the two sums, value plus Delta times tangent. "
                    "Which terms have one Delta?"},
)


# ---- the gradient of a gradient ------------------------------------------------------------

_hessian = functools.partial(mistake, "hessian_times")


def _gradient_of_cubes(x):
    """Of the sum of x^3."""
    return 3 * x**2


def _gradient_of_coupled(x):
    """Of the sum of sin(x), times the sum of x^2."""
    return np.cos(x) * (x**2).sum() + np.sin(x).sum() * 2 * x


def _hessian_cases(rng):
    for name, gradient, shape in [
        ("a sum of cubes", _gradient_of_cubes, (3, 1)),
        ("entries that act together", _gradient_of_coupled, (2, 2)),
        ("entries that act together, one column", _gradient_of_coupled, (4, 1)),
    ]:
        yield name, (gradient, of_both_signs(rng, shape), of_both_signs(rng, shape))


def _hessian_times(gradient, x, direction):
    return gradient(x + 1e-30j * direction).imag / 1e-30


HESSIAN_TIMES = Subject(
    "hessian_times",
    """\
def hessian_times(gradient, x, direction):
    {body}
""",
    {"body": "return gradient(x + 1e-30j * direction).imag / 1e-30"},
    (
        _hessian(
            "hessian-no-change", "The gradient times the direction",
            "You multiply the gradient by the direction. Is the gradient asked for, or how it "
            "changes?",
            "The gradient says how the loss changes. Here the gradient is the function that is "
            "differentiated.",
            "return gradient(x) * direction", "return (gradient(x) * direction).sum()",
            "return gradient(x)",
        ),
        _hessian(
            "hessian-at-direction", "The gradient is taken at the direction",
            "You take the gradient at another point. From which point is the step made?",
            "Only where the gradient is a product of a matrix and x would this be right.",
            "return gradient(direction)", "return gradient(x * direction)",
        ),
        _hessian(
            "hessian-vanishes", "Nothing is left of the change",
            "Your result is zero everywhere, or next to it. Is it a change or a rate of change, "
            "and is there any digit in which the two gradients that you compare differ?",
            "A derivative is a change divided by what caused it. And a real step of 1e-30 changes "
            "no digit of a number near 1; only along the imaginary axis nothing is subtracted.",
            "return gradient(x + 1e-30j * direction).imag",
            "return (gradient(x + 1e-30 * direction) - gradient(x)) / 1e-30",
        ),
        _hessian(
            "hessian-real-part", "The real part is taken",
            "Your result is huge. In which part of a complex number does a step along the "
            "imaginary axis show?",
            "The real part is the gradient itself, unchanged, and here it is divided by a tiny "
            "step.",
            "return gradient(x + 1e-30j * direction).real / 1e-30",
        ),
        _hessian(
            "hessian-direction-missing", "The direction is not used",
            "Your result does not depend on the direction. Which way does x move?",
            "All entries of x move together, each as fast as the direction says.",
            "return gradient(x + 1e-30j).imag / 1e-30",
            "return gradient(x + 1e-30j * np.ones_like(x)).imag / 1e-30",
        ),
        _hessian(
            "hessian-whole-step", "The step is the whole direction",
            "Your result is the change over a long way. For a rate at one point, how long may the "
            "step be?",
            "A difference over the whole direction is exact only where the gradient is a straight "
            "line.",
            "return gradient(x + direction) - gradient(x)",
            "return (gradient(x + direction) - gradient(x - direction)) / 2",
        ),
        _hessian(
            "hessian-entries-separate", "Each entry is differentiated by itself",
            "Where entries do not act on each other your result is right. When one entry moves, do "
            "the gradients of the others stand still?",
            "That is the diagonal of the matrix alone, times the direction. All entries of x move "
            "at once.",
            """\
result = np.zeros_like(x)
for index in np.ndindex(x.shape):
    nudged = x.astype(complex)
    nudged[index] += 1e-30j
    result[index] = gradient(nudged)[index].imag / 1e-30 * direction[index]
return result""",
        ),
    ),
    trials_of(_hessian_times, ONE_ARRAY, _hessian_cases),
    {"hessian_times": "Which function is differentiated, at which point, and in which direction?"},
)
