"""Python blocks as a program: what a block needs of the earlier ones, each at its own line.

A reader of a tutorial runs its blocks one after another; a block may use what an earlier one
imported or defined. Only such definitions are put before it, and only for names that it does
not define itself, so that another version of the same thing never takes part. Every piece
stands at its line in the document: messages then name the document's lines.
"""

from __future__ import annotations

import ast
import builtins
import symtable
import warnings
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache

# Statements that make nothing when they are run but what they are called.
_PLAIN = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)
_GIVEN = frozenset(dir(builtins)) | {"__name__", "__file__", "__doc__", "__builtins__"}
_UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)

# What everybody calls these modules.
USUAL_IMPORTS = {
    "np": "import numpy as np",
    "pd": "import pandas as pd",
    "plt": "import matplotlib.pyplot as plt",
    "sns": "import seaborn as sns",
    "tf": "import tensorflow as tf",
    "jnp": "import jax.numpy as jnp",
    "torch": "import torch",
    "nn": "from torch import nn",
    "optim": "from torch import optim",
    "keras": "from tensorflow import keras",
}


@dataclass(frozen=True)
class Piece:
    """Some code and the line of the document where it stands."""

    line: int
    text: str


@lru_cache(maxsize=512)
def parsed(text: str) -> ast.Module | None:
    """The syntax tree, or None where the text is no Python."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text.encode("utf-8", "replace"))
    except _UNREADABLE:
        return None


def compiles(text: str) -> bool:
    """Whether the text is a whole program; a tree alone may hold a `return` outside."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text, "block", "exec", dont_inherit=True)
    except _UNREADABLE:
        return False
    return True


def defined(tree: ast.Module) -> set[str]:
    """The names that the top level of a program defines or imports."""
    return {name for statement in tree.body for name in _defines(statement)}


def declared(tree: ast.Module) -> list[str]:
    """The classes and functions of the top level that do something, in order."""
    kinds = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    nodes = [node for node in tree.body if isinstance(node, kinds) and not _is_stub(node)]
    return list(dict.fromkeys(node.name for node in nodes))


def parameters(
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda,
) -> dict[str, ast.expr | None]:
    """A function's parameters by name, with their defaults; None where one has to be given."""
    positional = [*node.args.posonlyargs, *node.args.args]
    lacking = [None] * (len(positional) - len(node.args.defaults))
    pairs = [
        *zip(positional, [*lacking, *node.args.defaults], strict=True),
        *zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True),
    ]
    return {argument.arg: default for argument, default in pairs}


def _is_stub(node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a definition only says what is to be: an abstract base, an empty body."""
    if isinstance(node, ast.ClassDef):
        methods = [n for n in node.body if isinstance(n, ast.FunctionDef) and n.name[:1] != "_"]
        return bool(methods) and any(map(_is_abstract, methods)) | all(map(_is_stub, methods))
    body = [n for n in node.body if not (isinstance(n, ast.Expr) and _is_text(n.value))]
    return all(
        isinstance(n, ast.Pass)
        or (isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant))
        or (isinstance(n, ast.Raise) and "NotImplemented" in ast.dump(n))
        for n in body
    )


def _is_abstract(node: ast.FunctionDef) -> bool:
    return any("abstractmethod" in ast.dump(decorator) for decorator in node.decorator_list)


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def blanked(text: str, statements: Iterable[ast.stmt]) -> str:
    """A program without some of its statements; the others keep their lines."""
    rows = text.split("\n")
    for node in statements:
        last = node.end_lineno or node.lineno
        rows[node.lineno - 1 : last] = [""] * (last - node.lineno + 1)
    return "\n".join(rows)


@lru_cache(maxsize=4096)
def needed(text: str) -> frozenset[str]:
    """The names that a program uses and neither defines nor finds among the builtins."""
    if (tree := parsed(text)) is None:
        return frozenset()
    try:
        table = symtable.symtable(text, "block", "exec")
    except _UNREADABLE:
        return frozenset()
    first: dict[str, bool] = {}
    with suppress(RecursionError):  # a sum of a thousand terms: its names are loads anyway
        for name, stored in _events(tree):
            first.setdefault(name, stored)
    # From 3.12 on, what a comprehension binds is listed with the names around it.
    bound = {name for node in ast.walk(tree) for name in _bound(node)}
    used = {s.get_name() for s in table.get_symbols() if s.is_referenced()}
    used -= bound - first.keys()
    used |= set(_global_names(table))
    # `w = w + 1` still needs a w.
    own = {name for name, stored in first.items() if stored}
    return frozenset((used | (first.keys() - own)) - own - _GIVEN)


def _events(node: ast.AST) -> Iterator[tuple[str, bool]]:
    """The names that top-level code loads (False) and stores (True), in the order it does."""
    match node:
        case ast.Name():
            yield node.id, isinstance(node.ctx, ast.Store)
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            bases = node.bases if isinstance(node, ast.ClassDef) else []
            for base in (*node.decorator_list, *bases):
                yield from _events(base)
            yield node.name, True
        case ast.Lambda():
            return
        case ast.Import() | ast.ImportFrom():
            yield from ((name, True) for name in _defines(node))
        case ast.Assign() | ast.AnnAssign() | ast.NamedExpr():
            if node.value:
                yield from _events(node.value)
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                yield from _events(target)
        case ast.AugAssign():
            if isinstance(node.target, ast.Name):
                yield node.target.id, False
            yield from _events(node.value)
            yield from _events(node.target)
        case ast.For() | ast.AsyncFor():
            yield from _events(node.iter)
            yield from _events(node.target)
            for inner in (*node.body, *node.orelse):
                yield from _events(inner)
        case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
            own = _bound(node)
            for child in ast.iter_child_nodes(node):
                yield from ((name, s) for name, s in _events(child) if name not in own)
        case _:
            for child in ast.iter_child_nodes(node):
                yield from _events(child)


def _bound(node: ast.AST) -> frozenset[str]:
    """The names that a comprehension binds, which are its own; none of any other node."""
    generators = getattr(node, "generators", [])
    return frozenset(name for g in generators for name, _ in _events(g.target))


def _global_names(table: symtable.SymbolTable) -> Iterator[str]:
    for child in table.get_children():
        yield from (s.get_name() for s in child.get_symbols() if s.is_global())
        yield from _global_names(child)


def _defines(statement: ast.stmt) -> Iterator[str]:
    match statement:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            yield statement.name
        case ast.Import() | ast.ImportFrom():
            yield from ((a.asname or a.name).partition(".")[0] for a in statement.names)
        case ast.If() | ast.Try() | ast.With() | ast.For() | ast.While():
            # `try: import cupy as np`, and `except ImportError:` another.
            for inner in ast.iter_child_nodes(statement):
                for part in inner.body if isinstance(inner, ast.ExceptHandler) else [inner]:
                    yield from _defines(part) if isinstance(part, ast.stmt) else _stored(part)
        case _:
            yield from _stored(statement)


def _stored(node: ast.AST) -> Iterator[str]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
            yield inner.id


def _adds_to(statement: ast.stmt) -> str | None:
    """The name of the thing that a statement changes: `C.step = step`, setattr(C, ...)."""
    if isinstance(statement, ast.Assign):
        for target in statement.targets:
            if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name):
                return target.value.id
    if isinstance(statement, ast.Expr) and isinstance(call := statement.value, ast.Call):
        named = isinstance(call.func, ast.Name) and call.func.id == "setattr" and call.args
        if named and isinstance(call.args[0], ast.Name):
            return call.args[0].id
    return None


def context(earlier: Sequence[Piece], text: str, without: Collection[str] = ()) -> list[Piece]:
    """The statements of earlier blocks that a block needs, and those that these need.

    Args:
        earlier: the blocks before it.
        text: the block.
        without: names that are not wanted.
    """
    statements: list[tuple[int, ast.stmt, str]] = []
    for number, piece in enumerate(earlier):
        if tree := parsed(piece.text):
            statements += [(number, node, piece.text) for node in tree.body]
    chosen: set[int] = set()
    wanted = [(name, len(statements)) for name in needed(text) if name not in without]
    seen = set(wanted)
    while wanted:
        name, before = wanted.pop()
        # A function's body may use what is defined only after it.
        definition = _definition(name, statements[:before]) or _definition(name, statements)
        for at in definition or _everything(statements):
            if at in chosen:
                continue
            chosen.add(at)
            _, node, source = statements[at]
            part = ast.get_source_segment(source, node) or ""
            further = {(other, at) for other in needed(part) if other not in without} - seen
            seen |= further
            wanted += further
    return [_piece(earlier[statements[at][0]], *statements[at][1:]) for at in sorted(chosen)]


def _definition(name: str, statements: Sequence[tuple[int, ast.stmt, str]]) -> list[int]:
    """The last definition of a name among statements, and what was added to it since."""
    places = []
    for at in range(len(statements) - 1, -1, -1):
        node = statements[at][1]
        if _adds_to(node) == name:
            places.append(at)
        elif name in _defines(node):
            return [*places, at]
    return []


def _everything(statements: Sequence[tuple[int, ast.stmt, str]]) -> list[int]:
    """Where all that a module has is imported: a name of no other origin comes from there."""
    return [
        at
        for at, (_, node, _) in enumerate(statements)
        if isinstance(node, ast.ImportFrom) and node.names[0].name == "*"
    ]


def deferred(text: str, later: Sequence[Piece], without: Collection[str] = ()) -> list[Piece]:
    """What a program only uses when it is called, where later cells define it.

    A notebook's function may use what a cell below imports, as long as it is called below that.
    Of each name the nearest definition is taken, unless it computes something.
    """
    plain = [
        (node, piece)
        for piece in later
        if (tree := parsed(piece.text)) is not None
        for node in tree.body
        if isinstance(node, _PLAIN) or not any(isinstance(n, ast.Call) for n in ast.walk(node))
    ]
    chosen: dict[Piece, None] = {}
    wanted = list(needed(text) - set(without))
    seen = set(wanted)
    while wanted:
        name = wanted.pop()
        for node, piece in plain:
            if name in _defines(node):
                part = _piece(piece, node, piece.text)
                chosen.setdefault(part)
                further = needed(part.text) - seen - set(without)
                seen |= further
                wanted += further
                break
    return sorted(chosen, key=lambda part: part.line)


def additions(name: str, later: Sequence[Piece]) -> list[Piece]:
    """What later cells add to a class before it is defined anew, with what that needs there."""
    pieces: dict[Piece, None] = {}
    for number, piece in enumerate(later):
        if (tree := parsed(piece.text)) is None:
            continue
        for node in tree.body:
            part = _piece(piece, node, piece.text)
            if _adds_to(node) == name or (name in _defines(node) and name in needed(part.text)):
                needs = context(later[: number + 1], part.text)
                pieces |= dict.fromkeys([*needs, part])
            elif name in _defines(node):
                return list(pieces)
    return list(pieces)


def _piece(block: Piece, node: ast.stmt, source: str) -> Piece:
    decorators = getattr(node, "decorator_list", [])
    first = min([node.lineno, *(d.lineno for d in decorators)])
    lines = source.splitlines()[first - 1 : node.end_lineno]
    return Piece(block.line + first - 1, "\n".join(lines))


def assembled(pieces: Iterable[Piece]) -> str:
    """One text with every piece at its line, or behind the one before where that is taken."""
    lines: list[str] = []
    for piece in pieces:
        own = piece.text.split("\n")
        lines += [""] * (piece.line - 1 - len(lines))
        lines += own
    return "\n".join(lines) + "\n"
