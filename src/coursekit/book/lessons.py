"""What an instructor plans with: goals and times of the chapters, points of the exercises.

``{lessons} TABLE`` stands for a table that is read from the chapters and the solutions:

``overview``
    A row for each chapter: how long it takes to read and to do, and the points of its exercise.
``goals``
    What the reader will be able to do after each chapter, in the chapter's words.
``checks``
    Every check of every exercise, with its points.
"""

import re
from pathlib import Path
from typing import NamedTuple

from sphinx.util.docutils import SphinxDirective

from coursekit.book.myst_text import parsed
from coursekit.book.tables import myst_table
from coursekit.notebooks import has_tag, read_notebook

TITLE = re.compile(r"^# (.+)$", re.MULTILINE)
GOALS = re.compile(r"^## What you will be able to do\n+((?:\* .+\n)+)", re.MULTILINE)
TIME = re.compile(r"^\*Time: about (\d+) minutes to read, and (\d+) minutes for the exercise\b", re.MULTILINE)


class Lesson(NamedTuple):
    """A chapter, as its text and its solution tell of it.

    Attributes
    ----------
    name, title : str
    goals : str
        A list in MyST.
    reading, doing : int
        Minutes.
    checks : list of (str, int)
        The name and the points of each check, those that give points.
    """

    name: str
    title: str
    goals: str
    reading: int
    doing: int
    checks: list


def read_lesson(chapter, solution):
    """What a chapter and its solution say.

    Parameters
    ----------
    chapter, solution : Path

    Raises
    ------
    ValueError
        If the chapter does not begin as a chapter does.
    """
    text = chapter.read_text(encoding="utf-8")
    found = [pattern.search(text) for pattern in (TITLE, GOALS, TIME)]
    if not all(found):
        raise ValueError(f"{chapter.name} lacks its title, its goals, or the line with its times.")
    title, goals, time = found
    checks = [
        (cell.metadata["name"], cell.metadata["points"])
        for cell in read_notebook(solution).cells
        if has_tag(cell, "check") and cell.metadata["points"]
    ]
    return Lesson(chapter.stem, title[1], goals[1], int(time[1]), int(time[2]), checks)


class Lessons(SphinxDirective):
    """The table that the argument names."""

    required_arguments = 1

    def run(self):
        if self.arguments[0] not in TABLES:
            raise self.error(f"no table {self.arguments[0]!r}; there are {', '.join(TABLES)}")
        return parsed(self, TABLES[self.arguments[0]](list(self._lessons()))).children

    def _lessons(self):
        root = Path(self.env.srcdir)
        for chapter in sorted((root / "chapters").glob("[0-9]*.md")):
            solution = root / "solutions" / f"{chapter.stem}.ipynb"
            for file in (chapter, solution):
                self.env.note_dependency(str(file))
            try:
                yield read_lesson(chapter, solution)
            except (ValueError, OSError) as error:
                raise self.error(str(error)) from None


def table_of_lessons(lessons):
    rows = [
        [
            f"{{doc}}`{lesson.name}`",
            f"{lesson.reading} min",
            f"{lesson.doing} min",
            sum(points for _, points in lesson.checks),
        ]
        for lesson in lessons
    ]
    reading, doing = (sum(getattr(lesson, kind) for lesson in lessons) for kind in ("reading", "doing"))
    rows.append(["all", _hours(reading), _hours(doing), sum(row[-1] for row in rows)])
    return myst_table(["chapter", "to read", "exercise", "points"], rows)


def _hours(minutes):
    """Hours, to the half.

    Examples
    --------
    >>> _hours(200)
    '3.5 h'
    """
    return f"{round(minutes / 30) / 2:g} h"


def list_of_goals(lessons):
    return "\n\n".join(f"**{{doc}}`{lesson.name}`**\n\n{lesson.goals}" for lesson in lessons)


def table_of_checks(lessons):
    rows = [
        [f"{{doc}}`{lesson.name[:2]} <{lesson.name}>`", name, points]
        for lesson in lessons
        for name, points in lesson.checks
    ]
    return myst_table(["exercise", "check", "points"], rows)


TABLES = {"overview": table_of_lessons, "goals": list_of_goals, "checks": table_of_checks}


def setup(app):
    app.add_directive("lessons", Lessons)
