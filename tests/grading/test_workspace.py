"""What a run leaves in the temporary folder when it is killed, at whatever moment."""

import tempfile

import pytest

from coursekit.grading.workspace import workspace


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_a_folder_is_the_place_for_temporary_files_and_is_gone_afterwards(temporary):
    with workspace() as folder:
        assert tempfile.gettempdir() == str(folder)
        (folder / "file").write_text("text")
    assert tempfile.gettempdir() == str(temporary)
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("content", [(), ("lock",), ("plan.json", "worker")])
def test_the_folder_of_a_killed_run_is_removed_however_far_it_came(temporary, content):
    left = temporary / "course-grade-left"
    left.mkdir()
    for name in content:
        (left / name).write_text("")
    with workspace() as folder:
        assert list(temporary.iterdir()) == [folder]


def test_the_folder_of_a_run_that_goes_on_stays(temporary):
    with workspace() as one:
        tempfile.tempdir = str(temporary)
        with workspace() as other:
            assert {one, other} == set(temporary.iterdir())


def test_what_is_no_folder_of_a_run_stays(temporary):
    (temporary / "elsewhere").mkdir()
    (temporary / "course-grade-link").symlink_to(temporary / "elsewhere")
    (temporary / "course-grade-file").write_text("")
    with workspace():
        pass
    assert len(list(temporary.iterdir())) == 3
