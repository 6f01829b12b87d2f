"""Take the answers out of a submission, and put them into a pristine copy of the solution."""

import builtins
import copy
from dataclasses import dataclass, field

import nbformat

from coursekit.grading.statements import BrokenCell, statements_of
from coursekit.notebooks import has_tag

SETUP_ID = "grading-set-up"
SETUP = '''\
# Written by `course grade`. What an answer prints or draws while a check calls it is dropped, so
# that a check's output is the check's alone.
import functools
import os

from IPython.utils.capture import capture_output

os.environ["MPLBACKEND"] = "agg"  # no figure becomes an output


def without_output(answer):
    @functools.wraps(answer)
    def quiet_answer(*args, **kwargs):
        with capture_output():
            return answer(*args, **kwargs)

    return quiet_answer'''


@dataclass
class Answers:
    """The answers of a submission.

    Attributes
    ----------
    given : dict of str to list of Statement
        For each answered name the statements that it needs, its own last.
    missing : list of str
        The names that are not defined, or still as in the stub.
    broken_cells : list of str
        For each code cell that does not parse, which it is and why.
    """

    given: dict = field(default_factory=dict)
    missing: list = field(default_factory=list)
    broken_cells: list = field(default_factory=list)


@dataclass
class _Definitions:
    """The last definition of each name, the imports of everything, and the cells left out."""

    last: dict = field(default_factory=dict)
    star_imports: list = field(default_factory=list)
    broken_cells: list = field(default_factory=list)


def identify(submission, references):
    """The name of the exercise that a submission is for, or None.

    What its metadata say, if there is such an exercise; else the one whose functions it defines,
    one of the answers among them. Of several, the one that most functions agree with.
    """
    if submission.exercise in references:
        return submission.exercise
    definitions = _read_definitions(submission.code_cells)
    functions = {name for name, statement in definitions.last.items() if statement.is_function}
    likeness = {
        name: len(functions & reference.functions) / len(functions | reference.functions)
        for name, reference in references.items()
        if functions & reference.answers.keys()
    }
    best = [name for name in likeness if likeness[name] == max(likeness.values())]
    return best[0] if len(best) == 1 else None


def find_answers(submission, reference):
    """Find the answers that a reference asks for, wherever they stand in a submission.

    The last definition of a name counts. With it come the functions, classes, imports and
    constants of the submission that it uses, and that these use; but nothing that the exercise
    gave, which is the exercise's own.
    """
    definitions = _read_definitions(submission.code_cells)
    answers = Answers(broken_cells=definitions.broken_cells)
    taboo = reference.given | reference.answers.keys()
    for name in reference.answers:
        found, stub = definitions.last.get(name), reference.stubs.get(name)
        if found is not None and (stub is None or found.tree != stub.tree):
            answers.given[name] = _with_what_it_uses(found, definitions, taboo)
        elif stub is not None:
            answers.missing.append(name)
    return answers


def assemble(reference, given):
    """A pristine notebook with answers.

    Parameters
    ----------
    reference : Reference
    given : dict of str to list of Statement
        As in `Answers`; a name that is not there keeps its stub.

    Returns
    -------
    NotebookNode
        Without outputs; for nbval every cell but the checks has the tag nbval-ignore-output.
    """
    cells = [nbformat.v4.new_code_cell(SETUP, id=SETUP_ID)]
    for cell in copy.deepcopy(reference.solution.cells):
        if cell.id in reference.answer_cells:
            cell.source = _answer_source(reference, reference.answer_cells[cell.id], given)
        cells.append(cell)
    for cell in cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
            if not has_tag(cell, "check"):
                cell.metadata["tags"] = [*cell.metadata.get("tags", []), "nbval-ignore-output"]
    return nbformat.v4.new_notebook(cells=cells, metadata=copy.deepcopy(reference.solution.metadata))


def replace_answers(expected, reference, given):
    """A copy of an assembled and executed notebook with other answers, and its outputs kept."""
    notebook = copy.deepcopy(expected)
    for cell in notebook.cells:
        if cell.id in reference.answer_cells:
            cell.source = _answer_source(reference, reference.answer_cells[cell.id], given)
    return notebook


def own_answers(reference):
    """The solution's answers, in the form that `assemble` takes."""
    return {name: [statement] for name, statement in reference.answers.items()}


def _read_definitions(code_cells):
    """What the cells define; one that does not parse defines nothing."""
    definitions = _Definitions()
    for number, source in enumerate(code_cells, start=1):
        try:
            statements = statements_of(source)
        except BrokenCell as error:
            definitions.broken_cells.append(f"code cell {number} does not parse ({error})")
            continue
        for statement in statements:
            if statement.is_star_import:
                definitions.star_imports.append(statement)
            elif statement.is_definition:
                definitions.last |= {name: statement for name in statement.binds}
    return definitions


def _with_what_it_uses(answer, definitions, taboo):
    """An answer and all that it needs of the submission, what is needed first."""
    needed, visited = [], set()

    def add(statement):
        if statement in visited:
            return
        visited.add(statement)
        for name in sorted(statement.uses - taboo):
            if name in definitions.last:
                add(definitions.last[name])
            elif not hasattr(builtins, name):
                needed.extend(s for s in definitions.star_imports if s not in needed)
        needed.append(statement)

    add(answer)
    return needed


def _answer_source(reference, statements, given):
    """The source of an answer cell: the exercise's own statements, and the answers given."""
    parts = []
    for statement, is_answer in statements:
        if not is_answer:
            parts.append(statement.source)
            continue
        for name in sorted(statement.binds):
            stub = [reference.stubs[name]] if name in reference.stubs else []
            pieces = given.get(name, stub)
            parts += [piece.source for piece in pieces if piece.source not in parts]
            if statement.is_function and pieces:
                parts.append(f"{name} = without_output({name})")
    return "\n\n".join(parts)
