"""The cache of what is made once: damage, kills, full disks, and no lock left behind."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest
from damage import (
    KEY,
    Damage,
    Maker,
    a_folder,
    another_file,
    content,
    cut,
    deep,
    empty,
    flip,
    flip_secretly,
    more,
    refusing,
)
from support import REPOSITORY

from harness.machine import cache
from harness.model.errors import ToolchainError


def other_words(path: Path) -> None:
    """Well-formed, and still of another hash."""
    record = json.loads(path.read_text(encoding="utf-8"))
    record["files"]["classes.jar"] = "0" * 64
    path.write_text(json.dumps(record), encoding="utf-8")


DAMAGES: list[tuple[str, Damage]] = [
    *(("classes.jar", damage) for damage in (cut, flip, empty, Path.unlink, a_folder, more)),
    ("classes.jar", another_file),
    *(("deep/more", damage) for damage in (flip, flip_secretly)),
    *(("record.json", damage) for damage in (cut, empty, Path.unlink, a_folder, deep, other_words)),
    (".", lambda entry: [shutil.rmtree(entry), entry.write_bytes(b"")]),
    (".", lambda entry: [shutil.rmtree(entry), entry.symlink_to("nowhere")]),
]


@pytest.mark.parametrize(("damaged", "damage"), DAMAGES)
def test_whatever_is_not_as_it_was_made_is_made_anew(
    folder: Path, damaged: str, damage: Damage
) -> None:
    make = Maker()
    entry = cache.made_once("classes", KEY, make)
    before = content(entry)
    assert cache.made_once("classes", KEY, make) == entry
    assert make.made == 1
    damage(entry / damaged)
    assert cache.made_once("classes", KEY, make) == entry
    assert (make.made, content(entry)) == (2, before)
    cache.made_once("classes", KEY, make)
    assert make.made == 2


def test_what_nobody_wrote_to_is_not_hashed_again_and_a_copy_is(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = Maker()
    entry = cache.made_once("classes", KEY, make)
    hashed: list[Path] = []
    real = cache.sha256
    monkeypatch.setattr(cache, "sha256", lambda path: [hashed.append(path), real(path)][1])
    cache.made_once("classes", KEY, make)
    assert hashed == []
    copy = shutil.copytree(entry, folder / "copy")
    shutil.rmtree(entry)
    copy.rename(entry)
    cache.made_once("classes", KEY, make)
    assert len(hashed) == len(content(entry))
    assert make.made == 1


def test_a_file_is_read_again_when_it_was_written_to_and_only_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, read = tmp_path / "file", list[Path]()
    path.write_bytes(b"first")
    real = cache._written
    first = cache.sha256(path)
    assert first == hashlib.sha256(b"first").hexdigest()
    time.sleep(0.05)
    monkeypatch.setattr(cache, "_written", lambda s: [read.append(path), real(s)][1])
    assert [cache.sha256(path), cache.sha256(path)] == [first, first]
    assert len(read) == 3, "twice around reading it, once to see that it is as it was"
    flip(path)
    assert cache.sha256(path) != first


def test_an_entry_is_not_taken_for_another(folder: Path) -> None:
    """Whole, and under a name that is not its own."""
    make = Maker()
    entry = cache.made_once("classes", KEY, make)
    entry.rename(entry.with_name("cd" * 16))
    cache.made_once("classes", "cd" * 16, make)
    assert make.made == 2


def test_an_entry_made_of_something_else_is_replaced(folder: Path) -> None:
    make = Maker()
    for state, made in (("1", 1), ("1", 1), ("2", 2), ("2", 2)):
        cache.made_once("modules", KEY, make, made_of=state)
        assert make.made == made
    assert [path.name for path in (folder / "modules").iterdir()] == [KEY]


MAKE_SLOWLY = f"""
import sys, time
from harness.machine import cache

def make(folder):
    (folder / "half").write_text("1")
    print("making", flush=True)
    time.sleep(float(sys.argv[1]))
    (folder / "half").write_text("2")

print(cache.made_once("classes", {KEY!r}, make) / "half", flush=True)
"""


def started(seconds: float) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", MAKE_SLOWLY, str(seconds)],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        stdout=subprocess.PIPE,
        text=True,
    )


def test_a_run_that_is_killed_leaves_neither_half_an_entry_nor_a_lock(folder: Path) -> None:
    first = started(60)
    assert first.stdout is not None
    assert first.stdout.readline() == "making\n"
    others = [started(0.1) for _ in range(2)]
    half = list((folder / "classes").iterdir())
    first.send_signal(signal.SIGKILL)
    first.communicate(timeout=30)
    said = [other.communicate(timeout=30)[0].splitlines() for other in others]
    entry = folder / "classes" / KEY
    assert len(half) == 1
    assert half[0] != entry
    assert sorted(map(len, said)) == [1, 2], "made once more, by one of them"
    assert {lines[-1] for lines in said} == {str(entry / "half")}
    assert (entry / "half").read_text(encoding="utf-8") == "2"
    assert list((folder / "classes").iterdir()) == [entry], "what was half-made is gone"


def test_a_lock_is_not_inherited_by_what_is_started_under_it(folder: Path) -> None:
    """A compiler that outlives a killed run must not hold up the next one."""
    with cache.locked("x"):
        child = subprocess.Popen([sys.executable, "-S", "-I", "-c", "input()"], stdin=-1)
    with cache.locked("x"):
        assert child.poll() is None
    child.communicate(b"\n", timeout=10)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO])
@pytest.mark.parametrize(
    ("module", "name"),
    [
        (tempfile, "mkdtemp"),
        (os, "open"),
        (Path, "mkdir"),
        (Path, "write_text"),
        (Path, "rename"),
        (fcntl, "flock"),
    ],
)
def test_a_full_disk_is_said_in_one_line_and_leaves_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch, module: Any, name: str, code: int
) -> None:
    make = Maker()
    with monkeypatch.context() as patch:
        patch.setattr(module, name, refusing(code))
        with pytest.raises(ToolchainError) as caught:
            cache.made_once("classes", KEY, make)
    said = str(caught.value)
    assert said.startswith(str(folder))
    assert said.endswith(
        f": cannot be {'locked' if name == 'flock' else 'written'}: {os.strerror(code)}"
    )
    assert not list((folder / "classes").glob("*"))
    assert cache.made_once("classes", KEY, Maker()).is_dir()


def test_what_cannot_be_made_is_not_kept(folder: Path) -> None:
    def fail(entry: Path) -> None:
        (entry / "half").write_text("", encoding="utf-8")
        raise ToolchainError("no compiler")

    with pytest.raises(ToolchainError, match="no compiler"):
        cache.made_once("classes", KEY, fail)
    assert not list((folder / "classes").iterdir())
