"""While it works: a line at times where standard error is no terminal, none where all is quick."""

from __future__ import annotations

import time

import pytest

from harness.report import progress


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(progress.VARIABLE, "0.02")


def test_what_takes_long_says_what_it_does(capsys: pytest.CaptureFixture[str]) -> None:
    with progress.progress(3, "starting") as work:
        work.advance("one\x1b over jpype")
        end = time.monotonic() + 5
        text = ""
        while text.count("one") < 2 and time.monotonic() < end:
            time.sleep(0.01)
            text += capsys.readouterr().err
    lines = text.splitlines()
    assert len(lines) >= 2
    # Who had to wait for a core is told of the beginning first.
    begun = {"rmsproof: starting, 0 of 3, 0 s"}
    told = set(lines) - begun
    assert told
    assert told <= {f"rmsproof: one\\x1b over jpype, 1 of 3, {n} s" for n in range(6)}


def test_what_is_quick_says_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(progress.VARIABLE, "30")
    monkeypatch.setattr(progress, "_FIRST", 30.0)
    started = time.monotonic()
    with progress.progress(3):
        pass
    assert time.monotonic() - started < 10  # the end does not wait for the next line
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("given", "seconds"),
    [("0", 0), ("2.5", 2.5), ("", 10), ("often", 10), ("-1", 10), ("nan", 10), ("inf", 10)],
)
def test_the_seconds_between_lines_are_the_users_choice(
    monkeypatch: pytest.MonkeyPatch, given: str, seconds: float
) -> None:
    monkeypatch.setenv(progress.VARIABLE, given)
    assert progress._interval() == seconds


def test_a_search_tells_how_far_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    with progress.searching() as tell:
        tell("pairs", 7, 9)
        end = time.monotonic() + 5
        text = ""
        while "pairs" not in text and time.monotonic() < end:
            time.sleep(0.01)
            text += capsys.readouterr().err
    # Who had to wait for a core is told of the beginning first.
    assert "rmsproof: pairs, 7 of 9, " in text
