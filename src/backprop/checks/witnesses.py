"""What a backward pass did at each layer of a trial, from what it returned alone.

There are three witnesses for the dl/df_k that a pass worked with:

* the bias gradient of layer k, which should be the sum of its columns (7.21);
* the weight gradient of layer k, which should be its product with h_k^T (7.22): where the columns
  of h_k are linearly independent, each column of dl/df_k can be found from it;
* what should come back from the layer above (7.24), computed from the dl/df_{k+1} that the pass
  itself worked with; at the output it is known.

A witness is believed, and what it says is carried on downward. So one mistake shows once, where it
is made, and not again in every layer below. Which witness to believe is decided in
`backprop.checks.judgement`.
"""

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np

from backprop.checks.trying import agree


@dataclass(frozen=True)
class Belief:
    """Which witness is believed, "weights", "biases" or "recursion", and how.

    Attributes
    ----------
    strictly : bool
        Even where the two others agree without it.
    scaled : bool
        After it was divided by the number by which it is off at the output.
    """

    witness: str
    strictly: bool = False
    scaled: bool = False


BELIEFS = (
    Belief("weights"),
    Belief("biases"),
    Belief("weights", strictly=True),
    Belief("biases", strictly=True),
    Belief("weights", scaled=True),
    Belief("biases", scaled=True),
    Belief("recursion"),
)


@dataclass(frozen=True, eq=False)
class Result:
    """What a pass returned for a trial: weight gradients and bias gradients, as they are.

    ``left_out`` are layers, counted from the first or as negative numbers from the last, whose
    gradients are missing and are not to be looked at.
    """

    trial: Any
    dl_dweights: list
    dl_dbiases: list
    left_out: tuple = ()

    @property
    def lists(self):
        """Both, the weight gradients first."""
        return self.dl_dweights, self.dl_dbiases

    @functools.cached_property
    def weights(self):
        """The weight gradients, None in place of each that is no witness."""
        return [
            array if _has_numbers(array, expected.size) and array.shape == expected.shape else None
            for array, expected in zip(self.dl_dweights, self.trial.expected[0])
        ]

    @functools.cached_property
    def biases(self):
        """The bias gradients as columns, None in place of each that is no witness."""
        return [
            array.reshape(expected.shape) if _has_numbers(array, expected.size) else None
            for array, expected in zip(self.dl_dbiases, self.trial.expected[1])
        ]

    @functools.cached_property
    def from_weights(self):
        """For each layer the dl/df whose product with h^T the weight gradient is, or None."""
        return list(map(_left_factor, self.weights, self.trial.arguments[3]))

    @functools.cached_property
    def factors(self):
        """{witness: the number by which it is off at the output, None if it is not one number}"""
        _, _, all_f, all_h, y = self.trial.arguments
        dl_df = 2 * (all_f[-1] - y)
        return {
            "weights": factor_between(dl_df @ all_h[-1].T, self.weights[-1]),
            "biases": factor_between(dl_df.sum(axis=1, keepdims=True), self.biases[-1]),
        }


def _has_numbers(array, count):
    return array is not None and array.size == count and bool(np.isfinite(array).all())


def _left_factor(product, h):
    """u where ``product`` is u h^T and no other u gives it, else None."""
    if product is None or not np.any(h):
        return None
    inverse = h / np.vdot(h, h) if h.shape[1] == 1 else np.linalg.pinv(h).T
    factor = product @ inverse
    return factor if agree(product, factor @ h.T) else None


def factor_between(expected, found):
    """The number, not zero, by which an array is off from another; None if there is none."""
    if found is None or not np.any(expected):
        return None
    factor = np.vdot(expected, found) / np.vdot(expected, expected)
    return factor if factor and agree(found, factor * expected) else None


@dataclass(frozen=True, eq=False)
class Step:
    """One layer of a trial.

    Attributes
    ----------
    result : Result
    layer : int
    expected : array
        The dl/df that would be right after what the pass worked with in the layer above.
    dl_df : array or None
        What the pass worked with; None where nothing shows it.
    above : array or None
        The same of the layer above; None at the output.
    dl_dh : array or None
        What the product makes of ``above``: the gradient of h_{layer+1}; None at the output.
    broken : frozenset of str
        "7.21" and "7.22" where these do not hold; "start" or "way back" where ``dl_df`` is not
        ``expected``.
    """

    result: Result
    layer: int
    expected: Any
    dl_df: Any
    above: Any
    dl_dh: Any
    broken: frozenset

    @property
    def trial(self):
        return self.result.trial

    @property
    def at_output(self):
        return self.layer == self.trial.depth

    @property
    def f(self):
        return self.trial.arguments[2][self.layer]

    @property
    def h(self):
        return self.trial.arguments[3][self.layer]


def walk(result, belief, lines):
    """The steps of a pass, from the output down to where nothing can be told any more.

    ``lines`` say what is expected; these are the right `Lines`, or some of known mistakes.
    """
    depth, steps, above = result.trial.depth, [], None
    for layer in reversed(range(depth + 1)):
        if layer == depth:
            dl_dh, expected, line = None, lines.start(result), "start"
        else:
            dl_dh = lines.product(result, layer, above)
            expected, line = lines.mask(result, layer, dl_dh), "way back"
        if layer in result.left_out or layer - depth - 1 in result.left_out:
            above = expected
            continue
        dl_df = _worked_with(result, layer, expected, belief)
        broken = set() if dl_df is None else wrong_gradients(result, layer, dl_df)
        if dl_df is None or not agree(dl_df, expected):
            broken.add(line)
        steps.append(Step(result, layer, expected, dl_df, above, dl_dh, frozenset(broken)))
        if dl_df is None:
            break
        above = dl_df
    return steps


def _worked_with(result, layer, expected, belief):
    """The dl/df of a layer after the believed witness; None where it says nothing."""
    if belief.witness == "recursion":
        return expected
    wrong = wrong_gradients(result, layer, expected)
    h_is_zero = not np.any(result.trial.arguments[3][layer])
    supported = "7.21" not in wrong or not ("7.22" in wrong or h_is_zero)
    if supported and not belief.strictly:
        return expected
    one_example = result.trial.examples == 1
    says = {
        "weights": result.from_weights[layer],
        "biases": result.biases[layer] if one_example else None,
    }
    dl_df = says.pop(belief.witness)
    if dl_df is not None and belief.scaled:
        factor = result.factors[belief.witness]
        dl_df = None if factor is None else dl_df / factor
    if dl_df is None and supported:
        return expected
    if dl_df is None and one_example:
        (dl_df,) = says.values()
    return dl_df


def wrong_gradients(result, layer, dl_df):
    """Which of 7.21 and 7.22 do not hold in a layer, if this is its dl/df."""
    wrong = set()
    if not agree(result.biases[layer], dl_df.sum(axis=1, keepdims=True)):
        wrong.add("7.21")
    if not agree(result.weights[layer], dl_df @ result.trial.arguments[3][layer].T):
        wrong.add("7.22")
    return wrong
