"""The mistakes that students make when they count what a gradient costs, and in checkpointing."""

import functools

import numpy as np

from backprop.backward_pass import backward_pass
from backprop.checkpointing import keep_checkpoints
from backprop.checks.catalogue.making import ONE_NUMBER, mistake, trials_of
from backprop.checks.subject import Subject
from backprop.checks.trying import Form
from backprop.cost import (
    backward_additions,
    backward_multiplications,
    forward_operations,
    forward_passes,
    kept_numbers,
)
from backprop.forward_pass import compute_network_output
from backprop.network import initialize_parameters


def _widths_and_examples(rng):
    """(name, widths, examples), all sizes of a case different from each other."""
    for hidden, examples in [(1, 5), (2, 7), (3, 1), (0, 3), (5, 2)]:
        sizes = rng.permutation(np.delete(np.arange(2, 13), examples - 2 if examples > 1 else []))
        widths = [int(size) for size in sizes[: hidden + 2]]
        said = f"{examples} example{'s' if examples > 1 else ''}"
        yield f"widths {', '.join(map(str, widths))} and {said}", widths, examples


def _count_cases(rng):
    for name, widths, examples in _widths_and_examples(rng):
        yield name, (widths, examples)


def _array_of(function):
    """The same function, with its numbers in one array."""
    return lambda *arguments: np.array(function(*arguments))


# ---- forward -------------------------------------------------------------------------------

_forward = functools.partial(mistake, "forward_operations")

FORWARD_OPERATIONS = Subject(
    "forward_operations",
    """\
def forward_operations(widths, examples):
    multiplications = additions = 0
    {layers}
    for before, after in layers:
        {multiplications}
        {additions}
    {end}
""",
    {
        "layers": "layers = zip(widths[:-1], widths[1:])",
        "multiplications": "multiplications += after * before * examples",
        "additions": "additions += after * before * examples",
        "end": "return multiplications, additions",
    },
    (
        _forward(
            "forward-one-example", "The examples are left out",
            "Your numbers do not grow with the number of examples. How many columns does the "
            "product with the weights have?",
            "Each example has a column of its own, and every column takes the same work.",
            {"multiplications": "multiplications += after * before",
             "additions": "additions += after * before"},
            {"multiplications": "multiplications += after * before"},
            {"additions": "additions += after * before"},
        ),
        _forward(
            "forward-biases-not-added", "The biases are not counted",
            "Your additions are those of the product alone. What is added to each of its entries "
            "afterwards?",
            "A sum of n products has n - 1 additions; the bias is one more.",
            {"additions": "additions += after * (before - 1) * examples"},
        ),
        _forward(
            "forward-one-addition-too-many", "A sum with as many additions as terms",
            "You have one addition too many for each unit and each example. How many additions "
            "does a sum of two terms take?",
            "A sum of n terms has n - 1 additions.",
            {"additions": "additions += after * (before + 1) * examples"},
        ),
        _forward(
            "forward-additions-of-biases-alone", "Only the biases are added",
            "Your additions are those of the biases alone. How does one entry of the product with "
            "the weights come about?",
            "Each entry of a matrix product is a sum of products.",
            {"additions": "additions += after * examples"},
        ),
        _forward(
            "forward-one-width-for-both", "One width is taken for both",
            "You take the width behind a layer, or the one before it, for both. How many rows and "
            "how many columns does its matrix have?",
            "A layer has as many weights as there are pairs of a unit before and a unit behind.",
            {"multiplications": "multiplications += after * after * examples",
             "additions": "additions += after * after * examples"},
            {"multiplications": "multiplications += before * before * examples",
             "additions": "additions += before * before * examples"},
        ),
        _forward(
            "forward-one-for-each-unit", "One multiplication for each unit",
            "You count one multiplication for each unit of a layer. How many numbers come into a "
            "unit, and what is done with each of them?",
            "A unit multiplies every number that comes in by a weight of its own.",
            {"multiplications": "multiplications += after * examples"},
        ),
        _forward(
            "forward-relu-multiplied", "The ReLU is counted as a multiplication",
            "You have one multiplication too many for each unit and each example. Does the ReLU "
            "multiply, or does it compare?",
            "The ReLU compares a number with zero, and passes on one of the two.",
            {"multiplications": "multiplications += after * (before + 1) * examples"},
        ),
        _forward(
            "forward-a-layer-missing", "A layer is left out",
            "The first layer or the last one is missing in your numbers. How many matrices does a "
            "network with one hidden layer have?",
            "With K hidden layers there are K + 1 matrices: into the first hidden layer, from each "
            "to the next, and out of the last.",
            {"layers": "layers = zip(widths[1:-1], widths[2:])"},
            {"layers": "layers = zip(widths[:-2], widths[1:-1])"},
            {"layers": "layers = zip(widths[1:-2], widths[2:-1])"},
        ),
    ),
    trials_of(
        _array_of(forward_operations),
        Form("two numbers", ("the result",), ("pair of numbers that you return",)),
        _count_cases,
    ),
    {"forward_operations": "How does one entry of the product come about, and how many entries "
                           "are there?"},
)


# ---- backward ------------------------------------------------------------------------------

_BACKWARD_TEMPLATE = """\
def {name}(widths, examples):
    K = len(widths) - 2
    {start}
    {biases}
    {weights}
    {back}
    {mask}
    {end}
"""
_FIVE = Form("five numbers", ("the result",), ("list of numbers that you return",))
_WEIGHTS = "weights = sum(widths[k + 1] * widths[k] * examples for k in range(K + 1))"
_BACK = "back = sum(widths[k + 1] * widths[k] * examples for k in range(1, K + 1))"
_MASK = "mask = sum(widths[k] * examples for k in range(1, K + 1))"
_END = "return [start, biases, weights, back, mask]"


def _same_lines_mistakes(wrong, weights, back):
    """What goes wrong in both counts, whatever a line adds or multiplies."""
    return (
        wrong(
            "count-back-of-layer-0", "The way back goes through layer 0 as well",
            "You count the way back through the weights of all layers. Whose gradient would come "
            "out in front of layer 0, and does the backward pass need it?",
            "In front of layer 0 stands the input. Its gradient is not asked for, so the first "
            "layer saves one of its three products.",
            {"back": back.replace("range(1, K + 1)", "range(K + 1)")},
        ),
        wrong(
            "count-output-layer-missing", "The output layer is left out",
            "The output layer is missing in your count of the weights, or in that of the way back. "
            "Which lines does the loop run through at its first turn?",
            "The output layer has no mask behind it, but weights like every other layer.",
            {"weights": weights.replace("range(K + 1)", "range(K)"),
             "back": back.replace("range(1, K + 1)", "range(1, K)")},
            {"weights": weights.replace("range(K + 1)", "range(K)")},
            {"back": back.replace("range(1, K + 1)", "range(1, K)")},
        ),
        wrong(
            "count-lines-exchanged", "Two lines have changed their places",
            "The count for the weights stands in the place of the way back, and the other way "
            "round. In which order do the lines stand?",
            "The order is that of the backward pass: start, biases, weights, back, mask.",
            {"end": "return [start, biases, back, weights, mask]"},
        ),
        wrong(
            "count-sum-alone", "Only the sum of all lines",
            "Your result is one number. What does each of the five lines take?",
            "The sum of all lines hides which of them is counted wrongly.",
            {"end": "return start + biases + weights + back + mask"},
        ),
    )


_multiplications = functools.partial(mistake, "backward_multiplications")

BACKWARD_MULTIPLICATIONS = Subject(
    "backward_multiplications",
    _BACKWARD_TEMPLATE.replace("{name}", "backward_multiplications"),
    {
        "start": "start = widths[K + 1] * examples",
        "biases": "biases = 0",
        "weights": _WEIGHTS,
        "back": _BACK,
        "mask": _MASK,
        "end": _END,
    },
    (
        *_same_lines_mistakes(_multiplications, _WEIGHTS, _BACK),
        _multiplications(
            "multiplications-one-example", "The examples are left out",
            "Some of your numbers do not grow with the number of examples. Over what does the "
            "product for the weights sum, and how many columns has the gradient on the way back?",
            "Every line works on a column for each example.",
            {"start": "start = widths[K + 1]",
             "weights": _WEIGHTS.replace(" * examples", ""),
             "back": _BACK.replace(" * examples", ""),
             "mask": _MASK.replace(" * examples", "")},
            {"weights": _WEIGHTS.replace(" * examples", "")},
            {"back": _BACK.replace(" * examples", "")},
            {"mask": _MASK.replace(" * examples", "")},
            {"start": "start = widths[K + 1]"},
            {"weights": _WEIGHTS.replace(" * examples", ""),
             "back": _BACK.replace(" * examples", "")},
        ),
        _multiplications(
            "multiplications-mask-of-the-output", "The output has a mask",
            "You count a mask for the output as well. Which layers have a ReLU behind them?",
            "The output layer has no ReLU, and so no mask.",
            {"mask": _MASK.replace("range(1, K + 1)", "range(1, K + 2)")},
        ),
        _multiplications(
            "multiplications-mask-of-the-input", "The input has a mask",
            "You count a mask for the input as well. Has the input gone through a ReLU?",
            "The masks belong to the hidden units alone.",
            {"mask": _MASK.replace("range(1, K + 1)", "range(K + 1)")},
        ),
        _multiplications(
            "multiplications-mask-as-a-matrix", "The mask is a diagonal matrix",
            "Your mask takes as many multiplications as a product with a square matrix. How many "
            "of the entries of that matrix are not zero?",
            "The mask multiplies each entry by itself. Nobody builds the diagonal matrix.",
            {"mask": "mask = sum(widths[k] ** 2 * examples for k in range(1, K + 1))"},
        ),
        _multiplications(
            "multiplications-mask-not-counted", "The mask is not counted",
            "Your count for the mask is zero. What does the line do with the zeros and ones, once "
            "it has them?",
            "The zeros and ones are multiplied with the gradient, entry by entry.",
            {"mask": "mask = 0"},
        ),
        _multiplications(
            "multiplications-in-the-biases", "The biases are multiplied",
            "You count multiplications in the line of the biases. By what is the gradient "
            "multiplied there?",
            "The bias gradient is the gradient that arrives, added up over the examples.",
            {"biases": "biases = sum(widths[k + 1] * examples for k in range(K + 1))"},
            {"biases": "biases = sum(widths[k + 1] for k in range(K + 1))"},
        ),
        _multiplications(
            "multiplications-start-missing", "The factor at the start is not counted",
            "Your count for the start is zero. What is the difference of output and target "
            "multiplied by?",
            "The derivative of the squared error has a factor, for each output and each example.",
            {"start": "start = 0"},
        ),
        _multiplications(
            "multiplications-one-for-each-unit", "One product for each unit",
            "In the line of the weights, or in the way back, you count one multiplication for each "
            "unit. How many entries has the weight gradient?",
            "The weight gradient has an entry for each pair of a unit and an input of it.",
            {"weights": "weights = sum(widths[k + 1] * examples for k in range(K + 1))"},
            {"back": _BACK.replace("widths[k + 1] * ", "")},
        ),
    ),
    trials_of(_array_of(backward_multiplications), _FIVE, _count_cases),
    {"backward_multiplications": "How many entries does each line compute, and how many products "
                                 "does each of them take?"},
)

_additions = functools.partial(mistake, "backward_additions")
_ADDED_BIASES = "biases = sum(widths[k + 1] * (examples - 1) for k in range(K + 1))"
_ADDED_WEIGHTS = "weights = sum(widths[k + 1] * widths[k] * (examples - 1) for k in range(K + 1))"
_ADDED_BACK = "back = sum(widths[k] * (widths[k + 1] - 1) * examples for k in range(1, K + 1))"

BACKWARD_ADDITIONS = Subject(
    "backward_additions",
    _BACKWARD_TEMPLATE.replace("{name}", "backward_additions"),
    {
        "start": "start = widths[K + 1] * examples",
        "biases": _ADDED_BIASES,
        "weights": _ADDED_WEIGHTS,
        "back": _ADDED_BACK,
        "mask": "mask = 0",
        "end": _END,
    },
    (
        *_same_lines_mistakes(_additions, _ADDED_WEIGHTS, _ADDED_BACK),
        _additions(
            "additions-as-many-as-terms", "A sum with as many additions as terms",
            "In some of your lines a sum takes as many additions as it has terms. How many "
            "additions does a sum of two terms take, and how many a sum of one?",
            "A sum of n terms has n - 1 additions. With one example the lines of the parameters "
            "add nothing at all.",
            {"biases": _ADDED_BIASES.replace("(examples - 1)", "examples"),
             "weights": _ADDED_WEIGHTS.replace("(examples - 1)", "examples"),
             "back": _ADDED_BACK.replace("(widths[k + 1] - 1)", "widths[k + 1]")},
            {"biases": _ADDED_BIASES.replace("(examples - 1)", "examples")},
            {"weights": _ADDED_WEIGHTS.replace("(examples - 1)", "examples")},
            {"back": _ADDED_BACK.replace("(widths[k + 1] - 1)", "widths[k + 1]")},
            {"biases": _ADDED_BIASES.replace("(examples - 1)", "examples"),
             "weights": _ADDED_WEIGHTS.replace("(examples - 1)", "examples")},
        ),
        _additions(
            "additions-start-missing", "The difference at the start is not counted",
            "Your count for the start is zero. A subtraction counts as an addition; what is "
            "subtracted there?",
            "The start is the difference of output and target, times a factor.",
            {"start": "start = 0"},
        ),
        _additions(
            "additions-weights-as-forward", "The weights are summed over the units",
            "In the line of the weights you sum over the inputs of a layer. Which index does the "
            "product of the gradient and the activations sum over?",
            "The weight gradient sums over the examples: rows of the one and rows of the other are "
            "multiplied and added up, example by example.",
            {"weights": "weights = sum(widths[k + 1] * (widths[k] - 1) * examples "
                        "for k in range(K + 1))"},
        ),
        _additions(
            "additions-back-as-forward", "The way back sums over the wrong units",
            "On the way back you sum over the units in front of a layer. From which units does an "
            "activation collect?",
            "An activation collects from all units that it fed, and these stand behind it.",
            {"back": "back = sum(widths[k + 1] * (widths[k] - 1) * examples "
                     "for k in range(1, K + 1))"},
        ),
        _additions(
            "additions-in-the-mask", "The mask adds",
            "You count additions in the line of the mask. What does it do with each entry?",
            "The mask multiplies, entry by entry. Nothing is added.",
            {"mask": _MASK},
        ),
        _additions(
            "additions-no-batch", "The sums over the batch are not counted",
            "Your lines of the biases or of the weights have no additions, whatever the number of "
            "examples. What happens to the examples' contributions?",
            "The loss is a sum over the examples, and so is its gradient.",
            {"biases": "biases = 0", "weights": "weights = 0"},
            {"biases": "biases = 0"},
            {"weights": "weights = 0"},
        ),
    ),
    trials_of(_array_of(backward_additions), _FIVE, _count_cases),
    {"backward_additions": "How many entries does each line compute, and over what does each of "
                           "them sum?"},
)


# ---- passes --------------------------------------------------------------------------------

_passes = functools.partial(mistake, "forward_passes")


def _pass_cases(rng):
    for name, widths, _ in _widths_and_examples(rng):
        for scheme in ("forward", "central", "complex"):
            yield f"{name.split(' and ')[0]}, {scheme!r}", (widths, scheme)


FORWARD_PASSES = Subject(
    "forward_passes",
    """\
def forward_passes(widths, scheme):
    {parameters}
    {forward}
    {central}
    {complex}
    return passes[scheme]
""",
    {
        "parameters": "P = sum(after * (before + 1) for before, after in "
                      "zip(widths[:-1], widths[1:]))",
        "forward": 'passes = {"forward": P + 1}',
        "central": 'passes["central"] = 2 * P',
        "complex": 'passes["complex"] = P',
    },
    (
        _passes(
            "passes-without-a-nudge-missing", "The pass without a nudge is not counted",
            "Your forward differences take one pass for each parameter and no more. With what is "
            "the loss after a nudge compared?",
            "All forward differences share one more loss, the one without a nudge.",
            {"forward": 'passes = {"forward": P}'},
        ),
        _passes(
            "passes-of-forward-as-of-central", "The pass without a nudge is repeated",
            "Your forward differences compute the loss without a nudge again for every parameter. "
            "Does it change?",
            "The loss without a nudge is the same for all parameters. Once is enough.",
            {"forward": 'passes = {"forward": 2 * P}'},
        ),
        _passes(
            "passes-of-central-with-the-middle", "The middle is computed as well",
            "Your central differences need one pass more than there are nudges. At which two "
            "points do they take the loss?",
            "A central difference steps to both sides, and the middle is not in its formula.",
            {"central": 'passes["central"] = 2 * P + 1'},
        ),
        _passes(
            "passes-of-central-as-of-forward", "One pass for a central difference",
            "Your central differences take one pass for each parameter. At how many points is the "
            "loss taken?",
            "A central difference steps to both sides of a parameter.",
            {"central": 'passes["central"] = P'}, {"central": 'passes["central"] = P + 1'},
        ),
        _passes(
            "passes-of-complex-with-a-difference", "The complex step subtracts something",
            "Your complex step takes more than one pass for each parameter. What is subtracted in "
            "its formula?",
            "The complex step subtracts nothing: the derivative is the imaginary part of one loss.",
            {"complex": 'passes["complex"] = P + 1'}, {"complex": 'passes["complex"] = 2 * P'},
        ),
        _passes(
            "passes-for-weights-alone", "The biases are not nudged",
            "You count the weights alone. What else has a gradient?",
            "Each bias is a parameter, and is nudged like the weights.",
            {"parameters": "P = sum(after * before for before, after in "
                           "zip(widths[:-1], widths[1:]))"},
        ),
        _passes(
            "passes-for-units", "The units are nudged in place of the parameters",
            "You count the units. How many parameters has a unit?",
            "Every unit has a weight for each number that comes in, and a bias.",
            {"parameters": "P = sum(widths[1:])"}, {"parameters": "P = sum(widths)"},
        ),
        _passes(
            "passes-all-at-once", "One nudge for all parameters",
            "Your number does not depend on how many parameters there are. What would a nudge of "
            "all parameters at once measure?",
            "A loss after a nudge of all parameters is one number, and says nothing about each.",
            {"parameters": "P = 1"},
        ),
    ),
    trials_of(_array_of(forward_passes), ONE_NUMBER, _pass_cases),
    {"forward_passes": "How many parameters are there, and how often is the loss computed for each "
                       "of them?"},
)


# ---- memory --------------------------------------------------------------------------------

_kept = functools.partial(mistake, "kept_numbers")

KEPT_NUMBERS = Subject(
    "kept_numbers",
    """\
def kept_numbers(widths, examples):
    {h}
    {f}
    {output}
    {end}
""",
    {
        "h": "h = sum(widths[:-1]) * examples",
        "f": "f = sum(widths[1:]) * examples",
        "output": "output = widths[-1] * examples",
        "end": "return f + h, h + output",
    },
    (
        _kept(
            "kept-input-missing", "The input is not kept",
            "The input is missing among your numbers. Which h goes into the gradient of the first "
            "weights?",
            "The input is h_0, and the gradient of the first weights is made with it.",
            {"h": "h = sum(widths[1:-1]) * examples"},
        ),
        _kept(
            "kept-output-missing", "The output is not kept",
            "The output is missing among your numbers. With what does the way back begin?",
            "The way back begins with the difference of the output and the target.",
            {"f": "f = sum(widths[1:-1]) * examples", "output": "output = 0"},
            {"f": "f = sum(widths[1:-1]) * examples"},
            {"output": "output = 0"},
        ),
        _kept(
            "kept-one-example", "The examples are left out",
            "Your numbers do not grow with the number of examples. Can two examples share an "
            "activation?",
            "Each example has activations of its own; only the parameters are shared.",
            {"h": "h = sum(widths[:-1])", "f": "f = sum(widths[1:])", "output": "output = widths[-1]"},
        ),
        _kept(
            "kept-parameters", "The parameters are counted",
            "You count the weights, or all parameters. Which numbers are there only because a "
            "forward pass has been made?",
            "The parameters are there before, and they do not grow with the examples.",
            {"end": "P = sum(a * b + b for a, b in zip(widths[:-1], widths[1:]))\n"
                    "return P + f + h, P + h + output"},
            {"end": "P = sum(a * b + b for a, b in zip(widths[:-1], widths[1:]))\n"
                    "return P, P"},
            {"end": "P = sum(a * b for a, b in zip(widths[:-1], widths[1:]))\n"
                    "return P + f + h, P + h + output"},
        ),
        _kept(
            "kept-output-as-an-activation", "The output goes through a ReLU",
            "You count an activation for the output as well. What becomes of f_K?",
            "The last layer has no ReLU: there are as many arrays h as arrays f, and the first of "
            "the h is the input.",
            {"h": "h = sum(widths) * examples"},
        ),
        _kept(
            "kept-without-f", "The first number is that of the activations",
            "Your first number has no pre-activations in it. What does the forward pass of the "
            "course return besides the output and all h?",
            "The first number is what the forward pass of the course keeps: all f and all h.",
            {"end": "return h, h + output"}, {"end": "return h + output, h + output"},
        ),
        _kept(
            "kept-all-f-again", "The pre-activations are kept twice",
            "Your second number has the pre-activations of the hidden layers in it. For what are "
            "they needed on the way back, and what else tells the same?",
            "Of the f_k of a hidden layer the way back needs the mask alone, and h_k tells it.",
            {"end": "return f + h, f + h"},
        ),
        _kept(
            "kept-exchanged", "The two numbers have changed their places",
            "Your first number is smaller than the second. Which of the two keeps more?",
            "All f and h come first, the h and the output second.",
            {"end": "return h + output, f + h"},
        ),
    ),
    trials_of(
        _array_of(kept_numbers),
        Form("two numbers", ("the result",), ("pair of numbers that you return",)),
        _count_cases,
    ),
    {"kept_numbers": "Which arrays are kept, and how many numbers has each of them?"},
)


# ---- checkpoints ---------------------------------------------------------------------------


def _network(rng, widths, examples):
    """net_input, all_weights, all_biases, y; a part of the units of each layer is active."""
    while True:
        all_weights, all_biases = initialize_parameters(
            len(widths) - 2, widths[1:-1], widths[0], widths[-1], int(rng.integers(2**32))
        )
        net_input = rng.normal(size=(widths[0], examples))
        net_output, all_f, _ = compute_network_output(net_input, all_weights, all_biases)
        active = [f > 0 for f in all_f[:-1]]
        if all(a.any() and not a.all() for a in active):
            y = net_output + rng.choice([-1, 1], net_output.shape) * rng.uniform(
                0.5, 2, net_output.shape
            )
            return net_input, all_weights, all_biases, y


_keep = functools.partial(mistake, "keep_checkpoints")


def _keep_cases(rng):
    # One width everywhere, so that the activations can be laid on top of each other.
    for layers, width, examples, every in [(6, 3, 2, 2), (5, 4, 1, 2), (7, 3, 4, 3), (3, 2, 1, 1)]:
        net_input, all_weights, all_biases, _ = _network(rng, [width] * (layers + 1), examples)
        name = f"{layers} layers of width {width}, every = {every}"
        yield name, (net_input, all_weights, all_biases, every)


KEEP_CHECKPOINTS = Subject(
    "keep_checkpoints",
    """\
def keep_checkpoints(net_input, all_weights, all_biases, every):
    {begin}
    for layer in range(len(all_weights) - 1):
        {layer}
        {keep}
    return checkpoints
""",
    {
        "begin": "h = net_input.copy()\ncheckpoints = [h]",
        "layer": "h = relu(all_biases[layer] + all_weights[layer] @ h)",
        "keep": "if (layer + 1) % every == 0: checkpoints.append(h)",
    },
    (
        _keep(
            "checkpoints-off-by-one", "The activation behind is kept",
            "You keep the activation that comes out where the one that goes in is to be kept. "
            "Which number does the activation have that comes out of layer 0?",
            "Out of layer k comes the activation with the next number.",
            {"keep": "if layer % every == 0: checkpoints.append(h)"},
        ),
        _keep(
            "checkpoints-input-missing", "The input is not kept",
            "The first of your checkpoints is not the input. From where is the first part computed "
            "again?",
            "The input is h_0, and 0 is a multiple of every number.",
            {"begin": "h = net_input.copy()\ncheckpoints = []"},
        ),
        _keep(
            "checkpoints-all", "Every activation is kept",
            "You keep every activation. Which of them has a number that is a multiple of `every`?",
            "Only what is not kept saves memory.",
            {"keep": "checkpoints.append(h)"},
        ),
        _keep(
            "checkpoints-of-f", "Pre-activations are kept",
            "There are negative numbers among your checkpoints. What has a ReLU made of an "
            "activation?",
            "The activations h are what the next layer computes with.",
            {"keep": "if (layer + 1) % every == 0: "
                     "checkpoints.append(all_biases[layer] + all_weights[layer] @ before)",
             "layer": "before = h\nh = relu(all_biases[layer] + all_weights[layer] @ h)"},
        ),
        _keep(
            "checkpoints-without-relu", "The ReLU is left out",
            "Between your checkpoints the layers have no ReLU. What stands between f of one layer "
            "and h of the next?",
            "Without the ReLU the layers together are one linear map.",
            {"layer": "h = all_biases[layer] + all_weights[layer] @ h"},
        ),
        _keep(
            "checkpoints-without-biases", "The biases are left out",
            "Your activations are those of a network without biases. What is added to the product "
            "with the weights?",
            "A layer adds its biases before the ReLU.",
            {"layer": "h = relu(all_weights[layer] @ h)"},
        ),
        _keep(
            "checkpoints-one-number", "Another distance",
            "The distance of your checkpoints is not the one that was asked for. What does "
            "`every` count?",
            "`every` is the number of layers from one checkpoint to the next.",
            {"keep": "if (layer + 1) % (every + 1) == 0: checkpoints.append(h)"},
            {"keep": "if (layer + 1) % 2 == 0: checkpoints.append(h)"},
        ),
    ),
    trials_of(
        _array_of(keep_checkpoints),
        Form("a list of arrays", ("the result",), ("list of checkpoints that you return",)),
        _keep_cases,
    ),
    {"keep_checkpoints": "Which activations have a number that is a multiple of `every`, and how "
                         "is each of them computed?"},
)

_from = functools.partial(mistake, "backward_pass_from_checkpoints")
_AGAIN = "h[layer + 1] = relu(all_biases[layer] + all_weights[layer] @ h[layer])"
_MASKED = "dl_df = (h[layer] > 0) * (all_weights[layer].T @ dl_df)"


def _from_cases(rng):
    reference = np.array([[1.2]]), *initialize_parameters(), np.array([[20.0]])
    yield "reference network", _with_checkpoints(*reference, 2)
    for name, widths, examples, every in [
        ("seven layers, every = 3", [2, 4, 3, 5, 4, 3, 4, 2], 1, 3),
        ("four layers and three examples, every = 2", [3, 4, 5, 3, 2], 3, 2),
        ("every layer a checkpoint", [2, 3, 4, 1], 2, 1),
        ("one width everywhere, every = 2", [4] * 6, 1, 2),
    ]:
        yield name, _with_checkpoints(*_network(rng, widths, examples), every)


def _with_checkpoints(net_input, all_weights, all_biases, y, every):
    checkpoints = keep_checkpoints(net_input, all_weights, all_biases, every)
    return all_weights, all_biases, checkpoints, y, every


def _gradients(all_weights, all_biases, checkpoints, y, every):
    """By the backward pass that keeps everything: the first checkpoint is the input."""
    _, all_f, all_h = compute_network_output(checkpoints[0], all_weights, all_biases)
    return backward_pass(all_weights, all_biases, all_f, all_h, y)


BACKWARD_PASS_FROM_CHECKPOINTS = Subject(
    "backward_pass_from_checkpoints",
    """\
def backward_pass_from_checkpoints(all_weights, all_biases, checkpoints, y, every):
    K = len(all_weights) - 1
    all_dl_dweights, all_dl_dbiases = [None] * (K + 1), [None] * (K + 1)
    for first in reversed(range(0, K + 1, every)):
        {last}
        {begin}
        for layer in range(first, last):
            {again}
        if last == K:
            {start}
        for layer in reversed(range(first, last + 1)):
            {biases}
            {weights}
            if layer > 0:
                {back}
    return all_dl_dweights, all_dl_dbiases
""",
    {
        "last": "last = min(first + every - 1, K)",
        "begin": "h = {first: checkpoints[first // every]}",
        "again": _AGAIN,
        "start": "dl_df = 2 * (all_biases[K] + all_weights[K] @ h[K] - y)",
        "biases": "all_dl_dbiases[layer] = dl_df.sum(axis=1, keepdims=True)",
        "weights": "all_dl_dweights[layer] = dl_df @ h[layer].T",
        "back": _MASKED,
    },
    (
        _from(
            "again-last-part-full", "The last part is taken for a full one",
            "Where the layers do not divide into equal parts, your last part goes on behind the "
            "last layer. Where does it end?",
            "The last part ends with the output layer, and can be shorter than the others.",
            {"last": "last = first + every - 1"},
        ),
        _from(
            "again-checkpoint-by-layer", "The number of the layer for the number of the checkpoint",
            "You look for a checkpoint by the number of its layer. How many layers lie between "
            "one entry of the list and the next?",
            "The list holds only every s-th activation, so its places are counted in parts.",
            {"begin": "h = {first: checkpoints[first]}"},
        ),
        _from(
            "again-from-the-input", "Every part begins with the input",
            "Each of your parts begins with the input. Which activation goes into its first layer?",
            "A part begins with the checkpoint of its first layer.",
            {"begin": "h = {first: checkpoints[0]}"},
        ),
        _from(
            "again-without-relu", "The ReLU is left out when computing again",
            "What you compute again is not what the forward pass had. Which step follows the sum?",
            "What is computed again must be what was let go, step by step.",
            {"again": "h[layer + 1] = all_biases[layer] + all_weights[layer] @ h[layer]"},
        ),
        _from(
            "again-without-biases", "The biases are left out when computing again",
            "What you compute again is what a network without biases has. What else goes into a "
            "pre-activation?",
            "What is computed again must be what was let go, step by step.",
            {"again": "h[layer + 1] = relu(all_weights[layer] @ h[layer])"},
        ),
        _from(
            "again-not-computed", "The checkpoint for all layers of its part",
            "All layers of a part use its checkpoint. Which activation goes into each of them?",
            "Between two checkpoints each layer has an activation of its own; it has to be "
            "computed again.",
            {"weights": "all_dl_dweights[layer] = dl_df @ h[first].T"},
        ),
        _from(
            "again-mask-missing", "The mask is missing",
            "You go back through the weights, but the ReLU stops nothing. Which units let the "
            "gradient through?",
            "The mask is there in a checkpointed pass as in any other; h tells it.",
            {"back": "dl_df = all_weights[layer].T @ dl_df"},
        ),
        _from(
            "again-mask-inside-parts-only", "No mask from one part to the next",
            "Inside a part your gradient is masked, and from one part to the next it is not. Is "
            "there a ReLU in front of the first layer of a part?",
            "A part begins where memory says so. The ReLU stands in front of each of its layers.",
            {"back": "dl_df = all_weights[layer].T @ dl_df\n"
                     "if layer > first: dl_df = (h[layer] > 0) * dl_df"},
        ),
        _from(
            "again-gradient-stops-at-the-part", "The gradient does not reach the next part",
            "The last part is right, and in front of it the gradient is that of the last layer of "
            "a part. What has to be carried from one part to the one before?",
            "The parts are a matter of memory alone: the gradient goes on as if they were not "
            "there.",
            {"back": "if layer > first: dl_df = (h[layer] > 0) * (all_weights[layer].T @ dl_df)"},
        ),
        _from(
            "again-start-without-factor", "The factor at the start is missing",
            "All gradients are half as large as they should be. What is the derivative of a "
            "square?",
            "The loss is a sum of squares.",
            {"start": "dl_df = all_biases[K] + all_weights[K] @ h[K] - y"},
        ),
    ),
    trials_of(
        _gradients,
        Form(
            "two lists of arrays",
            ("all_dl_dweights", "all_dl_dbiases"),
            ("weights gradient of layer {}", "biases gradient of layer {}"),
        ),
        _from_cases,
    ),
    {"backward_pass_from_checkpoints": "Which activations does each part need, which of them are "
                                       "there, and what is carried on to the part before?"},
)
