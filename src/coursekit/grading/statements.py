"""Take the code of a cell apart, by its syntax alone: what each statement binds and uses."""

import ast
import re
import symtable
import warnings
from dataclasses import dataclass

from IPython.core.inputtransformer2 import TransformerManager

# A cell under one of these is Python that runs in the notebook; under any other it is not.
PYTHON_CELL_MAGIC = re.compile(r"\A(\s*)%%(?:capture|prun|time)\b[^\n]*")

# Statements that do little but bind names. `if` and `try` hold imports that may fail.
DEFINITIONS = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.Import,
    ast.ImportFrom,
    ast.Assign,
    ast.AnnAssign,
    ast.AugAssign,
    ast.If,
    ast.Try,
)
# Statements that may fill a list or a table, or try something out.
RUNS = (ast.For, ast.While, ast.With, ast.Expr)
SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


@dataclass(frozen=True)
class Statement:
    """A top-level statement of a cell.

    Attributes
    ----------
    source : str
    tree : str
        Its syntax tree as text: the same for code that differs in comments and layout only.
    binds, uses : frozensets of str
        The module-level names that it gives a value to, and those that it needs, at once or
        when the function is called.
    changes : frozenset of str
        The names whose value it makes out of the one that they had: ``x += 1``, ``f = wrap(f)``,
        ``table[k] = 1``, ``table.append(1)``, the same in a loop.
    is_function, is_definition, is_run, is_import, is_star_import : bool
    """

    source: str
    tree: str
    binds: frozenset
    uses: frozenset
    changes: frozenset
    is_function: bool
    is_definition: bool
    is_run: bool
    is_import: bool
    is_star_import: bool


# Python 3.12.1 tokenizes with a copy of the line for each token: a line of 400 kB took 24 GB.
LONGEST_LINE = 10_000
LONGEST_CELL = 100_000  # characters
# IPython reads a cell anew for each magic in it.
LONGEST_CELL_WITH_MAGICS, MOST_MAGICS = 20_000, 25
LONGEST_REASON = 200  # Python's may quote the cell


class BrokenCell(ValueError):
    """A cell that Python cannot parse; the message is Python's."""


def statements_of(cell_source):
    """The top-level statements of a code cell, magics and shell lines made into calls.

    Examples
    --------
    >>> statement, = statements_of("def area(r):\\n    return np.pi * square(r)")
    >>> sorted(statement.binds), sorted(statement.uses)
    (['area'], ['np', 'square'])

    Raises
    ------
    BrokenCell
        If the cell does not parse, or is longer than `LONGEST_LINE` and `LONGEST_CELL` allow.
    """
    if len(cell_source) > LONGEST_CELL:
        raise BrokenCell(f"longer than {LONGEST_CELL} characters")
    cell_source = cell_source.replace("\r\n", "\n").replace("\r", "\n")  # as Python reads it
    for number, line in enumerate(cell_source.split("\n"), start=1):
        if len(line) > LONGEST_LINE:
            raise BrokenCell(f"line {number}: longer than {LONGEST_LINE} characters")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a student's "\d" is no news for the instructor
        try:
            code = _without_magics(cell_source)
            lines = [line.encode() for line in code.split("\n")]
            return [_statement(lines, node) for node in ast.parse(code).body]
        except SyntaxError as error:
            raise BrokenCell(f"line {error.lineno}: {error.msg}"[:LONGEST_REASON]) from None
        except (ValueError, RecursionError, MemoryError) as error:
            # Null bytes, or expressions nested thousands deep.
            raise BrokenCell(str(error)[:LONGEST_REASON] or type(error).__name__) from None


def _without_magics(cell_source):
    """The cell as Python; most cells are that already, and IPython takes its time."""
    try:
        _compile(cell_source)
        return cell_source
    except SyntaxError:
        code = _transformed(PYTHON_CELL_MAGIC.sub(r"\1", cell_source))
        _compile(code)
        return code


def _transformed(cell_source):
    if len(cell_source) > LONGEST_CELL_WITH_MAGICS:
        return cell_source
    try:
        return _Magics().transform_cell(cell_source)
    except (SyntaxError, BrokenCell):
        raise
    except Exception:  # IPython was made for what people type
        raise BrokenCell("IPython cannot read it") from None


class _Magics(TransformerManager):
    """IPython's own, which gives up after 500 rounds; a cell is to fail like others before."""

    def do_token_transforms(self, lines):
        for _ in range(MOST_MAGICS):
            changed, lines = self.do_one_token_transform(lines)
            if not changed:
                return lines
        raise BrokenCell(f"more than {MOST_MAGICS} magics")


def _compile(code):
    compile(code, "cell", "exec", dont_inherit=True, flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)


def _statement(lines, node):
    source = _source(lines, node)
    table = symtable.symtable(source, "cell", "exec")
    symbols = table.get_symbols()
    binds = {s.get_name() for s in symbols if s.is_assigned() or s.is_imported()}
    at_once = {s.get_name() for s in symbols if s.is_referenced()}
    return Statement(
        source=source,
        tree=ast.dump(node),
        binds=frozenset(binds),
        uses=frozenset(at_once | set(_globals_inside(table))),
        changes=frozenset(binds & at_once | set(_changed(node))),
        is_function=isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)),
        is_definition=isinstance(node, DEFINITIONS),
        is_run=isinstance(node, RUNS),
        is_import=isinstance(node, (ast.Import, ast.ImportFrom)),
        is_star_import=isinstance(node, ast.ImportFrom) and node.names[0].name == "*",
    )


def _source(lines, node):
    """The text of a node, with its decorators; offsets in a line are in bytes."""
    first, start = node.lineno - 1, node.col_offset
    if getattr(node, "decorator_list", []):
        # A node begins at `def`; the decorators stand in whole lines above it.
        first, start = node.decorator_list[0].lineno - 1, 0
    text = lines[first : node.end_lineno]
    text[-1] = text[-1][: node.end_col_offset]
    text[0] = text[0][start:]
    return b"\n".join(text).decode()


def _globals_inside(table):
    """The module-level names that functions and classes of a symbol table look up."""
    for inner in table.get_children():
        yield from (s.get_name() for s in inner.get_symbols() if s.is_global())
        yield from _globals_inside(inner)


def _changed(node):
    """The names that a statement changes without binding them, outside of functions in it."""
    if isinstance(node, ast.AugAssign):
        yield from _root(node.target)
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        if isinstance(node.value.func, ast.Attribute):  # table.append(1)
            yield from _root(node.value.func)
    elif isinstance(node, (ast.Subscript, ast.Attribute)) and isinstance(node.ctx, ast.Store):
        yield from _root(node)
    if not isinstance(node, SCOPES):
        for inner in ast.iter_child_nodes(node):
            yield from _changed(inner)


def _root(node):
    """The name that stands in front: ``a`` of ``a.b[c].d``."""
    while isinstance(node, (ast.Subscript, ast.Attribute)):
        node = node.value
    if isinstance(node, ast.Name):
        yield node.id
