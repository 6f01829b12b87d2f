"""The page of common mistakes, made from the catalogue that the checks compare with.

``{common-mistakes} EQUATION`` stands for a section on each mistake in that equation: the hint that
a student gets, the wrong line, why it is wrong, and what it looks like on the reference network.
"""

import re
from pathlib import Path

import numpy as np
from backprop.checks import catalogue
from backprop.checks.catalogue.backward_pass import BACKWARD_PASS, CATALOGUE
from backprop.checks.trial_networks import trials
from backprop.checks.trying import agree, is_right, try_out
from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective

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
    r"f_\{k-1\}": r"\f{k-1}",
    r"h_\{k-1\}": r"\h{k-1}",
    r"f_k": r"\f{k}",
    r"f_K": r"\f{K}",
    r"h_k": r"\h{k}",
    r"\(f - y\)\*\*2": r"(f - y)^2",
    r"2 \((?:f - y|y - f)\)": None,
}


class CommonMistakes(SphinxDirective):
    """A section for each mistake in the equation that the argument names."""

    required_arguments = 1
    final_argument_whitespace = True

    def run(self):
        self.env.note_dependency(str(Path(catalogue.__file__).with_name("backward_pass.py")))
        equation = self.arguments[0]
        entries = [entry for entry in CATALOGUE if entry.equation == equation]
        if not entries:
            raise self.error(f"the catalogue has no mistake in {equation!r}")
        return [self._section(entry) for entry in entries]

    def _section(self, entry):
        section = nodes.section(ids=[f"mistake-{entry.slug}"], names=[entry.slug])
        section += nodes.title(entry.title, entry.title)
        text = StringList(_description(entry).split("\n"), self.get_source_info()[0])
        self.state.nested_parse(text, self.content_offset, section)
        return section


def _description(entry):
    """What stands on the page about a mistake, in MyST."""
    first, *others = ["\n".join(lines.values()) for lines in entry.variants]
    hint = f":::{{admonition}} The question\n{in_symbols(entry.hint)}\n:::"
    parts = [hint, f"```python\n{first}\n```"]
    if others:
        parts.append("Also seen as")
        parts += [f"```python\n{code}\n```" for code in others]
    parts += [in_symbols(entry.why), _looks(entry.variants[0])]
    return "\n\n".join(parts)


def in_symbols(text):
    """The text with its symbols as formulas; what stands between backticks is code and stays.

    Examples
    --------
    >>> in_symbols("h_k goes into layer k, not `h_k`")
    '$\\\\h{k}$ goes into layer k, not `h_k`'
    """

    def formula(match):
        for pattern, latex in SYMBOLS.items():
            if re.fullmatch(pattern, match[0]):
                return f"${latex or match[0]}$"
        return match[0]

    return re.sub("|".join([r"`[^`]*`", *SYMBOLS]), formula, text)


def _looks(lines):
    """What the mistake gives on the reference network, layer by layer."""
    wrong = BACKWARD_PASS.wrong(lines)
    reference = next(trial for trial in trials() if trial.name == "reference network")
    outcome = try_out(wrong, reference)
    if outcome.arrays is None:
        return f"On the reference network: {outcome.problem}."
    if is_right(reference, outcome):
        shown = next(t.name for t in trials() if not is_right(t, try_out(wrong, t)))
        return f"On the reference network nothing is off. It shows on another one: {shown}."
    layers = range(reference.depth + 1)
    table = [["layer", *map(str, layers)], ["---"] * (len(layers) + 1)]
    for name, found, expected in zip(
        ("weights", "biases"), outcome.arrays, reference.expected
    ):
        table.append([name, *(_verdict(found[layer], expected[layer]) for layer in layers)])
    return "On the reference network:\n\n" + "\n".join(f"| {' | '.join(row)} |" for row in table)


def _verdict(found, expected):
    if found is None:
        return "none"
    if found.shape != expected.shape:
        return f"shape {found.shape}"
    if agree(found, expected):
        return "right"
    off = np.count_nonzero(~np.isclose(found, expected))
    return f"{off} of {expected.size} off"


def setup(app):
    app.add_directive("common-mistakes", CommonMistakes)
