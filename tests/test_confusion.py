"""The records of what the checks take for what: a check that is wrong would show in them."""

from dataclasses import replace

import pytest

from backprop.checks.catalogue import BACKWARD_PASS, RELU
from coursekit.book.confusion import (
    AS_MADE,
    NOTHING_RETURNED,
    OTHERWISE,
    SAME_NUMBERS,
    Try,
    by_equation,
    ending,
    pairs_of_mistakes,
    try_each,
    try_mistakes,
)
from coursekit.book.confusion_page import (
    describe_pairs,
    draw_pairs,
    rows_of_equations,
    rows_of_functions,
    rows_of_mistakes,
    rows_of_pairs,
)
from coursekit.book.tables import myst_table

ENTRIES = {entry.slug: entry for entry in BACKWARD_PASS.catalogue}


def finding(slug):
    return ENTRIES[slug].equation, slug


def made(*slugs, reported=()):
    """A try of these mistakes of a backward pass, as if these others had been reported."""
    entries = tuple(ENTRIES[slug] for slug in slugs)
    lines = {name: code for entry in entries for name, code in entry.variants[0].items()}
    return Try(entries, lines, 11, tuple(map(finding, reported)))


def test_a_mistake_that_is_taken_for_another_is_recorded_and_listed_as_that():
    first, *_ = RELU.catalogue
    twin = replace(first, slug="twin")
    tries = try_each(replace(RELU, catalogue=(first, twin)))
    assert [tried.as_made for tried in tries] == [True, True, False, False]
    assert [row[1:] for row in rows_of_mistakes(tries)] == [
        ["as made", 1],
        ["{ref}`relu-absolute-value <mistake-relu-absolute-value>`", 1],
    ]
    assert rows_of_functions({"relu": tries}) == [["`relu`", 2, 2, "2 of 4"]]


def test_every_mistake_is_made_in_every_way_on_the_networks_of_every_seed():
    tries = try_each(RELU, seeds=[1, 2, 3])
    ways = sum(len(entry.variants) for entry in RELU.catalogue)
    assert len(tries) == 3 * ways
    assert {tried.seed for tried in tries} == {1, 2, 3}


@pytest.mark.parametrize(
    ("slugs", "reported", "expected"),
    [
        (["output-sign", "mask-missing"], ["output-sign", "mask-missing"], AS_MADE),
        (["bias-sign", "weights-sign"], ["output-sign"], SAME_NUMBERS),
        (["bias-sign", "weights-sign"], ["output-sign", "mask-missing"], OTHERWISE),
        (["bias-sign", "weights-sign"], ["bias-sign"], OTHERWISE),
        (["bias-sign", "weights-sign"], [], OTHERWISE),
        (["output-sign", "product-wrong-side"], ["output-sign"], OTHERWISE),
        (["bias-sign", "nothing-returned"], ["nothing-returned"], NOTHING_RETURNED),
    ],
)
def test_a_try_ends_as_its_numbers_say_and_not_as_the_check_says(slugs, reported, expected):
    assert ending(made(*slugs, reported=reported)) == expected


def test_a_mistake_under_the_wrong_equation_is_not_as_made():
    entry = ENTRIES["bias-sign"]
    tried = Try((entry,), entry.variants[0], 11, (("7.22", "bias-sign"),))
    assert ending(tried) == OTHERWISE


def test_a_report_that_a_check_gives_is_what_is_recorded():
    entry = ENTRIES["bias-sign"]
    tried = try_mistakes(BACKWARD_PASS, (entry,), entry.variants[0], seed=11)
    assert tried.reported == (("7.21", "bias-sign"),)


def test_the_mistakes_of_a_pair_stand_in_lines_of_different_equations():
    pairs = pairs_of_mistakes()
    assert len(set(pairs)) == len(pairs) > 1000
    for first, second in pairs:
        assert first.equation != second.equation
        assert not first.variants[0].keys() & second.variants[0].keys()


def test_each_mistake_of_a_pair_is_counted_once_in_the_table_of_equations():
    tries = [
        made("bias-sign", "weights-sign", reported=["output-sign"]),
        made("bias-sign", "mask-missing", reported=["mask-missing"]),
        made("bias-sign", "mask-missing", reported=["weights-sign", "mask-missing"]),
    ]
    assert by_equation(tries) == {
        ("7.21", "backward_pass"): 1,
        ("7.22", "backward_pass"): 1,
        ("7.21", "none"): 1,
        ("7.21", "7.22"): 1,
        ("7.24 mask", "7.24 mask"): 2,
    }
    head, table = rows_of_equations(tries)
    assert head == ["made", "loop", "7.21", "7.22", "7.24 product", "7.24 mask", "none"]
    assert table[1] == ["7.21", 1, "**0**", 1, 0, 0, 1]


def test_a_pair_is_listed_with_what_it_was_taken_for():
    tried = made("bias-sign", "weights-sign", reported=["output-sign"])
    assert rows_of_pairs([tried]) == [[
        "{ref}`bias-sign <mistake-bias-sign>` and {ref}`weights-sign <mistake-weights-sign>`",
        "{ref}`output-sign <mistake-output-sign>`",
    ]]


def test_the_figure_has_a_mark_for_each_ending_and_says_in_words_how_many():
    endings = {
        AS_MADE: [made("output-sign", "mask-missing", reported=["output-sign", "mask-missing"])],
        SAME_NUMBERS: [made("bias-sign", "weights-sign", reported=["output-sign"])],
        NOTHING_RETURNED: [made("bias-sign", "nothing-returned", reported=["nothing-returned"])],
        OTHERWISE: [],
    }
    figure = draw_pairs([tried for tries in endings.values() for tried in tries])
    (legend,) = figure.legends
    assert len(legend.get_texts()) == 3
    assert "Of 3 pairs, 1 are" in describe_pairs(endings)


def test_a_row_that_does_not_fit_its_head_is_refused():
    with pytest.raises(ValueError, match=r"a row must have 2 cells, got \['a'\]"):
        myst_table(["made", "reported"], [["a"]])


def test_a_table_without_rows_says_so():
    assert myst_table(["made", "reported"], []) == "None."
