"""The README says how many attacks are tried, by group: as many as the tables have."""

from __future__ import annotations

from hostile.red_team import GROUPS, row, tried
from support import REPOSITORY


def test_the_readme_counts_the_attacks_that_are_tried() -> None:
    """Each is a test: the suite is green only where all of them hold."""
    counts = tried()
    assert min(counts.values()) >= 9
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    assert row(counts) in readme.splitlines(), f"put this line there:\n{row(counts)}"


def test_every_group_has_a_module_of_its_own() -> None:
    modules = (REPOSITORY / "tests" / "hostile").glob("test_attacks_*.py")
    assert {path.stem.removeprefix("test_attacks_") for path in modules} == {*GROUPS}
