"""What was seen beside the verdict: notes on a result, and what a port does at edges."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from harness.comparison.omitted import DECAYED, FORGOTTEN, RESTARTED
from harness.judging.verdict import Result, Verdict
from harness.model.observation import Fault
from harness.model.words import GOOD
from harness.report import words
from harness.report.causes import explanation, listed
from harness.report.printable import printable
from python_ref.dialects.libraries import named
from python_ref.numbers.text import decimal


def notes_of(result: Result) -> list[str]:
    """What was seen beside the verdict."""
    sentences = [*_judged_as(result), *(words.NOTES[note] for note in result.notes)]
    if result.seed is not None:
        sentences.append(f"`--seed {result.seed}` draws the same again")
    if result.misread:
        sent, echoed = map(decimal, result.misread)
        sentences.append(f"numbers lose bits on the way: {sent} comes back as {echoed}")
    if result.bound:
        sentences.insert(0, result.bound)
    if result.verdict.unfed:
        count = words.test_cases(result.verdict.unfed)
        sentences.append(f"{count} not run: {result.verdict.why_unfed}")
    sentences.extend(_declined(result))
    if result.narrow:
        cause = explanation(result.narrow, result.port.claim)
        sentences.append(f"in float32 it is not the same: {cause}")
    sentences.extend(_left_out(result))
    sentences.extend(_refusals(result.verdict))
    if result.elsewhere:
        verdict, diagnosis = result.elsewhere
        other = replace(result, verdict=verdict, diagnosis=diagnosis, elsewhere=None)
        sentences.append(f"in the other test cases: {verdict.word}, {words.brief(other)}")
    return sentences


def _declined(result: Result) -> Iterator[str]:
    """How many test cases it would not take: what it was not fed, it was not held against."""
    core = [c for c in result.comparisons if c.kind == "core"]
    faults = [c.fault for c in core if c.fault and c.fault.kind == "unsupported"]
    if 0 < len(faults) < len(core):
        yield f"it declined {len(faults)} of {words.test_cases(len(core))}: {_message(faults[0])}"


def _judged_as(result: Result) -> Iterator[str]:
    """What a library's optimizer was held against, and which of its numbers it has itself."""
    if result.called is None:
        return
    claim = result.port.claim
    names = named(claim)
    what = listed(names[:1]) or listed(list(claim.deviations)) or "the reference"
    if result.called.claim is None and result.port.wanted.claimed is None:
        like = f" (what {names[0]} does)" if names else ""
        what = f"the reference{like}, since what its settings make of it is not known"
        what += ": --dialect says what it should be"
    elif names and claim.deviations:
        what += f" ({listed(list(claim.deviations))})"
    yield f"judged as {what}"
    if fixed := result.called.fixed:
        numbers = [f"{name.replace('_', ' ')} {value!r}" for name, value in fixed.items()]
        yield f"with its own {listed(numbers)} in every test case"


def _left_out(result: Result) -> Iterator[str]:
    """What happens at goldens that feed only some arrays in a step, once each."""
    sentences: dict[str, None] = {}
    for comparison in result.verdict.partial:
        fault = comparison.fault
        if fault and fault.kind != "not-run":
            if result.verdict.fault and result.verdict.fault.message == fault.message:
                continue  # it does so wherever it is
            where = f"where a step leaves arrays out: {fault.kind}, {_message(fault)}"
            sentences.setdefault(where, None)
        elif (
            comparison.first
            and result.verdict.word in GOOD
            and not {FORGOTTEN, RESTARTED, DECAYED} & set(result.notes)
        ):
            where = words.divergence(comparison.first)
            sentences.setdefault(f"where a step leaves arrays out: diverges, {where}", None)
    yield from sentences


def _refusals(verdict: Verdict) -> Iterator[str]:
    """The hyperparameters of 0 that it refuses, and with which words, once each."""
    messages: dict[str, str] = {}
    for comparison in verdict.refused:
        assert comparison.fault is not None
        if verdict.fault and verdict.fault.message == comparison.fault.message:
            continue  # it does so wherever it is
        messages.setdefault(comparison.refused, _message(comparison.fault))
    for name, message in messages.items():
        article = "an" if name.startswith("e") else "a"
        yield f"it refuses {article} {name.replace('_', ' ')} of 0: {message}"


def edges_of(result: Result) -> list[str]:
    """A line for each edge golden that did not come out equal."""
    lines = []
    for comparison in result.verdict.edge:
        if comparison.refused:
            continue  # a note says so
        if comparison.fault:
            fault = comparison.fault
            lines.append(f"{comparison.golden}: {fault.kind}: {_message(fault)}")
        elif comparison.first:
            lines.append(words.divergence(comparison.first))
        else:
            lines.append(f"{comparison.golden}: differs")
    return lines


def _message(fault: Fault) -> str:
    """A fault's message where it is one among others: its first line, to some length."""
    return words.cut(printable(next(iter(fault.message.splitlines()), "")))
