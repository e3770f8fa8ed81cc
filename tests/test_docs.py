"""The pages in docs/: made of the tool's own tables, every command they show run or parsed."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
from doc_pages import DOCS, commands, fences, generated, pages, remade
from front_door import plain
from support import REPOSITORY, Done

from harness.commands import app
from harness.commands.common import DIFFERENT, INTERRUPTED, NOTHING, OK, USAGE
from harness.model.words import VERDICTS

PAGES = pages()
LINES = sorted(
    {
        line
        for text in PAGES.values()
        for language, _, body in fences(text)
        if language == "console"
        for line, _ in commands(body)
    }
)


@pytest.mark.parametrize("name", [name for name, text in PAGES.items() if generated(text)])
def test_what_is_made_of_tables_is_up_to_date(name: str) -> None:
    assert remade(PAGES[name]) == PAGES[name], "write it: uv run python tests/doc_pages.py"


def test_every_table_and_schema_has_its_page() -> None:
    made = [name for text in PAGES.values() for name in generated(text)]
    parts = ["axes", "golden", "manifest", "observation", "protocol", "report", "result"]
    assert sorted(made) == parts


def test_every_verdict_and_exit_code_is_explained_and_no_other() -> None:
    words = re.findall(r"^\| `([^`]+)` \|", PAGES["verdicts.md"], re.MULTILINE)
    codes = {str(code) for code in (OK, DIFFERENT, USAGE, NOTHING, INTERRUPTED)}
    assert len(words) == len(set(words))
    assert set(words) == {*VERDICTS, *codes}


def test_every_page_is_in_the_navigation() -> None:
    navigation = (REPOSITORY / "mkdocs.yml").read_text(encoding="utf-8").partition("\nnav:")[2]
    assert sorted(re.findall(r"[\w-]+\.md", navigation)) == sorted(PAGES)


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_somewhere(name: str) -> None:
    for link in re.findall(r"\]\(([^):]+)\)", PAGES[name]):
        path, _, anchor = link.partition("#")
        target = DOCS / path if path else DOCS / name
        assert target.exists(), link
        if anchor:
            heads = re.findall(r"^#+ (.*)$", target.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w]+", "-", head.lower()).strip("-") for head in heads}


@pytest.mark.parametrize("line", LINES)
def test_a_command_that_is_shown_is_one(line: str) -> None:
    """Options and arguments are parsed; nothing is run."""
    program, *given = shlex.split(line)
    if program in SHELL:
        return
    assert program == "rmsproof"
    found, name = app.command(), ""
    while given and given[0] in getattr(found, "commands", {}):
        name = given.pop(0)
        found = found.commands[name]
    if "--" in given:  # what follows is a port's own
        del given[given.index("--") :]
        given.append("port")
    found.make_context(name, given)


SHELL = frozenset({"pytest"})
"""Programs of others that pages show; tests/rmsproof runs them."""


@pytest.mark.jvm
def test_the_tutorial_prints_what_it_shows(call: Callable[..., Done], tmp_path: Path) -> None:
    """Its files are written and changed in order, its commands run between."""
    run = 0
    for language, title, body in fences(PAGES["tutorial.md"]):
        if language == "console":
            for line, shown in commands(body):
                done = call(*shlex.split(line)[1:])
                assert plain(done.out) == plain(shown), line
                run += 1
        elif language == "diff":
            before, after = body.splitlines()
            text = (tmp_path / title).read_text()
            assert text.count(before[1:]) == 1
            (tmp_path / title).write_text(text.replace(before[1:], after[1:]))
        elif title:
            (tmp_path / title).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / title).write_text(body)
    assert run == 4
