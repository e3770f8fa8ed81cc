"""Commands that misbehave: each gets its verdict, on one scenario alone, and leaves nothing."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from faulty.faults import (
    TRAP,
    WIRE,
    Said,
    goldens,
    memory,
    must_be_said,
    must_match,
    on_the_wire,
    wanted,
)
from support import collected, none_left, spread

from harness.judging.judge import judge
from harness.judging.verdict import Result
from harness.machine.isolation import sandbox
from harness.model.words import STATE_LEAKS
from harness.ports.targets import of_command
from harness.transport.stdio import StdioTransport

# Python's own modules are all that these ports import: no site, and so a quicker start.
PYTHON = (sys.executable, "-S", "-E")
# What hangs is waited for; the start of a fresh process is not counted.
SHORT = 0.6
# Where the kernel gives a table of processes, they end with the port.
HELD_OPEN = "(; a process that it started keeps its output open)?"
GONE = r"the process ended with exit code 1: "

SAID = {
    # It ends.
    "exits_0": Said("crashes", "the process ended with exit code 0"),
    "exits_1": Said(
        "crashes",
        r"the process ended with exit code 1; its standard error ends: first line \| out of luck",
    ),
    "killed": Said("crashes", "the process was ended by SIGKILL"),
    "segfaults": Said("crashes", "the process was ended by SIGSEGV"),
    # From 3.12 on Python watches over C's stack, too.
    "overruns_the_stack": Said(
        "crashes", "the process was ended by SIGSEGV|" + GONE + "RecursionError: .*"
    ),
    "recurses": Said(
        "crashes",
        GONE + r"RecursionError: maximum recursion depth exceeded.* \(misbehaving.py:\d+\)",
    ),
    "hoards": Said("crashes", GONE + r"MemoryError \(misbehaving.py:\d+\)"),
    "throws_third_time": Said(
        "crashes", GONE + r"ArithmeticError: the third time \(misbehaving.py:\d+\)"
    ),
    "reports_an_error": Said("crashes", "ZeroDivisionError: float division by zero"),
    "declines": Said("exact", "two arrays are one too many", trap="unsupported"),
    "closes_output": Said("crashes", "the process closed its output and went on running"),
    "grandchild": Said(
        "crashes",
        "the process ended with exit code 0" + HELD_OPEN,
    ),
    # It says nothing.
    "hangs": Said("times-out", "no answer within 0.6 s", seconds=SHORT),
    "answers_late": Said("times-out", "no answer within 0.6 s", seconds=SHORT),
    "loud_and_hangs": Said(
        "times-out",
        r"no answer within 0.6 s; its standard error ends: not yet \| not yet \| not yet",
        seconds=SHORT,
    ),
    "half_line": Said(
        "times-out",
        'no answer within 0.6 s; 14 bytes without an end of line: \'{"id": 2, "wei\'',
        seconds=SHORT,
    ),
    "slow_start_and_exit": Said("crashes", "the process ended with exit code 1", seconds=SHORT),
    # It says what is no answer.
    "half_line_and_exit": Said(
        "garbled",
        'the reply ends after 14 bytes: \'{"id": 2, "wei\'; the process ended with exit code 0',
    ),
    "text_before_reply": Said("garbled", "a line that is not JSON: 'computing 2 steps'"),
    "text_after_reply": Said("garbled", "output after the reply: 'done'"),
    "stdout_lines": Said("garbled", "a line that is not JSON: 'step 0: x+'"),
    "reply_twice": Said("garbled", 'output after the reply: \'{"id": 4, "weights": .*'),
    "text_late": Said("garbled", "written after its reply: a line that is not JSON: 'done'"),
    "reply_late": Said(
        "garbled", "written after its reply: the reply has id 4, the request had id 5"
    ),
    "wrong_id": Said("garbled", "the reply has id 999, the request had id 4"),
    "id_of_the_question_before": Said("garbled", "the reply has id 3, the request had id 4"),
    "no_id": Said("garbled", "the reply has id None, the request had id 4"),
    "bare_list": Said("garbled", "expected a JSON object: .*"),
    "deep_reply": Said("garbled", r"a line that is not JSON: '\[\[\[\[.*"),
    "huge_reply": Said("garbled", r"a reply of more than \d+ bytes to a request of \d+"),
    "endless_reply": Said("garbled", r"a reply of more than \d+ bytes to a request of \d+"),
    "forges_a_verdict": Said("garbled", "weights: expected length 4, one entry a step, found 0"),
    "missing_array": Said("garbled", "weights, step 2: array 'b' is missing"),
    "extra_array": Said("garbled", "weights, step 1: array 'bias' was never given"),
    "wrong_length": Said("garbled", "weights, step 2, trap: expected length 2, found 1"),
    "missing_step": Said("garbled", "weights: expected length 4, one entry a step, found 3"),
    "null_array": Said("garbled", "weights, step 1, trap: expected a list of numbers, found null"),
    "null_number": Said("garbled", r"weights, step 1, trap\[1\]: expected a number, found null"),
    "null_weights": Said("garbled", "weights: expected a list of steps, found null"),
    "other_fields": Said("garbled", "no field `weights`; it has id, params"),
    "text_numbers": Said(
        "garbled", r"weights, step 1, trap\[0\]: expected a number, found text '.+'"
    ),
    "nested_arrays": Said(
        "garbled", r"weights, step 1, trap\[0\]: expected a number, found a list"
    ),
    "flat_step": Said("garbled", "weights, step 1: expected an object of arrays, found a list"),
    "bad_average": Said("garbled", "moving_average, step 1, trap: expected length 2, found 1"),
    # It is wrong, and nothing is broken.
    "not_a_number": Said("diverges"),
    # It is only unusual.
    "in_pieces": Said("exact"),
    "loud": Said("exact"),
    "null_error": Said("exact"),
    "ignores_quit": Said("exact"),
    "leaves_thread": Said("exact"),
    "leaves_daemon": Said("exact"),
}


def reached(name: str, seconds: float) -> StdioTransport:
    return StdioTransport(name, (*PYTHON, *on_the_wire(name)), timeout=seconds, cwd=WIRE)


def result(name: str, seconds: float = 20.0) -> Result:
    transport = reached(name, seconds)
    try:
        return judge(of_command([name]), transport, wanted, memory=memory())
    finally:
        transport.close()


@pytest.fixture(scope="module")
def results(request: pytest.FixtureRequest) -> Iterator[dict[str, Result]]:
    """All of them judged, several at a time: most of it is waiting."""
    asked = SAID.keys() & collected(request)
    with none_left():
        with ThreadPoolExecutor(6) as pool:
            running = {name: pool.submit(result, name, SAID[name].seconds) for name in asked}
        yield {name: future.result() for name, future in running.items()}


@pytest.mark.parametrize("name", spread(SAID, 3))
def test_a_fault_is_on_its_own_scenario_and_named(name: str, results: dict[str, Result]) -> None:
    must_be_said(results[name], SAID[name])


def test_what_keeps_the_output_open_is_said_where_there_is_no_table_of_processes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sandbox, "can_have_own", lambda _what: False)
    with none_left():
        fault = next(c.fault for c in result("grandchild").comparisons if c.fault)
    must_match(f"the process ended with exit code 0{HELD_OPEN[:-1]}", fault.message)


# What comes between two answers is met by the question behind it: nobody else was asked.
BEHIND = {
    "dies_after_reply": Said(
        "crashes", "(before it was asked, )?the process ended with exit code 3"
    ),
    "text_between_replies": Said("garbled", "output before it was asked: 'done'"),
}


@pytest.mark.parametrize("name", BEHIND)
def test_what_comes_between_two_answers_is_met_by_the_next_question(name: str) -> None:
    """And by that one alone."""
    transport, said = reached(name, 20.0), BEHIND[name]
    faults = []
    with none_left():
        transport.describe()
        for golden in goldens():
            faults.append(transport.run(golden.scenario, golden.precision).fault)
            time.sleep(0.5 if golden.scenario.name == TRAP else 0)
        transport.close()
    behind = faults[3]
    assert [fault for fault in faults if fault is not behind] == [None] * 4
    assert behind is not None
    assert behind.kind == said.verdict
    must_match(said.message, behind.message)


def test_three_deaths_in_a_row_end_a_port_and_nothing_is_passed_over() -> None:
    with none_left():
        found = result("always_exits")
    assert [c.fault and c.fault.kind for c in found.comparisons] == ["crashes"] * 3 + [
        "not-run"
    ] * 2
    assert found.comparisons[-1].fault is not None
    assert found.comparisons[-1].fault.message == "its process had died 3 times in a row"
    assert (found.verdict.word, found.verdict.unfed, found.verdict.compared) == ("crashes", 2, 0)


@pytest.mark.parametrize("name", ["keeps_its_average", "answers_another"])
def test_a_port_that_remembers_other_scenarios_is_named_as_such(name: str) -> None:
    """No axis is named: what was seen of one scenario says nothing of another."""
    with none_left():
        found = result(name)
    assert (found.verdict.word, found.notes) == ("diverges", (STATE_LEAKS,))
    assert (found.diagnosis, found.deviations, found.as_expected) == (None, (), False)


def test_a_command_that_may_not_be_run_is_unreachable(tmp_path: Path) -> None:
    script = tmp_path / "port.sh"
    script.write_text("#!/bin/sh\nexit 0\n", encoding="utf-8")
    found = judge(
        of_command([str(script)]),
        StdioTransport("x", [str(script)], timeout=1),
        wanted,
        memory=memory(),
    )
    assert found.verdict.fault is not None
    assert (found.verdict.word, found.verdict.fault.message) == (
        "crashes",
        f"{script}: cannot be started: Permission denied",
    )


def test_every_port_of_the_folder_is_judged_somewhere() -> None:
    tests = [Path(__file__), Path(__file__).parent.parent / "transport/test_stdio.py"]
    source = "".join(path.read_text(encoding="utf-8") for path in tests)
    many = {name: (WIRE / f"{name}.py").read_text("utf-8") for name in ("altered", "misbehaving")}
    ports = {path.stem for path in WIRE.glob("*.py")} - {"wire", "port", *many}
    ports |= {name for text in many.values() for name in re.findall(r"^def (\w+)", text, re.M)}
    assert [name for name in ports if f'"{name}"' not in source] == []
