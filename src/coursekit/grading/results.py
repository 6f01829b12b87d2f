"""The verdicts as they come, on disk: a run that was ended goes on where it was.

``results.jsonl`` has a line of JSON for the run, and one for each verdict. A line counts when it
is whole; what a killed run left of its last line is cut off.
"""

import contextlib
import fcntl
import json
import os
import secrets
from dataclasses import asdict
from pathlib import Path

from coursekit.errors import CourseError
from coursekit.grading.judge import Verdict

NAME = "results.jsonl"


class Results:
    """The verdicts of a run.

    Attributes
    ----------
    path : Path
    run : dict
        ``seed``, ``exercise`` and ``solutions``, the digests of the solutions.
    """

    def __init__(self, folder, run):
        """Open the results of a run, or begin them.

        Parameters
        ----------
        folder : Path
            Made if it is not there.
        run : dict
            As the attribute; ``seed`` may be None, which is whatever seed the results have.

        Raises
        ------
        CourseError
            If the folder cannot be written to, or has the results of another run, or of one that
            goes on at this moment. Nothing is changed then.
        """
        self.path = Path(folder) / NAME
        stored = read_run(folder)
        if stored is not None:
            _must_agree(self.path, stored, run)
        self.run = stored or run | {"seed": new_seed() if run["seed"] is None else run["seed"]}
        try:
            Path(folder).mkdir(parents=True, exist_ok=True)
            self._file = open(self.path, "a+b")
        except OSError as error:
            raise CourseError(f"{folder}: cannot be written to ({error.strerror})") from None
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._file.close()
            raise CourseError(f"{folder}: another `course grade` writes into it now") from None
        self._verdicts = self._read()
        if stored is None:
            self._append(self.run)

    def get(self, file, digest):
        """The verdict on a file with these contents, or None."""
        return self._verdicts.get((file, digest))

    def add(self, file, digest, verdict):
        """Store a verdict, for good."""
        self._append({"file": file, "digest": digest, "verdict": asdict(verdict)})
        self._verdicts[file, digest] = verdict

    def close(self):
        self._file.close()

    def _append(self, line):
        self._file.write(json.dumps(line).encode() + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())

    def _read(self):
        self._file.seek(0)
        text = self._file.read()
        whole = text[: text.rfind(b"\n") + 1]
        self._file.truncate(len(whole))
        self._file.seek(len(whole))
        lines = [json.loads(line) for line in whole.splitlines()[1:]]
        return {(line["file"], line["digest"]): Verdict(**line["verdict"]) for line in lines}


def new_seed():
    """A seed that no submission can know."""
    return secrets.randbelow(2**31)


def read_run(folder):
    """What the results in a folder say of their run, or None if there are none.

    Raises
    ------
    CourseError
        If there is a file of this name that holds something else.
    """
    path = Path(folder) / NAME
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        with path.open("rb") as file:
            line = file.readline()
        if not line.endswith(b"\n"):
            return None  # killed before its first line was whole
        try:
            run = json.loads(line)
            return {"seed": int(run["seed"])} | run
        except (ValueError, TypeError, KeyError):
            raise CourseError(f"{path}: not the results of `course grade`") from None
    return None


def _must_agree(path, stored, run):
    for key, what in (
        ("seed", "another seed, {stored}"),
        ("exercise", "another --exercise, {stored}"),
        ("solutions", "other solutions"),
    ):
        if run[key] is not None and stored[key] != run[key]:
            raise CourseError(
                f"{path.parent}: holds the results of {what.format(stored=stored[key])}; "
                "give another folder with --out, or delete this one"
            )
