"""Let nbval run a notebook and judge its cells, in processes that can be ended at any moment."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from coursekit.errors import CourseError
from coursekit.notebooks import last_line, write_notebook

# The least that a run may take, whatever --timeout says: two kernels' worth of starting up.
STARTING_TIME = 60
CELLS_TIME = 5  # times the time for one cell: what all of them together may take


@dataclass
class Result:
    """What became of a notebook.

    Attributes
    ----------
    ended : {"finished", "timeout", "crashed"}
    at : str or None
        The id of the cell where it ended too early, if that is known.
    passed : dict of str to bool
        nbval's verdict on each code cell that it came to, by the cell's id.
    """

    ended: str
    at: str | None
    passed: dict


def run_notebook(notebook, cell_timeout):
    """Run a notebook under nbval in a temporary folder and a process group of its own.

    Parameters
    ----------
    notebook : NotebookNode
        With the expected outputs.
    cell_timeout : float
        Seconds that one cell may take. All together may take `CELLS_TIME` times as long, and
        `STARTING_TIME`; then every process of the run is killed.

    Returns
    -------
    Result

    Raises
    ------
    CourseError
        If nbval or its kernel did not start, which is the machine's fault and not the notebook's.
    """
    with tempfile.TemporaryDirectory(prefix="course-grade-") as folder:
        folder = Path(folder)
        verdicts, log, work = folder / "verdicts.jsonl", folder / "log", folder / "work"
        work.mkdir()
        write_notebook(work / "notebook.ipynb", notebook)
        with log.open("wb") as output:
            process = subprocess.Popen(
                _command(verdicts, cell_timeout),
                cwd=work,
                env=_environment(folder),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            process.wait(STARTING_TIME + CELLS_TIME * cell_timeout)
            too_long = False
        except subprocess.TimeoutExpired:
            too_long = True
        finally:
            lines = _read(verdicts)
            _kill_group(process.pid)
            process.wait()
            for line in lines:
                if "kernel" in line:  # a kernel leads a group of its own
                    _kill_group(line["kernel"])
        if not any("kernel" in line for line in lines):
            # Nothing of the notebook has run, so this is no verdict on it.
            raise CourseError(f"nbval did not start ({last_line(log.read_text(errors='replace'))})")
        return _result(lines, too_long)


def _command(verdicts, cell_timeout):
    plugins = ["nbval.plugin", "coursekit.grading.verdicts", "no:cacheprovider"]
    return [
        *(sys.executable, "-m", "pytest", "notebook.ipynb", "--nbval", "--nbval-current-env"),
        *(f"-p{plugin}" for plugin in plugins),
        f"--nbval-cell-timeout={cell_timeout}",
        f"--verdicts={verdicts}",
        *("-c", os.devnull, "--rootdir", "."),  # no configuration of any folder above
    ]


def _environment(folder):
    environment = {key: value for key, value in os.environ.items() if key != "PYTEST_ADDOPTS"}
    return environment | {
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        # The instructor's own start-up files and kernels stay out of it.
        "IPYTHONDIR": str(folder / "ipython"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
    }


def _read(verdicts):
    """The lines of the file; a last one that was cut off does not count."""
    try:
        text = verdicts.read_text(encoding="utf-8")
    except FileNotFoundError:
        return []
    return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]


def _result(lines, too_long):
    passed = {line["cell"]: line["passed"] for line in lines if "cell" in line}
    end = next((line for line in lines if "ended" in line), {"ended": "crashed", "at": None})
    if too_long:
        return Result("timeout", None, passed)
    return Result(end["ended"], end["at"], passed)


def _kill_group(leader):
    try:
        os.killpg(leader, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass  # it has ended; macOS says "not permitted" of a group of zombies
