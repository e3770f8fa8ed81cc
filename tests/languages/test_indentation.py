"""Lost indentation: what the search finds first, what it refuses, that it stays bounded."""

from __future__ import annotations

import time
from itertools import islice
from textwrap import dedent

import pytest

from harness.languages.program import compiles
from harness.languages.repair.indentation import lost, restored

FIRST = {
    "a method stands in its class, after a return": """
        class Meter:
            def __init__(self, rate):
                self.rate = rate
                self.seen = {}
            def read(self, value):
                return value * self.rate
            def reset(self):
                self.seen = {}
        """,
    "a return behind a loop is the function's": """
        def total(values):
            found = 0.0
            for value in values:
                found += value
            return found
        print(total([1.0, 2.0]))
        """,
    "nested loops, a return at the function's level": """
        def walk(rows, rounds):
            seen = []
            for _ in range(rounds):
                order = sorted(rows)
                for row in order:
                    seen.append(row)
                    seen.append(-row)
            return seen
        """,
    "else belongs to the if that is open": """
        def sign(value):
            if value > 0:
                return 1
            elif value < 0:
                return -1
            else:
                return 0
        """,
    "signatures over several lines, strings over several lines": '''
        def shape(
            rows,
            columns=2,
        ):
            """The shape
        of a table."""
            return (rows,
                columns)
        x = shape(3)
        ''',
    "imports and classes are outermost, a decorator goes with what it decorates": """
        def first():
            return 1
        import math
        @staticmethod
        def second():
            return math.pi
        class Third:
            pass
        """,
    "try and match have their parts": """
        def kind(value):
            try:
                number = float(value)
            except ValueError:
                return None
            match number:
                case 0.0:
                    return "none"
                case _:
                    return "some"
        """,
    "a guard rules one line": """
        def step(self, grads, params):
            for k, g in grads.items():
                if k not in self.seen:
                    self.seen[k] = 0.0
                self.seen[k] += g
                params[k] -= g
        """,
    "comments stand with what they precede": """
        for i in range(3):
            # twice
            i *= 2
            print(i)
        """,
}


def flat(text: str) -> str:
    """A text without any indentation, as pages lose it; strings keep what they hold."""
    return "\n".join(line.lstrip() for line in text.split("\n"))


def normal(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().split("\n"))


@pytest.mark.parametrize("case", FIRST)
def test_the_likeliest_indentation_comes_first(case: str) -> None:
    whole = dedent(FIRST[case])
    assert compiles(whole)
    assert lost(flat(whole))
    import ast

    assert ast.dump(ast.parse(next(restored(flat(whole))))) == ast.dump(ast.parse(whole))


def test_every_indentation_that_compiles_is_reached() -> None:
    text = "for i in range(3):\nif i:\nprint(i)\nprint('end')"
    found = [normal(candidate) for candidate in restored(text)]
    assert found == [
        "for i in range(3):\n    if i:\n        print(i)\n        print('end')",
        "for i in range(3):\n    if i:\n        print(i)\n    print('end')",
        "for i in range(3):\n    if i:\n        print(i)\nprint('end')",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "x = 1\nprint(x)",
        "def f():\n    return 1",
        "class A {",
        "if x:\n",
        "the following code is not Python:",
        "",
        "def f(:\nreturn 1",
        'def f():\n"""never closed',
    ],
)
def test_what_did_not_lose_its_indentation_is_left_alone(text: str) -> None:
    assert not lost(text) or not list(islice(restored(text), 1))


def test_the_search_is_bounded() -> None:
    text = "\n".join(["for i in range(2):", *(f"x{i} = {i}" for i in range(300)), "return ("])
    began = time.process_time()
    assert list(islice(restored(text), 3)) == []
    text = "\n".join(["if a:", "x = 1"] * 150 + ["return nothing here"])
    list(islice(restored(text), 3))
    assert time.process_time() - began < 20
