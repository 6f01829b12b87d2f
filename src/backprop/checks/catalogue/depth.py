"""The mistakes that students make with variances through depth, He initialization, dead units and
residual connections."""

import functools

import numpy as np

from backprop.checks.catalogue.making import ONE_ARRAY, ONE_NUMBER, mistake, trials_of
from backprop.checks.subject import Subject
from backprop.checks.trial_networks import FORM
from backprop.checks.trying import Form
from backprop.initialization import (
    dead_units,
    he_standard_deviations,
    variance_factors,
    weight_variance_for,
)
from backprop.network import initialize_parameters
from backprop.residual import residual_backward_pass, residual_forward_pass

# ---- the factor of one layer -----------------------------------------------------------------


def _layer_cases(rng):
    """(name, inputs, outputs, weight variance) of layers that change the width."""
    for name, inputs, outputs in [
        ("a layer that narrows", 7, 3),
        ("a layer that widens", 4, 11),
        ("a layer with one input", 1, 5),
    ]:
        # Neither the variance nor the factors are near 1, so that roots and squares show.
        weight_variance = rng.uniform(0.1, 0.2)
        yield name, (np.array(inputs), np.array(outputs), np.array(weight_variance))


def _factor(name, right, other, question, terms):
    """The factor on one of the two ways; ``right`` and ``other`` are the two widths."""
    wrong = functools.partial(mistake, name)
    return Subject(
        name,
        f"def {name}(inputs, outputs, weight_variance):\n    {{body}}\n",
        {"body": f"return {right} * weight_variance / 2"},
        (
            wrong(
                "factor-other-width", "The other side of the layer is counted",
                f"Your factor counts the layer's {other}. {question}",
                "Forward, each unit adds up what its inputs bring. On the way back, each input "
                "adds up what the units bring that it feeds.",
                f"return {other} * weight_variance / 2",
            ),
            wrong(
                "factor-half-missing", "The half of the ReLU is missing",
                "Your factor is twice as large as it should be. What does a ReLU do to half of "
                "what arrives?",
                "A symmetric value is positive in one half of the cases; in the other half "
                "nothing passes, forward or back.",
                f"return {right} * weight_variance",
            ),
            wrong(
                "factor-width-missing", "The number of terms is missing",
                "Your factor does not depend on the width. How does the variance of a sum grow "
                "with the number of its terms?",
                "Variances of independent terms are added up, so their number is a factor.",
                "return weight_variance / 2",
            ),
            wrong(
                "factor-both-widths", "The mean of both widths",
                "Your factor depends on both widths. Over how many terms does the sum on this one "
                "way go?",
                "The mean of the two widths is what the compromise uses in the place of one of "
                "them. The factor of one way knows one width.",
                "return (inputs + outputs) * weight_variance / 4",
            ),
            wrong(
                "factor-squared", "The variance is squared",
                "Your factor has the square of the weights' variance. Which of the two is given, "
                "the variance or its root, the standard deviation?",
                "The argument is the variance itself, the square of the standard deviation.",
                f"return {right} * weight_variance**2 / 2",
            ),
            wrong(
                "factor-root", "The factor of the standard deviation",
                "Your factor is the root of the one that was asked for. Is the factor that of the "
                "variance, or of its root?",
                "The standard deviation is multiplied by the root of what the variance is "
                "multiplied by.",
                f"return ({right} * weight_variance / 2) ** 0.5",
            ),
            wrong(
                "factor-he-variance", "The variance that would be best",
                "Your result does not depend on the weights' variance. Were you asked for the "
                "variance that keeps the size, or for what this one does?",
                "He initialization says which variance makes this factor 1.",
                f"return 2 / {right}",
            ),
        ),
        trials_of(
            lambda *layer: variance_factors(*layer)[name == "backward_factor"],
            ONE_NUMBER, _layer_cases,
        ),
        {name: f"{terms} What is the variance of such a sum, and what does the ReLU leave of it?"},
    )


FORWARD_FACTOR = _factor(
    "forward_factor", "inputs", "outputs",
    "Over what does the sum in a pre-activation go?",
    "A pre-activation is a sum over the inputs of its layer.",
)
BACKWARD_FACTOR = _factor(
    "backward_factor", "outputs", "inputs",
    "Over what does the sum go in the gradient of one activation?",
    "The gradient of an activation is a sum over the units that it feeds.",
)


# ---- He initialization -----------------------------------------------------------------------

_he = functools.partial(mistake, "he_standard_deviations")


def _width_cases(rng):
    for name, widths in [
        ("four layers of different widths", [3, 8, 5, 12, 7]),
        ("one layer", [6, 4]),
        ("one width", [5, 5, 5]),
        ("other widths", rng.permutation([9, 17, 30, 11]).tolist()),
    ]:
        yield name, (widths,)


HE_STANDARD_DEVIATIONS = Subject(
    "he_standard_deviations",
    """\
def he_standard_deviations(widths):
    deviations = []
    for before, after in zip(widths, widths[1:]):
        {layer}
    {end}
""",
    {"layer": "deviations.append(np.sqrt(2 / before))", "end": "return deviations"},
    (
        _he(
            "he-variance", "The variance in place of its root",
            "Your numbers are the squares of what was asked for. Is a normal distribution scaled "
            "by its variance or by its standard deviation?",
            "The rule gives a variance. The standard deviation is its root.",
            {"layer": "deviations.append(2 / before)"},
        ),
        _he(
            "he-outputs", "The width behind the layer is counted",
            "Your numbers depend on the width behind each layer. How many terms does the sum in a "
            "pre-activation have?",
            "This choice keeps the variance on the way back. The one for the way forward counts "
            "the inputs of the layer.",
            {"layer": "deviations.append(np.sqrt(2 / after))"},
        ),
        _he(
            "he-half-missing", "The ReLU is forgotten",
            "Your variances are half as large as they should be. What has to be made up for behind "
            "each ReLU?",
            "A ReLU leaves one half of the mean square, so the weights must bring twice as much.",
            {"layer": "deviations.append(np.sqrt(1 / before))"},
        ),
        _he(
            "he-half-twice", "The ReLU's half is divided by",
            "Your variances are a quarter of what they should be. If a ReLU leaves one half, must "
            "the weights be larger or smaller?",
            "What the ReLU takes away, the weights must bring back.",
            {"layer": "deviations.append(np.sqrt(1 / (2 * before)))"},
        ),
        _he(
            "he-compromise", "The compromise",
            "Your numbers depend on both widths of each layer. Which of the two ways is to be kept "
            "exactly here?",
            "The compromise keeps neither way exactly. Here the way forward was asked for.",
            {"layer": "deviations.append(np.sqrt(4 / (before + after)))"},
            {"layer": "deviations.append(np.sqrt(2 / (before + after)))"},
        ),
        _he(
            "he-root-of-width", "The root of the width alone",
            "Your numbers are off by one factor in all layers. Which part of the variance stands "
            "under the root?",
            "The root is that of the whole variance, with its numerator.",
            {"layer": "deviations.append(2 / np.sqrt(before))"},
        ),
        _he(
            "he-inverted", "The fraction is upside down",
            "Your numbers grow with the width. With more terms in the sum, must each of them be "
            "larger or smaller?",
            "The more terms a sum has, the smaller each may be.",
            {"layer": "deviations.append(np.sqrt(before / 2))"},
        ),
        _he(
            "he-one-for-all", "One number for all layers",
            "All your numbers are the same. Which width counts for a layer in the middle?",
            "Each layer has a number of inputs of its own.",
            {"layer": "deviations.append(np.sqrt(2 / widths[0]))"},
            {"layer": "deviations.append(np.sqrt(2 / widths[1]))"},
            {"layer": "deviations.append(np.sqrt(2 / max(widths)))"},
            {"layer": "deviations.append(np.sqrt(2 / widths[-2]))"},
        ),
        _he(
            "he-one-missing", "A layer is missing",
            "Your list is too short. How many layers of weights lie between so many columns of "
            "units?",
            "Between any two widths that follow each other lies one matrix of weights, also in "
            "front of the output.",
            {"end": "return deviations[:-1]"}, {"end": "return deviations[1:]"},
        ),
        _he(
            "he-one-too-many", "A number for each width",
            "Your list has a number for every width. How many layers of weights lie between so "
            "many columns of units?",
            "The outputs feed no layer.",
            {"end": "return [np.sqrt(2 / width) for width in widths]"},
        ),
    ),
    trials_of(
        lambda widths: np.array(he_standard_deviations(widths)),
        Form("a list of numbers", ("the result",), ("list that you return",)),
        _width_cases,
    ),
    {"he_standard_deviations": "Which variance of a layer's weights makes its factor on the way "
                               "forward one, and what is its root?"},
)


# ---- a gradient that vanishes ----------------------------------------------------------------

_shrink = functools.partial(mistake, "weight_variance_for")


def _ratio_cases(rng):
    for name, width, layers, smallest, largest in [
        ("a gradient that vanishes", 40, 30, 1e-6, 1e-4),
        ("a gradient that explodes", 25, 12, 50, 1000),
        ("a narrow network of three layers", 3, 3, 0.2, 0.4),
    ]:
        ratio = float(np.exp(rng.uniform(np.log(smallest), np.log(largest))))
        yield name, (np.array(width), np.array(layers), np.array(ratio))


WEIGHT_VARIANCE_FOR = Subject(
    "weight_variance_for",
    """\
def weight_variance_for(width, layers, ratio):
    {factor}
    {end}
""",
    {"factor": "factor = ratio ** (2 / layers)", "end": "return 2 * factor / width"},
    (
        _shrink(
            "ratio-of-variance", "The ratio is taken for that of the variance",
            "With your variance the gradient changes by the root of the ratio. Is the ratio that "
            "of the mean squares, or of their roots?",
            "The size of a gradient is the root of its mean square, and the factor of a layer "
            "belongs to the mean square.",
            {"factor": "factor = ratio ** (1 / layers)"},
        ),
        _shrink(
            "ratio-divided", "The ratio is divided among the layers",
            "Your factor is a share of the ratio. What do equal factors do, one layer after the "
            "other: are they added or multiplied?",
            "The factors of the layers are multiplied, so each is a root of the whole.",
            {"factor": "factor = ratio**2 / layers"},
            {"factor": "factor = ratio / layers"},
        ),
        _shrink(
            "ratio-in-one-layer", "All in one layer",
            "Your variance does not depend on the number of layers. Through how many of them does "
            "the gradient go?",
            "Each layer brings its factor again.",
            {"factor": "factor = ratio**2"}, {"factor": "factor = ratio"},
        ),
        _shrink(
            "ratio-power", "The power in place of the root",
            "Your factor gets the further away from one, the more layers there are. Which factor, "
            "taken once for each layer, gives the whole?",
            "The factor of one layer is a root of the whole, and closer to one.",
            {"factor": "factor = ratio ** (2 * layers)"},
            {"factor": "factor = ratio**layers"},
        ),
        _shrink(
            "ratio-half-missing", "The half of the ReLU is missing",
            "Your variance is half as large as it should be. What does a ReLU leave of the mean "
            "square?",
            "The ReLU halves it in every layer.",
            {"end": "return factor / width"},
        ),
        _shrink(
            "ratio-half-twice", "The half of the ReLU is on the wrong side",
            "Your variance is a quarter of what it should be. When you solve for the variance, "
            "what becomes of the half?",
            "The factor of a layer is the half of width times variance. Solved for the variance, "
            "the half becomes a two.",
            {"end": "return factor / width / 2"},
        ),
        _shrink(
            "ratio-width-missing", "The width is missing",
            "Your variance does not depend on the width. How many terms does each sum have?",
            "The wider the layers are, the smaller each weight must be.",
            {"end": "return 2 * factor"}, {"end": "return factor"},
        ),
        _shrink(
            "ratio-width-multiplied", "The width is multiplied by",
            "Your variance grows with the width. With more terms in the sum, must each of them be "
            "larger or smaller?",
            "Width and variance stand together in the factor, so one of them must fall where the "
            "other one grows.",
            {"end": "return 2 * factor * width"}, {"end": "return factor * width / 2"},
        ),
        _shrink(
            "ratio-standard-deviation", "The standard deviation",
            "You return the root of what was asked for. Is it the variance or the standard "
            "deviation?",
            "The variance was asked for, the square of the standard deviation.",
            {"end": "return (2 * factor / width) ** 0.5"},
        ),
    ),
    trials_of(weight_variance_for, ONE_NUMBER, _ratio_cases),
    {"weight_variance_for": "By which factor must each layer multiply the mean square, so that all "
                            "together give the ratio?"},
)


# ---- dead units ------------------------------------------------------------------------------

_dead = functools.partial(mistake, "dead_units")


def _batch_cases(rng):
    """Layers in which some units are dead, and some are so in one way of looking only."""
    def mixed():
        f = -rng.uniform(0.5, 2, (7, 5))
        f[1, rng.integers(1, 5)] = 0.3  # active for one example, which is not the first
        f[2, 1:] *= -1  # active for all but the first
        f[3] *= -1
        f[4, 0] = 0.0
        f[5] = 0.0
        return rng.permutation(f)

    yield "seven units, five examples", (mixed(),)
    yield "one example", (rng.permutation([-2.0, 3.0, 0.0, -1.0, 4.0])[:, None],)
    yield "as many units as examples", (mixed()[:5],)
    yield "every unit is active for one example", (np.where(np.eye(4) > 0, 1.0, -2.0),)


DEAD_UNITS = Subject(
    "dead_units",
    "def dead_units(f):\n    {body}\n",
    {"body": "return np.all(f <= 0, axis=1, keepdims=True)"},
    (
        _dead(
            "dead-for-one", "Not active for one example",
            "You call a unit dead that is active for some example. Does the gradient of its "
            "weights come from one example or from all of them?",
            "Nearly every unit is inactive for some examples; that is its work. It is dead where "
            "no example is left.",
            "return np.any(f <= 0, axis=1, keepdims=True)",
        ),
        _dead(
            "dead-by-mean", "The mean is looked at",
            "You call a unit dead that is active for one example. Can the mean of a row be "
            "negative although one of its entries is not?",
            "One example for which the unit is active is enough for a gradient.",
            "return f.mean(axis=1, keepdims=True) <= 0",
        ),
        _dead(
            "dead-first-example", "The first example alone",
            "Your result is that of the first example. Which of the examples can keep a unit "
            "alive?",
            "Any example can. All columns must be looked at.",
            "return f[:, :1] <= 0", "return f[:, -1:] <= 0",
        ),
        _dead(
            "dead-zero", "A pre-activation of zero counts as active",
            "A unit whose pre-activation is exactly zero is missing among the dead ones. What does "
            "the mask let through at zero?",
            "At zero the course's derivative of the ReLU is zero.",
            "return np.all(f < 0, axis=1, keepdims=True)",
        ),
        _dead(
            "dead-inverted", "The units that are alive",
            "You return the units that are alive. Which ones were asked for?",
            "A unit is dead where none of its pre-activations is positive.",
            "return np.any(f > 0, axis=1, keepdims=True)",
            "return np.all(f > 0, axis=1, keepdims=True)",
        ),
        _dead(
            "dead-over-units", "The wrong axis",
            "Your result has a place for each example. Which axis of the array holds the examples?",
            "A column is an example, a row is a unit. What is said about a unit comes from its "
            "row.",
            "return np.all(f <= 0, axis=0, keepdims=True)",
            "return np.all(f <= 0, axis=0)[:, None]",
            "return np.all(f <= 0, axis=0)",
        ),
        _dead(
            "dead-flat", "A row in place of a column",
            "Your entries are right, their shape is not. What shape has a column in this course?",
            "A column has two axes. As one row of numbers it broadcasts wherever it is added.",
            "return np.all(f <= 0, axis=1)",
            "return np.all(f <= 0, axis=1)[None, :]",
        ),
        _dead(
            "dead-each-entry", "An answer for each example",
            "You say for each example whether the unit is inactive. How do the answers of one row "
            "become one?",
            "That a unit is inactive for one example is what a mask says. Dead is said about all "
            "of them together.",
            "return f <= 0",
        ),
        _dead(
            "dead-layer", "One answer for the whole layer",
            "You return one answer. Which axis has to be left?",
            "Without an axis, NumPy goes over all entries.",
            "return np.all(f <= 0)",
        ),
        _dead(
            "dead-count", "A number of examples",
            "You count examples. For how many of them must a dead unit be inactive?",
            "The count says how often the unit is inactive. It is dead where that is always.",
            "return np.sum(f <= 0, axis=1, keepdims=True)",
            "return np.mean(f <= 0, axis=1, keepdims=True)",
        ),
        _dead(
            "dead-exactly-zero", "Only zeros count",
            "You find those units alone whose pre-activations are zeros. For which pre-activations "
            "is the ReLU zero?",
            "Whatever is negative becomes zero in the ReLU as well.",
            "return np.all(f == 0, axis=1, keepdims=True)",
        ),
    ),
    trials_of(dead_units, ONE_ARRAY, _batch_cases),
    {"dead_units": "For which examples must the pre-activation of a dead unit not be positive?"},
)


_told = functools.partial(mistake, "dead_from_gradients")


def _dead_from_gradients(dl_dweights, dl_dbiases, dl_dweights_above):
    return np.all(dl_dweights_above == 0, axis=0)[:, None]


def _gradient_cases(rng):
    """The gradients of two layers: one unit is dead, another one's outgoing weights are zeros."""
    for name, before, units, after in [
        ("four inputs, five units, three units above", 4, 5, 3),
        ("as many of each", 4, 4, 4),
        ("two inputs, three units, six units above", 2, 3, 6),
    ]:
        def draw(*shape):
            return rng.choice([-1, 1], shape) * rng.uniform(0.5, 2, shape)

        dead, cut_off, *_ = rng.permutation(units)
        arrays = draw(units, before), draw(units, 1), draw(after, units)
        for array in arrays[:2]:
            array[[dead, cut_off]] = 0
        arrays[2][:, dead] = 0
        arrays[2][0] = 0  # a unit above that is dead itself
        yield name, arrays


DEAD_FROM_GRADIENTS = Subject(
    "dead_from_gradients",
    "def dead_from_gradients(dl_dweights, dl_dbiases, dl_dweights_above):\n    {body}\n",
    {"body": "return np.all(dl_dweights_above == 0, axis=0)[:, None]"},
    (
        _told(
            "told-by-the-row", "The unit's own row, or its bias",
            "You call a unit dead that is active. If all weights with which a unit is used are "
            "zero, what are the gradients of its own weights and of its bias?",
            "No gradient reaches a unit that nobody uses, so its row and its entry are zeros as "
            "well. What tells the two apart is the column above: it holds the unit's activations.",
            "return np.all(dl_dweights == 0, axis=1, keepdims=True)",
            "return dl_dbiases == 0",
        ),
        _told(
            "told-by-rows-above", "A row of the layer above",
            "You look at the rows of the layer above. Which unit does a row there belong to, and "
            "which one a column?",
            "A row of the matrix above belongs to a unit of the layer above; a column belongs to "
            "the unit whose activation it multiplies.",
            "return np.all(dl_dweights_above == 0, axis=1)[:, None]",
        ),
        _told(
            "told-by-one-entry", "One zero is enough",
            "One zero in the column is enough for you. Can a gradient be zero there although the "
            "unit is active?",
            "Where the unit above is dead for the batch, its row is zeros, whatever feeds it.",
            "return np.any(dl_dweights_above == 0, axis=0)[:, None]",
        ),
        _told(
            "told-flat", "A row in place of a column",
            "Your entries are right, their shape is not. What shape has a column in this course?",
            "A column has two axes.",
            "return np.all(dl_dweights_above == 0, axis=0)",
            "return np.all(dl_dweights_above == 0, axis=0)[None, :]",
        ),
        _told(
            "told-inverted", "The units that are alive",
            "You return the units that are alive. Which ones were asked for?",
            "A unit is dead where its whole column is zeros.",
            "return np.any(dl_dweights_above != 0, axis=0)[:, None]",
        ),
    ),
    trials_of(_dead_from_gradients, ONE_ARRAY, _gradient_cases),
    {"dead_from_gradients": "A dead unit sends only zeros to the layer above. Which of the three "
                            "arrays holds its activations as factors?"},
)


# ---- a residual connection -------------------------------------------------------------------

_residual = functools.partial(mistake, "residual_backward_pass")


def _residual_cases(rng):
    def case(parameters, net_input, y):
        _, all_f, all_h = residual_forward_pass(net_input, *parameters)
        return *parameters, all_f, all_h, y

    yield "reference network", case(initialize_parameters(), np.array([[1.2]]), np.array([[20.0]]))
    for name, hidden_layers, width, inputs, outputs, examples in [
        ("three hidden layers", 3, 4, 2, 3, 1),
        ("as many inputs and outputs as units", 4, 5, 5, 5, 1),
        ("two hidden layers, a batch", 2, 4, 3, 2, 3),
        ("one hidden layer, no residual connection", 1, 3, 2, 2, 1),
    ]:
        parameters = initialize_parameters(
            hidden_layers, width, inputs, outputs, int(rng.integers(2**32))
        )
        net_input, y = rng.normal(size=(inputs, examples)), rng.normal(size=(outputs, examples))
        yield name, case(parameters, net_input, y)


RESIDUAL_BACKWARD_PASS = Subject(
    "residual_backward_pass",
    """\
def residual_backward_pass(all_weights, all_biases, all_f, all_h, y):
    K = len(all_weights) - 1
    all_dl_dweights, all_dl_dbiases = [None] * (K + 1), [None] * (K + 1)
    {start}
    for layer in reversed(range(K + 1)):
        all_dl_dbiases[layer] = dl_df.sum(axis=1, keepdims=True)
        all_dl_dweights[layer] = dl_df @ all_h[layer].T
        if layer > 0:
            {product}
            {mask}
            {round}
            {sum}
    return all_dl_dweights, all_dl_dbiases
""",
    {
        "start": "dl_df = 2 * (all_f[K] - y)",
        "product": "dl_dh = all_weights[layer].T @ dl_df",
        "mask": "through = indicator_function(all_f[layer - 1]) * dl_dh",
        "round": "round_it = dl_df if layer < K else 0",
        "sum": "dl_df = through + round_it",
    },
    (
        _residual(
            "residual-missing", "The path round the layer is missing",
            "Your gradients are those of a network without residual connections. In how many terms "
            "of f_k does f_{k-1} stand?",
            "f_{k-1} is added to the result of the layer, so a nudge of it reaches f_k directly as "
            "well.",
            {"round": "round_it = 0"},
        ),
        _residual(
            "residual-alone", "The path through the weights is missing",
            "What comes back in your function has not gone through the weights of the hidden "
            "layers. In how many terms of f_k does f_{k-1} stand?",
            "The path round the layer is one more path, not another one in its place.",
            {"sum": "dl_df = round_it if layer < K else through"},
        ),
        _residual(
            "residual-masked", "The mask on both paths",
            "You mask what comes back round the layer as well. Does a ReLU stand on that path?",
            "On the path round the layer f_{k-1} passes as it is, whether it is positive or not.",
            {"sum": "dl_df = indicator_function(all_f[layer - 1]) * (dl_dh + round_it)"},
        ),
        _residual(
            "residual-no-mask", "No mask at all",
            "On the way through the weights you mask nothing. Where does the ReLU stand on this "
            "path?",
            "The path through the weights begins with the ReLU, as in a network without residual "
            "connections.",
            {"mask": "through = dl_dh"},
        ),
        _residual(
            "residual-at-the-output", "A residual connection at the output",
            "You add a second path at the output layer too. Is the last hidden layer's f added to "
            "the output?",
            "The output layer has another width, and no connection leads round it. With one "
            "output, broadcasting hides the mistake.",
            {"round": "round_it = dl_df"},
        ),
        _residual(
            "residual-one-layer-late", "A layer's residual connection is forgotten",
            "In one of your hidden layers the second path is missing. Round which layers does a "
            "connection lead: which is the first, which is the last?",
            "All hidden layers but the first have one: the layers 1 to K - 1.",
            {"round": "round_it = dl_df if layer < K - 1 else 0"},
            {"round": "round_it = dl_df if 1 < layer < K else 0"},
        ),
        _residual(
            "residual-multiplied", "The paths are multiplied",
            "You multiply what comes back by the two paths. Does a nudge take one path after the "
            "other, or both at once?",
            "Along a path derivatives are multiplied; where paths meet, they are added.",
            {"sum": "dl_df = through * round_it if layer < K else through"},
        ),
        _residual(
            "residual-subtracted", "One path is subtracted",
            "You subtract what comes back round the layer. Is f_{k-1} subtracted on the way "
            "forward?",
            "The layer adds f_{k-1}, and so the gradient is added.",
            {"sum": "dl_df = through - round_it"},
        ),
        _residual(
            "residual-averaged", "The mean of the two paths",
            "You halve the sum of the two paths. Does the layer take the mean of the two, or their "
            "sum?",
            "Both paths act in full.",
            {"sum": "dl_df = (through + round_it) / 2 if layer < K else through"},
            {"sum": "dl_df = (through + round_it) / 2"},
        ),
        _residual(
            "residual-weights-round", "The weights on both paths",
            "What you add has gone through the weights. What lies on the path round the layer?",
            "On that path nothing is multiplied: the gradient arrives as it is.",
            {"round": "round_it = dl_dh if layer < K else 0"},
        ),
        _residual(
            "residual-weights-missing", "The weights on neither path",
            "On your way through the hidden layers the weights are missing. By what is an "
            "activation multiplied when it enters f_k?",
            "The path through the layer goes back through its weights, as before.",
            {"product": "dl_dh = dl_df if layer < K else all_weights[layer].T @ dl_df"},
        ),
        _residual(
            "residual-value-added", "A value in place of a gradient",
            "You add a value of the forward pass to a gradient. What flows back along the path "
            "round the layer?",
            "Forward, the path carries f_{k-1}. Back, it carries the gradient of f_k.",
            {"round": "round_it = all_f[layer - 1] if layer < K else 0"},
        ),
        _residual(
            "residual-not-transposed", "The matrices are not transposed",
            "Where the matrices are square you do not transpose them. From whom does each "
            "activation collect, and along which index?",
            "Each activation collects from every unit that it fed, down its column.",
            {"product": "dl_dh = (all_weights[layer].T if layer == K else all_weights[layer]) "
                        "@ dl_df"},
        ),
        _residual(
            "residual-mask-of-layer", "The mask of the wrong layer",
            "In the hidden layers your mask comes from f_k. Which pre-activations went into this "
            "ReLU?",
            "The ReLU on the path of layer k is applied to f_{k-1}.",
            {"mask": "through = indicator_function(all_f[min(layer, K - 1)]) * dl_dh"},
        ),
        _residual(
            "residual-two-missing", "The factor of the square is missing",
            "All your gradients are half as large as they should be. What is the derivative of a "
            "square?",
            "The derivative of u^2 is 2u.",
            {"start": "dl_df = all_f[K] - y"},
        ),
    ),
    trials_of(
        residual_backward_pass,
        Form(FORM.returns, FORM.names, FORM.labels),
        _residual_cases,
    ),
    {"residual_backward_pass": "Follow each of the two paths from f_k back to f_{k-1} by itself: "
                               "what is multiplied on it, and what is done with the two results?"},
)
