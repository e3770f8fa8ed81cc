"""Files read whole and within bounds: bytes, text, JSON of only one reading; and written whole.

Whatever a path leads to (nothing, a folder, a pipe, a device, gigabytes) and whatever is in it,
the answer is the contents or one sentence saying why not.
"""

from __future__ import annotations

import codecs
import json
import os
import re
import stat
import tempfile
from pathlib import Path
from typing import Any
from unicodedata import category

_LONGEST = 60
# The largest whole number a double holds has 309 digits.
_DIGITS = 310
# How an escaped half of a surrogate pair begins; most documents hold none.
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_WIDE = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)


class UnreadableError(ValueError):
    """A file cannot be read; the message says why, and names the file where one was given."""


def contents(path: Path, largest: int, instead: str) -> bytes:
    """The bytes of a regular file.

    Args:
        path: where it is.
        largest: the bytes it may have.
        instead: what to do about a larger one, for the message.

    Raises:
        UnreadableError: it is no regular file, is too large, or cannot be read; names it.
    """
    try:
        # A pipe would be waited for, a device may never end: looked at before it is opened,
        # and again after, since the name may mean another file by then.
        _regular(path, path.stat().st_mode)
        with os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), "rb") as file:
            _regular(path, os.fstat(file.fileno()).st_mode)
            data = file.read(largest + 1)
    except (OSError, ValueError, RuntimeError) as error:
        if isinstance(error, UnreadableError):
            raise
        # RuntimeError: links in a circle. What Python says of a NUL differs by its version.
        reason = getattr(error, "strerror", None) or error
        if "\0" in str(path):
            reason = "its name holds a NUL"
        raise UnreadableError(f"{path}: cannot be read: {reason}") from error
    if len(data) > largest:
        raise UnreadableError(f"{path}: is larger than {largest >> 10:,} KB; {instead}")
    return data


def write_whole(path: Path, data: bytes) -> None:
    """Write a file whole or not at all: beside it first, then renamed into its place.

    A file that is there is replaced and its permissions stay; a new one is readable to all.
    Raises OSError: there is no such folder, or it cannot be written to.
    """
    mode = stat.S_IMODE(path.stat().st_mode) if path.exists() else 0o644
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:_LONGEST]}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(temporary).chmod(mode)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def exists(path: Path) -> bool:
    """Whether there is something; also where that cannot be told, as reading it then says why."""
    try:
        return path.exists()
    except (OSError, ValueError, RuntimeError):
        return True


def _regular(path: Path, mode: int) -> None:
    if stat.S_ISDIR(mode):
        raise UnreadableError(f"{path}: cannot be read: it is a folder; name a file")
    if not stat.S_ISREG(mode):
        raise UnreadableError(f"{path}: cannot be read: it is not a regular file; save it to one")


def text(path: Path, largest: int, instead: str) -> str:
    """The text of a UTF-8 file, without a byte order mark; fails as `contents` does."""
    data = contents(path, largest, instead)
    for mark, name in _WIDE:
        if data.startswith(mark):
            raise UnreadableError(f"{path}: is not UTF-8 but {name}; save it as UTF-8")
    try:
        return data.removeprefix(codecs.BOM_UTF8).decode("utf-8")
    except UnicodeDecodeError as error:
        raise UnreadableError(f"{path}: is not UTF-8 (byte {error.start})") from error


def document(path: Path, largest: int, instead: str) -> Any:
    """What a JSON file says; fails as `contents` and `strict` do, and names the file."""
    whole = text(path, largest, instead)
    try:
        return strict(whole)
    except UnreadableError as error:
        raise UnreadableError(f"{path}: {error}") from error


def strict(text: str) -> Any:
    """What a JSON text says, where that is one thing on every machine.

    A key that stands twice, a number beyond double precision, NaN and Infinity as bare words and
    half a surrogate pair are read differently by different readers: all are refused.

    Raises:
        UnreadableError: it is not such a text; names no file.
    """
    try:
        value = json.loads(
            text,
            object_pairs_hook=_once,
            parse_constant=_named,
            parse_float=_float,
            parse_int=_int,
        )
        if _SURROGATE.search(text):
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except RecursionError as error:
        raise UnreadableError("is nested too deeply") from error
    except UnicodeEncodeError as error:
        half = str(error.object)[error.start]
        raise UnreadableError(
            f"holds {half!r}, half of a surrogate pair, which is not text"
        ) from error
    except ValueError as error:
        raise UnreadableError(f"is not complete JSON: {error}") from error
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise ValueError(f"a key appears twice in one object: {quoted(key)}")
            seen.add(key)
    return members


def _named(name: str) -> float:
    raise ValueError(f"{name} must be the string {name!r}")


def _float(digits: str) -> float:
    value = float(digits)
    if value - value != 0:
        raise ValueError(f"{quoted(digits)[1:-1]} is too large for a double")
    return value


def _int(digits: str) -> int:
    if len(digits) >= _DIGITS - 1:
        _float(digits)
    return int(digits) if len(digits) <= _DIGITS else 0


def quoted(value: object) -> str:
    """A value in a message: as Python writes it, and never more than a line of it."""
    written = repr(value[: 2 * _LONGEST] if isinstance(value, str) else value)
    return written if len(written) <= _LONGEST else f"{written[:_LONGEST]}...{written[0]}"


def visible(name: str) -> str:
    """A name of somebody's on one line, where what no reader would see is escaped."""
    return "".join(c if c.isprintable() or category(c) == "Zs" else repr(c)[1:-1] for c in name)
