"""`golden list`: a line a golden, those that were asked for, at every width."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support import Done

from python_ref import golden

NAMES = [g.name for g in golden.bundled()]


def listed(done: Done) -> list[str]:
    """The names in what was printed."""
    assert (done.code, done.err) == (0, "")
    return [line.split()[3] for line in done.out.splitlines()[1:]]


@pytest.mark.parametrize("columns", ["", "40", "80", "300"])
def test_each_golden_has_one_line(
    call: Callable[..., Done], monkeypatch: pytest.MonkeyPatch, columns: str
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    done = call("golden", "list")
    assert listed(done) == NAMES
    rows = [line.split(maxsplit=4) for line in done.out.splitlines()[1:]]
    assert rows[0][:3] == ["core", "1", "4"]
    if columns in ("", "300"):  # of a pipe nobody knows how wide it is read
        assert [row[4] for row in rows] == [g.scenario.catches for g in golden.bundled()]
    else:
        assert {len(row) for row in rows} == {4}


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["page-ten*"], [n for n in NAMES if n.endswith("/page-ten-steps")]),
        (["*/float32/*"], [n for n in NAMES if "/float32/" in n]),
        (["--precision", "float32"], [n for n in NAMES if "/float32/" in n]),
        (["--dialect", "reference"], [n for n in NAMES if n.startswith("reference/")]),
        (["--dialect", "keras-3"], [n for n in NAMES if n.startswith("formula/")]),
        (["--dialect", "epsilon=inside"], [n for n in NAMES if n.startswith("formula/")]),
        (["--class", "edge"], [g.name for g in golden.bundled() if g.kind == "edge"]),
        (
            ["page*", "--class", "core", "--precision", "float64", "--dialect", "formula"],
            ["formula/float64/page-one-step", "formula/float64/page-ten-steps"],
        ),
    ],
)
def test_filters_choose(
    call: Callable[..., Done], arguments: list[str], expected: list[str]
) -> None:
    assert 0 < len(expected) < len(NAMES)
    assert listed(call("golden", "list", *arguments)) == expected


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--class", "corner"], "--class 'corner': there is core, edge, partial"),
        (["--precision", "half"], "--precision 'half': there is float32, float32_double, float64"),
        (["nothing"], f"none of the {len(NAMES)} goldens kept in files is one of these"),
        (["--dialect", "centered=yes"], f"none of the {len(NAMES)} goldens kept in files"),
        (["--dialect", "no-such"], "no dialect is called 'no-such'"),
    ],
)
def test_what_there_is_not_is_named(
    call: Callable[..., Done], arguments: list[str], message: str
) -> None:
    done = call("golden", "list", *arguments)
    assert (done.code, done.out) == (2, "")
    assert message in done.err
