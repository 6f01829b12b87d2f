"""The mistakes that students make in finite differences and in the relative error."""

import functools

import numpy as np

from backprop.checking_gradients import relative_error
from backprop.checks.catalogue.making import (
    ONE_ARRAY,
    ONE_NUMBER,
    mistake,
    of_both_signs,
    trials_of,
)
from backprop.checks.subject import Subject


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
        yield name, (loss, of_both_signs(rng, shape), step)


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
    wrong = functools.partial(mistake, name)
    return (
        other_scheme,
        wrong(
            "difference-one-sided-down", "The nudge goes down only",
            "Your quotient compares the loss at the entry with the loss after a nudge down. At "
            "which two points is the loss to be taken?",
            "A backward difference errs as much as a forward one, with the other sign.",
            {"quotient": _BACKWARD},
        ),
        wrong(
            "difference-not-divided", "The difference is not divided by the step",
            "When the step is halved, your result is about halved. Is it a change, or a rate of "
            "change?",
            "A derivative is a change divided by what caused it.",
            {"quotient": quotient.split(" / ")[0]},
        ),
        wrong(
            "difference-multiplied", "The difference is multiplied by the step",
            "When the step is halved, your result falls to about a quarter. What makes a rate out "
            "of a change?",
            "A derivative is a change divided by what caused it.",
            {"quotient": quotient.replace(" / ", " * ")},
        ),
        wrong(
            "difference-wrong-distance", "The difference is divided by another distance",
            "Your result is off by a factor of 2. How far apart are the two points at which the "
            "loss was taken?",
            "The distance of the two points stands in the denominator: a rate is the change "
            "divided by the distance on which it happened.",
            {"quotient": quotient.replace("(2 * step)", "step") if "2 * step" in quotient
             else quotient.replace("/ step", "/ (2 * step)")},
        ),
        wrong(
            "difference-sign", "The difference is the wrong way round",
            "Your result has the wrong sign. Which of the two losses is subtracted from the other?",
            "Where the loss grows with the entry, the derivative is positive. So the loss at the "
            "smaller entry is subtracted from the one at the larger.",
            {"quotient": quotient.replace("= (", "= -(")},
        ),
        wrong(
            "difference-all-entries", "All entries are nudged together",
            "All entries of your result are alike. How many entries move in one nudge?",
            "A partial derivative moves one entry and holds the others.",
            {"nudge": "up, down = array + step, array - step"},
        ),
        wrong(
            "difference-nudges-pile-up", "The nudge of one entry is still there at the next",
            "Your first entry is right, but with some losses those after it are not. When the next "
            "entry has its turn, where is the nudge of the one before?",
            "A nudge that is made in the array itself, or through a second name for it, stays "
            "there for all entries that follow.",
            *_NUDGES_THAT_PILE_UP[name],
        ),
        wrong(
            "difference-relative-step", "The nudge depends on the size of the entry",
            "Your quotient moves large entries further than small ones. How far is each entry to "
            "be moved?",
            "The step is a distance here, not a fraction of the entry.",
            {"nudge": "up, down = array.copy(), array.copy()\nup[index] *= 1 + step\n"
                      "down[index] *= 1 - step"},
        ),
        wrong(
            "difference-own-step", "The step that was asked for is not used",
            "Your result does not depend on the step. Which argument says how large the nudge is?",
            "The function is called with many steps, to see how the error depends on them.",
            *({"nudge": f"step = {step}\nup, down = array.copy(), array.copy()\n"
                        "up[index] += step\ndown[index] -= step"}
              for step in (1e-4, 1e-5, 1e-6)),
        ),
        wrong(
            "difference-flat", "The result is one row of numbers",
            "Your result has lost the array's shape. Which shape does the gradient of a number "
            "with respect to an array have?",
            "The gradient has the shape of the array, so that each entry stands where its own is.",
            {"end": "return gradient.ravel()"},
        ),
        wrong(
            "difference-zero", "Every entry of the result is zero",
            "Your result is zero everywhere. Does each entry get a value, and are the two losses "
            "taken of two different arrays?",
            "A second name for an array is no second array: a nudge through it moves both, and the "
            "losses do not differ. And an entry that is never filled stays zero.",
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
        trials_of(right, ONE_ARRAY, _difference_cases),
        {name: "At which two points is the loss taken, and how far apart are they?"},
    )


FINITE_DIFFERENCES = {
    "forward": _difference_subject(
        "forward_difference", _forward_difference, _FORWARD,
        mistake(
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
        mistake(
            "central_difference", "difference-forward-for-central",
            "A forward difference in place of a central one",
            "Your quotient nudges to one side only. Which part of the error does a nudge to the "
            "other side cancel?",
            "With a nudge to each side the error's first term cancels.",
            {"quotient": _FORWARD},
        ),
    ),
}


_error = functools.partial(mistake, "worst_relative_error")


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
            "Your result shrinks when both arrays do. Compared with what is a difference large?",
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
            "Your error changes when the two arrays are exchanged. With which of their two sizes "
            "as the scale would it stay the same?",
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
            "Your error is too small, about half where the two arrays nearly agree. Is the scale "
            "one size, or two together?",
            "Two arrays that nearly agree would have a scale twice their size.",
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
            "A difference below zero is overlooked. Is a difference of -1 a smaller error than one "
            "of 0.5?",
            "An error's size is its absolute value.",
            "return (found - expected).max() / scale", "return (expected - found).max() / scale",
            "return np.abs((found - expected).max()) / scale",
        ),
        _error(
            "error-mean", "The mean error, not the worst",
            "Your error is a mean over the entries. Can one wrong entry hide among right ones?",
            "A mean over many right entries makes a wrong one small.",
            "return np.abs(found - expected).mean() / scale",
            "return np.mean(np.abs(found - expected)) / np.mean(np.abs(expected))",
        ),
        _error(
            "error-norm", "Lengths in place of the largest entries",
            "All entries have a part in your error. Which one should decide?",
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
            "error-zero-by-zero", "Two arrays of zeros are not given the error zero",
            "Two arrays of zeros do not get the right error. How far apart are they, and what is "
            "there to divide by?",
            "Zero divided by zero is not a number. Units that are not active have such gradients, "
            "and two of them agree.",
            {"zero": "pass"},
            {"zero": "if scale == 0: return 1.0"},
        ),
        _error(
            "error-padded-scale", "A constant is added to the scale",
            "Very small arrays have too small an error. What does the constant in your scale do "
            "beside them?",
            "A constant that is small beside 1 is large beside a millionth.",
            *({"zero": "pass", "body": f"return np.abs(found - expected).max() / (scale + {e})"}
              for e in (1e-8, 1e-7, 1e-6, 1e-3)),
        ),
    ),
    trials_of(_worst, ONE_NUMBER, _error_cases),
    {"worst_relative_error": "How large is the worst difference, and beside what is it large?"},
)


_direction = functools.partial(mistake, "directional_error")
_ALONG = "measured = (loss(array + step * direction) - loss(array - step * direction)) / (2 * step)"


def _direction_cases(rng):
    for name, loss, slope, shape, step, off in [
        ("a right gradient of a sum of cubes", _sum_of_cubes, lambda a: 3 * a**2, (2, 3), 0.25, 0),
        ("a gradient that is too large", _sum_of_squares, lambda a: 2 * a, (3, 2), 0.5, 2.0),
        ("a gradient that is too small", _sum_of_squares, lambda a: 2 * a, (4, 1), 0.5, -2.0),
        ("one entry", _sum_of_cubes, lambda a: 3 * a**2, (1, 1), 0.1, 3.0),
    ]:
        array, direction = of_both_signs(rng, shape), of_both_signs(rng, shape)
        yield name, (loss, array, slope(array) + off * direction, direction, step)


def _directional_error(loss, array, gradient, direction, step):
    measured = (loss(array + step * direction) - loss(array - step * direction)) / (2 * step)
    return abs(measured - (gradient * direction).sum())


DIRECTIONAL_ERROR = Subject(
    "directional_error",
    """\
def directional_error(loss, array, gradient, direction, step):
    {measured}
    {predicted}
    {end}
""",
    {
        "measured": _ALONG,
        "predicted": "predicted = (gradient * direction).sum()",
        "end": "return abs(measured - predicted)",
    },
    (
        _direction(
            "direction-forward", "A forward difference along the direction",
            "Your quotient nudges to one side only. Which part of the error does a nudge to the "
            "other side cancel?",
            "With a nudge to each side the error's first term cancels.",
            {"measured": "measured = (loss(array + step * direction) - loss(array)) / step"},
        ),
        _direction(
            "direction-wrong-distance", "The difference is divided by another distance",
            "Your rate is a change that is divided by another distance than the one between the "
            "two points. How many steps lie between them?",
            "A rate is the change divided by the distance on which it happened.",
            {"measured": _ALONG.replace("(2 * step)", "step")},
            {"measured": _ALONG.split(" / ")[0]},
        ),
        _direction(
            "direction-not-in-the-nudge", "All entries are nudged by the same amount",
            "Your nudge is the same in every entry. Along which direction is the loss to be "
            "measured?",
            "The gradient's rate is for the direction u: the nudge of entry i is the step times "
            "u_i.",
            {"measured": _ALONG.replace(" * direction", "")},
        ),
        _direction(
            "direction-not-in-the-rate", "The entries of the gradient are added up as they are",
            "Your predicted rate does not depend on the direction. How much does the loss change "
            "when entry i moves by u_i?",
            "Each entry's effect is its partial derivative times how far it moves; these are added "
            "up.",
            {"predicted": "predicted = gradient.sum()"},
        ),
        _direction(
            "direction-length-of-gradient", "The length of the gradient",
            "Your predicted rate is the length of the gradient. In which direction would the loss "
            "change at that rate?",
            "The length is the rate along the gradient itself. Along another direction it is less.",
            {"predicted": "predicted = np.linalg.norm(gradient)"},
        ),
        _direction(
            "direction-not-added-up", "The effects of the entries are not added up",
            "Your result is an array. All entries are nudged at once: how many rates are there?",
            "The loss is one number, and so is its rate of change along one direction.",
            {"predicted": "predicted = gradient * direction"},
        ),
        _direction(
            "direction-signed", "The difference keeps its sign",
            "Your result is negative for some gradients. How large is a difference of -2?",
            "An error's size is its absolute value.",
            {"end": "return measured - predicted"}, {"end": "return predicted - measured"},
        ),
        _direction(
            "direction-measured-alone", "The measured rate alone",
            "Your result does not depend on the gradient. With what is the measured rate to be "
            "compared?",
            "The rate says how the loss changes. The error says how far the gradient is from it.",
            {"end": "return abs(measured)"}, {"end": "return measured"},
        ),
    ),
    trials_of(_directional_error, ONE_NUMBER, _direction_cases),
    {"directional_error": "At which rate does the loss change along the direction, and which rate "
                          "does the gradient predict?"},
)
