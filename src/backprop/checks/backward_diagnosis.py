"""What is wrong with a backward pass: the mistakes that explain it, or else the lines.

Several questions, one after the other. Do one or two mistakes of the catalogue give exactly this?
Are the lists in another order than they should be? Was the function written for one kind of
network? If not, `backprop.checks.judgement` tells which lines are wrong, and for each of them
whether the catalogue knows the mistake.
"""

from dataclasses import replace

import numpy as np

from backprop.checks.combinations import beside_unwritten_lines, one_or_two
from backprop.checks.diagnosis import (
    entries_off,
    explained,
    label,
    off,
    outcomes_of,
    says,
    sentence,
    wrong_shape,
)
from backprop.checks.judgement import judge
from backprop.checks.kinds import kind_that_is_right, right_for_one_kind, wrong_for_one_kind
from backprop.checks.report import Finding, place
from backprop.checks.trying import LARGEST_ARRAY, is_right, leaves, scale_of

EQUATIONS = ("backward_pass", "7.21", "7.22", "7.24 product", "7.24 mask")


def explain(subject, trials, outcomes):
    """The findings, the most fundamental first."""
    findings = (
        _known_mistakes(subject, trials, outcomes)
        or _few_digits(subject, trials, outcomes)
        or _in_another_order(subject, trials, outcomes)
        or right_for_one_kind(subject, trials, outcomes)
        or wrong_for_one_kind(subject, trials, outcomes, explain, _known_mistakes)
        or _line_by_line(subject, trials, outcomes)
    )
    return sorted(findings, key=lambda finding: EQUATIONS.index(finding.equation))


def _known_mistakes(subject, trials, outcomes):
    mistakes = one_or_two(subject, trials, outcomes)
    mistakes = mistakes or beside_unwritten_lines(subject, trials, outcomes)
    return [explained(subject, *mistake, trials, outcomes) for mistake in mistakes]


def _few_digits(subject, trials, outcomes):
    """Results that are nearly right, and made of numbers with three digits only."""
    if not all(map(_is_nearly_right_in_float16, trials, outcomes)):
        return []
    return [Finding(
        subject.name, (), "few-digits",
        "Your gradients are nearly right, but all their numbers are of the type float16, which "
        "has three digits. Which of your lines chooses this type?",
    )]


def _is_nearly_right_in_float16(trial, outcome):
    return outcome.arrays is not None and all(
        found is not None and found.shape == expected.shape
        and np.array_equal(found, found.astype(np.float16))
        and np.all(np.abs(found - expected) <= 0.02 * scale_of(expected))
        for (_, found), (_, expected) in zip(leaves(outcome.arrays), leaves(trial.expected))
    )


# ---- lists in another order ----------------------------------------------------------------

ORDERS = (
    ("lists-reversed", lambda weights, biases: [weights[::-1], biases]),
    ("lists-reversed", lambda weights, biases: [weights, biases[::-1]]),
    ("lists-reversed", lambda weights, biases: [weights[::-1], biases[::-1]]),
    ("weights-and-biases-swapped", lambda weights, biases: [biases, weights]),
)


def _in_another_order(subject, trials, outcomes):
    """Lists that have the right sizes in another order, and what is wrong with them besides."""
    if all(map(_is_in_order, trials, outcomes)):
        return []
    for slug, order in ORDERS:
        ordered = [
            outcome if outcome.arrays is None
            else replace(outcome, arrays=order(*outcome.arrays), result=order(*outcome.arrays))
            for outcome in outcomes
        ]
        if all(map(_is_in_order, trials, ordered)):
            finding = _of_entry(subject, slug, trials, outcomes)
            if all(map(is_right, trials, ordered)):
                return [finding]
            return [finding, *explain(subject, trials, ordered)]
    return []


def _is_in_order(trial, outcome):
    """Whether the sizes fit; with several examples there are other reasons why they may not."""
    return outcome.arrays is None or trial.examples > 1 or all(
        found is not None and found.size == expected.size
        for (_, found), (_, expected) in zip(leaves(outcome.arrays), leaves(trial.expected))
    )


def _of_entry(subject, slug, trials, outcomes, layer=None):
    """The finding for a mistake that shows in the student's result together with others."""
    entry = next(entry for entry in subject.catalogue if entry.slug == slug)
    trial, outcome = next(
        (trial, outcome) for trial, outcome in zip(trials, outcomes)
        if outcome.arrays is not None and not is_right(trial, outcome)
    )
    if layer is None:
        layers, _ = off(trial, outcome)
    else:
        layers = (layer % (trial.depth + 1),)
    message = f"{sentence(entry.equation, layers, trial, outcome)} {entry.hint}"
    return Finding(entry.equation, layers, slug, message)


# ---- line by line --------------------------------------------------------------------------


def _line_by_line(subject, trials, outcomes):
    left_out = {
        layer: _of_entry(subject, slug, trials, outcomes, layer)
        for slug, layer in LEFT_OUT if _is_left_out(layer, trials, outcomes)
    }
    account = judge(subject, trials, outcomes, tuple(left_out))
    kind = kind_that_is_right(trials, outcomes)
    return [
        *left_out.values(),
        *(_of_line(subject, equation, account, kind) for equation in account.broken),
        *_failures(subject, trials, outcomes, account),
    ]


# Layers whose gradients a loop may leave out, as indices.
LEFT_OUT = (("first-layer-forgotten", 0), ("output-layer-skipped", -1))


def _is_left_out(layer, trials, outcomes):
    """Whether a layer has no gradients, or zeros only, though the layer beside it has some."""
    deep = [
        (trial, outcome.arrays) for trial, outcome in zip(trials, outcomes)
        if trial.depth > 0 and outcome.arrays is not None
    ]
    beside = 1 if layer == 0 else -2
    return (
        all(_is_nothing(found[layer]) for _, arrays in deep for found in arrays)
        and any(np.any(trial.expected[0][layer]) for trial, _ in deep)
        and not all(_is_nothing(found[beside]) for _, arrays in deep for found in arrays)
    )


def _is_nothing(array):
    return array is None or (array.size <= LARGEST_ARRAY and not np.any(array))


def _of_line(subject, equation, account, kind):
    """The finding for a wrong line, told on the first network that shows it."""
    steps, entry = account.broken[equation], account.causes.get(equation)
    trial = steps[0].trial
    layers = {step.layer for step in steps if step.trial.depth == trial.depth}
    if equation == subject.name:
        layers = range(trial.depth + 1)  # all gradients are computed from a wrong start
    layers = tuple(sorted(layers))
    if entry:
        question = entry.hint
    elif all(step.trial.examples > 1 for step in steps):
        question = f"With one example it is right. {subject.questions_in_batches[equation]}"
    else:
        kind_words = f"For all networks with {kind[2]} it is right. " if kind else ""
        question = f"{kind_words}{subject.questions[equation]}"
    shown = [step for step in steps if step.trial is trial]
    part = _part_that_shows(equation, account)
    found = _misfit(shown, part) if equation in trial.form.equations else ""
    message = (
        f"{place(equation, layers)}: {found or 'numbers are off'} (tried with: {trial.name}). "
        f"{question}"
    )
    pictures = [picture for step in shown[:2] for picture in _picture(equation, step, part)]
    return Finding(equation, layers, entry.slug if entry else None, message, pictures)


def _part_that_shows(equation, account):
    """Which list shows a wrong line: its own, or one that is right but for this line."""
    if equation in ("7.22", "7.21"):
        return ("7.22", "7.21").index(equation)
    return 0 if "7.21" in account.broken else 1


def _misfit(steps, part):
    """In words, an array of one list that is missing or has another shape; empty if none."""
    for step in steps:
        name, _ = label(step.trial, (part, step.layer))
        found, expected = step.result.lists[part][step.layer], step.trial.expected[part][step.layer]
        if found is None:
            return f"there is no {name}, or it is not made of numbers"
        if found.shape != expected.shape:
            return wrong_shape(name, found, expected)
    return ""


def _picture(equation, step, part):
    """Which entries of a gradient are off from what they should be after the rest of the pass."""
    dl_df = step.dl_df if equation in ("7.22", "7.21") else step.expected
    expected = (dl_df @ step.h.T, dl_df.sum(axis=1, keepdims=True))[part]
    found = step.result.lists[part][step.layer]
    if found is None or found.shape != expected.shape:
        return []
    name, _ = label(step.trial, (part, step.layer))
    return [(name, entries_off(found, expected))]


def _failures(subject, trials, outcomes, account):
    """The first network on which there was no result to look at, if that needs a finding.

    A wrong line that was found explains that there is none where the widths differ, or where the
    line fails if it alone is wrong.
    """
    failures = [(t, outcome) for t, outcome in zip(trials, outcomes) if outcome.arrays is None]
    if account.broken:
        failures = [one for one in failures if len(set(one[0].widths)) == 1 or not one[0].depth]
    for known in account.known:
        alone = outcomes_of(subject, known.lines, [trial for trial, _ in failures])
        failures = [one for one, other in zip(failures, alone) if other.arrays is not None]
    return failures and [
        _of_what_is_raised(subject, *zip(*failures)) or _without_gradients(subject, *failures[0])
    ]


def _of_what_is_raised(subject, trials, outcomes):
    """The finding for a known mistake that raises the same words on all these networks, or None."""
    for entry, lines in subject.mistakes if all(outcome.error for outcome in outcomes) else ():
        if says(subject, lines, trials, outcomes):
            return explained(subject, entry, lines, trials, outcomes)
    return None


def _without_gradients(subject, trial, outcome):
    message = (
        f"Your function gave no gradients to compare (tried with: {trial.name}): {outcome.told}."
    )
    return Finding(subject.name, (), None, message)
