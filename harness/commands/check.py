"""`check`: your own ports, judged against the reference."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.commands.common import OK, USAGE, circumstances, reporting, write
from harness.commands.judged import Update, hosted, judge_ports, reported
from harness.commands.options import (
    Claimed,
    ClassPath,
    Dask,
    Edge,
    Environment,
    GoldenPattern,
    Interpreter,
    Large,
    ProjectFolder,
    Seed,
    ShardOf,
    Timeout,
    Transports,
    options,
)
from harness.model.errors import UsageError
from harness.model.limits import SCENARIO_SECONDS
from harness.report.destinations import Reports, check_file

if TYPE_CHECKING:
    from harness.expectations.known import Known, Matched
    from harness.judging.options import Options
    from harness.judging.run import Outcome
    from harness.ports.port import Port
    from harness.report.results import PortResults


@reporting("ports", hosted)
def check(
    targets: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="TARGET",
            help="A source file, a folder with port.toml, module:Object, or -- COMMAND ARGS.",
        ),
    ] = None,
    dialect: Claimed = None,
    class_name: Annotated[
        str | None,
        typer.Option(
            "--class", metavar="NAME", help="The class or function to bind, where several fit."
        ),
    ] = None,
    classpath: ClassPath = None,
    project: ProjectFolder = None,
    setting: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="NAME=VALUE",
            help="A setting of a library's optimizer, by its own name; may be repeated.",
        ),
    ] = None,
    transport: Transports = None,
    golden: GoldenPattern = "*",
    edge: Edge = False,
    timeout: Timeout = SCENARIO_SECONDS,
    large: Large = False,
    shard: ShardOf = None,
    seed: Seed = None,
    dask: Dask = None,
    replay: Annotated[
        Path | None,
        typer.Option(
            "--replay",
            metavar="REPORT",
            help="Judge again just what failed in a report (JSON), as it was judged then.",
        ),
    ] = None,
    expect: Annotated[
        Path | None,
        typer.Option(
            "--expect",
            metavar="FILE",
            help="Known differences (TOML): the check passes if these show, and no others.",
        ),
    ] = None,
    update_expectations: Update = False,
    env: Environment = None,
    adapter: Annotated[
        Path | None,
        typer.Option(
            "--adapter", metavar="FILE", help="A source that calls the port, as `adapt` writes it."
        ),
    ] = None,
    python: Interpreter = None,
    command: Annotated[str | None, typer.Option(hidden=True)] = None,
    *,
    reports: Reports,
) -> int:
    """Judge your own port against the reference. Executes its code."""
    from harness.expectations.known import read
    from harness.ports.claims import claimed_dialect
    from harness.ports.targets import own
    from harness.report.problems import problem

    if replay is not None:
        others = (targets, command, dialect, class_name, classpath, project, adapter, env, python)
        if any(
            (*others, transport, expect, edge, large, shard, seed, update_expectations, dask)
        ) or (golden != "*"):
            raise UsageError(
                f"--replay {replay}: what is judged, and how, is in the report; leave out the rest"
            )
        return _replayed(replay, reports)
    if update_expectations and (expect is None or golden != "*" or shard):
        raise UsageError(
            "--update-expectations needs --expect FILE, and cannot be used with --golden or --shard"
        )
    if expect is not None and update_expectations:
        check_file(expect, f"--expect {expect}", "known.toml")
    known = [] if expect is None or (update_expectations and not expect.exists()) else read(expect)
    claims = dialect or []
    claimed_dialect(claims)
    errors: list[str] = []
    ports: list[Port] = []
    if adapter is not None and (len(targets or []) != 1 or command is not None):
        raise UsageError("--adapter is for one TARGET, whose adapter it is")
    for target in targets or []:
        try:
            given_to = (classpath or (), project, adapter, setting or ())
            ports.append(own(target, claims, class_name, *given_to))
        except UsageError as error:
            errors.append(str(error))
    if command is not None:
        words = command.split("\0")
        ports.append(own(words, claims, class_name, settings=setting or ()))
    ports = [replace(port, python=python) for port in ports]
    if not ports and not errors:
        raise UsageError("check needs a TARGET; `rmsproof check --help` says what that may be")
    if not ports:
        for message in errors:
            problem(message)
        return USAGE
    given = options(transport, golden, edge, timeout, large, env, shard, seed)
    made = circumstances(
        reports,
        "check",
        [port.language for port in ports],
        dialect=dialect,
        class_=class_name,
        set_=setting,
        classpath=classpath,
        project=project and str(project),
        adapter=adapter and str(adapter),
        python=python and str(python),
        env=env,
        transport=transport,
        golden=golden,
        edge=edge,
        timeout=timeout,
        large=large,
        seed=seed,
        expect=expect and str(expect),
    )
    judged = replace(
        judge_ports(ports, given, every=False, dask=dask),
        errors=tuple(errors),
        expectations=expect,
        circumstances=made,
    )
    if expect is None or judged.outcome.incomplete:
        return reported(judged, reports)
    matched = _matched(judged.outcome, known, given)
    if update_expectations and not judged.outcome.errors and not errors:
        return _update_known(expect, known, matched, edge)
    words = [*(targets or []), *(["--", *command.split("\0")] if command else [])]
    again = made.invocation.with_options(golden=None, update_expectations=True)
    outcome = replace(judged.outcome, results=matched.results)
    judged = replace(judged, outcome=outcome, stale=tuple(matched.stale.values()))
    return reported(judged, reports, again.line(words))


def _replayed(path: Path, reports: Reports) -> int:
    """Judge what failed in a report again."""
    from harness.commands.replay import failed
    from harness.expectations.known import read

    replay = failed(path, reports.version)
    if not replay.parts:
        print(f"{path}: nothing failed")
        return OK
    known = [] if replay.expect is None else read(replay.expect)
    results: PortResults | None = None
    for port, given in replay.parts:
        again = judge_ports([port], given, every=False)
        if known:
            matched = _matched(again.outcome, known, given).results
            again = replace(again, outcome=replace(again.outcome, results=matched))
        results = again if results is None else results.followed_by(again)
        if results.outcome.incomplete:
            break
    assert results is not None
    languages = [port.language for port, _ in replay.parts]
    made = circumstances(reports, replay.invocation.command, languages)
    made = replace(made, invocation=replay.invocation)
    return reported(replace(results, circumstances=made, expectations=replay.expect), reports)


def _matched(outcome: Outcome, known: list[Known], given: Options) -> Matched:
    from harness.expectations.known import match

    whole = given.pattern == "*" and given.shard is None
    return match(outcome.results, known, edge_decides=given.edge, whole=whole)


def _update_known(path: Path, known: list[Known], matched: Matched, edge: bool) -> int:
    """Write what the ports show to the file of known differences."""
    from harness.expectations.update import known as updated
    from harness.report.words import counted

    text, changes = updated(path, known, matched, edge_decides=edge)
    if changes or not path.exists():
        write(path, text)
    for change in changes:
        print(f"{path}: {change}")
    print(f"{path}: {counted(len(changes), 'change')}")
    return OK
