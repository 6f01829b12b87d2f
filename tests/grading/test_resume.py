"""A run that is ended, however and whenever, goes on with the same command; nothing is lost."""

import json
import random
import signal
import subprocess
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest
import watched
from corpus import BACK_DOOR, FILES, MACHINE, answers, raw, write
from course_notebooks import small_solution, write_in

KILLS = 20
SUBMISSIONS = 20


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Solutions, and submissions of all kinds that take no time to fail."""
    folder = tmp_path_factory.mktemp("resume")
    write_in(folder / "solutions", small_solution())
    submissions = folder / "submissions"
    submissions.mkdir()
    contents = [
        raw(),
        answers("return 2 * x"),
        BACK_DOOR["exits with success"].content,
        MACHINE["segmentation fault"].content,
        FILES["cut off"].content,
    ]
    for number in range(SUBMISSIONS):
        write(submissions / f"student {number}.ipynb", contents[number % len(contents)])
    return folder


def command(folder, out, jobs=2):
    return [
        *(*watched.COURSE, "grade", str(folder / "submissions"), "--out", str(folder / out)),
        *("--solutions", str(folder / "solutions"), "--seed", "7", "--jobs", str(jobs)),
        "--require-sandbox",
    ]


def written(out):
    """The gradebook, and every page of feedback."""
    return {
        path.relative_to(out): path.read_bytes()
        for path in out.rglob("*")
        if path.suffix in (".csv", ".html")
    }


def verdicts(out):
    """How many verdicts are stored."""
    results = out / "results.jsonl"
    return max(0, results.read_bytes().count(b"\n") - 1) if results.exists() else 0


def started(folder, out):
    """A run that has stored two verdicts."""
    process = subprocess.Popen(command(folder, out), stderr=subprocess.PIPE, text=True)
    while verdicts(folder / out) < 2:
        try:
            process.wait(0.02)
            raise AssertionError(process.stderr.read())
        except subprocess.TimeoutExpired:
            pass
    return process


def test_a_run_that_is_killed_twenty_times_ends_as_one_that_is_not(folder):
    moments = random.Random(7)
    with ThreadPoolExecutor(1) as pool:
        undisturbed = pool.submit(
            watched.watched, str(folder / "temporary"), *command(folder, "undisturbed")
        )
        stored = []
        for number in range(KILLS):
            # Some while it starts, which takes longest, and some while verdicts come.
            killed = watched.watched(
                *(str(folder / "temporary killed"), *command(folder, "killed", 1 + number % 2)),
                seconds=moments.uniform(0.1, 1.2) if number % 4 else moments.uniform(0, 0.3),
                growth="" if number % 4 else str(folder / "killed" / "results.jsonl"),
            )
            assert killed["left"]["processes"] == [], "workers, kernels and answers die with it"
            stored.append(verdicts(folder / "killed"))
        last = watched.watched(str(folder / "temporary killed"), *command(folder, "killed"))
        assert undisturbed.result()["status"] == last["status"] == 0
    assert last["left"]["files"] == [], "what killed runs left is removed by the next"
    assert stored == sorted(stored), "a verdict that is stored stays"
    assert len(set(stored)) > 3, "it was killed at different moments"
    assert written(folder / "killed") == written(folder / "undisturbed")


def test_an_interrupted_run_keeps_what_was_graded_and_says_so(folder):
    out = folder / "interrupted"
    process = started(folder, "interrupted")
    children = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "interrupted; the same command again goes on from here" in stderr
    _, alive = psutil.wait_procs(children, timeout=5)
    assert alive == []
    kept = verdicts(out)
    assert 2 <= kept < SUBMISSIONS
    again = watched.watched(str(folder / "temporary again"), *command(folder, "interrupted"))
    assert f"{kept} of {SUBMISSIONS} were graded before" in again["stderr"]


@pytest.mark.parametrize("victim", ["coursekit.grading.worker", "ipykernel_launcher"])
def test_a_worker_or_a_kernel_that_is_killed_is_replaced(folder, victim):
    process = started(folder, victim)
    killed = 0
    for child in psutil.Process(process.pid).children(recursive=True):
        try:
            if victim in child.cmdline():
                child.kill()
                killed += 1
        except psutil.Error:
            pass
    _, stderr = process.communicate(timeout=60)
    assert (process.returncode, killed > 0) == (0, True), stderr
    lines = [json.loads(line) for line in (folder / victim / "results.jsonl").open()]
    found = {line["file"]: line["verdict"]["status"] for line in lines[1:]}
    expected = ["graded", "graded", "crashed", "crashed", "unreadable"]
    assert found == {f"student {n}.ipynb": expected[n % 5] for n in range(SUBMISSIONS)}
