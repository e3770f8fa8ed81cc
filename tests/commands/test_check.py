"""`check`: sources without a manifest, commands, claims, and the code it ends with."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from small_sources import CLOJURE, JAVA, PYTHON, SCALA, inside, outside, written
from support import REPOSITORY, Done, python

PLAIN_LIST = REPOSITORY / "tests/ports/plain_list.py"
BANNER = REPOSITORY / "tests/faulty/wire/banner.py"


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Done, dict[str, Any]]:
    """Sources of every language, none with a manifest, in one run."""
    from support import command

    folder = tmp_path_factory.mktemp("mine")
    written(
        folder,
        right_java=outside(JAVA),
        inside_java=inside(JAVA),
        right_clj=CLOJURE,
        right_py=outside(PYTHON),
        inside_py=inside(PYTHON),
        right_scala=SCALA,
        broken_java="class Optimizer { void step(",
        shapeless_py="def area(width, height):\n    return width * height\n",
    )
    names = sorted(path.name for path in folder.iterdir())
    arguments = [sys.executable, "-m", "rmsproof", "check", *names, "--json", "-"]
    arguments += ["--golden", "mixed-*"]
    done = command(arguments, cwd=folder, env={"PYTHONPATH": str(REPOSITORY)})
    return done, {row["port"]: row for row in json.loads(done.out)["results"]}


@pytest.mark.parametrize(
    ("name", "language", "verdict", "deviations"),
    [
        ("right.java", "java", "exact", []),
        ("right.scala", "scala", "exact", []),
        ("right.clj", "clojure", "exact", []),
        ("right.py", "python", "exact", []),
        ("inside.java", "java", "diverges", ["epsilon=inside"]),
        ("inside.py", "python", "diverges", ["epsilon=inside"]),
        ("broken.java", "java", "does-not-compile", []),
    ],
)
def test_a_source_is_judged_without_a_manifest(
    checked: tuple[Done, dict[str, Any]],
    name: str,
    language: str,
    verdict: str,
    deviations: list[str],
) -> None:
    row = checked[1][name]
    assert (row["language"], row["verdict"], row["deviations"]) == (language, verdict, deviations)
    assert row["as_expected"] is (verdict == "exact")


def test_what_cannot_be_bound_is_bad_input_and_the_others_still_run(
    checked: tuple[Done, dict[str, Any]],
) -> None:
    done, rows = checked
    assert set(rows) == {
        "right.java", "right.scala", "right.clj", "right.py",
        "inside.java", "inside.py", "broken.java",
    }  # fmt: skip
    assert done.code == 2
    assert done.err == (
        "rmsproof: shapeless.py: no method or function of the right shape: area(width, height):"
        " unrecognised parameters width, height\n"
        "Write an adapter for it: rmsproof adapt shapeless.py\n"
    )


@pytest.mark.parametrize(
    ("source", "claim", "code"),
    [
        (outside(PYTHON), [], 0),
        (inside(PYTHON), [], 1),
        (inside(PYTHON), ["--dialect", "formula"], 0),
        (inside(PYTHON), ["--dialect", "epsilon=inside"], 0),
        (outside(PYTHON), ["--dialect", "formula"], 1),
    ],
)
def test_a_port_is_held_to_what_it_claims_to_be(
    call: Callable[..., Done], tmp_path: Path, source: str, claim: list[str], code: int
) -> None:
    written(tmp_path, mine_py=source)
    assert call("check", "mine.py", *claim, "--golden", "mixed-arrays").code == code


def test_a_command_is_judged_after_two_dashes(call: Callable[..., Done]) -> None:
    done = call("check", "--golden", "page*", "--json", "-", "--", *python(PLAIN_LIST))
    row = json.loads(done.out)["results"][0]
    assert (row["verdict"], row["transport"], row["language"]) == ("exact", "stdio", "python")
    assert (done.code, done.err) == (0, "")


def test_a_folder_with_a_manifest_is_judged(call: Callable[..., Done], tmp_path: Path) -> None:
    odd = outside(PYTHON).replace("lr, rho, eps", "a, b, eps").replace("lr *", "a *")
    odd = odd.replace("rho", "b").replace("params", "blobs").replace("grads", "slopes")
    manifest = """
        name = "odd"
        language = "python"
        source = "mine.py"

        [bind]
        learning_rate = "a"
        decay_rate = "b"
        gradients = "slopes"
        weights = "blobs"
    """
    folder = tmp_path / "odd"
    folder.mkdir()
    written(folder, mine_py=odd, port_toml=manifest)
    for target in ("odd", "odd/port.toml"):
        done = call("check", target, "--golden", "page*", "--json", "-")
        assert json.loads(done.out)["results"][0]["verdict"] == "exact"


UNNAMED = """
    class Steps:
        def __init__(self, blub, rho, eps):
            self.blub, self.rho, self.eps, self.v = blub, rho, eps, {}

        def step(self, params, grads):
            for k, g in grads.items():
                self.v[k] = self.rho * self.v.get(k, 0 * g) + (1 - self.rho) * (g * g)
                params[k] -= self.blub * g / (self.v[k] ** 0.5 + self.eps)
"""


@pytest.mark.parametrize("target", ["mine.py", "mine.py:Steps", "mine:Steps"])
def test_lines_of_a_manifest_beside_it_tell_what_its_names_do_not(
    call: Callable[..., Done], tmp_path: Path, target: str
) -> None:
    """What the message of an unbound port advises is done as it says, and asked again."""
    written(tmp_path, mine_py=UNNAMED)
    refused = call("check", target)
    assert refused.code == 2
    _, told, lines = refused.err.partition("say so in port.toml beside it\n")
    assert told
    advised = "\n".join(lines.splitlines()[:2])
    assert advised == '[bind]\nlearning_rate = "blub"'
    for manifest, code in ((advised, 0), (f'source = "other.py"\n{advised}', 2)):
        written(tmp_path, port_toml=manifest)
        assert call("check", target, "--golden", "page*").code == code


def test_of_several_classes_one_is_named(call: Callable[..., Done], tmp_path: Path) -> None:
    twice = outside(JAVA) + inside(JAVA).replace("Optimizer", "Other").partition("\n\n")[2]
    written(tmp_path, two_java=twice)
    done = call("check", "two.java", "--golden", "page*")
    assert done.code == 2
    assert done.err.endswith(
        "Choose with --class NAME (one of Optimizer, Other)\n"
        "Write an adapter for it: rmsproof adapt two.java\n"
    )
    assert call("check", "two.java", "--class", "Optimizer", "--golden", "mixed-arrays").code == 0
    assert call("check", "two.java", "--class", "Other", "--golden", "mixed-arrays").code == 1


def test_options_behind_the_dashes_are_the_ports_and_that_is_noted(
    call: Callable[..., Done],
) -> None:
    command = python(PLAIN_LIST)
    quiet = call("check", "--golden", "page-one*", "--", *command, "--verbose")
    noted = call("check", "--golden", "page-one*", "--", *command, "--json", "--timeout=2")
    assert (quiet.code, quiet.err) == (0, "")
    assert (noted.code, noted.err) == (
        0,
        "rmsproof: note: --json, --timeout=2: went to the port; ours stand before --\n",
    )


SECRETIVE = """
    import os

    FACTOR = float(os.environ.get("MY_FACTOR", "2"))


    def step(w, g, lr, rho, eps, state=None):
        state = state if state is not None else 0 * g
        state = rho * state + (1 - rho) * (g * g)
        return w - FACTOR * lr * g / (state ** 0.5 + eps), state
"""


def test_a_variable_reaches_the_port_where_it_is_asked_to(
    call: Callable[..., Done], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over both transports; nothing else of the environment does."""
    monkeypatch.setenv("MY_FACTOR", "1")
    written(tmp_path, mine_py=SECRETIVE)
    spy = "import os, sys; sys.exit(int(os.environ.get('MY_FACTOR', '7')))"
    for options, right in (((), False), (("--env", "MY_FACTOR"), True)):
        done = call("check", "mine.py", "--golden", "mixed-arrays", *options)
        assert done.code == (0 if right else 1)
        done = call("check", *options, "--json", "-", "--", sys.executable, "-c", spy)
        message = json.loads(done.out)["results"][0]["message"]
        assert f"ended with exit code {1 if right else 7}" in message


def test_a_command_that_speaks_text_is_garbled(call: Callable[..., Done]) -> None:
    """That is the port's fault, so it is a verdict."""
    done = call("check", "--json", "-", "--", *python(BANNER))
    row = json.loads(done.out)["results"][0]
    said = "protocol error: a line that is not JSON: 'Welcome to RMSProp 2.1'"
    assert (row["verdict"], row["message"], done.code) == ("garbled", said, 1)


def test_a_port_that_differs_at_an_edge_alone_is_not_named(
    call: Callable[..., Done], tmp_path: Path
) -> None:
    """With --edge the edge decides, and it is no ground for a diagnosis."""
    source = "def rmsprop(w, g, lr, rho, eps):\n    return [x + 1.0 for x in w]\n"
    (tmp_path / "port.py").write_text(source, encoding="utf-8")
    done = call("check", "port.py", "--edge", "--golden", "decay-one", "--json", "-")
    assert (done.code, done.err) == (1, "")
    result = json.loads(done.out)["results"][0]
    assert (result["verdict"], result["deviations"]) == ("diverges", [])
