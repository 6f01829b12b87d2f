"""What a check found, for a terminal and for a notebook."""

import html
from dataclasses import dataclass, field

import numpy as np

EQUATION_NAMES = {
    "7.21": "the gradient of the biases (7.21)",
    "7.22": "the gradient of the weights (7.22)",
    "7.24 product": "back through the weights (7.24, second part)",
    "7.24 mask": "back through the ReLU (7.24, first part)",
}


def place(equation, layers):
    """Where something is wrong, in words: see `Finding.layers`.

    Examples
    --------
    >>> place("7.22", (0, 2))
    'Layers 0, 2, the gradient of the weights (7.22)'
    >>> place("7.24 mask", (2,))
    'In dl/df_2, back through the ReLU (7.24, first part)'
    >>> place("7.24 product", (1, 2))
    'In dl/dh_2 and dl/dh_3, back through the weights (7.24, second part), and so in dl/df_1 and \
dl/df_2'
    """
    name = EQUATION_NAMES.get(equation, "the result")
    if not layers:
        return name[0].upper() + name[1:]
    if equation == "7.24 mask":
        return f"In {_listed('dl/df', layers)}, {name}"
    if equation == "7.24 product":
        dl_dh = _listed("dl/dh", [layer + 1 for layer in layers])
        return f"In {dl_dh}, {name}, and so in {_listed('dl/df', layers)}"
    return f"Layer{'s' if len(layers) > 1 else ''} {', '.join(map(str, layers))}, {name}"


def _listed(name, layers):
    *first, last = (f"{name}_{layer}" for layer in layers)
    return f"{', '.join(first)} and {last}" if first else last


@dataclass
class Finding:
    """One thing that is wrong.

    Attributes
    ----------
    equation : str
        "7.21", "7.22", "7.24 product", "7.24 mask", or the name of the checked function.
    layers : tuple of int
        The layers whose gradients show it; empty where no layer applies. For a line of the way
        back they are the k of the dl/df_k that it gets wrong: the mask of the ReLU behind layer k,
        or the product with the weights of layer k + 1, which gives dl/dh_{k+1}. In a loop over the
        layers the two stand where the layer is k + 1.
    cause : str or None
        The slug of the misconception that gives exactly this result, if one does.
    message : str
        Where, what was found, what was expected, and a question that leads on.
    pictures : list of (str, array of bool)
        For some arrays of the result, which entries are off.
    """

    equation: str
    layers: tuple
    cause: str | None
    message: str
    pictures: list = field(default_factory=list)


@dataclass
class Report:
    """What a check found: ``findings``, the most fundamental first; none when all is right.

    `print` it, or leave it as the last line of a notebook cell.
    """

    function: str
    findings: list

    @property
    def passed(self):
        return not self.findings

    def __str__(self):
        if self.passed:
            return f"{self.function}: right."
        lines = [f"{self.function}: not yet."]
        for finding in self.findings:
            lines.append(f"* {finding.message}")
            for name, off in finding.pictures:
                lines.append(f"    {name}, x where it is off:")
                lines += [f"        {row}" for row in _rows(off)]
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_html_(self):
        if self.passed:
            return f"<p>{html.escape(self.function)}: <b>right.</b></p>"
        items = "".join(
            f"<li>{html.escape(finding.message)}{''.join(map(_picture, finding.pictures))}</li>"
            for finding in self.findings
        )
        return f"<p>{html.escape(self.function)}: <b>not yet.</b></p><ul>{items}</ul>"


def _rows(off):
    """The rows of an array as texts; of several arrays, one below the other."""
    rows = off.reshape(-1, off.shape[-1])
    return [" ".join("x" if entry else "." for entry in row) for row in rows]


def _picture(picture):
    name, off = picture
    text = html.escape("\n".join(_rows(off)))
    return f"<div>{html.escape(name)}, x where it is off:<pre>{text}</pre></div>"
