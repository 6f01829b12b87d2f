"""Gradients by nudging, and the report of a comparison with them."""

import tracemalloc
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from networks import (
    autograd_gradients,
    every_array,
    gradients,
    normal_networks,
    reference_network,
    sizes_of_residual_terms,
    sizes_of_terms,
)

from backprop import (
    backward_pass,
    check_gradients,
    checking_gradients,
    complex_step_gradients,
    compute_network_output,
    finite_difference_gradients,
    initialize_parameters,
    relative_error,
)


def no_unit_changes_sides(network, step):
    """Whether a nudge of one parameter by ``step`` leaves every pre-activation's sign alone."""
    net_input, all_weights, all_biases, _ = network
    _, all_f, all_h = compute_network_output(net_input, all_weights, all_biases)
    farthest = step * max(1.0, *(np.abs(h).max() for h in all_h))
    for weights in all_weights[1:]:
        farthest *= max(1.0, np.abs(weights).sum(axis=1).max())
    return all(np.abs(f).min() > farthest for f in all_f[:-1])


def worst_relative_error(all_found, all_expected):
    return max(
        relative_error(found, expected).max()
        for found, expected in zip(every_array(*all_found), every_array(*all_expected), strict=True)
    )


def normal_network_of_layers(widths, examples):
    inputs, *hidden, outputs = widths
    draws = np.random.default_rng(0)
    return (
        draws.normal(size=(inputs, examples)),
        *initialize_parameters(len(hidden), hidden, inputs, outputs),
        draws.normal(size=(outputs, examples)),
    )


def backward_pass_with(kind, layer, where, value):
    """`backward_pass`, but one entry of what it returns is ``value``."""

    def backward(*arguments):
        returned = dict(zip(("weights", "biases"), backward_pass(*arguments)))
        returned[kind][layer][where] = value
        return returned["weights"], returned["biases"]

    return backward


# Finite differences and the complex step


@given(normal_networks())
def test_the_complex_step_agrees_with_another_reverse_mode(network):
    found = every_array(*complex_step_gradients(*network))
    sizes = every_array(*sizes_of_terms(network))
    expected = every_array(*autograd_gradients(network))
    for array, independent, size in zip(found, expected, sizes, strict=True):
        assert (np.abs(array - independent) <= 1e-14 * size).all()


@pytest.mark.parametrize("scheme", ["forward", "central"])
@given(network=normal_networks(most_hidden_layers=3, largest_layer=4))
def test_a_finite_difference_errs_by_no_more_than_rounding_and_truncation(scheme, network):
    step = checking_gradients.DEFAULT_STEP[scheme]
    assume(no_unit_changes_sides(network, step))
    residual = sizes_of_residual_terms(network)
    rounding = 64 * np.finfo(float).eps * (residual**2).sum() / step
    # The loss is a sum of (output - target)**2, so half its second derivative by a parameter is
    # the sum of (d output)**2: the parabola's opening, which a central difference cancels.
    sizes = every_array(*sizes_of_terms(network))
    openings = [(size / (2 * residual.min())) ** 2 for size in sizes]

    found = every_array(*finite_difference_gradients(*network, scheme=scheme))
    for array, expected, opening in zip(
        found, every_array(*gradients(network)), openings, strict=True
    ):
        truncation = step * opening if scheme == "forward" else 0.0
        assert (np.abs(array - expected) <= rounding + truncation).all()


def test_a_forward_difference_errs_in_proportion_to_its_step():
    network = reference_network()
    expected = complex_step_gradients(*network)
    errors = [
        worst_relative_error(
            finite_difference_gradients(*network, step=step, scheme="forward"), expected
        )
        for step in (2.0**-8, 2.0**-9, 2.0**-10)
    ]
    np.testing.assert_allclose([errors[0] / errors[1], errors[1] / errors[2]], 2, rtol=1e-6)


def test_a_central_difference_errs_by_rounding_alone_until_it_crosses_a_kink():
    """The loss is a parabola in each single parameter as long as no unit changes sides."""
    network = reference_network()
    expected = complex_step_gradients(*network)
    near = finite_difference_gradients(*network, step=2.0**-4)
    across_a_kink = finite_difference_gradients(*network, step=2.0**-2)
    assert worst_relative_error(near, expected) < 1e-11
    assert worst_relative_error(across_a_kink, expected) > 1e-2


@pytest.mark.parametrize("tile_elements", [1, 7, 100])
def test_working_in_tiles_changes_nothing(monkeypatch, tile_elements):
    network = normal_network_of_layers([3, 5, 2, 4, 2], examples=3)
    whole = complex_step_gradients(*network)
    whole_central = finite_difference_gradients(*network, step=2.0**-10)
    monkeypatch.setattr(checking_gradients, "TILE_ELEMENTS", tile_elements)
    assert worst_relative_error(complex_step_gradients(*network), whole) < 1e-13
    tiled_central = finite_difference_gradients(*network, step=2.0**-10)
    assert worst_relative_error(tiled_central, whole_central) < 1e-10


def test_a_wide_network_is_checked_in_bounded_memory():
    """Without tiles, the hidden layer after each nudge of layer 0 would take 270 MB by itself."""
    network = normal_network_of_layers([256, 256, 1], examples=2)
    tracemalloc.start()
    try:
        finite_difference_gradients(*network, scheme="forward")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 100e6


@pytest.mark.parametrize("step", [0, -1e-6, np.nan, np.inf, "small", 1j, [1e-6]])
def test_a_step_that_is_no_positive_number_is_refused(step):
    with pytest.raises(ValueError, match="step must be a positive number, got"):
        finite_difference_gradients(*reference_network(), step=step)


def test_an_unknown_scheme_is_named():
    with pytest.raises(ValueError, match="scheme must be .*central.* or .*forward.*, got 'both'"):
        finite_difference_gradients(*reference_network(), scheme="both")
    with pytest.raises(ValueError, match="scheme must be .*complex.*, got 'both'"):
        check_gradients(*reference_network(), scheme="both")


# The relative error


def test_the_relative_error_is_measured_on_the_largest_entry():
    found, expected = np.array([100.0, 1.0]), np.array([100.0, 2.0])
    np.testing.assert_array_equal(relative_error(found, expected), [0, 0.01])


def test_the_relative_error_does_not_ask_which_of_the_two_is_right():
    small, large = np.array([3.0]), np.array([4.0])
    np.testing.assert_array_equal(relative_error(small, large), [0.25])
    np.testing.assert_array_equal(relative_error(large, small), [0.25])


def test_two_arrays_of_zeros_have_no_relative_error():
    np.testing.assert_array_equal(relative_error(np.zeros(2), np.zeros(2)), [0, 0])


# The report


@pytest.mark.parametrize("scheme", ["complex", "central", "forward"])
def test_a_right_backward_pass_passes(scheme):
    report = check_gradients(*reference_network(), scheme=scheme)
    assert report.passed
    assert [(row.kind, row.layer) for row in report.rows] == [
        (kind, layer) for kind in ("weights", "biases") for layer in range(6)
    ]


@given(normal_networks(), st.data())
def test_one_wrong_entry_is_found_where_it_is(network, data):
    kind = data.draw(st.sampled_from(["weights", "biases"]))
    layer = data.draw(st.integers(0, len(network.all_weights) - 1))
    expected = dict(zip(("weights", "biases"), gradients(network)))[kind][layer]
    where = tuple(data.draw(st.integers(0, size - 1)) for size in expected.shape)
    wrong = expected[where] + 0.01 * max(1.0, np.abs(expected).max())

    report = check_gradients(*network, backward=backward_pass_with(kind, layer, where, wrong))
    assert not report.passed
    assert [(row.kind, row.layer) for row in report.rows if not row.passed] == [(kind, layer)]
    assert (report.worst.kind, report.worst.layer, report.worst.where) == (kind, layer, where)
    assert report.worst.absolute == pytest.approx(abs(wrong - expected[where]))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_gradient_that_is_not_finite_does_not_pass(value):
    backward = backward_pass_with("biases", 3, (4, 0), value)
    report = check_gradients(*reference_network(), backward=backward)
    assert not report.passed
    assert (report.worst.kind, report.worst.layer, report.worst.where) == ("biases", 3, (4, 0))


def test_the_tolerance_decides_what_passes():
    expected = gradients(reference_network())[0][2]
    off = backward_pass_with("weights", 2, (2, 1), expected[2, 1] + 1e-3 * np.abs(expected).max())
    assert not check_gradients(*reference_network(), off, tolerance=0.9e-3).passed
    assert check_gradients(*reference_network(), off, tolerance=1.1e-3).passed


def test_the_step_reaches_the_finite_differences():
    assert check_gradients(*reference_network(), scheme="central", step=2.0**-4).passed
    assert not check_gradients(*reference_network(), scheme="central", step=2.0**-2).passed


WRONG = backward_pass_with("weights", 2, (2, 1), 99.0)


def test_a_printed_report_names_what_disagrees_and_where():
    lines = str(check_gradients(*reference_network(), WRONG)).splitlines()
    disagreeing = [line for line in lines if line.endswith("disagrees")]
    assert len(lines) == 1 + 12 + 1
    assert len(disagreeing) == 1
    assert disagreeing[0].startswith("weights[2]")
    assert "(2, 1)" in disagreeing[0]
    assert lines[-1].startswith("1 of 12 gradients disagree")


def test_a_printed_report_says_what_it_compared_with():
    for scheme, name in [("complex", "complex step"), ("central", "central differences")]:
        last = str(check_gradients(*reference_network(), scheme=scheme)).splitlines()[-1]
        assert last.startswith("All 12 gradients agree")
        assert name in last


def test_a_notebook_shows_the_report_as_an_accessible_table():
    table = ElementTree.fromstring(check_gradients(*reference_network(), WRONG)._repr_html_())
    assert table.tag == "table"
    assert table.find("caption").text.startswith("1 of 12 gradients disagree")
    assert all(th.get("scope") == "col" for th in table.find("thead").iter("th"))
    rows = {row.find("th").text: row for row in table.find("tbody")}
    assert all(row.find("th").get("scope") == "row" for row in rows.values())
    assert [name for name, row in rows.items() if "disagrees" in "".join(row.itertext())] == [
        "weights[2]"
    ]


@pytest.mark.parametrize(
    ("returned", "fragments"),
    [
        (None, ["two lists", "got NoneType"]),
        ((), ["two lists", "got a tuple of length 0"]),
        (([np.zeros((6, 1))],), ["two lists", "got a tuple of length 1"]),
        (([], []), ["weights", "6 arrays", "got a list of length 0"]),
        ((None, None), ["weights", "6 arrays", "got NoneType"]),
    ],
)
def test_a_backward_pass_that_does_not_return_two_lists_is_refused(returned, fragments):
    with pytest.raises(ValueError) as error:
        check_gradients(*reference_network(), backward=lambda *arguments: returned)
    for fragment in ["backward must return", *fragments]:
        assert fragment in str(error.value)


@pytest.mark.parametrize(
    ("array", "got"),
    [(np.zeros(6), "(6,)"), (None, "dtype object"), (np.full((6, 1), "0"), "dtype <U1")],
)
def test_a_gradient_of_the_wrong_shape_or_type_is_named(array, got):
    def backward(*arguments):
        all_dl_dweights, all_dl_dbiases = backward_pass(*arguments)
        all_dl_dbiases[2] = array
        return all_dl_dweights, all_dl_dbiases

    with pytest.raises(ValueError) as error:
        check_gradients(*reference_network(), backward)
    for fragment in ["layer 2", "biases", "(6, 1)", got]:
        assert fragment in str(error.value)
