"""What the checks take for what: every mistake that they know is made, and they are asked.

The tables and the figure of the page `what_the_checks_tell_apart` are made from these records, and
tests/test_checks.py holds the checks to them. Whether two mistakes give the same numbers is found
out here by running both, not by asking the checks.
"""

import functools
import itertools
import operator
from collections import Counter
from dataclasses import dataclass

import numpy as np
from backprop.checks import backward_diagnosis, diagnosis
from backprop.checks.backward_diagnosis import EQUATIONS
from backprop.checks.catalogue.backward_pass import BACKWARD_PASS, CATALOGUE, wrong_backward_pass

# The catalogue was written while looking at the networks of another seed, the default one.
SEEDS = (11, 101)

# How a try can end: see `ending`.
AS_MADE = "as made"
NOTHING_RETURNED = "nothing returned"
SAME_NUMBERS = "same numbers"
OTHERWISE = "otherwise"
ENDINGS = (AS_MADE, SAME_NUMBERS, NOTHING_RETURNED, OTHERWISE)

NO_EQUATION = "none"


@dataclass(frozen=True, eq=False)
class Try:
    """A function with mistakes that were made on purpose, and what its check said.

    Attributes
    ----------
    made : tuple of Misconception
    lines : dict
        The wrong lines, {name: code}.
    seed : int
        Of the trials.
    reported : tuple of (equation, cause)
    """

    made: tuple
    lines: dict
    seed: int
    reported: tuple

    @property
    def as_made(self):
        """Whether the report names the mistakes that were made, with their equations, alone."""
        return set(self.reported) == {(entry.equation, entry.slug) for entry in self.made}


def try_mistakes(subject, made, lines, seed):
    """Make these mistakes in a function and ask its check.

    Parameters
    ----------
    subject : Subject
    made : tuple of Misconception
    lines : dict
        One way to make them, {name of the line: code}.
    seed : int
    """
    explain = backward_diagnosis.explain if subject is BACKWARD_PASS else diagnosis.explain
    report = diagnosis.diagnose(subject.wrong(lines), subject, subject.trials(seed), explain)
    reported = tuple((finding.equation, finding.cause) for finding in report.findings)
    return Try(made, lines, seed, reported)


def try_each(subject, seeds=SEEDS):
    """Every mistake of a function's catalogue, made in every way, on the trials of every seed.

    Examples
    --------
    >>> from backprop.checks.catalogue import RELU
    >>> tries = try_each(RELU, seeds=[11])
    >>> tries[0].made[0].slug, tries[0].reported
    ('relu-absolute-value', (('relu', 'relu-absolute-value'),))
    """
    return [
        try_mistakes(subject, (entry,), lines, seed)
        for entry, lines in subject.mistakes
        for seed in seeds
    ]


def pairs_of_mistakes():
    """Every two mistakes of a backward pass in lines of different equations."""
    return [
        (first, second)
        for first, second in itertools.combinations(CATALOGUE, 2)
        if first.equation != second.equation
        and not first.variants[0].keys() & second.variants[0].keys()
    ]


def try_each_pair(seed=SEEDS[0]):
    """Every pair, each mistake made in the first of its ways. It takes about twenty seconds."""
    return [
        try_mistakes(BACKWARD_PASS, pair, pair[0].variants[0] | pair[1].variants[0], seed)
        for pair in pairs_of_mistakes()
    ]


# ---- how a try of the backward pass ends ---------------------------------------------------


def ending(tried):
    """AS_MADE, SAME_NUMBERS, NOTHING_RETURNED or OTHERWISE.

    Where other mistakes are reported than were made, they must do the same on every network:
    return the same numbers, or nothing. NOTHING_RETURNED is where no network with a hidden layer
    gives any.

    Examples
    --------
    >>> entry = next(entry for entry in CATALOGUE if entry.slug == "output-sign")
    >>> ending(try_mistakes(BACKWARD_PASS, (entry,), entry.variants[0], seed=11))
    'as made'
    """
    if tried.as_made:
        return AS_MADE
    if not _same_as_reported(tried):
        return OTHERWISE
    return NOTHING_RETURNED if _nothing_returned(tried) else SAME_NUMBERS


def _nothing_returned(tried):
    """Whether there is no result on any network with a hidden layer."""
    return all(
        result is None
        for network, result in zip(BACKWARD_PASS.trials(tried.seed), _results(tried, tried.lines))
        if network.depth > 0
    )


def _same_as_reported(tried):
    """Whether the reported mistakes, each made in one of its ways, give the same results."""
    ways = {(entry.equation, entry.slug): entry.variants for entry in CATALOGUE}
    chosen = itertools.product(*(ways.get(finding, ()) for finding in tried.reported))
    together = (functools.reduce(operator.or_, lines, {}) for lines in chosen)
    return any(
        all(map(_same, _results(tried, tried.lines), _results(tried, lines)))
        for lines in together
    )


def _results(tried, lines):
    """What the pass with these lines returns for each network, None where it raises."""
    wrong = wrong_backward_pass(lines)
    for network in BACKWARD_PASS.trials(tried.seed):
        try:
            with np.errstate(all="ignore"):
                yield wrong(*network.arguments)
        except Exception:
            yield None


def _same(one, other):
    if one is None or other is None:
        return one is other
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(_same, one, other))
    return np.shape(one) == np.shape(other) and np.allclose(one, other)


# ---- counts --------------------------------------------------------------------------------


def equations_reported(tried):
    """For each mistake that was made, its equation and the equation that was reported of it.

    It is its own where that is reported. Else it is one that is reported and was not made, and
    NO_EQUATION where there is none.

    Examples
    --------
    >>> masked, product = (next(e for e in CATALOGUE if e.slug == slug)
    ...                    for slug in ("mask-missing", "product-sign"))
    >>> equations_reported(Try((masked, product), {}, 11, (("7.24 mask", "mask-inverted"),)))
    [('7.24 mask', '7.24 mask'), ('7.24 product', 'none')]
    """
    made = [entry.equation for entry in tried.made]
    reported = [equation for equation, _ in tried.reported]
    others = [equation for equation in reported if equation not in made] or [NO_EQUATION]
    left = itertools.chain(others, itertools.repeat(others[-1]))
    return [(equation, equation if equation in reported else next(left)) for equation in made]


def by_equation(tries):
    """A Counter of (equation of a mistake that was made, equation that was reported of it)."""
    return Counter(itertools.chain.from_iterable(map(equations_reported, tries)))


def in_order_of_the_pass(entries):
    """The mistakes, those of one equation together."""
    return sorted(entries, key=lambda entry: EQUATIONS.index(entry.equation))
