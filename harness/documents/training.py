"""A trainer judged: called with what we know the gradients of, and held against the claim."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import numpy as np

from harness.comparison.compare import compare_all
from harness.diagnosis.diagnose import LARGEST, Explanation, diagnose
from harness.documents import lines, trainers
from harness.documents.lacking import undefined_name
from harness.documents.lines import Convention
from harness.documents.trainers import Case, Trainer
from harness.judging.memory import Memory
from harness.judging.verdict import Result, conclude, of_port
from harness.model.evidence import of_golden
from harness.model.observation import Fault, Observation
from harness.model.words import GOOD
from harness.ports.port import Port
from python_ref import golden as goldens_of
from python_ref.scenarios.scenario import Scenario

Ends = list[list[list[float]]]
"""By case, the weights after every number of steps."""
Called = Callable[[Sequence[Case]], Ends | Fault]
"""Calls the trainer for each case."""

# With more deviations a wrong idea of how a trainer forms its gradients might fit, too.
_FROM_DATA = 2
# What looking for a cause may take, of processor time, over all ways.
_SECONDS = 12.0
# With other data, or of another size, it may go.
_AGAIN = ("crashes", "not-run")
_SCALED = "gradient_scale=constant"
# Where nobody knows how gradients are scaled, as many of these fit as there are ways to scale them.
_OF_SCALE = ("epsilon", "clip", "weight_decay")
_UNKNOWN = "how it computes its gradients was not recognised, and nothing tried explains it"
_UNCALLED = "no way of giving it the points of a line was right: {}"
_UNSIZED = "with no number of weights that was tried did it run to its end: {}"


def trained(
    port: Port, trainer: Trainer, called: Called, memory: Memory, largest: int = LARGEST
) -> tuple[Result, Convention | None]:
    """Judge a trainer: its result, and how it scales its gradient if that is known.

    Args:
        port: what is judged.
        trainer: what is known of it.
        called: calls it.
        memory: the run's.
        largest: the most deviations that a cause may have.
    """
    if not trainer.from_data:
        return _fed(port, trainer, called, memory, largest), None
    ways: list[tuple[Convention, _Driven, lines.Fitted]] = []

    def scale(way: Convention, done: lines.Fitted) -> Convention | None:
        """How it scales the mean gradient; None where what it forms is none."""
        again = called(lines.cases(trainer, replace(done.line, times=2)))
        same = not isinstance(again, Fault) and lines.fitted(done.line, again).ends == done.ends
        return way if same else None

    faults: list[Fault] = []
    seen: list[tuple[str, Ends]] = []  # data in another shape, of which the same comes
    for line in lines.lines(trainer):
        ends = called(lines.cases(trainer, line))
        if isinstance(ends, Fault):
            faults.append(ends)
            if ends.kind not in _AGAIN:
                break
            continue
        if (line.start, ends) in seen:
            continue
        seen.append((line.start, ends))
        done = lines.fitted(line, ends)
        for way in lines.CONVENTIONS:
            outcome = _Driven(port, lines.scenarios(done, way), done.ends, memory)
            if of_port(outcome.comparisons).word in GOOD:
                return outcome.judged(), scale(way, done)
            ways.append((way, outcome, done))
    # The fewest deviations, over all ways; with more of them a wrong way might fit, too.
    until = time.process_time() + _SECONDS
    for most in range(1, min(largest, _FROM_DATA) + 1):
        for way, outcome, done in ways:
            if (left := until - time.process_time()) <= 0:
                break
            best = diagnose(
                outcome.evidence, port.claim, None, most, nearby=False, seconds=left
            ).best
            deviations = best.deviations if best else ()
            # Weights that never move say that our data asked for nothing, and a scale of the
            # gradients that this is not the way in which it forms them.
            told = deviations not in ((), ("write=none",)) and _SCALED not in deviations
            if told and best and written(best, trainer.numbers):
                return outcome.judged(most), scale(way, done)
    # Perhaps it is not the line that we gave points of.
    fault = Fault("not-run", _UNKNOWN) if ways else _blamed(faults, _UNCALLED)
    return conclude(port, "local", fault=fault), None


def written(cause: Explanation, numbers: Iterable[float]) -> bool:
    """Whether constants that follow the scale of the gradients are among a text's numbers."""
    scaled = [cause.constants[name] for name in _OF_SCALE if name in cause.constants]
    return all(any(math.isclose(own, n, rel_tol=1e-6) for n in numbers) for own in scaled)


def _blamed(faults: Sequence[Fault], otherwise: str) -> Fault:
    """What stops a trainer: a name that it lacks, or what it is given, which we can only guess."""
    if lacked := next((f for f in faults if undefined_name(f.message)), None):
        return lacked
    first, last = faults[0], faults[-1]
    return Fault("not-run", otherwise.format(first.message)) if last.kind == "crashes" else last


def _fed(port: Port, trainer: Trainer, called: Called, memory: Memory, largest: int) -> Result:
    """Hold a trainer that is given its gradient function against the goldens."""
    goldens = memory.goldens(port, "float64")
    given = [g.scenario for g in goldens if g.kind == "core"]
    faults: list[Fault] = []
    # Some are written for two variables, or for one, or a number.
    for size, plain in ((None, False), (2, False), (1, False), (1, True)):
        feedable = [s for g in given if (s := trainers.in_one_array(g, size))]
        cases = [replace(trainers.case_of(trainer, s), plain=plain) for s in feedable]
        ends = called(cases)
        if not isinstance(ends, Fault):
            return _Driven(port, feedable, ends, memory).judged(largest)
        faults.append(ends)
        if ends.kind not in _AGAIN:
            break
    return conclude(port, "local", fault=_blamed(faults, _UNSIZED))


class _Driven:
    """What a trainer did with scenarios, beside what the claim would do.

    Args:
        port: the trainer.
        scenarios: what it was given.
        ends: by scenario, the weights after every step.
        memory: the run's.
    """

    def __init__(
        self,
        port: Port,
        scenarios: Sequence[Scenario],
        ends: Sequence[Sequence[Sequence[float]]],
        memory: Memory,
    ) -> None:
        self._port, self._memory = port, memory
        pairs = [
            (
                goldens_of.make(scenario, port.claim, "float64"),
                Observation(np.array(rows, dtype=np.float64)),
            )
            for scenario, rows in zip(scenarios, ends, strict=True)
        ]
        self.comparisons = compare_all(pairs, memory.replays)
        self.evidence = [of_golden(golden, observation) for golden, observation in pairs]

    def judged(self, largest: int = LARGEST) -> Result:
        """The result, with a cause of at most so many deviations."""
        given = self._port, "local", self.comparisons, self.evidence
        return conclude(*given, memory=self._memory, largest=largest)
