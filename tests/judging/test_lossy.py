"""Ways of reading and printing numbers wrongly: digit by digit, and what they must explain."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from support import golden, observed, tiny

from harness.judging import decoding
from harness.model.observation import Fault, Observation
from harness.model.words import MISPRINTS, MISREADS
from python_ref.golden import Golden
from python_ref.numbers.arithmetic import PLAIN, Arithmetic

LEFT = Arithmetic(square="left")

# -- number by number -----------------------------------------------------------------------------


def tenths(*digits: int) -> float:
    """Digits behind the point, each by a tenth of the place before."""
    value, place = 0.0, 1.0
    for digit in digits:
        place *= 0.1
        value += digit * place
    return value


def tens(number: float, places: int) -> float:
    for _ in range(abs(places)):
        number = number * 10.0 if places > 0 else number / 10.0
    return number


WAYS = ("_scaled", "_divided", "_split", "_place_by_place", "_ten_by_ten")
READ = {
    0.01275: (1275.0 * 10.0**-5, 1275.0 / 10.0**5, 1275.0 / 10.0**5, tenths(0, 1, 2, 7, 5),
              tens(1275.0, -5)),
    -0.7: (-7.0 * 10.0**-1, -7.0 / 10.0, -7.0 / 10.0, -tenths(7), -0.7),
    123.456: (123456.0 * 10.0**-3, 123456.0 / 10.0**3, 123 + 456.0 / 10.0**3, None,
              tens(123456.0, -3)),
    1.23e-7: (123.0 * 10.0**-9, 123.0 / 10.0**9, (1 + 23.0 / 100) * 10.0**-7,
              (1 + tenths(2, 3)) * 10.0**-7, tens(123.0, -9)),
    -2.5e20: (-25.0 * 10.0**19, -25.0 * 10.0**19, -2.5 * 10.0**20, -2.5 * 10.0**20,
              -tens(25.0, 19)),
    # Whole numbers are not read as ten times as many tenths, which doubles do not count.
    5187551958215094.0: (5187551958215094.0,) * 5,
    # Powers of ten that are none in double.
    7e-307: (7 * 10.0**-307, 7 / 10.0**307, 7 * 10.0**-307, 7 * 10.0**-307, None),
    7e-308: (0.0, 0.0, 0.0, 0.0, None),
    1.5e-307: (0.0, 0.0, 1.5 * 10.0**-307, 1.5 * 10.0**-307, None),
}  # fmt: skip


@pytest.mark.parametrize("value", READ)
def test_a_number_is_read_as_each_way_has_it(value: float) -> None:
    for way, wanted in zip(WAYS, READ[value], strict=True):
        if wanted is not None:
            assert getattr(decoding, way)(value) == wanted, way


def test_many_digits_lose_their_last_and_floats_all_but_seven() -> None:
    assert decoding._number("1234567") == 1234567.0
    assert decoding._as_float(0.1) == float(np.float32(0.1)) != 0.1
    assert {decoding._digits(n)(1 / 3) for n in (6, 15)} == {0.333333, 0.333333333333333}
    assert {decoding._decimals(n)(20 / 3) for n in (6, 15)} == {6.666667, 6.666666666666667}


def test_what_is_no_number_and_what_is_0_is_lost_in_no_way() -> None:
    asked: list[float] = []
    values = np.array([[1.5, 0.0, math.nan], [-math.inf, -2.0, math.inf]])
    lost = decoding._each(values, lambda x: asked.append(x) or x + 1)  # type: ignore[func-returns-value]
    assert asked == [1.5, -2.0]
    assert np.array_equal(lost, [[2.5, 0.0, math.nan], [-math.inf, -1.0, math.inf]], equal_nan=True)
    assert decoding._each(values, decoding._same) is values


def test_of_a_scenario_every_number_is_read() -> None:
    rates = (0.5, 0.25)
    given = tiny(learning_rate=0.5, learning_rates=rates, options={"momentum": 0.75})
    read = decoding._each_read(given, lambda x: 2 * x)
    for name in given.names:
        assert np.array_equal(read.weights[name], 2 * given.weights[name])
        for a, b in zip(read.gradients, given.gradients, strict=True):
            assert np.array_equal(a[name], 2 * b[name])
    assert (read.learning_rate, read.learning_rates) == (1.0, (1.0, 0.5))
    assert (read.decay_rate, read.epsilon) == (1.8, 2e-8)
    assert read.options == {"momentum": 1.5}


# -- what explains --------------------------------------------------------------------------------


class Replays:
    """What goldens are in each arithmetic: here as far off plain as the arithmetic is named for."""

    def __init__(self, off: Mapping[Arithmetic, float]) -> None:
        self.off, self.asked = off, []  # type: ignore[var-annotated]

    def weights(self, golden: Golden, asked: Sequence[Arithmetic]) -> dict[Arithmetic, Any]:
        self.asked.append((golden, list(asked)))
        return {a: golden.weights + self.off.get(a, math.inf) for a in asked}


def explains(replays: Replays, *fed: tuple[Golden, Observation], **loss: Any) -> bool:
    return decoding._explains(fed, replays, **loss)  # type: ignore[arg-type]


def moved(of: Golden, by: float) -> tuple[Golden, Observation]:
    return of, observed(of, weights=of.weights + by)


def test_one_arithmetic_must_give_all_goldens_of_its_precision() -> None:
    short, long = golden(), golden("mixed-arrays")
    floats = golden(precision="float32")
    replays = Replays({PLAIN: 0.0, LEFT: 1.0})
    assert explains(replays, moved(short, 0.0), moved(long, 0.0))
    assert explains(replays, moved(short, 1.0), moved(long, 1.0))
    assert replays.asked[-1][1] == [LEFT], "the next is asked for what is left"
    assert not explains(replays, moved(short, 0.0), moved(long, 1.0))
    assert not explains(replays, moved(short, 0.5))
    assert explains(replays, moved(short, 0.0), moved(floats, 1.0))
    assert all(g is short or g is long or g is floats for g, _ in replays.asked)
    off = observed(short)
    off.weights[-1, -1] += 1e-12
    assert not explains(replays, (short, off)), "every value, or it is none"


def test_numbers_are_lost_before_or_after_they_are_computed_with() -> None:
    short = golden()
    replays = Replays({PLAIN: 0.0})
    assert not explains(replays, moved(short, 0.0), printed=lambda x: x + 1)
    printed = observed(short, weights=decoding._each(short.weights, lambda x: x + 1))
    assert explains(replays, (short, printed), printed=lambda x: x + 1)
    assert explains(replays, moved(short, 0.0), read=lambda x: 2 * x)
    as_read, _ = replays.asked[-1]
    assert as_read.scenario.learning_rate == 2 * short.scenario.learning_rate


def test_reading_goes_before_printing_and_goldens_that_decide_before_all_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    right: list[Any] = []
    asked: list[tuple[list[Golden], str, Any]] = []

    def explains(
        fed: Sequence[tuple[Golden, Observation]],
        replays: str,
        read: Any = None,
        printed: Any = None,
    ) -> bool:
        assert replays == "replays"
        asked.append(([g for g, _ in fed], "read" if read else "printed", read or printed))
        return (read or printed, "read" if read else "printed") in right

    monkeypatch.setattr(decoding, "_explains", explains)
    short, long = golden(), golden("mixed-arrays")
    edge = replace(short, scenario=replace(short.scenario, edge=True))
    stopped = observed(short, fault=Fault("crashes", "no"))
    fed = [(long, observed(long)), (edge, observed(edge)), (short, stopped), moved(short, 0.0)]
    assert short.weights.size < long.weights.size
    digits, decimals = decoding._DIGITS, decoding._DECIMALS
    for known, note in (
        ([(digits[3], "read")], MISREADS),
        ([(decoding._READING[-1], "read"), (digits[0], "printed")], MISREADS),
        ([(digits[3], "printed")], MISPRINTS),
        ([(decimals[-1], "printed")], MISPRINTS),
        ([], ""),
    ):
        right[:] = known
        asked.clear()
        assert decoding.lossy(fed, "replays") == note  # type: ignore[arg-type]
        assert all(goldens == [short, long] for goldens, *_ in asked)
    tried = [(way, loss) for _, way, loss in asked]
    assert tried == [
        *(("read", loss) for loss in (*digits, *decoding._READING)),
        *(("printed", loss) for loss in (*digits, *decimals)),
    ]
    asked.clear()
    assert decoding.lossy(fed[1:3], "replays") == ""  # type: ignore[arg-type]
    assert asked == [], "nothing is asked where nothing decides"
