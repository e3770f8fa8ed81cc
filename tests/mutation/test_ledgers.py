"""The ledgers of mutation testing name modules, tests, functions and lines that there are."""

from __future__ import annotations

import ast
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from modules import SLOW, TESTS

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[1]
RESULT = tomllib.loads((HERE / "result.toml").read_text(encoding="utf-8"))
ENTRIES = [
    (path.stem, entry)
    for path in sorted((HERE / "equivalent").glob("*.toml"))
    for entries in tomllib.loads(path.read_text(encoding="utf-8")).values()
    for entry in entries
]


@cache
def functions(module: str) -> dict[str, str]:
    """What each function of a module is, stripped and joined as mutmut's lines are."""
    path = REPOSITORY / (module.replace(".", "/") + ".py")
    lines = path.read_text(encoding="utf-8").splitlines()
    texts = {}

    def descend(nodes: list[ast.stmt], within: str) -> None:
        for node in nodes:
            if isinstance(node, ast.ClassDef):
                descend(node.body, f"{within}{node.name}.")
            elif isinstance(node, ast.FunctionDef):
                own = lines[node.lineno - 1 : node.end_lineno]
                text = " ".join(line.strip() for line in own)
                texts[within + node.name] = text.replace(f"def {node.name}(", "def (", 1)

    descend(ast.parse("\n".join(lines)).body, "")
    return texts


@pytest.mark.parametrize(
    ("stem", "entry"), ENTRIES, ids=[f"{e['function']}-{i}" for i, (_, e) in enumerate(ENTRIES)]
)
def test_an_equivalent_mutant_is_of_a_line_that_there_is(stem: str, entry: dict[str, Any]) -> None:
    module = next(name for name in TESTS if entry["function"].startswith(f"{name}."))
    assert module.rpartition(".")[2] == stem, "python.py looks for it in another file"
    assert entry["was"] in functions(module)[entry["function"].removeprefix(f"{module}.")]
    assert entry["is"] != entry["was"]
    assert entry["why"].strip()


def test_modules_and_their_tests_are_there() -> None:
    for module, patterns in TESTS.items():
        assert functions(module), module
        for pattern in patterns.split():
            assert list((REPOSITORY / "tests").glob(pattern)), f"{module}: {pattern}"
    assert SLOW.keys() <= TESTS.keys()


def test_results_are_of_modules_whose_mutants_are_tried() -> None:
    assert RESULT.keys() <= TESTS.keys()
    for module, row in RESULT.items():
        others = ("killed", "endless", "equivalent", "wording", "strict", "survived")
        assert row["mutants"] == sum(row.get(name, 0) for name in others), module
