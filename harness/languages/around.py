"""What a class does around its steps, which nobody does who only calls these."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence

from harness.languages.gradients import called as called_by
from harness.languages.naming import says_another, says_rmsprop

# What begins anew, what is looked up, and what trains by itself is nobody's part of a step.
APART = re.compile(
    r"_|(?:get|set|is|has|to|load|save|read|write|reset|restart|init|zero|clear|restore|copy|clone"
    r"|state|build|create|register|add|plot|print|describe|summary|config|compile)"
)


def uncalled(tree: ast.Module, called: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The methods of a class that set what its steps read, and are none of the calls.

    Args:
        tree: of the source.
        called: the class's name among those of its methods that are called.

    Yields:
        A method, and the attribute that it sets; only of methods that nothing has to be handed.
    """
    classes = _classes(tree)
    for name in [one for one in classes if one in called]:
        methods = _methods(classes, name)
        steps = _closure(methods, {*called})
        made = _closure(methods, {"__init__"})
        reads, sets = _attributes(methods, steps, ast.Load), _attributes(methods, steps, ast.Store)
        for key, method in methods.items():
            others = _closure(methods, {key})
            if key in steps | made or APART.match(key) or others & {*called}:
                continue
            if method.decorator_list or len(method.args.args) - len(method.args.defaults) != 1:
                continue
            found = _attributes(methods, {key}, ast.Store) & reads - sets
            yield from ((key, attribute) for attribute in sorted(found)[:1])


# What a step that keeps an average of squares has in its text.
_SHARE, _SQUARE = re.compile(r"\b1(?:\.0?)? - "), re.compile(r"\*\* ?2|square|(\b\w+\b) \* \1\b")
_ROOT = re.compile(r"sqrt\(|\*\*\s*-?\(?0?\.5|\*\*\s*\(?1\s*/\s*2")


def siblings(tree: ast.Module, called: Sequence[str]) -> list[str]:
    r"""The methods of a class that says RMSProp that step as well, and are none of the calls.

    >>> step = "def {}(self, g): self.v = d * self.v + (1 - d) * g**2; return g / np.sqrt(self.v)"
    >>> text = "class RMSProp:\n " + "\n ".join(map(step.format, ("for_w", "for_b", "adam")))
    >>> siblings(ast.parse(text), ["RMSProp", "for_b"])
    ['for_w']
    """
    classes = _classes(tree)
    if called[0] not in classes or not says_rmsprop(called[0]):
        return []
    methods = _methods(classes, called[0])
    steps = _closure(methods, {*called})
    # What calls a step, or is called by one that is none of the calls, is no other.
    return [
        name
        for name, method in methods.items()
        if name not in steps
        and not name.startswith("__")
        and len(method.args.args) > 1
        and not says_another(name)
        and not steps & _closure(methods, {name})
        and all(one.search(ast.unparse(method)) for one in (_ROOT, _SHARE, _SQUARE))
    ]


def others(tree: ast.Module, called: Sequence[str]) -> list[str]:
    r"""The classes of a source that step as one that is called does, and are none of its bases.

    >>> tree = ast.parse("class A:\n def go(self): 0\nclass B(A): 0\nclass C: 0")
    >>> others(tree, ["A", "go"]), others(tree, ["B", "go"])
    (['B'], [])
    """
    classes = _classes(tree)
    bases = _bases(classes, called[0]) if called[0] in classes else [*classes]
    return [
        name
        for name, node in classes.items()
        if name not in bases
        and (called[0] in _bases(classes, name) or {*called} & {*_methods(classes, name)})
    ]


def says_and_calls(tree: ast.Module, name: str) -> bool:
    r"""Whether what says RMSProp calls something by name.

    >>> tree = ast.parse("def rmsprop(w): return go(w)\ndef go(w): return other(w)")
    >>> says_and_calls(tree, "go"), says_and_calls(tree, "other")
    (True, False)
    """
    named = (ast.FunctionDef, ast.ClassDef)
    own = (n for n in ast.walk(tree) if isinstance(n, named) and says_rmsprop(n.name))
    calls = (part for node in own for part in ast.walk(node) if isinstance(part, ast.Call))
    return any(called_by(call) == name for call in calls)


def _classes(tree: ast.Module) -> dict[str, ast.ClassDef]:
    return {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}


def _bases(classes: Mapping[str, ast.ClassDef], name: str) -> list[str]:
    """A class of a source, and those of it that it is made of, the nearest first."""
    found: list[str] = []
    open_ = [name]
    while open_:
        if (one := open_.pop(0)) in classes and one not in found:
            found.append(one)
            parts = (part for base in classes[one].bases for part in ast.walk(base))
            open_ += [part.id for part in parts if isinstance(part, ast.Name)]
    return found


def _methods(classes: Mapping[str, ast.ClassDef], name: str) -> dict[str, ast.FunctionDef]:
    """A class's methods with those of its bases in the same source, which it may override."""
    methods: dict[str, ast.FunctionDef] = {}
    for one in reversed(_bases(classes, name)):
        methods |= {n.name: n for n in classes[one].body if isinstance(n, ast.FunctionDef)}
    return methods


def _closure(methods: dict[str, ast.FunctionDef], names: set[str]) -> set[str]:
    """Methods, and all that they call of their own object."""
    found: set[str] = set()
    open_ = names & methods.keys()
    while open_:
        found |= open_
        open_ = {
            part.attr for key in open_ for part in _own(methods[key]) if part.attr in methods
        } - found
    return found


def _own(node: ast.FunctionDef) -> Iterator[ast.Attribute]:
    for part in ast.walk(node):
        if isinstance(part, ast.Attribute) and ast.unparse(part.value) == "self":
            yield part


def _attributes(
    methods: dict[str, ast.FunctionDef], names: set[str], how: type[ast.expr_context]
) -> set[str]:
    return {part.attr for key in names for part in _own(methods[key]) if isinstance(part.ctx, how)}
