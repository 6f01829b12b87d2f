"""What is wrong with a backward pass: the mistakes that explain it, or else the lines.

Three questions, one after the other. Do one or two mistakes of the catalogue give exactly this? If
not on all networks, then on one kind of network, the only kind that the function was written for?
If not, which lines do the witnesses of `backprop.checks.witnesses` name?
"""

import itertools

from backprop.checks.catalogue.backward_pass import UNWRITTEN
from backprop.checks.diagnosis import explained, matches, off, outcomes_of, same, sentence
from backprop.checks.report import Finding
from backprop.checks.trying import agree, is_right, leaves
from backprop.checks.witnesses import judge_lines

EQUATIONS = ("backward_pass", "7.21", "7.22", "7.24 product", "7.24 mask")


def explain(subject, trials, outcomes):
    """The findings, the most fundamental first."""
    findings = (
        _explained_by_mistakes(subject, trials, outcomes)
        or _explained_beside_unwritten_lines(subject, trials, outcomes)
        or _right_for_one_kind(subject, trials, outcomes)
        or _explained_for_one_kind(subject, trials, outcomes)
        or _half_explained(subject, trials, outcomes)
    )
    if not findings:
        findings = [
            *_named_by_witnesses(subject, trials, outcomes),
            *_without_gradients(subject, trials, outcomes),
        ]
    return sorted(findings, key=lambda finding: EQUATIONS.index(finding.equation))


# ---- one or two mistakes of the catalogue --------------------------------------------------


def _variants(subject):
    return [(entry, lines) for entry in subject.catalogue for lines in entry.variants]


def _explained_by_mistakes(subject, trials, outcomes):
    singles = ([mistake] for mistake in _variants(subject))
    candidates = itertools.chain(singles, _pairs(subject, trials, outcomes))
    return _first_that_explains(candidates, subject, trials, outcomes)


def _first_that_explains(candidates, subject, trials, outcomes):
    for mistakes in candidates:
        if matches(subject, [lines for _, lines in mistakes], trials, outcomes):
            return [explained(subject, *mistake, trials, outcomes) for mistake in mistakes]
    return []


def _explained_beside_unwritten_lines(subject, trials, outcomes):
    """A mistake, or none, in an exercise of which several lines are not written yet."""
    unwritten = [
        mistake for mistake in _variants(subject)
        if mistake[1].items() <= UNWRITTEN.items()
        # A list of zeros is quickly told from another one.
        and mistake[1].keys() - _agreeing_parts(subject, mistake[1], trials, outcomes)
        <= {"product", "mask"}
    ]
    candidates = (
        [*lines_to_write, *mistake]
        for mistake in ([], *([one] for one in _variants(subject)))
        for count in range(2, len(unwritten) + 1)
        for lines_to_write in itertools.combinations(unwritten, count)
        if not any(one[1].keys() & other[1].keys() for one in mistake for other in lines_to_write)
    )
    return _first_that_explains(candidates, subject, trials, outcomes)


def _pairs(subject, trials, outcomes):
    """Pairs of mistakes, in different lines, that are worth running together.

    A wrong line does not touch everything that is returned. What it leaves alone must be what the
    other mistake gives by itself; that is known already, so most pairs need not be run.
    """
    alone = [
        (mistake, _agreeing_parts(subject, mistake[1], trials, outcomes))
        for mistake in _variants(subject)
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
        return all(
            compared(one.result, other.result)
            for trial, one, other in zip(trials, outcomes_of(subject, lines, trials), outcomes)
            if networks(trial) and _two_lists(other.result) and _two_lists(one.result)
        )

    def all_active(trial):
        return trial.name == "all units active"

    parts = {
        "weights": agrees(lambda one, other: same(one[0], other[0])),
        "biases": agrees(lambda one, other: same(one[1], other[1])),
        "output": agrees(same, lambda trial: trial.depth == 0),
        "active": agrees(same, all_active),
        "no effect": all(
            is_right(trial, one)
            for trial, one in zip(trials, outcomes_of(subject, lines, trials)) if all_active(trial)
        ),
        "error": _raises_like(subject, lines, trials, outcomes),
    }
    return {name for name, agreeing in parts.items() if agreeing}


def _raises_like(subject, lines, trials, outcomes):
    for one, other in zip(outcomes_of(subject, lines, trials), outcomes):
        if other.error:
            return one.error == other.error
    return True


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


# ---- functions that were written for one kind of network -----------------------------------

# From wide to narrow: what the network must be, the words for it, and a question.
KINDS = (
    ("one-example", lambda t: t.examples == 1, "one example",
     "Which shapes have a column for each example?"),
    ("equal-hidden-widths", lambda t: len(set(t.widths[1:-1])) <= 1, "hidden layers of one width",
     "Which of your lines needs that?"),
    ("equal-widths", lambda t: len(set(t.widths)) == 1, "layers that all have the same width",
     "Which of your products needs that?"),
    ("one-input-one-output", lambda t: t.widths[0] == t.widths[-1] == 1, "one input and one output",
     "Which line would a second input or a second output change?"),
    ("fixed-depth", lambda t: t.depth == 5, "five hidden layers",
     "Where does your function get K from?"),
    ("global-network", lambda t: t.name == "reference network", "the parameters of the reference "
     "network",
     "Does your function use a global name, such as the parameters or K of the notebook, in place "
     "of its arguments?"),
)


def _right_for_one_kind(subject, trials, outcomes):
    # Without a hidden layer there is so little to do that it says nothing about the kind.
    deep = [(trial, outcome) for trial, outcome in zip(trials, outcomes) if trial.depth > 0]
    right = [trial for trial, outcome in deep if is_right(trial, outcome)]
    for kind in KINDS:
        if 0 < len(right) < len(deep) and right == [t for t, _ in deep if kind[1](t)]:
            return [_only_for(kind, "is right", subject, trials, outcomes)]
    return []


def _explained_for_one_kind(subject, trials, outcomes):
    """Mistakes that explain one kind of network, where the function fails for all others."""
    for kind in KINDS:
        chosen = [(t, outcome) for t, outcome in zip(trials, outcomes) if kind[1](t)]
        others = [(t, outcome) for t, outcome in zip(trials, outcomes) if not kind[1](t)]
        if not others or any(_has_right_shapes(*other) for other in others):
            continue
        if sum(_has_right_shapes(*one) for one in chosen) > 1:
            findings = _explained_by_mistakes(subject, *zip(*chosen))
            if findings:
                does = "makes only the mistakes named here"
                return [*findings, _only_for(kind, does, subject, trials, outcomes)]
    return []


def _has_right_shapes(trial, outcome):
    return outcome.arrays is not None and all(
        found is not None and found.shape == expected.shape
        for (_, found), (_, expected) in zip(leaves(outcome.arrays), leaves(trial.expected))
    )


def _only_for(kind, does, subject, trials, outcomes):
    cause, is_of_kind, words, question = kind
    trial, outcome = next(
        (trial, outcome) for trial, outcome in zip(trials, outcomes)
        if not is_of_kind(trial) and not is_right(trial, outcome)
    )
    equation, layers, pictures = _wrong_list(subject, trial, outcome)
    message = (
        f"{sentence(equation, layers, trial, outcome)} Of the networks with hidden layers that "
        f"were tried, your function {does} for all with {words}, and for no others. {question}"
    )
    return Finding(equation, layers, cause, message, pictures)


def _wrong_list(subject, trial, outcome):
    """(equation, layers, pictures): the line of one list where only that one is wrong."""
    equation = subject.name
    if outcome.arrays is not None:
        wrong = [
            equation
            for equation, found, expected in zip(("7.22", "7.21"), outcome.arrays, trial.expected)
            if not all(map(agree, found, expected))
        ]
        equation = wrong[0] if len(wrong) == 1 else subject.name
    return equation, *off(trial, outcome)


# ---- one of two wrong lines is known -------------------------------------------------------


def _half_explained(subject, trials, outcomes):
    """A mistake that gives one of the two lists; then the other list has a mistake of its own."""
    for entry, lines in _variants(subject):
        if "end" in lines:
            continue
        for index, equation in enumerate(("7.22", "7.21")):
            known = 1 - index
            pairs = [
                (trial, one.result[known], other.result[known])
                for trial, one, other in zip(trials, outcomes_of(subject, lines, trials), outcomes)
                if one.arrays and other.arrays and trial.depth > 0
            ]
            if (
                len(pairs) > 1
                and all(same(one, other) for _, one, other in pairs)
                and not all(same(one, list(trial.expected[known])) for trial, one, _ in pairs)
                and not _holds_at_output(1 - known, trials, outcomes)
            ):
                first = explained(subject, entry, lines, trials, outcomes)
                return [first, _unknown(equation, subject, trials, outcomes)]
    return []


def _holds_at_output(index, trials, outcomes):
    """Whether a list is right in the output layer: then its line is, and the way back is not."""
    return all(
        agree(outcome.arrays[index][-1], trial.expected[index][-1])
        for trial, outcome in zip(trials, outcomes)
        if outcome.arrays
    )


def _unknown(equation, subject, trials, outcomes, layers=None):
    trial, outcome = next(
        (trial, outcome) for trial, outcome in zip(trials, outcomes)
        if outcome.arrays is not None and not is_right(trial, outcome)
    )
    where, pictures = off(trial, outcome)
    layers = where if layers is None else layers
    message = f"{sentence(equation, layers, trial, outcome)} {subject.questions[equation]}"
    return Finding(equation, layers, None, message, pictures)


# ---- which line: the witnesses -------------------------------------------------------------


def _named_by_witnesses(subject, trials, outcomes):
    return [
        _unknown(equation, subject, trials, outcomes, layers)
        for equation, layers in _broken_equations(trials, outcomes).items()
    ]


def _broken_equations(trials, outcomes):
    """{equation: layers} that the witnesses name, the layers on the first network that shows it.

    Each network is asked for what it shows best. Where all units are active no mask can be seen,
    so a wrong way back is the product's. Where the matrices are identities most wrong products
    are right, so it is the mask's. Other networks show that the way back is wrong, but may take
    one for the other.
    """
    evidence = {
        trial.name: judge_lines(trial, outcome.arrays)
        for trial, outcome in zip(trials, outcomes)
        if trial.examples == 1 and outcome.arrays is not None and not is_right(trial, outcome)
    }
    way_back = {"7.24 product", "7.24 mask"}
    everywhere = {one.equation for found in evidence.values() for one in found}
    active = [one for one in evidence.get("all units active", []) if one.equation in way_back]
    identity = [one for one in evidence.get("identity matrices", []) if one.equation in way_back]
    broken = everywhere - way_back
    if active and not _depends_on_preactivation(active, identity):
        broken |= {one.equation for one in active}
    broken |= {one.equation for one in active + identity if one.equation == "7.24 mask"}
    shown = everywhere & way_back
    if shown and not broken & way_back:
        broken |= shown if len(shown) == 1 else {"7.24 mask"}
    return {equation: _layers_of(equation, evidence.values()) for equation in broken}


def _depends_on_preactivation(active, identity):
    """Whether the gradients of active units are off by a factor that is a function of f.

    Where all units are active they all have the same f, so then the factor is one number; where
    the matrices are identities they have not. It is the slope of the ReLU that is wrong.
    """
    return all(one.factor is not None for one in active) and any(
        one.factor is None for one in identity
    )


def _layers_of(equation, evidence):
    for part in (equation, equation.split()[0]):
        for found in evidence:
            layers = {one.layer for one in found if one.equation.startswith(part)}
            if layers:
                return tuple(sorted(layers))
    return ()


def _without_gradients(subject, trials, outcomes):
    """The first network on which there was no result to look at."""
    for trial, outcome in zip(trials, outcomes):
        if outcome.arrays is None:
            message = (
                f"Your function gave no gradients to compare (tried with: {trial.name}): "
                f"{outcome.told}."
            )
            return [Finding(subject.name, (), None, message)]
    return []
