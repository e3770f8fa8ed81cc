"""Numbers that lose bits between us and a command are told from an arithmetic that is wrong."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from shapes.classes import some
from support import alike, none_left

from harness.judging import decoding
from harness.judging.judge import judge
from harness.judging.memory import Memory
from harness.judging.verdict import Result
from harness.model.observation import Unreachable
from harness.model.words import MISPRINTS, MISREADS
from harness.ports.targets import of_command
from harness.report.notes import notes_of
from harness.transport.stdio import StdioTransport

PORT = """
import json, math, sys

ECHO = {echo}


def read(text):
    {read}


def written(value):
    {written}


def run(request):
    lr, d, eps = (request[k] for k in ("learning_rate", "decay_rate", "epsilon"))
    w, reply = request["weights"], []
    v = {{name: [0.0] * len(row) for name, row in w.items()}}
    for step in request["gradients"]:
        for name, row in step.items():
            for i, g in enumerate(row):
                v[name][i] = d * v[name][i] + (1 - d) * {square}
                w[name][i] -= lr * g / (math.sqrt(v[name][i]) + eps)
        reply.append({{name: [written(x) for x in row] for name, row in w.items()}})
    return {{"weights": reply}}


for line in sys.stdin:
    request = json.loads(line, parse_float=read)
    if request["do"] == "quit":
        break
    if request["do"] == "describe":
        reply = {{"protocol": 1, "name": "lossy", "precision": "float64", "echo": ECHO}}
        if "echo" in request:
            reply = {{"echo": [written(x) for x in request["echo"]]}}
    else:
        reply = run(request)
    print(json.dumps({{"id": request["id"], **reply}}), flush=True)
"""
BY_POWER = """
    digits, _, exponent = text.lower().partition("e")
    whole, _, fraction = digits.partition(".")
    number = 0.0
    for digit in (whole + fraction).lstrip("-"):
        number = 10 * number + int(digit)
    number *= 10.0 ** (int(exponent or 0) - len(fraction))
    return -number if digits.startswith("-") else number
"""
FIFTEEN = "return float(f'{float(text):.15g}')"
PRINTED = "return float(f'{value:.15g}')"
WRONG = "return float(text) * (1 + 2e-16) if text == '0.1' else float(text)"
FED = ["page-ten-steps", "mixed-arrays", "many-arrays", "short-memory", "sign-changes"]


def result(
    folder: Path,
    read: str = "return float(text)",
    written: str = "return value",
    square: str = "(g * g)",
    echo: bool = False,
    seed: int | None = None,
) -> Result:
    path = folder / "port.py"
    path.write_text(
        PORT.format(read=read.strip(), written=written, square=square, echo=echo), encoding="utf-8"
    )
    transport = StdioTransport("lossy", [sys.executable, "-S", str(path)], timeout=20)
    with none_left():
        try:
            return judge(of_command(["lossy"]), transport, some(FED), memory=Memory(seed=seed))
        finally:
            transport.close()


@pytest.mark.parametrize(
    ("changes", "note"),
    alike(
        [
            ({"read": BY_POWER}, MISREADS),
            ({"written": PRINTED}, MISPRINTS),
            # In another order of evaluation.
            ({"read": BY_POWER, "square": "g * g"}, MISREADS),
            ({"written": PRINTED, "square": "g * g"}, MISPRINTS),
            ({"read": FIFTEEN}, MISREADS),
            ({"written": "return float(f'{value:.6f}')"}, MISPRINTS),
        ],
        suite=3,
    ),
)
def test_what_is_lost_on_the_way_is_no_fault_of_the_formula(
    changes: dict[str, str], note: str, tmp_path: Path
) -> None:
    found = result(tmp_path, **changes)
    assert found.verdict.word in ("conforms", "diverges")
    assert (found.notes, found.deviations, found.diagnosis) == ((note,), (), None)
    assert any("it would be exact if it" in text for text in notes_of(found))


def test_what_is_lost_in_what_was_drawn_alone_is_no_fault_either(tmp_path: Path) -> None:
    """With this seed a drawn scenario has a number whose loss is beyond all rounding."""
    found = result(tmp_path, read=BY_POWER, seed=15)
    assert found.verdict.word == "diverges"
    assert {c.golden.partition("-")[0] for c in found.comparisons if not c.within} == {"drawn"}
    assert (found.notes, found.deviations, found.diagnosis) == ((MISREADS,), (), None)


def test_what_no_loss_explains_is_said_to_lose_nothing(tmp_path: Path) -> None:
    found = result(tmp_path, square="g * g * (1 + 1e-15)")
    assert found.verdict.word == "conforms"
    assert found.notes == ()
    right = result(tmp_path)
    assert (right.verdict.word, right.notes) == ("exact", ())


@pytest.mark.usefixtures("briefly")
def test_an_echo_is_asked_for_only_where_a_port_offers_it(tmp_path: Path) -> None:
    found = result(tmp_path, read=WRONG, echo=True)
    assert found.misread == (0.1, 0.10000000000000003)
    assert "numbers lose bits on the way: 0.1 comes back as 0.10000000000000003" in notes_of(found)
    assert result(tmp_path, read=WRONG).misread is None
    assert result(tmp_path, echo=True).misread is None


def test_an_echo_that_is_none_is_garbled(tmp_path: Path) -> None:
    path = tmp_path / "port.py"
    text = PORT.format(read="return float(text)", written="return value", square="1", echo=True)
    path.write_text(text.replace('written(x) for x in request["echo"]', ""), encoding="utf-8")
    transport = StdioTransport("lossy", [sys.executable, "-S", str(path)], timeout=20)
    with none_left(), pytest.raises(Unreachable) as caught:
        transport.describe()
    assert str(caught.value).startswith("describe: echo")
    assert caught.value.fault.kind == "garbled"


@pytest.mark.parametrize("read", decoding._READING)
def test_ways_of_reading_are_near_the_number(read: Callable[[float], float]) -> None:
    """And right where nothing is lost."""
    for value in (1.0, -2.0, 0.5, 3.0, 1024.0):
        assert read(value) == value
    for value in (0.1, -123.456, 1e-8, 0.4968377233398313, 3e20, 2.5e-5):
        assert abs(read(value) - value) <= 1e-6 * abs(value)
