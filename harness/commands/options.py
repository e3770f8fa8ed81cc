"""Options that several commands have, and what they say of all ports alike."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.model.errors import UsageError

if TYPE_CHECKING:
    from harness.judging.options import Options

Claimed = Annotated[
    list[str] | None,
    typer.Option(
        "--dialect",
        metavar="NAME",
        help="What it is meant to be: a library (keras-3) or axis=value; may be repeated.",
    ),
]
GoldenPattern = Annotated[
    str,
    typer.Option(
        "--golden",
        metavar="PATTERN",
        help="Only the goldens (test cases) whose name matches, or the one in a FILE.json.",
    ),
]
Edge = Annotated[
    bool,
    typer.Option(
        "--edge", help="Let edge cases (overflow, division by zero, empty arrays) decide, too."
    ),
]
Timeout = Annotated[
    float,
    typer.Option("--timeout", metavar="SECONDS", min=0.01, help="Time limit for one test case."),
]
Large = Annotated[
    bool,
    typer.Option("--large", help="Also run a million elements through a hundred steps."),
]
Transports = Annotated[
    list[str] | None,
    typer.Option(
        "--transport",
        metavar="NAME",
        help="jpype (in a JVM), stdio (as a command) or local (in Python); may be repeated.",
    ),
]
Environment = Annotated[
    list[str] | None,
    typer.Option(
        "--env",
        metavar="NAME",
        help="Pass a variable of your environment on to the port; may be repeated.",
    ),
]
ShardOf = Annotated[
    str | None,
    typer.Option(
        "--shard",
        metavar="I/N",
        help="Judge the I-th of N parts, one a machine; `report merge` puts their reports"
        " together.",
    ),
]
Dask = Annotated[
    str | None,
    typer.Option(
        "--dask",
        metavar="ADDRESS",
        help="Spread the work over the workers of a dask scheduler; `local` for a process a core.",
    ),
]
ClassPath = Annotated[
    list[str] | None,
    typer.Option(
        "--classpath",
        metavar="ENTRY",
        help="What a JVM source needs: a jar, a folder or group:artifact:version; may be repeated.",
    ),
]
ProjectFolder = Annotated[
    Path | None,
    typer.Option(
        "--project",
        metavar="DIR",
        help="The project a source is part of: its sources, built classes and declared"
        " dependencies are used; nothing of its build is run.",
    ),
]
Interpreter = Annotated[
    Path | None,
    typer.Option(
        "--python", metavar="PATH", help="The Python (or environment) that a port runs in."
    ),
]
Seed = Annotated[
    int | None,
    typer.Option(
        "--seed",
        metavar="N",
        min=1,
        help="Draw the scenarios that no golden has from this seed, as a report says it.",
    ),
]


def options(
    transport: list[str] | None,
    golden: str,
    edge: bool,
    timeout: float,
    large: bool,
    env: Sequence[str] | None = None,
    shard: str | None = None,
    seed: int | None = None,
) -> Options:
    """What a command line says of all ports alike.

    Raises:
        UsageError: no such transport, variable or shard.
    """
    from harness.judging.options import Options
    from harness.judging.shards import Shard

    for name in transport or []:
        if name not in ("jpype", "stdio", "local"):
            raise UsageError(
                f"--transport {name!r}: no such transport; choose jpype, stdio or local"
            )
    for name in env or []:
        if "=" in name:
            raise UsageError(
                f"--env {name.partition('=')[0]}: give the name alone; its value is that of your"
                " environment"
            )
        if name not in os.environ:
            raise UsageError(f"--env {name}: no such variable is set; export it, or leave it out")
    return Options(
        tuple(transport) if transport else None,
        golden,
        edge,
        timeout,
        large,
        {name: os.environ[name] for name in env or []},
        None if shard is None else Shard.parse(shard),
        seed,
    )
