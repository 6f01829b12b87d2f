"""Things to play with in a notebook: sliders over what `backprop` computes.

Live in Jupyter and in Colab. Each has a function that draws one state, which needs no widget.
"""

import numpy as np

from backprop.chain_rule import TOY_BETAS, TOY_OMEGAS, TOY_X, TOY_Y
from backprop.chain_rule_plots import draw_chain
from backprop.checking_gradients import step_size_errors
from backprop.forward_pass import compute_network_output
from backprop.network import initialize_parameters
from backprop.plots import draw_forward_pass, draw_step_size_curve

INPUTS = np.linspace(-2, 2, 161)
EXPONENTS = np.arange(-15, 0)


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

    Raises
    ------
    ValueError
        If the network has several inputs or outputs.
    """
    all_weights, all_biases = _network(all_weights, all_biases)
    outputs, _, _ = compute_network_output(INPUTS[None, :], all_weights, all_biases)
    _, all_f, all_h = compute_network_output(np.array([[float(x)]]), all_weights, all_biases)
    return draw_forward_pass(all_f, all_h, INPUTS, outputs[0])


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
    slider = _widgets().FloatSlider(
        value=1.2, min=INPUTS[0], max=INPUTS[-1], step=0.05, description="input"
    )
    return _slider_over_picture(
        slider, lambda x: forward_pass_state(x, all_weights, all_biases)
    )


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
    slider = _widgets().IntSlider(value=0, min=0, max=16, description="step")
    return _slider_over_picture(
        slider, lambda step: chain_rule_state(step, x, betas, omegas, y)
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
    slider = _widgets().IntSlider(
        value=-6, min=EXPONENTS[0], max=EXPONENTS[-1], description="step 10^"
    )
    errors = _step_size_errors(net_input, all_weights, all_biases, y)
    return _slider_over_picture(slider, lambda exponent: _marked_curve(exponent, errors))


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
    return draw_step_size_curve(10.0**EXPONENTS, errors, marked=marked)


def _widgets():
    try:
        import ipywidgets
    except ImportError:
        raise ImportError(
            "The sliders need ipywidgets: run `pip install ipywidgets`, then restart the notebook."
        ) from None
    return ipywidgets


def _slider_over_picture(slider, draw):
    """A box of the slider and a picture that is drawn again whenever the slider moves."""
    picture = _widgets().Image(format="png", layout={"max_width": "100%"})

    def redraw(change):
        picture.value = draw(change["new"])._repr_png_()

    slider.observe(redraw, names="value")
    redraw({"new": slider.value})
    return _widgets().VBox([slider, picture])
