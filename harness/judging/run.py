"""Many ports over many transports: the jobs, who runs them, and results in a stable order."""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace

from harness.judging.goldens import options_of
from harness.judging.guessing import judged
from harness.judging.memory import Memory
from harness.judging.options import Options, reached
from harness.judging.reach import Shared, reach
from harness.judging.shards import Shard, digest, part
from harness.judging.verdict import Result, conclude
from harness.languages import registry
from harness.languages.jvm.compile import CompileError
from harness.languages.jvm.toolchain import Toolchain
from harness.languages.language import Language
from harness.machine.isolation.group import kill_all
from harness.model import interruption
from harness.model.errors import ToolchainError, UsageError
from harness.model.observation import Fault, Unreachable
from harness.ports.binding import BindingError
from harness.ports.loops import TAKE_OUT, forms_its_gradients
from harness.ports.port import Port
from harness.transport.base import Transport
from harness.transport.hosted import HostedTransport
from harness.transport.stdio import StdioTransport

# How a source that does not load is judged.
_LOADING = ("does-not-compile", "crashes", "not-run")
_HEEDS_SECONDS = 0.2
INTERRUPTED = "the run was interrupted before it was judged"
_CORES = 2


@dataclass(frozen=True)
class Outcome:
    """Results in the order of the ports, and the ports that could not be used at all.

    Attributes:
        incomplete: the run was ended by the user; what was not judged then is `not-run`.
        shard: which part of a whole these are; None for all.
        jobs: how many results the whole has.
        seed: of the scenarios that were drawn afresh; None where none are.
        whole: a hash of what the whole judges, over what.
    """

    results: tuple[Result, ...]
    errors: tuple[str, ...] = ()
    incomplete: bool = False
    shard: Shard | None = None
    jobs: int = 0
    seed: int | None = None
    whole: str = ""

    @property
    def judged(self) -> tuple[Result, ...]:
        """The results without those that an interruption prevented."""
        if not self.incomplete:
            return self.results
        return tuple(
            r
            for r in self.results
            if not (r.verdict.fault and r.verdict.fault.message == INTERRUPTED)
        )


@dataclass
class _Job:
    port: Port
    transport: str
    result: Result | None = None
    error: str = ""


def run(
    ports: Sequence[Port],
    options: Options,
    *,
    every_transport: bool,
    progress: Callable[[str, int], None] = lambda _text, _done: None,
) -> Outcome:
    """Judge every port over its transports, on both cores.

    Ctrl-C (and SIGTERM, which the entry point turns into it) ends every process and what is
    known by then is returned.

    Args:
        ports: what to judge, in the order results come out.
        options: what holds for all of them.
        every_transport: all a port has, not only its usual one.
        progress: told what is being done and how many jobs are finished since.

    Raises:
        UsageError: no golden matches, a golden cannot be read, a transport does not apply.
    """
    whole = reached(ports, options, every_transport=every_transport)
    jobs = [_Job(port, transport) for port, transport in part(whole, options.shard)]
    memory = Memory(options.pattern, seed=options.seed)
    for port in ports:
        registry.by_name(port.language).ready(port)

    def check_goldens() -> None:
        for claim in dict.fromkeys(port.claim for port in ports):
            memory.goldens.check(claim)

    toolchain = Toolchain(lambda text: progress(text, 0))
    together = [x for x in registry.LANGUAGES if any(p.language == x.name for p in ports)]
    runner = _Runner(toolchain, memory, options, progress, together)
    incomplete = False
    try:
        interruption.begin()
        runner.run(jobs, check_goldens)
    except KeyboardInterrupt:
        incomplete = True
    finally:
        runner.close()
    if incomplete:
        for job in jobs:
            if not job.result and not job.error:
                job.result = conclude(job.port, job.transport, fault=Fault("not-run", INTERRUPTED))
    return Outcome(
        results=tuple(job.result for job in jobs if job.result),
        errors=tuple(dict.fromkeys(job.error for job in jobs if job.error)),
        incomplete=incomplete,
        shard=options.shard,
        jobs=len(whole),
        seed=memory.seed,
        whole=digest(whole),
    )


@dataclass
class _Runner:
    """Runs jobs: those that share a worker one after another, the others beside them."""

    toolchain: Toolchain
    memory: Memory
    options: Options
    progress: Callable[[str, int], None]
    languages: Collection[Language]
    _shared: Shared = field(init=False)
    _open: set[Transport] = field(default_factory=set)
    _closed: bool = False

    def __post_init__(self) -> None:
        self._shared = Shared(self.options.environment)

    def run(self, jobs: Sequence[_Job], meanwhile: Callable[[], None]) -> None:
        """Run jobs, and what is to be done while the first process starts. Raises what it does."""
        # What shares a process goes through it in turn; such chains are the longest, and go first.
        chains: dict[str, list[_Job]] = {}
        alone: list[list[_Job]] = []
        for job in jobs:
            if job.transport in registry.by_name(job.port.language).shared:
                chains.setdefault(job.transport, []).append(job)
            else:
                alone.append([job])
        with ThreadPoolExecutor(_CORES, thread_name_prefix="rmsproof") as pool:
            pending: list[Future[None]] = []
            pending.extend(pool.submit(self._chain, jobs) for jobs in (*chains.values(), *alone))
            try:
                meanwhile()
                for future in pending:
                    # A signal may wake another thread than this one, which alone can heed it.
                    while not wait([future], timeout=_HEEDS_SECONDS).done:
                        continue
                    future.result()
            except BaseException:
                for future in pending:
                    future.cancel()
                self._closed = True
                kill_all()  # compilers too, which nobody would wait for
                self.close()
                raise

    def close(self) -> None:
        """End every process that was started; what is under way comes to nothing."""
        self._closed = True
        for transport in list(self._open):
            transport.close()
        self._shared.close()

    def _chain(self, jobs: Sequence[_Job]) -> None:
        for job in jobs:
            if self._closed:
                return
            self.progress(f"{job.port.name} over {job.transport}", 0)
            started = time.monotonic()
            self._one(job)
            if job.result:
                job.result = replace(job.result, seconds=time.monotonic() - started)
            self.progress(f"{job.port.name} over {job.transport}", 1)

    def _one(self, job: _Job) -> None:
        port = job.port
        wanted = replace(port.wanted, options=frozenset(options_of(port.claim)))
        try:
            transport = self._reach(replace(port, wanted=wanted), job.transport)
        except CompileError as error:
            fault = self._ports_own(job, Fault("does-not-compile", str(error)))
            if fault is not None:
                job.result = self._unloaded(port, job.transport, fault)
            return
        except ToolchainError as error:
            if not self._closed:  # else the compiler was ended by us
                job.result = conclude(port, job.transport, fault=Fault("not-run", str(error)))
            return
        self.progress(f"{port.name} over {job.transport}", 0)  # it is no longer being compiled
        self._open.add(transport)
        try:
            result = judged(
                port,
                transport,
                self.memory.goldens,
                memory=self.memory,
                edge_decides=self.options.edge,
                streamed=self.options.large,
            )
            if self._closed:  # what came of it is our doing
                return
            fault = result.verdict.fault
            if fault and not result.comparisons:
                fault = self._ports_own(job, fault)
                if fault is None:
                    return
                if fault is not result.verdict.fault:
                    result = conclude(port, job.transport, fault=fault)
            if fault and fault.kind == "does-not-compile":
                result = self._unloaded(port, job.transport, fault)
            job.result = result
        except BindingError as error:
            job.error = _unbound(port, error)
        except UsageError as error:  # there is no such object
            job.error = f"{port.name}: {error}"
        finally:
            self._open.discard(transport)
            transport.close()

    def _unloaded(self, port: Port, transport: str, fault: Fault) -> Result:
        """The result of a source that does not compile or load, for a reason of its own or not."""
        if excuse := registry.by_name(port.language).excuse(port, fault.message):
            fault = Fault("not-run", excuse)
        return conclude(port, transport, fault=fault)

    def _reach(self, port: Port, transport: str) -> HostedTransport | StdioTransport:
        timeout = self.options.timeout
        given = self.options.environment
        return reach(port, transport, self.toolchain, timeout, self._shared, self.languages, given)

    def _ports_own(self, job: _Job, fault: Fault) -> Fault | None:
        """The fault of a port that does not load; None where its adapter's is, as the job then has.

        What the port does without the adapter tells whose it is.
        """
        port = job.port
        if port.adapter is None or fault.kind not in _LOADING:
            return fault
        try:
            alone = self._reach(replace(port, adapter=None), job.transport)
            if isinstance(alone, HostedTransport) and alone.partial:
                alone.close()
                return Fault("not-run", alone.partial)  # what its adapter lacks, it lacks
            try:
                alone.load()
            finally:
                alone.close()
        except CompileError as error:
            return Fault("does-not-compile", str(error))
        except Unreachable as error:
            return error.fault
        except ToolchainError:
            return fault
        line = registry.headline(port.language, fault.message)
        verb = "does not compile" if fault.kind == "does-not-compile" else "does not load"
        job.error = f"{port.name}: the adapter {port.adapter} {verb}: {line}"
        return None


def _unbound(port: Port, error: BindingError) -> str:
    """Why a port is not bound, and what there is to do that was not done yet."""
    if port.adapter is not None:
        return f"{port.name}: the adapter {port.adapter}: {error}"
    if error.unknown:  # a name that is not there: no adapter is missing
        return f"{port.name}: {error}"
    if error.looped:
        return f"{port.name}: {error}\n{TAKE_OUT[0].upper()}{TAKE_OUT[1:]}"
    if alone := forms_its_gradients(port):
        return f"{port.name}: {error}\n{alone[0].upper()}{alone[1:]}"
    words = ["rmsproof", "adapt", *(port.target or (port.name,))]
    if port.wanted.class_name:
        words += ["--class", port.wanted.class_name]
    words += port.needs()
    return f"{port.name}: {error}\nWrite an adapter for it: {shlex.join(words)}"
