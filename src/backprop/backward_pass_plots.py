"""The backward pass, one line of the algorithm a step: the figure that moves in chapter 07."""

import numpy as np

from backprop.backward_pass import backward_pass, indicator_function
from backprop.drawing import (
    BACKWARD,
    FORWARD,
    LINE,
    MUTED,
    PARAMETER,
    as_column,
    new_drawing,
    number_text,
    put_arrow,
    put_box,
    put_cell,
    styled,
)
from backprop.forward_pass import compute_network_output

START, BIASES, WEIGHTS = "the start", "the biases", "the weights"
THROUGH_WEIGHTS, THROUGH_RELU = "back through the weights", "back through the ReLU"

# The unit across is an inch, the unit down is a row of numbers.
WIDTH, ROW, CELL = 7.0, 0.29, 0.62


def backward_steps(last):
    """What the backward pass does, in its order.

    Parameters
    ----------
    last : int
        K, the number of the last layer.

    Returns
    -------
    list of (str, int)
        A line of the algorithm and its layer: the start at layer K, then for each layer the
        biases, the weights, back through the weights, and back through the ReLU in front of it.

    Examples
    --------
    >>> for line, layer in backward_steps(1):
    ...     print(layer, line)
    1 the start
    1 the biases
    1 the weights
    1 back through the weights
    1 back through the ReLU
    0 the biases
    0 the weights
    """
    steps = [(START, last)]
    for layer in reversed(range(last + 1)):
        steps += [(BIASES, layer), (WEIGHTS, layer)]
        if layer > 0:
            steps += [(THROUGH_WEIGHTS, layer), (THROUGH_RELU, layer)]
    return steps


@styled
def draw_backward_step(net_input, all_weights, all_biases, y, step):
    """One step of the backward pass: how far it has come, and the numbers of the line it is at.

    Parameters
    ----------
    net_input : (D_i, 1) array
    all_weights, all_biases : lists of K + 1 arrays
        Legible up to about six layers of six units, and numbers of up to three digits.
    y : (D_o, 1) array
    step : int
        From 1, the first of ``backward_steps(K)``, to their number.

    Returns
    -------
    matplotlib.figure.Figure
        With the step in words, as ``in_words``.

    Raises
    ------
    ValueError
        If the arguments do not fit together, or there is no such step.
    """
    net_input, y = as_column(net_input, "net_input"), as_column(y, "y")
    _, all_f, all_h = compute_network_output(net_input, all_weights, all_biases)
    all_dl_dweights, all_dl_dbiases = backward_pass(all_weights, all_biases, all_f, all_h, y)
    last = len(all_weights) - 1
    steps = backward_steps(last)
    if step not in range(1, len(steps) + 1):
        raise ValueError(f"step must be a whole number from 1 to {len(steps)}, got {step!r}.")
    line, k = steps[step - 1]
    weights, f, h = all_weights[k], all_f[k], all_h[k]
    dl_df = all_dl_dbiases[k]  # for one example the two are equal, equation 7.21

    rows = max(max(weights.shape) for weights in all_weights)
    figure, axes = new_drawing(WIDTH, ROW * (rows + 9.4))
    axes.set_axis_off()
    _draw_strip(axes, steps[:step], last)
    axes.text(WIDTH / 2, 1.75, f"layer {k}: {line}", ha="center", va="center", color=BACKWARD,
              fontsize=12)
    if line == START:
        said = f"dl/df_{k} = 2 (f_{k} − y) = {_list(dl_df)}"
        _draw_row(axes, [
            "2 (", (_bold("f", k), f, FORWARD), "−", (r"$\mathbf{y}$", y, FORWARD), ") =",
            (_dl("f", k), dl_df, BACKWARD),
        ])
    elif line == BIASES:
        said = f"dl/dbeta_{k} = dl/df_{k} = {_list(dl_df)}"
        _draw_row(axes, [(_dl("f", k), dl_df, BACKWARD), "=", (_dl("beta", k), dl_df, BACKWARD)])
    elif line == WEIGHTS:
        said = _weights_in_words(k, all_dl_dweights[k])
        _draw_outer(axes, k, dl_df, h, all_dl_dweights[k])
    elif line == THROUGH_WEIGHTS:
        dl_dh = weights.T @ dl_df
        said = f"dl/dh_{k} = Omega_{k} transposed times dl/df_{k} = {_list(dl_dh)}"
        _draw_row(axes, [
            (_bold("Omega", k)[:-1] + "^T$", weights.T, PARAMETER), "·",
            (_dl("f", k), dl_df, BACKWARD), "=", (_dl("h", k), dl_dh, BACKWARD),
        ])
    else:
        mask, dl_dh = indicator_function(all_f[k - 1]), weights.T @ dl_df
        said = (
            f"dl/df_{k - 1} = dl/dh_{k} where f_{k - 1} is positive, 0 elsewhere: "
            f"{_list(all_dl_dbiases[k - 1])}"
        )
        _draw_row(axes, [
            (_bold("f", k - 1), all_f[k - 1], FORWARD), "→",
            (rf"$1[\mathbf{{f}}_{{{k - 1}}}>0]$", mask, FORWARD), "⊙",
            (_dl("h", k), dl_dh, BACKWARD), "=",
            (_dl("f", k - 1), all_dl_dbiases[k - 1], BACKWARD),
        ])
    axes.set_xlim(0, WIDTH)
    axes.set_ylim(-rows - 1.3, 8.1)
    figure.in_words = f"Step {step} of {len(steps)}, layer {k}, {line}: {said}."
    return figure


# ---- above: how far the pass has come -----------------------------------------------------------


def _draw_strip(axes, taken, last):
    """The values of the forward pass from h_0 to the loss, and what has come back of each."""
    places = [(symbol, k) for k in range(last + 1) for symbol in "hf"]
    across = {place: WIDTH * (i + 0.5) / (len(places) + 1) for i, place in enumerate(places)}
    across["loss"] = WIDTH - across["h", 0]
    pitch = across["f", 0] - across["h", 0]
    order = [*places, "loss"]
    come_back = {_found_by(line, k) for line, k in taken} & set(order)
    current = _found_by(*taken[-1])
    for place in order:
        text = r"$\ell$" if place == "loss" else _bold(*place)
        put_box(axes, across[place], 6.9, text, FORWARD, width=0.62 * pitch, height=1.15)
        if place in come_back:
            axes.text(across[place], 5.55, _dl(*place), ha="center", va="center", color=BACKWARD,
                      fontsize=12)
    for before, behind in zip(order, order[1:]):
        left, right = across[before] + 0.33 * pitch, across[behind] - 0.33 * pitch
        put_arrow(axes, (left, 7.2), (right, 7.2), FORWARD, 1.2)
        if before in come_back:
            put_arrow(axes, (right, 6.6), (left, 6.6), BACKWARD, 1.2, dashes=(0, (2, 1)))
    for height, symbol in ((4.3, "beta"), (3.15, "Omega")):
        for k in range(last + 1):
            stored = (symbol, k) in {_found_by(*one) for one in taken}
            axes.text(
                across["f", k], height, _dl(symbol, k) if stored else _bold(symbol, k),
                ha="center", va="center", color=BACKWARD if stored else PARAMETER, fontsize=12,
                bbox=_frame(current == (symbol, k)),
            )
    axes.plot([0, WIDTH], [2.35, 2.35], color=LINE, lw=1)
    if current in across:
        axes.text(across[current], 5.55, _dl(*current), ha="center", va="center", color=BACKWARD,
                  fontsize=12, bbox=_frame(True))


def _found_by(line, k):
    """The quantity whose gradient a step gives."""
    return {
        START: ("f", k), BIASES: ("beta", k), WEIGHTS: ("Omega", k),
        THROUGH_WEIGHTS: ("h", k), THROUGH_RELU: ("f", k - 1),
    }[line]


def _frame(current):
    return {"fc": "none", "ec": BACKWARD if current else "none", "pad": 2.5, "lw": 1.5}


# ---- below: the numbers -------------------------------------------------------------------------


def _draw_row(axes, parts):
    """Arrays with their names above and signs between them, the result at the end."""
    widths = [0.1 * len(part) + 0.2 if isinstance(part, str) else CELL * part[1].shape[1]
              for part in parts]
    left = (WIDTH - sum(widths)) / 2
    for i, (part, width) in enumerate(zip(parts, widths)):
        if isinstance(part, str):
            axes.text(left + width / 2, -0.5, part, ha="center", va="center", fontsize=14,
                      family="DejaVu Sans")
        else:
            _draw_array(axes, *part, left, -0.5, is_result=i == len(parts) - 1)
        left += width


def _draw_array(axes, name, array, colour, left, top, is_result=False):
    """An array, its first row at the height ``top``, and its name above it."""
    axes.text(left + CELL * array.shape[1] / 2, top + 1.15, name, ha="center", va="center",
              color=colour, fontsize=13)
    for (i, j), value in np.ndenumerate(array):
        put_cell(axes, left + CELL * (j + 0.5), top - i, _text(value),
                 MUTED if value == 0 else colour, edge=colour if is_result else LINE, width=CELL)


def _draw_outer(axes, k, dl_df, h, dl_dweights):
    """The weight gradient as a table of products, a factor on its left and one above it."""
    left = (WIDTH - CELL * (dl_dweights.shape[1] - 1.3)) / 2
    _draw_array(axes, "", h.T, FORWARD, left, 0.2)
    _draw_array(axes, "", dl_dweights, BACKWARD, left, -1.2, is_result=True)
    _draw_array(axes, _dl("f", k), dl_df, BACKWARD, left - 1.3 * CELL, -1.2)
    axes.text(left + CELL * h.size + 0.2, 0.2, _bold("h", k)[:-1] + "^T$", ha="center",
              va="center", color=FORWARD, fontsize=13)


def _weights_in_words(k, dl_dweights):
    rows, columns = dl_dweights.shape
    zeros = [f"row {i}" for i in range(rows) if not dl_dweights[i].any()]
    zeros += [f"column {j}" for j in range(columns) if not dl_dweights[:, j].any()]
    size = f"dl/dOmega_{k} = dl/df_{k} times h_{k} transposed, {rows} by {columns} numbers"
    return f"{size}, all zero in {', '.join(zeros)}" if zeros else size


def _list(column):
    return "(" + ", ".join(_text(value) for value in column[:, 0]) + ")"


def _text(value):
    if value == round(value):
        return number_text(value, 0)
    return number_text(value, 2 if abs(value) < 100 else 1)


def _bold(symbol, k):
    if symbol in ("beta", "Omega"):
        return rf"$\boldsymbol{{\{symbol}}}_{{{k}}}$"
    return rf"$\mathbf{{{symbol}}}_{{{k}}}$"


def _dl(symbol, k):
    return rf"$\partial\ell/\partial\,{_bold(symbol, k)[1:]}"
