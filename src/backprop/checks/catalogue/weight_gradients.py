"""The mistakes that students make in the gradient of the weights of one layer."""

import numpy as np

from backprop.checks.catalogue.backward_pass import QUESTIONS, RIGHT_LINES
from backprop.checks.catalogue.making import (
    COLUMNS,
    ONE_ARRAY,
    lines_of_backward_pass,
    mistake,
    of_both_signs,
    trials_of,
)
from backprop.checks.subject import Subject


def _weight_cases(rng):
    for name, units, inputs, examples in COLUMNS:
        h = np.abs(of_both_signs(rng, (inputs, examples)))
        yield name, (of_both_signs(rng, (units, examples)), h)


WEIGHT_GRADIENTS = Subject(
    "weight_gradient",
    """\
def weight_gradient(dl_df, h):
    layer, all_dl_dweights, all_h, y = 0, [None], [h], dl_df
    all_weights = [np.empty((len(dl_df), len(h)))]
    {weights}
    return all_dl_dweights[0]
""",
    {"weights": RIGHT_LINES["weights"]},
    lines_of_backward_pass(
        "7.22", "outer-product-reversed", "weights-elementwise", "weights-inner-product",
        "h-missing", "weights-divided-by-batch", "weights-sign",
    ) + (
        mistake(
            "7.22", "one-example", "An outer product that takes two columns only",
            "For one example your gradient is right. With several, which entries of dl_df belong "
            "together with which entries of h?",
            "`np.outer` flattens what it is given, and pairs every entry with every other, also "
            "with those of other examples.",
            {"weights": "all_dl_dweights[layer] = np.outer(dl_df, h)"},
        ),
    ),
    trials_of(lambda dl_df, h: dl_df @ h.T, ONE_ARRAY, _weight_cases),
    {"7.22": QUESTIONS["7.22"]},
)
