"""Of which Python a text is: of 2, by statements, names and modules; or of a younger 3."""

from __future__ import annotations

import ast
import re
import textwrap

from harness.languages.program import compiles, needed, parsed
from harness.languages.repair.indentation import lost, restored

# Statements of Python 2, each with what Python 3 has for it; the rest of the text decides.
_STATEMENTS = tuple(
    (re.compile(pattern, re.MULTILINE), modern)
    for pattern, modern in (
        (r"(?<![\w.])print[^\S\n]*>>[^\n]*$", "pass"),
        (r"(?<![\w.])print[^\S\n]++(?![=.,)])([^\n]*[^\s,;])[^\S\n]*,?[^\S\n]*$", r"print(\1)"),
        (r"(?<![\w.])print(?=[\"'])([^\n]*)$", r"print(\1)"),
        (r"(?<![\w.])exec[^\S\n]++(?![=.,(])([^\n]*\S)[^\S\n]*$", r"exec(\1)"),
        (r"^([^\S\n]*except[^\S\n]+[\w.()]+)[^\S\n]*,[^\S\n]*(\w+)[^\S\n]*:", r"\1 as \2:"),
        (r"^([^\S\n]*raise[^\S\n]+[\w.]+)[^\S\n]*,[^\S\n]*([^\n]*\S)[^\S\n]*$", r"\1(\2)"),
        (r"`([^`\n]+)`", r"repr(\1)"),
        (r"<>", "!="),
        (r"\b(\d+)L\b", r"\1"),
        (r"\b0(\d+)\b(?![.\w])", r"\1"),
        (r"\b[uU][rR](?=[\"'])", "r"),
        (r"\blambda[^\S\n]*\([\w\s,]*\)[^\S\n]*:", "lambda _:"),
    )
)
_NAMES = frozenset("xrange raw_input unicode basestring unichr execfile".split())
_METHODS = frozenset("iteritems itervalues iterkeys has_key".split())
_MODULES = frozenset(
    "cPickle cStringIO StringIO urllib2 urlparse Tkinter ConfigParser Queue __builtin__".split()
)
_OF_ITERTOOLS = frozenset("izip imap ifilter izip_longest".split())
# Where these stand, so may objects that have such methods in Python 3, too.
_ALSO = re.compile(r"\b(?:pd|pandas|six)\b")


def is_python2(text: str, earlier: str = "") -> bool:
    """Whether a text can only have been meant for Python 2.

    Args:
        text: the code.
        earlier: what it needs of earlier code, which may define what Python 3 lacks.
    """
    tree = parsed(text)
    if tree is None or not compiles(text):
        return _is_python2_syntax(text)
    if _NAMES & needed(f"{earlier}\n{text}") and "import *" not in f"{earlier}\n{text}":
        return True
    return not _ALSO.search(text) and any(map(_is_python2_node, ast.walk(tree)))


def _is_python2_syntax(text: str) -> bool:
    text = modern = textwrap.dedent(text)
    for pattern, replacement in _STATEMENTS:
        modern = pattern.sub(replacement, modern)
    return modern != text and _reads(modern) and not _reads(text)


def _reads(text: str) -> bool:
    """Whether a text is a program, if need be once its indentation is restored."""
    return compiles(text) or (lost(text) and next(restored(text), None) is not None)


def _is_python2_node(node: ast.AST) -> bool:
    match node:
        case ast.BinOp(left=ast.Name(id="print"), op=ast.RShift()):
            return True
        case ast.Call(func=ast.Attribute(attr=name)):
            return name in _METHODS or name in _OF_ITERTOOLS
        case ast.Import(names=names):
            return any(each.name in _MODULES for each in names)
        case ast.ImportFrom(module=module, names=names):
            return module in _MODULES or (
                module == "itertools" and any(each.name in _OF_ITERTOOLS for each in names)
            )
    return False


# What only younger Pythons read, at the line that older ones stop at.
_YOUNGER = {
    "3.11": re.compile(r"\s*except\s*\*"),
    "3.12": re.compile(r"\s*(?:type \w+\s*(?:\[[^\]]*\]\s*)?=|(?:async )?(?:def|class) \w+\[)"),
}


def younger(line: str) -> str:
    """The first Python that reads a line at which another stopped; empty where none is known.

    >>> [younger(line) for line in ("type Rate = float", "class Box[T]:", "type = 3", "def f(")]
    ['3.12', '3.12', '', '']
    """
    return next((since for since, what in _YOUNGER.items() if what.match(line)), "")
