"""Things to play with: pictures that move under a slider, computed by `backprop`.

Each has a function that draws one state, the sliders that it moves under, and a function
``explore_...`` that is live in Jupyter and in Colab. The pages show the same states, drawn
beforehand.
"""

import numpy as np

from backprop.backward_pass import backward_pass
from backprop.backward_pass_plots import draw_backward_step
from backprop.chain_rule import TOY_BETAS, TOY_OMEGAS, TOY_X, TOY_Y
from backprop.chain_rule_plots import draw_chain
from backprop.checking_gradients import smooth_slopes, step_size_errors
from backprop.checkpointing import most_activations_held, recomputed_multiplications
from backprop.cost_plots import draw_checkpoints
from backprop.depth_plots import draw_depth
from backprop.drawing import number_text
from backprop.forward_pass import compute_network_output
from backprop.initialization import mean_squares_through_depth, variance_factors
from backprop.network import initialize_parameters
from backprop.plots import draw_forward_pass, draw_outer_product, draw_step_size_curve
from backprop.sliders import Slider, live_picture
from backprop.training import curve_to_learn, train
from backprop.training_plots import draw_training

INPUTS = np.linspace(-2, 2, 161)
EXPONENTS = np.arange(-15, 0)
LEARNING_RATES = (
    1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 1.5e-3, 2e-3, 2.5e-3, 3e-3, 4e-3, 5e-3, 6e-3, 1e-2,
)


def _order(number):
    """A small number as 3e-09, with a true minus sign."""
    return "0" if number == 0 else f"{number:.0e}".replace("-", "\N{MINUS SIGN}")


def _backward_slider(K, start):
    last = 4 * K + 3
    return Slider("step", range(1, last + 1), start, lambda step: f"{step} of {last}")


INPUT_SLIDER = Slider(
    "input", np.round(np.linspace(-2, 2, 41), 2).tolist(), 1.2, lambda x: number_text(x, 1)
)
CHAIN_SLIDER = Slider("step", range(17), 11, lambda step: f"{step} of 16")
CHECKPOINT_SLIDER = Slider(
    "checkpoint every", range(2, 10), 3, lambda every: f"{every} layers"
)
ENTRY_SLIDERS = Slider("row", range(6), 1), Slider("column", range(6), 4)
BACKWARD_SLIDER = _backward_slider(5, start=12)
STEP_SIZE_SLIDER = Slider("step", EXPONENTS.tolist(), -6, lambda exponent: _order(10.0**exponent))
LEARNING_RATE_SLIDER = Slider(
    "learning rate", LEARNING_RATES, 5e-4, lambda rate: f"{rate:.6f}".rstrip("0")
)
DEPTH_SLIDER = Slider("hidden layers", [10, 20, 30, 40, 50], 30)
# Twice the factor of one layer: 2 is He initialization.
VARIANCE_SLIDER = Slider("D times σ²", [1.0, 1.5, 2.0, 3.0, 4.0], 1.0, "{:g}".format)


def forward_pass_state(x, all_weights=None, all_biases=None):
    """What the network does with the input ``x``: which units are active, what comes out.

    Parameters
    ----------
    x : float
    all_weights, all_biases : lists of arrays, optional
        Of a network with one input and one output; by default the reference network.

    Returns
    -------
    matplotlib.figure.Figure
        With the same in words, as ``in_words``; so have all states here.

    Raises
    ------
    ValueError
        If the network has several inputs or outputs.
    """
    all_weights, all_biases = _network(all_weights, all_biases)
    outputs, curves, _ = compute_network_output(INPUTS[None, :], all_weights, all_biases)
    _, all_f, all_h = compute_network_output(np.array([[float(x)]]), all_weights, all_biases)
    figure = draw_forward_pass(
        all_f, all_h, INPUTS, outputs[0], [np.abs(curve).max() for curve in curves]
    )
    active = ", ".join(f"{(f > 0).sum()} of {len(f)} in f_{k}" for k, f in enumerate(all_f[:-1]))
    figure.in_words = (
        f"Input {number_text(float(x))}, output {number_text(all_f[-1].item(), 3)}. "
        f"Active units: {active or 'there are none to count'}."
    )
    return figure


def explore_forward_pass(all_weights=None, all_biases=None):
    """A slider over the input, and under it `forward_pass_state`.

    Returns
    -------
    ipywidgets.Widget

    Raises
    ------
    ImportError
        If ipywidgets is not installed.
    """
    return live_picture(lambda x: forward_pass_state(x, all_weights, all_biases), INPUT_SLIDER)


def chain_rule_state(step, x=TOY_X, betas=TOY_BETAS, omegas=TOY_OMEGAS, y=TOY_Y):
    """The toy function's chain after some steps: eight forward to the loss, then eight back.

    Parameters
    ----------
    step : int
        From 0, where only x is known, to 16, where its derivative is.
    x, y : float
    betas, omegas : sequences of 4 floats
        By default the values of chapter 04.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If ``step`` is not one of those.
    """
    if step not in range(17):
        raise ValueError(f"step must be a whole number from 0 to 16, got {step!r}.")
    return draw_chain(x, betas, omegas, y, min(step, 8), max(step - 8, 0))


def explore_chain_rule(x=TOY_X, betas=TOY_BETAS, omegas=TOY_OMEGAS, y=TOY_Y):
    """A slider over the steps forward and back, and under it `chain_rule_state`.

    Returns
    -------
    ipywidgets.Widget

    Raises
    ------
    ImportError
        If ipywidgets is not installed.
    """
    from_the_start = CHAIN_SLIDER._replace(start=0)
    return live_picture(lambda step: chain_rule_state(step, x, betas, omegas, y), from_the_start)


def outer_product_state(row, column, dl_df=None, h=None, layer=1):
    """The weight gradient of one layer with one entry pointed out, and the factors of this entry.

    Parameters
    ----------
    row, column : int
        The unit that the weight feeds, and the unit whose activation it carries.
    dl_df, h : (D, 1) arrays, optional
        By default those of layer 1 of the reference network, input 1.2 and target 20.
    layer : int
        For the labels.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there is no such entry, or an array is no column.
    """
    if dl_df is None:
        net_input, all_weights, all_biases, y = _reference_example()
        _, all_f, all_h = compute_network_output(net_input, all_weights, all_biases)
        _, all_dl_dbiases = backward_pass(all_weights, all_biases, all_f, all_h, y)
        dl_df, h, layer = all_dl_dbiases[1], all_h[1], 1  # one example: equation 7.21
    figure = draw_outer_product(dl_df, h, layer, picked=(row, column))
    left, above = dl_df[row, 0], h[column, 0]
    figure.in_words = (
        f"Row {row}, column {column}: dl/df_{layer},{row} times h_{layer},{column} is "
        f"{number_text(left)} × {number_text(above)} = {number_text(left * above)}."
    )
    if left == 0:
        figure.in_words += f" All of row {row} is zero: nothing comes back to unit {row}."
    if above == 0:
        figure.in_words += f" All of column {column} is zero: the activation in front is zero."
    return figure


def explore_outer_product(dl_df=None, h=None, layer=1):
    """Two sliders, over the rows and the columns, and under them `outer_product_state`.

    Returns
    -------
    ipywidgets.Widget

    Raises
    ------
    ImportError
        If ipywidgets is not installed.
    """
    sliders = ENTRY_SLIDERS
    if dl_df is not None:
        sliders = [
            slider._replace(places=range(count), start=0)
            for slider, count in zip(ENTRY_SLIDERS, (len(dl_df), len(h)))
        ]
    return live_picture(lambda i, j: outer_product_state(i, j, dl_df, h, layer), *sliders)


def backward_pass_state(step, net_input=None, all_weights=None, all_biases=None, y=None):
    """One step of the backward pass, with its numbers, and how far the pass has come.

    Parameters
    ----------
    step : int
        From 1, the gradient at the output, to the last, the weights of layer 0: 4 K + 3.
    net_input, all_weights, all_biases, y : optional
        One example. By default the reference network with the input 1.2 and the target 20.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there is no such step.
    """
    if all_weights is None:
        net_input, all_weights, all_biases, y = _reference_example()
    return draw_backward_step(net_input, all_weights, all_biases, y, step)


def explore_backward_pass(net_input=None, all_weights=None, all_biases=None, y=None):
    """A slider over the steps, and under it `backward_pass_state`.

    Returns
    -------
    ipywidgets.Widget

    Raises
    ------
    ImportError
        If ipywidgets is not installed.
    """
    K = 5 if all_weights is None else len(all_weights) - 1
    return live_picture(
        lambda step: backward_pass_state(step, net_input, all_weights, all_biases, y),
        _backward_slider(K, start=1),
    )


def step_size_state(exponent, net_input=None, all_weights=None, all_biases=None, y=None):
    """The errors of finite differences against the step, with the step 10**exponent pointed out.

    Parameters
    ----------
    exponent : int
        From -15 to -1.
    net_input, all_weights, all_biases, y : optional
        By default the reference network with the input 1.2 and the target 20.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If ``exponent`` is not one of those.
    """
    errors = _step_size_errors(net_input, all_weights, all_biases, y)
    return _marked_curve(exponent, errors)


def explore_step_size(net_input=None, all_weights=None, all_biases=None, y=None):
    """A slider over the exponent of the step, and under it `step_size_state`.

    Returns
    -------
    ipywidgets.Widget

    Raises
    ------
    ImportError
        If ipywidgets is not installed.
    """
    errors = _step_size_errors(net_input, all_weights, all_biases, y)
    return live_picture(lambda exponent: _marked_curve(exponent, errors), STEP_SIZE_SLIDER)


def smooth_step_size_state(exponent):
    """As `step_size_state`, for exp(sin p) at p = 1, which has all its derivatives.

    Parameters
    ----------
    exponent : int
        From -15 to -1.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If ``exponent`` is not one of those.
    """
    slopes, errors = smooth_slopes(10.0**EXPONENTS)
    figure = _marked_curve(exponent, errors)
    marked = int(exponent) - int(EXPONENTS[0])
    figure.in_words = (
        f"With a step of {_order(10.0**exponent)}, the forward difference is "
        f"{slopes['forward'][marked]:.12f} and the central one {slopes['central'][marked]:.12f}; "
        f"the derivative is {slopes['exact']:.12f}. The relative errors are "
        f"{_order(errors['forward'][marked])} and {_order(errors['central'][marked])}."
    )
    return figure


def checkpoints_state(every):
    """Which activations of nine layers are held, forward and on each part of the way back.

    Parameters
    ----------
    every : int
        From each checkpoint to the next, counted in layers; from 2 to 9.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If ``every`` is not one of those.
    """
    if every not in CHECKPOINT_SLIDER.places:
        raise ValueError(f"every must be a whole number from 2 to 9, got {every!r}.")
    layers = CHECKPOINT_SLIDER.places[-1]
    figure = draw_checkpoints(layers, every, parts=-(-layers // CHECKPOINT_SLIDER.places[0]))
    again = recomputed_multiplications([1] * (layers + 1), every=every)
    figure.in_words = (
        f"Kept on the way forward: {-(-layers // every)} of {layers} activations. "
        f"Held at most on the way back: {most_activations_held(layers, every)}. "
        f"Layers computed twice: {again}."
    )
    return figure


def explore_checkpoints():
    """A slider over the distance of the checkpoints, and under it `checkpoints_state`.

    Returns
    -------
    ipywidgets.Widget

    Raises
    ------
    ImportError
        If ipywidgets is not installed.
    """
    return live_picture(checkpoints_state, CHECKPOINT_SLIDER)


def learning_rate_state(learning_rate, steps=500):
    """What gradient descent does with the curve of chapter 09: the losses, and the curve after it.

    Parameters
    ----------
    learning_rate : float
    steps : int

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If ``learning_rate`` is not positive, or ``steps`` no whole number of at least 0.
    """
    net_input, all_weights, all_biases, y = curve_to_learn()
    *trained, losses = train(net_input, all_weights, all_biases, y, learning_rate, steps)
    networks = [("before", all_weights, all_biases), ("after", *trained)]
    figure = draw_training(net_input, y, networks, losses, steps=steps, loss_range=(1e-2, 1e6))
    figure.in_words = _training_in_words(learning_rate, steps, net_input, trained, losses)
    return figure


def _training_in_words(learning_rate, steps, net_input, trained, losses):
    start = (
        f"With the learning rate {LEARNING_RATE_SLIDER.write(learning_rate)} the loss is "
        f"{losses[0]:.1f} at first"
    )
    if len(losses) <= steps:
        return f"{start} and {losses[-1]:.0e} after {len(losses) - 1} steps: training diverges."
    end = f"{start} and {number_text(losses[-1], 3)} after {steps} steps."
    _, all_f, _ = compute_network_output(net_input, *trained)
    if all((f > 0).any() for f in all_f[:-1]):
        return end
    return f"{end} In one layer no unit is active any more, so the output is a constant."


def explore_learning_rate(steps=500):
    """A slider over the learning rate, and under it `learning_rate_state`.

    Returns
    -------
    ipywidgets.Widget

    Raises
    ------
    ImportError
        If ipywidgets is not installed.
    """
    return live_picture(lambda rate: learning_rate_state(rate, steps), LEARNING_RATE_SLIDER)


def _reference_example():
    return np.array([[1.2]]), *initialize_parameters(), np.array([[20.0]])


def depth_state(hidden_layers, terms_times_variance, width=100, networks=10):
    """The mean squares of values and gradients through a deep network, measured and derived.

    Parameters
    ----------
    hidden_layers : int
        K, from 1 to 50.
    terms_times_variance : float
        D sigma^2, the width times the variance of the weights: 2 for He initialization.
    width : int
        D, of all layers.
    networks : int
        Over how many random networks the mean is taken.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If ``hidden_layers`` is not one of those, or another number is not greater than 0.
    """
    deepest = DEPTH_SLIDER.places[-1]
    if hidden_layers not in range(1, deepest + 1):
        raise ValueError(
            f"hidden_layers must be a whole number from 1 to {deepest}, got {hidden_layers!r}."
        )
    weight_variance = terms_times_variance / width
    factor, _ = variance_factors(width, width, weight_variance)
    forward, backward = mean_squares_through_depth(
        [width] * (hidden_layers + 2), np.sqrt(weight_variance), networks
    )
    forward, backward = forward.mean(axis=0), backward.mean(axis=0)
    figure = draw_depth(forward, backward, factor, deepest)
    figure.in_words = (
        f"Each layer multiplies the mean square by {factor:g}. Measured through {hidden_layers} "
        f"layer{'s' if hidden_layers > 1 else ''}: the values times {_times(forward[-1] / forward[0])}"
        f", the gradients times {_times(backward[0] / backward[-1])}."
    )
    return figure


def explore_depth(width=100, networks=10):
    """Sliders over the depth and over D sigma^2, and under them `depth_state`.

    Returns
    -------
    ipywidgets.Widget

    Raises
    ------
    ImportError
        If ipywidgets is not installed.
    """
    return live_picture(
        lambda *places: depth_state(*places, width, networks), DEPTH_SLIDER, VARIANCE_SLIDER
    )


def _times(factor):
    return number_text(factor) if 0.01 <= factor < 1000 else _order(factor)


def _network(all_weights, all_biases):
    if all_weights is None:
        all_weights, all_biases = initialize_parameters()
    inputs, outputs = all_weights[0].shape[1], all_weights[-1].shape[0]
    if (inputs, outputs) != (1, 1):
        raise ValueError(
            f"the network must have one input and one output, it has {inputs} and {outputs}."
        )
    return all_weights, all_biases


def _step_size_errors(net_input, all_weights, all_biases, y):
    if all_weights is None:
        net_input, all_weights, all_biases, y = _reference_example()
    return step_size_errors(net_input, all_weights, all_biases, y, 10.0**EXPONENTS)


def _marked_curve(exponent, errors):
    if exponent not in EXPONENTS:
        raise ValueError(
            f"exponent must be a whole number from {EXPONENTS[0]} to {EXPONENTS[-1]}, "
            f"got {exponent!r}."
        )
    marked = int(exponent) - int(EXPONENTS[0])
    figure = draw_step_size_curve(10.0**EXPONENTS, errors, marked=marked)
    figure.in_words = (
        f"With a step of {_order(10.0**exponent)}, the worst relative error is "
        f"{_order(errors['forward'][marked])} with forward differences and "
        f"{_order(errors['central'][marked])} with central ones. "
        f"With the complex step it is {_order(errors['complex'])}."
    )
    return figure
