"""Wrong use of `course grade`: exit status 2, a clear line, and nothing is changed."""

import fcntl

import pytest
from corpus import raw
from course_notebooks import small_solution, with_replaced, write_in

from coursekit.cli import main
from coursekit.grading import grade as grading
from coursekit.grading.sandbox.answers import NoSandbox


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """Solutions, two submissions, and results of an earlier run."""
    folder = tmp_path_factory.mktemp("use")
    write_in(folder / "solutions", small_solution())
    write_in(folder / "other_solutions", with_replaced(small_solution(), "x * x", "x ** 2"))
    (folder / "submissions").mkdir()
    for name in ("ann", "bob"):
        (folder / "submissions" / f"{name}.ipynb").write_bytes(raw())
    (folder / "empty").mkdir()
    (folder / "empty" / "notes.txt").write_text("no notebook")
    (folder / "no.zip").write_bytes(b"PK but not really")
    (folder / "a_file").write_text("a file")
    (folder / "other_results").mkdir()
    (folder / "other_results" / "results.jsonl").write_text("of something else\n")
    assert main(arguments(folder)) == 0
    return folder


def arguments(folder, submissions="submissions", out="grades", solutions="solutions", seed="7"):
    return [
        *("grade", str(folder / submissions), "--out", str(folder / out)),
        *("--solutions", str(folder / solutions), "--seed", seed, "--jobs", "1"),
    ]


def everything_in(folder):
    return {
        (path, path.stat().st_mtime_ns, path.is_file() and path.read_bytes())
        for path in folder.rglob("*")
    }


WRONG = {
    "no such folder": ({"submissions": "nowhere"}, "nowhere: no such folder, zip file or notebook"),
    "no notebook": ({"submissions": "empty"}, "empty: no notebook (*.ipynb) in this folder"),
    "no zip file": ({"submissions": "no.zip"}, "no.zip: not a zip file that can be read"),
    "--out below a file": ({"out": "a_file/new"}, "new: cannot be written to (Not a directory)"),
    "--out is a file": ({"out": "a_file"}, "a_file: cannot be written to (File exists)"),
    "no solutions": ({"solutions": "nowhere"}, "nowhere: no such folder"),
    "another seed": ({"seed": "8"}, "grades: holds the results of another seed, 7; give another"),
    "other solutions": ({"solutions": "other_solutions"}, "holds the results of other solutions; "),
    "not results": ({"out": "other_results"}, "results.jsonl: not the results of `course grade`"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_use_ends_with_a_line_and_changes_nothing(graded, capsys, name):
    changed, line = WRONG[name]
    must_be_refused(graded, capsys, arguments(graded, **changed), line)


def must_be_refused(folder, capsys, command, line):
    before = everything_in(folder)
    capsys.readouterr()
    assert main(command) == 2
    printed = capsys.readouterr()
    lines = [text for text in printed.err.splitlines() if not text.startswith("Sandbox: ")]
    assert len(lines) == 1
    assert lines[0].startswith("course grade: ") and line in lines[0]
    assert printed.out == ""
    assert everything_in(folder) == before


@pytest.mark.parametrize(
    "more, line",
    [
        (["--exercise", "07"], "no exercise '07' (there are: 01_powers)"),
        (["--exercise", "01_powers"], "holds the results of another --exercise, None; "),
        (["--explain"], "submissions: --explain takes one notebook, this has 2"),
    ],
)
def test_options_that_do_not_fit_are_refused(graded, capsys, more, line):
    must_be_refused(graded, capsys, [*arguments(graded), *more], line)


def test_a_folder_that_another_grader_writes_to_is_refused(graded, capsys):
    with (graded / "grades" / "results.jsonl").open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        line = "grades: another `course grade` writes into it now"
        must_be_refused(graded, capsys, arguments(graded), line)


def test_the_place_for_the_results_must_be_said(graded, capsys):
    command = ["grade", str(graded / "submissions"), "--solutions", str(graded / "solutions")]
    must_be_refused(graded, capsys, command, "say with --out DIR where the results are to go")


def test_a_sandbox_that_is_required_and_not_there_is_a_reason_not_to_run(
    graded, capsys, monkeypatch
):
    def no_server(namespaces):
        raise NoSandbox("no user namespaces")

    monkeypatch.setattr(grading, "Server", no_server)
    command = [*arguments(graded, out="new"), "--require-sandbox"]
    must_be_refused(graded, capsys, command, "no sandbox on this machine: no user namespaces")


@pytest.mark.parametrize(
    "option, value",
    [
        *[("--jobs", "0"), ("--jobs", "two"), ("--seed", "-1"), ("--seed", "1.5")],
        *[("--timeout", "nan"), ("--timeout", "0"), ("--memory", "0"), ("--processes", "9999")],
    ],
)
def test_a_number_out_of_range_is_refused(graded, capsys, option, value):
    before = everything_in(graded)
    with pytest.raises(SystemExit) as ended:
        main([*arguments(graded), f"{option}={value}"])
    assert ended.value.code == 2
    assert f"argument {option}: must be a number from" in capsys.readouterr().err
    assert everything_in(graded) == before


def test_the_same_command_again_changes_nothing_but_says_so(graded, capsys):
    before = (graded / "grades" / "gradebook.csv").read_bytes()
    assert main(arguments(graded)) == 0
    assert "2 of 2 were graded before" in capsys.readouterr().err
    assert (graded / "grades" / "gradebook.csv").read_bytes() == before
