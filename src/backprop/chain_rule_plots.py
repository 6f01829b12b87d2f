"""The figures of chapter 04: the chain, the branch, and a Jacobian read in both directions."""

import numpy as np

from backprop.chain_rule import (
    back_through_jacobian,
    branch_backward_pass,
    branch_forward_pass,
    toy_backward_pass,
    toy_forward_pass,
    toy_loss,
)
from backprop.drawing import (
    BACKWARD,
    FORWARD,
    LINE,
    MUTED,
    as_column,
    as_index,
    new_drawing,
    number_text,
    put_arrow,
    put_box,
    put_cell,
    styled,
)
from backprop.validation import as_numbers

# The values of the toy function in their order, and what is done between each two.
PLACES = (
    "$x$", "$f_0$", "$h_1$", "$f_1$", "$h_2$", "$f_2$", "$h_3$", "$f_3$", r"$\ell$",
)
STEPS = (
    r"$\beta_0+\omega_0x$", r"$\sin$", r"$\beta_1+\omega_1h_1$", r"$\exp$",
    r"$\beta_2+\omega_2h_2$", r"$\cos$", r"$\beta_3+\omega_3h_3$", r"$(f_3-y)^2$",
)
LOCAL_DERIVATIVES = (
    r"$\times\,\omega_0$", r"$\times\,\cos f_0$", r"$\times\,\omega_1$", r"$\times\,\exp f_1$",
    r"$\times\,\omega_2$", r"$\times\,(-\sin f_2)$", r"$\times\,\omega_3$", r"$2(f_3-y)$",
)

# The same for a reader who hears the figure.
PLACES_IN_WORDS = ("x", "f_0", "h_1", "f_1", "h_2", "f_2", "h_3", "f_3", "loss")
STEPS_IN_WORDS = (
    "beta_0 + omega_0 x", "sin f_0", "beta_1 + omega_1 h_1", "exp f_1",
    "beta_2 + omega_2 h_2", "cos f_2", "beta_3 + omega_3 h_3", "(f_3 \N{MINUS SIGN} y)²",
)
LOCAL_DERIVATIVES_IN_WORDS = (
    "omega_0", "cos f_0", "omega_1", "exp f_1",
    "omega_2", "(\N{MINUS SIGN}sin f_2)", "omega_3", "2 (f_3 \N{MINUS SIGN} y)",
)


@styled
def draw_chain(x, betas, omegas, y, forward_steps=8, backward_steps=8):
    """The toy function as a chain: its values above, the derivatives of the loss below.

    Parameters
    ----------
    x, y : float
    betas, omegas : lists of 4 floats
    forward_steps, backward_steps : int
        How many of the eight steps from x to the loss have been taken, and how many of the eight
        back. No step back is possible before all steps forward.

    Returns
    -------
    matplotlib.figure.Figure
        With the last step in words, as ``in_words``.

    Raises
    ------
    ValueError
        If a number of steps is not from 0 to 8, or one back comes too early.
    """
    as_index(forward_steps, 9, "forward_steps")
    as_index(backward_steps, 9 if forward_steps == 8 else 1, "backward_steps")
    f, h = toy_forward_pass(x, betas, omegas)
    dl_df, dl_dh = toy_backward_pass(omegas, f, h, y)
    values = [*_in_turn(h, f), toy_loss(f[3], y)]
    gradients = [*_in_turn(dl_dh, dl_df), 1.0]

    figure, axes = new_drawing(7, 3.1)
    axes.set_axis_off()
    for place, symbol in enumerate(PLACES):
        reached = place <= forward_steps
        came_back = forward_steps == 8 and place >= 8 - backward_steps
        colour = FORWARD if reached else MUTED
        put_box(axes, place, 0, "", colour, width=0.5, height=0.62)
        axes.text(place, 0, symbol, ha="center", va="center", color=colour, fontsize=14, zorder=3)
        if reached:
            axes.text(place, 0.5, number_text(values[place], 3), ha="center", va="bottom",
                      color=FORWARD, fontsize=10)
        if came_back:
            axes.text(place, -0.5, number_text(gradients[place], 3), ha="center", va="top",
                      color=BACKWARD, fontsize=10)
    for step in range(8):
        high = 0.34 * (step % 2)
        taken, back = step < forward_steps, step >= 8 - backward_steps
        put_arrow(axes, (step + 0.29, 0.12), (step + 0.71, 0.12), FORWARD if taken else LINE, 1.6)
        axes.text(step + 0.5, 1.02 + high, STEPS[step], ha="center", va="center", fontsize=12.5,
                  color=FORWARD if taken else MUTED)
        if back:
            put_arrow(axes, (step + 0.71, -0.12), (step + 0.29, -0.12), BACKWARD, 1.6,
                      dashes=(0, (3, 1.5)))
            axes.text(step + 0.5, -1.02 - high, LOCAL_DERIVATIVES[step], ha="center",
                      va="center", fontsize=12.5, color=BACKWARD)
    axes.text(-0.35, 1.8, "forward: each step, and the value that it gives →", color=FORWARD,
              va="center", fontsize=10)
    if backward_steps:
        axes.text(8.35, -1.8, "← backward: each local derivative, and the derivative of the loss",
                  color=BACKWARD, va="center", ha="right", fontsize=10)
    axes.set_xlim(-0.4, 8.4)
    axes.set_ylim(-2.0, 2.0)
    figure.in_words = _last_step_in_words(forward_steps, backward_steps, values, gradients)
    return figure


def _last_step_in_words(forward_steps, backward_steps, values, gradients):
    """The formula of the last step, and its value."""
    if backward_steps:
        place = 8 - backward_steps
        formula = f"dl/d{PLACES_IN_WORDS[place]} = {LOCAL_DERIVATIVES_IN_WORDS[place]}"
        if backward_steps > 1:
            formula += f" × dl/d{PLACES_IN_WORDS[place + 1]}"
        value = number_text(gradients[place], 3)
        return f"Backward, step {backward_steps} of 8: {formula} = {value}."
    if forward_steps:
        formula = f"{PLACES_IN_WORDS[forward_steps]} = {STEPS_IN_WORDS[forward_steps - 1]}"
        value = number_text(values[forward_steps], 3)
        return f"Forward, step {forward_steps} of 8: {formula} = {value}."
    return f"Before the first step, x = {number_text(values[0], 3)} alone is known."


def _in_turn(h, f):
    """h_0, f_0, h_1, f_1, ... f_3."""
    return [value for pair in zip(h, f) for value in pair]


@styled
def draw_branch(a, y):
    """A value that is used twice: two derivatives come back to it, and are added.

    Parameters
    ----------
    a : float
        Goes into u = sin a and v = exp a, and these into s = u v.
    y : float
        The target: the loss is (s - y)^2.
    """
    u, v, s = branch_forward_pass(a)
    dl_ds, dl_du, dl_dv, dl_da = branch_backward_pass(a, u, v, s, y)
    by_u, by_v = np.cos(a) * dl_du, v * dl_dv

    figure, axes = new_drawing(7, 3.4)
    axes.set_axis_off()
    boxes = {
        "a": (0, 0, a), "u": (2.6, 1.15, u), "v": (2.6, -1.15, v), "s": (5.2, 0, s),
        r"\ell": (7.4, 0, toy_loss(s, y)),
    }
    for symbol, (across, height, value) in boxes.items():
        put_box(axes, across, height, rf"${symbol}$ = {number_text(value)}", FORWARD, 1.25, 0.7)
    for (start, end), step, gradient in (
        (((0.72, 0.2), (1.9, 1.15)), r"$\sin$", by_u),
        (((0.72, -0.2), (1.9, -1.15)), r"$\exp$", by_v),
        (((3.3, 1.15), (4.48, 0.2)), r"$\times\,v$", dl_du),
        (((3.3, -1.15), (4.48, -0.2)), r"$\times\,u$", dl_dv),
        (((5.9, 0), (6.7, 0)), r"$(s-y)^2$", dl_ds),
    ):
        _forward_and_back(axes, np.array(start), np.array(end), step, number_text(gradient))
    axes.text(0, -0.55, f"{number_text(by_u)} + {number_text(by_v)}\n= {number_text(dl_da)}",
              ha="center", va="top", color=BACKWARD, weight="bold", linespacing=1.4)
    axes.set_xlim(-1.05, 8.1)
    axes.set_ylim(-2.2, 2.2)
    return figure


def _forward_and_back(axes, start, end, step, gradient):
    """An arrow forward with its step, and outside of it one back with the gradient it carries."""
    up = -1 if start[1] + end[1] < 0 else 1
    along = (end - start) / np.linalg.norm(end - start)
    aside = up * np.array([-along[1], along[0]])
    middle = (start + end) / 2
    put_arrow(axes, start - 0.1 * aside, end - 0.1 * aside, FORWARD, 1.8)
    put_arrow(axes, end + 0.1 * aside, start + 0.1 * aside, BACKWARD, 1.8, dashes=(0, (4, 2)))
    for text, side, colour in ((step, -0.42, FORWARD), (gradient, 0.42, BACKWARD)):
        size = 13 if text.startswith("$") else 11
        axes.text(*(middle + side * aside), text, ha="center", va="center", color=colour,
                  fontsize=size)


@styled
def draw_jacobian(jacobian, dl_dc, column=0):
    """A Jacobian with the gradient behind it, and how one input collects down its column.

    Parameters
    ----------
    jacobian : (m, n) array
        dc_i/da_j in row i and column j.
    dl_dc : (m, 1) array
    column : int
        The input that is pointed out.

    Raises
    ------
    ValueError
        If the shapes do not fit, or there is no such column.
    """
    jacobian, dl_dc = as_numbers(jacobian, "jacobian"), as_column(dl_dc, "dl_dc")
    dl_da = back_through_jacobian(jacobian, dl_dc)
    outputs, inputs = jacobian.shape
    as_index(column, inputs, "column")
    figure, axes = new_drawing(7, 0.45 * outputs + 2 + 0.2 * (outputs // 4))
    axes.set_axis_off()
    width = 1.25
    across = width * np.arange(inputs)
    behind = across[-1] + 2.2
    for (i, j), value in np.ndenumerate(jacobian):
        put_cell(axes, across[j], -i, number_text(value), FORWARD if j == column else MUTED,
                 edge=FORWARD if j == column else LINE, width=width)
    for i in range(outputs):
        axes.text(-0.95, -i, f"$c_{{{i}}}$", ha="center", va="center", color=FORWARD, fontsize=13)
        put_cell(axes, behind, -i, number_text(dl_dc[i, 0]), BACKWARD, edge=BACKWARD, width=width)
        axes.text((across[-1] + behind) / 2, -i, "×", ha="center", va="center", color=MUTED)
    for j in range(inputs):
        axes.text(across[j], 0.85, f"$a_{{{j}}}$", ha="center", va="center", color=FORWARD,
                  fontsize=13)
        put_cell(axes, across[j], -outputs - 0.8, number_text(dl_da[j, 0]),
                 BACKWARD if j == column else MUTED, edge=BACKWARD if j == column else LINE,
                 width=width)
    put_arrow(axes, (across[column], -outputs + 0.45), (across[column], -outputs - 0.25), BACKWARD)
    axes.text(behind, 0.85, r"$\partial\ell/\partial\,\mathbf{c}$", ha="center", va="center",
              color=BACKWARD, fontsize=13)
    axes.text(-1.05, -outputs - 0.8, r"$\partial\ell/\partial\,\mathbf{a}$", ha="center",
              va="center", color=BACKWARD, fontsize=13)
    terms = [
        f"({number_text(c)} × {number_text(g)})"
        for c, g in zip(jacobian[:, column], dl_dc[:, 0])
    ]
    lines = [" + ".join(terms[first:first + 3]) for first in range(0, outputs, 3)]
    axes.text(-1.4, -outputs - 1.5, f"$a_{{{column}}}$ collects: " + "\n+ ".join(lines)
              + f" = {number_text(dl_da[column, 0])}", va="top", color=BACKWARD, linespacing=1.4)
    axes.set_xlim(-1.5, behind + 0.8)
    axes.set_ylim(-outputs - 1.6 - 0.6 * len(lines), 1.3)
    return figure
