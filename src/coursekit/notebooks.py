"""Read, write and run notebooks, so that the same content always gives the same bytes."""

import re
import subprocess
from pathlib import Path

import nbformat
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbval.kernel import CURRENT_ENV_KERNEL_NAME, NbvalKernelspecManager
from traitlets import default

from coursekit.errors import CourseError

# What a notebook of the course says about itself; the rest (versions, widget state, an editor's
# notes) differs from machine to machine.
KERNELSPEC = {"display_name": "Python 3", "language": "python", "name": "python3"}
LANGUAGE_INFO = {"name": "python"}

KEPT_CELL_METADATA = ("name", "points", "tags")

TERMINAL_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def notebook_paths(folder):
    """The notebooks of a folder, sorted by name.

    Raises
    ------
    CourseError
        If there is no such folder, or no notebook in it.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise CourseError(f"{folder}: no such folder")
    paths = sorted(path for path in folder.glob("*.ipynb") if not path.name.startswith("."))
    if not paths:
        raise CourseError(f"{folder}: no notebook in it")
    return paths


def read_notebook(path):
    """Return a notebook of the course, format 4.5.

    A cell without an id (format 4.4 and older) gets one by its position, so that reading the
    same file twice gives the same notebook.

    Raises
    ------
    CourseError
        If the file cannot be read or is not a valid notebook.
    """
    try:
        notebook = nbformat.reads(Path(path).read_text(encoding="utf-8"), as_version=4)
        for number, cell in enumerate(notebook.cells, start=1):
            cell.setdefault("id", f"cell-{number}")
        notebook.nbformat_minor = max(notebook.nbformat_minor, 5)
        nbformat.validate(notebook)
    except OSError as error:
        raise CourseError(f"{path}: cannot be read ({error.strerror})") from None
    except (ValueError, AttributeError, nbformat.ValidationError) as error:
        raise CourseError(f"{path}: not a notebook ({str(error).splitlines()[0]})") from None
    return notebook


def dump_notebook(notebook):
    """The text of a notebook file: sorted keys, an indent of one, one newline at the end."""
    return nbformat.writes(notebook).rstrip("\n") + "\n"


def write_notebook(path, notebook):
    """Write a notebook, unless the file holds the same text already (its date tells `make`)."""
    path, text = Path(path), dump_notebook(notebook)
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8", newline="\n")


def has_tag(cell, tag):
    return tag in cell.metadata.get("tags", [])


def kept_metadata(cell):
    """What the course keeps of a cell's metadata."""
    return {key: cell.metadata[key] for key in KEPT_CELL_METADATA if key in cell.metadata}


def exercise_of(notebook, path):
    """The exercise that a solution belongs to, which is also its file's name.

    Raises
    ------
    CourseError
        If the notebook's metadata do not say it, or say another.
    """
    name = notebook.metadata.get("course", {}).get("exercise")
    expected = Path(path).stem
    if name is None:
        raise CourseError(
            f'{path}: the notebook\'s metadata lack "course": {{"exercise": "{expected}"}}'
        )
    if name != expected:
        raise CourseError(f"{path}: the notebook's metadata name the exercise {name!r}")
    return name


def cell_place(notebook, cell, line=None):
    """Where in a notebook, for a message: ``cell 5 ("backward-pass"), line 3``."""
    place = f'cell {notebook.cells.index(cell) + 1} ("{cell.id}")'
    return place if line is None else f"{place}, line {line}"


def execute(notebook, timeout=600):
    """Run every cell in a fresh kernel of this Python and store its outputs in the notebook.

    Parameters
    ----------
    notebook : NotebookNode
        Changed in place.
    timeout : float
        Seconds that one cell may take.

    Raises
    ------
    CourseError
        If a cell raises, takes too long or ends the kernel, or writes to stderr: a warning holds
        paths of the machine and has no place in a stored output.
    """
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    started = []
    client = NotebookClient(
        notebook,
        timeout=timeout,
        kernel_name=CURRENT_ENV_KERNEL_NAME,
        kernel_manager_class=_ThisPythonsKernel,
        record_timing=False,
        store_widget_state=False,
        coalesce_streams=True,
        on_cell_start=lambda cell, cell_index: started.append(cell),
    )
    try:
        # What a kernel says on its own stderr concerns its connection, not the notebook.
        client.execute(stderr=subprocess.DEVNULL)
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        # nbclient's message repeats the cell; its last line is what went wrong.
        raise CourseError(
            f"{cell_place(notebook, started[-1])}: {last_line(str(error))}"
        ) from None
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output.output_type == "stream" and output.name == "stderr":
                raise CourseError(
                    f"{cell_place(notebook, cell)}: writes to stderr: {last_line(output.text)}"
                )


class _ThisPythonsKernel(AsyncKernelManager):
    """A kernel of the Python that runs this, whatever kernels the machine's user has installed."""

    @default("kernel_spec_manager")
    def _kernel_spec_manager_default(self):
        return NbvalKernelspecManager()


def last_line(text):
    """The last line with text in it, without colours: where a traceback says what happened."""
    text = TERMINAL_COLOUR.sub("", text)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "no message"
