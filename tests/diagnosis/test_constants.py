"""From a constant that fits to the one that was written: digits, intervals, what is left open."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from showing import REFERENCE

from harness.diagnosis import constants as written
from harness.diagnosis.constants import (
    determined,
    opened_names,
    shortest_first,
    with_intervals,
)
from harness.diagnosis.explanation import Explanation
from harness.diagnosis.hypotheses import Deviations
from python_ref.dialects.dialect import Dialect

MOMENTUM: Deviations = (("momentum", "nesterov"),)
DECAY: Deviations = (("decay_rate", "ignored"),)
RATE: Deviations = (("learning_rate", "ignored"),)

# -- digits ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("constants", "most", "ladder"),
    [
        ({"clip": 0.12345}, 3, [0.1, 0.12, 0.123, 0.12345]),
        # A rate also by what it lacks to one, a scale by its inverse.
        ({"momentum": 0.99974}, 2, [0.9997, 0.99974, 0.99974]),
        ({"momentum": 0.4}, 1, [0.4, 0.4]),
        ({"gradient_scale": 1 / 3}, 1, [0.3, 1 / 3, 1 / 3]),
        ({"clip": 2.0}, 15, [2.0, 2.0]),
        # No rate of one, whatever is rounded to it.
        ({"decay_rate": 0.96}, 1, [0.96, 0.96]),
    ],
)
def test_constants_are_tried_from_the_shortest_on(
    constants: dict[str, float], most: int, ladder: list[float]
) -> None:
    (name,) = constants
    assert [given[name] for given in shortest_first(constants, most)] == ladder


def test_several_constants_have_equally_many_digits_in_every_combination() -> None:
    given = list(shortest_first({"clip": 0.37, "momentum": 0.988}, 2))
    assert given == [
        {"clip": 0.4, "momentum": 0.99},
        {"clip": 0.37, "momentum": 0.99},
        {"clip": 0.37, "momentum": 0.988},
        {"clip": 0.37, "momentum": 0.988},
    ]
    assert len(list(shortest_first({"clip": 1 / 7}))) == 16


# -- what is open ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("chosen", "offered", "free", "names"),
    [
        (MOMENTUM, [], [], ("momentum",)),
        (MOMENTUM, ["momentum"], [], ()),
        (MOMENTUM, ["clip"], [], ("momentum",)),
        (DECAY, ["decay_rate"], [], ("decay_rate",)),
        (MOMENTUM, ["momentum"], ["momentum", "clip"], ("momentum",)),
        (MOMENTUM, [], ["momentum"], ("momentum",)),
        ((), [], ["momentum"], ()),
        ((*DECAY, *MOMENTUM), [], ["clip"], ("decay_rate", "momentum")),
    ],
)
def test_open_is_what_a_set_brings_and_no_caller_gives(
    chosen: Deviations, offered: list[str], free: list[str], names: tuple[str, ...]
) -> None:
    assert opened_names(REFERENCE, chosen, offered, free) == names
    claim = Dialect(["weight_decay=coupled"], {"weight_decay": 0.1})
    assert opened_names(claim, (), [], ["clip", "weight_decay"]) == ("weight_decay",)


# -- how far a constant is determined -------------------------------------------------------------


def held(*fits: Callable[[Mapping[str, float]], bool]) -> Any:
    """A trial of pieces each of which some constants fit."""

    def within(ways: Sequence[tuple[Deviations, Mapping[str, float]]], piece: int) -> Any:
        return np.array([fits[piece](constants) for _, constants in ways]), None

    return SimpleNamespace(evidence=list(range(len(fits))), within=within)


@pytest.mark.parametrize(
    ("name", "without"),
    [
        ("momentum", 0.0),
        ("epsilon", 0.0),
        ("clip", 1e30),
        ("factor", 1.0),
        ("factor", 0.0),
        ("total", 1e12),
    ],
)
def test_what_fits_as_well_without_effect_is_not_determined(name: str, without: float) -> None:
    told = Explanation(MOMENTUM, {"learning_rate": 0.5, name: 0.25})

    def idle(constants: Mapping[str, float]) -> bool:
        return constants == {"learning_rate": 0.5, name: without}

    def never(_: object) -> bool:
        return False

    assert not determined(held(idle), told)
    assert not determined(held(idle, idle, idle), told)
    for pieces in [never], [idle, never], [never, idle], [idle, idle, never]:
        assert determined(held(*pieces), told), "one piece that tells is enough"
    assert determined(held(idle), Explanation(RATE, {"learning_rate": 0.5}))


def ends(name: str, value: float, *fits: Callable[[float], bool]) -> tuple[float, float] | None:
    pieces = [lambda constants, fit=fit: fit(constants[name]) for fit in fits]
    told = Explanation(MOMENTUM, {name: value, "every": 3.0})
    found = with_intervals(held(*pieces), told)
    assert set(found.intervals) <= {name}
    assert (found.chosen, found.constants) == (told.chosen, told.constants)
    return found.intervals.get(name)


@pytest.mark.parametrize("sizes", [(1e-5, 3e-4), (0.02, 0.5), (2e-9, 7e-9)])
def test_an_interval_ends_where_the_constant_fits_no_more(sizes: tuple[float, float]) -> None:
    below, above = sizes
    for value in 0.25, 4.0:
        found = ends("clip", value, lambda x, v=value: v * (1 - below) <= x <= v * (1 + above))
        assert found is not None
        low, high = found
        # Outside of what fits, by less than a hundredth of the way.
        assert 0 <= 1 - below - low / value <= 0.05 * below
        assert 0 <= high / value - 1 - above <= 0.05 * above


def test_an_interval_is_what_fits_all_pieces_and_no_constant_that_nobody_means() -> None:
    def near(x: float) -> bool:
        return abs(x - 0.5) < 0.1

    def nearer(x: float) -> bool:
        return abs(x - 0.5) < 0.01

    for fits in (near, nearer), (nearer, near), (nearer,):
        assert ends("clip", 0.5, *fits) == pytest.approx((0.49, 0.51), abs=1e-4)
    low, high = ends("momentum", 0.5, lambda _: True) or (0, 0)
    assert (low, high) == (pytest.approx(0.0, abs=5e-3), 1.0)
    assert ends("clip", 0.5, lambda x: x < 0.6)[0] <= 0.0  # type: ignore[index]
    assert ends("clip", 0.5, lambda x: x > 0.4)[1] == math.inf  # type: ignore[index]
    high = ends("clip", 5e-9, lambda x: x < 0.6)[1]  # type: ignore[index]
    assert high == pytest.approx(0.6, rel=0.05)
    assert ends("clip", 0.5, lambda x: x == 0.5) is None
    assert ends("clip", 0.5, lambda x: abs(x - 0.5) < 1e-12) is None, "no more digits are written"
    assert ends("clip", 0.5, lambda x: abs(x - 0.5) < 1e-9) is not None
    # One step of a double's last bits is an end, too.
    told = Explanation(MOMENTUM, {"clip": 0.5})
    trial = held(lambda constants: abs(constants["clip"] - 0.5) < 2e-15)
    low, high = (written._end(trial, told, "clip", 0.5, sign) for sign in (-1, 1))
    assert low < 0.5 < high


def test_what_is_no_wider_than_what_is_written_is_no_interval(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = Explanation(MOMENTUM, {"clip": 2.0})
    monkeypatch.setattr(written, "_LEAST_WIDTH", 0.25)
    for wide, intervals in ((0.5, {}), (0.75, {"clip": (2.0, 2.75)})):
        monkeypatch.setattr(written, "_end", lambda *given, w=wide: given[3] + w * (given[4] > 0))
        assert with_intervals(held(), told).intervals == intervals
