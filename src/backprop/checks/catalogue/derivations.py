"""The mistakes that students make in the steps of the derivations of chapters 05 to 07.

A derivation goes from one entry to the whole array. First comes the local derivative of one
pre-activation or activation, by its indices; then the chain rule's sum over all paths; then what
the Kronecker delta leaves of the sum; then the same with matrices. Each step is a function. What
it needs of the steps before is among its arguments, and is right there: so each is judged alone.
"""

import inspect
from dataclasses import replace

import numpy as np

from backprop.backward_pass import indicator_function
from backprop.chain_rule import delta
from backprop.checks.catalogue.backward_pass import QUESTIONS, RIGHT_LINES
from backprop.checks.catalogue.making import (
    ONE_ARRAY,
    ONE_NUMBER,
    lines_of_backward_pass,
    mistake,
    of_both_signs,
    trials_of,
)
from backprop.checks.subject import Subject

# The entry of a column is `column[i, 0]`; who writes `column[i]` means the same number.
AN_ENTRY = replace(ONE_NUMBER, one_entry_will_do=True)


def _step(right, form, cases, question, *mistakes):
    """A step whose right function has one line; ``cases(rng)`` gives names and arguments."""
    name = right.__name__
    *_, body = inspect.getsource(right).strip().split("\n")
    return Subject(
        name,
        f"def {name}{inspect.signature(right)}:\n    {{body}}\n",
        {"body": body.strip()},
        tuple(mistake(name, *entry) for entry in mistakes),
        trials_of(right, form, cases),
        {name: question},
    )


# ---- the biases (chapter 05) -----------------------------------------------------------------


def df_i_dbeta_m(i, m):
    return delta(i, m)


def _pairs_of_units(rng):
    for i, m in [(1, 1), (0, 2), (2, 0), (3, 3), (2, 3)]:
        yield f"unit i = {i}, bias m = {m}", (i, m)


DF_I_DBETA_M = _step(
    df_i_dbeta_m, AN_ENTRY, _pairs_of_units,
    "In which of the sums f_i does the bias of unit m stand?",
    (
        "bias-in-every-sum", "Every bias moves every unit",
        "Your derivative is the same for every pair of a unit and a bias, and it is not zero. Does "
        "the bias of one unit stand in the sum of another?",
        "Each unit adds its own bias and no other. The derivative with respect to another unit's "
        "bias is zero.",
        "return 1.0",
    ),
    (
        "bias-in-other-sums", "Ones and zeros are exchanged",
        "Your derivative is one where the bias belongs to another unit. Whose sum does the bias of "
        "unit m enter?",
        "The Kronecker delta is 1 where its two indices are equal.",
        "return 1.0 - delta(i, m)",
    ),
    (
        "bias-in-no-sum", "The bias is taken for a constant",
        "Your derivative is zero for every pair. Which quantity is nudged here, and which stay as "
        "they are?",
        "With respect to a bias, the bias is the variable. In its own unit it moves the sum as far "
        "as it moves itself.",
        "return 0.0",
    ),
)


def d_f_d_bias(units):
    return np.eye(units)


def _numbers_of_units(rng):
    for units in (3, 2, 5):
        yield f"a layer of {units} units", (units,)


D_F_D_BIAS = _step(
    d_f_d_bias, ONE_ARRAY, _numbers_of_units,
    "Row i is about one unit and column m about one bias. In which places does the bias stand in "
    "the unit's sum?",
    (
        "jacobian-of-ones", "A table of ones",
        "Every entry of your table is the same, and not zero. Does the bias of one unit move the "
        "sum of another?",
        "Only the diagonal, where unit and bias have the same number, is not zero.",
        "return np.ones((units, units))",
    ),
    (
        "jacobian-one-number-a-unit", "One number for each unit",
        "Your result has one number for each unit. How many pairs of a unit and a bias are there?",
        "The Jacobian has a row for each unit and a column for each bias, also where most entries "
        "are zero.",
        "return np.ones((units, 1))", "return np.ones(units)",
    ),
    (
        "jacobian-of-zeros", "A table of zeros",
        "Your table says that no bias moves any unit. What does a unit do with its own bias?",
        "A unit adds its own bias, so a nudge of it arrives at its full size.",
        "return np.zeros((units, units))",
    ),
)


# ---- the weights (chapter 06) ----------------------------------------------------------------


def df_i_dOmega_mn(i, m, n, h):
    return delta(i, m) * h[n, 0]


def _units_and_weights(rng):
    h = of_both_signs(rng, (3, 1))
    for i, m, n in [(1, 1, 2), (2, 2, 0), (0, 2, 1), (1, 0, 1), (0, 0, 1), (3, 3, 2)]:
        yield f"unit i = {i}, weight in row m = {m} and column n = {n}", (i, m, n, h)


DF_I_DOMEGA_MN = _step(
    df_i_dOmega_mn, AN_ENTRY, _units_and_weights,
    "In which of the sums f_i does this weight stand, and by what is it multiplied there?",
    (
        "weight-in-every-sum", "The weight moves every unit",
        "Your derivative does not ask which unit's sum it is. In which of the sums does a weight "
        "of row m stand?",
        "The first index of a weight is the unit that it leads to. In the sums of the other units "
        "it does not stand at all.",
        "return h[n, 0]",
    ),
    (
        "weight-at-full-size", "The activation is missing",
        "Your derivative says that a nudge of the weight arrives at its full size. By what is a "
        "weight multiplied before it is added?",
        "A bias is added as it is; a weight is multiplied by the activation that it carries, and "
        "so is a nudge of it.",
        "return delta(i, m)",
    ),
    (
        "weight-activation-of-row", "The activation with the number of the row",
        "You take the activation with the number of the unit that the weight leads to. Where does "
        "the weight in row m and column n come from?",
        "The second index, the column, says which activation the weight carries.",
        "return delta(i, m) * h[m, 0]",
    ),
    (
        "weight-delta-of-column", "The delta compares with the column",
        "Your delta compares the unit with the column of the weight. Which of the two indices of a "
        "weight is the number of a unit of this layer?",
        "Row m of the matrix belongs to unit m; the columns are about what comes in.",
        "return delta(i, n) * h[n, 0]",
        "return delta(i, n) * h[m % len(h), 0]",
    ),
    (
        "weight-all-activations", "All activations at once",
        "Your result is a whole column. Which one of its entries does this weight multiply?",
        "One weight carries one activation. The whole column belongs to a whole row of weights.",
        "return delta(i, m) * h",
    ),
)


def dl_dOmega_mn_without_sum(m, n, dl_df, h):
    return dl_df[m, 0] * h[n, 0]


def _weights_with_columns(rng):
    for units, inputs in ((4, 3), (3, 3), (2, 4)):
        dl_df, h = of_both_signs(rng, (units, 1)), of_both_signs(rng, (inputs, 1))
        for m, n in ((1, 2), (0, 1), (1, 1)):
            yield f"{units} units fed by {inputs}, m = {m}, n = {n}", (m, n, dl_df, h)


DL_DOMEGA_MN_WITHOUT_SUM = _step(
    dl_dOmega_mn_without_sum, AN_ENTRY, _weights_with_columns,
    "Which term of the sum does the delta leave, and which two factors stand in it?",
    (
        "picked-sum-is-left", "The sum is still there",
        "Your result still adds up the gradients of all units. For which units is the delta zero?",
        "The delta is zero in every term but one. That term is left, and the sum is gone.",
        "return dl_df.sum() * h[n, 0]",
    ),
    (
        "picked-indices-exchanged", "The two indices are exchanged",
        "The row and the column of the weight have changed places in your product. Which of the "
        "two is the unit that the weight leads to?",
        "m, the row, is the unit behind; n, the column, is the activation in front.",
        "return dl_df[n, 0] * h[m, 0]",
    ),
    (
        "picked-one-index", "One index in both places",
        "Both factors of your product have the same index. Does a weight join a unit with the "
        "activation of the same number only?",
        "There is a weight for every pair of an activation and a unit: two indices.",
        "return dl_df[m, 0] * h[m, 0]", "return dl_df[n, 0] * h[n, 0]",
    ),
    (
        "picked-activation-missing", "The activation is missing",
        "Your result does not depend on the activation. What does a nudge of the weight become in "
        "the pre-activation?",
        "The local derivative of the weight is the activation that it carries.",
        "return dl_df[m, 0]",
    ),
    (
        "picked-upstream-missing", "What comes from behind is missing",
        "Your result does not depend on the loss. How does a nudge of the pre-activation go on to "
        "it?",
        "The activation says how far a nudge reaches in the pre-activation; the upstream gradient "
        "says how far it goes from there.",
        "return h[n, 0]",
    ),
)


# ---- back through the weights and the ReLU (chapter 07) --------------------------------------


def df_i_dh_j(i, j, weights):
    return weights[i, j]


def _connections(rng):
    for units, inputs in ((4, 3), (3, 3)):
        weights = of_both_signs(rng, (units, inputs))
        for i, j in ((0, 1), (2, 0), (1, 1)):
            yield f"{units} units fed by {inputs}, i = {i}, j = {j}", (i, j, weights)


DF_I_DH_J = _step(
    df_i_dh_j, AN_ENTRY, _connections,
    "By which number is h_j multiplied in the sum of unit i?",
    (
        "connection-turned-round", "Row and column are exchanged",
        "Your derivative belongs to the connection in the other direction. In the matrix, is the "
        "unit that a number goes to the row or the column?",
        "The first index, the row, is where the number goes to; the second is where it comes from.",
        "return weights[j, i]",
    ),
    (
        "connection-own-unit-only", "Only the unit with the same number",
        "Your derivative is zero for two different indices. Does the activation of unit j go to "
        "one unit of the next layer, or to all?",
        "A bias belongs to one unit. An activation feeds every unit of the layer.",
        "return delta(i, j) * weights[i, j]",
    ),
    (
        "connection-at-full-size", "The weight is missing",
        "A nudge of the activation arrives at its full size, or not at all, in your derivative. By "
        "what is an activation multiplied before it is added?",
        "Between h_j and f_i stands a weight.",
        "return 1.0", "return delta(i, j)",
    ),
    (
        "connection-added-up", "All weights of the unit are added up",
        "Your derivative contains other weights of the unit. Which activations do those multiply?",
        "In the sum of unit i only one term contains h_j. The others are constants for this "
        "derivative.",
        "return weights[i].sum()", "return weights[:, j].sum()",
    ),
)

BACK_THROUGH_WEIGHTS = Subject(
    "back_through_weights",
    """\
def back_through_weights(weights, dl_df):
    layer, all_weights, all_h = 0, [weights], [weights[:1].T]
    {product}
    return dl_dh
""",
    {"product": RIGHT_LINES["product"]},
    lines_of_backward_pass(
        "7.24 product", "product-without-transpose", "product-wrong-side", "product-elementwise",
        "product-missing", "product-with-inverse", "product-sign",
    ),
    trials_of(
        lambda weights, dl_df: weights.T @ dl_df,
        ONE_ARRAY,
        lambda rng: (
            (f"{units} units fed by {inputs}",
             (of_both_signs(rng, (units, inputs)), of_both_signs(rng, (units, 1))))
            for units, inputs in ((4, 3), (3, 3), (2, 4))
        ),
    ),
    {"7.24 product": QUESTIONS["7.24 product"]},
)


def dh_i_df_j(i, j, f):
    return delta(i, j) * (f[j, 0] > 0)


def _units_of_a_relu(rng):
    f = of_both_signs(rng, (4, 1))
    f[[1, 3]] = np.abs(f[[1, 3]]) * [[1.0], [-1.0]]
    for i, j in ((1, 1), (3, 3), (2, 1), (1, 2), (0, 3)):
        yield f"i = {i}, j = {j}", (i, j, f)
    yield "i = j, f_j exactly zero", (0, 0, np.zeros((2, 1)))


DH_I_DF_J = _step(
    dh_i_df_j, AN_ENTRY, _units_of_a_relu,
    "From which pre-activation is h_i made, and how steep is the ReLU there?",
    (
        "slope-for-every-unit", "The delta is missing",
        "Your derivative is not zero where the two numbers differ. From how many pre-activations "
        "does the ReLU make one activation?",
        "The ReLU works entry by entry: h_i depends on f_i alone.",
        "return (f[j, 0] > 0) * 1.0", "return (f[i, 0] > 0) * 1.0",
    ),
    (
        "slope-always-one", "A nudge always passes",
        "Your derivative does not look at the pre-activation. What becomes of a nudge of a "
        "pre-activation that is negative?",
        "Where the ReLU passes on zero, a nudge changes nothing: the slope is zero there.",
        "return delta(i, j)",
    ),
    (
        "slope-value", "The value of the ReLU in place of its slope",
        "Your derivative grows with the pre-activation. How steep is the ReLU at 2, and at 200?",
        "The slope of the ReLU is 1 wherever the argument is positive, however large it is.",
        "return delta(i, j) * max(f[j, 0], 0.0)", "return delta(i, j) * f[j, 0]",
    ),
    (
        "slope-inverted", "Zeros and ones are exchanged",
        "Your derivative lets a nudge through where the ReLU is flat. On which side of zero does "
        "it rise?",
        "The slope is 1 for a positive pre-activation.",
        "return delta(i, j) * (f[j, 0] <= 0)", "return delta(i, j) * (f[j, 0] < 0)",
    ),
    (
        "slope-sign", "The sign in place of the slope",
        "Your derivative is negative for a negative pre-activation. Does the ReLU fall there, or "
        "is it flat?",
        "On the left of zero the ReLU is flat, so its slope is 0 and not -1.",
        "return delta(i, j) * np.sign(f[j, 0])",
        "return delta(i, j) * (1.0 if f[j, 0] > 0 else -1.0)",
    ),
    (
        "slope-at-zero", "A slope of one at exactly zero",
        "This shows only where the pre-activation is exactly zero. Which value does the course "
        "choose there?",
        "At zero the ReLU has no derivative; by convention it is taken as 0 here.",
        "return delta(i, j) * (f[j, 0] >= 0)",
    ),
)

BACK_THROUGH_RELU = Subject(
    "back_through_relu",
    """\
def back_through_relu(f, dl_dh):
    layer, all_f, all_h = 1, [f], [None, relu(f)]
    {mask}
    return dl_df
""",
    {"mask": RIGHT_LINES["mask"]},
    lines_of_backward_pass(
        "7.24 mask", "mask-missing", "relu-of-gradient", "mask-inverted", "mask-at-zero",
        "activation-for-mask",
    ),
    trials_of(
        lambda f, dl_dh: indicator_function(f) * dl_dh,
        ONE_ARRAY,
        lambda rng: (
            ("six units", (of_both_signs(rng, (6, 1)), of_both_signs(rng, (6, 1)))),
            ("a pre-activation of exactly zero",
             (np.array([[0.0], [1.5], [-2.0]]), of_both_signs(rng, (3, 1)))),
            ("four other units", (of_both_signs(rng, (4, 1)), of_both_signs(rng, (4, 1)))),
        ),
    ),
    {"7.24 mask": QUESTIONS["7.24 mask"]},
)


# ---- the chain rule's sum (all three) --------------------------------------------------------


def _sum_step(name, indices, upstream, table):
    """dl/dp as a sum over all paths i, from the derivatives behind and the table of df_i/dp.

    The table is any table, not only one with a delta in it: so the sum has to be there.
    """
    first, entry = indices[0], ", ".join(indices)
    up, local = f"{upstream}[i, 0]", f"{table}[i, {entry}]"
    wrong_way = f"{table}[{first}, i{entry[1:]}]"
    paths = f"for i in range(len({upstream}))"

    def body(term):
        return f"return sum({term} {paths})"

    mistakes = [
        (
            "sum-one-path", "Only the path through the unit with the same number",
            "You follow a single path. On which other paths does the table say that a nudge goes "
            "on?",
            "The chain rule adds up all paths. That only one of them is open is a result for a "
            "special table, and comes one step later.",
            f"return {upstream}[{first}, 0] * {table}[{first}, {entry}]",
        ),
        (
            "sum-along-the-row", "The sum runs over the wrong index of the table",
            "Your sum runs along a row of the table. A row is about one value behind, a column "
            "about one value that is nudged: which of the two does your sum have to follow?",
            "What is nudged stays the same in all terms. The sum runs over i, over what it moves.",
            body(f"{up} * {wrong_way}"),
        ),
        (
            "sum-not-added-up", "The terms are not added up",
            "Your result has a number for each path. What does the loss do when several of its "
            "arguments move at once?",
            "A nudge takes all paths at once, and near a point the effects on a smooth function "
            "add up.",
            f"return [{up} * {local} {paths}]",
        ),
        (
            "sum-of-local-derivatives", "What comes from behind is missing",
            "Your result does not depend on the loss. Each path goes on behind the value that it "
            "comes to: what is known about the rest of it?",
            "The local derivative reaches to the next value. What lies behind is in the upstream "
            "gradient, and each term needs both.",
            body(local),
        ),
        (
            "sum-of-upstream", "The local derivatives are missing",
            "Your result is the same whatever is nudged. How large does the nudge arrive at each "
            "of the values behind?",
            "The upstream gradient counts a nudge of the values behind. The table says how large "
            "each of those nudges is.",
            body(up),
        ),
        (
            "sum-product-of-sums", "A product of two sums",
            "You add up the two kinds of derivatives separately. Which local derivative belongs "
            "to which path?",
            "Along a path derivatives are multiplied; then the paths are added. In the other order "
            "every path is joined with every other.",
            f"return sum({up} {paths}) * sum({local} {paths})",
        ),
        (
            "sum-of-paths-multiplied", "The paths are multiplied",
            "You multiply the contributions of the paths. Derivatives are multiplied along one "
            "path; what is done where paths meet?",
            "Along a path, multiply. Where paths meet, add.",
            f"return np.prod([{up} * {local} {paths}])",
        ),
        (
            "sum-averaged", "A mean in place of the sum",
            "Your result gets smaller when there are more paths. Does a nudge share itself out "
            "among the paths, or does it take each of them?",
            "A nudge goes along every path at its full size, and the effects add up.",
            f"{body(f'{up} * {local}')} / len({upstream})",
        ),
    ]
    names = {}
    arguments = f"{entry}, {upstream}, {table}"
    source = f"def {name}({arguments}):\n    {{body}}\n"
    exec(source.format(body=body(f"{up} * {local}")), names)  # our own text, from this module

    def cases(rng):
        for paths, sizes, index in (
            (4, (3, 3), (1, 2)), (3, (3, 3), (0, 1)), (3, (3, 2), (2, 0)), (2, (4, 3), (1, 1)),
        ):
            index, sizes = index[: len(indices)], sizes[: len(indices)]
            where = ", ".join(f"{letter} = {number}" for letter, number in zip(indices, index))
            yield (
                f"{paths} paths, {where}",
                (*index, of_both_signs(rng, (paths, 1)), of_both_signs(rng, (paths, *sizes))),
            )

    return Subject(
        name, source, {"body": body(f"{up} * {local}")},
        tuple(mistake(name, *entry) for entry in mistakes),
        trials_of(names[name], AN_ENTRY, cases),
        {name: "On how many paths does a nudge reach the loss, what is the effect on each, and "
               "what is done with the effects?"},
    )


DL_DBETA_M = _sum_step("dl_dbeta_m", "m", "dl_df", "df_dbeta")
DL_DOMEGA_MN = _sum_step("dl_dOmega_mn", "mn", "dl_df", "df_dOmega")
DL_DH_J = _sum_step("dl_dh_j", "j", "dl_df", "df_dh")
DL_DF_J = _sum_step("dl_df_j", "j", "dl_dh", "dh_df")


def dl_dbeta_m_without_sum(m, dl_df):
    return dl_df[m, 0]


def _biases_with_columns(rng):
    for units, m in ((4, 2), (3, 0), (5, 4)):
        yield f"{units} units, m = {m}", (m, of_both_signs(rng, (units, 1)))


DL_DBETA_M_WITHOUT_SUM = _step(
    dl_dbeta_m_without_sum, AN_ENTRY, _biases_with_columns,
    "Which term of the sum does the delta leave?",
    (
        "picked-nothing", "The sum is still there",
        "Your result adds up the gradients of all units. For which units is the delta zero?",
        "The delta is zero in every term but one. That term is left, and the sum is gone.",
        "return dl_df.sum()",
    ),
    (
        "picked-whole-column", "The whole column",
        "Your result is the whole column. Which one of its entries is the answer for the bias of "
        "unit m?",
        "This step is about one bias. The columns are put together in the next step.",
        "return dl_df",
    ),
    (
        "picked-neighbour", "The entry of another unit",
        "Your result belongs to another unit. For which i is the delta of i and m not zero?",
        "The delta picks the term whose index is the other index: i = m.",
        "return dl_df[m - 1, 0]", "return dl_df[0, 0] if m else dl_df[1, 0]",
    ),
    (
        "picked-one", "The local derivative alone",
        "Your result does not depend on the upstream gradient. What stands beside the delta in "
        "each term?",
        "Each term is a product, and the delta is one factor of it. The other one is left.",
        "return 1.0",
    ),
)

# In the order of the lesson.
DERIVATION_STEPS = {
    subject.name: subject
    for subject in (
        DF_I_DBETA_M,
        DL_DBETA_M,
        DL_DBETA_M_WITHOUT_SUM,
        D_F_D_BIAS,
        DF_I_DOMEGA_MN,
        DL_DOMEGA_MN,
        DL_DOMEGA_MN_WITHOUT_SUM,
        DF_I_DH_J,
        DL_DH_J,
        BACK_THROUGH_WEIGHTS,
        DH_I_DF_J,
        DL_DF_J,
        BACK_THROUGH_RELU,
    )
}
