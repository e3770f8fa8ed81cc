"""What a run works out anew and comes out the same each time: once for all tests of a process.

Hundreds of tests judge a port in this process. Each run reads the goldens, computes what they
must be, steps them in every listed arithmetic and searches for the cause of what it saw; that is
most of what a run costs, and a function of its inputs alone. Here it is remembered by all of
them. What tests put in the place of these functions comes before what is remembered.
"""

from __future__ import annotations

import marshal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Any

import numpy as np
import pytest

from harness.analysis import power
from harness.comparison.replays import Replays
from harness.diagnosis.diagnose import LARGEST, Diagnosis, Probe, diagnose
from harness.documents import training
from harness.judging import identify, memory
from harness.model.evidence import Evidence
from python_ref import golden as goldens_of
from python_ref.dialects.dialect import Dialect
from python_ref.golden import Golden, reading


def share(patch: pytest.MonkeyPatch) -> None:
    """Let the tests of this process share what their runs work out."""
    replays = Replays()
    # The text that was read is what a golden is remembered by, not the file.
    patch.setattr(reading, "loads", lru_cache(512)(reading.loads))
    patch.setattr(goldens_of, "spoilt", once(goldens_of.spoilt))
    symptoms = power.symptoms
    patch.setattr(power, "symptoms", once(lambda golden: tuple(symptoms(golden))))
    patch.setattr(memory, "Replays", lambda: replays)
    patch.setattr(memory, "diagnose", diagnosing(diagnose))
    for room in (identify, training):
        patch.setattr(room, "diagnose", memory.diagnose)


def content(value: Any) -> Any:
    """All that a value holds, as what `marshal` writes the same way each time."""
    if isinstance(value, np.ndarray):
        return value.dtype.str, value.shape, value.tobytes()
    if is_dataclass(value):
        held = (content(getattr(value, field.name)) for field in fields(value))
        return type(value).__qualname__, *held
    if isinstance(value, Mapping):
        return tuple((name, content(each)) for name, each in value.items())
    if isinstance(value, (list, tuple)):
        return tuple(map(content, value))
    return value


def digest(*values: Any) -> bytes:
    """What stands for values: the same only if they hold the same."""
    # Version 2 knows nothing of which parts are one object.
    return sha256(marshal.dumps(content(values), 2)).digest()


def once(compute: Callable[..., Any]) -> Callable[..., Any]:
    """A function of a golden that computes each of its answers once."""
    known: dict[bytes, Any] = {}

    def remembering(golden: Golden, **options: bool) -> Any:
        key = digest(golden, options)
        if key not in known:
            known[key] = compute(golden, **options)
        return known[key]

    return remembering


def diagnosing(search: Callable[..., Diagnosis]) -> Callable[..., Diagnosis]:
    """A search that is made once for the same evidence, where the port answers probes the same.

    A port is asked again all that it was asked then: with its first other answer the search is
    made after all.
    """
    known: dict[bytes, Diagnosis | tuple[Dialect, ...]] = {}

    def remembering(
        evidence: Sequence[Evidence],
        claim: Dialect,
        probe: Probe | None = None,
        largest: int = LARGEST,
        **options: Any,
    ) -> Diagnosis:
        if options.get("progress"):  # somebody watches
            return search(evidence, claim, probe, largest, **options)
        place = beginning = digest(evidence, claim, probe is None, largest, options)
        answers: list[Evidence | None] = []
        while probe and isinstance(asked := known.get(place), tuple):
            answers.append(probe(asked))
            place = digest(place, answers[-1])
        if isinstance(found := known.get(place), Diagnosis):
            return found
        place = beginning

        def ask(dialects: Sequence[Dialect]) -> Evidence | None:
            nonlocal place
            assert probe is not None
            known[place] = tuple(dialects)
            answer = answers.pop(0) if answers else probe(dialects)
            place = digest(place, answer)
            return answer

        found = search(evidence, claim, probe and ask, largest, **options)
        known[place] = found  # the place where the last answer led
        return found

    return remembering
