"""Every reference is cited, is complete, and is the only one of its kind.

A key that is not in the file is a warning of the build, and so an error.
"""

import re

import pytest
from course_notebooks import ROOT
from pybtex.database import parse_file

ENTRIES = parse_file(ROOT / "references.bib").entries
CITED = re.compile(r"(?<!`)\{cite(?::\w+)?\}`([^`]+)`")
NEEDED = {
    "article": {"author", "title", "journal", "year"},
    "book": {"author", "title", "publisher", "year"},
    "incollection": {"author", "title", "booktitle", "year"},
    "inproceedings": {"author", "title", "booktitle", "year"},
    "mastersthesis": {"author", "title", "school", "year"},
    "phdthesis": {"author", "title", "school", "year"},
    "misc": {"author", "title", "year", "url"},
}


def cited_keys():
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "chapters").glob("*.md")]
    found = [keys for text in texts for keys in CITED.findall(text)]
    return {key.strip() for keys in found for key in keys.split(",")}


def test_every_reference_is_cited_and_every_citation_is_a_reference():
    assert cited_keys() == set(ENTRIES)


@pytest.mark.parametrize("key", ENTRIES)
def test_a_reference_says_who_what_where_and_when(key):
    entry = ENTRIES[key]
    given = set(entry.fields) | set(entry.persons)
    assert NEEDED[entry.type] <= given
    assert key.endswith(entry.fields["year"])


def test_no_work_is_listed_twice():
    for field in ("title", "doi"):
        values = [e.fields[field].lower() for e in ENTRIES.values() if field in e.fields]
        assert sorted(set(values)) == sorted(values)
