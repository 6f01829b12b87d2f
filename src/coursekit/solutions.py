"""Run the solutions and store what they print, the same on every machine."""

from coursekit.errors import CourseError
from coursekit.notebooks import (
    KERNELSPEC,
    LANGUAGE_INFO,
    execute,
    exercise_of,
    kept_metadata,
    notebook_paths,
    read_notebook,
    write_notebook,
)

# A picture's bytes change with every version of matplotlib. A widget's state has random names, and
# without it the view shows nothing. The text that stands for either stays.
NOT_STORED = ("image/png", "application/vnd.jupyter.widget-view+json")


def run_solutions(solutions_dir, names=()):
    """Execute solution notebooks in fresh kernels and write them back with their outputs.

    Parameters
    ----------
    solutions_dir : path
    names : sequence of str
        Which ones, as ``07_backward_pass``; all of the folder when empty.

    Yields
    ------
    Path
        Each notebook, after it is written.

    Raises
    ------
    CourseError
        If there is no solution of a name, or a solution does not run; its file stays as it was.
    """
    paths = {path.stem: path for path in notebook_paths(solutions_dir)}
    for name in names:
        if name not in paths:
            raise CourseError(f"{solutions_dir}: no solution {name!r} (there are: {', '.join(paths)})")
    for name in names or paths:
        solution = read_notebook(paths[name])
        exercise_of(solution, paths[name])
        try:
            execute(solution)
        except CourseError as error:
            raise CourseError(f"{paths[name]}: {error}") from None
        normalise(solution)
        write_notebook(paths[name], solution)
        yield paths[name]


def normalise(solution):
    """Take out of an executed notebook, in place, what another run or machine would change."""
    solution.metadata = {
        "course": solution.metadata["course"],
        "kernelspec": KERNELSPEC,
        "language_info": LANGUAGE_INFO,
    }
    for cell in solution.cells:
        cell.metadata = kept_metadata(cell)
        for output in cell.get("outputs", []):
            for view in NOT_STORED:
                output.get("data", {}).pop(view, None)
