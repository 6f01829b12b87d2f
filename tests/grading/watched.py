"""Run a command, perhaps kill it, and tell what it leaves behind.

Whatever it started becomes a child of this process when its own parent ends, even what took care
to be an orphan.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import psutil

from coursekit.grading.sandbox.inside.jail import UNPRIVILEGED_USER, adopt_orphans

COURSE = [sys.executable, "-c", "import coursekit.cli as c, sys; sys.exit(c.main())"]
PATIENCE = 5  # seconds in which what is being ended may end


def watched(folder, *command, seconds=600, growth=""):
    """Run a command in a process that watches it.

    Parameters
    ----------
    folder : str
        Made, for its temporary files.
    command : str
    seconds : float
        When to kill it.
    growth : str, optional
        A file: the seconds begin when it is larger than it was.

    Returns
    -------
    dict
        ``status``, None if it was killed; ``stderr``; and what is ``left``.
    """
    result = subprocess.run(
        [sys.executable, __file__, folder, str(seconds), growth, *command],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return json.loads(result.stdout)


def main(folder, seconds, growth, *command):
    adopt_orphans()
    before = _shared()
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "stderr"), "w+", errors="replace") as log:
        process = subprocess.Popen(
            command,
            stdout=subprocess.DEVNULL,
            stderr=log,
            env=os.environ | {"TMPDIR": folder},
        )
        try:
            if growth:
                _wait_for_growth(process, growth)
            status = process.wait(float(seconds))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            status = None
        log.seek(0)
        stderr = log.read()
    os.unlink(log.name)
    deadline = time.monotonic() + PATIENCE
    while (processes := _processes()) and time.monotonic() < deadline:
        time.sleep(0.02)
    left = {
        "processes": processes,
        "files": sorted(os.listdir(folder)) + _files_of_answers(),
        "shared memory": sorted(_shared() - before),
    }
    json.dump({"status": status, "stderr": stderr, "left": left}, sys.stdout)


def _wait_for_growth(process, file):
    before = _size(file)
    while _size(file) == before:
        try:
            process.wait(0.01)
            return
        except subprocess.TimeoutExpired:
            pass


def _size(file):
    return os.path.getsize(file) if os.path.exists(file) else 0


def _processes():
    """What still runs of all that was started; what has ended is forgotten."""
    try:
        while os.waitpid(-1, os.WNOHANG) != (0, 0):
            pass
    except ChildProcessError:
        pass
    return [_told(child) for child in psutil.Process().children(recursive=True)]


def _told(process):
    try:
        return " ".join(process.cmdline())
    except psutil.Error:  # it ends at this moment
        return str(process.pid)


def _files_of_answers():
    """Files that belong to the user as whom answers run, if there is one."""
    places = [Path(place) for place in ("/tmp", "/var/tmp", "/dev/shm") if os.geteuid() == 0]
    files = [file for place in places for file in place.iterdir()]
    return [str(file) for file in files if _owner(file) == UNPRIVILEGED_USER]


def _owner(file):
    try:
        return file.lstat().st_uid
    except FileNotFoundError:  # another test's, by now
        return None


def _shared():
    """System V shared memory, semaphores and queues, and what is in /dev/shm."""
    lines = set(os.listdir("/dev/shm"))
    for kind in ("shm", "sem", "msg"):
        entries = Path(f"/proc/sysvipc/{kind}").read_text().splitlines()[1:]
        lines |= {f"{kind} {entry.split()[1]}" for entry in entries}
    return lines


if __name__ == "__main__":
    main(*sys.argv[1:])
