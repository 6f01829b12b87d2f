"""`check_backward_pass` against its catalogue: every mistake, every pair, on other networks.

The catalogue was written while looking at the networks of the default seed. What is tested here is
tested on networks of other seeds, and the expected findings come from the catalogue itself.
"""

import itertools

import numpy as np
import pytest
from right_backward_passes import FOR_BATCHES, one_example_only, with_operators

from backprop import backward_pass
from backprop.checks import check_backward_pass
from backprop.checks.catalogue.backward_pass import CATALOGUE, UNWRITTEN, wrong_backward_pass
from backprop.checks.trial_networks import trials
from coursekit.book.confusion import OTHERWISE, SEEDS, ending, try_each_pair

VARIANTS = {entry.slug: entry.variants for entry in CATALOGUE}
SLUGS_OF_UNWRITTEN = {
    "biases": "bias-not-written",
    "weights": "weights-not-written",
    "product": "product-missing",
    "mask": "mask-missing",
}


def causes(report):
    return [finding.cause for finding in report.findings]


def check_lines(lines, seed=SEEDS[0]):
    return check_backward_pass(wrong_backward_pass(lines), seed=seed)


# ---- every mistake of the catalogue --------------------------------------------------------


@pytest.mark.parametrize("entry", CATALOGUE, ids=lambda entry: entry.slug)
def test_a_mistake_of_the_catalogue_is_named_with_its_equation(entry):
    for lines, seed in itertools.product(entry.variants, (7, *SEEDS)):
        report = check_lines(lines, seed)
        found = [(finding.equation, finding.cause) for finding in report.findings]
        assert found == [(entry.equation, entry.slug)], (lines, seed)
        assert not report.passed


# ---- every pair of them --------------------------------------------------------------------


@pytest.fixture(scope="module")
def pairs():
    return try_each_pair()


def test_two_mistakes_are_both_named_wherever_they_can_be_told_apart(pairs):
    """A pair that is reported as something else does the same as that on every network."""
    assert len(pairs) > 1000
    otherwise = [
        ([entry.slug for entry in tried.made], tried.reported)
        for tried in pairs
        if ending(tried) == OTHERWISE
    ]
    assert otherwise == []


def test_most_pairs_can_be_told_apart(pairs):
    assert sum(tried.as_made for tried in pairs) >= 0.9 * len(pairs)


# ---- mistakes that no catalogue can list ---------------------------------------------------


@pytest.mark.parametrize(
    ("line", "code", "equation"),
    [
        ("biases", "all_dl_dbiases[layer] = 3 * dl_df.sum(axis=1, keepdims=True)", "7.21"),
        ("weights", "all_dl_dweights[layer] = dl_df @ all_h[layer].T + 1", "7.22"),
        ("product", "dl_dh = 0.7 * all_weights[layer].T @ dl_df", "7.24 product"),
        ("mask", "dl_df = np.where(all_f[layer - 1] > 0, 1, 0.1) * dl_dh", "7.24 mask"),
        ("mask", "dl_df = dl_dh / (1 + np.exp(-all_f[layer - 1]))", "7.24 mask"),
        ("start", "dl_df = 3 * (all_f[K] - y)", "backward_pass"),
    ],
)
def test_a_wrong_line_that_is_not_in_the_catalogue_is_named_without_a_cause(line, code, equation):
    report = check_lines({line: code})
    assert [(f.equation, f.cause) for f in report.findings] == [(equation, None)]


def test_one_mistake_is_reported_once_and_at_all_layers_where_it_is_made():
    report = check_lines({"weights": "all_dl_dweights[layer] = 2 * dl_df @ all_h[layer].T"})
    assert len(report.findings) == 1
    assert report.findings[0].layers == (0, 1, 2, 3)


def test_a_line_that_holds_at_the_output_is_not_blamed_for_the_other_line():
    # Half of each weight gradient is also what a missing factor 2 would give.
    report = check_lines({"weights": "all_dl_dweights[layer] = 0.5 * dl_df @ all_h[layer].T"})
    assert [finding.equation for finding in report.findings] == ["7.22"]


def test_with_one_example_no_mistake_is_named_that_only_a_batch_can_show():
    (biases,) = VARIANTS["bias-not-summed"]
    for entry in CATALOGUE:
        for lines in entry.variants:
            wrong = wrong_backward_pass(biases | lines)
            report = check_backward_pass(wrong, examples="one")
            assert "bias-not-summed" not in causes(report)


def test_a_known_and_an_unknown_mistake_are_both_reported():
    report = check_lines({
        "biases": "all_dl_dbiases[layer] = 3 * dl_df.sum(axis=1, keepdims=True)",
        "mask": "dl_df = dl_dh",
    })
    assert [(f.equation, f.cause) for f in report.findings] == [
        ("7.21", None), ("7.24 mask", "mask-missing"),
    ]


def test_a_mistake_only_in_the_first_layers_names_the_layers_where_it_shows():
    mask = "dl_df = dl_dh if layer == 1 else (all_f[layer - 1] > 0) * dl_dh"
    report = check_lines({"mask": mask})
    assert [f.equation for f in report.findings] == ["7.24 mask"]
    assert report.findings[0].layers == (0,)


# ---- functions that are right for some networks only ---------------------------------------


def test_a_function_for_one_example_is_right_if_no_more_is_asked():
    assert check_backward_pass(one_example_only, examples="one").passed
    assert causes(check_backward_pass(one_example_only)) == ["one-example"]


def test_a_mistake_in_a_function_for_one_example_is_still_named():
    def without_a_mask(all_weights, all_biases, all_f, all_h, y):
        inactive = [np.ones_like(h) for h in all_h]
        weights, biases = one_example_only(all_weights, all_biases, all_f, inactive, y)
        return [np.outer(b, h) for b, h in zip(biases, all_h)], biases

    assert set(causes(check_backward_pass(without_a_mask))) == {"mask-missing", "one-example"}


def test_a_function_with_the_depth_written_into_it_is_told_so():
    def five_layers(all_weights, all_biases, all_f, all_h, y):
        if len(all_weights) != 6:
            return [all_weights[6]], []
        return with_operators(all_weights, all_biases, all_f, all_h, y)

    assert causes(check_backward_pass(five_layers)) == ["fixed-depth"]


def test_a_function_that_uses_the_notebooks_network_is_told_so():
    reference = next(t for t in trials() if t.name == "reference network").arguments

    def from_globals(all_weights, all_biases, all_f, all_h, y):
        return with_operators(*reference)

    assert causes(check_backward_pass(from_globals)) == ["global-network"]


def test_a_function_that_needs_equal_widths_is_told_so():
    def stacked(all_weights, all_biases, all_f, all_h, y):
        np.stack(all_weights)
        return with_operators(all_weights, all_biases, all_f, all_h, y)

    assert causes(check_backward_pass(stacked)) == ["equal-widths"]


@pytest.mark.parametrize("examples", ["any", "one"])
def test_a_function_that_fails_only_without_a_hidden_layer_shows_its_line(examples):
    def backward_pass(all_weights, all_biases, all_f, all_h, y):
        all_f[-2]
        return with_operators(all_weights, all_biases, all_f, all_h, y)

    report = check_backward_pass(backward_pass, examples=examples)
    assert [finding.equation for finding in report.findings] == ["backward_pass"]
    assert "in its line `all_f[-2]`" in str(report)


# ---- exercises that are half written -------------------------------------------------------


@pytest.mark.parametrize(
    ("unwritten", "wrong"),
    [
        (("biases", "weights", "product", "mask"), None),
        (("weights", "product", "mask"), None),
        (("weights", "product", "mask"), "bias-sign"),
        (("product", "mask"), None),
        (("product", "mask"), "outer-product-reversed"),
        (("mask",), None),
        (("mask",), "product-without-transpose"),
    ],
)
def test_a_line_that_is_written_is_not_blamed_for_those_that_are_not(unwritten, wrong):
    lines = {name: UNWRITTEN[name] for name in unwritten}
    expected = {SLUGS_OF_UNWRITTEN[name] for name in unwritten}
    if wrong:
        lines |= VARIANTS[wrong][0]
        expected |= {wrong}
    if set(unwritten) >= {"biases", "weights"}:
        # Nothing came back of the way back yet, so nothing can be said of it.
        expected = {"bias-not-written", "weights-not-written"}
    for examples in ("any", "one"):
        report = check_backward_pass(wrong_backward_pass(lines), examples=examples)
        assert set(causes(report)) == expected


# ---- right answers -------------------------------------------------------------------------


def test_no_right_answer_is_called_wrong():
    """Sixteen ways to write it on the networks of 63 seeds: 1008 right answers, all recognised."""
    for seed in range(1000, 1063):
        for right in FOR_BATCHES:
            assert check_backward_pass(right, seed=seed).passed, (right.__name__, seed)
        assert check_backward_pass(one_example_only, examples="one", seed=seed).passed, seed


# ---- the report ----------------------------------------------------------------------------


def test_a_right_report_says_so_in_one_line():
    assert str(check_backward_pass(backward_pass)) == "backward_pass: right."


def test_a_report_tells_the_shape_found_and_the_shape_expected():
    report = check_lines({"biases": "all_dl_dbiases[layer] = dl_df.sum(axis=1)"})
    assert "has shape (4,), it must have shape (4, 1)" in str(report)


def test_the_report_of_a_notebook_says_what_the_terminals_says_and_escapes_it():
    def backward_pass(*arguments):
        raise ValueError("<script>")

    shown = check_backward_pass(backward_pass)._repr_html_()
    assert "&lt;script&gt;" in shown and "<script>" not in shown


def test_a_report_pictures_the_entries_that_are_off():
    report = check_lines({
        "weights": "all_dl_dweights[layer] = dl_df @ all_h[layer].T\n"
                   "all_dl_dweights[layer][0, 0] += 1",
    })
    (name, off), *_ = report.findings[0].pictures
    assert name == "weights gradient of layer 3"
    assert off[0, 0] and off.sum() == 1
    assert "x . . ." in str(report)


def test_findings_come_in_the_order_of_the_pass():
    report = check_lines({
        "start": "dl_df = all_f[K] - y",
        "mask": "dl_df = dl_dh",
    })
    assert causes(report) == ["factor-two-missing", "mask-missing"]


def test_an_unknown_choice_of_examples_is_an_error_of_the_caller():
    with pytest.raises(ValueError, match="examples must be"):
        check_backward_pass(backward_pass, examples="two")
