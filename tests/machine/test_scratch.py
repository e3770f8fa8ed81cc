"""Temporary folders go with their process; those of one that was killed, with the next run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from support import REPOSITORY

from harness.machine import scratch
from harness.model.errors import ToolchainError

WAITS = "from harness.machine import scratch; print(scratch.folder(), flush=True); input()"


def begun(base: Path) -> tuple[subprocess.Popen[str], Path]:
    """A process that has made its folder, and waits."""
    process = subprocess.Popen(
        [sys.executable, "-c", WAITS],
        env={**os.environ, "TMPDIR": str(base), "PYTHONPATH": str(REPOSITORY)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


def ended(process: subprocess.Popen[str], signal_: int = 0) -> None:
    if signal_:
        process.send_signal(signal_)
    process.communicate("\n", timeout=10)


def test_a_folder_goes_with_its_process(tmp_path: Path) -> None:
    process, made = begun(tmp_path)
    (made / "left").write_text("x")
    ended(process)
    assert list(tmp_path.iterdir()) == []


def test_what_was_killed_is_swept_by_the_next_and_what_lives_is_not(tmp_path: Path) -> None:
    killed, left = begun(tmp_path)
    lives, other = begun(tmp_path)
    ended(killed, signal.SIGKILL)
    assert left.is_dir()
    mine = tmp_path / "rmsproof-mine"  # by its name nobody's of ours
    mine.mkdir()
    following, third = begun(tmp_path)
    assert sorted(tmp_path.iterdir()) == sorted([other, third, mine])
    ended(lives)
    ended(following)
    assert list(tmp_path.iterdir()) == [mine]


def test_a_link_of_that_name_is_not_followed(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    (kept / "deep").mkdir(parents=True)
    (tmp_path / "rmsproof-run-link").symlink_to(kept)
    process, _ = begun(tmp_path)
    ended(process)
    assert (kept / "deep").is_dir()


def test_a_lock_that_is_no_file_hangs_nobody(tmp_path: Path) -> None:
    odd = tmp_path / "rmsproof-run-odd"
    odd.mkdir()
    os.mkfifo(odd / "lock")
    process, made = begun(tmp_path)
    assert made.is_dir() or process.poll() is None
    ended(process)


def test_no_place_for_temporary_folders_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    monkeypatch.setattr(scratch.tempfile, "tempdir", str(gone))
    with pytest.raises(ToolchainError, match="no temporary folder can be made"):
        scratch.folder()
