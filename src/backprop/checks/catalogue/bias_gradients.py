"""The mistakes that students make in the gradient of the biases of one layer."""

from backprop.backward_pass import sum_over_batch
from backprop.checks.catalogue.backward_pass import QUESTIONS, RIGHT_LINES
from backprop.checks.catalogue.making import (
    COLUMNS,
    ONE_ARRAY,
    lines_of_backward_pass,
    of_both_signs,
    trials_of,
)
from backprop.checks.subject import Subject


def _bias_cases(rng):
    for name, units, _, examples in COLUMNS:
        yield name, (of_both_signs(rng, (units, examples)),)


BIAS_GRADIENTS = Subject(
    "bias_gradient",
    """\
def bias_gradient(dl_df):
    layer, all_dl_dbiases, all_biases = 0, [None], [dl_df[:, :1]]
    {biases}
    return all_dl_dbiases[0]
""",
    {"biases": RIGHT_LINES["biases"]},
    lines_of_backward_pass(
        "7.21", "bias-not-summed", "bias-mean", "bias-flat", "bias-one-number", "bias-sign"
    ),
    trials_of(sum_over_batch, ONE_ARRAY, _bias_cases),
    {"7.21": QUESTIONS["7.21"]},
)
