"""Two implementations, and the input on which they differ: from targets to an outcome."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from harness.fuzzing.campaign import Budget, Conduct, Outcome
from harness.fuzzing.differences import Known
from harness.fuzzing.findings import Investigation, known_by
from harness.fuzzing.remembered import Remembered
from harness.fuzzing.scanning import Campaign, Chunk, Tally, guide, scan
from harness.fuzzing.sessions import Opened, Session, opened
from harness.judging.memory import Memory
from harness.judging.run import Options
from harness.judging.verdict import Result
from harness.model import interruption
from harness.model.errors import UsageError
from harness.ports.port import Port

Progress = Callable[[str, int], None]


@dataclass(frozen=True)
class Fuzzed:
    """What came of it all.

    Attributes:
        results: each target held against the goldens.
        outcome: what the campaign came to; None where a target could not be fed.
        campaign: what was drawn; None likewise.
        seed: of all cases.
        unremembered: why what was found is not in the database; "" where it is.
    """

    results: tuple[Result, ...]
    outcome: Outcome | None
    campaign: Campaign | None
    seed: int
    unremembered: str = ""


@dataclass
class _Opening:
    opened: list[Opened] = field(default_factory=list)

    @property
    def sessions(self) -> list[Session]:
        return [one.session for one in self.opened if one.session is not None]

    def close(self) -> None:
        for session in self.sessions:
            session.close()


def fuzz(
    ports: Sequence[Port],
    options: Options,
    budget: Budget,
    *,
    database: Path | None = None,
    progress: Progress = lambda _text, _by: None,
) -> Fuzzed:
    """Search for the input on which a port and its claim, or two ports, differ.

    Args:
        ports: one, or two.
        options: transports, seconds for a scenario, variables, the seed, whether edges count.
        budget: when to stop.
        database: the folder of Hypothesis' database; in the per-user cache unless given.
        progress: told what is being done, and how many cases were fed since.

    Raises:
        UsageError: a port cannot be bound, two have no precision in common, or the like.
    """
    seed = 1 + secrets.randbelow(1 << 32) if options.seed is None else options.seed
    memory = Memory(seed=seed)
    opening = _Opening()
    try:
        interruption.begin()
        for port in ports:
            progress(f"{port.name} and the test cases that are known", 0)
            opening.opened.append(opened(port, _transport(port, options), options, memory))
        results = tuple(one.result for one in opening.opened)
        targets = tuple(one.target for one in opening.opened if one.target is not None)
        if len(targets) < len(ports):
            return Fuzzed(results, None, None, seed)
        campaign = Campaign(targets, seed, guide(targets, edge=options.edge), options.edge)
        if not campaign.precisions:
            both = " and ".join(f"{t.port.name} stores {listed(t.precisions)}" for t in targets)
            raise UsageError(f"{both}: there is no scenario that both can be fed")
        remembered = Remembered(database, campaign)
        known = Known(tuple(known_by(result) for result in results))
        diagnoses = tuple(result.diagnosis for result in results)
        investigation = Investigation(campaign, opening.sessions, memory, [known], [diagnoses])
        remembered.forget(investigation.recall(remembered.entries()))

        def scanned(chunks: Sequence[Chunk]) -> Iterator[tuple[int, Tally]]:
            for place, chunk in enumerate(chunks):
                tally = Tally()
                try:
                    scan(campaign, chunk, opening.sessions, tally)
                except KeyboardInterrupt:
                    yield place, tally
                    raise
                yield place, tally

        conduct = Conduct(campaign, known, scanned, investigation, progress)
        conduct.run(budget)
        steady = [f for f in conduct.outcome.findings if f.entry and f.cause[0] != "unsteady"]
        failed = remembered.remember(finding.entry for finding in steady)
        return Fuzzed(results, conduct.outcome, campaign, seed, failed)
    finally:
        opening.close()


def _transport(port: Port, options: Options) -> str:
    """The first of those asked for that a port has; its usual one where none is asked for."""
    asked = options.transports
    fitting = [t for t in asked or port.transports if t in port.transports]
    if not fitting:
        raise UsageError(
            f"{port.name}: {port.language} ports have no transport {', '.join(asked or ())};"
            f" choose {' or '.join(port.transports)}"
        )
    return fitting[0]


def listed(names: Sequence[str]) -> str:
    """Names in a row."""
    return ", ".join(names)
