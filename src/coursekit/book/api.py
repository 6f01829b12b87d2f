"""The modules of `backprop` that the page of the API has, in its order.

A new module of `backprop` needs a row in `MODULES`, or one in `NOT_FOR_READERS` with the reason;
tests/test_api.py compares the two with the files.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Module:
    """A module of `backprop`, and the chapter that its functions belong to, if it is one."""

    name: str
    chapter: str = ""


MODULES = [
    Module("network", "01_network"),
    Module("forward_pass", "02_forward_pass"),
    Module("loss", "03_loss"),
    Module("chain_rule", "04_chain_rule"),
    Module("backward_pass", "07_backward_pass"),
    Module("checking_gradients", "08_checking_gradients"),
    Module("training"),
    Module("classification"),
    Module("checks"),
    Module("explore"),
    Module("self_check"),
    Module("plots"),
    Module("chain_rule_plots"),
]

NOT_FOR_READERS = {
    "sliders": "the slider under a picture, for notebooks and pages",
    "drawing": "the pieces that the figures are drawn with",
    "validation": "the checks of arguments",
}
