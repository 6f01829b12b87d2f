"""The mistakes that students make in a backward pass, each as the lines that make it.

The lines of the pass have the names ``start``, ``biases``, ``weights``, ``product``, ``mask`` and
``end``, in the order in which they run.
"""

from backprop.checks.subject import Misconception, Subject
from backprop.checks.trial_networks import trials

RIGHT_LINES = {
    "start": "dl_df = 2 * (all_f[K] - y)",
    "biases": "all_dl_dbiases[layer] = dl_df.sum(axis=1, keepdims=True)",
    "weights": "all_dl_dweights[layer] = dl_df @ all_h[layer].T",
    "product": "dl_dh = all_weights[layer].T @ dl_df",
    "mask": "dl_df = indicator_function(all_f[layer - 1]) * dl_dh",
    "end": "return all_dl_dweights, all_dl_dbiases",
}

# What the exercise has in place of the lines that are still to be written.
UNWRITTEN = {
    "biases": "all_dl_dbiases[layer] = np.zeros_like(all_biases[layer])",
    "weights": "all_dl_dweights[layer] = np.zeros_like(all_weights[layer])",
    "product": "dl_dh = np.ones_like(all_h[layer])",
    "mask": "dl_df = dl_dh",
}

TEMPLATE = """\
def backward_pass(all_weights, all_biases, all_f, all_h, y):
    K = len(all_weights) - 1
    all_dl_dweights = [None] * (K + 1)
    all_dl_dbiases = [None] * (K + 1)
    {start}
    for layer in reversed(range(K + 1)):
        {biases}
        {weights}
        if layer > 0:
            {product}
            {mask}
    {end}
"""

CATALOGUE = (
    # Before the loop
    Misconception(
        "factor-two-missing",
        "The factor 2 of the squared error is missing",
        "The gradient at the output is half as large as it should be, and so is every gradient "
        "computed from it. What is the derivative of a square?",
        "The derivative of (f - y)**2 is 2 (f - y). Without the 2 the gradient belongs to half "
        "the squared error. All later lines pass the factor on, so every gradient is halved.",
        ({"start": "dl_df = all_f[K] - y"},),
    ),
    Misconception(
        "output-sign",
        "The difference at the output is the wrong way round",
        "The gradient at the output has the wrong sign, and so has every gradient computed from "
        "it. If an output is too small, does the loss grow or fall when that output grows?",
        "The derivative of (f - y)**2 with respect to f is 2 (f - y), not 2 (y - f). The gradient "
        "says in which direction the loss grows; the step of training goes the other way, and its "
        "minus sign stands there.",
        ({"start": "dl_df = 2 * (y - all_f[K])"},),
    ),
    Misconception(
        "mean-over-outputs",
        "A mean over the outputs in place of the sum",
        "The gradient at the output is divided by the number of outputs. Does the loss add up the "
        "squared errors of the outputs, or take their mean? And what is the derivative of one "
        "square?",
        "The loss of this course is a sum. Dividing its gradient by the number of outputs gives "
        "the gradient of another loss, the mean; without the 2, that of half the mean.",
        (
            {"start": "dl_df = 2 * (all_f[K] - y) / y.shape[0]"},
            {"start": "dl_df = (all_f[K] - y) / y.shape[0]"},
        ),
    ),
    Misconception(
        "mean-over-examples",
        "A mean over the examples in place of the sum",
        "The gradient at the output is divided by the number of examples. Does the loss add up the "
        "examples, or take their mean? And what is the derivative of one square?",
        "The loss of this course is summed over the batch. Dividing by the number of examples "
        "gives the gradient of the mean loss; without the 2, that of half of it.",
        (
            {"start": "dl_df = 2 * (all_f[K] - y) / y.shape[1]"},
            {"start": "dl_df = (all_f[K] - y) / y.shape[1]"},
        ),
    ),
    Misconception(
        "mean-over-everything",
        "A mean over outputs and examples in place of the sum",
        "The gradient at the output is divided by the number of entries of y. Is the loss a sum or "
        "a mean? And what is the derivative of one square?",
        "`np.mean` of the squared errors divides by the number of outputs and of examples. The "
        "loss of this course is a sum. Without the 2, the gradient is that of half the mean.",
        (
            {"start": "dl_df = 2 * (all_f[K] - y) / y.size"},
            {"start": "dl_df = (all_f[K] - y) / y.size"},
        ),
    ),
    Misconception(
        "loss-in-place-of-derivative",
        "The squared error itself flows back, not its derivative",
        "What you have at the output is the loss itself, output by output. Which question does "
        "dl/df answer?",
        "(f - y)**2 is the loss of an output. What flows back is how fast the loss changes with "
        "the output.",
        ({"start": "dl_df = (all_f[K] - y) ** 2"},),
    ),
    Misconception(
        "output-in-place-of-error",
        "The target is left out of the derivative at the output",
        "The gradient at the output does not depend on the target. Where does y stand in the loss?",
        "The derivative of (f - y)**2 is 2 (f - y): y does not drop out, because the square is "
        "of the whole difference.",
        ({"start": "dl_df = 2 * all_f[K]"},),
    ),
    Misconception(
        "output-masked",
        "The output layer is masked, or sent through a ReLU",
        "The gradient at the output is off where f_K is negative. Does f_K go through a ReLU?",
        "There are K + 1 layers but only K ReLUs: none stands behind the output. A mask there "
        "stops the gradient of every negative output; a ReLU there compares the target with zero "
        "in place of a negative output.",
        (
            {"start": "dl_df = indicator_function(all_f[K]) * 2 * (all_f[K] - y)"},
            {"start": "dl_df = 2 * (relu(all_f[K]) - y)"},
        ),
    ),
    # 7.21
    Misconception(
        "bias-not-written",
        "The bias gradients are zeros",
        "All your bias gradients are zero. Is the line that computes them written already?",
        "An array of zeros that was made to hold a result is not the result.",
        ({"biases": UNWRITTEN["biases"]},),
    ),
    Misconception(
        "bias-not-summed",
        "The examples of a batch are not added up in the bias gradient",
        "With several examples your bias gradient has a column for each. How many biases are "
        "there, and how many examples does each of them serve?",
        "One bias is added in every column, so a nudge of it reaches the loss through every "
        "example. Its gradient is the sum of the columns.",
        ({"biases": "all_dl_dbiases[layer] = dl_df.copy()"},),
    ),
    Misconception(
        "bias-mean",
        "A mean over the examples in the bias gradient",
        "Your bias gradients are divided by the number of examples. Is the loss a sum or a mean "
        "over the examples?",
        "The loss is a sum over the examples, so the effects of a nudge of a bias in all of them "
        "add up. In the weight gradient the matrix product adds up the examples by itself; here "
        "the sum must be written.",
        ({"biases": "all_dl_dbiases[layer] = dl_df.mean(axis=1, keepdims=True)"},),
    ),
    Misconception(
        "bias-flat",
        "The bias gradient has shape (D,) and not (D, 1)",
        "Your bias gradient has lost an axis. A sum along an axis drops that axis, and so does "
        "picking one column: how is it kept?",
        "A (D,) array prints like a row and broadcasts against a column to (D, D). The gradient "
        "has the shape of its parameter, (D, 1). With several examples, `[:, 0]` also forgets all "
        "but the first.",
        (
            {"biases": "all_dl_dbiases[layer] = dl_df.sum(axis=1)"},
            {"biases": "all_dl_dbiases[layer] = dl_df[:, 0]"},
        ),
    ),
    Misconception(
        "bias-one-number",
        "The bias gradient is added up over the units as well",
        "Your bias gradient is one number for all units of a layer. Is a bias shared by the units "
        "of a layer, or by the examples of a batch?",
        "Each unit has a bias of its own. Only the examples share it, so only they are added up.",
        (
            {"biases": "all_dl_dbiases[layer] = np.full_like(all_biases[layer], dl_df.sum())"},
            {"biases": "all_dl_dbiases[layer] = dl_df.sum()"},
            {"biases": "all_dl_dbiases[layer] = dl_df.sum(axis=0, keepdims=True)"},
            {"biases": "all_dl_dbiases[layer] = dl_df.sum(axis=0, keepdims=True).T"},
        ),
    ),
    Misconception(
        "bias-times-bias",
        "The bias stands in its own gradient",
        "Your bias gradient depends on the size of the bias. By how much does f change when its "
        "bias changes by one, for a large bias and for a small one?",
        "f = beta + Omega h is linear in beta: its slope does not depend on beta.",
        (
            {"biases": "all_dl_dbiases[layer] = (dl_df * all_biases[layer])"
                       ".sum(axis=1, keepdims=True)"},
        ),
    ),
    Misconception(
        "bias-times-activation",
        "An activation, or a pre-activation, stands in the bias gradient",
        "Your bias gradient is multiplied by values of the forward pass. In f, a weight is "
        "multiplied by such a value. Is a bias?",
        "A weight is multiplied by an activation, a bias is not: it is added as it is. So a nudge "
        "of it arrives in f at its full size, and its gradient has no factor from the forward "
        "pass.",
        (
            {"biases": "all_dl_dbiases[layer] = (dl_df * relu(all_f[layer]))"
                       ".sum(axis=1, keepdims=True)"},
            {"biases": "all_dl_dbiases[layer] = (dl_df * all_f[layer])"
                       ".sum(axis=1, keepdims=True)"},
            {"biases": "all_dl_dbiases[layer] = (dl_df * all_h[layer].sum(axis=0))"
                       ".sum(axis=1, keepdims=True)"},
        ),
    ),
    Misconception(
        "bias-before-mask",
        "The bias gradient is taken from dl/dh, before the mask",
        "Biases of units that are not active have a gradient. Is a bias added before the unit's "
        "ReLU or after it, and which gradient belongs to that place?",
        "The bias is added before the ReLU, so its gradient is that of the pre-activation, after "
        "the way back through the ReLU.",
        (
            {"biases": "all_dl_dbiases[layer] = (dl_df if layer == K else dl_dh)"
                       ".sum(axis=1, keepdims=True)"},
        ),
    ),
    Misconception(
        "bias-sign",
        "The bias gradient has the wrong sign",
        "Your bias gradients have the wrong sign. In f, is the bias added or subtracted?",
        "The bias is added: if it grows by one, f grows by one. So df/dbeta is +1, and the "
        "upstream gradient keeps its sign.",
        ({"biases": "all_dl_dbiases[layer] = -dl_df.sum(axis=1, keepdims=True)"},),
    ),
    Misconception(
        "bias-one-layer-off",
        "Bias gradients are stored one layer off",
        "Your bias gradients are there, but under the number of another layer. Which layer's bias "
        "stands in the formula of f_k?",
        "Layer k owns everything with index k: dl/df_k is the gradient of beta_k. In layer 0, the "
        "index `layer - 1` is the last place of the list, and Python does not complain.",
        (
            {"biases": "all_dl_dbiases[layer - 1] = dl_df.sum(axis=1, keepdims=True)"},
            {"biases": "all_dl_dbiases[(layer + 1) % (K + 1)] = dl_df.sum(axis=1, keepdims=True)"},
        ),
    ),
    Misconception(
        "no-copy",
        "The result of one layer is changed by the next",
        "The bias gradients of several layers hold the same numbers: those of the last one that "
        "you computed. Does a second name for an array make a second array?",
        "`all_dl_dbiases[layer] = dl_df` stores the array itself. Where a later line writes into "
        "dl_df (with `[:]`, `*=` or `out=`), it writes into the stored result as well.",
        (
            {"biases": "all_dl_dbiases[layer] = dl_df",
             "mask": "dl_df[:] = indicator_function(all_f[layer - 1]) * dl_dh"},
        ),
    ),
    # 7.22
    Misconception(
        "weights-not-written",
        "The weight gradients are zeros",
        "All your weight gradients are zero. Is the line that computes them written already?",
        "An array of zeros that was made to hold a result is not the result.",
        ({"weights": UNWRITTEN["weights"]},),
    ),
    Misconception(
        "outer-product-reversed",
        "The outer product is the wrong way round",
        "Rows and columns of your weight gradient are exchanged. Which index of a weight belongs "
        "to the unit behind it, and which to the value in front of it?",
        "Row m of Omega belongs to unit m behind it, so the upstream gradient runs down the rows "
        "and the activations along the columns.",
        ({"weights": "all_dl_dweights[layer] = all_h[layer] @ dl_df.T"},),
    ),
    Misconception(
        "weights-elementwise",
        "An elementwise product, or one with a sum, in place of the outer product",
        "Your product does not give a number for each weight. Which pairs of a unit behind and a "
        "value in front are joined by a weight?",
        "The gradient of a matrix is a matrix: all products of an entry of dl/df with an entry of "
        "h. Entry by entry only a few of the pairs are formed, and a sum over dl/df forgets which "
        "unit each entry belongs to.",
        (
            {"weights": "all_dl_dweights[layer] = dl_df * all_h[layer]"},
            {"weights": "all_dl_dweights[layer] = dl_df.sum() * all_h[layer].T"},
        ),
    ),
    Misconception(
        "weights-inner-product",
        "An inner product in place of the outer product",
        "Your product makes one number of two columns, if their lengths fit at all. Which product "
        "of two columns gives a matrix?",
        "A row times a column is one number. The gradient of Omega needs all pairs: a column "
        "times a row.",
        ({"weights": "all_dl_dweights[layer] = dl_df.T @ all_h[layer]"},),
    ),
    Misconception(
        "f-for-h",
        "The pre-activation f stands where the activation h should",
        "Some columns of your weight gradients are not zero although the unit in front is not "
        "active. Which value does the weight multiply: the one before the ReLU, or the one after "
        "it?",
        "Omega_k multiplies h_k, which is zero for units that are not active. f_{k-1} is not. In "
        "layer 0, `all_f[layer - 1]` is the output, the last entry of the list.",
        (
            {"weights": "all_dl_dweights[layer] = dl_df @ "
                        "(all_f[layer - 1] if layer > 0 else all_h[0]).T"},
            {"weights": "all_dl_dweights[layer] = dl_df @ all_f[layer - 1].T"},
        ),
    ),
    Misconception(
        "h-of-previous-layer",
        "h of the layer before stands in the weight gradient",
        "Your weight gradient is built with the activations of another layer. Which h goes into "
        "layer k?",
        "Layer k owns everything with index k: h_k goes in, Omega_k multiplies it. In layer 0, "
        "`all_h[layer - 1]` is the last entry of the list.",
        (
            {"weights": "all_dl_dweights[layer] = dl_df @ all_h[max(layer - 1, 0)].T"},
            {"weights": "all_dl_dweights[layer] = dl_df @ all_h[layer - 1].T"},
        ),
    ),
    Misconception(
        "h-of-next-layer",
        "What comes out of the layer stands in its weight gradient",
        "Your weight gradient is built with what comes out of the layer. Which values does its "
        "matrix multiply?",
        "A weight multiplies a value that goes into the layer. relu(f_k) is what comes out of it.",
        (
            {"weights": "all_dl_dweights[layer] = dl_df @ relu(all_f[layer]).T"},
            {"weights": "all_dl_dweights[layer] = dl_df @ "
                        "(all_h[layer + 1] if layer < K else all_f[K]).T"},
        ),
    ),
    Misconception(
        "h-missing",
        "The size of the activations is left out of the weight gradient",
        "Your weight gradient does not depend on the size of the activations. Does a nudge of a "
        "weight arrive in f at its full size?",
        "A nudge of a weight arrives in f multiplied by the activation that the weight carries. A "
        "one in its place is right only where the activation happens to be 1.",
        (
            {"weights": "all_dl_dweights[layer] = dl_df.sum(axis=1, keepdims=True) "
                        "* np.ones_like(all_weights[layer])"},
            {"weights": "all_dl_dweights[layer] = dl_df @ indicator_function(all_h[layer]).T"},
        ),
    ),
    Misconception(
        "weights-divided-by-batch",
        "The weight gradient is divided by the number of examples",
        "Your weight gradients are divided by the number of examples. Is the loss a sum or a mean "
        "over the examples?",
        "The loss of this course is summed over the batch, and so is its gradient.",
        ({"weights": "all_dl_dweights[layer] = dl_df @ all_h[layer].T / y.shape[1]"},),
    ),
    Misconception(
        "weights-times-weights",
        "The weight stands in its own gradient",
        "Your weight gradient depends on the size of the weight. By how much does f change when a "
        "weight changes by one, for a large weight and for a small one?",
        "f is linear in Omega: its slope is h and does not depend on Omega.",
        ({"weights": "all_dl_dweights[layer] = (dl_df @ all_h[layer].T) * all_weights[layer]"},),
    ),
    Misconception(
        "weights-before-mask",
        "The weight gradient is taken from dl/dh, before the mask",
        "Rows of your weight gradient are not zero although their units are not active. Do the "
        "weights act before the unit's ReLU or after it, and which gradient belongs to that place?",
        "The weights feed f, which lies before the ReLU. Their gradient is made from dl/df.",
        (
            {"weights": "all_dl_dweights[layer] = (dl_df if layer == K else dl_dh) "
                        "@ all_h[layer].T"},
        ),
    ),
    Misconception(
        "weights-sign",
        "The weight gradient has the wrong sign",
        "Your weight gradients have the wrong sign. In f, is the product of weights and "
        "activations added or subtracted?",
        "The product is added: df/dOmega is +h, and the upstream gradient keeps its sign.",
        ({"weights": "all_dl_dweights[layer] = -dl_df @ all_h[layer].T"},),
    ),
    Misconception(
        "weights-one-layer-off",
        "Weight gradients are stored one layer off",
        "Your weight gradients are there, but under the number of another layer. Which layer's "
        "weights stand in the formula of f_k?",
        "Layer k owns everything with index k: dl/df_k and h_k make the gradient of Omega_k. In "
        "layer 0, the index `layer - 1` is the last place of the list.",
        (
            {"weights": "all_dl_dweights[layer - 1] = dl_df @ all_h[layer].T"},
            {"weights": "all_dl_dweights[(layer + 1) % (K + 1)] = dl_df @ all_h[layer].T"},
        ),
    ),
    # 7.24, the product
    Misconception(
        "nothing-comes-back",
        "What comes back from the output layer is zero",
        "In all layers before the output layer every gradient is zero. Does the loop come to them? "
        "If it does: two lines take the gradient one layer back, and which of them gives zeros?",
        "With zeros in place of dl/dh, or of dl/df, nothing reaches the layers in front: all that "
        "they compute is a multiple of zero.",
        (
            {"product": "dl_dh = np.zeros_like(all_h[layer])"},
            {"mask": "dl_df = np.zeros_like(all_f[layer - 1])"},
        ),
    ),
    Misconception(
        "product-without-transpose",
        "The matrix is not transposed on the way back",
        "What flows back is added up along the rows of the matrix, as on the way forward. From "
        "which units does unit j collect: from those that feed it, or from those that it fed? "
        "Where in the matrix do the weights between them stand?",
        "Forward, unit i sums along row i of Omega. Backward, unit j collects from every unit i "
        "that it fed, down column j. With layers of one width the wrong product has the right "
        "shape.",
        ({"product": "dl_dh = all_weights[layer] @ dl_df"},),
    ),
    Misconception(
        "product-wrong-side",
        "The product with the matrix is formed from the wrong side",
        "The product on the way back gives no column, or its sizes do not fit. Which shapes do "
        "dl/df, Omega and dl/dh have, and which product takes the first to the last?",
        "A row times Omega holds the right numbers, laid down as a row. Against a column it "
        "broadcasts to a matrix in the next line. The other two products do not exist, unless two "
        "sizes agree by chance.",
        (
            {"product": "dl_dh = dl_df.T @ all_weights[layer]"},
            {"product": "dl_dh = all_weights[layer].T @ dl_df.T"},
            {"product": "dl_dh = dl_df @ all_weights[layer]"},
        ),
    ),
    Misconception(
        "product-elementwise",
        "An elementwise product with the matrix",
        "Your product with the matrix works entry by entry. Unit j fed many units: with which "
        "weight does the gradient of each of them come back, and what is done with all that comes?",
        "`*` multiplies entry by entry, with broadcasting, and adds nothing up. The chain rule "
        "asks for a sum over the units that were fed. A sum written after `*` must run over these "
        "units, and each of their gradients must have met the weight that leads to its unit. A "
        "matrix product does both.",
        (
            {"product": "dl_dh = all_weights[layer].T * dl_df"},
            {"product": "dl_dh = all_weights[layer] * dl_df"},
            {"product": "dl_dh = (all_weights[layer] * dl_df).sum(axis=1, keepdims=True)"},
            {"product": "dl_dh = (all_weights[layer].T * dl_df).sum(axis=1, keepdims=True)"},
        ),
    ),
    Misconception(
        "product-missing",
        "The gradient is not multiplied by the weights on the way back",
        "The weights take no part in what flows back. If a weight were zero, could the unit in "
        "front reach the loss through it?",
        "h reaches f through the weights: a nudge of h arrives multiplied by them, so what comes "
        "back is multiplied by them as well.",
        (
            {"product": "dl_dh = dl_df"},
            {"product": UNWRITTEN["product"]},
            {"product": "dl_dh = np.ones_like(all_weights[layer]).T @ dl_df"},
        ),
    ),
    Misconception(
        "product-of-other-layer",
        "The weights of another layer stand in the product",
        "What flows back was multiplied by the weights of another layer. Which matrix lies "
        "between h_k and f_k?",
        "Layer k owns everything with index k: Omega_k takes h_k to f_k, and Omega_k takes the "
        "gradient back.",
        (
            {"product": "dl_dh = all_weights[layer - 1].T @ dl_df"},
            {"product": "dl_dh = all_weights[min(layer + 1, K)].T @ dl_df"},
            {"product": "dl_dh = all_weights[K - layer].T @ dl_df"},
        ),
    ),
    Misconception(
        "product-with-inverse",
        "The inverse of the matrix in place of the transpose",
        "What flows back went through an inverse of the matrix, as if the forward pass were "
        "undone. What does unit j collect from the units that it fed, and with which weights?",
        "The backward pass does not undo the forward pass. A gradient goes back along the same "
        "connections, which the transpose describes.",
        (
            {"product": "dl_dh = np.linalg.pinv(all_weights[layer]) @ dl_df"},
            {"product": "dl_dh = np.linalg.inv(all_weights[layer]) @ dl_df"},
        ),
    ),
    Misconception(
        "product-with-gradient",
        "The gradient of the weights stands in the product, not the weights",
        "What flows back was multiplied by the gradient of the weights. Which numbers join h_k to "
        "f_k?",
        "df/dh is Omega itself. The gradient of Omega is a result of this layer, not a part of "
        "the way back.",
        ({"product": "dl_dh = all_dl_dweights[layer].T @ dl_df"},),
    ),
    Misconception(
        "product-with-biases",
        "The biases are added on the way back",
        "Biases are added to what flows back. If h is nudged, does the change of f depend on beta?",
        "beta is a constant in f = beta + Omega h, and drops out of the derivative with respect "
        "to h.",
        (
            {"product": "dl_dh = all_weights[layer].T @ (dl_df + all_biases[layer])"},
            {"product": "dl_dh = all_weights[layer].T @ dl_df + all_biases[layer - 1]"},
        ),
    ),
    Misconception(
        "product-sign",
        "The gradient changes its sign on the way back",
        "The sign of what flows back is turned at every layer. In f, is the product of Omega and h "
        "added or subtracted?",
        "The product is added, so df/dh is +Omega. Where the sign is turned at every layer, every "
        "second layer is right by chance.",
        ({"product": "dl_dh = -all_weights[layer].T @ dl_df"},),
    ),
    # 7.24, the mask
    Misconception(
        "mask-missing",
        "The mask is missing",
        "Units that are not active have a gradient. What happens to the output when you nudge the "
        "pre-activation of a unit that is not active?",
        "Where the ReLU passed on zero, a nudge changes nothing behind it, so its gradient is "
        "zero.",
        ({"mask": UNWRITTEN["mask"]},),
    ),
    Misconception(
        "relu-of-gradient",
        "The ReLU, or its mask, is applied to the gradient",
        "No negative gradient comes back. On which values did the ReLU work on the way forward, "
        "and so at which values is its slope needed?",
        "The slope of the ReLU is asked for at the pre-activation. The sign of the gradient has "
        "nothing to do with it. In the last of these lines the size of the gradient is lost as "
        "well.",
        (
            {"mask": "dl_df = relu(dl_dh)"},
            {"mask": "dl_df = indicator_function(all_f[layer - 1]) * relu(dl_dh)"},
            {"mask": "dl_df = indicator_function(dl_dh)"},
        ),
    ),
    Misconception(
        "mask-from-next-layer",
        "The mask comes from f_k, not from the pre-activations of the layer before",
        "The mask stops the wrong units: it was made from what comes out of layer k, behind its "
        "weights. Which pre-activations went into the ReLU in front of these weights?",
        "h_k = relu(f_{k-1}): this ReLU was decided by f_{k-1}. f_k lies behind the weights, and "
        "`all_h[layer + 1]` is positive exactly where f_k is.",
        (
            {"mask": "dl_df = indicator_function(all_f[layer]) * dl_dh"},
            {"mask": "dl_df = indicator_function(all_h[min(layer + 1, K)]) * dl_dh"},
        ),
    ),
    Misconception(
        "mask-from-earlier-layer",
        "The mask comes from a layer too far away",
        "The mask stops the wrong units: it was made from values too far away in the network. "
        "Which values went directly into the ReLU that made h_k?",
        "h_k = relu(f_{k-1}): this ReLU was decided by f_{k-1}. h_{k-1} went into the layer that "
        "computed it. An index below 0 counts from the end of the list, and `K - layer` counts the "
        "layers from the wrong side.",
        (
            {"mask": "dl_df = indicator_function(all_h[layer - 1]) * dl_dh"},
            {"mask": "dl_df = indicator_function(all_f[layer - 2]) * dl_dh"},
            {"mask": "dl_df = indicator_function(all_f[max(layer - 2, 0)]) * dl_dh"},
            {"mask": "dl_df = indicator_function(all_f[K - layer]) * dl_dh"},
        ),
    ),
    Misconception(
        "mask-inverted",
        "The mask is inverted",
        "The gradient comes back where it should be stopped, and is stopped where it should come "
        "back. Where is the slope of the ReLU one?",
        "The slope is 1 where the pre-activation is positive: there the ReLU passed the value on, "
        "and there it passes the gradient back.",
        (
            {"mask": "dl_df = (all_f[layer - 1] <= 0) * dl_dh"},
            {"mask": "dl_df = (all_f[layer - 1] < 0) * dl_dh"},
        ),
    ),
    Misconception(
        "mask-at-zero",
        "A pre-activation of exactly zero lets the gradient through",
        "This shows only where a pre-activation is exactly zero. Which value of the slope does "
        "the course choose there?",
        "At zero the ReLU has no derivative; by convention it is taken as 0 here, so `>` and not "
        "`>=`. With random numbers the two practically never differ.",
        (
            {"mask": "dl_df = (all_f[layer - 1] >= 0) * dl_dh"},
            {"mask": "dl_df = np.heaviside(all_f[layer - 1], 0.5) * dl_dh"},
        ),
    ),
    Misconception(
        "activation-for-mask",
        "The gradient is multiplied by the activation or pre-activation, not by the slope",
        "What comes back grows with the size of the pre-activation. What is the slope of the ReLU "
        "at -3, at 3, and at 300?",
        "The slope of the ReLU is 1 wherever the argument is positive, however large it is, and 0 "
        "elsewhere.",
        (
            {"mask": "dl_df = all_h[layer] * dl_dh"},
            {"mask": "dl_df = all_f[layer - 1] * dl_dh"},
        ),
    ),
    Misconception(
        "mask-before-product",
        "The mask is applied before the product, one layer too late",
        "Each mask acts one layer too late, so that layer 0 is never masked. In which order did "
        "the forward pass go through the weights and the ReLU, and in which order must the way "
        "back?",
        "Forward: the ReLU of f_{k-1}, then Omega_k. Backward: first through Omega_k, then through "
        "that ReLU. In the first of these ways the output is masked as well, which has no ReLU.",
        (
            {"product": "dl_dh = all_weights[layer].T @ (indicator_function(all_f[layer]) * dl_df)",
             "mask": "dl_df = dl_dh"},
            {"product": "dl_dh = all_weights[layer].T @ "
                        "((indicator_function(all_f[layer]) if layer < K else 1) * dl_df)",
             "mask": "dl_df = dl_dh"},
        ),
        "7.24 mask",
    ),
    # Before, after and around the loop
    Misconception(
        "first-layer-forgotten",
        "The loop ends before the first layer",
        "Layer 0 has no gradients, or only zeros. At which number must the loop end?",
        "`range(K, 0, -1)` ends at 1. Layer 0 has weights and biases like every other.",
        (
            {"end": "all_dl_dweights[0] = all_dl_dbiases[0] = None\n"
                    "return all_dl_dweights, all_dl_dbiases"},
            {"end": "all_dl_dweights[0] = 0 * all_weights[0]\n"
                    "all_dl_dbiases[0] = 0 * all_biases[0]\n"
                    "return all_dl_dweights, all_dl_dbiases"},
            {"end": "return all_dl_dweights[1:], all_dl_dbiases[1:]"},
        ),
    ),
    Misconception(
        "loop-ends-early",
        "Only the output layer has gradients",
        "Only the output layer has gradients. How often does the loop run, and what ends it?",
        "A `return` that stands inside the loop ends the function after the first layer.",
        (
            {"end": "all_dl_dweights[:K] = all_dl_dbiases[:K] = [None] * K\n"
                    "return all_dl_dweights, all_dl_dbiases"},
        ),
    ),
    Misconception(
        "output-layer-skipped",
        "The output layer is skipped",
        "The output layer has no gradients, or only zeros. At which number must the loop start?",
        "Layers are counted 0 to K, so there are K + 1 of them. The last has parameters too.",
        (
            {"end": "all_dl_dweights[K] = all_dl_dbiases[K] = None\n"
                    "return all_dl_dweights, all_dl_dbiases"},
            {"end": "all_dl_dweights[K] = 0 * all_weights[K]\n"
                    "all_dl_dbiases[K] = 0 * all_biases[K]\n"
                    "return all_dl_dweights, all_dl_dbiases"},
            {"end": "return all_dl_dweights[:K], all_dl_dbiases[:K]"},
        ),
    ),
    Misconception(
        "lists-reversed",
        "The lists are returned from the output to the input",
        "A list that you return runs from the last layer to the first. At which place of a list "
        "does layer 0 belong?",
        "Appending while walking backward gives the lists in reverse. The gradient of layer k "
        "belongs at place k.",
        (
            {"end": "return all_dl_dweights[::-1], all_dl_dbiases[::-1]"},
            {"end": "return all_dl_dweights[::-1], all_dl_dbiases"},
            {"end": "return all_dl_dweights, all_dl_dbiases[::-1]"},
        ),
    ),
    Misconception(
        "weights-and-biases-swapped",
        "Weight and bias gradients are returned in the wrong order",
        "The first list that you return has the shapes of the biases. Which of the two comes "
        "first?",
        "The function returns the weight gradients first, then the bias gradients.",
        ({"end": "return all_dl_dbiases, all_dl_dweights"},),
    ),
    Misconception(
        "rounded",
        "The gradients are rounded",
        "Your gradients are rounded. Where is the place for rounding: where you compute, or where "
        "you print?",
        "Rounded numbers are for the eye. Each further computation carries the error on.",
        tuple(
            {"end": f"return [np.round(g, {digits}) for g in all_dl_dweights], "
                    f"[np.round(g, {digits}) for g in all_dl_dbiases]"}
            for digits in (0, 1, 2, 3)
        ) + (
            {"end": "return [np.trunc(g) for g in all_dl_dweights], "
                    "[np.trunc(g) for g in all_dl_dbiases]"},
        ),
    ),
    Misconception(
        "nothing-returned",
        "The function returns nothing",
        "Your function returns None. Printing a result does not return it: which statement does?",
        "Without `return`, a function returns None.",
        ({"end": "return None"},),
    ),
)

# Looked for in single lines only, so that there are not as many more pairs to try.
RARE = (
    Misconception(
        "bias-of-one-example",
        "The bias gradient is that of one example",
        "Your bias gradient is that of one example. How many examples of the batch does a bias "
        "serve, and in how many of your lines do all of them take part?",
        "A bias is added in every column, so every example takes part in its gradient.",
        (
            {"biases": "all_dl_dbiases[layer] = dl_df[:, :1]"},
            {"biases": "all_dl_dbiases[layer] = dl_df[:, -1:]"},
        ),
    ),
    Misconception(
        "weights-of-one-example",
        "The weight gradient is that of one example",
        "Your weight gradient is that of one example. Which examples of the batch does a weight "
        "serve?",
        "A weight multiplies an activation of every example, so every example takes part in its "
        "gradient.",
        (
            {"weights": "all_dl_dweights[layer] = dl_df[:, :1] @ all_h[layer][:, :1].T"},
            {"weights": "all_dl_dweights[layer] = dl_df[:, -1:] @ all_h[layer][:, -1:].T"},
        ),
    ),
    Misconception(
        "examples-mixed",
        "The weight gradient pairs each example with every other",
        "In a batch your weight gradient holds products of a gradient and an activation of two "
        "different examples. Which column of dl/df belongs together with which column of h?",
        "Each example has its own dl/df and its own h. Only products of the same example belong "
        "into the sum.",
        (
            {"weights": "all_dl_dweights[layer] = dl_df.sum(axis=1, keepdims=True) "
                        "@ all_h[layer].sum(axis=1, keepdims=True).T"},
        ),
    ),
    Misconception(
        "mask-of-one-example",
        "One mask for all examples of the batch",
        "In a batch every example gets the same mask. Is a unit active for all examples alike?",
        "Each example has its own pre-activations, and so its own mask: a column each.",
        (
            {"mask": "dl_df = indicator_function(all_f[layer - 1][:, :1]) * dl_dh"},
            {"mask": "dl_df = indicator_function(all_f[layer - 1][:, -1:]) * dl_dh"},
            {"mask": "dl_df = np.any(all_f[layer - 1] > 0, axis=1, keepdims=True) * dl_dh"},
        ),
    ),
    Misconception(
        "slope-of-other-activation",
        "The slope of another activation function",
        "What comes back is multiplied by the slope of another activation function. Which "
        "function did this network use, and what does its graph look like on both sides of zero?",
        "A slope belongs to its function: h (1 - h) to the sigmoid, 1 - h^2 to the hyperbolic "
        "tangent, a small number on the left to the leaky ReLU. The ReLU is flat on the left and "
        "has the slope one on the right.",
        (
            {"mask": "dl_df = all_h[layer] * (1 - all_h[layer]) * dl_dh"},
            {"mask": "dl_df = (1 - all_h[layer] ** 2) * dl_dh"},
            {"mask": "s = 1 / (1 + np.exp(-all_f[layer - 1]))\ndl_df = s * (1 - s) * dl_dh"},
            {"mask": "dl_df = (1 - np.tanh(all_f[layer - 1]) ** 2) * dl_dh"},
            {"mask": "dl_df = np.where(all_f[layer - 1] > 0, 1, 0.01) * dl_dh"},
        ),
    ),
    *(
        Misconception(
            "whole-numbers",
            "What is computed is cut to whole numbers",
            "Here all your numbers are whole: what stands behind the point is cut off. Which line "
            "makes an array of integers, so that nothing else can be written into it?",
            "An array keeps the type of number with which it was made. What is written into an "
            "array of integers loses what stands behind the point.",
            ({line: f"{RIGHT_LINES[line]}\n{name} = np.trunc({name})"},),
        )
        for line, name in (
            ("biases", "all_dl_dbiases[layer]"),
            ("weights", "all_dl_dweights[layer]"),
            ("mask", "dl_df"),
        )
    ),
)

# Asked where a line is wrong in a way that the catalogue does not know.
QUESTIONS = {
    "backward_pass": "Which question does dl/df_K answer, and about which loss?",
    "7.21": "By how much does f_k move when one of its biases moves?",
    "7.22": "By how much does f_k move when one of its weights moves, and which shape must the "
            "result have?",
    "7.24 product": "Which units did unit j of h_k feed, with which weights, and what is done with "
                    "what they all say?",
    "7.24 mask": "Which values went into this ReLU on the way forward, and what is its slope at "
                 "each of them?",
}

# The same where the line is right with one example.
QUESTIONS_IN_BATCHES = {
    "backward_pass": "How do the examples enter the loss, and so each column of dl/df_K?",
    "7.21": "Which examples of the batch does a bias serve, and what does each contribute to its "
            "gradient?",
    "7.22": "Which column of dl/df_k belongs together with which column of h_k, and what is done "
            "with what all of them give?",
    "7.24 product": "Each example has its own column: does each of them come back by itself?",
    "7.24 mask": "Each example has its own column: whose pre-activations decide what passes in "
                 "which column?",
}

BACKWARD_PASS = Subject(
    "backward_pass", TEMPLATE, RIGHT_LINES, CATALOGUE, trials, QUESTIONS, QUESTIONS_IN_BATCHES, RARE
)


def wrong_backward_pass(lines):
    """The backward pass in which these lines, {name: code}, stand in place of the right ones.

    Examples
    --------
    >>> import numpy as np
    >>> wrong = wrong_backward_pass({"start": "dl_df = all_f[K] - y"})
    >>> f = h = [np.array([[3.0]])]
    >>> wrong([np.ones((1, 1))], [np.zeros((1, 1))], f, h, np.array([[1.0]]))
    ([array([[6.]])], [array([[2.]])])
    """
    return BACKWARD_PASS.wrong(lines)
