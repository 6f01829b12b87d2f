"""The figures of chapter 12: what stands on a tape, and what one pass of each mode gives."""

from matplotlib.patches import Rectangle

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
    put_arrow,
    put_box,
    styled,
)

SYMBOLS = {
    "add": "+", "subtract": "\N{MINUS SIGN}", "multiply": "×", "matmul": "@", "relu": "ReLU",
    "exp": "exp", "sum": "Σ",
}
DASHES = (0, (3, 1.5))


@styled
def draw_recorded_network(tape, all_weights, all_biases):
    """The graph that a tape holds: values and operations, and the ways of the gradient back.

    Parameters
    ----------
    tape, all_weights, all_biases
        What `record_network` returned. Legible up to one hidden layer.
    """
    labels = {0: (r"$\mathbf{x}$", FORWARD), 1: (r"$\mathbf{y}$", INK)}
    for symbol, variables in (("Omega", all_weights), ("beta", all_biases)):
        for k, variable in enumerate(variables):
            labels[variable.place] = rf"$\boldsymbol{{\{symbol}}}_{{{k}}}$", PARAMETER
    computed = [variable for variable in tape if variable.parents]
    across = {0: 0.0} | {variable.place: 1.0 + n for n, variable in enumerate(computed)}

    figure, axes = new_drawing(7, 2.6)
    axes.set_axis_off()
    label, colour = labels[0]
    _entry(axes, 0, 0, label, colour, tape[0])
    for variable in computed:
        here = across[variable.place]
        _entry(axes, here, 0, SYMBOLS[variable.operation], FORWARD, variable)
        twice = len(set(variable.parents)) < len(variable.parents)
        for parent in sorted(set(variable.parents)):
            if parent in across:
                _both_ways(axes, here, twice)
            else:
                label, colour = labels[parent]
                _entry(axes, here, 1.75, label, colour, tape[parent])
                put_arrow(axes, (here - 0.11, 1.36), (here - 0.11, 0.39), FORWARD, 1.6)
                put_arrow(axes, (here + 0.11, 0.39), (here + 0.11, 1.36), BACKWARD, 1.6, DASHES)
    last = across[computed[-1].place]
    axes.text(-0.3, -1.05, "solid: values, in the order of the numbers →", color=FORWARD,
              va="center", fontsize=10)
    axes.text(last + 0.3, -1.45, "← dashed: gradients, in the reverse order", color=BACKWARD,
              va="center", ha="right", fontsize=10)
    axes.set_xlim(-0.45, last + 0.45)
    axes.set_ylim(-1.7, 2.3)
    return figure


def _entry(axes, across, height, label, colour, variable):
    size = 10 if label in SYMBOLS.values() and len(label) > 1 else 14
    put_box(axes, across, height, "", colour, width=0.52, height=0.62)
    axes.text(across, height, label, ha="center", va="center", color=colour, fontsize=size,
              zorder=3)
    above = height > 0
    axes.text(across + (0.34 if above else 0), height + (0 if above else -0.42),
              str(variable.place), ha="left" if above else "center", va="center" if above else "top",
              color=MUTED, fontsize=10)


def _both_ways(axes, here, twice):
    """Arrows between an entry and the one on its left; two of each where it is used twice."""
    for forward, back in ((0.24, 0.08), (-0.08, -0.24)) if twice else ((0.1, -0.1),):
        put_arrow(axes, (here - 0.71, forward), (here - 0.29, forward), FORWARD, 1.6)
        put_arrow(axes, (here - 0.29, back), (here - 0.71, back), BACKWARD, 1.6, DASHES)


@styled
def draw_two_modes(outputs=3, inputs=5, column=1, row=0):
    """A Jacobian, and what one pass of each mode gives of it: a column, or a row.

    Parameters
    ----------
    outputs, inputs : int
    column, row : int
        Which of them is marked.

    Raises
    ------
    ValueError
        If there is no such column or row.
    """
    as_index(column, inputs, "column")
    as_index(row, outputs, "row")
    figure, (left, right) = new_drawing(7, 0.42 * outputs + 1.75, ncols=2)
    titles = ("forward mode: one pass,\none column", "reverse mode: one sweep,\none row")
    for axes, title, colour in zip((left, right), titles, (FORWARD, BACKWARD)):
        axes.set_axis_off()
        axes.set_title(title, color=colour, fontsize=12)
        for i in range(outputs):
            for j in range(inputs):
                marked = j == column if axes is left else i == row
                axes.add_patch(Rectangle(
                    (j - 0.5, -i - 0.5), 1, 1, fc=colour if marked else "none",
                    ec=PAPER if marked else LINE, lw=1.5, zorder=2 if marked else 1,
                ))
        axes.text((inputs - 1) / 2, 0.75, f"{inputs} inputs", ha="center", va="bottom", color=INK)
        axes.text(-0.75, -(outputs - 1) / 2, f"{outputs} outputs", ha="right", va="center",
                  color=INK, rotation=90)
    put_arrow(left, (column, -outputs - 0.55), (column, -outputs + 0.35), FORWARD)
    left.text(column, -outputs - 0.65, f"nudge input {column}", ha="center", va="top",
              color=FORWARD)
    put_arrow(right, (inputs + 0.65, -row), (inputs - 0.4, -row), BACKWARD)
    right.text(inputs + 0.75, -row, f"ask output\n{row}", ha="left", va="center", color=BACKWARD)
    for axes in (left, right):
        axes.set_xlim(-1.4, inputs + 2.1)
        axes.set_ylim(-outputs - 1.4, 1.6)
        axes.set_aspect("equal")
    return figure
