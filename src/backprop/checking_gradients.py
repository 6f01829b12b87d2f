"""Independent ways to the same gradient, and the comparison with them (chapter 08).

None of them uses the chain rule: each nudges a parameter and watches the loss. A nudge of
Omega_k or beta_k reaches the loss only through f_k, so the forward pass starts again at layer k,
and the nudges of many parameters go through it together, as the columns of one batch.
"""

import html
import numbers
from dataclasses import dataclass

import numpy as np

from backprop.backward_pass import backward_pass
from backprop.forward_pass import compute_network_output, relu
from backprop.loss import least_squares_loss
from backprop.validation import as_examples, as_network

# Each scheme's step where none is given. Forward: the truncation error grows like step, the
# rounding error like eps / step, so their sum is least near sqrt(eps). Central: truncation like
# step**2 on a smooth function, so near eps**(1/3). This network is kinder: between two kinks the
# loss is a parabola in each single parameter, and a central difference of a parabola is exact, so
# only rounding and a step across a kink err. The complex step subtracts nothing and can be tiny.
DEFAULT_STEP = {"forward": 2.0**-26, "central": 2.0**-17, "complex": 1e-30}

# What a right gradient reaches with these steps, with two digits to spare for deep networks.
DEFAULT_TOLERANCE = {"forward": 1e-4, "central": 1e-6, "complex": 1e-10}

TILE_ELEMENTS = 2**20  # numbers in the widest array of a tile: 8 MB in float64


def finite_difference_gradients(
    net_input, all_weights, all_biases, y, step=None, scheme="central"
):
    """Gradient of the summed squared error by nudging every parameter a little.

    forward: (l(p + step) - l(p)) / step;  central: (l(p + step) - l(p - step)) / (2 step).

    Parameters
    ----------
    net_input : (D_i, B) array
    all_weights, all_biases : lists of K + 1 arrays
        The parameters, Omega_k of shape (D_{k+1}, D_k) and beta_k of shape (D_{k+1}, 1).
    y : (D_o, B) array
        The targets; a column is an example.
    step : float, optional
        The size of the nudge; by default the one that balances truncation and rounding.
    scheme : {"central", "forward"}

    Returns
    -------
    all_dl_dweights, all_dl_dbiases : lists of K + 1 arrays
        The gradients, each of the shape of its parameter.

    Raises
    ------
    ValueError
        If an argument's shape does not fit, a number is not finite, ``step`` is not positive,
        or ``scheme`` is unknown.

    Examples
    --------
    >>> from backprop import initialize_parameters
    >>> all_weights, all_biases = initialize_parameters()
    >>> _, all_dl_dbiases = finite_difference_gradients([[1.2]], all_weights, all_biases, [[20.0]])
    >>> all_dl_dbiases[5].round(3)
    array([[-36.187]])
    """
    if scheme not in ("central", "forward"):
        raise ValueError(f'scheme must be "central" or "forward", got {scheme!r}.')
    step = _positive_step(step, scheme)
    network = _checked(net_input, all_weights, all_biases, y)
    return _nudged_gradients(*network, _difference_quotient(scheme, step))


def complex_step_gradients(net_input, all_weights, all_biases, y):
    """Gradient of the summed squared error by nudging every parameter along the imaginary axis.

    dl/dp = Im l(p + i step) / step (Squire and Trapp, 1998). Nothing is subtracted, so there is
    no rounding to balance: with a step of 1e-30 the result is exact to rounding.

    Parameters
    ----------
    net_input : (D_i, B) array
    all_weights, all_biases : lists of K + 1 arrays
        The parameters, Omega_k of shape (D_{k+1}, D_k) and beta_k of shape (D_{k+1}, 1).
    y : (D_o, B) array
        The targets; a column is an example.

    Returns
    -------
    all_dl_dweights, all_dl_dbiases : lists of K + 1 arrays
        The gradients, each of the shape of its parameter.

    Raises
    ------
    ValueError
        If an argument's shape does not fit or a number is not finite.

    Examples
    --------
    >>> from backprop import initialize_parameters
    >>> all_weights, all_biases = initialize_parameters()
    >>> _, all_dl_dbiases = complex_step_gradients([[1.2]], all_weights, all_biases, [[20.0]])
    >>> all_dl_dbiases[2].round(3).ravel()
    array([ 0.   ,  0.   ,  0.938,  0.   , -9.993,  0.508])
    """
    step = DEFAULT_STEP["complex"]

    def quotient(losses_after, loss):
        return losses_after(1j * step).imag / step

    return _nudged_gradients(*_checked(net_input, all_weights, all_biases, y), quotient)


def check_gradients(
    net_input,
    all_weights,
    all_biases,
    y,
    backward=backward_pass,
    scheme="complex",
    step=None,
    tolerance=None,
):
    """Compare a backward pass with an independent gradient, layer by layer.

    Parameters
    ----------
    net_input : (D_i, B) array
    all_weights, all_biases : lists of K + 1 arrays
    y : (D_o, B) array
    backward : function
        Called as `backward_pass`, and returning the same two lists.
    scheme : {"complex", "central", "forward"}
        What to compare with: the complex step or finite differences.
    step : float, optional
        For finite differences, the size of the nudge.
    tolerance : float, optional
        The largest relative error that passes; by default 1e-10, 1e-6 and 1e-4 for the three.

    Returns
    -------
    GradientReport
        One row for each weight matrix and each bias column, with the worst entry; `print` it,
        or leave it as the last line of a notebook cell.

    Raises
    ------
    ValueError
        If an argument does not fit, or ``backward`` did not return two lists of arrays of the
        parameters' shapes.

    Examples
    --------
    >>> from backprop import initialize_parameters
    >>> check_gradients([[1.2]], *initialize_parameters(), [[20.0]]).passed
    True
    """
    if scheme not in DEFAULT_TOLERANCE:
        raise ValueError(f'scheme must be "complex", "central" or "forward", got {scheme!r}.')
    if scheme == "complex":
        reference = complex_step_gradients(net_input, all_weights, all_biases, y)
    else:
        reference = finite_difference_gradients(
            net_input, all_weights, all_biases, y, step, scheme
        )
    net_input, all_weights, all_biases, y = _checked(net_input, all_weights, all_biases, y)
    _, all_f, all_h = compute_network_output(net_input, all_weights, all_biases)
    found = _as_gradients(backward(all_weights, all_biases, all_f, all_h, y), reference)

    tolerance = DEFAULT_TOLERANCE[scheme] if tolerance is None else tolerance
    rows = [
        _compare(kind, layer, array, expected, tolerance)
        for kind, arrays, all_expected in zip(("weights", "biases"), found, reference)
        for layer, (array, expected) in enumerate(zip(arrays, all_expected))
    ]
    return GradientReport(rows, scheme, tolerance)


def step_size_errors(net_input, all_weights, all_biases, y, steps):
    """The worst relative error over all gradients, for each step of each finite difference.

    Returns
    -------
    dict
        "forward" and "central": an array, one error for each step, against the complex step;
        "complex": the error of the complex step against the backward pass, one number.
    """
    exact = _flat(complex_step_gradients(net_input, all_weights, all_biases, y))
    errors = {}
    for scheme in ("forward", "central"):
        errors[scheme] = np.array([
            _worst(finite_difference_gradients(
                net_input, all_weights, all_biases, y, step=step, scheme=scheme
            ), exact)
            for step in steps
        ])
    _, all_f, all_h = compute_network_output(net_input, all_weights, all_biases)
    errors["complex"] = _worst(backward_pass(all_weights, all_biases, all_f, all_h, y), exact)
    return errors


def smooth_slopes(steps):
    """The derivative of exp(sin p) at p = 1 in every way of this module, and the errors.

    Parameters
    ----------
    steps : (N,) array
        Of the finite differences.

    Returns
    -------
    (dict, dict)
        The slopes, "exact", "forward", "central" and "complex", and the relative errors of the
        last three: an array for each finite difference, a number for the others.
    """

    def function(p):
        return np.exp(np.sin(p))

    p, tiny = 1.0, 1e-30
    slopes = {
        "exact": np.cos(p) * function(p),
        "forward": (function(p + steps) - function(p)) / steps,
        "central": (function(p + steps) - function(p - steps)) / (2 * steps),
        "complex": function(p + 1j * tiny).imag / tiny,
    }
    exact = slopes["exact"]
    return slopes, {
        way: np.abs(slopes[way] - exact) / abs(exact) for way in ("forward", "central", "complex")
    }


def relative_error(found, expected):
    """Entry by entry, the distance over the larger of the two arrays' largest entries.

    Dividing by an entry of its own would call the rounding of a tiny entry an error as large as
    the entry; the largest entry of the array is the scale on which its gradient matters. Two
    arrays of zeros have relative error zero.
    """
    scale = max(np.abs(found).max(), np.abs(expected).max())
    return np.abs(found - expected) / (scale if scale > 0 else 1.0)


@dataclass
class LayerError:
    """The worst disagreement of one weight matrix's or one bias column's gradient."""

    kind: str
    layer: int
    absolute: float
    relative: float
    where: tuple
    passed: bool


@dataclass
class GradientReport:
    """What `check_gradients` found: ``rows``, one a parameter array, and the verdict ``passed``."""

    rows: list
    scheme: str
    tolerance: float

    @property
    def passed(self):
        return all(row.passed for row in self.rows)

    @property
    def worst(self):
        """The row with the largest relative error."""
        return max(self.rows, key=lambda row: row.relative)

    def verdict(self):
        count = sum(not row.passed for row in self.rows)
        against = f"compared with {self.scheme} differences, tolerance {self.tolerance:g}"
        if self.scheme == "complex":
            against = f"compared with the complex step, tolerance {self.tolerance:g}"
        if count == 0:
            return f"All {len(self.rows)} gradients agree ({against})."
        return f"{count} of {len(self.rows)} gradients disagree ({against})."

    def __str__(self):
        lines = [f"{'gradient':<12}{'worst absolute':>15}{'worst relative':>16}  where"]
        for row in self.rows:
            lines.append(
                f"{row.kind + '[' + str(row.layer) + ']':<12}{row.absolute:>15.1e}"
                f"{row.relative:>16.1e}  {str(row.where):<10}{'' if row.passed else 'disagrees'}"
            )
        return "\n".join(line.rstrip() for line in [*lines, self.verdict()])

    def _repr_html_(self):
        body = "".join(
            f"<tr><th scope='row'>{row.kind}[{row.layer}]</th><td>{row.absolute:.1e}</td>"
            f"<td>{row.relative:.1e}</td><td>{row.where}</td>"
            f"<td>{'agrees' if row.passed else '<b>disagrees</b>'}</td></tr>"
            for row in self.rows
        )
        head = "".join(
            f"<th scope='col'>{title}</th>"
            for title in ("gradient", "worst absolute error", "worst relative error", "where", "verdict")
        )
        # A non-breaking hyphen keeps 1e-10 on one line.
        verdict = html.escape(self.verdict()).replace("e-", "e\N{NON-BREAKING HYPHEN}")
        return (
            f"<table><caption>{verdict}</caption>"
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        )


def _as_gradients(returned, reference):
    """Return what a backward pass returned as two lists of arrays, shaped as in ``reference``."""
    if not isinstance(returned, (list, tuple)) or len(returned) != 2:
        raise ValueError(
            "backward must return two lists, the gradients of the weights and of the biases, "
            f"got {_in_short(returned)}."
        )
    return [
        _as_gradient_list(arrays, kind, all_expected)
        for kind, arrays, all_expected in zip(("weights", "biases"), returned, reference)
    ]


def _as_gradient_list(arrays, kind, all_expected):
    if not isinstance(arrays, (list, tuple)) or len(arrays) != len(all_expected):
        raise ValueError(
            f"backward must return the gradients of the {kind} as a list of {len(all_expected)} "
            f"arrays, one a layer, got {_in_short(arrays)}."
        )
    checked = [np.asarray(array) for array in arrays]
    for layer, (array, expected) in enumerate(zip(checked, all_expected)):
        if array.dtype.kind not in "iuf" or array.shape != expected.shape:
            raise ValueError(
                f"backward must return the gradient of layer {layer}'s {kind} as real numbers of "
                f"shape {expected.shape}, got shape {array.shape} and dtype {array.dtype}."
            )
    return checked


def _in_short(value):
    if isinstance(value, (list, tuple)):
        return f"a {type(value).__name__} of length {len(value)}"
    return type(value).__name__


def _compare(kind, layer, found, expected, tolerance):
    with np.errstate(invalid="ignore"):
        relative = relative_error(found, expected)
    # A NaN compares false with everything, so it is looked for, not compared.
    relative = np.where(np.isfinite(relative), relative, np.inf)
    where = np.unravel_index(np.argmax(relative), relative.shape)
    return LayerError(
        kind,
        layer,
        float(np.abs(found - expected).max()),
        float(relative[where]),
        tuple(int(i) for i in where),
        bool(relative[where] <= tolerance),
    )


def _checked(net_input, all_weights, all_biases, y):
    all_weights, all_biases = as_network(all_weights, all_biases)
    net_input, y = as_examples(net_input, y, all_weights)
    return net_input, all_weights, all_biases, y


def _positive_step(step, scheme):
    if step is None:
        return DEFAULT_STEP[scheme]
    if not (isinstance(step, numbers.Real) and 0 < step < np.inf):
        raise ValueError(f"step must be a positive number, got {step!r}.")
    return float(step)


def _difference_quotient(scheme, step):
    if scheme == "forward":
        return lambda losses_after, loss: (losses_after(step) - loss) / step
    return lambda losses_after, loss: (losses_after(step) - losses_after(-step)) / (2 * step)


def _nudged_gradients(net_input, all_weights, all_biases, y, quotient):
    """The gradient of every parameter by ``quotient(losses_after, loss)``, layer by layer.

    ``losses_after(nudge)`` gives, for a tile of parameters, the loss after adding ``nudge`` to
    each of them alone; ``loss`` is the one without a nudge.
    """
    net_output, all_f, all_h = compute_network_output(net_input, all_weights, all_biases)
    loss = least_squares_loss(net_output, y)
    all_dl_dweights, all_dl_dbiases = [], []
    for layer, (weights, f, h) in enumerate(zip(all_weights, all_f, all_h)):
        units, fed_by = weights.shape
        # Nudging beta_i moves f_i by the nudge; nudging Omega_ij moves it by the nudge times h_j.
        moves = np.vstack([np.ones((1, h.shape[1])), h])
        unit, move = np.divmod(np.arange(units * (fed_by + 1)), fed_by + 1)
        widest = max(w.shape[0] for w in all_weights[layer:]) * h.shape[1]
        tile = max(1, TILE_ELEMENTS // widest)
        gradient = np.concatenate([
            quotient(
                _losses(all_weights, all_biases, y, layer, f, unit[start:start + tile],
                        moves[move[start:start + tile]]),
                loss,
            )
            for start in range(0, unit.size, tile)
        ]).reshape(units, fed_by + 1)
        all_dl_dbiases.append(gradient[:, :1].copy())
        all_dl_dweights.append(gradient[:, 1:].copy())
    return all_dl_dweights, all_dl_dbiases


def _losses(all_weights, all_biases, y, layer, f, unit, move):
    """``losses_after(nudge)`` for the parameters that move f's row ``unit`` by ``move`` (P, B)."""
    count, examples = move.shape

    def losses_after(nudge):
        nudged = np.repeat(f[:, None, :], count, axis=1).astype(np.result_type(f, nudge))
        nudged[unit, np.arange(count)] += nudge * move
        nudged = nudged.reshape(f.shape[0], count * examples)
        for weights, bias in zip(all_weights[layer + 1:], all_biases[layer + 1:]):
            nudged = bias + weights @ relu(nudged)
        errors = nudged.reshape(-1, count, examples) - y[:, None, :]
        return (errors**2).sum(axis=(0, 2))

    return losses_after


def _flat(gradients):
    return [*gradients[0], *gradients[1]]


def _worst(gradients, exact):
    return max(relative_error(g, e).max() for g, e in zip(_flat(gradients), exact))
