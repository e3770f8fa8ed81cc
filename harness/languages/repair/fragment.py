"""An update that a page shows without what it works on: a function of what nothing gives it."""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Container, Iterator

from harness.languages.begun import is_nothing
from harness.languages.changes import loaded, stored
from harness.languages.gradients import treats
from harness.languages.program import USUAL_IMPORTS, blanked, declared, defined, needed, parsed
from harness.languages.repair import Broken, Repaired
from harness.languages.updates import base_of, update_in

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
    text, loop = _without_loop(text)
    tree = parsed(text)
    if tree is None or declared(tree):
        return
    begun = _begun(tree)
    if begun is None:
        return
    around = parsed(broken.earlier)
    given = (defined(around) if around else set()) - broken.foreign
    unknown = _unknown(text, given)
    left_out = [node for node in tree.body if node in begun or _asks(node, unknown)]
    text = blanked(text, left_out)
    if (tree := parsed(text)) is None or not tree.body:
        return
    made, asked = stored(tree) | _gone_over(tree), _asked(tree, needed(text))
    unknown = _unknown(text, given)
    taken = [name for name in asked if name in made or name in unknown]
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    if any(isinstance(function, ast.Name) and function.id in taken for function in calls):
        return
    kept = [name for name in taken if name in made]
    if not kept or (missing not in taken and not left_out and not bare and not loop):
        return
    first = [USUAL_IMPORTS[name] for name in asked if name in USUAL_IMPORTS]
    listed = ", ".join(taken)
    head = f"def line_{broken.line}({listed}):"  # no other block has a function of that name
    body = textwrap.indent(text.rstrip(), "    ")
    # What only has its elements changed is there where it was.
    anew = {
        n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }
    back = [name for name in kept if name in anew] or kept
    text = "\n".join([*first, head, body, f"    return {', '.join(back)}"])
    left = sorted([*loop, *(node.lineno for node in left_out)])
    lines = [str(broken.line + line - 1) for line in left]
    without = f" without line{'s' * (len(lines) > 1)} {', '.join(lines)}" * bool(lines)
    before = "".join(f"`{statement}` put first, " for statement in first) + bare
    change = f"{before}put into a function of {listed}{without}"
    yield Repaired(text, change, above=len(first) + 1, guessed=True)


def handed(broken: Broken) -> Iterator[Repaired]:
    """Functions that are handed the numbers that they ask for and nothing gives.

    Args:
        broken: the block; what has a class, or calls what is nowhere, is left as it is.
    """
    tree = parsed(broken.text)
    functions = [n for n in tree.body if isinstance(n, ast.FunctionDef)] if tree else []
    if tree is None or len(functions) != len(declared(tree)):
        return
    around = parsed(broken.earlier)
    given = (defined(around) if around else set()) - broken.foreign
    unknown = _unknown(broken.text, given)
    calls = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    rows, changes = broken.text.split("\n"), []
    for node in functions:
        names = ", ".join(_asked(ast.Module(node.body, []), unknown))
        taken = node.args.args[: len(node.args.args) - len(node.args.defaults)]
        if names and taken:
            end = taken[-1].annotation or taken[-1]
            row, at = (end.end_lineno or end.lineno) - 1, end.end_col_offset or 0
            rows[row] = f"{rows[row][:at]}, {names}{rows[row][at:]}"
            changes.append(f"{node.name} handed {names}")
    if changes and not calls & unknown:
        yield Repaired("\n".join(rows), "; ".join(changes), guessed=True)


def _without_self(text: str) -> tuple[str, str]:
    """Statements of a method as they are outside of it, and that this was done, in a phrase."""
    tree = parsed(text)
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} if tree else set()
    attributes = set(_OF_SELF.findall(text))
    if "self" not in names or attributes & names or _METHOD.search(text):
        return text, ""
    return _OF_SELF.sub(r"\1", text), "`self.` left out, "


def _without_loop(text: str) -> tuple[str, list[int]]:
    """One step of statements that go from step to step, and the lines that are left out for it."""
    tree = parsed(text)
    for node in tree.body if tree else ():
        if not isinstance(node, (ast.For, ast.While)) or node.orelse:
            continue
        update = update_in([node], a_step=True)
        if update is None or update.loops != (node,):
            continue
        rows, first = text.split("\n"), node.body[0].lineno
        last = node.end_lineno or first
        if node.lineno == first:
            continue
        inside = textwrap.dedent("\n".join(rows[first - 1 : last]))
        header = [""] * (first - node.lineno)
        step = [*rows[: node.lineno - 1], *header, *inside.split("\n"), *rows[last:]]
        return "\n".join(step), [*range(node.lineno, first)]
    return text, []


def lacking(text: str, given: set[str]) -> bool:
    """Whether statements outside of any definition ask for what is not among the names given."""
    tree = parsed(text)
    return tree is not None and not declared(tree) and bool(_unknown(text, given))


def only_computes(text: str) -> bool:
    """Whether statements do nothing but compute with numbers, as those of a shown update."""
    tree = parsed(text)
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)] if tree else []
    return (
        tree is not None
        and all(isinstance(node, (ast.Assign, ast.AugAssign)) for node in tree.body)
        and all(base_of(ast.unparse(function)) in USUAL_IMPORTS for function in calls)
    )


def _unknown(text: str, given: set[str]) -> frozenset[str]:
    """The names that statements ask for and that neither they, nor what is given, nor we know."""
    return needed(text) - USUAL_IMPORTS.keys() - given


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


def _gone_over(tree: ast.Module) -> set[str]:
    """What loops go over to change its elements: `ps` of `for p, g in zip(ps, gs): p -= g`."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if not isinstance(node, ast.For):
            continue
        targets, lists = [node.target], [node.iter]
        if isinstance(node.target, ast.Tuple) and isinstance(node.iter, ast.Call):
            targets, lists = node.target.elts, node.iter.args
        changed = stored(ast.Module(node.body, []))
        found |= {
            each.id
            for target, each in zip(targets, lists, strict=False)
            if isinstance(each, ast.Name) and ast.unparse(target) in changed
        }
    return found


def _asks(statement: ast.stmt, unknown: Container[str]) -> bool:
    """Whether a statement asks a function that nobody knows for something new: gradients, mostly.

    What makes something else of a name, or of gradients, belongs to the update.
    """
    if not isinstance(statement, ast.Assign) or not isinstance(statement.value, ast.Call):
        return False
    asked = base_of(ast.unparse(statement.value.func)) in unknown and not treats(statement.value)
    return asked and not stored(statement) & set(loaded(statement))


def _asked(tree: ast.Module, names: Container[str]) -> list[str]:
    """Some names in the order in which they are asked for."""
    again = [node.target for node in ast.walk(tree) if isinstance(node, ast.AugAssign)]
    there = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id in names]
    read = [node for node in there if isinstance(node.ctx, ast.Load) or node in again]
    return list(dict.fromkeys(n.id for n in sorted(read, key=lambda n: (n.lineno, n.col_offset))))
