"""What a page does to code in any language: typographic characters, entities of HTML."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from harness.languages.repair import Broken, Repaired

# What word processors and page generators put in the place of plain characters.
_PLAIN: dict[str, str | int | None] = {
    "“": '"', "”": '"', "„": '"', "‘": "'", "’": "'",
    "\u00a0": " ", "\u2007": " ", "\u202f": " ", "\u200b": "", "\ufeff": "",
    "−": "-", "–": "-", "—": "-", "‐": "-", "‑": "-", "×": "*", "…": "...",
}  # fmt: skip
# Bytes that are not UTF-8, as reading with surrogateescape leaves them.
_BYTES = re.compile("[\udc80-\udcff]")
_ENTITY = re.compile(r"&(?:lt|gt|amp|quot|apos|nbsp|#\d{1,6}|#x[0-9a-fA-F]{1,5});")


def repairs(broken: Broken) -> Iterator[Repaired]:
    """Plain characters instead of those, where the code is not read."""
    if broken.verdict != "does-not-compile":
        return
    if _BYTES.search(broken.text):
        latin = _BYTES.sub(lambda match: chr(ord(match[0]) - 0xDC00), broken.text)
        yield Repaired(latin, "bytes that are not UTF-8 read as Latin-1")
    plain = broken.text.translate(str.maketrans(_PLAIN))
    if plain != broken.text:
        yield Repaired(plain, "typographic characters replaced by plain ones")
    if _ENTITY.search(broken.text):
        decoded = html.unescape(broken.text).replace("\u00a0", " ")
        yield Repaired(decoded, "HTML entities decoded")
