"""Sixty wrong backward passes of a tester who had not seen the checks.

Each is what was done, the equations that it breaks, and the wrong lines, {name: code}, or a
function. The checks were improved with these answers at hand, so the count that they reach here is
no measure any more; the answers that `test_checks_unseen` lists are one.
"""

START, BIASES, WEIGHTS, PRODUCT, MASK = (
    "backward_pass", "7.21", "7.22", "7.24 product", "7.24 mask"
)

SUM = "dl_df.sum(axis=1, keepdims=True)"
INDICATOR = "(all_f[layer - 1] > 0)"
RESHAPED = "dl_dh = (dl_df.T @ all_weights[layer]).reshape(all_h[layer].shape)"


def with_gradients_of_the_last_call(all_weights, all_biases, all_f, all_h, y, kept={}):
    K = len(all_weights) - 1
    weights, biases = [None] * (K + 1), [None] * (K + 1)
    dl_df = 2 * (all_f[K] - y)
    for layer in range(K, -1, -1):
        key = layer, all_weights[layer].shape
        kept[key] = kept.get(key, 0) + dl_df @ all_h[layer].T
        weights[layer] = kept[key].copy()
        biases[layer] = dl_df.sum(axis=1, keepdims=True)
        if layer > 0:
            dl_df = (all_f[layer - 1] > 0) * (all_weights[layer].T @ dl_df)
    return weights, biases


SINGLES = [
    ("the mask is taken one layer too low", {MASK},
     {"mask": "dl_df = (all_h[layer - 1] > 0) * dl_dh"}),
    ("the loop counts from K - 1, the mask does not", {MASK},
     {"mask": "dl_df = (all_f[layer] > 0) * dl_dh"}),
    ("the derivative of the sigmoid, from the activation", {MASK},
     {"mask": "dl_df = all_h[layer] * (1 - all_h[layer]) * dl_dh"}),
    ("the activation in place of the mask", {MASK}, {"mask": "dl_df = all_h[layer] * dl_dh"}),
    ("negative gradients are zeroed", {MASK}, {"mask": "dl_df = np.where(dl_dh < 0, 0, dl_dh)"}),
    ("no mask at layer 1", {MASK},
     {"mask": f"dl_df = {INDICATOR} * dl_dh if layer > 1 else dl_dh"}),
    ("no mask at the output layer, which is done by hand", {MASK},
     {"mask": f"dl_df = {INDICATOR} * dl_dh if layer < K else dl_dh"}),
    ("the leaky ReLU", {MASK},
     {"mask": "dl_df = np.where(all_f[layer - 1] > 0, dl_dh, 0.01 * dl_dh)"}),
    ("the first example's mask for all", {MASK},
     {"mask": "dl_df = np.where(all_f[layer - 1][:, :1] > 0, dl_dh, 0)"}),
    ("h >= 0, which is always true", {MASK}, {"mask": "dl_df = (all_h[layer] >= 0) * dl_dh"}),
    ("the mask before the product, at the output too", {MASK},
     {"product": "dl_dh = all_weights[layer].T @ (dl_df * (all_f[layer] > 0))",
      "mask": "dl_df = dl_dh"}),
    ("pre-activations are cut to integers before they are compared", {MASK},
     {"mask": "dl_df = (all_f[layer - 1].astype(int) > 0) * dl_dh"}),
    # The product, written into an integer array, gives the same: the mask is the likelier place.
    ("what passes is written into an integer array", {MASK},
     {"mask": f"mask = {INDICATOR}.astype(int)\nmask[mask == 1] = dl_dh[mask == 1]\n"
              "dl_df = mask"}),
    ("no factor 2, a habit from softmax", {START}, {"start": "dl_df = all_f[K] - y"}),
    ("the mean over everything, a habit from PyTorch", {START},
     {"start": "dl_df = 2 * (all_f[K] - y) / y.size"}),
    ("a mask at the output", {START}, {"start": "dl_df = 2 * (all_f[K] - y) * (all_f[K] > 0)"}),
    ("the squared error itself", {START}, {"start": "dl_df = (all_f[K] - y) ** 2"}),
    ("the lists are never reversed", {START},
     {"end": "return all_dl_dweights[::-1], all_dl_dbiases[::-1]"}),
    ("the loop stops before layer 0", {START},
     {"end": "all_dl_dweights[0], all_dl_dbiases[0] = 0 * all_weights[0], 0 * all_biases[0]\n"
             "return all_dl_dweights, all_dl_dbiases"}),
    ("K is 5", {START}, {"start": "K = 5\ndl_df = 2 * (all_f[K] - y)"}),
    ("the sum over the wrong axis, as a column", {BIASES},
     {"biases": "all_dl_dbiases[layer] = dl_df.sum(axis=0, keepdims=True).T"}),
    ("the column of the biases is lost", {BIASES},
     {"biases": "all_dl_dbiases[layer] = dl_df.sum(axis=1)"}),
    ("= for += in a loop over the examples", {BIASES},
     {"biases": "all_dl_dbiases[layer] = dl_df[:, -1].reshape(-1, 1)"}),
    ("the bias gradient before the mask", {BIASES},
     {"biases": "all_dl_dbiases[layer] = (dl_df if layer == K else dl_dh)"
                ".sum(axis=1, keepdims=True)"}),
    ("the bias gradient times the bias", {BIASES},
     {"biases": f"all_dl_dbiases[layer] = {SUM} * all_biases[layer]"}),
    ("the output layer's bias is not summed over the batch", {BIASES},
     {"biases": f"all_dl_dbiases[layer] = dl_df if layer == K else {SUM}"}),
    ("np.outer of the whole batch", {WEIGHTS},
     {"weights": "all_dl_dweights[layer] = np.outer(dl_df, all_h[layer])"}),
    ("h of the layer below", {WEIGHTS},
     {"weights": "all_dl_dweights[layer] = dl_df @ all_h[layer - 1].T"}),
    ("f for h", {WEIGHTS},
     {"weights": "all_dl_dweights[layer] = "
                 "dl_df @ (all_f[layer - 1] if layer else all_h[0]).T"}),
    ("the weight gradient transposed", {WEIGHTS},
     {"weights": "all_dl_dweights[layer] = all_h[layer] @ dl_df.T"}),
    ("einsum over all pairs of examples", {WEIGHTS},
     {"weights": "all_dl_dweights[layer] = np.einsum('ib,jc->ij', dl_df, all_h[layer])"}),
    ("weight gradients in integer arrays", {WEIGHTS},
     {"weights": "all_dl_dweights[layer] = (dl_df @ all_h[layer].T).astype(int)"}),
    ("weight gradients are added up from call to call", {WEIGHTS},
     with_gradients_of_the_last_call),
    ("h of layer 1 in layer 0", {WEIGHTS},
     {"weights": "all_dl_dweights[layer] = "
                 "dl_df @ (all_h[layer] if layer else all_h[min(1, K)]).T"}),
    ("the weights are not transposed", {PRODUCT},
     {"product": "dl_dh = all_weights[layer] @ dl_df"}),
    ("the weights have made their step already", {PRODUCT},
     {"product": "dl_dh = (all_weights[layer] - 0.01 * all_dl_dweights[layer]).T @ dl_df"}),
    ("reshaped where it should be transposed", {PRODUCT}, {"product": RESHAPED}),
    ("a loop that leaves out the last unit above", {PRODUCT},
     {"product": "n = max(1, len(dl_df) - 1)\n"
                 "dl_dh = all_weights[layer][:n].T @ dl_df[:n]"}),
    ("sums of the wrong matrix at the output layer", {PRODUCT},
     {"product": "dl_dh = all_weights[layer].T @ dl_df if layer < K else "
                 "all_weights[layer - 1].sum(axis=1, keepdims=True) * dl_df.sum(axis=0)"}),
]

PAIRS = [
    ("no factor 2; no mask", {START, MASK},
     {"start": "dl_df = all_f[K] - y", "mask": "dl_df = dl_dh"}),
    ("reshaped for transposed; the sign of f as the mask", {PRODUCT, MASK},
     {"product": RESHAPED, "mask": "dl_df = np.sign(all_f[layer - 1]) * dl_dh"}),
    ("the sum over the wrong axis; h of the layer below", {BIASES, WEIGHTS},
     {"biases": "all_dl_dbiases[layer] = dl_df.sum(axis=0, keepdims=True)",
      "weights": "all_dl_dweights[layer] = dl_df @ all_h[layer - 1].T"}),
    ("the derivative of the sigmoid; biases not summed", {MASK, BIASES},
     {"biases": "all_dl_dbiases[layer] = dl_df.copy()",
      "mask": "s = 1 / (1 + np.exp(-all_f[layer - 1]))\ndl_df = s * (1 - s) * dl_dh"}),
    ("the sign of the start; f for h", {START, WEIGHTS},
     {"start": "dl_df = 2 * (y - all_f[K])",
      "weights": "all_dl_dweights[layer] = "
                 "dl_df @ (all_f[layer - 1] if layer else all_h[0]).T"}),
    ("the caller's weights make their step; weight decay", {PRODUCT, WEIGHTS},
     {"weights": "all_dl_dweights[layer] = dl_df @ all_h[layer].T + 0.01 * all_weights[layer]\n"
                 "all_weights[layer] -= 0.001 * all_dl_dweights[layer]"}),
    ("the leaky ReLU; the mean of the biases", {MASK, BIASES},
     {"biases": "all_dl_dbiases[layer] = dl_df.mean(axis=1, keepdims=True)",
      "mask": "dl_df = np.where(all_f[layer - 1] > 0, 1, 0.1) * dl_dh"}),
    ("loops that leave out the first unit above and the first input", {PRODUCT, WEIGHTS},
     {"weights": "all_dl_dweights[layer] = dl_df @ all_h[layer].T\n"
                 "all_dl_dweights[layer][:, 0] = 0",
      "product": "dl_dh = all_weights[layer][1:].T @ dl_df[1:]"}),
    ("the biases' list is not reversed; biases summed over everything", {START, BIASES},
     {"biases": "all_dl_dbiases[layer] = np.full((len(dl_df), 1), dl_df.sum())",
      "end": "return all_dl_dweights, all_dl_dbiases[::-1]"}),
    ("no mask at layer 1; all pairs of examples in layer 0", {MASK, WEIGHTS},
     {"weights": f"all_dl_dweights[layer] = dl_df @ all_h[layer].T if layer else {SUM} "
                 "@ all_h[0].sum(axis=1, keepdims=True).T",
      "mask": f"dl_df = {INDICATOR} * dl_dh if layer > 1 else dl_dh"}),
    ("a unit passes if it does for any example; the first example's biases", {MASK, BIASES},
     {"biases": "all_dl_dbiases[layer] = dl_df[:, 0:1]",
      "mask": f"dl_df = np.any({INDICATOR}, axis=1, keepdims=True) * dl_dh"}),
    ("a factor 2 in every product; biases before the mask", {PRODUCT, BIASES},
     {"biases": "all_dl_dbiases[layer] = (dl_df if layer == K else dl_dh)"
                ".sum(axis=1, keepdims=True)",
      "product": "dl_dh = 2 * all_weights[layer].T @ dl_df"}),
    ("guided backpropagation; the mean of the weights", {MASK, WEIGHTS},
     {"weights": "all_dl_dweights[layer] = dl_df @ all_h[layer].T / y.shape[1]",
      "mask": f"dl_df = {INDICATOR} * np.maximum(dl_dh, 0)"}),
    ("what comes back is normalised; clipped weight gradients", {PRODUCT, WEIGHTS},
     {"weights": "all_dl_dweights[layer] = np.clip(dl_df @ all_h[layer].T, -1, 1)",
      "product": "dl_dh = all_weights[layer].T @ dl_df\n"
                 "dl_dh = dl_dh / (np.linalg.norm(dl_dh) + 1e-8)"}),
    ("the inverted mask; the absolute weights", {MASK, PRODUCT},
     {"product": "dl_dh = np.abs(all_weights[layer]).T @ dl_df",
      "mask": "dl_df = np.where(all_f[layer - 1] > 0, 0, dl_dh)"}),
]

TRIPLES = [
    ("no factor 2; no mask at the output layer; the mean of the biases", {START, MASK, BIASES},
     {"start": "dl_df = all_f[K] - y",
      "biases": "all_dl_dbiases[layer] = dl_df.mean(axis=1, keepdims=True)",
      "mask": f"dl_df = {INDICATOR} * dl_dh if layer < K else dl_dh"}),
    ("h (1 - h); f for h; the column of the biases is lost", {MASK, WEIGHTS, BIASES},
     {"biases": "all_dl_dbiases[layer] = dl_df.sum(axis=1)",
      "weights": "all_dl_dweights[layer] = "
                 "dl_df @ (all_f[layer - 1] if layer else all_h[0]).T",
      "mask": "dl_df = all_h[layer] * (1 - all_h[layer]) * dl_dh"}),
    ("a learning rate in the product; weights transposed; biases not summed",
     {PRODUCT, WEIGHTS, BIASES},
     {"biases": "all_dl_dbiases[layer] = dl_df.copy()",
      "weights": "all_dl_dweights[layer] = all_h[layer] @ dl_df.T",
      "product": "dl_dh = 0.1 * all_weights[layer].T @ dl_df"}),
    ("(f - y) / B; reshaped for transposed; the first example's mask", {START, PRODUCT, MASK},
     {"start": "dl_df = (all_f[K] - y) / y.shape[1]",
      "product": RESHAPED,
      "mask": "dl_df = (all_f[layer - 1][:, :1] > 0) * dl_dh"}),
]

# The equations that are reported, where other lines give the same numbers on every network.
SAME_NUMBERS = [
    ("`return` stands inside the loop: as if the product gave zeros", {PRODUCT},
     {"start": "dl_df = 2 * (all_f[K] - y)\n"
               "all_dl_dweights = [np.zeros_like(w) for w in all_weights]\n"
               "all_dl_dbiases = [np.zeros_like(b) for b in all_biases]",
      "mask": "return all_dl_dweights, all_dl_dbiases"}),
    ("1 / m in both gradients: as if it stood at the start", {START},
     {"biases": f"all_dl_dbiases[layer] = {SUM} / y.shape[1]",
      "weights": "all_dl_dweights[layer] = dl_df @ all_h[layer].T / y.shape[1]"}),
]
