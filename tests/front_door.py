"""What the README shows: the commands, and what it says that they print."""

from __future__ import annotations

import re

from support import REPOSITORY

TEXT = (REPOSITORY / "README.md").read_text(encoding="utf-8")
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


def as_shown(printed: str, line: str) -> None:
    """What a command printed is what the README shows of it."""
    # javac words an error otherwise than the compiler that comes along; both are right.
    printed = printed.replace("Arrays cannot be resolved", "cannot find symbol: variable Arrays")
    assert plain(printed) == plain(SHOWN[line])
