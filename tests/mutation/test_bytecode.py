"""The mutants of the Java edition: a few judged anew, and what the kept result says of all."""

from __future__ import annotations

import json
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import bytecode
import pytest
from bytecode import Judged, Mutant, Outcome

pytestmark = pytest.mark.jvm

CAUGHT, EXACT = Judged(True, "diverges"), Judged(False, "exact")
REASON = "for a reason"


@cache
def kept() -> dict[str, Any]:
    return tomllib.loads(bytecode.RESULT.read_text(encoding="utf-8"))


def mutant(nth: int = 1) -> Mutant:
    return Mutant(("Math", "AOR1"), 3, "v = d * v;", "Replaced", nth, Path())


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> bytecode.Workshop:
    return bytecode.Workshop(bytecode.EDITION, tmp_path_factory.mktemp("mutants"))


@pytest.fixture(scope="module")
def made(shop: bytecode.Workshop) -> dict[bytecode.Key, Mutant]:
    return {m.key: m for m in shop.mutants()}


W = "w[i] -= learningRate * g[i] / (Math.sqrt(v[i]) + epsilon);"
FOR = "for (int i = 0; i < w.length; i++) {"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("key", "said"),
    [
        (None, (0, "exact", [])),
        (
            (W, "ArgumentPropagation: replaced call to java/lang/Math::sqrt with argument"),
            (1, "diverges", ["root=none"]),
        ),
        ((FOR, "CRCR3: Substituted 0 with -1"), (1, "crashes", [])),
        ((W, "UOI1: Incremented (a++) double array field"), (0, "exact", [])),
    ],
    ids=["unchanged", "a formula", "a crash", "overwritten"],
)
def test_mutant_is_judged(
    key: bytecode.Key | None,
    said: tuple[int, str, list[str]],
    shop: bytecode.Workshop,
    made: dict[bytecode.Key, Mutant],
    call: Any,
) -> None:
    folder = made[key].folder if key else shop.original
    done = call("check", "--golden", "mixed-arrays", "--json", "-", "--", *shop.command(folder))
    (row,) = json.loads(done.out)["results"]
    assert (done.code, row["verdict"], row["deviations"]) == said


@pytest.mark.slow
def test_kept_result_and_list_are_of_the_mutants_that_are_made(
    made: dict[bytecode.Key, Mutant],
) -> None:
    assert list(bytecode.rows_of(kept()["mutants"])) == list(made)
    assert bytecode.equivalents().keys() <= made.keys()
    assert all(bytecode.equivalents().values())


def test_kept_result_shows_every_mutant_caught_or_equivalent() -> None:
    rows, known = bytecode.rows_of(kept()["mutants"]), bytecode.equivalents()
    good = [key for key, row in rows.items() if row["verdict"] in ("exact", "conforms")]
    assert sorted(good) == sorted(known)
    assert kept()["summary"] | {"named": None, "verdicts": None} == {
        "mutants": len(rows),
        "caught": len(rows) - len(known),
        "equivalent": len(known),
        "missed": 0,
        "named": None,
        "verdicts": None,
    }


@pytest.mark.parametrize(
    ("judged", "known", "whole", "missed", "stale"),
    [
        ([CAUGHT], [], True, 0, 0),
        ([CAUGHT, EXACT], [2], True, 0, 0),
        ([CAUGHT, EXACT], [], True, 1, 0),
        ([CAUGHT, EXACT], [1], True, 1, 1),
        ([CAUGHT], [5], True, 0, 1),
        ([CAUGHT], [5], False, 0, 0),
    ],
    ids=["caught", "equivalent", "missed", "listed but caught", "fits none", "others not judged"],
)
def test_missed_and_stale(
    judged: list[Judged], known: list[int], whole: bool, missed: int, stale: int
) -> None:
    pairs = [(mutant(nth), said) for nth, said in enumerate(judged, 1)]
    outcome = Outcome(pairs, {mutant(nth).key: REASON for nth in known}, whole)
    assert (len(outcome.missed), len(outcome.stale)) == (missed, stale)
    assert outcome.summary["missed"] == missed
    assert outcome.summary["mutants"] == outcome.summary["caught"] + missed + sum(
        not said.caught and nth in known for nth, said in enumerate(judged, 1)
    )


def test_result_is_written_as_it_is_read_and_differences_are_told() -> None:
    named = Judged(True, "diverges", "g", ("eps=ignored",))
    before = Outcome([(mutant(), named), (mutant(2), EXACT)], {mutant(2).key: REASON})
    after = Outcome([(mutant(), CAUGHT), (mutant(2), EXACT)], {mutant(2).key: REASON})
    read, now = (tomllib.loads(bytecode.document("double", o)) for o in (before, after))
    assert bytecode.rows_of(read["mutants"]) == {
        mutant().key: {"verdict": "diverges", "golden": "g", "deviations": ["eps=ignored"]},
        mutant(2).key: {"verdict": "exact"},
    }
    assert bytecode.differences(read, read) == []
    assert bytecode.differences(read, now) == [
        f"{mutant().key}: was diverges eps=ignored, is diverges"
    ]
