"""The reports of shards as one: what belongs together, and nothing else, with nothing missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from harness.model.errors import UsageError
from harness.report import saved
from harness.report.invocation import Invocation
from harness.report.saved import Report
from harness.report.words import counted

Given = Sequence[tuple[Path, dict[str, Any]]]
"""Files, and the plain values in each."""


def merged(given: Given) -> dict[str, Any]:
    """One report of all shards, results in the order of a run that was not divided.

    Raises:
        UsageError: one is no shard, belongs to another run, stands twice or is missing; says which.
    """
    reports = [(path, saved.of(document)) for path, document in given]
    _check_alike(reports)
    _check_whole(reports)
    documents = sorted((document for _, document in given), key=lambda d: d["shard"]["index"])
    whole = {**documents[0]}
    del whole["shard"]
    whole.pop("seed", None)  # each has its own
    results = [row for document in documents for row in document["results"]]
    whole["started"] = min(document["started"] for document in documents)
    whole["platform"] = _platform([document["platform"] for document in documents])
    if any(document.get("isolation") != whole.get("isolation") for document in documents):
        whole.pop("isolation", None)  # no one sentence is true of all
    whole["results"] = results
    whole["errors"] = list(dict.fromkeys(text for d in documents for text in d["errors"]))
    whole["summary"] = _summary([document["summary"] for document in documents])
    whole["shards"] = [
        {
            "index": document["shard"]["index"],
            "started": document["started"],
            "platform": document["platform"],
            "seconds": document["summary"]["seconds"],
            **({"seed": document["seed"]} if "seed" in document else {}),
        }
        for document in documents
    ]
    return whole


def _check_alike(reports: Sequence[tuple[Path, Report]]) -> None:
    """Raise UsageError if one is no shard, or not of the first one's run."""
    first, of = reports[0]
    for path, report in reports:
        if report.shard is None:
            raise UsageError(
                f"{path}: is not the report of a shard; `rmsproof run` and `rmsproof check` write"
                " one with --shard I/N --json FILE"
            )
    for path, report in reports[1:]:
        for what, value, setting in _ALIKE:
            if value(report) != value(of):
                raise UsageError(
                    f"{path}: was made with {what}{setting(report)} than {first}{setting(of)};"
                    " judge every shard of one run alike"
                )


def _unsaid(_: Report) -> str:
    return ""


def _line(report: Report) -> str:
    return Invocation.of(report.invocation).line() or "none"


# What shards of one run share, as it is called where it differs, and what is said of either.
_ALIKE: tuple[tuple[str, Callable[[Report], object], Callable[[Report], str]], ...] = (
    (
        "another version of rmsproof",
        lambda report: report.tool.version,
        lambda report: f" ({report.tool.version})",
    ),
    ("other goldens", lambda report: report.goldens, _unsaid),
    (
        "another command line",
        lambda report: report.invocation,
        lambda report: f" ({_line(report)})",
    ),
    (
        "another number of shards",
        lambda report: report.shard and report.shard.of,
        lambda report: f" ({report.shard.of})" if report.shard else "",
    ),
    (
        "other ports",
        lambda report: report.shard and (report.shard.jobs, report.shard.whole),
        _unsaid,
    ),
)


def _check_whole(reports: Sequence[tuple[Path, Report]]) -> None:
    """Raise UsageError if a shard stands twice, is missing, or lacks results."""
    places: dict[int, Path] = {}
    for path, report in reports:
        assert report.shard is not None
        other = places.setdefault(report.shard.index, path)
        if other == path and other is not path:
            raise UsageError(f"{path}: is named twice; name it once")
        if other is not path:
            raise UsageError(
                f"{other} and {path}: are both shard {report.shard.index}; leave one out"
            )
    shard = reports[0][1].shard
    assert shard is not None
    missing = [str(i) for i in range(1, shard.of + 1) if i not in places]
    if missing:
        if len(missing) == 1:
            text = f"shard {missing[0]} of {shard.of} is missing; name its report, too"
        else:
            shards = ", ".join(missing)
            text = f"shards {shards} of {shard.of} are missing; name their reports, too"
        raise UsageError(text)
    results = sum(len(report.results) for _, report in reports)
    errors = any(report.errors for _, report in reports)
    if results != shard.jobs and not errors:
        raise UsageError(
            f"the shards hold {counted(results, 'result')} of {shard.jobs}; judge them again"
        )


def _platform(platforms: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What is the same on every machine; where it is not, all of it."""
    names = {
        key: dict.fromkeys(each[key] for each in platforms if each[key] is not None)
        for key in platforms[0]
    }
    return {key: " and ".join(values) or None for key, values in names.items()}


def _summary(parts: Sequence[dict[str, Any]]) -> dict[str, Any]:
    verdicts: Counter[str] = Counter()
    for part in parts:
        verdicts.update(part["verdicts"])
    sums = {key: sum(part[key] for part in parts) for key in ("results", "as_expected", "compared")}
    return {
        **sums,
        "verdicts": dict(sorted(verdicts.items())),
        "seconds": round(sum(part["seconds"] for part in parts), 3),
        "incomplete": any(part["incomplete"] for part in parts),
    }
