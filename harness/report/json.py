"""Results as JSON, format rmsproof.report/1, for programs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from harness.analysis.power import Power
from harness.comparison.compare import Divergence
from harness.comparison.traces import Trace
from harness.judging.cases import Case, cases
from harness.judging.verdict import Result
from harness.model.words import GOOD
from harness.report import places, words
from harness.report.invocation import Invocation
from harness.report.notes import edges_of, notes_of
from harness.report.places import Place
from harness.report.results import Circumstances, PortResults
from harness.report.saved import is_golden
from python_ref.numbers.text import to_json

FORMAT = "rmsproof.report/1"


def document(
    results: Sequence[Result], seconds: float, incomplete: bool, started: datetime
) -> dict[str, Any]:
    """The frame of a report, for `results` to be filled in; `incomplete` if interrupted."""
    counts = Counter(result.verdict.word for result in results)
    return {
        "format": FORMAT,
        "started": started.isoformat(timespec="seconds"),
        "results": [],
        "summary": {
            "results": len(results),
            "as_expected": sum(result.as_expected for result in results),
            "verdicts": dict(sorted(counts.items())),
            "compared": sum(result.verdict.compared for result in results),
            "seconds": round(seconds, 3),
            "incomplete": incomplete,
        },
    }


def circumstances(made: Circumstances) -> dict[str, Any]:
    """By what and on what a report was made."""
    return {
        "tool": {"name": "rmsproof", "version": made.version},
        "platform": asdict(made.platform),
        "goldens": made.goldens,
        "invocation": {
            "command": made.invocation.command,
            "options": dict(made.invocation.options),
        },
        **({"isolation": asdict(made.isolation)} if made.isolation else {}),
    }


def of_ports(results: PortResults) -> dict[str, Any]:
    """The report of ports, or of an observation, as plain values."""
    outcome, made = results.outcome, results.circumstances
    report = document(outcome.results, results.seconds, outcome.incomplete, results.started)
    report |= circumstances(made)
    for result in outcome.results:
        again = made.invocation.with_options(transport=(result.transport,), shard=None)
        if result.seed is not None:
            again = again.with_options(seed=result.seed)
        edition = made.invocation.command == "run"
        target = () if edition else result.port.target
        target = target or (result.port.name,)
        details = detail(result, again, target, places.named(result), edge=results.edge)
        report["results"].append(row(result) | details)
    report["errors"] = list(results.errors)
    if outcome.seed is not None:
        report["seed"] = outcome.seed
    if shard := outcome.shard:
        whole = {"jobs": outcome.jobs, "whole": outcome.whole}
        report["shard"] = {"index": shard.index, "of": shard.of, **whole}
    if results.stale or results.update:
        report["expectations"] = {"stale": list(results.stale), "update": results.update}
    return report


def ports(results: PortResults) -> str:
    """The report of ports, or of an observation."""
    return text(of_ports(results))


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
        "first_divergence": None if verdict.first is None else divergence(verdict.first),
        "message": words.whole(result),
        "where": result.where,
        "notes": notes_of(result),
        "edge": edges_of(result),
        "compared": verdict.compared,
        "as_expected": result.as_expected,
        "unexpected": list(result.unexpected),
    }


def detail(
    result: Result,
    invocation: Invocation,
    target: Sequence[str],
    place: Place | None,
    *,
    edge: bool,
) -> dict[str, Any]:
    """What a result is golden by golden, where it stands and how it is judged again.

    Args:
        result: of one port over one transport.
        invocation: what judges it again.
        target: the words that name it there.
        place: the line that its fault names, if it names one.
        edge: whether edge goldens decided too.
    """
    again = invocation.with_options(golden=None)
    return {
        "brief": words.brief(result),
        "seconds": round(result.seconds, 3),
        "target": list(target),
        "reproduce": invocation.line(target) if result.verdict.word not in GOOD else "",
        "source": None if place is None else _source(place),
        "goldens": [
            _golden(case, again, target) for case in cases(result, edge_decides=edge) if case.golden
        ],
    }


def _source(place: Place) -> dict[str, Any]:
    return {"file": str(place.file), "line": place.line, "text": places.text(place)}


def _golden(case: Case, again: Invocation, target: Sequence[str]) -> dict[str, Any]:
    verdict, (comparison,) = case.result.verdict, case.result.comparisons
    right = verdict.word in GOOD
    if is_golden(comparison.golden):
        again = again.with_options(golden=comparison.golden)
    return {
        "golden": comparison.golden,
        "label": case.golden,
        "kind": comparison.kind,
        "decides": not case.idle,
        "verdict": verdict.word,
        "as_expected": case.result.as_expected,
        "first_divergence": None if verdict.first is None else divergence(verdict.first),
        "largest_ulp": comparison.largest_ulp,
        "brief": "" if right else words.brief(case.result),
        "message": "" if right else words.why(case.result),
        "seconds": round(comparison.seconds, 3),
        "reproduce": "" if right else again.line(target),
        "trajectories": [_trajectory(trace) for trace in comparison.traces],
    }


def _trajectory(trace: Trace) -> dict[str, Any]:
    return {
        "array": trace.array,
        "index": trace.index,
        "steps": list(trace.steps),
        "expected": [to_json(x) for x in trace.expected],
        "observed": [to_json(x) for x in trace.observed],
        "ulp": list(trace.ulp),
        "envelope": [to_json(x) for x in trace.envelope],
        "envelope_ulp": [to_json(x) for x in trace.envelope_ulp],
    }


def divergence(first: Divergence) -> dict[str, Any]:
    """Where a port first parts from its golden."""
    return {
        "golden": first.golden,
        "step": first.step,
        "array": first.array,
        "index": first.index,
        "expected": to_json(first.expected),
        "observed": to_json(first.observed),
        "ulp": first.ulp,
    }
