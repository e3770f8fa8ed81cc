"""What the README shows: the commands, and what it says that they print.

    uv run python tests/front_door.py

runs the commands, and writes what they print where something else is shown.
"""

from __future__ import annotations

import re
import shlex
import sys

from support import REPOSITORY, command

README = REPOSITORY / "README.md"
TEXT = README.read_text(encoding="utf-8")
BLOCKS = re.findall(r"```console\n(.*?)```", TEXT, re.DOTALL)
SHOWN = {
    block.splitlines()[0].removeprefix("$ uv run "): "\n".join(block.splitlines()[1:])
    for block in BLOCKS
    if block.count("$ ") == 1
}


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
    README.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
