"""The figures of the course, drawn from what `backprop` computes.

Every function returns a matplotlib figure; leave it as the last line of a notebook cell to see it.
Each quantity has one colour in all figures, formulas and texts, and no figure needs the colour to
be understood: dashes, hatching, signs and labels say the same.
"""

import numpy as np
from matplotlib.patches import FancyBboxPatch, Rectangle

from backprop.backward_pass import indicator_function
from backprop.drawing import (
    BACKWARD,
    FORWARD,
    INK,
    LINE,
    MUTED,
    PAPER,
    PARAMETER,
    Drawing,
    as_column,
    as_index,
    as_layer_columns,
    new_drawing,
    number_text,
    put_arrow,
    put_box,
    put_cell,
    put_circle,
    styled,
    unit_heights,
)
from backprop.forward_pass import compute_network_output
from backprop.loss import d_loss_d_output, least_squares_loss
from backprop.validation import as_network, as_numbers

# ---- the network -----------------------------------------------------------------------------


def _line_style(weight):
    return "-" if weight > 0 else (0, (3, 2))


@styled
def draw_network(all_weights, all_biases):
    """The network as columns of units; a line is a weight.

    Above a column stands what its sums are called, and what the ReLU makes of them.

    Parameters
    ----------
    all_weights, all_biases : lists of K + 1 arrays
        Legible up to about seven columns of eight units.

    Raises
    ------
    ValueError
        If the shapes do not fit together.
    """
    all_weights, all_biases = as_network(all_weights, all_biases)
    widths = [all_weights[0].shape[1], *(weights.shape[0] for weights in all_weights)]
    top = unit_heights(max(widths))[0]
    figure, axes = new_drawing(7, 4.2)
    axes.set_axis_off()
    for k, weights in enumerate(all_weights):
        heaviest = np.abs(weights).max()
        for i, j in np.ndindex(weights.shape):
            axes.plot(
                [k, k + 1],
                [unit_heights(widths[k])[j], unit_heights(widths[k + 1])[i]],
                color=PARAMETER,
                linewidth=0.3 + 1.7 * abs(weights[i, j]) / heaviest,
                linestyle=_line_style(weights[i, j]),
                zorder=1,
            )
    for k, width in enumerate(widths):
        for height in unit_heights(width):
            put_circle(axes, k, height, FORWARD, points=17)
        f, h = rf"\mathbf{{f}}_{{{k - 1}}}", rf"\mathbf{{h}}_{{{k}}}"
        name = rf"{f}\,\to\,{h}"
        if k in (0, len(widths) - 1):
            name = f if k else rf"\mathbf{{x}}={h}"
        axes.text(k, top + 0.6, f"${name}$", ha="center", va="bottom", fontsize=14, color=FORWARD)
    below = -top - 0.7
    for k, (weights, biases) in enumerate(zip(all_weights, all_biases)):
        for row, (symbol, array) in enumerate([("Omega", weights), ("beta", biases)]):
            size = "×".join(map(str, array.shape))
            axes.text(
                k + 0.5, below - 0.95 * row, rf"$\boldsymbol{{\{symbol}}}_{{{k}}}$" + f"\n{size}",
                ha="center", va="top", fontsize=11, color=PARAMETER, linespacing=1.1,
            )
    axes.set_xlim(-0.4, len(widths) - 0.75)
    axes.set_ylim(below - 1.9, top + 1.3)
    return figure


# ---- the forward pass --------------------------------------------------------------------------


@styled
def draw_relu():
    """The ReLU and its derivative, the indicator, with what holds at zero."""
    figure, (left, right) = new_drawing(7, 2.8, ncols=2)
    z = np.array([-2.0, 0.0, 2.0])
    left.plot(z, np.maximum(z, 0), color=FORWARD)
    left.set_title("ReLU", fontsize=12)
    right.plot([-2, 0], [0, 0], color=FORWARD)
    right.plot([0, 2], [1, 1], color=FORWARD)
    right.plot([0], [1], "o", mfc=PAPER, mec=FORWARD, mew=2, ms=8)
    right.plot([0], [0], "o", color=FORWARD, ms=8)
    right.set_title("its derivative", fontsize=12)
    right.annotate("at zero: 0", (0, 0), (0.45, 0.28), color=FORWARD)
    for axes in (left, right):
        axes.axvline(0, color=LINE, lw=1, zorder=0)
        axes.set_xlabel("pre-activation")
        axes.set_xticks([-2, -1, 0, 1, 2])
    right.set_yticks([0, 1])
    left.set_yticks([0, 1, 2])
    return figure


def _draw_preactivations(all_axes, all_f, reaches):
    """A column of bars for each f_k, from minus its reach to its reach, each with its number."""
    last = len(all_f) - 1
    for k, (axes, f, reach) in enumerate(zip(all_axes, all_f, reaches)):
        passes = (f[:, 0] > 0) | (k == last)
        axes.barh(
            np.arange(len(f)),
            f[:, 0],
            height=0.7,
            color=[FORWARD if p else "none" for p in passes],
            edgecolor=FORWARD,
            hatch=["" if p else "////" for p in passes],
        )
        for i, value in enumerate(f[:, 0]):  # the number stands where the bar is not
            axes.annotate(
                number_text(value, 1 if abs(value) >= 10 else 2), (0, i),
                (-3 if value > 0 else 3, 0), textcoords="offset points", color=FORWARD,
                ha="right" if value > 0 else "left", va="center", fontsize=9,
            )
        axes.axvline(0, color=INK, lw=1)
        axes.set_xlim(-1.1 * reach, 1.1 * reach)
        axes.set_ylim(max(len(f) for f in all_f) - 0.4, -0.6)
        axes.set_yticks(range(len(f)) if k == 0 else [])
        axes.tick_params(axis="both", length=0)
        axes.set_xticks([])
        axes.spines[["left", "bottom"]].set_visible(False)
        axes.set_title(rf"$\mathbf{{f}}_{{{k}}}$", fontsize=14, color=FORWARD)
        if k == last:
            axes.set_xlabel("output\n" + ", ".join(number_text(value, 3) for value in f[:, 0]))
        else:
            axes.set_xlabel(f"{passes.sum()} of {len(f)}\nactive")
    all_axes[0].set_ylabel("unit")


@styled
def draw_forward_values(all_f, all_h):
    """The pre-activations of every layer as bars: filled where they pass on, else hatched.

    Parameters
    ----------
    all_f, all_h : lists of K + 1 (D, 1) arrays
        What `compute_network_output` returned for one example.

    Raises
    ------
    ValueError
        If an array is no column, or h_k is not what the ReLU of f_{k-1} passes on.
    """
    all_f = [as_column(f, f"all_f[{k}]") for k, f in enumerate(all_f)]
    as_layer_columns(all_h[1:], [len(f) for f in all_f[:-1]], "all_h[1:]")
    for k in range(1, len(all_f)):
        if not np.array_equal(all_h[k], np.maximum(all_f[k - 1], 0)):
            raise ValueError(f"all_h[{k}] must be relu(all_f[{k - 1}]), it is not.")
    figure, all_axes = new_drawing(7, 3, ncols=len(all_f), squeeze=False)
    _draw_preactivations(all_axes[0], all_f, [max(np.abs(f).max() for f in all_f)] * len(all_f))
    return figure


@styled
def draw_forward_pass(all_f, all_h, inputs, outputs, reaches):
    """The output as a function of the input with the current point, over the forward values.

    Each layer's bars have a scale of their own.

    Parameters
    ----------
    all_f, all_h : lists of K + 1 (D, 1) arrays
        For the current input, of a network with one input and one output.
    inputs, outputs : (N,) arrays
        The curve.
    reaches : sequence of K + 1 floats
        How far the bars of each layer can reach: the largest pre-activation of all inputs, so
        that a bar stays comparable when the input moves.
    """
    figure = Drawing(figsize=(7, 5.2), layout="constrained", facecolor=PAPER)
    grid = figure.add_gridspec(2, len(all_f))
    curve = figure.add_subplot(grid[0, :])
    curve.plot(inputs, outputs, color=FORWARD)
    curve.plot(all_h[0].ravel(), all_f[-1].ravel(), "o", ms=10, color=FORWARD)
    curve.set_xlabel("input")
    curve.set_ylabel("output")
    curve.set_title(
        f"input {number_text(all_h[0].item())}, output {number_text(all_f[-1].item(), 3)}",
        fontsize=12,
    )
    all_axes = [figure.add_subplot(grid[1, k]) for k in range(len(all_f))]
    _draw_preactivations(all_axes, all_f, reaches)
    return figure


# ---- the loss ----------------------------------------------------------------------------------


@styled
def draw_loss(net_output, y):
    """The squared error against the output, with the network's place on it and the slope there.

    Parameters
    ----------
    net_output, y : (1, 1) arrays

    Raises
    ------
    ValueError
        If they are not one number each.
    """
    output, target = (as_numbers(v, n) for v, n in ((net_output, "net_output"), (y, "y")))
    if output.size != 1 or target.size != 1:
        raise ValueError(
            f"net_output and y must hold one number each, got {output.shape} and {target.shape}."
        )
    slope = d_loss_d_output(output, target).item()
    loss = least_squares_loss(output, target)
    output, target = output.item(), target.item()
    reach = max(abs(output - target), 1.0)
    values = np.linspace(target - 1.25 * reach, target + 1.25 * reach, 200)
    figure, axes = new_drawing(7, 3.2)
    axes.plot(values, (values - target) ** 2, color=FORWARD)
    near = np.array([output - 0.22 * reach, output + 0.45 * reach])
    axes.plot(near, loss + slope * (near - output), color=BACKWARD, ls=(0, (5, 2)))
    axes.plot([output], [loss], "o", ms=10, color=FORWARD)
    inwards = -np.sign(slope)  # inside the parabola there is room
    axes.annotate(f"the network:\noutput {number_text(output, 3)}, loss {number_text(loss, 3)}",
                  (output, loss), (12 * inwards, 8 if slope else 36), textcoords="offset points",
                  ha={1: "left", 0: "center", -1: "right"}[inwards], va="bottom")
    axes.annotate(f"slope {number_text(slope, 3)}", (near[1], loss + slope * (near[1] - output)),
                  (-10 if slope < 0 else 10, 0), textcoords="offset points", color=BACKWARD,
                  ha="right" if slope < 0 else "left", va="center")
    axes.annotate(f"target {target:g}".replace("-", "\N{MINUS SIGN}"), (target, 0), (0, 14),
                  textcoords="offset points", ha="center", va="bottom")
    axes.set_xlabel("network output")
    axes.set_ylabel("loss")
    return figure


# ---- 7.21 and 7.22 -----------------------------------------------------------------------------


@styled
def draw_bias_nudge(all_biases, all_f, layer=2, unit=2, nudge=0.1):
    """One bias, nudged, and its pre-activation, which moves by the same amount: equation 7.21.

    Parameters
    ----------
    all_biases, all_f : lists of K + 1 arrays
        Of one example; ``layer`` and ``unit`` say which bias.
    nudge : float

    Raises
    ------
    ValueError
        If there is no such layer or unit, or all_f does not fit all_biases.
    """
    all_f = as_layer_columns(all_f, [len(biases) for biases in all_biases], "all_f")
    f = all_f[as_index(layer, len(all_f), "layer")]
    f = f[as_index(unit, len(f), "unit"), 0]
    beta = all_biases[layer][unit, 0]
    index = f"{layer},{unit}"
    more = f"{nudge:+g}".replace("-", "\N{MINUS SIGN}")
    figure, axes = new_drawing(7, 2.6)
    axes.set_axis_off()
    put_box(axes, 0.9, 1.6, rf"$\beta_{{{index}}}$ = {number_text(beta)}", PARAMETER, 1.8)
    put_box(axes, 0.9, 0, "weights times\nactivations", FORWARD, 1.8)
    put_circle(axes, 2.9, 0.8, INK, "+")
    put_box(axes, 4.7, 0.8, rf"$f_{{{index}}}$ = {number_text(f)}", FORWARD, 1.8)
    put_box(axes, 7.3, 0.8, "the rest of\nthe network", INK, 1.7)
    put_box(axes, 9.3, 0.8, r"$\ell$", FORWARD, 0.8)
    put_arrow(axes, (1.82, 1.45), (2.68, 1.02), PARAMETER)
    put_arrow(axes, (1.82, 0.15), (2.68, 0.58), FORWARD)
    put_arrow(axes, (3.2, 0.8), (3.78, 0.8), FORWARD)
    put_arrow(axes, (5.62, 0.8), (6.43, 0.8), FORWARD)
    put_arrow(axes, (8.17, 0.8), (8.88, 0.8), FORWARD)
    axes.text(0.9, 2.25, f"nudged by {more}", ha="center", color=PARAMETER)
    axes.text(4.7, 1.45, f"moves by {more}", ha="center", color=FORWARD)
    axes.text(7.9, 1.6, "sees the pre-activation alone", ha="center", color=INK)
    axes.set_xlim(-0.1, 9.8)
    axes.set_ylim(-0.6, 2.6)
    return figure


@styled
def draw_outer_product(dl_df, h, layer=None, picked=None):
    """The weight gradient as a table of products: dl/df_k on the left, h_k on top.

    Parameters
    ----------
    dl_df : (D_{k+1}, 1) array
    h : (D_k, 1) array
    layer : int, optional
        The number that stands in the labels; without it they say k.
    picked : (int, int), optional
        Row and column of an entry to point out, with its two factors.

    Raises
    ------
    ValueError
        If ``dl_df`` or ``h`` is no column, or there is no such entry.
    """
    dl_df, h = as_column(dl_df, "dl_df"), as_column(h, "h")
    k = "k" if layer is None else layer
    rows, columns = len(dl_df), len(h)
    figure, axes = new_drawing(7, 0.42 * rows + 1.5)
    axes.set_axis_off()
    table = dl_df @ h.T
    for i, j in np.ndindex(table.shape):
        zero = table[i, j] == 0
        put_cell(axes, j + 0.25, -i, number_text(table[i, j]), MUTED if zero else BACKWARD)
    for i in range(rows):
        put_cell(axes, -1.25, -i, number_text(dl_df[i, 0]), BACKWARD, edge=BACKWARD, width=1.05)
        if dl_df[i, 0] == 0:
            axes.plot([-0.35, columns - 0.15], [-i, -i], color=MUTED, lw=1)
    for j in range(columns):
        put_cell(axes, j + 0.25, 1.45, number_text(h[j, 0]), FORWARD, edge=FORWARD)
        if h[j, 0] == 0:
            axes.plot([j + 0.25] * 2, [0.6, -rows + 0.4], color=MUTED, lw=1)
    axes.text(-1.25, 0.75, rf"$\partial\ell/\partial\,\mathbf{{f}}_{{{k}}}$",
              color=BACKWARD, ha="center", va="bottom", fontsize=13)
    axes.text((columns - 1) / 2 + 0.25, 2.15, rf"$\mathbf{{h}}_{{{k}}}^T$", color=FORWARD,
              ha="center", va="bottom", fontsize=13)
    axes.text((columns - 1) / 2 + 0.25, -rows - 0.05,
              rf"$\partial\ell/\partial\,\boldsymbol{{\Omega}}_{{{k}}}$",
              color=BACKWARD, ha="center", va="center", fontsize=13)
    if picked is not None:
        _point_out(axes, dl_df, h, *picked)
    axes.set_xlim(-1.9, columns - 0.1)
    axes.set_ylim(-rows - 0.5, 3)
    return figure


def _point_out(axes, dl_df, h, i, j):
    """A thick frame round one entry, arrows to it from its factors, and what is multiplied."""
    as_index(i, len(dl_df), "row")
    as_index(j, len(h), "column")
    for x, y, width in ((-1.25, -i, 1.05), (j + 0.25, 1.45, 1), (j + 0.25, -i, 1)):
        axes.add_patch(Rectangle((x - width / 2, y - 0.5), width, 1, fc="none", ec=INK, lw=2.5,
                                 zorder=3))
    put_arrow(axes, (-0.72, -i + 0.38), (j - 0.27, -i + 0.38), INK, 1)
    put_arrow(axes, (j - 0.17, 0.93), (j - 0.17, -i + 0.52), INK, 1)


# ---- 7.24 --------------------------------------------------------------------------------------


@styled
def draw_one_unit_back(all_weights, all_dl_df, layer=3, unit=1):
    """One activation collects from every unit that it fed: the meaning of the transpose.

    Parameters
    ----------
    all_weights : list of K + 1 arrays
    all_dl_df : list of K + 1 (D, 1) arrays
        The gradient of every pre-activation.
    layer, unit : int
        The activation h_{layer, unit} goes into layer ``layer``.

    Raises
    ------
    ValueError
        If there is no such layer or unit, or all_dl_df does not fit all_weights.
    """
    all_dl_df = as_layer_columns(all_dl_df, [len(weights) for weights in all_weights], "all_dl_df")
    dl_df = all_dl_df[as_index(layer, len(all_dl_df), "layer")][:, 0]
    weights = all_weights[layer][:, as_index(unit, all_weights[layer].shape[1], "unit")]
    units = len(weights)
    heights = 1.15 * unit_heights(units)
    figure, axes = new_drawing(7, 0.55 * units + 1)
    axes.set_axis_off()
    for i, height in enumerate(heights):
        put_arrow(axes, (0.38, 0.08), (4.05, height + 0.08), PARAMETER, width=1.5)
        if dl_df[i] != 0:
            put_arrow(axes, (4.05, height - 0.16), (0.4, -0.08), BACKWARD, 1.2, dashes=(0, (4, 2)))
        place = 0.62
        axes.text(
            0.38 + place * 3.5, place * height, number_text(weights[i]), color=PARAMETER,
            ha="center", va="center", bbox={"fc": PAPER, "ec": "none", "pad": 1.5}, zorder=2,
        )
        put_circle(axes, 4.4, height, FORWARD, rf"$f_{{{i}}}$")
        axes.text(4.95, height, number_text(dl_df[i]), va="center", color=BACKWARD)
        axes.text(
            6.3, height, f"{number_text(weights[i])} × {number_text(dl_df[i])} = "
            f"{number_text(weights[i] * dl_df[i])}", va="center", color=BACKWARD, fontsize=10,
        )
    top = heights[0] + 0.75
    axes.text(4.95, top, r"$\partial\ell/\partial\,f_i$", color=BACKWARD, va="center")
    axes.text(2.5, top, "weight", color=PARAMETER, ha="center", va="center")
    axes.text(6.3, top, "what comes back", color=BACKWARD, va="center")
    put_circle(axes, 0, 0, FORWARD, rf"$h_{{{unit}}}$", 34)
    axes.text(0, -0.75, "collects", ha="center", va="top", color=BACKWARD)
    axes.text(0, -1.2, number_text(weights @ dl_df), ha="center", va="top", color=BACKWARD,
              weight="bold")
    axes.set_xlim(-0.6, 9.2)
    axes.set_ylim(heights[-1] - 0.5, top + 0.35)
    return figure


@styled
def draw_mask(f, dl_dh, layer=None):
    """dl/dh_k, the mask from f_{k-1}, and their product, as columns of numbers.

    Parameters
    ----------
    f : (D, 1) array
        f_{k-1}, what went into the ReLU.
    dl_dh : (D, 1) array
        dl/dh_k, what arrives behind it.
    layer : int, optional
        k, for the labels.

    Raises
    ------
    ValueError
        If the two are not columns of one shape.
    """
    f, dl_dh = as_column(f, "f"), as_column(dl_dh, "dl_dh")
    if f.shape != dl_dh.shape:
        raise ValueError(f"dl_dh must have the shape of f, {f.shape}, got {dl_dh.shape}.")
    k, before = ("k", "k-1") if layer is None else (layer, layer - 1)
    mask = indicator_function(f)
    columns = [
        (rf"$\mathbf{{f}}_{{{before}}}$", f, FORWARD),
        (rf"$1[\mathbf{{f}}_{{{before}}}>0]$", mask, FORWARD),
        (rf"$\partial\ell/\partial\,\mathbf{{h}}_{{{k}}}$", dl_dh, BACKWARD),
        (rf"$\partial\ell/\partial\,\mathbf{{f}}_{{{before}}}$", mask * dl_dh, BACKWARD),
    ]
    figure, axes = new_drawing(7, 0.42 * len(f) + 0.8)
    axes.set_axis_off()
    for place, (label, values, colour) in enumerate(columns):
        x = 2 * place
        axes.text(x, 1, label, ha="center", va="center", color=colour, fontsize=13)
        for i, value in enumerate(values[:, 0]):
            blocked = mask[i, 0] == 0 and place > 0
            digits = 0 if values is mask else 2
            put_cell(axes, x, -i, number_text(value, digits), MUTED if blocked else colour,
                     edge=LINE if blocked else colour, width=1.3)
    for x, sign in ((1, "→"), (3, "⊙"), (5, "=")):
        axes.text(x, -(len(f) - 1) / 2, sign, ha="center", va="center", fontsize=18,
                  family="DejaVu Sans")
    axes.set_xlim(-0.8, 6.8)
    axes.set_ylim(-len(f) + 0.4, 1.6)
    return figure


@styled
def draw_backward_flow(all_weights, all_f, all_dl_df):
    """The network with the gradient of every pre-activation, flowing from right to left.

    Parameters
    ----------
    all_weights : list of K + 1 arrays
    all_f, all_dl_df : lists of K + 1 (D, 1) arrays
        The pre-activations of one example and their gradients. Legible up to about seven
        columns of eight units, and gradients of up to four digits.

    Raises
    ------
    ValueError
        If a list has the wrong length or an array does not fit all_weights.
    """
    widths = [len(weights) for weights in all_weights]
    all_f = as_layer_columns(all_f, widths, "all_f")
    all_dl_df = as_layer_columns(all_dl_df, widths, "all_dl_df")
    last = len(all_f) - 1
    tallest = max(len(f) for f in all_f)
    figure, axes = new_drawing(7, 0.5 * tallest + 1)
    axes.set_axis_off()
    for k in range(1, last + 1):
        flow = np.abs(all_weights[k] * all_dl_df[k]) * (all_f[k - 1].T > 0)
        for i, j in zip(*np.nonzero(flow)):
            start = (k - 0.36, unit_heights(len(all_f[k]))[i])
            end = (k - 1 + 0.36, unit_heights(len(all_f[k - 1]))[j])
            width = 0.8 + 2.4 * flow[i, j] / flow.max()
            put_arrow(axes, start, end, BACKWARD, width)
    for k, (f, dl_df) in enumerate(zip(all_f, all_dl_df)):
        for height, value, gradient in zip(unit_heights(len(f)), f[:, 0], dl_df[:, 0]):
            passes = value > 0 or k == last
            axes.add_patch(FancyBboxPatch(
                (k - 0.31, height - 0.28), 0.62, 0.56, boxstyle="round,pad=0.02,rounding_size=0.12",
                fc=PAPER, ec=BACKWARD if passes else MUTED, lw=2 if passes else 1,
                ls="-" if passes else (0, (3, 2)), zorder=2,
            ))
            axes.text(k, height, number_text(gradient, 1), ha="center", va="center", fontsize=10.5,
                      color=BACKWARD if passes else MUTED, zorder=3)
        axes.text(k, (tallest - 1) / 2 + 0.55, rf"$\partial\ell/\partial\,\mathbf{{f}}_{{{k}}}$",
                  ha="center", va="bottom", color=BACKWARD, fontsize=13)
    axes.text(last, -(tallest - 1) / 2 - 0.1, "solid: active\ndashed: not active", ha="center",
              va="center", fontsize=10)
    axes.set_xlim(-0.4, last + 0.45)
    axes.set_ylim(-(tallest - 1) / 2 - 0.5, (tallest - 1) / 2 + 1.2)
    return figure


# ---- checking gradients ------------------------------------------------------------------------


@styled
def draw_step_size_curve(steps, errors_by_scheme, marked=None):
    """Relative error against the step of a finite difference, on logarithmic axes.

    Parameters
    ----------
    steps : (N,) array
    errors_by_scheme : dict
        As `step_size_errors` returns it. An error of zero is drawn at the rounding unit.
    marked : int, optional
        Index of a step to point out.
    """
    figure, axes = new_drawing(7, 4)
    least = np.finfo(float).eps / 2
    looks = {"forward": ("o", (0, (5, 2))), "central": ("s", "-")}
    for scheme, (marker, dashes) in looks.items():
        errors = np.maximum(errors_by_scheme[scheme], least)
        axes.loglog(steps, errors, marker=marker, ls=dashes, color=BACKWARD, ms=6,
                    mfc=PAPER if scheme == "forward" else BACKWARD)
        if marked is not None:
            axes.loglog(steps[marked], errors[marked], marker, color=INK, ms=13, mfc="none", mew=2)
        axes.annotate(f"{scheme} difference", (steps[-1], errors[-1]), (8, 0), color=BACKWARD,
                      textcoords="offset points", va="center", annotation_clip=False)
    if marked is not None:
        axes.set_title(
            f"step {steps[marked]:.0e}: error of "
            f"forward {errors_by_scheme['forward'][marked]:.0e}, "
            f"central {errors_by_scheme['central'][marked]:.0e}",
            fontsize=12,
        )
    flat = max(errors_by_scheme["complex"], least)
    axes.axhline(flat, color=FORWARD, ls=(0, (1, 1.5)))
    axes.annotate("complex step (its own step is far smaller)", (steps[0], flat), (0, 6),
                  textcoords="offset points", color=FORWARD, va="bottom")
    _name_the_slopes(axes, steps, errors_by_scheme)
    axes.set_ylim(least / 5, 10)
    axes.set_xlabel("step")
    axes.set_ylabel("worst relative error")
    return figure


def _name_the_slopes(axes, steps, errors_by_scheme):
    """Say beside the lines why the error grows: by rounding to the left, else by truncation."""
    forward, central = errors_by_scheme["forward"], errors_by_scheme["central"]
    left, right = len(steps) // 4, 3 * len(steps) // 4
    axes.annotate("round-off,\nlike 1 / step", (steps[left], forward[left]), (10, 2),
                  textcoords="offset points", ha="left", va="bottom")
    axes.annotate("truncation,\nlike step", (steps[right], forward[right]), (-10, 2),
                  textcoords="offset points", ha="right", va="bottom")
    if central[-1] > 100 * np.min(central):  # else the function has no curvature to truncate
        axes.annotate("truncation,\nlike step²", (steps[-2], central[-2]), (2, -6),
                      textcoords="offset points", ha="left", va="top")


@styled
def draw_kink(net_input, all_weights, all_biases, y, layer=0, unit=1, step=0.1):
    """The loss against one bias across a kink, and a central difference that straddles it.

    Parameters
    ----------
    net_input, y : (D, 1) arrays
    all_weights, all_biases : lists of K + 1 arrays
    layer, unit : int
        Which bias. The kink is where the pre-activation of this unit is zero.
    step : float
        Of the central difference, whose middle is half a step beside the kink.

    Returns
    -------
    matplotlib.figure.Figure
        With the three slopes in words, as ``in_words``.

    Raises
    ------
    ValueError
        If the shapes do not fit, there is no such layer or unit, or it is the output's.
    """
    all_weights, all_biases = as_network(all_weights, all_biases)
    as_index(layer, len(all_biases) - 1, "layer (of the hidden ones)")
    as_index(unit, len(all_biases[layer]), "unit")

    def loss_at(f):
        """The loss when the pre-activation of the unit is f, by way of its bias."""
        biases = [b.copy() for b in all_biases]
        biases[layer][unit, 0] += f - at_start
        return least_squares_loss(compute_network_output(net_input, all_weights, biases)[0], y)

    _, all_f, _ = compute_network_output(net_input, all_weights, all_biases)
    at_start = all_f[layer][unit, 0]
    kink = all_biases[layer][unit, 0] - at_start
    middle = 0.5 * step
    figure, axes = new_drawing(7, 3.4)
    reach = np.linspace(-2.5 * step, 2.5 * step, 201)
    axes.plot(kink + reach, [loss_at(f) for f in reach], color=FORWARD)
    ends = np.array([middle - step, middle + step])
    losses = np.array([loss_at(f) for f in ends])
    axes.plot(kink + ends, losses, "s--", color=BACKWARD, ms=7, lw=1.5)
    axes.plot([kink + middle], [loss_at(middle)], "o", color=FORWARD, ms=9)
    axes.axvline(kink, color=LINE, lw=1, zorder=0)
    axes.annotate("here the unit\nswitches on", (kink, axes.get_ylim()[1]), (-8, -4),
                  textcoords="offset points", ha="right", va="top", color=INK)
    between = (losses[1] - losses[0]) / (2 * step)
    axes.annotate(f"central difference:\nslope {number_text(between)}", (kink + ends[1], losses[1]),
                  (10, 0), textcoords="offset points", ha="left", va="center", color=BACKWARD)
    sides = [(loss_at(near) - loss_at(0)) / near for near in (-step / 1000, step / 1000)]
    for side, slope, align in zip((-1, 1), sides, ("right", "left")):
        axes.annotate(f"slope {number_text(slope)}", (kink + side * middle, loss_at(side * middle)),
                      (8 * side, -6 * side), textcoords="offset points", ha=align,
                      va="top" if side > 0 else "bottom", color=FORWARD)
    axes.set_xlabel(rf"bias $\beta_{{{layer},{unit}}}$")
    axes.set_ylabel("loss")
    figure.in_words = (
        f"The slope is {number_text(sides[0])} to the left of the corner and "
        f"{number_text(sides[1])} to the right; the central difference gives "
        f"{number_text(between)}."
    )
    return figure
