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


def test_a_product_that_is_wrong_in_one_layer_is_told_with_both_of_its_gradients():
    product = "dl_dh = (2 if layer == K else 1) * all_weights[layer].T @ dl_df"
    (finding,) = check_lines({"product": product}).findings
    assert (finding.equation, finding.layers) == ("7.24 product", (2,))
    assert finding.message.startswith("In dl/dh_3, back through the weights")
    assert "so in dl/df_2:" in finding.message


def test_the_layers_of_a_mask_are_those_of_the_pre_activations_whose_gradient_is_off():
    (finding,) = check_lines({"mask": "dl_df = (all_f[layer - 1] > 1) * dl_dh"}).findings
    assert (finding.equation, finding.layers) == ("7.24 mask", (0, 1, 2))
    assert finding.message.startswith("In dl/df_0, dl/df_1 and dl/df_2, back through the ReLU")


def test_a_known_mistake_made_in_some_layers_only_has_its_cause_and_these_layers():
    mask = "dl_df = dl_dh if layer == K else (all_f[layer - 1] > 0) * dl_dh"
    (finding,) = check_lines({"mask": mask}).findings
    assert (finding.equation, finding.layers, finding.cause) == ("7.24 mask", (2,), "mask-missing")


def test_three_mistakes_at_once_are_all_reported():
    report = check_lines({
        "weights": "all_dl_dweights[layer] = dl_df @ all_h[layer].T + 1",
        "product": "dl_dh = np.abs(all_weights[layer]).T @ dl_df",
        "mask": "dl_df = dl_dh",
    })
    assert [(f.equation, f.cause) for f in report.findings] == [
        ("7.22", None), ("7.24 product", None), ("7.24 mask", None),
    ]


def test_a_known_mistake_is_named_beside_two_others():
    report = check_lines({
        "start": "dl_df = all_f[K] - y",
        "biases": "all_dl_dbiases[layer] = dl_df.mean(axis=1, keepdims=True)",
        "mask": "dl_df = np.where(all_f[layer - 1] > 0, 1, 0.1) * dl_dh",
    })
    assert [(f.equation, f.cause) for f in report.findings] == [
        ("backward_pass", "factor-two-missing"), ("7.21", "bias-mean"), ("7.24 mask", None),
    ]


@pytest.mark.parametrize("end", VARIANTS["lists-reversed"], ids=("both", "weights", "biases"))
def test_lists_in_another_order_do_not_hide_what_else_is_wrong(end):
    report = check_lines(end | {"mask": "dl_df = np.where(all_f[layer - 1] > 0, 1, 0.1) * dl_dh"})
    assert [(f.equation, f.cause) for f in report.findings] == [
        ("backward_pass", "lists-reversed"), ("7.24 mask", None),
    ]


@pytest.mark.parametrize("slug", ["first-layer-forgotten", "output-layer-skipped"])
def test_a_layer_that_is_left_out_does_not_hide_what_else_is_wrong(slug):
    for end in VARIANTS[slug][:2]:
        mask = {"mask": "dl_df = np.where(all_f[layer - 1] > 0, 1, 0.1) * dl_dh"}
        report = check_lines(end | mask)
        assert [(f.equation, f.cause) for f in report.findings] == [
            ("backward_pass", slug), ("7.24 mask", None),
        ]
        assert report.findings[0].layers == ((0,) if slug == "first-layer-forgotten" else (3,))


def test_a_mistake_that_only_raises_is_known_by_its_words_beside_another():
    report = check_lines({
        "biases": "all_dl_dbiases[layer] = 3 * dl_df.sum(axis=1, keepdims=True)",
        "product": "dl_dh = dl_df @ all_weights[layer]",
    })
    assert [(f.equation, f.cause) for f in report.findings] == [
        ("7.21", None), ("7.24 product", "product-wrong-side"),
    ]


# ---- mistakes that only a batch shows ------------------------------------------------------

@pytest.mark.parametrize(
    ("lines", "equation", "cause"),
    [
        ({"start": "dl_df = 2 * (all_f[K] - y[:, :1])"}, "backward_pass", None),
        ({"biases": "all_dl_dbiases[layer] = dl_df[:, :1]"}, "7.21", "bias-of-one-example"),
        ({"biases": "all_dl_dbiases[layer] = dl_df.max(axis=1, keepdims=True)"}, "7.21", None),
        ({"weights": "all_dl_dweights[layer] = dl_df @ all_h[layer][:, ::-1].T"}, "7.22", None),
        ({"product": "dl_dh = all_weights[layer].T @ dl_df[:, ::-1]"}, "7.24 product", None),
        ({"product": "dl_dh = (dl_df.T @ all_weights[layer]).reshape(all_h[layer].shape)"},
         "7.24 product", None),
        ({"mask": "dl_df = np.any(all_f[layer - 1] > 0, axis=1, keepdims=True) * dl_dh"},
         "7.24 mask", "mask-of-one-example"),
        ({"mask": "dl_df = (all_f[layer - 1].sum(axis=1, keepdims=True) > 0) * dl_dh"},
         "7.24 mask", None),
    ],
)
def test_a_line_that_is_wrong_only_with_several_examples_is_found(lines, equation, cause):
    for seed in range(8):
        report = check_lines(lines, seed)
        assert [(f.equation, f.cause) for f in report.findings] == [(equation, cause)], seed
        if cause is None:
            assert "With one example it is right." in report.findings[0].message


def test_two_lines_that_are_wrong_only_with_several_examples_are_both_found():
    report = check_lines({
        "biases": "all_dl_dbiases[layer] = dl_df.max(axis=1, keepdims=True)",
        "product": "dl_dh = (dl_df.T @ all_weights[layer]).reshape(all_h[layer].shape)",
    })
    assert [f.equation for f in report.findings] == ["7.21", "7.24 product"]


def test_the_examples_of_a_batch_have_masks_of_their_own_in_every_layer():
    for seed in range(50):
        for network in trials(seed):
            for f in network.arguments[2][:-1]:
                if network.examples > 1 and not network.all_active:
                    masks = set(map(tuple, (f > 0).T))
                    assert len(masks) == network.examples, (network.name, seed)


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


def test_a_right_answer_that_computes_the_pre_activations_itself_passes():
    """It adds up in another order, so that a pre-activation of zero could become one of 1e-17."""
    def backward_pass(all_weights, all_biases, all_f, all_h, y):
        f, h = [], [all_h[0]]
        for weights, biases in zip(all_weights, all_biases):
            terms = [weights[:, n:n + 1] * h[-1][n] for n in reversed(range(weights.shape[1]))]
            f.append(biases + sum(terms))
            h.append(np.maximum(f[-1], 0))
        return with_operators(all_weights, all_biases, f, h[:-1], y)

    for seed in range(40):
        assert check_backward_pass(backward_pass, seed=seed).passed, seed


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


def test_what_is_shown_with_a_finding_belongs_to_its_equation():
    report = check_lines({
        "biases": "all_dl_dbiases[layer] = dl_df.sum(axis=1)",
        "weights": "all_dl_dweights[layer] = dl_df @ all_h[layer].T + 1",
        "mask": "dl_df = np.where(all_f[layer - 1] > 0, 1, 0.1) * dl_dh",
    })
    biases, weights, mask = report.findings
    assert "has shape (4,)" in biases.message
    assert "has shape" not in weights.message + mask.message
    assert {name.split()[0] for name, _ in weights.pictures} == {"weights"}
    # The biases have another shape, and the output layer's gradients do not come through a mask.
    assert [name for name, _ in mask.pictures] == [
        "weights gradient of layer 2", "weights gradient of layer 1",
    ]


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
