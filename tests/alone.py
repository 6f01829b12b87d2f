"""Run a notebook as a student's computer would that has NumPy, matplotlib and Jupyter alone.

``python alone.py NOTEBOOK`` runs its code cells in the working folder and prints what they print.
Every other package that happens to be installed cannot be imported. The exit status is 1 when a
cell raises.
"""

import importlib.metadata
import json
import re
import sys
from importlib.abc import MetaPathFinder

PACKAGES = ("numpy", "matplotlib", "ipython")


def needed(names):
    """The distributions of these names, and all that they need."""
    found, waiting = set(), list(names)
    while waiting:
        name = re.sub(r"[-_.]+", "-", waiting.pop()).lower()
        if name in found:
            continue
        found.add(name)
        try:
            requirements = importlib.metadata.requires(name) or []
        except importlib.metadata.PackageNotFoundError:
            continue
        waiting += [re.match(r"[\w.-]+", r)[0] for r in requirements if "extra ==" not in r]
    return found


class Missing(MetaPathFinder):
    """Makes the modules of all other distributions look as if they were not installed."""

    def __init__(self, allowed):
        self.hidden = {
            module
            for module, distributions in importlib.metadata.packages_distributions().items()
            if not {re.sub(r"[-_.]+", "-", d).lower() for d in distributions} & allowed
        } | {"backprop", "coursekit"}

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in self.hidden:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return None


def run(path):
    """Run the code cells; the number of the first that raises, or None."""
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.display import display

    cells = json.loads(open(path, encoding="utf-8").read())["cells"]
    shell = InteractiveShell.instance()
    shell.user_ns["display"] = display
    for number, cell in enumerate(cells, start=1):
        if cell["cell_type"] == "code":
            if not shell.run_cell("".join(cell["source"])).success:
                return number
    return None


if __name__ == "__main__":
    sys.meta_path.insert(0, Missing(needed(PACKAGES)))
    failed = run(sys.argv[1])
    if failed is not None:
        sys.exit(f"cell {failed} raised")
