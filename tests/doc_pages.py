"""The pages in docs/: what in them is made of the tool's own tables, and the commands they show.

    uv run python tests/doc_pages.py

writes the generated parts anew.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from support import REPOSITORY

from harness.report import protocol
from python_ref.dialects.axes import AXES, Axis

DOCS = REPOSITORY / "docs"
_PART = re.compile(r"(<!-- made of (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
# More values than this are combinations of those before them.
_VALUES = 10
_COMBINED = 5


def pages() -> dict[str, str]:
    """Every page's text by its name."""
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(DOCS.glob("*.md"))}


def remade(text: str) -> str:
    """A page with its generated parts as they are to be."""
    return _PART.sub(lambda part: f"{part[1]}\n{_MAKERS[part[2]]()}\n\n{part[3]}", text)


def generated(text: str) -> list[str]:
    """The names of a page's generated parts."""
    return [name for _, name, _ in _PART.findall(text)]


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _table(heads: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "\n".join(f"| {' | '.join(map(_cell, cells))} |" for cells in lines)


def _axes() -> str:
    return "\n\n".join(_axis(axis) for axis in AXES.values())


def _axis(axis: Axis) -> str:
    shown = axis.values if len(axis.values) <= _VALUES else axis.values[:_COMBINED]
    rows = ((f"`{value.name}`", f"`{value.formula}`", value.sentence) for value in shown)
    table = _table(("value", "formula", "in words"), rows)
    left = len(axis.values) - len(shown)
    more = f"\n\n{left} more values join these by `+`." if left else ""
    return f"## {axis.name}\n\n{axis.question[:1].upper()}{axis.question[1:]}\n\n{table}{more}"


def _fields(name: str, definition: str = "") -> Callable[[], str]:
    def made() -> str:
        whole: dict[str, Any] = json.loads(protocol.schema(name))
        key = definition or whole.get("$ref", "").rsplit("/", 1)[-1]
        part = whole["$defs"][key] if key else whole
        required = part.get("required", [])
        rows = (
            (
                f"`{field}`",
                "yes" if field in required else "",
                str(of.get("description", of.get("const", ""))),
            )
            for field, of in part["properties"].items()
        )
        return _table(("field", "required", "what"), rows)

    return made


def _protocol() -> str:
    return protocol.page().partition("\n")[2].strip()


_MAKERS: dict[str, Callable[[], str]] = {
    "axes": _axes,
    "protocol": _protocol,
    "manifest": _fields("manifest"),
    "observation": _fields("observation"),
    "golden": _fields("golden"),
    "report": _fields("report"),
    "result": _fields("report", "result"),
}


# -- what pages show -------------------------------------------------------------------------------

_FENCE = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_TITLE = re.compile(r'title="([^"]+)"')


def fences(text: str) -> Iterator[tuple[str, str, str]]:
    """The language, the file name given as title, if any, and the text of every fence."""
    for language, information, body in _FENCE.findall(text):
        title = _TITLE.search(information)
        yield language, title[1] if title else "", body


def commands(console: str) -> Iterator[tuple[str, str]]:
    """The commands in a console block, each with what it is to print; "" if that is not shown."""
    for part in re.split(r"^\$ ", console, flags=re.MULTILINE)[1:]:
        line, _, shown = part.partition("\n")
        yield line.partition("  #")[0].removeprefix("uv run ").strip(), shown


def main() -> None:
    """Write the pages whose generated parts are not as they are to be."""
    for name, text in pages().items():
        if (new := remade(text)) != text:
            print(Path("docs") / name)
            (DOCS / name).write_text(new, encoding="utf-8")


if __name__ == "__main__":
    main()
