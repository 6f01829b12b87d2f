"""A wrong function costs its own points, also where later checks use it."""

import pytest
from course_notebooks import SOLUTIONS, with_replaced, write_in

from coursekit.grading.grade import Options, grade
from coursekit.notebooks import read_notebook

WRONG = {
    ("03_loss", "return 2 * (net_output - y)"): "derivative",
    ("05_bias_gradients", "return dl_df.sum(axis=1, keepdims=True)"): "bias gradient",
    ("06_weight_gradients", "return dl_df @ h.T"): "weight gradient",
}


@pytest.fixture(scope="module")
def grades(tmp_path_factory):
    folder = tmp_path_factory.mktemp("points")
    for exercise, line in WRONG:
        solution = read_notebook(SOLUTIONS / f"{exercise}.ipynb")
        write_in(folder / "submissions", with_replaced(solution, line, f"{line} * 3"), exercise)
    options = Options(seed=5)
    found = grade(folder / "submissions", SOLUTIONS, folder / "grades", options)
    return {grade.exercise: grade for grade in found}


@pytest.mark.parametrize("exercise, line", WRONG)
def test_a_wrong_gradient_loses_no_other_check(grades, exercise, line):
    lost = [check.name for check, points in grades[exercise].checks if points < check.points]
    assert lost == [WRONG[exercise, line]]
