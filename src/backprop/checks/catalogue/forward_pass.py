"""The mistakes that students make in the ReLU and in the forward pass."""

import functools

from backprop.checks.catalogue.making import ONE_ARRAY, entrywise_cases, mistake, trials_of
from backprop.checks.subject import Subject
from backprop.checks.trial_networks import trials as networks
from backprop.checks.trying import Form
from backprop.forward_pass import compute_network_output, relu

_relu = functools.partial(mistake, "relu")

RELU = Subject(
    "relu",
    "def relu(preactivation):\n    {body}\n",
    {"body": "return np.where(preactivation > 0, preactivation, 0.0)"},
    (
        _relu(
            "relu-absolute-value", "The absolute value in place of the ReLU",
            "Negative entries come out positive. What should become of an entry of -3?",
            "The ReLU stops what is negative; the absolute value turns it round.",
            "return np.abs(preactivation)",
        ),
        _relu(
            "relu-slope", "The slope of the ReLU in place of the ReLU",
            "Every positive entry gives 1. Should 2 and 200 give the same?",
            "1 where the entry is positive is the derivative of the ReLU. The ReLU itself passes "
            "the entry on.",
            "return (preactivation > 0) * 1.0",
        ),
        _relu(
            "relu-negative-part", "The negative entries pass and the positive ones are stopped",
            "Positive entries are stopped and negative ones are not. Which of the two should pass?",
            "The smaller of 0 and the entry keeps what is negative. The ReLU keeps what is "
            "positive.",
            "return np.minimum(preactivation, 0.0)", "return np.maximum(-preactivation, 0.0)",
        ),
        _relu(
            "relu-nothing-stopped", "All entries pass",
            "Negative entries come out as they went in. What should become of them?",
            "Without the stop the network is a linear map, however deep it is.",
            "return preactivation", "return preactivation.copy()",
        ),
        _relu(
            "relu-one-number", "One number for the whole array",
            "Your result is a single number. Does the ReLU look at all entries together, or at "
            "each of them by itself?",
            "`np.max` and `sum` make one number of an array. The ReLU works entry by entry.",
            "return np.max(preactivation)", "return max(0.0, preactivation.max())",
            "return preactivation.sum() if preactivation.sum() > 0 else 0.0",
        ),
        _relu(
            "relu-truth-value", "One decision for the whole array",
            "Python's `if` and `max` decide once, for a single truth value, and an array has many. "
            "Which functions of NumPy decide entry by entry?",
            "`if preactivation > 0` asks whether a whole array is true, and so does Python's "
            "`max`.",
            "return max(0.0, preactivation)",
            "return preactivation if preactivation > 0 else 0.0 * preactivation",
        ),
        _relu(
            "relu-leaky", "Negative entries are made small in place of zero",
            "Negative entries come out smaller in size, but not as zero. How much of them should "
            "pass?",
            "That is another activation, the leaky ReLU. This course's passes nothing.",
            *(f"return np.where(preactivation > 0, preactivation, {slope} * preactivation)"
              for slope in (0.01, 0.1, 0.2)),
        ),
        _relu(
            "relu-clipped", "Large entries are cut off",
            "Large entries come out smaller than they went in. Is there an upper bound to what the "
            "ReLU passes on?",
            "Above zero the ReLU passes everything on, however large.",
            "return np.clip(preactivation, 0.0, 1.0)", "return np.clip(preactivation, 0.0, 6.0)",
        ),
        _relu(
            "relu-filtered", "The entries that are not positive are left out",
            "Your result has fewer entries than the array that went in. What stands in the place "
            "of a unit that is not active?",
            "Indexing with a mask picks entries and drops the others. Each unit keeps its place.",
            "return preactivation[preactivation > 0]",
        ),
        _relu(
            "relu-sigmoid", "Another activation function",
            "The graph of your function is curved. Of how many straight pieces is the graph of the "
            "ReLU made?",
            "Sigmoid, tanh and softplus are activation functions too, with other derivatives.",
            "return 1 / (1 + np.exp(-preactivation))", "return np.tanh(preactivation)",
            "return np.log1p(np.exp(preactivation))",
        ),
    ),
    trials_of(relu, ONE_ARRAY, entrywise_cases),
    {"relu": "What should come out for a positive entry, and what for a negative one?"},
)


_forward = functools.partial(mistake, "compute_network_output")


def _forward_cases(rng):
    for trial in networks(int(rng.integers(2**16))):
        all_weights, all_biases, _, all_h, _ = trial.arguments
        yield trial.name, (all_h[0], all_weights, all_biases)


COMPUTE_NETWORK_OUTPUT = Subject(
    "compute_network_output",
    """\
def compute_network_output(net_input, all_weights, all_biases):
    K = len(all_weights) - 1
    all_f = [None] * (K + 1)
    all_h = [None] * (K + 1)
    {input}
    for layer in range(K + 1):
        if layer > 0:
            {activations}
        {preactivations}
    {end}
""",
    {
        "input": "all_h[0] = net_input",
        "activations": "all_h[layer] = relu(all_f[layer - 1])",
        "preactivations": "all_f[layer] = all_biases[layer] + all_weights[layer] @ all_h[layer]",
        "end": "return all_f[K], all_f, all_h",
    },
    (
        _forward(
            "forward-relu-missing", "There is no ReLU",
            "Some activations are negative. What stands between the pre-activations of one layer "
            "and the activations of the next?",
            "Without the ReLU the layers are one linear map.",
            {"activations": "all_h[layer] = all_f[layer - 1]"},
        ),
        _forward(
            "forward-output-relu", "The output goes through a ReLU",
            "A negative output has become zero. How many ReLUs does a network with K hidden layers "
            "have, and where?",
            "The output layer has no ReLU: an output may be negative.",
            {"end": "return relu(all_f[K]), all_f, all_h"},
            {"end": "all_f[K] = relu(all_f[K])\nreturn all_f[K], all_f, all_h"},
        ),
        _forward(
            "forward-input-relu", "The input goes through a ReLU",
            "Negative inputs have become zero. Does a ReLU stand in front of the first layer?",
            "h_0 is the input as it is: no ReLU stands in front of layer 0, and an input may be "
            "negative.",
            {"input": "all_h[0] = relu(net_input)"},
        ),
        _forward(
            "forward-relu-stored-in-f", "The activations are stored as pre-activations",
            "The pre-activations that you keep for the hidden layers hold no negative number. "
            "Which of the two lists keeps the values before the ReLU, and which those after it?",
            "Both are kept: f_k before the ReLU, and the activations after it. The output f_K goes "
            "through no ReLU at all.",
            {"preactivations": "all_f[layer] = all_biases[layer] + all_weights[layer] @ "
                               "all_h[layer]\nif layer < K: all_f[layer] = relu(all_f[layer])"},
            {"preactivations": "all_f[layer] = relu(all_biases[layer] + all_weights[layer] @ "
                               "all_h[layer])"},
        ),
        _forward(
            "forward-slope-for-relu", "The slope of the ReLU in place of the ReLU",
            "Your activations are zeros and ones. What does an active unit pass on?",
            "The indicator is the derivative of the ReLU and belongs to the way back. The ReLU "
            "passes a positive value on as it is.",
            {"activations": "all_h[layer] = indicator_function(all_f[layer - 1])"},
        ),
        _forward(
            "forward-bias-missing", "The biases are left out",
            "Your pre-activations do not depend on the biases. Which two terms make f_k?",
            "f_k has a bias and a product. Without the bias, every pre-activation of a layer is "
            "zero whenever all that goes in is zero.",
            {"preactivations": "all_f[layer] = all_weights[layer] @ all_h[layer]"},
        ),
        _forward(
            "forward-bias-sign", "The biases are subtracted",
            "The biases act with the wrong sign. How do they stand in the formula of f_k?",
            "The bias is added.",
            {"preactivations": "all_f[layer] = all_weights[layer] @ all_h[layer] "
                               "- all_biases[layer]"},
        ),
        _forward(
            "forward-bias-multiplied", "The biases take part in the product",
            "The biases take part in a product. How do they stand in the formula of f_k?",
            "The bias is added to the product of weights and activations; nothing multiplies it.",
            {"preactivations": "all_f[layer] = all_biases[layer] * "
                               "(all_weights[layer] @ all_h[layer])"},
            {"preactivations": "all_f[layer] = all_weights[layer] @ "
                               "(all_biases[layer] + all_h[layer])"},
        ),
        _forward(
            "forward-transposed", "The matrix is transposed",
            "Your product runs down the columns of Omega_k. Where in Omega_k do the weights of "
            "unit i stand, and what does that unit add up?",
            "Row i of Omega_k holds the weights with which unit i takes its inputs. The transpose "
            "belongs to the way back.",
            {"preactivations": "all_f[layer] = all_biases[layer] + all_weights[layer].T @ "
                               "all_h[layer]"},
        ),
        _forward(
            "forward-elementwise", "An elementwise product in place of the matrix product",
            "Nothing is added up in your product. What does a unit do with all its inputs?",
            "`*` multiplies entry by entry, with broadcasting; `@` also adds up.",
            {"preactivations": "all_f[layer] = all_biases[layer] + all_weights[layer] * "
                               "all_h[layer]"},
            {"preactivations": "all_f[layer] = all_biases[layer] + all_weights[layer] * "
                               "all_h[layer].T"},
        ),
        _forward(
            "forward-wrong-side", "The product is formed from the wrong side",
            "The sizes of your product do not fit, or fit by chance. Which of the two factors has "
            "a row for each unit of the layer?",
            "h_k is a column and stands to the right of the matrix that acts on it.",
            {"preactivations": "all_f[layer] = all_biases[layer] + all_h[layer] @ "
                               "all_weights[layer]"},
            {"preactivations": "all_f[layer] = all_biases[layer] + all_h[layer].T @ "
                               "all_weights[layer]"},
        ),
        _forward(
            "forward-input-everywhere", "Every layer is fed with the network's input",
            "Every layer of yours starts from the network's input. What goes into layer 2?",
            "Each layer takes what the one before it passed on.",
            {"preactivations": "all_f[layer] = all_biases[layer] + all_weights[layer] @ net_input"},
            {"activations": "all_h[layer] = relu(net_input)"},
        ),
        _forward(
            "forward-parameters-one-layer-off", "The parameters of another layer",
            "A layer works with the parameters of another one. Which index do the weights and the "
            "biases have that make f_k?",
            "Layer k owns everything with index k. In layer 0, the index `layer - 1` is the last "
            "place of the list, and Python does not complain.",
            {"preactivations": "all_f[layer] = all_biases[layer - 1] + all_weights[layer - 1] @ "
                               "all_h[layer]"},
            {"preactivations": "all_f[layer] = all_biases[layer - 1] + all_weights[layer] @ "
                               "all_h[layer]"},
            {"preactivations": "all_f[layer] = all_biases[layer] + all_weights[layer - 1] @ "
                               "all_h[layer]"},
        ),
        _forward(
            "forward-product-with-f", "The product takes the pre-activations",
            "The ReLU has no effect on the next layer. What goes into a layer: the values before "
            "the ReLU, or those after it?",
            "The matrix of a layer multiplies its activations.",
            {"preactivations": "all_f[layer] = all_biases[layer] + all_weights[layer] @ "
                               "(all_f[layer - 1] if layer > 0 else all_h[0])"},
        ),
        _forward(
            "forward-h-returned", "The last activations are returned as the output",
            "What you return as the output are the values that go into the last layer. What comes "
            "out of it?",
            "The network's output is the last layer's pre-activation.",
            {"end": "return all_h[K], all_f, all_h"},
        ),
        _forward(
            "forward-f-and-h-swapped", "The two lists are returned in the wrong order",
            "The first of your two lists holds the activations. Which of the two lists comes "
            "first?",
            "The function returns the output, then the pre-activations, then the activations.",
            {"end": "return all_f[K], all_h, all_f"},
        ),
        _forward(
            "forward-only-output", "A part of the result is not returned",
            "A part of the result is missing. What does the loss need from the forward pass, and "
            "what does the way back need?",
            "The loss needs the output. The way back needs every pre-activation and every "
            "activation.",
            {"end": "return all_f[K]"},
            {"end": "return all_f, all_h"},
        ),
        _forward(
            "forward-output-layer-skipped", "The loop ends before the output layer",
            "The last layer is missing. At which number must the loop end?",
            "Layers are counted 0 to K, so there are K + 1 of them.",
            {"end": "return all_h[K], all_f[:K], all_h[:K]"},
            {"end": "all_f[K] = None\nreturn all_h[K], all_f, all_h"},
            {"end": "all_f[K] = None\nreturn all_f[K], all_f, all_h"},
        ),
        _forward(
            "forward-nothing-returned", "The function returns nothing",
            "Your function returns None. Printing a result does not return it: which statement "
            "does?",
            "Without `return`, a function returns None.",
            {"end": "return None"},
        ),
    ),
    trials_of(
        compute_network_output,
        Form(
            "the output and two lists of arrays",
            ("net_output", "all_f", "all_h"),
            ("output", "array f_{}", "array h_{}"),
        ),
        _forward_cases,
    ),
    {"compute_network_output": "What does a layer do with what comes in, and what is kept?"},
)
