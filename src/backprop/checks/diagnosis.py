"""From what a student's function did with the trials of its subject to the findings.

This is what all checks share. The result is compared with what each mistake of the subject's
catalogue gives on the same trials. Where none fits, the findings tell what was returned and what
was expected, and ask the subject's question.
"""

import functools
import operator

import numpy as np

from backprop.checks.report import Finding, Report, place
from backprop.checks.trying import (
    LARGEST_ARRAY,
    TOLERANCE,
    agree,
    is_right,
    leaves,
    run,
    scale_of,
    try_out,
    unharmed,
)


def diagnose(function, subject, trials, explain):
    """A `Report` on a function.

    Parameters
    ----------
    function : the student's
    subject : Subject
    trials : sequence of Trial
    explain : function
        ``explain(subject, trials, outcomes)`` gives the findings where a result is wrong.
    """
    outcomes = [try_out(function, trial) for trial in trials]
    with unharmed():
        again = try_out(function, trials[0])
        findings = kept_state(subject, trials[0], outcomes[0], again)
        if all(map(is_right, trials, outcomes)):
            findings = changed_arguments(subject, outcomes) + findings
        elif subject.name not in {finding.equation for finding in findings}:
            # What the state has changed is not judged; the other part of the result is.
            told = {finding.equation for finding in findings}
            others = explain(subject, trials, outcomes)
            findings += [finding for finding in others if finding.equation not in told]
    return Report(_name(function, subject), findings)


def _name(function, subject):
    name = getattr(function, "__name__", "")
    return name if isinstance(name, str) and name.isidentifier() else subject.name


def changed_arguments(subject, outcomes):
    """A right result can still come from a function that does harm."""
    if not any(outcome.changed_arguments for outcome in outcomes):
        return []
    return [Finding(
        subject.name, (), "changes-its-arguments",
        "The result is right, but the function changes the arrays that it was given. Which of "
        "its lines writes into them, and what happens to a caller who still needs them?",
    )]


def kept_state(subject, trial, first, again):
    """Whether the same arguments give another result the second time, and in which part."""
    if first.error == again.error and same(first.result, again.result):
        return []
    parts = zip(trial.form.equations, first.arrays or (), again.arrays or ())
    changed = [equation for equation, one, other in parts if not same(one, other)]
    equation = changed[0] if len(changed) == 1 else subject.name
    return [Finding(
        equation, (), "keeps-state",
        f"{place(equation, ())}: called a second time with the same arguments, the function "
        "returns something else. Does it keep anything from one call to the next, in a global or "
        "a default argument, or draw random numbers?",
    )]


def explain(subject, trials, outcomes):
    """The one mistake of the catalogue that gives all of this, or else what can be seen."""
    for entry, lines in subject.mistakes:
        if matches(subject, [lines], trials, outcomes):
            return [explained(subject, entry, lines, trials, outcomes)]
    return [seen(subject, trials, outcomes)]


def seen(subject, trials, outcomes):
    """What was found and what was expected, on the first trial that is wrong."""
    (equation, question), = subject.questions.items()
    trial, outcome = next(
        (trial, outcome) for trial, outcome in zip(trials, outcomes) if not is_right(trial, outcome)
    )
    layers, pictures = off(trial, outcome)
    message = f"{sentence(equation, layers, trial, outcome)} {question}"
    return Finding(equation, layers, None, message, pictures)


# ---- the catalogue -------------------------------------------------------------------------


@functools.lru_cache(maxsize=2**15)
def _outcome_of(subject, lines, trial):
    return run(subject.wrong(dict(lines)), trial)


def outcomes_of(subject, lines, trials):
    """What the function with these wrong lines does, trial by trial, as they are asked for."""
    lines = tuple(sorted(lines.items()))
    return (_outcome_of(subject, lines, trial) for trial in trials)


def matches(subject, mistakes, trials, outcomes):
    """Whether these mistakes together, each a dict of wrong lines, are what the student did."""
    together = functools.reduce(operator.or_, mistakes)
    return (
        gives(subject, together, trials, outcomes)
        and all(_is_wrong_somewhere(subject, lines, trials) for lines in mistakes)
        and (
            all(shows(subject, lines, trials, outcomes) for lines in mistakes)
            or says(subject, together, trials, outcomes)
        )
    )


def _is_wrong_somewhere(subject, lines, trials):
    """Whether these trials can show these wrong lines; else they explain nothing."""
    return not all(map(is_right, trials, outcomes_of(subject, lines, trials)))


def gives(subject, lines, trials, outcomes):
    """Whether the function with these wrong lines does what the student's did, on every trial."""
    return all(
        one.error == other.error and same(one.result, other.result)
        for one, other in zip(outcomes_of(subject, lines, trials), outcomes)
    )


def shows(subject, lines, trials, outcomes):
    """Whether these wrong lines show in something that the student's function returned.

    Where they show only in what it raised, there is no telling which line raised.
    """
    return any(
        outcome.result is not None and not is_right(trial, alone)
        for trial, outcome, alone in zip(trials, outcomes, outcomes_of(subject, lines, trials))
    )


def says(subject, lines, trials, outcomes):
    """Whether the function with these wrong lines fails with the same words as the student's."""
    alone = outcomes_of(subject, lines, trials)
    return all(one.problem == other.problem for one, other in zip(alone, outcomes))


def same(one, other):
    """Whether two results are nested alike, and their arrays agree."""
    if isinstance(other, list):
        return isinstance(one, list) and len(one) == len(other) and all(map(same, one, other))
    if one is None or other is None or isinstance(one, list):
        return one is other
    if one.size > LARGEST_ARRAY:
        return one.shape == other.shape
    return agree(one, other) or _agree_where_finite(one, other)


def _agree_where_finite(one, other):
    """Whether two arrays agree, with NaN and infinity in the same places."""
    if one.shape != other.shape:
        return False
    finite = np.isfinite(other)
    return (
        not finite.all()
        and np.array_equal(one[~finite], other[~finite], equal_nan=True)
        and agree(one[finite], other[finite])
    )


def explained(subject, entry, lines, trials, outcomes):
    """The finding for a mistake, told at the first trial on which it shows."""
    for trial, outcome, alone in zip(trials, outcomes, outcomes_of(subject, lines, trials)):
        if not is_right(trial, alone):
            layers, pictures = off(trial, alone, entry.equation)
            # What the mistake gives alone shows nothing of others that were made beside it.
            shown = outcome if outcome.arrays is None or alone.arrays is None else alone
            message = f"{sentence(entry.equation, layers, trial, shown)} {entry.hint}"
            return Finding(entry.equation, layers, entry.slug, message, pictures)
    raise ValueError(f"{entry.slug} is right on all of these trials")


# ---- in words ------------------------------------------------------------------------------


def label(trial, path):
    """What to call an array of a result, and its layer or None."""
    text = trial.form.labels[path[0] if path else 0]
    return text.format(*path[1:]), path[1] if len(path) > 1 else None


def off(trial, outcome, equation=""):
    """The layers whose arrays are off, and for at most two arrays which entries are.

    If the equation is that of one part of the result, only that part is looked at.
    """
    layers, pictures = set(), []
    if outcome.arrays is None:
        return (), []
    for path, found, expected in _pairs_of_arrays(trial, outcome, equation):
        if agree(found, expected):
            continue
        name, layer = label(trial, path)
        layers |= {layer} - {None}
        if found is not None and found.shape == expected.shape != () and len(pictures) < 2:
            pictures.append((name, entries_off(found, expected)))
    return tuple(sorted(layers)), pictures


def entries_off(found, expected):
    return ~(np.abs(found - expected) <= TOLERANCE * scale_of(expected))


def sentence(equation, layers, trial, outcome):
    """Where it is and what was found there, shapes included, without a right number."""
    start = place(equation, layers)
    if outcome.arrays is None:
        return f"{start}: {outcome.told} (tried with: {trial.name})."
    for path, found, expected in _pairs_of_arrays(trial, outcome, equation):
        name, _ = label(trial, path)
        if found is None:
            return f"{start}: there is no {name}, or it is not made of numbers."
        if found.shape != expected.shape:
            return f"{start}: {wrong_shape(name, found, expected)} (tried with: {trial.name})."
    return f"{start}: numbers are off (tried with: {trial.name})."


def wrong_shape(name, found, expected):
    wanted = f"must have shape {expected.shape}" if expected.shape else "must be one number"
    return f"the {name} has shape {found.shape}, it {wanted}"


def _pairs_of_arrays(trial, outcome, equation):
    """(path, found, expected) for each array, the last layer of each list first."""
    found = dict(leaves(outcome.arrays))
    equations = trial.form.equations
    pairs = [
        (path, found[path], expected)
        for path, expected in leaves(trial.expected)
        if equation not in equations or equations[path[0]] == equation
    ]
    return sorted(pairs, key=lambda pair: (pair[0][:1], [-layer for layer in pair[0][1:]]))
