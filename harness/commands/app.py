"""Which commands there are; each one's work is in a module beside this.

Heavy libraries are imported by the command that needs them, so that --help is quick.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import typer

from harness.commands import (
    adapt,
    atlas,
    check,
    dialects,
    doc,
    export,
    fuzz,
    golden,
    guests,
    identify,
    matrix,
    new,
    power,
    protocol,
    record,
    report,
    run,
    translate,
    tutorial,
)
from harness.commands.common import exits
from harness.commands.help import Command, Group, Reading

_COMMANDS: dict[str, Callable[..., int]] = {
    "run": run.run,
    "check": check.check,
    "adapt": adapt.adapt,
    "doc": doc.doc,
    "identify": identify.identify,
    "record": record.record,
    "translate": translate.translate,
    "atlas": atlas.atlas,
    "power": power.power,
    "fuzz": fuzz.fuzz,
    "new": new.new,
    "matrix": matrix.matrix,
    "protocol": protocol.protocol,
    "tutorial": tutorial.tutorial,
}
_GOLDENS: dict[str, Callable[..., int]] = {
    "list": golden.golden_list,
    "show": golden.golden_show,
    "verify": golden.golden_verify,
    "regenerate": golden.golden_regenerate,
    "export": export.golden_export,
}
_GUESTS: dict[str, Callable[..., int]] = {
    "list": guests.guests_list,
    "run": guests.guests_run,
    "record": guests.guests_record,
}
_REPORTS: dict[str, Callable[..., int]] = {
    "show": report.report_show,
    "merge": report.report_merge,
}
_DIALECTS: dict[str, Callable[..., int]] = {
    "list": dialects.dialects_list,
    "show": dialects.dialects_show,
    "compare": dialects.dialects_compare,
}
_ABOUT = "Compare any RMSProp with the Python reference: is it the same, and if not, what differs?"
# Of use once, and found in the examples.
_HIDDEN = ("install_completion", "show_completion")


def command(first: str = "") -> Any:
    """The command line, to be called with `args`, `prog_name` and `obj`: the `version`.

    Args:
        first: its first word; where that is a command, the others are left out.
    """
    one = {first: _COMMANDS[first]} if first in _COMMANDS else {}
    top = _group(_ABOUT, one or _COMMANDS)
    top.callback()(_options)
    if one:
        return typer.main.get_command(top)
    for name, about, commands in (
        ("golden", "The goldens: the test cases that every port is compared with.", _GOLDENS),
        ("dialects", "The dialects: libraries' RMSProps, and how each differs.", _DIALECTS),
        ("guests", "Real libraries, installed apart, and what each does.", _GUESTS),
    ):
        top.add_typer(_group(about, commands), name=name)
    about = "Saved reports: shown as a page, put together. `show` need not be said."
    top.add_typer(_group(about, _REPORTS, Reading), name="report")
    made: Any = typer.main.get_command(top)
    for parameter in made.params:
        parameter.hidden = parameter.name in _HIDDEN
    return made


def _version(context: typer.Context, wanted: bool) -> None:
    if wanted:
        print(f"rmsproof {context.obj['version']}")
        raise typer.Exit


def _options(
    version: Annotated[
        bool,
        typer.Option("--version", help="Print the version.", callback=_version, is_eager=True),
    ] = False,
) -> None:
    """What may stand before a command."""


def _group(
    about: str, commands: dict[str, Callable[..., int]], kind: type[Group] = Group
) -> typer.Typer:
    made = typer.Typer(
        cls=kind,
        help=about,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    for name, function in commands.items():
        made.command(name, cls=Command)(exits(function))
    return made
