"""Attacks by signals, at the moment when a port hangs that is deaf to them.

It ends soon, with nothing left: no process, and no folder that the next run does not remove. What
can still speak leaves the marked report.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from hostile.red_team import Attack, port
from support import REPOSITORY, none_left

_DEAF = Attack(
    """
    import pathlib, signal, subprocess, sys
    for number in set(signal.valid_signals()) - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_IGN)
    nap = "import time; time.sleep(600)"
    subprocess.Popen([sys.executable, "-S", "-c", nap], start_new_session=True)
    pathlib.Path(__file__).with_name("here").touch()
    while True:
        pass
    """,
    at="start",
)
Running = subprocess.Popen[str]


@dataclass(frozen=True)
class Ended:
    """How it is ended, and what must come of it.

    Attributes:
        by: what ends it.
        codes: the exit codes that are right.
        report: whether there is a report that says it is incomplete.
        to: where its report goes.
    """

    by: Callable[[Running], None]
    codes: tuple[int, ...] = (130,)
    report: bool = True
    to: str = "report.json"


def sends(*numbers: int) -> Callable[[Running], None]:
    def send(running: Running) -> None:
        for number in numbers:
            running.send_signal(number)

    return send


def to_its_group(running: Running) -> None:
    os.killpg(running.pid, signal.SIGTERM)


def without_its_reader(running: Running) -> None:
    """Nobody hears what it says when it is ended."""
    assert running.stdout is not None
    running.stdout.close()
    running.send_signal(signal.SIGTERM)


ATTACKS = {
    "Ctrl-C twice at once": Ended(sends(signal.SIGINT, signal.SIGINT)),
    "Ctrl-C and then SIGTERM": Ended(sends(signal.SIGINT, signal.SIGTERM)),
    "SIGHUP and then Ctrl-C": Ended(sends(signal.SIGHUP, signal.SIGINT)),
    "SIGTERM to its whole group": Ended(to_its_group),
    "stopped, gone on with, ended": Ended(sends(signal.SIGSTOP, signal.SIGCONT, signal.SIGTERM)),
    "kill -9": Ended(sends(signal.SIGKILL), (-9,), report=False),
    "Ctrl-\\": Ended(sends(signal.SIGQUIT), (-3,), report=False),
    "ended while its reader is gone": Ended(without_its_reader, (130, 2, 1)),
    "ended with a report that nobody reads": Ended(
        sends(signal.SIGTERM), (130, 2), report=False, to="pipe"
    ),
}


# Each kind in the suite, its like in the slow part.
_SLOW = {
    "Ctrl-C and then SIGTERM",
    "SIGTERM to its whole group",
    "Ctrl-\\",
    "SIGHUP and then Ctrl-C",
    "stopped, gone on with, ended",
    "ended while its reader is gone",
    "ended with a report that nobody reads",
}


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[pytest.mark.slow] if name in _SLOW else []) for name in ATTACKS],
)
def test_an_end_leaves_nothing_but_the_marked_report(name: str, tmp_path: Path) -> None:
    attack = ATTACKS[name]
    temporary, report = tmp_path / "temporary", tmp_path / attack.to
    temporary.mkdir()
    (tmp_path / "deaf.py").write_text(port(_DEAF), encoding="utf-8")
    os.mkfifo(tmp_path / "pipe")
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "TMPDIR": str(temporary)}
    words = f"check deaf.py --timeout 100 --golden */page-one* --json {report.name}".split()
    with none_left():
        running = subprocess.Popen(
            [sys.executable, "-m", "rmsproof", *words],
            cwd=tmp_path,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        while not (tmp_path / "here").exists() and running.poll() is None:
            time.sleep(0.01)
        attack.by(running)
        assert running.wait(30) in attack.codes, running.communicate()
        for stream in (running.stdout, running.stderr):
            assert stream is not None
            stream.close()
    if attack.report:
        assert json.loads(report.read_text(encoding="utf-8"))["summary"]["incomplete"]
    left = [path.name for path in temporary.iterdir()]
    if running.returncode >= 0:
        assert left == []
    else:
        code = "from harness.machine import scratch; print(scratch.folder())"
        done = subprocess.run(
            [sys.executable, "-c", code], env=environment, capture_output=True, check=True
        )
        assert done.stdout
        assert not list(temporary.iterdir())
