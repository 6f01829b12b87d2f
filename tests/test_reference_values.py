"""Every value that the reference notebook prints, and the output layer that it leaves out."""

import json
from pathlib import Path

import numpy as np
import pytest
from networks import gradients, reference_network

from backprop import (
    complex_step_gradients,
    compute_network_output,
    finite_difference_gradients,
    least_squares_loss,
)

GOLDEN = json.loads(
    (Path(__file__).parent / "golden" / "reference_notebook.json").read_text(encoding="utf-8")
)
METHODS = {
    "backprop": gradients,
    "finite_differences": lambda network: finite_difference_gradients(*network, scheme="forward"),
}
PRINTED_GRADIENTS = [
    pytest.param(method, kind, int(layer), printed, id=f"{method}-{kind}-layer-{layer}")
    for kind in ("weight", "bias")
    for method, layers in GOLDEN[f"d_loss_d_{kind}"].items()
    for layer, printed in layers.items()
]


def test_the_weights_of_layer_3_are_those_of_the_reference_notebook():
    printed = GOLDEN["parameters"]["all_weights[3]"]
    np.testing.assert_array_equal(reference_network().all_weights[3].round(8), printed)


def test_the_output_and_the_loss_are_those_of_the_reference_notebook():
    net_input, all_weights, all_biases, y = reference_network()
    net_output, _, _ = compute_network_output(net_input, all_weights, all_biases)
    assert round(net_output.item(), 3) == GOLDEN["net_output"]
    assert round(least_squares_loss(net_output, y), 3) == GOLDEN["loss"]


@pytest.mark.parametrize(("method", "kind", "layer", "printed"), PRINTED_GRADIENTS)
def test_a_gradient_is_the_one_of_the_reference_notebook(method, kind, layer, printed):
    all_dl_dweights, all_dl_dbiases = METHODS[method](reference_network())
    found = (all_dl_dweights if kind == "weight" else all_dl_dbiases)[layer]
    np.testing.assert_array_equal(found.round(3), printed)


@pytest.mark.parametrize("kind", [0, 1], ids=["weights", "biases"])
def test_the_output_layers_gradient_agrees_with_the_complex_step(kind):
    network = reference_network()
    found = gradients(network)[kind][5]
    expected = complex_step_gradients(*network)[kind][5]
    assert found.any()
    np.testing.assert_allclose(found, expected, rtol=1e-14)
