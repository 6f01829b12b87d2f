"""The page of notation tells what is true of the formulas, of the chapters and of the code."""

import importlib
import inspect
import re
from pathlib import Path

import nbformat
import pytest
import yaml
from course_notebooks import ROOT, SOLUTIONS

import backprop
from coursekit.book.api import MODULES
from coursekit.book.formulas import MACROS
from coursekit.book.notation import EQUATIONS, NAMES, SYMBOLS, UDL_NUMBERS, names_in
from coursekit.book.source import function_source

TOC = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
FILES = [Path(chapter["file"]).name for part in TOC["parts"] for chapter in part["chapters"]]
CHAPTERS = [name for name in FILES if name[0].isdigit()]
SYMBOL_ROWS = [symbol for group in SYMBOLS.values() for symbol in group]
UDL_NUMBER = re.compile(r"(?<![\d.])7\.\d\d(?!\d)")


def text_of(chapter):
    return (ROOT / "chapters" / f"{chapter}.md").read_text(encoding="utf-8")


def macros_in(latex):
    """The course's macros that a formula uses."""
    return {name for name in re.findall(r"\\[a-zA-Z]+", latex) if name in MACROS}


def modules_of_the_mathematics():
    return [importlib.import_module(f"backprop.{m.name}") for m in MODULES if m.chapter]


def public_functions(module):
    return [
        function
        for name, function in vars(module).items()
        if inspect.isfunction(function)
        and function.__module__ == module.__name__
        and not name.startswith("_")
    ]


def test_every_macro_of_the_formulas_has_a_row():
    # A macro that others are made of has its row with them.
    used = {name for symbol in SYMBOL_ROWS for name in macros_in(symbol.latex)}
    for name in list(used):
        used |= macros_in(MACROS[name])
    assert sorted(set(MACROS) - used) == []


def own_macro(symbol):
    """The macro that is made for this symbol alone, if there is one."""
    name = re.match(r"\\[a-zA-Z]+|", symbol.latex)[0]
    return name if name in MACROS and name not in (r"\fwd", r"\bwd", r"\prm", r"\pd") else None


@pytest.mark.parametrize("symbol", list(filter(own_macro, SYMBOL_ROWS)), ids=lambda symbol: symbol.latex)
def test_a_symbol_is_introduced_in_the_first_chapter_that_tells_of_it(symbol):
    macro = re.compile(re.escape(own_macro(symbol)) + r"(?![a-zA-Z])")
    told = [name for name in CHAPTERS if macro.search(text_of(name).partition("## Check yourself")[0])]
    assert symbol.chapter == told[0]


@pytest.mark.parametrize("symbol", SYMBOL_ROWS, ids=lambda symbol: symbol.latex)
def test_a_symbol_is_in_the_chapter_that_its_row_names(symbol):
    assert symbol.chapter in CHAPTERS
    if symbol.latex.startswith("\\") and not own_macro(symbol):
        assert re.split(r", |\\,|\\T", symbol.latex)[0] in text_of(symbol.chapter)


def arguments_of_the_mathematics():
    return {
        name: f"{module.__name__}.{function.__name__}({name})"
        for module in modules_of_the_mathematics()
        for function in public_functions(module)
        for name in inspect.signature(function).parameters
    }


def test_every_argument_of_the_mathematics_has_a_row():
    known = {name for row in [*SYMBOL_ROWS, *NAMES] for name in names_in(row.code)}
    unknown = [place for name, place in arguments_of_the_mathematics().items() if name not in known]
    assert unknown == []


@pytest.mark.parametrize("row", NAMES, ids=lambda row: row.code)
def test_a_name_of_the_code_is_an_argument_of_the_mathematics(row):
    assert row.chapter in CHAPTERS
    assert names_in(row.code) <= arguments_of_the_mathematics().keys()


def test_every_name_of_the_backward_pass_has_a_row():
    known = {name for row in [*SYMBOL_ROWS, *NAMES] for name in names_in(row.code)}
    code = backprop.backward_pass.__wrapped__.__code__
    assert set(code.co_varnames) <= known


@pytest.mark.parametrize("equation", EQUATIONS, ids=lambda equation: equation.label)
def test_the_line_of_an_equation_is_a_line_of_the_code(equation):
    module, _, name = equation.function.partition(".")
    source = function_source(Path(backprop.__file__).with_name(f"{module}.py"), name)
    assert equation.line in re.sub(r"\s+", " ", source)
    assert re.search(rf"^\$\$ \({equation.label}\)$", "".join(map(text_of, CHAPTERS)), re.MULTILINE)


@pytest.mark.parametrize("equation", [e for e in EQUATIONS if e.udl], ids=lambda e: e.label)
def test_a_number_of_udl_stands_beside_its_line_of_the_backward_pass(equation):
    number = equation.udl.split(",")[0]
    if equation.function == "backward_pass.backward_pass":
        (line,) = [
            line for line in inspect.getsource(backprop.backward_pass).splitlines()
            if equation.line in line
        ]
        assert number in line.partition("#")[2]


def test_every_number_of_udl_that_the_course_mentions_is_in_the_map():
    mapped = {equation.udl.split(",")[0] for equation in EQUATIONS if equation.udl}
    assert mapped == set(UDL_NUMBERS)
    texts = {path: path.read_text(encoding="utf-8") for path in (ROOT / "chapters").glob("*.md")}
    for path in Path(backprop.__file__).parent.rglob("*.py"):
        texts[path] = path.read_text(encoding="utf-8")
    for path in SOLUTIONS.glob("*.ipynb"):
        texts[path] = "\n".join(cell.source for cell in nbformat.read(path, 4).cells)
    mentioned = {number for text in texts.values() for number in UDL_NUMBER.findall(text)}
    assert mentioned and mentioned <= mapped
