"""An observation judged: the same as claimed, or what it does instead."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from harness.comparison.compare import Comparison, compare_all
from harness.judging.memory import Memory
from harness.judging.observation_files import Source, path_of, read
from harness.judging.verdict import Result, conclude
from harness.model.evidence import of_golden
from harness.ports.port import Port
from python_ref import golden
from python_ref.files import visible


def identify(source: Source) -> Result:
    """Read an observation and judge it as a port's is. Raises UsageError."""
    seen = read(source)
    memory = Memory()
    port = Port(name=visible(str(path_of(source))), language="observation", claim=seen.claim)
    with np.errstate(all="ignore"):  # numbers that are not finite are the file's, no fault of ours
        expected = golden.make(seen.scenario, seen.claim, seen.precision, seen.scenario.name)
        comparisons = compare_all([(expected, seen.observation)], memory.replays)
        evidence = [of_golden(expected, seen.observation)]
        return conclude(port, "file", [_decisive(c) for c in comparisons], evidence, memory=memory)


def _decisive(comparison: Comparison) -> Comparison:
    """The comparison of all that there is: it decides, whatever arrays its steps leave out.

    Names come from the file: their control characters are escaped.
    """
    first = comparison.first
    if first is not None:
        first = replace(first, golden=visible(first.golden), array=visible(first.array))
    return replace(comparison, kind="core", first=first)
