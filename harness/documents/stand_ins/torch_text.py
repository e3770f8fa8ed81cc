"""How PyTorch writes a tensor, after torch/_tensor_str.py with its default print options."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from harness.documents.stand_ins.autograd import Array, Node
from harness.documents.stand_ins.modules import refused

_WIDTH = 80
_NAMES = {"power": "PowBackward1", "rsub": "RsubBackward1"}
_UNNAMED = ("index", "reshape", "matmul", "transpose", "cast")  # torch names these by their shapes


def written(array: Array, dtype: str, node: Node | None) -> str:
    """Return "tensor(...)" with its dtype, unless empty, and its history."""
    if array.size > 1000:
        raise refused("torch", "writing a tensor of more than 1000 elements")
    text = "tensor(" + _nested(array, _formatter(array), len("tensor("))
    suffixes = [f"dtype={dtype}"] if dtype else []
    if node is not None and node.name:
        suffixes.append(f"grad_fn=<{_history(node)}>")
    elif node is not None:
        suffixes.append("requires_grad=True")
    length = len(text) - text.rfind("\n") + 1
    for suffix in suffixes:
        if length + len(suffix) + 2 > _WIDTH:
            text += ",\n" + " " * len("tensor(") + suffix
            length = len("tensor(") + len(suffix)
        else:
            text += ", " + suffix
            length += len(suffix) + 2
    return text + ")"


def _history(node: Node) -> str:
    if node.name in _UNNAMED:
        raise refused("torch", f"writing the history of a tensor made by {node.name}")
    if node.name in ("sum", "mean"):
        return f"{node.name.title()}Backward{0 if node.settings['axis'] is None else 1}"
    return _NAMES.get(node.name, f"{node.name.title()}Backward0")


def _formatter(array: Array) -> Callable[[Any], str]:
    if not np.issubdtype(array.dtype, np.floating):
        width = max((len(str(x)) for x in array.ravel().tolist()), default=0)
        return lambda x: str(x).rjust(width)
    sized = [x for x in array.ravel().tolist() if x != 0 and math.isfinite(x)]
    whole = all(x == math.ceil(x) for x in sized)
    largest = max((abs(x) for x in sized), default=0.0)
    smallest = min((abs(x) for x in sized), default=1.0)
    scientific = largest / smallest > 1000 or largest > 1e8 or (not whole and smallest < 1e-4)

    def plain(x: float) -> str:
        if scientific:
            return f"{x:.4e}"
        if whole:
            return f"{x:.0f}." if math.isfinite(x) else f"{x:.0f}"
        return f"{x:.4f}"

    width = max((len(plain(x)) for x in sized), default=1)
    return lambda x: plain(x).rjust(width)


def _nested(array: Array, one: Callable[[Any], str], indent: int) -> str:
    if not array.ndim:
        return one(array.item())
    if array.ndim > 1:
        parts = [_nested(row, one, indent + 1) for row in array]
        return "[" + ("," + "\n" * (array.ndim - 1) + " " * (indent + 1)).join(parts) + "]"
    words = [one(x) for x in array.tolist()]
    each = max(1, (_WIDTH - indent) // (max(map(len, words), default=0) + 2))
    lines = [", ".join(words[i : i + each]) for i in range(0, len(words), each)]
    return "[" + (",\n" + " " * (indent + 1)).join(lines) + "]"
