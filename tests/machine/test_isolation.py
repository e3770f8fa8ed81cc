"""No process outlives what started it, and none takes more of the machine than it may."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support import REPOSITORY, none_left, processes

from harness.machine.isolation import limits as limits_of
from harness.machine.isolation.group import Group
from harness.machine.isolation.limits import PORT, Limits
from harness.machine.isolation.sandbox import can_have_own, to_itself

linux = pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="found by a table of processes that Linux has"
)


@pytest.fixture
def begun() -> Iterator[Callable[..., Group]]:
    """Starts groups whose standard output is read; ends them."""
    groups: list[Group] = []

    def start(*words: str, limits: Limits | None = PORT) -> Group:
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE}
        groups.append(Group(words, limits=limits, **pipes))
        return groups[-1]

    with none_left():
        yield start
        for group in groups:
            with group.process:
                group.end()


def code(text: str) -> tuple[str, ...]:
    return (sys.executable, "-I", "-S", "-c", text)


def said(group: Group) -> str:
    """What it prints first."""
    assert group.process.stdout is not None
    return group.process.stdout.readline().decode().strip()


SLEEPER = "import time; time.sleep(600)"
STARTS = """
import subprocess, sys
subprocess.Popen([sys.executable, "-I", "-S", "-c", {sleeper!r}], start_new_session={away})
print("started", flush=True)
{then}
"""


@pytest.mark.parametrize("away", [False, pytest.param(True, marks=linux)])
@pytest.mark.parametrize("then", ["", SLEEPER])
def test_a_group_ends_with_all_that_it_started(
    begun: Callable[..., Group], away: bool, then: str
) -> None:
    """Also with what left it for a session of its own, and whether or not it has ended itself."""
    before = set(processes())
    group = begun(*code(STARTS.format(sleeper=SLEEPER, away=away, then=then)))
    assert said(group) == "started"
    if not then:
        group.process.wait(10)
    assert set(processes()) - before
    group.end()
    deadline = time.monotonic() + 5
    while set(processes()) - before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert set(processes()) - before == set()


def test_a_group_leaves_others_alone(begun: Callable[..., Group]) -> None:
    first, second = begun(*code(SLEEPER)), begun(*code(SLEEPER))
    first.end()
    assert second.process.poll() is None


@linux
@pytest.mark.parametrize(
    ("spend", "ended"),
    [
        pytest.param("while True: pass", -signal.SIGXCPU, marks=pytest.mark.slow),
        ("b = bytearray(1 << 30)", 1),
        ("open('big', 'wb').truncate(1 << 22)", 1),
        pytest.param("files = [open('/dev/null') for _ in range(99)]", 1, marks=pytest.mark.slow),
    ],
)
def test_what_takes_too_much_is_stopped(
    begun: Callable[..., Group],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    spend: str,
    ended: int,
) -> None:
    monkeypatch.chdir(tmp_path)
    small = Limits(cpu=1, data=1 << 28, file=1 << 20, files=40)
    waits = "import sys, time; time.sleep(0.3)\n"  # until the limits are there
    group = begun(*code(waits + spend), limits=small)
    assert group.process.wait(20) == ended


@linux
def test_limits_are_the_same_imposed_and_entered(
    begun: Callable[..., Group], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where they cannot be imposed from outside, the process takes them on by itself."""
    kinds = "RLIMIT_DATA RLIMIT_FSIZE RLIMIT_NOFILE RLIMIT_CORE".split()
    tell = "import resource, time; time.sleep(0.3)\nprint(*map(resource.getrlimit, [{}]))".format(
        ", ".join(f"resource.{kind}" for kind in kinds)
    )
    small = Limits(data=1 << 29, file=1 << 20, files=50)
    imposed = said(begun(*code(tell), limits=small))
    monkeypatch.setattr("harness.machine.isolation.group.IMPOSED", False)
    assert said(begun(*code(tell), limits=small)) == imposed
    assert f"({1 << 29}, {1 << 29}) ({1 << 20}, {1 << 20}) (50, 50) (0, 0)" == imposed


@linux
def test_a_worker_gets_its_processor_time_anew_with_every_port(
    begun: Callable[..., Group], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker serves many ports; what an earlier one used is not held against a later one."""
    limits = Limits(cpu=7)
    group = begun(*code(SLEEPER), limits=limits)
    assert resource.prlimit(group.pid, resource.RLIMIT_CPU)[0] == 8
    monkeypatch.setattr(limits_of, "_seconds_used", lambda _pid: 100)
    limits.renew(group.pid)
    assert resource.prlimit(group.pid, resource.RLIMIT_CPU)[0] == 107


@pytest.mark.skipif(
    not can_have_own("processes"), reason="this kernel gives no process table of its own"
)
def test_one_that_has_its_own_table_gets_its_processor_time_anew_too(
    begun: Callable[..., Group], tmp_path: Path
) -> None:
    limits = Limits(cpu=7)
    words = to_itself(code("print('there', flush=True);" + SLEEPER), tmp_path, limits)
    assert words is not None
    group = begun(*words, limits=None)
    assert said(group) == "there"
    pid = limits_of._innermost(group.pid)
    assert resource.prlimit(pid, resource.RLIMIT_CPU)[0] == 7
    limits.renew(group.pid)
    assert resource.prlimit(pid, resource.RLIMIT_CPU)[0] == 8


# -- the harness itself is killed ------------------------------------------------------------------

# Each makes the file HERE when it is at the point of no return.
HANGS = {
    "port.py": f"""
import pathlib, subprocess, sys
subprocess.Popen([sys.executable, "-I", "-S", "-c", {SLEEPER!r}], start_new_session=True)
pathlib.Path("HERE").touch()
while True:
    pass
""",
    "Port.java": """
class Port {
    double[] update(double[] gradients, double[] weights, double learningRate, double decayRate,
            double epsilon) throws java.io.IOException {
        new java.io.File("HERE").createNewFile();
        while (true) {
        }
    }
}
""",
    "page.md": """
```python
import pathlib

def update(weights, gradients, learning_rate, decay_rate, epsilon, cache):
    pathlib.Path("HERE").touch()
    while True:
        pass
```
""",
}


@linux
@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "port.py", "--timeout", "60"),
        pytest.param(
            ("check", "--timeout", "60", "--", sys.executable, "port.py"), marks=pytest.mark.slow
        ),
        pytest.param(("check", "Port.java", "--timeout", "60"), marks=pytest.mark.slow),
        pytest.param(
            ("check", "Port.java", "--timeout", "60", "--transport", "stdio"),
            marks=pytest.mark.slow,
        ),
        pytest.param(("doc", "page.md", "--timeout", "60"), marks=pytest.mark.slow),
    ],
    ids="python command java java-stdio document".split(),
)
def test_nothing_outlives_a_harness_that_was_killed(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    """`kill -9` cannot be caught; what it leaves behind ends all the same."""
    here = tmp_path / "here"
    for name, text in HANGS.items():
        (tmp_path / name).write_text(text.replace("HERE", str(here)), encoding="utf-8")
    with none_left():
        harness = subprocess.Popen(
            [sys.executable, "-m", "rmsproof", *arguments],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 60
        while not here.exists():
            assert harness.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.02)
        harness.kill()
        harness.wait(10)
