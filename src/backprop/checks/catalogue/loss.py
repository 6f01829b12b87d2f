"""The mistakes that students make in the loss and in its derivative."""

import functools

from backprop.checks.catalogue.backward_pass import RIGHT_LINES
from backprop.checks.catalogue.making import (
    ONE_ARRAY,
    ONE_NUMBER,
    lines_of_backward_pass,
    mistake,
    of_both_signs,
    trials_of,
)
from backprop.checks.subject import Subject
from backprop.loss import d_loss_d_output, least_squares_loss

_loss = functools.partial(mistake, "least_squares_loss")


def _loss_cases(rng):
    for name, shape in [
        ("one output, one example", (1, 1)),
        ("three outputs, one example", (3, 1)),
        ("one output, four examples", (1, 4)),
        ("two outputs, five examples", (2, 5)),
    ]:
        y = of_both_signs(rng, shape)
        yield name, (y + of_both_signs(rng, shape), y)


LEAST_SQUARES_LOSS = Subject(
    "least_squares_loss",
    "def least_squares_loss(net_output, y):\n    {body}\n",
    {"body": "return ((net_output - y) ** 2).sum()"},
    (
        _loss(
            "loss-mean", "A mean in place of the sum",
            "Your loss is divided by the number of outputs, of examples, or of both. Does the loss "
            "of this course add the squares up, or take their mean?",
            "The loss of this course is a sum over outputs and examples.",
            "return np.mean((net_output - y) ** 2)",
            "return ((net_output - y) ** 2).sum() / y.shape[1]",
            "return ((net_output - y) ** 2).sum() / y.shape[0]",
        ),
        _loss(
            "loss-halved", "Half the squared error",
            "With one output and one example your loss is half as large as it should be. Does a "
            "factor stand in front of the squares?",
            "Many books take half the squared error, so that the derivative has no 2. This one "
            "does not.",
            "return 0.5 * ((net_output - y) ** 2).sum()",
            "return 0.5 * np.mean((net_output - y) ** 2)",
        ),
        _loss(
            "loss-root", "The root of the sum of squares",
            "Your loss grows like the error and not like its square. Is a root taken in the loss "
            "of this course?",
            "The root of the sum of squares is the length of the error. The loss is the square of "
            "that length.",
            "return np.sqrt(((net_output - y) ** 2).sum())",
            "return np.sqrt(np.mean((net_output - y) ** 2))",
        ),
        _loss(
            "loss-absolute-value", "Absolute values in place of squares",
            "An error twice as large gives a loss twice as large. How many times as large should "
            "it be?",
            "That is another loss, less strict with large errors.",
            "return np.abs(net_output - y).sum()", "return np.mean(np.abs(net_output - y))",
        ),
        _loss(
            "loss-not-squared", "The errors are not squared",
            "Errors of opposite sign cancel. What in the loss of this course keeps them from "
            "cancelling?",
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
            "Your loss is a matrix: it multiplies the errors of different outputs, or of different "
            "examples, with each other. Which of these products are squares?",
            "The product of an array with its transpose pairs every column, or every row, with "
            "every other. Even where it has one entry it is a matrix, not a number.",
            "return (net_output - y).T @ (net_output - y)",
            "return (net_output - y) @ (net_output - y).T",
        ),
        _loss(
            "loss-sum-of-values", "The target is added",
            "Your loss is smallest where the output is the target's negative. What should be small "
            "when output and target agree?",
            "The error is the difference of output and target. Their sum is zero where the output "
            "is -y.",
            "return ((net_output + y) ** 2).sum()",
        ),
    ),
    trials_of(least_squares_loss, ONE_NUMBER, _loss_cases),
    {"least_squares_loss": "What is taken of each error, and what is done with all of them?"},
)

_d_loss = functools.partial(mistake, "d_loss_d_output")

D_LOSS_D_OUTPUT = Subject(
    "d_loss_d_output",
    """\
def d_loss_d_output(net_output, y):
    all_f, K = [net_output], 0
    {start}
    return dl_df
""",
    {"start": RIGHT_LINES["start"]},
    lines_of_backward_pass(
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
            "Your result adds up derivatives with respect to different outputs, or of different "
            "examples. Which shape must the gradient with respect to the output have?",
            "Each output of each example has a derivative of its own. The gradient has the shape "
            "of the output.",
            {"start": "dl_df = 2 * (net_output - y).sum()"},
            {"start": "dl_df = 2 * (net_output - y).sum(axis=1, keepdims=True)"},
            {"start": "dl_df = 2 * (net_output - y).sum(axis=0, keepdims=True)"},
        ),
        _d_loss(
            "derivative-without-sign", "The sign of the error is lost",
            "Your result is never negative. Does the loss grow or fall when an output that is too "
            "small grows?",
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
    trials_of(d_loss_d_output, ONE_ARRAY, _loss_cases),
    {"d_loss_d_output": "By how much does the loss change when one output grows a little?"},
)
