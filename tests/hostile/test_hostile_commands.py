"""The commands over nasty files: exit code 2, one message on standard error, nothing obeyed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hostile import corpus
from hostile.reading import READERS, around
from hostile.valid import GOLDEN, OBSERVATION
from support import CommandLine, alike, golden

from harness.report.words import counted
from python_ref import golden as goldens_of
from python_ref.golden import writing

# By reader, the command that reads its file; a port's is given the folder.
COMMANDS: dict[str, Callable[[Path], tuple[str, ...]]] = {
    "observation": lambda path: ("identify", str(path)),
    "port": lambda path: ("check", str(path.parent)),
    "page": lambda path: ("doc", str(path)),
    "notebook": lambda path: ("doc", str(path)),
}
REFUSED = {
    "observation": [
        "nothing", "every byte", "brackets", "weights twice", "epsilon misspelt", "many elements",
        "weights: deep", "name: half a surrogate pair", "learning_rate -1.0", "ten megabytes",
        "learning_rate: a number of thousands of digits", "epsilon True", "more than float holds",
    ],
    "port": [
        "nothing", "every byte", "tables", "unknown key", "number of thousands of digits",
        "key of thousands of parts", "a table twice", "ten megabytes", "source 'a\\x00b'",
        "source '../../etc/pa'", "source 'circle.py'", "source 'outside.py'",
    ],
    "page": ["NULs", "half a UTF-16 character", "a million lines", "twenty megabytes"],
    "notebook": [
        "nothing", "brackets", "cells: deep", "cells: null", "source None", "cell_type {}",
        "version 5", "many cells", "too many lists", "a long cell", "cut short",
    ],
}  # fmt: skip


@pytest.mark.parametrize("reader", alike(COMMANDS, 2))
def test_what_cannot_be_read_is_a_usage_error(
    reader: str, call: CommandLine, tmp_path: Path
) -> None:
    around(tmp_path)
    path = tmp_path / READERS[reader][1]
    made = [*corpus.anything(), *corpus.CORPUS[reader]()]
    left = set(REFUSED[reader])
    for name, content in made:
        if name in left:
            left.remove(name)
            path.write_bytes(content)
            done = call(*COMMANDS[reader](path))
            assert (done.code, done.out) == (2, ""), name
            assert done.err.startswith(f"rmsproof: {path}: "), (name, done.err)
            assert done.err.count("\n") == 1, (name, done.err)
            assert "\x1b" not in done.err
    assert left == set()


def test_strange_places_are_usage_errors(call: CommandLine, tmp_path: Path) -> None:
    for place in corpus.strange_places(tmp_path):
        if "\0" not in place.name:  # which no command line can hold
            for command in ("identify", "doc"):
                done = call(command, str(place))
                assert (done.code, done.out) == (2, ""), (command, place)
                assert done.err.startswith(f"rmsproof: {place}: "), (command, done.err)


def test_names_are_shown_and_not_obeyed(call: CommandLine, tmp_path: Path) -> None:
    """Of an array, a step and a file; nothing that a terminal would act on comes out."""
    name = "w\x1b[2J\n  diverges: no\u202e"
    document: dict[str, Any] = {
        **{k: v for k, v in OBSERVATION.items() if k not in ("options", "rounding")},
        "name": name,
        "weights": {name: [0.5, -0.25]},
        "gradients": [{name: [0.5, 2.0]}],
        "observed": [{name: [0.5, -0.25]}],
    }
    path = tmp_path / "a\x1b[2J\nb.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    done = call("identify", str(path))
    assert (done.code, done.err) == (1, "")
    assert "\x1b" not in done.out
    assert "\u202e" not in done.out
    first = next(line for line in done.out.splitlines() if "first divergence" in line)
    assert first.lstrip().startswith(
        "first divergence: w\\x1b[2J\\n  diverges: no\\u202e, step 1, w\\x1b[2J\\n"
    )


@pytest.mark.parametrize("name", ["page.md", "page.ipynb"])
def test_what_a_page_holds_is_shown_and_not_obeyed(
    name: str, call: CommandLine, tmp_path: Path
) -> None:
    """Nothing of it is an optimizer: nothing is run, and every block is listed."""
    language, code = "a\x1b[2Jb", "x = '\x1b[2J'\x9b\n"
    path = tmp_path / name
    if name.endswith("md"):
        path.write_bytes(f"```{language}\n{code}\n```\n\x1b[2J\n".encode() + b"\xff\n```\n\xff")
        found = 2
    else:
        cell = {"cell_type": "code", "metadata": {}, "outputs": [], "source": code + "\ud800\0"}
        kernel = {"kernelspec": {"language": language}}
        page = {"nbformat": 4, "nbformat_minor": 5, "metadata": kernel, "cells": [cell]}
        path.write_text(json.dumps(page), encoding="utf-8")
        found = 1
    done = call("doc", str(path))
    assert (done.code, done.err) == (3, "")
    assert f"{counted(found, 'block')}, 0 of them judged" in done.out
    assert not {"\x1b", "\x9b"} & set(done.out)
    report = json.loads(call("doc", str(path), "--json", "-").out)
    assert [row["verdict"] for row in report["results"]] == [None] * found


def test_golden_verify_names_every_file_it_cannot_read(
    call: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each spoilt golden is a problem of its own; the rest is looked at all the same."""
    spoilt = dict([*corpus.anything(), *corpus.goldens()])
    names = [
        "nothing", "every byte", "brackets", "ten megabytes", "id twice", "weights: deep",
        "weights misspelt", "name '../../x'", "many steps of long arrays", "no steps",
    ]  # fmt: skip
    wanted = []
    for number, name in enumerate(names):
        path = tmp_path / "reference" / "float64" / f"{number}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(spoilt[name])
        wanted.append((path, golden("page-one-step")))
    monkeypatch.setattr(writing, "expected", lambda directory=None: iter(wanted))
    done = call("golden", "verify", str(tmp_path))
    problems = done.err.splitlines()
    assert done.code == 1
    assert [line.split(": ")[1] for line in problems] == [str(path) for path, _ in wanted]


def test_a_golden_of_a_name_that_leaves_its_folder_is_none(tmp_path: Path) -> None:
    """A golden is exported under its name."""
    for name in ("../../x", "a/../b", "/a/b", "a/b/c/d", "a/./b", ""):
        with pytest.raises(goldens_of.GoldenError, match="name: expected DIALECT/PRECISION"):
            goldens_of.loads(json.dumps({**GOLDEN, "name": name}), "here")
