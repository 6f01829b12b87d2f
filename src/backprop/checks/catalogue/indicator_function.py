"""The mistakes that students make in the slope of the ReLU."""

import functools

from backprop.backward_pass import indicator_function
from backprop.checks.catalogue.making import ONE_ARRAY, entrywise_cases, mistake, trials_of
from backprop.checks.subject import Subject

_indicator = functools.partial(mistake, "indicator_function")

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
            "indicator-relu", "The ReLU, or the size of the entry, in place of the slope",
            "Large entries give large results. How steep is the ReLU at 2, and at 200?",
            "To the right of zero the ReLU is a straight line, so it has one slope there, however "
            "large the entry is. To the left it is flat.",
            "return np.maximum(x, 0.0)", "return np.abs(x)",
        ),
        _indicator(
            "indicator-nonzero", "Negative entries count as well",
            "Negative entries give 1. Which entries does the indicator look for?",
            "`!= 0` and `astype(bool)` ask whether an entry is zero, not whether it is positive. "
            "Ones everywhere ask nothing.",
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
    trials_of(indicator_function, ONE_ARRAY, entrywise_cases),
    {"indicator_function": "How steep is the ReLU to the left of zero, and to the right of it?"},
)
