"""Two implementations, and the input on which they differ: from targets to an outcome."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from harness.fuzzing import remote
from harness.fuzzing.campaign import Budget, Conduct, Outcome, Scanned
from harness.fuzzing.differences import Known
from harness.fuzzing.findings import UNSTEADY
from harness.fuzzing.investigation import Investigation, known_by
from harness.fuzzing.remembered import Remembered
from harness.fuzzing.scanning import Campaign, Chunk, Tally, guide, scan
from harness.fuzzing.sessions import Opened, Session, opened
from harness.judging.memory import Memory
from harness.judging.options import Options
from harness.judging.options import reached as over
from harness.judging.verdict import Result
from harness.machine.spread import Lost, Spread, spread
from harness.model import interruption
from harness.model.errors import UsageError
from harness.ports.port import Port, absolute

Progress = Callable[[str, int], None]

# What a search for a cause may take: what most ports do is known within two seconds.
_SEARCH = 8.0


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


def fuzz(
    ports: Sequence[Port],
    options: Options,
    budget: Budget,
    *,
    database: Path | None = None,
    dask: str | None = None,
    progress: Progress = lambda _text, _by: None,
) -> Fuzzed:
    """Search for the input on which a port and its claim, or two ports, differ.

    Args:
        ports: one, or two.
        options: transports, seconds for a scenario, variables, the seed, whether edges count.
        budget: when to stop.
        database: the folder of Hypothesis' database; in the per-user cache unless given.
        dask: where chunks are scanned, as `spread` takes it; here if None.
        progress: told what is being done, and how many cases were fed since.

    Raises:
        UsageError: a port cannot be bound, two have no precision in common, there is no scheduler,
            or the like.
    """
    seed = 1 + secrets.randbelow(1 << 32) if options.seed is None else options.seed
    memory = Memory(seed=seed, seconds=_SEARCH)
    reached: list[Opened] = []
    with ExitStack() as ends, np.errstate(all="ignore"):
        interruption.begin()
        for port in ports:
            progress(f"{port.name} and the test cases that are known", 0)
            _, transport = over([port], options, every_transport=False)[0]
            reached.append(opened(port, transport, options, memory))
            if (session := reached[-1].session) is not None:
                ends.callback(session.close)
        results = tuple(one.result for one in reached)
        targets = tuple(one.target for one in reached if one.target is not None)
        sessions = [one.session for one in reached if one.session is not None]
        if len(targets) < len(ports):
            return Fuzzed(results, None, None, seed)
        campaign = Campaign(targets, seed, guide(targets, edge=options.edge), options.edge)
        if not campaign.precisions:
            both = " and ".join(f"{t.port.name} stores {', '.join(t.precisions)}" for t in targets)
            raise UsageError(f"{both}: there is no scenario that both can be fed")
        remembered = Remembered(database, campaign)
        known = Known(tuple(known_by(result) for result in results))
        diagnoses = tuple(result.diagnosis for result in results)
        investigation = Investigation(campaign, sessions, memory, [known], [diagnoses])
        remembered.forget(investigation.recall(remembered.entries()))
        scanned = _here(campaign, sessions)
        if dask is not None:
            progress("waiting for dask's workers", 0)
            scanned = _there(campaign, ends.enter_context(spread(dask)), ends)
        conduct = Conduct(campaign, known, scanned, investigation, progress)
        conduct.run(budget)
        steady = [f for f in conduct.outcome.findings if f.entry and f.cause[0] != UNSTEADY]
        failed = remembered.remember(finding.entry for finding in steady)
        return Fuzzed(results, conduct.outcome, campaign, seed, failed)


def _here(campaign: Campaign, sessions: Sequence[Session]) -> Scanned:
    """Scans chunks in this process, with the sessions that there are."""

    def scanned(chunks: Sequence[Chunk]) -> Iterator[tuple[int, Tally]]:
        for place, chunk in enumerate(chunks):
            tally = Tally()
            try:
                scan(campaign, chunk, sessions, tally)
            except KeyboardInterrupt:
                yield place, tally  # what was fed until then
                raise
            yield place, tally

    return scanned


def _there(campaign: Campaign, where: Spread, ends: ExitStack) -> Scanned:
    """Scans chunks wherever they are done, by targets that any process finds."""
    targets = tuple(replace(t, port=absolute(t.port)) for t in campaign.targets)
    sent = replace(campaign, targets=targets)
    ends.callback(where.everywhere, remote.forget)

    def scanned(chunks: Sequence[Chunk]) -> Iterator[tuple[int, Tally | Lost]]:
        return where.map(remote.scanned, [(sent, chunk) for chunk in chunks])

    return scanned
