"""What `course` prints, writes and returns."""

import pytest
from course_notebooks import small_solution, with_replaced, write_in

from coursekit.cli import main


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course of one solution, and the current folder in it."""
    write_in(tmp_path / "solutions", small_solution())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_exercises_are_written_beside_the_solutions(course):
    assert main(["exercises"]) == 0
    assert (course / "exercises" / "01_powers.ipynb").is_file()


def test_the_check_fails_until_the_exercises_are_written(course, capsys):
    assert main(["exercises", "--check"]) == 1
    assert "exercises/01_powers.ipynb: missing\n" in capsys.readouterr().out
    assert not (course / "exercises").exists()
    main(["exercises"])
    assert main(["exercises", "--check"]) == 0


def test_the_check_fails_after_one_character_of_an_answer_changes(course, capsys):
    main(["exercises"])
    write_in(course / "solutions", with_replaced(small_solution(), "x * x", "x * X"))
    assert main(["exercises", "--check"]) == 1
    assert "exercises/01_powers.ipynb: out of date\n" in capsys.readouterr().out


def test_committed_exercises_ignore_github_and_follow_the_configuration(course, monkeypatch):
    monkeypatch.setenv("GITHUB_REPOSITORY", "octo/demo")
    exercise = course / "exercises" / "01_powers.ipynb"
    main(["exercises"])
    assert "pip install" not in exercise.read_text()
    (course / "_config.yml").write_text("repository: {url: 'https://example.org/course'}\n")
    main(["exercises"])
    assert "git+https://example.org/course" in exercise.read_text()


def test_solutions_are_executed_by_name(course, capsys):
    assert main(["solutions", "01_powers"]) == 0
    assert ": right" in (course / "solutions" / "01_powers.ipynb").read_text()
    assert capsys.readouterr().out == "solutions/01_powers.ipynb\n"


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["exercises", "--solutions", "nowhere"], "course exercises: nowhere: no such folder"),
        (["exercises", "--solutions", "empty"], "course exercises: empty: no notebook in it"),
        (["exercises", "--out", "file"], "course exercises: [Errno 17] File exists: 'file'"),
        (["solutions", "02_roots"], "course solutions: solutions: no solution '02_roots'"),
        (["grade", "nowhere", "--out", "grades"], "course grade: nowhere: no such folder"),
        (["grade", "empty", "--out", "grades"], "course grade: empty: no notebook"),
        (["grade", "solutions", "--out", "file"], "course grade: file: "),
        (["grade", "solutions", "--out", "file/grades"], "course grade: file/grades: "),
        (
            ["grade", "solutions", "--out", "grades", "--exercise", "02_roots"],
            "course grade: no exercise '02_roots' (there are: 01_powers)",
        ),
        (
            ["grade", "solutions", "--out", "grades", "--solutions", "empty"],
            "course grade: empty: no notebook in it",
        ),
    ],
)
def test_wrong_use_is_one_line_and_status_2_and_changes_nothing(course, capsys, arguments, message):
    (course / "empty").mkdir()
    (course / "file").write_text("in the way")
    before = sorted(course.rglob("*"))
    assert main(arguments) == 2
    printed = capsys.readouterr()
    assert printed.err.startswith(message) and printed.err.count("\n") == 1
    assert printed.out == ""
    assert sorted(course.rglob("*")) == before


@pytest.mark.parametrize(
    "option, value", [("--seed", "-1"), ("--seed", "x"), ("--timeout", "0"), ("--jobs", "0")]
)
def test_a_number_out_of_range_is_refused_by_name(course, capsys, option, value):
    with pytest.raises(SystemExit) as stop:
        main(["grade", "solutions", "--out", "grades", option, value])
    assert stop.value.code == 2
    assert f"argument {option}: must be a number from" in capsys.readouterr().err
