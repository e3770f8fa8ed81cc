"""What the JVM ports of one run need: adapters built once, class paths, a JVM's command."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from harness.languages.jvm import archives
from harness.languages.jvm.compile import CompileError
from harness.languages.jvm.java import java
from harness.languages.jvm.surroundings import Surroundings
from harness.languages.launch import Implementation
from harness.model.errors import ToolchainError

Progress = Callable[[str], None]
"""Told what is being done, a phrase each."""

# Scenarios are small; a port that leaks stops at this and not at the machine's memory.
_MEMORY = "-Xmx1g"
# Whatever a JVM has to say of itself goes to standard error, never into the exchange.
_JVM_OPTIONS = (
    _MEMORY,
    "-XX:+UseSerialGC",
    "-XX:-UsePerfData",
    "-Xshare:auto",
    "-Xlog:disable",
    "-Xlog:all=error:stderr",
    "-XX:+DisplayVMOutputToStderr",
    "-XX:ErrorFile=/dev/null",  # a crash would leave its report where the user stands
)
# No JVM here lives for long: the second compiler would cost more than it saves.
_SHORT_LIVED = ("-XX:TieredStopAtLevel=1",)
# Our adapters' own program.
_SERVER = "rmsproof.adapter.Stdio"
# From here on a JVM warns of native access that was not granted.
_NATIVE_ACCESS_SINCE = 22


class Hosting(Protocol):
    """What is asked of a language of the JVM; see JvmLanguage, which says what each is."""

    name: str
    host: str

    def prepare(self, port: Implementation, around: Surroundings) -> Prepared:
        """Compile."""

    def build_adapter(self, toolchain: Toolchain) -> tuple[Path, ...]:
        """Build what hosts it."""

    def warm(self) -> str:
        """Name a source to warm up with."""

    def program(self, prepared: Prepared, main: str) -> list[str]:
        """Say how it runs as a program."""


@dataclass(frozen=True)
class Prepared:
    """A JVM port ready to be loaded.

    Attributes:
        language: what it is written in.
        classpath: the port's own compiled classes.
        source: the file that the language reads itself; empty where classes are all.
        libraries: jars and folders that it uses; the source roots for a language read as text.
        own: the top-level classes that are judged, in full; all if none is named.
        partial: what was not there when they were compiled, where they were all the same.
        reading: what its text says of its parameters (see `reading`).
    """

    language: Hosting
    classpath: tuple[str, ...] = ()
    source: str = ""
    libraries: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    partial: str = ""
    reading: Mapping[str, Any] = field(default_factory=dict)

    @property
    def request(self) -> dict[str, Any]:
        """What an adapter is told to load it."""
        return {
            "language": self.language.host,
            "classpath": list(self.classpath),
            "source": self.source,
            "libraries": list(self.libraries),
            "own": list(self.own),
            "reading": dict(self.reading),
        }


class Toolchain:
    """What the ports of one run need, made when first asked for, once.

    Args:
        progress: told of everything that may take seconds.
    """

    def __init__(self, progress: Progress = lambda _: None) -> None:
        self.tell = progress
        self._lock = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}
        self._adapters: dict[str, tuple[Path, ...] | ToolchainError] = {}
        self._archiving = threading.Lock()
        self._archives: dict[str, Path | None] = {}

    def prepare(
        self, language: Hosting, port: Implementation, around: Surroundings | None = None
    ) -> Prepared:
        """Compile a port, alone or with what stands around it.

        Raises:
            CompileError, ToolchainError: it cannot be compiled.
        """
        self.adapter(language)
        self.tell(f"compiling {port.name}")
        return language.prepare(port, around or Surroundings())

    def adapter(self, language: Hosting) -> tuple[Path, ...]:
        """The class path of a language's adapter. Raises ToolchainError."""
        with self._locked(language):
            if language.name not in self._adapters:
                try:
                    self._adapters[language.name] = language.build_adapter(self)
                except ToolchainError as error:
                    self._adapters[language.name] = error
                except CompileError as error:
                    # Ours, not the port's: never its verdict.
                    failure = ToolchainError(
                        f"rmsproof's own {language.name} adapter does not compile: {error}"
                    )
                    self._adapters[language.name] = failure
            built = self._adapters[language.name]
        if isinstance(built, ToolchainError):
            raise built
        return built

    def _locked(self, language: Hosting) -> threading.Lock:
        with self._lock:
            return self._locks.setdefault(language.name, threading.Lock())

    def worker_request(self, prepared: Prepared, languages: Iterable[Hosting]) -> dict[str, Any]:
        """What a worker's `load` is told, in a JVM that serves `languages`."""
        languages = list(languages)
        adapter = self.classpath(languages)
        # The worker's own class path goes on behind the one that the archive is of.
        archived = self._archived(languages, os.pathsep.join(adapter))
        return {
            "jvm": True,
            **prepared.request,
            "partial": prepared.partial,
            "libjvm": str(java().library),
            "options": [*_JVM_OPTIONS, *_SHORT_LIVED, *archived, *_native_access()],
            "adapter": adapter,
            "warm": prepared.language.warm(),
        }

    def classpath(self, languages: Iterable[Hosting]) -> list[str]:
        """The adapters' class path for a JVM that serves `languages`; those to be had."""
        entries: dict[str, None] = {}
        for language in languages:
            try:
                entries.update(dict.fromkeys(map(str, self.adapter(language))))
            except ToolchainError:
                continue
        return list(entries)

    def stdio_command(self, languages: Iterable[Hosting]) -> list[str]:
        """The command of a JVM that serves ports of `languages` over standard input and output."""
        languages = list(languages)
        path = os.pathsep.join(self.classpath(languages))
        return [
            str(java().executable),
            *_JVM_OPTIONS,
            *_SHORT_LIVED,
            *self._archived(languages, path),
            "-cp",
            path,
            _SERVER,
        ]

    def program_command(
        self, prepared: Prepared, main: str, options: Iterable[str] = ()
    ) -> list[str]:
        """The command that runs a source as a program."""
        path = os.pathsep.join([*prepared.classpath, *self.classpath([prepared.language])])
        given = [*_JVM_OPTIONS, *_SHORT_LIVED, *options]
        program = prepared.language.program(prepared, main)
        return [str(java().executable), *given, "-cp", path, *program]

    def _archived(self, languages: Sequence[Hosting], path: str) -> list[str]:
        """The option that starts the JVM from an archive of loaded classes, or none."""
        with self._archiving:
            if path not in self._archives:
                names = " and ".join(language.name for language in languages)
                self.tell(f"preparing a faster start of {names}")
                warm = [Prepared(language, (), language.warm()).request for language in languages]
                self._archives[path] = archives.archive(java(), path, _SHORT_LIVED, _SERVER, warm)
        archive = self._archives[path]
        return [] if archive is None else [f"-XX:SharedArchiveFile={archive}"]


def _native_access() -> list[str]:
    return ["--enable-native-access=ALL-UNNAMED"] if java().feature >= _NATIVE_ACCESS_SINCE else []
