"""Java: compiled by the machine's javac, or by ECJ where there is only a runtime."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Collection, Sequence
from pathlib import Path

from harness.languages.braces import LanguageWithBraces
from harness.languages.headline import split
from harness.languages.jvm import missing, newer, surroundings
from harness.languages.jvm.compile import (
    CompileError,
    compile_java,
    compile_java_partly,
    compiles_with,
)
from harness.languages.jvm.java import bundled, java
from harness.languages.jvm.language import together
from harness.languages.jvm.sources import Sources, names_sibling, text_of
from harness.languages.jvm.surroundings import Surroundings, with_implementers
from harness.languages.jvm.toolchain import Prepared
from harness.languages.launch import Implementation
from harness.languages.repair.java_grammar import JAVA
from harness.languages.repair.library import jdk_classes


def _without(source: Path, absent: Collection[str], folder: Path) -> Path:
    """A copy of a source in a folder, its lines in place, without imports of what is absent."""

    def kept(line: str) -> str:
        imported = re.match(r"\s*import\s+(?:static\s+)?([\w.]+)", line)
        name = f"{imported[1]}." if imported else ""
        return "\n" if any(name.startswith(f"{one}.") for one in absent) else line

    folder.mkdir()
    lines = text_of(source).splitlines(keepends=True)
    copy = folder / source.name
    copy.write_text("".join(map(kept, lines)), encoding="utf-8")
    return copy


class Java(LanguageWithBraces):
    """Classes, as they are."""

    name = "java"
    endings = (".java",)
    fences = ("java",)
    # Types before names, semicolons after statements.
    clues = (
        (3, r"(?:public |final |abstract |static |sealed )+(?:class|interface|enum|record) "),
        (3, r"import (?:static )?[a-z]\w*(?:\.\w+)+(?:\.\*)?;$"),
        (2, r"(?:package [\w.]+;|@Override\b)"),
        (3, r".*\bSystem\.(?:out|err)\.print"),
        (2, r"(?:public|private|protected) (?:(?:static|final) )*[\w<>\[\], .]+[;={(]"),
        (2, r"(?:final )?\w+(?:<[\w<>\[\], ?]+>)?(?:\[\])* \w+ = new \w.*[;{]$"),
        (2, r"(?:static |final )*(?:void|\w+(?:\[\])+|Map<.+>|List<.+>) \w+\([^*&]*\)\s*\{"),
        (1.5, r"(?:final )?(?:(?:double|float|int|long)\[\]|Map<.+>|List<.+>|String) \w+ =.*;$"),
        (1, r"(?:final )?(?:double|float|int|long|boolean|var) \w+ = [^&*]+;$"),
        (1, r"for \((?:(?:final )?[\w<>\[\], .]+ \w+ : .+|int \w+ = .+; .+; .+)\)"),
        (0.5, r"class \w+(?: extends \w+)?(?: implements [\w<>, ]+)? \{$"),
        (1.5, r".*\bMath\.(?:sqrt|pow|abs)\(.*;$"),
        (0.5, r"(?:return|throw|this\.\w+ =)\b.*;$"),
    )
    magics = True
    defines = r"\b(?:class|record|interface|enum|void|static|double|float)\b"
    repaired = True
    grammar = JAVA
    runs = r"\bstatic\s+void\s+main\s*\("

    def compile(self, source: tuple[Path, ...], around: Surroundings) -> tuple[Path, ...]:
        """Alone if that will do, else with a source path."""

        def compile_near(files: Sequence[Path]) -> Path:
            return compile_java(files, around.libraries, around.roots)

        near = any(names_sibling(path, around.roots) for path in source)
        try:
            if near:
                return (with_implementers(compile_near, source, around, self.endings),)
            # What a build left of its siblings is theirs, and no library.
            return (compile_java(source, [p for p in around.libraries if not p.is_dir()]),)
        except CompileError as error:
            if near or not (around.roots and missing.names(str(error))):
                raise
        return (with_implementers(compile_near, source, around, self.endings),)

    def partly(self, port: Implementation, around: Surroundings, message: str) -> Prepared | None:
        """All but what names something that is not there, or does not compile itself."""
        lacking = missing.excused(message, port.source, around, self.forgotten)
        # An adapter is judged by nothing but whether it compiles.
        if not lacking or (port.adapter is not None and port.adapter.name in message):
            return None
        source = together(port)
        paths = Sources(around.roots, self.endings).implementers(source) if around.roots else []
        absent = {name.split("$")[0] for name in missing.names(message) if "." in name}
        with tempfile.TemporaryDirectory(prefix="rmsproof-") as folder:
            # An import that fails would take its whole file with it.
            copies = [
                _without(path, absent, Path(folder) / str(i)) for i, path in enumerate(source)
            ]
            try:
                jar = compile_java_partly([*copies, *paths], around.libraries, around.roots)
            except CompileError:
                return None
        libraries = tuple(map(str, around.libraries))
        own, reading = self.top(source), self.read(port, around)
        return Prepared(self, (str(jar),), "", libraries, own, lacking, reading)

    def excuse(self, port: Implementation, message: str) -> str:
        """A method that a newer JDK has is none of the source's faults, either."""
        other = bundled()
        asked = newer.members(message) if other and other.feature > java().feature else []
        excused = super().excuse(port, message)
        if excused or other is None or not jdk_classes(asked):
            return excused
        around = surroundings.of(port)
        if compiles_with(other, together(port), around.libraries, around.roots):
            return f"it compiles with Java {other.feature}; {newer.advice()}"
        return ""

    def headline(self, message: str) -> str:
        """Javac's with the symbol that it does not find, ECJ's with what it says below."""
        head, below = split(message)
        symbol = next((line for line in below if line.startswith("symbol:")), "")
        if symbol and head.endswith("cannot find symbol"):
            return f"{head}: {' '.join(symbol.split()[1:])}"
        if place := re.match(r"\d+\. ERROR in (\S+) \(at line (\d+)\)", head):
            after = (line for i, line in enumerate(below) if below[i - 1].strip("^") == "")
            return f"{place[1]}:{place[2]}: error: {next(after, '')}"
        return head
