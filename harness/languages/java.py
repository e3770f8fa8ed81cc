"""Java: compiled by the machine's javac, or by ECJ where there is only a runtime."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from harness.languages.adapters import Sketch
from harness.languages.adapters import java as adapters
from harness.languages.braces import LanguageWithBraces
from harness.languages.headline import split
from harness.languages.jvm import missing
from harness.languages.jvm.compile import CompileError, compile_java
from harness.languages.jvm.surroundings import Surroundings
from harness.languages.repair import Broken, Repaired, java
from harness.languages.repair.curly import JAVA


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
    grammar = JAVA
    runs = r"\bstatic\s+void\s+main\s*\("

    def compile(self, source: tuple[Path, ...], around: Surroundings) -> tuple[Path, ...]:
        """Alone if that will do, else with a source path."""
        try:
            return (compile_java(source, around.libraries),)
        except CompileError as error:
            if not (around.roots and missing.names(str(error))):
                raise
        return (compile_java(source, around.libraries, around.roots),)

    def headline(self, message: str) -> str:
        """Javac's with the symbol that it does not find, ECJ's with what it says below."""
        head, below = split(message)
        if symbol := next((line for line in below if line.startswith("symbol:")), ""):
            return f"{head}: {' '.join(symbol.split()[1:])}"
        if place := re.match(r"\d+\. ERROR in (\S+) \(at line (\d+)\)", head):
            after = (line for i, line in enumerate(below) if below[i - 1].strip("^") == "")
            return f"{place[1]}:{place[2]}: error: {next(after, '')}"
        return head

    def wrapped(self, text: str, line: int) -> Repaired | None:
        """Statements outside every class put into one."""
        return java.wrapped(text, line)

    def repairs(self, broken: Broken) -> Iterator[Repaired]:
        """See `repair.java`."""
        yield from super().repairs(broken)
        yield from java.repairs(broken)

    def adapter(self, sketch: Sketch) -> Iterator[str]:
        """See `adapters.java`."""
        return adapters.write(sketch)
