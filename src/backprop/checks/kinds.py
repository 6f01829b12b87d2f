"""Functions that were written for one kind of network."""

from backprop.checks.diagnosis import off, sentence
from backprop.checks.report import Finding
from backprop.checks.trying import agree, is_right

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
OF_WIDTHS = ("equal-hidden-widths", "equal-widths", "one-input-one-output")


def kind_that_is_right(trials, outcomes):
    """The kind of networks for which a function is right, and for no others; None if none is."""
    # Without a hidden layer there is so little to do that it says nothing about the kind.
    deep = [(trial, outcome) for trial, outcome in zip(trials, outcomes) if trial.depth > 0]
    right = [trial for trial, outcome in deep if is_right(trial, outcome)]
    for kind in KINDS:
        if 0 < len(right) < len(deep) and right == [trial for trial, _ in deep if kind[1](trial)]:
            return kind
    return None


def right_for_one_kind(subject, trials, outcomes):
    """The finding for a function that is right for one kind, and gives nothing more for others."""
    kind = kind_that_is_right(trials, outcomes)
    others = [one for one in zip(trials, outcomes) if one[0].depth > 0 and not is_right(*one)]
    if kind and all(_is_right_where_it_fits(*one) for one in others):
        return [_only_for(kind, "is right", subject, trials, outcomes)]
    return []


def wrong_for_one_kind(subject, trials, outcomes, explain, known_only):
    """The findings for a function that has mistakes for one kind, and gives nothing for others.

    The mistakes are asked of ``explain(subject, trials, outcomes)``. A wrong product gives nothing
    where widths differ; so for kinds of widths ``known_only`` is asked, for mistakes that do.
    """
    for kind in KINDS:
        chosen = [one for one in zip(trials, outcomes) if kind[1](one[0])]
        others = [one for one in zip(trials, outcomes) if not kind[1](one[0])]
        if others and not any(_fits(any, *one) for one in others):
            if sum(_fits(all, *one) for one in chosen) > 1:
                ask = known_only if kind[0] in OF_WIDTHS else explain
                findings = ask(subject, *zip(*chosen))
                if findings:
                    does = "makes only the mistakes named here"
                    return [*findings, _only_for(kind, does, subject, trials, outcomes)]
    return []


def _fits(how_many, trial, outcome):
    """Whether all lists, or any, have arrays of the right shapes."""
    return outcome.arrays is not None and how_many(map(_list_fits, outcome.arrays, trial.expected))


def _list_fits(found, expected):
    return all(
        one is not None and one.shape == other.shape for one, other in zip(found, expected)
    )


def _is_right_where_it_fits(trial, outcome):
    """Whether each list with the right shapes has the right numbers."""
    return outcome.arrays is None or all(
        all(map(agree, found, expected)) or not _list_fits(found, expected)
        for found, expected in zip(outcome.arrays, trial.expected)
    )


def _only_for(kind, does, subject, trials, outcomes):
    cause, is_of_kind, words, question = kind
    trial, outcome = next(
        (trial, outcome) for trial, outcome in zip(trials, outcomes)
        if not is_of_kind(trial) and not is_right(trial, outcome)
    )
    equation = _equation_of_wrong_list(subject, trial, outcome)
    layers, pictures = off(trial, outcome, equation)
    message = (
        f"{sentence(equation, layers, trial, outcome)} Of the networks with hidden layers that "
        f"were tried, your function {does} for all with {words}, and for no others. {question}"
    )
    return Finding(equation, layers, cause, message, pictures)


def _equation_of_wrong_list(subject, trial, outcome):
    """That of the line of one list, where only that one is wrong."""
    if outcome.arrays is None:
        return subject.name
    wrong = [
        equation
        for equation, found, expected in zip(trial.form.equations, outcome.arrays, trial.expected)
        if not all(map(agree, found, expected))
    ]
    return wrong[0] if len(wrong) == 1 else subject.name
