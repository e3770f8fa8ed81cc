"""Attacks by what lies beside a port: files that are called as what we or a tool import or read.

None of them is executed or read for ours; the port is judged as without them.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest
from hostile.red_team import Attack, port
from support import REPOSITORY, Done, command

_EXECUTED = 'open({!r}, "a").write({!r} + "\\n")\nraise SystemExit(7)\n'
_PYTHON = [
    "json.py", "signal.py", "numpy.py", "inspect.py", "struct.py", "typing.py", "enum.py", "re.py",
    "os.py", "types.py", "functools.py", "abc.py", "codecs.py", "encodings.py", "sitecustomize.py",
    "usercustomize.py", "msgspec.py", "rmsproof.py", "conftest.py", "platform.py", "ctypes.py",
    "harness/__init__.py", "python_ref/__init__.py", "numpy/__init__.py", "jpype/__init__.py",
]  # fmt: skip
_OTHER = {
    "pyproject.toml": "garbage = [",
    "setup.cfg": "garbage",
    "pyvenv.cfg": "home = /nowhere",
    ".python-version": "2.7",
    "pytest.ini": "garbage",
    "java": "#!/bin/sh\nexit 9\n",
    "python3": "#!/bin/sh\nexit 9\n",
}
ATTACKS = [*_PYTHON, *_OTHER]


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> tuple[Done, Path]:
    """A port among all of them, judged in its folder."""
    folder = tmp_path_factory.mktemp("beside")
    executed = folder / "executed"
    for name in _PYTHON:
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(_EXECUTED.format(str(executed), name), encoding="utf-8")
    for name, text in _OTHER.items():
        (folder / name).write_text(text, encoding="utf-8")
        (folder / name).chmod(0o755)
    executed.touch()
    (folder / "it.py").write_text(port(Attack(right=True)), encoding="utf-8")
    words = "check it.py --golden */page-one* --json -".split()
    # The interpreter of the command itself is the user's own to start; -P is what its script does.
    env = {"PYTHONPATH": str(REPOSITORY), "PYTHONSTARTUP": str(folder / "json.py")}
    done = command(
        [sys.executable, "-P", "-m", "rmsproof", *words],
        cwd=folder,
        env={**env, "PATH": os.pathsep.join([os.environ["PATH"], str(folder)])},
    )
    return done, executed


@pytest.mark.parametrize("name", ATTACKS)
def test_what_lies_beside_a_port_is_not_taken_for_ours(
    name: str, judged: tuple[Done, Path]
) -> None:
    done, executed = judged
    assert done.code == 0, done.err
    assert json.loads(done.out)["results"][0]["verdict"] == "exact"
    assert name not in executed.read_text(encoding="utf-8").split()
