"""Ctrl-C and SIGTERM: an end at once, nothing left, and a report of what was judged by then."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import jsonschema
import pytest
from support import REPOSITORY, alike, none_left, processes

from harness.commands import app
from harness.commands.entry import main
from harness.judging.run import INTERRUPTED

pytestmark = pytest.mark.jvm

SCHEMA = json.loads((REPOSITORY / "harness/report/report.schema.json").read_text(encoding="utf-8"))


def begun(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "rmsproof", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("after", alike([2, 1]))
def test_an_interrupted_run_ends_with_130_and_leaves_nothing(tmp_path: Path, after: int) -> None:
    """Ctrl-C once that many children run: no traceback, no process, no wait for the others."""
    with none_left():
        before = set(processes())
        started = begun(tmp_path, "run")
        while len(set(processes()) - before) <= after and started.poll() is None:
            time.sleep(0.02)
        started.send_signal(signal.SIGINT)
        out, err = started.communicate(timeout=30)
    assert (started.returncode, err) == (130, "rmsproof: interrupted\n")
    assert not out or "INCOMPLETE, " in out


POM = """<project>
  <repositories><repository><id>silent</id><url>{url}</url></repository></repositories>
  <dependencies><dependency>
    <groupId>a</groupId><artifactId>a</artifactId><version>{version}</version>
  </dependency></dependencies>
</project>
"""


@pytest.mark.parametrize("number", alike([signal.SIGTERM, signal.SIGINT]))
def test_who_waits_for_dependencies_is_ended_at_once(
    tmp_path: Path, number: signal.Signals
) -> None:
    """Of a repository that accepts connections and answers none."""
    (tmp_path / "RMSProp.java").write_text("class RMSProp { }", encoding="utf-8")
    with none_left(), socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(30)
        url = f"https://127.0.0.1:{silent.getsockname()[1]}"
        pom = POM.format(url=url, version=time.time_ns())
        (tmp_path / "pom.xml").write_text(pom, encoding="utf-8")
        started = begun(tmp_path, "check", "RMSProp.java", "--project", ".")
        connection, _ = silent.accept()
        asked = time.monotonic()
        started.send_signal(number)
        _, err = started.communicate(timeout=30)
        took = time.monotonic() - asked
        connection.close()
    assert (started.returncode, err) == (130, "rmsproof: interrupted\n")
    assert took < 2


def hears(process: int) -> bool:
    """Whether a process has a handler of its own for SIGTERM, as it has for the others then."""
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    except OSError:  # no such file on this system
        time.sleep(0.3)
        return True
    caught = int(status.partition("SigCgt:")[2].split()[0], 16)
    return bool(caught >> (signal.SIGTERM - 1) & 1)


# Each signal and each command in the suite, the other pairs in the slow part.
ENDED = [
    pytest.param(command, number, marks=[pytest.mark.slow] if i != j else [])
    for i, command in enumerate(("check", "doc"))
    for j, number in enumerate((signal.SIGINT, signal.SIGTERM, signal.SIGHUP))
]


@pytest.mark.parametrize(("command", "number"), ENDED)
def test_what_is_ended_before_anything_was_judged_reports_that(
    tmp_path: Path, command: str, number: int
) -> None:
    """While modules are still being imported."""
    (tmp_path / "port.py").write_text(RIGHT, encoding="utf-8")
    (tmp_path / "page.md").write_text(f"```python{RIGHT}```\n", encoding="utf-8")
    target = "port.py" if command == "check" else "page.md"
    started = begun(tmp_path, command, target, "--json", "i.json")
    while not hears(started.pid) and started.poll() is None:
        time.sleep(0.02)
    started.send_signal(number)
    _, err = started.communicate(timeout=30)
    assert (started.returncode, err) == (130, "rmsproof: interrupted\n")
    report = json.loads((tmp_path / "i.json").read_text(encoding="utf-8"))
    jsonschema.validate(report, SCHEMA)
    assert report["summary"]["incomplete"]


def test_an_interrupted_import_that_ends_with_another_error_is_an_interruption(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As where a class was being made: what its descriptors raise is a RuntimeError, up to 3.11."""

    def imported(*_: str) -> None:
        try:
            signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt as error:
            raise RuntimeError("Error calling __set_name__") from error

    monkeypatch.setattr(app, "command", imported)
    assert main(["check", "port.py"]) == 130
    assert capsys.readouterr().err == "rmsproof: interrupted\n"
    monkeypatch.setattr(app, "command", {}.__getitem__)
    with pytest.raises(KeyError):  # an error of ours, which nobody asked for
        main(["check", "port.py"])


RIGHT = """
def update(weights, gradients, v, learning_rate, decay_rate, epsilon):
    for name, g in gradients.items():
        v[name] = decay_rate * v.get(name, 0.0) + (1 - decay_rate) * (g * g)
        weights[name] = weights[name] - (learning_rate * g) / (v[name] ** 0.5 + epsilon)
"""
HANGS = """
import pathlib

def update(weights, gradients, learning_rate, decay_rate, epsilon):
    pathlib.Path("HERE").touch()
    while True:
        pass
"""


@pytest.mark.parametrize(
    ("command", "number"),
    alike([("check", signal.SIGINT), ("doc", signal.SIGTERM), ("check", signal.SIGTERM)]),
)
def test_what_was_judged_before_an_interruption_is_reported(
    tmp_path: Path, command: str, number: signal.Signals
) -> None:
    """The report is whole JSON, says that it is incomplete, and passes nothing over as judged."""
    here, report = tmp_path / "here", tmp_path / "report.json"
    hangs = HANGS.replace("HERE", str(here))
    (tmp_path / "right.py").write_text(RIGHT, encoding="utf-8")
    (tmp_path / "hangs.py").write_text(hangs, encoding="utf-8")
    (tmp_path / "page.md").write_text(
        f"```python\n{RIGHT}```\n\n```python\n{hangs}```\n", encoding="utf-8"
    )
    targets = ["right.py", "hangs.py", "right.py"] if command == "check" else ["page.md"]
    with none_left():
        options = f"--timeout 50 --golden page* --json {report.name}".split()
        started = begun(tmp_path, command, *targets, *options)
        while not here.exists() and started.poll() is None:
            time.sleep(0.02)
        time.sleep(1)  # the other ones have been judged beside it
        started.send_signal(number)
        out, err = started.communicate(timeout=30)
    assert (started.returncode, err) == (130, "rmsproof: interrupted\n")
    assert "INCOMPLETE, " in out
    written = json.loads(report.read_text(encoding="utf-8"))
    jsonschema.validate(written, SCHEMA)
    assert written["summary"]["incomplete"] is True
    verdicts = [row["verdict"] for row in written["results"]]
    if command == "doc":
        assert verdicts == ["exact"]
    else:
        assert verdicts[:2] == ["exact", "not-run"]
        assert written["results"][1]["message"] == INTERRUPTED
