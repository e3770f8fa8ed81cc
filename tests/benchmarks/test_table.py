"""The benchmarks' own code: jobs in turn, ratios by round, goals told met or missed."""

from __future__ import annotations

import json
import tomllib
from io import StringIO

import pytest
import table
from measuring import Cost, Figure, Row, interleaved, ratio
from rich.console import Console

QUICK = Row("quick", "a beside b", Figure(4.0, 3.5, 5.0), goal=5, most=True, seen="4 s")
SLOW = Row("slow", "c beside d", Figure(12.0, 11.0, 15.0), goal=5, most=True, reason="two starts")
MANY = Row("many", "e beside f", Figure(5000.0, 5000.0, 5000.0), "a second", goal=1000)
ABSENT = Row("absent", "g beside h", goal=10, reason="not installed")
PLAIN = Row("plain", "i", Figure(0.3, 0.3, 0.3), "s", portable=False)
ROWS = (QUICK, SLOW, MANY, ABSENT, PLAIN)
BEFORE = {"quick": 4.2, "slow": 4.0, "gone": 1.0}


def test_jobs_are_done_in_turn_and_the_first_rounds_do_not_count() -> None:
    done: list[str] = []
    jobs = {"a": lambda: done.append("a"), "b": lambda: done.append("b")}
    costs = interleaved(jobs, rounds=2, warm=1)
    assert done == ["a", "b"] * 3
    assert [len(costs[name]) for name in "ab"] == [2, 2]


def test_a_ratio_is_the_median_of_its_rounds_and_not_of_sums() -> None:
    above = [Cost(2.0, 1.0), Cost(30.0, 1.0), Cost(6.0, 1.0)]
    below = [Cost(1.0, 1.0), Cost(10.0, 4.0), Cost(1.0, 2.0)]
    assert ratio(above, below) == Figure(3.0, 2.0, 6.0)
    assert ratio(above, below, "processor") == Figure(0.5, 0.25, 1.0)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (QUICK, "at most 5: met"),
        (SLOW, "at most 5: missed by a factor of 2.4"),
        (MANY, "at least 1,000: met"),
        (
            Row("few", "", Figure(500.0, 500.0, 500.0), goal=1000),
            "at least 1,000: missed by a factor of 2",
        ),
        (ABSENT, "at least 10"),
        (PLAIN, ""),
    ],
)  # fmt: skip
def test_a_goal_is_said_to_be_met_or_by_how_much_not(row: Row, said: str) -> None:
    assert table.goal(row) == said


@pytest.mark.parametrize(
    ("row", "said"),
    [(QUICK, "as before"), (SLOW, "3 times that"), (MANY, "new"), (ABSENT, ""), (PLAIN, "")],
)
def test_a_ratio_is_compared_with_the_one_kept(row: Row, said: str) -> None:
    assert table.against(row, BEFORE) == said


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (QUICK, "4 times (3.5 to 5)"),
        (MANY, "5,000 a second"),
        (ABSENT, "-"),
    ],
)
def test_a_figure_has_its_unit_and_its_spread(row: Row, said: str) -> None:
    assert table.figure(row) == said


def test_why_a_goal_is_missed_stands_beside_it_only_where_it_is() -> None:
    met = Row("met", "", Figure(4.0, 4.0, 4.0), goal=5, most=True, seen="4 s", reason="two starts")
    assert table.remarks(met) == "4 s"
    assert table.remarks(SLOW) == "two starts"
    assert table.remarks(ABSENT) == "not installed"


def test_what_is_kept_is_renewed_row_by_row() -> None:
    """Rows that were not measured this time stay; seconds are no ratios."""
    kept = tomllib.loads(table.document(ROWS, BEFORE))["ratios"]
    assert kept == {"quick": 4.0, "slow": 12.0, "many": 5000.0, "gone": 1.0}


def test_the_page_renews_the_rows_that_were_measured_and_leaves_the_others() -> None:
    text = f"before\n{table.BEGIN}\n{table.END}\nafter\n"
    first = table.page(text, [QUICK, SLOW])
    second = table.page(first, [Row("slow", SLOW.what, Figure(2.0, 2.0, 2.0), goal=5, most=True)])
    assert second.startswith(f"before\n{table.BEGIN}\n| what | figure | goal | remarks |\n| --- |")
    assert second.endswith(f"{table.END}\nafter\n")
    assert [line for line in second.splitlines() if line.startswith(("| a ", "| c "))] == [
        "| a beside b | 4 times (3.5 to 5) | at most 5: met | 4 s |",
        "| c beside d | 2 times | at most 5: met |  |",
    ]


def test_the_page_of_the_documentation_has_room_for_the_table() -> None:
    text = table.DOCUMENT.read_text(encoding="utf-8")
    assert text.count(table.BEGIN) == text.count(table.END) == 1


def test_every_row_is_in_each_table() -> None:
    out = StringIO()
    Console(file=out, width=200).print(table.table(ROWS, BEFORE))
    whole = out.getvalue()
    page = table.markdown(ROWS, BEFORE)
    read = json.loads(table.report(ROWS, BEFORE, "quiet"))
    for row in ROWS:
        assert row.what in whole
        assert row.what in page
    assert [row["name"] for row in read["rows"]] == [row.name for row in ROWS]
    assert [row["met"] for row in read["rows"]] == [True, False, True, None, None]
    assert read["noise"] == "quiet"
    assert {line.count("|") for line in page.splitlines()} == {len(table.HEADINGS) + 1}
