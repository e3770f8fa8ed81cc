"""The pages in docs/: made of the tool's own tables, every command they show run or parsed."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import nbformat
import numpy as np
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
    text = re.sub(r"`[^`\n]*`", "", PAGES[name])  # Scala's type parameters look like a link
    for link in re.findall(r"\]\(([^):]+)\)", text):
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

DIFFERS = (
    "rmsproof check optim.py --dialect pytorch-centered",
    "rmsproof check optim.py --dialect epsilon=inside --dialect momentum=nesterov",
    "rmsproof check docs/variant.py --json variant.json --junit variant.xml",
    "rmsproof translate --from torch --to keras-3 lr=0.01 alpha=0.99",
)
"""Commands that show a difference: they end with 1, all others with 0."""

# Half a minute of searching, and the whole run again and in parts.
_DEAR = dict.fromkeys(("how-to.md", "in-tests.md", "reports.md"), pytest.mark.slow)

ELSEWHERE = (
    "rmsproof record --out seen.json -- python train.py",
    "rmsproof identify seen.json",
)
"""What tests/commands/test_record.py runs, which has a library to record."""


def _shown_by(name: str) -> list[str]:
    bodies = [body for language, _, body in fences(PAGES[name]) if language == "console"]
    return [line for body in bodies for line, _ in commands(body)]


def _furnish(folder: Path, page: str) -> None:
    """What a page takes for granted: ports, a library, a Python that has NumPy."""
    own = next(body for _, title, body in fences(PAGES["tutorial.md"]) if title == "optim.py")
    (folder / "optim.py").write_text(own)
    (folder / "docs").mkdir()
    for path in (DOCS / "variant.py", DOCS / "known.toml"):
        shutil.copy(path, folder / "docs")
    shutil.copy(REPOSITORY / "java" / "editions" / "double" / "RMSProp.java", folder)
    shutil.copytree(REPOSITORY / "tests" / "transport" / "libraries" / "torch", folder / "torch")
    if "optimizers.ipynb" in page:
        cells = [nbformat.v4.new_code_cell(own)]
        nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / "optimizers.ipynb")
    if "./my-port" in page:
        starter = REPOSITORY / "harness" / "starters" / "languages" / "python"
        shutil.copy(starter / "rmsprop.py", folder)
        port = (starter / "port.py").read_text()
        (folder / "my-port").write_text(f"#!{sys.executable}\n{port}")
        (folder / "my-port").chmod(0o755)
    packages = folder.joinpath(".venv", "lib", f"python3.{sys.version_info[1]}", "site-packages")
    packages.mkdir(parents=True)
    (packages / "numpy.pth").write_text(str(Path(np.__file__).parents[1]))
    (folder / ".venv" / "bin").mkdir()
    (folder / ".venv" / "bin" / "python").symlink_to(sys.executable)
    (folder / ".venv" / "pyvenv.cfg").write_text(f"home = {Path(sys.base_prefix) / 'bin'}\n")


@pytest.mark.jvm
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=_DEAR.get(name, ()))
        for name in PAGES
        if name != "tutorial.md" and _shown_by(name)
    ],
)
def test_a_pages_commands_run_in_their_order(
    name: str, call: Callable[..., Done], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In one folder, so that what one writes is there for the next."""
    _furnish(tmp_path, PAGES[name])
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
    for line in _shown_by(name):
        program, *given = shlex.split(line)
        if program not in SHELL and line not in ELSEWHERE:
            done = call(*given)
            assert done.code == (DIFFERENT if line in DIFFERS else OK), (line, done)


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
