"""Results as JSON, format rmsproof.report/1, for programs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from harness.analysis.power import Power
from harness.comparison.compare import Divergence
from harness.judging.verdict import Result
from harness.model.words import GOOD
from harness.report import words
from harness.report.results import PortResults
from python_ref.numbers.text import to_json

FORMAT = "rmsproof.report/1"


def document(results: Sequence[Result], seconds: float, incomplete: bool) -> dict[str, Any]:
    """The whole report as plain values; `incomplete` if the run was interrupted."""
    counts = Counter(result.verdict.word for result in results)
    return {
        "format": FORMAT,
        "results": [row(result) for result in results],
        "summary": {
            "results": len(results),
            "as_expected": sum(result.as_expected for result in results),
            "verdicts": dict(sorted(counts.items())),
            "compared": sum(result.verdict.compared for result in results),
            "seconds": round(seconds, 3),
            "incomplete": incomplete,
        },
    }


def ports(results: PortResults) -> str:
    """The report of ports, or of an observation."""
    report = document(results.outcome.results, results.seconds, results.outcome.incomplete)
    if results.stale or results.update:
        report["expectations"] = {"stale": list(results.stale), "update": results.update}
    return text(report)


def power(results: Power) -> str:
    """Which golden catches which deviation, format rmsproof.power/1."""
    return text({"format": "rmsproof.power/1", **asdict(results)})


def text(report: dict[str, Any]) -> str:
    """A report written out."""
    return json.dumps(report, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def unjudged(port: str, language: str) -> dict[str, Any]:
    """A row for what is listed without a verdict."""
    return {
        "port": port,
        "language": language,
        "transport": "",
        "verdict": None,
        "deviations": [],
        "constants": {},
        "explained": False,
        "alternatives": [],
        "masked": [],
        "arithmetic": None,
        "first_divergence": None,
        "message": "",
        "where": "",
        "notes": [],
        "edge": [],
        "compared": 0,
        "as_expected": True,
        "unexpected": [],
    }


def row(result: Result) -> dict[str, Any]:
    """One result."""
    verdict, diagnosis = result.verdict, result.diagnosis
    best = diagnosis.best if diagnosis else None
    return {
        "port": result.port.name,
        "language": result.language,
        "transport": result.transport,
        "verdict": verdict.word,
        "deviations": list(result.deviations),
        "constants": dict(best.constants) if best else {},
        "explained": verdict.word in GOOD or best is not None,
        "alternatives": [list(a.deviations) for a in diagnosis.alternatives] if diagnosis else [],
        "masked": list(diagnosis.masked) if diagnosis else [],
        "arithmetic": words.arithmetic(result),
        "first_divergence": None if verdict.first is None else _divergence(verdict.first),
        "message": words.whole(result),
        "where": result.where,
        "notes": words.notes(result),
        "edge": words.edges(result),
        "compared": verdict.compared,
        "as_expected": result.as_expected,
        "unexpected": list(result.unexpected),
    }


def _divergence(first: Divergence) -> dict[str, Any]:
    return {
        "golden": first.golden,
        "step": first.step,
        "array": first.array,
        "index": first.index,
        "expected": to_json(first.expected),
        "observed": to_json(first.observed),
        "ulp": first.ulp,
    }
