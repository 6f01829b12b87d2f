"""What all figures of the course are drawn with: the colours, the style, and small pieces.

A module of figures begins like this::

    @styled
    def draw_something(...):
        figure, axes = new_drawing(7, 3)
        axes.set_axis_off()
        put_box(axes, 0, 0, "loss", BACKWARD)
        return figure

Seven inches are the width of the page; text of 9 points and more is legible there. A number is
written by `number_text`, and an argument is checked by `as_column`, `as_layer_columns` or
`as_index`.
"""

import functools
import io

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, Rectangle

from backprop.validation import as_columns, as_layer_values

# The book replaces exactly these codes by its own variables, so that one picture fits a light
# page as well as a dark one. No other colour, and no transparency, may stand in a figure.
PALETTE = {
    "forward": "#00599c",
    "backward": "#b44a00",
    "parameter": "#6d2058",
    "ink": "#1f2328",
    "muted": "#6b7280",
    "line": "#c9ced6",
    "paper": "#ffffff",
}
FORWARD, BACKWARD, PARAMETER, INK, MUTED, LINE, PAPER = PALETTE.values()

STYLE = {
    "font.size": 11,
    "text.color": INK,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.facecolor": "none",
    "xtick.color": INK,
    "ytick.color": INK,
    "hatch.color": FORWARD,
    "hatch.linewidth": 1.2,
    "lines.linewidth": 2,
    "mathtext.fontset": "stix",  # near the page's formulas, and its Omega can be bold
}


class Drawing(Figure):
    """A figure that a notebook shows, with pyplot or without.

    It lies on white, for dark notebooks; the book saves it without this background. ``in_words``
    says what is to be seen, where a picture has many states (`backprop.sliders`).
    """

    in_words = ""

    def _repr_png_(self):
        with rc_context(STYLE):
            file = io.BytesIO()
            self.savefig(file, format="png", dpi=110, bbox_inches="tight")
            return file.getvalue()


def new_drawing(width, height, **subplots):
    """A figure of this size in inches and its axes, of which there can be several."""
    figure = Drawing(figsize=(width, height), layout="constrained", facecolor=PAPER)
    return figure, figure.subplots(**subplots)


def styled(draw):
    """Decorator: draw with the course's style and leave matplotlib's own as it was."""

    @functools.wraps(draw)
    def draw_styled(*args, **kwargs):
        with rc_context(STYLE):
            return draw(*args, **kwargs)

    return draw_styled


def number_text(value, digits=2):
    """A number as text, with a true minus sign and no -0; what is not zero does not read 0."""
    if value == 0:
        return "0"
    text = f"{value:.{digits}f}"
    if float(text) == 0:
        text = f"{value:.0e}"
    return text.replace("-", "\N{MINUS SIGN}")


# ---- pieces -----------------------------------------------------------------------------------


def unit_heights(units):
    """Heights of the units of a column, centred on zero, the first on top."""
    return (units - 1) / 2 - np.arange(units)


def put_circle(axes, x, y, colour, text="", points=30):
    """A unit: round whatever the scales of the axes are."""
    axes.plot([x], [y], "o", ms=points, mfc=PAPER, mec=colour, mew=2, zorder=2)
    axes.text(x, y, text, ha="center", va="center", color=colour, zorder=3)


def put_box(axes, x, y, text, colour, width=1.5, height=0.9):
    """A rounded box around its middle (x, y), with a text in it."""
    axes.add_patch(FancyBboxPatch(
        (x - width / 2, y - height / 2), width, height,
        boxstyle="round,pad=0.02,rounding_size=0.15", fc=PAPER, ec=colour, lw=2, zorder=2,
    ))
    axes.text(x, y, text, ha="center", va="center", color=colour, zorder=3, linespacing=1.4)


def put_arrow(axes, start, end, colour, width=2, dashes="-"):
    """An arrow from ``start`` to ``end``, two points (x, y); ``dashes`` is a line style."""
    axes.annotate("", end, start, zorder=1, arrowprops={
        "arrowstyle": "-|>", "color": colour, "lw": width, "linestyle": dashes,
        "shrinkA": 0, "shrinkB": 0, "mutation_scale": 14,
    })


def put_cell(axes, x, y, text, colour, fill="none", edge=LINE, width=1.0):
    """A cell of a table around its middle (x, y), one high, with a text in it."""
    axes.add_patch(Rectangle((x - width / 2, y - 0.5), width, 1, fc=fill, ec=edge, lw=1))
    axes.text(x, y, text, ha="center", va="center", color=colour)


# ---- arguments --------------------------------------------------------------------------------


def as_column(value, name):
    """The value as a (D, 1) array; a ValueError that names it if it isn't one example."""
    value = as_columns(value, name)
    if value.shape[1] != 1:
        raise ValueError(f"{name} must be one example, shape (D, 1), got {value.shape}.")
    return value


def as_layer_columns(values, widths, name):
    """One column for each layer, or a ValueError that says which does not fit."""
    return as_layer_values(
        [as_column(value, f"{name}[{k}]") for k, value in enumerate(values)], widths, name, 1
    )


def as_index(value, count, name):
    """The value, if it is a whole number from 0 to count - 1; else a ValueError that names it."""
    if value not in range(count):
        raise ValueError(f"{name} must be a whole number from 0 to {count - 1}, got {value!r}.")
    return value
