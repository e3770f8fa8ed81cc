"""`record`: what a training script's optimizers did, without a change to the script."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from harness.commands.common import write
from harness.model.errors import UsageError

_PYTHON = re.compile(r"(python|pypy|py)[\d.]*(\.exe)?$")
# Python's own options that the next word belongs to.
_WITH_A_VALUE = ("-W", "-X", "--check-hash-based-pycs")


def record(
    command: Annotated[
        list[str],
        typer.Argument(metavar="-- python SCRIPT ARGUMENTS", help="What starts the training."),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="FILE",
            help="Keep the observation; of a second optimizer or group, FILE-2.",
        ),
    ] = None,
) -> int:
    """Run a training script and say which RMSProp it trained with; its exit code is passed on."""
    from harness.judging.identify import identify
    from harness.judging.recorded import recordings
    from harness.report import recording, terminal
    from harness.report.destinations import check_file
    from harness.transport.libraries import recording as runner

    if out is not None:
        check_file(out, f"--out {out}", "seen.json")
    with tempfile.TemporaryDirectory() as folder:
        recorded_file = Path(folder, "recorded.json")
        words = _words(command, [str(Path(runner.__file__).absolute()), str(recorded_file)])
        try:
            code = _run(words)
        except OSError as error:
            raise UsageError(f"{words[0]}: cannot be started: {error.strerror}") from error
        seen = (
            json.loads(recorded_file.read_text(encoding="utf-8")) if recorded_file.exists() else []
        )
    console = terminal.console(errors=True)
    if not seen:
        recording.nothing(console)
    for number, recorded in enumerate(recordings(seen), 1):
        result = None if recorded.observation is None else identify(recorded.observation)
        path = out
        if out is not None and number > 1:
            path = out.with_stem(f"{out.stem}-{number}")
        if path is not None and recorded.observation is not None:
            write(path, json.dumps(recorded.observation) + "\n")
        recording.show(console, recorded, result, path)
    return code if code >= 0 else 128 - code


def _run(words: Sequence[str]) -> int:
    """The exit code of a command; at Ctrl-C, which it gets as well, it is let end as it does."""
    with subprocess.Popen(words) as process:
        try:
            return process.wait()
        except KeyboardInterrupt:
            return process.wait()


def _words(command: Sequence[str], runner: Sequence[str]) -> list[str]:
    """The command with the runner in front of the script.

    Raises:
        UsageError: it does not start a Python script.
    """
    program, *rest = command
    if program.endswith(".py"):
        return [sys.executable, *runner, *command]
    at = 0
    while at < len(rest) and rest[at][:1] == "-" and rest[at] not in ("-m", "-c"):
        at += 2 if rest[at] in _WITH_A_VALUE else 1
    if not _PYTHON.match(Path(program).name) or rest[at : at + 1] in ([], ["-c"]):
        raise UsageError(
            f"{program}: is no Python script that can be recorded; say rmsproof record -- python"
            " train.py"
        )
    return [program, *rest[:at], *runner, *rest[at:]]
