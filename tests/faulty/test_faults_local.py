"""Python ports that misbehave: each gets its verdict, on one scenario alone, and leaves nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from faulty.faults import HERE, Said, memory, must_be_said, wanted
from support import CommandLine, none_left

from harness.judging.goldens import Goldens
from harness.judging.judge import judge
from harness.judging.verdict import Result
from harness.languages.python import loading
from harness.model.words import GRADIENTS_CHANGED, STATE_LEAKS, UNSTEADY
from harness.ports.port import Port
from harness.ports.targets import of_target
from harness.transport.hosted import HostedTransport
from harness.transport.hosting import Worker
from python_ref.dialects.dialect import Dialect

PORTS = HERE / "python"
# What hangs is waited for; the start of a fresh process is not counted.
SHORT = 0.6

SAID = {
    # It ends its process.
    "exits_at_once": Said(
        "crashes",
        "the process ended with exit code 7; its standard error ends: .*no licence left",
    ),
    "segfaults": Said(
        "crashes",
        r"the process was ended by SIGSEGV: it was at string_at \(.*\) < strike \(segfaults.py:10\)"
        r" < update \(right.py:21\)",
    ),
    "signals_itself": Said(
        "crashes",
        r"the process was ended by SIGSEGV: it was at strike \(signals_itself.py:11\) < update .*",
    ),
    "leaves_forked_child": Said(
        "crashes",
        "the process ended with exit code 3(; .*a process that it started keeps its output open)?",
    ),
    "closes_files": Said("crashes", "the process ended with exit code 1: .*Bad file descriptor"),
    "writes_to_pipes": Said(
        "garbled", "the worker's reply cannot be read; the port wrote to its pipe"
    ),
    # It hangs.
    "loops": Said(
        "times-out",
        r"no answer within 0.6 s; .*it was at strike \(loops.py:[89]\) < update \(right.py:21\)",
        seconds=SHORT,
    ),
    "waits": Said(
        "times-out",
        r"no answer within 0.6 s; .*it was at strike \(waits.py:12\) < update \(right.py:21\)",
        seconds=SHORT,
    ),
    "loud_and_loops": Said(
        "times-out",
        r"no answer within 0.6 s; its standard error ends: not yet \| not yet \| not yet.*",
        seconds=SHORT,
    ),
    # It fails.
    "exits": Said("crashes", r"step 1: SystemExit: 0 \(exits.py:10\)"),
    "recurses": Said("crashes", r"step 1: RecursionError: .* \(recurses.py:8\)"),
    "hoards": Said("crashes", r"step 1: MemoryError: .* \(hoards.py:11\)"),
    "throws_third_time": Said(
        "crashes", r"step 3: ArithmeticError: the third time \(throws_third_time.py:9\)"
    ),
    "reads_input": Said("crashes", r"step 1: EOFError: .* \(reads_input.py:8\)"),
    # It says what is no answer.
    "cuts_arrays": Said("garbled", r"step 1: array 'b' has shape \(0,\), expected \(1,\)"),
    "drops_array": Said("garbled", "step 1: array 'b' is missing"),
    "huge_arrays": Said("garbled", r"step 1: array 'b' has shape \(1048576,\), expected \(1,\)"),
    "null_array": Said("garbled", "step 1: array 'b' holds something that is not a number"),
    "text_numbers": Said("garbled", "step 1: array 'b' holds something that is not a number"),
    "not_a_number": Said("diverges"),
    # It is only unusual.
    "forks": Said("exact"),
    "leaves_thread": Said("exact"),
    "floods": Said("exact"),
    "closes_output": Said("exact"),
    "changes_gradients": Said("exact", notes=(GRADIENTS_CHANGED,)),
}

# What remembers other scenarios, and what only might; objects are imported once and asked again
# and again. Verdict, notes, and deviations.
REMEMBERS: dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "objects:Right": ("exact", (), ()),
    "objects:EpsilonInside": ("diverges", (), ("epsilon=inside",)),
    "objects:SharesAverages": ("diverges", (STATE_LEAKS,), ()),
    "objects:StartsWhereItStopped": ("diverges", (STATE_LEAKS,), ()),
    "objects:ForgetsOnAnotherShape": ("diverges", (STATE_LEAKS,), ()),
    "objects:KeepsFirstHyperparameters": ("diverges", (STATE_LEAKS,), ()),
    "objects:KeepsLastDecay": ("diverges", (STATE_LEAKS,), ()),
    "objects:Remembers": ("diverges", (STATE_LEAKS,), ()),
    "objects:FailsInTheEnd": ("crashes", (), ()),
    "objects:Random": ("diverges", (UNSTEADY,), ()),
    "leaks_state": ("diverges", (STATE_LEAKS,), ()),
}


def result(name: str, worker: Worker) -> Result:
    if ":" in name:
        port = Port(name=name, language="python", reference=name, folder=PORTS)
        source = {"object": name, "folder": str(PORTS)}
    else:
        port = of_target(str(PORTS / f"{name}.py"))
        source = {"source": port.name}
    seconds = SAID[name].seconds if name in SAID else 20.0
    said = loading(**source)
    return judge(
        port,
        HostedTransport("local", name, worker, said, port.wanted, seconds),
        wanted,
        memory=memory(),
    )


def all_of(names: Sequence[str]) -> dict[str, Result]:
    """Ports in one worker, which starts anew only where it must."""
    worker = Worker()
    try:
        return {name: result(name, worker) for name in names}
    finally:
        worker.close()


@pytest.fixture(scope="module")
def results() -> Iterator[dict[str, Result]]:
    """All of them judged, in two workers."""
    names = [*SAID, *REMEMBERS]
    with none_left():
        with ThreadPoolExecutor(2) as pool:
            halves = list(pool.map(all_of, (names[::2], names[1::2])))
        yield halves[0] | halves[1]


@pytest.mark.parametrize("name", SAID)
def test_a_fault_is_on_its_own_scenario_and_named(name: str, results: dict[str, Result]) -> None:
    must_be_said(results[name], SAID[name])


@pytest.mark.parametrize("name", REMEMBERS)
def test_what_remembers_other_scenarios_is_named_as_such(
    name: str, results: dict[str, Result]
) -> None:
    """And by no axis: what was seen of one scenario says nothing of another."""
    found = results[name]
    assert (found.verdict.word, found.notes, found.deviations) == REMEMBERS[name]
    if found.notes:
        assert found.diagnosis is None
        assert found.verdict.first is not None


def test_a_port_that_fails_when_it_is_fed_again_has_that_fault(results: dict[str, Result]) -> None:
    found = results["objects:FailsInTheEnd"]
    assert found.verdict.fault is not None
    assert found.verdict.fault.message == "the constructor: PermissionError: no licence left"


def test_every_port_of_the_folder_is_judged_somewhere() -> None:
    there = {path.stem for path in PORTS.glob("*.py")}
    assert there == {*SAID, *REMEMBERS} - {n for n in REMEMBERS if ":" in n} | {
        "objects",
        "right",
        "strikes_seventh",
    }


def test_the_command_line_says_which_golden_and_why(
    call: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A port that dies at the seventh instance it makes, counted in a file."""
    monkeypatch.setenv("HOME", str(tmp_path))
    with none_left():
        done = call("check", str(PORTS / "strikes_seventh.py"), "--json", "-")
    (row,) = json.loads(done.out)["results"]
    names = [
        g.name for precision in ("float64", "float32") for g in Goldens().of(Dialect(), precision)
    ]
    # Two instances are not for a golden: the one that is tried, and the first that is fed again.
    struck = names[5]
    assert done.code == 1
    assert (row["verdict"], row["compared"]) == ("crashes", len(names) - 1)
    assert row["message"].startswith(f"test case {struck}: the process ended with exit code 9")
