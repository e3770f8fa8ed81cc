"""A short soak: sixty faults by a fixed seed, every one its own scenario's, nothing left behind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import soak

pytestmark = [pytest.mark.jvm, pytest.mark.slow]

# An answer takes a hundredth of it; what waits for it, a dozen times, is what the test costs.
TIMEOUT = 0.5


@pytest.fixture(scope="module")
def result() -> Iterator[tuple[soak.Tally, list[str]]]:
    """What was seen, and what was left behind."""
    with soak.marked():
        soak.warm_up(TIMEOUT, jvm=False)
        before = soak.settled()
        shares = [
            lambda: soak.fed_through(soak.wire(TIMEOUT), soak.drawn("wire", soak.WIRE, 3, 80)),
            lambda: soak.fed_through(soak.local(TIMEOUT), soak.drawn("local", soak.LOCAL, 3, 24)),
        ]
        total = soak.soaked(iter(shares))
        yield total, soak.leaks(before, soak.settled())


def test_every_fault_is_its_own_scenarios(result: tuple[soak.Tally, list[str]]) -> None:
    total, _ = result
    assert total.wrong == []
    assert total.scenarios == 104
    assert total.faults.total() >= 60
    assert set(total.faults) == {"crashes", "garbled", "times-out", "diverges", "unsupported"}


def test_nothing_is_left_behind(result: tuple[soak.Tally, list[str]]) -> None:
    _, left = result
    assert left == []
