"""A document examined: every block listed, optimizers judged, each defect passed to the next."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path

from harness.documents import scripts
from harness.documents.attempt import Bench, Found
from harness.documents.blocks import LANGUAGES, Block, Document
from harness.documents.extract import read
from harness.documents.findings import Finding, about_code, about_names
from harness.documents.formulas import Formula, derivative_factors, formulas
from harness.documents.program import Piece, compiles
from harness.documents.repair import Broken, Repaired
from harness.documents.repair.indentation import lost, restored
from harness.documents.scripts import Reproduced
from harness.documents.source import Source, looks_like_optimizer
from harness.documents.spread import continued
from harness.documents.trainers import Convention
from harness.headline import headline
from harness.judge import Result, unreached
from harness.port import Port
from harness.run import Goldens, Options
from harness.sandbox import network_can_be_cut, sandbox
from harness.toolchain.prepare import Toolchain
from harness.transport.base import Fault
from harness.verdict import GOOD
from python_ref.dialects import Dialect

GUESSED = "nothing names its language; it reads like {}"

Progress = Callable[[str, int], None]
"""Told what is being done, and how many blocks are finished since."""

# A block gets so many repairs, and so many candidates are tried for each.
_LAYERS, _CANDIDATES = 12, 10
# Where one gets further but not to code that is right or explained, a few more are tried.
_TRIES = 4
_STOPPED = ("does-not-compile", "crashes", "times-out", "garbled", "no-update")
# How far a block came: a repair must not throw it back.
_REACHED = {"does-not-compile": 0, "times-out": 1, "crashes": 1, "garbled": 1, "no-update": 2}
_WHOLE, _EXPLAINED = 3, 4
# All cells of a notebook together, where their outputs are checked.
_NOTEBOOK_SECONDS = 60.0


@dataclass(frozen=True)
class Layer:
    """A block at one point of its way: what it showed, and the repair made to go on."""

    result: Result
    repair: str = ""


@dataclass(frozen=True)
class Examined:
    """One row: a block, or one of several optimizers in it.

    Attributes:
        block: the block.
        kind: optimizer, trainer, or other.
        name: what in the block was judged; "" for the block itself.
        layers: from the block as published to the last that was reached; none for `other`.
        message: why it is `other`.
        findings: what was seen beside the verdict, a sentence each.
        whole: the text as published, all its parts together.
        repaired: the text at the last layer, if it was changed.
        convention: how a trainer scales its gradient, where that is known.
        contradicted: it prints another thing than the document shows, with what was judged.
    """

    block: Block
    kind: str
    name: str = ""
    layers: tuple[Layer, ...] = ()
    message: str = ""
    findings: tuple[str, ...] = ()
    whole: str | None = None
    repaired: str | None = None
    convention: Convention | None = None
    contradicted: bool = False

    @property
    def published(self) -> Result | None:
        """The result of the block as it stands in the document."""
        return self.layers[0].result if self.layers else None

    @property
    def last(self) -> Result | None:
        """The result behind the last repair."""
        return self.layers[-1].result if self.layers else None


@dataclass(frozen=True)
class Examination:
    """What a document was found to hold.

    Attributes:
        rows: every block in order.
        formulas: those that say where epsilon stands.
        findings: what concerns the document as a whole.
        network_cut: whether its code ran without a network; None if none was run.
    """

    document: Document
    rows: tuple[Examined, ...]
    formulas: tuple[Formula, ...] = ()
    findings: tuple[Finding, ...] = ()
    network_cut: bool | None = None


def examine(
    path: Path,
    claim: Dialect,
    options: Options,
    progress: Progress = lambda _text, _done: None,
    begun: Callable[[int], None] = lambda _blocks: None,
) -> Examination:
    """Examine one document. Executes its code, in a sandbox.

    Args:
        path: Markdown, text with fences, or a notebook.
        claim: the dialect its optimizers are held against.
        options: as for `check`.
        progress: told what is being done.
        begun: told how many blocks there are.

    Raises:
        UsageError: the file cannot be read.
    """
    document = read(path)
    begun(len(document.blocks))
    toolchain = Toolchain(lambda text: progress(text, 0))
    bench = Bench(path.name, claim, options, toolchain, Goldens(options.pattern))
    examiner = _Examiner(document, bench, claim, options)
    rows: list[Examined] = []
    try:
        for block in document.blocks:
            progress(f"{path.name}:{block.line} {block.language}", 0)
            rows += examiner.guarded(block)
            progress(f"{path.name}:{block.line} {block.language}", 1)
    finally:
        bench.close()
    stated = tuple(formulas(document.prose))
    progress(f"{path.name}: what its scripts print", 0)
    rows = examiner.reproduced(rows)
    return Examination(
        document,
        tuple(rows),
        stated,
        (
            *about_code(rows, stated, derivative_factors(document.prose), claim),
            *about_names(document, examiner.texts),
        ),
        network_can_be_cut() if _executed(rows) else None,
    )


def _executed(rows: Sequence[Examined]) -> bool:
    """Whether anything of a document was run: to judge it, or for what it prints."""
    return any(row.layers or (row.block.printed and row.findings) for row in rows)


class _Examiner:
    """Goes through a document's blocks; what it has made of earlier ones serves later ones."""

    def __init__(self, document: Document, bench: Bench, claim: Dialect, options: Options) -> None:
        self._document, self._bench, self._claim = document, bench, claim
        self._options = options
        self._joined, self._of = continued(document.blocks)
        self._shown: dict[int, Reproduced] = {}
        """By index, what came of running a JVM language's block."""
        self._added: dict[int, int] = {}
        """By index, a cell that adds to a class of an earlier one: the index of that."""
        self.texts: dict[int, str] = {}
        """By index, a Python block as it runs: its indentation restored where it was lost."""
        for block in document.blocks:
            self.texts[block.index] = self._readable(block)

    def _readable(self, block: Block) -> str:
        text = self._joined.get(block.index, block.text)
        if block.language == "python" and block.index not in self._of and lost(text):
            return next(restored(text), text)
        return text

    def _pieces(self, blocks: Sequence[Block], language: str) -> tuple[Piece, ...]:
        return tuple(
            Piece(b.line, self.texts[b.index])
            for b in blocks
            if b.language == language and b.index not in self._of
        )

    def _source(self, block: Block) -> Source:
        blocks, at = self._document.blocks, block.index
        language = block.language
        return Source(
            block,
            self._joined.get(at, block.text),
            earlier=self._pieces(blocks[:at], language),
            later=self._pieces(blocks[at + 1 :], language) if block.cell else (),
        )

    def guarded(self, block: Block) -> list[Examined]:
        """The rows of a block; what goes wrong in ourselves over it costs no other its verdict."""
        try:
            return self.block(block)
        except Exception as error:
            said = f"rmsproof itself failed here: {type(error).__name__}: {error}"
            result = unreached(self._port(self._source(block)), "", Fault("not-run", said))
            return [Examined(block, "optimizer", layers=(Layer(result),))]

    # -- one block -------------------------------------------------------------------------

    def block(self, block: Block) -> list[Examined]:
        """The rows of a block: one, or one for each optimizer in it."""
        if block.index in self._of:
            first = self._document.blocks[self._of[block.index]]
            return [Examined(block, "other", message=f"continues the block at line {first.line}")]
        if block.language not in LANGUAGES:
            return [Examined(block, "other", message=_other(block))]
        if block.index in self._added:
            first = self._document.blocks[self._added[block.index]]
            return [Examined(block, "other", message=f"adds to the class at line {first.line}")]
        source = self._source(block)
        if block.language == "python" and (row := self._library(block)):
            if looks_like_optimizer(source.whole(), "python") and source.names():
                own = [found for found in self._tried(source) if found.layers]
                return [*own, row] if own else [row]
            return [row]
        if not looks_like_optimizer(source.whole(), block.language):
            return [Examined(block, "other", message="no optimizer")]
        return self._tried(source)

    def _tried(self, source: Source) -> list[Examined]:
        with sandbox() as box:
            self._bench.enter(box, jvm=source.block.language != "python")
            try:
                return self._rows(source)
            finally:
                self._bench.leave()

    def _rows(self, source: Source) -> list[Examined]:
        found = self._bench.tried(source)
        layers: list[Layer] = []
        while found.fault is not None and len(layers) < _LAYERS:
            stopped = unreached(self._port(source), _way(source), found.fault)
            step = self._passed(source, stopped, None)
            if step is None:
                layers.append(Layer(stopped))
                break
            layers.append(Layer(stopped, step[1].change))
            source, found = step[0], step[2]
        if found.fault is not None:
            return [self._unread(source, layers)]
        if not found.results:
            if found.near:
                fault = Fault("not-run", found.near)
                layers.append(Layer(unreached(self._port(source), _way(source), fault)))
                return [self._row(source, "optimizer", "", layers, found)]
            return [Examined(source.block, "other", message="no optimizer that could be bound")]
        several = len(found.results) > 1
        return [
            self._deeper(source, name if several else "", name, list(layers), found)
            for name in found.results
        ]

    def _deeper(
        self, source: Source, shown: str, name: str, layers: list[Layer], found: Found
    ) -> Examined:
        """Follow one optimizer of a block through its further layers."""
        kind = found.kinds[name]
        while True:
            result = found.results[name]
            if result.verdict.word not in _STOPPED or len(layers) >= _LAYERS:
                break
            step = self._passed(source, result, name)
            if step is None:
                break
            layers.append(Layer(result, step[1].change))
            source, found = step[0], step[2]
        layers.append(Layer(result))
        return self._row(source, kind, shown, layers, found, name)

    def _row(
        self,
        source: Source,
        kind: str,
        shown: str,
        layers: Sequence[Layer],
        found: Found,
        name: str = "",
    ) -> Examined:
        for line in found.added:
            for cell in self._document.blocks[source.block.index + 1 :]:
                if cell.line <= line <= cell.line + cell.text.count("\n"):
                    self._added.setdefault(cell.index, source.block.index)
        if source.block.printed and source.block.language != "python":
            self._printed(source)
        changed = source.text != self._joined.get(source.block.index, source.block.text)
        if source.block.language == "python":
            self.texts[source.block.index] = source.text
        return Examined(
            source.block,
            kind,
            shown,
            tuple(layers),
            findings=tuple(self._static(source.block)),
            whole=self._joined.get(source.block.index, source.block.text),
            repaired=source.text if changed else None,
            convention=found.conventions.get(name),
        )

    def _unread(self, source: Source, layers: list[Layer]) -> Examined:
        """A block that no repair got as far as to be looked at."""
        fault = layers[0].result.verdict.fault
        if fault is not None and fault.kind == "not-run":
            return self._row(source, "optimizer", "", layers, Found())
        if source.block.language == "python" and _sketch(source.text):
            return Examined(source.block, "other", message="a sketch: `...` stands for code")
        return self._row(source, "optimizer", "", layers, Found())

    def _port(self, source: Source) -> Port:
        name = f"{self._document.path.name}:{source.block.line}"
        return Port(name, source.block.language, claim=self._claim)

    def _static(self, block: Block) -> Iterator[str]:
        yield from block.notes
        if block.guessed:
            yield GUESSED.format(block.language)
        if block.language == "clojure":
            from harness.documents.repair.clojure.forms import dropped_updates

            for dropped in dropped_updates(block.text):
                yield (
                    f"the value of {dropped.call} is dropped (line"
                    f" {block.line + dropped.line - 1}, column {dropped.column}):"
                    f" {dropped.target} itself never changes"
                )

    # -- repairs ---------------------------------------------------------------------------

    def _passed(
        self, source: Source, result: Result, name: str | None
    ) -> tuple[Source, Repaired, Found] | None:
        """The candidate that gets furthest past the complaint: text, change, what is found."""
        if result.verdict.word not in _STOPPED:
            return None
        message = result.verdict.fault.message if result.verdict.fault else ""
        broken = Broken(source.text, source.line, result.verdict.word, message, source.block.cell)
        best: tuple[Source, Repaired, Found] | None = None
        reached = -1
        for tries, candidate in enumerate(islice(self._candidates(source, broken), _CANDIDATES)):
            last_resort = candidate.change.endswith("left out")
            if not self._bench.left() or (best and (tries >= _TRIES or last_resort)):
                break
            changed = source.repaired(candidate)
            found = self._bench.tried(changed, name)
            after = _state(found, name)
            if after is None or not (_further(result, after) or _past(result, after)):
                continue
            if (rank := _rank(after)) > reached:
                best, reached = (changed, candidate, found), rank
            if reached >= _EXPLAINED:
                break
        return best

    def _candidates(self, source: Source, broken: Broken) -> Iterator[Repaired]:
        language = source.block.language
        if language == "python":
            from harness.documents.repair import python

            if broken.verdict == "does-not-compile" and lost(source.text):
                yield from self._indented(source)
            yield from python.repairs(broken)
            return
        from harness.documents.repair import text

        yield from text.repairs(broken)
        if language == "java":
            from harness.documents.repair import java

            yield from java.repairs(broken)
        elif language == "scala":
            from harness.documents.repair import scala

            yield from scala.repairs(broken)
        else:
            from harness.documents.repair import clojure

            yield from clojure.repairs(broken)

    def _indented(self, source: Source) -> Iterator[Repaired]:
        """The lost indentation: that which reproduces a printed output, where there is one."""
        block = source.block
        for shown in self._document.blocks[block.index :]:
            if shown.printed is None or shown.language != "python":
                continue
            candidates = islice(restored(source.text), scripts.CANDIDATES)
            made = partial(self._script, block, shown)
            text = scripts.reproducing(candidates, made, shown)
            if text is not None:
                change = (
                    "the lost indentation restored, the way that prints what line"
                    f" {shown.printed.line} shows"
                )
                yield Repaired(text, change)
                return
        for text in islice(restored(source.text), _CANDIDATES):
            yield Repaired(text, "the lost indentation restored")

    def _script(self, block: Block, shown: Block, text: str) -> scripts.Script | None:
        """The program that prints what `shown` shows, with a block's text as given."""
        blocks = self._document.blocks[: shown.index]
        pieces = [
            Piece(b.line, text if b.index == block.index else self.texts[b.index])
            for b in blocks
            if b.language == "python" and b.index not in self._of
        ]
        own = text if shown.index == block.index else self.texts[shown.index]
        script = scripts.script(pieces, Piece(shown.line, own), self._document.path.name)
        uses = shown.index == block.index or script.uses(block.line, text)
        return script if uses else None

    # -- scripts ---------------------------------------------------------------------------

    def _library(self, block: Block) -> Examined | None:
        """The row of a script that trains with a library's optimizer; None if it is none."""
        text = self.texts[block.index]
        called = scripts.library_calls(text)
        if not called:
            return None
        published = self._joined.get(block.index, block.text)
        port = replace(self._port(self._source(block)), language="python")
        layers: list[Layer] = []
        seconds = self._options.timeout
        restored_text = text
        if not compiles(published):
            fault = scripts.syntax_fault(published, block.line)
            if (found := next(self._indented(self._source(block)), None)) is None:
                return None
            restored_text = found.text
            layers.append(Layer(unreached(port, "local", fault), found.change))
        self.texts[block.index] = restored_text
        earlier = self._source(block).earlier
        script = scripts.script(earlier, Piece(block.line, restored_text), port.name)
        outcome = scripts.library_result(script, block, port, self._claim, seconds)
        layers.append(Layer(outcome.result))
        return Examined(
            block,
            "trainer",
            "",
            tuple(layers),
            findings=(*self._static(block), *outcome.findings),
            whole=published,
            repaired=restored_text if restored_text != published else None,
        )

    def reproduced(self, rows: Sequence[Examined]) -> list[Examined]:
        """The rows with what came of their printed outputs."""
        found = dict(self._shown)
        if self._document.notebook:
            found |= self._notebook_outputs()
        else:
            found |= {
                row.block.index: self._output(row.block)
                for row in rows
                if row.block.printed
                and row.block.language == "python"
                and row.block.index not in self._of
                and not scripts.library_calls(self.texts[row.block.index])
            }
        for row in rows:
            library = row.block.language == "python" and scripts.library_calls(
                self.texts[row.block.index]
            )
            if row.block.printed and row.block.language in LANGUAGES and not library:
                shown = f"the output at line {row.block.printed.line}"
                unchecked = Reproduced(None, f"{shown} was not checked: the block was not run")
                found.setdefault(row.block.index, unchecked)
        held = [row.block for row in rows if row.layers]
        return [
            replace(
                row,
                findings=(*row.findings, came.sentence + self._repaired(row)),
                contradicted=came.agrees is False and self._uses(row.block, held),
            )
            if (came := found.get(row.block.index))
            else row
            for row in rows
        ]

    def _repaired(self, row: Examined) -> str:
        """A printed output is that of the text that ran."""
        published = self._joined.get(row.block.index, row.block.text)
        ran = self.texts[row.block.index] if row.block.language == "python" else row.repaired
        return ", once repaired" if ran not in (None, published) else ""

    def _uses(self, block: Block, judged: Sequence[Block]) -> bool:
        """Whether a block is one that was judged, or uses what such a block defines."""
        if block in judged:
            return True
        script = self._script(block, block, self.texts[block.index])
        return script is not None and any(
            script.uses(other.line, self.texts[other.index]) for other in judged
        )

    def _printed(self, source: Source) -> None:
        """Run a JVM language's block, while its sandbox is there."""
        if source.block.index not in self._shown and (ran := self._bench.ran(source)) is not None:
            self._shown[source.block.index] = scripts.held(ran, source.block)

    def _output(self, block: Block) -> Reproduced:
        script = self._script(block, block, self.texts[block.index])
        assert script is not None
        whole = self._pieces(self._document.blocks[: block.index], "python")
        return scripts.reproduces(script, block, whole, self._options.timeout)

    def _notebook_outputs(self) -> dict[int, Reproduced]:
        cells = [b for b in self._document.blocks if b.cell and b.language == "python"]
        if not any(cell.printed for cell in cells):
            return {}
        return scripts.notebook(cells, self.texts, self._document.path.name, _NOTEBOOK_SECONDS)


def _other(block: Block) -> str:
    return f"{block.language or 'no language of ours'}: not judged"


def _way(source: Source) -> str:
    return "local" if source.block.language == "python" else "jpype"


_ELLIPSIS = re.compile(r"^\s*(?:\.\.\.|…)\s*$|[(=,]\s*(?:\.\.\.|…)\s*[),\n]", re.MULTILINE)


def _sketch(text: str) -> bool:
    """Whether dots stand for code that was left out: as a statement, an argument, a value."""
    return bool(_ELLIPSIS.search(text))


def _state(found: Found, name: str | None) -> Result | Fault | None:
    """What a repaired text shows; None where nothing is left to judge."""
    if found.fault is not None:
        return found.fault
    if name is not None:
        return found.results.get(name)
    if not found.results:
        return Fault("loaded", "")
    return next(iter(found.results.values()))


def _further(before: Result, after: Result | Fault) -> bool:
    """Whether a block came further than before: from compiling to running, to moving weights."""
    old, new = _REACHED[before.verdict.word], _REACHED.get(_word(after), _WHOLE)
    return new > old and _word(after) not in ("not-run", "unsupported")


def _rank(after: Result | Fault) -> int:
    """How far a text came: stopped, wrong in an unknown way, right or explained."""
    reached = _REACHED.get(_word(after), _WHOLE)
    if reached < _WHOLE or isinstance(after, Fault):
        return reached
    return _EXPLAINED if after.verdict.word in GOOD or after.deviations else _WHOLE


def _past(before: Result, after: Result | Fault) -> bool:
    """Whether a block is where it was, but complains of something else."""
    fault = after if isinstance(after, Fault) else after.verdict.fault
    if _REACHED[before.verdict.word] != _REACHED.get(_word(after), _WHOLE):
        return False
    said, now = _complaint(before.verdict.fault), _complaint(fault)
    return headline(said) not in now and headline(said) != headline(now)


def _word(after: Result | Fault) -> str:
    return after.kind if isinstance(after, Fault) else after.verdict.word


def _complaint(fault: Fault | None) -> str:
    """What is complained of, without columns, which a repair may shift."""
    return re.sub(r"(:\d+):\d+\b|, column \d+", r"\1", fault.message) if fault else ""
