"""The sliders of the notebooks show what `backprop` computes for where they stand."""

import html
import math
import re
import sys

import numpy as np
import pytest
from matplotlib.text import Text
from networks import Network, autograd_gradients

from backprop import (
    complex_step_gradients,
    compute_network_output,
    explore,
    initialize_parameters,
)
from backprop.chain_rule import (
    TOY_BETAS,
    TOY_OMEGAS,
    TOY_X,
    TOY_Y,
    measured_toy_gradients,
    toy_forward_pass,
)
from backprop.checking_gradients import step_size_errors
from backprop.training import curve_to_learn


def parts(widget):
    *sliders, picture, _ = widget.children
    return *sliders, picture


def words(widget):
    return html.unescape(widget.children[-1].value)


def test_moving_the_input_draws_the_forward_pass_of_that_input():
    slider, picture = parts(explore.explore_forward_pass())
    for x in (-1.5, 0.3):
        slider.value = x
        assert picture.value == explore.forward_pass_state(x)._repr_png_()


def in_plain(text):
    return text.replace("\N{MINUS SIGN}", "-")


@pytest.mark.parametrize("x", [-1.5, 0.0, 1.2])
def test_the_words_of_an_input_tell_its_output_and_its_active_units(x):
    all_weights, all_biases = initialize_parameters()
    value, active = np.array([[x]]), []
    for weights, biases in zip(all_weights[:-1], all_biases[:-1]):
        value = weights @ value + biases
        active.append(int((value > 0).sum()))
        value = value * (value > 0)
    output = (all_weights[-1] @ value + all_biases[-1]).item()
    said = in_plain(explore.forward_pass_state(x).in_words)
    assert f"output {output:.3f}." in said
    assert [int(count) for count in re.findall(r"(\d) of 6", said)] == active


def test_the_words_of_the_chain_tell_what_is_measured():
    """Forward against the formula, backward against the complex step."""
    f, h = toy_forward_pass(TOY_X, TOY_BETAS, TOY_OMEGAS)
    dl_df, dl_dh, _, _ = measured_toy_gradients(f, h, TOY_BETAS, TOY_OMEGAS, TOY_Y)
    loss = (0.4 + 3 * np.cos(-3 + 2 * np.exp(2 - 0.4 * np.sin(1 + 0.1 * 2.3))) - 2) ** 2
    forward = [TOY_X, f[0], h[1], f[1], h[2], f[2], h[3], f[3], loss]
    back = [dl_df[3], dl_dh[3], dl_df[2], dl_dh[2], dl_df[1], dl_dh[1], dl_df[0], dl_dh[0]]
    for step, value in enumerate([*forward, *back]):
        said = in_plain(explore.chain_rule_state(step).in_words)
        found = re.search(r"= (\S+)( alone is known)?\.$", said)[1]
        assert float(found) == pytest.approx(value, abs=6e-4)


@pytest.mark.parametrize("exponent", [-12, -6, -1])
def test_the_words_of_a_step_size_tell_the_errors_there(exponent):
    x, y = np.array([[1.2]]), np.array([[20.0]])
    errors = step_size_errors(x, *initialize_parameters(), y, np.array([10.0**exponent]))
    said = in_plain(explore.step_size_state(exponent).in_words)
    assert f"{errors['forward'][0]:.0e} with forward" in said
    assert f"{errors['central'][0]:.0e} with central" in said


@pytest.mark.parametrize("every", range(2, 10))
def test_the_words_of_the_checkpoints_tell_what_is_held_and_computed_twice(every):
    kept = list(range(0, 9, every))
    parts_of_the_way = [range(first, min(first + every, 9)) for first in kept]
    held = max(len({*kept, *part}) for part in parts_of_the_way)
    again = sum(len(part) - 1 for part in parts_of_the_way[:-1])
    said = explore.checkpoints_state(every).in_words
    assert said == (
        f"Kept on the way forward: {len(kept)} of 9 activations. Held at most on the way back: "
        f"{held}. Layers computed twice: {again}."
    )


def test_moving_the_distance_of_the_checkpoints_draws_it():
    slider, picture = parts(explore.explore_checkpoints())
    slider.value = 5
    assert picture.value == explore.checkpoints_state(5)._repr_png_()


@pytest.mark.parametrize("every", [0, 1, 10, 2.5])
def test_a_distance_beside_the_slider_is_refused(every):
    with pytest.raises(ValueError, match="whole number from 2 to 9"):
        explore.checkpoints_state(every)


X, Y = np.array([[1.2]]), np.array([[20.0]])
MEASURED = complex_step_gradients(X, *initialize_parameters(), Y)


def listed(said):
    """The numbers of the list in brackets at the end."""
    return [float(number) for number in re.search(r"\(([^()]*)\)\.$", said)[1].split(", ")]


def measured_dl_dh(layer):
    """The derivative of the loss by each activation that enters the layer, by the complex step."""
    all_weights, all_biases = initialize_parameters()
    _, _, all_h = compute_network_output(X, all_weights, all_biases)
    slopes = []
    for unit in range(len(all_h[layer])):
        h = all_h[layer].astype(complex)
        h[unit] += 1e-30j
        for k in range(layer, 6):
            f = all_weights[k] @ h + all_biases[k]
            h = f * (f.real > 0)
        slopes.append(((f - Y) ** 2).item().imag / 1e-30)
    return slopes


def test_each_step_of_the_backward_pass_tells_what_is_measured():
    dl_dweights, dl_dbiases = MEASURED
    step = 0
    for k in range(5, -1, -1):
        steps = ["the biases", "the weights"]
        steps = ["the start"] * (k == 5) + steps
        steps += ["back through the weights", "back through the ReLU"] * (k > 0)
        for line in steps:
            step += 1
            said = in_plain(explore.backward_pass_state(step).in_words)
            assert said.startswith(f"Step {step} of 23, layer {k}, {line}: ")
            if line == "the weights":
                zeros = [f"row {i}" for i, row in enumerate(dl_dweights[k]) if not row.any()]
                zeros += [f"column {j}" for j, c in enumerate(dl_dweights[k].T) if not c.any()]
                assert re.findall(r"(?:row|column) \d", said) == zeros
                continue
            expected = {
                "back through the weights": lambda: measured_dl_dh(k),
                "back through the ReLU": lambda: dl_dbiases[k - 1].ravel(),
            }.get(line, lambda: dl_dbiases[k].ravel())()
            assert listed(said) == pytest.approx(list(expected), abs=6e-3)
    assert step == len(explore.BACKWARD_SLIDER.places)


@pytest.mark.parametrize("step, layer", [(3, 5), (11, 3), (23, 0)])
def test_the_step_of_the_weights_shows_every_entry(step, layer):
    shown = [in_plain(t.get_text()) for t in explore.backward_pass_state(step).findobj(Text)]
    for entry in MEASURED[0][layer].ravel():
        text = "0" if entry == 0 else f"{entry:.2f}" if abs(entry) < 100 else f"{entry:.1f}"
        assert text in shown


@pytest.mark.parametrize("step, layer", [(5, 5), (9, 4), (13, 3), (21, 1)])
def test_the_step_through_the_relu_shows_the_mask_of_the_layer_in_front(step, layer):
    _, all_f, _ = compute_network_output(X, *initialize_parameters())
    shown = [t.get_text() for t in explore.backward_pass_state(step).findobj(Text)]
    assert shown.count("1") == (all_f[layer - 1] > 0).sum()
    for number in (*all_f[layer - 1].ravel(), *measured_dl_dh(layer)):
        assert f"{number:.2f}" in map(in_plain, shown)


def test_the_step_through_the_weights_shows_the_transposed_matrix():
    all_weights, _ = initialize_parameters()
    figure = explore.backward_pass_state(12)
    at = {in_plain(t.get_text()): t.get_position() for t in figure.findobj(Text)}
    for (i, j), weight in np.ndenumerate(all_weights[3][:3, :3]):
        (across, height), (right, _) = at[f"{weight:.2f}"], at[f"{all_weights[3][5, j]:.2f}"]
        assert across < right and height == -0.5 - j


@pytest.mark.parametrize("step", [0, 24, 1.5])
def test_a_step_beside_the_backward_pass_is_refused(step):
    with pytest.raises(ValueError, match="whole number from 1 to 23"):
        explore.backward_pass_state(step)


def test_every_entry_of_the_outer_product_is_what_is_measured():
    for (i, j), entry in np.ndenumerate(MEASURED[0][1]):
        said = in_plain(explore.outer_product_state(i, j).in_words)
        assert float(re.search(r"= (\S+)\.( |$)", said)[1]) == pytest.approx(entry, abs=6e-3)
        assert (f"All of row {i} is zero" in said) == (not MEASURED[0][1][i].any())
        assert (f"All of column {j} is zero" in said) == (not MEASURED[0][1][:, j].any())


@pytest.mark.parametrize("entry", [(6, 0), (0, 6)])
def test_an_entry_beside_the_outer_product_is_refused(entry):
    with pytest.raises(ValueError, match="whole number from 0 to 5, got 6"):
        explore.outer_product_state(*entry)


def test_the_differences_of_the_smooth_function_are_told_with_their_digits():
    for exponent in (-13, -5, -2):
        step = 10.0**exponent
        forward = (math.exp(math.sin(1 + step)) - math.exp(math.sin(1))) / step
        central = (math.exp(math.sin(1 + step)) - math.exp(math.sin(1 - step))) / (2 * step)
        said = explore.smooth_step_size_state(exponent).in_words
        digits = re.findall(r"1\.\d{12}", said)
        assert [float(d) for d in digits] == pytest.approx(
            [forward, central, math.cos(1) * math.exp(math.sin(1))], rel=20 * 2e-16 / step
        )


@pytest.mark.parametrize(
    "explore_it, state, places",
    [
        (explore.explore_outer_product, explore.outer_product_state, (3, 2)),
        (explore.explore_backward_pass, explore.backward_pass_state, (7,)),
    ],
)
def test_moving_the_sliders_draws_the_state_where_they_stand(explore_it, state, places):
    widget = explore_it()
    *sliders, picture = parts(widget)
    for slider, place in zip(sliders, places):
        slider.value = place
    assert picture.value == state(*places)._repr_png_()
    assert words(widget) == state(*places).in_words


def test_another_network_s_backward_pass_and_outer_product_can_be_explored():
    all_weights, all_biases = initialize_parameters(1, 3, inputs=2, outputs=2)
    example = np.ones((2, 1)), all_weights, all_biases, np.zeros((2, 1))
    slider, _ = parts(explore.explore_backward_pass(*example))
    assert len(slider.options) == 7
    row, column, _ = parts(explore.explore_outer_product(np.ones((2, 1)), np.ones((4, 1)), 3))
    assert (len(row.options), len(column.options)) == (2, 4)


def test_a_live_picture_says_in_words_what_it_shows():
    widget = explore.explore_forward_pass()
    widget.children[0].value = -1.0
    assert words(widget) == explore.forward_pass_state(-1.0).in_words


@pytest.mark.parametrize("x", [-1.5, 0.0, 1.2])
def test_the_picture_of_an_input_says_its_output(x):
    net_output, all_f, _ = compute_network_output([[x]], *initialize_parameters())
    curve, *layers = explore.forward_pass_state(x).axes
    assert f"output {net_output.item():.3f}".replace("-", "\N{MINUS SIGN}") in curve.get_title()
    assert layers[0].get_xlabel() == f"{(all_f[0] > 0).sum()} of 6\nactive"
    (point,) = [line for line in curve.lines if line.get_marker() == "o"]
    assert (point.get_xdata()[0], point.get_ydata()[0]) == (x, net_output.item())


def test_moving_the_step_points_out_that_step():
    slider, picture = parts(explore.explore_step_size())
    slider.value = -9
    assert picture.value == explore.step_size_state(-9)._repr_png_()


def test_the_picture_of_a_step_says_the_errors_there():
    x, y = np.array([[1.2]]), np.array([[20.0]])
    errors = step_size_errors(x, *initialize_parameters(), y, np.array([1e-9]))
    title = explore.step_size_state(-9).axes[0].get_title()
    assert f"forward {errors['forward'][0]:.0e}" in title
    assert f"central {errors['central'][0]:.0e}" in title


def test_moving_the_step_of_the_chain_draws_it_as_far_as_that():
    slider, picture = parts(explore.explore_chain_rule())
    for step in (3, 8, 16):
        slider.value = step
        assert picture.value == explore.chain_rule_state(step)._repr_png_()


@pytest.mark.parametrize("step", [-1, 17, 2.5])
def test_a_step_beside_the_chain_is_refused(step):
    with pytest.raises(ValueError, match="whole number from 0 to 16"):
        explore.chain_rule_state(step)


def test_moving_the_learning_rate_trains_with_it():
    slider, picture = parts(explore.explore_learning_rate(steps=20))
    for rate in (1e-5, 1e-2):
        slider.value = rate
        assert picture.value == explore.learning_rate_state(rate, 20)._repr_png_()


def test_the_words_of_a_learning_rate_tell_where_its_training_ends():
    """Up to 0.0005: for larger rates the losses depend on the last bits of the sums."""
    for rate in [rate for rate in explore.LEARNING_RATES if rate <= 5e-4]:
        loss = losses_by_autograd(rate, 200)
        said = explore.learning_rate_state(rate, 200).in_words
        assert f"{rate:.6f}".rstrip("0") in said
        assert f"{loss[0]:.1f} at first and {loss[-1]:.3f} after 200 steps." in said


def losses_by_autograd(rate, steps):
    net_input, all_weights, all_biases, y = curve_to_learn()
    losses = []
    for step in range(steps + 1):
        network = Network(net_input, all_weights, all_biases, y)
        output, _, _ = compute_network_output(net_input, all_weights, all_biases)
        losses.append(((output - y) ** 2).sum())
        weights, biases = autograd_gradients(network)
        all_weights = [w - rate * g for w, g in zip(all_weights, weights)]
        all_biases = [b - rate * g for b, g in zip(all_biases, biases)]
    return losses


def test_the_words_of_a_learning_rate_that_is_too_large_say_that_training_diverges():
    said = explore.learning_rate_state(1e-2).in_words
    assert said.endswith("training diverges.") and "after 4 steps" in said


def test_a_slider_can_be_moved_by_keyboard_and_has_a_label():
    for explore_it in (
        explore.explore_forward_pass, explore.explore_chain_rule, explore.explore_step_size,
        explore.explore_learning_rate,
        explore.explore_outer_product, explore.explore_backward_pass,
    ):
        *sliders, _ = parts(explore_it())
        assert sliders and all(s.description and not s.disabled for s in sliders)


def test_other_networks_can_be_explored():
    slider, picture = parts(explore.explore_forward_pass(*initialize_parameters(2, [3, 4])))
    assert picture.value != parts(explore.explore_forward_pass())[1].value


def test_a_network_with_two_inputs_is_refused_with_its_sizes():
    with pytest.raises(ValueError, match="one input and one output, it has 2 and 1"):
        explore.explore_forward_pass(*initialize_parameters(2, 3, inputs=2))


@pytest.mark.parametrize("exponent", [-16, 0, -2.5])
def test_a_step_beside_the_slider_is_refused(exponent):
    with pytest.raises(ValueError, match="whole number from -15 to -1"):
        explore.step_size_state(exponent)


def test_without_ipywidgets_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    with pytest.raises(ImportError, match="pip install ipywidgets"):
        explore.explore_forward_pass()


@pytest.mark.parametrize("hidden_layers, terms_times_variance", [(10, 1.0), (20, 4.0)])
def test_the_words_of_a_depth_tell_the_factor_and_what_is_measured(
    hidden_layers, terms_times_variance
):
    """The measured change is that of a mean over few networks: its order is right."""
    said = in_plain(explore.depth_state(hidden_layers, terms_times_variance).in_words)
    factor = terms_times_variance / 2
    assert f"multiplies the mean square by {factor:g}." in said
    measured = [float(number) for number in re.findall(r"times ([\d.e+-]+?)[,.]? ?(?=,|the|$)", said)]
    assert len(measured) == 2
    for number in measured:
        assert abs(np.log10(number) - hidden_layers * np.log10(factor)) < 1


def test_moving_either_slider_of_the_depth_draws_that_network():
    *sliders, picture = parts(explore.explore_depth())
    sliders[0].value, sliders[1].value = 10, 3.0
    assert picture.value == explore.depth_state(10, 3.0)._repr_png_()


@pytest.mark.parametrize("hidden_layers", [0, 51, 2.5])
def test_a_depth_beside_the_slider_is_refused(hidden_layers):
    with pytest.raises(ValueError, match="hidden_layers must be a whole number from 1 to 50"):
        explore.depth_state(hidden_layers, 2.0)
