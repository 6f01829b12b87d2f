"""The functions of the exercises before and beside the backward pass, and the mistakes in them.

Where a function is a line of the backward pass, its mistakes are those of that line.
"""

import functools
from dataclasses import replace

import numpy as np

from backprop.backward_pass import indicator_function, sum_over_batch
from backprop.checking_gradients import relative_error
from backprop.forward_pass import compute_network_output, relu
from backprop.loss import d_loss_d_output, least_squares_loss
from backprop.misconceptions import CATALOGUE, QUESTIONS, RIGHT_LINES
from backprop.network import initialize_parameters
from backprop.subject import Misconception, Subject
from backprop.trials import trials as networks
from backprop.trying import Form, Trial


def _mistake(equation, slug, title, hint, why, *variants):
    """A mistake; a variant that is a text stands for the function's one line, its body."""
    variants = tuple(v if isinstance(v, dict) else {"body": v} for v in variants)
    return Misconception(slug, title, hint, why, variants, equation)


def _from_backward_pass(equation, *slugs):
    """Mistakes of the backward pass that a function of one of its lines has as well."""
    return tuple(replace(entry, equation=equation) for entry in CATALOGUE if entry.slug in slugs)


def _trials_of(right, form, cases):
    """``trials(seed)`` from ``cases(rng)``, which gives pairs of a name and arguments."""

    @functools.lru_cache(maxsize=16)
    def trials(seed=7):
        return tuple(
            Trial(name, arguments, _plain(right(*arguments)), form)
            for name, arguments in cases(np.random.default_rng(seed))
        )

    return trials


def _plain(value):
    return list(map(_plain, value)) if isinstance(value, (list, tuple)) else np.asarray(value)


def _signed(rng, shape):
    """Numbers of both signs, none of them near 0 or near 1."""
    array = rng.uniform(1.2, 3, shape)
    signs = np.where(np.arange(array.size) % 2, 1.0, -1.0)
    return array * rng.permutation(signs).reshape(shape)


ONE_ARRAY = Form("an array of numbers", ("the result",), ("array that you return",))
ONE_NUMBER = Form("one number", ("the result",), ("number that you return",))


# ---- relu ----------------------------------------------------------------------------------


def _entrywise_cases(rng):
    yield "a column", (_signed(rng, (6, 1)),)
    yield "a column for each of four examples", (_signed(rng, (3, 4)),)
    yield "zeros among the entries", (np.array([[0.0], [2.0], [-3.0], [0.0]]),)
    yield "negative entries only", (-rng.uniform(1.2, 3, (3, 2)),)
    yield "a single entry", (rng.uniform(1.2, 3, (1, 1)),)
    yield "large and small entries", (np.array([[-400.0, 300.0], [0.02, -0.03]]),)


_relu = functools.partial(_mistake, "relu")

RELU = Subject(
    "relu",
    "def relu(preactivation):\n    {body}\n",
    {"body": "return np.where(preactivation > 0, preactivation, 0.0)"},
    (
        _relu(
            "relu-absolute-value", "The absolute value in place of the ReLU",
            "Negative entries come out positive. What should become of an entry of -3?",
            "The ReLU stops what is negative; the absolute value turns it round.",
            "return np.abs(preactivation)",
        ),
        _relu(
            "relu-slope", "The slope of the ReLU in place of the ReLU",
            "Every positive entry gives 1. Should 2 and 200 give the same?",
            "1 where the entry is positive is the derivative of the ReLU. The ReLU itself passes "
            "the entry on.",
            "return (preactivation > 0) * 1.0",
        ),
        _relu(
            "relu-negative-part", "The negative entries pass and the positive ones are stopped",
            "The positive entries are gone and the negative ones are left. Which of the two should "
            "pass?",
            "The smaller of 0 and the entry is the negative part.",
            "return np.minimum(preactivation, 0.0)", "return np.maximum(-preactivation, 0.0)",
        ),
        _relu(
            "relu-nothing-stopped", "All entries pass",
            "Negative entries come out as they went in. What should become of them?",
            "Without the stop the network is a linear map, however deep it is.",
            "return preactivation", "return preactivation.copy()",
        ),
        _relu(
            "relu-one-number", "One number for the whole array",
            "Your result is a single number. Does the ReLU look at all entries together, or at "
            "each of them by itself?",
            "`np.max` looks for the largest entry of an array. The ReLU works entry by entry.",
            "return np.max(preactivation)", "return max(0.0, preactivation.max())",
            "return preactivation.sum() if preactivation.sum() > 0 else 0.0",
        ),
        _relu(
            "relu-truth-value", "One decision for the whole array",
            "Python's `if` and `max` decide once, for a single truth value, and an array has many. "
            "Which functions of NumPy decide entry by entry?",
            "`if preactivation > 0` asks whether a whole array is true.",
            "return max(0.0, preactivation)",
            "return preactivation if preactivation > 0 else 0.0 * preactivation",
        ),
        _relu(
            "relu-leaky", "Negative entries are made small in place of zero",
            "A part of the negative entries passes. How much of them should?",
            "That is another activation, the leaky ReLU. This course's passes nothing.",
            *(f"return np.where(preactivation > 0, preactivation, {slope} * preactivation)"
              for slope in (0.01, 0.1, 0.2)),
        ),
        _relu(
            "relu-clipped", "Large entries are cut off",
            "Large entries come out smaller than they went in. Does the ReLU have an upper end?",
            "Above zero the ReLU passes everything on, however large.",
            "return np.clip(preactivation, 0.0, 1.0)", "return np.clip(preactivation, 0.0, 6.0)",
        ),
        _relu(
            "relu-filtered", "The entries that are not positive are left out",
            "Your result has fewer entries than the array that went in. What stands in the place "
            "of a unit that is not active?",
            "Indexing with a mask picks entries and drops the others. Each unit keeps its place.",
            "return preactivation[preactivation > 0]",
        ),
        _relu(
            "relu-sigmoid", "Another activation function",
            "Your result is curved. Of how many straight pieces is the ReLU made?",
            "Sigmoid, tanh and softplus are activation functions too, with other derivatives.",
            "return 1 / (1 + np.exp(-preactivation))", "return np.tanh(preactivation)",
            "return np.log1p(np.exp(preactivation))",
        ),
    ),
    _trials_of(relu, ONE_ARRAY, _entrywise_cases),
    {"relu": "What should come out for a positive entry, and what for a negative one?"},
)


# ---- indicator_function --------------------------------------------------------------------

_indicator = functools.partial(_mistake, "indicator_function")

INDICATOR_FUNCTION = Subject(
    "indicator_function",
    "def indicator_function(x):\n    {body}\n",
    {"body": "return (x > 0) * 1.0"},
    (
        _indicator(
            "indicator-at-zero", "An entry of exactly zero counts as positive",
            "This shows only where an entry is exactly zero. Which value does the course choose "
            "there?",
            "At zero the ReLU has no derivative; by convention it is taken as 0 here.",
            "return (x >= 0) * 1.0",
        ),
        _indicator(
            "indicator-inverted", "Ones and zeros are exchanged",
            "Ones and zeros are exchanged. Where does the ReLU let a nudge through?",
            "The slope of the ReLU is 1 where it passes its argument on.",
            "return (x < 0) * 1.0", "return (x <= 0) * 1.0",
        ),
        _indicator(
            "indicator-sign", "The sign in place of the indicator",
            "Negative entries give -1. How steep is the ReLU to the left of zero?",
            "The ReLU is flat on the left: a nudge there changes nothing.",
            "return np.sign(x)", "return np.where(x > 0, 1.0, -1.0)",
        ),
        _indicator(
            "indicator-relu", "The ReLU in place of its slope",
            "Your result grows with the entry. How steep is the ReLU at 2, and at 200?",
            "The ReLU is a straight line to the right of zero, with one slope.",
            "return np.maximum(x, 0.0)", "return np.abs(x)",
        ),
        _indicator(
            "indicator-nonzero", "Every entry that is not zero counts",
            "Negative entries give 1. Which entries does the indicator look for?",
            "`!= 0` and `astype(bool)` ask whether an entry is zero, not whether it is positive.",
            "return (x != 0) * 1.0", "return np.ones_like(x)",
        ),
        _indicator(
            "indicator-positions", "Where the positive entries are, in place of a mask",
            "Your result holds positions. Can you multiply a column entry by entry with it?",
            "With one argument, `np.where` gives the indices at which a condition is true.",
            "return np.where(x > 0)", "return np.argwhere(x > 0)", "return np.flatnonzero(x > 0)",
        ),
        _indicator(
            "indicator-one-number", "One number for the whole array",
            "Your result is a single number. How many units are there to decide on?",
            "Each entry is judged by itself, so the result has the shape of the argument.",
            "return np.sum(x > 0)", "return np.any(x > 0)", "return np.all(x > 0)",
        ),
        _indicator(
            "indicator-truth-value", "One decision for the whole array",
            "Python's `if` decides once, for a single truth value, and an array has many. How does "
            "NumPy compare entry by entry?",
            "`if x > 0` asks whether a whole array is true.",
            "return 1.0 if x > 0 else 0.0",
            "return np.ones_like(x) if x > 0 else np.zeros_like(x)",
        ),
    ),
    _trials_of(indicator_function, ONE_ARRAY, _entrywise_cases),
    {"indicator_function": "How steep is the ReLU to the left of zero, and to the right of it?"},
)


# ---- compute_network_output ----------------------------------------------------------------

_forward = functools.partial(_mistake, "compute_network_output")


def _forward_cases(rng):
    for trial in networks(int(rng.integers(2**16))):
        all_weights, all_biases, _, all_h, _ = trial.arguments
        yield trial.name, (all_h[0], all_weights, all_biases)


COMPUTE_NETWORK_OUTPUT = Subject(
    "compute_network_output",
    """\
def compute_network_output(net_input, all_weights, all_biases):
    K = len(all_weights) - 1
    all_f = [None] * (K + 1)
    all_h = [None] * (K + 1)
    {input}
    for layer in range(K + 1):
        if layer > 0:
            {activations}
        {preactivations}
    {end}
""",
    {
        "input": "all_h[0] = net_input",
        "activations": "all_h[layer] = relu(all_f[layer - 1])",
        "preactivations": "all_f[layer] = all_biases[layer] + all_weights[layer] @ all_h[layer]",
        "end": "return all_f[K], all_f, all_h",
    },
    (
        _forward(
            "forward-relu-missing", "There is no ReLU",
            "Activations are negative. What stands between the pre-activations of one layer and "
            "the activations of the next?",
            "Without the ReLU the layers are one linear map.",
            {"activations": "all_h[layer] = all_f[layer - 1]"},
        ),
        _forward(
            "forward-output-relu", "The output goes through a ReLU",
            "A negative output has become zero. How many ReLUs does a network with K hidden layers "
            "have, and where?",
            "The output layer has no ReLU: an output may be negative.",
            {"end": "return relu(all_f[K]), all_f, all_h"},
            {"end": "all_f[K] = relu(all_f[K])\nreturn all_f[K], all_f, all_h"},
        ),
        _forward(
            "forward-input-relu", "The input goes through a ReLU",
            "Negative inputs have become zero. Does a ReLU stand in front of the first layer?",
            "h_0 is the input as it is.",
            {"input": "all_h[0] = relu(net_input)"},
        ),
        _forward(
            "forward-relu-stored-in-f", "The activations are stored as pre-activations",
            "Your pre-activations hold no negative number, so that the way back cannot tell which "
            "units were active. What is f_k before the ReLU?",
            "Both are kept: f_k before the ReLU, and the activations after it.",
            {"preactivations": "all_f[layer] = all_biases[layer] + all_weights[layer] @ "
                               "all_h[layer]\nif layer < K: all_f[layer] = relu(all_f[layer])"},
            {"preactivations": "all_f[layer] = relu(all_biases[layer] + all_weights[layer] @ "
                               "all_h[layer])"},
        ),
        _forward(
            "forward-slope-for-relu", "The slope of the ReLU in place of the ReLU",
            "Your activations are zeros and ones. What does an active unit pass on?",
            "The indicator is the derivative of the ReLU.",
            {"activations": "all_h[layer] = indicator_function(all_f[layer - 1])"},
        ),
        _forward(
            "forward-bias-missing", "The biases are left out",
            "Your pre-activations do not depend on the biases. Which two terms make f_k?",
            "f_k has a bias and a product. Without the bias every unit passes through zero.",
            {"preactivations": "all_f[layer] = all_weights[layer] @ all_h[layer]"},
        ),
        _forward(
            "forward-bias-sign", "The biases are subtracted",
            "The biases act with the wrong sign. How do they stand in the formula of f_k?",
            "The bias is added.",
            {"preactivations": "all_f[layer] = all_weights[layer] @ all_h[layer] "
                               "- all_biases[layer]"},
        ),
        _forward(
            "forward-bias-multiplied", "The biases multiply",
            "The biases act as a factor. How do they stand in the formula of f_k?",
            "The bias is added to the product.",
            {"preactivations": "all_f[layer] = all_biases[layer] * "
                               "(all_weights[layer] @ all_h[layer])"},
            {"preactivations": "all_f[layer] = all_weights[layer] @ "
                               "(all_biases[layer] + all_h[layer])"},
        ),
        _forward(
            "forward-transposed", "The matrix is transposed",
            "Your product runs down the columns of Omega_k. Which row of Omega_k belongs to unit "
            "i, and what does that unit sum?",
            "Row i of Omega_k holds the weights with which unit i takes its inputs. The transpose "
            "belongs to the way back.",
            {"preactivations": "all_f[layer] = all_biases[layer] + all_weights[layer].T @ "
                               "all_h[layer]"},
        ),
        _forward(
            "forward-elementwise", "An elementwise product in place of the matrix product",
            "Nothing is added up in your product. What does a unit do with all its inputs?",
            "`*` multiplies entry by entry, with broadcasting; `@` also adds up.",
            {"preactivations": "all_f[layer] = all_biases[layer] + all_weights[layer] * "
                               "all_h[layer]"},
            {"preactivations": "all_f[layer] = all_biases[layer] + all_weights[layer] * "
                               "all_h[layer].T"},
        ),
        _forward(
            "forward-wrong-side", "The product is formed from the wrong side",
            "The sizes of your product do not fit, or fit by chance. Which of the two factors has "
            "a row for each unit of the layer?",
            "h_k is a column and stands to the right of the matrix that acts on it.",
            {"preactivations": "all_f[layer] = all_biases[layer] + all_h[layer] @ "
                               "all_weights[layer]"},
            {"preactivations": "all_f[layer] = all_biases[layer] + all_h[layer].T @ "
                               "all_weights[layer]"},
        ),
        _forward(
            "forward-input-everywhere", "Every layer is fed with the network's input",
            "The layers are not chained. What goes into layer 2?",
            "Each layer takes what the one before it passed on.",
            {"preactivations": "all_f[layer] = all_biases[layer] + all_weights[layer] @ net_input"},
            {"activations": "all_h[layer] = relu(net_input)"},
        ),
        _forward(
            "forward-parameters-one-layer-off", "The parameters of another layer",
            "A layer works with the parameters of another one. Which index has the matrix that "
            "makes f_k?",
            "Layer k owns everything with index k.",
            {"preactivations": "all_f[layer] = all_biases[layer - 1] + all_weights[layer - 1] @ "
                               "all_h[layer]"},
            {"preactivations": "all_f[layer] = all_biases[layer - 1] + all_weights[layer] @ "
                               "all_h[layer]"},
            {"preactivations": "all_f[layer] = all_biases[layer] + all_weights[layer - 1] @ "
                               "all_h[layer]"},
        ),
        _forward(
            "forward-product-with-f", "The product takes the pre-activations",
            "The ReLU has no effect on the next layer. What goes into it: the values before the "
            "ReLU or those after it?",
            "The matrix of a layer multiplies its activations.",
            {"preactivations": "all_f[layer] = all_biases[layer] + all_weights[layer] @ "
                               "(all_f[layer - 1] if layer > 0 else all_h[0])"},
        ),
        _forward(
            "forward-h-returned", "The last activations are returned as the output",
            "What you return as the output are the values that go into the last layer. What comes "
            "out of it?",
            "The network's output is the last layer's pre-activation.",
            {"end": "return all_h[K], all_f, all_h"},
        ),
        _forward(
            "forward-f-and-h-swapped", "The two lists are returned in the wrong order",
            "Your second list holds activations. Which of the two lists comes first?",
            "The function returns the output, then the pre-activations, then the activations.",
            {"end": "return all_f[K], all_h, all_f"},
        ),
        _forward(
            "forward-only-output", "Only the output is returned",
            "The backward pass needs more than the output. What else is to be returned?",
            "The way back needs every pre-activation and every activation.",
            {"end": "return all_f[K]"},
            {"end": "return all_f, all_h"},
        ),
        _forward(
            "forward-output-layer-skipped", "The loop ends before the output layer",
            "The last layer is missing. At which number must the loop end?",
            "Layers are counted 0 to K, so there are K + 1 of them.",
            {"end": "return all_h[K], all_f[:K], all_h[:K]"},
            {"end": "all_f[K] = None\nreturn all_h[K], all_f, all_h"},
            {"end": "all_f[K] = None\nreturn all_f[K], all_f, all_h"},
        ),
        _forward(
            "forward-nothing-returned", "The function returns nothing",
            "Your function returns None. Printing a result does not return it: which statement "
            "does?",
            "Without `return`, a function returns None.",
            {"end": "return None"},
        ),
    ),
    _trials_of(
        compute_network_output,
        Form(
            "the output and two lists of arrays",
            ("net_output", "all_f", "all_h"),
            ("output", "array f_{}", "array h_{}"),
        ),
        _forward_cases,
    ),
    {"compute_network_output": "What does a layer do with what comes in, and what is kept?"},
)


# ---- the loss and its derivative -----------------------------------------------------------

_loss = functools.partial(_mistake, "least_squares_loss")


def _loss_cases(rng):
    for name, shape in [
        ("one output, one example", (1, 1)),
        ("three outputs, one example", (3, 1)),
        ("one output, four examples", (1, 4)),
        ("two outputs, five examples", (2, 5)),
    ]:
        y = _signed(rng, shape)
        yield name, (y + _signed(rng, shape), y)


LEAST_SQUARES_LOSS = Subject(
    "least_squares_loss",
    "def least_squares_loss(net_output, y):\n    {body}\n",
    {"body": "return ((net_output - y) ** 2).sum()"},
    (
        _loss(
            "loss-mean", "A mean in place of the sum",
            "Your loss is too small by a number of entries. Does the loss of this course add the "
            "squares up, or take their mean?",
            "The loss of this course is a sum over outputs and examples.",
            "return np.mean((net_output - y) ** 2)",
            "return ((net_output - y) ** 2).sum() / y.shape[1]",
            "return ((net_output - y) ** 2).sum() / y.shape[0]",
        ),
        _loss(
            "loss-halved", "Half the squared error",
            "Your loss is half as large as it should be. Does a factor stand in front of the "
            "squares?",
            "Many books take half the squared error, so that the derivative has no 2. This one "
            "does not.",
            "return 0.5 * ((net_output - y) ** 2).sum()",
            "return 0.5 * np.mean((net_output - y) ** 2)",
        ),
        _loss(
            "loss-root", "The root of the sum of squares",
            "Your loss grows like the error and not like its square. Is a root taken?",
            "The length of the error is the root of the loss.",
            "return np.sqrt(((net_output - y) ** 2).sum())",
            "return np.sqrt(np.mean((net_output - y) ** 2))",
        ),
        _loss(
            "loss-absolute-value", "Absolute values in place of squares",
            "An error twice as large gives a loss twice as large. How should it grow?",
            "That is another loss, less strict with large errors.",
            "return np.abs(net_output - y).sum()", "return np.mean(np.abs(net_output - y))",
        ),
        _loss(
            "loss-not-squared", "The errors are not squared",
            "Errors of opposite sign cancel. What keeps them from it?",
            "A sum of signed errors can be zero although every output is wrong.",
            "return (net_output - y).sum()", "return (y - net_output).sum()",
        ),
        _loss(
            "loss-squared-too-late", "The sum is squared, not its terms",
            "Errors of opposite sign cancel before they are squared. Which comes first: the square "
            "or the sum?",
            "The square of a sum is not the sum of the squares.",
            "return (net_output - y).sum() ** 2",
            "return (net_output.sum() - y.sum()) ** 2",
        ),
        _loss(
            "loss-squares-subtracted", "The squares are subtracted, not the values",
            "Your loss can be negative. Which comes first: the difference or the square?",
            "f**2 - y**2 is not the square of f - y.",
            "return (net_output**2 - y**2).sum()", "return (net_output**2).sum() - (y**2).sum()",
        ),
        _loss(
            "loss-not-summed", "The squares are not added up",
            "Your loss is an array. How many numbers is a loss?",
            "A loss is one number: only then does its gradient have the parameters' shapes.",
            "return (net_output - y) ** 2",
            "return ((net_output - y) ** 2).sum(axis=0)",
            "return ((net_output - y) ** 2).sum(axis=1)",
            "return ((net_output - y) ** 2).sum(axis=0, keepdims=True)",
            "return ((net_output - y) ** 2).sum(axis=1, keepdims=True)",
            "return ((net_output - y) ** 2).sum(keepdims=True)",
        ),
        _loss(
            "loss-matrix-product", "A matrix product in place of the squares",
            "Your loss is a matrix. Which of its entries pair one example with another?",
            "The product of an array with its transpose pairs every column with every other. For "
            "one example that is a matrix of one entry, still not a number.",
            "return (net_output - y).T @ (net_output - y)",
            "return (net_output - y) @ (net_output - y).T",
        ),
        _loss(
            "loss-sum-of-values", "The target is added",
            "Your loss is smallest where the output is the target's negative. What should be small "
            "when output and target agree?",
            "The error is a difference.",
            "return ((net_output + y) ** 2).sum()",
        ),
    ),
    _trials_of(least_squares_loss, ONE_NUMBER, _loss_cases),
    {"least_squares_loss": "What is taken of each error, and what is done with all of them?"},
)

_d_loss = functools.partial(_mistake, "d_loss_d_output")

D_LOSS_D_OUTPUT = Subject(
    "d_loss_d_output",
    """\
def d_loss_d_output(net_output, y):
    all_f, K = [net_output], 0
    {start}
    return dl_df
""",
    {"start": RIGHT_LINES["start"]},
    _from_backward_pass(
        "d_loss_d_output", "factor-two-missing", "output-sign", "mean-over-outputs",
        "mean-over-examples", "mean-over-everything", "loss-in-place-of-derivative",
        "output-in-place-of-error",
    ) + (
        _d_loss(
            "derivative-both-signs", "The factor 2 is missing and the sign is wrong",
            "Your result has the wrong sign and half the size. What is the derivative of a square, "
            "and of which difference?",
            "Two mistakes at once: the factor of the square, and the order of the difference.",
            {"start": "dl_df = y - net_output"},
        ),
        _d_loss(
            "derivative-summed", "The derivative is added up",
            "Your result is one number. With respect to how many outputs is the derivative taken?",
            "Each output of each example has a derivative of its own.",
            {"start": "dl_df = 2 * (net_output - y).sum()"},
            {"start": "dl_df = 2 * (net_output - y).sum(axis=1, keepdims=True)"},
            {"start": "dl_df = 2 * (net_output - y).sum(axis=0, keepdims=True)"},
        ),
        _d_loss(
            "derivative-without-sign", "The sign of the error is lost",
            "Your result is never negative. Should the loss grow or fall when an output that is "
            "too small grows?",
            "The derivative is negative where the output is below the target.",
            {"start": "dl_df = 2 * np.abs(net_output - y)"},
        ),
        _d_loss(
            "derivative-of-absolute-value", "The derivative of the absolute value",
            "Your result does not depend on the size of the error. Is the loss steeper far from "
            "the target than near it?",
            "A constant slope belongs to the absolute value; the slope of a square grows.",
            {"start": "dl_df = np.sign(net_output - y)"},
        ),
    ),
    _trials_of(d_loss_d_output, ONE_ARRAY, _loss_cases),
    {"d_loss_d_output": "By how much does the loss change when one output grows a little?"},
)


# ---- one line of the backward pass by itself -----------------------------------------------

_SHAPES = (
    ("four units, one example", 4, 3, 1),
    ("as many units as inputs, one example", 3, 3, 1),
    ("one unit, one example", 1, 2, 1),
    ("three units, five examples", 3, 4, 5),
    ("three units, three examples", 3, 3, 3),
)


def _bias_cases(rng):
    for name, units, _, examples in _SHAPES:
        yield name, (_signed(rng, (units, examples)),)


BIAS_GRADIENTS = Subject(
    "bias_gradient",
    """\
def bias_gradient(dl_df):
    layer, all_dl_dbiases, all_biases = 0, [None], [dl_df[:, :1]]
    {biases}
    return all_dl_dbiases[0]
""",
    {"biases": RIGHT_LINES["biases"]},
    _from_backward_pass(
        "7.21", "bias-not-summed", "bias-mean", "bias-flat", "bias-one-number", "bias-sign"
    ),
    _trials_of(sum_over_batch, ONE_ARRAY, _bias_cases),
    {"7.21": QUESTIONS["7.21"]},
)


def _weight_cases(rng):
    for name, units, inputs, examples in _SHAPES:
        yield name, (_signed(rng, (units, examples)), np.abs(_signed(rng, (inputs, examples))))


WEIGHT_GRADIENTS = Subject(
    "weight_gradient",
    """\
def weight_gradient(dl_df, h):
    layer, all_dl_dweights, all_h, y = 0, [None], [h], dl_df
    all_weights = [np.empty((len(dl_df), len(h)))]
    {weights}
    return all_dl_dweights[0]
""",
    {"weights": RIGHT_LINES["weights"]},
    _from_backward_pass(
        "7.22", "outer-product-reversed", "weights-elementwise", "weights-inner-product",
        "h-missing", "weights-divided-by-batch", "weights-sign",
    ) + (
        _mistake(
            "7.22", "one-example", "An outer product that takes two columns only",
            "For one example your gradient is right. With several, which entries of dl_df belong "
            "together with which entries of h?",
            "`np.outer` flattens what it is given, and pairs every entry with every other, also "
            "with those of other examples.",
            {"weights": "all_dl_dweights[layer] = np.outer(dl_df, h)"},
        ),
    ),
    _trials_of(lambda dl_df, h: dl_df @ h.T, ONE_ARRAY, _weight_cases),
    {"7.22": QUESTIONS["7.22"]},
)


# ---- finite differences --------------------------------------------------------------------


def _sum_of_squares(array):
    return float((array**2).sum())


def _sum_of_cubes(array):
    return float((array**3).sum())


def _mixed_product(array):
    """A loss in which every entry's slope depends on the others."""
    return float(np.sin(array).sum() * np.cos(array[::-1]).sum())


def _difference_cases(rng):
    for name, loss, shape, step in [
        ("a sum of squares, step 0.5", _sum_of_squares, (2, 3), 0.5),
        ("a sum of cubes, step 0.25", _sum_of_cubes, (3, 2), 0.25),
        ("entries that act together, step 0.1", _mixed_product, (4, 1), 0.1),
        ("one entry, step 0.05", _sum_of_cubes, (1, 1), 0.05),
    ]:
        yield name, (loss, _signed(rng, shape), step)


def _forward_difference(loss, array, step):
    return _differences(lambda up, down: (loss(up) - loss(array)) / step, array, step)


def _central_difference(loss, array, step):
    return _differences(lambda up, down: (loss(up) - loss(down)) / (2 * step), array, step)


def _differences(quotient, array, step):
    gradient = np.zeros(array.shape)
    for index in np.ndindex(array.shape):
        nudge = np.zeros(array.shape)
        nudge[index] = step
        gradient[index] = quotient(array + nudge, array - nudge)
    return gradient


_DIFFERENCE_TEMPLATE = """\
def {name}(loss, array, step):
    gradient = np.zeros(array.shape)
    for index in np.ndindex(array.shape):
        {nudge}
        {quotient}
    {end}
"""
_FORWARD = "gradient[index] = (loss(up) - loss(array)) / step"
_BACKWARD = "gradient[index] = (loss(array) - loss(down)) / step"
_CENTRAL = "gradient[index] = (loss(up) - loss(down)) / (2 * step)"


_NUDGES_THAT_PILE_UP = {
    "forward_difference": (
        {"nudge": "if not any(index): loss_before = loss(array)\narray[index] += step",
         "quotient": "gradient[index] = (loss(array) - loss_before) / step"},
        {"nudge": "loss_before = loss(array)\narray[index] += step",
         "quotient": "gradient[index] = (loss(array) - loss_before) / step"},
    ),
    "central_difference": (
        {"nudge": "up, down = array, array.copy()\nup[index] += step\ndown[index] -= step"},
        {"nudge": "array[index] += step\nloss_up = loss(array)\narray[index] -= 2 * step",
         "quotient": "gradient[index] = (loss_up - loss(array)) / (2 * step)"},
    ),
}


def _difference_mistakes(name, quotient, other_scheme):
    """The mistakes that both schemes share, after ``other_scheme``, which one of them has."""
    mistake = functools.partial(_mistake, name)
    return (
        other_scheme,
        mistake(
            "difference-one-sided-down", "The nudge goes down only",
            "Your quotient looks back from the entry. To which side is the nudge to go?",
            "A backward difference errs as much as a forward one, with the other sign.",
            {"quotient": _BACKWARD},
        ),
        mistake(
            "difference-not-divided", "The difference is not divided by the step",
            "Your result becomes smaller with the step. Is it a change, or a rate of change?",
            "A derivative is a change divided by what caused it.",
            {"quotient": quotient.split(" / ")[0]},
        ),
        mistake(
            "difference-multiplied", "The difference is multiplied by the step",
            "Your result becomes very small with the step. What makes a rate out of a change?",
            "A derivative is a change divided by what caused it.",
            {"quotient": quotient.replace(" / ", " * ")},
        ),
        mistake(
            "difference-wrong-distance", "The difference is divided by another distance",
            "Your result is off by a factor of 2. How far apart are the two points at which the "
            "loss was taken?",
            "The distance of the two points stands under the fraction.",
            {"quotient": quotient.replace("(2 * step)", "step") if "2 * step" in quotient
             else quotient.replace("/ step", "/ (2 * step)")},
        ),
        mistake(
            "difference-sign", "The difference is the wrong way round",
            "Your result has the wrong sign. Which of the two losses is taken from the other?",
            "The loss after the nudge comes first.",
            {"quotient": quotient.replace("= (", "= -(")},
        ),
        mistake(
            "difference-all-entries", "All entries are nudged together",
            "All entries of your result are alike. How many entries move in one nudge?",
            "A partial derivative moves one entry and holds the others.",
            {"nudge": "up, down = array + step, array - step"},
        ),
        mistake(
            "difference-nudges-pile-up", "The nudge of one entry is still there at the next",
            "Your first entry is nearer to the right one than those after it. In which array does "
            "the nudge stand when the next entry has its turn?",
            "A second name for an array is no second array: a nudge through it stays.",
            *_NUDGES_THAT_PILE_UP[name],
        ),
        mistake(
            "difference-relative-step", "The nudge depends on the size of the entry",
            "Your quotient moves large entries further than small ones. How large is the nudge "
            "said to be?",
            "The step is a distance here, not a fraction of the entry.",
            {"nudge": "up, down = array.copy(), array.copy()\nup[index] *= 1 + step\n"
                      "down[index] *= 1 - step"},
        ),
        mistake(
            "difference-own-step", "The step that was asked for is not used",
            "Your result does not depend on the step. Which argument says how large the nudge is?",
            "The function is called with many steps, to see how the error depends on them.",
            *({"nudge": f"step = {step}\nup, down = array.copy(), array.copy()\n"
                        "up[index] += step\ndown[index] -= step"}
              for step in (1e-4, 1e-5, 1e-6)),
        ),
        mistake(
            "difference-flat", "The result is one row of numbers",
            "Your result has lost the array's shape. Which shape has the gradient of a number with "
            "respect to an array?",
            "The gradient has the shape of the array, so that each entry stands where its own is.",
            {"end": "return gradient.ravel()"},
        ),
        mistake(
            "difference-zero", "The two losses are of one and the same array",
            "Your result is zero everywhere. Does each entry get a value, and are the two losses "
            "taken of two different arrays?",
            "A second name for an array is no second array: a nudge through it moves both, and "
            "the losses do not differ.",
            {"nudge": "up = down = array\nup[index] += step"},
            {"quotient": "pass"},
        ),
    )


def _difference_subject(name, right, quotient, other_scheme):
    return Subject(
        name,
        _DIFFERENCE_TEMPLATE.replace("{name}", name),
        {
            "nudge": "up, down = array.copy(), array.copy()\n"
                     "up[index] += step\ndown[index] -= step",
            "quotient": quotient,
            "end": "return gradient",
        },
        _difference_mistakes(name, quotient, other_scheme),
        _trials_of(right, ONE_ARRAY, _difference_cases),
        {name: "At which two points is the loss taken, and how far apart are they?"},
    )


FINITE_DIFFERENCES = {
    "forward": _difference_subject(
        "forward_difference", _forward_difference, _FORWARD,
        _mistake(
            "forward_difference", "difference-central-for-forward",
            "A central difference in place of a forward one",
            "Your quotient nudges to both sides. Where does a forward difference take its second "
            "loss?",
            "The central difference is more exact; here the forward one is asked for, to compare "
            "them.",
            {"quotient": _CENTRAL},
        ),
    ),
    "central": _difference_subject(
        "central_difference", _central_difference, _CENTRAL,
        _mistake(
            "central_difference", "difference-forward-for-central",
            "A forward difference in place of a central one",
            "Your quotient nudges to one side only. What does the other side cancel?",
            "With a nudge to each side the error's first term cancels.",
            {"quotient": _FORWARD},
        ),
    ),
}


# ---- initialize_parameters -----------------------------------------------------------------

_draw = functools.partial(_mistake, "initialize_parameters")


def _draw_cases(rng):
    for name, sizes in [
        ("three hidden layers", (3, 4, 2, 1)),
        ("as many inputs as units", (2, 3, 3, 3)),
        ("one hidden layer", (1, 5, 1, 2)),
        ("the reference network's sizes", (5, 6, 1, 1)),
    ]:
        yield name, (*sizes, int(rng.integers(1, 2**16)))


INITIALIZE_PARAMETERS = Subject(
    "initialize_parameters",
    """\
def initialize_parameters(hidden_layers, width, inputs, outputs, seed):
    K = hidden_layers
    sizes = [inputs] + [width] * K + [outputs]
    {generator}
    def draw(rows, columns):
        {draw}
    all_weights, all_biases = [None] * (K + 1), [None] * (K + 1)
    {order}
    {end}
""",
    {
        "generator": "generator = np.random.RandomState(seed)",
        "draw": "return generator.normal(size=(rows, columns))",
        "order": """\
all_weights[0], all_weights[K] = draw(width, inputs), draw(outputs, width)
all_biases[0], all_biases[K] = draw(width, 1), draw(outputs, 1)
for layer in range(1, K):
    all_weights[layer], all_biases[layer] = draw(width, width), draw(width, 1)""",
        "end": "return all_weights, all_biases",
    },
    (
        _draw(
            "draws-layer-by-layer", "The layers are drawn from the first to the last",
            "Your numbers are the right ones, but they stand in other places. In which order are "
            "the parameters to be drawn?",
            "A seed fixes a sequence of numbers. Who takes them in another order gets another "
            "network.",
            {"order": """\
for layer in range(K + 1):
    all_weights[layer] = draw(sizes[layer + 1], sizes[layer])
    all_biases[layer] = draw(sizes[layer + 1], 1)"""},
            {"order": """\
for layer in range(K + 1):
    all_weights[layer] = draw(sizes[layer + 1], sizes[layer])
for layer in range(K + 1):
    all_biases[layer] = draw(sizes[layer + 1], 1)"""},
            {"order": """\
for layer in range(K + 1):
    all_biases[layer] = draw(sizes[layer + 1], 1)
    all_weights[layer] = draw(sizes[layer + 1], sizes[layer])"""},
        ),
        _draw(
            "draws-biases-too-early", "Weights and biases of a layer are drawn together",
            "The first numbers that you draw are right, later ones stand in other places. What is "
            "drawn second?",
            "Both outer matrices come first, then both outer columns of biases.",
            {"order": """\
all_weights[0], all_biases[0] = draw(width, inputs), draw(width, 1)
all_weights[K], all_biases[K] = draw(outputs, width), draw(outputs, 1)
for layer in range(1, K):
    all_weights[layer], all_biases[layer] = draw(width, width), draw(width, 1)"""},
            {"order": """\
all_weights[0], all_weights[K] = draw(width, inputs), draw(outputs, width)
all_biases[0], all_biases[K] = draw(width, 1), draw(outputs, 1)
for layer in range(1, K):
    all_biases[layer], all_weights[layer] = draw(width, 1), draw(width, width)"""},
            {"order": """\
all_weights[0], all_weights[K] = draw(width, inputs), draw(outputs, width)
all_biases[0], all_biases[K] = draw(width, 1), draw(outputs, 1)
for layer in range(1, K):
    all_weights[layer] = draw(width, width)
for layer in range(1, K):
    all_biases[layer] = draw(width, 1)"""},
        ),
        _draw(
            "draws-transposed", "The matrices have rows and columns exchanged",
            "Your matrices lie on their side. What does a row of Omega_k belong to, and what a "
            "column?",
            "A row for each unit of the layer, a column for each value that comes in. With layers "
            "of one width the wrong matrix has the right shape.",
            {"order": """\
all_weights[0], all_weights[K] = draw(inputs, width), draw(width, outputs)
all_biases[0], all_biases[K] = draw(width, 1), draw(outputs, 1)
for layer in range(1, K):
    all_weights[layer], all_biases[layer] = draw(width, width), draw(width, 1)"""},
            {"end": "return [weights.T for weights in all_weights], all_biases"},
        ),
        _draw(
            "draws-flat-biases", "The biases have shape (D,) and not (D, 1)",
            "Your biases are rows of numbers. What would such a row do when it is added to a "
            "column?",
            "A (D,) array and a (D, 1) column broadcast to a matrix.",
            {"end": "return all_weights, [biases.ravel() for biases in all_biases]"},
            {"end": "return all_weights, [biases.T for biases in all_biases]"},
        ),
        _draw(
            "draws-zero-biases", "The biases are not drawn",
            "All your biases are alike. Are they drawn too?",
            "In this network the biases are random, like the weights.",
            {"draw": "return generator.normal(size=(rows, columns)) if columns > 1 or rows == 1 "
                     "else np.zeros((rows, columns))"},
            {"end": "return all_weights, [0 * biases for biases in all_biases]"},
            {"order": """\
all_weights[0], all_weights[K] = draw(width, inputs), draw(outputs, width)
for layer in range(1, K):
    all_weights[layer] = draw(width, width)
all_biases = [np.zeros((size, 1)) for size in sizes[1:]]"""},
        ),
        _draw(
            "draws-uniform", "Another distribution",
            "Your numbers come from another distribution. Can they be below zero, and above 1?",
            "`rand` and `uniform` draw between two bounds; the normal distribution has none.",
            {"draw": "return generator.rand(rows, columns)"},
            {"draw": "return generator.uniform(-1, 1, size=(rows, columns))"},
        ),
        _draw(
            "draws-scaled", "The numbers are scaled",
            "Your numbers are the right ones times a factor. Which variance is asked for?",
            "Scaling by the width is a good idea for deep networks, and the subject of a later "
            "chapter.",
            {"end": "return [np.sqrt(2 / w.shape[1]) * w for w in all_weights], all_biases"},
            {"end": "return [np.sqrt(1 / w.shape[1]) * w for w in all_weights], all_biases"},
            {"end": "return [0.01 * w for w in all_weights], all_biases"},
            {"end": "return [0.1 * w for w in all_weights], all_biases"},
        ),
        _draw(
            "draws-other-generator", "Another random generator",
            "Your numbers have the right shapes and distribution, but are others. Which of NumPy's "
            "generators gives this sequence?",
            "`default_rng` and the older `RandomState` give different numbers for one seed.",
            {"generator": "generator = np.random.default_rng(seed)"},
        ),
        _draw(
            "draws-seed-not-used", "The seed that was asked for is not used",
            "Your network does not depend on the seed. Where is it passed on?",
            "The same seed must give the same network, and another seed another.",
            {"generator": "generator = np.random.RandomState(0)"},
        ),
        _draw(
            "draws-seeded-again", "The generator is made anew for every array",
            "All your arrays begin with the same numbers. How often is the generator seeded?",
            "A generator that is made anew starts its sequence from the beginning.",
            {"draw": "return np.random.RandomState(seed).normal(size=(rows, columns))"},
        ),
        _draw(
            "draws-one-layer-missing", "A layer is missing",
            "Your lists have the wrong length. How many layers of parameters does a network with K "
            "hidden layers have?",
            "Each hidden layer has parameters, and so has the output.",
            {"end": "return all_weights[:-1], all_biases[:-1]"},
            {"end": "return all_weights[1:], all_biases[1:]"},
        ),
        _draw(
            "draws-hidden-layers-missing", "The layers between the first and the last are missing",
            "Some layers have no parameters. Which layers does your loop go through?",
            "Besides the first and the last there are K - 1 more.",
            {"end": "all_weights[1:K] = all_biases[1:K] = [None] * (K - 1)\n"
                    "return all_weights, all_biases"},
        ),
        _draw(
            "draws-lists-swapped", "The two lists are returned in the wrong order",
            "The first list that you return holds columns. Which of the two comes first?",
            "The function returns the weights first, then the biases.",
            {"end": "return all_biases, all_weights"},
        ),
        _draw(
            "draws-nothing-returned", "The function returns nothing",
            "Your function returns None. Which statement hands a result back?",
            "Without `return`, a function returns None.",
            {"end": "return None"},
        ),
    ),
    _trials_of(
        initialize_parameters,
        Form(
            "two lists of arrays",
            ("all_weights", "all_biases"),
            ("array Omega_{}", "array beta_{}"),
        ),
        _draw_cases,
    ),
    {"initialize_parameters": "Which shape has each array, and in which order are they drawn?"},
)


# ---- worst_relative_error ------------------------------------------------------------------

_error = functools.partial(_mistake, "worst_relative_error")


def _error_cases(rng):
    expected = np.array([-4.0, 1.0, 2.0, 3.0]) * rng.uniform(1, 2)
    expected = rng.permutation(expected).reshape(2, 2)
    off = np.array([[0.5, -1.0], [0.25, -0.75]])
    yield "an error in every entry", (expected + off, expected)
    yield "twice as large", (2 * expected, expected)
    yield "half as large", (0.5 * expected, expected)
    yield "the wrong sign", (-expected, expected)
    yield "numbers of a millionth", (1e-6 * (expected + off), 1e-6 * expected)
    yield "an expected entry of zero", (np.array([[0.5], [2.0]]), np.array([[0.0], [2.5]]))
    yield "too small by much", (np.array([[1.0], [-3.0]]), np.array([[5.0], [-3.0]]))
    yield "no error", (expected, expected.copy())
    yield "zeros", (np.zeros((3, 1)), np.zeros((3, 1)))


def _worst(found, expected):
    return relative_error(found, expected).max()


WORST_RELATIVE_ERROR = Subject(
    "worst_relative_error",
    """\
def worst_relative_error(found, expected):
    {scale}
    {zero}
    {body}
""",
    {
        "scale": "scale = max(np.abs(found).max(), np.abs(expected).max())",
        "zero": "if scale == 0: return 0.0",
        "body": "return np.abs(found - expected).max() / scale",
    },
    (
        _error(
            "error-absolute", "The absolute error",
            "Your result shrinks when both arrays do. On which scale is a difference large?",
            "A difference of 0.001 is small beside 1000 and large beside 0.001.",
            "return np.abs(found - expected).max()",
        ),
        _error(
            "error-by-entry", "Each entry is divided by its own size",
            "A tiny entry makes your error very large. On which scale does the gradient of an "
            "array matter: on that of each entry, or on that of the array?",
            "The rounding of a tiny entry would count as an error as large as the entry.",
            {"zero": "pass", "body": "return (np.abs(found - expected) / np.abs(expected)).max()"},
            {"zero": "pass", "body": "return np.nanmax(np.abs(found - expected) / "
                                     "np.maximum(np.abs(found), np.abs(expected)))"},
            "return (np.abs(found - expected) / np.maximum(np.abs(found), np.abs(expected))).max()",
        ),
        _error(
            "error-one-scale", "The scale comes from one of the two arrays",
            "Your error changes when the two arrays are exchanged. Which of them is the larger?",
            "With the larger of the two as the scale, the error is the same both ways.",
            {"scale": "scale = np.abs(expected).max()"},
            {"scale": "scale = np.abs(found).max()"},
        ),
        _error(
            "error-smaller-scale", "The scale is the smaller of the two",
            "Your error is larger than it should be where the arrays differ in size. Which of the "
            "two sizes is the scale?",
            "The smaller one may be zero where the other is not.",
            {"scale": "scale = min(np.abs(found).max(), np.abs(expected).max())"},
        ),
        _error(
            "error-scale-added", "The two sizes are added",
            "Your error is about half as large as it should be. Is the scale one size, or two "
            "together?",
            "Two equal arrays would have a scale twice their size.",
            {"scale": "scale = np.abs(found).max() + np.abs(expected).max()"},
            {"scale": "scale = (np.abs(found) + np.abs(expected)).max()"},
        ),
        _error(
            "error-scale-signed", "The scale is the largest entry, not the largest size",
            "An array with a large negative entry has too small a scale. How large is -4?",
            "The size of a negative entry is its absolute value.",
            {"scale": "scale = max(found.max(), expected.max())"},
        ),
        _error(
            "error-signed", "The differences keep their sign",
            "An error below zero is overlooked. Is -1 a smaller error than 0.5?",
            "An error's size is its absolute value.",
            "return (found - expected).max() / scale", "return (expected - found).max() / scale",
            "return np.abs((found - expected).max()) / scale",
        ),
        _error(
            "error-mean", "The mean error, not the worst",
            "Your error is smaller than the largest. Can one wrong entry hide among right ones?",
            "A mean over many right entries makes a wrong one small.",
            "return np.abs(found - expected).mean() / scale",
            "return np.mean(np.abs(found - expected)) / np.mean(np.abs(expected))",
        ),
        _error(
            "error-norm", "Lengths in place of the largest entries",
            "Your error mixes all entries. Which entry is the worst?",
            "The length of the difference over the length of the array is a relative error too, "
            "but not of the worst entry.",
            "return np.linalg.norm(found - expected) / np.linalg.norm(expected)",
            "return np.linalg.norm(found - expected) / "
            "max(np.linalg.norm(found), np.linalg.norm(expected))",
            "return np.linalg.norm(found - expected) / "
            "(np.linalg.norm(found) + np.linalg.norm(expected))",
        ),
        _error(
            "error-array", "An error for each entry",
            "Your result is an array. Which one number says how bad it is?",
            "The worst of the entries decides.",
            "return np.abs(found - expected) / scale",
        ),
        _error(
            "error-zero-by-zero", "Two arrays of zeros",
            "Two arrays of zeros give no number. What is their error, and what do you divide by?",
            "Zero divided by zero is not a number. Units that are not active have such gradients.",
            {"zero": "pass"},
            {"zero": "if scale == 0: return 1.0"},
        ),
        _error(
            "error-padded-scale", "A constant is added to the scale",
            "Very small arrays have too small an error. What does the constant do beside them?",
            "A constant that is small beside 1 is large beside a millionth.",
            *({"zero": "pass", "body": f"return np.abs(found - expected).max() / (scale + {e})"}
              for e in (1e-8, 1e-7, 1e-6, 1e-3)),
        ),
    ),
    _trials_of(_worst, ONE_NUMBER, _error_cases),
    {"worst_relative_error": "How large is the worst difference, and beside what is it large?"},
)

SUBJECTS = (
    RELU,
    INDICATOR_FUNCTION,
    COMPUTE_NETWORK_OUTPUT,
    LEAST_SQUARES_LOSS,
    D_LOSS_D_OUTPUT,
    BIAS_GRADIENTS,
    WEIGHT_GRADIENTS,
    *FINITE_DIFFERENCES.values(),
    INITIALIZE_PARAMETERS,
    WORST_RELATIVE_ERROR,
)
