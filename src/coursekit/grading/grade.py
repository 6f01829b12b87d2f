"""Grade what was handed in: each submission gets its verdict, whatever the others do."""

import json
import os
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from queue import Empty, SimpleQueue

import coursekit
from coursekit.errors import CourseError
from coursekit.files import write_whole
from coursekit.grading.feedback import feedback_page, file_names
from coursekit.grading.gradebook import Grade, score, write_gradebook
from coursekit.grading.junit import write_junit
from coursekit.grading.reference import load_references
from coursekit.grading.results import Results, new_seed, read_run
from coursekit.grading.sandbox.answers import Limits, NoSandbox, Server
from coursekit.grading.sandbox.inside.wire import plain_text
from coursekit.grading.submissions import find_submissions
from coursekit.grading.workers import Worker
from coursekit.grading.workspace import workspace


@dataclass(frozen=True)
class Options:
    """How to grade.

    Attributes
    ----------
    exercise : str or None
        Which exercise it is; by default the notebooks tell.
    seed : int or None
        Of the networks that the checks draw; by default a new one for each run.
    limits : Limits
        What an answer may use.
    jobs : int or None
        How many submissions are judged at the same time; by default one for each processor.
    require_sandbox : bool
        Refuse to run where the answers cannot be shut in by namespaces.
    """

    exercise: str | None = None
    seed: int | None = None
    limits: Limits = Limits()
    jobs: int | None = None
    require_sandbox: bool = False


def grade(submissions, solutions, out, options=Options()):
    """Grade submissions; write ``gradebook.csv``, ``results.xml`` and a page of feedback for each.

    What was graded into ``out`` before, under the same seed and by the same solutions, is not
    graded again.

    Parameters
    ----------
    submissions : path
        As for `find_submissions`.
    solutions : path
        The folder of the solutions.
    out : path
        The folder to write into; made if it is not there.
    options : Options

    Returns
    -------
    list of Grade

    Raises
    ------
    CourseError
        If there is nothing to grade, no such exercise, no way to write the results, a solution
        that does not run, or a machine that cannot do it. What had been graded is kept.
    """
    found = find_submissions(submissions)
    references = _references(solutions, options.exercise)
    run = {
        "seed": options.seed,
        "exercise": options.exercise,
        "solutions": {name: reference.digest for name, reference in references.items()},
    }
    with workspace() as folder, ExitStack() as stack:
        namespaces, protections = _protections(options)
        results = Results(out, run)
        stack.callback(results.close)
        seed = results.run["seed"]
        _say(protections)
        digests = {one: one.source.digest() for one in found}
        todo = [one for one in found if results.get(one.file, digests[one]) is None]
        if len(todo) < len(found):
            _say(f"{len(found) - len(todo)} of {len(found)} were graded before ({results.path})")
        if todo:
            plan = _write_plan(folder, solutions, submissions, out, seed, options, namespaces)
            seconds = _seconds(references, options)
            for one, verdict in _verdicts(todo, plan, seconds, options):
                results.add(one.file, digests[one], verdict)
        verdicts = {one: results.get(one.file, digests[one]) for one in found}
    grades = _write(Path(out), verdicts, references)
    _report(grades, Path(out) / "gradebook.csv", seed)
    return grades


def explain(submission, solutions, out=None, options=Options()):
    """What an instructor needs to answer a complaint, as text.

    Parameters
    ----------
    submission : path
        One notebook.
    solutions : path
    out : path, optional
        The results whose seed is used, so that the same networks are drawn again.
    options : Options

    Returns
    -------
    str

    Raises
    ------
    CourseError
    """
    found = find_submissions(submission)
    if len(found) != 1:
        raise CourseError(f"{submission}: --explain takes one notebook, this has {len(found)}")
    references = _references(solutions, options.exercise)
    seed = options.seed
    if seed is None:
        stored = read_run(out) if out is not None else None
        seed = stored["seed"] if stored else new_seed()
    with workspace() as folder:
        namespaces, protections = _protections(options)
        _say(protections)
        plan = _write_plan(folder, solutions, submission, out, seed, options, namespaces)
        worker = Worker(plan, _seconds(references, options))
        try:
            verdict = worker.judge(found[0].source, options.exercise, explain=True)
        finally:
            worker.close()
    return _explanation(found[0], verdict, references, seed)


def _references(solutions, exercise):
    references = load_references(solutions)
    if exercise is not None and exercise not in references:
        raise CourseError(f"no exercise {exercise!r} (there are: {', '.join(references)})")
    return references if exercise is None else {exercise: references[exercise]}


def _protections(options):
    """(whether namespaces are on, what to say of the protections)."""
    limits = options.limits
    numbers = (
        f"{limits.seconds:g} s, {limits.memory} MB, {limits.processes} processes, "
        f"{limits.open_files} open files, {limits.file_size} MB of files, "
        f"{limits.output_size} MB of results"
    )
    try:
        _try_sandbox(True, limits)
    except NoSandbox as error:
        if options.require_sandbox:
            raise CourseError(f"no sandbox on this machine: {error}") from None
        still = ", ".join(_try_sandbox(False, limits))
        return False, (
            f"Sandbox: NO NAMESPACES ({error}), so an answer can {still}. "
            f"Limits for each answer: {numbers}."
        )
    return True, (
        "Sandbox: each answer has user, process, network, file system and IPC namespaces of its "
        f"own. Limits for each: {numbers}."
    )


def _try_sandbox(namespaces, limits):
    """What an answer can do although it is shut in, in words."""
    server = Server(namespaces)
    try:
        pid, channel = server.start(limits)
        channel.close()
        server.end(pid)
        return server.still
    finally:
        server.close()


def _write_plan(folder, solutions, submissions, out, seed, options, namespaces):
    """The file that tells the workers what is the same for all submissions."""
    plan = folder / "plan.json"
    hidden = [solutions, submissions, *([out] if out else []), Path(coursekit.__file__).parent]
    text = {
        "solutions": str(Path(solutions).resolve()),
        "seed": seed,
        "limits": asdict(options.limits),
        "namespaces": namespaces,
        "hidden": [str(Path(path).resolve()) for path in hidden],
    }
    plan.write_text(json.dumps(text), encoding="utf-8")
    return plan


def _seconds(references, options):
    """What the answers of one submission may take, if each uses all its time, and twice."""
    most = max(len(reference.answers) for reference in references.values())
    return 2 * most * options.limits.seconds


def _verdicts(todo, plan, seconds, options):
    """(Found, Verdict) for each, as they come."""
    jobs = min(options.jobs or os.cpu_count(), len(todo))
    workers = [Worker(plan, seconds) for _ in range(jobs)]
    waiting, done = SimpleQueue(), SimpleQueue()
    for one in todo:
        waiting.put(one)

    def work(worker):
        try:
            while True:
                one = waiting.get_nowait()
                done.put((one, worker.judge(one.source, options.exercise)))
        except Empty:
            pass
        except BaseException as error:
            done.put((None, error))

    with ThreadPoolExecutor(jobs) as pool:
        try:
            for worker in workers:
                pool.submit(work, worker)
            for _ in todo:
                one, verdict = done.get()
                if one is None:
                    raise verdict
                yield one, verdict
        finally:
            for worker in workers:
                worker.close()


def _write(out, verdicts, references):
    """The gradebook and the pages of feedback; the grades."""
    folders = file_names({one.student for one in verdicts})
    graded = []
    for group in _by_student_and_exercise(verdicts).values():
        newest = max(group, key=lambda one: one.when)
        verdict = verdicts[newest]
        others = [one.file for one in group if one is not newest]
        one = _grade(newest, verdict, others, references)
        graded.append((one, verdict))
        page = out / "feedback" / folders[newest.student] / f"{one.exercise or 'unknown'}.html"
        write_whole(page, feedback_page(one, verdict))
    grades = [one for one, _ in graded]
    write_gradebook(out / "gradebook.csv", grades)
    write_junit(out / "results.xml", graded)
    return grades


def _by_student_and_exercise(verdicts):
    groups = {}
    for one, verdict in verdicts.items():
        groups.setdefault((one.student, verdict.exercise), []).append(one)
    return groups


def _grade(found, verdict, others, references):
    what = [verdict.message] if verdict.message else []
    if verdict.status in ("timeout", "crashed"):
        what.append(f"it keeps the points of the checks that passed, status {verdict.status}")
    elif verdict.status != "graded":
        what.append(f"no points, status {verdict.status}")
    if others:
        what.append(f"the newest of {len(others) + 1}, the others are {', '.join(others)}")
    message = f"{found.file}: {'; '.join(what)}" if what else ""
    reference = references.get(verdict.exercise)
    checks = score(reference.checks, verdict.passed) if reference else []
    return Grade(found.student, verdict.exercise, verdict.status, message, checks)


def _report(grades, path, seed):
    """One line for each message, and one about the whole; on stderr."""
    for one in sorted(grades, key=lambda grade: grade.student):
        if one.message:
            _say(one.message)
    counts = Counter(one.status for one in grades)
    summary = ", ".join(f"{count} {status}" for status, count in counts.most_common())
    plural = "" if len(grades) == 1 else "s"
    _say(f"{len(grades)} submission{plural}: {summary}; {path} (seed {seed})")


def _say(text):
    print(plain_text(" ".join(text.split())), file=sys.stderr, flush=True)


def _explanation(found, verdict, references, seed):
    lines = [
        f"{found.file}: exercise {verdict.exercise or 'unknown'}, status {verdict.status}, "
        f"seed {seed}"
    ]
    if verdict.message:
        lines.append(verdict.message)
    for name, source in verdict.taken.items():
        lines += ["", f"---- taken for {name}", source]
    reference = references.get(verdict.exercise)
    for check, points in score(reference.checks, verdict.passed) if reference else []:
        state = "passed" if verdict.passed.get(check.name) else "NOT passed"
        lines += ["", f"==== {check.name}: {state}, {points:g} of {check.points:g} points"]
        if verdict.passed.get(check.name):
            continue
        lines.append(verdict.printed.get(check.name, "").rstrip())
        for one in verdict.differences:
            if one["check"] == check.name:
                lines.append(f"\nThe first call of {one['name']} that differs from the solution's:")
                for name, argument in one["arguments"].items():
                    lines += [f"\n{name}:", argument]
                lines += ["\nreturned:", one["result"], "\nexpected:", one["expected"]]
    return plain_text("\n".join(lines))
