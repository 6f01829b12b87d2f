"""Find submissions and read them. Whatever is in the files, nothing here runs it."""

import json
from dataclasses import dataclass
from pathlib import Path

from coursekit.errors import CourseError

LARGEST = 20 * 2**20  # bytes; a notebook with many figures has 2 or 3 million


@dataclass(frozen=True)
class Submission:
    """A student's notebook: its code cells, and the exercise that its metadata name, if any."""

    student: str
    file: str
    code_cells: tuple
    exercise: str | None


class Unreadable(ValueError):
    """A file that cannot be graded as a notebook; the message says what it is."""


def find_submissions(path):
    """The files to grade: every ``*.ipynb`` of a folder, or the one file; sorted.

    Raises
    ------
    CourseError
        If there is nothing at ``path``, or no notebook in the folder.
    """
    path = Path(path)
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise CourseError(f"{path}: no such folder or notebook")
    found = sorted(
        entry
        for entry in path.iterdir()
        if entry.suffix.lower() == ".ipynb" and not entry.name.startswith(".")
    )
    if not found:
        raise CourseError(f"{path}: no notebook (*.ipynb) in this folder")
    return found


def read_submission(path):
    """Read a notebook as far as grading needs it, and no stricter.

    Raises
    ------
    Unreadable
        If it is no file, too large, not JSON, or not a notebook of format 4.
    """
    notebook = _json(_text(path), path)
    if not isinstance(notebook, dict) or "nbformat" not in notebook:
        raise Unreadable("not a notebook (JSON of something else)")
    if notebook["nbformat"] != 4:
        raise Unreadable(f"not a notebook of format 4 (nbformat is {notebook['nbformat']!r})")
    cells = notebook.get("cells")
    if not isinstance(cells, list):
        raise Unreadable("not a notebook (it has no list of cells)")
    code_cells = [_source(cell) for cell in cells if _is_code(cell)]
    return Submission(path.stem, path.name, tuple(code_cells), _exercise(notebook))


def _text(path):
    if not path.is_file():  # a folder; or a pipe, which would never end
        raise Unreadable("not a file")
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise Unreadable(f"cannot be read ({error.strerror})") from None
    if len(data) > LARGEST:
        raise Unreadable(f"larger than {LARGEST // 2**20} MB")
    if not data.strip():
        raise Unreadable("the file is empty")
    try:
        return data.decode(json.detect_encoding(data))
    except UnicodeDecodeError:
        raise Unreadable("not a notebook (not a text file)") from None


def _json(text, path):
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        text = text.rstrip()
        if error.pos >= len(text) or error.msg.startswith("Unterminated string"):
            raise Unreadable(f"not a notebook (JSON ends at line {text.count(chr(10)) + 1})") from None
        raise Unreadable(f"not a notebook (no JSON at line {error.lineno})") from None
    except (ValueError, RecursionError):  # a number of many thousand digits, lists in lists in ...
        raise Unreadable("not a notebook (JSON of something else)") from None


def _is_code(cell):
    return isinstance(cell, dict) and cell.get("cell_type") == "code"


def _source(cell):
    source = cell.get("source")
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str):
        raise Unreadable("not a notebook (a code cell without text)")
    return source


def _exercise(notebook):
    """What the metadata say, or None where they say nothing that makes sense."""
    try:
        name = notebook["metadata"]["course"]["exercise"]
    except (KeyError, TypeError):
        return None
    return name if isinstance(name, str) else None
