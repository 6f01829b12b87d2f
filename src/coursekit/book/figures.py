"""Figures for the page: one inline SVG that is legible in the light and the dark theme.

In a code cell of a chapter (tag ``remove-cell``)::

    page_figure("network", draw_network(all_weights, all_biases), "Five columns of six units ...")

and where the figure stands::

    ```{glue:figure} network
    :name: fig-network

    The caption.
    ```
"""

import html
import io
import re

import matplotlib
from backprop.drawing import PALETTE
from myst_nb import glue


def page_figure(name, fig, alt):
    """Glue a matplotlib figure under ``name``, for a ``glue:figure`` directive of the same page.

    Parameters
    ----------
    name : str
        Letters, digits, "-" and "_"; unique on the page.
    fig : matplotlib.figure.Figure
    alt : str
        What is to be seen in the figure, for those who do not see it.

    Raises
    ------
    ValueError
        If ``alt`` is empty or ``name`` has another character in it.
    """
    glue(name, InlineSVG(inline_svg(name, fig, alt)), display=False)


class InlineSVG:
    """An SVG that a notebook stores as HTML, so that the page's style sheet reaches into it."""

    def __init__(self, svg):
        self.svg = svg

    def _repr_html_(self):
        return self.svg


def inline_svg(name, fig, alt):
    """The figure as an ``<svg>`` element with the palette's colours as CSS variables.

    Parameters and errors as in `page_figure`.
    """
    if not re.fullmatch(r"[\w-]+", name):
        raise ValueError(f'name must be letters, digits, "-" and "_", got {name!r}.')
    if not alt.strip():
        raise ValueError(f"alt must say what is to be seen in figure {name!r}, got nothing.")
    svg = _drawn(fig, name)
    svg = _with_short_numbers(svg)
    svg = _with_own_ids(svg, name)
    svg = _with_palette_variables(svg)
    return _with_root(svg, alt)


def _drawn(fig, name):
    # A fixed salt and no date: the same figure gives the same bytes in every build.
    with matplotlib.rc_context({"svg.fonttype": "path", "svg.hashsalt": name}):
        file = io.StringIO()
        fig.savefig(file, format="svg", transparent=True, metadata={"Date": None})
    svg = file.getvalue()
    svg = svg[svg.index("<svg") :]
    # The style sheet in it is for every element of the page that it stands in: see _with_root.
    unwanted = r"<metadata>.*?</metadata>|<style.*?</style>|<!--.*?-->"
    return re.sub(unwanted, "", svg, flags=re.DOTALL)


def _with_short_numbers(svg):
    """Places to a hundredth of a point: matplotlib writes six digits, which nobody sees."""

    def rounded(match):
        return f"{float(match[0]):.2f}".rstrip("0").rstrip(".")

    return re.sub(
        r'd="[^"]*"|translate\([^)]*\)|\b[xy]="[^"]*"',
        lambda place: re.sub(r"-?\d+\.\d{3,}", rounded, place[0]),
        svg,
    )


def _with_own_ids(svg, name):
    """Ids that no other figure of the page has; the ids that nothing refers to are dropped."""
    used = set(re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', svg))
    used = {one or other for one, other in used}

    def own_id(match):
        return f' id="{name}-{match[1]}"' if match[1] in used else ""

    svg = re.sub(r' id="([^"]+)"', own_id, svg)
    return re.sub(r'(href="#|url\(#)', rf"\g<1>{name}-", svg)


def _with_palette_variables(svg):
    for key, colour in PALETTE.items():
        svg = re.sub(re.escape(colour), f"var(--bp-{key}, {colour})", svg, flags=re.IGNORECASE)
    return svg


def _with_root(svg, alt):
    view_box = re.search(r'viewBox="([^"]+)"', svg)[1]
    width = float(view_box.split()[2]) * 4 / 3  # points to CSS pixels
    root = (
        f'<svg class="bp-figure" role="img" aria-label="{html.escape(alt)}" viewBox="{view_box}" '
        f'style="max-width: {width:.0f}px" stroke-linejoin="round" stroke-linecap="butt" '
        f'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">'
    )
    svg = re.sub(r"<svg[^>]*>", lambda _: root, svg, count=1)
    return f'<div class="bp-scroll">{svg}</div>'
