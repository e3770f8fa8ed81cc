"""The command line's entry. What takes time to import is imported inside, where Ctrl-C is heard."""

from __future__ import annotations

import signal
import sys
from typing import Any

_INTERRUPTED = 130


def main(arguments: list[str] | None = None, version: str = "") -> int:
    """Run the command line; return the exit code.

    Args:
        arguments: what follows the program's name; the process's own if None.
        version: what `--version` prints.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    behind: list[str] = []
    if given[:1] == ["check"] and "--" in given:
        # What follows -- is one command, not more targets.
        at = given.index("--")
        if given[at + 1 :]:
            behind = given[at + 2 :]
            given[at:] = ["--command", "\0".join(given[at + 1 :])]
    signal.signal(signal.SIGTERM, _interrupt)
    code: object
    try:
        from harness.commands.app import command

        top = command()
        _note(top.commands["check"], behind)
        code = top(args=given, prog_name="rmsproof", obj={"version": version})
    except SystemExit as error:
        code = error.code
    except KeyboardInterrupt:  # while the command's modules were being imported
        code = _INTERRUPTED
    if code == _INTERRUPTED:
        print("rmsproof: interrupted", file=sys.stderr)
    return code if isinstance(code, int) else 0


def _note(check: Any, behind: list[str]) -> None:
    """Say which options of ours stand behind `--`, where they are the port's."""
    ours = {name for option in check.params for name in option.opts}
    if options := [word for word in behind if word.partition("=")[0] in ours]:
        from harness.report.words import passed_to_port

        passed_to_port(options)


def _interrupt(_signal: int, _frame: Any) -> None:
    raise KeyboardInterrupt
