"""Sliders under which a picture moves: what `explore` is made of.

A picture to play with is a function of the places of one or more sliders. It returns a figure, and
the figure says in words what it shows::

    def learning_rate_state(rate):
        figure = draw_training(...)
        figure.in_words = f"With the learning rate {rate} the loss ends at {loss:.3f}."
        return figure

    LEARNING_RATE = Slider("learning rate", [0.001, 0.01, 0.1], start=0.01)

`live_picture` shows it in a notebook, and `coursekit.book.moving_picture` on a page, where every
state is drawn beforehand and no kernel is needed.
"""

import html
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple


class Slider(NamedTuple):
    """One slider.

    Attributes
    ----------
    label : str
        What is moved, in a few words.
    places : sequence
        What the function that draws gets at each place of the slider, in their order.
    start : one of ``places``
        Where it stands at first. On paper and without JavaScript a page shows this state, so
        choose one that says something.
    write : function, optional
        The text of a place, for the reader who sees it as for the one who hears it.
    """

    label: str
    places: Sequence
    start: Any
    write: Callable = str


def live_picture(draw_state, *sliders):
    """The sliders, the picture, and the picture in words; each move of a slider draws it again.

    Parameters
    ----------
    draw_state : function
        Takes a place of each slider, returns a figure with ``in_words``.
    *sliders : Slider

    Returns
    -------
    ipywidgets.VBox
        The sliders, an Image and an HTML with the words, in this order.

    Raises
    ------
    ImportError
        If ipywidgets is not installed.
    """
    widgets = _widgets()
    controls = [
        widgets.SelectionSlider(
            options=[(slider.write(place), place) for place in slider.places],
            value=slider.start,
            description=slider.label,
            style={"description_width": "initial"},
        )
        for slider in sliders
    ]
    picture = widgets.Image(format="png", layout={"max_width": "100%"})
    words = widgets.HTML()

    def redraw(change=None):
        figure = draw_state(*(control.value for control in controls))
        picture.value = figure._repr_png_()
        words.value = html.escape(figure.in_words)

    for control in controls:
        control.observe(redraw, names="value")
    redraw()
    return widgets.VBox([*controls, picture, words])


def _widgets():
    try:
        import ipywidgets
    except ImportError:
        raise ImportError(
            "The sliders need ipywidgets: run `pip install ipywidgets`, then restart the notebook."
        ) from None
    return ipywidgets
