"""The command line's entry. What takes time to import is imported inside, where Ctrl-C is heard."""

from __future__ import annotations

import errno
import os
import signal
import sys
from typing import Any

_INTERRUPTED, _USAGE = 130, 2
# What a full disk or a terminal that is gone answers to writing.
_UNWRITABLE = (errno.ENOSPC, errno.EDQUOT, errno.EIO)


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
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as nohup has it
        signal.signal(signal.SIGHUP, _interrupt)
    if not _opened():
        print("rmsproof: standard output is closed; send it to a file or a pipe", file=sys.stderr)
        return _USAGE
    code: object
    try:
        from harness.commands.app import command

        top = command()
        _note(top.commands["check"], behind)
        code = top(args=given, prog_name="rmsproof", obj={"version": version})
        sys.stdout.flush()
    except SystemExit as error:
        code = error.code
    except KeyboardInterrupt:  # while the command's modules were being imported
        code = _INTERRUPTED
    except OSError as error:
        if error.errno not in _UNWRITABLE:
            raise
        # What Python still holds for it must not fail again at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        print(f"rmsproof: standard output: cannot be written: {error.strerror}", file=sys.stderr)
        return _USAGE
    if code == _INTERRUPTED:
        print("rmsproof: interrupted", file=sys.stderr)
    return code if isinstance(code, int) else 0


def _opened() -> bool:
    """Whether there is a standard output; for what else is closed the null device stands in.

    A pipe that were given one of the three numbers would be taken for a stream of that name by
    every process that is started.
    """
    closed = []
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest number that is free
            closed.append(number)
    if 2 in closed:
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    return 1 not in closed


def _note(check: Any, behind: list[str]) -> None:
    """Say which options of ours stand behind `--`, where they are the port's."""
    ours = {name for option in check.params for name in option.opts}
    if options := [word for word in behind if word.partition("=")[0] in ours]:
        from harness.report.words import passed_to_port

        passed_to_port(options)


def _interrupt(_signal: int, _frame: Any) -> None:
    raise KeyboardInterrupt
