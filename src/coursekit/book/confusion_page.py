"""Tables and a figure for `what_the_checks_tell_apart`, from the records of `confusion`."""

import itertools
from collections import Counter

import numpy as np
from backprop.checks.backward_diagnosis import EQUATIONS
from backprop.checks.catalogue import BACKWARD_PASS, SUBJECTS
from backprop.drawing import PALETTE, STYLE
from matplotlib import rc_context
from matplotlib.figure import Figure

from coursekit.book.confusion import (
    AS_MADE,
    NO_EQUATION,
    NOTHING_RETURNED,
    OTHERWISE,
    SAME_NUMBERS,
    by_equation,
    ending,
    in_order_of_the_pass,
)

# What stands before, after and around the loop is of no equation. A report gives it the name of
# the function.
EQUATION_HEADS = {equation: equation for equation in EQUATIONS}
EQUATION_HEADS |= {"backward_pass": "loop", NO_EQUATION: "none"}

WORDS = {
    AS_MADE: "both mistakes are named",
    SAME_NUMBERS: "other mistakes are named, which give the same numbers on every network",
    NOTHING_RETURNED: "nothing comes back from any network with a hidden layer",
    OTHERWISE: "anything else",
}

SLUGS = {entry.slug for subject in SUBJECTS for entry in subject.catalogue}


# ---- tables --------------------------------------------------------------------------------


def rows_of_mistakes(tries):
    """A row for each mistake that was made alone: its name, what was reported, in how many ways.

    Parameters
    ----------
    tries : list of Try
    """
    return [
        [link(entry.slug), _told(list(of_entry)), len(entry.variants)]
        for (entry,), of_entry in itertools.groupby(tries, key=lambda tried: tried.made)
    ]


def _told(tries):
    """What was reported of a mistake, and how often where it is not always the same."""
    counts = Counter(AS_MADE if tried.as_made else _reported(tried) for tried in tries)
    if len(counts) == 1:
        return next(iter(counts))
    return ", ".join(f"{told} ({count} of {len(tries)})" for told, count in counts.items())


def rows_of_equations(tries):
    """The head and the rows of a table: equations of mistakes made, equations reported, counts."""
    counts = by_equation(tries)
    columns = [*EQUATIONS, NO_EQUATION]
    if not any(counts[row, NO_EQUATION] for row in EQUATIONS):
        columns.remove(NO_EQUATION)
    rows = [
        [EQUATION_HEADS[row], *(_count(counts[row, column], row == column) for column in columns)]
        for row in EQUATIONS
    ]
    return ["made", *(EQUATION_HEADS[column] for column in columns)], rows


def _count(count, on_diagonal):
    return f"**{count}**" if on_diagonal else count


def rows_of_pairs(pairs):
    """A row for each pair: the mistakes made, and those reported."""
    return [
        [" and ".join(link(entry.slug) for entry in tried.made), _reported(tried)]
        for tried in pairs
    ]


def rows_of_endings(endings):
    """A row for each way in which a pair is reported: what it is, how many pairs.

    Parameters
    ----------
    endings : dict
        {ending: list of Try}.
    """
    return [[WORDS[ending], len(tries)] for ending, tries in endings.items()]


def rows_of_functions(tries_by_function):
    """A row for each function: its name, mistakes, ways, and how many tries are named as made."""
    return [
        [
            f"`{name}`",
            len(_entries(tries)),
            sum(len(entry.variants) for entry in _entries(tries)),
            f"{sum(tried.as_made for tried in tries)} of {len(tries)}",
        ]
        for name, tries in tries_by_function.items()
    ]


def _entries(tries):
    return list(dict.fromkeys(entry for tried in tries for entry in tried.made))


def link(slug):
    """The name of a mistake, as a link to its section if it has one.

    Examples
    --------
    >>> link("bias-flat"), link("fixed-depth")
    ('{ref}`bias-flat <mistake-bias-flat>`', 'fixed-depth')
    """
    return f"{{ref}}`{slug} <mistake-{slug}>`" if slug in SLUGS else slug


def _reported(tried):
    return " and ".join(
        link(cause) if cause else f"{EQUATION_HEADS.get(equation, equation)}, without a cause"
        for equation, cause in tried.reported
    ) or "right"


# ---- the figure ----------------------------------------------------------------------------

CELL = 5.6  # the width of a cell in points, in a figure of this size
SIZE = (5.2, 5.7)

# What stands for each ending: how much of the cell is filled, the colour, and the words. The marks
# differ in size or in lightness as well as in colour.
MARKS = {
    AS_MADE: (0.88, PALETTE["line"], "both named as made"),
    SAME_NUMBERS: (0.88, PALETTE["backward"], "named as others that give the same"),
    NOTHING_RETURNED: (0.5, PALETTE["parameter"], "nothing returned"),
    OTHERWISE: (0.88, PALETTE["ink"], "anything else"),
}


def draw_pairs(pairs):
    """A cell for each two mistakes of a backward pass, marked by how the pair is reported.

    Parameters
    ----------
    pairs : list of Try
    """
    entries = in_order_of_the_pass(BACKWARD_PASS.catalogue)
    places = {entry: place for place, entry in enumerate(entries)}
    with rc_context(STYLE):
        figure = Figure(figsize=SIZE, layout="constrained")
        axes = figure.subplots()
        for mark, cells in _cells(pairs, places).items():
            filled, colour, words = MARKS[mark]
            stroke = {"lw": filled * CELL, "solid_capstyle": "butt"}
            axes.plot(*_strokes(cells, filled), color=colour, label=words, **stroke)
        _name_the_equations(axes, entries)
        figure.legend(loc="outside lower center", ncols=2, frameon=False, handlelength=0.6)
    return figure


def _cells(pairs, places):
    """{ending: places of the pairs that end so, each pair both ways round}."""
    cells = {mark: [] for mark in MARKS}
    for tried in pairs:
        one, other = (places[entry] for entry in tried.made)
        cells[ending(tried)] += [(one, other), (other, one)]
    return {mark: places for mark, places in cells.items() if places}


def _strokes(cells, width):
    """The cells as one broken line, a stroke each: one path on the page, not two thousand."""
    across, down = np.array(cells).T
    nowhere = np.full(len(cells), np.nan)
    xs = np.column_stack([across - width / 2, across + width / 2, nowhere])
    return xs.ravel(), np.column_stack([down, down, nowhere]).ravel()


def _name_the_equations(axes, entries):
    """Lines between the equations, and their names at both sides."""
    equations = [entry.equation for entry in entries]
    starts = [equations.index(equation) for equation in EQUATIONS]
    edges = np.array([*starts, len(entries)]) - 0.5
    for draw in (axes.hlines, axes.vlines):
        draw(edges, edges[0], edges[-1], color=PALETTE["muted"], lw=0.8)
    names = [EQUATION_HEADS[equation].replace(" ", "\n", 1) for equation in EQUATIONS]
    middles = (edges[:-1] + edges[1:]) / 2
    axes.set_xticks(middles, names)
    axes.set_yticks(middles, names)
    axes.tick_params(length=0, labeltop=True, labelbottom=False)
    axes.set(xlim=(-1, len(entries)), ylim=(len(entries), -1), aspect="equal")
    axes.spines[:].set_visible(False)


def describe_pairs(endings):
    """An alternative text for `draw_pairs`.

    Parameters
    ----------
    endings : dict
        {ending: list of Try}.
    """
    count = {ending: len(tries) for ending, tries in endings.items()}
    mistakes = Counter(entry.slug for tried in endings[NOTHING_RETURNED] for entry in tried.made)
    rows = ", ".join(slug for slug, _ in mistakes.most_common(3))
    return (
        "A square with a row and a column for each mistake, in blocks for each two equations; the "
        f"blocks on the diagonal are empty. Of {sum(count.values())} pairs, {count[AS_MADE]} are "
        f"filled in the lightest colour: both mistakes are named. {count[SAME_NUMBERS]} darker "
        "cells, for other mistakes with the same numbers, stand in all blocks. "
        f"{count[NOTHING_RETURNED]} small cells, where nothing is returned, lie mostly in the rows "
        f"and columns of three mistakes: {rows}. {count[OTHERWISE]} are anything else."
    )
