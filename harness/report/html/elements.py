"""Elements of a page: every text and attribute is escaped where it is written, none by hand."""

from __future__ import annotations

from urllib.parse import quote
from xml.etree import ElementTree as Tree

from harness.report.printable import printable

Child = str | Tree.Element | None


def element(tag: str, *children: Child, **attributes: str | float | None) -> Tree.Element:
    """An element.

    Args:
        tag: its name.
        children: elements and texts in order; None is left out.
        attributes: by name, `_` for `-` and one behind words of Python's own; None is left out.
    """
    made = Tree.Element(tag)
    for name, value in attributes.items():
        if value is not None:
            written = f"{value:g}" if isinstance(value, float) else str(value)
            made.set(name.rstrip("_").replace("_", "-"), printable(written))
    append(made, *children)
    return made


def append(parent: Tree.Element, *children: Child) -> None:
    """Put elements and texts at the end of another's."""
    for child in children:
        if isinstance(child, Tree.Element):
            parent.append(child)
        elif child and len(parent):
            parent[-1].tail = (parent[-1].tail or "") + printable(child)
        elif child:
            parent.text = (parent.text or "") + printable(child)


def link(anchor: str) -> str:
    """The address of an element of the page, by its id."""
    return f"#{quote(anchor.encode('utf-8', 'backslashreplace'), safe='/:(),~')}"


def anchor(*names: str) -> str:
    """An id made of names: without blanks and control characters, which no id may have."""
    return "/".join("-".join(printable(name).split()) or "-" for name in names)


def markup(root: Tree.Element) -> str:
    """An element written out as HTML."""
    return Tree.tostring(root, encoding="unicode", method="html")
