"""Standard streams that are closed, full or gone: it works, or a message and exit code 2."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from support import REPOSITORY, alike

PORT = REPOSITORY / "tests" / "miniatures" / "right" / "python" / "generic.py"


def done(command: str, redirected: str, folder: Path) -> subprocess.CompletedProcess[str]:
    words = f'"{sys.executable}" -m rmsproof {command} {redirected}'
    return subprocess.run(
        ["sh", "-c", words],
        capture_output=True,
        text=True,
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(REPOSITORY)},
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("redirected", alike(["<&- 2>&-", "<&-", "2>&-"]))
def test_what_is_closed_and_not_needed_is_not_missed(redirected: str, tmp_path: Path) -> None:
    found = done(f"check {PORT} --golden 'page*' --json -", redirected, tmp_path)
    assert (found.returncode, '"verdict": "exact"' in found.stdout) == (0, True), found.stderr


@pytest.mark.parametrize("redirected", [">&-", "<&- >&-"])
def test_a_closed_standard_output_is_said_before_anything_is_run(
    redirected: str, tmp_path: Path
) -> None:
    found = done(f"check {PORT} --golden 'page*'", redirected, tmp_path)
    words = "rmsproof: standard output is closed; send it to a file or a pipe\n"
    assert (found.returncode, found.stderr) == (2, words)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
@pytest.mark.parametrize("command", alike(["golden list", "dialects list", "--help"]))
def test_a_full_standard_output_is_a_message(command: str, tmp_path: Path) -> None:
    found = done(command, ">/dev/full", tmp_path)
    words = "rmsproof: standard output: cannot be written: No space left on device\n"
    assert (found.returncode, found.stderr) == (2, words)
