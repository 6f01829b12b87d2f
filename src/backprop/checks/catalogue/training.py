"""The mistakes that students make in gradient descent, in softmax and in the cross-entropy."""

import functools

import numpy as np

from backprop.backward_pass import backward_pass
from backprop.checks.catalogue.making import ONE_ARRAY, ONE_NUMBER, mistake, trials_of
from backprop.checks.subject import Subject
from backprop.checks.trial_networks import trials as networks
from backprop.checks.trying import Form
from backprop.classification import (
    cross_entropy_loss,
    d_cross_entropy_d_output,
    one_hot,
    softmax,
)
from backprop.forward_pass import compute_network_output
from backprop.loss import d_loss_d_output, least_squares_loss
from backprop.network import initialize_parameters
from backprop.training import gradient_step, train

# ---- one step ------------------------------------------------------------------------------

_step = functools.partial(mistake, "gradient_step")


def _step_cases(rng):
    for trial in networks(int(rng.integers(2**16))):
        if trial.name in ("different widths", "reference network", "a batch, different widths"):
            all_weights, all_biases = trial.arguments[:2]
            gradients = backward_pass(*trial.arguments)
            for rate in (0.05, 3.0) if trial.name == "different widths" else (0.01,):
                name = trial.name if rate < 1 else "a learning rate above one"
                yield name, (all_weights, all_biases, *gradients, rate)


def _both(weights, biases=None):
    """The two lines with the same mistake in both; ``biases`` from ``weights`` by its names."""
    return {
        "weights": weights,
        "biases": biases or weights.replace("weights", "biases"),
    }


_NEW_WEIGHTS = """\
new_weights = [
    w - learning_rate * g for w, g in zip(all_weights, all_dl_dweights)
]"""
_NEW_BIASES = _NEW_WEIGHTS.replace("weights", "biases")

GRADIENT_STEP = Subject(
    "gradient_step",
    """\
def gradient_step(all_weights, all_biases, all_dl_dweights, all_dl_dbiases, learning_rate):
    {weights}
    {biases}
    {end}
""",
    {"weights": _NEW_WEIGHTS, "biases": _NEW_BIASES, "end": "return new_weights, new_biases"},
    (
        _step(
            "step-uphill", "The step goes uphill",
            "Your parameters move in the direction in which the loss grows. Which way does the "
            "gradient point, and which way do you want to go?",
            "The gradient points where the loss grows fastest. The step goes the other way.",
            _both(_NEW_WEIGHTS.replace("w - l", "w + l")),
            {"weights": _NEW_WEIGHTS.replace("w - l", "w + l")},
            {"biases": _NEW_BIASES.replace("w - l", "w + l")},
        ),
        _step(
            "step-without-learning-rate", "The learning rate is left out",
            "Your step does not depend on the learning rate. What does it do to the gradient?",
            "Without the learning rate the step is as long as the gradient, however steep the "
            "loss is.",
            _both(_NEW_WEIGHTS.replace("learning_rate * ", "")),
        ),
        _step(
            "step-divided-by-learning-rate", "The gradient is divided by the learning rate",
            "A larger learning rate makes your step shorter. What should it do?",
            "The learning rate multiplies the gradient: twice the rate, twice the step.",
            _both(_NEW_WEIGHTS.replace("learning_rate * g", "g / learning_rate")),
        ),
        _step(
            "step-alone", "The change is returned in place of the new parameters",
            "What you return does not depend on where the parameters were. Does the function "
            "return the change, or the parameters after it?",
            "The step is added to where the parameters are.",
            _both(_NEW_WEIGHTS.replace("w - learning", "-learning")),
            _both(_NEW_WEIGHTS.replace("w - learning", "learning")),
        ),
        _step(
            "step-multiplied", "The step is multiplied by the parameter",
            "A parameter that is zero never moves in your function. On what does the length of the "
            "step depend?",
            "The step is the learning rate times the gradient. How large the parameter is does not "
            "matter.",
            _both(_NEW_WEIGHTS.replace("w - learning_rate * g", "w * (1 - learning_rate * g)")),
        ),
        _step(
            "step-weights-only", "The biases stay where they are",
            "Your biases do not move. Which parameters does the loss depend on?",
            "Weights and biases are parameters alike, and each has a gradient.",
            {"biases": "new_biases = all_biases"},
            {"biases": "new_biases = [b.copy() for b in all_biases]"},
        ),
        _step(
            "step-biases-only", "The weights stay where they are",
            "Your weights do not move. Which parameters does the loss depend on?",
            "Weights and biases are parameters alike, and each has a gradient.",
            {"weights": "new_weights = all_weights"},
        ),
        _step(
            "step-output-layer-left", "The output layer does not move",
            "The parameters of the last layer stay where they are. How many layers have "
            "parameters?",
            "Layers are counted 0 to K, so there are K + 1 of them.",
            _both(
                "K = len(all_weights) - 1\nnew_weights = [w.copy() for w in all_weights]\n"
                "for k in range(K): new_weights[k] = all_weights[k] - "
                "learning_rate * all_dl_dweights[k]",
                "new_biases = [b.copy() for b in all_biases]\n"
                "for k in range(K): new_biases[k] = all_biases[k] - "
                "learning_rate * all_dl_dbiases[k]",
            ),
        ),
        _step(
            "step-of-one-length", "Every parameter moves by the same amount",
            "Every parameter of yours moves by the learning rate, up or down. Should a parameter "
            "move far where the loss is steep in it, or as far as any other?",
            "The sign of the gradient tells the direction. Gradient descent also uses its size.",
            _both(_NEW_WEIGHTS.replace("* g ", "* np.sign(g) ")),
        ),
        _step(
            "step-lists-exchanged", "The two lists are returned in the wrong order",
            "The first list that you return holds the biases. Which of the two comes first?",
            "The function returns the weights, then the biases.",
            {"end": "return new_biases, new_weights"},
        ),
        _step(
            "step-nothing-returned", "The function returns nothing",
            "Your function returns None. What will the next step start from?",
            "Without `return`, a function returns None. Writing into the arguments instead would "
            "change them for everyone who holds them.",
            {"end": "return None"},
        ),
    ),
    trials_of(
        gradient_step,
        Form(
            "two lists of arrays",
            ("all_weights", "all_biases"),
            ("weights of layer {}", "biases of layer {}"),
        ),
        _step_cases,
    ),
    {"gradient_step": "In which direction does each parameter move, and how far?"},
)


# ---- many steps ----------------------------------------------------------------------------

_in_training = functools.partial(mistake, "train")


def _absolute_error(net_output, y):
    return float(np.abs(net_output - y).sum())


def _sign_of_error(net_output, y):
    return np.sign(net_output - y)


def _examples(rng, inputs, outputs, examples):
    net_input = rng.uniform(-2, 2, (inputs, examples))
    return net_input, rng.uniform(2, 3, (outputs, examples)) * rng.choice([-1, 1], (outputs, 1))


def _training_cases(rng):
    yield "reference network", (
        np.array([[1.2]]), *initialize_parameters(), np.array([[20.0]]), 1e-4, 4,
        least_squares_loss, d_loss_d_output,
    )
    for name, widths, examples, rate, steps in [
        ("a batch of three", [2, 4, 2], 3, 0.01, 3),
        ("a batch of five, two hidden layers", [1, 3, 4, 1], 5, 3e-3, 5),
        ("a single step", [2, 3, 1], 2, 0.01, 1),
    ]:
        net_input, y = _examples(rng, widths[0], widths[-1], examples)
        yield name, (
            net_input, *_lively(rng, widths), y, rate, steps, least_squares_loss, d_loss_d_output,
        )
    net_input, y = _examples(rng, 2, 2, 4)
    yield "another loss", (
        net_input, *_lively(rng, [2, 5, 2]), y, 0.02, 3, _absolute_error, _sign_of_error,
    )


def _lively(rng, widths):
    """Parameters with biases that keep units active, so that every step moves something."""
    layers = list(zip(widths[1:], widths))
    return (
        [rng.uniform(0.3, 0.8, shape) * rng.choice([-1, 1], shape) for shape in layers],
        [rng.uniform(0.5, 1.5, (after, 1)) for after, _ in layers],
    )


def _trained(*arguments):
    """`train` with the losses as one array, which is what the checks compare."""
    all_weights, all_biases, losses = train(*arguments)
    return all_weights, all_biases, np.array(losses)


TRAIN = Subject(
    "train",
    """\
def train(net_input, all_weights, all_biases, y, learning_rate, steps, loss, d_loss):
    {start}
    for step in range(steps):
        {forward}
        {record}
        {backward}
        {step}
    {last}
    {end}
""",
    {
        "start": "losses = []",
        "forward": "net_output, all_f, all_h = "
                   "compute_network_output(net_input, all_weights, all_biases)",
        "record": "losses.append(loss(net_output, y))",
        "backward": "gradients = backward_pass(all_weights, all_biases, all_f, all_h, y, d_loss)",
        "step": "all_weights, all_biases = "
                "gradient_step(all_weights, all_biases, *gradients, learning_rate)",
        "last": "net_output = compute_network_output(net_input, all_weights, all_biases)[0]\n"
                "losses.append(loss(net_output, y))",
        "end": "return all_weights, all_biases, losses",
    },
    (
        _in_training(
            "train-last-loss-missing", "The loss after the last step is missing",
            "Your list of losses ends too early. How many losses are there before, between and "
            "after the steps?",
            "One more than there are steps: the loss before the first, and one after each.",
            {"last": "pass"},
        ),
        _in_training(
            "train-first-loss-missing", "The loss before the first step is missing",
            "Your list of losses begins too late. What is the loss before anything has been "
            "learned, and how do you see from the list that training helps at all?",
            "The list begins with the loss of the parameters that were given.",
            {"end": "return all_weights, all_biases, losses[1:]"},
        ),
        _in_training(
            "train-last-loss-only", "Only the last loss is returned",
            "You return one loss. From what will you draw how training went?",
            "The losses are a list, one before the first step and one after each.",
            {"end": "return all_weights, all_biases, losses[-1]"},
        ),
        _in_training(
            "train-step-lost", "The result of the step is not kept",
            "Your losses do not change. Where does the result of a step go?",
            "`gradient_step` returns new arrays. If nobody keeps them, the next step starts from "
            "the old ones.",
            {"step": "gradient_step(all_weights, all_biases, *gradients, learning_rate)"},
        ),
        _in_training(
            "train-from-the-start-each-time", "Every step begins at the start",
            "After the first step nothing happens any more: each step goes out from the parameters "
            "that were given. From where should the second one go out?",
            "A step begins where the one before it ended.",
            {"start": "losses, first = [], (all_weights, all_biases)",
             "step": "all_weights, all_biases = "
                     "gradient_step(*first, *gradients, learning_rate)"},
            {"start": "losses, first = [], (all_weights, all_biases)",
             "backward": "net_output, all_f, all_h = compute_network_output(net_input, *first)\n"
                         "gradients = backward_pass(*first, all_f, all_h, y, d_loss)",
             "step": "all_weights, all_biases = "
                     "gradient_step(*first, *gradients, learning_rate)"},
        ),
        _in_training(
            "train-one-gradient", "The gradient is computed once",
            "All your steps are the same. Is the slope the same everywhere on the way?",
            "The gradient belongs to the place where it was computed. After a step it is another "
            "one.",
            {"start": "losses = []\nnet_output, all_f, all_h = "
                      "compute_network_output(net_input, all_weights, all_biases)\n"
                      "gradients = backward_pass("
                      "all_weights, all_biases, all_f, all_h, y, d_loss)",
             "backward": "pass"},
        ),
        _in_training(
            "train-one-forward-pass", "The forward pass is run once",
            "Your backward pass works with values of the forward pass that belong to older "
            "parameters. When do they have to be computed again?",
            "The values f and h belong to the parameters with which they were computed. After each "
            "step they are old.",
            {"start": "losses = []\nnet_output, all_f, all_h = "
                      "compute_network_output(net_input, all_weights, all_biases)",
             "forward": "net_output = "
                        "compute_network_output(net_input, all_weights, all_biases)[0]"},
            {"start": "losses = []\nnet_output, all_f, all_h = "
                      "compute_network_output(net_input, all_weights, all_biases)",
             "forward": "pass"},
        ),
        _in_training(
            "train-example-by-example", "A step for each example",
            "You take a step after each example. The loss of this function is that of all examples "
            "together: how many steps belong to one backward pass of the batch?",
            "Stepping after each example is another algorithm, stochastic gradient descent: later "
            "examples see parameters that earlier ones have moved.",
            {"backward": "pass",
             "step": "for b in range(y.shape[1]):\n"
                     "    one = net_input[:, b:b + 1]\n"
                     "    _, all_f, all_h = compute_network_output(one, all_weights, all_biases)\n"
                     "    gradients = backward_pass("
                     "all_weights, all_biases, all_f, all_h, y[:, b:b + 1], d_loss)\n"
                     "    all_weights, all_biases = "
                     "gradient_step(all_weights, all_biases, *gradients, learning_rate)"},
        ),
        _in_training(
            "train-first-example-only", "Only one example is learned",
            "Only one column of the batch acts on your parameters. Whose loss is to become small?",
            "A column is an example, and the loss sums over all of them.",
            {"forward": "net_output, all_f, all_h = compute_network_output("
                        "net_input, all_weights, all_biases)\n"
                        "one_f, one_h = [f[:, :1] for f in all_f], [h[:, :1] for h in all_h]",
             "backward": "gradients = backward_pass("
                         "all_weights, all_biases, one_f, one_h, y[:, :1], d_loss)"},
        ),
        _in_training(
            "train-mean-of-losses", "The losses are divided by the number of examples",
            "Your losses are smaller than they should be by the number of examples. Does the loss "
            "of this course add the examples up, or take their mean?",
            "The loss is a sum over the examples; its gradient was computed for the sum.",
            {"record": "losses.append(loss(net_output, y) / y.shape[1])",
             "last": "net_output = compute_network_output(net_input, all_weights, all_biases)[0]\n"
                     "losses.append(loss(net_output, y) / y.shape[1])"},
        ),
        _in_training(
            "train-rate-divided", "The learning rate is divided by the number of examples",
            "Your steps are shorter than they should be by the number of examples. Is the gradient "
            "that you have a sum or a mean, and which of the two was asked for?",
            "With a mean over the examples the same learning rate gives shorter steps. Here the "
            "sum is meant.",
            {"step": "all_weights, all_biases = gradient_step("
                     "all_weights, all_biases, *gradients, learning_rate / y.shape[1])"},
        ),
        _in_training(
            "train-one-step-less", "A step is missing, or one is too many",
            "Your training does not take as many steps as were asked for. With which number does "
            "your loop begin, and with which does it end?",
            "`range(n)` gives n numbers, from 0 to n - 1.",
            {"end": "return all_weights, all_biases, losses",
             "step": "if step > 0: all_weights, all_biases = gradient_step("
                     "all_weights, all_biases, *gradients, learning_rate)"},
            {"last": "gradients = backward_pass(all_weights, all_biases, *compute_network_output("
                     "net_input, all_weights, all_biases)[1:], y, d_loss)\n"
                     "net_output = compute_network_output(net_input, all_weights, all_biases)[0]\n"
                     "losses.append(loss(net_output, y))\n"
                     "all_weights, all_biases = "
                     "gradient_step(all_weights, all_biases, *gradients, learning_rate)"},
        ),
        _in_training(
            "train-start-returned", "The parameters of the start are returned",
            "You return the parameters with which training began. Where are those that have "
            "learned?",
            "The steps make new arrays; the old names may still hold the old ones.",
            {"start": "losses, first = [], (all_weights, all_biases)",
             "end": "return *first, losses"},
        ),
        _in_training(
            "train-always-squared-error", "Another loss is not used",
            "With another loss your function still goes down the squared error. Which two of its "
            "arguments say what the loss is, and where does each belong?",
            "The backward pass starts with the derivative of the loss. If it is not told which, it "
            "takes that of the squared error.",
            {"backward": "gradients = backward_pass(all_weights, all_biases, all_f, all_h, y)"},
            {"record": "losses.append(least_squares_loss(net_output, y))",
             "last": "net_output = compute_network_output(net_input, all_weights, all_biases)[0]\n"
                     "losses.append(least_squares_loss(net_output, y))"},
            {"backward": "gradients = backward_pass(all_weights, all_biases, all_f, all_h, y)",
             "record": "losses.append(least_squares_loss(net_output, y))",
             "last": "net_output = compute_network_output(net_input, all_weights, all_biases)[0]\n"
                     "losses.append(least_squares_loss(net_output, y))"},
        ),
        _in_training(
            "train-only-losses", "A part of the result is not returned",
            "A part of the result is missing. What will you compute outputs with, after training?",
            "The function returns the weights, the biases and the losses.",
            {"end": "return losses"},
            {"end": "return all_weights, all_biases"},
        ),
        _in_training(
            "train-nothing-returned", "The function returns nothing",
            "Your function returns None. Which statement hands over what has been learned?",
            "Without `return`, a function returns None.",
            {"end": "return None"},
        ),
    ),
    trials_of(
        _trained,
        Form(
            "two lists of arrays and a list of losses",
            ("all_weights", "all_biases", "losses"),
            ("weights of layer {}", "biases of layer {}", "list of losses"),
        ),
        _training_cases,
    ),
    {"train": "Which three things happen in each step, and which loss belongs to which step?"},
)

_rates = functools.partial(mistake, "compare_learning_rates")


def _comparison_cases(rng):
    for name, widths, examples, rates, steps in [
        ("three learning rates", [1, 4, 1], 3, [0.001, 0.01, 0.003], 3),
        ("two learning rates, a batch", [2, 3, 2], 5, [0.01, 0.002], 2),
    ]:
        net_input, y = _examples(rng, widths[0], widths[-1], examples)
        yield name, (net_input, *_lively(rng, widths), y, rates, steps)


def _losses_for_rates(net_input, all_weights, all_biases, y, learning_rates, steps):
    return np.array([
        train(net_input, all_weights, all_biases, y, rate, steps)[2] for rate in learning_rates
    ])


COMPARE_LEARNING_RATES = Subject(
    "compare_learning_rates",
    """\
def compare_learning_rates(net_input, all_weights, all_biases, y, learning_rates, steps):
    all_losses = []
    for rate in learning_rates:
        {train}
        {record}
    {end}
""",
    {
        "train": "_, _, losses = train(net_input, all_weights, all_biases, y, rate, steps)",
        "record": "all_losses.append(losses)",
        "end": "return all_losses",
    },
    (
        _rates(
            "rates-one-after-the-other", "Each training goes on where the one before ended",
            "Your second training does not begin where the first one began. Which names hold the "
            "start after the first training: and does any function write into the arrays that it "
            "is given?",
            "Trainings can be compared only from one start. It is lost where a name is given the "
            "new parameters, and where a step writes into the arrays of the old ones.",
            {"train": "all_weights, all_biases, losses = "
                      "train(net_input, all_weights, all_biases, y, rate, steps)"},
        ),
        _rates(
            "rates-one-rate", "Every training has the same learning rate",
            "All your trainings are the same. Which learning rate does the second one take?",
            "In the loop, the rate is the loop's own variable.",
            {"train": "_, _, losses = "
                      "train(net_input, all_weights, all_biases, y, learning_rates[0], steps)"},
        ),
        _rates(
            "rates-last-losses", "Only the last loss of each training is returned",
            "You return one number for each learning rate. What is asked for: where each training "
            "ended, or how it went?",
            "For each learning rate there is a list of losses.",
            {"record": "all_losses.append(losses[-1])"},
        ),
        _rates(
            "rates-joined", "All losses stand in one list",
            "The losses of all your trainings stand in one long list. How will you tell where one "
            "training ends?",
            "`extend` adds the entries of a list, `append` adds the list as one entry.",
            {"record": "all_losses.extend(losses)"},
        ),
        _rates(
            "rates-only-the-last", "Only the last training is returned",
            "You return the losses of one training. What has become of the others?",
            "The return stands behind the loop, and what each round gives is kept in the list.",
            {"end": "return [losses]"}, {"end": "return losses"},
        ),
    ),
    trials_of(_losses_for_rates, ONE_ARRAY, _comparison_cases),
    {"compare_learning_rates": "From which parameters does each training start, and what is kept "
                               "of it?"},
)


# ---- softmax and cross-entropy -------------------------------------------------------------

_softmax = functools.partial(mistake, "softmax")


def _output_cases(rng):
    yield "three classes, one example", (rng.uniform(-1, 2, (3, 1)),)
    yield "three classes, four examples", (rng.uniform(-2, 1.5, (3, 4)),)
    yield "two classes, two examples", (rng.uniform(0.5, 3, (2, 2)),)
    yield "four classes, three examples, all negative", (rng.uniform(-3, -0.5, (4, 3)),)
    yield "outputs up to 2000", (np.array([[2000.0, 0.3, -900.0], [1999.0, -0.8, -901.5]]),)


SOFTMAX = Subject(
    "softmax",
    """\
def softmax(net_output):
    {shift}
    {exponentials}
    {end}
""",
    {
        "shift": "shifted = net_output - net_output.max(axis=0, keepdims=True)",
        "exponentials": "exponentials = np.exp(shifted)",
        "end": "return exponentials / exponentials.sum(axis=0, keepdims=True)",
    },
    (
        _softmax(
            "softmax-overflow", "The exponentials overflow",
            "For large outputs your probabilities are no numbers. What is the exponential of 2000, "
            "and by what may you shift all outputs of an example without changing its "
            "probabilities?",
            "The exponential of 710 is above the largest floating-point number. Subtracting the "
            "largest output from every output of the example changes no quotient.",
            {"shift": "shifted = net_output"},
        ),
        _softmax(
            "softmax-one-maximum", "One maximum for the whole batch",
            "Where one example has much larger outputs than another, the probabilities of the "
            "other are no numbers. Which outputs have to be shifted together?",
            "With the largest output of the batch, all exponentials of another example can round "
            "to zero, and zero divided by zero is no number.",
            {"shift": "shifted = net_output - net_output.max()"},
        ),
        _softmax(
            "softmax-over-examples", "The sum runs over the examples",
            "The probabilities of one class add up to 1 over your examples. What should add up to "
            "1: a row or a column?",
            "A column is an example, and its classes share one probability of 1. So the sum runs "
            "down the column.",
            {"shift": "shifted = net_output - net_output.max(axis=1, keepdims=True)",
             "end": "return exponentials / exponentials.sum(axis=1, keepdims=True)"},
            {"shift": "shifted = net_output",
             "end": "return exponentials / exponentials.sum(axis=1, keepdims=True)"},
            {"end": "return exponentials / exponentials.sum(axis=1, keepdims=True)"},
        ),
        _softmax(
            "softmax-maximum-over-examples", "The maximum runs over the examples",
            "The outputs of one example are shifted by different amounts. Which shift leaves the "
            "quotients of an example as they are?",
            "All outputs of an example must be shifted by the same number: its own largest.",
            {"shift": "shifted = net_output - net_output.max(axis=1, keepdims=True)"},
        ),
        _softmax(
            "softmax-over-everything", "One sum for the whole batch",
            "All your probabilities together add up to 1, over all examples. How many examples "
            "share one probability of 1?",
            "Every example has probabilities of its own, which add up to 1.",
            {"end": "return exponentials / exponentials.sum()"},
            {"shift": "shifted = net_output - net_output.max()",
             "end": "return exponentials / exponentials.sum()"},
            {"shift": "shifted = net_output",
             "end": "return exponentials / exponentials.sum()"},
        ),
        _softmax(
            "softmax-not-divided", "The exponentials are not divided by their sum",
            "Your columns do not add up to 1. What makes positive numbers into probabilities?",
            "Exponentials are positive; divided by their sum they also add up to 1.",
            {"end": "return exponentials"},
            {"shift": "shifted = net_output", "end": "return exponentials"},
        ),
        _softmax(
            "softmax-without-exponential", "The outputs are divided by their sum",
            "Your probabilities can be negative, or above 1. What makes a positive number of an "
            "output that may be negative?",
            "Outputs have any sign. Their exponentials are positive.",
            {"shift": "shifted = net_output", "exponentials": "exponentials = shifted"},
        ),
        _softmax(
            "softmax-sign", "The sign of the outputs is turned round",
            "The class with the largest output has the smallest probability. Which one should it "
            "have?",
            "exp(-f) falls where f grows.",
            {"shift": "shifted = net_output.min(axis=0, keepdims=True) - net_output"},
            {"shift": "shifted = -net_output"},
        ),
        _softmax(
            "softmax-sigmoid", "Each output by itself",
            "Your probability of a class does not depend on the outputs of the others. Should it "
            "fall when another output grows?",
            "The sigmoid turns one output into one probability. With several classes that exclude "
            "each other, all outputs share one sum.",
            {"exponentials": "exponentials = None",
             "end": "return 1 / (1 + np.exp(-net_output))"},
        ),
        _softmax(
            "softmax-largest-only", "A 1 for the largest output, 0 for the others",
            "You return zeros and ones. What is the derivative of a step, and how should the "
            "network learn from it?",
            "The softmax is a soft form of that choice: it has a derivative that is not zero.",
            {"exponentials": "exponentials = (shifted == 0) * 1.0"},
        ),
        _softmax(
            "softmax-logarithm", "The logarithms of the probabilities",
            "You return negative numbers: the logarithms of probabilities. Which of the two is "
            "asked for here?",
            "The loss needs the logarithms; the softmax is the probabilities themselves.",
            {"end": "return shifted - np.log(exponentials.sum(axis=0, keepdims=True))"},
            {"end": "return np.log(exponentials / exponentials.sum(axis=0, keepdims=True))"},
        ),
    ),
    trials_of(softmax, ONE_ARRAY, _output_cases),
    {"softmax": "Which numbers of a column are divided by which sum?"},
)

_entropy = functools.partial(mistake, "cross_entropy_loss")


def _classification_cases(rng):
    for name, (net_output,) in _output_cases(rng):
        classes, examples = net_output.shape
        right = rng.integers(classes, size=examples)
        if name.startswith("outputs"):
            right = np.array([1, 0, 1])
        yield name, (net_output, one_hot(right, classes))
    shares = rng.uniform(0.5, 2, (3, 2))
    yield "targets between 0 and 1", (rng.uniform(-1, 2, (3, 2)), shares / shares.sum(axis=0))
    yield "a right class that seems impossible", (np.array([[900.0], [0.0]]), one_hot([1], 2))


_SHIFTED = "shifted = net_output - net_output.max(axis=0, keepdims=True)"
_LOG_P = "log_p = shifted - np.log(np.exp(shifted).sum(axis=0, keepdims=True))"
_SUM = "return -(y * log_p).sum()"


def _with_p(end):
    """The lines of a loss that is computed from the probabilities."""
    return {
        "log_p": "p = np.exp(shifted) / np.exp(shifted).sum(axis=0, keepdims=True)",
        "end": end,
    }


CROSS_ENTROPY_LOSS = Subject(
    "cross_entropy_loss",
    """\
def cross_entropy_loss(net_output, y):
    {shift}
    {log_p}
    {end}
""",
    {"shift": _SHIFTED, "log_p": _LOG_P, "end": _SUM},
    (
        _entropy(
            "entropy-log-of-zero", "The logarithm of a probability that has rounded to zero",
            "For outputs that lie far apart your loss is no number. Which logarithm is taken "
            "there, and how can you have log p without computing p first?",
            "A probability below 1e-308 rounds to zero, and its logarithm to minus infinity. "
            "log p_i is f_i minus the logarithm of the sum of exponentials, which needs no p.",
            _with_p("return -(y * np.log(p)).sum()"),
        ),
        _entropy(
            "entropy-overflow", "The exponentials overflow",
            "For large outputs your loss is no number. What is the exponential of 2000, and by "
            "what may you shift the outputs of an example?",
            "The exponential of 710 is above the largest floating-point number. Shift the outputs "
            "of each example by their largest.",
            {"shift": "shifted = net_output"},
            {"shift": "shifted = net_output"} | _with_p("return -(y * np.log(p)).sum()"),
        ),
        _entropy(
            "entropy-shifted-once", "Only one of two terms is shifted",
            "Your loss changes when the same number is added to all outputs of an example. In "
            "which two terms of log p do the outputs stand?",
            "log p_i is a difference of two terms. A shift cancels only if both have it.",
            {"log_p": _LOG_P.replace("= shifted", "= net_output")},
        ),
        _entropy(
            "entropy-sign", "The sign is missing",
            "Your loss is negative. What sign does the logarithm of a probability have?",
            "A probability is at most 1, so its logarithm is not positive. The minus makes a loss "
            "of it that is zero at best.",
            {"end": "return (y * log_p).sum()"},
        ),
        _entropy(
            "entropy-log-missing", "There is no logarithm",
            "Your loss never exceeds the number of examples, however wrong the network is. What "
            "should a network lose that holds the right class for impossible?",
            "With the logarithm, the loss grows without bound when the right class gets no "
            "probability, and the derivative becomes p - y.",
            _with_p("return -(y * p).sum()"), _with_p("return (y * (1 - p)).sum()"),
            _with_p("return (1 - (y * p).sum(axis=0)).sum()"),
        ),
        _entropy(
            "entropy-of-outputs", "The outputs in place of the probabilities",
            "Your loss uses the outputs of the network as if they were probabilities. What makes "
            "probabilities of them?",
            "The outputs may be negative and do not add up to 1. The softmax stands between them "
            "and the logarithm.",
            {"log_p": "log_p = np.log(net_output)"}, {"log_p": "log_p = net_output"},
            {"log_p": "log_p = shifted"},
        ),
        _entropy(
            "entropy-mean", "A mean in place of the sum",
            "Your loss is divided by the number of examples, of classes, or of both. Does the loss "
            "of this course add the examples up, or take their mean?",
            "The loss is a sum over the examples, as the squared error is.",
            {"end": "return -(y * log_p).sum() / y.shape[1]"},
            {"end": "return -np.mean(y * log_p)"},
        ),
        _entropy(
            "entropy-not-summed", "The losses of the examples are not added up",
            "Your loss is an array. How many numbers is a loss?",
            "A loss is one number: the sum over the examples.",
            {"end": "return -(y * log_p).sum(axis=0)"}, {"end": "return -(y * log_p)"},
            {"end": "return -(y * log_p).sum(axis=0, keepdims=True)"},
        ),
        _entropy(
            "entropy-arguments-exchanged", "Probabilities and targets have changed their places",
            "You take the logarithm of the targets, and most of them are zero. Of which of the two "
            "is the logarithm taken?",
            "The targets weigh the logarithms of the probabilities.",
            _with_p("return -(p * np.log(y)).sum()"),
        ),
        _entropy(
            "entropy-also-of-wrong-classes", "The wrong classes are counted as well",
            "Your loss has a term for each wrong class as well. Which probability does the loss "
            "look at, when one class is the right one?",
            "The terms with 1 - y and 1 - p belong to outputs that are judged each by itself, with "
            "a sigmoid. Here the probabilities add up to 1, and that of the right class tells all.",
            _with_p("return -(y * log_p + (1 - y) * np.log(1 - p)).sum()")
            | {"log_p": _LOG_P + "\np = np.exp(log_p)"},
        ),
        _entropy(
            "entropy-squared-error", "The squared error of the probabilities",
            "Your loss never exceeds two for each example. Which function of the right class's "
            "probability is asked for?",
            "The squared error of probabilities is bounded, and nearly flat where the network is "
            "most wrong.",
            _with_p("return ((p - y) ** 2).sum()"),
        ),
        _entropy(
            "entropy-other-logarithm", "Another logarithm",
            "Your loss is off by one factor, whatever the outputs are. Which logarithm undoes the "
            "exponential of the softmax?",
            "The derivative p - y holds for the natural logarithm, `np.log`.",
            {"end": "return -(y * log_p).sum() / np.log(2)"},
            {"end": "return -(y * log_p).sum() / np.log(10)"},
        ),
        _entropy(
            "entropy-over-examples", "The probabilities add up to 1 over the examples",
            "The probabilities of one class add up to 1 over your examples. What should add up to "
            "1: a row or a column?",
            "A column is an example, and its classes share one probability of 1.",
            {"shift": "shifted = net_output - net_output.max(axis=1, keepdims=True)",
             "log_p": "log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))"},
        ),
    ),
    trials_of(cross_entropy_loss, ONE_NUMBER, _classification_cases),
    {"cross_entropy_loss": "Of which probability is the logarithm taken, and what is done with all "
                           "examples?"},
)

_d_entropy = functools.partial(mistake, "d_cross_entropy_d_output")

D_CROSS_ENTROPY_D_OUTPUT = Subject(
    "d_cross_entropy_d_output",
    """\
def d_cross_entropy_d_output(net_output, y):
    {shift}
    {p}
    {end}
""",
    {
        "shift": _SHIFTED,
        "p": "p = np.exp(shifted) / np.exp(shifted).sum(axis=0, keepdims=True)",
        "end": "return p - y",
    },
    (
        _d_entropy(
            "d-entropy-sign", "The sign is turned round",
            "Your derivative has the wrong sign everywhere. Does the loss grow or fall when the "
            "output of the right class grows?",
            "The output of the right class should grow, so the derivative with respect to it is "
            "negative.",
            {"end": "return y - p"},
        ),
        _d_entropy(
            "d-entropy-factor-two", "A factor 2 that belongs to another loss",
            "Your derivative is twice as large as it should be. Where in this loss is a square?",
            "The 2 comes from the square of the squared error. There is none here.",
            {"end": "return 2 * (p - y)"},
        ),
        _d_entropy(
            "d-entropy-target-missing", "The target is missing",
            "Your derivative does not depend on the target. What do you get where an example has "
            "the right class for certain?",
            "p is the derivative of the logarithm of the sum. The right class's own output is "
            "the other term.",
            {"end": "return p"},
        ),
        _d_entropy(
            "d-entropy-by-probability", "The derivative with respect to the probability",
            "Your derivative is that with respect to the probabilities. Between them and the "
            "outputs stands one more function: which?",
            "-y / p is only the first step of the way back. The softmax's Jacobian is the second.",
            {"end": "return -y / p"},
        ),
        _d_entropy(
            "d-entropy-diagonal-only", "Each output acts on its own probability alone",
            "The derivatives with respect to the wrong classes are not what they should be. When "
            "one output grows, which probabilities change?",
            "Every probability has all exponentials in its denominator, so every output acts on "
            "every probability. The Jacobian of the softmax is not diagonal.",
            {"end": "return y * (p - 1)"}, {"end": "return (p - y) * y"},
            {"end": "return (p - y) * p * (1 - p)"},
        ),
        _d_entropy(
            "d-entropy-of-outputs", "The outputs in place of the probabilities",
            "Your derivative grows with the outputs without bound. Which numbers, between 0 and 1, "
            "are compared with the targets?",
            "The squared error compares the outputs themselves with the target. Here the "
            "probabilities are compared.",
            {"end": "return net_output - y"}, {"end": "return 2 * (net_output - y)"},
        ),
        _d_entropy(
            "d-entropy-mean", "A mean in place of the sum",
            "Your derivative is divided by the number of examples. Does the loss of this course "
            "add the examples up, or take their mean?",
            "The loss is a sum over the examples, and the derivative must be that of the sum.",
            {"end": "return (p - y) / y.shape[1]"}, {"end": "return (p - y) / y.size"},
        ),
        _d_entropy(
            "d-entropy-summed", "The derivative is added up",
            "Your result adds up derivatives of different examples or classes. Which shape must "
            "the gradient with respect to the output have?",
            "Each output of each example has a derivative of its own.",
            {"end": "return (p - y).sum(axis=1, keepdims=True)"},
            {"end": "return (p - y).sum(axis=0, keepdims=True)"}, {"end": "return (p - y).sum()"},
        ),
        _d_entropy(
            "d-entropy-over-examples", "The probabilities add up to 1 over the examples",
            "The probabilities of one class add up to 1 over your examples. What should add up to "
            "1: a row or a column?",
            "A column is an example, and its classes share one probability of 1.",
            {"shift": "shifted = net_output - net_output.max(axis=1, keepdims=True)",
             "p": "p = np.exp(shifted) / np.exp(shifted).sum(axis=1, keepdims=True)"},
        ),
        _d_entropy(
            "d-entropy-overflow", "The exponentials overflow",
            "For large outputs your derivative holds what is no number. By what may you shift the "
            "outputs of an example before the exponential?",
            "The exponential of 710 is above the largest floating-point number.",
            {"shift": "shifted = net_output"},
        ),
    ),
    trials_of(d_cross_entropy_d_output, ONE_ARRAY, _classification_cases),
    {"d_cross_entropy_d_output": "By how much does the loss change when one output grows a "
                                 "little?"},
)
