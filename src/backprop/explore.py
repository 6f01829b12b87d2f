"""Things to play with: pictures that move under a slider, computed by `backprop`.

Each has a function that draws one state, the sliders that it moves under, and a function
``explore_...`` that is live in Jupyter and in Colab. The pages show the same states, drawn
beforehand.
"""

import numpy as np

from backprop.chain_rule import (
    TOY_BETAS,
    TOY_OMEGAS,
    TOY_X,
    TOY_Y,
    toy_backward_pass,
    toy_forward_pass,
    toy_loss,
)
from backprop.chain_rule_plots import draw_chain
from backprop.checking_gradients import step_size_errors
from backprop.checkpointing import most_activations_held, recomputed_multiplications
from backprop.cost_plots import draw_checkpoints
from backprop.drawing import number_text
from backprop.forward_pass import compute_network_output
from backprop.network import initialize_parameters
from backprop.plots import draw_forward_pass, draw_step_size_curve
from backprop.sliders import Slider, live_picture
from backprop.training import curve_to_learn, train
from backprop.training_plots import draw_training

INPUTS = np.linspace(-2, 2, 161)
EXPONENTS = np.arange(-15, 0)
LEARNING_RATES = (
    1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 1.5e-3, 2e-3, 2.5e-3, 3e-3, 4e-3, 5e-3, 6e-3, 1e-2,
)

INPUT_SLIDER = Slider(
    "input", np.round(np.linspace(-2, 2, 41), 2).tolist(), 1.2, lambda x: number_text(x, 1)
)
CHAIN_SLIDER = Slider("step", range(17), 11, lambda step: f"{step} of 16")
CHECKPOINT_SLIDER = Slider(
    "layers from checkpoint to checkpoint", range(2, 10), 3, lambda every: f"{every} of 9"
)
STEP_SIZE_SLIDER = Slider("step", EXPONENTS.tolist(), -6, lambda exponent: _order(10.0**exponent))
LEARNING_RATE_SLIDER = Slider(
    "learning rate", LEARNING_RATES, 5e-4, lambda rate: f"{rate:.6f}".rstrip("0")
)

# The toy function's values in their order, what gives each of the others, and by what the
# derivative is multiplied on the way back from it.
CHAIN = ("x", "f_0", "h_1", "f_1", "h_2", "f_2", "h_3", "f_3", "loss")
CHAIN_STEPS = (
    "beta_0 + omega_0 x", "sin f_0", "beta_1 + omega_1 h_1", "exp f_1",
    "beta_2 + omega_2 h_2", "cos f_2", "beta_3 + omega_3 h_3", "(f_3 \N{MINUS SIGN} y)²",
)
CHAIN_DERIVATIVES = (
    "omega_0", "cos f_0", "omega_1", "exp f_1",
    "omega_2", "(\N{MINUS SIGN}sin f_2)", "omega_3", "2 (f_3 \N{MINUS SIGN} y)",
)


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
    outputs, _, _ = compute_network_output(INPUTS[None, :], all_weights, all_biases)
    _, all_f, all_h = compute_network_output(np.array([[float(x)]]), all_weights, all_biases)
    figure = draw_forward_pass(all_f, all_h, INPUTS, outputs[0])
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
    figure = draw_chain(x, betas, omegas, y, min(step, 8), max(step - 8, 0))
    figure.in_words = _chain_in_words(step, x, betas, omegas, y)
    return figure


def _chain_in_words(step, x, betas, omegas, y):
    """What the last step did, as a formula with its value."""
    f, h = toy_forward_pass(x, betas, omegas)
    if step == 0:
        return f"Before the first step, x = {number_text(x, 3)} alone is known."
    if step <= 8:
        values = [*_in_turn(h, f), toy_loss(f[3], y)]
        value = number_text(values[step], 3)
        return f"Forward, step {step} of 8: {CHAIN[step]} = {CHAIN_STEPS[step - 1]} = {value}."
    place = 16 - step
    dl_df, dl_dh = toy_backward_pass(omegas, f, h, y)
    value = number_text(_in_turn(dl_dh, dl_df)[place], 3)
    behind = f" × dl/d{CHAIN[place + 1]}" if place < 7 else ""
    return (
        f"Backward, step {step - 8} of 8: "
        f"dl/d{CHAIN[place]} = {CHAIN_DERIVATIVES[place]}{behind} = {value}."
    )


def _in_turn(h, f):
    return [value for pair in zip(h, f) for value in pair]


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
        all_weights, all_biases = initialize_parameters()
        net_input, y = np.array([[1.2]]), np.array([[20.0]])
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


def _order(number):
    """A small number as 3e-09, with a true minus sign."""
    return f"{number:.0e}".replace("-", "\N{MINUS SIGN}")
