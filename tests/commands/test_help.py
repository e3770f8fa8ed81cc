"""The help: quick to ask for, whole at 80 columns, with examples that the commands take."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from support import Done

from harness.commands.app import command
from harness.commands.common import DIFFERENT, INTERRUPTED, NOTHING, OK, USAGE
from harness.commands.help import EXAMPLES, EXIT_CODES


def commands(above: Any = None, words: str = "") -> Iterator[tuple[str, Any]]:
    """Every command, the groups of them too, by its words."""
    found = above or command()
    yield words, found
    for name, below in getattr(found, "commands", {}).items():
        yield from commands(below, f"{words} {name}".strip())


ALL = dict(commands())


def test_every_command_has_examples_and_nothing_else_has() -> None:
    assert set(EXAMPLES) == set(ALL)
    assert set(EXIT_CODES) <= set(ALL)
    assert all(len(lines) >= 2 for lines in EXAMPLES.values())


@pytest.mark.parametrize("words", ["run", "check", "doc"])
def test_a_command_made_alone_is_as_among_the_others(words: str) -> None:
    alone = command(words).commands
    assert list(alone) == [words]
    assert [(p.name, p.opts, p.default, p.help) for p in alone[words].params] == [
        (p.name, p.opts, p.default, p.help) for p in ALL[words].params
    ]


@pytest.mark.parametrize("words", ALL)
def test_help_is_whole_at_80_columns(
    call: Callable[..., Done], monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    done = call(*words.split(), "--help")
    assert (done.code, done.err) == (0, "")
    assert max(map(len, done.out.splitlines())) <= 80
    assert not re.search(r"[\w,]\.\.\.$", done.out, re.MULTILINE), "a sentence is cut short"
    for heading in ("Options:", "Examples:", "Exit codes:"):
        assert f"\n{heading}\n" in done.out
    assert call(*words.split(), "-h") == done


@pytest.mark.parametrize(
    ("words", "line"), [(words, line) for words, lines in EXAMPLES.items() for line in lines]
)
def test_an_example_is_what_the_command_takes(words: str, line: str) -> None:
    """Options and arguments are parsed; nothing is run."""
    program, *given = shlex.split(line.partition(" | ")[0], comments=True)
    assert program == "rmsproof"
    assert " ".join(given).startswith(words)
    found, name = ALL[""], ""
    while given and given[0] in getattr(found, "commands", {}):
        name = given.pop(0)
        found = found.commands[name]
    if given == ["--install-completion"]:  # it would
        assert any("--install-completion" in parameter.opts for parameter in found.params)
    else:
        found.make_context(name, given)


def test_help_names_every_command(call: Callable[..., Done]) -> None:
    listed = call("--help").out.partition("Commands:")[2]
    assert all(f"\n  {name} " in listed for name in ALL[""].commands)


def test_exit_codes_are_those_there_are() -> None:
    known = {str(code) for code in (OK, DIFFERENT, USAGE, NOTHING, INTERRUPTED)}
    assert {code for codes in EXIT_CODES.values() for code, _ in codes} == known


def test_the_version_is_printed(cli: Callable[..., Done]) -> None:
    from rmsproof import __version__

    assert cli("--version") == Done(0, f"rmsproof {__version__}\n", "")


def test_completion_knows_commands_and_options(cli: Callable[..., Done]) -> None:
    asked = {"_RMSPROOF_COMPLETE": "complete_bash"}
    done = cli(env={**asked, "COMP_WORDS": "rmsproof go", "COMP_CWORD": "1"})
    assert done.out.split() == ["golden"]
    done = cli(env={**asked, "COMP_WORDS": "rmsproof check --exp", "COMP_CWORD": "2"})
    assert done.out.split() == ["--expect"]


def test_completion_is_installed_and_not_in_the_way(cli: Callable[..., Done]) -> None:
    done = cli(
        "--show-completion", "bash", env={"_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}
    )
    assert "_RMSPROOF_COMPLETE=complete_bash" in done.out
    options = cli("--help").out.partition("Options:")[2].partition("Commands:")[0]
    assert "completion" not in options
