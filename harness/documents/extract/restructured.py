"""reStructuredText read as Markdown: its code becomes fences, and every line stays where it is."""

from __future__ import annotations

import re

_DIRECTIVE = re.compile(r"( *)\.\. (?:code-block|code|sourcecode)::[ \t]*(\S*)")
# A paragraph that ends so announces what is indented below it.
_LITERAL = re.compile(r"( *)(?! *\.\. )(?:.*\S)?::[ \t]*$")
_OPTION = re.compile(r"\s+:[\w-]+:")
_PROMPT = re.compile(r"\s*>>> ")
# What stands below a title and is none of Markdown's lines, which takes tildes for a fence.
_ADORNMENT = re.compile(r"(?![=-])([!-/:-@\[-`{-~])\1{2,}[ \t]*")
# Longer than any that code holds.
_FENCE = "~" * 8


def fenced(text: str) -> str:
    """The text with a fence in the blank lines around every block of code.

    A block begins after the blank line below what announces it, and its options, and goes on as
    long as lines are indented further than that. A session begins with a prompt, below a blank
    line, and may go on after another.
    """
    lines = text.split("\n")
    at = 0
    while at < len(lines):
        announced = _DIRECTIVE.match(lines[at]) or _LITERAL.match(lines[at])
        if announced and (body := _body(lines, at + 1, len(announced[1]))):
            language = announced[2] if announced.re is _DIRECTIVE else ""
            _fence(lines, body, language)
            if language or announced.re is _DIRECTIVE:
                lines[at : body.start - 1] = [""] * (body.start - 1 - at)
            at = body.stop
        elif _PROMPT.match(lines[at]) and (session := _session(lines, at)):
            if lines[at - 1] == _FENCE:  # the only line between two, which ends the first
                lines[at : session.stop] = [f"    {line}" for line in lines[at : session.stop]]
            else:
                _fence(lines, session, "pycon")
            at = session.stop
        elif _ADORNMENT.fullmatch(lines[at]):
            lines[at] = "-" * len(lines[at])
        at += 1
    return "\n".join(lines)


def _body(lines: list[str], at: int, indent: int) -> range | None:
    """The lines of the block that is announced above line `at`; None if there is none."""
    while at < len(lines) and _OPTION.match(lines[at]):
        at += 1
    if at >= len(lines) or lines[at].strip():
        return None
    start = stop = next((i for i in range(at, len(lines)) if lines[i].strip()), len(lines))
    for i in range(start, len(lines)):
        if lines[i].strip() and _indent(lines[i]) <= indent:
            break
        stop = i + 1 if lines[i].strip() else stop
    # Only a blank line, or the end, can become the fence that closes it.
    closed = stop == len(lines) or not lines[stop].strip()
    return range(start, stop) if stop > start and closed else None


def _session(lines: list[str], at: int) -> range | None:
    """The lines of the session that begins at a line; None where no blank line is above it."""
    if not at or lines[at - 1].strip() not in ("", _FENCE):
        return None
    there = at
    while there < len(lines) and _PROMPT.match(lines[there]):  # and after each blank line, again
        stop = next((i for i in range(there, len(lines)) if not lines[i].strip()), len(lines))
        there = next((i for i in range(stop, len(lines)) if lines[i].strip()), len(lines))
    return range(at, stop)


def _fence(lines: list[str], body: range, language: str) -> None:
    """Put fences around the lines of a block, moved to the left together."""
    shared = min(_indent(lines[i]) for i in body if lines[i].strip())
    for i in body:
        lines[i] = lines[i][shared:]
    lines[body.start - 1] = f"{_FENCE}{language}"
    lines[body.stop : body.stop + 1] = [_FENCE]


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
