"""Many ports, or many observations, each judged by itself wherever it is sent."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from harness.judging.identify import identify
from harness.judging.memory import Memory
from harness.judging.options import Options, reached
from harness.judging.run import Outcome, run
from harness.judging.shards import digest, part
from harness.judging.verdict import Result, conclude
from harness.machine.spread import Lost, Spread
from harness.model.errors import UsageError
from harness.model.observation import Fault
from harness.ports.port import Port, absolute

# What observations are stored in.
_ENDINGS = (".json", ".jsonl", ".npz")

Progress = Callable[[str, int], None]


def observations(paths: Sequence[Path]) -> list[Path]:
    """The files that paths name: themselves, and of folders those in them, in order of name.

    Raises:
        UsageError: a folder has none.
    """
    files: list[Path] = []
    for path in paths:
        if not os.path.isdir(path):  # noqa: PTH112 - a name that is too long is none, either
            files.append(path)
            continue
        inside = sorted(p for p in path.iterdir() if p.suffix in _ENDINGS and p.is_file())
        if not inside:
            raise UsageError(f"{path}: holds no observation; those end in {', '.join(_ENDINGS)}")
        files += inside
    return files


def identify_all(
    files: Sequence[Path], seconds: float, where: Spread, progress: Progress
) -> tuple[list[Result], list[str]]:
    """Judge observations, `seconds` each; the results in order, and why some have none."""
    made: dict[int, Result | str] = {}
    for place, each in where.map(_identified, [(file.absolute(), seconds) for file in files]):
        name = str(files[place])
        if isinstance(each, Result):
            made[place] = replace(each, port=replace(each.port, name=name))
        else:
            made[place] = f"{name}: {each.reason}" if isinstance(each, Lost) else each
        progress(name, 1)
    ordered = [made[place] for place in sorted(made)]
    results = [each for each in ordered if isinstance(each, Result)]
    return results, [each for each in ordered if isinstance(each, str)]


def _identified(piece: tuple[Path, float]) -> Result | str:
    try:
        return identify(*piece)
    except UsageError as error:
        return str(error)


def run_all(
    ports: Sequence[Port],
    options: Options,
    *,
    every_transport: bool,
    where: Spread,
    progress: Progress,
) -> Outcome:
    """Judge ports as `run` does, each over a transport where it is sent; results in their order.

    Raises:
        UsageError: as `run`.
    """
    whole = reached(ports, options, every_transport=every_transport)
    jobs = part(whole, options.shard)
    memory = Memory(options.pattern, seed=options.seed)
    for port in ports:
        memory.goldens.check(port.claim)
    pieces = [
        (absolute(port), replace(options, transports=(transport,), shard=None, seed=memory.seed))
        for port, transport in jobs
    ]
    made: dict[int, Outcome] = {}
    incomplete = False
    try:
        for place, each in where.map(_ran, pieces):
            port, transport = jobs[place]
            if isinstance(each, Lost):
                fault = Fault("not-run", each.reason)
                made[place] = Outcome((conclude(port, transport, fault=fault),))
            else:
                made[place] = each
            progress(f"{port.name} over {transport}", 1)
    except KeyboardInterrupt:
        incomplete = True
    outcomes = [made[place] for place in sorted(made)]
    return Outcome(
        results=tuple(
            replace(result, port=_as_named(result.port, jobs[place][0]))
            for place in sorted(made)
            for result in made[place].results
        ),
        errors=tuple(dict.fromkeys(error for each in outcomes for error in each.errors)),
        incomplete=incomplete,
        shard=options.shard,
        jobs=len(whole),
        seed=memory.seed,
        whole=digest(whole),
    )


def _as_named(judged: Port, given: Port) -> Port:
    """The port that was judged, with its files as the user names them."""
    named = {name: getattr(given, name) for name in ("source", "folder", "project", "adapter")}
    return replace(judged, **named, python=given.python, classpath=given.classpath)


def _ran(piece: tuple[Port, Options]) -> Outcome:
    port, options = piece
    try:
        return run([port], options, every_transport=False)
    except UsageError as error:  # of the machine that it was sent to
        return Outcome((), (f"{port.name}: {error}",))
