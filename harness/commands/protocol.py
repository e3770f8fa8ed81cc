"""`protocol`: the wire protocol on a page, and the JSON Schema of every message and file."""

from __future__ import annotations

from typing import Annotated

import typer

from harness.commands.common import OK
from harness.model.errors import UsageError


def protocol(
    message: Annotated[
        str | None,
        typer.Argument(
            metavar="NAME",
            help="Print the JSON Schema of a message or file; the page ends with their names.",
        ),
    ] = None,
) -> int:
    """Print the wire protocol, or the JSON Schema of a message."""
    from harness.report.protocol import SCHEMAS, page, schema

    if message is None:
        print(page())
        return OK
    if message not in SCHEMAS:
        raise UsageError(f"protocol {message!r}: no such message; there are {', '.join(SCHEMAS)}")
    print(schema(message))
    return OK
