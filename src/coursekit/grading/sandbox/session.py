"""What a graded notebook opens first, and prints last."""

import json
import sys
from dataclasses import asdict
from pathlib import Path

import numpy as np

from coursekit.grading.explain import differences
from coursekit.grading.sandbox.answers import Answers, Limits, Server

_print_options, _error_settings = np.get_printoptions(), np.geterr()
_open = {}  # the server, and the answers of the notebook that runs now


class Session(Answers):
    """The answers of a submission, and what is to be said of them in the end."""

    solution = None

    def report(self):
        """Print, as JSON for the grader, what became of the answers' processes."""
        report = {
            "ended": {name: asdict(ended) for name, ended in self.ended.items()},
            "undefined": {
                name: f"{type(error).__name__}: {error}" for name, error in self.undefined.items()
            },
            "no_sandbox": self.no_sandbox,
            "differences": differences(self.calls, self.solution) if self.solution else [],
        }
        print(json.dumps(report))


def open_answers(file):
    """The answers that a file holds, as `coursekit.grading.judge` writes it.

    Those of the notebook before are closed; the server that forks their processes is kept.
    """
    close_answers()
    text = json.loads(Path(file).read_text(encoding="utf-8"))
    kind = (text["namespaces"], tuple(text["hidden"]))
    if _open.get("kind") != kind:
        if "server" in _open:
            _open["server"].close()
        _open.update(kind=kind, server=Server(*kind))
    answers = Session(
        text["code"], Limits(**text["limits"]), _open["server"], record="solution" in text
    )
    answers.solution = text.get("solution")
    _open["answers"] = answers
    return answers


def close_answers():
    """End the processes of the answers that are open."""
    if "answers" in _open:
        _open.pop("answers").close()


def forget():
    """Leave the kernel as it was before the notebook that ran last; its names go elsewhere."""
    close_answers()
    np.set_printoptions(**_print_options)
    np.seterr(**_error_settings)
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")
