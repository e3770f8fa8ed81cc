"""Documents changed at random places: another value, a key gone, twice, or under another name."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

# Names that mean something to a shell, a file system, a terminal, a JavaScript engine, or nobody.
NAMES = [
    "", " ", "w", "b", "weights", "wieghts", "__proto__", "../x", "/etc/passwd", "a\nb", "\x1b[2J",
    "\0", "\ud800", "\u202e", "é" * 300, "x" * 300, "constructor", "id", "nan",
]  # fmt: skip
NUMBERS = [
    0, -1, 1, 0.5, -0.0, 5e-324, 1.7976931348623157e308, 1e-400, 2**53 + 1, 2**64, 10**308,
    10**400, -(10**4200), float("nan"), float("inf"), float("-inf"),
]  # fmt: skip
values = st.recursive(
    st.none()
    | st.booleans()
    | st.sampled_from(NUMBERS)
    | st.floats()
    | st.sampled_from([*NAMES, "NaN", "Infinity", "1.5", "reference", "epsilon=inside"])
    | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
# Stands behind a key that is to be written twice; no text has it otherwise.
_TWICE = "\ue000"


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a document, as the keys that lead there."""
    if path:
        yield path
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from places(value[key], (*path, key))


def deep(depth: int) -> Any:
    """A list in a list in a list."""
    found: Any = []
    for _ in range(depth):
        found = [found]
    return found


@st.composite
def mutated(draw: st.DrawFn, document: Any, most: int = 3) -> Any:
    """A document with one change or a few."""
    changed = copy.deepcopy(document)
    for _ in range(draw(st.integers(1, most))):
        known = list(places(changed))
        if not known:
            break
        *path, last = draw(st.sampled_from(known))
        holder = changed
        for key in path:
            holder = holder[key]
        kind = draw(st.sampled_from(["replace", "delete", "twice", "rename", "add", "nest"]))
        if kind == "replace":
            holder[last] = draw(values)
        elif kind == "nest":
            holder[last] = deep(draw(st.sampled_from([1, 50, 400])))
        elif kind == "delete":
            del holder[last]
        elif isinstance(holder, list):
            holder.insert(last, copy.deepcopy(holder[last]) if kind == "twice" else draw(values))
        elif kind == "twice":
            holder[f"{last}{_TWICE}"] = copy.deepcopy(holder[last])
        else:
            name = draw(st.sampled_from(NAMES) | st.text(max_size=5))
            holder[name] = holder.pop(last) if kind == "rename" else draw(values)
    return changed


def text(document: Any) -> str:
    """A document as JSON, with keys twice where they were made so, and numbers as they are."""
    return json.dumps(document).replace(json.dumps(_TWICE)[1:-1], "")


def toml(document: Any) -> str:
    """A document as TOML, as far as it goes: null and mixed tables come out as nonsense."""
    if not isinstance(document, dict):
        return _inline(document)
    lines = [f"{_key(k)} = {_inline(v)}" for k, v in document.items() if not isinstance(v, dict)]
    for key, table in document.items():
        if isinstance(table, dict):
            lines += [f"[{_key(key)}]", *(f"{_key(k)} = {_inline(v)}" for k, v in table.items())]
    return "\n".join(lines).replace(_TWICE, "") + "\n"


def _key(key: Any) -> str:
    return json.dumps(str(key), ensure_ascii=False)


def _inline(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_key(k)} = {_inline(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_inline, value)) + "]"
    return json.dumps(value, ensure_ascii=False).replace("NaN", "nan").replace("Infinity", "inf")
