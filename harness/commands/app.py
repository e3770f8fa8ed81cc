"""Which commands there are; each one's work is in a module beside this.

Heavy libraries are imported by the command that needs them, so that --help is quick.
"""

from __future__ import annotations

from collections.abc import Callable

import typer

from harness.commands import dialects, documents, goldens, ports
from harness.commands.common import exits

app = typer.Typer(
    name="rmsproof",
    help="Compare any RMSProp with the Python reference: is it the same, and if not, what differs?",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
golden_app = typer.Typer(
    help="The goldens: the test cases that every port is compared with.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
dialects_app = typer.Typer(
    help="The dialects: libraries' RMSProps, and how each differs from the reference.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
_COMMANDS: dict[str, Callable[..., int]] = {
    "run": ports.run,
    "check": ports.check,
    "doc": documents.doc,
    "identify": ports.identify,
    "power": ports.power,
    "tutorial": documents.tutorial,
}
_GOLDENS: dict[str, Callable[..., int]] = {
    "list": goldens.golden_list,
    "show": goldens.golden_show,
    "verify": goldens.golden_verify,
    "regenerate": goldens.golden_regenerate,
    "export": goldens.golden_export,
}
_DIALECTS: dict[str, Callable[..., int]] = {
    "list": dialects.dialects_list,
    "show": dialects.dialects_show,
    "compare": dialects.dialects_compare,
}
for group, commands in ((app, _COMMANDS), (golden_app, _GOLDENS), (dialects_app, _DIALECTS)):
    for name, command in commands.items():
        group.command(name)(exits(command))
app.add_typer(golden_app, name="golden")
app.add_typer(dialects_app, name="dialects")
