"""Attacks on files by the paths that commands are given: nothing of the user's is destroyed.

Each attack is a command line in a folder with things of the user's, perhaps a port that changes
the folder meanwhile; what must be there afterwards, as it was, and what is said.
"""

from __future__ import annotations

import json
import os
import socket
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from hostile.red_team import Attack, port
from support import CommandLine

from harness.report import destinations


@dataclass(frozen=True)
class Command:
    """A command line, and what must come of it.

    Attributes:
        words: its arguments; it.py is a right port, does.py one that attacks.
        code: the exit code.
        says: a part of what is said on standard error or output.
        does: what does.py does when it is made.
    """

    words: str
    code: int
    says: str
    does: str = ""


_READ = "is what is read; name another file"
_LINK = "os.path.islink('out.json') or (os.path.exists('out.json') and os.remove('out.json'), {})"
ATTACKS = {
    "the port": Command("check it.py --json it.py", 2, _READ),
    "the port, by a link": Command("check it.py --json link.py", 2, _READ),
    "the port, by a second name": Command("check it.py --html second.py", 2, _READ),
    "the port, from its link": Command("check link.py --junit it.py", 2, _READ),
    "a word of a command": Command("check --json ./it.py -- python3 it.py", 2, _READ),
    "what is expected": Command("check it.py --expect known.toml --json known.toml", 2, _READ),
    "an adapter": Command("check it.py --adapter own.py --json own.py", 2, _READ),
    "a document": Command("doc page.md --json page.md", 2, _READ),
    "an observation": Command("identify seen.json --json seen.json", 2, _READ),
    "a saved report": Command("report saved.json --html saved.json", 2, _READ),
    "a folder that is not empty, by new": Command("new go precious --without-tools", 2, "precious"),
    "a file, by new": Command("new go own.py --without-tools", 2, "own.py"),
    "a folder that is not empty, by export": Command("golden export precious", 2, "precious"),
    "a file, by export": Command("golden export own.py", 2, "own.py"),
    "an adapter that is there": Command("adapt it.py", 2, "it_adapter.py"),
    "a pipe that nobody reads": Command(
        "check it.py --golden */page-one* --json pipe", 2, "nobody reads from this pipe"
    ),
    "a socket": Command("check it.py --golden */page-one* --json socket", 2, "--json socket"),
    "a device that is full": Command(
        "check it.py --golden */page-one* --json /dev/full", 2, "No space left on device"
    ),
    "a circle of links": Command("check it.py --json circle", 2, "--json circle"),
    "a link that leads nowhere": Command("check it.py --json dangling", 2, "nowhere"),
    "a link in the report's place, by the port": Command(
        "check does.py --golden */page-one* --json out.json",
        2,
        "has become a link to",
        _LINK.format("os.symlink('own.py', 'out.json')"),
    ),
    "a pipe in the report's place, by the port": Command(
        "check does.py --golden */page-one* --json out.json",
        2,
        "nobody reads",
        "os.path.exists('out.json') or os.mkfifo('out.json')",
    ),
    "a folder in the report's place, by the port": Command(
        "check does.py --golden */page-one* --json out.json",
        2,
        "--json out.json",
        "os.makedirs('out.json/in', exist_ok=True)",
    ),
    "a second report's folder gone, by the port": Command(
        "check does.py --golden */page-one* --json gone/out.json --html page.html",
        2,
        "--json gone/out.json",
        "os.path.isdir('gone') and os.rmdir('gone')",
    ),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What the user has there."""
    texts = {
        "it.py": port(Attack(right=True)),
        "own.py": "# the user's own\n",
        "it_adapter.py": "# the user's own, too\n",
        "known.toml": "",
        "page.md": "# a page\n",
        "seen.json": "{}",
        "saved.json": json.dumps({"format": "rmsproof.report/1"}),
        "precious/kept": "kept",
    }
    (tmp_path / "precious").mkdir()
    (tmp_path / "gone").mkdir()
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "link.py").symlink_to("it.py")
    (tmp_path / "circle").symlink_to("circle")
    (tmp_path / "dangling").symlink_to("nowhere/file")
    os.link(tmp_path / "it.py", tmp_path / "second.py")
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(os.path.relpath(tmp_path / "socket"))
    return tmp_path


def everything(folder: Path) -> dict[str, object]:
    """What is there: kind, and text or where a link leads."""
    found: dict[str, object] = {}
    for path in sorted(folder.rglob("*")):
        if {"__pycache__", "out.json", "page.html", "gone"} & set(path.parts):
            continue
        status = path.lstat()
        content: object = path.readlink() if path.is_symlink() else ""
        content = path.read_bytes() if path.is_file() and not path.is_symlink() else content
        found[str(path.relative_to(folder))] = (status.st_mode, status.st_ino, content)
    return found


@pytest.mark.parametrize("name", ATTACKS)
def test_nothing_of_the_users_is_destroyed(
    name: str, folder: Path, call: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    attack = ATTACKS[name]
    monkeypatch.setattr(destinations, "_READER_SECONDS", 0.1)
    if attack.does:
        does = Attack(f"import os\n{attack.does}", right=True, at="start")
        (folder / "does.py").write_text(port(does), encoding="utf-8")
    before = everything(folder)
    begun = time.monotonic()
    done = call(*attack.words.split())
    assert (done.code, attack.says in done.err + done.out) == (attack.code, True), done
    assert everything(folder) == before
    assert time.monotonic() - begun < 60
    if "--html page.html" in attack.words:
        assert (folder / "page.html").is_file()
