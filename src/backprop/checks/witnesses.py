"""Which of the four equations a backward pass breaks, and where, from what it returned alone.

For one example there are three witnesses for each dl/df_k:

* the bias gradient of layer k, which should be it (7.21);
* the weight gradient of layer k, which should be its product with h_k^T (7.22), so that
  dl/dOmega_k h_k / |h_k|^2 is it;
* what comes back from the layer above (7.24), computed from the dl/df_{k+1} that the pass itself
  worked with; at the output it is known.

Where two agree, the third names the wrong line, and the value on which they agree is carried on
downward: one mistake is reported once, where it is made, and not again in every layer below.
"""

from dataclasses import dataclass

import numpy as np

from backprop.checks.trying import TOLERANCE, agree, scale_of


@dataclass(frozen=True)
class Evidence:
    """An equation that does not hold, and the layer whose gradient shows it.

    For the way back, ``factor`` is the number by which the gradients of all active units of that
    layer are off alike, or None where there is no such number.
    """

    equation: str
    layer: int
    factor: float | None = None


def judge_lines(trial, gradients):
    """The equations that a result breaks on a trial with one example.

    Parameters
    ----------
    trial : Trial
    gradients : pair of lists of arrays
        Weight gradients and bias gradients; None where there is no array.

    Returns
    -------
    list of Evidence
        From the output layer down. "backward_pass" stands for the gradient at the output.
    """
    all_weights, _, all_f, all_h, y = trial.arguments
    K = trial.depth
    dl_dweights, dl_dbiases = map(_of_right_shape, gradients, trial.expected)
    trusted = _trusted_at_output(trial, dl_dweights[K], dl_dbiases[K])
    evidence = []
    known = 2 * (all_f[K] - y)
    for layer in reversed(range(K + 1)):
        h = all_h[layer]
        if layer < K:
            product = all_weights[layer + 1].T @ upstream
            active = all_f[layer] > 0
            known = np.where(active, product, 0.0)
        from_biases = dl_dbiases[layer]
        from_weights = _column_of_outer_product(dl_dweights[layer], h)
        biases_fit = agree(from_biases, known)
        weights_fit = agree(dl_dweights[layer], known @ h.T)
        upstream = known
        if biases_fit or (weights_fit and np.any(h)):
            if not weights_fit:
                evidence.append(Evidence("7.22", layer))
            if not biases_fit:
                evidence.append(Evidence("7.21", layer))
            continue
        if from_weights is not None and agree(from_biases, from_weights):
            upstream = from_biases
        elif trusted == "weights" and from_weights is not None:
            evidence.append(Evidence("7.21", layer))
            upstream = from_weights
        elif trusted == "biases" and from_biases is not None:
            # Without an active unit in front, the weights are no witness at all.
            if np.any(h) and not agree(dl_dweights[layer], from_biases @ h.T):
                evidence.append(Evidence("7.22", layer))
            upstream = from_biases
        else:
            evidence += [Evidence("7.21", layer), Evidence("7.22", layer)]
        if agree(upstream, known):
            continue
        if layer == K:
            evidence.append(Evidence("backward_pass", layer))
        else:
            factor = _factor(upstream, product, active)
            broken = _broken_part(upstream, product, active)
            evidence += [Evidence(equation, layer, factor) for equation in broken]
    return evidence


def _of_right_shape(arrays, expected_arrays):
    """The arrays, None in place of each that has not the shape of its parameter."""
    return [
        None if array is None or array.shape != expected.shape else array
        for array, expected in zip(arrays, expected_arrays)
    ]


def _trusted_at_output(trial, dl_dweights, dl_dbiases):
    """Which parameter line holds at the output, where dl/df is known: it is believed below."""
    _, _, all_f, all_h, y = trial.arguments
    known = 2 * (all_f[-1] - y)
    biases_hold = agree(dl_dbiases, known)
    weights_hold = agree(dl_dweights, known @ all_h[-1].T)
    if biases_hold == weights_hold:
        return None
    return "biases" if biases_hold else "weights"


def _column_of_outer_product(gradient, h):
    """u where ``gradient`` is u h^T, else None."""
    if gradient is None or not np.any(h):
        return None
    column = gradient @ h / (h.T @ h)
    return column if agree(gradient, column @ h.T) else None


def _broken_part(upstream, product, active):
    """Product, mask, or both: active units show the product, the others the mask."""
    tolerance = TOLERANCE * max(scale_of(product), scale_of(upstream))
    is_product = np.abs(upstream - product) <= tolerance
    is_zero = np.abs(upstream) <= tolerance
    if np.all(is_product | is_zero):
        return ["7.24 mask"]
    if np.all(is_zero[~active]):
        return ["7.24 product"]
    if np.all(is_product[active]):
        return ["7.24 mask"]
    return ["7.24 product", "7.24 mask"]


def _factor(upstream, product, active):
    """The number by which all active units are off alike, or None."""
    if not active.any():
        return None
    found, expected = upstream[active], product[active]
    factor = found @ expected / (expected @ expected)
    return factor if agree(found, factor * expected) else None
