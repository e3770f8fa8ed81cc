"""Files of expectations rewritten to what was shown; their comments stay.

Nothing is written where something was not judged: what is then missing would look as if it
were gone.
"""

from __future__ import annotations

import glob
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT

from harness.expectations.known import FATAL, MOVES_WRONGLY, Known, Matched, named, wrong_at
from harness.judging.verdict import Result
from harness.model.errors import ToolchainError, UsageError
from harness.model.expectation import labelled
from harness.model.words import GOOD
from harness.ports.folder import MANIFEST

_TITLE = "Known differences. The check passes if these show, and no others."


def manifests(results: Sequence[Result]) -> dict[Path, tuple[str, str]]:
    """What bundled editions' port.toml are to say, where they say something else.

    Returns:
        By file: its whole new text, and what changes, for people.

    Raises:
        ToolchainError: something was not judged.
        UsageError: an edition shows different things over its transports, or a file cannot be
            read.
    """
    refuse_unjudged(results)
    changes: dict[Path, tuple[str, str]] = {}
    for port in dict.fromkeys(result.port.name for result in results):
        alike = [result for result in results if result.port.name == port]
        words = {(r.verdict.word, frozenset(r.deviations)) for r in alike}
        if len(words) > 1:
            each = "; ".join(f"{r.transport}: {_label(r)}" for r in alike)
            raise UsageError(
                f"{port}: its transports give different results ({each}); make them agree first"
            )
        if not all(result.as_expected for result in alike):
            path = alike[0].port.folder / MANIFEST
            changes[path] = (_manifest(path, alike[0]), _change(alike[0]))
    return changes


def _manifest(path: Path, result: Result) -> str:
    document = _parsed(path)
    table: Any = document.setdefault("expectation", tomlkit.table())
    table["verdict"] = result.verdict.word
    table["deviations"] = list(result.deviations)
    return tomlkit.dumps(document)


def _change(result: Result) -> str:
    before = result.port.expectation
    return f"{before if before else 'nothing'} -> {_label(result)}"


def _label(result: Result) -> str:
    return labelled(result.verdict.word, result.deviations)


def known(
    path: Path, entries: Sequence[Known], matched: Matched, *, edge_decides: bool
) -> tuple[str, list[str]]:
    """What a file of known differences is to say.

    Entries that still apply stay as they are, comments included; those that do not go, and what
    they left uncovered is added.

    Returns:
        Its whole new text, and what changes, a sentence each.

    Raises:
        ToolchainError: something was not judged.
        UsageError: the file cannot be read.
    """
    refuse_unjudged(matched.results)
    document = _parsed(path) if path.exists() else tomlkit.document()
    if not path.exists():
        document.add(tomlkit.comment(_TITLE))
        document.add(tomlkit.nl())
    gone = set(matched.stale)
    for result in matched.results:
        if not result.as_expected:  # a name that changed is named anew
            wrong = dict(wrong_at(result, edge_decides))
            gone |= {i for i, e in enumerate(entries) if _names_otherwise(e, result, wrong)}
    staying = [entry for i, entry in enumerate(entries) if i not in gone]
    several = len({result.port.name for result in matched.results}) > 1
    added: list[Known] = []
    for result in matched.results:
        added += _missing(result, [*staying, *added], several, edge_decides)
    listed: Any = document.get("known")
    if not isinstance(listed, AoT):
        listed = tomlkit.aot()
        if "known" in document:
            document.remove("known")
        if added:
            document.append("known", listed)
    for i in sorted(gone, reverse=True):
        del listed[i]
    for entry in added:
        listed.append(_table(entry))
    if not listed and "known" in document:
        document.remove("known")
    changes = [f"- {entries[i]}" for i in sorted(gone)] + [f"+ {entry}" for entry in added]
    return tomlkit.dumps(document), changes


def _names_otherwise(entry: Known, result: Result, wrong: dict[str, str]) -> bool:
    """Whether an entry applies to a result and names other deviations than it shows."""
    if entry.word not in MOVES_WRONGLY or entry.deviations is None:
        return False
    if not entry.applies(result.port.name, wrong):
        return False
    return not entry.deviations or not entry.deviations <= set(named(result))


def _missing(
    result: Result, entries: Sequence[Known], several: bool, edge_decides: bool
) -> list[Known]:
    """Entries for what a result shows and no entry covers."""
    if result.verdict.word in GOOD:
        return []
    wrong = dict(wrong_at(result, edge_decides))
    moving = [g for g, word in wrong.items() if word in MOVES_WRONGLY]
    applying = [e for e in entries if e.applies(result.port.name, wrong)]
    expected = (e.deviations or () for e in applying if e.word in MOVES_WRONGLY)
    unnamed = frozenset(named(result)).difference(*expected)
    free = {g: w for g, w in wrong.items() if not any(e.covers(g, w) for e in applying)}
    if unnamed and moving:  # a further name, for all it may show at
        free |= {golden: wrong[golden] for golden in moving}
    # What is not run stands behind the deaths that are named.
    counts = Counter(word for word in free.values() if word != "not-run")
    port = glob.escape(result.port.name) if several else "*"
    made = []
    for place, (word, _) in enumerate(counts.most_common()):
        goldens = tuple(glob.escape(g) for g, w in free.items() if w == word)
        deviations = unnamed if word in MOVES_WRONGLY else None
        made.append(Known(word, deviations, ("*",) if place == 0 else goldens, port))
    return made


def _table(entry: Known) -> Any:
    table = tomlkit.table()
    if entry.port != "*":
        table["port"] = entry.port
    if entry.goldens != ("*",):
        table["golden"] = entry.goldens[0] if len(entry.goldens) == 1 else list(entry.goldens)
    table["verdict"] = entry.word
    if entry.deviations is not None:
        table["deviations"] = sorted(entry.deviations)
    return table


def _parsed(path: Path) -> tomlkit.TOMLDocument:
    try:
        return tomlkit.parse(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from error
    except (UnicodeDecodeError, TOMLKitError, RecursionError) as error:
        raise UsageError(f"{path}: is not TOML: {error}") from error


def refuse_unjudged(results: Iterable[Result]) -> None:
    """Raise ToolchainError if something was not judged.

    What was not fed after deaths is no such thing: the deaths are what there is to know.
    """
    for result in results:
        verdict = result.verdict
        if verdict.word == "not-run" or (verdict.unfed and verdict.word not in FATAL):
            fault = verdict.fault.message if verdict.fault else "nothing was compared"
            why = verdict.why_unfed or fault
            raise ToolchainError(
                f"{result.port.name} over {result.transport} was not run completely ({why});"
                " only a complete run updates expectations"
            )
