"""What is installed for whom: little for users, the tests' own by default, the rest by group."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
from support import REPOSITORY

PROJECT: dict[str, Any] = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
GROUPS = PROJECT["dependency-groups"]
EXTRAS = PROJECT["project"]["optional-dependencies"]
# Who only judges ports waits for none of these.
HEAVY = {"mypy", "ruff", "mkdocs-material", "mutmut", "plotnine", "matplotlib", "ipykernel"}


def name(requirement: str) -> str:
    return re.split(r"[^A-Za-z0-9_-]", requirement)[0].lower()


def required(group: str) -> Iterator[str]:
    """The packages of a group, those of other groups and of our extras in it included."""
    for entry in GROUPS[group]:
        if isinstance(entry, dict):
            yield from required(entry["include-group"])
        elif entry.startswith("rmsproof["):
            for extra in entry.removeprefix("rmsproof[").removesuffix("]").split(","):
                yield from map(name, EXTRAS[extra])
        else:
            yield name(entry)


DEFAULTS = {p for group in PROJECT["tool"]["uv"]["default-groups"] for p in required(group)}


def test_who_installs_it_gets_nothing_heavy() -> None:
    direct = {name(each) for each in PROJECT["project"]["dependencies"]}
    assert not HEAVY & direct
    assert not HEAVY & {
        p for group in PROJECT["tool"]["uv"]["default-groups"] for p in required(group)
    }


def test_the_second_command_of_the_readme_finds_its_dependencies() -> None:
    options = PROJECT["tool"]["pytest"]["ini_options"]["addopts"]
    assert "-n auto" in options
    assert {"pytest", "pytest-xdist", "hypothesis", "jsonschema", "lxml"} <= DEFAULTS


def test_the_workshop_has_all() -> None:
    assert {*HEAVY} - {"mkdocs-material", "mutmut"} <= set(required("dev"))
    assert set(required("test")) <= set(required("dev"))


@pytest.mark.parametrize("file", [".ci/run", ".pre-commit-config.yaml"])
def test_tools_are_asked_for_with_their_group(file: str) -> None:
    """Else they are not there in a fresh clone."""
    text = (REPOSITORY / file).read_text(encoding="utf-8").replace("\\\n", " ")
    for options, program in re.findall(r"uv run (.*?)\b(ruff|mypy|mkdocs)\b", text):
        package = {"mkdocs": "mkdocs-material"}.get(program, program)
        groups = re.findall(r"--(?:only-)?group (\w+)", options)
        assert any(package in required(group) for group in groups), (program, options)
