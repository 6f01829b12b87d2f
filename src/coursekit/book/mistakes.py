"""The page of common mistakes, made from the catalogue that the checks compare with.

``{common-mistakes} EQUATION`` stands for a section on each mistake in that equation: the hint that
a student gets, the wrong line, why it is wrong, and what it looks like on the reference network.
"""

from pathlib import Path

import backprop
import numpy as np
from backprop.misconceptions import CATALOGUE, wrong_backward_pass
from backprop.trials import trials
from backprop.trying import agree, is_right, try_out
from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective


class CommonMistakes(SphinxDirective):
    """A section for each mistake in the equation that the argument names."""

    required_arguments = 1
    final_argument_whitespace = True

    def run(self):
        self.env.note_dependency(str(Path(backprop.__file__).with_name("misconceptions.py")))
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
    parts = [f"*{entry.hint}*", f"```python\n{first}\n```"]
    if others:
        parts.append("Also seen as")
        parts += [f"```python\n{code}\n```" for code in others]
    parts += [entry.why, _looks(entry.variants[0])]
    return "\n\n".join(parts)


def _looks(lines):
    """What the mistake gives on the reference network, layer by layer."""
    wrong = wrong_backward_pass(lines)
    reference = next(trial for trial in trials() if trial.name == "reference network")
    outcome = try_out(wrong, reference)
    if outcome.arrays is None:
        return f"On the reference network: {outcome.problem}."
    layers = range(reference.depth + 1)
    rows = [
        [_verdict(found[layer], expected[layer]) for layer in layers]
        for found, expected in zip(outcome.arrays, reference.expected)
    ]
    if all(verdict == "right" for row in rows for verdict in row):
        return f"On the reference network nothing is off. It shows on {_first_shown(wrong)}."
    table = [["layer", *map(str, layers)], ["---"] * (len(layers) + 1)]
    table += [["weights", *rows[0]], ["biases", *rows[1]]]
    lines = "\n".join(f"| {' | '.join(row)} |" for row in table)
    return f"On the reference network:\n\n{lines}"


def _verdict(found, expected):
    if found is None:
        return "none"
    if found.shape != expected.shape:
        return f"shape {found.shape}"
    if agree(found, expected):
        return "right"
    off = np.count_nonzero(~np.isclose(found, expected))
    return f"{off} of {expected.size} off"


def _first_shown(wrong):
    """The first network on which a mistake shows, in words."""
    for trial in trials():
        if not is_right(trial, try_out(wrong, trial)):
            return f"another network ({trial.name})"
    raise AssertionError("an entry of the catalogue that is right everywhere")


def setup(app):
    app.add_directive("common-mistakes", CommonMistakes)
