"""Find submissions and read them. Whatever is in the files, nothing here runs it."""

import hashlib
import json
import os
import re
import stat
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from coursekit.errors import CourseError

LARGEST = 20 * 2**20  # bytes; a notebook with many figures has 2 or 3 million
MOST_CELLS, MOST_CODE = 5_000, 500_000  # characters; an exercise has 20 and 15 thousand
MOST_IN_A_ZIP = 20_000
HIDDEN = (".", "__MACOSX")  # folders that nobody hands in
# What students hand in by mistake. A table or a text may be the instructor's own.
NO_NOTEBOOK = (".py", ".html", ".htm", ".pdf", ".docx", ".odt", ".rtf", ".zip", ".7z", ".rar")
NO_NOTEBOOK += (".tar", ".gz", ".tgz")

# How the learning platforms name what they hand out.
MOODLE = re.compile(r"(?P<name>.+)_(?P<user>\d+)_assignsubmission_file_?")
CANVAS = re.compile(r"(?P<name>[^_]+)(?:_LATE)?_(?P<user>\d+)_(?P<submission>\d{1,18})_.+")
# How a browser names the second file of a name.
COPY = re.compile(r"(?P<name>.+?) ?\((?P<copy>\d{1,18})\)")


@dataclass(frozen=True)
class Source:
    """Where the bytes of a submission are: a file, or a member of a zip file.

    Attributes
    ----------
    path : str
    member : str or None
    problem : str or None
        Why it is not even opened.
    """

    path: str
    member: str | None = None
    problem: str | None = None

    def read(self):
        """At most `LARGEST` bytes and one.

        Raises
        ------
        Unreadable
        """
        if self.problem:
            raise Unreadable(self.problem)
        try:
            if self.member is None:
                return _read_file(self.path)
            with zipfile.ZipFile(self.path) as archive:
                # No more is ever unpacked than it says itself; a lie makes it a damaged one.
                _must_not_be_larger(archive.getinfo(self.member).file_size)
                with archive.open(self.member) as file:
                    return file.read(LARGEST + 1)
        except OSError as error:
            raise Unreadable(f"cannot be read ({error.strerror or error})") from None
        except Exception as error:  # encrypted, damaged, or compressed in a way of its own
            if isinstance(error, Unreadable):
                raise
            raise Unreadable(f"cannot be unpacked ({error})") from None

    def digest(self):
        """A digest of the bytes, or of the reason why there are none."""
        try:
            return hashlib.sha256(self.read()).hexdigest()
        except Unreadable as error:
            return hashlib.sha256(f"unreadable: {error}".encode()).hexdigest()


def _read_file(path):
    # A link may lead to the solution, and opening a pipe would wait for its other end.
    about = os.lstat(path)
    if stat.S_ISLNK(about.st_mode):
        raise Unreadable("a link, not a file")
    if not stat.S_ISREG(about.st_mode):
        raise Unreadable("not a file")
    _must_not_be_larger(about.st_size)
    with open(os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0)), "rb") as file:
        return file.read(LARGEST + 1)


def _must_not_be_larger(size):
    if size > LARGEST:
        raise Unreadable(f"larger than {LARGEST // 2**20} MB")


@dataclass(frozen=True)
class Found:
    """A file that was handed in.

    Attributes
    ----------
    student : str
    file : str
        What to call it: its name, with the folders in front of it.
    source : Source
    when : tuple
        Of two by the same student the larger one is the newer.
    """

    student: str
    file: str
    source: Source
    when: tuple


@dataclass(frozen=True)
class Submission:
    """What grading needs of a notebook: its code, and the exercise that its metadata name."""

    code_cells: tuple
    exercise: str | None


class Unreadable(ValueError):
    """A file that cannot be graded as a notebook; the message says what it is."""


# ---- find ----------------------------------------------------------------------------------


def find_submissions(path):
    """What was handed in.

    Parameters
    ----------
    path : path
        One notebook; or a folder or a zip file with ``student.ipynb``, with what Canvas or Moodle
        hand out, or with ``student/.../*.ipynb`` as nbgrader has it. In a folder, a zip file with
        one notebook stands for that notebook.

    Returns
    -------
    list of Found
        Sorted by student and file. Of a student without any notebook, the newest of the files that
        may have been meant as one: it cannot be read, and says why.

    Raises
    ------
    CourseError
        If there is nothing at ``path``, or no notebook in it.
    """
    path = Path(path)
    if path.is_dir():
        files = [
            (file.relative_to(path).parts, source, os.lstat(file).st_mtime)
            for file, source in _handed_in(path)
        ]
        where = "folder"
    elif path.is_file() and path.suffix.lower() == ".zip":
        files = _files_in_zip(path)
        where = "zip file"
    elif path.is_file():
        files = [((path.name,), Source(str(path)), os.lstat(path).st_mtime)]
        where = ""
    else:
        raise CourseError(f"{path}: no such folder, zip file or notebook")
    if all(source.problem for _, source, _ in files):
        raise CourseError(f"{path}: no notebook (*.ipynb) in this {where}")
    inside_tells = _names_inside_tell([parts for parts, _, _ in files])
    found = [_found(*file, inside_tells) for file in files]
    found = sorted(found, key=lambda one: (one.student, one.when))
    newest = {one.student: one for one in found}
    with_notebook = {one.student for one in found if not one.source.problem}
    return [
        one
        for one in found
        if not one.source.problem or one.student not in with_notebook and one is newest[one.student]
    ]


def _handed_in(folder):
    """(path, Source) of what may be a submission; links to folders are not followed."""
    for place, folders, files in os.walk(folder):
        named = [name for name in folders if _is_notebook(name)]
        folders[:] = sorted(set(folders) - set(named))
        folders[:] = [name for name in folders if not name.startswith(HIDDEN)]
        for name in [*files, *named]:
            path = Path(place, name)
            if _is_notebook(name):
                yield path, Source(str(path))
            elif name.lower().endswith(NO_NOTEBOOK) and not name.startswith("."):
                yield path, _packed(path) if name.lower().endswith(".zip") else _no_notebook(path)


def _no_notebook(path):
    kind = PurePosixPath(path).suffix.lower()
    return Source(str(path), problem=f"not a notebook (*.ipynb) but a file of the kind {kind}")


def _packed(path):
    """The one notebook in a student's own zip file."""
    try:
        members = [source for _, source, _ in _files_in_zip(path) if not source.problem]
    except CourseError:
        return Source(str(path), problem="not a zip file that can be read")
    if len(members) != 1:
        what = f"a zip file with {len(members)} notebooks (*.ipynb) in it; one is expected"
        return Source(str(path), problem=what)
    return members[0]


def _is_notebook(name):
    return name.lower().endswith(".ipynb") and not name.startswith("._")  # macOS's own


def _files_in_zip(path):
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise CourseError(f"{path}: not a zip file that can be read ({error})") from None
    if len(members) > MOST_IN_A_ZIP:
        raise CourseError(f"{path}: {len(members)} files in it, at most {MOST_IN_A_ZIP} are read")
    entries = {}
    for member in members:
        # A name is only ever a name here: nothing is written under it, wherever it points.
        parts = [part for part in PurePosixPath(member.filename).parts if part not in ("/", "..")]
        if not parts or member.is_dir() or any(part.startswith(HIDDEN) for part in parts[:-1]):
            continue
        if _is_notebook(parts[-1]):
            entries[member.filename] = parts, Source(str(path), member.filename), member.date_time
        elif parts[-1].lower().endswith(NO_NOTEBOOK) and not parts[-1].startswith("."):
            entries[member.filename] = parts, _no_notebook(member.filename), member.date_time
    entries = list(entries.values())
    if len({parts[0] for parts, *_ in entries}) == 1 and all(len(p) == 2 for p, *_ in entries):
        # The folder that was packed as a whole.
        entries = [(parts[1:], *rest) for parts, *rest in entries]
    return entries


def _names_inside_tell(all_parts):
    """Whether names that stand in another folder are a platform's, as they are for most folders.

    Where each student has a folder, what is in it has names of the student's own: these must not
    make it another one's submission.
    """
    by_folder = {}
    for parts in all_parts:
        if len(parts) > 1:
            by_folder.setdefault(parts[0], []).append(any(_platform(parts)))
    return 2 * sum(map(all, by_folder.values())) > len(by_folder)


def _platform(parts):
    """(how Moodle, how Canvas names it); None where it does not."""
    moodle = next((match for part in parts if (match := MOODLE.match(part))), None)
    return moodle, CANVAS.fullmatch(PurePosixPath(parts[-1]).stem)


def _found(parts, source, time, inside_tells):
    """Whose it is, by the folders and the name."""
    number = 0
    moodle, canvas = _platform(parts) if inside_tells or len(parts) == 1 else (None, None)
    stem = PurePosixPath(parts[-1]).stem
    copy = COPY.fullmatch(stem)
    if moodle:
        student = f"{moodle['name']}_{moodle['user']}"
    elif canvas:
        student, number = f"{canvas['name']}_{canvas['user']}", int(canvas["submission"])
    elif len(parts) > 1:
        student = parts[0]
    else:
        student = copy["name"] if copy else stem
    when = (number, int(copy["copy"]) if copy else 0, time, parts[-1])
    return Found(student, "/".join(parts), source, when)


# ---- read ----------------------------------------------------------------------------------


def read_submission(source):
    """Read a notebook as far as grading needs it, and no stricter.

    Raises
    ------
    Unreadable
        If it is no file, too large, not JSON, or not a notebook of format 4.
    """
    notebook = _json(_text(source.read()))
    if not isinstance(notebook, dict) or "nbformat" not in notebook:
        raise Unreadable("not a notebook (JSON of something else)")
    if notebook["nbformat"] != 4:
        raise Unreadable(f"not a notebook of format 4 (nbformat is {notebook['nbformat']!r:.40})")
    cells = notebook.get("cells")
    if not isinstance(cells, list):
        raise Unreadable("not a notebook (it has no list of cells)")
    code_cells = [_source(cell) for cell in cells if _is_code(cell)]
    if len(code_cells) > MOST_CELLS:
        raise Unreadable(f"{len(code_cells)} code cells, at most {MOST_CELLS} are read")
    if sum(map(len, code_cells)) > MOST_CODE:
        raise Unreadable(f"more than {MOST_CODE // 1000} kB of code")
    return Submission(tuple(code_cells), _exercise(notebook))


def _text(data):
    _must_not_be_larger(len(data))
    if not data.strip():
        raise Unreadable("the file is empty")
    try:
        return data.decode(json.detect_encoding(data))
    except UnicodeDecodeError:
        raise Unreadable("not a notebook (not a text file)") from None


def _json(text):
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        text = text.rstrip()
        if error.pos >= len(text) or error.msg.startswith("Unterminated string"):
            line = text.count("\n") + 1
            raise Unreadable(f"not a notebook (JSON ends at line {line})") from None
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
