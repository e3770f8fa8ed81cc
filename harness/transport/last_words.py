"""What a program that died says of it on standard error: the line with the message, and where.

Languages print the message first, last or in the middle of a trace. Each row of the table is a
language's way: how its line is known, which of several counts, and how a place in the program's
own source is found beside it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

# A trace is searched no further than this for a place of the program's own.
_TRACE = 200
_LONGEST = 400
# Sources that come with a language, not with the program.
_PLATFORM = re.compile(
    r"site-packages|dist-packages|lib/python\d|<frozen|<string>|node:|/usr/local/go/|/go/src/runtime/"
    r"|runtime/(?:panic|debug|proc)|/rustc/|java\.base/|jdk\.|sun\.|rubygems|node_modules/"
)
_OURS = str(Path(__file__).parents[1])

_PlaceOf = Callable[[Sequence[str], int], str]


@dataclass(frozen=True)
class _Way:
    """How one language says it.

    Attributes:
        line: matches the line with the message; its groups, joined, are the message.
        place: finds a place, given all lines and the index of that one; "" if there is none.
        below: the message stands on the next line that is not blank.
    """

    line: re.Pattern[str]
    place: _PlaceOf
    below: bool = False


def _after(frame: str) -> _PlaceOf:
    """The first place of the program's own in the trace below the message."""
    pattern = re.compile(frame)

    def place(lines: Sequence[str], index: int) -> str:
        for line in lines[index + 1 : index + _TRACE]:
            if (match := pattern.search(line)) and not _PLATFORM.search(line):
                return _short(match[1])
        return ""

    return place


def _before(frame: str) -> _PlaceOf:
    """The nearest place of the program's own in the trace above the message."""
    pattern = re.compile(frame)

    def place(lines: Sequence[str], index: int) -> str:
        for line in reversed(lines[max(0, index - _TRACE) : index]):
            if match := pattern.search(line):
                if not _PLATFORM.search(line) and _OURS not in line:
                    return _short(":".join(match.groups()))
            elif not line.startswith((" ", "\t")):  # where the trace begins
                break
        return ""

    return place


def _nowhere(_lines: Sequence[str], _index: int) -> str:
    return ""


def _short(place: str) -> str:
    """A place without the folders of its file."""
    path, _, line = place.partition(":")
    return f"{PurePath(path).name}:{line}" if line else PurePath(path).name


_WAYS = (
    # Go: a panic, then the goroutines. Zig says panic, too.
    _Way(re.compile(r"((?:panic|fatal error): .*)"), _after(r"^\s+(\S+\.go:\d+)")),
    # Rust: the place in the line, the message below it; until 1.72 both in one line.
    _Way(re.compile(r"(thread '.*' (?:\(\d+\) )?panicked at '.*', \S+)$"), _nowhere),
    _Way(re.compile(r"(thread '.*' (?:\(\d+\) )?panicked at \S+):$"), _nowhere, below=True),
    # Java, Kotlin, Scala; Clojure's own report of an error.
    _Way(re.compile(r'Exception in thread "[^"]*" (\S.*)'), _after(r"\(([^()]+\.\w+:\d+)\)")),
    _Way(re.compile(r"(Execution error.*|Syntax error .*)"), _nowhere, below=True),
    # Python, at the end of the trace.
    _Way(
        re.compile(r"((?:[A-Za-z_]\w*\.)*[A-Z]\w*(?:Error|Exception|Exit|Interrupt)\b(?:: .*)?)$"),
        _before(r'^  File "(.+)", line (\d+)'),
    ),
    # Node and others that run JavaScript; the trace follows.
    _Way(
        re.compile(r"(?:Uncaught )?((?:[A-Z]\w*)?(?:Error|Exception)(?: \[\w+\])?: .*)"),
        _after(r"^\s+at (?:.*\()?(?:file://)?(\S+?:\d+)(?::\d+)?\)?$"),
    ),
    # Ruby and Lua have the place before the message.
    _Way(re.compile(r"(\S+:\d+:in .*|\S+: \S+\.lua:\d+: .*)"), _nowhere),
    # C++, then what the exception says; an assertion; a runtime that gives up; sanitizers.
    _Way(re.compile(r"(terminate called after throwing an instance of '.*')"), _nowhere, True),
    _Way(re.compile(r"(.*Assertion .*failed.*)"), _nowhere),
    _Way(re.compile(r"(.*\b(?:[Ff]atal error|Fortran runtime error): .*)"), _nowhere),
    _Way(re.compile(r"(?:==\d+==)?(ERROR: .*)"), _nowhere),
    # .NET and Dart; R; Elixir; Haskell's call stack stands below.
    _Way(re.compile(r"Unhandled exception[.:] (.*)"), _after(r" in (\S+:line \d+)")),
    _Way(re.compile(r"(Unhandled exception:)$"), _nowhere, below=True),
    _Way(re.compile(r"(Error in .* : ?.*|Error: .*)"), _nowhere),
    _Way(re.compile(r"(\*\* \(\w[\w.]*\) .*)"), _nowhere),
)


def last_words(lines: Sequence[str]) -> str:
    """The message that a program died with, and its place: "ValueError: no (port.py:12)".

    Args:
        lines: of its standard error, in their order.

    Returns:
        "" where no line is known for such a message.
    """
    # What was said last counts: a program may have gone on after others.
    for index in range(len(lines) - 1, -1, -1):
        line = lines[index].strip()
        ways = [(way, match) for way in _WAYS if (match := way.line.match(line))]
        # Two languages may word it alike; what knows the place knows the language.
        placed = [(way.place(lines, index), way, match) for way, match in ways]
        for place, way, match in sorted(placed, key=lambda known: not known[0])[:1]:
            message = " ".join(filter(None, match.groups()))
            if way.below:
                message = f"{message.rstrip('.:')}: {_next(lines, index)}".rstrip(": ")
            words = message[:_LONGEST]
            return f"{words} ({place})" if place and place not in words else words
    return ""


def _next(lines: Sequence[str], index: int) -> str:
    return next((line.strip() for line in lines[index + 1 :] if line.strip()), "")
