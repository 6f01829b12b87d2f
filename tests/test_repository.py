"""The repository's address is configured, told by GitHub Actions, or unknown; never invented.

And its files are whole: what a merge could not decide is not left in them.
"""

import re

import pytest
from course_notebooks import ROOT

from coursekit.errors import CourseError
from coursekit.repository import configured_repository_url, repository_url


@pytest.fixture(autouse=True)
def no_github(monkeypatch):
    monkeypatch.delenv("GITHUB_REPOSITORY", raising=False)
    monkeypatch.delenv("GITHUB_SERVER_URL", raising=False)


def configure(folder, text):
    (folder / "_config.yml").write_text(text)
    return folder


def test_unset_there_is_no_address(tmp_path):
    assert repository_url(tmp_path) is None
    assert repository_url(configure(tmp_path, "title: A book\n")) is None
    assert repository_url(configure(tmp_path, "repository:\n  branch: main\n")) is None


def test_github_actions_tells_the_address(tmp_path, monkeypatch):
    monkeypatch.setenv("GITHUB_REPOSITORY", "octo/demo")
    assert repository_url(tmp_path) == "https://github.com/octo/demo"
    monkeypatch.setenv("GITHUB_SERVER_URL", "https://git.example.org")
    assert repository_url(tmp_path) == "https://git.example.org/octo/demo"


def test_the_configured_address_comes_first(tmp_path, monkeypatch):
    monkeypatch.setenv("GITHUB_REPOSITORY", "octo/demo")
    configure(tmp_path, "repository:\n  url: https://example.org/course/\n")
    assert repository_url(tmp_path) == "https://example.org/course"


def test_the_committed_exercises_do_not_depend_on_where_they_are_made(tmp_path, monkeypatch):
    monkeypatch.setenv("GITHUB_REPOSITORY", "octo/demo")
    assert configured_repository_url(tmp_path) is None


@pytest.mark.parametrize("text", ["a: [", "repository:\n  url: git@example.org:course.git\n"])
def test_a_configuration_that_makes_no_sense_is_named(tmp_path, text):
    with pytest.raises(CourseError, match="_config.yml: "):
        repository_url(configure(tmp_path, text))


FOLDERS = ("chapters", "exercises", "solutions", "src", "tests", "benchmarks", ".github")
TEXTS = {".md", ".py", ".ipynb", ".yml", ".toml", ".css", ".js", ".html", ".bib", ".txt"}


def test_no_file_has_both_sides_of_a_merge_in_it():
    marker = re.compile(r"^(<{7}|>{7}) ", re.MULTILINE)
    paths = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*")]
    texts = [path for path in [*ROOT.iterdir(), *paths] if path.suffix in TEXTS and path.is_file()]
    assert ROOT / "chapters" / "01_network.md" in texts
    assert [path for path in texts if marker.search(path.read_text(encoding="utf-8"))] == []
