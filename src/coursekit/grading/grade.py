"""Grade a folder of submissions: each gets a verdict, whatever the others do."""

import os
import secrets
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from coursekit.errors import CourseError
from coursekit.grading.assembly import (
    Answers,
    assemble,
    find_answers,
    identify,
    own_answers,
    replace_answers,
)
from coursekit.grading.gradebook import Grade, score, write_gradebook
from coursekit.grading.reference import Reference, load_references, with_seed
from coursekit.grading.run import run_notebook
from coursekit.grading.submissions import Unreadable, find_submissions, read_submission
from coursekit.notebooks import execute, has_tag, write_notebook


@dataclass
class Task:
    """A submission that is worth running."""

    student: str
    file: str
    reference: Reference
    answers: Answers


def grade(submissions, solutions, out, exercise=None, keep=False, seed=None, timeout=20, jobs=None):
    """Grade submissions and write ``gradebook.csv``.

    Parameters
    ----------
    submissions : path
        A folder of ``student.ipynb``, or one notebook.
    solutions : path
        The folder of the solutions.
    out : path
        The folder to write into; made if it is not there.
    exercise : str, optional
        Which exercise it is; by default the notebooks tell.
    keep : bool
        Leave each notebook that nbval ran as ``notebooks/STUDENT/EXERCISE.ipynb``.
    seed : int, optional
        Of the networks that the checks draw; by default a new one each time.
    timeout : float
        Seconds that one cell may take.
    jobs : int, optional
        How many submissions run at the same time; by default one for each processor.

    Returns
    -------
    list of Grade

    Raises
    ------
    CourseError
        If there is nothing to grade, no such exercise, no way to write the result, a solution that
        does not run, or no nbval that starts. No gradebook has been written then.
    """
    files = find_submissions(submissions)
    references = load_references(solutions)
    if exercise is not None:
        if exercise not in references:
            raise CourseError(f"no exercise {exercise!r} (there are: {', '.join(references)})")
        references = {exercise: references[exercise]}
    out = _writable_folder(out)
    seed = secrets.randbelow(2**31) if seed is None else seed

    grades, tasks = [], []
    for file in files:
        read = _read(file, references, exercise)
        (tasks if isinstance(read, Task) else grades).append(read)
    expected = {
        task.reference.name: expected_notebook(task.reference, seed) for task in _distinct(tasks)
    }

    def judge(task):
        notebook = replace_answers(
            expected[task.reference.name], task.reference, task.answers.given
        )
        if keep:
            folder = out / "notebooks" / task.student
            folder.mkdir(parents=True, exist_ok=True)
            write_notebook(folder / f"{task.reference.name}.ipynb", notebook)
        return _verdict(task, run_notebook(notebook, timeout), timeout)

    with ThreadPoolExecutor(jobs or os.cpu_count()) as pool:
        try:
            grades += pool.map(judge, tasks)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    write_gradebook(out / "gradebook.csv", grades)
    _report(grades, out / "gradebook.csv", seed)
    return grades


def expected_notebook(reference, seed):
    """The solution, put together as a submission is and executed: what nbval compares with."""
    notebook = with_seed(assemble(reference, own_answers(reference)), seed)
    try:
        execute(notebook)
    except CourseError as error:
        raise CourseError(f"the solution of {reference.name}, seed {seed}: {error}") from None
    for cell in notebook.cells:
        if cell.cell_type == "code" and not has_tag(cell, "check"):
            cell.outputs, cell.execution_count = [], None
    return notebook


def _writable_folder(out):
    out = Path(out)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CourseError(f"{out}: cannot be made ({error.strerror})") from None
    if not os.access(out, os.W_OK | os.X_OK):
        raise CourseError(f"{out}: no permission to write in this folder")
    return out


def _read(file, references, exercise):
    """The task that a file is, or its grade where there is nothing to run."""
    try:
        submission = read_submission(file)
    except Unreadable as error:
        return _no_points(file.stem, file.name, None, "unreadable", str(error))
    name = exercise or identify(submission, references)
    if name is None:
        what = "names no exercise that there is, and defines no exercise's functions"
        return _no_points(file.stem, file.name, None, "unreadable", what)
    answers = find_answers(submission, references[name])
    if not answers.given:
        what = "; ".join([*answers.broken_cells, "no answer differs from its stub"])
        return _no_points(file.stem, file.name, references[name], "no-answer", what)
    return Task(file.stem, file.name, references[name], answers)


def _no_points(student, file, reference, status, what):
    return Grade(
        student,
        reference.name if reference else "",
        status,
        f"{file}: {what}; no points, status {status}",
        score(reference.checks, {}) if reference else [],
    )


def _verdict(task, result, timeout):
    """The grade that a result means, and in words what the points do not tell."""
    reference, answers = task.reference, task.answers
    what = list(answers.broken_cells)
    if answers.missing:
        what.append(f"not answered: {', '.join(answers.missing)}")
    what += [
        f"{_cell_name(reference, cell_id)} raises an error"
        for cell_id in reference.answer_cells
        if result.passed.get(cell_id) is False
    ]
    status = "graded" if result.ended == "finished" else result.ended
    if status != "graded":
        how = {
            "timeout": f"took longer than {timeout:g} s" if result.at else "took too long",
            "crashed": "ended its kernel" if result.at else "ended before its time",
        }
        what.append(f"{_cell_name(reference, result.at)} {how[status]}")
        what.append(f"it keeps the points of the checks before, status {status}")
    message = f"{task.file}: {'; '.join(what)}" if what else ""
    checks = score(reference.checks, result.passed)
    return Grade(task.student, reference.name, status, message, checks)


def _cell_name(reference, cell_id):
    """What an instructor calls a cell: a check by its name, an answer by what it defines."""
    for check in reference.checks:
        if check.cell_id == cell_id:
            return f"the check {check.name!r}"
    for statement, is_answer in reference.answer_cells.get(cell_id, []):
        if is_answer:
            return f"the cell of {', '.join(sorted(statement.binds))}"
    return "the run as a whole"


def _distinct(tasks):
    return {task.reference.name: task for task in tasks}.values()


def _report(grades, path, seed):
    """One line for each message, and one about the whole; on stderr."""
    for one in sorted(grades, key=lambda grade: grade.student):
        if one.message:
            print(one.message, file=sys.stderr)
    counts = Counter(one.status for one in grades)
    summary = ", ".join(f"{count} {status}" for status, count in counts.most_common())
    plural = "" if len(grades) == 1 else "s"
    print(f"{len(grades)} submission{plural}: {summary}; {path} (seed {seed})", file=sys.stderr)
