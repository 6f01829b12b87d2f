"""The code of a function of `backprop`, as a page shows it: without decorator and docstring.

``{source} backward_pass.backward_pass`` shows the function `backward_pass` of the module
`backprop.backward_pass`, so that the code on the page is the code that runs. ``{source}
tape.Variable.__add__`` shows a method.
"""

import ast
import textwrap
from pathlib import Path

import backprop
from docutils import nodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

logger = logging.getLogger(__name__)


class Source(SphinxDirective):
    """The source of the function named by the argument: ``module.function``, or with a class."""

    required_arguments = 1

    def run(self):
        module, _, name = self.arguments[0].partition(".")
        path = Path(backprop.__file__).with_name(f"{module}.py")
        text = function_source(path, name) if path.exists() else None
        if text is None:
            logger.warning(
                "backprop has no function %s", self.arguments[0], location=self.get_location()
            )
            return []
        self.env.note_dependency(str(path))
        return [nodes.literal_block(text, text, language="python")]


def function_source(path, name):
    """The lines of a function without decorators and docstring; None if it is not there.

    ``name`` is that of a top-level function, or ``Class.method``.

    Examples
    --------
    >>> import backprop.loss
    >>> print(function_source(backprop.loss.__file__, "d_loss_d_output"))
    def d_loss_d_output(net_output, y):
        return 2 * (net_output - y)
    """
    text = Path(path).read_text(encoding="utf-8")
    lines = text.splitlines()
    *classes, name = name.split(".")
    body = ast.parse(text).body
    for one in classes:
        body = [inner for node in body if _is(node, ast.ClassDef, one) for inner in node.body]
    for node in body:
        if _is(node, ast.FunctionDef, name):
            signature = lines[node.lineno - 1 : node.body[0].lineno - 1]
            first = 1 if ast.get_docstring(node) is not None else 0
            code = lines[node.body[first].lineno - 1 : node.end_lineno]
            return textwrap.dedent("\n".join(signature + code))
    return None


def _is(node, kind, name):
    return isinstance(node, kind) and node.name == name


def setup(app):
    app.add_directive("source", Source)
