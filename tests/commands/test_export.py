"""Goldens exported: for which dialect, in which precision, for whom; and what is refused."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support import REPOSITORY, Done, alike

from harness.languages.frameworks import FRAMEWORKS
from harness.machine import layout
from python_ref import golden
from python_ref.golden import sums
from python_ref.scenarios.catalogue import scenario_names

COMPARISON = (REPOSITORY / "docs/comparison.md").read_text(encoding="utf-8")
LIBRARY = {
    "java": "src/main/java/rmsproof/testing/Golden.java",
    "scala": "src/main/scala/rmsproof/testing/Golden.scala",
    "clojure": "src/rmsproof/testing.clj",
}

KEPT = REPOSITORY / "java/testing/src/test/resources/rmsproof/goldens/deviations.json"


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", COMPARISON, re.DOTALL)


@pytest.mark.slow
def test_a_dialect_and_a_precision_can_be_chosen(call: Callable[..., Done], tmp_path: Path) -> None:
    done = call(
        "golden", "export", "out", "--dialect", "momentum=nesterov", "--precision", "float32"
    )
    assert (done.code, done.err) == (0, "")
    files = list((tmp_path / "out").rglob("*/*.json"))
    assert {p.parent.name for p in files} == {"float32"}
    assert sorted(p.stem for p in files) == sorted(scenario_names())
    assert golden.load(files[0]).dialect.deviations == ("momentum=nesterov",)
    assert (tmp_path / "out/schema.json").is_file()


@pytest.mark.parametrize("name", FRAMEWORKS)
@pytest.mark.parametrize("precision", alike(["float32", "float64"]))
def test_a_framework_gets_a_test_its_library_and_the_goldens(
    call: Callable[..., Done], tmp_path: Path, name: str, precision: str
) -> None:
    framework = FRAMEWORKS[name]
    done = call("golden", "export", "out", "--for", name, "--precision", precision)
    assert (done.code, done.err) == (0, "")
    out = tmp_path / "out"
    ready, number = re.findall(r"at (out/\S+):(\d+), then run", done.out)[0]
    text = (tmp_path / ready).read_text(encoding="utf-8")
    assert "make your optimizer here" in text.splitlines()[int(number) - 1]
    assert "out has no build file yet (" in done.out
    assert f'"reference/{precision}"' in text
    if precision == "float32":
        assert "double" not in text.lower()
    library = layout.ports_root() / framework.language / "testing" / framework.source
    for path in filter(Path.is_file, library.rglob("*")):
        there = out / framework.tests / path.relative_to(library)
        assert there.read_bytes() == path.read_bytes()
    goldens = out / framework.goldens
    deviations = json.loads((goldens / "deviations.json").read_text(encoding="utf-8"))
    if precision == "float64":  # what the libraries' own tests read
        for kept, rows in json.loads(KEPT.read_text(encoding="utf-8")).items():
            assert rows == deviations[kept]
    assert len(list(goldens.glob("*/*/*.json"))) == len(scenario_names())
    assert (goldens / sums.NAME).read_text(encoding="utf-8") == sums.text(goldens)


@pytest.mark.slow
def test_a_project_gets_its_test_beside_what_is_there(
    call: Callable[..., Done], tmp_path: Path
) -> None:
    (tmp_path / "pom.xml").write_text("<project/>", encoding="utf-8")
    done = call("golden", "export", ".", "--for", "junit")
    assert done.code == 0
    assert "no build file" not in done.out
    ready = tmp_path / "src/test/java/RMSPropConformanceTest.java"
    ready.write_text("mine", encoding="utf-8")
    done = call("golden", "export", ".", "--for", "junit")
    assert done.code == 2
    assert re.fullmatch(r"rmsproof: src/\S+: is there already; remove it, or.*\n", done.err)
    assert ready.read_text(encoding="utf-8") == "mine"


def refusals() -> Iterator[tuple[list[str], str]]:
    yield ["full"], "rmsproof: full: is not empty; name a new folder\n"
    yield (
        ["full", "--for", "clojure.test"],
        "rmsproof: full: is not empty; name a new folder, or the root of a project (deps.edn,"
        " project.clj, build.boot, pom.xml)\n",
    )
    yield ["full/file"], "rmsproof: full/file: is a file; name a folder\n"
    yield (
        ["out", "--for", "testng"],
        "rmsproof: --for 'testng': no such framework; choose one of junit, munit, clojure.test,"
        " json\n",
    )
    yield (
        ["out", "--precision", "float16"],
        "rmsproof: --precision 'float16': no such precision; choose one of float64, float32,"
        " float32_double\n",
    )
    yield (
        ["out", "--for", "junit", "--precision", "float64", "--precision", "float32"],
        "rmsproof: --precision: a test is in one; export the other into another folder\n",
    )
    yield (
        ["out", "--dialect", "keras-33"],
        "rmsproof: dialect: no dialect is called 'keras-33'; similar are Keras 3, Keras 2,"
        " tf-keras\n",
    )
    yield (
        ["full/file/out", "--precision", "float64"],
        "rmsproof: full/file/out/reference/float64/page-one-step.json: cannot be written: Not a"
        " directory\n",
    )


@pytest.mark.parametrize(("arguments", "message"), list(refusals()))
def test_what_cannot_be_written_is_refused(
    call: Callable[..., Done], tmp_path: Path, arguments: list[str], message: str
) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full/file").write_text("mine", encoding="utf-8")
    done = call("golden", "export", *arguments)
    assert (done.code, done.out, done.err) == (2, "", message)
    assert [p.name for p in tmp_path.rglob("*")] == ["full", "file"]


@pytest.mark.parametrize("language", LIBRARY)
def test_the_rule_that_is_shown_is_the_one_that_runs(language: str) -> None:
    library = layout.ports_root() / language / "testing" / LIBRARY[language]
    (block,) = blocks(language)
    assert block in library.read_text(encoding="utf-8")


def test_the_rule_shown_in_python_judges_as_we_do() -> None:
    (block,) = blocks("python")
    shown: dict[str, Any] = {}
    exec(block, shown)

    def made(numbers: dict[str, Any], inside: bool = False, cut: bool = False) -> Any:
        averages: dict[str, list[float]] = {}
        lr, d, eps = (numbers[n] for n in ("learning_rate", "decay_rate", "epsilon"))

        def update(gradients: Any, weights: Any) -> Any:
            for name, row in gradients.items():
                v = averages.setdefault(name, [0.0] * len(row))
                for i, g in enumerate(row):
                    v[i] = d * v[i] + (1 - d) * (g * g)
                    root = (v[i] + eps) ** 0.5 if inside else v[i] ** 0.5 + eps
                    weights[name][i] -= lr * (g / root)
            return {name: row[:-1] for name, row in weights.items()} if cut else weights

        return update

    folder = golden.DIRECTORY / "reference/float64"
    for path in sorted(folder.glob("[m-z]*.json")):
        if json.loads(path.read_text(encoding="utf-8"))["class"] == "edge":
            continue
        assert list(shown["differences"](path, made)) == [], path
    wrong = shown["differences"](folder / "page-one-step.json", lambda n: made(n, inside=True))
    assert next(wrong) == (
        "step 1, w1[0]: expected 0.4968377233398313, observed 0.4968377381511013"
    )
    short = shown["differences"](folder / "page-one-step.json", lambda n: made(n, cut=True))
    assert next(short) == "step 1: w1 has 1 elements, not 2"
    right = shown["is_right"]
    inf, nan = float("inf"), float("nan")
    for expected, observed, radius, verdict in (
        (nan, nan, None, True),
        (0.0, -0.0, None, True),
        (inf, inf, None, True),
        (inf, -inf, None, False),
        (1.0, nan, 1.0, False),
        (nan, 1.0, 1.0, False),
        (1.0, 1.5, 0.5, True),
        (1.0, 1.75, 0.5, False),
        (1.0, 1.5, None, False),
    ):
        assert right(expected, observed, radius) is verdict, (expected, observed, radius)
