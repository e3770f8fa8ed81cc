"""An update that a page shows without what it works on: a function of what nothing gives it."""

from __future__ import annotations

import ast
import builtins
import re
import textwrap
from collections.abc import Iterator

from harness.languages.changes import is_nothing, loaded, stored
from harness.languages.gradients import treats
from harness.languages.program import USUAL_IMPORTS, declared, defined, parsed
from harness.languages.repair import Broken, Repaired
from harness.languages.updates import update_in

_OF_SELF = re.compile(r"\bself\.(\w+)")
_METHOD = re.compile(r"\bself\.\w+\s*\(")


def repairs(broken: Broken, missing: str) -> Iterator[Repaired]:
    """The statements in a function, which takes what they ask for and returns what they change.

    What a function that is nowhere would return, gradients mostly, is taken as well.

    Args:
        broken: the block; one that defines something is no fragment.
        missing: the name that stopped it.
    """
    text, bare = _without_self(broken.text)
    tree = parsed(text)
    if tree is None or declared(tree):
        return
    around = parsed(broken.earlier)
    known = _known(defined(around) if around else set())
    begun = _begun(tree)
    if begun is None:
        return
    rows, left_out = text.split("\n"), []
    for statement in tree.body:
        if statement in begun or _asks(statement, known):
            last = statement.end_lineno or statement.lineno
            rows[statement.lineno - 1 : last] = [""] * (last - statement.lineno + 1)
            left_out.append(f"{broken.line + statement.lineno - 1}")
    if (tree := parsed("\n".join(rows))) is None or not tree.body:
        return
    asked, made = _names(tree)
    taken = [name for name in asked if name in made or name not in known]
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    if any(isinstance(function, ast.Name) and function.id in taken for function in calls):
        return
    kept = [name for name in taken if name in made]
    if not kept or (missing not in taken and not left_out and not bare):
        return
    first = [USUAL_IMPORTS[name] for name in asked if name in USUAL_IMPORTS]
    listed = ", ".join(taken)
    head = f"def line_{broken.line}({listed}):"  # no other block has a function of that name
    body = textwrap.indent("\n".join(rows).rstrip(), "    ")
    text = "\n".join([*first, head, body, f"    return {', '.join(kept)}"])
    without = f" without line{'s' * (len(left_out) > 1)} {', '.join(left_out)}" * bool(left_out)
    before = "".join(f"`{statement}` put first, " for statement in first) + bare
    change = f"{before}put into a function of {listed}{without}"
    yield Repaired(text, change, above=len(first) + 1, guessed=True)


def _without_self(text: str) -> tuple[str, str]:
    """Statements of a method as they are outside of it, and that this was done, in a phrase."""
    tree = parsed(text)
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} if tree else set()
    attributes = set(_OF_SELF.findall(text))
    if "self" not in names or attributes & names or _METHOD.search(text):
        return text, ""
    return _OF_SELF.sub(r"\1", text), "`self.` left out, "


def lacking(tree: ast.Module, given: set[str]) -> bool:
    """Whether statements outside of any definition ask for what is not among the names given."""
    return not declared(tree) and not _known(given).issuperset(_names(tree)[0])


def _known(given: set[str]) -> set[str]:
    return {*dir(builtins), *USUAL_IMPORTS, *given}


def _begun(tree: ast.Module) -> list[ast.stmt] | None:
    """The statements before the first step: they say where weights begin, and the rest as zeros.

    None where something begins as something else: it would, in a function, with each step.
    """
    update = update_in(tree.body, a_step=True)
    weights = {pair.weights for pair in update.pairs} if update else set()
    averages = {pair.average for pair in update.pairs} if update else set()
    begun: list[ast.stmt] = []
    for i, statement in enumerate(tree.body):
        if not isinstance(statement, ast.Assign):
            continue
        made = stored(statement)
        changed = {n for later in tree.body[i + 1 :] for n in stored(later) & set(loaded(later))}
        if not made & changed or made & set(loaded(statement)):
            continue
        if made <= changed and (is_nothing(statement.value) or made <= weights):
            begun.append(statement)
        elif made & averages or not made <= changed or isinstance(statement.value, ast.Constant):
            return None
    return begun


def _asks(statement: ast.stmt, known: set[str]) -> bool:
    """Whether a statement asks a function that nobody knows for something new: gradients, mostly.

    What makes something else of a name, or of gradients, belongs to the update.
    """
    if not isinstance(statement, ast.Assign) or not isinstance(statement.value, ast.Call):
        return False
    function: ast.expr = statement.value.func
    while isinstance(function, ast.Attribute):
        function = function.value
    if not isinstance(function, ast.Name) or function.id in known or treats(statement.value):
        return False
    names = [node for node in ast.walk(statement) if isinstance(node, ast.Name)]
    read = {node.id for node in names if isinstance(node.ctx, ast.Load)}
    return not any(node.id in read for node in names if isinstance(node.ctx, ast.Store))


def _names(tree: ast.Module) -> tuple[list[str], set[str]]:
    """The names that statements ask for before they make them, and those that they change."""
    asked: dict[str, None] = {}
    made, own = set[str](), set[str]()
    for statement in tree.body:
        nodes = list(ast.walk(statement))
        names = [node for node in nodes if isinstance(node, ast.Name)]
        entries = [
            n for n in nodes if isinstance(n, ast.Subscript) and isinstance(n.ctx, ast.Store)
        ]
        again = [n.target for n in nodes if isinstance(n, ast.AugAssign)]
        own |= _own(statement)
        for name in sorted(names, key=lambda node: (node.lineno, node.col_offset)):
            if (isinstance(name.ctx, ast.Load) or name in again) and name.id not in made | own:
                asked[name.id] = None
        changed = [n for n in names if isinstance(n.ctx, ast.Store)]
        changed += [n.value for n in entries if isinstance(n.value, ast.Name)]
        made |= {name.id for name in changed} - own
    return list(asked), made


def _own(statement: ast.stmt) -> set[str]:
    """The names that a statement imports, and that loops and comprehensions in it count with."""
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        return defined(ast.Module([statement], []))
    loops = (node for node in ast.walk(statement) if isinstance(node, (ast.For, ast.comprehension)))
    targets = (part for loop in loops for part in ast.walk(loop.target))
    return {part.id for part in targets if isinstance(part, ast.Name)}
