"""Attacks on a harness that runs strangers' code: what is tried, and what must come of it.

Each `test_attacks_*.py` holds a table of attacks of one group, each with its right outcome, and a
test an attack: it holds, or the suite is red. So the number of those that were tried is the
number of those that hold, and `row` of the README is made of the tables.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from textwrap import dedent, indent

import pytest
from faulty.faults import SEED, wanted

from harness.judging.judge import judge
from harness.judging.memory import Memory
from harness.judging.verdict import Result
from harness.languages.python import loading
from harness.machine.isolation.sandbox import can_have_own
from harness.ports.targets import of_command, of_target
from harness.transport.hosted import HostedTransport
from harness.transport.hosting import Worker
from harness.transport.stdio import StdioTransport

PYTHON = (sys.executable, "-S", "-E")
# A module of tests, and what its attacks are after.
GROUPS = {
    "forging": "forging a verdict",
    "survival": "outliving it",
    "paths": "destroying files",
    "folder": "the user's folder",
    "text": "names and texts",
    "cache": "the cache",
    "interruption": "interruptions",
    "limits": "the machine's limits",
}


@dataclass(frozen=True)
class Attack:
    """Something a port does in place of its work, and what must be said of it.

    Attributes:
        does: its code, where an attack is one.
        verdict: the word, or several where what comes first decides.
        message: a pattern found in what is said of it; "" for anything.
        top: code beside its class.
        right: it is the reference otherwise; else its epsilon is inside the root.
        at: "step", or "start" for its constructor.
        seconds: the time it has for a scenario; short for what hangs.
        alone: it spoils its process, which another attack is not to meet. (Each of the command
            line's Python ports has a process of its own.)
        at_us: it strikes at the processes above its own; only where it has a table to itself.
    """

    does: str = ""
    verdict: str | tuple[str, ...] = "diverges"
    message: str = ""
    top: str = ""
    right: bool = False
    at: str = "step"
    seconds: float = 20.0
    alone: bool = False
    at_us: bool = False


_PORT = """
from math import sqrt
{top}

class RMSProp:
    def __init__(self, learning_rate, decay_rate, epsilon):
        self.lr, self.d, self.eps, self.averages = learning_rate, decay_rate, epsilon, {{}}
{start}

    def step(self, weights, gradients):
        for name, row in gradients.items():
            v = self.averages.setdefault(name, [0.0] * len(row))
            for i, g in enumerate(row):
                v[i] = self.d * v[i] + (1 - self.d) * (g * g)
                weights[name][i] -= self.lr * g / {root}
{step}
"""


def port(attack: Attack) -> str:
    """The source of a Python port that attacks."""
    code = {"start": "pass", "step": "pass", attack.at: dedent(attack.does).strip() or "pass"}
    root = "(sqrt(v[i]) + self.eps)" if attack.right else "sqrt(v[i] + self.eps)"
    lines = {where: indent(text, " " * 8) for where, text in code.items()}
    return _PORT.format(top=dedent(attack.top), root=root, **lines)


_WIRE = """
import json, os, sys, time
from math import sqrt

def answer(request):
    v = {{name: [0.0] * len(row) for name, row in request["weights"].items()}}
    w = {{name: list(row) for name, row in request["weights"].items()}}
    d, lr, eps = (request[name] for name in ("decay_rate", "learning_rate", "epsilon"))
    steps = []
    for gradients in request["gradients"]:
        for name, row in gradients.items():
            for i, g in enumerate(row):
                v[name][i] = d * v[name][i] + (1 - d) * g * g
                w[name][i] -= lr * g / sqrt(v[name][i] + eps)
        steps.append({{name: list(row) for name, row in w.items()}})
    return {{"id": request["id"], "weights": steps}}

def say(text):
    sys.stdout.write(text if isinstance(text, str) else json.dumps(text) + "\\n")
    sys.stdout.flush()

for line in sys.stdin:
    request = json.loads(line)
    if request["do"] == "quit":
        break
    if request["do"] == "describe":
        reply = {{"id": request["id"], "protocol": 1, "precision": "float64", "name": "it"}}
{start}
    else:
        reply = answer(request)
{step}
    say(reply)
"""


def command(attack: Attack) -> str:
    """The source of a wrong port that speaks the protocol, and attacks: `reply`, `say(text)`."""
    code = {"start": "pass", "step": "pass", attack.at: dedent(attack.does).strip()}
    return _WIRE.format(**{where: indent(text, " " * 8) for where, text in code.items()})


def in_process(attacks: Mapping[str, Attack], folder: Path) -> dict[str, Result]:
    """Judge Python ports, one after another in as few workers as they leave alive."""

    def some(names: Sequence[str]) -> dict[str, Result]:
        worker, found = Worker(), {}
        try:
            for name in names:
                path = folder / f"{_file(name)}.py"
                path.write_text(port(attacks[name]), encoding="utf-8")
                target, said = of_target(str(path)), loading(source=str(path))
                seconds = attacks[name].seconds
                transport = HostedTransport("local", name, worker, said, target.wanted, seconds)
                found[name] = judge(target, transport, wanted, memory=_memory())
                if attacks[name].alone:
                    worker.reset()
        finally:
            worker.close()
        return found

    contained = can_have_own("processes")
    return _halves(some, [n for n, attack in attacks.items() if contained or not attack.at_us])


def over_the_wire(attacks: Mapping[str, Attack], folder: Path) -> dict[str, Result]:
    """Judge commands, each in a process of its own."""

    def some(names: Sequence[str]) -> dict[str, Result]:
        found = {}
        for name in names:
            path = folder / f"{_file(name)}.py"
            path.write_text(command(attacks[name]), encoding="utf-8")
            words = (*PYTHON, str(path))
            transport = StdioTransport(name, words, timeout=attacks[name].seconds, cwd=folder)
            try:
                found[name] = judge(of_command(words), transport, wanted, memory=_memory())
            finally:
                transport.close()
        return found

    return _halves(some, list(attacks))


def must_hold(attack: Attack, result: Result | None) -> None:
    """The verdict is one that is right, with the words that belong to it."""
    if result is None:
        pytest.skip("this kernel gives no process table of its own")
    allowed = (attack.verdict,) if isinstance(attack.verdict, str) else attack.verdict
    fault = result.verdict.fault
    message = fault.message if fault else ""
    assert result.verdict.word in allowed, (result.verdict.word, message)
    assert re.search(attack.message, message, re.DOTALL), message


def row(counts: Mapping[str, int]) -> str:
    """The README's row: how many attacks are tried, by group."""
    groups = "; ".join(f"{GROUPS[module]} {count}" for module, count in counts.items())
    return (
        "| attacks on it | `tests/hostile/test_attacks_*.py`, in the suite,"
        " of three kinds in part in its slow one"
        f" | {sum(counts.values())} tried, all held: {groups} |"
    )


def tried() -> dict[str, int]:
    """How many attacks each group's table has."""
    modules = {name: import_module(f"hostile.test_attacks_{name}") for name in GROUPS}
    return {name: len(module.ATTACKS) for name, module in modules.items()}


def _memory() -> Memory:
    """Why a wrong port is wrong is not looked for long: that it is wrong is all that counts."""
    return Memory(seed=SEED, seconds=0.1)


def _file(name: str) -> str:
    return re.sub(r"\W+", "_", name)


def _halves(some, names: list[str]) -> dict[str, Result]:  # type: ignore[no-untyped-def]
    with ThreadPoolExecutor(2) as pool:
        halves = list(pool.map(some, (names[::2], names[1::2])))
    return {name: result for half in halves for name, result in half.items()}
