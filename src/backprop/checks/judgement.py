"""Which equations a backward pass breaks, and at which steps: the simplest account of its results.

Each belief of `backprop.checks.witnesses` gives an account: these lines are wrong, and no others.
That account is taken which asks one to believe the least.
"""

from dataclasses import dataclass

import numpy as np

from backprop.checks.known_lines import Lines, known_mistakes, known_products
from backprop.checks.trying import agree
from backprop.checks.way_back import broken_lines
from backprop.checks.witnesses import BELIEFS, Result, factor_between, walk, wrong_gradients

WITNESS = {"7.22": "weights", "7.21": "biases"}

# What it costs to believe that a line is wrong: less if the mistake is a known one.
WRONG, KNOWN = 1.0, 0.75
# A line for the parameters that holds at the output, where dl/df is known, should hold below too;
# so should one that is off by a number there.
WRONG_ONLY_BELOW = 2.5
# A weight gradient that is a product with h^T is hardly wrong in more than that number.
WRONG_IN_DL_DF = 2.0
# The start has few ways to be wrong, and fewer that only a batch shows. Where it is off by a number
# it may be the believed gradient that is.
WRONG_START, START_OR_GRADIENT, WRONG_START_IN_BATCHES = 0.9, 1.1, 1.6
# Two gradients that are wrong and still agree with each other.
CONSPIRACY = 2.0
# Steps that the account says nothing of, since nothing shows them, or though the weights do.
NOT_SHOWN, NOT_SAID = 0.5, 3.0


@dataclass(frozen=True, eq=False)
class Account:
    """What is wrong with a pass, if one witness is believed.

    Attributes
    ----------
    steps : list of Step
    broken : dict
        {equation: the steps that show it}
    known : tuple of Known
    """

    steps: list
    broken: dict
    known: tuple

    @property
    def causes(self):
        """{equation: the mistake of the catalogue that explains it}"""
        return {entry.equation: entry for known in self.known for entry in known.entries}


def judge(subject, trials, outcomes, left_out=()):
    """The simplest `Account` of the results on these trials, without the layers ``left_out``.

    Trials with several examples are judged after those with one, which show more clearly what is
    wrong in both.
    """
    results = [
        Result(trial, *outcome.arrays, left_out)
        for trial, outcome in zip(trials, outcomes)
        if outcome.arrays is not None
    ]
    nothing = Account([], {}, ())
    one = _simplest(subject, [r for r in results if r.trial.examples == 1], nothing)
    several = _simplest(subject, [r for r in results if r.trial.examples > 1], one)
    broken = {
        equation: one.broken.get(equation, []) + several.broken.get(equation, [])
        for equation in one.broken | several.broken
    }
    both = _explained(subject, one.steps + several.steps, broken)
    # A mistake may be known where it alone is wrong, though in other trials something is added.
    more = [
        known
        for part, other in ((one, several), (several, one))
        for known in part.known
        if not any(e.equation in other.broken or e.equation in both.causes for e in known.entries)
    ]
    return Account(both.steps, both.broken, (*both.known, *more))


def _simplest(subject, results, before):
    """The simplest account of these results after what other results have shown before."""
    lines = Lines(subject, before.known)
    walks = {}
    for belief in BELIEFS:
        if belief.witness not in map(WITNESS.get, before.broken):
            steps = [step for result in results for step in walk(result, belief, lines)]
            walks.setdefault(tuple(map(_signature, steps)), steps)
    accounts = [_account(subject, steps, lines, before) for steps in walks.values()]
    return min(accounts, key=lambda account: _weight(account, before))


def _signature(step):
    """What may differ between two beliefs."""
    return step.broken, None if step.dl_df is None else np.round(step.dl_df, 9).tobytes()


def _account(subject, steps, lines, before):
    broken = {}
    for step in steps:
        for name in sorted(step.broken - {"way back"}):
            broken.setdefault("backward_pass" if name == "start" else name, []).append(step)
        if _is_misshapen(step):
            broken.setdefault("7.21", []).append(step)
    broken |= broken_lines(steps, lines, known_products(subject), set(before.broken))
    return _explained(subject, steps, broken)


def _is_misshapen(step):
    """Whether the bias gradient has the right numbers in another shape."""
    if step.dl_df is None or "7.21" in step.broken:
        return False
    return step.result.dl_dbiases[step.layer].shape != step.trial.expected[1][step.layer].shape


def _explained(subject, steps, broken):
    """An account with the known mistakes in place of what they seem to break."""
    known = known_mistakes(subject, steps, broken)
    broken = dict(broken)
    for equations, mistakes in known.items():
        where = dict.fromkeys(step for equation in equations for step in broken.pop(equation))
        broken |= {entry.equation: list(where) for entry in mistakes.entries}
    return Account(steps, broken, tuple(known.values()))


# ---- what it costs to believe an account ---------------------------------------------------


def _weight(account, before):
    """The cost, and where it is the same the number of steps at which something is wrong."""
    # The steps allow for known mistakes of before; what is broken again is broken in another way.
    new = account.broken.keys() - (before.broken.keys() - before.causes.keys())
    weight = sum(_weight_of_line(equation, account) for equation in new)
    if new >= WITNESS.keys() and _gradients_agree(account.steps):
        weight += CONSPIRACY
    if any(step.dl_df is None for step in account.steps):
        weight += NOT_SHOWN if "7.22" in account.broken | before.broken else NOT_SAID
    start = "backward_pass"
    if start in before.broken and start not in before.causes and start not in account.broken:
        weight += NOT_SAID
    return weight, sum(map(len, account.broken.values()))


def _outputs(steps):
    """The steps at outputs behind hidden layers; else the output layer is the first one, too."""
    return [step for step in steps if step.at_output and step.layer > 0]


def _gradients_agree(steps):
    """Whether both gradients of the output come from one dl/df."""
    shown = [
        (step.result.biases[step.layer], step.result.from_weights[step.layer])
        for step in _outputs(steps)
    ]
    return all(
        dl_df is not None and agree(biases, dl_df.sum(axis=1, keepdims=True))
        for biases, dl_df in shown
    )


def _weight_of_line(equation, account):
    where = account.broken[equation]
    for known in account.known:
        if equation in (entry.equation for entry in known.entries):
            if equation in WITNESS and not known.everywhere:
                return KNOWN * WRONG_ONLY_BELOW
            return KNOWN * (WRONG_START if equation == "backward_pass" else WRONG)
    if equation == "backward_pass":
        return _weight_of_start(where, account)
    if equation in WITNESS:
        return _weight_of_gradient(equation, where, account.steps)
    return WRONG


def _weight_of_start(where, account):
    outputs = _outputs(account.steps)
    wrong = [wrong_gradients(step.result, step.layer, step.expected) for step in outputs]
    if not all(any(equation in one for one in wrong) for equation in WITNESS):
        return CONSPIRACY  # a gradient that comes from the right start
    if any(step.trial.examples > 1 for step in where):
        return WRONG_START_IN_BATCHES
    by_a_number = all(
        step.dl_df is None or factor_between(step.expected, step.dl_df) for step in where
    )
    if by_a_number and account.broken.keys() & WITNESS.keys():
        return START_OR_GRADIENT
    return WRONG_START


def _weight_of_gradient(equation, where, steps):
    off = [step for step in where if equation in step.broken]
    weight = WRONG if len(off) < len(where) else 0.0  # at some steps only the shape is wrong
    if not off:
        return weight
    by_a_number = {step: _is_off_by_a_number(equation, step) for step in steps}
    if not _outputs(off) or all(by_a_number[step] for step in _outputs(steps)):
        return weight + (WRONG if all(by_a_number.values()) else WRONG_ONLY_BELOW)
    if equation == "7.22" and all(map(_is_product_with_h, off)):
        return weight + WRONG_IN_DL_DF
    return weight + WRONG


def _is_off_by_a_number(equation, step):
    if step.dl_df is None:
        return True
    if equation == "7.22":
        expected, found = step.dl_df @ step.h.T, step.result.weights[step.layer]
    else:
        expected, found = step.dl_df.sum(axis=1, keepdims=True), step.result.biases[step.layer]
    return agree(found, expected) or factor_between(expected, found) is not None


def _is_product_with_h(step):
    """Whether the weight gradient is a product with h^T, of one example, and not zero.

    With several examples it is that also where their columns were mixed.
    """
    found, dl_df = step.result.weights[step.layer], step.result.from_weights[step.layer]
    return step.trial.examples == 1 and (not step.h.any() or (dl_df is not None and found.any()))
