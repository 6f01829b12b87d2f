"""Each term of the glossary is explained once, and linked where the course introduces it."""

import re

import pytest
from course_notebooks import ROOT

CHAPTERS = ROOT / "chapters"
GLOSSARY = (CHAPTERS / "glossary.md").read_text(encoding="utf-8")
TERM_LINK = re.compile(r"\{term\}`(?:[^`<]*<)?([^`<>]+?)>?`")


def entries():
    """[(terms, definition)], in the order of the page."""
    body = re.search(r"```\{glossary\}\n:sorted:\n\n(.*?)\n```", GLOSSARY, re.DOTALL)[1]
    found = []
    for entry in re.split(r"\n\n(?=\S)", body):
        lines = entry.split("\n")
        terms = [line for line in lines if not line.startswith(" ")]
        found.append((terms, " ".join(line.strip() for line in lines if line.startswith(" "))))
    return found


ENTRIES = entries()


def text_before_the_questions(name):
    text = (CHAPTERS / f"{name}.md").read_text(encoding="utf-8")
    return text.partition("## Check yourself")[0]


def links_in(text):
    return {term.lower() for term in TERM_LINK.findall(text)}


def test_no_term_is_explained_twice():
    terms = [term.lower() for terms, _ in ENTRIES for term in terms]
    assert len(terms) > 40
    assert sorted(set(terms)) == sorted(terms)


@pytest.mark.parametrize("terms, definition", ENTRIES, ids=lambda value: str(value)[:30])
def test_a_term_has_one_chapter_which_links_it_where_it_is_introduced(terms, definition):
    chapters = re.findall(r"\{doc\}`(\w+)`", definition)
    assert len(chapters) == 1 and definition.endswith("`")
    linked = links_in(text_before_the_questions(chapters[0]))
    assert {term.lower() for term in terms} <= linked


@pytest.mark.parametrize("terms, definition", ENTRIES, ids=lambda value: str(value)[:30])
def test_a_definition_is_one_or_two_sentences(terms, definition):
    prose = re.sub(r"\{doc\}`\w+`|\$[^$]*\$|`[^`]*`", "", definition).strip()
    assert prose[0].isupper() or prose[0] in "()"
    assert 1 <= len(re.findall(r"[.](?:\s|$)", prose)) <= 2


def test_terms_are_linked_by_the_chapter_that_introduces_them_and_not_before():
    """The chapters in order: none links a term that a later one introduces."""
    introduced_in = {
        term.lower(): re.search(r"\{doc\}`(\w+)`", definition)[1]
        for terms, definition in ENTRIES
        for term in terms
    }
    for path in sorted(CHAPTERS.glob("[0-9]*.md")):
        for term in links_in(path.read_text(encoding="utf-8")):
            assert introduced_in.get(term, "") <= path.stem, f"{path.name}: {term}"
