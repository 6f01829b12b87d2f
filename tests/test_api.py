"""The page of the API has every module of `backprop`, and every public name of each."""

import importlib
import pkgutil
import re

import pytest
import yaml
from course_notebooks import ROOT

import backprop
from coursekit.book.api import MODULES, NOT_FOR_READERS, public_names

PAGE = (ROOT / "chapters" / "api.md").read_text(encoding="utf-8")
TOC = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
FILES = [chapter["file"] for part in TOC["parts"] for chapter in part["chapters"]]


def test_every_module_is_on_the_page_or_said_not_to_be_for_readers():
    modules = {module.name for module in pkgutil.iter_modules(backprop.__path__)}
    listed = [module.name for module in MODULES]
    assert modules == {*listed, *NOT_FOR_READERS}
    assert len(listed) + len(NOT_FOR_READERS) == len(modules)
    assert all(NOT_FOR_READERS.values())


def test_the_page_has_the_modules_of_the_list_in_its_order():
    assert re.findall(r"^```\{api\} (\w+)$", PAGE, re.MULTILINE) == [m.name for m in MODULES]


@pytest.mark.parametrize("module", [m for m in MODULES if m.chapter], ids=lambda m: m.name)
def test_a_module_of_a_chapter_is_linked_with_it(module):
    assert f"chapters/{module.chapter}" in FILES
    section = PAGE.partition(f"```{{api}} {module.name}\n")[0].rpartition("\n## ")[2]
    assert f"{{doc}}`{module.chapter}`" in section


def test_every_name_that_the_package_offers_is_on_the_page():
    shown = {
        name
        for module in MODULES
        for name, _ in public_names(importlib.import_module(f"backprop.{module.name}"))
    }
    assert {f"backprop.{name}" for name in backprop.__all__} <= shown


@pytest.mark.parametrize("module", MODULES, ids=lambda m: m.name)
def test_every_function_of_a_module_says_what_it_does(module):
    names = public_names(importlib.import_module(f"backprop.{module.name}"))
    assert names
    assert [name for name, defined in names if not defined.__doc__] == []
