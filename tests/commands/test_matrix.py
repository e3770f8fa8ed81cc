"""`matrix`: every job there is to run, and only what applies to it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from support import Done

from harness.ports.targets import bundled


def listed(done: Done) -> list[dict[str, Any]]:
    assert (done.code, done.err) == (0, "")
    found: list[dict[str, Any]] = json.loads(done.out)
    assert len(found) == len(done.out.splitlines()) - 2, "a job a line"
    return found


def test_the_jobs_of_the_editions_are_all_there_and_no_other(call: Callable[..., Done]) -> None:
    found = {tuple(sorted(job.items())) for job in listed(call("matrix"))}
    wanted = [
        {"port": port, "transport": transport, "system": system, "python": python, "java": java}
        for port, transport, system, python, java in product(
            {p.language for p in bundled()},
            ("jpype", "stdio"),
            ("ubuntu-latest", "macos-latest"),
            ("3.11", "3.14"),
            ("17", "25", "bundled"),
        )
        if transport == "jpype" or python == "3.14"
    ]
    assert found == {tuple(sorted(job.items())) for job in wanted}


def test_only_what_applies_varies(call: Callable[..., Done]) -> None:
    """A Python port has no Java, a command neither Java nor Python."""
    Path("mine").mkdir()
    command = json.dumps([sys.executable, "port.py"])
    Path("mine/port.toml").write_text(f'name = "mine"\nlanguage = "go"\ncommand = {command}\n')
    Path("optim.py").write_text("import math\n", encoding="utf-8")
    given = ("--java", "21", "--python", "3.9999", "--python", "3.12", "--system", "mine.1")
    shared = {"system": "mine.1"}
    assert listed(call("matrix", "optim.py", "mine", *given)) == [
        {"port": "optim.py", "transport": "local", **shared, "python": "3.9999"},
        {"port": "optim.py", "transport": "local", **shared, "python": "3.12"},
        {"port": "mine", "transport": "stdio", **shared, "python": "3.9999"},
    ]


def test_githubs_line_holds_the_same_jobs(call: Callable[..., Done]) -> None:
    done = call("matrix", "--github")
    name, _, value = done.out.partition("=")
    assert (name, done.out.count("\n")) == ("matrix", 1)
    assert json.loads(value) == {"include": listed(call("matrix"))}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--java", "11"], "--java 11: is neither a version from 17 on nor bundled"),
        (["--java", "new"], "--java new: is neither a version from 17 on nor bundled"),
        (["--python", "3.10"], "--python 3.10: is no version from 3.11 on, such as 3.14"),
        (["--python", "4"], "--python 4: is no version from 3.11 on, such as 3.14"),
        (["--system", "a b"], "--system 'a b': is no label, such as ubuntu-latest"),
    ],
)
def test_what_is_no_version_is_refused(
    call: Callable[..., Done], words: list[str], said: str
) -> None:
    assert call("matrix", *words) == Done(2, "", f"rmsproof: {said}\n")


def test_more_jobs_than_github_takes_are_refused(call: Callable[..., Done]) -> None:
    many = [word for n in range(129) for word in ("--system", f"machine-{n}")]
    Path("optim.py").write_text("import math\n", encoding="utf-8")
    assert len(listed(call("matrix", "optim.py", *many))) == 258
    done = call("matrix", "optim.py", *many, "--github")
    assert done.code == 2
    assert done.err.startswith("rmsproof: matrix: 258 jobs are more than the 256 that GitHub")
    assert call("matrix", "gone.py").code == 2
