"""What the README shows is what the commands print."""

from __future__ import annotations

import re
import shlex
from importlib.util import find_spec
from pathlib import Path

import pytest
from front_door import BLOCKS, SHOWN, TEXT, TORCH, as_shown, plain, session, table, torch_command
from support import REPOSITORY, CommandLine

pytestmark = pytest.mark.jvm


def test_the_front_door_shows_the_two_commands_and_their_table() -> None:
    assert BLOCKS[0].splitlines() == [
        '$ python3 -m venv .venv-uv && export PATH="$PWD/.venv-uv/bin:$PATH"',
        "$ pip install uv && uv run rmsproof run",
        "$ uv run pytest",
    ]
    assert list(SHOWN) == [
        "rmsproof run",
        "rmsproof check docs/variant.py --expect docs/known.toml",
        "rmsproof doc docs/porting.md",
        "rmsproof check docs/variant.py --github",
        "rmsproof identify docs/observation.json",
        "rmsproof dialects compare pytorch keras-3",
        "rmsproof translate --from torch --to keras-3 lr=0.01 alpha=0.99",
    ]


@pytest.mark.parametrize("line", [line for line in SHOWN if line != "rmsproof run"])
def test_what_is_shown_is_printed(
    line: str, call: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of all but `rmsproof run`, which test_run holds against the one run that it makes."""
    monkeypatch.chdir(REPOSITORY)
    monkeypatch.setenv("COLUMNS", "80")
    as_shown(call(*shlex.split(line)[1:]).out, line)


def test_the_session_with_pytorch_is_the_one_that_was_recorded() -> None:
    recorded, line = TORCH.read_text(encoding="utf-8"), torch_command()
    assert session(TEXT, line) == table(session(recorded, line)) != ""
    assert " ".join(recorded.split()[:2]).removesuffix(",") in TEXT


@pytest.mark.filterwarnings("ignore")
def test_the_session_with_pytorch_is_printed_where_it_is_installed(
    call: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    if find_spec("torch") is None:
        pytest.skip("torch is not installed: what the README shows was compared with a recording")
    monkeypatch.chdir(REPOSITORY)
    monkeypatch.setenv("COLUMNS", "100")
    line = torch_command()
    recorded = session(TORCH.read_text(encoding="utf-8"), line)
    assert plain(call(*shlex.split(line)[1:]).out) == plain(recorded)


def test_every_command_and_file_that_is_named_exists() -> None:
    from harness.commands.entry import main

    for name in re.findall(
        r"rmsproof (run|check|new|matrix|doc|tutorial|identify|power|report merge|report"
        r"|golden \w+|dialects \w+)",
        TEXT,
    ):
        assert main([*name.split(), "--help"]) == 0, name
    for link in re.findall(r"\]\(([^)#]+)\)", TEXT):
        assert (Path(REPOSITORY) / link).exists(), link
