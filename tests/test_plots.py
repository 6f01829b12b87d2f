"""The figures show what `backprop` computes, in the course's colours and no others."""

import base64
import io
import re

import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.pylabtools import select_figure_formats
from matplotlib import rcParams
from matplotlib.image import imread
from matplotlib.text import Annotation, Text

from backprop import (
    automatic_differentiation_plots,
    backward_pass,
    chain_rule_plots,
    complex_step_gradients,
    compute_network_output,
    depth_plots,
    cost_plots,
    finite_difference_gradients,
    initialize_parameters,
    plots,
    relative_error,
    training_plots,
)
from backprop.automatic_differentiation import record_network
from backprop.backward_pass_plots import draw_backward_step
from backprop.chain_rule import TOY_BETAS, TOY_OMEGAS, TOY_X, TOY_Y
from backprop.checking_gradients import step_size_errors
from backprop.cost import layer_widths
from backprop.drawing import PALETTE

X, Y = np.array([[1.2]]), np.array([[20.0]])
STEPS = 10.0 ** np.arange(-12, 0)
COSTS = {
    "parameters": [7, 25], "forward": [8.5, 27.0], "central": [15.0, 52.0],
    "complex": [9.0, 31.0], "backward": [1.6, 2.2],
}


# A curve of three layers: its label, forward, backward, and the factor of a layer.
SIZES = [("σ² = 4/D", np.array([1.0, 2.1, 3.9]), np.array([4.2, 2.0, 1.0]), 2.0)]
SINGLE = np.array([[0.0, 0.0, 1.1], [0.3, 0.7, 0.9]])  # nothing came back in the first network


def network(hidden_layers=5, width=6, seed=0):
    all_weights, all_biases = initialize_parameters(hidden_layers, width, seed=seed)
    _, all_f, all_h = compute_network_output(X, all_weights, all_biases)
    _, all_dl_df = backward_pass(all_weights, all_biases, all_f, all_h, Y)
    return all_weights, all_biases, all_f, all_h, all_dl_df


def two_columns(*arrays):
    """Two examples of each: the column, and its half."""
    return [np.hstack([array, array / 2]) for array in arrays]


def figures(all_weights, all_biases, all_f, all_h, all_dl_df):
    """Every figure of the course, of one network with at least two hidden layers."""
    errors = step_size_errors(X, all_weights, all_biases, Y, STEPS)
    curve = np.linspace(-2, 2, 9)
    outputs, _, _ = compute_network_output(curve[None, :], all_weights, all_biases)
    return {
        "network": plots.draw_network(all_weights, all_biases),
        "relu": plots.draw_relu(),
        "forward values": plots.draw_forward_values(all_f, all_h),
        "forward pass": plots.draw_forward_pass(
            all_f, all_h, curve, outputs[0], [np.abs(f).max() for f in all_f]
        ),
        "loss": plots.draw_loss(all_f[-1], Y),
        "chain": chain_rule_plots.draw_chain(TOY_X, TOY_BETAS, TOY_OMEGAS, TOY_Y),
        "branch": chain_rule_plots.draw_branch(0.8, 1.0),
        "jacobian": chain_rule_plots.draw_jacobian(all_weights[1], all_dl_df[1], column=1),
        "recorded": automatic_differentiation_plots.draw_recorded_network(
            *record_network(X, all_weights, all_biases, Y)
        ),
        "two modes": automatic_differentiation_plots.draw_two_modes(),
        "sizes through depth": depth_plots.draw_sizes_through_depth(SIZES),
        "gradient sizes": depth_plots.draw_gradient_sizes([SIZES[0][:1] + SIZES[0][2:]]),
        "single networks": depth_plots.draw_single_networks([("five units", SINGLE)]),
        "depth": depth_plots.draw_depth(*SIZES[0][1:], 20),
        "dead unit": depth_plots.draw_dead_unit(
            all_weights[1], all_dl_df[1], all_weights[2], unit=0, layer=1
        ),
        "residual connection": depth_plots.draw_residual_connection(),
        "bias nudge": plots.draw_bias_nudge(all_biases, all_f, layer=1, unit=0),
        "outer product": plots.draw_outer_product(all_dl_df[1], all_h[1], layer=1),
        "one unit back": plots.draw_one_unit_back(all_weights, all_dl_df, layer=1, unit=0),
        "mask": plots.draw_mask(all_f[0], all_weights[1].T @ all_dl_df[1], layer=1),
        "backward flow": plots.draw_backward_flow(all_weights, all_f, all_dl_df),
        "entry": plots.draw_outer_product(all_dl_df[1], all_h[1], layer=1, picked=(0, 1)),
        **{
            f"backward step {step}": draw_backward_step(X, all_weights, all_biases, Y, step)
            for step in range(1, 6)
        },
        "step sizes": plots.draw_step_size_curve(STEPS, errors, marked=3),
        "batch": training_plots.draw_batch(*two_columns(all_dl_df[1], all_h[1])),
        "parabola": training_plots.draw_parabola_steps(2.0, [0.1, 0.5, 0.9, 1.1]),
        "learning rates": training_plots.draw_learning_rates(
            [("a line", STEPS[:4], 3.0, [2.0, 0.1, 5.0, 1e20], 1e-10)]
        ),
        "training": training_plots.draw_training(
            X * curve[None, :], curve[None, :], [("after", all_weights, all_biases)], [3.0, 0.1]
        ),
        "classes": training_plots.draw_classes(
            np.array([[1.0, 0.0, -1.0], [0.5, 0.2, -0.5]]), [0, 1, 2],
            [("start", *initialize_parameters(1, 4, 2, 3))],
        ),
        "kink": plots.draw_kink(X, all_weights, all_biases, Y, layer=0, unit=0),
        "operations": cost_plots.draw_operations_by_layer(layer_widths(all_weights, all_biases)),
        "cost": cost_plots.draw_cost_by_parameters(COSTS, [[1, 2, 1], [1, 8, 1]]),
        "checkpoints": cost_plots.draw_checkpoints(len(all_weights), 2),
        "kept numbers": cost_plots.draw_kept_numbers(range(1, 30)),
    }


REFERENCE = figures(*network())


def texts(figure):
    return [text.get_text() for text in figure.findobj(Text) if text.get_visible()]


def svg_of(figure):
    file = io.StringIO()
    figure.savefig(file, format="svg")
    return file.getvalue()


@pytest.mark.parametrize("name", REFERENCE)
def test_a_figure_has_only_colours_that_the_page_can_replace(name):
    colours = set(re.findall(r"#[0-9a-f]{6}\b", svg_of(REFERENCE[name])))
    # Black is matplotlib's word for "no colour was asked for" in definitions that are not drawn.
    assert colours & set(PALETTE.values())
    assert colours - {"#000000"} <= set(PALETTE.values())
    assert "opacity: 0." not in svg_of(REFERENCE[name])


@pytest.mark.parametrize("name", REFERENCE)
def test_no_text_of_a_figure_is_too_small_to_read(name):
    sizes = [t.get_fontsize() for t in REFERENCE[name].findobj(Text) if t.get_text().strip()]
    assert min(sizes, default=9) >= 9


@pytest.mark.parametrize("name", REFERENCE)
def test_no_figure_prints_minus_zero(name):
    assert not [text for text in texts(REFERENCE[name]) if re.fullmatch(r"[-\u2212]0(\.0*)?", text)]


@pytest.mark.parametrize("name", REFERENCE)
def test_a_notebook_shows_a_figure_as_a_picture(name):
    assert REFERENCE[name]._repr_png_().startswith(b"\x89PNG")


@pytest.mark.parametrize("pyplot_in_use", [False, True])
def test_a_notebook_shows_a_figure_on_white_whatever_its_theme(pyplot_in_use):
    shell = InteractiveShell()
    if pyplot_in_use:
        select_figure_formats(shell, {"png"})
    png = shell.display_formatter.format(REFERENCE["relu"])[0]["image/png"]
    png = base64.b64decode(png) if isinstance(png, str) else png
    assert np.array_equal(imread(io.BytesIO(png))[0, 0], [1, 1, 1, 1])


@pytest.mark.parametrize("hidden_layers, width", [(2, [3, 4]), (3, [5, 2, 6])])
def test_networks_of_other_widths_are_drawn(hidden_layers, width):
    for figure in figures(*network(hidden_layers, width, seed=3)).values():
        assert svg_of(figure)


def test_drawing_changes_neither_the_arrays_nor_the_style_of_the_notebook():
    arguments = network()
    before = [array.copy() for arrays in arguments for array in arrays]
    style = dict(rcParams)
    figures(*arguments)
    after = [array for arrays in arguments for array in arrays]
    assert all(np.array_equal(one, other) for one, other in zip(before, after))
    assert dict(rcParams) == style


def test_the_network_diagram_names_every_matrix_with_its_shape():
    shown = "\n".join(texts(plots.draw_network(*network(2, [3, 4])[:2])))
    for shape in ("3×1", "4×3", "1×4", "4×1", "1×1"):
        assert shape in shown


def test_the_forward_values_count_the_active_units():
    _, _, all_f, all_h, _ = network()
    shown = [axes.get_xlabel() for axes in plots.draw_forward_values(all_f, all_h).axes]
    counts = [f"{(f > 0).sum()} of {len(f)}\nactive" for f in all_f[:-1]]
    assert shown == [*counts, "output\n1.907"]


def test_the_forward_values_print_every_preactivation():
    _, _, all_f, all_h, _ = network()
    for axes, f in zip(plots.draw_forward_values(all_f, all_h).axes, all_f):
        shown = [float(t.get_text().replace("\u2212", "-")) for t in axes.findobj(Annotation)]
        assert shown == pytest.approx(f[:, 0].tolist(), rel=0.01, abs=0.005)


def test_the_chain_shows_its_values_and_derivatives_as_far_as_it_has_come():
    def shown(*steps):
        figure = chain_rule_plots.draw_chain(TOY_X, TOY_BETAS, TOY_OMEGAS, TOY_Y, *steps)
        return set(texts(figure))

    assert {"2.300", "1.230", "0.942"} <= shown(2, 0) and "1.623" not in shown(2, 0)
    assert {"0.139", "1.000", "0.745", "2.234"} <= shown(8, 2)
    assert "\u22121.683" in shown(8, 3) and "\u22121.683" not in shown(8, 2)


def test_the_branch_adds_what_two_paths_bring_back():
    a, y = 0.8, 1.0
    slope = 2 * (np.sin(a) * np.exp(a) - y)
    by_sin, by_exp = slope * np.exp(a) * np.cos(a), slope * np.exp(a) * np.sin(a)
    shown = texts(chain_rule_plots.draw_branch(a, y))
    assert f"{by_sin:.2f} + {by_exp:.2f}\n= {by_sin + by_exp:.2f}" in shown


def test_an_input_collects_down_its_column_of_the_jacobian():
    jacobian = np.array([[2.0, -1.0], [0.5, 1.0], [0.0, 3.0]])
    figure = chain_rule_plots.draw_jacobian(jacobian, [[1.0], [-2.0], [0.5]], column=1)
    assert any(text.endswith("= \u22121.50") and "collects" in text for text in texts(figure))


def test_a_batch_shows_its_sums_over_the_examples():
    dl_df, h = np.array([[1.0, -2.0, 4.0], [0.5, 0.5, 0.5]]), np.array([[3.0, 2.0, 0.25]])
    shown = texts(training_plots.draw_batch(dl_df, h, unit=0, fed_by=0))
    (told,) = [text for text in shown if "collects" in text]
    assert "1.00 + (\u22122.00) + 4.00 = 3.00" in told
    assert "(\u22122.00)·2.00 + 4.00·0.25\n= 0" in told
    assert "1.50" in shown and "2.62" in shown  # the bias and the weight of unit 1


def test_a_learning_rate_that_diverged_is_a_cross_at_the_edge():
    figure = training_plots.draw_learning_rates(
        [("a line", [1e-3, 1e-2, 1e-1], 5.0, [2.0, 0.5, 1e9], 0.05)]
    )
    found, diverged, *_ = figure.axes[0].lines
    assert list(found.get_ydata()) == [2.0, 0.5]
    assert (list(diverged.get_xdata()), diverged.get_marker()) == ([1e-1], "x")
    assert diverged.get_ydata()[0] <= figure.axes[0].get_ylim()[1]


def test_the_steps_on_a_parabola_are_those_of_its_factor():
    (axes,) = training_plots.draw_parabola_steps(4.0, [0.4], start=2.0, steps=3).axes
    places = axes.lines[1].get_xdata()
    assert np.allclose(places, 2.0 * (1 - 0.4 * 4.0) ** np.arange(4))


def test_points_in_a_wrong_region_are_counted():
    # The first output is x_0, the second 0: the regions are the two halves of the plane.
    weights, biases = [np.array([[1.0, 0.0], [0.0, 0.0]])], [np.zeros((2, 1))]
    points = np.array([[1.0, 2.0, -1.0, 1.5], [0.0, 0.0, 0.0, 1.0]])
    figure = training_plots.draw_classes(points, [0, 0, 1, 1], [("lines", weights, biases)])
    assert figure.axes[0].get_title() == "lines: 1 of 4 wrong"


def test_the_recorded_graph_numbers_every_entry_of_the_tape_once():
    recorded = record_network(X, *initialize_parameters(1, 3), Y)
    shown = texts(automatic_differentiation_plots.draw_recorded_network(*recorded))
    assert sorted(int(text) for text in shown if text.isdigit()) == list(range(14))
    assert [text for text in shown if text in "@+ReLU\u2212×Σ" and text] == [
        "@", "+", "ReLU", "@", "+", "\u2212", "×", "Σ",
    ]


def test_the_outer_product_shows_every_product():
    dl_df, h = np.array([[2.0], [0.0], [-1.5]]), np.array([[3.0], [0.0]])
    shown = texts(plots.draw_outer_product(dl_df, h))
    assert {"6.00", "\u22124.50", "2.00", "3.00"} <= set(shown)
    # One zero in each of dl_df and h, and the four products of which a factor is zero.
    assert shown.count("0") == 6


def test_only_what_is_zero_reads_zero():
    shown = texts(plots.draw_outer_product(np.array([[1e-4], [-0.0]]), np.array([[1.0]])))
    assert shown.count("1e\u221204") == 2 and shown.count("0") == 2


def test_a_nudge_of_the_bias_is_the_same_nudge_of_the_preactivation():
    _, all_biases, all_f, _, _ = network()
    shown = texts(plots.draw_bias_nudge(all_biases, all_f, layer=2, unit=2, nudge=-0.5))
    assert "nudged by \u22120.5" in shown and "moves by \u22120.5" in shown


def test_the_kink_shows_the_slopes_of_both_sides_and_the_one_between():
    all_weights, all_biases, all_f, _, _ = network()
    all_biases[0][1] -= all_f[0][1] - 1e-9  # onto the kink, just active
    _, all_f, all_h = compute_network_output(X, all_weights, all_biases)
    _, all_dl_dbiases = backward_pass(all_weights, all_biases, all_f, all_h, Y)
    figure = plots.draw_kink(X, all_weights, all_biases, Y, layer=0, unit=1)
    right_slope = all_dl_dbiases[0][1, 0]
    at = {text.get_text(): text.xy[0] for text in figure.findobj(Annotation)}
    assert at["slope 0"] < all_biases[0][1, 0] < at[f"slope {right_slope:.2f}"]
    between = re.search(r"central difference:\nslope ([\d.]+)", " ".join(at))[1]
    assert 0 < float(between) < right_slope


def test_the_mask_shows_what_passes_and_what_does_not():
    f, dl_dh = np.array([[1.0], [-2.0], [0.0]]), np.array([[5.0], [6.0], [7.0]])
    shown = texts(plots.draw_mask(f, dl_dh, layer=2))
    assert shown.count("5.00") == 2 and shown.count("6.00") == 1 and shown.count("7.00") == 1


def test_a_unit_collects_the_products_with_the_weights_that_it_fed():
    all_weights, _, _, _, all_dl_df = network()
    shown = texts(plots.draw_one_unit_back(all_weights, all_dl_df, layer=3, unit=4))
    assert "\u22129.99" in shown  # entry 4 of Omega_3^T dl/df_3, as chapter 07 prints it


def test_the_step_size_curve_is_the_error_against_the_complex_step():
    all_weights, all_biases, _, _, _ = network(2, 3)
    errors = step_size_errors(X, all_weights, all_biases, Y, STEPS)
    exact = complex_step_gradients(X, all_weights, all_biases, Y)
    for scheme in ("forward", "central"):
        for step, error in zip(STEPS, errors[scheme]):
            found = finite_difference_gradients(
                X, all_weights, all_biases, Y, step=step, scheme=scheme
            )
            pairs = zip([*found[0], *found[1]], [*exact[0], *exact[1]])
            assert error == max(relative_error(a, b).max() for a, b in pairs)
    assert errors["complex"] < 1e-12


def test_each_layer_has_two_products_back_but_the_first_has_one():
    figure = cost_plots.draw_operations_by_layer([2, 5, 3], examples=4)
    heights = [bar.get_height() for bar in figure.axes[0].patches]
    assert heights == [2 * 5 * 4, 5 * 3 * 4] * 2 + [0, 5 * 3 * 4]


def test_the_cost_is_drawn_against_the_parameters_with_the_expected_passes():
    (axes,) = cost_plots.draw_cost_by_parameters(COSTS, [[1, 2, 1], [1, 8, 1]]).axes
    drawn = {line.get_label(): list(line.get_ydata()) for line in axes.lines}
    assert drawn["central differences"] == COSTS["central"]
    assert drawn["backward pass"] == COSTS["backward"]
    assert any(
        list(line.get_ydata()) == [14, 50] for line in axes.lines
    )


def test_every_row_of_the_checkpoints_says_how_many_activations_are_held():
    shown = texts(cost_plots.draw_checkpoints(7, 3))
    assert [text for text in shown if text.endswith(("kept", "held"))] == [
        "3 kept", "3 held", "5 held", "5 held"
    ]
    assert shown.count(r"$\mathbf{h}_{3}$") == 4 and shown.count(r"$\mathbf{h}_{4}$") == 1


@pytest.mark.parametrize(
    "draw, message",
    [
        (lambda: plots.draw_network([np.ones((2, 1))], []), "all_biases must hold"),
        (lambda: cost_plots.draw_operations_by_layer([3]), "widths must be a list of at least two"),
        (
            lambda: cost_plots.draw_cost_by_parameters(COSTS, [[1, 2, 1]]),
            r'costs\["parameters"\] must have 1 entries, one a network, got 2',
        ),
        (lambda: cost_plots.draw_checkpoints(4, 0), "every must be an integer of at least 1"),
        (
            lambda: chain_rule_plots.draw_chain(TOY_X, TOY_BETAS, TOY_OMEGAS, TOY_Y, 7, 1),
            "backward_steps must be a whole number from 0 to 0, got 1",
        ),
        (
            lambda: chain_rule_plots.draw_jacobian(np.ones((3, 2)), np.ones((3, 1)), column=2),
            "column must be a whole number from 0 to 1, got 2",
        ),
        (
            lambda: chain_rule_plots.draw_jacobian(np.ones((3, 2)), np.ones((2, 1))),
            "dl_dc must have shape",
        ),
        (
            lambda: training_plots.draw_batch(np.ones((2, 3)), np.ones((2, 2))),
            "h must have 3 columns",
        ),
        (
            lambda: training_plots.draw_batch(np.ones((2, 3)), np.ones((2, 3)), unit=2),
            "unit must be a whole number from 0 to 1, got 2",
        ),
        (
            lambda: training_plots.draw_classes(np.ones((2, 1)), [3], []),
            "there can be three classes, from 0 to 2, got class 3",
        ),
        (
            lambda: automatic_differentiation_plots.draw_two_modes(outputs=2, row=2),
            "row must be a whole number from 0 to 1, got 2",
        ),
        (lambda: plots.draw_loss([[1.0, 2.0]], [[1.0]]), "must hold one number each"),
        (lambda: plots.draw_outer_product(np.ones(3), np.ones((2, 1))), "dl_df must have shape"),
        (lambda: plots.draw_outer_product(np.ones((3, 2)), np.ones((2, 1))), "one example"),
        (lambda: plots.draw_mask(np.ones((3, 1)), np.ones((2, 1))), "must have the shape of f"),
        (
            lambda: plots.draw_bias_nudge([np.ones((2, 1))], [np.ones((3, 1))], 0, 0),
            r"all_f\[0\] must have shape \(2, B\)",
        ),
        (
            lambda: plots.draw_bias_nudge([np.ones((2, 1))], [np.ones((2, 1))], 0, 2),
            "unit must be a whole number from 0 to 1, got 2",
        ),
        (
            lambda: plots.draw_one_unit_back([np.ones((2, 1))], [np.ones((2, 1))], 1, 0),
            "layer must be a whole number from 0 to 0, got 1",
        ),
        (
            lambda: plots.draw_backward_flow([np.ones((2, 1))], [], [np.ones((2, 1))]),
            "all_f must hold 1 arrays",
        ),
        (
            lambda: plots.draw_kink(X, *initialize_parameters(), Y, layer=5, unit=0),
            "layer .* must be a whole number from 0 to 4, got 5",
        ),
        (
            lambda: plots.draw_forward_values([np.ones((1, 1))] * 2, [np.zeros((1, 1))] * 2),
            r"all_h\[1\] must be relu\(all_f\[0\]\)",
        ),
    ],
)
def test_an_argument_that_does_not_fit_is_named(draw, message):
    with pytest.raises(ValueError, match=message):
        draw()


def test_the_derived_line_of_a_depth_is_the_power_of_the_factor():
    left, right = depth_plots.draw_sizes_through_depth(SIZES).axes
    derived, measured = left.lines
    assert derived.get_ydata().tolist() == [1.0, 2.0, 4.0]
    assert measured.get_ydata().tolist() == [1.0, 2.1, 3.9]
    derived, measured = right.lines
    assert derived.get_ydata().tolist() == [4.0, 2.0, 1.0]
    assert measured.get_ydata().tolist() == [4.2, 2.0, 1.0]


def test_a_network_in_which_nothing_comes_back_has_a_line_that_ends():
    (axes,) = depth_plots.draw_single_networks([("five units", SINGLE)]).axes
    dead, alive, _ = axes.lines
    assert np.isnan(dead.get_ydata()).tolist() == [True, True, False]
    assert alive.get_ydata().tolist() == [0.3, 0.7, 0.9]


def test_the_zeros_of_a_dead_unit_stand_in_its_row_its_entry_and_its_column_above():
    weights, biases, above = np.full((3, 2), 1.5), np.full((3, 1), 2.5), np.full((2, 3), 3.5)
    weights[1], biases[1], above[:, 1] = 0, 0, 0
    shown = texts(depth_plots.draw_dead_unit(weights, biases, above, unit=1))
    assert [shown.count(text) for text in ("0", "1.50", "2.50", "3.50")] == [5, 4, 2, 4]
    assert {"row 1: zeros", "column 1: zeros", "unit 1"} <= set(shown)


def test_a_dead_unit_that_does_not_fit_its_gradients_is_refused():
    arrays = np.ones((3, 2)), np.ones((3, 1)), np.ones((2, 3))
    with pytest.raises(ValueError, match="unit must be a whole number from 0 to 2"):
        depth_plots.draw_dead_unit(*arrays, unit=3)
    with pytest.raises(ValueError, match=r"dl_dweights must have 3 rows, got shape \(2, 3\)"):
        depth_plots.draw_dead_unit(arrays[2], *arrays[1:], unit=0)
    with pytest.raises(ValueError, match=r"dl_dweights_above must have 3 columns"):
        depth_plots.draw_dead_unit(*arrays[:2], arrays[0], unit=0)


def test_more_curves_than_there_are_marks_are_refused():
    with pytest.raises(ValueError, match="curves must be at most 3, got 4"):
        depth_plots.draw_sizes_through_depth(SIZES * 4)
