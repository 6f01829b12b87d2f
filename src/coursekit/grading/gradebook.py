"""Points, and the table of them."""

import csv
import io
import re
from dataclasses import dataclass, field

from coursekit.files import write_whole
from coursekit.grading.sandbox.inside.wire import plain_text

COLUMNS = ("student", "exercise", "score", "max_score", "status", "message")

# A spreadsheet takes a cell that begins with one of these for a formula.
FORMULA_STARTS = ("=", "+", "-", "@")


@dataclass
class Grade:
    """A row of the gradebook.

    Attributes
    ----------
    student, exercise : str
        The exercise is empty where it is not known.
    status : {"graded", "timeout", "crashed", "unreadable", "no-answer"}
    message : str
        What the instructor should know beyond the points.
    checks : list of (Check, points)
        Every check of the exercise, and the points that it gave.
    """

    student: str
    exercise: str
    status: str
    message: str = ""
    checks: list = field(default_factory=list)

    @property
    def score(self):
        return sum(points for _, points in self.checks)

    @property
    def max_score(self):
        return sum(check.points for check, _ in self.checks)


def score(checks, passed):
    """Pair every check with its points, or 0 where its name is not among those that passed."""
    return [(check, check.points if passed.get(check.name) else 0) for check in checks]


def write_gradebook(path, grades):
    """Write the grades as CSV, sorted by student; the file is there as a whole or not at all.

    Behind the fixed columns stands one for each check, ``EXERCISE: CHECK``, empty in the rows
    of other exercises. Each row is a line. Text that a spreadsheet would take for a formula gets
    a ``'`` in front.
    """
    grades = sorted(grades, key=lambda grade: (grade.student, grade.exercise))
    check_columns = {
        f"{grade.exercise}: {check.name}": None
        for grade in sorted(grades, key=lambda grade: grade.exercise)
        for check, _ in grade.checks
    }
    text = io.StringIO()
    rows = csv.DictWriter(text, [*COLUMNS, *check_columns], lineterminator="\n")
    rows.writeheader()
    rows.writerows(_row(grade) for grade in grades)
    write_whole(path, text.getvalue())


def _row(grade):
    known = bool(grade.checks)
    fixed = {
        "student": _text(grade.student),
        "exercise": grade.exercise,
        "score": f"{grade.score:g}",
        "max_score": f"{grade.max_score:g}" if known else "",
        "status": grade.status,
        "message": _text(grade.message),
    }
    return fixed | {f"{grade.exercise}: {c.name}": f"{points:g}" for c, points in grade.checks}


def _text(text):
    # A row is a line; and a file's name need not be Unicode.
    text = re.sub(r"\s", " ", text).encode(errors="replace").decode()
    text = plain_text(text)
    return f"'{text}" if text.lstrip().startswith(FORMULA_STARTS) else text
