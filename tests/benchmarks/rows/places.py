"""What the rows measure: the editions, how they are reached, and a scenario of so many numbers."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np

from harness.judging.reach import Shared, reach
from harness.languages.jvm import jars
from harness.languages.jvm.java import java
from harness.languages.jvm.toolchain import Toolchain
from harness.ports.folder import of_folder
from harness.ports.port import Port
from harness.ports.targets import own
from harness.transport.hosted import HostedTransport
from harness.transport.stdio import StdioTransport
from python_ref.dialects.dialect import Dialect
from python_ref.golden import Golden, make
from python_ref.scenarios.scenario import Scenario

REPOSITORY = Path(__file__).parents[3]
CONFORMANT = {"java": "double", "scala": "class", "clojure": "conformant"}
RMSPROOF = (sys.executable, "-m", "rmsproof")
SCENARIO_SECONDS = 120.0


def edition(language: str) -> Port:
    """The right edition of a language."""
    return of_folder(REPOSITORY / language / "editions" / CONFORMANT[language])


def local() -> Port:
    """A right port in Python."""
    return own(str(REPOSITORY / "python_ref" / "rmsprop.py"))


@contextmanager
def reached(port: Port, transport: str) -> Iterator[HostedTransport | StdioTransport]:
    """A port that is loaded and bound, in a process of its own."""
    shared = Shared()
    try:
        # Nothing said of it, so that it takes what it declares.
        found = reach(replace(port), transport, Toolchain(), SCENARIO_SECONDS, shared)
        try:
            found.describe()
            yield found
        finally:
            found.close()
    finally:
        shared.close()


def scenario(elements: int, steps: int) -> Scenario:
    """One array of so many elements; the same gradient at each step."""
    random = np.random.default_rng(1)
    step = {"w": random.standard_normal(elements)}
    weights = {"w": random.standard_normal(elements)}
    return Scenario("bench", "", 0.01, 0.9, 1e-6, weights, [step] * steps)


def golden(elements: int, steps: int) -> Golden:
    """What the reference makes of it."""
    return make(scenario(elements, steps), Dialect(), "float64")


def clojure_main() -> tuple[str, ...]:
    """The bare start of Clojure, on the Java and the jars that the ports use."""
    path = os.pathsep.join(map(str, jars.resolve(jars.PINNED["clojure"])))
    return str(java().executable), "-cp", path, "clojure.main", "-e", "nil"
