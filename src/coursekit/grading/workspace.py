"""The temporary folder of a run, which is removed even when the run is killed."""

import contextlib
import fcntl
import os
import shutil
import tempfile
from pathlib import Path

PREFIX = "course-grade-"


@contextlib.contextmanager
def workspace():
    """Make a folder for everything that a run writes besides its results.

    Inside, it is the place for temporary files. It is removed at the end. Of a run that was killed
    it stays, until the next one removes it: as long as a run lives, it holds a lock on its folder.
    """
    _remove_those_of_killed_runs()
    folder, lock = _locked_folder()
    before, tempfile.tempdir = tempfile.tempdir, folder
    try:
        yield Path(folder)
    finally:
        tempfile.tempdir = before
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def _locked_folder():
    """A new folder and its lock; another one if a run that starts now took it for a dead one's."""
    while True:
        folder = tempfile.mkdtemp(prefix=PREFIX)
        with contextlib.suppress(FileNotFoundError):
            lock = os.open(folder, os.O_RDONLY)
            fcntl.flock(lock, fcntl.LOCK_EX)
            if os.path.isdir(folder):
                return folder, lock
            os.close(lock)


def _remove_those_of_killed_runs():
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):
            lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                # Whoever else writes there is not to choose what is removed.
                if os.fstat(lock).st_uid == os.getuid():
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(lock)
