"""`matrix`: the jobs by which CI judges ports on several systems, Javas and Pythons."""

from __future__ import annotations

from typing import Annotated

import typer

from harness.commands.common import OK


def matrix(
    targets: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="TARGET",
            help="Your ports, as `check` takes them; the languages kept here by default.",
        ),
    ] = None,
    java: Annotated[
        list[str] | None,
        typer.Option(
            "--java",
            metavar="VERSION",
            help="17 or newer, or bundled: the one that comes along; may be repeated.",
        ),
    ] = None,
    python: Annotated[
        list[str] | None,
        typer.Option("--python", metavar="VERSION", help="3.11 or newer; may be repeated."),
    ] = None,
    system: Annotated[
        list[str] | None,
        typer.Option("--system", metavar="LABEL", help="ubuntu-latest, ...; may be repeated."),
    ] = None,
    github: Annotated[
        bool, typer.Option("--github", help="Print the line for $GITHUB_OUTPUT instead of a list.")
    ] = False,
) -> int:
    """Print jobs for CI as JSON, by system, transport, Java, Python."""
    from harness.analysis.matrix import JAVAS, PYTHONS, SYSTEMS, Axes, jobs
    from harness.ports.targets import bundled, own
    from harness.report.matrix import github_output, listing

    axes = Axes(java or JAVAS, python or PYTHONS, system or SYSTEMS)
    # Of what is kept here a language is one job: `rmsproof run java` judges its editions.
    ports = [(target, own(target)) for target in targets or []] or [
        (port.language, port) for port in bundled()
    ]
    rows = jobs(ports, axes)
    print(github_output(rows) if github else listing(rows))
    return OK
