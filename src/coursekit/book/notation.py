r"""The notation of the course as data, and the tables that the page of notation makes of it.

``{notation} TABLE`` stands for one table: a group of `SYMBOLS` (their words, shape, name in
the code, and the chapter that introduces them), ``names`` (what else the code calls something),
``equations`` (each equation that has a line of code, with that line), or ``udl`` (the course's
equations beside UDL's numbers).

A chapter that brings a symbol, a name or an equation brings its row here; tests/test_notation.py
compares the rows with the macros of the formulas, with the arguments of `backprop`'s functions and
with the lines of its code.
"""

import re
from dataclasses import dataclass
from functools import partial

from sphinx.util.docutils import SphinxDirective

from coursekit.book.myst_text import parsed
from coursekit.book.tables import myst_table


@dataclass(frozen=True)
class Symbol:
    """One row of a table of symbols; the texts are MyST."""

    latex: str
    words: str
    shape: str
    code: str
    chapter: str


@dataclass(frozen=True)
class Name:
    """A name in the code that stands for no symbol of a formula."""

    code: str
    words: str
    chapter: str


@dataclass(frozen=True)
class Equation:
    """A labelled equation, and the line of a function of `backprop` that computes it."""

    label: str
    words: str
    function: str  # module.function
    line: str
    udl: str = ""  # UDL's number, in the older count


SCALAR = "a number"

# UDL's numbers of the same equations. The older ones stand in the comments of its notebook 7.2
# until February 2025, and in this course; since then the notebook has the newer ones.
UDL_NUMBERS = {"7.16": "7.17", "7.21": "7.22", "7.22": "7.23", "7.24": "7.25"}

SYMBOLS = {
    "parameters": [
        Symbol(
            r"\Om{k}", "weights of layer $k$", "$(D_{k+1}, D_k)$", "`all_weights[k]`",
            "01_network",
        ),
        Symbol(
            r"\prm{\Omega_{ij}}", "weight from value $j$ that enters a layer to unit $i$", SCALAR,
            "`all_weights[k][i, j]`", "01_network",
        ),
        Symbol(
            r"\bet{k}", "biases of layer $k$", "$(D_{k+1}, 1)$", "`all_biases[k]`", "01_network"
        ),
        Symbol(
            r"\prm{\beta_i}", "bias of unit $i$", SCALAR, "`all_biases[k][i, 0]`", "01_network"
        ),
        Symbol(
            r"\OmT{k}", "the weights transposed: rows and columns exchanged", "$(D_k, D_{k+1})$",
            "`all_weights[k].T`", "06_weight_gradients",
        ),
        Symbol(
            r"\prm{\sigma_k^2}", "variance with which the weights of layer $k$ are drawn", SCALAR,
            "`weight_variance`", "11_depth_and_initialization",
        ),
        Symbol(
            r"\prm{\beta_k}, \prm{\omega_k}", "parameters of the toy function", SCALAR,
            "`betas[k]`, `omegas[k]`", "04_chain_rule",
        ),
    ],
    "values": [
        Symbol(r"\x", "input of the network", "$(D_i, B)$", "`net_input`", "01_network"),
        Symbol(
            r"\f{k}", "pre-activations of layer $k$, what comes out of it", "$(D_{k+1}, B)$",
            "`all_f[k]`", "02_forward_pass",
        ),
        Symbol(
            r"\h{k}", r"activations that go into layer $k$; $\h{0} = \x$", "$(D_k, B)$",
            "`all_h[k]`", "02_forward_pass",
        ),
        Symbol(
            r"\hT{k}", "the activations transposed, a row for each example", "$(B, D_k)$",
            "`all_h[k].T`", "06_weight_gradients",
        ),
        Symbol(
            r"\f{K}", "output of the network", "$(D_o, B)$", "`net_output`, `all_f[K]`",
            "02_forward_pass",
        ),
        Symbol(
            r"\fwd{\dot{\mathbf{c}}}", r"tangent of $\fwd{\mathbf{c}}$: how fast it moves in the "
            "chosen direction", "that of its value", "`c_dot`, `tangent`",
            "12_automatic_differentiation",
        ),
        Symbol(r"\y", "target: what the output should be", "$(D_o, B)$", "`y`", "03_loss"),
        Symbol(r"\ell", "loss: how wrong the output is", SCALAR, "`loss`", "03_loss"),
        Symbol(
            r"\relu(\cdot)", "rectified linear unit, entry by entry",
            "that of its argument", "`relu`", "02_forward_pass",
        ),
        Symbol(
            r"\fwd{\mathbf{p}}", "probabilities of the classes, the softmax of the output",
            "$(D_o, B)$", "`softmax(net_output)`", "09_batches_and_training",
        ),
    ],
    "gradients": [
        Symbol(
            r"\dldf{k}",
            r"gradient with respect to the pre-activations; the upstream gradient of layer $k$",
            "$(D_{k+1}, B)$", "`dl_df`, `all_dl_df[k]`", "03_loss",
        ),
        Symbol(
            r"\dldb{k}", "gradient with respect to the biases", "$(D_{k+1}, 1)$",
            "`all_dl_dbiases[k]`", "05_bias_gradients",
        ),
        Symbol(
            r"\dldO{k}", "gradient with respect to the weights", "$(D_{k+1}, D_k)$",
            "`all_dl_dweights[k]`", "06_weight_gradients",
        ),
        Symbol(
            r"\dldh{k}", "gradient with respect to the activations", "$(D_k, B)$", "`dl_dh`",
            "07_backward_pass",
        ),
        Symbol(
            r"\ind{\f{k-1} > 0}", "mask: 1 where the pre-activation is positive, 0 elsewhere",
            "$(D_k, B)$", "`indicator_function`", "07_backward_pass",
        ),
        Symbol(
            r"\bwd{\pd{\ell}{p}}", "partial derivative of the loss with respect to one value $p$",
            SCALAR, "", "04_chain_rule",
        ),
        Symbol(
            r"\bwd{\pd{\ell}{\mathbf{c}}}", r"upstream gradient of a step to a column $\fwd{\mathbf{c}}$",
            "$(m, 1)$", "`dl_dc`, `upstream`", "04_chain_rule",
        ),
        Symbol(
            r"\pd{\fwd{\mathbf{c}}}{\fwd{\mathbf{a}}}",
            "Jacobian of that step: rows are outputs, columns are inputs", "$(m, n)$",
            "`jacobian`", "04_chain_rule",
        ),
    ],
    "counts": [
        Symbol("K", "number of hidden layers", SCALAR, "`K`, `hidden_layers`", "01_network"),
        Symbol(
            "k", r"number of a layer, $0, \dots, K$", SCALAR, "`layer`", "01_network"
        ),
        Symbol(
            "D_k", "number of values that enter layer $k$", SCALAR, "`all_weights[k].shape[1]`",
            "01_network",
        ),
        Symbol(
            "D", "number of units of a hidden layer, where all have the same", SCALAR,
            "`width`", "01_network",
        ),
        Symbol("D_i", "number of inputs, $D_0$", SCALAR, "`inputs`", "01_network"),
        Symbol("D_o", "number of outputs, $D_{K+1}$", SCALAR, "`outputs`", "01_network"),
        Symbol("b", "number of an example in a batch", SCALAR, "", "05_bias_gradients"),
        Symbol("B", "number of examples in a batch", SCALAR, "`y.shape[1]`, `examples`", "02_forward_pass"),
        Symbol(
            "W, N, P", "number of weights; of biases, which is that of units; of parameters", SCALAR,
            "", "10_cost_of_a_gradient",
        ),
        Symbol(
            "n, s", "number of layers, $K + 1$; of layers from one checkpoint to the next", SCALAR,
            "`layers`, `every`", "10_cost_of_a_gradient",
        ),
        Symbol(
            "i, j, m, n", "numbers of units, or of entries of a column", SCALAR, "`unit`",
            "01_network",
        ),
    ],
    "signs": [
        Symbol(
            r"\mathbf{M}\T", "transposed matrix: rows and columns exchanged", "", "`M.T`",
            "04_chain_rule",
        ),
        Symbol(
            r"\mathbf{M}\,\mathbf{v}", "product of a matrix and a column", "", "`M @ v`",
            "04_chain_rule",
        ),
        Symbol(
            r"\odot", "product entry by entry", "that of both factors", "`*`", "04_chain_rule"
        ),
        Symbol(
            r"\delta_{ij}", "Kronecker delta: 1 if $i = j$, otherwise 0", SCALAR, "",
            "04_chain_rule",
        ),
        Symbol(r"\mathbf{1}", "column of ones", "$(B, 1)$", "", "09_batches_and_training"),
        Symbol(r"\mathbf{I}", "identity matrix", "$(D, D)$", "", "04_chain_rule"),
        Symbol(
            r"\Delta", "a small change, a nudge", SCALAR, "`nudge`", "03_loss"
        ),
        Symbol(r"\alpha", "learning rate", SCALAR, "`learning_rate`", "09_batches_and_training"),
        Symbol(
            r"\lambda", "curvature: the second derivative in one direction", SCALAR, "",
            "09_batches_and_training",
        ),
        Symbol("s", "step of a gradient check", SCALAR, "`step`", "08_checking_gradients"),
        Symbol(
            r"\varepsilon", "relative error of one rounded operation", SCALAR, "",
            "08_checking_gradients",
        ),
        Symbol(
            r"\mathbb{E}[z]", "mean of a random number over all networks that could be drawn", SCALAR,
            "", "11_depth_and_initialization",
        ),
        Symbol(
            r"\operatorname{Var} z", "its variance: the mean square, where the mean is zero", SCALAR,
            "", "11_depth_and_initialization",
        ),
        Symbol(
            r"\shaped{\mathbf{v}}{6 \times 1}", "a shape, written below its symbol", "", "",
            "01_network",
        ),
    ],
}

# Arguments and results of the functions that stand for no symbol above.
NAMES = [
    Name("`seed`", "where the random numbers start: the same seed, the same network", "01_network"),
    Name("`preactivation`, `x`", "the array that goes into a function of each entry", "02_forward_pass"),
    Name("`x`, `y`, `output`", "input, target and output of the toy function, single numbers", "04_chain_rule"),
    Name("`f`, `h`", "the values of the toy function, lists of four numbers", "04_chain_rule"),
    Name("`f_layer`", "one value of the toy function, from which the rest is computed", "04_chain_rule"),
    Name("`a`, `u`, `v`, `s`", "the values of the example in which one is used twice", "04_chain_rule"),
    Name("`function`, `arguments`", "what is measured or counted, and what it is called with", "04_chain_rule"),
    Name("`value`, `slope`", "where a derivative is measured, and the function that measures it", "04_chain_rule"),
    Name("`d_loss`", "the derivative of the loss that is used, where it is not the squared error", "07_backward_pass"),
    Name("`backward`", "the backward pass that is checked", "08_checking_gradients"),
    Name("`scheme`", 'how a gradient is measured: "forward", "central" or "complex"', "08_checking_gradients"),
    Name("`steps`", "several steps of a gradient check", "08_checking_gradients"),
    Name("`tolerance`", "the largest relative error that passes", "08_checking_gradients"),
    Name("`found`, `expected`", "what a function gives, and what it should give", "08_checking_gradients"),
    Name("`steps`", "how many steps a training takes", "09_batches_and_training"),
    Name("`loss`, `d_loss`", "the function of output and target that is minimized, and its derivative with respect to the output", "09_batches_and_training"),
    Name("`classes`, `count`", "the class of each example, and how many classes there are", "09_batches_and_training"),
    Name("`widths`", r"$D_0, \dots, D_{K+1}$, the number of values between any two layers", "10_cost_of_a_gradient"),
    Name("`checkpoints`", "the activations that are kept", "10_cost_of_a_gradient"),
    Name("`rule`", "which way He initialization keeps the variance on", "11_depth_and_initialization"),
    Name("`standard_deviations`", "of the weights that are drawn, one for each layer", "11_depth_and_initialization"),
    Name("`ratio`, `factor`", "what several layers, or one, multiply a size by", "11_depth_and_initialization"),
    Name("`dtype`", "a floating-point type", "11_depth_and_initialization"),
    Name("`networks`", "over how many random networks a mean is taken", "11_depth_and_initialization"),
    Name("`forward_pass`, `backward_pass`", "the functions with which that is measured", "11_depth_and_initialization"),
    Name("`gradient`, `shape`", "the gradient of an array that was expanded, and the array's own shape", "12_automatic_differentiation"),
    Name("`operation`, `parents`, `vjp`", "what made a value on a tape, from what, and what comes back through it", "12_automatic_differentiation"),
    Name("`tape`", "the list of all that was computed, in its order", "12_automatic_differentiation"),
    Name("`constants`", "what a function is called with beside the variable", "12_automatic_differentiation"),
    Name("`weight_directions`, `bias_directions`", "how fast each parameter moves", "12_automatic_differentiation"),
]

FORWARD = "forward_pass.compute_network_output"
BACKWARD = "backward_pass.backward_pass"
TOY_BACKWARD = "chain_rule.toy_backward_pass"

EQUATIONS = [
    Equation("eq-relu", "the ReLU", "forward_pass.relu", "np.where(preactivation.real > 0, preactivation, 0.0)"),
    Equation(
        "eq-forward", "the values, layer by layer", FORWARD,
        "all_f[layer] = all_biases[layer] + all_weights[layer] @ all_h[layer]", "7.16",
    ),
    Equation(
        "eq-loss", "the loss", "loss.least_squares_loss",
        "((net_output - y) ** 2).sum().item()",
    ),
    Equation(
        "eq-dldf-output", "the gradient that starts the way back", "loss.d_loss_d_output",
        "2 * (net_output - y)",
    ),
    Equation("eq-toy-start", "the same, for one number", TOY_BACKWARD, "dl_df[3] = 2 * (f[3] - y)"),
    Equation(
        "eq-toy-backward", "back along the toy function, its first step", TOY_BACKWARD,
        "dl_dh[3] = omegas[3] * dl_df[3]",
    ),
    Equation(
        "eq-toy-parameters", "its parameters", "chain_rule.toy_parameter_gradients",
        "dl_domegas[k] = dl_df[k] * h[k]",
    ),
    Equation(
        "eq-two-paths", "a value that is used twice", "chain_rule.branch_backward_pass",
        "dl_da = np.cos(a) * dl_du + v * dl_dv",
    ),
    Equation(
        "eq-jacobian", "back through a step from a column to a column",
        "chain_rule.back_through_jacobian", "jacobian.T @ dl_dc",
    ),
    Equation(
        "eq-bias-gradient", "the biases", BACKWARD,
        "all_dl_dbiases[layer] = sum_over_batch(dl_df)", "7.21",
    ),
    Equation(
        "eq-bias-batch", "the biases, for a batch", "backward_pass.sum_over_batch",
        "dl_df.sum(axis=1, keepdims=True)",
    ),
    Equation(
        "eq-weight-gradient", "the weights", BACKWARD,
        "all_dl_dweights[layer] = dl_df @ all_h[layer].T", "7.22",
    ),
    Equation(
        "eq-back-through-weights", "back through the weights", BACKWARD,
        "dl_dh = all_weights[layer].T @ dl_df", "7.24, second part",
    ),
    Equation(
        "eq-indicator", "the slope of the ReLU", "backward_pass.indicator_function",
        "(x.real > 0).astype(np.float64)",
    ),
    Equation(
        "eq-back-through-relu", "back through the ReLU", BACKWARD,
        "dl_df = indicator_function(all_f[layer - 1]) * dl_dh", "7.24, first part",
    ),
    Equation(
        "eq-gradient-step", "a step of gradient descent", "training.gradient_step",
        "weights - learning_rate * dl_dweights",
    ),
    Equation(
        "eq-softmax", "probabilities", "classification.softmax",
        "exponentials / exponentials.sum(axis=0, keepdims=True)",
    ),
    Equation(
        "eq-log-softmax", "their logarithms", "classification.cross_entropy_loss",
        "log_p = shifted - np.log(np.exp(shifted).sum(axis=0, keepdims=True))",
    ),
    Equation(
        "eq-cross-entropy", "the loss of a choice of class", "classification.cross_entropy_loss",
        "-(y * log_p).sum().item()",
    ),
    Equation(
        "eq-p-minus-y", "its gradient at the output", "classification.d_cross_entropy_d_output",
        "softmax(net_output) - y",
    ),
    Equation(
        "eq-share-behind", "what lies behind a nudge, on average", "cost.share_behind",
        "again / (sum(parameters) * sum(products))",
    ),
    Equation(
        "eq-checkpoint-memory", "the activations that are held with checkpoints",
        "checkpointing.most_activations_held", "-(-layers // every) + min(every, layers) - 1",
    ),
    Equation(
        "eq-variance-forward", "one layer's factor of the variance, forward",
        "initialization.variance_factors", "forward = inputs * weight_variance / 2",
    ),
    Equation(
        "eq-variance-backward", "and back", "initialization.variance_factors",
        "backward = outputs * weight_variance / 2",
    ),
    Equation(
        "eq-residual", "a residual connection, forward", "residual.residual_forward_pass",
        "all_f[layer] = all_f[layer] + all_f[layer - 1]",
    ),
    Equation(
        "eq-residual-backward", "and back: both paths are added", "residual.residual_backward_pass",
        "dl_df = through_weights + round_them",
    ),
    Equation(
        "eq-vjp-broadcast", "back to an array that was expanded, one axis of it",
        "tape.sum_to_shape", "gradient = gradient.sum(axis=axis, keepdims=True)",
    ),
    Equation(
        "eq-vjp-multiply", "back through a product entry by entry", "tape.Variable.__mul__",
        "dl_da, dl_db = b * dl_dc, a * dl_dc",
    ),
    Equation(
        "eq-vjp-matmul", "back through a product of matrices", "tape.Variable.__matmul__",
        "return dl_dc @ b.T, a.T @ dl_dc",
    ),
    Equation(
        "eq-dual-product", "a product of matrices of dual numbers",
        "dual_numbers.Dual.__matmul__", "Dual(a @ b, self.tangent @ b + a @ other.tangent)",
    ),
]


class Notation(SphinxDirective):
    """The table that the argument names: a group of symbols, names, equations or udl."""

    required_arguments = 1

    def run(self):
        if self.arguments[0] not in TABLES:
            raise self.error(f"no table {self.arguments[0]!r}; there are {', '.join(TABLES)}")
        self.env.note_dependency(__file__)
        return parsed(self, TABLES[self.arguments[0]]()).children


def table_of_symbols(group):
    """The symbols of a group, as MyST.

    Examples
    --------
    >>> print(table_of_symbols("counts"))  # doctest: +ELLIPSIS
    ```{list-table}
    :header-rows: 1
    :stub-columns: 1
    <BLANKLINE>
    * - symbol
      - in words
      - shape
      - in the code
    * - $K$
      - number of hidden layers ({doc}`01 <01_network>`)
      - a number
      - `K`, `hidden_layers`
    ...
    """
    rows = [
        [f"${symbol.latex}$", f"{symbol.words} ({_link(symbol.chapter)})", symbol.shape, symbol.code]
        for symbol in SYMBOLS[group]
    ]
    return myst_table(["symbol", "in words", "shape", "in the code"], rows)


def table_of_names():
    rows = [[name.code, f"{name.words} ({_link(name.chapter)})"] for name in NAMES]
    return myst_table(["in the code", "in words"], rows)


def table_of_equations():
    rows = [
        [f"{{eq}}`{equation.label}`", equation.words, f"`{equation.line}`"]
        for equation in EQUATIONS
    ]
    return myst_table(["equation", "in words", "line of code"], rows)


def table_of_udl_numbers():
    rows = []
    for equation in EQUATIONS:
        if equation.udl:
            number, _, part = equation.udl.partition(", ")
            newer = UDL_NUMBERS[number] + (f", {part}" if part else "")
            rows.append([equation.udl, newer, f"{{eq}}`{equation.label}`", equation.words])
    return myst_table(["UDL, older", "UDL, newer", "this course", "in words"], rows)


def _link(chapter):
    return f"{{doc}}`{chapter[:2]} <{chapter}>`"


TABLES = {
    **{group: partial(table_of_symbols, group) for group in SYMBOLS},
    "names": table_of_names,
    "equations": table_of_equations,
    "udl": table_of_udl_numbers,
}


def names_in(code):
    """The names in the code of a row.

    Examples
    --------
    >>> sorted(names_in("`net_output`, `all_f[K]`"))
    ['K', 'all_f', 'net_output']
    """
    return set(re.findall(r"[A-Za-z_]\w*", code))


def setup(app):
    app.add_directive("notation", Notation)
