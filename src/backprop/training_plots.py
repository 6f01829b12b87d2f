"""The figures of chapter 09: a batch, steps on a parabola, a fit, learning rates and classes."""

import numpy as np
from matplotlib.ticker import NullFormatter

from backprop.drawing import (
    BACKWARD,
    FORWARD,
    INK,
    LINE,
    MUTED,
    PAPER,
    PARAMETER,
    as_index,
    new_drawing,
    number_text,
    put_cell,
    styled,
)
from backprop.forward_pass import compute_network_output
from backprop.training import gradient_step
from backprop.validation import as_columns

# Class by class: one marker and one filling, told apart without colour.
LOOKS_OF_CLASSES = (("o", INK), ("s", PAPER), ("^", LINE))


# ---- a batch -----------------------------------------------------------------------------------


@styled
def draw_batch(dl_df, h, unit=0, fed_by=0):
    """What a batch makes of one bias and one weight: sums along the rows, over the examples.

    Parameters
    ----------
    dl_df : (D_{k+1}, B) array
        The upstream gradient of a layer; a column is an example.
    h : (D_k, B) array
        What went into the layer.
    unit, fed_by : int
        The bias ``unit`` and the weight in row ``unit`` and column ``fed_by`` are pointed out.

    Raises
    ------
    ValueError
        If the arrays have not one column for each example, or there is no such unit.
    """
    dl_df, h = as_columns(dl_df, "dl_df"), as_columns(h, "h")
    if dl_df.shape[1] != h.shape[1]:
        raise ValueError(
            f"h must have {dl_df.shape[1]} columns, one an example as in dl_df, got {h.shape}."
        )
    as_index(unit, len(dl_df), "unit")
    as_index(fed_by, len(h), "fed_by")
    units, inputs, examples = len(dl_df), len(h), dl_df.shape[1]
    dl_dbeta, dl_domega = dl_df.sum(axis=1, keepdims=True), dl_df @ h.T
    lower = -units - 1.6  # the first row of h
    bias_at = examples + 1.35
    weights_at = bias_at + 2.1
    figure, axes = new_drawing(7, 0.4 * (units + inputs) + 2.1)
    axes.set_axis_off()
    for table, left, top, colour, marked in (
        (dl_df, 0, 0, BACKWARD, unit), (h, 0, lower, FORWARD, fed_by),
        (dl_dbeta, bias_at, 0, BACKWARD, unit), (dl_domega, weights_at, 0, BACKWARD, None),
    ):
        for (i, j), value in np.ndenumerate(table):
            points_out = i == marked or (marked is None and (i, j) == (unit, fed_by))
            put_cell(axes, left + j, top - i, number_text(value), colour if points_out else MUTED,
                     edge=colour if points_out else LINE)
    middle = (examples - 1) / 2
    for x, y, text, colour in (
        (middle, 0.75, r"$\partial\ell/\partial\,\mathbf{f}_k$", BACKWARD),
        (middle, lower + 0.75, r"$\mathbf{h}_k$", FORWARD),
        (bias_at, 0.75, r"$\partial\ell/\partial\,\boldsymbol{\beta}_k$", BACKWARD),
        (weights_at + (inputs - 1) / 2, 0.75, r"$\partial\ell/\partial\,\boldsymbol{\Omega}_k$",
         BACKWARD),
    ):
        axes.text(x, y, text, color=colour, ha="center", va="bottom", fontsize=13)
    axes.text(middle, lower - inputs + 0.1, "one column for each example", color=MUTED,
              ha="center", va="center", fontsize=10)
    for i in range(units):
        axes.text((examples - 0.5 + bias_at - 0.5) / 2, -i, "sum →", ha="center", va="center",
                  color=BACKWARD if i == unit else MUTED, fontsize=9)
    row, other = dl_df[unit], h[fed_by]
    bias_terms = " + ".join(_in_brackets(value) for value in row)
    weight_terms = " + ".join(f"{_in_brackets(a)}·{number_text(b)}" for a, b in zip(row, other))
    axes.text(
        bias_at - 0.5, lower + 0.75,
        f"bias {unit} collects\n{bias_terms} = {number_text(dl_dbeta[unit, 0])}\n\n"
        f"weight ({unit}, {fed_by}) collects\n{weight_terms}\n"
        f"= {number_text(dl_domega[unit, fed_by])}",
        color=BACKWARD, va="top", fontsize=10, linespacing=1.35,
    )
    axes.set_xlim(-0.6, max(weights_at + inputs - 0.4, bias_at + 5.4))
    axes.set_ylim(min(lower - inputs - 0.2, lower - 2.4), 1.6)
    return figure


def _in_brackets(value):
    text = number_text(value)
    return f"({text})" if value < 0 else text


# ---- the learning rate -------------------------------------------------------------------------


@styled
def draw_parabola_steps(curvature, learning_rates, start=1.0, steps=6):
    """Gradient descent on the parabola curvature / 2 * w**2, a panel for each learning rate.

    Parameters
    ----------
    curvature : float
    learning_rates : sequence of float
        Each title says the rate as a part of 1 / curvature.
    start : float
        Where each descent begins.
    steps : int
        How many are drawn; those that leave the panel are cut off.
    """
    figure, all_axes = new_drawing(7, 2.9, ncols=len(learning_rates), sharey=True, squeeze=False)
    reach = 1.55 * abs(start)
    w = np.linspace(-reach, reach, 200)
    for axes, rate in zip(all_axes[0], learning_rates):
        axes.plot(w, curvature / 2 * w**2, color=INK, lw=1.2, zorder=1)
        taken = _descend(curvature, rate, start, steps)
        axes.plot(taken, curvature / 2 * taken**2, "o-", color=PARAMETER, ms=6, lw=1.3, zorder=2)
        axes.plot(taken[:1], curvature / 2 * taken[:1] ** 2, "o", ms=10, mfc=PAPER, mec=PARAMETER,
                  mew=2, zorder=3)
        axes.set_title(f"$\\alpha$ = {rate * curvature:g} / $\\lambda$", fontsize=12)
        axes.set_xlim(-reach, reach)
        axes.set_xticks([0], ["$w^*$"])
        axes.set_ylim(-0.06 * curvature * reach**2 / 2, curvature * reach**2 / 2)
        axes.set_yticks([])
    all_axes[0, 0].set_ylabel("loss")
    return figure


def _descend(curvature, rate, start, steps):
    """The places of a single weight on its way, the start first."""
    zero, weights, places = np.zeros((1, 1)), np.array([[float(start)]]), [float(start)]
    for _ in range(steps):
        (weights,), _ = gradient_step([weights], [zero], [curvature * weights], [zero], rate)
        places.append(weights.item())
    return np.array(places)


@styled
def draw_learning_rates(curves):
    """The loss at the end of a training against its learning rate, on logarithmic axes.

    Parameters
    ----------
    curves : list of (title, learning rates, first loss, last losses, bound)
        A panel for each. A last loss above ten times the first one is drawn as a cross on the
        upper edge: such a training has diverged. ``bound`` is a rate to mark by a line, or None.
    """
    figure, all_axes = new_drawing(7, 3.4, ncols=len(curves), squeeze=False)
    for axes, (title, learning_rates, first, losses, bound) in zip(all_axes[0], curves):
        learning_rates, losses = np.asarray(learning_rates), np.asarray(losses, dtype=float)
        edge = 10 * first
        diverged = losses > edge
        axes.loglog(learning_rates[~diverged], losses[~diverged], "o-", color=INK, ms=5)
        axes.loglog(learning_rates[diverged], np.full(diverged.sum(), edge), "x", color=INK, ms=8,
                    mew=2, clip_on=False)
        axes.axhline(first, color=MUTED, ls=(0, (1, 1.5)), lw=1.5)
        axes.annotate("at the start", (learning_rates[0], first), (0, 3), va="bottom",
                      textcoords="offset points", color=MUTED, fontsize=10)
        axes.set_title(title, fontsize=12)
        axes.set_ylim(losses.min() / 3, 1.6 * edge)
        axes.set_xlabel("learning rate")
        axes.yaxis.set_minor_formatter(NullFormatter())
        axes.xaxis.set_minor_formatter(NullFormatter())
        if bound is not None:
            axes.axvline(bound, color=PARAMETER, ls=(0, (5, 2)), lw=1.6)
            axes.annotate(r"2 / $\lambda$", (bound, first), (-5, -8), ha="right", va="top",
                          textcoords="offset points", color=PARAMETER)
    all_axes[0, 0].set_ylabel("loss at the end")
    return figure


# ---- training ----------------------------------------------------------------------------------


@styled
def draw_training(net_input, y, networks, losses, steps=None, loss_range=None):
    """The loss, step by step, and what the network computes between its examples.

    Parameters
    ----------
    net_input, y : (1, B) arrays
        The examples.
    networks : list of (label, all_weights, all_biases)
        At most three, such as before and after training: dotted, dashed and solid.
    losses : list of float
        As `train` returns them.
    steps : int, optional
        Where the axis of the steps ends.
    loss_range : (float, float), optional
        Where the axis of the loss begins and ends; what is above it is cut off.
    """
    net_input, y = as_columns(net_input, "net_input", rows=1), as_columns(y, "y", rows=1)
    figure, (left, right) = new_drawing(7, 3.3, ncols=2)
    highest = 1e3 * loss_range[1] if loss_range else np.inf  # an outline has no room for 1e30
    left.semilogy(np.clip(losses, np.finfo(float).tiny, highest), color=INK, lw=1.5)
    left.set_xlim(0, steps)
    left.set_ylim(loss_range)
    left.set_xlabel("step")
    left.set_ylabel("loss")
    margin = 0.6 * np.ptp(y) + 1e-9
    low, high = y.min() - margin, y.max() + margin
    inputs = np.linspace(net_input.min(), net_input.max(), 241)[None, :]
    dashes = ((0, (1, 1.5)), (0, (5, 2)), "-")[-len(networks):]
    for (label, all_weights, all_biases), dash in zip(networks, dashes):
        outputs, _, _ = compute_network_output(inputs, all_weights, all_biases)
        outputs = np.clip(outputs[0], low - 10 * margin, high + 10 * margin)
        right.plot(inputs[0], outputs, color=FORWARD, ls=dash, label=label)
    right.plot(net_input[0], y[0], "o", ms=5, mfc=PAPER, mec=INK, label="target", zorder=0)
    right.set_ylim(low, high)
    right.set_xlabel("input")
    right.set_ylabel("output")
    right.legend(frameon=False, fontsize=10, loc="upper left", ncols=2, handlelength=2.2,
                 columnspacing=1.0, borderaxespad=0.1)
    return figure


@styled
def draw_classes(net_input, classes, networks, reach=2.3):
    """The regions that a network gives to two or three classes, and the examples in them.

    Parameters
    ----------
    net_input : (2, B) array
    classes : (B,) array of int
        From 0 to 2: circles, squares, triangles. An example in a wrong region has a ring.
    networks : list of (label, all_weights, all_biases)
        With two inputs and an output for each class; a panel for each.
    reach : float
        The panels go from -reach to reach.

    Raises
    ------
    ValueError
        If there are more than three classes.
    """
    net_input, classes = as_columns(net_input, "net_input", rows=2), np.asarray(classes)
    if classes.max() >= len(LOOKS_OF_CLASSES):
        raise ValueError(f"there can be three classes, from 0 to 2, got class {classes.max()}.")
    figure, all_axes = new_drawing(7, 3.9, ncols=len(networks), squeeze=False, sharey=True)
    line = np.linspace(-reach, reach, 161)
    grid = np.stack([axis.ravel() for axis in np.meshgrid(line, line)])
    for axes, (label, all_weights, all_biases) in zip(all_axes[0], networks):
        outputs, _, _ = compute_network_output(grid, all_weights, all_biases)
        for chosen in range(len(outputs)):
            lead = outputs[chosen] - np.delete(outputs, chosen, axis=0).max(axis=0)
            if lead.min() < 0 < lead.max():
                axes.contour(line, line, lead.reshape(len(line), -1), levels=[0], colors=[FORWARD],
                             linewidths=[2])
        outputs, _, _ = compute_network_output(net_input, all_weights, all_biases)
        wrong = outputs.argmax(axis=0) != classes
        for number, (marker, filling) in enumerate(LOOKS_OF_CLASSES):
            of_class = net_input[:, classes == number]
            axes.plot(*of_class, marker, ms=5.5, mfc=filling, mec=INK, mew=1, zorder=3)
        axes.plot(*net_input[:, wrong], "o", ms=11, mfc="none", mec=INK, mew=1.2, zorder=2)
        axes.set_title(f"{label}: {wrong.sum()} of {len(wrong)} wrong", fontsize=12)
        axes.set_aspect("equal")
        axes.set_xlabel("input 0")
    all_axes[0, 0].set_ylabel("input 1")
    return figure
