"""A pytest plugin that writes nbval's verdict on each cell to a file, as soon as it stands.

It runs in the process of `pytest --nbval` that `coursekit.grading.run` starts. Each line of the
file is a JSON object::

    {"kernel": 4711}                            the kernel's process id, before the first cell
    {"cell": "7a69cd4", "passed": true}         after each code cell
    {"ended": "finished", "at": null}           the last line; or "timeout" or "crashed", and
                                                the id of the cell where

What a notebook prints goes elsewhere, so that nothing it prints can pass for a verdict.
"""

import json
import os
import threading

import pytest


def pytest_addoption(parser):
    parser.addoption("--verdicts", required=True, help="the file to write")


def pytest_configure(config):
    config.pluginmanager.register(Verdicts(config.option.verdicts), "verdicts")


class Verdicts:
    """Writes the verdicts, and ends the session at the first cell that hangs or crashes."""

    def __init__(self, path):
        self.file = open(path, "w", encoding="utf-8", buffering=1)  # a line is never half there
        self.kernel_told = False

    def write(self, **line):
        self.file.write(json.dumps(line) + "\n")

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item):
        """Watch the kernel while a cell runs: nbval would wait for a dead one's answer."""
        kernel = item.parent.kernel.km.provisioner.process
        if not self.kernel_told:
            self.write(kernel=kernel.pid)
            self.kernel_told = True
        done = threading.Event()
        watch = threading.Thread(target=self.watch, args=(item, kernel, done), daemon=True)
        watch.start()
        try:
            return (yield)
        finally:
            done.set()
            watch.join()

    def watch(self, item, kernel, done):
        while True:
            finished = done.wait(0.05)
            # nbval itself ends a kernel that does not answer to an interrupt.
            if kernel.poll() is not None and not item.parent.timed_out:
                self.write(ended="crashed", at=item.cell.id)
                os._exit(0)
            if finished:
                return

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item, call):
        report = yield
        if call.when == "call":
            if item.parent.timed_out:
                self.write(ended="timeout", at=item.cell.id)
                item.session.shouldstop = "a cell timed out"
            else:
                self.write(cell=item.cell.id, passed=report.outcome == "passed")
        return report

    def pytest_sessionfinish(self, session):
        if not session.shouldstop:
            self.write(ended="finished", at=None)
