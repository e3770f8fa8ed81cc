"""Blocks that are one piece of code told in parts: a class whose methods follow further down.

A block that begins indented goes on with the one before it. A block of nothing but methods,
`def step(self, ...)` at the margin, belongs to the class above that has what they use; one that
the class has already is another version of it. Where the page shows no class, methods with a
constructor among them are put into one.
"""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from harness.documents.blocks import Block
from harness.languages.program import compiles, declared, parsed
from harness.languages.registry import scripted

# A story in more parts than this is no class told in parts.
_PARTS = 8
# How a method says which class it is added to, where there is a decorator for that.
_ADDING = ("add_to_class", "add_method", "patch", "patch_to")
_CLASSLESS = "its methods are shown without their class; they were put into one"
_VERSION = "shown without its class; judged in that of line {}, in place of what it has there"


@dataclass(frozen=True)
class Whole:
    """A block with the later ones that go on with it.

    Attributes:
        text: all of it, each line as far from the first as in the document.
        above: lines put before the block's first.
        note: what was done to it, in a phrase.
    """

    text: str
    above: int = 0
    note: str = ""


@dataclass(frozen=True)
class Spread:
    """Which blocks of a document belong together.

    Attributes:
        whole: by index of its first block, what several blocks make together.
        first: by index, a block that goes on with an earlier one: the index of that.
        loose: the indices of blocks of methods whose class is nowhere.
    """

    whole: Mapping[int, Whole]
    first: Mapping[int, int]
    loose: frozenset[int]


def continued(blocks: Sequence[Block]) -> Spread:
    """Find the blocks that go on with an earlier one."""
    whole: dict[int, Whole] = {}
    first: dict[int, int] = {}
    last: Block | None = None
    methods = {block.index: more for block in blocks if (more := _methods(block))}
    given = {name for more in methods.values() for name in more.gives}
    for block in blocks:
        if not scripted(block.language):
            continue
        start: int | None = None
        text = block.text
        if more := methods.get(block.index):
            text = textwrap.indent(more.text, "    ")
            owner = _class_of(more, blocks[: block.index], whole, first, given)
            if owner is None and "__init__" in more.names:
                whole[block.index] = Whole(f"class Methods:\n{text}", 1, _CLASSLESS)
            elif owner and owner.has & more.names:
                note = _VERSION.format(blocks[owner.index].line)
                header = f"class {owner.name}({owner.name}):"
                whole[block.index] = Whole(f"{header}\n{text}", 1, note)
            elif owner:
                start = owner.index
        elif last is not None and _begins_indented(block.text) and not compiles(block.text):
            start = first.get(last.index, last.index)
        if start is not None:
            so_far = whole.get(start, Whole(blocks[start].text))
            parts = sum(index == start for index in first.values())
            joined = _joined(so_far, blocks[start].line, block.line, text)
            if parts < _PARTS and compiles(joined.text):
                whole[start], first[block.index] = joined, start
        last = block
    return Spread(whole, first, frozenset(methods.keys() - whole.keys() - first.keys()))


@dataclass(frozen=True)
class _Methods:
    """A block of methods.

    Attributes:
        text: the block without decorators that only say whose they are.
        of: the class that those name.
        names: what the methods are called.
        gives: what the methods are called, and what they set on their object.
        uses: what they read of it.
    """

    text: str
    of: frozenset[str]
    names: frozenset[str]
    gives: frozenset[str]
    uses: frozenset[str]


@dataclass(frozen=True)
class _Class:
    """A class above: its block's index, its name, and the methods that it has already."""

    index: int
    name: str
    has: frozenset[str]


def _methods(block: Block) -> _Methods | None:
    """The methods that a block consists of; None if it is anything else."""
    tree = parsed(block.text) if scripted(block.language) else None
    if tree is None or not tree.body or not compiles(block.text):
        return None
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    others = [node for node in tree.body if node not in functions]
    if not functions or not all(map(_is_method, functions)) or not all(map(_is_text, others)):
        return None
    of: set[str] = set()
    lines = block.text.split("\n")
    for node in functions:
        if annotation := _annotated(node):
            of.add(annotation.id)
            line = lines[annotation.lineno - 1]
            before = line[: annotation.col_offset].rstrip().removesuffix(":")
            lines[annotation.lineno - 1] = before + line[annotation.end_col_offset :]
        for decorator in node.decorator_list:
            if _last_name(decorator) in _ADDING:
                of |= set(_arguments(decorator))
                blank = [""] * ((decorator.end_lineno or decorator.lineno) - decorator.lineno + 1)
                lines[decorator.lineno - 1 : decorator.end_lineno] = blank
    names = frozenset(node.name for node in functions)
    return _Methods("\n".join(lines), frozenset(of), names, _gives(tree), _uses(tree))


def _class_of(
    methods: _Methods,
    earlier: Sequence[Block],
    whole: Mapping[int, Whole],
    first: Mapping[int, int],
    given: set[str],
) -> _Class | None:
    """The class, the last before, to which methods belong; a block must end in it."""
    for block in reversed(earlier):
        if not scripted(block.language) or block.index in first:
            continue
        tree = parsed(whole[block.index].text if block.index in whole else block.text)
        node = tree.body[-1] if tree and tree.body else None
        if not isinstance(node, ast.ClassDef):
            continue
        has = _gives(node) | given
        open_ = bool(node.bases) or "__dict__" in _uses(node)
        begins = "__init__" in methods.names - _gives(node)
        fits = (methods.uses <= has or open_) and (begins or bool(methods.uses & _gives(node)))
        if node.name in methods.of if methods.of else fits:
            return _Class(block.index, node.name, frozenset(declared(ast.Module(node.body, []))))
    return None


def _is_method(node: ast.FunctionDef) -> bool:
    arguments = [*node.args.posonlyargs, *node.args.args]
    return bool(arguments) and arguments[0].arg in ("self", "cls")


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _annotated(node: ast.FunctionDef) -> ast.Name | None:
    """The class by which a method's `self` is annotated."""
    annotation = [*node.args.posonlyargs, *node.args.args][0].annotation
    return annotation if isinstance(annotation, ast.Name) else None


def _last_name(decorator: ast.expr) -> str:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")


def _arguments(decorator: ast.expr) -> Iterator[str]:
    for argument in decorator.args if isinstance(decorator, ast.Call) else []:
        if isinstance(argument, ast.Name):
            yield argument.id


def _gives(tree: ast.AST) -> frozenset[str]:
    """What an object has by a class or its methods: their names, and what they set on it."""
    functions = {n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)}
    fields = {
        name.id
        for node in ast.iter_child_nodes(tree)
        for name in ast.walk(node)
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(name, ast.Name)
    }
    return frozenset(functions | fields | set(_of_self(tree, ast.Store)))


def _uses(tree: ast.AST) -> frozenset[str]:
    return frozenset(_of_self(tree, ast.Load))


def _of_self(tree: ast.AST, context: type[ast.expr_context]) -> Iterator[str]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute) or not isinstance(node.ctx, context):
            continue
        if isinstance(node.value, ast.Name) and node.value.id in ("self", "cls"):
            yield node.attr


def _begins_indented(text: str) -> bool:
    line = next((line for line in text.split("\n") if line.strip()), "")
    return line[:1].isspace()


def _joined(so_far: Whole, line: int, at: int, text: str) -> Whole:
    """A whole with a further text at its line, counted from the first's."""
    before = so_far.text.rstrip("\n")
    gap = at - (line - so_far.above) - before.count("\n") - 1
    return replace(so_far, text=before + "\n" + "\n" * max(0, gap) + text)
