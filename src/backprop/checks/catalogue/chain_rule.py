"""The mistakes that students make on one path, in its steps, where paths meet, and in columns."""

import functools

import numpy as np

from backprop.chain_rule import (
    TOY_BETAS,
    TOY_FUNCTIONS,
    TOY_OMEGAS,
    TOY_X,
    TOY_Y,
    back_through_jacobian,
    toy_backward_pass,
    toy_forward_pass,
    toy_parameter_gradients,
)
from backprop.checks.catalogue.making import (
    ONE_ARRAY,
    ONE_NUMBER,
    mistake,
    of_both_signs,
    trials_of,
)
from backprop.checks.subject import Subject
from backprop.checks.trying import Form

CHAPTER = "the chapter's values"


def _toy_cases(rng):
    """(name, x, betas, omegas, y); the slopes on the way are neither near 0 nor near 1."""
    yield CHAPTER, TOY_X, list(TOY_BETAS), list(TOY_OMEGAS), TOY_Y
    for name in ("other values", "still others", "a third set of values"):
        f = [*rng.choice([-1, 1], 3) * rng.uniform([0.4, 0.3, 2.0], [1.2, 1.2, 2.8]), 0.0]
        x, *omegas = map(float, of_both_signs(rng, (5,)))
        f[3] = rng.uniform(0.5, 2)
        h = [x, *(function(value) for function, value in zip(TOY_FUNCTIONS, f))]
        betas = [float(value - omega * entry) for value, omega, entry in zip(f, omegas, h)]
        yield name, x, betas, omegas, float(f[3] + rng.choice([-1, 1]) * rng.uniform(0.6, 2))


def _plain(numbers):
    return [float(number) for number in numbers]


# ---- forward -------------------------------------------------------------------------------

_forward = functools.partial(mistake, "toy_forward_pass")


def _forward_cases(rng):
    for name, x, betas, omegas, _ in _toy_cases(rng):
        yield name, (x, betas, omegas)


TOY_FORWARD_PASS = Subject(
    "toy_forward_pass",
    """\
def toy_forward_pass(x, betas, omegas):
    f, h = [None] * 4, [None] * 4
    h[0] = x
    def weighted_sum(k):
        {sum}
    f[0] = weighted_sum(0)
    {first}
    f[1] = weighted_sum(1)
    {second}
    f[2] = weighted_sum(2)
    {third}
    f[3] = weighted_sum(3)
    {end}
""",
    {
        "sum": "return betas[k] + omegas[k] * h[k]",
        "first": "h[1] = np.sin(f[0])",
        "second": "h[2] = np.exp(f[1])",
        "third": "h[3] = np.cos(f[2])",
        "end": "return f, h",
    },
    (
        _forward(
            "toy-functions-reversed", "The functions are taken from the outside in",
            "Your first value is right and the second is not. In the formula, which function "
            "stands next to x: the first one that you read, or the last one?",
            "What stands innermost in a composition is computed first.",
            {"first": "h[1] = np.cos(f[0])", "third": "h[3] = np.sin(f[2])"},
        ),
        _forward(
            "toy-function-missing", "A value passes on unchanged",
            "One value of h is the same number as the value of f before it. Which function stands "
            "between the two?",
            "Between f_k and the next h there is a function: sin, exp or cos.",
            {"first": "h[1] = f[0]"}, {"second": "h[2] = f[1]"}, {"third": "h[3] = f[2]"},
        ),
        _forward(
            "toy-function-taken-twice", "One function in two places",
            "Two steps of your chain use the same function. Which three functions does the "
            "formula have, and in which order?",
            "Each of the three functions stands in one place.",
            {"third": "h[3] = np.sin(f[2])"}, {"first": "h[1] = np.cos(f[0])"},
            {"third": "h[3] = np.exp(f[2])"}, {"second": "h[2] = np.sin(f[1])"},
        ),
        _forward(
            "toy-degrees", "The angles are taken in degrees",
            "Your sine and your cosine are those of much smaller angles. In which unit do NumPy's "
            "functions take their argument?",
            "NumPy takes radians. In degrees the derivative of sin is not cos.",
            {"first": "h[1] = np.sin(np.radians(f[0]))",
             "third": "h[3] = np.cos(np.radians(f[2]))"},
            {"first": "h[1] = np.sin(f[0] * np.pi / 180)",
             "third": "h[3] = np.cos(f[2] * np.pi / 180)"},
            {"first": "h[1] = np.sin(np.radians(f[0]))"},
            {"third": "h[3] = np.cos(np.radians(f[2]))"},
        ),
        _forward(
            "toy-bias-missing", "The biases are not added",
            "Your values do not depend on beta. Where does it stand in each sum?",
            "Every f_k has a bias of its own, added to the product.",
            {"sum": "return omegas[k] * h[k]"},
        ),
        _forward(
            "toy-parameters-exchanged", "Bias and weight are exchanged",
            "Weight and bias have changed their places. Which of the two multiplies the value that "
            "comes in?",
            "omega multiplies, beta is added.",
            {"sum": "return omegas[k] + betas[k] * h[k]"},
        ),
        _forward(
            "toy-bias-multiplied", "The bias is multiplied as well",
            "Your weight multiplies more than the value that comes in. What comes first without "
            "brackets, the sum or the product?",
            "The weight multiplies h_k alone; the bias is added to the product.",
            {"sum": "return (betas[k] + h[k]) * omegas[k]"},
        ),
        _forward(
            "toy-input-in-every-sum", "The input goes into every sum",
            "Your values of f do not depend on those of h. What goes into the second sum: x, or "
            "what the first step has made of it?",
            "Each sum takes the value that comes out of the step before.",
            {"sum": "return betas[k] + omegas[k] * x"},
        ),
        _forward(
            "toy-same-parameters", "The first layer's parameters everywhere",
            "All your sums use one pair of parameters. Which pair belongs to f_k?",
            "Every layer has parameters of its own, with its number.",
            {"sum": "return betas[0] + omegas[0] * h[k]"},
        ),
        _forward(
            "toy-parameters-off-by-one", "The parameters of the layer before",
            "Each sum takes the parameters of a neighbour. Which number do those of f_k have?",
            "beta_k, omega_k and h_k belong together, and give f_k.",
            {"sum": "return betas[k - 1] + omegas[k - 1] * h[k]"},
        ),
        _forward(
            "toy-lists-exchanged", "The two lists are returned in the wrong order",
            "The first list that you return holds the values h. Which of the two comes first?",
            "The function returns f, then h.",
            {"end": "return h, f"},
        ),
        _forward(
            "toy-input-left-out", "The input is not kept",
            "Your list h is too short. The way back needs what went into each sum; what went into "
            "the first?",
            "h_0 is the input. The derivative with respect to omega_0 needs it.",
            {"end": "return f, h[1:]"},
        ),
        _forward(
            "toy-output-only", "Only the output is returned",
            "Your function returns the output alone. What else does the way back need?",
            "The local derivatives are evaluated at the values on the way, so all are kept.",
            {"end": "return f[3]"},
        ),
    ),
    trials_of(
        toy_forward_pass,
        Form("two lists of four numbers", ("f", "h"), ("value f_{}", "value h_{}")),
        _forward_cases,
    ),
    {"toy_forward_pass": "Going from the inside of the formula outwards, which step comes next?"},
)


# ---- the steps of the derivation -----------------------------------------------------------


def _step(name, arguments, right, question, value, *mistakes):
    """A local derivative: its subject. ``value`` is what the step itself gives."""
    wrong = functools.partial(mistake, name)
    value_not_slope = wrong(
        "step-value", "The value in place of the derivative",
        "Your function gives what comes out of the step. How much does that change for each unit "
        "of change of what goes in?",
        "The step itself gives a value; its derivative says how a nudge passes through it.",
        f"return {value}",
    )
    source = f"def {name}({', '.join(arguments)}):\n"
    names = {"np": np}
    exec(f"{source}    return {right}", names)  # our own text, from this module

    def cases(rng):
        for case in ("some numbers", "other numbers", "rising numbers", "falling numbers"):
            numbers = of_both_signs(rng, (len(arguments),))
            if case == "rising numbers":  # among them an output below its target
                numbers = np.sort(numbers)
            elif case == "falling numbers":
                numbers = -np.sort(-numbers)
            yield case, tuple(np.array(number) for number in numbers)

    return Subject(
        name, source + "    {body}\n", {"body": f"return {right}"},
        (value_not_slope, *(wrong(*entry) for entry in mistakes)),
        trials_of(names[name], ONE_NUMBER, cases), {name: question},
    )


_SUM = ("beta", "omega", "h")
_OF_SUM = "beta + omega * h"

LOCAL_DERIVATIVES = {
    subject.name: subject
    for subject in (
        _step(
            "dl_df3", ("f3", "y"), "2 * (f3 - y)",
            "What is the derivative of a square, and of which difference?",
            "(f3 - y) ** 2",
            (
                "step-two-missing", "The factor of the square is missing",
                "Your derivative is half as large as it should be. What is the derivative of a "
                "square?",
                "The derivative of u^2 is 2u.",
                "return f3 - y",
            ),
            (
                "step-sign-of-error", "The difference is the wrong way round",
                "Your derivative has the wrong sign. Does the loss grow or fall when an output "
                "that is too large grows?",
                "The inner derivative, of f_3 - y with respect to f_3, is +1.",
                "return 2 * (y - f3)", "return y - f3",
            ),
            (
                "step-target-lost", "The target is lost",
                "Your derivative does not depend on the target. Where is the loss flat?",
                "The loss is flat where the output is the target, so the derivative is zero there.",
                "return 2 * f3",
            ),
            (
                "step-sign-lost", "The sign of the error is lost",
                "Your derivative is never negative. What happens to the loss when an output that "
                "is too small grows?",
                "Below the target the loss falls: the derivative is negative there.",
                "return 2 * abs(f3 - y)",
            ),
        ),
        _step(
            "df_dh", _SUM, "omega",
            "A nudge of h arrives in f multiplied by something. By what?",
            _OF_SUM,
            (
                "step-constant-kept", "The constant term has not gone",
                "Your derivative contains the bias. Does the bias change when another quantity is "
                "nudged?",
                "A term that does not contain the variable is a constant, and its derivative is "
                "zero.",
                "return beta + omega",
            ),
            (
                "step-factors-exchanged", "The wrong factor is left",
                "Of the product you have kept the factor that is nudged. Which factor stays when "
                "the other one is the variable?",
                "The derivative of a product by one factor is the other factor.",
                "return h",
            ),
            (
                "step-product-kept", "The whole product is left",
                "Your derivative still contains the variable to the first power. What is the "
                "derivative of 3x?",
                "The derivative of a multiple of a variable is the number in front of it.",
                "return omega * h",
            ),
        ),
        _step(
            "df_dbeta", _SUM, "1.0",
            "A nudge of the bias arrives in f at which size?",
            _OF_SUM,
            (
                "step-bias-itself", "The bias itself",
                "Your derivative is the bias. How much does a sum grow when one of its terms grows "
                "by one?",
                "A nudge of a term is the same nudge of the sum.",
                "return beta",
            ),
            (
                "step-bias-zero", "The bias is taken for a constant",
                "Your derivative is zero. Which of the symbols is the variable here, and which are "
                "constants?",
                "With respect to the bias, the bias is the variable.",
                "return 0.0",
            ),
            (
                "step-other-term", "The derivative of the other term",
                "Your derivative belongs to the other term of the sum. Does that term contain the "
                "bias?",
                "The product of weight and value does not contain the bias.",
                "return omega", "return h", "return omega * h",
            ),
        ),
        _step(
            "df_domega", _SUM, "h",
            "A nudge of the weight arrives in f multiplied by something. By what?",
            _OF_SUM,
            (
                "step-constant-kept", "The constant term has not gone",
                "Your derivative contains the bias. Does the bias change when another quantity is "
                "nudged?",
                "A term that does not contain the variable is a constant, and its derivative is "
                "zero.",
                "return beta + h",
            ),
            (
                "step-factors-exchanged", "The wrong factor is left",
                "Of the product you have kept the factor that is nudged. Which factor stays when "
                "the other one is the variable?",
                "The derivative of a product by one factor is the other factor.",
                "return omega",
            ),
            (
                "step-product-kept", "The whole product is left",
                "Your derivative still contains the variable to the first power. What is the "
                "derivative of 3x?",
                "The derivative of a multiple of a variable is the number in front of it.",
                "return omega * h",
            ),
            (
                "step-one", "The nudge is taken to arrive at its full size",
                "Your derivative is one for every layer. Does a weight stand in the sum alone, or "
                "multiplied by something?",
                "A bias is added; a weight is multiplied by what comes in.",
                "return 1.0",
            ),
        ),
        _step(
            "dh1_df0", ("f0",), "np.cos(f0)",
            "How steep is the sine at zero, and how steep at its top?",
            "np.sin(f0)",
            (
                "step-sign-of-slope", "The sign of the derivative is wrong",
                "Your derivative has the wrong sign. Does the function rise or fall just to the "
                "right of zero?",
                "The sine rises at zero. The cosine has its top there and falls.",
                "return -np.cos(f0)",
            ),
            (
                "step-other-function", "The derivative of another function",
                "Your derivative belongs to the cosine. Which function stands in this step?",
                "Sine and cosine are each other's derivatives, up to a sign for one of them.",
                "return -np.sin(f0)",
            ),
            (
                "step-degrees", "The angle is taken in degrees",
                "Your slope hardly changes with the angle. In which unit is the angle here?",
                "NumPy, and all of calculus, take radians.",
                "return np.cos(np.radians(f0))",
            ),
        ),
        _step(
            "dh2_df1", ("f1",), "np.exp(f1)",
            "Which function is its own derivative?",
            "f1",
            (
                "step-power-rule", "The rule for powers, for an exponential",
                "You have moved the exponent down. Where does the variable stand here, in the base "
                "or in the exponent?",
                "The rule for x^n is for a variable base. Here the variable is the exponent.",
                "return f1 * np.exp(f1 - 1)", "return f1 * np.exp(f1)",
            ),
            (
                "step-logarithm", "The derivative of the logarithm",
                "Your derivative falls where the function rises ever more steeply. Of which "
                "function is it the derivative?",
                "1/x is the slope of the logarithm, the inverse of exp.",
                "return 1 / f1",
            ),
            (
                "step-exp-inverse", "The exponent has changed its sign",
                "Your slope is large where the function is flat. Where is exp steep?",
                "exp is steep where it is large: its slope is its value.",
                "return np.exp(-f1)", "return -np.exp(-f1)",
            ),
        ),
        _step(
            "dh3_df2", ("f2",), "-np.sin(f2)",
            "Does the cosine rise or fall just to the right of zero?",
            "np.cos(f2)",
            (
                "step-sign-of-slope", "The sign of the derivative is wrong",
                "Your derivative has the wrong sign. Does the function rise or fall just to the "
                "right of zero?",
                "The sine rises at zero. The cosine has its top there and falls.",
                "return np.sin(f2)",
            ),
            (
                "step-other-function", "The derivative of another function",
                "Your derivative has the right size at no angle but a few. Which function stands "
                "in this step, and how steep is it at zero?",
                "Sine and cosine are each other's derivatives, up to a sign for one of them.",
                "return -np.cos(f2)",
            ),
            (
                "step-degrees", "The angle is taken in degrees",
                "Your slope hardly changes with the angle. In which unit is the angle here?",
                "NumPy, and all of calculus, take radians.",
                "return -np.sin(np.radians(f2))",
            ),
        ),
    )
}


# ---- backward ------------------------------------------------------------------------------

_backward = functools.partial(mistake, "toy_backward_pass")


def _backward_cases(rng):
    for name, x, betas, omegas, y in _toy_cases(rng):
        f, h = map(_plain, toy_forward_pass(x, betas, omegas))
        yield name, (omegas, f, h, y)


TOY_BACKWARD_PASS = Subject(
    "toy_backward_pass",
    """\
def toy_backward_pass(omegas, f, h, y):
    dl_df, dl_dh = [None] * 4, [None] * 4
    def through_weight(k):
        {weight}
    {start}
    dl_dh[3] = through_weight(3)
    {cos}
    dl_dh[2] = through_weight(2)
    {exp}
    dl_dh[1] = through_weight(1)
    {sin}
    {input}
    {end}
""",
    {
        "weight": "return omegas[k] * dl_df[k]",
        "start": "dl_df[3] = 2 * (f[3] - y)",
        "cos": "dl_df[2] = -np.sin(f[2]) * dl_dh[3]",
        "exp": "dl_df[1] = h[2] * dl_dh[2]",
        "sin": "dl_df[0] = np.cos(f[0]) * dl_dh[1]",
        "input": "dl_dh[0] = through_weight(0)",
        "end": "return dl_df, dl_dh",
    },
    (
        _backward(
            "toy-start-two-missing", "The factor of the square is missing at the start",
            "All your derivatives are half as large as they should be. What is the derivative of a "
            "square?",
            "Every line multiplies what the first line gave, so its factor is in all of them.",
            {"start": "dl_df[3] = f[3] - y"},
        ),
        _backward(
            "toy-start-sign", "The start has the wrong sign",
            "All your derivatives have the wrong sign. Does the loss grow or fall when an output "
            "that is too large grows?",
            "Every line multiplies what the first line gave, so its sign is in all of them.",
            {"start": "dl_df[3] = 2 * (y - f[3])"},
        ),
        _backward(
            "toy-start-loss", "The loss in place of its derivative",
            "Your first value is the loss. What is asked for at the start: the loss, or how it "
            "changes with the output?",
            "The way back starts with the derivative of the loss by the output.",
            {"start": "dl_df[3] = (f[3] - y) ** 2"},
        ),
        _backward(
            "toy-start-one", "The way back starts with one",
            "Your values are the derivatives of the output. Of what are they to be the "
            "derivatives?",
            "With a one at f_3 you get the derivatives of f_3. The loss is one step further on.",
            {"start": "dl_df[3] = 1.0"},
        ),
        _backward(
            "toy-cos-sign", "The minus of the cosine's derivative is missing",
            "From f_2 on, all your derivatives have the wrong sign. Does the cosine rise or fall "
            "just to the right of zero?",
            "The derivative of cos is minus sin.",
            {"cos": "dl_df[2] = np.sin(f[2]) * dl_dh[3]"},
        ),
        _backward(
            "toy-slopes-exchanged", "The slopes of sine and cosine are exchanged",
            "The slopes in two of your lines belong to each other's function. Which function "
            "stands between f_0 and h_1, and which between f_2 and h_3?",
            "Going back, the last function of the forward pass comes first.",
            {"cos": "dl_df[2] = np.cos(f[2]) * dl_dh[3]",
             "sin": "dl_df[0] = -np.sin(f[0]) * dl_dh[1]"},
        ),
        _backward(
            "toy-value-not-slope", "The value of a function in place of its slope",
            "One of your lines multiplies by what came out of the function. By what does a nudge "
            "grow when it passes through it?",
            "Only for exp are the value and the slope the same number.",
            {"cos": "dl_df[2] = h[3] * dl_dh[3]"}, {"sin": "dl_df[0] = h[1] * dl_dh[1]"},
            {"cos": "dl_df[2] = h[3] * dl_dh[3]", "sin": "dl_df[0] = h[1] * dl_dh[1]"},
        ),
        _backward(
            "toy-slope-at-h", "The slope is taken at what came out",
            "One of your slopes is taken at the wrong place. The function was applied to which "
            "value: the one before it, or the one behind it?",
            "A local derivative is evaluated at what went into the step.",
            {"cos": "dl_df[2] = -np.sin(h[3]) * dl_dh[3]"},
            {"exp": "dl_df[1] = np.exp(h[2]) * dl_dh[2]"},
            {"sin": "dl_df[0] = np.cos(h[1]) * dl_dh[1]"},
            {"cos": "dl_df[2] = -np.sin(h[3]) * dl_dh[3]",
             "sin": "dl_df[0] = np.cos(h[1]) * dl_dh[1]"},
        ),
        _backward(
            "toy-exp-slope", "The slope of exp is not exp",
            "From f_1 on your derivatives are off by one factor. Which function is its own "
            "derivative?",
            "The slope of exp at f_1 is exp f_1, which the forward pass has kept as h_2.",
            {"exp": "dl_df[1] = f[1] * dl_dh[2]"},
            {"exp": "dl_df[1] = dl_dh[2]"},
            {"exp": "dl_df[1] = dl_dh[2] / h[2]"},
            {"exp": "dl_df[1] = f[1] * h[2] * dl_dh[2]"},
        ),
        _backward(
            "toy-chain-broken", "A local derivative alone",
            "One of your values does not depend on the target. What must the slope of this step be "
            "multiplied by, to be a derivative of the loss?",
            "A local derivative reaches to the next value only; what lies behind is in the "
            "derivative that was computed before.",
            {"cos": "dl_df[2] = -np.sin(f[2])"}, {"exp": "dl_df[1] = h[2]"},
            {"sin": "dl_df[0] = np.cos(f[0])"},
        ),
        _backward(
            "toy-weight-added", "The weight is added",
            "Your lines through the weights add where rates are chained. If h moves f twice as "
            "far, and f moves the loss three times as far, how far does h move the loss?",
            "Rates of steps that follow one another are multiplied.",
            {"weight": "return omegas[k] + dl_df[k]"},
        ),
        _backward(
            "toy-weight-missing", "The weight is missing",
            "The derivatives of h_k and of f_k are the same in your result. What does a nudge of "
            "h_k become in f_k?",
            "Between h_k and f_k stands omega_k.",
            {"weight": "return dl_df[k]"},
        ),
        _backward(
            "toy-weight-off-by-one", "The weight of the layer before",
            "Your lines through the weights take a neighbour's weight. Which weight stands between "
            "h_k and f_k?",
            "omega_k, h_k and f_k belong to one layer.",
            {"weight": "return omegas[k - 1] * dl_df[k]"},
        ),
        _backward(
            "toy-h-in-place-of-weight", "The value in place of the weight",
            "Your lines through the weights multiply by the value that came in. With respect to "
            "which of the two factors is the derivative to be taken?",
            "The derivative by h_k leaves omega_k; the one by omega_k leaves h_k.",
            {"weight": "return h[k] * dl_df[k]"},
        ),
        _backward(
            "toy-divided-by-weight", "Divided by the weight",
            "Your lines undo the weight. Are values carried back here, or derivatives?",
            "A nudge grows by the factor omega_k on its way forward, so the derivative has this "
            "factor as well.",
            {"weight": "return dl_df[k] / omegas[k]"},
        ),
        _backward(
            "toy-input-derivative-missing", "The derivative of the input is missing",
            "There is one more step back than you have taken. What stands in front of f_0?",
            "h_0 is the input; the loss has a derivative with respect to it as well.",
            {"input": "pass"},
        ),
        _backward(
            "toy-gradients-exchanged", "The two lists are returned in the wrong order",
            "The first list that you return holds the derivatives by h. Which of the two comes "
            "first?",
            "The function returns the derivatives by f, then those by h.",
            {"end": "return dl_dh, dl_df"},
        ),
    ),
    trials_of(
        toy_backward_pass,
        Form("two lists of four numbers", ("dl_df", "dl_dh"), ("value dl/df_{}", "value dl/dh_{}")),
        _backward_cases,
    ),
    {"toy_backward_pass": "Going back from the loss, which is the first value that is off, and "
                          "which local derivative leads to it?"},
)


# ---- the parameters ------------------------------------------------------------------------

_parameters = functools.partial(mistake, "toy_parameter_gradients")


def _parameter_cases(rng):
    for name, (omegas, f, h, y) in _backward_cases(rng):
        yield name, (_plain(toy_backward_pass(omegas, f, h, y)[0]), h)


TOY_PARAMETER_GRADIENTS = Subject(
    "toy_parameter_gradients",
    """\
def toy_parameter_gradients(dl_df, h):
    dl_dbetas, dl_domegas = [None] * 4, [None] * 4
    for k in range(4):
        {bias}
        {weight}
    {end}
""",
    {
        "bias": "dl_dbetas[k] = dl_df[k]",
        "weight": "dl_domegas[k] = dl_df[k] * h[k]",
        "end": "return dl_dbetas, dl_domegas",
    },
    (
        _parameters(
            "toy-bias-times-h", "The bias is treated like a weight",
            "Your derivatives by the biases are multiplied by the values that came in. What does a "
            "bias multiply?",
            "A bias is added, so a nudge of it arrives at its full size.",
            {"bias": "dl_dbetas[k] = dl_df[k] * h[k]"},
        ),
        _parameters(
            "toy-h-missing", "The weight is treated like a bias",
            "Your derivatives by weight and bias are the same. What does a nudge of the weight "
            "become in f_k?",
            "The weight is multiplied by what comes in, and so is a nudge of it.",
            {"weight": "dl_domegas[k] = dl_df[k]"},
        ),
        _parameters(
            "toy-h-off-by-one", "The value of another layer",
            "Your weights take the values of a neighbour. Which value does omega_k multiply?",
            "omega_k multiplies h_k, which goes into f_k.",
            {"weight": "dl_domegas[k] = dl_df[k] * h[k - 1]"},
            {"weight": "dl_domegas[k] = dl_df[k] * h[k + 1]"},
            {"weight": "dl_domegas[k] = dl_df[k] * h[(k + 1) % 4]"},
        ),
        _parameters(
            "toy-local-bias-alone", "The local derivative of the bias alone",
            "Your derivatives by the biases are all one. That is how far a nudge reaches in f_k; "
            "how does it go on to the loss?",
            "The local derivative must be multiplied by what lies behind it.",
            {"bias": "dl_dbetas[k] = 1.0"},
        ),
        _parameters(
            "toy-local-weight-alone", "The local derivative of the weight alone",
            "Your derivatives by the weights do not depend on the loss. How does a nudge of f_k go "
            "on to it?",
            "The local derivative must be multiplied by what lies behind it.",
            {"weight": "dl_domegas[k] = h[k]"},
        ),
        _parameters(
            "toy-h-added", "The value is added",
            "Your derivatives by the weights are sums. Two steps follow one another here; what is "
            "done with their rates?",
            "Along a path, rates are multiplied. They are added where paths meet.",
            {"weight": "dl_domegas[k] = dl_df[k] + h[k]"},
        ),
        _parameters(
            "toy-divided-by-h", "Divided by the value",
            "Your derivatives by the weights fall where the value that came in is large. Does a "
            "large value make a nudge of its weight matter more, or less?",
            "The nudge of a weight is multiplied by the value.",
            {"weight": "dl_domegas[k] = dl_df[k] / h[k]"},
        ),
        _parameters(
            "toy-input-forgotten", "The input is forgotten",
            "Only the derivative by omega_0 is off. What does omega_0 multiply?",
            "h_0 is the input x.",
            {"weight": "dl_domegas[k] = dl_df[k] * h[k] if k > 0 else dl_df[k]"},
        ),
        _parameters(
            "toy-order-reversed", "The lists run from the output back",
            "Your numbers are right and stand in the wrong places. In which order were they "
            "computed, and in which are they to be returned?",
            "Entry k belongs to the parameters of f_k.",
            {"end": "return dl_dbetas[::-1], dl_domegas[::-1]"},
        ),
        _parameters(
            "toy-parameter-lists-exchanged", "The two lists are returned in the wrong order",
            "The first list that you return belongs to the weights. Which of the two comes first?",
            "The function returns the derivatives by the biases, then those by the weights.",
            {"end": "return dl_domegas, dl_dbetas"},
        ),
        _parameters(
            "toy-summed", "The derivatives are added up",
            "You return two numbers. How many biases are there, and how many weights?",
            "Each parameter has a derivative of its own.",
            {"end": "return sum(dl_dbetas), sum(dl_domegas)"},
        ),
    ),
    trials_of(
        toy_parameter_gradients,
        Form(
            "two lists of four numbers",
            ("dl_dbetas", "dl_domegas"),
            ("value dl/dbeta_{}", "value dl/domega_{}"),
        ),
        _parameter_cases,
    ),
    {"toy_parameter_gradients": "What does a nudge of the parameter become in f_k, and what does a "
                                "nudge of f_k become in the loss?"},
)


# ---- columns -------------------------------------------------------------------------------

_jacobian = functools.partial(mistake, "back_through_jacobian")


def _jacobian_cases(rng):
    for name, outputs, inputs in [
        ("four outputs, two inputs", 4, 2),
        ("two outputs, three inputs", 2, 3),
        ("three outputs, three inputs", 3, 3),
        ("one output, four inputs", 1, 4),
    ]:
        yield name, (of_both_signs(rng, (outputs, inputs)), of_both_signs(rng, (outputs, 1)))
    diagonal = np.diag(of_both_signs(rng, (4,)))
    yield "an elementwise function", (diagonal, of_both_signs(rng, (4, 1)))


BACK_THROUGH_JACOBIAN = Subject(
    "back_through_jacobian",
    "def back_through_jacobian(jacobian, dl_dc):\n    {body}\n",
    {"body": "return jacobian.T @ dl_dc"},
    (
        _jacobian(
            "jacobian-as-forward", "The Jacobian as it stands",
            "You sum along the rows of the Jacobian. A row belongs to one output; over which index "
            "does an input collect?",
            "As it stands, the Jacobian takes changes of the inputs to changes of the outputs. The "
            "gradient goes the other way. With as many outputs as inputs the wrong product has "
            "the right shape.",
            "return jacobian @ dl_dc",
        ),
        _jacobian(
            "jacobian-row", "The gradient is a row",
            "Your numbers are right, but they lie in a row. Which shape does the gradient with "
            "respect to a column have?",
            "Some books let the gradient be a row, so that nothing need be turned. In this one it "
            "has the shape of its variable.",
            "return dl_dc.T @ jacobian",
        ),
        _jacobian(
            "jacobian-flat", "The gradient has one dimension",
            "Your numbers are right, but their array has one dimension. How many has a column?",
            "An array of shape (n,) is no column; added to one it gives a matrix, without a "
            "warning.",
            "return (jacobian.T @ dl_dc).ravel()", "return dl_dc[:, 0] @ jacobian",
        ),
        _jacobian(
            "jacobian-not-summed", "The products are not added up",
            "Your result has an entry for each pair of an output and an input. How many entries "
            "does the gradient have, and what happens to the effects that reach the loss by "
            "different outputs?",
            "An input reaches the loss through every output that it moves, and these effects add "
            "up.",
            "return jacobian * dl_dc", "return (jacobian * dl_dc).T",
        ),
        _jacobian(
            "jacobian-summed-over-inputs", "The products are added over the inputs",
            "You add up what belongs to different inputs. Which of the two indices must be left "
            "over in the gradient?",
            "The sum runs over the outputs, down a column.",
            "return (jacobian * dl_dc).sum(axis=1, keepdims=True)",
        ),
        _jacobian(
            "jacobian-inverted", "The Jacobian is inverted",
            "You undo the step. Are values carried back here, or derivatives?",
            "A transposed matrix is not an inverse. What flows back is another quantity, which "
            "goes along the same connections.",
            "return np.linalg.pinv(jacobian) @ dl_dc", "return np.linalg.inv(jacobian) @ dl_dc",
            "return np.linalg.solve(jacobian, dl_dc)",
        ),
        _jacobian(
            "jacobian-upstream-missing", "The upstream gradient is missing",
            "Your result does not depend on the upstream gradient. How much does the loss care "
            "about each output?",
            "The effect on an output counts as much as the loss cares about this output.",
            "return jacobian.sum(axis=0)[:, None]",
        ),
        _jacobian(
            "jacobian-mean", "A mean in place of the sum",
            "Your result is divided by the number of outputs, or of inputs. Do effects that reach "
            "the loss by different paths add up, or are they averaged?",
            "Several paths add up.",
            "return jacobian.T @ dl_dc / len(dl_dc)",
            "return jacobian.T @ dl_dc / jacobian.shape[1]",
        ),
        _jacobian(
            "jacobian-one-number", "One number for all inputs",
            "Your result is a single number. How many inputs are there?",
            "The gradient has an entry for each input.",
            "return (jacobian.T @ dl_dc).sum()", "return (jacobian * dl_dc).sum()",
        ),
        _jacobian(
            "jacobian-sign", "The sign is wrong",
            "Every entry has the wrong sign. Is the gradient the direction in which the loss "
            "grows, or that in which it falls?",
            "The gradient says where the loss grows.",
            "return -jacobian.T @ dl_dc",
        ),
    ),
    trials_of(back_through_jacobian, ONE_ARRAY, _jacobian_cases),
    {"back_through_jacobian": "Input j moves every output. By how much each, and how much does the "
                              "loss care?"},
)


# ---- two paths -----------------------------------------------------------------------------

_skip = functools.partial(mistake, "skip_connection_gradient")


def _skip_cases(rng):
    for name in ("some numbers", "other numbers", "a third set of numbers"):
        a, omega, above = map(float, of_both_signs(rng, (3,)))
        f = float(rng.choice([-1, 1]) * rng.uniform(0.5, 1.1))
        yield name, (a, f - omega * a, omega, a + float(np.sin(f)) - above)


def _skip_connection_gradient(a, beta, omega, y):
    f = beta + omega * a
    return 2 * (a + np.sin(f) - y) * (1 + omega * np.cos(f))


SKIP_CONNECTION_GRADIENT = Subject(
    "skip_connection_gradient",
    """\
def skip_connection_gradient(a, beta, omega, y):
    f = beta + omega * a
    {forward}
    {start}
    {sine}
    {skip}
    {end}
""",
    {
        "forward": "s = a + np.sin(f)",
        "start": "dl_ds = 2 * (s - y)",
        "sine": "by_sine = omega * np.cos(f) * dl_ds",
        "skip": "by_skip = dl_ds",
        "end": "return by_sine + by_skip",
    },
    (
        _skip(
            "skip-path-missing", "The short path is missing",
            "Your result has what comes back through the sine. In how many places does a stand in "
            "the formula of s?",
            "a reaches s directly as well, and what comes back by this path is added.",
            {"end": "return by_sine"},
        ),
        _skip(
            "skip-only", "The path through the sine is missing",
            "Your result has what comes back on the short path alone. In how many places does a "
            "stand in the formula of s?",
            "a reaches s through the sine as well.",
            {"end": "return by_skip"},
        ),
        _skip(
            "skip-paths-multiplied", "The paths are multiplied",
            "You multiply what comes back by the two paths. Does a nudge take one path after the "
            "other, or both at once?",
            "Along a path rates are multiplied; what comes by different paths is added.",
            {"end": "return by_sine * by_skip"},
        ),
        _skip(
            "skip-paths-subtracted", "One path is subtracted from the other",
            "You subtract what comes back by one path. Is either of the two subtracted in the "
            "formula of s?",
            "s is a sum, so both paths have a plus.",
            {"end": "return by_sine - by_skip"},
        ),
        _skip(
            "skip-weight-missing", "The weight is missing",
            "On the path through the sine a step is missing. What does a nudge of a become in f?",
            "Between a and f stands the weight.",
            {"sine": "by_sine = np.cos(f) * dl_ds"},
        ),
        _skip(
            "skip-slope-at-a", "The slope is taken at a",
            "Your slope of the sine is taken at another place. What does the sine get in the "
            "formula of s?",
            "The sine is applied to f, so its slope is taken there.",
            {"sine": "by_sine = omega * np.cos(a) * dl_ds"},
        ),
        _skip(
            "skip-sine-itself", "The sine in place of its slope",
            "On the path through the sine you multiply by its value. By what does a nudge grow "
            "when it passes through it?",
            "The derivative of sin is cos.",
            {"sine": "by_sine = omega * np.sin(f) * dl_ds"},
        ),
        _skip(
            "skip-sine-sign", "The sign of the sine's slope is wrong",
            "What comes back through the sine has the wrong sign. Does the sine rise or fall at "
            "zero?",
            "The derivative of sin is cos, without a minus.",
            {"sine": "by_sine = -omega * np.cos(f) * dl_ds"},
            {"sine": "by_sine = -omega * np.sin(f) * dl_ds"},
        ),
        _skip(
            "skip-halved", "The result is half of what it should be",
            "Your result is half as large as it should be. What is the derivative of a square, and "
            "are effects of two paths added up or averaged?",
            "The loss is a square, and both paths act in full.",
            {"start": "dl_ds = s - y"}, {"end": "return (by_sine + by_skip) / 2"},
        ),
        _skip(
            "skip-start-sign", "The start has the wrong sign",
            "Your result has the wrong sign, on both paths. Does the loss grow or fall when an "
            "output that is too large grows?",
            "The derivative by s of s - y is +1.",
            {"start": "dl_ds = 2 * (y - s)"},
        ),
        _skip(
            "skip-forward-without-a", "The short path is missing on the way forward",
            "Your start does not fit the loss. What is s made of?",
            "s is the sum of a and the sine.",
            {"forward": "s = np.sin(f)"},
        ),
        _skip(
            "skip-times-a", "The value itself on the short path",
            "On the short path you multiply by a. What does a nudge of a become in s on this path?",
            "On the short path nothing is multiplied: the nudge arrives at its full size.",
            {"skip": "by_skip = a * dl_ds"},
        ),
    ),
    trials_of(_skip_connection_gradient, ONE_NUMBER, _skip_cases),
    {"skip_connection_gradient": "Follow each path from the loss back to a by itself: what is "
                                 "multiplied on it, and what is done with the two results?"},
)
