"""What is launched, and how a transport gets at it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol


class Named(Protocol):
    """What was said of a port that its loading needs."""

    @property
    def class_name(self) -> str | None:
        """The class, function or object that is meant."""

    @property
    def settings(self) -> tuple[tuple[str, Any], ...]:
        """What the optimizer of a library is to be made with."""


class Implementation(Protocol):
    """What is launched: a port, by where it is."""

    @property
    def name(self) -> str:
        """How messages call it."""

    @property
    def source(self) -> tuple[Path, ...]:
        """Its source files."""

    @property
    def reference(self) -> str:
        """Of the form module:Object, for an object that is imported."""

    @property
    def command(self) -> tuple[str, ...]:
        """Program and arguments, for one that speaks the protocol itself."""

    @property
    def classpath(self) -> tuple[str, ...]:
        """Jars, folders and Maven coordinates that its sources need."""

    @property
    def project(self) -> Path | None:
        """The folder of the project that it is part of."""

    @property
    def adapter(self) -> Path | None:
        """A source that is bound in its place, and calls it."""

    @property
    def python(self) -> Path | None:
        """The interpreter that was asked for, of a port in Python."""

    @property
    def wanted(self) -> Named:
        """What was said of it."""

    @property
    def folder(self) -> Path:
        """The folder that relative things are searched from."""


@dataclass(frozen=True)
class Hosted:
    """A port that a worker of ours loads.

    Attributes:
        request: what the worker's `load` is told.
        shared: ports of one run share a worker, which holds a JVM.
    """

    request: dict[str, Any]
    shared: bool = False


@dataclass(frozen=True)
class Spoken:
    """A port in a process of its own that answers JSON lines.

    Attributes:
        command: program and arguments.
        folder: where it is started; None for where we are.
        source: what it is asked to load, where it is one of our own adapters, which serves the
            ports of one run in turn; else None.
    """

    command: tuple[str, ...]
    folder: Path | None = None
    source: dict[str, Any] | None = None
