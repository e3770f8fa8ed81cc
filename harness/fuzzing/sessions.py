"""A target that is reached once and answers many cases, in the isolation that every port has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from harness.judging.goldens import Goldens, options_of
from harness.judging.guessing import judged
from harness.judging.memory import Memory
from harness.judging.options import Options
from harness.judging.reach import Shared, reach
from harness.judging.run import run
from harness.judging.verdict import Result
from harness.languages import registry
from harness.languages.jvm.compile import CompileError
from harness.languages.jvm.toolchain import Toolchain
from harness.model.errors import ToolchainError, UsageError
from harness.model.observation import Observation, Unreachable
from harness.ports.binding import BindingError
from harness.ports.port import Port
from harness.transport.base import Transport
from harness.transport.guess import Guess
from harness.transport.hosted import HostedTransport
from python_ref.scenarios.scenario import Scenario

# The goldens by which a target is known before anything is drawn: all that are short.
KNOWN_BY = "*/float*/[!t]*"


@dataclass(frozen=True)
class Target:
    """What is fed, and how any machine reaches it.

    Attributes:
        port: with the claim that it is held against, and hyperparameters of its own.
        transport: the name of one of its transports.
        precisions: what it stores.
        way: how it is called, where that was settled; None where it says so itself.
        timeout: seconds for one scenario.
        environment: variables that are passed on to it.
    """

    port: Port
    transport: str
    precisions: tuple[str, ...]
    way: Guess | None
    timeout: float
    environment: Mapping[str, str]


class Session:
    """A target's process, which answers case after case; a death costs one of them.

    Args:
        port: what is reached.
        transport: over what.
        options: seconds for a scenario, variables.
    """

    def __init__(self, port: Port, transport: str, options: Options) -> None:
        wanted = replace(port.wanted, options=frozenset(options_of(port.claim)))
        self._shared = Shared(options.environment)
        toolchain = Toolchain(lambda _text: None)
        given = replace(port, wanted=wanted), transport, toolchain, options.timeout, self._shared
        self.transport: Transport = reach(*given, environment=options.environment)
        self.deaths = 0

    @staticmethod
    def of(target: Target) -> Session:
        """Reach a target as it was reached before. Raises Unreachable, CompileError."""
        options = Options(timeout=target.timeout, environment=target.environment)
        session = Session(target.port, target.transport, options)
        try:
            try:
                session.transport.describe()
            except BindingError:
                if target.way is None:
                    raise
            if target.way is not None and isinstance(session.transport, HostedTransport):
                session.transport.adopt(target.way)
        except BaseException:
            session.close()
            raise
        return session

    def feed(self, scenarios: Sequence[Scenario], precision: str) -> list[Observation]:
        """Feed scenarios in turn; a fault comes back inside its observation."""
        observations = list(self.transport.run_many(scenarios, precision))
        for observation in observations:
            fatal = observation.fault is not None and observation.fault.fatal
            self.deaths = self.deaths + 1 if fatal else 0
        return observations

    def close(self) -> None:
        """End the process."""
        self.transport.close()
        self._shared.close()


@dataclass(frozen=True)
class Opened:
    """A target that was held against the goldens.

    Attributes:
        result: what came of that.
        target: None where nothing can be fed.
        session: likewise.
    """

    result: Result
    target: Target | None = None
    session: Session | None = None


def opened(port: Port, transport: str, options: Options, memory: Memory) -> Opened:
    """Reach a port, settle how it is called, and hold it against the goldens.

    Raises:
        UsageError: it cannot be bound, or is not there; says what to do.
    """
    registry.by_name(port.language).ready(port)
    session: Session | None = None
    try:
        session = Session(port, transport, options)
        result = judged(port, session.transport, Goldens(KNOWN_BY), memory=memory)
        whole = any(c.fault is None for c in result.comparisons)
        if whole:
            described = session.transport.describe()
            if described.called is not None:
                port = replace(result.port, fixed=described.called.fixed)
            way = session.transport.way if isinstance(session.transport, HostedTransport) else None
            target = Target(
                port,
                transport,
                described.precisions,
                way,
                options.timeout,
                options.environment,
            )
            return Opened(result, target, session)
    except (CompileError, ToolchainError, BindingError, UsageError, Unreachable):
        pass  # which `run` puts into words
    except BaseException:
        if session is not None:
            session.close()
        raise
    if session is not None:
        with suppress(Unreachable):
            session.close()
    outcome = run([port], replace(options, transports=(transport,)), every_transport=False)
    if outcome.incomplete:
        raise KeyboardInterrupt
    if outcome.errors:
        raise UsageError(outcome.errors[0])
    return Opened(outcome.results[0])
