"""What the languages of the JVM share: compiled, then loaded over JPype or served over stdio."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path

from harness.languages.jvm.adapter import base_adapter
from harness.languages.jvm.toolchain import Prepared, Toolchain
from harness.languages.language import Language
from harness.languages.launch import Hosted, Implementation, Spoken


class JvmLanguage(Language):
    """Reached through an adapter of ours in a JVM.

    Attributes:
        host: what the adapter calls the language whose rules hold for its classes.
    """

    transports = ("jpype", "stdio")
    host = "java"

    def prepare(self, port: Implementation) -> Prepared:
        """Compile a port. Raises CompileError, ToolchainError."""
        return Prepared(self, tuple(map(str, self.compile(port.source))))

    def compile(self, source: tuple[Path, ...]) -> tuple[Path, ...]:
        """The class path of sources compiled. Raises CompileError, ToolchainError."""
        raise NotImplementedError

    def build_adapter(self, toolchain: Toolchain) -> tuple[Path, ...]:
        """The class path its ports are hosted on. Raises CompileError, ToolchainError."""
        return base_adapter(toolchain.tell)

    def warm(self) -> str:
        """A source of ours that readies the language; a stranger's is never run to do that."""
        return ""

    def program(self, prepared: Prepared, main: str) -> list[str]:
        """What runs a prepared source as a program, behind `java -cp ...`."""
        return [main]

    def launch(
        self,
        port: Implementation,
        transport: str,
        toolchain: Toolchain,
        together: Collection[Language],
    ) -> Hosted | Spoken:
        """In the JVM of the run's worker, or a JVM of its own."""
        prepared = toolchain.prepare(self, port)
        if transport == "stdio":
            return Spoken(tuple(toolchain.stdio_command(prepared)), adapter=True)
        languages = [other for other in together if isinstance(other, JvmLanguage)]
        return Hosted(toolchain.worker_request(prepared, languages), shared=True)

    def serving(self, prepared: Prepared) -> list[str]:
        """The arguments of our adapter's own program."""
        classpath = os.pathsep.join(prepared.classpath)
        return ["rmsproof.adapter.Stdio", self.host, classpath, prepared.source]
