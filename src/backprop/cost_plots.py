"""The figures of chapter 10: operations by layer, cost against parameters, what is kept."""

import numpy as np
from matplotlib import rc_context
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from backprop.checkpointing import checkpointed_numbers
from backprop.cost import forward_passes, kept_numbers
from backprop.drawing import (
    BACKWARD,
    FORWARD,
    INK,
    LINE,
    MUTED,
    PAPER,
    new_drawing,
    put_arrow,
    put_box,
    styled,
)
from backprop.validation import as_numbers, as_size


@styled
def draw_operations_by_layer(widths, examples=1):
    """The multiplications with weights in each layer: one forward, one or two back.

    Parameters
    ----------
    widths : list of K + 2 ints
        D_0, ..., D_{K+1}.
    examples : int

    Raises
    ------
    ValueError
        If a size is no integer of at least 1, or there are fewer than two widths.
    """
    kept_numbers(widths, examples)  # which checks both
    products = [b * a * examples for b, a in zip(widths[:-1], widths[1:])]
    layers = np.arange(len(products))
    figure, axes = new_drawing(7, 3.2)
    bar = 0.26
    looks = [
        (-bar, FORWARD, FORWARD, "", r"forward: $\boldsymbol{\Omega}_k\,\mathbf{h}_k$", products),
        (0, BACKWARD, BACKWARD, "", r"back: $\partial\ell/\partial\,\mathbf{f}_k\ \mathbf{h}_k^T$", products),
        (bar, "none", BACKWARD, "////", r"back: $\boldsymbol{\Omega}_k^T\ \partial\ell/\partial\,\mathbf{f}_k$",
         [0, *products[1:]]),
    ]
    with rc_context({"hatch.color": BACKWARD}):
        for shift, face, edge, hatch, _, heights in looks:
            axes.bar(layers + shift, heights, 0.85 * bar, color=face, edgecolor=edge, hatch=hatch)
        handles = [Patch(fc=face, ec=edge, hatch=hatch, label=label)
                   for _, face, edge, hatch, label, _ in looks]
    axes.annotate("not needed", (bar, 0), (0, 4), textcoords="offset points", rotation=90,
                  ha="center", va="bottom", color=BACKWARD, fontsize=10)
    axes.set_xticks(layers, [
        f"layer {k}\n{after} × {before}"
        for k, (before, after) in enumerate(zip(widths[:-1], widths[1:]))
    ])
    axes.tick_params(axis="x", length=0)
    axes.set_ylabel("multiplications")
    axes.yaxis.set_major_formatter("{x:,.0f}")
    axes.legend(handles=handles, frameon=False, ncols=3, loc="lower center",
                bbox_to_anchor=(0.5, 1.0))
    return figure


# How each way to a gradient is drawn: its colour, marker, face of the marker, and name.
WAYS = {
    "central": (INK, "s", INK, "central differences"),
    "forward": (INK, "o", PAPER, "forward differences"),
    "complex": (MUTED, "^", MUTED, "complex step"),
    "backward": (BACKWARD, "D", BACKWARD, "backward pass"),
}


@styled
def draw_cost_by_parameters(costs, all_widths):
    """The measured time of each way to a gradient, with the number of passes that is expected.

    Parameters
    ----------
    costs : dict
        As `cost_by_width` returns it: "parameters", and a list for each way, in forward passes.
    all_widths : list of lists of ints
        The widths D_0, ..., D_{K+1} of the networks that were measured.

    Raises
    ------
    ValueError
        If a list does not have an entry for each network.
    """
    for name in ("parameters", *WAYS):
        if len(costs[name]) != len(all_widths):
            raise ValueError(
                f'costs["{name}"] must have {len(all_widths)} entries, one a network, '
                f"got {len(costs[name])}."
            )
    P = costs["parameters"]
    figure, axes = new_drawing(7, 4)
    for name, (colour, marker, face, label) in WAYS.items():
        if name == "backward":
            axes.axhline(2, color=BACKWARD, lw=1, ls=(0, (1, 1.5)), zorder=0)
        else:
            passes = [forward_passes(widths, name) for widths in all_widths]
            axes.loglog(P, passes, color=colour, lw=1, ls=(0, (1, 1.5)), zorder=0)
        axes.loglog(P, costs[name], marker, color=colour, mfc=face, ms=8, label=label)
    for text, height, colour in (
        ("2 passes", 2, BACKWARD), ("P passes", P[-1], INK), ("2 P passes", 2 * P[-1], INK)
    ):
        axes.text(1.02, height, text, va="center", color=colour,
                  transform=axes.get_yaxis_transform())
    axes.set_ylim(0.7, None)
    axes.set_xlabel("number of parameters, P")
    axes.set_ylabel("time, in forward passes")
    axes.legend(frameon=False, loc="center right", bbox_to_anchor=(1, 0.4))
    return figure


@styled
def draw_checkpoints(layers, every, parts=None):
    """Which activations are held on the way forward, and on each part of the way back.

    Parameters
    ----------
    layers : int
        K + 1; legible up to about twelve.
    every : int
        From each checkpoint to the next.
    parts : int, optional
        For how many parts of the way back there is to be room; by default as many as there are.

    Raises
    ------
    ValueError
        If a number is no integer of at least 1.
    """
    layers, every = as_size(layers, "layers"), as_size(every, "every")
    bounds = [(first, min(first + every, layers)) for first in range(0, layers, every)]
    parts = len(bounds) if parts is None else as_size(parts, "parts", smallest=len(bounds))
    checkpoints = [first for first, _ in bounds]
    figure, axes = new_drawing(7, 0.75 + 0.62 * (1 + parts))
    axes.set_axis_off()
    for row, part in enumerate([None, *reversed(bounds)]):
        height = -1.15 * row
        axes.text(-0.75, height, "back" if part else "forward", ha="right", va="center",
                  color=BACKWARD if part else FORWARD)
        held = 0
        for k in range(layers):
            again = part is not None and part[0] < k < part[1]
            kept = k in checkpoints
            held += kept or again
            if kept or again:
                put_box(axes, k, height, "", FORWARD, 0.62, 0.62)
                if again:  # a second border
                    put_box(axes, k, height, "", FORWARD, 0.46, 0.46)
                axes.text(k, height, rf"$\mathbf{{h}}_{{{k}}}$", ha="center", va="center",
                          color=FORWARD, fontsize=12, zorder=3)
            else:
                axes.text(k, height, "·", ha="center", va="center", color=MUTED, fontsize=14)
        if part:
            put_arrow(axes, (part[1] - 0.6, height - 0.5), (part[0] - 0.4, height - 0.5),
                      BACKWARD, 1.8, dashes=(0, (4, 2)))
        axes.text(layers - 0.3, height, f"{held} held" if part else f"{len(checkpoints)} kept",
                  va="center", color=INK)
    axes.plot([-0.6, layers - 0.4], [-0.62, -0.62], color=LINE, lw=1)
    axes.set_xlim(-1.9, layers + 0.8)
    axes.set_ylim(-1.15 * parts - 0.75, 0.6)
    return figure


@styled
def draw_kept_numbers(depths, width=64, examples=1):
    """The numbers kept for the way back against the number of layers, four ways to keep them.

    Parameters
    ----------
    depths : sequence of ints
        K + 1, the numbers of layers.
    width : int
        Of every layer; of the input and the output as well.
    examples : int
    """
    as_numbers(list(depths), "depths")
    counts = {"all f and h": [], "all h": [], "every second h": [], "every √(K+1)-th h": []}
    for layers in depths:
        widths = [width] * (layers + 1)
        both, h = kept_numbers(widths, examples)
        roots = round(layers**0.5)
        for name, count in zip(counts, (
            both, h, checkpointed_numbers(widths, examples, 2),
            checkpointed_numbers(widths, examples, roots),
        )):
            counts[name].append(count / (width * examples))
    figure, axes = new_drawing(7, 3.4)
    dashes = ["-", (0, (6, 2)), (0, (3, 2)), (0, (1, 1.2))]
    for (name, count), style in zip(counts.items(), dashes):
        axes.plot(depths, count, ls=style, color=FORWARD)
        axes.annotate(name, (depths[-1], count[-1]), (8, 0), textcoords="offset points",
                      va="center", color=FORWARD, annotation_clip=False)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlim(0, depths[-1])
    axes.set_ylim(0, None)
    axes.set_xlabel("number of layers, K + 1")
    axes.set_ylabel("arrays kept")
    return figure
