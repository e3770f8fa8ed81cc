"""What a Python block takes from earlier ones, and where it stands."""

from __future__ import annotations

from textwrap import dedent

from harness.languages.program import Piece, additions, assembled, context, needed


def pieces(*blocks: tuple[int, str]) -> list[Piece]:
    return [Piece(line, dedent(text).strip("\n")) for line, text in blocks]


def texts(found: list[Piece]) -> list[str]:
    return [piece.text for piece in found]


def test_only_what_is_needed_is_taken_and_what_that_needs() -> None:
    earlier = pieces(
        (3, "import numpy as np\nimport math\nprint('shown')"),
        (10, "def scaled(x):\n    return np.sqrt(x) * FACTOR\nFACTOR = 2\nother = 3"),
    )
    found = context(earlier, "y = scaled(4)")
    assert [(piece.line, piece.text) for piece in found] == [
        (3, "import numpy as np"),
        (10, "def scaled(x):\n    return np.sqrt(x) * FACTOR"),
        (12, "FACTOR = 2"),
    ]


def test_the_latest_definition_is_taken_and_never_one_of_the_block_itself() -> None:
    earlier = pieces((1, "class C:\n    a = 1"), (5, "class C:\n    a = 2"))
    assert texts(context(earlier, "print(C.a)")) == ["class C:\n    a = 2"]
    assert context(earlier, "class C:\n    a = 3\nprint(C.a)") == []


def test_a_block_that_extends_a_name_needs_the_earlier_one() -> None:
    earlier = pieces((1, "w = 1.0"), (3, "class C:\n    pass"))
    assert texts(context(earlier, "w = w + 1")) == ["w = 1.0"]
    assert texts(context(earlier, "class C(C):\n    b = 1")) == ["class C:\n    pass"]


def test_what_was_added_to_a_class_since_comes_along() -> None:
    earlier = pieces((1, "class C:\n    pass"), (4, "def step(self):\n    return 1\nC.step = step"))
    assert "C.step = step" in texts(context(earlier, "C().step()"))


def test_additions_are_those_of_later_cells_before_it_is_defined_anew() -> None:
    later = pieces(
        (4, "def step(self):\n    return 1\nC.step = step\nunrelated = 1"),
        (9, "class C:\n    other = 2"),
        (12, "C.late = 3"),
    )
    assert texts(additions("C", later)) == ["def step(self):\n    return 1", "C.step = step"]


def test_names_of_builtins_parameters_and_comprehensions_are_not_needed() -> None:
    text = "def f(a, *, b=1):\n    return [x + a + b for x in range(3)]\nprint(f(len('')))"
    assert needed(text) == set()
    assert needed("def f():\n    return np.sqrt(q)") == {"np", "q"}


def test_every_piece_stands_at_its_line() -> None:
    text = assembled(pieces((3, "a = 1"), (7, "b = a\nc = b")))
    lines = text.split("\n")
    assert (lines[2], lines[6], lines[7]) == ("a = 1", "b = a", "c = b")
    assert assembled(pieces((1, "a = 1"), (1, "b = 2"))) == "a = 1\nb = 2\n"


def test_a_loop_that_stores_before_it_loads_needs_nothing() -> None:
    text = "for i in range(3):\n    with open(str(i)) as f:\n        a = f.read()\n    print(a, i)"
    assert needed(text) == set()
    assert needed("total += 1") == {"total"}
    assert needed("print([q for q in rows])") == {"rows"}


def test_a_name_of_no_other_origin_comes_from_where_everything_is_imported() -> None:
    earlier = pieces((1, "from math import *\nimport os"), (4, "def half(x):\n    return x / 2"))
    assert texts(context(earlier, "print(half(sqrt(4)))")) == [
        "from math import *",
        "def half(x):\n    return x / 2",
    ]
    assert texts(context(earlier, "print(half(4))")) == ["def half(x):\n    return x / 2"]


def test_an_import_that_is_tried_is_a_definition() -> None:
    tried = "try:\n    import cupy as np\nexcept ImportError:\n    import numpy as np"
    assert texts(context(pieces((1, tried)), "np.zeros(2)")) == [tried]
