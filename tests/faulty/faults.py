"""Ports that misbehave, and how a test holds one against what must be said of it.

Every port is right but at one scenario, in the middle of five. So one judgement shows the
verdict, that the fault is on exactly that scenario, and that those behind it, which a fresh
process may have to answer, are judged rightly.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from harness.comparison.compare import Comparison
from harness.judging.memory import Memory
from harness.judging.verdict import Result, of_golden
from harness.ports.port import Port
from python_ref.dialects.dialect import Dialect
from python_ref.golden import Golden, make
from python_ref.scenarios.scenario import Scenario

HERE = Path(__file__).resolve().parent
WIRE = HERE / "wire"
TRAP = "trap"
TRAP_DECAY = 0.75
SEED = 1
# A name, its decay rate, and its arrays: the trap is known by its decay rate or its first array.
_SCENARIOS: tuple[tuple[str, float, Mapping[str, int], int], ...] = (
    ("first", 0.9, {"w": 2, "b": 1}, 2),
    ("second", 0.5, {"w": 3}, 3),
    (TRAP, TRAP_DECAY, {"trap": 2, "b": 1}, 4),
    ("behind", 0.9, {"w": 2, "b": 1}, 2),
    ("last", 0.99, {"kernel": 4, "b": 1}, 3),
)


@cache
def goldens() -> tuple[Golden, ...]:
    """The five goldens, of the reference in float64."""
    random = np.random.default_rng(6)
    made = []
    for name, decay_rate, lengths, steps in _SCENARIOS:
        scenario = Scenario(
            name=name,
            catches="a port that misbehaves",
            learning_rate=0.01,
            decay_rate=decay_rate,
            epsilon=1e-3,
            weights={n: random.normal(size=k).round(3) for n, k in lengths.items()},
            gradients=[
                {n: random.normal(size=k).round(3) for n, k in lengths.items()}
                for _ in range(steps)
            ],
        )
        made.append(make(scenario, Dialect(), "float64"))
    return tuple(made)


def on_the_wire(name: str) -> tuple[str, ...]:
    """What Python runs for a port that speaks the wire protocol: a file, or one of many in one."""
    file = WIRE / f"{name}.py"
    return (str(file),) if file.exists() else (str(WIRE / "port.py"), name)


def memory() -> Memory:
    """What is drawn afresh has another scenario's hyperparameters than the trap's."""
    return Memory(seed=SEED)


def wanted(_port: Port, precision: str) -> Sequence[Golden]:
    """What `judge` is to feed: the five, where a port takes float64."""
    return goldens() if precision == "float64" else ()


@dataclass(frozen=True)
class Said:
    """What must be said of a port.

    Attributes:
        verdict: its verdict.
        message: a pattern that the trap's whole message matches; "" where it has no fault.
        trap: the verdict on the trap, where its own is another.
        notes: what is noted beside.
        seconds: the time it has for a scenario; short for what hangs.
    """

    verdict: str
    message: str = ""
    trap: str = ""
    notes: tuple[str, ...] = ()
    seconds: float = 20.0


def must_be_said(result: Result, said: Said) -> None:
    """The verdict, its reason on the trap alone, and every other scenario judged rightly."""
    by_name = {c.golden.rsplit("/", 1)[-1]: c for c in result.comparisons}
    assert list(by_name) == [name for name, *_ in _SCENARIOS]
    told = {name: _told(c) for name, c in by_name.items() if name != TRAP}
    assert told == dict.fromkeys(told, "exact")
    trap = by_name[TRAP]
    assert of_golden(trap) == (said.trap or said.verdict), _told(trap)
    assert result.verdict.word == said.verdict
    must_match(said.message, trap.fault.message if trap.fault else "")
    assert result.notes == said.notes
    if said.verdict != "exact":
        assert result.verdict.golden == trap.golden


def must_match(pattern: str, message: str) -> None:
    """The whole message is as the pattern says."""
    assert re.fullmatch(pattern, message, re.DOTALL), message


def _told(comparison: Comparison) -> str:
    fault = comparison.fault
    return f"{fault.kind}: {fault.message}" if fault else of_golden(comparison)
