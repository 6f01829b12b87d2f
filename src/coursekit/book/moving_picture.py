"""Pictures that move under a slider, on a page without a kernel.

In a code cell of a chapter (tag ``remove-cell``)::

    moving_picture(
        "input-slider", forward_pass_state, INPUT_SLIDER,
        alt="Above, the output as a curve over the input. Below, the pre-activations as bars.",
    )

and where the picture stands, as for `page_figure`::

    ```{glue:figure} input-slider
    :name: fig-input-slider

    Move the slider: ...
    ```

``forward_pass_state`` and ``INPUT_SLIDER`` come from `backprop.explore`, and are those of the live
picture in the notebooks (see `backprop.sliders`). Every state is drawn when the page is built. The
page holds the start state as an ordinary figure, which is all that there is on paper and without
JavaScript; behind it stand the others, as what is different in them; and ``static/moving.js``, on
pages with such a picture only, shows the one where the sliders stand.

About fifty states are a good size: some twenty to forty kilobytes as a server sends them. Keep the
axes' limits the same in all states, so that nothing moves but what the slider moves.
"""

import html
import itertools
import json
import re

from myst_nb import glue

from coursekit.book.figures import InlineSVG, inline_svg


def moving_picture(name, draw_state, *sliders, alt):
    """Glue a picture under ``name`` that moves under its sliders, for ``glue:figure``.

    Parameters
    ----------
    name : str
        Letters, digits, "-" and "_"; unique on the page.
    draw_state : function
        Takes a place of each slider, returns a figure that says in words what it shows, as
        ``in_words``: what a reader who doesn't see it needs to know of this state.
    *sliders : backprop.sliders.Slider
        At least one. The states are all combinations of their places.
    alt : str
        What is to be seen in all states. The words of the state follow it.

    Raises
    ------
    ValueError
        If there is no slider, a slider doesn't start at one of its places, ``alt`` or the words of
        a state are empty, ``name`` has another character in it, or the states differ in size.
    """
    glue(name, InlineSVG(moving_html(name, draw_state, *sliders, alt=alt)), display=False)


def moving_html(name, draw_state, *sliders, alt):
    """The HTML of the picture with its sliders. Parameters and errors as in `moving_picture`."""
    if not sliders:
        raise ValueError(f"{name!r} needs at least one slider, got none.")
    for slider in sliders:
        if slider.start not in slider.places:
            raise ValueError(
                f"slider {slider.label!r} must start at one of its places, got {slider.start!r}."
            )
    if not alt.strip():
        raise ValueError(f"alt must say what is to be seen in picture {name!r}, got nothing.")
    combinations = list(itertools.product(*(slider.places for slider in sliders)))
    figures = [draw_state(*places) for places in combinations]
    words = [figure.in_words for figure in figures]
    for places, said in zip(combinations, words):
        if not said.strip():
            raise ValueError(f"in_words must say what {name!r} shows at {places}, got nothing.")
    pictures = [inline_svg(name, figure, f"{alt} {said}") for figure, said in zip(figures, words)]
    _check_one_size(name, combinations, pictures)
    start = combinations.index(tuple(slider.start for slider in sliders))
    controls = "".join(_control(name, i, slider) for i, slider in enumerate(sliders))
    ids = " ".join(_slider_id(name, i) for i in range(len(sliders)))
    data = {
        "alt": alt,
        "texts": [[slider.write(place) for place in slider.places] for slider in sliders],
        "words": words,
    } | _shared([_content(picture) for picture in pictures])
    return (
        f'<div class="bp-moving"><div class="bp-sliders" hidden>{controls}</div>{pictures[start]}'
        f'<output class="bp-words" for="{ids}">{html.escape(words[start])}</output>'
        f'<script type="application/json">{_json(data)}</script></div>'
    )


def _slider_id(name, number):
    return f"{name}-slider-{number}"


def _control(name, number, slider):
    """One slider with its label; it counts the places, and `write` says what the place is."""
    own_id, at = _slider_id(name, number), list(slider.places).index(slider.start)
    text = html.escape(slider.write(slider.start))
    return (
        f'<label for="{own_id}">{html.escape(slider.label)}</label>'
        f'<input id="{own_id}" type="range" min="0" max="{len(slider.places) - 1}" step="1" '
        f'value="{at}" aria-valuetext="{text}" autocomplete="off">'
        f'<span class="bp-place" aria-hidden="true">{text}</span>'
    )


def _check_one_size(name, combinations, pictures):
    sizes = [re.search(r'viewBox="([^"]+)"', picture)[1] for picture in pictures]
    for places, size in zip(combinations, sizes):
        if size != sizes[0]:
            raise ValueError(
                f"{name!r} must have one size in all its states, "
                f"it is {sizes[0]} at {combinations[0]} and {size} at {places}."
            )


def _content(picture):
    """What is in the <svg>; what is around it stays the same in all states."""
    return re.search(r"<svg[^>]*>(.*)</svg>", picture, re.DOTALL)[1]


def _shared(contents):
    """Each line once, and each state as ranges of lines: from, to, from, to, ...

    Two states have most lines in common, in the same order, so a range is long.
    """
    lines = contents[0].split("\n")
    first_at = {}
    for number, line in enumerate(lines):
        first_at.setdefault(line, number)
    states = []
    for content in contents:
        ranges = []
        for line in content.split("\n"):
            end = ranges[-1] if ranges else None
            if end is None or end == len(lines) or lines[end] != line:
                if line not in first_at:
                    first_at[line] = len(lines)
                    lines.append(line)
                at = first_at[line]
                if at != end:
                    ranges += [at, at]
            ranges[-1] += 1
        states.append(ranges)
    return {"lines": lines, "states": states}


def _json(data):
    """As it can stand in a <script>: nothing in it ends the element."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")
