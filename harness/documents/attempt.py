"""One try at a block as it stands: load it in a sandbox, see what it holds, judge that."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from harness.diagnosis.diagnose import LARGEST
from harness.documents import runner, trainers, training
from harness.documents.beside import Beside
from harness.documents.lacking import lacking, own_import, undefined_name, without_advice
from harness.documents.lines import Convention
from harness.documents.source import Source, port_of, stem_of
from harness.documents.things import asked, bindings, classes
from harness.documents.trainers import Trainer
from harness.documents.training import Ends
from harness.judging.beginning import SOON, judged_by_names
from harness.judging.goldens import options_of
from harness.judging.guessing import judged as judge_guessing
from harness.judging.memory import Memory
from harness.judging.options import Options
from harness.judging.verdict import Result, conclude
from harness.languages.jvm.compile import CompileError
from harness.languages.jvm.language import JvmLanguage
from harness.languages.jvm.toolchain import Prepared, Toolchain
from harness.languages.naming import says_rmsprop
from harness.languages.program import compiles
from harness.languages.python import loading
from harness.languages.registry import by_name, scripted
from harness.machine.isolation.sandbox import Sandbox
from harness.model.errors import ToolchainError
from harness.model.observation import Fault, Unreachable
from harness.ports.binding import BindingError
from harness.ports.port import Port
from harness.ports.roles import Wanted
from harness.transport.hosted import HostedTransport
from harness.transport.hosting import Worker
from python_ref.dialects.dialect import Dialect

# A block's time in all, whatever it does; compiling is ours to wait for.
BLOCK_SECONDS = 60.0


@dataclass(frozen=True)
class Judged:
    """One thing in a text that was judged.

    Attributes:
        result: what it shows.
        kind: `optimizer` or `trainer`.
        convention: how a trainer scales its gradient, where that is known.
    """

    result: Result
    kind: str
    convention: Convention | None = None


@dataclass(frozen=True)
class Attempt:
    """What came of trying a text.

    Attributes:
        judged: the optimizers and trainers in it, by name.
        fault: why nothing could be looked at, if so.
        near: why what looks like an optimizer cannot be bound, if so.
        added: the lines of later cells that add to it.
    """

    judged: dict[str, Judged] = field(default_factory=dict)
    fault: Fault | None = None
    near: str = ""
    added: tuple[int, ...] = ()


class Bench:
    """Where the blocks of one document are tried, each in a sandbox of its own.

    Args:
        beside: what stands beside the document, and its name, for messages.
        claim: the dialect that its optimizers claim to be.
        options: what the command line says of all.
        toolchain, memory: shared by all documents.

    Attributes:
        entered: a block was tried.
    """

    def __init__(
        self,
        beside: Beside,
        claim: Dialect,
        options: Options,
        toolchain: Toolchain,
        memory: Memory,
    ) -> None:
        self._beside, self._document = beside, beside.name
        self._claim, self._options = claim, options
        self._toolchain, self._memory = toolchain, memory
        self._worker: Worker | None = None
        self._box: Sandbox | None = None
        self._count = 0
        self._deadline = 0.0
        self.entered = False

    def enter(self, box: Sandbox, jvm: bool) -> None:
        """Go to a new block: a fresh process, a fresh folder, its time begins."""
        self.leave()
        self.entered = True
        self._box, self._worker = box, Worker("block", jvm=jvm, sandbox=box)
        self._beside.into(box.folder)
        self._deadline = time.monotonic() + BLOCK_SECONDS

    def leave(self) -> None:
        """End the block's process."""
        if self._worker:
            self._worker.close()
        self._worker = None

    def left(self) -> float:
        """Seconds that the block still has."""
        return max(0.0, self._deadline - time.monotonic())

    def tried(self, source: Source, only: str | None = None) -> Attempt:
        """Look at a text as it stands, or at one thing in it."""
        if scripted(source.block.language):
            return self._python(source, only)
        return self._jvm(source, only)

    # -- Python ----------------------------------------------------------------------------

    def _python(self, source: Source, only: str | None) -> Attempt:
        text = source.program()
        training_here = [t for t in trainers.find(source.text) if only in (None, t.name)]
        judged = {t.name: self._trained(source, text, t) for t in training_here}
        # What nobody could call as a trainer may be fed in its loop, as a file's is.
        uncalled = [n for n, one in judged.items() if _untrained(one.result, source)]
        known = judged.keys() - set(uncalled)
        names = [n for n in source.names() if n not in known and asked(n, only)]
        if source.names() and not names:
            return Attempt(judged)
        near, absent = list(self._beside.folders), sorted(source.without)
        python = self._beside.python
        request = loading(
            source=str(self._placed(text)), python=python, near=near, absent=absent, ours=True
        )
        if not source.names() and compiles(source.text):
            return self._bare(source, {**request, "lines": source.lines()})
        further = self._loaded(source, "local", request, names, only, looped=uncalled)
        if not further.judged and source.later:
            for name in names:
                if more := source.spread(name):
                    request["source"] = str(self._placed(source.program(more)))
                    further = self._loaded(source, "local", request, [name], only)
                    further = replace(further, added=tuple(piece.line for piece in more))
                    if further.judged:
                        break
        none = not judged and not further.judged and further.fault is None
        if none and source.said and compiles(source.text):  # beside what it defines
            alone = self._bare(source, {**request, "lines": source.lines()})
            further = alone if alone.judged else further
        return Attempt(judged | further.judged, added=further.added) if judged else further

    def _bare(self, source: Source, request: dict[str, Any]) -> Attempt:
        """A loop of the block's own, outside of any definition."""
        way = self._transport("local", request, self._port(source))
        wanted = Wanted(options=frozenset(options_of(self._claim)))
        try:
            result = self._judged_by(judge_guessing, self._port(source), way(wanted))
        except BindingError:
            return Attempt()
        best = result.diagnosis.best if result.diagnosis else None
        # An average of other weights has another scale, and so has all that is solved for.
        if best and not training.written(best, trainers.numbers_in(source.program())):
            return Attempt()
        return Attempt({"": Judged(result, "optimizer")})

    def _placed(self, text: str) -> Path:
        path = self._folder() / self._document
        path.write_bytes(text.encode("utf-8", "surrogateescape"))
        return path

    def _trained(self, source: Source, text: str, trainer: Trainer) -> Judged:
        port = replace(self._port(source), wanted=Wanted(function=trainer.name))
        seconds = min(self._options.timeout, max(1.0, self.left()))
        programs = [text]

        def called(cases: Sequence[trainers.Case]) -> Ends | Fault:
            ends = runner.train(programs[-1], trainer.name, cases, self._beside, seconds)
            if isinstance(ends, Fault):
                return _not_ours(ends, port)
            if programs == [text]:  # what else the block does may take its time each time
                programs.append(source.needed_by(trainer.name))
                alone = runner.train(programs[-1], trainer.name, cases, self._beside, seconds)
                programs.extend([text] * (alone != ends))
            return ends

        # What says that it is another algorithm is no RMSProp if not by little.
        largest = SOON if source.meant(trainer.name) else LARGEST
        result, convention = training.trained(port, trainer, called, self._memory, largest)
        return Judged(result, "trainer", convention)

    # -- JVM languages ---------------------------------------------------------------------

    def _jvm(self, source: Source, only: str | None) -> Attempt:
        begun = time.monotonic()
        port = self._port(source, self._filed(source))
        try:
            prepared = self._prepared(port)
            request = self._toolchain.worker_request(prepared, [prepared.language])
            request["options"] += self._at_home()
        except CompileError as error:
            return Attempt(fault=_not_ours(Fault("does-not-compile", str(error)), port))
        except ToolchainError as error:
            return Attempt(fault=Fault("not-run", str(error)))
        finally:
            self._deadline += time.monotonic() - begun
        return self._loaded(source, "jpype", request, source.names(), only, port.source)

    def ran(self, source: Source) -> runner.Ran | None:
        """Run a JVM language's text as the program it is; None where it is none."""
        assert self._box is not None
        if (main := source.main(stem_of(self._document))) is None:
            return None
        try:
            prepared = self._prepared(self._port(source, self._filed(source)))
            command = self._toolchain.program_command(prepared, main, self._at_home())
        except (CompileError, ToolchainError) as error:
            return runner.Ran("", Fault("does-not-compile", str(error)))
        return runner.program(command, self._box, self._options.timeout)

    def _prepared(self, port: Port) -> Prepared:
        language = by_name(port.language)
        assert isinstance(language, JvmLanguage)
        return self._toolchain.prepare(language, port)

    def _at_home(self) -> list[str]:
        """What tells a JVM, which asks no environment, where home and temporary files are."""
        assert self._box is not None
        return [f"-Djava.io.tmpdir={self._box.folder}", f"-Duser.home={self._box.folder}"]

    def _filed(self, source: Source) -> tuple[Path, ...]:
        return tuple(source.files(self._folder(), self._document))

    def _folder(self) -> Path:
        """A fresh folder in the block's sandbox."""
        assert self._box is not None
        self._count += 1
        folder = self._box.folder / str(self._count)
        folder.mkdir()
        return folder

    # -- both ------------------------------------------------------------------------------

    def _port(self, source: Source, files: tuple[Path, ...] = ()) -> Port:
        return port_of(self._document, source.block, self._claim, files)

    def _loaded(
        self,
        source: Source,
        way: str,
        request: dict[str, Any],
        names: Sequence[str],
        only: str | None = None,
        files: tuple[Path, ...] = (),
        looped: Sequence[str] = (),
    ) -> Attempt:
        """Load a text and judge those of its names that are optimizers."""
        options = frozenset(options_of(self._claim))
        port = self._port(source, files)
        transport = self._transport(way, request, port)
        try:
            shape = transport(Wanted()).load()
        except Unreachable as error:
            return Attempt(fault=_not_ours(error.fault, port))
        if shape.get("stopped") and not source.alone:  # a page's code is run to its last line
            return Attempt(fault=_not_ours(Fault("crashes", shape["stopped"]), port))
        if way == "jpype":
            names = classes(shape, source, names, only)
        judged: dict[str, Judged] = {}
        near = ""
        for name in names:
            wanted = Wanted(class_name=name, options=options)
            try:
                bound = bindings(shape, wanted)
            except BindingError as error:
                if error.near:
                    near = near or without_advice(str(error))
                continue
            for title, (chosen, binding) in bound.items():
                if only not in (None, name, title):
                    continue
                if not binding.roles and "function" in binding.message:
                    continue  # a function without any hyperparameter is no optimizer
                judging = judge_guessing if source.alone else judged_by_names
                if judging is judged_by_names and source.meant(title):
                    judging = partial(judging, largest=SOON)  # as of trainers
                result = self._judged(judging, replace(port, wanted=chosen), transport(chosen))
                judged[title] = Judged(result, "optimizer")
        loops = [loop for loop in shape.get("loops", ()) if loop.get("chosen")]
        asking = [loop.get("class") or loop["function"] for loop in loops]
        if source.said:  # whatever it is called
            asking += [loop.get("class") or loop["function"] for loop in shape.get("loops", ())]
        if source.alone and len(names) == 1:  # statements that we put into a function
            asking += names
        meant = [n for n in names if says_rmsprop(n) or n in looped or n in asking]
        for name in meant if all(_uncalled(one.result) for one in judged.values()) else ():
            wanted = Wanted(class_name=name, options=options)
            with suppress(BindingError):
                result = self._judged_by(
                    judge_guessing, replace(port, wanted=wanted), transport(wanted)
                )
                judged[name] = Judged(result, "optimizer")
        return Attempt(judged, near="" if judged else near)

    def _transport(
        self, way: str, request: dict[str, Any], port: Port
    ) -> Callable[[Wanted], HostedTransport]:
        """What reaches a text's optimizers, each in a port of its own."""

        def transport(wanted: Wanted) -> HostedTransport:
            self._count += 1
            key = f"{port.name}#{self._count}"
            left = max(1.0, self.left())
            seconds = min(self._options.timeout, left)
            assert self._worker is not None
            # A page's own statements run while it is loaded: twice a scenario's time is theirs.
            loading = min(2 * self._options.timeout, left)
            return HostedTransport(way, key, self._worker, request, wanted, seconds, loading)

        return transport

    def _judged(
        self, judging: Callable[..., Result], port: Port, transport: HostedTransport
    ) -> Result:
        try:
            return self._judged_by(judging, port, transport)
        except BindingError as error:
            reason = without_advice(str(error))
            return conclude(port, transport.name, fault=Fault("not-run", reason))

    def _judged_by(
        self,
        judging: Callable[..., Result],
        port: Port,
        transport: HostedTransport,
    ) -> Result:
        result = judging(
            port,
            transport,
            self._memory.goldens,
            memory=self._memory,
            edge_decides=self._options.edge,
            seconds=max(1.0, self.left()),
        )
        fault = result.verdict.fault
        if fault is not None and (lacked := _not_ours(fault, port)) is not fault:
            return conclude(port, transport.name, fault=lacked)  # it imports while it runs
        return result


def _not_ours(fault: Fault, port: Port) -> Fault:
    """A fault of a page's code, or what the machine lacks for it."""
    lacked = lacking(fault.message)
    if fault.kind == "not-run" and own_import(fault.message):
        return Fault("does-not-compile", fault.message.partition(";")[0])
    if not lacked and fault.kind == "does-not-compile":
        excuse = without_advice(by_name(port.language).excuse(port, fault.message))
        # A newer Java would take statements at the top, which are a page's defect all the same.
        lacked = excuse if excuse.endswith("is not on the class path") else None
    return Fault("not-run", lacked) if lacked else fault


def _uncalled(result: Result) -> bool:
    """Whether nobody knew how to call it."""
    return result.verdict.fault is not None and result.verdict.word == "not-run"


def _untrained(result: Result, source: Source) -> bool:
    """Whether a trainer could not be called, perhaps for want of data that were left out."""
    fault = result.verdict.fault
    return fault is not None and (
        _uncalled(result) or undefined_name(fault.message) in source.without
    )
