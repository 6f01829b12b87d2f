"""Keep workers busy: give each a submission, wait for its verdict, replace one that died."""

import json
import os
import selectors
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import asdict
from pathlib import Path

from coursekit.errors import CourseError
from coursekit.grading.judge import Verdict
from coursekit.notebooks import last_line

START_SECONDS = 120  # that a worker may take until its kernel is up; it takes 2
READ_SECONDS = 120  # that it may take beside running the answers


class WorkerDied(Exception):
    """A worker ended, or did not reply in time."""


class Worker:
    """A process that runs `coursekit.grading.worker`; started when it is first needed.

    Parameters
    ----------
    plan : Path
        The file that it reads first, in the folder where a worker may have one of its own.
    seconds : float
        That the answers of one submission may take together.
    """

    def __init__(self, plan, seconds):
        self.plan = plan
        self.seconds = seconds
        self.process = None
        self.closed = False
        self._judging = threading.Lock()
        self._starting = threading.Lock()  # or being closed

    def judge(self, source, exercise=None, explain=False):
        """The `Verdict` on a submission.

        Raises
        ------
        CourseError
            If no worker starts, or the machine is the reason that there is no verdict.
        """
        request = {"source": asdict(source), "exercise": exercise, "explain": explain}
        with self._judging:
            for _ in range(2):
                try:
                    if self.process is None:
                        self._start()
                    reply = self._ask(request)
                except WorkerDied:
                    why = self._last_words()
                    self._end()
                    continue
                if "no_verdict" in reply:
                    raise CourseError(reply["no_verdict"])
                return Verdict(**reply)
        return Verdict(exercise or "", "crashed", f"the grader itself failed on it, twice ({why})")

    def close(self):
        """End the process, its kernel and all that runs in them, for good; from any thread."""
        with self._starting:
            self.closed = True
            process = self.process
            if process is not None:
                process.kill()  # so that who waits for it waits no longer
        with self._judging:
            self._end()

    def _end(self):
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
            self.process = None
            self.log.close()
            self.folder.cleanup()

    def _start(self):
        with self._starting:
            if self.closed:
                raise CourseError("ended from outside")
            self._start_process()
        try:
            self._reply(START_SECONDS)
        except WorkerDied:
            raise CourseError(f"nbval did not start ({self._last_words()})") from None

    def _start_process(self):
        # What still ends in it, and cleans up behind itself, may do so at the same moment.
        self.folder = tempfile.TemporaryDirectory(
            prefix="worker-", dir=self.plan.parent, ignore_cleanup_errors=True
        )
        self.log = open(Path(self.folder.name, "log"), "w+", encoding="utf-8", errors="replace")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "coursekit.grading.worker", str(self.plan), str(os.getpid())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log,
            env=_environment(self.folder.name),
            start_new_session=True,  # an interrupt is for the grader, which ends its workers
        )

    def _last_words(self):
        self.log.seek(0)
        return last_line(self.log.read())

    def _ask(self, request):
        try:
            self.process.stdin.write(json.dumps(request).encode() + b"\n")
            self.process.stdin.flush()
        except OSError:
            raise WorkerDied from None
        return self._reply(READ_SECONDS + self.seconds)

    def _reply(self, seconds):
        """The next line of the worker."""
        deadline, line = time.monotonic() + seconds, bytearray()
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            while not line.endswith(b"\n"):
                if not selector.select(max(0, deadline - time.monotonic())):
                    raise WorkerDied
                part = os.read(self.process.stdout.fileno(), 2**16)
                if not part:
                    raise WorkerDied
                line += part
        return json.loads(line)


def _environment(folder):
    environment = {key: value for key, value in os.environ.items() if key != "PYTEST_ADDOPTS"}
    return environment | {
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "MPLBACKEND": "agg",  # no figure becomes an output
        # The instructor's own start-up files and kernels stay out of it.
        "IPYTHONDIR": f"{folder}/ipython",
        "JUPYTER_RUNTIME_DIR": f"{folder}/runtime",
        # What they leave when they are killed is removed with the folder.
        "TMPDIR": folder,
    }
