"""The pages of common mistakes, made from the catalogues that the checks compare with.

``{common-mistakes} EQUATION`` stands for a section on each mistake in a line of the backward pass,
``{common-mistakes} FUNCTION`` for one on each mistake in another function: the hint that a student
gets, the wrong line, why it is wrong, and what comes of it. Of a mistake that is made in a backward
pass as well there is a link to its section there. Functions that share mistakes can be named
together, separated by commas; what they share stands there once.
"""

import html
import re
from dataclasses import replace
from pathlib import Path

from backprop.checks import catalogue
from backprop.checks.catalogue.backward_pass import BACKWARD_PASS
from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from coursekit.book.mistake_effects import effect
from coursekit.book.myst_text import parsed

# The catalogue is plain text, for a terminal. On the page its symbols are the book's.
SYMBOLS = {
    r"dl/df_k": r"\dldf{k}",
    r"dl/df": r"\bwd{\pd{\ell}{\mathbf{f}}}",
    r"dl/dh": r"\bwd{\pd{\ell}{\mathbf{h}}}",
    r"df/dbeta": r"\pd{\fwd{f}}{\prm{\beta}}",
    r"df/dOmega": r"\pd{\fwd{f}}{\prm{\Omega}}",
    r"df/dh": r"\pd{\fwd{\mathbf{f}}}{\fwd{\mathbf{h}}}",
    r"relu\(f_k\)": r"\relu(\f{k})",
    r"relu\(f_\{k-1\}\)": r"\relu(\f{k-1})",
    r"Omega_k": r"\Om{k}",
    r"beta_k": r"\bet{k}",
    r"f = beta \+ Omega h": r"\fwd{\mathbf{f}} = \bet{} + \Om{}\,\fwd{\mathbf{h}}",
    r"\bOmega\b": r"\Om{}",
    r"\bbeta\b": r"\bet{}",
    r"f_\{k-1\}": r"\f{k-1}",
    r"h_\{k-1\}": r"\h{k-1}",
    r"f_k": r"\f{k}",
    r"f_K": r"\f{K}",
    r"h_k": r"\h{k}",
    r"h_0": r"\h{0}",
    r"\bf_i\b": r"\fwd{f_i}",
    r"\bh_i\b": r"\fwd{h_i}",
    r"\bh_j\b": r"\fwd{h_j}",
    r"\(f - y\)\*\*2": r"(f - y)^2",
    r"f\*\*2 - y\*\*2": r"f^2 - y^2",
    r"2 \((?:f - y|y - f)\)": None,
    r"\blog p_i\b": r"\log p_i",
    r"\blog p\b": r"\log p",
    r"\bp_i\b": "p_i",
    r"\bf_i\b": r"\fwd{f_i}",
    r"-y / p\b": None,
    r"\b[py1] - [yp]\b": None,
    r"\bexp\(-f\)": r"\exp(-f)",
}

# Of the toy function of one path, whose values are single numbers.
SCALARS = {
    rf"\b{name}_{index}": rf"\{colour}{{{symbol}_{index}}}"
    for colour, name, symbol in [
        ("fwd", "f", "f"),
        ("fwd", "h", "h"),
        ("prm", "beta", r"\beta"),
        ("prm", "omega", r"\omega"),
    ]
    for index in "k0123"
} | {r"\bbeta\b": r"\prm{\beta}", r"\bomega\b": r"\prm{\omega}"}


class CommonMistakes(SphinxDirective):
    """A section for each mistake in the equation, or in the functions, that the argument names."""

    required_arguments = 1
    final_argument_whitespace = True

    def run(self):
        for file in Path(catalogue.__file__).parent.glob("*.py"):
            self.env.note_dependency(str(file))
        names = [name.strip() for name in self.arguments[0].split(",")]
        for name in names:
            if not mistakes_in([name]):
                raise self.error(f"the catalogue has no mistake in {name!r}")
        explained, linked = [], []
        for subject, entry in mistakes_in(names):
            elsewhere = subject is not BACKWARD_PASS and entry.slug in SLUGS_OF_BACKWARD_PASS
            (linked if elsewhere else explained).append((subject, entry))
        return [*self._links(linked), *(self._section(*mistake) for mistake in explained)]

    def _links(self, mistakes):
        """A list of links to the sections of mistakes that another page explains."""
        if not mistakes:
            return []
        links = [f"* {{ref}}`mistake-{entry.slug}`" for _, entry in mistakes]
        text = ["Made here as well, and explained with the backward pass:", "", *links]
        return parsed(self, "\n".join(text)).children

    def _section(self, subject, entry):
        name = f"mistake-{entry.slug}"
        section = nodes.section(ids=[name], names=[name])
        section += nodes.title(entry.title, entry.title)
        self.state.document.note_explicit_target(section)  # so that {ref} finds it
        text, arrays = effect(subject, entry.variants[0])
        parsed(self, f"{_description(subject, entry)}\n\n{text}", section)
        if arrays:
            section += nodes.container("", *map(self._array, arrays), classes=["bp-arrays"])
        return section

    def _array(self, array):
        name, printed = array
        named = parsed(self, name, nodes.container())
        # Not a literal block, which would be coloured as a program and offered for copying.
        named += nodes.raw("", f"<pre>{html.escape(printed)}</pre>", format="html")
        return named


SLUGS_OF_BACKWARD_PASS = {entry.slug for entry in BACKWARD_PASS.catalogue}


def mistakes_in(names):
    """The mistakes in equations of the backward pass, or in other functions, each once.

    What several functions share is the first one's mistake, with the ways of all of them to make
    it.

    Parameters
    ----------
    names : sequence of str

    Returns
    -------
    list of (Subject, Misconception)

    Examples
    --------
    >>> [entry.slug for _, entry in mistakes_in(["indicator_function"])][:2]
    ['indicator-at-zero', 'indicator-inverted']
    >>> both = mistakes_in(["forward_difference", "central_difference"])
    >>> [len(entry.variants) for _, entry in both if entry.slug == "difference-sign"]
    [2]
    """
    found = {}
    for name in names:
        for subject, entry in _mistakes_in(name):
            subject, known = found.get(entry.slug, (subject, entry))
            new = tuple(lines for lines in entry.variants if lines not in known.variants)
            found[entry.slug] = (subject, replace(known, variants=known.variants + new))
    return list(found.values())


def _mistakes_in(name):
    of_equation = [entry for entry in BACKWARD_PASS.catalogue if entry.equation == name]
    if of_equation:
        return [(BACKWARD_PASS, entry) for entry in of_equation]
    subjects = [subject for subject in catalogue.SUBJECTS if subject.name == name]
    return [(subject, entry) for subject in subjects for entry in subject.catalogue]


def _description(subject, entry):
    """What stands on the page about a mistake, in MyST."""
    symbols = SCALARS if subject in catalogue.OF_SCALARS else SYMBOLS
    first, *others = map(_code, entry.variants)
    hint = f":::{{admonition}} The question\n{in_symbols(entry.hint, symbols)}\n:::"
    parts = [hint, f"```python\n{first}\n```"]
    if others:
        parts.append("Also seen as")
        parts += [f"```python\n{code}\n```" for code in others]
    return "\n\n".join([*parts, in_symbols(entry.why, symbols)])


def _code(lines):
    """The wrong lines. `pass` stands for one that is not there, and is not shown beside others."""
    written = [code for code in lines.values() if code != "pass"]
    return "\n".join(written) or "# the line is missing"


def in_symbols(text, symbols=SYMBOLS):
    """The text with its symbols as formulas; what stands between backticks is code and stays.

    Examples
    --------
    >>> in_symbols("h_k goes into layer k, not `h_k`")
    '$\\\\h{k}$ goes into layer k, not `h_k`'
    """

    def formula(match):
        for pattern, latex in symbols.items():
            if re.fullmatch(pattern, match[0]):
                return f"${latex or match[0]}$"
        return match[0]

    return re.sub("|".join([r"`[^`]*`", *symbols]), formula, text)


def setup(app):
    app.add_directive("common-mistakes", CommonMistakes)
