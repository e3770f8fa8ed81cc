"""The right editions at a million elements, beside other RMSProps of the JVM."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from functools import partial

from measuring import Row, interleaved, ratio, seconds

from harness.transport.base import Transport
from python_ref.scenarios.scenario import Scenario
from rows import jmh
from rows.places import CONFORMANT, edition, reached, scenario

ELEMENTS, STEPS = 1_000_000, 3


def _streamed(transport: Transport, case: Scenario) -> None:
    for _ in transport.stream(case, "float64"):
        pass


def rows(arguments: argparse.Namespace) -> Sequence[Row]:
    """Each streamed over jpype, what is handed over included, beside Java's."""
    costs = {}
    for language in CONFORMANT:
        with reached(edition(language), "jpype") as transport:
            job = partial(_streamed, transport, scenario(ELEMENTS, STEPS))
            costs |= interleaved({language: job}, max(2, arguments.rounds // 2))
    found = [
        Row(f"{language}_million", f"{language}'s right edition, 1,000,000 elements, beside Java's",
            ratio(costs[language], costs["java"]),
            seen=f"{seconds(costs[language]).median / STEPS * 1e3:.0f} ms a step, over jpype;"
            " measured one after another")
        for language in CONFORMANT
    ]  # fmt: skip
    return [*found, *jmh.rows()]
