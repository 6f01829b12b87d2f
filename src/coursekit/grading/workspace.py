"""The temporary folder of a run, which is removed even when the run is killed."""

import contextlib
import fcntl
import os
import shutil
import tempfile
from pathlib import Path

PREFIX, LOCK = "course-grade-", "lock"


@contextlib.contextmanager
def workspace():
    """Make a folder for everything that a run writes besides its results.

    Inside, it is the place for temporary files. It is removed at the end. Of a run that was killed
    it stays, until the next one removes it: as long as a run lives, it holds a lock on a file in
    its folder.
    """
    _remove_those_of_killed_runs()
    with tempfile.TemporaryDirectory(prefix=PREFIX, ignore_cleanup_errors=True) as folder:
        with open(Path(folder, LOCK), "wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            before, tempfile.tempdir = tempfile.tempdir, folder
            try:
                yield Path(folder)
            finally:
                tempfile.tempdir = before


def _remove_those_of_killed_runs():
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        # Whoever else writes there is not to choose what is removed: no link, no one else's.
        with contextlib.suppress(OSError):
            if folder.is_symlink() or folder.stat().st_uid != os.getuid():
                continue
            with open(folder / LOCK, "rb") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
