"""MyST that a directive writes: parsed where the directive stands."""

from docutils import nodes
from docutils.statemachine import StringList


def parsed(directive, text, node=None):
    """Parse MyST text into a node, by default an empty one whose children are wanted.

    Parameters
    ----------
    directive : SphinxDirective
        In whose place the text stands.
    text : str
    node : docutils.nodes.Element, optional

    Returns
    -------
    docutils.nodes.Element
    """
    node = nodes.Element() if node is None else node
    lines = StringList(text.split("\n"), directive.get_source_info()[0])
    directive.state.nested_parse(lines, directive.content_offset, node)
    return node
