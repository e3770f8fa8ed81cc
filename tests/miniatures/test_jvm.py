"""The miniatures in Java, Scala and Clojure; see judging."""

from __future__ import annotations

import pytest
from small_ports import (
    EXPECTED,
    files,
    judged_together,
    must_be_named,
    must_not_be_flagged,
)
from support import collected, spread

pytestmark = pytest.mark.jvm

LANGUAGES = ("java", "scala", "clojure")


def test_every_file_has_its_expectation_and_the_other_way_round() -> None:
    there = [*files("right", *LANGUAGES), *files("wrong", *LANGUAGES)]
    assert sorted(there) == sorted(n for n in EXPECTED if n.split("/")[1] in LANGUAGES)


RIGHT = files("right", *LANGUAGES)


@pytest.mark.parametrize("name", spread(RIGHT, 12))
def test_a_right_port_is_never_flagged(name: str, request: pytest.FixtureRequest) -> None:
    asked = collected(request)
    must_not_be_flagged(name, judged_together(*(one for one in RIGHT if one in asked))[name])


def _deviations(name: str) -> frozenset[str]:
    return frozenset(EXPECTED[name].get("deviations", ()))


# What names them is the same in every language: these have no like in Python, or stand for others.
_IN_PYTHON = set(map(_deviations, files("wrong", "python")))
_JAVA = files("wrong", "java")
OWN = tuple(n for n in _JAVA if _deviations(n) not in _IN_PYTHON or n in _JAVA[::5])
OTHERS = tuple(name for name in files("wrong", *LANGUAGES) if name not in OWN)


@pytest.mark.parametrize("name", spread(OWN, 9))
def test_a_wrong_port_is_named_exactly(name: str, request: pytest.FixtureRequest) -> None:
    asked = collected(request)
    must_be_named(name, judged_together(*(one for one in OWN if one in asked))[name])


@pytest.mark.slow
@pytest.mark.parametrize("name", OTHERS)
def test_a_wrong_port_that_has_its_like_in_python_is_named_exactly(name: str) -> None:
    must_be_named(name, judged_together(*OTHERS)[name])
