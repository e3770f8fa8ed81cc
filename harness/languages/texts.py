"""The texts that a source's names may be, and those that it puts together for keys.

`for kind in ("W", "b"): key = kind + str(layer)` makes keys that begin with W, or with b. Runs in
the worker as well, so that it keeps to what Python 3.9 has.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping

# Stands for a key of another map in the beginning of a text.
KEYED = "\0"
Text = tuple[str, bool]
"""A text, and whether it is all there is, not only how it begins."""


class Texts:
    """The texts that names in a function stand for."""

    def __init__(self, known: Mapping[str, list[Text]] | None = None) -> None:
        self._known = dict(known or {})
        self._keys: set[str] = set()

    def named(self, name: str, *values: ast.expr) -> None:
        """A name stands for these from now on."""
        self._known[name] = [text for value in values for text in self.of(value)]

    def key(self, name: str) -> None:
        """A name stands for a key of a map from now on."""
        self._known.pop(name, None)
        self._keys.add(name)

    def of(self, node: ast.expr) -> list[Text]:
        """The texts that an expression may be; none where it is no text, or nothing is known.

        >>> texts = Texts({"kind": [("W", True), ("b", True)]})
        >>> texts.of(ast.parse("'d' + kind + str(1 + layer)", mode="eval").body)
        [('dW', False), ('db', False)]
        """
        if isinstance(node, ast.Constant):
            return [(node.value, True)] if isinstance(node.value, str) else []
        if isinstance(node, ast.Name):
            return self._known.get(node.id, [])
        if isinstance(node, ast.JoinedStr):
            return self._joined(list(node.values))
        if isinstance(node, ast.FormattedValue):
            return self.of(node.value) or [(KEYED * self._is_key(node), False)]
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            return self._joined([node.left, node.right])
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
            return [(text.split("%")[0], False) for text, _ in self.of(node.left)]
        called = node.func if isinstance(node, ast.Call) else None
        if isinstance(called, ast.Attribute) and called.attr == "format":
            return [(text.split("{")[0], False) for text, _ in self.of(called.value)]
        return [("", False)] if isinstance(called, ast.Name) and called.id == "str" else []

    def _is_key(self, node: ast.expr) -> bool:
        value = node.value if isinstance(node, ast.FormattedValue) else node
        return isinstance(value, ast.Name) and value.id in self._keys

    def _joined(self, parts: list[ast.expr]) -> list[Text]:
        """Texts one after the other, as far as they are known."""
        joined = self.of(parts[0]) if parts else []
        for part in parts[1:]:
            after = self.of(part) or [(KEYED * self._is_key(part), False)]
            joined = [
                (text + more, complete) if whole else (text, False)
                for text, whole in joined
                for more, complete in after
            ]
        return list(dict.fromkeys(joined))
