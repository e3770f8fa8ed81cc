"""A Python source as code: as a whole, and statement by statement."""

from __future__ import annotations
import __future__

import ast
import functools
import importlib.util
import operator
import types
from pathlib import Path
from typing import NamedTuple

from harness.transport.python.failures import LoadError, message_of, syntax_message

_FUTURE = functools.reduce(
    operator.or_, (getattr(__future__, name).compiler_flag for name in __future__.all_feature_names)
)
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_DEFINING = (ast.Import, ast.ImportFrom, *DEFINITIONS)


class Statement(NamedTuple):
    """One statement of a source.

    Attributes:
        code: as it is run.
        own: it does more than import: what was imported once is there at once the next time.
        defines: it defines or imports something, or gives a name a value.
        name: of the class or function that it defines.
        imported: the names that it imports, where it does nothing else and each is named.
    """

    code: types.CodeType
    own: bool
    defines: bool
    name: str = ""
    imported: tuple[str, ...] = ()


def compiled(path: str) -> tuple[ast.Module, types.CodeType, list[Statement]]:
    """What a source says, as a whole and statement by statement. Raises LoadError."""
    try:
        # As Python reads a file: its encoding line counts, and what is no UTF-8 is refused.
        text = importlib.util.decode_source(Path(path).read_bytes())
        whole = compile(text, path, "exec", dont_inherit=True)
        flags = whole.co_flags & _FUTURE
        tree = ast.parse(text, path)
        single = []
        for node in tree.body:
            code = compile(ast.Module([node], []), path, "exec", flags=flags, dont_inherit=True)
            defines = isinstance(node, (*_DEFINING, ast.Assign, ast.AnnAssign)) or _imports(node)
            name = node.name if isinstance(node, DEFINITIONS) else ""
            single.append(Statement(code, not _imports(node), defines, name, _imported(node)))
        return tree, whole, single
    except SyntaxError as error:
        raise LoadError("does-not-compile", syntax_message(error)) from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise LoadError("does-not-compile", message_of(error)) from error


def _imported(node: ast.stmt) -> tuple[str, ...]:
    """The names that an import brings, as far as it names them."""
    if not isinstance(node, (ast.Import, ast.ImportFrom)):
        return ()
    names = tuple(part.asname or part.name.partition(".")[0] for part in node.names)
    return () if "*" in names else names


def _imports(node: ast.stmt) -> bool:
    """Whether a statement imports, or tries to."""
    return isinstance(node, (ast.Import, ast.ImportFrom)) or (
        isinstance(node, ast.Try) and all(map(_imports, node.body))
    )
