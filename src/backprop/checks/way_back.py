"""Which line of the way back is wrong, the product with the weights or the mask (7.24).

A result shows only the two together. Where all units are active a mask does nothing, so there the
product is seen, and the mask is judged after it on the other networks. Where a mask has a wrong
slope at active units too, the two are told apart by what they do to single units: a product mixes
units, a mask looks at each by itself, so that it does the same to all units with the same
pre-activation. And what arrives at a unit that is not active came through the mask.
"""

from collections import defaultdict

import numpy as np

from backprop.checks.known_lines import MASK, PRODUCT
from backprop.checks.trying import TOLERANCE, agree, scale_of
from backprop.checks.witnesses import factor_between


def broken_lines(steps, lines, known_products, before):
    """{equation: the steps that show it}, empty where the way back is right.

    Parameters
    ----------
    steps : list of Step
        Of trials that have all one example, or all several.
    lines : Lines
        Those after which the steps are right or wrong.
    known_products : list of functions
        From a step to the dl/dh that a wrong product of the catalogue gives; they may raise.
    before : set of str
        The equations that other trials have shown to be broken.
    """
    steps = [step for step in steps if not step.at_output]
    wrong = [step for step in steps if "way back" in step.broken]
    if not wrong:
        return {}
    if all(step.dl_df is None for step in wrong) and before & {PRODUCT, MASK}:
        return {line: wrong for line in before & {PRODUCT, MASK}}  # there need be nothing else
    active = [step for step in steps if step.trial.all_active and _something_passes(step)]
    if not active:
        return _shown_by_units(wrong, active)
    if not any(step in wrong for step in active):
        # A product that is wrong in some layers only may be right in all of these.
        return {PRODUCT if PRODUCT in before and not any(map(_leaks, wrong)) else MASK: wrong}

    def explained(product, step):
        return _comes_through_the_mask(step, product, lines)

    products = [
        product for product in known_products if all(explained(product, step) for step in active)
    ]
    if _are_scaled(active):
        products.append(_scaled)
    if not products:
        return _shown_by_units(wrong, active)
    left = min(
        ([step for step in wrong if not explained(product, step)] for product in products), key=len
    )
    return {PRODUCT: wrong} | ({MASK: left} if left else {})


def _something_passes(step):
    return step.dl_df is None or np.any(step.dl_df)


def _comes_through_the_mask(step, product, lines):
    """Whether the mask makes of this product what the pass has at this step."""
    try:
        dl_df = lines.mask(step.result, step.layer, product(step))
    except Exception:  # many a wrong product raises on many a network
        return False
    if step.dl_df is None:
        return agree(step.result.biases[step.layer], dl_df.sum(axis=1, keepdims=True))
    return agree(step.dl_df, dl_df)


def _of_one_layer(steps):
    layers = defaultdict(list)
    for step in steps:
        layers[step.trial.depth, step.layer].append(step)
    return layers.values()


def _are_scaled(steps):
    """Whether the product times a number, one for each layer, explains these steps."""
    return all(
        all(step.dl_df is not None for step in group)
        and factor_between(*_joined(group, "dl_dh", "dl_df")) is not None
        for group in _of_one_layer(steps)
    )


def _scaled(step):
    """The product times the number that fits the active units of this step best."""
    active = step.f > 0
    factor = np.vdot(step.dl_dh[active], step.dl_df[active])
    return step.dl_dh * (factor or np.nan) / np.vdot(step.dl_dh[active], step.dl_dh[active])


def _joined(steps, *names):
    return (
        np.concatenate([np.ravel(getattr(step, name)) for step in steps]) for name in names
    )


# ---- what single units show ----------------------------------------------------------------


def _shown_by_units(wrong, active):
    """The same where the product, or what a mask does to active units, is not understood."""
    shown = {
        PRODUCT: [step for step in wrong if _mixes_units(step)],
        MASK: [step for step in wrong if _leaks(step) or _stops_all_active(step)],
    }
    for steps in _of_one_layer(active):
        for line in _lines_behind(steps):
            shown[line] += steps
    if not any(shown.values()):
        shown[PRODUCT if any(step in wrong for step in active) else MASK] = wrong
    if not all(shown.values()):
        return {line: wrong for line in shown if shown[line]}
    return {line: [step for step in wrong if step in shown[line]] for line in shown}


def _leaks(step):
    """Whether something arrives at a unit that is not active."""
    return step.dl_df is not None and not _near(step.dl_df, 0.0, step)[step.f <= 0].all()


def _stops_all_active(step):
    return step.trial.all_active and not _something_passes(step)


def _near(found, expected, step):
    return np.abs(found - expected) <= TOLERANCE * max(scale_of(step.dl_dh), scale_of(step.dl_df))


def _lines_behind(steps):
    """The wrong lines that explain one layer of networks in which all units are active."""
    if any(step.dl_df is None for step in steps):
        return {PRODUCT}
    factors = _factors(steps)
    nothing_passes = 0.0 in factors.values()
    if None in factors.values():
        return {PRODUCT, MASK} if nothing_passes or _differ_by_a_slope(steps) else {PRODUCT}
    passing = {key: factor for key, factor in factors.items() if factor}
    values = list(passing.values())
    if values and np.ptp(values) > TOLERANCE:
        return {MASK}
    lines = {MASK} if nothing_passes else set()
    several = len({f for f, _ in passing}) > 1
    return lines | {PRODUCT} if several and abs(values[0] - 1) > TOLERANCE else lines


def _differ_by_a_slope(steps):
    """Whether two networks differ in what comes back through the mask, and by one number only."""
    if len(steps) != 2 or not agree(steps[0].above, steps[1].above):
        return False
    factor = factor_between(steps[0].dl_df, steps[1].dl_df)
    return factor is not None and abs(factor - 1) > TOLERANCE


def _mixes_units(step):
    """Whether units with the same pre-activation are off by different factors."""
    if step.dl_df is None or np.ptp(np.abs(step.f)) > TOLERANCE:
        return False
    gates = _near(step.dl_df, step.dl_dh, step) | _near(step.dl_df, 0.0, step)
    return not gates.all() and None in _factors([step]).values()


def _factors(steps):
    """{(pre-activation, sign of dl/dh): the factor from dl/dh to dl/df}

    None where it is not one number. Where there is a single unit, any number would do, so there is
    no entry, unless nothing passes.
    """
    f, dl_dh, dl_df = _joined(steps, "f", "dl_dh", "dl_df")
    f, signs = np.round(f, 9), np.sign(dl_dh)
    factors = {}
    for key in set(zip(f, signs)):
        chosen = (f == key[0]) & (signs == key[1])
        if agree(dl_df[chosen], 0 * dl_dh[chosen]):
            factors[key] = 0.0
        elif chosen.sum() > 1:
            factors[key] = factor_between(dl_dh[chosen], dl_df[chosen])
    return factors
