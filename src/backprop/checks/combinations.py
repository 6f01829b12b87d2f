"""Mistakes of the catalogue that together give exactly what a student's backward pass gave."""

import itertools

from backprop.checks.catalogue.backward_pass import UNWRITTEN
from backprop.checks.diagnosis import matches, outcomes_of, same
from backprop.checks.trying import is_right


def one_or_two(subject, trials, outcomes):
    """The one mistake, or the two, that give all of this: a list of (entry, lines), or []."""
    singles = ([mistake] for mistake in subject.mistakes)
    candidates = itertools.chain(singles, _pairs(subject, trials, outcomes))
    return _first_that_matches(candidates, subject, trials, outcomes)


def beside_unwritten_lines(subject, trials, outcomes):
    """The same for an exercise of which several lines are not written yet: at most one mistake."""
    unwritten = [
        mistake for mistake in subject.mistakes
        if mistake[1].items() <= UNWRITTEN.items()
        # A list of zeros is quickly told from another one.
        and mistake[1].keys() - _agreeing_parts(subject, mistake[1], trials, outcomes)
        <= {"product", "mask"}
    ]
    candidates = (
        [*lines_to_write, *mistake]
        for mistake in ([], *([one] for one in subject.mistakes))
        for count in range(2, len(unwritten) + 1)
        for lines_to_write in itertools.combinations(unwritten, count)
        if not any(one[1].keys() & other[1].keys() for one in mistake for other in lines_to_write)
    )
    return _first_that_matches(candidates, subject, trials, outcomes)


def _first_that_matches(candidates, subject, trials, outcomes):
    return next(
        (
            mistakes for mistakes in candidates
            if matches(subject, [lines for _, lines in mistakes], trials, outcomes)
        ),
        [],
    )


# ---- which pairs are worth running ---------------------------------------------------------


def _pairs(subject, trials, outcomes):
    """Pairs of mistakes, in different lines, that are worth running together.

    A wrong line does not touch everything that is returned. What it leaves alone must be what the
    other mistake gives by itself; that is known already, so most pairs need not be run.
    """
    alone = [
        (mistake, _agreeing_parts(subject, mistake[1], trials, outcomes))
        for mistake in subject.mistakes
    ]
    for (first, parts), (second, other_parts) in itertools.combinations(alone, 2):
        if (
            not first[1].keys() & second[1].keys()
            and ("error" in parts | other_parts or _reads_results({**first[1], **second[1]}))
            and _may_be_joined_by(second[1], other_parts, first[1], parts)
            and _may_be_joined_by(first[1], parts, second[1], other_parts)
        ):
            yield first, second


def _agreeing_parts(subject, lines, trials, outcomes):
    """Which parts of the student's result are what these wrong lines give: a set of names.

    "weights" and "biases" are the two lists, wherever there are two; "output" is everything on
    networks without a hidden layer; "active" is everything where all units are active; "error" is
    what is raised, if anything is. "no effect" stands for a right result where all units are
    active.
    """
    def agrees(compared, networks=lambda trial: True):
        chosen = [one for one in zip(trials, outcomes) if networks(one[0])]
        alone = outcomes_of(subject, lines, [trial for trial, _ in chosen])
        return all(
            compared(one.result, other.result)
            for one, (_, other) in zip(alone, chosen)
            if _two_lists(other.result) and _two_lists(one.result)
        )

    active = [trial for trial in trials if trial.all_active]
    failed = [one for one in zip(trials, outcomes) if one[1].error][:1]
    parts = {
        "weights": agrees(lambda one, other: same(one[0], other[0])),
        "biases": agrees(lambda one, other: same(one[1], other[1])),
        "output": agrees(same, lambda trial: trial.depth == 0),
        "active": agrees(same, lambda trial: trial.all_active),
        "no effect": all(map(is_right, active, outcomes_of(subject, lines, active))),
        "error": all(
            one.error == other.error
            for trial, other in failed for one in outcomes_of(subject, lines, [trial])
        ),
    }
    return {name for name, agreeing in parts.items() if agreeing}


def _two_lists(result):
    return result is not None and len(result) == 2 and all(isinstance(r, list) for r in result)


def _may_be_joined_by(other_lines, other_parts, lines, parts):
    """Whether the parts that ``other_lines`` leave alone are what ``lines`` give by themselves."""
    if _reads_results(lines):
        return True
    if other_lines.keys() <= {"biases", "weights"}:
        return bool(parts & {"weights", "biases"})  # either, as the lists may have been swapped
    if other_lines.keys() <= {"product", "mask"}:
        # A mask that does nothing where all units are active leaves the product alone there.
        only_a_mask = other_lines.keys() == {"mask"} and "no effect" in other_parts
        active = only_a_mask and lines.keys() == {"product"}
        return parts >= ({"output", "active"} if active else {"output"})
    return True


def _reads_results(lines):
    """Whether the way back runs through a result, so that other lines leave nothing alone."""
    return "all_dl_dweights" in lines.get("product", "")
