"""`run`: the bundled editions, compared with their expectations."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from harness.commands.common import OK, circumstances, reporting, write
from harness.commands.judged import Update, hosted, judge_ports, reported
from harness.commands.options import (
    Edge,
    GoldenPattern,
    Large,
    Seed,
    ShardOf,
    Timeout,
    Transports,
    options,
)
from harness.model.errors import UsageError
from harness.model.limits import SCENARIO_SECONDS
from harness.report.destinations import Reports

if TYPE_CHECKING:
    from harness.judging.run import Outcome
    from harness.ports.port import Port


@reporting("ports", hosted)
def run(
    only: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="EDITION", help="An edition (java/double) or a language; all by default."
        ),
    ] = None,
    transport: Transports = None,
    golden: GoldenPattern = "*",
    edge: Edge = False,
    timeout: Timeout = SCENARIO_SECONDS,
    large: Large = False,
    shard: ShardOf = None,
    seed: Seed = None,
    update_expectations: Update = False,
    *,
    reports: Reports,
) -> int:
    """Judge the bundled editions; compare with their expectations."""
    from harness.ports.targets import bundled
    from harness.report.invocation import Invocation

    ports = bundled()
    if only:
        chosen = {p.name: p for name in only for p in _matching(ports, name)}
        ports = list(chosen.values())
    if update_expectations and (transport or golden != "*" or edge or shard):
        raise UsageError(
            "--update-expectations needs a whole run: leave out --transport, --golden, --edge and"
            " --shard"
        )
    given = options(transport, golden, edge, timeout, large, shard=shard, seed=seed)
    made = circumstances(
        reports,
        "run",
        [port.language for port in ports],
        transport=transport,
        golden=golden,
        edge=edge,
        timeout=timeout,
        large=large,
        seed=seed,
    )
    judged = replace(judge_ports(ports, given, every=True), circumstances=made)
    outcome = judged.outcome
    if update_expectations and not outcome.incomplete and not outcome.errors:
        return _update_manifests(outcome)
    wrong = [r.port.name for r in outcome.judged if r.unexpected]
    again = Invocation("run", {"update_expectations": True})
    return reported(judged, reports, again.line(list(dict.fromkeys(wrong))) if wrong else "")


def _matching(ports: list[Port], name: str) -> list[Port]:
    matching = [p for p in ports if name in (p.name, p.language)]
    if not matching:
        known = ", ".join(p.name for p in ports)
        raise UsageError(f"no edition {name!r}; choose one of {known}")
    return matching


def _update_manifests(outcome: Outcome) -> int:
    """Write what the editions show to their port.toml."""
    from harness.expectations.update import manifests
    from harness.report.words import counted

    changes = manifests(outcome.results)
    for path, (text, change) in changes.items():
        write(path, text)
        print(f"{path}: {change}")
    print(f"{counted(len(changes), 'expectation')} changed")
    return OK
