"""Every starter is generated, built and exact; it speaks all of the protocol; nothing is lost."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support import REPOSITORY, Done

from harness.starters.starter import LANGUAGES, named, starters, texts, write
from harness.transport import requests
from python_ref.scenarios.catalogue import scenario_names

ALL = starters()
# Those that are built within seconds; the others are among the tests that the suite leaves out.
QUICK = ("c", "go", "javascript", "python")
TRIED = [
    pytest.param(
        name,
        marks=[
            *([] if name in QUICK else [pytest.mark.slow]),
            *([pytest.mark.jvm] if "java" in starter.needs else []),
        ],
    )
    for name, starter in ALL.items()
    if starter.tried
]
BUILD_SECONDS = 300


@pytest.fixture(scope="module")
def built(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Path]:
    """A language, and the folder that its starter was written to and built in."""
    language: str = request.param
    starter = ALL[language]
    if missing := [program for program in starter.needs if shutil.which(program) is None]:
        pytest.skip(f"no {' and no '.join(missing)} here")
    folder = tmp_path_factory.mktemp("starter") / language
    write(texts(language, starter), folder)
    # What a compiler keeps between two runs is the user's own, as it is for them.
    for line in starter.build:
        done = subprocess.run(
            ["bash", "-c", line],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=BUILD_SECONDS,
            check=False,
        )
        assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
    return language, folder


built_by_each = pytest.mark.parametrize("built", TRIED, indirect=True)


@built_by_each
def test_it_is_exact_at_every_golden_and_at_the_edges(
    built: tuple[str, Path], call: Callable[..., Done]
) -> None:
    language, folder = built
    done = call("check", str(folder), "--edge", "--json", "-")
    assert (done.code, done.err) == (0, "")
    (row,) = json.loads(done.out)["results"]
    assert (row["verdict"], row["edge"]) == ("exact", [])
    precisions = 1 if ALL[language].precisions == "double" else 2
    assert row["compared"] == len(scenario_names()) * precisions


@built_by_each
def test_it_speaks_all_of_the_protocol(built: tuple[str, Path]) -> None:
    _, folder = built
    numbers = requests.echoed(["float64"])
    run: dict[str, Any] = {
        "do": "run",
        "precision": "float64",
        "learning_rate": 0.5,
        "decay_rate": 0.75,
        "epsilon": 0,
        "options": {},
        "weights": {'a "\\\u00e9\U0001f600': [1, -2.5], "empty": [], "left": [0.1]},
        "gradients": [
            {'a "\\\u00e9\U0001f600': [2, "Infinity"], "empty": []},
            {'a "\\\u00e9\U0001f600': [0, "-Infinity"], "left": ["NaN"]},
        ],
    }
    asked = [
        {"do": "describe"},
        {"do": "describe", "echo": [*numbers, "NaN", "Infinity", "-Infinity", 7]},
        run,
        {**run, "options": {"momentum": 0.9}},
        {**run, "precision": "decimal"},
        run,
        {"do": "quit"},
    ]
    replies = spoken(folder, asked)
    assert [reply["id"] for reply in replies] == list(range(1, len(asked)))
    described, echoed, first, option, precision, again = replies
    assert (described["protocol"], described["echo"], described["state"]) == (1, True, True)
    assert "float64" in described["precision"]
    assert echoed["echo"] == [*numbers, "NaN", "Infinity", "-Infinity", 7]
    # v is 1, then 0.75: 1 - 0.5 * 2 / 1, and the square of what is infinite is.
    name = 'a "\\\u00e9\U0001f600'
    assert first["weights"] == [
        {name: [0, "NaN"], "empty": [], "left": [0.1]},
        {name: [0, "NaN"], "empty": [], "left": ["NaN"]},
    ]
    assert first["moving_average"] == [
        {name: [1, "Infinity"], "empty": [], "left": [0]},
        {name: [0.75, "Infinity"], "empty": [], "left": ["NaN"]},
    ]
    assert "momentum" in option["unsupported"]
    assert "decimal" in precision["unsupported"]
    assert {**again, "id": first["id"]} == first


def spoken(folder: Path, asked: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Replies of a built port, each read before the next request is written; it ends by itself."""
    words = tomllib.loads((folder / "port.toml").read_text(encoding="utf-8"))["command"]
    program = folder / words[0] if "/" in words[0] else words[0]
    with subprocess.Popen(
        [program, *words[1:]], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as port:
        assert port.stdin
        assert port.stdout
        replies = []
        for number, request in enumerate(asked, 1):
            line = json.dumps({"id": number, **request}, ensure_ascii=number % 2 == 0)
            port.stdin.write(line.encode() + b"\n")
            port.stdin.flush()
            if request["do"] != "quit":
                replies.append(json.loads(port.stdout.readline()))
        assert port.wait(timeout=10) == 0, "it stays after quit"
    return replies


def test_a_wrong_update_in_a_starter_is_named(tmp_path: Path, call: Callable[..., Done]) -> None:
    """What people do with it: their update in place of ours."""
    assert call("new", "python", "mine").code == 0
    update = tmp_path / "mine/rmsprop.py"
    text = update.read_text(encoding="utf-8")
    right = "math.sqrt(v[i]) + self.epsilon"
    assert text.count(right) == 1
    update.write_text(text.replace(right, "math.sqrt(v[i] + self.epsilon)"), encoding="utf-8")
    done = call("check", "mine", "--golden", "*float64/mixed-arrays", "--json", "-")
    assert done.code == 1
    assert json.loads(done.out)["results"][0]["deviations"] == ["epsilon=inside"]
    # The comment of port.toml, taken at its word.
    manifest = tmp_path / "mine/port.toml"
    text = manifest.read_text(encoding="utf-8")
    manifest.write_text(re.sub(r"^# (?=\[|dialect)", "", text, flags=re.MULTILINE))
    assert call("check", "mine", "--golden", "*float64/mixed-arrays").code == 0


# -- what is written ---------------------------------------------------------------------------


def test_the_help_lists_every_language_and_which_were_not_run(call: Callable[..., Done]) -> None:
    out = " ".join(call("new", "--help").out.partition("Languages:")[2].split())
    at = [out.index(f"{name} needs") for name in ALL]
    assert at == sorted(at)
    for name, start, end in zip(ALL, at, [*at[1:], len(out)], strict=True):
        assert ("not run here" in out[start:end]) is not ALL[name].tried


def test_the_page_lists_every_language_and_which_were_not_run(call: Callable[..., Done]) -> None:
    page = (REPOSITORY / "docs/starters.md").read_text(encoding="utf-8")
    rows = [line.strip("| ").split(" | ") for line in page.splitlines() if line.startswith("| ")]
    assert rows[1:] == [
        [
            starter.title,
            f"`{name}`",
            ", ".join(f"`{program}`" for program in starter.needs),
            starter.precisions,
            "built and exact" if starter.tried else "not run",
        ]
        for name, starter in ALL.items()
    ]
    lines = re.findall(r"^\$ rmsproof (.*)$", page, re.MULTILINE)
    assert [call(*line.split()).code for line in lines] == [0, 0]


@pytest.mark.parametrize("name", ALL)
def test_a_starter_is_whole(name: str) -> None:
    starter = ALL[name]
    files = texts(name, starter)
    assert {starter.update, starter.protocol, ".gitignore", "port.toml", "README.md"} <= set(files)
    assert not [path for path, text in files.items() if "@" in text and "@TITLE" in text]
    assert max(map(len, files["README.md"].splitlines())) <= 100
    assert len(files["README.md"].splitlines()) <= 14
    assert tomllib.loads(files["port.toml"])["command"] == starter.command
    for line in starter.build:
        assert f"$ {line}\n" in files["README.md"]
        assert f"      - run: {line}\n" in files[".github/workflows/rmsproof.yml"]


def test_every_folder_is_a_starter() -> None:
    assert {path.name for path in LANGUAGES.iterdir() if path.is_dir()} == set(ALL)


@pytest.mark.parametrize(
    ("alias", "name"), [("C++", "cpp"), ("js", "javascript"), ("Go", "go"), ("C#", "csharp")]
)
def test_a_language_has_other_names(alias: str, name: str) -> None:
    assert named(alias)[0] == name


# -- bad input ---------------------------------------------------------------------------------


def test_a_language_that_is_none_is_told_the_nearest(call: Callable[..., Done]) -> None:
    done = call("new", "pyhton", "mine")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(
        "rmsproof: new 'pyhton': no starter in such a language; did you mean python? there are c,"
    )
    done = call("new", "cobol", "mine")
    assert "did you mean" not in done.err
    assert not Path("mine").exists()


def test_a_folder_that_is_not_empty_stays_as_it_is(call: Callable[..., Done]) -> None:
    mine = Path("mine")
    mine.mkdir()
    (mine / "notes.txt").write_text("mine")
    done = call("new", "python", "mine")
    assert done == Done(
        2,
        "",
        "rmsproof: mine: is not empty (notes.txt); name a folder that is, or a new one\n",
    )
    assert [path.name for path in mine.iterdir()] == ["notes.txt"]
    done = call("new", "python", "mine/notes.txt")
    assert done.err == (
        "rmsproof: mine/notes.txt: is no folder; name one that is empty, or a new one\n"
    )
    assert call("new", "python", "mine/notes.txt/more").code == 2
    done = call("new", "python", "m" * 300)
    assert (done.code, done.err.endswith(": cannot be written to: File name too long\n")) == (
        2,
        True,
    )
    assert (mine / "notes.txt").read_text() == "mine"


def test_an_empty_repository_takes_one(call: Callable[..., Done]) -> None:
    Path(".git").mkdir()
    done = call("new", "python", ".")
    assert done.code == 0
    assert "  cd " not in done.out
    assert Path(".github/workflows/rmsproof.yml").is_file()


@pytest.mark.skipif(os.name != "posix" or os.getuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_to(call: Callable[..., Done]) -> None:
    Path("mine").mkdir(mode=0o500)
    done = call("new", "python", "mine/port")
    assert done == Done(2, "", "rmsproof: mine/port: cannot be written to: Permission denied\n")


def test_where_writing_fails_nothing_is_left(
    call: Callable[..., Done], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = Path.open

    def full(path: Path, *given: Any, **more: Any) -> Any:
        if path.name == "port.toml" and "x" in given:
            raise OSError(28, "No space left on device")
        return opened(path, *given, **more)

    monkeypatch.setattr(Path, "open", full)
    done = call("new", "python", "deep/mine")
    assert done.code == 2
    assert done.err.startswith("rmsproof: deep/mine: cannot be written to: ")
    assert not Path("deep").exists()


def test_a_toolchain_that_is_missing_is_named(
    call: Callable[..., Done], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    done = call("new", "c", "mine")
    assert done == Done(
        2,
        "",
        "rmsproof: new c: cc and make are not on the PATH; get a C compiler and make, from your"
        " system's packages, or write the starter all the same with --without-tools\n",
    )
    assert not Path("mine").exists()
    assert call("new", "c", "mine", "--without-tools").code == 0
