"""The lines of a backward pass one by one: the right ones, and those of known mistakes.

A line is run on what a student's pass itself worked with at a layer. So a mistake is recognised
beside any others, known or not, in other lines, and also where it is made in some layers only.
"""

import functools
import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np

from backprop.backward_pass import indicator_function
from backprop.checks.subject import ways
from backprop.checks.trying import agree
from backprop.forward_pass import relu

PRODUCT, MASK = "7.24 product", "7.24 mask"


# ---- running lines -------------------------------------------------------------------------


def run(codes, result, **names):
    """The names after these lines of a pass, in the midst of what gave this result."""
    all_weights, all_biases, all_f, all_h, y = result.trial.arguments
    names = {
        "np": np, "relu": relu.__wrapped__, "indicator_function": indicator_function.__wrapped__,
        "all_weights": all_weights, "all_biases": all_biases, "all_f": all_f, "all_h": all_h,
        "y": y, "K": result.trial.depth, "all_dl_dweights": result.dl_dweights, **names,
    }
    for code in codes:
        exec(_compiled(code), names)  # our own text, from this package
    return names


@functools.lru_cache(maxsize=1024)
def _compiled(code):
    return compile(code, "<line of a backward pass>", "exec")


@dataclass(frozen=True, eq=False)
class Known:
    """Mistakes that explain what is broken: one, or one in the product and one in the mask.

    Attributes
    ----------
    entries : tuple of Misconception
    lines : dict
        {name of the line: code}, their wrong lines.
    made_at : function
        Of the depth of a network and a layer: whether they are made there.
    everywhere : bool
        Whether they may be made in all layers.
    """

    entries: tuple
    lines: dict
    made_at: Any
    everywhere: bool


class Lines:
    """The start and the way back of a pass: the right lines, but for some known mistakes."""

    def __init__(self, subject, known=()):
        self._right, self._known = subject.right_lines, known

    def start(self, result):
        """dl/df at the output."""
        return self._give("start", "dl_df", result, result.trial.depth)

    def product(self, result, layer, above):
        """The dl/dh that comes back to a layer, from the dl/df of the layer above."""
        return self._give("product", "dl_dh", result, layer, dl_df=above)

    def mask(self, result, layer, dl_dh):
        """The dl/df of a layer, from the dl/dh that comes back to it."""
        return self._give("mask", "dl_df", result, layer, dl_dh=dl_dh)

    def _give(self, line, name, result, layer, **names):
        shape = result.trial.arguments[2][layer].shape
        for known in self._known:
            if line in known.lines and known.made_at(result.trial.depth, layer):
                try:
                    given = run([known.lines[line]], result, layer=layer + 1, **names)[name]
                except Exception:  # many a wrong line raises on many a network
                    continue
                if np.shape(given) == shape:
                    return given
        return run([self._right[line]], result, layer=layer + 1, **names)[name]


# ---- which mistakes explain what a pass did ------------------------------------------------


def known_mistakes(subject, steps, broken):
    """The mistakes that explain broken equations, each at all steps that break it.

    Parameters
    ----------
    subject : Subject
    steps : list of Step
    broken : dict
        {equation: the steps that break it}

    Returns
    -------
    dict
        {equations: Known}, each key a tuple of the broken equations that are explained.
    """
    known = {}
    for equation, line, gives in (
        ("backward_pass", "start", _gives_start),
        ("7.21", "biases", _gives_biases),
        ("7.22", "weights", _gives_weights),
    ):
        if equation in broken:
            where = [step for step in steps if line != "start" or step.at_output]
            mistakes = [[mistake] for mistake in _mistakes_in(subject, {line})]
            known[equation,] = _first(mistakes, gives, broken[equation], where, subject)
    way_back = tuple(equation for equation in (PRODUCT, MASK) if equation in broken)
    if way_back:
        where = [step for step in steps if not step.at_output]
        wrong = [step for step in where if "way back" in step.broken]
        mistakes = [[mistake] for mistake in _mistakes_in(subject, {"product", "mask"})]
        if len(way_back) == 2:
            pairs = itertools.product(*(_mistakes_in(subject, {n}) for n in ("product", "mask")))
            mistakes += map(list, pairs)
        known[way_back] = _first(mistakes, _gives_way_back, wrong, where, subject)
    return {equations: one for equations, one in known.items() if one}


def known_products(subject):
    """The wrong products of the catalogue: functions from a step to its dl/dh; they may raise."""
    return [
        functools.partial(_product, subject.right_lines | lines)
        for _, lines in _mistakes_in(subject, {"product"})
    ]


def _mistakes_in(subject, names):
    mistakes = subject.mistakes + ways(subject.rare)
    return [(entry, lines) for entry, lines in mistakes if lines.keys() <= names]


def _first(choices, gives, wrong, steps, subject):
    """The first choice that gives what was found, as `Known`, or None.

    It must do so at every step that is wrong, and at all others too, at least those of the same
    layers, counted from the first or from the last.
    """
    others = [step for step in steps if step not in wrong and step.dl_df is not None]
    for mistakes in choices if wrong else ():
        changed = functools.reduce(dict.__or__, (lines for _, lines in mistakes))
        fits = functools.partial(_fits, gives, subject.right_lines | changed)
        if not all(map(fits, wrong)):
            continue
        not_made = [step for step in others if not fits(step)]
        for number in (lambda depth, layer: 0, lambda depth, layer: layer, int.__sub__):
            layers = {number(step.trial.depth, step.layer) for step in wrong}
            if not any(number(step.trial.depth, step.layer) in layers for step in not_made):
                entries = tuple(entry for entry, _ in mistakes)
                return Known(entries, changed, _made_at(number, layers), not not_made)
    return None


def _made_at(number, layers):
    return lambda depth, layer: number(depth, layer) in layers


def _fits(gives, lines, step):
    try:
        return gives(lines, step)
    except Exception:  # many a wrong line raises on many a network
        return False


def _gives_start(lines, step):
    return _same(run([lines["start"]], step.result)["dl_df"], step.dl_df)


def _gives_biases(lines, step):
    stored = _stored(lines["biases"], "all_dl_dbiases", step)
    return _same(stored, step.result.dl_dbiases[step.layer])


def _gives_weights(lines, step):
    stored = _stored(lines["weights"], "all_dl_dweights", step)
    return _same(stored, step.result.dl_dweights[step.layer])


def _stored(code, results, step):
    names = {results: [None] * (step.trial.depth + 1), "dl_df": step.dl_df, "dl_dh": step.dl_dh}
    return run([code], step.result, layer=step.layer, **names)[results][step.layer]


def _gives_way_back(lines, step):
    dl_dh = _product(lines, step)
    names = run([lines["mask"]], step.result, layer=step.layer + 1, dl_dh=dl_dh, dl_df=step.above)
    if step.dl_df is None:
        sums = names["dl_df"].sum(axis=1, keepdims=True)
        return _same(sums, step.result.biases[step.layer])
    return _same(names["dl_df"], step.dl_df)


def _product(lines, step):
    return run([lines["product"]], step.result, layer=step.layer + 1, dl_df=step.above)["dl_dh"]


def _same(one, found):
    return one is not None and agree(np.asarray(one, dtype=float), found)
