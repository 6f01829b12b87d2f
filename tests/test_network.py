"""The parameters: shapes, draw order, and how many there are."""

import numpy as np
import pytest

from backprop import count_parameters, initialize_parameters


def test_the_draws_come_in_the_reference_notebooks_order():
    """First and last weights, first and last biases, then layer by layer, from seed 0."""
    np.random.seed(0)
    weights_0 = np.random.normal(size=(6, 1))
    weights_5 = np.random.normal(size=(1, 6))
    biases_0 = np.random.normal(size=(6, 1))
    biases_5 = np.random.normal(size=(1, 1))
    weights, biases = [weights_0], [biases_0]
    for _ in range(1, 5):
        weights.append(np.random.normal(size=(6, 6)))
        biases.append(np.random.normal(size=(6, 1)))

    all_weights, all_biases = initialize_parameters()
    for found, expected in zip(all_weights, [*weights, weights_5], strict=True):
        np.testing.assert_array_equal(found, expected)
    for found, expected in zip(all_biases, [*biases, biases_5], strict=True):
        np.testing.assert_array_equal(found, expected)


def test_a_network_without_hidden_layers_draws_its_one_layer_once():
    draws = np.random.RandomState(0)
    weights, bias = draws.normal(size=(2, 3)), draws.normal(size=(2, 1))
    all_weights, all_biases = initialize_parameters(hidden_layers=0, inputs=3, outputs=2)
    np.testing.assert_array_equal(all_weights[0], weights)
    np.testing.assert_array_equal(all_biases[0], bias)


def test_numpys_global_random_state_is_neither_used_nor_changed():
    np.random.seed(1)
    expected = np.random.normal(size=3)
    first = initialize_parameters(seed=7)
    np.random.seed(1)
    second = initialize_parameters(seed=7)
    np.testing.assert_array_equal(np.random.normal(size=3), expected)
    np.testing.assert_array_equal(first[0][2], second[0][2])


def test_another_seed_gives_another_network():
    assert not np.array_equal(
        initialize_parameters(seed=0)[0][0], initialize_parameters(seed=1)[0][0]
    )


@pytest.mark.parametrize(
    ("sizes", "weight_shapes"),
    [
        ({"hidden_layers": 0}, [(1, 1)]),
        ({"hidden_layers": 0, "inputs": 3, "outputs": 2}, [(2, 3)]),
        ({"hidden_layers": 1, "width": 4}, [(4, 1), (1, 4)]),
        ({"hidden_layers": 2, "width": [4, 3], "inputs": 5}, [(4, 5), (3, 4), (1, 3)]),
        ({"hidden_layers": 2, "width": (1, 7)}, [(1, 1), (7, 1), (1, 7)]),
        ({"hidden_layers": np.int64(1), "width": np.array([2])}, [(2, 1), (1, 2)]),
    ],
)
def test_layers_have_the_sizes_asked_for(sizes, weight_shapes):
    all_weights, all_biases = initialize_parameters(**sizes)
    assert [weights.shape for weights in all_weights] == weight_shapes
    assert [bias.shape for bias in all_biases] == [(rows, 1) for rows, _ in weight_shapes]


def test_parameters_are_counted_over_weights_and_biases():
    assert count_parameters(*initialize_parameters()) == 187
    assert count_parameters(*initialize_parameters(2, [4, 3], inputs=5, outputs=2)) == 47


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"hidden_layers": -1}, "hidden_layers must be an integer of at least 0, got -1."),
        ({"hidden_layers": 2.0}, "hidden_layers must be an integer, got 2.0."),
        ({"hidden_layers": True}, "hidden_layers must be an integer of at least 0, got True."),
        ({"width": 0}, "width must be an integer of at least 1, got 0."),
        ({"width": "6"}, "width must be an integer, got '6'."),
        ({"width": [6, 6]}, "width must hold one size for each of the 5 hidden layers, got 2."),
        ({"hidden_layers": 1, "width": [0]}, "width[0] must be an integer of at least 1, got 0."),
        ({"inputs": 0}, "inputs must be an integer of at least 1, got 0."),
        ({"outputs": None}, "outputs must be an integer, got None."),
        ({"seed": -1}, "seed must be an integer of at least 0, got -1."),
        ({"seed": 2**32}, "seed must be less than 2**32, got 4294967296."),
        ({"seed": None}, "seed must be an integer, got None."),
    ],
)
def test_a_size_that_cannot_be_is_named(arguments, message):
    with pytest.raises(ValueError) as error:
        initialize_parameters(**arguments)
    assert str(error.value) == message
