"""nbval's verdict on each cell of a notebook, with one kernel for many notebooks.

The kernel is trusted: no line of a submission runs in it (see `coursekit.grading.sandbox`). So it
can be kept, emptied in between, and a notebook takes as long as its cells.
"""

import os
import threading
from dataclasses import dataclass, field

import nbval.plugin
import pytest
from nbval.kernel import CURRENT_ENV_KERNEL_NAME, RunningKernel

EMPTY = """\
from coursekit.grading.sandbox import session
session.forget()
get_ipython().reset(new_session=False)
import os
os.chdir({folder!r})
"""
SECONDS = 60  # that emptying a kernel may take; it takes 0.03


class WarmKernel(RunningKernel):
    """A kernel that outlives nbval's use of it."""

    def __init__(self):
        super().__init__(CURRENT_ENV_KERNEL_NAME, startup_timeout=SECONDS)
        self._ending = threading.Event()
        threading.Thread(target=self._watch, daemon=True).start()

    def empty(self, folder):
        """Forget the notebook that ran last, and go to the folder of the next."""
        self._run(EMPTY.format(folder=str(folder)))

    def stop(self):
        """nbval stops a kernel behind each notebook; this one stays."""

    def end(self):
        self._ending.set()
        super().stop()

    def _watch(self):
        """End this process when the kernel ends: nbval would wait for a dead one's answer."""
        process = self.km.provisioner.process
        while not self._ending.wait(0.1):
            if process.poll() is not None:
                give_up("the kernel ended")

    def _run(self, code):
        reply = self.kc.execute(code, reply=True, timeout=SECONDS, store_history=False)
        if reply["content"]["status"] != "ok":
            raise RuntimeError("\n".join(reply["content"]["traceback"]))


def give_up(why):
    """End this process at once; who waits for its verdict starts another."""
    os.write(2, f"{why}\n".encode())
    os._exit(1)


@dataclass
class Result:
    """What nbval found.

    Attributes
    ----------
    passed : dict of str to bool
        For each code cell, by its id.
    outputs : dict of str to list
        What each code cell printed and displayed, as outputs of a notebook.
    """

    passed: dict = field(default_factory=dict)
    outputs: dict = field(default_factory=dict)


def judge_cells(path, kernel, seconds):
    """Run a notebook under nbval.

    Parameters
    ----------
    path : Path
        With the expected outputs.
    kernel : WarmKernel
    seconds : float
        That one cell may take.

    Returns
    -------
    Result
    """
    kernel.empty(path.parent)
    listener = _Listener()
    nbval.plugin.RunningKernel = lambda *args, **kwargs: kernel
    # In what two outputs differ nobody reads, and long ones take it minutes to find.
    nbval.plugin.IPyNbCell.format_output_compare = lambda *args: None
    pytest.main(
        [
            *(str(path), "--nbval", "--nbval-current-env", f"--nbval-cell-timeout={seconds}"),
            "--tb=no",
            *("-p", "nbval.plugin", "-p", "no:cacheprovider", "-p", "no:unraisableexception"),
            # No configuration of any folder above.
            *("-c", os.devnull, "--rootdir", str(path.parent)),
        ],
        plugins=[listener],
    )
    return listener.result


class _Listener:
    """A pytest plugin that keeps nbval's verdicts."""

    def __init__(self):
        self.result = Result()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item):
        try:
            return (yield)
        finally:
            if item.parent.timed_out:
                # No answers may take as long as a cell: it is the kernel itself that is stuck.
                give_up("the kernel did not reply")

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item, call):
        report = yield
        if call.when == "call":
            self.result.passed[item.cell.id] = report.outcome == "passed"
            self.result.outputs[item.cell.id] = list(item.test_outputs or ())
        return report
