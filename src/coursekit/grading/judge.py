"""Judge a submission: read it, take its answers, let nbval run the notebook that calls them."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

import nbformat

from coursekit.errors import CourseError
from coursekit.grading.assembly import (
    REPORT_ID,
    SETUP_ID,
    assemble,
    find_answers,
    identify,
    own_answers,
    solved,
)
from coursekit.grading.reference import IN_WORDS, with_seed
from coursekit.grading.sandbox.answers import Limits, taken_text
from coursekit.grading.submissions import Unreadable, read_submission
from coursekit.grading.verdicts import judge_cells
from coursekit.notebooks import execute, has_tag, write_notebook

# The least that a cell may take, whatever the limits say: it waits for several answers.
CELL_SECONDS = 60


@dataclass
class Verdict:
    """What became of a submission.

    Attributes
    ----------
    exercise : str
        Empty where it is not known.
    status : {"graded", "timeout", "crashed", "unreadable", "no-answer"}
    message : str
        What the instructor should know beyond the points; without the file's name.
    passed : dict of str to bool
        For each check, by its name.
    printed : dict of str to str
        What each check printed.
    in_words : list of str
        HTML: what `backprop.checks` says of the answers.
    taken : dict of str to str
        For each answer what was taken from the submission.
    differences : list of dict
        As `coursekit.grading.explain.differences` gives them; for an appeal only.
    """

    exercise: str
    status: str
    message: str = ""
    passed: dict = field(default_factory=dict)
    printed: dict = field(default_factory=dict)
    in_words: list = field(default_factory=list)
    taken: dict = field(default_factory=dict)
    differences: list = field(default_factory=list)


class NoVerdict(CourseError):
    """The machine or the solution, not the submission, is why there is no verdict."""


def expected_outputs(reference, seed):
    """{cell id: outputs} of the checks, when the solution answers them under this seed.

    Raises
    ------
    NoVerdict
        If the solution does not run: no submission is to blame for that.
    """
    notebook = with_seed(solved(reference), seed)
    try:
        execute(notebook)
    except CourseError as error:
        raise NoVerdict(f"the solution of {reference.name}, seed {seed}: {error}") from None
    return {check.cell_id: _cell(notebook, check.cell_id).outputs for check in reference.checks}


@dataclass
class Judge:
    """Judges submissions, one after the other.

    Attributes
    ----------
    references : dict of str to Reference
    seed : int
    limits : Limits
    namespaces : bool
        Whether the answers are shut in by namespaces.
    hidden : list of str
        Folders that no answer may see.
    kernel : WarmKernel
    folder : Path
        Where notebooks are written to be run.
    expected : dict of str to dict
        `expected_outputs` of the exercises that came up so far.
    """

    references: dict
    seed: int
    limits: Limits
    namespaces: bool
    hidden: list
    kernel: object
    folder: Path
    expected: dict = field(default_factory=dict)

    def judge(self, source, exercise=None, explain=False):
        """The `Verdict` on a file.

        Parameters
        ----------
        source : coursekit.grading.submissions.Source
        exercise : str, optional
            Which one it is; by default the notebook tells.
        explain : bool
            Find the ``differences``.

        Raises
        ------
        NoVerdict
        """
        try:
            submission = read_submission(source)
        except Unreadable as error:
            return Verdict(exercise or "", "unreadable", str(error))
        name = exercise or identify(submission, self.references)
        if name is None:
            what = "names no exercise that there is, and defines no exercise's functions"
            return Verdict("", "unreadable", what)
        reference = self.references[name]
        answers = find_answers(submission, reference)
        if not answers.code:
            what = [*_broken(answers), "no answer differs from its stub"]
            return Verdict(name, "no-answer", "; ".join(what))
        return self._verdict(reference, answers, explain)

    def _verdict(self, reference, answers, explain):
        result, report = self._run(reference, answers.code, explain)
        lost = [check for check in reference.checks if not result.passed.get(check.cell_id)]
        if lost and answers.with_solutions:
            # An answer that calls another one is not to lose by the other's mistake: what passes
            # with the solution's in its place has passed.
            still = {name: c for name, c in answers.code.items() if name not in report["ended"]}
            again, _ = self._run(reference, still | answers.with_solutions, False)
            result.passed |= {c.cell_id: True for c in lost if again.passed.get(c.cell_id)}
        return Verdict(
            reference.name,
            _status(report),
            "; ".join(_what(answers, report)),
            {check.name: result.passed.get(check.cell_id, False) for check in reference.checks},
            {
                check.name: _text(result.outputs.get(check.cell_id, []))
                for check in reference.checks
            },
            [
                html
                for cell in reference.solution.cells
                if has_tag(cell, IN_WORDS)
                for html in _html(result.outputs.get(cell.id, []))
            ],
            {name: taken_text(code) for name, code in answers.code.items()},
            report["differences"],
        )

    def _run(self, reference, code, explain):
        """(Result, report): what nbval and the answers' processes say."""
        notebook, answers = self.notebook(reference, code, explain)
        path = self.folder / f"{reference.name}.ipynb"
        write_notebook(path, notebook)
        path.with_suffix(".answers.json").write_text(json.dumps(answers), encoding="utf-8")
        seconds = CELL_SECONDS + self.limits.seconds * len(code)
        result = judge_cells(path, self.kernel, seconds)
        report = _text(result.outputs.get(REPORT_ID, []))
        if not report:
            what = f"the notebook of {reference.name} did not run to its end"
            if result.passed.get(SETUP_ID):
                raise RuntimeError(what)  # not the machine's fault; ends this process
            raise NoVerdict(what)
        report = json.loads(report)
        if report["no_sandbox"]:
            raise NoVerdict(f"no process for an answer ({report['no_sandbox']})")
        return result, report

    def notebook(self, reference, code, explain=False):
        """(notebook, answers): the notebook to run, and what the file beside it holds."""
        if reference.name not in self.expected:
            self.expected[reference.name] = expected_outputs(reference, self.seed)
        file = f"{reference.name}.answers.json"
        notebook = with_seed(assemble(reference, code.keys(), file), self.seed)
        for cell_id, outputs in self.expected[reference.name].items():
            cell = _cell(notebook, cell_id)
            cell.outputs, cell.execution_count = nbformat.from_dict(outputs), 1
        answers = {
            "code": code,
            "limits": asdict(self.limits),
            "namespaces": self.namespaces,
            "hidden": self.hidden,
        }
        if explain:
            answers["solution"] = own_answers(reference)
        return notebook, answers


def _cell(notebook, cell_id):
    return next(cell for cell in notebook.cells if cell.id == cell_id)


def _status(report):
    statuses = {ended["status"] for ended in report["ended"].values()}
    return next((one for one in ("timeout", "crashed") if one in statuses), "graded")


def _what(answers, report):
    """In words what the points do not tell."""
    yield from _broken(answers)
    if answers.missing:
        yield f"not answered: {', '.join(answers.missing)}"
    for name, error in report["undefined"].items():
        yield f"the cell of {name} raises {error}"
    for name, ended in report["ended"].items():
        yield f"{name} {ended['how']} in the check {ended['check']!r}"


def _broken(answers):
    most = 5
    yield from answers.broken_cells[:most]
    if len(answers.broken_cells) > most:
        yield f"{len(answers.broken_cells) - most} more cells do not parse"


def _text(outputs):
    return "".join(output.text for output in outputs if output.output_type == "stream")


def _html(outputs):
    for output in outputs:
        if "text/html" in output.get("data", {}):
            yield output.data["text/html"]
