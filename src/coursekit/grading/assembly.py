"""Take the answers out of a submission, and make the pristine notebook that calls them."""

import builtins
import copy
from dataclasses import dataclass, field

import nbformat

from coursekit.grading.reference import IN_WORDS
from coursekit.grading.statements import BrokenCell, statements_of
from coursekit.notebooks import has_tag

SETUP_ID, REPORT_ID = "grading-set-up", "grading-report"
SETUP = '''\
# Written by `course grade`. Each answer runs in a process of its own; what stands for it in this
# notebook passes arrays to that process and back.
import warnings

from coursekit.grading.sandbox.session import open_answers

warnings.simplefilter("ignore")  # shown once only, they would make verdicts depend on their order
answers = open_answers({file!r})'''
REPORT = "answers.report()"


@dataclass
class Answers:
    """The answers of a submission.

    Attributes
    ----------
    code : dict of str to list of (str, bool)
        For each answered name the statements to run, in order, its own last; and of each whether
        it was taken from the submission. The others are the exercise's own.
    with_solutions : dict of str to list of (str, bool)
        The same, for each answer that calls another one: with the solution's in its place.
    missing : list of str
        The names that are not defined, or still as in the stub.
    broken_cells : list of str
        For each code cell that does not parse, which it is and why.
    """

    code: dict = field(default_factory=dict)
    with_solutions: dict = field(default_factory=dict)
    missing: list = field(default_factory=list)
    broken_cells: list = field(default_factory=list)


@dataclass
class _Definitions:
    """Of each name the statements that define it, the imports of everything, the cells left out.

    The first of the statements gives the name its value, for the last time; the others change it.
    """

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
    functions = {name for name, made in definitions.last.items() if made[0].is_function}
    likeness = {
        name: len(functions & reference.functions) / len(functions | reference.functions)
        for name, reference in references.items()
        if functions & reference.answers.keys()
    }
    best = [name for name in likeness if likeness[name] == max(likeness.values())]
    return best[0] if len(best) == 1 else None


def find_answers(submission, reference):
    """Find the answers that a reference asks for, wherever they stand in a submission.

    The last definition of a name counts, with what changes it afterwards. With it come the
    functions, classes, imports and constants of the submission that it uses, and that these use.
    What the exercise gave is the exercise's own, whatever the submission made of it.
    """
    definitions = _read_definitions(submission.code_cells, reference.answers.keys())
    answers = Answers(broken_cells=definitions.broken_cells)
    found = {}
    for name in reference.answers:
        own, stub = definitions.last.get(name), reference.stubs.get(name)
        if own is not None and (stub is None or [s.tree for s in own] != [stub.tree]):
            found[name] = own
        elif stub is not None:
            answers.missing.append(name)
    # Of a name that is answered nowhere the stub is run.
    theirs = {name: (stub,) for name, stub in reference.stubs.items()} | found
    for name in found:
        answers.code[name] = _with_what_it_uses(name, theirs, definitions, reference)
        called = _answers_that_the_solution_calls(name, reference)
        if called:
            solved = theirs | {other: (reference.answers[other],) for other in called}
            code = _with_what_it_uses(name, solved, definitions, reference)
            if code != answers.code[name]:
                answers.with_solutions[name] = code
    return answers


def own_answers(reference):
    """The solution's answers, in the form of `Answers.code`."""
    nothing = _Definitions()
    own = {name: (statement,) for name, statement in reference.answers.items()}
    return {name: _with_what_it_uses(name, own, nothing, reference) for name in own}


def assemble(reference, answered, file):
    """A pristine notebook that calls the answers of a submission.

    Parameters
    ----------
    reference : Reference
    answered : collection of str
        The names of the answers; any other keeps its stub.
    file : str
        The file of the answers' code, which the notebook opens.

    Returns
    -------
    NotebookNode
        Without outputs; for nbval every cell but the checks has the tag nbval-ignore-output.
    """
    cells = [nbformat.v4.new_code_cell(SETUP.format(file=file), id=SETUP_ID)]
    names = {check.cell_id: check.name for check in reference.checks}
    for cell in copy.deepcopy(reference.solution.cells):
        if cell.id in reference.answer_cells:
            cell.source = _answer_source(reference, reference.answer_cells[cell.id], answered)
        elif cell.id in names:
            cell.source = f"answers.at = {names[cell.id]!r}\n{cell.source}"
        cells.append(cell)
    cells.append(nbformat.v4.new_code_cell(REPORT, id=REPORT_ID))
    return _for_nbval(reference, cells)


def solved(reference):
    """The solution as it is, to be executed for the outputs that a right answer gives."""
    cells = [cell for cell in reference.solution.cells if not has_tag(cell, IN_WORDS)]
    return _for_nbval(reference, copy.deepcopy(cells))


def _for_nbval(reference, cells):
    for cell in cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
            if not has_tag(cell, "check"):
                tags = {*cell.metadata.get("tags", []), "nbval-ignore-output"}
                cell.metadata["tags"] = sorted(tags)
    return nbformat.v4.new_notebook(cells=cells, metadata=copy.deepcopy(reference.solution.metadata))


def _read_definitions(code_cells, answers=()):
    """What the cells define; one that does not parse defines nothing.

    A loop or a call that uses one of the ``answers`` tries it out, and defines nothing either.
    """
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
            elif statement.is_definition or statement.is_run and not statement.uses & set(answers):
                _define(statement, definitions.last)
    return definitions


def _define(statement, last):
    """Enter a statement under the names that it binds or changes."""
    for name in statement.binds | statement.changes:
        made = last.get(name)
        if made and name in statement.changes:
            if not made[0].is_import:  # np.random.seed(0) changes nothing of np
                last[name] = (*made, statement)
        elif name in statement.binds and not (made and statement.is_run):
            last[name] = (statement,)


def _answers_that_the_solution_calls(name, reference):
    """The other answers that the solution's own answer uses, directly or through others."""
    known = reference.given | reference.answers
    called, wanted = set(), {name}
    while wanted:
        uses = known[wanted.pop()].uses & known.keys()
        wanted |= uses - called
        called |= uses
    return called & reference.answers.keys() - {name}


def _with_what_it_uses(answer, answers, definitions, reference):
    """[(source, whether it is the submission's)] of an answer and of all that it needs.

    A name is the exercise's if the exercise gives it, one of ``answers`` if it is an answer, and
    the submission's otherwise. What is needed first comes first.
    """
    own = {id(statement) for made in definitions.last.values() for statement in made}
    needed, imports_of_everything = [], []
    begun, done = set(), set()

    def made_before(statement, made):
        """What must run before a statement that uses a name which is ``made`` so."""
        if statement in made:
            made = made[: made.index(statement)]
        elif id(made[0]) in begun - done:  # a function that calls what calls it
            made = ()
        return made

    def uses(statement):
        for name in sorted(statement.uses | statement.changes):
            if name in reference.given:
                yield reference.given[name]
            elif name in reference.answers:
                if name in answers:
                    yield from made_before(statement, answers[name])
            elif name in definitions.last:
                yield from made_before(statement, definitions.last[name])
            elif not hasattr(builtins, name) and not imports_of_everything:
                imports_of_everything.extend((s.source, False) for s in reference.star_imports)
                imports_of_everything.extend((s.source, True) for s in definitions.star_imports)
                needed.extend(imports_of_everything)

    path = [(None, iter(answers[answer]))]
    # Not by recursion: of a chain of helpers somebody may make a very long one.
    while path:
        statement, rest = path[-1]
        one = next(rest, None)
        if one is None:
            if statement is not None:
                needed.append((statement.source, id(statement) in own))
                done.add(id(statement))
            path.pop()
        elif id(one) not in begun:
            begun.add(id(one))
            path.append((one, uses(one)))
    return needed


def _answer_source(reference, statements, answered):
    """The source of an answer cell: the exercise's own statements, and calls of the answers."""
    parts = []
    for statement, is_answer in statements:
        if not is_answer:
            parts.append(statement.source)
            continue
        for name in sorted(statement.binds):
            if name in answered:
                kind = "function" if statement.is_function else "value"
                parts.append(f'{name} = answers.{kind}("{name}")')
            elif name in reference.stubs:
                parts.append(reference.stubs[name].source)
    return "\n\n".join(parts)
