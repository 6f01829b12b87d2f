"""What the subjects of all exercises are made with."""

import functools
from dataclasses import replace

import numpy as np

from backprop.checks.catalogue.backward_pass import CATALOGUE
from backprop.checks.subject import Misconception
from backprop.checks.trying import Form, Trial


def mistake(equation, slug, title, hint, why, *variants):
    """A mistake; a variant that is a text stands for the function's one line, its body."""
    variants = tuple(v if isinstance(v, dict) else {"body": v} for v in variants)
    return Misconception(slug, title, hint, why, variants, equation)


def lines_of_backward_pass(equation, *slugs):
    """Mistakes of the backward pass that a function of one of its lines has as well."""
    return tuple(replace(entry, equation=equation) for entry in CATALOGUE if entry.slug in slugs)


def trials_of(right, form, cases):
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


def of_both_signs(rng, shape):
    """Numbers of both signs, none of them near 0 or near 1."""
    array = rng.uniform(1.2, 3, shape)
    signs = np.where(np.arange(array.size) % 2, 1.0, -1.0)
    return array * rng.permutation(signs).reshape(shape)


ONE_ARRAY = Form("an array of numbers", ("the result",), ("array that you return",))
ONE_NUMBER = Form("one number", ("the result",), ("number that you return",))


def entrywise_cases(rng):
    yield "a column", (of_both_signs(rng, (6, 1)),)
    yield "a column for each of four examples", (of_both_signs(rng, (3, 4)),)
    yield "zeros among the entries", (np.array([[0.0], [2.0], [-3.0], [0.0]]),)
    yield "negative entries only", (-rng.uniform(1.2, 3, (3, 2)),)
    yield "a single entry", (rng.uniform(1.2, 3, (1, 1)),)
    yield "large and small entries", (np.array([[-400.0, 300.0], [0.02, -0.03]]),)


# Units, inputs and examples of the columns from which a layer's gradients are made.
COLUMNS = (
    ("four units, one example", 4, 3, 1),
    ("as many units as inputs, one example", 3, 3, 1),
    ("one unit, one example", 1, 2, 1),
    ("three units, five examples", 3, 4, 5),
    ("three units, three examples", 3, 3, 3),
)
