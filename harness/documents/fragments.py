"""Python blocks that cannot run where they stand, and what earlier ones give them all the same.

An update that a page shows by itself does not go on from the example three sections above it,
though that may have used a learning rate by the same name.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

from harness.documents.blocks import Block
from harness.documents.sections import Sections
from harness.documents.source import holds_update
from harness.languages.program import (
    USUAL_IMPORTS,
    blanked,
    declared,
    defined,
    needed,
    parsed,
)
from harness.languages.registry import scripted
from harness.languages.repair.fragment import lacking, only_computes

_IMPORTS = (ast.Import, ast.ImportFrom)
_DEFINITIONS = (*_IMPORTS, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


class Fragments:
    """The fragments among a document's blocks.

    Args:
        blocks: all of them.
        texts: by index, what they are as they run.
        sections: what the document says of them.
    """

    def __init__(
        self, blocks: Sequence[Block], texts: Mapping[int, str], sections: Sections
    ) -> None:
        self._blocks = [block for block in blocks if scripted(block.language)]
        self._texts, self._sections = texts, sections
        self._found: set[int] = set()
        self._stopped: set[int] = set()
        self._open: set[int] = set()
        given: set[str] = set()
        there: set[str] = set()
        for block in self._blocks:
            text = texts[block.index]
            if (tree := parsed(text)) is None:
                continue
            if lacking(text, given) and (holds_update(text) or only_computes(text)):
                self._found.add(block.index)
            else:
                given |= defined(tree)
            if declared(tree) and needed(text) - USUAL_IMPORTS.keys() - given:
                self._open.add(block.index)
            if not declared(tree) and needed(text) - there:
                self._stopped.add(block.index)
                tree = parsed(imports_of(text)) or tree
            there |= defined(tree)

    def giving_nothing(self, block: Block) -> set[int]:
        """The indices of blocks of which one gets only what they import.

        Fragments give nothing, and a fragment gets nothing of what stops before it.
        """
        return self._stopped if block.index in self._found else self._found

    def foreign(self, block: Block) -> frozenset[str]:
        """The names that other examples give a value, which is not meant in a fragment.

        Nor in functions that lack what nothing gives.

        Meant is what stands in its own section, and what a block gives that does nothing else, and
        is no other algorithm's.
        """
        names: set[str] = set()
        if block.index not in self._found | self._open:
            return frozenset()
        section = self._sections.of(block)
        for earlier in self._blocks:
            tree = parsed(self._texts[earlier.index])
            if earlier.index >= block.index or tree is None:
                continue
            own = self._sections.of(earlier)
            names -= defined(tree)
            if not (own == section if own else _only_gives(tree)):
                values = [node for node in tree.body if not isinstance(node, _DEFINITIONS)]
                names |= defined(ast.Module(values, []))
        return frozenset(names)


def _only_gives(tree: ast.Module) -> bool:
    """Whether a program gives names a value and makes no use of them."""
    given: set[str] = set()
    for node in tree.body:
        if not isinstance(node, (*_DEFINITIONS, ast.Assign, ast.AnnAssign)):
            return False
        made = defined(ast.Module([node], []))
        if made & given:
            return False
        given |= made
    return True


def imports_of(text: str) -> str:
    """What a program imports, each at its line."""
    tree = parsed(text)
    return blanked(text, [n for n in tree.body if not isinstance(n, _IMPORTS)]) if tree else ""
