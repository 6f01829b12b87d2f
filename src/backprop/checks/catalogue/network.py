"""The mistakes that students make in drawing the parameters."""

import functools

from backprop.checks.catalogue.making import mistake, trials_of
from backprop.checks.subject import Subject
from backprop.checks.trying import Form
from backprop.network import initialize_parameters

_draw = functools.partial(mistake, "initialize_parameters")


def _draw_cases(rng):
    for name, sizes in [
        ("three hidden layers", (3, 4, 2, 1)),
        ("as many inputs as units", (2, 3, 3, 3)),
        ("one hidden layer", (1, 5, 1, 2)),
        ("the reference network's sizes", (5, 6, 1, 1)),
    ]:
        yield name, (*sizes, int(rng.integers(1, 2**16)))


INITIALIZE_PARAMETERS = Subject(
    "initialize_parameters",
    """\
def initialize_parameters(hidden_layers, width, inputs, outputs, seed):
    K = hidden_layers
    sizes = [inputs] + [width] * K + [outputs]
    {generator}
    def draw(rows, columns):
        {draw}
    all_weights, all_biases = [None] * (K + 1), [None] * (K + 1)
    {order}
    {end}
""",
    {
        "generator": "generator = np.random.RandomState(seed)",
        "draw": "return generator.normal(size=(rows, columns))",
        "order": """\
all_weights[0], all_weights[K] = draw(width, inputs), draw(outputs, width)
all_biases[0], all_biases[K] = draw(width, 1), draw(outputs, 1)
for layer in range(1, K):
    all_weights[layer], all_biases[layer] = draw(width, width), draw(width, 1)""",
        "end": "return all_weights, all_biases",
    },
    (
        _draw(
            "draws-layer-by-layer", "The layers are drawn from the first to the last",
            "Your numbers are the right ones, but they stand in other places. In which order are "
            "the parameters to be drawn?",
            "A seed fixes a sequence of numbers. Who takes them in another order gets another "
            "network.",
            {"order": """\
for layer in range(K + 1):
    all_weights[layer] = draw(sizes[layer + 1], sizes[layer])
    all_biases[layer] = draw(sizes[layer + 1], 1)"""},
            {"order": """\
for layer in range(K + 1):
    all_weights[layer] = draw(sizes[layer + 1], sizes[layer])
for layer in range(K + 1):
    all_biases[layer] = draw(sizes[layer + 1], 1)"""},
            {"order": """\
for layer in range(K + 1):
    all_biases[layer] = draw(sizes[layer + 1], 1)
    all_weights[layer] = draw(sizes[layer + 1], sizes[layer])"""},
        ),
        _draw(
            "draws-biases-too-early", "Some weights and biases are drawn in another order",
            "The first numbers that you draw are right, later ones stand in other places. After "
            "which array does your order leave that of the course?",
            "Both outer matrices come first, then both outer columns of biases, then layer by "
            "layer the weights before the biases. Who leaves the order gets another network from "
            "there on.",
            {"order": """\
all_weights[0], all_biases[0] = draw(width, inputs), draw(width, 1)
all_weights[K], all_biases[K] = draw(outputs, width), draw(outputs, 1)
for layer in range(1, K):
    all_weights[layer], all_biases[layer] = draw(width, width), draw(width, 1)"""},
            {"order": """\
all_weights[0], all_weights[K] = draw(width, inputs), draw(outputs, width)
all_biases[0], all_biases[K] = draw(width, 1), draw(outputs, 1)
for layer in range(1, K):
    all_biases[layer], all_weights[layer] = draw(width, 1), draw(width, width)"""},
            {"order": """\
all_weights[0], all_weights[K] = draw(width, inputs), draw(outputs, width)
all_biases[0], all_biases[K] = draw(width, 1), draw(outputs, 1)
for layer in range(1, K):
    all_weights[layer] = draw(width, width)
for layer in range(1, K):
    all_biases[layer] = draw(width, 1)"""},
        ),
        _draw(
            "draws-transposed", "The matrices have rows and columns exchanged",
            "Rows and columns are exchanged in your matrices. What does a row of Omega_k belong "
            "to, and what a column?",
            "A row for each unit of the layer, a column for each value that comes in. With layers "
            "of one width the wrong matrix has the right shape.",
            {"order": """\
all_weights[0], all_weights[K] = draw(inputs, width), draw(width, outputs)
all_biases[0], all_biases[K] = draw(width, 1), draw(outputs, 1)
for layer in range(1, K):
    all_weights[layer], all_biases[layer] = draw(width, width), draw(width, 1)"""},
            {"end": "return [weights.T for weights in all_weights], all_biases"},
        ),
        _draw(
            "draws-flat-biases", "The biases are rows and not columns",
            "Your biases are rows of numbers. What would such a row do when it is added to a "
            "column?",
            "A row, of shape (D,) or (1, D), and a (D, 1) column broadcast to a (D, D) matrix, "
            "without a warning.",
            {"end": "return all_weights, [biases.ravel() for biases in all_biases]"},
            {"end": "return all_weights, [biases.T for biases in all_biases]"},
        ),
        _draw(
            "draws-zero-biases", "The biases are not drawn",
            "Your biases are zeros. Where do the biases of this network come from?",
            "In this network the biases are random, like the weights. Where their draws are left "
            "out, all later numbers move to other places as well.",
            {"end": "return all_weights, [0 * biases for biases in all_biases]"},
            {"order": """\
all_weights[0], all_weights[K] = draw(width, inputs), draw(outputs, width)
for layer in range(1, K):
    all_weights[layer] = draw(width, width)
all_biases = [np.zeros((size, 1)) for size in sizes[1:]]"""},
        ),
        _draw(
            "draws-uniform", "Another distribution",
            "All your numbers lie between two bounds. From which distribution are they to be "
            "drawn, and does it have bounds?",
            "`rand` and `uniform` draw between two bounds; the normal distribution has none.",
            {"draw": "return generator.rand(rows, columns)"},
            {"draw": "return generator.uniform(-1, 1, size=(rows, columns))"},
        ),
        _draw(
            "draws-scaled", "The weights are scaled",
            "Your weights are the right numbers times a factor. Which variance is asked for?",
            "Scaling by the width is a good idea for deep networks, and a question of its own. "
            "Here the variance is 1, so that every digit can be compared.",
            {"end": "return [np.sqrt(2 / w.shape[1]) * w for w in all_weights], all_biases"},
            {"end": "return [np.sqrt(1 / w.shape[1]) * w for w in all_weights], all_biases"},
            {"end": "return [0.01 * w for w in all_weights], all_biases"},
            {"end": "return [0.1 * w for w in all_weights], all_biases"},
        ),
        _draw(
            "draws-other-generator", "Another random generator",
            "Your arrays have the right shapes and the right distribution, but the numbers are "
            "others. Which of NumPy's generators gives the numbers of this course?",
            "`default_rng` and the older `RandomState` give different numbers for one seed.",
            {"generator": "generator = np.random.default_rng(seed)"},
        ),
        _draw(
            "draws-seed-not-used", "The seed that was asked for is not used",
            "Your network does not depend on the seed. Where does your function pass the seed on?",
            "The same seed must give the same network, and another seed another.",
            {"generator": "generator = np.random.RandomState(0)"},
        ),
        _draw(
            "draws-seeded-again", "The generator is made anew for every array",
            "All your arrays begin with the same numbers. How often is the generator seeded?",
            "A generator that is made anew starts its sequence from the beginning.",
            {"draw": "return np.random.RandomState(seed).normal(size=(rows, columns))"},
        ),
        _draw(
            "draws-one-layer-missing", "A layer is missing",
            "Your lists have the wrong length. How many layers of parameters does a network with K "
            "hidden layers have?",
            "Each hidden layer has parameters, and so has the output.",
            {"end": "return all_weights[:-1], all_biases[:-1]"},
            {"end": "return all_weights[1:], all_biases[1:]"},
        ),
        _draw(
            "draws-hidden-layers-missing", "The layers between the first and the last are missing",
            "Some layers have no parameters. Which layers does your loop go through?",
            "Besides the first and the last there are K - 1 more.",
            {"end": "all_weights[1:K] = all_biases[1:K] = [None] * (K - 1)\n"
                    "return all_weights, all_biases"},
        ),
        _draw(
            "draws-lists-swapped", "The two lists are returned in the wrong order",
            "The first list that you return holds the biases. Which of the two lists comes first?",
            "The function returns the weights first, then the biases.",
            {"end": "return all_biases, all_weights"},
        ),
        _draw(
            "draws-nothing-returned", "The function returns nothing",
            "Your function returns None. Which statement hands a result back?",
            "Without `return`, a function returns None.",
            {"end": "return None"},
        ),
    ),
    trials_of(
        initialize_parameters,
        Form(
            "two lists of arrays",
            ("all_weights", "all_biases"),
            ("array Omega_{}", "array beta_{}"),
        ),
        _draw_cases,
    ),
    {"initialize_parameters": "Which shape must each array have, and in which order are they "
                              "drawn?"},
)
