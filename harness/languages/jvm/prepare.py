"""From a port to what a transport starts: compiled classes, class paths, a JVM's command."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.languages.jvm import archives, jars
from harness.languages.jvm.compile import CompileError, compile_clojure, compile_java, compile_scala
from harness.languages.jvm.java import java
from harness.machine import layout
from harness.model.errors import ToolchainError
from harness.ports.port import Port

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
# From here on a JVM warns of native access that was not granted.
_NATIVE_ACCESS_SINCE = 22


@dataclass(frozen=True)
class Prepared:
    """A JVM port ready to be loaded.

    Attributes:
        language: java, scala or clojure.
        classpath: the port's own compiled classes; empty for Clojure.
        source: the Clojure file; empty otherwise.
    """

    language: str
    classpath: tuple[str, ...]
    source: str


class Toolchain:
    """What the ports of one run need, made when first asked for, once.

    Args:
        progress: told of everything that may take seconds.
    """

    def __init__(self, progress: Progress = lambda _: None) -> None:
        self._progress = progress
        self._locks = {language: threading.Lock() for language in layout.LANGUAGES}
        self._adapters: dict[str, tuple[Path, ...] | ToolchainError] = {}

    def prepare(self, port: Port) -> Prepared:
        """Compile a port. Raises CompileError, ToolchainError."""
        self.adapter(port.language)
        if port.language == "clojure":
            if len(port.source) != 1:
                raise CompileError("a Clojure port is one file")
            return Prepared("clojure", (), str(port.source[0].absolute()))
        self._progress(f"compiling {port.name}")
        compiler = compile_java if port.language == "java" else compile_scala
        return Prepared(port.language, (str(compiler(port.source)),), "")

    def adapter(self, language: str) -> tuple[Path, ...]:
        """The class path of a language's adapter. Raises ToolchainError."""
        with self._locks[language]:
            if language not in self._adapters:
                try:
                    self._adapters[language] = self._build_adapter(language)
                except ToolchainError as error:
                    self._adapters[language] = error
                except CompileError as error:
                    # Ours, not the port's: never its verdict.
                    self._adapters[language] = ToolchainError(f"our {language} adapter: {error}")
            found = self._adapters[language]
        if isinstance(found, ToolchainError):
            raise found
        return found

    def _build_adapter(self, language: str) -> tuple[Path, ...]:
        sources = layout.adapter_sources(language)
        if language == "java":
            self._progress("fetching Gson")
            gson = jars.resolve(jars.GSON)
            self._progress("compiling the Java adapter")
            return (compile_java(sorted(sources.rglob("*.java")), gson), *gson)
        base = self.adapter("java")
        if language == "clojure":
            self._progress("fetching Clojure")
            library = jars.resolve(jars.CLOJURE)
            self._progress("compiling the Clojure adapter")
            return (*base, compile_clojure("rmsproof.adapter", sources, base), *library)
        self._progress("fetching Scala")
        library = jars.resolve(jars.SCALA)
        jars.resolve(jars.SCALA_COMPILER)
        self._progress("compiling the Scala adapter")
        return (*base, compile_scala(sorted(sources.rglob("*.scala")), base), *library)

    def worker_request(self, prepared: Prepared, languages: Iterable[str]) -> dict[str, Any]:
        """What a worker's `load` is told, in a JVM that serves `languages`."""
        return {
            "language": prepared.language,
            "classpath": list(prepared.classpath),
            "source": prepared.source,
            "libjvm": str(java().library),
            "options": [*_JVM_OPTIONS, *_SHORT_LIVED, *_native_access()],
            "adapter": self.classpath(languages),
            "warm": _own(prepared.language).source,
        }

    def classpath(self, languages: Iterable[str]) -> list[str]:
        """The adapters' class path for a JVM that serves `languages`; those to be had."""
        entries: dict[str, None] = {}
        for language in languages:
            try:
                entries.update(dict.fromkeys(map(str, self.adapter(language))))
            except ToolchainError:
                continue
        return list(entries)

    def stdio_command(self, prepared: Prepared) -> list[str]:
        """The command of a JVM that serves one port over standard input and output."""
        path = os.pathsep.join(self.classpath([prepared.language]))
        return [
            str(java().executable),
            *_JVM_OPTIONS,
            *_SHORT_LIVED,
            *self._archived(prepared, path),
            "-cp",
            path,
            *_serving(prepared),
        ]

    def program_command(
        self, prepared: Prepared, main: str, options: Iterable[str] = ()
    ) -> list[str]:
        """The command that runs a source as a program: a class's main, or a Clojure script."""
        path = os.pathsep.join([*prepared.classpath, *self.classpath([prepared.language])])
        script = ["clojure.main", prepared.source] if prepared.language == "clojure" else [main]
        given = [*_JVM_OPTIONS, *_SHORT_LIVED, *options]
        return [str(java().executable), *given, "-cp", path, *script]

    def _archived(self, prepared: Prepared, path: str) -> list[str]:
        """The option that starts the JVM from an archive of loaded classes, or none."""
        with self._locks[prepared.language]:
            self._progress(f"preparing a quick start of {prepared.language}")
            training = _serving(_own(prepared.language))
            archive = archives.archive(java(), path, _SHORT_LIVED, training)
        return [] if archive is None else [f"-XX:SharedArchiveFile={archive}"]


def _own(language: str) -> Prepared:
    """A source of ours to load once: a stranger's is never run to prepare anything."""
    if language != "clojure":
        return Prepared(language, (), "")
    edition = layout.ports_root() / "clojure" / "editions" / "conformant" / "rmsprop.clj"
    return Prepared(language, (), str(edition))


def _serving(prepared: Prepared) -> list[str]:
    classpath = os.pathsep.join(prepared.classpath)
    return ["rmsproof.adapter.Stdio", prepared.language, classpath, prepared.source]


def _native_access() -> list[str]:
    return ["--enable-native-access=ALL-UNNAMED"] if java().feature >= _NATIVE_ACCESS_SINCE else []
