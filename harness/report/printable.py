"""Texts of ports and documents, made safe to print. Imports nothing heavy."""

from __future__ import annotations

import re

# All but the end of a line and the tabulator; what turns the direction of a text, or is not seen;
# other ends of lines; and half of a surrogate pair, which no stream takes.
_UNSEEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff]"
)


def printable(text: str) -> str:
    """A text whose control characters are shown and not obeyed."""
    return _UNSEEN.sub(_visible, text)


def in_line(text: str) -> str:
    """A text that is printable and stays in its line."""
    return printable(text).replace("\n", "\\n").replace("\t", "\\t")


def _visible(character: re.Match[str]) -> str:
    code = ord(character[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
