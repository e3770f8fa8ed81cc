"""One port over one transport against the goldens: observations in, a result out.

What it answers is compared first; why it is not what it claims to be is searched for after that,
so that whoever tries several ways to call a port searches only where it is worth it.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from harness.comparison.compare import Comparison, compare_all, compare_streamed
from harness.diagnosis.diagnose import LARGEST, Probe
from harness.judging.decoding import lossy
from harness.judging.drawn import drawn
from harness.judging.feeding import (
    Fed,
    Feeder,
    answers_again,
    differs_alone,
    kind_of_memory,
    shared_by_objects,
)
from harness.judging.flushing import where_flushed
from harness.judging.goldens import vouch
from harness.judging.memory import Memory
from harness.judging.probes import best_probe
from harness.judging.verdict import NOT_RMSPROP, Result, conclude, of_port
from harness.model.evidence import Evidence, of_golden, of_probe
from harness.model.limits import PORT_SECONDS
from harness.model.observation import Observation, Unreachable
from harness.model.words import AFRESH, CHOSEN, FLUSHED, GOOD, ONE_STEP, SHARED, UNDECIDED
from harness.ports.binding import BindingError
from harness.ports.port import Port
from harness.transport.base import Description, Transport
from python_ref.dialects.dialect import Dialect
from python_ref.golden import Golden, make
from python_ref.numbers.arithmetic import Arithmetic
from python_ref.scenarios.hyperparameters import HYPERPARAMETERS
from python_ref.scenarios.large import large
from python_ref.scenarios.scenario import Scenario
from python_ref.stepping.hypothesis import Hypothesis

Goldens = Callable[[Port, str], Sequence[Golden]]
"""The goldens to feed a port in a precision."""


def judge(
    port: Port,
    transport: Transport,
    goldens: Goldens,
    **options: Any,
) -> Result:
    """Feed a port every golden of its precisions and judge it; takes what `ask` does.

    Raises:
        BindingError: the source's shape says too little, or too much.
    """
    try:
        answers = ask(port, transport, goldens, **options)
    except Unreachable as error:
        return conclude(port, transport.name, fault=error.fault)
    return answers.result()


@dataclass(frozen=True)
class Answers:
    """What a port answered, and how that compares: all of a result but the cause.

    Attributes:
        port: what answered, with the claim it is held against.
        transport: how it was reached.
        described: what it says of itself.
        feeder: feeds it more.
        fed: goldens and what came of each.
        comparisons: a row a golden, perhaps others behind.
        memory: the run's.
        edge_decides: edge goldens decide, too.
        remembers, lossy: see verdict.conclude.
        seed: of the scenarios that were drawn, where what it does with them is the ground.
    """

    port: Port
    transport: str
    described: Description
    feeder: Feeder
    fed: Fed
    comparisons: Sequence[Comparison]
    memory: Memory
    edge_decides: bool
    remembers: str
    lossy: str
    seed: int | None

    @property
    def frozen(self) -> bool:
        """Whether the average that is seen stays nothing, whatever gradients it is told."""
        seen = [o.moving_average for _, o in self.fed if o.moving_average is not None]
        return any(rows.size for rows in seen) and not any(rows.any() for rows in seen)

    def result(self, largest: int | None = LARGEST, seconds: float = math.inf) -> Result:
        """The result of the port.

        Args:
            largest: the most deviations that a cause may have; None where none is searched for.
            seconds: the processor time that the search may take, where that is less than usual.

        Raises:
            BindingError: it is called by a guess, and neither right nor explained.
        """
        described, port = self.described, self.port
        wide = "float64" if "float64" in described.precisions else described.precisions[0]
        result = conclude(
            port,
            self.transport,
            self.comparisons,
            [of_golden(golden, observation) for golden, observation in self.fed],
            _prober(self.feeder, wide, port.fixed),
            memory=self.memory,
            language=described.language,
            remembers=self.remembers,
            lossy=self.lossy,
            edge_decides=self.edge_decides,
            largest=largest,
            fixed=_out_of_reach(described),
            seconds=seconds,
        )
        # What was made for it may be called alike, and share what is kept by a name.
        shares = "state=shared" in result.deviations
        if described.guessed and largest is not None and (shares or not result.stands):
            # A guess may acquit or explain, never accuse.
            raise BindingError(_nothing_shown(described.guessed, result))
        if described.otherwise and NOT_RMSPROP & {*result.deviations}:
            raise BindingError(
                "not bound: it shows no RMSProp, and was not told that RMSProp is meant"
                f" ({described.otherwise})"
            )
        brief = max((golden.scenario.steps for golden, _ in self.fed), default=0) == 1
        alone = [ONE_STEP] if brief and result.deviations else []
        notes = dict.fromkeys((*self.feeder.notes, *result.notes, *alone))
        return replace(
            result,
            where=self.feeder.where,
            bound="; ".join(_said_of(described)),
            notes=tuple(notes),
            misread=described.misread,
            called=described.called,
            seed=self.seed,
        )


def ask(
    port: Port,
    transport: Transport,
    goldens: Goldens,
    *,
    memory: Memory | None = None,
    edge_decides: bool = False,
    streamed: bool = False,
    seconds: float = PORT_SECONDS,
) -> Answers:
    """Feed a port every golden of its precisions and compare what it answers.

    Args:
        port: what is judged.
        transport: how it is reached.
        goldens: what it is fed.
        memory: the run's.
        edge_decides: edge goldens decide, too.
        streamed: a port that is exact is also fed the scenario that is too large for a golden.
        seconds: the time it has in all.

    Raises:
        BindingError: as `judge`.
        Unreachable: it cannot be asked anything.
    """
    memory = memory or Memory()
    described = transport.describe()
    if called := described.called:
        claim = called.claim if port.wanted.claimed is None else None
        port = replace(port, claim=claim or port.claim, fixed=called.fixed)
    feeder = Feeder(transport, seconds)
    if described.chosen:
        feeder.notes.append(CHOSEN)
    fed: list[tuple[Golden, Observation]] = []
    comparisons: list[Comparison] = []
    for precision, known in _read_ahead(goldens, port, described.precisions):
        wanted = [g for g in known if _feedable(g, described)]
        pairs, compared, flushed = _held(feeder, wanted, precision, memory)
        feeder.notes += [FLUSHED] if flushed else []
        comparisons.extend(compared)
        fed.extend(pairs)
    again = answers_again(feeder, fed)
    comparisons.extend(compare_all(again, memory.replays))
    remembers = ""
    if any(o.fault is None for _, o in again) or differs_alone(
        port, transport, feeder, fed, comparisons
    ):
        remembers = kind_of_memory(transport, feeder, fed)
        feeder.notes.append(remembers)
    elif shared_by_objects(transport, fed):
        feeder.notes.append(SHARED)
    verdict = of_port(comparisons, edge_decides=edge_decides)
    seed = None
    if verdict.word in GOOD and (unlike := _unlike(port, feeder, fed, memory)):
        seed = memory.seed
        fed += unlike
        comparisons.extend(compare_all(unlike, memory.replays))
        remembers = AFRESH
        verdict = of_port(comparisons, edge_decides=edge_decides)
    if verdict.word == "conforms":
        vouch([g for (g, _), c in zip(fed, comparisons, strict=False) if c.within], envelope=True)
    if streamed and verdict.word == "exact":
        comparisons.extend(
            _streamed(port, transport, precision, arithmetic)
            for precision, arithmetic in verdict.arithmetic
        )
    loss = ""
    if port.command and verdict.word in ("conforms", "diverges") and remembers in ("", AFRESH):
        loss = lossy(fed, memory.replays)
    if loss:  # which shows in some numbers and not in others
        remembers = ""
    elif remembers == AFRESH:
        feeder.notes.append(AFRESH)
    return Answers(
        port,
        transport.name,
        described,
        feeder,
        fed,
        comparisons,
        memory,
        edge_decides,
        remembers,
        loss,
        seed,
    )


def _held(
    feeder: Feeder, goldens: Sequence[Golden], precision: str, memory: Memory
) -> tuple[list[tuple[Golden, Observation]], list[Comparison], bool]:
    """A port fed goldens and held against them; whether it flushes subnormal numbers there."""
    observations = feeder.feed_all([golden.scenario for golden in goldens], precision)
    pairs = list(zip(goldens, observations, strict=True))
    compared = compare_all(pairs, memory.replays)
    flushed = where_flushed(pairs, compared, memory.replays)
    return pairs, flushed or compared, flushed is not None


def _read_ahead(
    goldens: Goldens, port: Port, precisions: Sequence[str]
) -> Iterator[tuple[str, Sequence[Golden]]]:
    """The goldens of each precision; the next ones are read while these are fed."""
    with ThreadPoolExecutor(1) as pool:
        pending = [pool.submit(goldens, port, precision) for precision in precisions]
        for precision, future in zip(precisions, pending, strict=True):
            yield precision, future.result()


def _unlike(
    port: Port, feeder: Feeder, whole: Fed, memory: Memory
) -> list[tuple[Golden, Observation]]:
    """What a port does with scenarios that no golden has, if it is wrong there."""
    fed: list[tuple[Golden, Observation]] = []
    comparisons: list[Comparison] = []
    core: dict[str, list[Scenario]] = {}
    for golden, _ in whole:
        if golden.kind == "core":
            core.setdefault(golden.precision, []).append(golden.scenario)
    for precision, known in core.items():
        scenarios = drawn(memory.seed, precision, known)
        goldens = [
            make(s, port.claim, precision, f"drawn-{precision}/{s.name}", port.fixed)
            for s in scenarios
        ]
        pairs, compared, _ = _held(feeder, goldens, precision, memory)
        comparisons += compared
        fed += pairs
    verdict = of_port(comparisons)
    return [] if verdict.word in (*GOOD, *UNDECIDED) else fed


def _out_of_reach(described: Description) -> list[str]:
    """The hyperparameters that a port cannot be given, and whose values nobody knows."""
    if not described.container and described.called is None:
        return []
    return [name for name in HYPERPARAMETERS if name not in described.roles]


def _said_of(described: Description) -> Iterator[str]:
    """Which of several is judged, where nothing but its parameters speaks for it; what it chose."""
    if described.among:
        yield f"of several in the source that fit {described.among} is bound; --class names another"
    if described.unlike:
        others = " and ".join(described.unlike)
        yield f"not judged, though it makes other weights of the same numbers: {others}"
    if described.given:
        yield f"called with {described.given}"


def _nothing_shown(called: str, result: Result) -> str:
    fault = result.verdict.fault
    came = f"{result.verdict.word}: {fault.message}" if fault else result.verdict.word
    return (
        f"not bound: {called} was tried, but that its parameters are what they were taken for is"
        f" a guess, and so it is neither right nor explained ({came})"
    )


def _feedable(golden: Golden, described: Description) -> bool:
    """A place in a list is an array's only name: none can be left out."""
    return golden.kind != "partial" or described.container != "list"


def _prober(feeder: Feeder, precision: str, fixed: Mapping[str, float]) -> Probe:
    """Feeds the port what tells dialects apart, each probe once."""
    used: list[str] = []

    def probe(dialects: Sequence[Dialect]) -> Evidence | None:
        scenario = best_probe(dialects, precision, used)
        if scenario is None:
            return None
        used.append(scenario.name)
        scenario = scenario.having(fixed)
        observation = feeder.feed(scenario, precision)
        return of_probe(scenario, precision, observation)

    return probe


def _streamed(
    port: Port, transport: Transport, precision: str, arithmetic: Arithmetic
) -> Comparison:
    """The scenario that is too large for a golden, in the port's arithmetic."""
    scenario = large(precision)
    hypothesis = Hypothesis(port.claim, arithmetic, precision)
    started = time.monotonic()
    comparison = compare_streamed(scenario, hypothesis, transport.stream(scenario, precision))
    return replace(comparison, seconds=time.monotonic() - started)
