"""Python as a session shows it: the code without its prompts, and what the session printed."""

from __future__ import annotations

import re
from dataclasses import dataclass

from harness.documents.blocks import Printed

NOTE = "prompts removed"
SHELL = re.compile(r"\s*(?:scala>|jshell>|>>>|[\w.$-]+=>)\s")
"""How what a shell of a JVM's language shows begins: what it takes is no file of that language."""

# `>>> code`, `In [1]: code`; what follows them is `... code` or `   ...: code`.
_PROMPT = re.compile(r"[ \t]*(?:>>>|In \[\d*\]:)(?: |$)")
_GOES_ON = re.compile(r"[ \t]*(?:\.\.\.:?)(?: |$)")
_OUT = re.compile(r"[ \t]*Out ?\[\d*\]: ?")


@dataclass(frozen=True)
class Session:
    """A session taken apart.

    Attributes:
        code: the code alone; blank lines stand where outputs stood, so that lines hold.
        printed: the outputs, joined; None where there are none.
    """

    code: str
    printed: Printed | None


def session(text: str, line: int) -> Session | None:
    """Take prompts and outputs away, or return None where the code has no prompts.

    Args:
        text: the block.
        line: the file's line of its first line.
    """
    lines = text.split("\n")
    first = next((each for each in lines if each.strip() and each.lstrip()[0] != "#"), "")
    if not _PROMPT.match(first):
        return None
    code: list[str] = []
    outputs: list[str] = []
    start = 0
    # Before the first prompt stand comments; after one, lines without a prompt are output.
    prompted = statement = False
    for number, each in enumerate(lines, line):
        if prompt := _PROMPT.match(each):
            code.append(each[prompt.end() :])
            prompted = statement = True
        elif statement and (prompt := _GOES_ON.match(each)):
            code.append(each[prompt.end() :])
        elif not prompted:
            code.append(each)
        else:
            code.append("")
            statement = False
            if output := _OUT.sub("", each, count=1).rstrip():
                outputs.append(output)
                start = start or number
    printed = Printed("\n".join(outputs), start) if outputs else None
    return Session("\n".join(code), printed)
