"""Numbers from a page's code as a reader expects them in a sentence: minus signs and powers of ten."""

import re

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def typeset(number):
    """The text of a number as it is printed, set for prose.

    Examples
    --------
    >>> typeset("-9.993"), typeset("4.7e-16"), typeset("1e-08"), typeset("187")
    ('−9.993', '4.7 × 10⁻¹⁶', '10⁻⁸', '187')
    """
    match = re.fullmatch(r"(-?\d+(?:\.\d+)?)(?:e([+-]\d+))?", number)
    if match is None:
        return number
    digits, exponent = match[1].replace("-", "−"), match[2]
    if exponent is None:
        return digits
    power = "10" + str(int(exponent)).translate(SUPERSCRIPT)
    return power if digits == "1" else f"{digits} × {power}"


class TypesetNumbers(SphinxPostTransform):
    """Set what ``{glue:text}`` puts into a sentence."""

    default_priority = 950  # after the one that puts it there

    def run(self, **kwargs):
        for node in self.document.findall(nodes.inline):
            if "pasted-text" in node["classes"]:
                text = typeset(node.astext())
                node.children = []
                node += nodes.Text(text)


def setup(app):
    app.add_post_transform(TypesetNumbers)
