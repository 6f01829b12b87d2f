"""Hostile and broken submissions, alone and among others: each gets what it is to get.

The answers are shut in by namespaces: where these are not allowed the tests fail.
"""

import csv
import fcntl
import json
import os
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import watched
from corpus import COURSE, DRAWS, NAMES, RIGHT_ONES, SMALL, ZIP, raw, write, zipped
from course_notebooks import SOLUTIONS, small_solution, write_in

CHECKS = {
    "01_powers": ("square", "cube"),
    "07_backward_pass": (
        *("7.21 biases", "7.22 weights", "7.24 product", "7.24 mask"),
        *("all gradients", "reference network", "input gradient"),
    ),
    "08_checking_gradients": (
        *("forward differences", "central differences", "relative error", "checker"),
        *("broken pass a", "broken pass b", "broken pass c", "reference network"),
    ),
}

RUNS = ["alone", "mixed", "course", "names", "zip"]

# The other way round, and with right ones before, behind and between them.
MIXED = dict(enumerate(reversed(SMALL)))
MIXED_NAMES = {name: f"{number:03} {name}" for number, name in MIXED.items()}
BETWEEN = [f"{number:03} {name}" for number in range(0, len(SMALL), 25) for name in RIGHT_ONES]


def write_all(folder, cases):
    """Write submissions; a folder for each, so that what one leaves beside itself is its own."""
    for name, case in cases.items():
        (folder / name).mkdir(parents=True)
        write(folder / name / "answers.ipynb", case.content)


def make_runs(folder):
    """{name: (submissions, solutions, options)}"""
    folder.mkdir()
    write_in(folder / "small_solutions", small_solution())
    write_all(folder / "alone", SMALL)
    write_all(folder / "mixed", {MIXED_NAMES[name]: case for name, case in SMALL.items()})
    for name in BETWEEN:
        write_all(folder / "mixed", {f"{name} again": RIGHT_ONES[name[4:]]})
    write_all(folder / "course", COURSE)
    (folder / "names").mkdir()
    for name in NAMES:
        (folder / "names" / f"{name}.ipynb").write_bytes(raw())
    write(folder / "names" / "draws.ipynb", DRAWS)
    zipped(folder / "zip.zip")
    small = folder / "small_solutions"
    return {
        "alone": (folder / "alone", small, "--jobs", "1", "--timeout", "2.5"),
        "mixed": (folder / "mixed", small, "--jobs", "4", "--timeout", "2.5"),
        "course": (folder / "course", SOLUTIONS, "--jobs", "1", "--timeout", "3"),
        "names": (folder / "names", small, "--jobs", "1"),
        "zip": (folder / "zip.zip", small, "--jobs", "1"),
    }


def grade(folder, name, submissions, solutions, *options):
    """Grade, watched; what came of it."""
    out = folder / f"{name}_grades"
    before, started = contents(submissions), time.monotonic()
    result = watched.watched(
        *(str(folder / f"{name}_temporary"), *watched.COURSE, "grade", str(submissions)),
        *("--solutions", str(solutions), "--out", str(out)),
        *("--seed", "7", "--memory", "512", "--require-sandbox", *options),
    )
    result["changed"] = contents(submissions) != before
    result["written"] = sorted(str(path.relative_to(out)) for path in out.rglob("*"))
    result["scripts"] = [str(page) for page in out.rglob("*.html") if "<script" in page.read_text()]
    result["seconds"] = round(time.monotonic() - started, 1)
    with (out / "gradebook.csv").open(encoding="utf-8", newline="") as file:
        result["rows"] = {row["student"]: row for row in csv.DictReader(file)}
    return result


def contents(path):
    """What is in a folder, or a file."""
    paths = [path, *sorted(path.rglob("*"))] if path.is_dir() else [path]
    return [(str(path), path.lstat().st_mtime_ns, path.lstat().st_size) for path in paths]


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """All runs, two at a time; made once, also where several processes run these tests."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    with (folder / "corpus.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        stored = folder / "corpus.json"
        if not stored.exists():
            runs = make_runs(folder / "corpus")
            with ThreadPoolExecutor(2) as pool:
                results = {
                    name: pool.submit(grade, folder / "corpus", name, *run)
                    for name, run in runs.items()
                }
                found = {name: result.result() for name, result in results.items()}
            stored.write_text(json.dumps(found))
        return json.loads(stored.read_text())


def verdict(row):
    checks = CHECKS.get(row["exercise"], ())
    points = tuple(int(row[f"{row['exercise']}: {check}"]) for check in checks)
    return row["status"], points


@pytest.mark.parametrize("name", SMALL)
def test_a_submission_gets_its_verdict_alone_and_among_others(runs, name):
    case = SMALL[name]
    assert verdict(runs["alone"]["rows"][name]) == (case.status, case.points)
    assert verdict(runs["mixed"]["rows"][MIXED_NAMES[name]]) == (case.status, case.points)


@pytest.mark.parametrize("name", BETWEEN)
def test_a_right_submission_keeps_its_points_among_the_others(runs, name):
    row = runs["mixed"]["rows"][f"{name} again"]
    assert verdict(row) == ("graded", RIGHT_ONES[name[4:]].points)
    assert row["message"] == ""


@pytest.mark.parametrize("name", COURSE)
def test_a_submission_for_a_whole_exercise_gets_its_verdict(runs, name):
    case = COURSE[name]
    assert verdict(runs["course"]["rows"][name]) == (case.status, case.points)


@pytest.mark.parametrize("name", ZIP)
def test_what_a_zip_file_holds_gets_its_verdict_and_is_never_unpacked(runs, name):
    assert verdict(runs["zip"]["rows"][name]) == ZIP[name]


def test_every_submission_has_a_row_whatever_it_is_called(runs):
    rows = runs["names"]["rows"]
    # One draws; and the second and the third download are of one student.
    assert len(rows) == len(NAMES) + 1 - 1
    assert {verdict(row) for row in rows.values()} == {("graded", (2, 1))}


@pytest.mark.parametrize("run", RUNS)
def test_no_cell_of_the_gradebook_is_a_formula_or_moves_a_cursor(runs, run):
    for row in runs[run]["rows"].values():
        for text in row.values():
            assert not text.lstrip().startswith(("=", "+", "@")), text
            assert text.isprintable() or text.isspace() or "�" in text, text


@pytest.mark.parametrize("run", RUNS)
def test_no_page_of_feedback_runs_a_script(runs, run):
    assert runs[run]["scripts"] == []


@pytest.mark.parametrize("run", RUNS)
def test_the_run_ends_well_and_leaves_nothing_behind(runs, run):
    assert runs[run]["status"] == 0, runs[run]["stderr"]
    assert runs[run]["left"] == {"processes": [], "files": [], "shared memory": []}
    assert not runs[run]["changed"]
    assert "Sandbox: each answer has user, process, network" in runs[run]["stderr"]


@pytest.mark.parametrize("run", RUNS)
def test_nothing_is_written_but_the_results(runs, run):
    pages = [name.split("/") for name in runs[run]["written"] if name.endswith(".html")]
    top = {name.split("/")[0] for name in runs[run]["written"]}
    assert {"feedback", "gradebook.csv", "results.jsonl"} <= top
    assert not any(name.endswith((".part", ".ipynb", ".py")) for name in runs[run]["written"])
    assert {(len(parts), parts[0]) for parts in pages} == {(3, "feedback")}
    assert {parts[2] for parts in pages} <= {f"{name}.html" for name in (*CHECKS, "unknown")}
    assert len(pages) == len(runs[run]["rows"])
