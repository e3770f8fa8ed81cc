"""What IPython understands and Python does not: blanked out, so that lines hold."""

from __future__ import annotations

import re

from harness.documents.extract.guess import named
from harness.languages.registry import judged

NOTE = "magics left out"

# `%%name arguments` on a cell's first line; these leave the cell in the kernel's language.
_CELL = re.compile(r"%%([\w!-]+)[ \t]*(.*)")
_NEUTRAL = set("time timeit capture prun memit mprun lprun debug skip px snakeviz".split())
# Line magics (`%name`, `!command`, `x = %name`, `x = !command`) and help (`x?`, `?x`).
_LINE = re.compile(
    r"(\s*+)(?:%%?[A-Za-z]\w*+(?:\s|$)|!|[\w, ]++=\s*+(?:%[A-Za-z]|!)|\?{1,2}[\w.*]++\s*$"
    r"|[\w.*%]++\?{1,2}\s*$)"
)
_TIMED = re.compile(r"(\s*)%time\s+(?=\S)")
# Longer lines are data.
_WIDTH = 2000
# What opens, closes or hides brackets in Python.
_NESTING = re.compile(r"'''|\"\"\"|'(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\"|#.*|[(\[{]|[)\]}]")


def removed(source: str, kernel: str) -> tuple[str, str, tuple[str, ...]]:
    """Return a cell's language, its code without magics, and notes."""
    language = kernel
    lines = source.split("\n")
    first = next((place for place, line in enumerate(lines) if line.strip()), 0)
    if magic := _CELL.match(lines[first].strip()):
        language = _language(magic[1], magic[2], kernel)
        lines[first] = ""
        if language != kernel:
            return language, "\n".join(lines), (NOTE,)
    # Elsewhere `%` and `!` may begin a line of code.
    if (known := judged(language)) and known.magics:
        lines, source = _outdented(lines), "\n".join(_outdented(source.split("\n")))
        lines = _without(lines)
    code = "\n".join(lines)
    return language, code, (NOTE,) if code != source else ()


def _language(name: str, arguments: str, kernel: str) -> str:
    if name in _NEUTRAL:
        return kernel
    if name in {"script", "!"}:
        program = next((word for word in arguments.split() if not word.startswith("-")), "script")
        return named(program.rpartition("/")[2])
    return named(name)


def _outdented(lines: list[str]) -> list[str]:
    """A cell without the indentation of its first line, as IPython runs it."""
    first = next((line for line in lines if line.strip()), "")
    indent = first[: len(first) - len(first.lstrip(" \t"))]
    return [line.removeprefix(indent) for line in lines]


def _without(lines: list[str]) -> list[str]:
    program: list[str] = []
    quote, depth = "", 0
    for line in lines:
        # Inside brackets and long strings `%` is an operator, and `?` text.
        magic = None if quote or depth else _LINE.match(line)
        if magic and (timed := _TIMED.match(line)):
            line = timed[1] + line[timed.end() :]  # noqa: PLW2901 - `%time` runs what follows
        elif magic:
            # A block may consist of it alone.
            program.append(f"{magic[1]}pass" if magic[1] else "")
            continue
        program.append(line)
        for token in _NESTING.findall(line[:_WIDTH]):
            if quote:
                quote = "" if token == quote else quote
            elif token in {"'''", '"""'}:
                quote = token
            elif token in "([{":
                depth += 1
            elif token in ")]}":
                depth = max(depth - 1, 0)
    return program
