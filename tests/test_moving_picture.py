"""A picture that moves under sliders: what stands in the page, and what the script needs."""

import json

import pytest
from bs4 import BeautifulSoup

from backprop.drawing import FORWARD, new_drawing
from backprop.sliders import Slider
from coursekit.book import moving_picture
from coursekit.book.figures import inline_svg
from coursekit.book.moving_picture import moving_html

ALT = "A line that goes up, and a dot on it."
HEIGHT = Slider("height & more", [1.0, 2.5, 4.0], 2.5, lambda height: f"{height:.1f} m")
SIDE = Slider("side", ["left", "right"], "left")


def line(height, side="left"):
    figure, axes = new_drawing(3, 2)
    axes.plot([0, 1], [0, height], color=FORWARD)
    axes.set_ylim(0, 5)
    figure.in_words = f"On the {side} it ends at {height}, so 1 < 2."
    return figure


def html_of(*sliders, draw=line):
    return BeautifulSoup(moving_html("line", draw, *sliders, alt=ALT), "html.parser")


def data_of(page):
    return json.loads(page.select_one("script").string)


def put_together(data, state):
    """What the script shows."""
    ranges = data["states"][state]
    lines = [data["lines"][a:b] for a, b in zip(ranges[::2], ranges[1::2])]
    return "\n".join(sum(lines, []))


def drawn(figure):
    svg = inline_svg("line", figure, "any")
    return svg[svg.index(">", svg.index("<svg")) + 1 : svg.index("</svg>")]


def test_a_slider_has_a_label_and_its_places():
    (slider,) = html_of(HEIGHT).select("input")
    assert slider["type"] == "range"
    assert (slider["min"], slider["max"], slider["step"]) == ("0", "2", "1")
    assert html_of(HEIGHT).select_one(f"label[for={slider['id']}]").text == "height & more"
    assert (slider["value"], slider["aria-valuetext"]) == ("1", "2.5 m")


def test_the_words_are_an_output_of_the_sliders():
    page = html_of(HEIGHT, SIDE)
    assert list(page.output["for"]) == [slider["id"] for slider in page.select("input")]
    assert page.output.text == "On the left it ends at 2.5, so 1 < 2."


def test_without_a_script_the_start_is_an_ordinary_figure_and_no_slider_shows():
    page = html_of(HEIGHT)
    assert page.select_one(".bp-sliders").has_attr("hidden")
    (svg,) = page.select("svg")
    assert svg["aria-label"] == f"{ALT} On the left it ends at 2.5, so 1 < 2."
    assert drawn(line(2.5)) in str(moving_html("line", line, HEIGHT, alt=ALT))


def test_every_state_is_the_figure_that_the_function_draws_there():
    data = data_of(html_of(HEIGHT))
    for state, height in enumerate(HEIGHT.places):
        assert put_together(data, state) == drawn(line(height))
        assert data["words"][state] == line(height).in_words
        assert data["texts"][0][state] == HEIGHT.write(height)
    assert len(data["states"]) == len(data["words"]) == len(HEIGHT.places)


def test_with_several_sliders_the_places_of_the_last_one_follow_each_other():
    data = data_of(html_of(HEIGHT, SIDE))
    assert data["words"] == [
        line(height, side).in_words for height in HEIGHT.places for side in SIDE.places
    ]


def test_what_two_states_have_in_common_is_stored_once():
    page = moving_html("line", line, HEIGHT, alt=ALT)
    assert len(page) < 3 * len(drawn(line(2.5)))


def test_nothing_in_the_states_ends_the_script():
    def draw(height):
        figure = line(height)
        figure.in_words = "</script><b>bold</b>"
        return figure

    page = html_of(HEIGHT, draw=draw)
    assert not page.select("b")
    assert data_of(page)["words"] == ["</script><b>bold</b>"] * 3


def silent(height):
    figure = line(height)
    figure.in_words = "It ends." if height < 3 else " "
    return figure


def growing(height):
    figure = line(height)
    figure.set_size_inches(3, 2 + height)
    return figure


@pytest.mark.parametrize(
    "draw, sliders, alt, message",
    [
        (line, [], ALT, "needs at least one slider"),
        (line, [HEIGHT._replace(start=3.0)], ALT, "'height & more' must start at one.*got 3.0"),
        (line, [HEIGHT], " ", "alt must say"),
        (silent, [HEIGHT], ALT, r"in_words must say what 'line' shows at \(4.0,\)"),
        (growing, [HEIGHT], ALT, r"'line' must have one size.*\(2.5,\)"),
    ],
)
def test_what_would_leave_a_reader_without_a_picture_is_refused(draw, sliders, alt, message):
    with pytest.raises(ValueError, match=message):
        moving_picture("line", draw, *sliders, alt=alt)
