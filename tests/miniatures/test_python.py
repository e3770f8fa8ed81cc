"""The miniatures in Python; see judging."""

from __future__ import annotations

import pytest
from small_ports import EXPECTED, files, judged_together, must_be_named, must_not_be_flagged
from support import collected, spread

LANGUAGES = ("python",)


def test_every_file_has_its_expectation_and_the_other_way_round() -> None:
    there = [*files("right", *LANGUAGES), *files("wrong", *LANGUAGES)]
    assert sorted(there) == sorted(n for n in EXPECTED if n.split("/")[1] in LANGUAGES)


RIGHT = files("right", *LANGUAGES)


@pytest.mark.parametrize("name", spread(RIGHT, 9))
def test_a_right_port_is_never_flagged(name: str, request: pytest.FixtureRequest) -> None:
    asked = collected(request)
    must_not_be_flagged(name, judged_together(*(one for one in RIGHT if one in asked))[name])


# Each takes a second to search; every deviation is named in tests of diagnosis, too.
WRONG = files("wrong", *LANGUAGES)


@pytest.mark.parametrize("name", spread(WRONG[::-1], 40))
def test_a_wrong_port_is_named_exactly(name: str, request: pytest.FixtureRequest) -> None:
    asked = collected(request)
    must_be_named(name, judged_together(*(one for one in WRONG if one in asked))[name])
