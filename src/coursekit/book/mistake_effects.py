"""What a mistake does, in numbers, for the pages of common mistakes.

A function with layers is tried on the reference network, and a table says what each layer's arrays
have become. Another function is tried with the first arrays on which the mistake shows: what goes
in, what comes out, and what should.
"""

import inspect
import re

import numpy as np
from backprop.checks.trying import agree, is_right, leaves, try_out

from coursekit.book.tables import myst_table

# A function with layers has a trial of one of these names.
REFERENCE = {
    "reference network": "On the reference network",
    "the reference network's sizes": "With the reference network's sizes",
    "the chapter's values": "With the values of the chapter",
}

# What the lists of a function with layers are called in the table.
ROWS = {
    "backward_pass": ("weights", "biases"),
    "backward_pass_from_checkpoints": ("weights", "biases"),
    "residual_backward_pass": ("weights", "biases"),
    "initialize_parameters": ("weights", "biases"),
    "compute_network_output": ("output", r"$\fwd{\mathbf{f}}$", r"$\fwd{\mathbf{h}}$"),
    "gradient_step": ("weights", "biases"),
    "train": ("weights", "biases", "losses"),
    "toy_forward_pass": (r"$\fwd{f_k}$", r"$\fwd{h_k}$"),
    "toy_backward_pass": (
        r"$\bwd{\partial\ell/\partial f_k}$", r"$\bwd{\partial\ell/\partial h_k}$",
    ),
    "toy_parameter_gradients": (
        r"$\bwd{\partial\ell/\partial \beta_k}$", r"$\bwd{\partial\ell/\partial \omega_k}$",
    ),
}

# The characters of a line that a phone shows without scrolling.
PHONE = 40

# An array with more entries is shown by its corners.
LARGEST_ARRAY = 30

# Of a result of several arrays, so many that are off are shown.
MOST_PARTS = 2

# Up to this many digits are shown where fewer would show no difference.
MOST_DIGITS = 8


def effect(subject, lines):
    """What the function with these wrong lines gives.

    Parameters
    ----------
    subject : Subject
    lines : dict
        {name of the line: code}.

    Returns
    -------
    text : str
        In MyST.
    arrays : list of (str, str)
        What to set below the text: names, in MyST, and arrays as they are printed.
    """
    wrong = subject.wrong(lines)
    tried = [(trial, try_out(wrong, trial)) for trial in subject.trials()]
    shown = next((trial, outcome) for trial, outcome in tried if not is_right(trial, outcome))
    for trial, outcome in tried:
        if trial.name in REFERENCE:
            return _on_reference(subject, trial, outcome, shown[0].name), []
    return _on_arrays(subject, *shown)


# ---- functions with layers -----------------------------------------------------------------


def _on_reference(subject, trial, outcome, shown):
    where = REFERENCE[trial.name]
    if outcome.arrays is None:
        return f"{where}: {plain(outcome.problem)}."
    if is_right(trial, outcome):
        return f"{where} nothing is off. It shows on another one: {shown}."
    depth = max(len(part) for part in trial.expected if isinstance(part, (list, tuple)))
    rows = [
        [name, *_verdicts(found, expected, depth)]
        for name, found, expected in zip(ROWS[subject.name], outcome.arrays, trial.expected)
    ]
    return f"{where}:\n\n{myst_table(['layer', *range(depth)], rows)}"


def _verdicts(found, expected, depth):
    """A word on each layer's array; a single array is the last layer's."""
    if isinstance(expected, np.ndarray):
        return [""] * (depth - 1) + [_verdict(found, expected)]
    return map(_verdict, found, expected)


def _verdict(found, expected):
    if found is None:
        return "none"
    if found.shape != expected.shape:
        return f"shape {found.shape}"
    if agree(found, expected):
        return "right"
    if expected.shape == ():
        return "off"
    off = np.count_nonzero(~np.isclose(found, expected))
    return f"{off} of {expected.size} off"


# ---- functions of arrays -------------------------------------------------------------------


def _on_arrays(subject, trial, outcome):
    where = f"Tried with: {trial.name}."
    names = inspect.signature(subject.wrong({})).parameters
    arrays = [
        (f"`{name}`", in_digits(value, 3))
        for name, value in zip(names, trial.arguments)
        if isinstance(value, np.ndarray) or _is_list_of_numbers(value)
    ]
    if outcome.arrays is None:
        return f"{where} {plain(outcome.problem[0].upper() + outcome.problem[1:])}.", arrays
    found = dict(leaves(outcome.arrays))
    off = [(path, e) for path, e in leaves(trial.expected) if not agree(found[path], e)]
    for path, expected in off[:MOST_PARTS]:
        part = f"{trial.form.names[path[0]]}: " if path else ""
        pair = _found_and_expected(found[path], expected)
        arrays += [(f"{part}{title}", printed) for title, printed in pair]
    return where, arrays


def _is_list_of_numbers(value):
    return isinstance(value, list) and all(isinstance(entry, (int, float)) for entry in value)


def _found_and_expected(found, expected):
    """The two, with their shapes where these differ, in digits that tell them apart."""
    if found is None:
        return [("nothing comes out", ""), ("should come out", in_digits(expected, 3))]
    if found.shape != expected.shape:
        return [
            (f"comes out, {_shape(found)}", in_digits(found, 3)),
            (f"should come out, {_shape(expected)}", in_digits(expected, 3)),
        ]
    for digits in range(3, MOST_DIGITS + 1):
        texts = [in_digits(array, digits) for array in (found, expected)]
        if texts[0] != texts[1]:
            break
    return [("comes out", texts[0]), ("should come out", texts[1])]


def _shape(array):
    return f"shape {array.shape}" if array.shape else "one number"


def in_digits(array, digits):
    """An array as NumPy prints it, with no -0; of a large one its corners.

    Examples
    --------
    >>> print(in_digits(np.array([[1 / 3], [-0.0]]), 2))
    [[0.33]
     [0.  ]]
    """
    return np.array2string(
        np.asarray(array) + 0.0,
        precision=digits,
        max_line_width=PHONE,
        threshold=LARGEST_ARRAY,
        edgeitems=2,
    )


def plain(text):
    r"""The text with the characters escaped that MyST would take for markup.

    Examples
    --------
    >>> print(plain("it raised TypeError: f() takes *args"))
    it raised TypeError: f() takes \*args
    """
    return re.sub(r"[\\`*_\[\]<>$]", r"\\\g<0>", text)
