"""Kotlin: its compiler from Maven Central, its classes bound as Java's are."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Sequence
from itertools import pairwise
from pathlib import Path

from harness.languages.braces import LanguageWithBraces
from harness.languages.jvm import jars
from harness.languages.jvm.compile import QUICK_START, compiled
from harness.languages.jvm.java import java
from harness.languages.jvm.sources import package_of, text_of
from harness.languages.jvm.surroundings import (
    Surroundings,
    closest,
    with_implementers,
    without,
)
from harness.languages.jvm.toolchain import Toolchain
from harness.languages.repair.grammar import Grammar, Kind, head
from harness.languages.repair.scala_grammar import scala_groups
from harness.languages.repair.tokens import Token, java_tokens

_COMPILER = jars.PINNED["kotlin-compiler"]
_LIBRARY = jars.PINNED["kotlin"]


_WORDS = frozenset(
    "as break class continue do else false for fun if in interface is null object package return"
    " super this throw true try typealias typeof val var when while import".split()
)
_MODIFIERS = frozenset(
    "abstract annotation companion const data enum external final infix inline inner internal"
    " lateinit open operator override private protected public sealed suspend tailrec value"
    " vararg".split()
)


def _kind(group: Sequence[Token]) -> tuple[Kind, tuple[str, ...]]:
    """What the tokens of a top-level unit are, and the names they declare."""
    rest = [token.text for token in group[head(group, KOTLIN) :]]
    first, second = [*rest[:2], "", ""][:2]
    if first in ("package", "import"):
        return ("package" if first == "package" else "import"), ()
    if first in KOTLIN.types:
        return "type", (second,) if second else ()
    if first == "fun":
        name = next((a for a, b in pairwise(rest) if b == "("), "")
        return "method", (name,) if name else ()
    if first in ("val", "var"):
        return "field", (second,) if second else ()
    return "statement", ()


KOTLIN = Grammar(
    java_tokens,
    scala_groups,
    _kind,
    _WORDS,
    frozenset("class interface object typealias".split()),
    _MODIFIERS,
)


class Kotlin(LanguageWithBraces):
    """Classes and objects; functions outside of all are static ones of a class FileKt."""

    name = "kotlin"
    endings = (".kt",)
    fences = ("kotlin", "kt")
    clues = (
        (
            4,
            r"(?:(?:private|override|open|inline|suspend|operator|data) )*(?:fun [\w<.]+|"
            r"data class )|.*\bmutableMapOf\b",
        ),
    )
    defines = r"\b(?:class|object|interface|fun)\b"
    grammar = KOTLIN
    runs = r"\bfun\s+main\s*\("

    def compile(self, source: tuple[Path, ...], around: Surroundings) -> tuple[Path, ...]:
        """One jar, of the files that it needs as well."""
        compiler = jars.resolve(_COMPILER)
        library = jars.resolve(_LIBRARY)
        command = [
            str(java().executable),
            *QUICK_START,
            "-cp",
            os.pathsep.join(map(str, compiler)),
            "org.jetbrains.kotlin.cli.jvm.K2JVMCompiler",
            *("-no-stdlib", "-no-reflect", "-java-parameters", "-nowarn"),
        ]
        name = f"kotlinc {_COMPILER.version} on {java().version}"

        def compile_kotlin(files: Sequence[Path], classpath: Sequence[Path]) -> Path:
            return compiled(name, command, files, [*library, *without(classpath, "kotlin")])

        def compile_near(files: Sequence[Path]) -> Path:
            return closest(compile_kotlin, files, around, self.endings)

        return (with_implementers(compile_near, source, around, self.endings),)

    def build_adapter(self, toolchain: Toolchain) -> tuple[Path, ...]:
        """Java's, with the library that its classes need."""
        toolchain.tell("fetching Kotlin")
        library = jars.resolve(_LIBRARY)
        jars.resolve(_COMPILER)
        return (*super().build_adapter(toolchain), *library)

    def top(self, source: tuple[Path, ...]) -> tuple[str, ...]:
        """Its types, and the class of what stands outside of all."""
        files = tuple(
            ".".join(filter(None, [package_of(text_of(path)), file_class(path.stem)]))
            for path in source
        )
        return (*super().top(source), *files)

    def owns(self, loaded: str, names: Collection[str]) -> bool:
        """What stands outside of all classes is in one whose name ends in Kt."""
        return loaded.endswith("Kt") or super().owns(loaded, names)

    def main(self, text: str, line: int, cell: bool, stem: str) -> str | None:
        """The class of the file, if a function `main` stands outside of all others."""
        if super().main(text, line, cell, stem) is None:
            return None
        return file_class(stem)


def file_class(stem: str) -> str:
    """The class of what stands outside of all classes in a file."""
    name = re.sub(r"\W", "_", stem)
    return f"{name[:1].upper()}{name[1:]}Kt"
