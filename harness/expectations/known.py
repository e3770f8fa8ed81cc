"""A file of known differences: a CI stays green on them, and turns red on any other.

::

    [[known]]
    golden = "*momentum*"          # a pattern or several; every golden if left out
    port = "Mine.java"             # a pattern; every port if left out
    verdict = "diverges"
    deviations = ["momentum=nesterov"]   # what the diagnosis names; anything if left out

Every core golden (with --edge every one) at which a port is not exact or within rounding must
be matched by an entry with the verdict it has there; the deviations named for the port must be
those of the entries that apply, all together. An entry that applies to nothing is stale, or the
port got better: both are differences, as a file that says what is no longer so hides the next.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from harness.judging.verdict import Result, at_golden, decides
from harness.model.errors import UsageError
from harness.model.expectation import labelled
from harness.model.fields import of_toml
from harness.model.patterns import matches
from harness.model.words import GOOD, ORDER, VERDICTS
from python_ref import files
from python_ref.dialects.dialect import Dialect

MOVES_WRONGLY = ("diverges", "no-update")
FATAL = ("times-out", "crashes", "garbled")
# More names than this help nobody who can look at the table.
_NAMES = 3
# A line of the file is some hundred characters, and a port's goldens are some hundred.
_LARGEST = 4 << 20


@dataclass(frozen=True)
class Known:
    """One known difference.

    Attributes:
        word: the verdict at the goldens it is for.
        deviations: what the diagnosis names there; None for anything.
        goldens: patterns of the goldens it is for.
        port: pattern of the ports it is for.
    """

    word: str
    deviations: frozenset[str] | None = None
    goldens: tuple[str, ...] = ("*",)
    port: str = "*"

    def is_for(self, port: str) -> bool:
        """Whether it is about a port of that name."""
        return matches(port, self.port)

    def applies(self, port: str, wrong: Mapping[str, str]) -> bool:
        """Whether it covers any of the goldens at which a port is wrong, by their verdicts."""
        return self.is_for(port) and any(self.covers(g, word) for g, word in wrong.items())

    def is_at(self, golden: str) -> bool:
        """Whether it is about a golden of that name."""
        return any(matches(golden, pattern) for pattern in self.goldens)

    def covers(self, golden: str, word: str) -> bool:
        """Whether it has this verdict for a golden; after known deaths, the rest is not run."""
        left_out = word == "not-run" and self.word in FATAL and golden != ""
        return (word == self.word or left_out) and self.is_at(golden)

    def __str__(self) -> str:
        where = "" if self.goldens == ("*",) else f" at {', '.join(self.goldens)}"
        whose = "" if self.port == "*" else f" of {self.port}"
        return f"{labelled(self.word, self.deviations or ())}{where}{whose}"


@dataclass(frozen=True)
class Matched:
    """Results matched with what is known.

    Attributes:
        results: with `as_expected`, `unexpected` and `known` accordingly.
        stale: entries that apply to nothing, by their place in the file: a sentence each.
    """

    results: tuple[Result, ...]
    stale: Mapping[int, str]


class _Entry(msgspec.Struct, forbid_unknown_fields=True):
    verdict: str
    golden: str | list[str] = "*"
    port: str = "*"
    deviations: list[str] | None = None


class _File(msgspec.Struct, forbid_unknown_fields=True):
    known: list[_Entry] = []


def read(path: Path) -> list[Known]:
    """Read a file of known differences. Raises UsageError naming file, entry and field."""
    if not files.exists(path):
        raise UsageError(
            f"{path}: does not exist; the same command with --update-expectations writes it"
        )
    file = of_toml(path, _LARGEST, "keep only the known differences", _File)
    return [_known(path, number, entry) for number, entry in enumerate(file.known)]


def _known(path: Path, number: int, entry: _Entry) -> Known:
    where = f"{path}: known[{number}]"
    possible = [word for word in VERDICTS if word not in (*GOOD, "not-run")]
    if entry.verdict not in possible:
        raise UsageError(
            f"{where}.verdict: {files.quoted(entry.verdict)} is not one of {', '.join(possible)}"
        )
    goldens = (entry.golden,) if isinstance(entry.golden, str) else tuple(entry.golden)
    if not goldens:
        raise UsageError(f'{where}.golden: is empty; leave it out or write "*"')
    if entry.deviations is None:
        return Known(entry.verdict, None, goldens, entry.port)
    if entry.deviations and entry.verdict not in MOVES_WRONGLY:
        raise UsageError(f"{where}.deviations: {entry.verdict} has no deviations; leave them out")
    try:
        Dialect(entry.deviations)
    except ValueError as error:
        raise UsageError(f"{where}.deviations: {error}") from error
    return Known(entry.verdict, frozenset(entry.deviations), goldens, entry.port)


def match(
    results: Sequence[Result], known: Sequence[Known], *, edge_decides: bool, whole: bool
) -> Matched:
    """Match results with what is known of their ports.

    Args:
        results: of any number of ports and transports.
        known: the entries of the file.
        edge_decides: whether edge goldens decide too.
        whole: all goldens were fed; else an entry that matches none of them is not stale.
    """
    used: set[int] = set()
    matched = []
    for result in results:
        wrong = dict(wrong_at(result, edge_decides))
        applying = {i: e for i, e in enumerate(known) if e.applies(result.port.name, wrong)}
        used |= applying.keys()
        entries = list(applying.values())
        breaches = tuple(_breaches(result, wrong, entries))
        covered = (g for g, word in wrong.items() if any(e.covers(g, word) for e in entries))
        matched.append(
            replace(result, as_expected=not breaches, unexpected=breaches, known=frozenset(covered))
        )
    return Matched(tuple(matched), dict(_stale(results, known, used, whole)))


def wrong_at(result: Result, edge_decides: bool) -> Iterator[tuple[str, str]]:
    """The goldens at which a port is not right, each with its verdict there.

    What is wrong without any golden (it does not compile, it leaks state) is wrong at "".
    """
    some = False
    for comparison in result.comparisons:
        if decides(comparison, edge_decides=edge_decides):
            word = at_golden(result, comparison).word
            if word not in (*GOOD, "unsupported"):
                some = True
                yield comparison.golden, word
    if not some and result.verdict.word not in GOOD:
        yield "", result.verdict.word


def named(result: Result) -> tuple[str, ...]:
    """The deviations a port shows; of one that fails at some goldens, those at the others."""
    diagnosis = result.elsewhere[1] if result.elsewhere else result.diagnosis
    best = diagnosis.best if diagnosis else None
    return best.deviations if best else ()


def _breaches(result: Result, wrong: Mapping[str, str], entries: Sequence[Known]) -> Iterator[str]:
    """What of a result is not known, or is known otherwise."""
    new: dict[str, list[str]] = {}
    for golden, word in wrong.items():
        if not any(entry.covers(golden, word) for entry in entries):
            new.setdefault(word, []).append(golden)
    for word in sorted(new, key=lambda w: ORDER.index(w) if w in ORDER else 0):
        goldens = [golden for golden in new[word] if golden]
        more = f" and {len(goldens) - _NAMES} more" if len(goldens) > _NAMES else ""
        # Where nothing at all is known of the port, its goldens tell nothing more.
        at = f" at {', '.join(goldens[:_NAMES])}{more}" if goldens and entries else ""
        yield f"not a known difference: {word}{at}"
    moving = [entry for entry in entries if entry.word in MOVES_WRONGLY]
    if moving and all(entry.deviations is not None for entry in moving):
        expected = frozenset().union(*(entry.deviations or () for entry in moving))
        if expected != frozenset(named(result)):
            now = ", ".join(named(result)) or "no explanation"
            yield f"known: {', '.join(sorted(expected)) or 'no explanation'}; now: {now}"


def _stale(
    results: Sequence[Result], known: Sequence[Known], used: set[int], whole: bool
) -> Iterator[tuple[int, str]]:
    """Entries that apply to nothing, and why."""
    for i, entry in enumerate(known):
        if i in used:
            continue
        about = [result for result in results if entry.is_for(result.port.name)]
        if not about:
            yield i, f"{entry}: no port here has that name"
            continue
        fed = [c.golden for result in about for c in result.comparisons]
        at_none = bool(fed) and not any(map(entry.is_at, fed))
        if at_none and whole:
            yield i, f"{entry}: no golden has that name"
        elif not at_none and all(result.verdict.word != "not-run" for result in about):
            yield i, f"{entry} no longer shows"
