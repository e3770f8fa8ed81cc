"""What the README shows is what the commands print."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

import pytest
from support import REPOSITORY, command

TEXT = (REPOSITORY / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```console\n(.*?)```", TEXT, re.DOTALL)
SHOWN = [
    (block.splitlines()[0].removeprefix("$ uv run "), "\n".join(block.splitlines()[1:]))
    for block in BLOCKS
    if block.count("$ ") == 1
]


def plain(text: str) -> str:
    """Without line breaks, trailing blanks and the seconds it took."""
    text = re.sub(r"(in|;) \d+\.\d+ s", r"\1 N s", " ".join(text.split()))
    # Not every kernel lets a process give up the network; the report says which it was.
    return re.sub(r"its code ran with.*?(network|here) (?=\d+ blocks)", "", text)


def test_the_front_door_shows_the_two_commands_and_their_table() -> None:
    assert BLOCKS[0] == "$ pip install uv && uv run rmsproof run\n$ uv run pytest\n"
    assert [line for line, _ in SHOWN] == [
        "rmsproof run",
        "rmsproof check docs/variant.py --expect docs/known.toml",
        "rmsproof doc docs/porting.md",
        "rmsproof identify docs/observation.json",
        "rmsproof dialects compare pytorch keras-3",
    ]


@pytest.mark.parametrize(("line", "shown"), SHOWN, ids=[line for line, _ in SHOWN])
def test_what_is_shown_is_printed(line: str, shown: str) -> None:
    arguments = shlex.split(line)[1:]
    # javac words an error otherwise than the compiler that comes along; both are right.
    done = command([sys.executable, "-m", "harness.cli", *arguments], cwd=REPOSITORY)
    printed = done.out.replace("Arrays cannot be resolved", "cannot find symbol: variable Arrays")
    assert plain(printed) == plain(shown)


def test_every_command_and_file_that_is_named_exists() -> None:
    from harness.cli import main

    for name in re.findall(
        r"rmsproof (run|check|doc|tutorial|identify|power|golden \w+|dialects \w+)", TEXT
    ):
        assert main([*name.split(), "--help"]) == 0, name
    for link in re.findall(r"\]\(([^)#]+)\)", TEXT):
        assert (Path(REPOSITORY) / link).exists(), link


def test_the_ci_script_calls_the_test_command() -> None:
    script = (REPOSITORY / ".ci" / "run").read_text(encoding="utf-8")
    for line in (
        "uv run pytest",
        "uv run rmsproof golden verify",
        "uv run mypy",
        "uv run rmsproof doc README.md docs/*.md",
        "uv run ruff check .",
    ):
        assert f"\n{line}\n" in script + "\n", line
