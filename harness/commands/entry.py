"""The command line's entry. What takes time to import is imported inside, where Ctrl-C is heard."""

from __future__ import annotations

import atexit
import errno
import gc
import os
import sys
from typing import Any, NoReturn

from harness.model import interruption

_INTERRUPTED, _USAGE = 130, 2
# Of a name that is too long.
_LONGEST_NAME = 60
# Commands that are typed again and again, and need the cache in any case.
_QUICK = (["run"], ["check"])
# Most of what a command imports and reads stays: to look for what does not after every 700 objects
# takes 60 ms of a check that is done in 600.
_OBJECTS = 50_000
# What a full disk or a terminal that is gone answers to writing.
_UNWRITABLE = (errno.ENOSPC, errno.EDQUOT, errno.EIO)


def main(arguments: list[str] | None = None, version: str = "") -> int:
    """Run the command line; return the exit code.

    Args:
        arguments: what follows the program's name; the process's own if None.
        version: what `--version` prints.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    if arguments is None:  # the process is ours
        gc.set_threshold(_OBJECTS)
        # No product of matrices here is worth threads, which NumPy starts, and waits for, at once.
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    behind: list[str] = []
    if given[:1] in (["check"], ["fuzz"]) and "--" in given:
        # What follows -- is one command, not more targets.
        at = given.index("--")
        if given[at + 1 :]:
            behind = given[at + 2 :]
            given[at:] = ["--command", "\0".join(given[at + 1 :])]
    interruption.hear()
    if not _opened():
        print("rmsproof: standard output is closed; send it to a file or a pipe", file=sys.stderr)
        return _USAGE
    code: object
    try:
        if given[:1] in _QUICK:
            from harness.machine import bytecode

            bytecode.use()
        from harness.commands.app import command

        top = command(*given[:1])
        if behind:
            _note(top.commands[given[0]], behind)
        code = top(args=given, prog_name="rmsproof", obj={"version": version})
        sys.stdout.flush()
    except SystemExit as error:
        code = error.code
    except KeyboardInterrupt:  # while the command's modules were being imported
        code = _INTERRUPTED
    except Exception as error:
        if interruption.behind(error):  # an import made another error of it
            code = _INTERRUPTED
        elif said := _of_the_system(error):
            print(f"rmsproof: {said}", file=sys.stderr)
            return _USAGE
        else:
            raise
    if code == _INTERRUPTED:
        if arguments is None:
            _report_nothing()
        print("rmsproof: interrupted", file=sys.stderr)
        if arguments is None:
            _leave(_INTERRUPTED)
    return code if isinstance(code, int) else 0


def _of_the_system(error: Exception) -> str | None:
    """What to say of an error that no command foresees: a path no system takes, a full disk."""
    if not isinstance(error, OSError):
        return None
    if error.errno == errno.ENAMETOOLONG:  # wherever it is that a path is looked for
        return f"{str(error.filename)[:_LONGEST_NAME]!r}...: {error.strerror}"
    if error.errno not in _UNWRITABLE:
        return None
    # What Python still holds for it must not fail again at the end.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return f"standard output: cannot be written: {error.strerror}"


def _report_nothing() -> None:
    """Write the report of a run that was ended before anything was judged, if it was.

    By another process: in this one, modules may be half imported, and some cannot be again.
    """
    if not interruption.begun() and {"run", "check", "doc"} & set(sys.argv[1:2]):
        import subprocess

        command = [sys.executable, *sys.orig_argv[1:]]
        subprocess.run(
            command, env=interruption.environment(), check=False, stderr=subprocess.DEVNULL
        )


def _leave(code: int) -> NoReturn:
    """End this process with a code.

    Python, left to end by itself, would end by SIGINT where a KeyboardInterrupt went through
    `exec`, as it does where a module is imported.
    """
    atexit._run_exitfuncs()
    sys.stdout.flush()
    os._exit(code)


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


def _note(command: Any, behind: list[str]) -> None:
    """Say which options of ours stand behind `--`, where they are the port's."""
    ours = {name for option in command.params for name in option.opts}
    if options := [word for word in behind if word.partition("=")[0] in ours]:
        from harness.report.problems import passed_to_port

        passed_to_port(options)
