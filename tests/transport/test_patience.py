"""What is slow the first time only is no scenario's fault: imports, compiling, a start."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from shapes.classes import judged, some
from support import alike, none_left

from harness.judging.judge import judge
from harness.judging.verdict import Result
from harness.ports.targets import of_command
from harness.transport import awaiting
from harness.transport.base import Patience
from harness.transport.stdio import StdioTransport

# A scenario's time; what is slow takes longer than that, and less than twice as long.
SECONDS = 0.5
SLOW = 0.7

LOADS_SLOWLY = f"""
import os
import sys
import time

import numpy as np

time.sleep({SLOW})
averages = {{}}


def update(gradients, weights, learning_rate, decay_rate, epsilon):
    strike()
    for name, g in gradients.items():
        v = averages.get(name, np.zeros_like(g))
        v = averages[name] = decay_rate * v + (1 - decay_rate) * (g * g)
        weights[name] -= learning_rate * g / (np.sqrt(v) + epsilon)


def strike():
    pass
"""

# What it imports when it is called first is there the next time.
CALLS_SLOWLY = LOADS_SLOWLY.replace(f"time.sleep({SLOW})", "").replace(
    "    pass",
    f"    if 'heavy' not in sys.modules:\n        time.sleep({SLOW})\n"
    "        sys.modules['heavy'] = None",
)

# For the small golden alone, and for each process anew.
DIES = "    if epsilon == 0.0:\n        os._exit(5)\n"


@pytest.fixture(autouse=True)
def leaves_no_process() -> Iterator[None]:
    with none_left():
        yield


def result(folder: Path, text: str, *names: str) -> Result:
    path = folder / "port.py"
    path.write_text(text, encoding="utf-8")
    fed = some(names or ("page-ten-steps", "many-arrays", "single-element"))
    (found,) = judged(path, ["update"], fed, SECONDS).values()
    return found


def test_time_that_loading_takes_is_not_a_scenarios(tmp_path: Path) -> None:
    """Nor is the source run again for each: and still every scenario meets a fresh port."""
    assert result(tmp_path, LOADS_SLOWLY).verdict.word == "exact"


@pytest.mark.parametrize(
    ("strike", "kind", "said"),
    alike(
        [
            ("os._exit(5)", "crashes", "the process ended with exit code 5"),
            (
                "time.sleep(60)",
                "times-out",
                "no answer within 0.5 s; it was at strike (port.py:22)",
            ),
            ("raise ValueError('no')", "crashes", "step 1: ValueError: no (port.py:22)"),
            ("os.kill(os.getpid(), 9)", "crashes", "the process was ended by SIGKILL"),
        ],
        suite=2,
    ),
)
def test_a_port_that_loads_slowly_fails_as_others_do(
    strike: str, kind: str, said: str, tmp_path: Path
) -> None:
    struck = LOADS_SLOWLY.replace("    strike()", "    if epsilon == 0.0:\n        strike()")
    found = result(tmp_path, struck.replace("    pass", f"    {strike}"), "epsilon-zero")
    (first, *_) = [c.fault for c in found.comparisons]
    assert first is not None
    assert (first.kind, first.message.partition(" < ")[0]) == (kind, said)


def test_a_first_call_has_more_time_in_every_process(tmp_path: Path) -> None:
    """One scenario ends the process; the first in the new one is slow again."""
    text = CALLS_SLOWLY.replace("    strike()\n", f"    strike()\n{DIES}")
    found = result(tmp_path, text, "page-ten-steps", "epsilon-zero", "many-arrays")
    faults = {c.golden.split("/")[-1]: c.fault for c in found.comparisons if c.family == "float64"}
    assert [name for name, fault in faults.items() if fault] == ["epsilon-zero"]
    assert found.verdict.word == "exact"  # epsilon 0 is an edge


def test_a_port_that_hangs_is_not_waited_for_twice_as_long_again() -> None:
    patience = Patience(10.0)
    assert patience.seconds == 20.0
    patience.tried()
    assert patience.seconds == 10.0
    assert not patience.again()
    assert patience.seconds == 10.0


def test_a_process_that_was_slow_at_first_is_given_time_once_more() -> None:
    patience = Patience(1.0)
    with patience.watched():
        time.sleep(0.3)
    patience.tried()
    assert patience.again()
    assert patience.seconds == 2.0
    patience.tried()
    assert not patience.again()


WIRE = f"""
import json
import sys
import time

slow = {SLOW}
for line in sys.stdin:
    request = json.loads(line)
    reply = {{"id": request.get("id")}}
    if request["do"] == "describe":
        reply |= {{"protocol": 1, "name": "slow at first", "precision": "float64"}}
    elif request["do"] == "run":
        time.sleep(slow)
        slow = 0
        v = {{k: [0.0] * len(w) for k, w in request["weights"].items()}}
        w, d = request["weights"], request["decay_rate"]
        reply["weights"] = []
        for step in request["gradients"]:
            for k, gs in step.items():
                for i, g in enumerate(gs):
                    v[k][i] = d * v[k][i] + (1 - d) * (g * g)
                    w[k][i] -= request["learning_rate"] * g / (v[k][i] ** 0.5 + request["epsilon"])
            reply["weights"].append({{k: list(row) for k, row in w.items()}})
    print(json.dumps(reply), flush=True)
"""


def test_a_command_that_is_slow_at_first_is_judged(tmp_path: Path) -> None:
    path = tmp_path / "port.py"
    path.write_text(WIRE, encoding="utf-8")
    transport = StdioTransport("port", [sys.executable, "-S", str(path)], timeout=SECONDS)
    try:
        found = judge(of_command(["port"]), transport, some(["page-ten-steps", "mixed-arrays"]))
    finally:
        transport.close()
    assert found.verdict.word == "exact"


def test_what_is_done_for_us_is_no_place_in_a_port() -> None:
    """Python's own modules are called by ours while a source is read, and by ports."""
    thread = "Current thread 0x1 (most recent call first):"
    parsing = 'File "/usr/lib/python3.11/ast.py", line 226 in _fix'
    ours = f'File "{awaiting.__file__}", line 1 in read'
    port = 'File "port.py", line 3 in turn'
    assert awaiting._python_frames([thread, parsing, ours]) == [awaiting.READING]
    assert awaiting._python_frames([thread, parsing, port, ours])[1] == "turn (port.py:3)"
