"""Clojure: a file is read by Clojure itself, in a namespace made afresh for every scenario."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.languages.jvm import jars
from harness.languages.jvm.adapter import base_adapter, sources
from harness.languages.jvm.clojure_beginnings import begun, prepared
from harness.languages.jvm.compile import QUICK_START, CompileError, cached, key
from harness.languages.jvm.java import java
from harness.languages.jvm.language import JvmLanguage, together
from harness.languages.jvm.offered import offered
from harness.languages.jvm.sources import text_of
from harness.languages.jvm.surroundings import Surroundings
from harness.languages.jvm.toolchain import Prepared, Toolchain
from harness.languages.language import at_line
from harness.languages.launch import Implementation
from harness.languages.program import Piece
from harness.machine.layout import ports_root

if TYPE_CHECKING:
    from harness.languages.adapters import Sketch

_LIBRARY = jars.PINNED["clojure"]
# What it is asked for that means RMSProp; a method of that name is asked for nothing.
_CHOOSING = re.compile(
    r"""\((?:case|condp?|=|if|when|get)\s[^;"]*?([:"]rms-?prop"?|\brms-?prop\?)""", re.IGNORECASE
)


class Clojure(JvmLanguage):
    """Functions of a namespace."""

    name = "clojure"
    endings = (".clj",)
    fences = ("clojure", "clj")
    # Lists with its own heads.
    clues = (
        (3, r"\((?:defn-?|ns|defrecord|defprotocol|defmulti|defmethod|doseq|comment)\s"),
        (2, r"\(def \^?[\w:*<>!?-]+"),
        (
            2,
            r".*\((?:swap!|reset!|assoc(?:-in)?|update(?:-in)?|get-in|dissoc|merge-with|mapv|"
            r"atom|deref|conj|into|reduce-kv|require) ",
        ),
        (1.5, r".*\((?:let|loop|fn|if-let|when-let|dotimes|binding) \["),
        (1.5, r".*(?:#\([^)]|\(->>? |\[\{:keys \[|\(:[\w-]+ \w)"),
        (
            1.5,
            r".*\((?:Math/\w+|println|prn|map|reduce|apply|range|partial|filter|zipmap|nth|"
            r"juxt) [^,]*\)?$",
        ),
    )
    begins = ("(", "[", ";", "{", "#(", "@")
    defines = r"\((?:def|fn|let)"
    repaired = True
    host = "clojure"

    def prepare(self, port: Implementation, around: Surroundings) -> Prepared:
        """Nothing is compiled beforehand."""
        if len(port.source) != 1:
            raise CompileError("a Clojure port must be a single file")
        path = tuple(map(str, (*around.roots, *around.libraries)))
        read = "\n".join(str(path.absolute()) for path in together(port))
        asked = next(filter(None, map(_CHOOSING.search, map(text_of, together(port)))), None)
        texts = [text_of(path) for path in together(port)]
        others = map(text_of, self.near(port, around))
        reading: dict[str, Any] = {
            "chooses": asked[1] if asked else "",
            "begun": begun(texts, others),
            "offered": offered(texts),
        }
        reading["prepared"] = prepared(texts)
        return Prepared(self, (), read, path, reading=reading)

    def build_adapter(self, toolchain: Toolchain) -> tuple[Path, ...]:
        """Java's, with our namespaces compiled ahead of time."""
        base = base_adapter(toolchain.tell)
        toolchain.tell("fetching Clojure")
        library = jars.resolve(_LIBRARY)
        toolchain.tell("compiling the Clojure adapter")
        own = compile_clojure("rmsproof.adapter", sources("clojure", "src"), base)
        return (*base, own, *library)

    def warm(self) -> str:
        """Our right edition: Clojure's reader and compiler are loaded with it."""
        return str(ports_root() / "clojure" / "editions" / "conformant" / "rmsprop.clj")

    def program(self, prepared: Prepared, main: str) -> list[str]:
        """The file as a script."""
        return ["clojure.main", prepared.source]

    def names(self, text: str) -> list[str]:
        """What its top level defines."""
        from harness.languages.repair.clojure.forms import definitions

        return list(definitions(text))

    def files(self, text: str, line: int, earlier: Sequence[Piece], cell: bool) -> list[str]:
        """The block, and above it the forms of earlier ones that it needs."""
        from harness.languages.repair.clojure.forms import preamble

        return [at_line(preamble(text, [piece.text for piece in earlier]), text, line)]

    def file_name(self, stem: str, name: str) -> str:
        """The document's own name, which Clojure's messages show."""
        return name

    def main(self, text: str, line: int, cell: bool, stem: str) -> str:
        """The text runs itself."""
        return ""

    def remarks(self, text: str, line: int) -> Iterator[str]:
        """Values of assoc and the like that are dropped: nothing changes by them."""
        from harness.languages.repair.clojure.forms import dropped_updates

        for dropped in dropped_updates(text):
            yield (
                f"the value of {dropped.call} is dropped (line"
                f" {line + dropped.line - 1}, column {dropped.column}):"
                f" {dropped.target} itself never changes"
            )

    def adapter_file(self, sketch: Sketch, source: Path) -> str:
        """Named for the source."""
        return f"{source.stem}_adapter{self.endings[0]}"


def compile_clojure(namespace: str, root_folder: Path, classpath: Sequence[Path]) -> Path:
    """Compile a namespace below a source root ahead of time; otherwise as compile_java."""
    library = jars.resolve(_LIBRARY)
    files = sorted(root_folder.rglob("*.clj"))
    path = [root_folder, *library, *classpath]

    def command(folder: Path, _given: Sequence[Path]) -> list[str]:
        form = f"(binding [*compile-path* {json.dumps(str(folder))}] (compile '{namespace}))"
        entries = os.pathsep.join(map(str, [*path, folder]))
        return [str(java().executable), *QUICK_START, "-cp", entries, "clojure.main", "-e", form]

    name = f"clojure {_LIBRARY.version} on {java().version} {namespace}"
    return cached(key(name, (), files, [*library, *classpath]), command, files)
