"""Broken Clojure for the tests of its repairs: messages, and what the likeliest repair is."""

from __future__ import annotations

from textwrap import dedent

from harness.languages.repair import Broken, Repaired
from harness.languages.repair.clojure import repairs

LINE = 40  # where a block of these tests stands in its document


def unresolved(name: str, line: int, column: int = 5) -> str:
    return f"Unable to resolve symbol: {name} in this context (page.clj:{line}:{column})"


def cast(given: str, wanted: str, line: int) -> str:
    return (
        f"core/page: step 1: java.lang.ClassCastException: class {given} cannot be cast to class"
        f" {wanted} ({given} and {wanted} are in unnamed module of loader 'app') (page.clj:{line})"
    )


def candidates(text: str, verdict: str, message: str) -> list[Repaired]:
    return list(repairs(Broken(dedent(text), LINE, verdict, message)))


def check(text: str, verdict: str, message: str, expected: str, change: str) -> Repaired:
    """The likeliest repair is this one, text and phrase."""
    first = next(repairs(Broken(dedent(text), LINE, verdict, message)), None)
    assert first is not None
    assert first.text == dedent(expected)
    assert first.change == change
    return first
