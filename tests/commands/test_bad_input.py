"""Bad input is one message: what is wrong, and what to do."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from small_sources import JAVA, PYTHON, outside, written
from support import Done

from harness.languages.registry import endings
from harness.ports.targets import bundled

ENDINGS = ", ".join(endings())


def test_one_target_missing_and_one_exact_is_two(call: Callable[..., Done], tmp_path: Path) -> None:
    written(tmp_path, mine_py=outside(PYTHON))
    done = call("check", "gone.py", "mine.py", "--golden", "page*", "--json", "-")
    assert [row["verdict"] for row in json.loads(done.out)["results"]] == ["exact"]
    assert (done.code, done.err) == (2, GONE)


GONE = (
    "rmsproof: gone.py: no such file or folder. A target is a source file"
    f" ({ENDINGS}), a folder with port.toml, module:Object, or -- COMMAND ARGS\n"
)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["check", "gone.py"], GONE),
        (
            ["check", "--", "no-such-command"],
            "rmsproof: -- no-such-command: there is no such program on PATH; give its path\n",
        ),
        (
            ["check", "--", "./gone", "--flag"],
            "rmsproof: -- ./gone: there is no such file\n",
        ),
        (
            ["check", "--", "./notes.txt"],
            "rmsproof: -- ./notes.txt: is not executable (chmod +x would make it)\n",
        ),
        (
            ["check", "--", "./empty"],
            "rmsproof: -- ./empty: is a folder; name the program in it\n",
        ),
        (
            ["check", "--env", "NO_SUCH_VARIABLE", "mine.py"],
            "rmsproof: --env NO_SUCH_VARIABLE: no such variable is set; export it, or leave it"
            " out\n",
        ),
        (
            ["check", "--env", "A=b", "mine.py"],
            "rmsproof: --env A: give the name alone; its value is that of your environment\n",
        ),
        (
            ["check", "hypothesys.optim:RMSProp"],
            "rmsproof: hypothesys.optim:RMSProp: there is no module hypothesys; did you mean"
            " hypothesis?\n",
        ),
        (
            ["check", "mine.py:rmspropp"],
            "rmsproof: mine.py:rmspropp: no class or function 'rmspropp'; did you mean rmsprop?\n",
        ),
        (
            ["check", "blank.py"],
            "rmsproof: blank.py: is empty; there is nothing to judge\n",
        ),
        (
            ["check", "numpy.linalk:norm"],
            "rmsproof: numpy.linalk:norm: the package numpy has no module linalk; did you mean"
            " linalg?\n",
        ),
        (
            ["check", "json:load_s"],
            "rmsproof: json:load_s: the module json has no load_s; did you mean loads or load?\n",
        ),
        (
            ["check", "json:JSONDecoder.decodes"],
            "rmsproof: json:JSONDecoder.decodes: the class JSONDecoder has no decodes; did you"
            " mean decode or raw_decode?\n",
        ),
        (
            ["check", "notes.txt"],
            "rmsproof: notes.txt: unknown ending .txt;"
            f" the known ones are {ENDINGS}."
            " Check a port in another language as a command: rmsproof check -- COMMAND ARGS\n",
        ),
        (
            ["check", "page.md"],
            "rmsproof: page.md: is a document; rmsproof doc page.md judges its code\n",
        ),
        (
            ["doc", "mine.py"],
            "rmsproof: mine.py: is a source, no document; rmsproof check mine.py judges it\n",
        ),
        (
            ["check", "Makefile"],
            f"rmsproof: Makefile: no ending; the known ones are {ENDINGS}."
            " Check a port in another language as a command: rmsproof check -- COMMAND ARGS\n",
        ),
        (
            ["check", "empty"],
            "rmsproof: empty/port.toml: does not exist; a folder needs a port.toml to be checked\n",
        ),
        (
            ["check", "unbuilt"],
            "rmsproof: unbuilt/port.toml: command[0]: './port': there is no such file; build it"
            " first: make clean && make\n",
        ),
        (
            ["check"],
            "rmsproof: check needs a TARGET; `rmsproof check --help` says what that may be\n",
        ),
        (
            ["check", "mine.py", "--transport", "smoke"],
            "rmsproof: --transport 'smoke': no such transport; choose jpype, stdio or local\n",
        ),
        (
            ["check", "mine.py", "--transport", "jpype"],
            "rmsproof: mine.py: python ports have no transport jpype; choose local\n",
        ),
        (
            ["check", "mine.py", "--golden", "nothing*"],
            "rmsproof: --golden 'nothing*' matches no golden; `rmsproof golden list` shows them\n",
        ),
        (
            ["power", "--golden", "*/nan-gradient"],
            "rmsproof: --golden */nan-gradient: none of these is a core golden, which alone"
            " decide\n",
        ),
        (
            ["check", "mine.py", "--dialect", "direction=up"],
            "rmsproof: dialect: direction has no value 'up'; its values are descent, ascent\n",
        ),
        (["golden", "show", "nothing"], "no golden 'nothing'; `rmsproof golden list` shows them\n"),
        (["golden", "verify", "gone"], "rmsproof: gone: is not a folder\n"),
    ],
)
def test_bad_input_is_one_message(
    refused: Callable[..., str], tmp_path: Path, arguments: list[str], message: str
) -> None:
    written(tmp_path, mine_py=outside(PYTHON), notes_txt="hello", page_md="hello")
    (tmp_path / "Makefile").write_text("all:\n", encoding="utf-8")
    (tmp_path / "unbuilt").mkdir()
    manifest = 'name = "p"\nlanguage = "c"\ncommand = ["./port"]\nbuild = ["make clean", "make"]\n'
    (tmp_path / "unbuilt/port.toml").write_text(manifest, encoding="utf-8")
    (tmp_path / "blank.py").write_text(" \n", encoding="utf-8")
    (tmp_path / "empty").mkdir()
    err = refused(*arguments)
    assert err.removeprefix("rmsproof: ") == message.removeprefix("rmsproof: ")


def test_what_would_bring_a_module_that_is_not_installed_is_said(
    refused: Callable[..., str],
) -> None:
    assert refused("check", "no_such_package.optim:RMSProp") == (
        "rmsproof: no_such_package.optim:RMSProp: there is no module no_such_package; pip install"
        " no_such_package there, or name a Python that has it by --python PATH\n"
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["dance"], "No such command 'dance'"),
        (["run", "--dance"], "No such option: --dance"),
        (["run", "--timeout", "0"], "'--timeout'"),
        (["run", "--timeout", "soon"], "'--timeout'"),
        (["run", "--timeout", "1e308"], "is not a time limit; give more than 0, at most a day"),
        (["check", "9" * 400], "'...: File name too long"),
        (["translate", "--from", "torch", "--to", "keras-3", f"lr={'9' * 400}"], "finite number"),
        (["run", "--timeout", "nan"], "is not a time limit; give more than 0, at most a day"),
        (["check", "x.py", "--json"], "'--json'"),
        (["identify", "x.json", "--junit", "x.xml"], "No such option: --junit"),
    ],
)
def test_bad_options_are_named(
    refused: Callable[..., str], arguments: list[str], said: str
) -> None:
    assert said in refused(*arguments)


def test_an_unknown_edition_is_refused_naming_those_there_are(refused: Callable[..., str]) -> None:
    names = ", ".join(port.name for port in bundled())
    assert refused("run", "java/triple") == (
        f"rmsproof: no edition 'java/triple'; choose one of {names}\n"
    )
    assert names.startswith("java/published, java/imported, java/double, ")


def test_no_arguments_is_help(call: Callable[..., Done]) -> None:
    done = call()
    assert done.code == 2
    assert "Usage: rmsproof" in done.out + done.err


def test_a_file_that_cannot_be_read_is_named(call: Callable[..., Done], tmp_path: Path) -> None:
    written(tmp_path, mine_java=outside(JAVA))
    path = tmp_path / "mine.java"
    path.chmod(0)
    if os.access(path, os.R_OK):  # root reads everything: a folder in its place cannot be read
        path.chmod(stat.S_IRUSR | stat.S_IWUSR)
        path.unlink()
        path.symlink_to("mine.java")
    done = call("check", "mine.java", "--golden", "page*")
    assert done.code in (2, 3)
    assert "mine.java" in done.err + done.out
