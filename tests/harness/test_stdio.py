"""The wire protocol: what is right is judged right, each way of speaking it wrongly is named."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from support import none_left, processes, python, tiny

from harness.judge import STATE_LEAKS, judge
from harness.port import of_command
from harness.run import Goldens
from harness.transport.base import Observation, Unreachable
from harness.transport.stdio import LARGEST_REQUEST, StdioTransport
from python_ref.dialects import Dialect
from python_ref.golden import make
from python_ref.scenarios import Scenario

TESTS = Path(__file__).resolve().parent.parent
FAKES, PORTS = TESTS / "fakes", TESTS / "ports"
# Longer than a Python process takes to answer on a loaded machine, short enough to wait for.
TIMEOUT = 0.8

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


def reach(fake: str, timeout: float = TIMEOUT) -> StdioTransport:
    return StdioTransport(fake, python(FAKES / f"{fake}.py"), timeout=timeout, cwd=FAKES)


@pytest.fixture
def transport(request: pytest.FixtureRequest) -> Iterator[StdioTransport]:
    """The transport to the fake that the test is parametrized with, closed in the end."""
    reached = reach(request.param)
    yield reached
    reached.close()


def exact(observation: Observation, scenario: Scenario) -> bool:
    golden = make(scenario, Dialect(), "float64")
    return observation.fault is None and np.array_equal(observation.weights, golden.weights)


# What was asked for second is the trap: describe had id 1.
BROKEN = {
    "text_before_reply": ("garbled", "a line that is not JSON: 'computing 2 steps'"),
    "half_line": (
        "times-out",
        'no answer within 0.8 s; 14 bytes without an end of line: \'{"id": 2, "wei\'',
    ),
    "half_line_and_exit": (
        "garbled",
        'the reply ends after 14 bytes: \'{"id": 2, "wei\'; the process ended with exit code 0',
    ),
    "wrong_id": ("garbled", "id 2 was asked, the reply has 999"),
    "id_of_the_question_before": ("garbled", "id 2 was asked, the reply has 1"),
    "no_id": ("garbled", "id 2 was asked, the reply has None"),
    "missing_array": ("garbled", "weights, step 2: array 'b' is missing"),
    "extra_array": ("garbled", "weights, step 1: array 'bias' was never given"),
    "wrong_length": ("garbled", "weights, step 2, trap: 1 numbers, expected 2"),
    "missing_step": ("garbled", "weights: 1 steps, expected 2"),
    "null_array": ("garbled", "weights, step 1, trap: a list of numbers was expected, found null"),
    "null_number": ("garbled", "weights, step 1, trap[1]: a number was expected, found null"),
    "null_weights": ("garbled", "weights: a list of steps was expected, found null"),
    "text_numbers": (
        "garbled",
        "weights, step 1, trap[0]: a number was expected, found text '0.4968377233398313'",
    ),
    "nested_arrays": ("garbled", "weights, step 1, trap[0]: a number was expected, found a list"),
    "flat_step": (
        "garbled",
        "weights, step 1: an object of arrays was expected, found a list",
    ),
    "bare_list": ("garbled", "a JSON object was expected: "),
    "bad_average": ("garbled", "moving_average, step 1, trap: 1 numbers, expected 2"),
    "huge_reply": ("garbled", "a reply of more than "),
    "endless_reply": ("garbled", "a reply of more than "),
    "deep_reply": ("garbled", "a line that is not JSON: '[[[["),
    "exits_0": ("crashes", "the process ended with exit code 0"),
    "exits_1": (
        "crashes",
        "the process ended with exit code 1; its standard error ends: first line | out of luck",
    ),
    "killed": ("crashes", "the process was ended by SIGKILL"),
    "hangs": ("times-out", "no answer within 0.8 s"),
    "answers_late": ("times-out", "no answer within 0.8 s"),
    "grandchild": ("times-out", "no answer within 0.8 s"),
    "closes_output": ("crashes", "the process closed its output and went on running"),
    "declines": ("unsupported", "two arrays are one too many"),
    "reports_an_error": ("crashes", "ZeroDivisionError: float division by zero"),
}
WHOLE = {"bare_list", "huge_reply", "endless_reply", "deep_reply"}  # the others' messages are


@pytest.mark.parametrize(("transport", "fake"), [(f, f) for f in BROKEN], indirect=["transport"])
def test_the_break_is_named_and_the_next_scenario_judged_rightly(
    transport: StdioTransport, fake: str
) -> None:
    kind, message = BROKEN[fake]
    transport.describe()
    fault = transport.run(TRAP, "float64").fault
    assert fault is not None
    assert (fault.kind, fault.message[: len(message)]) == (kind, message)
    if fake not in WHOLE:
        assert fault.message == message
    assert exact(transport.run(tiny(), "float64"), tiny())


@pytest.mark.parametrize(
    "transport", ["in_pieces", "loud", "slow_start", "ignores_quit"], indirect=True
)
def test_what_is_only_unusual_is_exact(transport: StdioTransport) -> None:
    assert transport.describe().precisions == ("float64",)
    assert exact(transport.run(TRAP, "float64"), TRAP)
    assert exact(transport.run(tiny(), "float64"), tiny())


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


@pytest.mark.parametrize("transport", ["text_after_reply"], indirect=True)
def test_text_after_a_reply_spoils_the_next_question_only(transport: StdioTransport) -> None:
    transport.describe()
    assert exact(transport.run(TRAP, "float64"), TRAP)
    fault = transport.run(tiny(), "float64").fault
    assert fault is not None
    assert (fault.kind, fault.message) == ("garbled", "text before it was asked: 'done'")
    assert exact(transport.run(tiny(), "float64"), tiny())


@pytest.mark.parametrize("transport", ["answers_late"], indirect=True)
def test_a_late_answer_is_never_taken_for_another(transport: StdioTransport) -> None:
    """Its process is gone with it: what comes later comes from nowhere."""
    transport.describe()
    assert transport.run(TRAP, "float64").fault is not None
    time.sleep(1)
    assert exact(transport.run(tiny(), "float64"), tiny())


@pytest.mark.parametrize("transport", ["never_reads"], indirect=True)
def test_a_port_that_does_not_read_is_not_waited_for(transport: StdioTransport) -> None:
    """More than a pipe holds is written to it."""
    transport.describe()
    wide = tiny(weights={"w": np.full(20_000, 0.1)}, gradients=[{"w": np.full(20_000, 0.1)}])
    started = time.monotonic()
    fault = transport.run(wide, "float64").fault
    assert fault is not None
    assert (fault.kind, fault.message) == ("times-out", "no answer within 0.8 s")
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    ("transport", "kind", "message"),
    [
        ("true_for_an_id", "garbled", "id 1 was asked, the reply has True"),
        ("banner", "garbled", "a line that is not JSON: 'Welcome to RMSProp 2.1'"),
        ("other_protocol", "garbled", "describe: expected protocol 1, found 2"),
        (
            "other_precision",
            "garbled",
            "describe: precision ['float64', 'bfloat16'] is none of"
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
        (600, LARGEST_REQUEST, "at least 75 MB of JSON, and stdio takes 64 MB a scenario"),
        (1, 1 << 20, "at least 2 MB of JSON, and stdio takes 1 MB a scenario"),
    ],
)
def test_a_scenario_too_large_for_json_is_declined_without_asking(
    steps: int, limit: int, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Far too large is seen before anything is written, a little too large once it is."""
    monkeypatch.setattr("harness.transport.stdio.LARGEST_REQUEST", limit)
    row = {"w": np.full(1 << 16, 1 / 3)}
    with StdioClosing("never_reads") as transport:
        fault = transport.run(tiny(weights=row, gradients=[row] * steps), "float64").fault
    assert fault is not None
    assert (fault.kind, fault.fatal) == ("unsupported", False)
    assert fault.message == f"{said}; longer ones go through jpype or local"


class StdioClosing:
    """A transport as a context."""

    def __init__(self, fake: str) -> None:
        self._transport = reach(fake)

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
    show = "import os; print(sorted(os.environ), flush=True)"
    transport = StdioTransport("x", [sys.executable, "-c", show], timeout=5)
    with pytest.raises(Unreachable) as caught:
        transport.describe()
    assert "PATH" in str(caught.value)
    assert "API_TOKEN" not in str(caught.value)


# -- a whole port ---------------------------------------------------------------------------------


def test_three_deaths_in_a_row_end_a_port() -> None:
    with StdioClosing("always_exits") as transport:
        result = judge(of_command(["always_exits"]), transport, Goldens("*step*"))
    assert result.verdict.word == "crashes"
    faults = [c.fault for c in result.comparisons]
    assert [fault and fault.kind for fault in faults] == ["crashes"] * 3
    with StdioClosing("always_exits") as transport:
        result = judge(of_command(["always_exits"]), transport, Goldens("*"))
    kinds = [c.fault.kind for c in result.comparisons if c.fault]
    assert kinds == ["crashes"] * 3 + ["not-run"] * (len(kinds) - 3)
    assert result.comparisons[-1].fault is not None
    assert result.comparisons[-1].fault.message == "after 3 deaths in a row"


def test_a_port_has_its_time_and_no_more() -> None:
    with StdioClosing("in_pieces") as transport:
        result = judge(of_command(["in_pieces"]), transport, Goldens("page*"), seconds=0.0)
    assert result.verdict.word == "not-run"
    assert {c.fault.message for c in result.comparisons if c.fault} == {"its 60 s are over"}


def test_state_that_outlives_a_scenario_is_found() -> None:
    with StdioClosing("keeps_its_average") as transport:
        result = judge(of_command(["keeps_its_average"]), transport, Goldens("page-one-step"))
    assert (result.verdict.word, result.notes) == ("diverges", (STATE_LEAKS,))
    assert not result.as_expected


def test_the_plain_list_port_is_exact_at_every_golden() -> None:
    """Forty lines that speak the protocol, edges included."""
    port = PORTS / "plain_list.py"
    transport = StdioTransport("plain list", python(port), timeout=20)
    try:
        described = transport.describe()
        result = judge(of_command(python(port)), transport, Goldens("*"), edge_decides=True)
    finally:
        transport.close()
    assert (described.name, described.language, described.state) == ("plain list", "python", True)
    assert result.verdict.word == "exact"
    assert [str(a) for _, a in result.verdict.arithmetic] == ["plain"]
    assert result.verdict.compared == len(Goldens().of(Dialect(), "float64"))


def test_the_fakes_are_all_in_use() -> None:
    source = Path(__file__).read_text(encoding="utf-8")
    unused = [
        f.stem for f in FAKES.glob("*.py") if f.stem != "wire" and f'"{f.stem}"' not in source
    ]
    assert unused == []


def test_processes_of_tests_are_seen() -> None:
    """The check that none is left can fail."""
    with StdioClosing("ignores_quit") as transport:
        transport.describe()
        assert any("ignores_quit" in line for line in processes().values())
