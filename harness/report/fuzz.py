"""What fuzzing came to: each difference with the least scenario that shows it, and how to replay.

A finding's files are a golden, which `check --golden FILE` replays, and a test for pytest.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console

from harness.fuzzing.campaign import Outcome
from harness.fuzzing.findings import UNEXAMINED, Finding
from harness.fuzzing.fuzz import Fuzzed
from harness.model.words import GOOD, UNSTEADY
from harness.report import causes, json, words
from harness.report.invocation import Invocation
from harness.report.printable import printable
from python_ref.golden import Golden
from python_ref.numbers.text import decimal, to_json
from python_ref.scenarios.hyperparameters import HYPERPARAMETERS
from python_ref.scenarios.scenario import Arrays, Scenario


@dataclass(frozen=True)
class FuzzResults:
    """What the command came to.

    Attributes:
        fuzzed: what was found.
        invocation: the `check` that replays a finding, but for its golden.
        seconds: how long all of it took.
        files: by the place of a finding, its golden and its test.
    """

    fuzzed: Fuzzed
    invocation: Invocation = field(default_factory=Invocation)
    seconds: float = 0.0
    files: Mapping[int, tuple[Path, Path]] = field(default_factory=dict)


def show(console: Console, results: FuzzResults) -> None:
    """Print the findings, how many cases there were, and what they were worth."""
    for line, command in lines(results):
        console.print(printable(line), soft_wrap=command)


def lines(results: FuzzResults) -> Iterator[tuple[str, bool]]:
    """The lines of the table for people; whether each is to be copied whole."""
    fuzzed, outcome = results.fuzzed, results.fuzzed.outcome
    if outcome is None:
        for result in fuzzed.results:
            yield f"{result.port.name}: {result.verdict.word}: {words.why(result)}", False
        return
    for number, finding in enumerate(outcome.findings):
        yield f"{number + 1}. {cause(fuzzed, finding)}", False
        yield from _details(results, number, finding)
    yield from ((line, False) for line in summary(fuzzed, outcome))


def cause(fuzzed: Fuzzed, finding: Finding) -> str:
    """Why the targets differ, in a sentence."""
    kind = finding.cause[0]
    if kind == "unsteady":
        return (
            f"{words.NOTES[UNSTEADY]}: what differed once did not when it was asked again;"
            " by chance, or for what it remembers of other cases"
        )
    if kind == "fault":
        _, place, word, error, message = map(str, finding.cause)
        fault = finding.observations[int(place)].fault if finding.observations else None
        detail = fault.message.strip() if fault else ": ".join(filter(None, (error, message)))
        who = f"{fuzzed.results[int(place)].port.name} " if len(fuzzed.results) > 1 else ""
        return f"{who}{word}: {detail}"
    if kind == "unexplained":
        alone = len(fuzzed.results) == 1
        from_what = "it differs from its claim" if alone else "they differ"
        return f"{from_what}, and nothing that was tried explains it"
    if kind == UNEXAMINED:
        return "something differs; it was interrupted before it was looked into"
    explained = [
        causes.explanation(diagnosis, result.port.claim)
        if diagnosis is not None
        else "it is what it claims to be"
        for result, diagnosis in zip(fuzzed.results, finding.diagnoses, strict=True)
    ]
    if len(explained) == 1:
        return explained[0]
    named = zip(fuzzed.results, explained, strict=True)
    return "; ".join(f"{result.port.name}: {text}" for result, text in named)


def _details(results: FuzzResults, number: int, finding: Finding) -> Iterator[tuple[str, bool]]:
    count = words.counted(finding.cases, "case")
    if finding.golden is None or finding.case is None:
        yield f"   in {count}", False
        return
    if finding.cause[0] == "unsteady":
        what = "the first"
    else:
        what = "the least that shows it" if finding.shrunk else "the least that was seen"
    yield f"   in {count}; {what}, in {finding.case.precision}:", False
    yield from ((f"     {line}", False) for line in scenario(finding.golden.scenario))
    yield from ((f"   {line}", False) for line in _first(results.fuzzed, finding))
    if number in results.files:
        file, test = results.files[number]
        for result in results.fuzzed.results:
            given = results.invocation.with_options(golden=str(file))
            yield f"   replay: {given.line(result.port.target)}", True
        yield f"   test:   pytest {test}", True


def scenario(fed: Scenario) -> Iterator[str]:
    """What is fed, a line each: hyperparameters, weights, the gradients of every step."""
    settings = [f"{name} {decimal(getattr(fed, name))}" for name in HYPERPARAMETERS]
    settings += [f"{name} {decimal(value)}" for name, value in fed.options.items()]
    yield ", ".join(settings)
    yield f"weights {_arrays(fed.weights)}"
    before, begun = "", 1
    for step, gradients in enumerate([*fed.gradients, None], 1):
        text = "" if gradients is None else _arrays(gradients)
        if text != before and before:
            steps = f"step {begun}" if step - 1 == begun else f"steps {begun} to {step - 1}"
            yield f"gradients, {steps}: {before}"
        if text != before:
            before, begun = text, step


def _arrays(arrays: Arrays) -> str:
    return ", ".join(
        f"{name} [{', '.join(decimal(x) for x in array.tolist())}]"
        for name, array in arrays.items()
    )


def _first(fuzzed: Fuzzed, finding: Finding) -> Iterator[str]:
    """Where they first part, and by how much."""
    if finding.comparison is not None:
        if finding.comparison.first is not None:
            text = words.divergence(finding.comparison.first)
            yield text.partition(", ")[2]
        return
    if (parting := finding.parting) is None:
        return
    names = [result.port.name for result in fuzzed.results]
    values = zip(names, parting.weights, strict=True)
    text = ", ".join(f"{decimal(x)} of {name}" for name, x in values)
    beyond = "rounding has no bound there"
    if math.isfinite(parting.bound):
        beyond = f"rounding takes right results at most about {parting.bound:.2g} apart there"
    yield f"step {parting.step}, {parting.array}[{parting.index}]: {text}; {beyond}"


def summary(fuzzed: Fuzzed, outcome: Outcome) -> Iterator[str]:
    """How many cases of which kind, and what they would have shown."""
    names = " and ".join(result.port.name for result in fuzzed.results)
    claim = ", ".join(fuzzed.results[0].port.claim.deviations) or "the reference"
    against = f"{names} against {claim}" if len(fuzzed.results) == 1 else f"{names}"
    kinds = {
        "differs": "differ",
        "fault": "fail",
        "rounding": "within rounding",
        "equal": "equal to the last bit",
        "declined": "declined",
    }
    counts = [f"{outcome.kinds[k]:,} {text}" for k, text in kinds.items() if outcome.kinds.get(k)]
    if outcome.edges:
        counts.append(f"{outcome.edges:,} at edges")
    state = "INTERRUPTED, " if outcome.interrupted else ""
    yield (
        f"{state}{against}: {words.counted(outcome.cases, 'case')} in {outcome.seconds:.1f} s"
        f" (--seed {fuzzed.seed}): {', '.join(counts) or 'nothing compared'}"
    )
    counted = fuzzed.campaign is not None and fuzzed.campaign.edge
    if outcome.differing_edges and not counted:
        verb = "differs" if outcome.differing_edges == 1 else "differ"
        yield (
            f"at edges, where rounding has no bound, {outcome.differing_edges:,} {verb}; --edge"
            " counts them"
        )
    if outcome.ended == "deaths":
        yield "given up: its process died three times in a row"
    if outcome.ended == "lost":
        yield "given up: whatever was sent came back undone"
    for start, size, reason in outcome.lost:
        yield f"cases {start + 1:,} to {start + size:,} are lost: {reason}"
    if outcome.unseen is not None and not outcome.findings and outcome.neighbours:
        seen = outcome.neighbours - len(outcome.unseen)
        missing = f"; not {', '.join(outcome.unseen)}" if outcome.unseen else ""
        yield (
            f"of {outcome.neighbours} single deviations from the claim, the first cases would have"
            f" shown {seen}{missing}"
        )
    if not outcome.findings and any(r.verdict.word not in GOOD for r in fuzzed.results):
        for result in fuzzed.results:
            why = f"{result.verdict.word}, {words.brief(result)}"
            yield f"{result.port.name} in the test cases: {why}"
    if fuzzed.unremembered:
        yield fuzzed.unremembered


# -- JSON ------------------------------------------------------------------------------------------


def dumps(results: FuzzResults) -> str:
    """The report as JSON, format rmsproof.fuzz/1."""
    fuzzed, outcome = results.fuzzed, results.fuzzed.outcome
    document: dict[str, Any] = {
        "format": "rmsproof.fuzz/1",
        "seed": fuzzed.seed,
        "targets": [json.row(result) for result in fuzzed.results],
    }
    if outcome is not None:
        document |= {
            "cases": outcome.cases,
            "kinds": dict(sorted(outcome.kinds.items())),
            "edges": outcome.edges,
            "differing_edges": outcome.differing_edges,
            "unseen": outcome.unseen,
            "lost": [{"start": a, "size": n, "reason": why} for a, n, why in outcome.lost],
            "incomplete": outcome.interrupted or bool(outcome.ended),
            "seconds": results.seconds,
            "findings": [_finding(results, n, f) for n, f in enumerate(outcome.findings)],
        }
    return json.text(document)


def _finding(results: FuzzResults, number: int, finding: Finding) -> dict[str, Any]:
    first = finding.comparison.first if finding.comparison else None
    files = results.files.get(number)
    made = finding.golden
    return {
        "kind": finding.cause[0],
        "message": cause(results.fuzzed, finding),
        "deviations": [
            [] if d is None or d.best is None else list(d.best.deviations)
            for d in finding.diagnoses
        ],
        "cases": finding.cases,
        "shrunk": finding.shrunk,
        "scenario": None if made is None else _inputs(made),
        "first_divergence": None if first is None else json.divergence(first),
        "golden": str(files[0]) if files else None,
        "test": str(files[1]) if files else None,
    }


def _inputs(made: Golden) -> dict[str, Any]:
    fed = made.scenario

    def arrays(given: Arrays) -> dict[str, Any]:
        return {name: [to_json(x) for x in array.tolist()] for name, array in given.items()}

    return {
        "precision": made.precision,
        **fed.hyperparameters,
        "options": dict(fed.options),
        "weights": arrays(fed.weights),
        "gradients": [arrays(step) for step in fed.gradients],
    }
