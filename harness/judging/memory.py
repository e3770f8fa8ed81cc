"""What a run works out once for all its ports, and forgets with its end."""

from __future__ import annotations

import math
import secrets
import threading
from collections.abc import Sequence

from harness.comparison.replays import Replays
from harness.diagnosis.budget import Progress
from harness.diagnosis.diagnose import Diagnosis, Probe, diagnose
from harness.judging.goldens import Goldens
from harness.model.evidence import Evidence
from harness.model.limits import SEARCH_SECONDS
from harness.ports.port import Port


class Memory:
    """The goldens of a run, those in other arithmetics, and the diagnoses made.

    Args:
        pattern: the goldens to feed, by name or its last part; or several such.
        seconds: the processor time that a search for a cause may take.
        progress: told how far it is.
        seed: of the scenarios that are drawn afresh; drawn itself unless given.
    """

    def __init__(
        self,
        pattern: str | Sequence[str] = "*",
        *,
        seconds: float = SEARCH_SECONDS,
        progress: Progress | None = None,
        seed: int | None = None,
    ) -> None:
        self.seed = 1 + secrets.randbelow(1 << 32) if seed is None else seed
        self._seconds, self._progress = seconds, progress
        self.goldens = Goldens(pattern)
        self.replays = Replays()
        self._diagnoses: dict[tuple[object, ...], Diagnosis] = {}
        self._searching: dict[tuple[object, ...], threading.Lock] = {}
        self._lock = threading.Lock()

    def diagnosis(
        self,
        port: Port,
        evidence: Sequence[Evidence],
        probe: Probe | None,
        largest: int,
        fixed: Sequence[str] = (),
        seconds: float = math.inf,
    ) -> Diagnosis:
        """The diagnosis of a port, in so many seconds at most.

        The same bits over another transport need no second one.
        """
        key = (port.name, port.claim, largest, *fixed, *map(_bits, evidence))
        with self._lock:
            # Two transports often come to the same at once: the second waits for the first.
            lock = self._searching.setdefault(key, threading.Lock())
        with lock:
            if key not in self._diagnoses:
                self._diagnoses[key] = diagnose(
                    evidence,
                    port.claim,
                    probe,
                    largest,
                    open_constants=fixed,
                    seconds=min(self._seconds, seconds),
                    progress=self._progress,
                )
        return self._diagnoses[key]


def _bits(evidence: Evidence) -> tuple[object, ...]:
    """All that a cause depends on: what was fed, and what was seen of it."""
    fed = evidence.scenario
    return (
        evidence.name,
        evidence.precision,
        (fed.learning_rate, fed.decay_rate, fed.epsilon, *fed.options.items()),
        fed.learning_rates,
        *((name, array.tobytes()) for step in (fed.weights, *fed.gradients)
          for name, array in step.items()),
        evidence.weights.tobytes(),
        evidence.seen.tobytes(),
    )  # fmt: skip
