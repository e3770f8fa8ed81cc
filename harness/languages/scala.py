"""Scala 3: its compiler from Maven Central, its classes bound with Scala's own types."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Sequence
from functools import partial
from pathlib import Path

from harness.languages.braces import LanguageWithBraces
from harness.languages.headline import split
from harness.languages.jvm import jars
from harness.languages.jvm.adapter import base_adapter, sources
from harness.languages.jvm.compile import QUICK_START, CompileError, compiled
from harness.languages.jvm.java import java
from harness.languages.jvm.missing import names
from harness.languages.jvm.sources import package_of, text_of
from harness.languages.jvm.surroundings import (
    Surroundings,
    closest,
    with_implementers,
    without,
)
from harness.languages.jvm.toolchain import Toolchain
from harness.languages.repair.scala_grammar import SCALA

_COMPILER = jars.PINNED["scala-compiler"]
_LIBRARY = jars.PINNED["scala"]
_COMPILER_2 = jars.PINNED["scala2-compiler"]


class Scala(LanguageWithBraces):
    """Classes and objects; what stands outside of all is in a class named for its file."""

    name = "scala"
    endings = (".scala",)
    fences = ("scala", "scala3", "sc")
    # `def` with `=`, `val`, type arguments in square brackets.
    clues = (
        (
            3,
            r"(?:(?:private|override|final|inline) )*def (?:[^=]+|[^=(]+\([^=]*"
            r"(?:= ?[^=,)]++[^=]*)+\)(?:: ?[\w\[\], .]+)? ?)= *(?:[{(\w].*)?$",
        ),
        (3, r"(?:case class|case object|sealed trait|implicit \w+) \w+"),
        (2, r"(?:object|trait) \w+(?: extends [\w\[\]. ]++)?(?: with \w+)*\s*(?:[{:].*)?$"),
        (3, r"import (?:scala|cats|zio|breeze)\b[\w.]*"),
        (2, r"import [\w.]+\.(?:_|\{[\w ,=>_]+\})$"),
        (
            1.5,
            r"(?:(?:private|override|final|lazy|implicit) )*va[lr] \w+(?:: ?\w[\w\[\], .]*)? ="
            r" [^;]+$",
        ),
        (
            2,
            r".*\b(?:Array|Map|Seq|Vector|List|Option|Iterator)\[(?:Double|Float|Int|Long|"
            r"String|Array|[A-Z]\b)",
        ),
        (3, r"for\s*[({]\s*.*<-"),
        (1.5, r"(?:.*[{(])?\s*case .+ =>"),
        (
            1.5,
            r"class \w+(?:\[\w+\])?\((?:.*\b(?:va[lr] )?\w+: ?(?:Double|Float|Int|Array|Map|Seq|"
            r"String))",
        ),
        (1, r"println\([^;]*\)$"),
        (
            1,
            r".*\.(?:map|foreach|zip|fold|foldLeft|reduce|filter|indices|updated|mkString)\b[^;]*$",
        ),
        (1, r".*(?:\(_ ?[-+*/] ?|\bs\"[^\"]*\$|\.to\(\w+\)|\bArray\.(?:fill|tabulate)\()"),
    )
    magics = True
    defines = r"\b(?:class|object|trait|def|enum)\b"
    repaired = True
    host = "scala"
    grammar = SCALA
    runs = r"@main\b|\bdef\s+main\s*\(|\bextends\s+App\b"

    def compile(self, source: tuple[Path, ...], around: Surroundings) -> tuple[Path, ...]:
        """One jar, of the files that it needs as well; where Scala 3 fails, Scala 2's."""
        ways = [compile_scala, compile_scala_2] if around.roots else [compile_scala]
        first: CompileError | None = None
        for way in reversed(ways) if around.scala.startswith("2") else ways:
            try:
                near = partial(self._near, way, around)
                return (with_implementers(near, source, around, self.endings),)
            except CompileError as error:
                # What is missing tells more than a syntax that is another Scala's.
                if first is None or (names(str(error)) and not names(str(first))):
                    first = error
                if around.scala.startswith("2") and around.lacking and names(str(error)):
                    break  # another Scala would not find it either
        assert first is not None
        raise first

    def _near(
        self,
        way: Callable[[Sequence[Path], Sequence[Path]], Path],
        around: Surroundings,
        source: Sequence[Path],
    ) -> Path:
        return closest(way, source, around, self.endings)

    def build_adapter(self, toolchain: Toolchain) -> tuple[Path, ...]:
        """Java's, with Scala's own types on top."""
        base = base_adapter(toolchain.tell)
        toolchain.tell("fetching Scala")
        library = jars.resolve(_LIBRARY)
        jars.resolve(_COMPILER)
        toolchain.tell("compiling the Scala adapter")
        own = sorted(sources("scala", "src/main/scala").rglob("*.scala"))
        return (*base, compile_scala(own, base), *library)

    def headline(self, message: str) -> str:
        """The place, the kind of error, and the words below the code that is shown."""
        head, below = split(message)
        if place := re.match(r"-- (?:\[\w+\] )?(.*?Error): (\S+)(?: -*)?$", head):
            code = [line.partition("|")[2].strip() for line in below if "|" in line]
            marks = next((i for i, line in enumerate(code) if line and not line.strip("^")), -1)
            words = next((line for line in code[marks + 1 :] if line), "")
            return f"{place[2]}: {place[1]}: {words}"
        return head

    def top(self, source: tuple[Path, ...]) -> tuple[str, ...]:
        """Its types and objects, and the class of what stands outside of all."""
        files = tuple(
            ".".join(filter(None, [package_of(text_of(path)), f"{path.stem}$package"]))
            for path in source
        )
        return (*super().top(source), *files)

    def owns(self, loaded: str, names: Collection[str]) -> bool:
        """An object's class ends in a dollar, what stands outside of all in $package."""
        return loaded.removesuffix("$").endswith("$package") or super().owns(loaded, names)


def compile_scala(source: Sequence[Path], classpath: Sequence[Path] = ()) -> Path:
    """Compile Scala 3; otherwise as compile_java."""
    return _compiled(_COMPILER, ["dotty.tools.dotc.Main", "-color:never"], source, classpath)


def compile_scala_2(source: Sequence[Path], classpath: Sequence[Path] = ()) -> Path:
    """Compile Scala 2.13, whose library is Scala 3's own; otherwise as compile_java."""
    return _compiled(_COMPILER_2, ["scala.tools.nsc.Main", "-nowarn"], source, classpath)


def _compiled(
    compiler: jars.Closure, main: Sequence[str], source: Sequence[Path], classpath: Sequence[Path]
) -> Path:
    command = [
        str(java().executable),
        *QUICK_START,
        "-Xss4m",  # the compiler recurses deeply
        "-cp",
        os.pathsep.join(map(str, jars.resolve(compiler))),
        *main,
    ]
    name = f"scalac {compiler.version} on {java().version}"
    library = jars.resolve(_LIBRARY)
    return compiled(name, command, source, [*library, *without(classpath, "scala")])
