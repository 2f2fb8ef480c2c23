import os
import shutil
import socket
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import pytest

from resilience.runs.folder import MANIFEST, OutputError, ResultsFolder, file_name, is_results

Usage = namedtuple("Usage", ["total", "used", "free"])


def folder(path: Path | None, name: str = "squeeze-12345678", **options: bool) -> ResultsFolder:
    return ResultsFolder(path, name, 10, **options)


def results(path: Path, text: str = "{}") -> Path:
    path.mkdir(parents=True)
    (path / MANIFEST).write_text(text)
    return path


def test_a_folder_appears_only_when_it_is_published(tmp_path):
    made = folder(tmp_path / "out")
    (made.partial / MANIFEST).write_text("{}")
    assert not (tmp_path / "out").exists()
    assert made.publish() == tmp_path / "out"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert is_results(tmp_path / "out")


def test_discarding_leaves_no_trace_of_folders_made_on_the_way(tmp_path):
    made = folder(tmp_path / "a" / "b" / "out")
    assert made.partial.is_dir()
    made.discard()
    assert not list(tmp_path.iterdir())


def test_discarding_leaves_alone_what_was_there(tmp_path):
    (tmp_path / "a").mkdir()
    folder(tmp_path / "a" / "b" / "out").discard()
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_the_default_folder_is_numbered_when_it_is_taken(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for expected in ("squeeze-12345678", "squeeze-12345678-2", "squeeze-12345678-3"):
        made = folder(None)
        (made.partial / MANIFEST).write_text("{}")
        assert made.publish() == Path("results") / expected


def test_an_empty_folder_may_be_filled(tmp_path):
    (tmp_path / "out").mkdir()
    made = folder(tmp_path / "out")
    (made.partial / MANIFEST).write_text("{}")
    assert made.publish() == tmp_path / "out"


def test_earlier_results_are_kept_unless_told_otherwise(tmp_path):
    results(tmp_path / "out", "old")
    with pytest.raises(OutputError, match=r"out: holds earlier results\. .*--overwrite"):
        folder(tmp_path / "out")
    made = folder(tmp_path / "out", overwrite=True)
    assert (tmp_path / "out" / MANIFEST).read_text() == "old"
    (made.partial / MANIFEST).write_text("new")
    made.publish()
    assert (tmp_path / "out" / MANIFEST).read_text() == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_folder_of_something_else_is_never_touched(tmp_path, overwrite):
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(OutputError, match="is not empty and holds no results of this program"):
        folder(tmp_path, overwrite=overwrite)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "out").write_text("text")
    with pytest.raises(OutputError, match="out: is a file, not a folder"):
        folder(tmp_path / "out")
    with pytest.raises(OutputError, match=r"cannot write the results here: .*Not a directory"):
        folder(tmp_path / "out" / "deeper")


def test_a_folder_that_cannot_be_written_is_refused_at_once(tmp_path, monkeypatch):
    def refuse(self: Path, *_arguments: object, **_options: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(OutputError, match=r"out: cannot write the results here: Permission denied\. Choose"):
        folder(tmp_path / "out")


def test_a_full_disk_is_noticed_before_the_runs(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(10**9, 10**9 - 10**6, 10**6))
    with pytest.raises(OutputError, match="the disk has 1 MB free and 10 runs need at least 2 MB"):
        folder(tmp_path / "a" / "out")
    assert not list(tmp_path.iterdir())


def test_a_quota_is_noticed_before_the_runs(tmp_path, monkeypatch):
    def full(_descriptor: int) -> None:
        raise OSError(122, "Disk quota exceeded")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="Disk quota exceeded"):
        folder(tmp_path / "a" / "out")
    assert not list(tmp_path.iterdir())


def test_a_name_taken_meanwhile_costs_nobody_their_results(tmp_path):
    made = folder(tmp_path / "out")
    (made.partial / MANIFEST).write_text("ours")
    results(tmp_path / "out", "theirs")
    assert made.publish() == tmp_path / "out-2"
    assert (tmp_path / "out" / MANIFEST).read_text() == "theirs"
    assert (tmp_path / "out-2" / MANIFEST).read_text() == "ours"


def test_what_a_killed_process_left_is_swept_and_what_a_living_one_writes_is_not(tmp_path):
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    here = socket.gethostname()
    stale = tmp_path / f".out.{here}-{ended.pid}-0123abcd.partial"
    living = tmp_path / f".out.{here}-{os.getppid()}-0123abcd.partial"
    elsewhere = tmp_path / f".out.another-machine-{ended.pid}-0123abcd.partial"
    own = tmp_path / ".config.partial"
    for path in (stale, living, elsewhere, own):
        path.mkdir()
    folder(tmp_path / "out").discard()
    assert {path.name for path in tmp_path.iterdir()} == {living.name, elsewhere.name, own.name}


def test_the_working_folder_itself_may_be_the_results_folder(tmp_path, monkeypatch):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert folder(Path()).path == tmp_path / "here"


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("west-midlands-2016", "west-midlands-2016"),
        ("a wage rise / no fees?", "a-wage-rise-no-fees"),
        ("../../etc", "etc"),
        ("", "scenario"),
        ("x" * 300, "x" * 80),
        ("Tŷ gofal", "Tŷ-gofal"),
    ],
)
def test_names_become_safe_names_of_folders(name, safe):
    assert file_name(name) == safe
