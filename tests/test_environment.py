"""`make`'s first step: `.ci/environment` makes .venv once, and says clearly why it cannot."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parent.parent / ".ci" / "environment"

# An interpreter that installs nothing and takes note of what it was asked for.
STAND_IN = """#!/bin/sh
echo "$*" >> "$LOG"
case "$*" in
  *"version_info[:3]"*) echo "$VERSION" ;;
  *"< (3, 10)"*) exit "$TOO_OLD" ;;
  *"import ensurepip, venv"*) exit "$WITHOUT_VENV" ;;
  *"-m venv"*) mkdir -p .venv/bin && cp "$0" .venv/bin/python ;;
  *"-m pip install"*) [ -z "$INTERRUPTED" ] || kill -9 "$PPID"; exit "$PIP_STATUS" ;;
esac
"""


class Project:
    """A folder that holds what the script reads, and a way to run the script there."""

    def __init__(self, folder):
        self.folder = folder
        (folder / ".ci").mkdir(parents=True)
        shutil.copy(SCRIPT, folder / ".ci")
        for name in ("requirements.lock", "requirements.txt", "pyproject.toml"):
            (folder / name).write_text(f"{name}\n", encoding="utf-8")
        self.python = folder / "python"
        self.python.write_text(STAND_IN, encoding="utf-8")
        self.python.chmod(0o755)
        self.log = folder / "log"

    def run(self, python=None, version="3.12.1", **stand_in):
        self.log.write_text("", encoding="utf-8")
        settings = {
            "LOG": str(self.log),
            "VERSION": version,
            "TOO_OLD": "0",
            "WITHOUT_VENV": "0",
            "PIP_STATUS": "0",
            "INTERRUPTED": "",
            "PYTHON": str(self.python if python is None else python),
            **stand_in,
        }
        return subprocess.run(
            ["sh", str(self.folder / ".ci" / "environment")],
            env={**os.environ, **settings},
            capture_output=True,
            text=True,
            timeout=30,
        )

    def asked_pip_to_install(self):
        return "-m pip install" in self.log.read_text(encoding="utf-8")


@pytest.fixture
def project(tmp_path):
    return Project(tmp_path / "a folder with spaces")


def test_a_second_run_without_a_change_asks_pip_for_nothing(project):
    assert project.run().returncode == 0
    assert project.asked_pip_to_install()
    assert project.run().returncode == 0
    assert not project.asked_pip_to_install()


@pytest.mark.parametrize("changed", ["requirements.lock", "requirements.txt", "pyproject.toml"])
def test_a_changed_requirement_makes_the_environment_anew(project, changed):
    project.run()
    with (project.folder / changed).open("a", encoding="utf-8") as file:
        file.write("one more\n")
    project.run()
    assert project.asked_pip_to_install()


def test_another_python_makes_the_environment_anew(project):
    project.run()
    other = project.folder / "other-python"
    other.write_text(STAND_IN.replace("$VERSION", "3.13.0"), encoding="utf-8")
    other.chmod(0o755)
    project.run(python=other)
    assert project.asked_pip_to_install()


def test_without_a_choice_of_python_a_finished_environment_stays(project):
    project.run()
    assert project.run(python="").returncode == 0
    assert not project.asked_pip_to_install()


def test_a_moved_folder_makes_the_environment_anew(project, tmp_path):
    project.run()
    moved = project.folder.rename(tmp_path / "moved")
    project.folder, project.python, project.log = moved, moved / "python", moved / "log"
    project.run()
    assert project.asked_pip_to_install()


def test_an_interrupted_installation_is_done_again(project):
    assert project.run(INTERRUPTED="1").returncode != 0
    assert project.run().returncode == 0
    assert project.asked_pip_to_install()


def test_an_interrupted_renewal_is_done_again(project):
    project.run()
    (project.folder / "requirements.lock").write_text("newer\n", encoding="utf-8")
    project.run(INTERRUPTED="1")
    (project.folder / "requirements.lock").write_text("requirements.lock\n", encoding="utf-8")
    assert project.run().returncode == 0
    assert project.asked_pip_to_install()


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        ({"python": "no-such-python"}, ["no-such-python", "not found", "3.10 or newer"]),
        ({"version": "3.9.18", "TOO_OLD": "1"}, ["3.9.18", "too old", "3.10 or newer"]),
        ({"version": "3.11.2", "WITHOUT_VENV": "1"}, ["3.11.2", "python3.11-venv"]),
        ({"PIP_STATUS": "1"}, ["requirements.lock", "network connection", "same command again"]),
    ],
    ids=["no Python", "old Python", "no venv", "no network"],
)
def test_what_is_missing_is_said_and_nothing_looks_finished(project, problem, words):
    result = project.run(**problem)
    message = " ".join(result.stderr.split())
    assert result.returncode == 1
    for word in words:
        assert word in message
    project.run()
    assert project.asked_pip_to_install()
