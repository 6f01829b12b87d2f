"""Nothing on the pages is left alone: pages, figures, numbers, equations and labels are all used.

What is used and does not exist is a warning of the build, and so an error; tests/test_book.py.
"""

import ast
import re
from collections import Counter

import pytest
import yaml
from course_notebooks import ROOT
from test_formulas import FORMULAS, NOT_GRADIENTS

from coursekit.book.notation import EQUATIONS

PAGES = {
    path.stem: path.read_text(encoding="utf-8") for path in sorted((ROOT / "chapters").glob("*.md"))
}
BOOK = "\n".join(PAGES.values())
TOC = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
LISTED = [TOC["root"], *(c["file"] for part in TOC["parts"] for c in part["chapters"])]

CELL = re.compile(r"^```\{code-cell\}.*?$(.*?)^```$", re.MULTILINE | re.DOTALL)
FIGURE = re.compile(r"^(`{3,})\{(?:glue:figure|moving-picture)\} (\S+)\n(.*?)^\1$", re.MULTILINE | re.DOTALL)
EQUATION = re.compile(r"^\$\$\s*\(([\w-]+)\)\s*$", re.MULTILINE)
TARGET = re.compile(r"^\(([\w-]+)\)=$", re.MULTILINE)

# Each of these is the subject of a test of its own, which its reason names.
TESTED = {label for label, reason in NOT_GRADIENTS.items() if "tests/test_" in reason}


def cells(page):
    """The page's code, without IPython's own lines."""
    for cell in CELL.findall(PAGES[page]):
        lines = cell.split("\n")
        yield "\n".join(line for line in lines if not line.startswith((":", "%")))


def calls(page, name):
    """The calls of a function in the page's code."""
    for cell in cells(page):
        for node in ast.walk(ast.parse(cell)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", None) == name:
                yield node


def first_arguments(page, name):
    return [call.args[0].value for call in calls(page, name) if isinstance(call.args[0], ast.Constant)]


def test_every_page_is_in_the_table_of_contents_once():
    assert Counter(LISTED) == dict.fromkeys((f"chapters/{page}" for page in PAGES), 1)


@pytest.mark.parametrize("page", PAGES)
def test_every_figure_that_a_page_draws_is_shown_with_a_caption(page):
    shown = {name: body for _, name, body in FIGURE.findall(PAGES[page])}
    assert sorted(first_arguments(page, "page_figure")) == sorted(
        name for name in shown if name in first_arguments(page, "page_figure")
    )
    for name, body in shown.items():
        caption = "\n".join(line for line in body.split("\n") if not line.startswith(":"))
        assert len(caption.strip()) > 40, name


def test_every_figure_has_a_name_of_its_own():
    names = re.findall(r"^:name: (\S+)$", BOOK, re.MULTILINE)
    assert len(names) == len(set(names)) == len(FIGURE.findall(BOOK))


@pytest.mark.parametrize("page", PAGES)
def test_every_number_that_a_page_computes_stands_in_its_text(page):
    given = {key.arg for call in calls(page, "page_numbers") for key in call.keywords if key.arg}
    shown = set(re.findall(r"\{glue:text\}`(\w+)(?::[^`]*)?`", PAGES[page]))
    assert sorted(given - shown) == []


def test_every_labelled_equation_is_referred_to_or_tested():
    labels = set(EQUATION.findall(BOOK))
    used = set(re.findall(r"\{eq\}`([\w-]+)`", BOOK)) | {e.label for e in EQUATIONS}
    assert sorted(labels - used - TESTED - FORMULAS.keys()) == []


def test_every_label_of_a_section_is_linked():
    linked = set(re.findall(r"\{(?:ref|numref)\}`(?:[^`<]*<)?([\w-]+)>?`", BOOK))
    assert sorted(set(TARGET.findall(BOOK)) - linked) == []
