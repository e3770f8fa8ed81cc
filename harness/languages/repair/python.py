"""Repairs of Python blocks: imports, indentation, examples that fail."""

from __future__ import annotations

import ast
import builtins
import importlib
import re
import symtable
import sys
import textwrap
from collections.abc import Iterator, Sequence

from harness.languages.program import USUAL_IMPORTS, blanked, compiles, declared, defined, parsed
from harness.languages.repair import Broken, Repaired, fragment, marking

# Where in the standard library and NumPy a bare name is looked for, in this order.
_HOMES: Sequence[str] = (
    "math typing collections dataclasses abc functools itertools copy collections.abc enum"
    " random time pathlib sys os numpy"
).split()
_MISSING = re.compile(r"NameError: name '(\w+)' is not defined")
_AT = re.compile(r"\((?:[^()]*:|line )(\d+)(?:, column \d+)?\)")


def repairs(broken: Broken) -> Iterator[Repaired]:
    """Candidates for a block, likeliest first."""
    yield from _imports(broken)
    yield from marking.repairs(broken)
    yield from _main(broken)
    if broken.verdict == "does-not-compile" and not compiles(broken.text):
        yield from _layout(broken)
    yield from _without_example(broken)
    if match := _MISSING.search(broken.message):
        yield from fragment.repairs(broken, match[1])
        yield from fragment.handed(broken)


def _main(broken: Broken) -> Iterator[Repaired]:
    """`if __name__ == __main__:`, which lacks its quotes."""
    changed = re.sub(r"(__name__\s*==\s*)__main__\b", r'\1"__main__"', broken.text)
    if changed != broken.text and "'__main__'" in broken.message:
        yield Repaired(changed, "quotes put around __main__")


def _imports(broken: Broken) -> Iterator[Repaired]:
    if not (match := _MISSING.search(broken.message)):
        return
    own = list(_statements(match[1]))
    for statement in own:
        what = statement.removeprefix("import ").strip()
        change = f"`{statement}` put first" if " " in what else f"{what} imported"
        yield Repaired(f"{statement}\n{broken.text}", change, above=1)
    # A page that shows no imports lacks more than one, and not all of them stop what is tried.
    others = [s for n in _nowhere(broken) if n != match[1] for s in _statements(n)]
    if own and others:
        yield _with(broken, [*own, *others])


def unimported(broken: Broken) -> tuple[Repaired, str, int] | None:
    """A block with all that it lacks imported, the first name that it lacks, and its line."""
    lacked = {name for name in _nowhere(broken) if any(_statements(name))}
    nodes = ast.walk(parsed(broken.text) or ast.Module([], []))
    uses = [n for n in nodes if isinstance(n, ast.Name) and n.id in lacked]
    if not uses:
        return None
    first = min(uses, key=lambda node: (node.lineno, node.col_offset))
    # What NumPy and others have works on arrays, too.
    statements = [next(_statements(name, ("numpy", *_HOMES))) for name in sorted(lacked)]
    return _with(broken, statements), first.id, broken.line + first.lineno - 1


def _with(broken: Broken, statements: Sequence[str]) -> Repaired:
    listed = " and ".join(f"`{statement}`" for statement in statements)
    text = "\n".join([*statements, broken.text])
    return Repaired(text, f"{listed} put first", above=len(statements))


def _nowhere(broken: Broken) -> list[str]:
    """The names that a block asks for and that nothing gives a value."""
    text = f"{broken.earlier}\n{broken.text}"
    if not compiles(text) or re.search(r"\bimport \*", text):
        return []
    top = symtable.symtable(text, "block", "exec")
    tables, asked = [top], set()
    while tables:
        table = tables.pop()
        tables += table.get_children()
        symbols = [symbol for symbol in table.get_symbols() if symbol.is_referenced()]
        asked |= {s.get_name() for s in symbols if table is top or s.is_global()}
    given = {s.get_name() for s in top.get_symbols() if s.is_assigned() or s.is_imported()}
    return sorted(asked - given - set(dir(builtins)))


def _statements(name: str, homes: Sequence[str] = _HOMES) -> Iterator[str]:
    """Import statements that give a name, the usual one first."""
    if name in USUAL_IMPORTS:
        yield USUAL_IMPORTS[name]
    elif name in sys.stdlib_module_names:
        yield f"import {name}"
    else:
        for home in homes:
            module = importlib.import_module(home)
            if name in getattr(module, "__all__", dir(module)):
                yield f"from {home} import {name}"
                return


def _layout(broken: Broken) -> Iterator[Repaired]:
    dedented = textwrap.dedent(broken.text)
    if dedented != broken.text and compiles(dedented):
        yield Repaired(dedented, "the indentation of the whole block removed")
    expanded = broken.text.expandtabs(4)
    if expanded != broken.text and compiles(expanded):
        yield Repaired(expanded, "tabs replaced by four spaces")
    yield from _bodiless(broken)


def _bodiless(broken: Broken) -> Iterator[Repaired]:
    """A function that was left without a body before the next one; one that lost its is another."""
    rows = broken.text.split("\n")
    try:
        compile(broken.text, "block", "exec", dont_inherit=True)
    except IndentationError as error:
        after = (error.lineno or 1) - 1
        header = next((i for i in range(after - 1, -1, -1) if rows[i].strip()), None)
        if header is None or not rows[header].rstrip().endswith(":"):
            return
        if re.match(r"(?:async )?def |class |@", rows[after].lstrip()):
            rows[header] = f"{rows[header].rstrip()} pass"
            change = f"`pass` put in at line {broken.line + header}, where a body is missing"
            yield Repaired("\n".join(rows), change)
    except (SyntaxError, ValueError):
        return


def _without_example(broken: Broken) -> Iterator[Repaired]:
    """Leave out the statement outside of all definitions that fails, and what comes of it."""
    tree = parsed(broken.text)
    lines = [int(n) for n in _AT.findall(broken.message)]
    if tree is None or not lines:
        return
    yield from _without_earlier(broken, lines)
    if not declared(tree):
        return
    for node in _failing(tree, [n - broken.line + 1 for n in lines]):
        at = broken.line + node.lineno - 1
        change = f"the statement at line {at}, which fails, left out"
        yield Repaired(blanked(broken.text, [node]), change)


def _without_earlier(broken: Broken, lines: Sequence[int]) -> Iterator[Repaired]:
    """Leave out what fails of an earlier block, and what that makes of it: data, mostly."""
    tree = parsed(broken.earlier)
    for node in _failing(tree, lines) if tree else ():
        lost = marking.made_of(defined(ast.Module([node], [])), broken.earlier)
        change = f"the statement at line {node.lineno}, which fails, left out"
        yield Repaired(broken.text, change, without=frozenset(lost))


def _failing(tree: ast.Module, lines: Sequence[int]) -> Iterator[ast.stmt]:
    """The statements at the top, but for definitions, that stand at one of some lines."""
    definitions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)
    for node in tree.body:
        last = node.end_lineno or node.lineno
        if not isinstance(node, definitions) and any(node.lineno <= n <= last for n in lines):
            yield node
