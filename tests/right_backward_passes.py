"""Right backward passes, written in the ways in which students write them."""

import numpy as np


def with_operators(all_weights, all_biases, all_f, all_h, y):
    K = len(all_weights) - 1
    all_dl_dweights, all_dl_dbiases = [None] * (K + 1), [None] * (K + 1)
    dl_df = 2 * (all_f[K] - y)
    for layer in range(K, -1, -1):
        all_dl_dbiases[layer] = np.sum(dl_df, axis=1, keepdims=True)
        all_dl_dweights[layer] = dl_df @ all_h[layer].T
        if layer > 0:
            dl_df = (all_f[layer - 1] > 0) * (all_weights[layer].T @ dl_df)
    return all_dl_dweights, all_dl_dbiases


def with_dot(all_weights, all_biases, all_f, all_h, y):
    dl_df = 2.0 * (all_f[-1] - y)
    weights, biases = [], []
    for layer in reversed(range(len(all_weights))):
        biases.insert(0, np.dot(dl_df, np.ones((y.shape[1], 1))))
        weights.insert(0, np.dot(dl_df, np.transpose(all_h[layer])))
        dl_df = np.dot(all_weights[layer].transpose(), dl_df)
        dl_df = dl_df * np.where(all_h[layer] > 0, 1, 0)  # not used after layer 0
    return weights, biases


def with_matmul_and_append(all_weights, all_biases, all_f, all_h, y):
    upstream = -2 * (y - all_f[-1])
    weights, biases = [], []
    for k in range(len(all_weights) - 1, -1, -1):
        weights.append(np.matmul(upstream, all_h[k].T))
        biases.append(upstream.sum(1).reshape(-1, 1))
        if k:
            upstream = np.matmul(all_weights[k].T, upstream) * np.heaviside(all_f[k - 1], 0)
    return weights[::-1], biases[::-1]


def with_einsum(all_weights, all_biases, all_f, all_h, y):
    K = len(all_weights) - 1
    g = {K: 2 * (all_f[K] - y)}
    for k in range(K, 0, -1):
        back = np.einsum("ij,ib->jb", all_weights[k], g[k])
        g[k - 1] = np.where(all_f[k - 1] > 0, back, 0)
    return (
        [np.einsum("ib,jb->ij", g[k], all_h[k]) for k in range(K + 1)],
        [np.einsum("ib->i", g[k])[:, None] for k in range(K + 1)],
    )


def with_outer_products(all_weights, all_biases, all_f, all_h, y):
    K = len(all_weights) - 1
    weights, biases = [0 * w for w in all_weights], [0 * b for b in all_biases]
    for example in range(y.shape[1]):
        column = 2 * (all_f[K][:, example] - y[:, example])
        for layer in range(K, -1, -1):
            biases[layer] += column[:, np.newaxis]
            weights[layer] += np.outer(column, all_h[layer][:, example])
            if layer > 0:
                column = column @ all_weights[layer]
                column = column * (all_f[layer - 1][:, example] > 0)
    return weights, biases


def with_loops_over_entries(all_weights, all_biases, all_f, all_h, y):
    K = len(all_weights) - 1
    weights = [np.zeros(w.shape) for w in all_weights]
    biases = [np.zeros(b.shape) for b in all_biases]
    for example in range(y.shape[1]):
        upstream = [2 * (all_f[K][i, example] - y[i, example]) for i in range(len(y))]
        for layer in range(K, -1, -1):
            rows, columns = all_weights[layer].shape
            for i in range(rows):
                biases[layer][i, 0] += upstream[i]
                for j in range(columns):
                    weights[layer][i, j] += upstream[i] * all_h[layer][j, example]
            if layer > 0:
                upstream = [
                    sum(all_weights[layer][i, j] * upstream[i] for i in range(rows))
                    if all_f[layer - 1][j, example] > 0 else 0.0
                    for j in range(columns)
                ]
    return weights, biases


def in_float32(*arguments):
    all_weights, all_biases, all_f, all_h = (
        [array.astype(np.float32) for array in arrays] for arrays in arguments[:4]
    )
    return with_operators(all_weights, all_biases, all_f, all_h, arguments[4].astype(np.float32))


def in_place(all_weights, all_biases, all_f, all_h, y):
    weights = [np.empty_like(w) for w in all_weights]
    biases = [np.empty_like(b) for b in all_biases]
    gradient = all_f[-1] - y
    gradient *= 2
    for layer in range(len(all_weights) - 1, -1, -1):
        np.matmul(gradient, all_h[layer].T, out=weights[layer])
        biases[layer][:, 0] = gradient.sum(axis=1)
        if layer > 0:
            gradient = all_weights[layer].T @ gradient
            gradient[all_f[layer - 1] <= 0] = 0
    return weights, biases


def with_helpers(all_weights, all_biases, all_f, all_h, y):
    def step(k, dl_df):
        here = [(dl_df @ all_h[k].T, dl_df.sum(axis=1, keepdims=True))]
        if k == 0:
            return here
        return step(k - 1, (all_h[k] > 0) * (all_weights[k].T @ dl_df)) + here

    weights, biases = zip(*step(len(all_weights) - 1, 2 * (all_f[-1] - y)))
    return weights, biases


def as_dicts(*arguments):
    weights, biases = with_operators(*arguments)
    return dict(enumerate(weights)), dict(enumerate(biases))


def as_lists_of_numbers(*arguments):
    weights, biases = with_operators(*arguments)
    return [[w.tolist() for w in weights], [b.tolist() for b in biases]]


def as_tuples(*arguments):
    return tuple(map(tuple, with_einsum(*arguments)))


def with_a_mask_of_booleans(all_weights, all_biases, all_f, all_h, y):
    masks = [f > 0 for f in all_f[:-1]]
    dl_df, weights, biases = 2 * np.subtract(all_f[-1], y), [], []
    for w, h, mask in zip(all_weights[::-1], all_h[::-1], [*masks[::-1], None]):
        weights = [np.inner(dl_df, h), *weights]
        biases = [np.atleast_2d(dl_df.sum(axis=1)).T, *biases]
        if mask is not None:
            back = np.tensordot(w, dl_df, axes=(0, 0))
            dl_df = np.zeros_like(back)
            dl_df[mask] = back[mask]
    return weights, biases


def from_the_transposed_side(all_weights, all_biases, all_f, all_h, y):
    row = 2 * (all_f[-1] - y).T
    weights, biases = [], []
    for k in reversed(range(len(all_weights))):
        weights.insert(0, (all_h[k] @ row).T)
        biases.insert(0, row.sum(axis=0)[None].T)
        if k > 0:
            row = (row @ all_weights[k]) * np.sign(all_h[k].T)
    return weights, biases


def with_summed_outer_products(all_weights, all_biases, all_f, all_h, y):
    K, g = len(all_weights) - 1, 2 * (all_f[-1] - y)
    weights, biases = [None] * (K + 1), [None] * (K + 1)
    while True:
        weights[K] = (g[:, None, :] * all_h[K][None, :, :]).sum(axis=2)
        biases[K] = np.add.reduce(g, axis=1, keepdims=True)
        if K == 0:
            return weights, biases
        g = (all_weights[K][:, :, None] * g[:, None, :]).sum(axis=0)
        g = np.ma.filled(np.ma.masked_where(all_f[K - 1] <= 0, g), 0)
        K -= 1


def one_example_only(all_weights, all_biases, all_f, all_h, y):
    column = 2 * (all_f[-1] - y)
    weights, biases = [], []
    for layer in range(len(all_weights) - 1, -1, -1):
        weights.insert(0, np.outer(column, all_h[layer]))
        biases.insert(0, column)
        column = np.multiply(all_weights[layer].T @ column, all_h[layer] > 0)
    return weights, biases


FOR_BATCHES = (
    with_operators, with_dot, with_matmul_and_append, with_einsum, with_outer_products,
    with_loops_over_entries, in_float32, in_place, with_helpers, as_dicts, as_lists_of_numbers,
    as_tuples, with_a_mask_of_booleans, from_the_transposed_side, with_summed_outer_products,
)
