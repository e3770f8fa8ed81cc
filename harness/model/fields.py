"""Files of others decoded against their types; what is wrong is named by file and field.

A misspelt key is refused with the key that was meant, a key that stands twice by its line.
"""

from __future__ import annotations

import re
import tomllib
from difflib import get_close_matches
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

import msgspec

from harness.model.errors import UsageError
from python_ref import files

_Struct = TypeVar("_Struct", bound=msgspec.Struct)

# The parser's time and memory grow with the square of a dotted key's parts; ours have two.
_PARTS = 32
_DOTTED = re.compile(
    r"(?<![\w-])(?:(?:[\w-]++|\"[^\"\n]*+\"|'[^'\n]*+')[ \t]*+\.[ \t]*+)" f"{{{_PARTS}}}"
)
# Of a message, which may quote what stands there.
_LONGEST = 500
_LINE = re.compile(r"at line (\d+)")
_UNKNOWN = re.compile(r"Object contains unknown field `(.*)`", re.DOTALL)


def of_toml(path: Path, largest: int, instead: str, wanted: type[_Struct]) -> _Struct:
    """Read a TOML file. Raises UsageError naming file and field.

    Args:
        path: the file.
        largest: the bytes it may have.
        instead: what to do about a larger one.
        wanted: what it must hold.
    """
    try:
        text = files.text(path, largest, instead)
    except files.UnreadableError as error:
        raise UsageError(str(error)) from error
    if long := _DOTTED.search(text):
        line = text.count("\n", 0, long.start()) + 1
        raise UsageError(
            f"{path}: line {line}: a key with {_PARTS} dots or more is not allowed; remove it"
        )
    try:
        value = tomllib.loads(text)
    except RecursionError as error:
        raise UsageError(f"{path}: is nested too deeply") from error
    except ValueError as error:  # TOMLDecodeError, or a whole number of thousands of digits
        reason = str(error).partition("; use sys.")[0]
        raise UsageError(f"{path}: is not TOML: {reason}{_line(text, reason)}") from error
    return _converted(path, value, wanted)


def _line(text: str, message: str) -> str:
    """The line whose number is in a parser's message, quoted."""
    if place := _LINE.search(message):
        lines = text.replace("\r\n", "\n").split("\n")
        number = int(place[1]) - 1
        if number < len(lines):
            return f": {files.quoted(lines[number].strip())}"
    return ""


def _converted(path: Path, value: Any, wanted: type[_Struct]) -> _Struct:
    """What was read from a file as the type it must be. Raises UsageError naming file and field."""
    try:
        return msgspec.convert(value, wanted)
    except RecursionError as error:
        raise UsageError(f"{path}: is nested too deeply") from error
    except msgspec.ValidationError as error:
        text, separator, place = str(error).rpartition(" - at `$")
        text, place = (text, place.rstrip("`")) if separator else (str(error), "")
        if unknown := _UNKNOWN.fullmatch(text):
            text = _unknown(unknown[1], _at(wanted, place))
        text = text.replace("Object missing required field", "missing the field")
        where = place.removeprefix(".")
        text = files.visible(f"{where}: {text}" if where else text)
        raise UsageError(f"{path}: {text[:_LONGEST]}{'...' * (len(text) > _LONGEST)}") from error


def _unknown(name: str, known: tuple[str, ...]) -> str:
    short = name if len(name) <= 60 else f"{name[:60]}..."
    if near := get_close_matches(name[:60], known, 1):
        return f"unknown field `{short}`; did you mean `{near[0]}`?"
    there = f"; the fields are {', '.join(known)}" if known else ""
    return f"unknown field `{short}`{there}"


def _at(wanted: Any, place: str) -> tuple[str, ...]:
    """The fields of the struct that stands at a place such as `.claims` or `.known[3]`."""
    kind: Any = wanted
    for name in re.findall(r"\.(\w+)|\[", place):
        kind = _struct(kind)
        if not name or kind is None:
            continue
        field = next((f for f in msgspec.structs.fields(kind) if f.encode_name == name), None)
        kind = field.type if field else None
    struct = _struct(kind)
    return tuple(f.encode_name for f in msgspec.structs.fields(struct)) if struct else ()


def _struct(wanted: Any) -> Any:
    """The struct that a type holds: itself, one of a union, or of a list."""
    if isinstance(wanted, type) and issubclass(wanted, msgspec.Struct):
        return wanted
    if get_origin(wanted) in (Annotated, UnionType, Union, list):
        return next((s for a in get_args(wanted) if (s := _struct(a))), None)
    return None
