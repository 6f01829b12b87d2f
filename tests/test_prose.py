"""The words of the book: spelled right, plain, and none that makes a reader feel slow."""

import re
import subprocess
import sys

import pytest
from course_notebooks import ROOT, SOLUTIONS
from proselint.checks import __register__
from proselint.config import DEFAULT
from proselint.registry import CheckRegistry
from proselint.tools import LintFile
from prose import prose_of_notebook, prose_of_page

PAGES = [*sorted((ROOT / "chapters").glob("*.md")), ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
TEXTS = {path.name: prose_of_page(path.read_text(encoding="utf-8")) for path in PAGES}
TEXTS |= {path.name: prose_of_notebook(path) for path in sorted(SOLUTIONS.glob("*.ipynb"))}

# The style: no word that says how easy a thing is, none that praises or advertises.
WORDS_TO_AVOID = {
    r"obvious(ly)?|clearly|trivial(ly)?|needless to say|of course|easy to see|well known": (
        "a reader to whom it is not so is told that something is wrong with them"
    ),
    r"simply|just|merely|basically|really|actually": "says nothing",
    r"amazing|exciting|fascinating|powerful|beautiful|elegant|magic(al)?|awesome": "advertises",
    r"dive into|let's|deep dive|unlock|journey|delve|leverage|utilize": "is a phrase of advertising",
}

# Proselint's checks that this book has its own rules for, or that mistake its words for others.
SWITCHED_OFF = {
    "typography": "quotes and dots are set by the page",
    "archaism": "'for every' is taken for 'for ever'",
    "annotations": "TODO is what a student finds in a notebook",
    "misc": "a paragraph may begin with But",
    "uncomparables": "'more only' and the like are two words that stand beside each other",
}

# Findings that are right as they are: a part of the text, and the check.
RIGHT_AS_IT_IS = {
    ("the reference network the reference network", "lexical_illusions"),
}


@pytest.fixture(scope="session")
def checks():
    CheckRegistry().register_many(__register__)
    return {**DEFAULT, "checks": {**DEFAULT["checks"], **dict.fromkeys(SWITCHED_OFF, False)}}


def findings(text, checks):
    """What proselint says of each paragraph."""
    found = []
    for paragraph in filter(None, text.split("\n")):
        for result in LintFile(source="text", content=paragraph).lint(checks):
            check = result.check_result.check_path
            if not any(part in paragraph and check.startswith(name) for part, name in RIGHT_AS_IT_IS):
                found.append(f"{check}: {result.check_result.message} {paragraph[:80]}")
    return found


@pytest.mark.parametrize("name", TEXTS)
def test_proselint_has_nothing_to_say(name, checks):
    assert findings(TEXTS[name], checks) == []


@pytest.mark.parametrize("name", TEXTS)
def test_no_word_is_one_that_the_style_avoids(name):
    found = {
        f"{match[0]}: {why}"
        for words, why in WORDS_TO_AVOID.items()
        for match in re.finditer(rf"\b(?:{words})\b", TEXTS[name], re.IGNORECASE)
    }
    assert sorted(found) == []


def test_the_words_to_avoid_and_the_slips_that_proselint_knows_are_found(checks):
    text = "Obviously, the the gradient is very large."
    assert len(findings(text, checks)) >= 2
    assert any(re.search(rf"\b(?:{words})\b", text, re.IGNORECASE) for words in WORDS_TO_AVOID)


def codespell(*paths):
    return subprocess.run(
        [sys.executable, "-m", "codespell_lib", *map(str, paths)],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )


def test_no_word_is_misspelled_in_text_code_or_notebooks():
    names = ("chapters", "solutions", "src", "tests", "benchmarks", "README.md", "CONTRIBUTING.md")
    result = codespell(*names, "Makefile", "pyproject.toml", "_config.yml")
    assert result.returncode == 0, result.stdout + result.stderr


def test_a_misspelled_word_is_found(tmp_path):
    (tmp_path / "page.md").write_text("The " + "grad" + "eint, which is a vec" + "tor, " + "occu" + "red.\n")
    assert codespell(tmp_path / "page.md").returncode != 0
