"""The wire protocol: what is right is judged right, each way of speaking it wrongly is named."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from faulty.faults import WIRE, on_the_wire
from support import none_left, processes, python, tiny

from harness.judging.goldens import Goldens
from harness.judging.judge import judge
from harness.model.observation import Observation, Unreachable
from harness.ports.targets import of_command
from harness.transport.responder import LARGEST, Responder
from harness.transport.stdio import StdioTransport
from python_ref.dialects.dialect import Dialect
from python_ref.golden import make
from python_ref.scenarios.scenario import Scenario

TESTS = Path(__file__).resolve().parent.parent
PORTS = TESTS / "ports"
# Longer than a Python process takes to answer on a loaded machine, short enough to wait for.
TIMEOUT = 0.6

TRAP = tiny(
    weights={"trap": np.array([0.5, -0.25]), "b": np.array([0.75])},
    gradients=[
        {"trap": np.array([0.1, -0.2]), "b": np.array([0.3])},
        {"trap": np.array([-0.4, 0.5]), "b": np.array([0.0])},
    ],
)


@pytest.fixture(autouse=True)
def leaves_no_process() -> Iterator[None]:
    with none_left():
        yield


def reach(name: str, timeout: float = TIMEOUT) -> StdioTransport:
    return StdioTransport(name, (sys.executable, *on_the_wire(name)), timeout=timeout, cwd=WIRE)


@pytest.fixture
def transport(request: pytest.FixtureRequest) -> Iterator[StdioTransport]:
    """The transport to the port that the test is parametrized with, closed in the end."""
    reached = reach(request.param)
    yield reached
    reached.close()


def exact(observation: Observation, scenario: Scenario) -> bool:
    golden = make(scenario, Dialect(), "float64")
    return observation.fault is None and np.array_equal(observation.weights, golden.weights)


@pytest.mark.parametrize("transport", ["slow_start"], indirect=True)
def test_a_start_is_not_counted_as_a_scenarios_time(transport: StdioTransport) -> None:
    assert transport.describe().precisions == ("float64",)
    assert exact(transport.run(TRAP, "float64"), TRAP)


@pytest.mark.parametrize(
    ("transport", "value"),
    [("not_a_number", np.nan), ("bare_nan", np.nan), ("huge_number", -np.inf)],
    indirect=["transport"],
)
def test_what_is_not_finite_is_a_number_too(transport: StdioTransport, value: float) -> None:
    transport.describe()
    observation = transport.run(TRAP, "float64")
    assert observation.fault is None
    assert np.array_equal(observation.weights[1, 1], value, equal_nan=True)
    assert np.isfinite(observation.weights).sum() == 5


@pytest.mark.parametrize("transport", ["never_flushes"], indirect=True)
def test_a_port_that_never_said_a_line_is_asked_whether_it_flushes(
    transport: StdioTransport,
) -> None:
    """What has read the question has started: it is given a scenario's time, and no minute."""
    started = time.monotonic()
    with pytest.raises(Unreachable) as caught:
        transport.describe()
    assert time.monotonic() - started < 20
    assert (caught.value.fault.kind, caught.value.fault.message) == (
        "times-out",
        "no answer within 1.2 s; did you flush standard output after the line?",
    )


def test_a_description_without_a_version_says_what_it_has(tmp_path: Path) -> None:
    script = tmp_path / "port.py"
    script.write_text('input()\nprint(\'{"id": 1, "version": 1}\', flush=True)\n')
    transport = StdioTransport("x", python(script), timeout=20)
    with pytest.raises(Unreachable) as caught:
        transport.describe()
    transport.close()
    said = "describe: no field `protocol`; it has id, version"
    assert (caught.value.fault.kind, caught.value.fault.message) == ("garbled", said)


@pytest.mark.parametrize("transport", ["answers_late"], indirect=True)
def test_a_late_answer_is_never_taken_for_another(transport: StdioTransport) -> None:
    """Its process is gone with it: what comes later comes from nowhere."""
    transport.describe()
    assert exact(transport.run(tiny(), "float64"), tiny())
    assert transport.run(TRAP, "float64").fault is not None
    time.sleep(0.5)
    assert exact(transport.run(tiny(), "float64"), tiny())


@pytest.mark.parametrize("transport", ["never_reads"], indirect=True)
def test_a_port_that_does_not_read_is_not_waited_for(transport: StdioTransport) -> None:
    """More than a pipe holds is written to it."""
    transport.describe()
    wide = tiny(weights={"w": np.full(20_000, 0.1)}, gradients=[{"w": np.full(20_000, 0.1)}])
    started = time.monotonic()
    fault = transport.run(wide, "float64").fault
    assert fault is not None
    assert (fault.kind, fault.message) == ("times-out", "no answer within 1.2 s")
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    ("transport", "kind", "message"),
    [
        ("true_for_an_id", "garbled", "the reply has id True, the request had id 1"),
        ("banner", "garbled", "a line that is not JSON: 'Welcome to RMSProp 2.1'"),
        ("other_protocol", "garbled", "describe: expected protocol 1, found 2"),
        (
            "other_precision",
            "garbled",
            "describe: precision ['float64', 'bfloat16'] is not one of"
            " float64, float32, float32_double",
        ),
        ("cannot_describe", "crashes", "describe: licence expired"),
    ],
    indirect=["transport"],
)
def test_a_port_that_cannot_introduce_itself_is_unreachable(
    transport: StdioTransport, kind: str, message: str
) -> None:
    with pytest.raises(Unreachable) as caught:
        transport.describe()
    assert (caught.value.fault.kind, str(caught.value)) == (kind, message)


def test_a_command_that_is_not_there_is_unreachable() -> None:
    with pytest.raises(Unreachable) as caught:
        StdioTransport("x", ["no-such-command-at-all"], timeout=1).describe()
    assert str(caught.value) == (
        "no-such-command-at-all: cannot be started: No such file or directory"
    )


@pytest.mark.parametrize(
    ("steps", "limit", "said"),
    [
        (600, LARGEST, "at least 75 MB of JSON, more than the 64 MB that stdio takes"),
        (1, 1 << 20, "at least 2 MB of JSON, more than the 1 MB that stdio takes"),
    ],
)
def test_a_scenario_too_large_for_json_is_declined_without_asking(
    steps: int, limit: int, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Far too large is seen before anything is written, a little too large once it is."""
    monkeypatch.setattr("harness.transport.stdio.LARGEST", limit)
    row = {"w": np.full(1 << 16, 1 / 3)}
    with StdioClosing("never_reads") as transport:
        fault = transport.run(tiny(weights=row, gradients=[row] * steps), "float64").fault
    assert fault is not None
    assert (fault.kind, fault.fatal) == ("unsupported", False)
    assert fault.message == f"{said}; longer ones go through jpype or local"


class StdioClosing:
    """A transport as a context."""

    def __init__(self, name: str) -> None:
        self._transport = reach(name)

    def __enter__(self) -> StdioTransport:
        return self._transport

    def __exit__(self, *_: object) -> None:
        self._transport.close()


def test_quitting_is_not_waited_for() -> None:
    transport = reach("ignores_quit")
    transport.describe()
    started = time.monotonic()
    transport.close()
    assert time.monotonic() - started < 3
    transport.close()  # twice is once


def test_the_port_sees_nothing_of_our_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_TOKEN", "hush")
    show = "import os, sys; print(sorted(os.environ), flush=True); sys.stdin.read()"
    transport = StdioTransport("x", [sys.executable, "-c", show], timeout=5)
    with pytest.raises(Unreachable) as caught:
        transport.describe()
    assert "PATH" in str(caught.value)
    assert "API_TOKEN" not in str(caught.value)


def test_what_a_port_said_before_it_ended_unasked_is_told() -> None:
    command = [sys.executable, "-S", "-c", "print('usage: x FILE')"]
    responder = Responder(command, "x")
    transport = StdioTransport("x", command, timeout=5, shared=responder)
    child, _ = responder._running()
    assert child.waited(5)
    told = r"before it was asked, .* 0; it had written .*usage: x FILE"
    with pytest.raises(Unreachable, match=told):
        transport.describe()


# -- a whole port ---------------------------------------------------------------------------------


def test_a_port_has_its_time_and_no_more() -> None:
    with StdioClosing("in_pieces") as transport:
        result = judge(of_command(["in_pieces"]), transport, Goldens("page*"), seconds=0.0)
    assert result.verdict.word == "not-run"
    assert {c.fault.message for c in result.comparisons if c.fault} == {"its 0 s were used up"}


def test_the_plain_list_port_is_exact_at_every_golden() -> None:
    """Forty lines that speak the protocol, edges included."""
    port = PORTS / "plain_list.py"
    transport = StdioTransport("plain list", python(port), timeout=20)
    try:
        described = transport.describe()
        result = judge(of_command(python(port)), transport, Goldens("*"), edge_decides=True)
    finally:
        transport.close()
    assert described.language == "python"
    assert result.verdict.word == "exact"
    assert [str(a) for _, a in result.verdict.arithmetic] == ["plain"]
    assert result.verdict.compared == len(Goldens().of(Dialect(), "float64"))


def test_processes_of_tests_are_seen() -> None:
    """The check that none is left can fail."""
    with StdioClosing("ignores_quit") as transport:
        transport.describe()
        assert any("ignores_quit" in line for line in processes().values())
