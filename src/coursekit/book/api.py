"""The page of the API: ``{api} MODULE`` stands for what a module of `backprop` offers its users.

A new module of `backprop` needs a row in `MODULES`, or one in `NOT_FOR_READERS` with the reason;
tests/test_api.py compares the two with the files.
"""

import importlib
import inspect
from dataclasses import dataclass

import backprop
from sphinx.util.docutils import SphinxDirective

from coursekit.book.myst_text import parsed


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
    Module("training", "09_batches_and_training"),
    Module("classification", "09_batches_and_training"),
    Module("cost", "10_cost_of_a_gradient"),
    Module("counting", "10_cost_of_a_gradient"),
    Module("measuring_cost"),
    Module("checkpointing", "10_cost_of_a_gradient"),
    Module("initialization", "11_depth_and_initialization"),
    Module("residual", "11_depth_and_initialization"),
    Module("tape", "12_automatic_differentiation"),
    Module("dual_numbers", "12_automatic_differentiation"),
    Module("automatic_differentiation", "12_automatic_differentiation"),
    Module("checks"),
    Module("self_check"),
    Module("explore"),
    Module("plots"),
    Module("chain_rule_plots"),
    Module("backward_pass_plots"),
    Module("training_plots"),
    Module("cost_plots"),
    Module("depth_plots"),
    Module("automatic_differentiation_plots"),
]

NOT_FOR_READERS = {
    "sliders": "the slider under a picture, for notebooks and pages",
    "drawing": "the pieces that the figures are drawn with",
    "validation": "the checks of arguments",
}


class Api(SphinxDirective):
    """The public functions and classes of one module, from their docstrings."""

    required_arguments = 1

    def run(self):
        name = self.arguments[0]
        if name not in {module.name for module in MODULES}:
            raise self.error(f"MODULES of coursekit.book.api has no module {name!r}")
        module = importlib.import_module(f"backprop.{name}")
        self.env.note_dependency(module.__file__)
        text = "\n".join(["```{eval-rst}", *map(_entry, public_names(module)), "```"])
        return parsed(self, text).children


def public_names(module):
    """The functions and classes that a module defines for its users, in its order.

    Returns
    -------
    list of (str, object)
        The shortest name that one is imported by, and the object.

    Examples
    --------
    >>> import backprop.loss
    >>> [name for name, _ in public_names(backprop.loss)]
    ['backprop.least_squares_loss', 'backprop.d_loss_d_output']
    """
    return [
        (f"backprop.{name}" if name in backprop.__all__ else f"{module.__name__}.{name}", defined)
        for name, defined in vars(module).items()
        if (inspect.isfunction(defined) or inspect.isclass(defined))
        and defined.__module__ == module.__name__
        and not name.startswith("_")
    ]


def _entry(named):
    name, defined = named
    if inspect.isclass(defined):
        return f".. autoclass:: {name}\n   :members:\n"
    return f".. autofunction:: {name}\n"


def setup(app):
    app.setup_extension("sphinx.ext.autodoc")
    app.setup_extension("sphinx.ext.napoleon")
    app.add_directive("api", Api)
    app.connect("config-inited", _configure)


def _configure(app, config):
    # Types such as "(D_o, B) array" are words, not names to link.
    config.napoleon_google_docstring = False
    config.napoleon_use_param = False
    config.napoleon_use_rtype = False
    config.autodoc_inherit_docstrings = False  # a method of NumPy is explained by NumPy
    config.add_module_names = False
