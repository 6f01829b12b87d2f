"""The catalogues: what a student reads leads on, and never holds the answer."""

import re

import pytest

from backprop.checks import check_backward_pass
from backprop.checks.catalogue import SUBJECTS
from backprop.checks.catalogue.backward_pass import BACKWARD_PASS, CATALOGUE
from backprop.checks.diagnosis import diagnose, explain

ENTRIES = [
    pytest.param(subject, entry, id=f"{subject.name}:{entry.slug}")
    for subject in SUBJECTS
    for entry in subject.catalogue
]

# What a student could copy: code of the right lines, however it is spaced or written, and the
# formulas in words or symbols.
ANSWERS = re.compile(
    r"""
      \.T\b | transpose\(            # Omega.T, h.T
    | @                              # any matrix product
    | np\.(dot|matmul|outer|einsum|maximum|where\(.*,)
    | keepdims | \[:,\s*None\]
    | \b2\s*\*                       # 2 * (output - y)
    | >\s*0\)                        # (f > 0) * ...
    | relu\(                         # a call
    | indicator\w*\(
    | \^T | \\top
    | sum\(axis
    """,
    re.VERBOSE,
)


def message(subject, entry, lines):
    if subject is BACKWARD_PASS:
        report = check_backward_pass(subject.wrong(lines))
    else:
        report = diagnose(subject.wrong(lines), subject, subject.trials(7), explain)
    return str(report)


@pytest.mark.parametrize(("subject", "entry"), ENTRIES)
def test_no_message_contains_the_answer(subject, entry):
    for lines in entry.variants:
        assert not ANSWERS.search(message(subject, entry, lines))


@pytest.mark.parametrize(("subject", "entry"), ENTRIES)
def test_every_hint_asks_a_question(subject, entry):
    assert entry.hint.rstrip().endswith("?")


@pytest.mark.parametrize("entry", BACKWARD_PASS.rare, ids=lambda entry: entry.title)
def test_a_rare_mistake_is_named_with_a_question_that_does_not_contain_the_answer(entry):
    assert entry.hint.rstrip().endswith("?")
    for lines in entry.variants:
        for seed in (7, 11):
            report = check_backward_pass(BACKWARD_PASS.wrong(lines), seed=seed)
            found = [(finding.equation, finding.cause) for finding in report.findings]
            assert found == [(entry.equation, entry.slug)]
            assert not ANSWERS.search(str(report))


@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda s: s.name)
def test_questions_for_unknown_mistakes_do_not_contain_the_answer(subject):
    for question in (*subject.questions.values(), *subject.questions_in_batches.values()):
        assert question.endswith("?") and not ANSWERS.search(question)


@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda s: s.name)
def test_no_two_mistakes_of_a_function_share_a_name(subject):
    slugs = [entry.slug for entry in subject.catalogue]
    assert len(set(slugs)) == len(slugs)


def test_the_catalogue_of_the_backward_pass_holds_every_equation_and_at_least_thirty_mistakes():
    assert len(CATALOGUE) >= 30
    assert {entry.equation for entry in CATALOGUE} == {
        "backward_pass", "7.21", "7.22", "7.24 product", "7.24 mask",
    }
