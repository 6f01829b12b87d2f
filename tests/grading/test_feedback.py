"""What a student reads after grading, and what an instructor reads when a student complains."""

import pytest
from bs4 import BeautifulSoup
from course_notebooks import SOLUTIONS, with_replaced, write_in

from backprop.checks.catalogue import BACKWARD_PASS
from coursekit.cli import main
from coursekit.notebooks import read_notebook

PRODUCT = "dl_dh = all_weights[layer].T @ dl_df"
RELU = "return np.where(preactivation > 0, preactivation, 0.0)"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("feedback")
    seventh = read_notebook(SOLUTIONS / "07_backward_pass.ipynb")
    second = read_notebook(SOLUTIONS / "02_forward_pass.ipynb")
    submissions = folder / "submissions"
    write_in(submissions, with_replaced(seventh, PRODUCT, PRODUCT.replace(".T", "")), "product")
    raising = with_replaced(seventh, PRODUCT, "raise ValueError('<script>alert(1)</script>')")
    write_in(submissions, raising, "raising")
    write_in(submissions, with_replaced(second, RELU, "return np.abs(preactivation)"), "relu")
    status = main(
        ["grade", str(submissions), "--out", str(folder / "grades"), "--seed", "5"]
        + ["--solutions", str(SOLUTIONS)]
    )
    assert status == 0
    return folder


def page(folder, student, exercise="07_backward_pass"):
    path = folder / "grades" / "feedback" / student / f"{exercise}.html"
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def test_a_page_has_the_points_of_each_check(folder):
    rows = page(folder, "product").find_all("tr")[1:]
    points = {row.th.text: row.td.text for row in rows}
    assert points["7.21 biases"] == "2 of 2" and points["7.24 product"] == "0 of 2"
    given, most = (sum(float(p.split(" of ")[i]) for p in points.values()) for i in (0, 1))
    assert f"{given:g} of {most:g} points" in page(folder, "product").p.text


def test_a_page_has_what_a_lost_check_printed_and_the_words_of_the_notebook(folder):
    text = page(folder, "product").text
    assert "network 0, dl/df_2: NOT YET" in text
    (entry,) = [e for e in BACKWARD_PASS.catalogue if e.slug == "product-without-transpose"]
    assert entry.hint in text


def test_a_page_shows_the_line_in_which_an_answer_raised_and_runs_nothing_of_it(folder):
    raising = page(folder, "raising")
    assert "in its line: raise ValueError('<script>alert(1)</script>')" in raising.text
    assert not raising.find_all("script")


def test_a_page_opens_without_a_network(folder):
    for path in (folder / "grades" / "feedback").rglob("*.html"):
        html = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        assert not html.find_all(["script", "link", "img", "iframe"])


def test_a_wrong_answer_costs_nothing_where_another_answer_calls_it(folder):
    rows = page(folder, "relu", "02_forward_pass").find_all("tr")[1:]
    points = {row.th.text: row.td.text for row in rows}
    assert points["relu"] == "0 of 1"
    assert points["forward pass"] == "2 of 2" and points["values kept"] == "1 of 1"


def test_an_appeal_shows_what_was_taken_the_network_the_result_and_what_was_expected(
    folder, capsys
):
    submission = folder / "submissions" / "product.ipynb"
    command = ["grade", str(submission), "--explain", "--out", str(folder / "grades")]
    assert main([*command, "--solutions", str(SOLUTIONS)]) == 0
    printed = capsys.readouterr().out
    assert "seed 5" in printed.splitlines()[0], "the networks of the results, drawn again"
    assert "dl_dh = all_weights[layer] @ dl_df" in printed
    explained = printed.split("==== 7.24 product: NOT passed, 0 of 2 points")[1]
    order = ["backward_pass", "all_weights:", "all_f:", "y:", "returned:", "expected:"]
    places = [explained.index(what) for what in order]
    assert places == sorted(places)


def test_an_appeal_changes_no_results(folder):
    before = {path: path.read_bytes() for path in (folder / "grades").rglob("*") if path.is_file()}
    submission = folder / "submissions" / "product.ipynb"
    command = ["grade", str(submission), "--explain", "--out", str(folder / "grades")]
    main([*command, "--solutions", str(SOLUTIONS)])
    after = {path: path.read_bytes() for path in (folder / "grades").rglob("*") if path.is_file()}
    assert after == before
