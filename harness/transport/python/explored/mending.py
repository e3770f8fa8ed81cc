"""What a step lacks that something else would have put there before: found where it fails.

Gradients are not there before a backward pass: an attribute that is None, or is not there, or a
key that is not in a map. What is there instead is said by the frame that the failure left.
"""

from __future__ import annotations

import ast
import linecache
import traceback
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Optional

import numpy as np

from harness.languages.naming import plain_name
from harness.transport.python.explored.reach import attribute, attributes, own, says_gradients

# The path of what lacks it, "." or "[", its name or key, and its shape.
Mend = tuple[str, str, str, tuple[int, ...]]
_LACKS = (AttributeError, KeyError, TypeError)


def mend(error: BaseException, holders: Mapping[str, Any], size: int) -> Optional[Mend]:
    """What would have to be there for a step not to fail so; None if nothing is known."""
    if not isinstance(error, _LACKS) or error.__traceback__ is None:
        return None
    for holder, kind, key in _asked(error):
        path = next((p for p, held in holders.items() if held is holder), None)
        if path is not None and isinstance(key, str):
            return path, kind, key, _shape(key, path, holders, size)
    return None


def absent(holders: Mapping[str, Any], size: int) -> list[Mend]:
    """The gradients that are None: without them a step leaves out what they are of."""
    found = []
    for path, held in holders.items():
        for name in attributes(held) if own(type(held)) else ():
            if says_gradients(name) and attribute(held, name) is None:
                found.append((path, ".", name, _shape(name, path, holders, size)))
    return found


def put(mends: list[Mend], holders: Mapping[str, Any]) -> None:
    """Put arrays of zeros there."""
    for path, kind, key, shape in mends:
        if kind == ".":
            object.__setattr__(holders[path], key, np.zeros(shape))
        else:
            holders[path][key] = np.zeros(shape)


def _asked(error: BaseException) -> Iterator[tuple[Any, str, Any]]:
    """What was asked for and is not there, as the error says or the lines do that it came from."""
    holder = getattr(error, "obj", None)  # from Python 3.10 on
    if isinstance(error, AttributeError) and own(type(holder)):
        yield holder, ".", error.name
    for frame, line in reversed(list(traceback.walk_tb(error.__traceback__))):
        yield from _lacking(frame, line)


def _lacking(frame: Any, line: int) -> Iterator[tuple[Any, str, Any]]:
    """What is asked for in a line and is not there: of what, how, by which name or key."""
    for node in _nodes(frame.f_code.co_filename).get(line, ()):
        if any(isinstance(part, ast.Call) for part in ast.walk(node)):
            continue
        try:
            holder = _value(node.value, frame)
            if isinstance(node, ast.Attribute):
                if own(type(holder)) and getattr(holder, node.attr, None) is None:
                    yield holder, ".", node.attr
            elif isinstance(holder, dict):
                key = _value(node.slice, frame)
                if holder.get(key) is None:
                    yield holder, "[", key
        except Exception:  # what cannot be said now is none of it
            continue


def _value(node: ast.expr, frame: Any) -> Any:
    code = compile(ast.fix_missing_locations(ast.Expression(node)), "<asked>", "eval")
    return eval(code, frame.f_globals, frame.f_locals)


@cache
def _nodes(file: str) -> dict[int, list[Any]]:
    """The attributes and keys that each line of a file asks for."""
    found: dict[int, list[Any]] = {}
    try:
        tree = ast.parse("".join(linecache.getlines(file)))
    except (SyntaxError, ValueError, RecursionError):
        return found
    for node in ast.walk(tree):
        if isinstance(node, (ast.Attribute, ast.Subscript)) and isinstance(node.ctx, ast.Load):
            for line in range(node.lineno, (node.end_lineno or node.lineno) + 1):
                found.setdefault(line, []).append(node)
    return found


def _shape(key: str, path: str, holders: Mapping[str, Any], size: int) -> tuple[int, ...]:
    """The shape of the array that something is the gradient of, by its name: dw is w's."""
    word, above = plain_name(key), path.rpartition(".")[0] or path
    arrays = {
        other: held
        for other, held in holders.items()
        if isinstance(held, np.ndarray) and other.startswith((path, above))
    }
    names = {
        p: plain_name(p.rpartition("[" if p.endswith("]") else ".")[2].strip("]")) for p in arrays
    }
    named = [p for p, name in names.items() if name and name in word]
    best = max(named, key=lambda p: len(names[p]), default=None)
    if best is None:
        initial = [p for p, name in names.items() if name and name[0] == word.lstrip("dg_")[:1]]
        best = next(iter([*initial, *arrays]), None)
    return arrays[best].shape if best is not None else (size,)
