"""The prose of a page or a notebook: its text without code, formulas and markup, line for line."""

import re
from itertools import count

import nbformat

# Blocks whose content is no prose. A block of another directive holds prose: a caption, a choice.
NO_PROSE = ("{code-cell}", "{source}", "{bibliography}", "{glue:md}", "{eval-rst}", "python", "")
ROLES_WITH_TEXT = ("term", "fwd", "bwd", "prm")


def prose_of_page(text):
    """The prose of a page in MyST; each line stands where it stood.

    A formula, a reference or a piece of code in a sentence becomes a word of its own, m1, m2, ...

    Examples
    --------
    >>> print(prose_of_page("The *gradient* $g$ of {doc}`03_loss`, a {term}`gradient <gradient>`."))
    The gradient m1 of m2, a gradient.
    >>> print(prose_of_page("$$" + chr(10) + "f = 1" + chr(10) + "$$ (eq-f)" + chr(10) + "is it."))
    <BLANKLINE>
    <BLANKLINE>
    <BLANKLINE>
    is it.
    """
    words = (f"m{number}" for number in count(1))
    return "\n".join(_inline(line, words) for line in _without_blocks(text.split("\n")))


def prose_of_notebook(path):
    """The prose of a notebook's markdown cells."""
    cells = nbformat.read(path, 4).cells
    return "\n\n".join(prose_of_page(c.source) for c in cells if c.cell_type == "markdown")


def _without_blocks(lines):
    """The lines, with those of front matter, formulas and code empty."""
    end = None  # what ends the block that is left out
    for number, line in enumerate(lines):
        fence = re.match(r"\s*(`{3,})(.*)$", line)
        if end is not None:
            if re.match(end, line):
                end = None
            yield ""
        elif number == 0 and line == "---":
            end = r"---$"
            yield ""
        elif line.startswith("$$"):
            if not re.match(r"\$\$.+\$\$", line):
                end = r".*\$\$"
            yield ""
        elif fence and fence[2].strip().partition(" ")[0] in NO_PROSE and fence[2].strip():
            end = rf"\s*{fence[1]}\s*$"
            yield ""
        elif fence and not fence[2].strip() and not _closes(lines[:number], fence[1]):
            end = rf"\s*{fence[1]}\s*$"
            yield ""
        elif fence or re.match(r"\s*:[\w-]+:|\(.+\)=$|\s*<!--.*-->$", line):
            yield ""
        else:
            yield re.sub(r"^\s*:{3,}(\{[\w:-]+\})?", "", line)


def _closes(before, ticks):
    """Whether a fence without a word ends a block of prose that was opened before it."""
    depth = 0
    for line in before:
        if re.match(rf"\s*{ticks}\{{(?!code-cell|source|bibliography|glue:md|eval-rst)", line):
            depth += 1
        elif re.match(rf"\s*{ticks}\s*$", line) and depth:
            depth -= 1
    return depth > 0


INLINE = re.compile(
    r"\{([\w:-]+)\}`([^`]*)`"  # a role and its text
    r"|(?:``.+?``|`[^`]*`|\$[^$]+\$|<https?:[^>]+>)"  # code, a formula, an address
)


def _inline(line, words):
    """The line without markup."""

    def replaced(match):
        role, text = match[1], match[2]
        return text.partition(" <")[0] if role in ROLES_WITH_TEXT else next(words)

    line = INLINE.sub(replaced, line)
    line = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", line)
    line = re.sub(r"^\s*(#+|[*-]|\d+\.|\|) ", "", line)
    return re.sub(r"[*|]", "", line)
