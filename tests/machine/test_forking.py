"""A fork of a process that has imported our module is as good as a start, and knows no other."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support import REPOSITORY, none_left, processes

from harness.machine import bytecode
from harness.machine.isolation import forking
from harness.machine.isolation.forking import Forked
from harness.machine.isolation.group import Group
from harness.machine.isolation.limits import PORT, SERVER
from harness.machine.isolation.sandbox import can_have_own, to_itself

pytestmark = pytest.mark.skipif(
    not can_have_own("processes"), reason="no process has a table of its own here"
)

MODULE = "tests.machine.forked"


@pytest.fixture(autouse=True)
def _none_left() -> Iterator[None]:
    with none_left():
        yield


def start(code: str, cwd: Path | None = None, **environment: str) -> Group:
    words = to_itself([*bytecode.command(MODULE), code], cwd, PORT)
    assert words
    return Group(
        words,
        environment={**bytecode.environment(), **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=cwd,
    )


def ended(group: Group) -> tuple[int, str, str]:
    """Its exit code and what it printed to its end."""
    with group.process as process:
        code = process.wait(20)
        group.end()
        assert process.stdout
        assert process.stderr
        return code, process.stdout.read().decode().strip(), process.stderr.read().decode()


def printed(code: str, **more: Any) -> str:
    group = start(code, **more)
    assert isinstance(group.process, Forked)
    status, output, errors = ended(group)
    assert (status, errors) == (0, "")
    return output


FINDS = [
    "sys.argv[0]",
    "sys.path",
    "sorted(os.environ.keys() - {'TMPDIR', 'RMSPROOF_PROCESS'})",
    "os.environ.get('GIVEN'), os.environ['PYTHONPATH']",
    "os.getcwd()",
    "sorted(os.listdir('/proc/self/fd'))[:3], os.getpid() == os.getpgid(0)",
    "os.isatty(0), sys.stdin.read(), sys.stdout.encoding, sys.stderr.encoding",
    "__import__('resource').getrlimit(__import__('resource').RLIMIT_DATA)",
    "[n for n in os.listdir('/proc') if n.isdigit() and int(n) > 2]",
    "__import__('signal').getsignal(17), __import__('signal').getsignal(2).__name__",
]


def test_a_fork_finds_what_a_start_finds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = ", ".join(f"repr(({one}))" for one in FINDS)
    forked = printed(code, cwd=tmp_path, GIVEN="this")
    monkeypatch.setattr("harness.machine.isolation.group.forked", lambda *_: None)
    group = start(code, cwd=tmp_path, GIVEN="this")
    assert not isinstance(group.process, Forked)
    status, output, _ = ended(group)
    assert status == 0
    assert dict(zip(FINDS, eval(forked), strict=True)) == dict(
        zip(FINDS, eval(output), strict=True)
    )


def test_what_one_fork_does_no_other_sees() -> None:
    assert printed("setattr(np, 'left', 1) or os.environ.update(LEFT='1')") == "None"
    assert printed("hasattr(np, 'left'), 'LEFT' in os.environ") == "(False, False)"


@pytest.mark.parametrize("draw", ["np.random.rand()", "random.random()"])
def test_every_fork_draws_its_own_random_numbers(draw: str) -> None:
    assert printed(draw) != printed(draw)


def test_forks_of_one_environment_have_one_server_and_the_oldest_servers_go() -> None:
    forking.close()
    servers = {printed("os.environ['N']", N=str(n % 5)): None for n in range(10)}
    assert list(servers) == list("01234")
    assert len([line for line in processes().values() if SERVER in line]) <= 3


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("os._exit(7)", 7),
        ("1 / 0", 1),
        ("os.kill(os.getpid(), 11)", -signal.SIGSEGV),
        ("os.kill(os.getpid(), 9)", -signal.SIGKILL),
    ],
)
def test_how_a_fork_ended_is_reported(code: str, status: int) -> None:
    group = start(code)
    assert isinstance(group.process, Forked)
    code, _, errors = ended(group)
    assert code == status
    assert ("ZeroDivisionError" in errors) == (status == 1)


def test_a_fork_that_runs_has_no_exit_code_and_ends_with_its_group() -> None:
    group = start("__import__('time').sleep(600)")
    assert group.process.poll() is None
    with pytest.raises(subprocess.TimeoutExpired):
        group.process.wait(0.05)
    assert ended_by_us(group) == -signal.SIGKILL


def ended_by_us(group: Group) -> int:
    group.end()
    with group.process as process:
        return process.wait(5)


def test_a_server_that_is_gone_is_done_without() -> None:
    forking.close()
    printed("1")
    (server,) = [pid for pid, line in processes().items() if SERVER in line]
    os.kill(server, signal.SIGKILL)
    group = start("'started'")
    assert not isinstance(group.process, Forked)
    assert ended(group) == (0, "started", "")
    forking.close()  # it is not asked again, until there is a new one


def test_what_is_too_long_for_a_message_is_started_as_ever() -> None:
    group = start("len(os.environ['A'] + os.environ['B'])", A="a" * 90_000, B="b" * 90_000)
    assert not isinstance(group.process, Forked)
    assert ended(group) == (0, "180000", "")


def test_servers_that_were_closed_see_their_forks_through() -> None:
    group = start("__import__('time').sleep(0.3)")
    forking.close()
    assert ended(group)[:2] == (0, "None")


KILLED = """
import os, subprocess, sys
from harness.transport.hosting import Worker
worker = Worker()
worker.ask({"do": "boot", "jvm": False, "language": "python"}, 20)
print("asked", flush=True)
input()
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_no_server_outlives_the_harness(how: signal.Signals) -> None:
    with (
        none_left(),
        subprocess.Popen(
            [sys.executable, "-c", KILLED],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=REPOSITORY,
        ) as harness,
    ):
        assert harness.stdout
        assert harness.stdout.readline() == b"asked\n"
        assert any(SERVER in line for line in processes().values())
        time.sleep(0.01)
        harness.send_signal(how)
        harness.wait(10)


@pytest.mark.parametrize("forked", [True, False])
def test_who_has_the_id_of_a_process_that_is_gone_is_left_alone(forked: bool) -> None:
    group = start("0") if forked else Group([sys.executable, "-S", "-c", ""])
    words = [sys.executable, "-S", "-c", "input()"]
    with (
        group.process as process,
        subprocess.Popen(words, stdin=subprocess.PIPE, start_new_session=True) as other,
    ):
        if isinstance(process, Forked):
            assert process.stdout
            process.stdout.read()
            time.sleep(0.1)  # it is reported, and nobody has read that
        else:
            process.wait(20)
        process.pid = other.pid  # as when all other ids were given since
        group.end()
        time.sleep(0.05)
        assert other.poll() is None
        other.communicate(b"\n")
    assert isinstance(process, Forked) == forked
