"""What is known of a language, and how a port in it is launched: the shape of a file here.

A language is one file in this room and one line in `registry`. Nothing outside of the room asks
for a language's name: what differs between them is a method or an attribute here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from harness.languages.headline import first_error
from harness.languages.jvm.toolchain import Toolchain
from harness.languages.launch import Hosted, Implementation, Spoken
from harness.languages.program import Piece
from harness.model.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from harness.languages.adapters import Sketch
    from harness.languages.repair import Broken, Repaired

Clue = tuple[float, str]
"""How much a construct weighs for a language, and its pattern on one line without its margin."""


class Language:
    """A language in which nothing is known; each file of this room says what differs.

    Attributes:
        name: as reports and manifests call it.
        endings: of its source files; none where there are no such files.
        transports: how a port in it is reached, the usual way first.
        shared: those over which the ports of one run share a process, one after another.
        fences: the words by which a document's code block names it; none if blocks in it are
            not judged.
        clues: constructs by which code in it is known where nothing names it.
        begins: what its code begins with, if only that is possible.
        scripted: its blocks are scripts that run one after another in one namespace.
        magics: a notebook's magics may stand among its lines.
        defines: a pattern of what defines something in it.
        repaired: a module of `repair`, called as the language is, knows what goes wrong in it.
    """

    name = ""
    endings: tuple[str, ...] = ()
    transports: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()
    fences: tuple[str, ...] = ()
    clues: tuple[Clue, ...] = ()
    begins: tuple[str, ...] = ()
    scripted = False
    magics = False
    defines = r"(?!)"
    repaired = False

    def ready(self, port: Implementation) -> None:
        """Look at a port before anything of a run is started."""

    def launch(
        self,
        port: Implementation,
        transport: str,
        toolchain: Toolchain,
        together: Collection[Language],
    ) -> Hosted | Spoken:
        """How a port is reached over a transport.

        Args:
            port: where it is.
            transport: one of `transports`.
            toolchain: what was built for this run.
            together: the languages of all ports of the run.

        Raises:
            CompileError: its source does not compile.
            ToolchainError: the machine lacks something.
        """
        raise NotImplementedError

    def headline(self, message: str) -> str:
        """The first error of what its compiler says, in one line."""
        return first_error(message)

    def excuse(self, port: Implementation, message: str) -> str:
        """Why what does not compile or load is no fault of the source; empty if it is one.

        Args:
            port: where it is.
            message: the compiler's or the loader's.
        """
        return ""

    def beside(
        self, source: Path, called: Sequence[str]
    ) -> tuple[list[tuple[str, str]], list[str]]:
        """What a source has beside what is called; see `around`.

        Args:
            source: a file of the port.
            called: the class, or the function, and its methods, by name.

        Returns:
            Methods that set what its steps read, each with what it sets, or that keep an average as
            well, with nothing; classes that step, too.
        """
        return [], []

    def calls(self, source: Path, name: str) -> bool:
        """Whether what says RMSProp in a source calls something by name."""
        return False

    def averaged_rows(self, source: Path) -> str:
        """What a source averages over its first axis, as rows of examples are; or ""."""
        return ""

    def imported_as(self, port: Implementation) -> str:
        """The module that an adapter imports a port from; "" where its names are simply there."""
        return ""

    def adapter_file(self, sketch: Sketch, source: Path) -> str:
        """What the file of an adapter is called."""
        return f"{sketch.name}{self.endings[0]}"

    def adapter(self, sketch: Sketch) -> Iterator[str]:
        """Adapters of a source, the fullest first: each with less filled in than the one before.

        Raises:
            UsageError: the language has no module in `adapters`.
        """
        from harness.languages.adapters import texts

        if find_spec(f"harness.languages.adapters.{self.name}") is None:
            raise UsageError(
                f"no adapter in {self.name} is written yet: write one by hand, a class whose one"
                " method takes the weights and their gradients, and name it with --adapter"
            )
        return texts(sketch, own("adapters", self).lines)

    # -- blocks of documents -------------------------------------------------------------------

    def names(self, text: str) -> list[str]:
        """What a text defines that could be judged."""
        raise NotImplementedError

    def owns(self, loaded: str, names: Collection[str]) -> bool:
        """Whether a class or function that was loaded is one of the names that a text defines."""
        return loaded in names

    def files(self, text: str, line: int, earlier: Sequence[Piece], cell: bool) -> list[str]:
        """The texts that are loaded for a block: its own first, then what it needs of others.

        Args:
            text: the block's code.
            line: where it stands in the document; its lines keep their numbers.
            earlier: the blocks of its language before it.
            cell: it is a notebook's cell.
        """
        raise NotImplementedError

    def file_name(self, stem: str, name: str) -> str:
        """What a block's file is called: `stem` with the ending that a compiler asks for."""
        return f"{stem}{self.endings[0]}"

    def main(self, text: str, line: int, cell: bool, stem: str) -> str | None:
        """What runs a text as a program: a class, "" for the text itself; None if nothing does."""
        raise NotImplementedError

    def passed_over(self, text: str, earlier: str) -> str:
        """Why a text of this language is not judged all the same; "" where it is.

        Args:
            text: the block's code.
            earlier: what it needs of the blocks before it.
        """
        return ""

    def repairs(self, broken: Broken) -> Iterator[Repaired]:
        """Candidates for the smallest change that gets past what stops a block."""
        from harness.languages.repair import text

        yield from text.repairs(broken)
        if self.repaired:
            yield from own("repair", self).repairs(broken)

    def remarks(self, text: str, line: int) -> Iterator[str]:
        """What is odd about a text that runs all the same, a sentence each."""
        return iter(())


def own(room: str, language: Language) -> Any:
    """The module of a room below this one that is called as a language is, when it is needed."""
    return import_module(f"harness.languages.{room}.{language.name}")


def at_line(before: str, text: str, line: int) -> str:
    """A text at the document's line, and before it what it needs."""
    return before + "\n" * max(1 if before else 0, line - 1 - before.count("\n")) + text + "\n"
