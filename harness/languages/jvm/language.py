"""What the languages of the JVM share: compiled, then loaded over JPype or served over stdio."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from harness.languages.jvm import missing, projects, surroundings
from harness.languages.jvm.adapter import base_adapter
from harness.languages.jvm.beginnings import begun
from harness.languages.jvm.compile import CompileError
from harness.languages.jvm.java import at_least
from harness.languages.jvm.offered import offered
from harness.languages.jvm.reading import read
from harness.languages.jvm.sources import near, text_of
from harness.languages.jvm.surroundings import Surroundings
from harness.languages.jvm.toolchain import Prepared, Toolchain
from harness.languages.language import Language
from harness.languages.launch import Hosted, Implementation, Spoken
from harness.languages.repair.library import jdk_classes

# What a source that uses it is expected to import; a class of its own is called otherwise.
_COMMON = re.compile(r"java\.(?:util|io|math|text|time|nio)\.(?:[a-z]+\.)*[A-Z]\w*$")


def together(port: Implementation) -> tuple[Path, ...]:
    """The sources of a port, its adapter last."""
    return (*port.source, *((port.adapter,) if port.adapter else ()))


class JvmLanguage(Language):
    """Reached through an adapter of ours in a JVM.

    Attributes:
        host: what the adapter calls the language whose rules hold for its classes.
    """

    transports = ("jpype", "stdio")
    shared = ("jpype", "stdio")
    host = "java"

    def prepare(self, port: Implementation, around: Surroundings) -> Prepared:
        """Compile a port with what stands around it. Raises CompileError, ToolchainError."""
        classes = self.compile(together(port), around)
        own = self.top(together(port)) if around.roots else ()
        libraries = tuple(map(str, around.libraries))
        reading = self.read(port, around)
        classpath = tuple(map(str, classes))
        return Prepared(self, classpath, libraries=libraries, own=own, reading=reading)

    def read(self, port: Implementation, around: Surroundings) -> dict[str, Any]:
        """What its text, and that of its callers, says of its parameters."""
        texts = [text_of(path) for path in together(port)]
        begins = begun(texts, map(text_of, self.near(port, around)))
        return {**read(texts), "begun": begins, "offered": offered(texts)}

    def beside(
        self, source: Path, called: Sequence[str]
    ) -> tuple[list[tuple[str, str]], list[str]]:
        """By the source's text, that of classes alone."""
        from harness.languages.jvm.around import uncalled

        return list(uncalled(text_of(source), called)), []

    def near(self, port: Implementation, around: Surroundings) -> list[Path]:
        """Where callers of a port may be."""
        return near(port.source, around.roots if around.whole else (), self.endings)

    def partly(self, port: Implementation, around: Surroundings, message: str) -> Prepared | None:
        """What of a port compiles where something is not there; None where nothing would do.

        Args:
            port: what is compiled.
            around: what stands around it.
            message: what the compiler said.
        """
        return None

    def compile(self, source: tuple[Path, ...], around: Surroundings) -> tuple[Path, ...]:
        """The class path of sources compiled. Raises CompileError, ToolchainError."""
        raise NotImplementedError

    def top(self, source: tuple[Path, ...]) -> tuple[str, ...]:
        """The full names of the classes that sources declare at their top."""
        raise NotImplementedError

    def forgotten(self, names: Collection[str]) -> Collection[str]:
        """Those of some names that an import of the language's own library would bring."""
        homes = jdk_classes(names)
        return [name for name in names if any(map(_COMMON.match, homes.get(name, ())))]

    def excuse(self, port: Implementation, message: str) -> str:
        """What the source needs is not there."""
        around = surroundings.of(port)
        return missing.excused(message, port.source, around, self.forgotten)

    def build_adapter(self, toolchain: Toolchain) -> tuple[Path, ...]:
        """The class path its ports are hosted on. Raises CompileError, ToolchainError."""
        return base_adapter(toolchain.tell)

    def warm(self) -> str:
        """A source of ours that readies the language; a stranger's is never run to do that."""
        return ""

    def program(self, prepared: Prepared, main: str) -> list[str]:
        """What runs a prepared source as a program, behind `java -cp ...`."""
        return [main]

    def ready(self, port: Implementation) -> None:
        """A newer Java, where its project says that it is written in one."""
        if port.project is not None:
            at_least(projects.of(port.project).java)

    def launch(
        self,
        port: Implementation,
        transport: str,
        toolchain: Toolchain,
        together: Collection[Language],
    ) -> Hosted | Spoken:
        """In the JVM of the run's worker, or a JVM of its own."""
        around = surroundings.of(port, toolchain.tell)
        try:
            prepared = toolchain.prepare(self, port, around)
        except CompileError as error:
            # What is not there may not be needed; a program of its own is none of half its classes.
            partly = None if transport == "stdio" else self.partly(port, around, str(error))
            if partly is None:
                raise
            prepared = partly
        languages = [other for other in together or [self] if isinstance(other, JvmLanguage)]
        if transport == "stdio":
            return Spoken(tuple(toolchain.stdio_command(languages)), source=prepared.request)
        return Hosted(toolchain.worker_request(prepared, languages), shared=True)
