"""The figures of chapter 11: the size of values and gradients through depth, dead units, and the
residual connection."""

import numpy as np

from backprop.drawing import (
    BACKWARD,
    FORWARD,
    INK,
    LINE,
    MUTED,
    PARAMETER,
    as_column,
    as_index,
    new_drawing,
    number_text,
    put_arrow,
    put_box,
    put_cell,
    put_circle,
    styled,
)
from backprop.validation import as_numbers

# The looks of up to three curves in one picture, which need no colour to be told apart.
MARKERS = ("^", "o", "v")


def _power(value):
    """A number for a label: a power of ten where it is large or small."""
    if 0.01 <= value < 1000:
        return f"{value:.3g}"
    exponent = int(np.floor(np.log10(value)))
    return rf"${value / 10**exponent:.1f}\cdot 10^{{{exponent}}}$"


def _put_sizes(axes, curves, colour, symbol, last=None):
    """Mean squares against the layer, on a logarithmic axis, with the derived lines.

    ``curves`` holds (label, mean squares, factor, layer from which the derived line starts).
    """
    for marker, (label, sizes, factor, start) in zip(MARKERS, curves):
        layers = np.arange(len(sizes))
        derived = sizes[start] * factor ** np.abs(layers - start)
        axes.semilogy(layers, derived, color=INK, lw=1, ls=(0, (4, 2)), zorder=1)
        shown = slice(None, None, max(1, len(sizes) // 17))
        axes.semilogy(layers[shown], sizes[shown], marker, color=colour, ms=5, zorder=2)
        far, side = (-1, "right") if start == 0 else (0, "left")
        away, edge = (9, "bottom") if factor >= 1 else (-9, "top")
        axes.annotate(label, (layers[far], derived[far]), (0, away), textcoords="offset points",
                      ha=side, va=edge, color=colour, fontsize=10)
    axes.set_xlabel("layer")
    axes.set_title(f"mean square of {symbol}", fontsize=12, color=colour)


@styled
def draw_sizes_through_depth(curves):
    """The mean squares of f_k and of dl/df_k against k, measured and derived.

    Parameters
    ----------
    curves : list of up to three (label, forward, backward, factor)
        What to call a curve; the mean squares of f_0 ... f_K and of dl/df_0 ... dl/df_K, from
        `mean_squares_through_depth` and averaged over the networks; and what each layer is
        derived to multiply them by.

    Raises
    ------
    ValueError
        If there are more than three curves.
    """
    if len(curves) > len(MARKERS):
        raise ValueError(f"curves must be at most {len(MARKERS)}, got {len(curves)}.")
    figure, (left, right) = new_drawing(7, 3.8, ncols=2, sharey=True)
    K = len(curves[0][1]) - 1
    _put_sizes(left, [(label, forward, factor, 0) for label, forward, _, factor in curves],
               FORWARD, r"$\mathbf{f}_k$, forward →")
    _put_sizes(right, [(label, backward, factor, K) for label, _, backward, factor in curves],
               BACKWARD, r"$\partial\ell/\partial\,\mathbf{f}_k$, ← back")
    low, high = left.get_ylim()
    left.set_ylim(low / 1e3, high * 1e3)  # room for a label above and below
    return figure


@styled
def draw_gradient_sizes(curves):
    """The mean square of dl/df_k against k, measured and derived, of several kinds of network.

    Parameters
    ----------
    curves : list of up to three (label, backward, factor)
        As in `draw_sizes_through_depth`; of the layers behind the hidden ones alone, so that the
        last of them is where the derived line starts.

    Raises
    ------
    ValueError
        If there are more than three curves.
    """
    if len(curves) > len(MARKERS):
        raise ValueError(f"curves must be at most {len(MARKERS)}, got {len(curves)}.")
    figure, axes = new_drawing(7, 3.6)
    last = len(curves[0][1]) - 1
    _put_sizes(axes, [(label, backward, factor, last) for label, backward, factor in curves],
               BACKWARD, r"$\partial\ell/\partial\,\mathbf{f}_k$, ← back")
    low, high = axes.get_ylim()
    axes.set_ylim(low / 1e3, high * 1e3)
    return figure


@styled
def draw_single_networks(panels):
    """The mean square of dl/df_k in single networks, a thin line each.

    Parameters
    ----------
    panels : list of (title, backward)
        ``backward`` as `mean_squares_through_depth` returns it: a row a network.
    """
    figure, all_axes = new_drawing(7, 3.6, ncols=len(panels), sharey=True, squeeze=False)
    for axes, (title, backward) in zip(all_axes[0], panels):
        shown = np.where(backward > 0, backward, np.nan)  # a line ends where nothing comes back
        axes.semilogy(np.arange(backward.shape[1]), shown.T, color=BACKWARD, lw=0.7)
        axes.axhline(1, color=INK, lw=1.5, ls=(0, (4, 2)), zorder=3)
        axes.set_title(title, fontsize=12)
        axes.set_xlabel("layer")
    all_axes[0, 0].set_ylabel(r"mean square of $\partial\ell/\partial\,\mathbf{f}_k$",
                              color=BACKWARD)
    return figure


@styled
def draw_depth(forward, backward, factor, deepest):
    """The mean squares of one kind of network, forward and back, on axes that stay the same.

    Parameters
    ----------
    forward, backward : (K + 1,) arrays
    factor : float
        What each layer is derived to multiply them by.
    deepest : int
        The largest number of a layer for which there is room.
    """
    figure, (left, right) = new_drawing(7, 3.6, ncols=2, sharey=True)
    K = len(forward) - 1
    _put_sizes(left, [("", forward, factor, 0)], FORWARD, r"$\mathbf{f}_k$, forward →")
    _put_sizes(right, [("", backward, factor, K)], BACKWARD,
               r"$\partial\ell/\partial\,\mathbf{f}_k$, ← back")
    for axes in (left, right):
        axes.axhline(1, color=LINE, lw=1, zorder=0)
        axes.set_xlim(-1, deepest + 1)
    left.set_ylim(1e-20, 1e20)
    figure.suptitle(
        f"{K} hidden layers, a factor of {factor:g} in each layer: {_power(factor**K)} in all",
        fontsize=12,
    )
    return figure


@styled
def draw_dead_unit(dl_dweights, dl_dbiases, dl_dweights_above, unit, layer=0):
    """The gradients around a dead unit: a row and an entry of zeros, and a column above.

    Parameters
    ----------
    dl_dweights, dl_dbiases : (D, n) and (D, 1) arrays
        Of the unit's own layer.
    dl_dweights_above : (m, D) array
        Of the layer that the unit feeds.
    unit : int
        The unit that is pointed out.
    layer : int
        The number of the unit's layer, for the labels.

    Raises
    ------
    ValueError
        If the shapes do not fit, or there is no such unit.
    """
    weights = as_numbers(dl_dweights, "dl_dweights")
    biases = as_column(dl_dbiases, "dl_dbiases")
    above = as_numbers(dl_dweights_above, "dl_dweights_above")
    units = len(biases)
    if weights.ndim != 2 or len(weights) != units:
        raise ValueError(f"dl_dweights must have {units} rows, got shape {weights.shape}.")
    if above.ndim != 2 or above.shape[1] != units:
        raise ValueError(f"dl_dweights_above must have {units} columns, got shape {above.shape}.")
    as_index(unit, units, "unit")
    width, gap = 1.25, 0.9
    figure, axes = new_drawing(7, 0.42 * max(units, len(above)) + 1.1)
    axes.set_axis_off()
    left = 0.0
    for table, name, index, points_out in (
        (weights, r"\boldsymbol{\Omega}", layer, lambda i, j: i == unit),
        (biases, r"\boldsymbol{\beta}", layer, lambda i, j: i == unit),
        (above, r"\boldsymbol{\Omega}", layer + 1, lambda i, j: j == unit),
    ):
        rows, columns = table.shape
        for (i, j), value in np.ndenumerate(table):
            marked = points_out(i, j)
            put_cell(axes, left + j * width, -i, number_text(value),
                     INK if marked else BACKWARD, edge=INK if marked else LINE, width=width)
        middle = left + (columns - 1) * width / 2
        axes.text(middle, 1, rf"$\partial\ell/\partial\,{name}_{{{index}}}$", ha="center",
                  va="center", color=BACKWARD, fontsize=13)
        if table is not biases:
            words = f"row {unit}" if table is weights else f"column {unit}"
            axes.text(middle, -rows - 0.15, f"{words}: zeros", ha="center", va="center")
        left += columns * width + gap
    axes.text(-0.5 * width - 0.25, -unit, f"unit {unit}", ha="right", va="center")
    axes.set_xlim(-width - 1.6, left - gap - width / 2 + 0.1)
    axes.set_ylim(-max(units, len(above)) - 0.4, 1.6)
    return figure


@styled
def draw_residual_connection():
    """One layer with a residual connection: two ways forward, and two ways back."""
    figure, axes = new_drawing(7, 3.3)
    axes.set_axis_off()
    put_box(axes, 0, 0, r"$\mathbf{f}_{k-1}$", FORWARD, 1.1, 0.9)
    put_box(axes, 2.9, -1.1, r"$\mathbf{h}_k$", FORWARD, 1.0, 0.9)
    put_circle(axes, 6.3, 0, INK, "+", points=26)
    put_box(axes, 8.4, 0, r"$\mathbf{f}_k$", FORWARD, 1.1, 0.9)
    for path in (
        [(0.62, -0.2), (2.34, -1.0)], [(3.46, -1.0), (5.98, -0.16)],
        [(0.62, 0.2), (1.6, 1.1), (5.1, 1.1), (5.98, 0.2)], [(6.62, 0), (7.8, 0)],
    ):
        _put_both_ways(axes, np.array(path))
    axes.text(3.35, 1.5, "round the layer: unchanged", ha="center", va="center", color=FORWARD)
    axes.text(3.35, 0.72, r"$\partial\ell/\partial\,\mathbf{f}_k$", ha="center", va="center",
              color=BACKWARD, fontsize=13)
    axes.text(1.25, -0.95, "ReLU", ha="right", va="center", color=FORWARD)
    axes.text(4.75, -1.05, r"$\boldsymbol{\beta}_k+\boldsymbol{\Omega}_k\mathbf{h}_k$",
              ha="left", va="center", color=PARAMETER, fontsize=13)
    axes.text(2.9, -1.95,
              r"$1[\mathbf{f}_{k-1}>0]\odot"
              r"(\boldsymbol{\Omega}_k^T\,\partial\ell/\partial\,\mathbf{f}_k)$",
              ha="center", va="center", color=BACKWARD, fontsize=13)
    axes.text(0, 0.85, "adds up\nwhat comes back", ha="center", va="bottom", color=BACKWARD)
    axes.set_xlim(-1.1, 9.1)
    axes.set_ylim(-2.3, 1.9)
    return figure


def _put_both_ways(axes, path):
    """A path of straight pieces, forward and back, beside each other."""
    for corners, colour, side, dashes in (
        (path, FORWARD, 0.08, "-"), (path[::-1], BACKWARD, 0.08, (0, (3, 1.5))),
    ):
        for piece, (start, end) in enumerate(zip(corners, corners[1:])):
            along = (end - start) / np.linalg.norm(end - start)
            aside = side * np.array([-along[1], along[0]])
            if piece < len(path) - 2:
                xs, ys = zip(start + aside, end + aside)
                axes.plot(xs, ys, color=colour, lw=1.6, ls=dashes, zorder=1)
            else:
                put_arrow(axes, start + aside, end + aside, colour, 1.6, dashes)
