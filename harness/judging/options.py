"""What is asked of a run: which ports over what, on which goldens, and which part of it all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from harness.judging.shards import Shard
from harness.model.errors import UsageError
from harness.model.limits import SCENARIO_SECONDS
from harness.ports.port import Port

_DAY = 86_400.0


@dataclass(frozen=True)
class Options:
    """What a command line says of all ports alike.

    Attributes:
        transports: names to use; None for a port's usual ones.
        pattern: goldens to feed, by name or its last part; "*" for all; or several such.
        edge: whether edge goldens decide too.
        timeout: seconds for one scenario.
        large: whether a port that is exact is also fed the streamed scenario.
        environment: variables that ports get beside those that every one has.
        shard: the part to judge; None for all.
        seed: of the scenarios that are drawn afresh; drawn itself if None.
    """

    transports: tuple[str, ...] | None = None
    pattern: str | tuple[str, ...] = "*"
    edge: bool = False
    timeout: float = SCENARIO_SECONDS
    large: bool = False
    environment: Mapping[str, str] = field(default_factory=dict)
    shard: Shard | None = None
    seed: int | None = None

    def __post_init__(self) -> None:
        """Raise UsageError: a port was given no time, or more than a clock counts."""
        if not 0 < self.timeout <= _DAY:
            raise UsageError(
                f"timeout: {self.timeout:g} s is not a time limit; give more than 0, at most a day"
            )


def reached(
    ports: Sequence[Port], options: Options, *, every_transport: bool
) -> list[tuple[Port, str]]:
    """The ports and over what each is reached: a result each. Raises UsageError as `run` does."""
    return [(p, t) for p in ports for t in _transports(p, options, every_transport)]


def _transports(port: Port, options: Options, every: bool) -> Sequence[str]:
    if options.transports is None:
        return port.transports if every else port.transports[:1]
    fitting = [t for t in options.transports if t in port.transports]
    if not fitting:
        raise UsageError(
            f"{port.name}: {port.language} ports have no transport"
            f" {', '.join(options.transports)}; choose {' or '.join(port.transports)}"
        )
    return fitting
