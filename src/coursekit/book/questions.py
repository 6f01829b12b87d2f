"""Questions to check oneself: what stands behind a choice or an answer opens without a script.

::

    ::::{question}
    What shape has $\\dldO{k}$?

    :::{choice} $6 \\times 6$
    :right:
    The derivative of a number by a matrix has the matrix's shape.
    :::
    :::{choice} $6 \\times 1$
    That is the shape of $\\dldf{k}$.
    :::
    ::::

An open question holds an ``{answer}`` in place of the choices. ``{folded} TITLE`` is closed in the
same way, and is for what only some readers look up.
"""

from string import ascii_uppercase

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

logger = logging.getLogger(__name__)


class details(nodes.General, nodes.Element):
    """HTML's ``<details>``; its first child is a `summary`."""


class summary(nodes.General, nodes.TextElement):
    """HTML's ``<summary>``."""


class Question(SphinxDirective):
    """A numbered question, with choices or an answer in it."""

    has_content = True

    def run(self):
        number = self.env.new_serialno("question") + 1
        question = nodes.container(classes=["bp-question"])
        question += nodes.paragraph("", f"Question {number}", classes=["bp-question-number"])
        self.state.nested_parse(self.content, self.content_offset, question)
        opened = list(question.findall(details))
        _letter([node for node in opened if "bp-choice" in node["classes"]])
        if not any({"bp-right", "bp-answer"} & set(node["classes"]) for node in opened):
            logger.warning(
                "question %d has neither a right choice nor an answer",
                number,
                location=self.get_location(),
            )
        return [question]


class Choice(SphinxDirective):
    """One choice of a question (the argument), and behind it why it is right or is not."""

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec = {"right": directives.flag}

    def run(self):
        right = "right" in self.options
        text, messages = self.state.inline_text(self.arguments[0], self.lineno)
        choice = details(classes=["bp-choice", "bp-right" if right else "bp-wrong"])
        choice += summary("", "", *text)
        self.state.nested_parse(self.content, self.content_offset, choice)
        if len(choice) == 1:
            logger.warning(
                "choice %r has no explanation", self.arguments[0], location=self.get_location()
            )
        _run_in(choice, "Right." if right else "Not this one.")
        return [choice, *messages]


class Answer(SphinxDirective):
    """The answer to an open question, closed until the reader opens it."""

    has_content = True

    def run(self):
        self.assert_has_content()
        answer = details(classes=["bp-answer"])
        answer += summary("", "Answer")
        self.state.nested_parse(self.content, self.content_offset, answer)
        return [answer]


class Folded(SphinxDirective):
    """What stands behind a title (the argument) until the reader opens it."""

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True

    def run(self):
        self.assert_has_content()
        text, messages = self.state.inline_text(self.arguments[0], self.lineno)
        folded = details(classes=["bp-answer"])
        folded += summary("", "", *text)
        self.state.nested_parse(self.content, self.content_offset, folded)
        return [folded, *messages]


def _letter(choices):
    """Begin each choice with A, B, ...: a formula alone is no name for a screen reader."""
    for letter, choice in zip(ascii_uppercase, choices):
        choice[0].insert(0, [nodes.inline("", letter, classes=["bp-letter"]), nodes.Text(" ")])


def _run_in(choice, verdict):
    """Put the verdict in words before the explanation: colour alone does not say it."""
    verdict = nodes.strong("", verdict, classes=["bp-verdict"])
    if len(choice) > 1 and isinstance(choice[1], nodes.paragraph):
        choice[1].insert(0, [verdict, nodes.Text(" ")])
    else:
        choice.insert(1, nodes.paragraph("", "", verdict))


def setup(app):
    app.add_node(details, html=(_visit("details"), _depart("details")))
    app.add_node(summary, html=(_visit("summary"), _depart("summary")))
    app.add_directive("question", Question)
    app.add_directive("choice", Choice)
    app.add_directive("answer", Answer)
    app.add_directive("folded", Folded)


def _visit(tag):
    def visit(translator, node):
        translator.body.append(translator.starttag(node, tag, ""))

    return visit


def _depart(tag):
    def depart(translator, node):
        translator.body.append(f"</{tag}>\n")

    return depart
