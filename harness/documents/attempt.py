"""One try at a block as it stands: load it in a sandbox, see what it holds, judge that."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from harness.comparison.compare import compare_all
from harness.documents import runner, trainers
from harness.documents.lacking import lacking
from harness.documents.source import Source, port_of, stem_of
from harness.documents.trainers import Convention, Trainer
from harness.judging.goldens import options_of
from harness.judging.judge import judge
from harness.judging.memory import Memory
from harness.judging.run import Options
from harness.judging.verdict import Result, conclude
from harness.languages.jvm.compile import CompileError
from harness.languages.jvm.language import JvmLanguage
from harness.languages.jvm.toolchain import Prepared, Toolchain
from harness.languages.python import loading
from harness.languages.registry import by_name, scripted
from harness.machine.isolation.sandbox import Sandbox
from harness.model.errors import ToolchainError
from harness.model.evidence import of_golden
from harness.model.observation import Fault, Observation, Unreachable
from harness.model.words import GOOD
from harness.ports.binding import BindingError, Wanted, bind
from harness.ports.port import Port
from harness.transport.hosted import HostedTransport, Worker
from python_ref import golden as goldens_of
from python_ref.dialects.dialect import Dialect
from python_ref.scenarios.scenario import Scenario

# A block's time in all, whatever it does; compiling is ours to wait for.
BLOCK_SECONDS = 60.0
# With more deviations a wrong idea of how a trainer forms its gradients might fit, too.
_FROM_DATA = 2


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
        document: the document's name, for messages.
        claim: the dialect that its optimizers claim to be.
        options: what the command line says of all.
        toolchain, memory: shared by all documents.
    """

    def __init__(
        self,
        document: str,
        claim: Dialect,
        options: Options,
        toolchain: Toolchain,
        memory: Memory,
    ) -> None:
        self._document, self._claim, self._options = document, claim, options
        self._toolchain, self._memory = toolchain, memory
        self._worker: Worker | None = None
        self._box: Sandbox | None = None
        self._count = 0
        self._deadline = 0.0

    def enter(self, box: Sandbox, jvm: bool) -> None:
        """Go to a new block: a fresh process, a fresh folder, its time begins."""
        self.leave()
        self._box, self._worker = box, Worker("block", jvm=jvm, sandbox=box)
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
        training = [t for t in trainers.find(source.text) if only in (None, t.name)]
        judged = {t.name: self._trained(source, text, t) for t in training}
        names = [n for n in source.names() if n not in judged and only in (None, n)]
        if source.names() and not names:
            return Attempt(judged)
        request = loading(source=str(self._placed(text)))
        further = self._loaded(source, "local", request, names)
        if not further.judged and source.later:
            for name in names:
                if more := source.spread(name):
                    request["source"] = str(self._placed(source.program(more)))
                    further = self._loaded(source, "local", request, [name])
                    further = replace(further, added=tuple(piece.line for piece in more))
                    if further.judged:
                        break
        return Attempt(judged | further.judged, added=further.added) if judged else further

    def _placed(self, text: str) -> Path:
        path = self._folder() / self._document
        path.write_bytes(text.encode("utf-8", "surrogateescape"))
        return path

    # -- JVM languages ---------------------------------------------------------------------

    def _jvm(self, source: Source, only: str | None) -> Attempt:
        begun = time.monotonic()
        try:
            prepared = self._prepared(source)
            request = self._toolchain.worker_request(prepared, [prepared.language])
            request["options"] += self._at_home()
        except CompileError as error:
            return Attempt(fault=Fault("does-not-compile", str(error)))
        except ToolchainError as error:
            return Attempt(fault=Fault("not-run", str(error)))
        finally:
            self._deadline += time.monotonic() - begun
        return self._loaded(source, "jpype", request, source.names(), only)

    def ran(self, source: Source) -> runner.Ran | None:
        """Run a JVM language's text as the program it is; None where it is none."""
        assert self._box is not None
        if (main := source.main(stem_of(self._document))) is None:
            return None
        try:
            prepared = self._prepared(source)
            command = self._toolchain.program_command(prepared, main, self._at_home())
        except (CompileError, ToolchainError) as error:
            return runner.Ran("", Fault("does-not-compile", str(error)))
        return runner.program(command, self._box, self._options.timeout)

    def _prepared(self, source: Source) -> Prepared:
        language = by_name(source.block.language)
        assert isinstance(language, JvmLanguage)
        return self._toolchain.prepare(language, self._port(source, self._filed(source)))

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
    ) -> Attempt:
        """Load a text and judge those of its names that are optimizers."""
        assert self._worker is not None
        options = frozenset(options_of(self._claim))
        port = self._port(source)

        def transport(wanted: Wanted) -> HostedTransport:
            self._count += 1
            key = f"{port.name}#{self._count}"
            left = max(1.0, self.left())
            seconds = min(self._options.timeout, left)
            assert self._worker is not None
            # A page's own statements run while it is loaded: twice a scenario's time is theirs.
            loading = min(2 * self._options.timeout, left)
            return HostedTransport(way, key, self._worker, request, wanted, seconds, loading)

        try:
            shape = transport(Wanted()).load()
        except Unreachable as error:
            return Attempt(fault=_not_ours(error.fault))
        if way == "jpype":
            names = _classes(shape, source, names, only)
        judged: dict[str, Judged] = {}
        near = ""
        for name in names:
            wanted = Wanted(class_name=name, options=options)
            try:
                binding = bind(shape, wanted)
            except BindingError as error:
                if error.near:
                    near = near or str(error)
                continue
            if not binding.roles and "function" in binding.message:
                continue  # a function without any hyperparameter is no optimizer
            result = self._judged(replace(port, wanted=wanted), transport(wanted))
            judged[name] = Judged(result, "optimizer")
        return Attempt(judged, near="" if judged else near)

    def _judged(self, port: Port, transport: HostedTransport) -> Result:
        try:
            result = judge(
                port,
                transport,
                self._memory.goldens,
                memory=self._memory,
                edge_decides=self._options.edge,
                seconds=max(1.0, self.left()),
            )
        except BindingError as error:
            return conclude(port, transport.name, fault=Fault("not-run", str(error)))
        fault = result.verdict.fault
        if fault is not None and (lacked := _not_ours(fault)) is not fault:
            return conclude(port, transport.name, fault=lacked)  # it imports while it runs
        return result

    # -- trainers --------------------------------------------------------------------------

    def _trained(self, source: Source, text: str, trainer: Trainer) -> Judged:
        port = replace(self._port(source), wanted=Wanted(function=trainer.name))
        seconds = min(self._options.timeout, max(1.0, self.left()))

        def called(cases: Sequence[trainers.Case]) -> list[list[list[float]]] | Fault:
            ends = runner.train(text, trainer.name, cases, self._document, seconds)
            return _not_ours(ends) if isinstance(ends, Fault) else ends

        if not trainer.from_data:
            return Judged(self._fed(port, trainer, called), "trainer")
        ways: list[tuple[Convention, Callable[..., Result]]] = []
        first: Fault | None = None
        for layout in trainers.layouts():
            ends = called(trainers.cases_of_data(trainer, layout))
            if isinstance(ends, Fault):
                first = first or ends
                if ends.kind != "crashes":
                    break
                continue
            for way in trainers.CONVENTIONS:
                concluded = self._compared(port, trainers.scenarios_of_data(ends, way), ends)
                if (result := concluded(largest=0)).verdict.word in GOOD:
                    return Judged(result, "trainer", way)
                ways.append((way, concluded))
        # The fewest deviations, over all ways; with more of them a wrong way might fit, too.
        for largest in range(1, _FROM_DATA + 1):
            for way, concluded in ways:
                # Weights that never move say that our data asked for nothing.
                if (result := concluded(largest=largest)).deviations not in ((), ("write=none",)):
                    return Judged(result, "trainer", way)
        if ways:  # perhaps it is not the line that we gave points of
            unknown = (
                "how it computes its gradients was not recognised, and no deviation explains it"
            )
            first = Fault("not-run", unknown)
        assert first is not None
        return Judged(conclude(port, "local", fault=first), "trainer")

    def _fed(self, port: Port, trainer: Trainer, called: Any) -> Result:
        """Hold a trainer that is given its gradient function against the goldens."""
        goldens = self._memory.goldens(port, "float64")
        given = [g.scenario for g in goldens if g.kind == "core"]
        first: Fault | None = None
        for size in (None, 2, 1):  # some are written for two variables, or for one
            feedable = [s for g in given if (s := trainers.in_one_array(g, size))]
            ends = called([trainers.case_of(trainer, s) for s in feedable])
            if not isinstance(ends, Fault):
                return self._compared(port, feedable, ends)()
            first = first or ends
            if ends.kind != "crashes":
                break
        assert first is not None
        return conclude(port, "local", fault=first)

    def _compared(
        self, port: Port, scenarios: Sequence[Scenario], ends: Sequence[Sequence[Sequence[float]]]
    ) -> Callable[..., Result]:
        """What a trainer did with scenarios, beside what the claim would do, to be concluded from.

        Args:
            port: the trainer.
            scenarios: what it was given.
            ends: by scenario, the weights after every step.
        """
        pairs = [
            (
                goldens_of.make(scenario, port.claim, "float64"),
                Observation(np.array(rows, dtype=np.float64)),
            )
            for scenario, rows in zip(scenarios, ends, strict=True)
        ]
        comparisons = compare_all(pairs, self._memory.replays)
        evidence = [of_golden(golden, observation) for golden, observation in pairs]
        return partial(conclude, port, "local", comparisons, evidence, memory=self._memory)


def _not_ours(fault: Fault) -> Fault:
    """A fault of a page's code, or what the machine lacks for it."""
    lacked = lacking(fault.message)
    return Fault("not-run", lacked) if lacked else fault


def _classes(
    shape: Mapping[str, Any], source: Source, names: Sequence[str], only: str | None
) -> list[str]:
    """The loaded classes and functions that a block itself declares, as the host calls them."""
    owns = by_name(source.block.language).owns
    declared = [c["class"] for c in shape.get("candidates", []) if owns(c["class"], names)]
    declared += [f["name"] for f in shape.get("functions", []) if f["name"] in names]
    return [name for name in declared if only in (None, name)]
