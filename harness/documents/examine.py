"""A document examined: every block listed, optimizers judged, each defect passed to the next."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from harness.documents import scripts
from harness.documents.attempt import Attempt, Bench
from harness.documents.blocks import Block
from harness.documents.computing import bare
from harness.documents.examined import GUESSED, Examination, Examined, Layer
from harness.documents.extract import read
from harness.documents.findings import about_code, about_names
from harness.documents.formulas import derivative_factors, formulas
from harness.documents.lacking import required_before, undefined_name
from harness.documents.outputs import Outputs
from harness.documents.reading import Reading
from harness.documents.source import Source, holds_update, looks_like_optimizer, sketched
from harness.documents.walk import LAYERS, Walk, stops
from harness.judging.memory import Memory
from harness.judging.options import Options
from harness.judging.verdict import ANOTHER, Result, conclude
from harness.languages.jvm.toolchain import Toolchain
from harness.languages.program import Piece, compiles
from harness.languages.registry import by_name, judged, scripted
from harness.machine.isolation.sandbox import can_have_own, sandbox
from harness.model import interruption
from harness.model.errors import ToolchainError
from harness.model.observation import Fault
from harness.model.words import GOOD
from python_ref.dialects.axes import AXES
from python_ref.dialects.dialect import Dialect

_MEANT = "another algorithm, by its {}"
Progress = Callable[[str, int], None]
"""Told what is being done, and how many blocks are finished since."""


def examine(
    path: Path,
    claim: Dialect,
    options: Options,
    progress: Progress = lambda _text, _done: None,
    begun: Callable[[int], None] = lambda _blocks: None,
    memory: Memory | None = None,
    python: str = "",
) -> Examination:
    """Examine one document. Executes its code, in a sandbox.

    Args:
        path: Markdown, text with fences, or a notebook.
        claim: the dialect its optimizers are held against.
        options: as for `check`.
        progress: told what is being done.
        begun: told how many blocks there are.
        memory: the run's, where it examines several documents.
        python: the interpreter that its Python runs in; ours if empty.

    Returns:
        What is in it; after Ctrl-C, of the blocks done by then.

    Raises:
        UsageError: the file cannot be read.
    """
    document = read(path)
    begun(len(document.blocks))
    toolchain = Toolchain(lambda text: progress(text, 0))
    reading = Reading(document, claim, python)
    memory = memory or Memory(options.pattern)
    bench = Bench(reading.beside, claim, options, toolchain, memory)
    examiner = _Examiner(reading, bench, options.timeout)
    rows: list[Examined] = []
    try:
        interruption.begin()
        for block in document.blocks:
            progress(f"{path.name}:{block.line} {block.language}", 0)
            begun_at = time.monotonic()
            of_block = examiner.guarded(block)
            rows += [replace(row, seconds=time.monotonic() - begun_at) for row in of_block]
            progress(f"{path.name}:{block.line} {block.language}", 1)
        progress(f"{path.name}: what its scripts print", 0)
        rows = examiner.outputs.reproduced(rows)
    except KeyboardInterrupt:
        cut = can_have_own("network") if bench.entered else None
        return Examination(document, tuple(rows), network_cut=cut, incomplete=True)
    finally:
        bench.leave()
    stated = tuple(formulas(document.prose))
    executed = examiner.outputs.executed or bench.entered
    return Examination(
        document,
        tuple(rows),
        stated,
        (
            *about_code(rows, stated, derivative_factors(document.prose), claim),
            *about_names(document, reading.texts, reading.sections),
        ),
        can_have_own("network") if executed else None,
    )


class _Examiner:
    """Goes through a document's blocks, one after another."""

    def __init__(self, reading: Reading, bench: Bench, seconds: float) -> None:
        self._reading, self._bench, self._seconds = reading, bench, seconds
        self._walk = Walk(reading, bench)
        self.outputs = Outputs(reading, bench, seconds)
        self._added: dict[int, int] = {}
        """By index, a cell that adds to a class of an earlier one: the index of that."""

    def guarded(self, block: Block) -> list[Examined]:
        """The rows of a block; what goes wrong in ourselves over it costs no other its verdict."""
        try:
            return self.block(block)
        except Exception as error:
            reason = f"a defect of rmsproof, not of the code: {type(error).__name__}: {error}"
            if isinstance(error, ToolchainError):
                reason = str(error)
            result = conclude(self._reading.port(block), "", fault=Fault("not-run", reason))
            return [Examined(block, "optimizer", layers=(Layer(result),))]

    # -- one block -------------------------------------------------------------------------

    def block(self, block: Block) -> list[Examined]:
        """The rows of a block: one, or one for each optimizer in it."""
        if block.index in self._reading.of:
            first = self._reading.document.blocks[self._reading.of[block.index]]
            return [Examined(block, "other", message=f"continues the block at line {first.line}")]
        if not judged(block.language):
            return [Examined(block, "other", message=_other(block))]
        if block.index in self._added:
            first = self._reading.document.blocks[self._added[block.index]]
            return [Examined(block, "other", message=f"adds to the class at line {first.line}")]
        if block.index in self._reading.loose:
            return [Examined(block, "other", message="methods shown by themselves")]
        source = self._reading.source(block)
        if scripted(block.language) and (why := self._passed_over(source)):
            return [Examined(block, "other", message=why)]
        if scripted(block.language) and (row := self._library(block)):
            if looks_like_optimizer(source.whole(), "python") and source.names():
                own = [judged for judged in self._tried(source) if judged.layers]
                return [*own, row] if own else [row]
            return [row]
        looks = looks_like_optimizer(source.whole(), block.language)
        if looks or (scripted(block.language) and source.said and holds_update(source.text)):
            rows = self._tried(source)
            if looks or any(row.layers for row in rows):
                return rows
        loose = scripted(block.language) and bare(source.text)
        message = "bare statements, which were not called" if loose else "no optimizer recognised"
        return [Examined(block, "other", message=message)]

    def _passed_over(self, source: Source) -> str:
        return by_name(source.block.language).passed_over(source.text, source.borrowed())

    def _tried(self, source: Source) -> list[Examined]:
        with sandbox() as box:
            self._bench.enter(box, jvm=not scripted(source.block.language))
            try:
                return self._rows(source)
            finally:
                self._bench.leave()

    def _rows(self, source: Source) -> list[Examined]:
        attempt = self._bench.tried(source)
        if attempt.fault is not None:
            before = self._reading.document.blocks[: source.block.index]
            texts = (block.text for block in before)
            if lacked := required_before(attempt.fault.message, texts):
                attempt = replace(attempt, fault=Fault("not-run", lacked))
        layers: list[Layer] = []
        unbound = all(one.result.verdict.word == "not-run" for one in attempt.judged.values())
        if attempt.fault is None and unbound and (lacking := self._walk.imported(source)):
            source, repaired, attempt, fault = lacking
            stopped = conclude(self._reading.port(source.block), _way(source), fault=fault)
            layers.append(Layer(stopped, repaired.change))
        while attempt.fault is not None and len(layers) < LAYERS:
            stopped = conclude(self._reading.port(source.block), _way(source), fault=attempt.fault)
            step = self._walk.passed(source, stopped, None)
            if step is None:
                layers.append(Layer(stopped))
                break
            layers.append(Layer(stopped, step[1].change))
            source, attempt = step[0], step[2]
        if attempt.fault is not None:
            return [self._unread(source, layers)]
        if not attempt.judged:
            meant = [source.meant(name) for name in source.names()]
            if attempt.near and meant and all(meant):
                return [Examined(source.block, "other", message=_MEANT.format(meant[0]))]
            if attempt.near:
                fault = Fault("not-run", attempt.near)
                layers.append(
                    Layer(conclude(self._reading.port(source.block), _way(source), fault=fault))
                )
                return [self._row(source, "optimizer", "", layers, attempt)]
            first = layers[0].result if layers else None
            if source.said and first and first.verdict.word in ("not-run", "does-not-compile"):
                return [self._row(source, "optimizer", "", [Layer(first)], attempt)]
            return [
                Examined(
                    source.block,
                    "other",
                    message="no optimizer whose parameters could be recognised",
                )
            ]
        several = len(attempt.judged) > 1
        return [
            self._deeper(source, name if several else "", name, list(layers), attempt)
            for name in attempt.judged
        ]

    def _deeper(
        self, source: Source, label: str, name: str, layers: list[Layer], attempt: Attempt
    ) -> Examined:
        """Follow one optimizer of a block through its further layers."""
        kind = attempt.judged[name].kind
        while True:
            name = name or next(iter(attempt.judged))  # bare statements may get one
            result = attempt.judged[name].result
            if not stops(result) or len(layers) >= LAYERS:
                break
            step = self._walk.passed(source, result, name)
            if step is None:
                break
            layers.append(Layer(result, step[1].change))
            source, attempt = step[0], step[2]
        fault = result.verdict.fault
        # Scala's `???` and Kotlin's `TODO()` raise it, too.
        if fault is not None and "NotImplementedError" in fault.message:
            message = "NotImplementedError stands for code"
            return Examined(source.block, "other", message=message)
        if message := _another(source.meant(name), result):
            return Examined(source.block, "other", label, message=message)
        if layers and _of_repairs(source, result):
            layers[-1] = Layer(layers[-1].result)
        else:
            layers.append(Layer(result))
        return self._row(source, kind, label, layers, attempt, name)

    def _row(
        self,
        source: Source,
        kind: str,
        label: str,
        layers: Sequence[Layer],
        attempt: Attempt,
        name: str = "",
    ) -> Examined:
        for line in attempt.added:
            for cell in self._reading.document.blocks[source.block.index + 1 :]:
                if cell.line <= line <= cell.line + cell.text.count("\n"):
                    self._added.setdefault(cell.index, source.block.index)
        if source.block.printed and not scripted(source.block.language):
            self.outputs.run(source)
        changed = source.text != self._reading.published(source.block)
        if scripted(source.block.language):
            self._reading.texts[source.block.index] = source.text
        return Examined(
            source.block,
            kind,
            label,
            tuple(layers),
            findings=tuple(self._static(source.block)),
            whole=self._reading.published(source.block),
            repaired=source.text if changed else None,
            convention=attempt.judged[name].convention if name else None,
        )

    def _unread(self, source: Source, layers: list[Layer]) -> Examined:
        """A block that no repair got as far as to be looked at."""
        fault = layers[0].result.verdict.fault
        if fault is not None and fault.kind == "not-run":
            return self._row(source, "optimizer", "", layers, Attempt())
        if sketched(source.text):
            return Examined(source.block, "other", message="a sketch: `...` stands for code")
        return self._row(source, "optimizer", "", layers, Attempt())

    def _static(self, block: Block) -> Iterator[str]:
        yield from block.notes
        if note := self._reading.note(block):
            yield note
        if block.guessed:
            yield GUESSED.format(block.language)
        yield from by_name(block.language).remarks(block.text, block.line)

    # -- scripts ---------------------------------------------------------------------------

    def _library(self, block: Block) -> Examined | None:
        """The row of a script that trains with a library's optimizer; None if it is none."""
        text = self._reading.texts[block.index]
        earlier = self._reading.source(block).earlier
        if not scripts.library_calls(text, earlier):
            return None
        published = self._reading.published(block)
        port = self._reading.port(block)
        layers: list[Layer] = []
        seconds = self._seconds
        restored_text = text
        if not compiles(published):
            fault = scripts.syntax_fault(published, block.line)
            if (repaired := next(self._walk.indented(self._reading.source(block)), None)) is None:
                return None
            restored_text = repaired.text
            layers.append(Layer(conclude(port, "local", fault=fault), repaired.change))
        self._reading.texts[block.index] = restored_text
        own = Piece(block.line, restored_text)
        script = scripts.script(earlier, own, self._reading.beside)
        result, findings = scripts.library_result(script, block, port, seconds)
        layers.append(Layer(result))
        return Examined(
            block,
            "trainer",
            "",
            tuple(layers),
            findings=(*self._static(block), *findings),
            whole=published,
            repaired=restored_text if restored_text != published else None,
        )


def _another(meant: str, result: Result) -> str:
    """What another algorithm does, where something says that one is meant; "" elsewhere."""
    if not meant or result.verdict.word in GOOD:
        return ""
    found = [d.split("=", 1) for d in result.deviations if d in ANOTHER]
    said = " and ".join(AXES[axis][value].sentence for axis, value in found)
    if said:
        return f"another algorithm: {said}"
    return "" if result.deviations else _MEANT.format(meant)


def _of_repairs(source: Source, result: Result) -> bool:
    """Whether what a repaired text shows may be of the repairs that another thing in it needed."""
    fault = result.verdict.fault
    lost = fault is not None and undefined_name(fault.message) in source.without
    return (lost or source.alone) and result.verdict.word not in GOOD and not result.deviations


def _other(block: Block) -> str:
    return f"{block.language or 'unknown language'}: not judged"


def _way(source: Source) -> str:
    return by_name(source.block.language).transports[0]
