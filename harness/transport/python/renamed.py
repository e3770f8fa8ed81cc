"""Names in the place of what an update goes by: attributes, elements, settings.

Runs in the worker, so that it keeps to what Python 3.9 has.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from typing import Any, Optional


class Renaming(ast.NodeTransformer):
    """Gives plain names to weights, averages and gradients, and to what one thing holds."""

    def __init__(
        self, names: dict[str, str], held: Callable[[ast.expr, str], Optional[str]]
    ) -> None:
        self._names, self._held = names, held

    def visit(self, node: ast.AST) -> Any:
        """One of them is one name."""
        context = getattr(node, "ctx", ast.Load())
        if isinstance(node, ast.expr) and (name := self._names.get(ast.unparse(node))):
            return ast.Name(name, context)
        key: Any = node.attr if isinstance(node, ast.Attribute) else None
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            key = node.slice.value
        owner: Any = getattr(node, "value", None)
        inside = isinstance(key, str) and isinstance(owner, (ast.Name, ast.Attribute))
        if inside and (name := self._held(owner, key)):
            return ast.Name(name, context)
        return self.generic_visit(node)


def identifier(text: str) -> str:
    """A name for an expression; a name is its own."""
    return text if text.isidentifier() else f"_rmsproof_{re.sub(r'[^0-9A-Za-z_]', '_', text)}"
