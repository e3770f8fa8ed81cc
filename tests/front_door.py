"""What the README shows: the commands, and what it says that they print.

    uv run python tests/front_door.py

runs the commands, and writes what they print where something else is shown. A session with PyTorch,
which is no dependency, is run where that is installed and recorded in `sessions/` for elsewhere.
"""

from __future__ import annotations

import platform
import re
import shlex
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from importlib.util import find_spec

from support import REPOSITORY, command

README = REPOSITORY / "README.md"
TEXT = README.read_text(encoding="utf-8")
BLOCKS = re.findall(r"```console\n(.*?)```", TEXT, re.DOTALL)
SHOWN = {
    block.splitlines()[0].removeprefix("$ uv run "): "\n".join(block.splitlines()[1:])
    for block in BLOCKS
    if block.count("$ ") == 1
}
TORCH = REPOSITORY / "tests" / "sessions" / "torch.txt"
"""With what it was recorded, on the first line; then the command and what it printed."""


def session(text: str, line: str) -> str:
    """What a text shows below a command, to the end of its block."""
    _, _, shown = text.partition(f"$ {line}\n")
    return shown.partition("```")[0].rstrip("\n")


def torch_command() -> str:
    """The command of the recorded session."""
    return TORCH.read_text(encoding="utf-8").splitlines()[1].removeprefix("$ ")


def plain(text: str) -> str:
    """Without line breaks, trailing blanks and the seconds it took."""
    text = re.sub(r"(in|;) \d+\.\d+ s", r"\1 N s", " ".join(text.split()))
    # Not every kernel lets a process give up the network; the report says which it was.
    return re.sub(r"its code ran with.*?(network|here) (?=\d+ blocks)", "", text)


def printed(line: str, columns: int = 80) -> str:
    """What a command of the README prints, run where the README is."""
    arguments = [sys.executable, "-m", "rmsproof", *shlex.split(line)[1:]]
    return command(arguments, cwd=REPOSITORY, env={"COLUMNS": str(columns)}).out


def as_shown(text: str, line: str) -> None:
    """What a command printed is what the README shows of it."""
    # javac words an error otherwise than the compiler that comes along; both are right.
    text = text.replace("Arrays cannot be resolved", "cannot find symbol: variable Arrays")
    assert plain(text) == plain(SHOWN[line])


def main() -> None:
    """Write anew what is not shown as it is printed."""
    text = TEXT
    for line, shown in SHOWN.items():
        new = "\n".join(row.rstrip() for row in printed(line, columns=100).splitlines())
        if plain(new) != plain(shown):
            print(f"README.md: {line}")
            text = text.replace(f"$ uv run {line}\n{shown}\n", f"$ uv run {line}\n{new}\n")
    if find_spec("torch") is not None:
        text = _recorded(text, torch_command())
    README.write_text(text, encoding="utf-8")


def _recorded(text: str, line: str) -> str:
    """Record the session with PyTorch anew where another one is shown."""
    shown = session(TORCH.read_text(encoding="utf-8"), line)
    new = "\n".join(row.rstrip() for row in printed(line, columns=100).splitlines())
    if plain(new) == plain(shown):
        return text
    print(f"README.md, {TORCH.name}: {line}")
    versions = f"PyTorch {version('torch')}, NumPy {version('numpy')}"
    machine = f"{platform.system()} {platform.machine()}, {datetime.now(UTC).date()}"
    TORCH.write_text(f"{versions}, {machine}\n$ {line}\n{new}\n", encoding="utf-8")
    return text.replace(session(text, line), table(new))


def table(shown: str) -> str:
    """What is shown of a session: not the lines about the whole, with the seconds it took."""
    return shown.partition("\ntransport: ")[0]


if __name__ == "__main__":
    main()
