"""The jobs by which CI judges ports: each over its transports, on what there is to vary.

Only what applies varies: Java where a port runs in a JVM, Python where it runs inside of Python
(`local`, and a JVM over `jpype`). Any other job has the newest Python, for rmsproof's own sake.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from harness.model.errors import UsageError
from harness.ports.port import Port

BUNDLED_JAVA = "bundled"
JAVAS = ("17", "25", BUNDLED_JAVA)
PYTHONS = ("3.11", "3.14")
SYSTEMS = ("ubuntu-latest", "macos-latest")
# Of a matrix in one workflow of GitHub.
MOST_JOBS = 256

_OLDEST_JAVA, _OLDEST_PYTHON = 17, (3, 11)
_SYSTEM = re.compile(r"[A-Za-z0-9][\w.-]*")
_INSIDE_PYTHON = ("local", "jpype")


@dataclass(frozen=True)
class Axes:
    """What is varied.

    Attributes:
        javas: versions, or BUNDLED_JAVA for the one that comes with rmsproof.
        pythons: versions, the newest last.
        systems: labels of CI's machines.
    """

    javas: Sequence[str] = JAVAS
    pythons: Sequence[str] = PYTHONS
    systems: Sequence[str] = SYSTEMS

    def __post_init__(self) -> None:
        """Raise UsageError: there is no such version, or no such label."""
        for java in self.javas:
            if java != BUNDLED_JAVA and not (java.isdecimal() and int(java) >= _OLDEST_JAVA):
                raise UsageError(
                    f"--java {java}: is neither a version from {_OLDEST_JAVA} on nor {BUNDLED_JAVA}"
                )
        for python in self.pythons:
            if not re.fullmatch(r"3\.\d+", python) or _version(python) < _OLDEST_PYTHON:
                raise UsageError(f"--python {python}: is no version from 3.11 on, such as 3.14")
        for system in self.systems:
            if not _SYSTEM.fullmatch(system):
                raise UsageError(f"--system {system!r}: is no label, such as {SYSTEMS[0]}")


def jobs(ports: Iterable[tuple[str, Port]], axes: Axes) -> list[dict[str, str]]:
    """Every job: port, transport, system, python and, where it applies, java.

    Args:
        ports: by the word that names each on a command line; jobs that come out alike are one.
        axes: what is varied.
    """
    rows = [job for word, port in ports for job in _of_port(word, port, axes)]
    return [dict(job) for job in dict.fromkeys(tuple(job.items()) for job in rows)]


def _of_port(word: str, port: Port, axes: Axes) -> Iterator[dict[str, str]]:
    javas = axes.javas if "jpype" in port.transports else ("",)
    newest = max(axes.pythons, key=_version)
    for transport in port.transports:
        pythons = axes.pythons if transport in _INSIDE_PYTHON else (newest,)
        for system, python, java in product(axes.systems, pythons, javas):
            job = {"port": word, "transport": transport, "system": system, "python": python}
            yield {**job, "java": java} if java else job


def _version(python: str) -> tuple[int, int]:
    major, _, minor = python.partition(".")
    return int(major), int(minor)
