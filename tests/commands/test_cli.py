"""The command line: what it does, what it says of bad input, and the code it ends with."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from support import REPOSITORY, Done, python

from harness.ports.targets import bundled
from python_ref import golden as goldens_of
from python_ref.dialects.dialect import Dialect
from python_ref.golden import reading, writing
from python_ref.scenarios.catalogue import scenario_names, scenarios

PLAIN_LIST = REPOSITORY / "tests/ports/plain_list.py"
BANNER = REPOSITORY / "tests/faulty/wire/banner.py"

JAVA = """
    import java.util.*;

    final class Optimizer {
        private final double rate, decay, eps;
        private final Map<String, double[]> cache = new TreeMap<>();

        Optimizer(double eps, double rate, double decay) {
            this.rate = rate;
            this.decay = decay;
            this.eps = eps;
        }

        Map<String, double[]> step(Map<String, double[]> params, Map<String, double[]> grads) {
            Map<String, double[]> next = new LinkedHashMap<>(params);
            for (String key : grads.keySet()) {
                double[] g = grads.get(key), w = params.get(key).clone();
                double[] v = cache.computeIfAbsent(key, k -> new double[g.length]);
                for (int i = 0; i < g.length; i++) {
                    v[i] = decay * v[i] + (1 - decay) * (g[i] * g[i]);
                    w[i] = w[i] - rate * g[i] / DENOMINATOR;
                }
                next.put(key, w);
            }
            return next;
        }
    }
"""
CLOJURE = """
    (ns mine.optimizer)

    (defn step
      [lr rho eps grads params state]
      (let [average (merge-with (fn [old g2] (mapv #(+ (* rho %1) (* (- 1.0 rho) %2)) old g2))
                                (into {} (for [[k g] grads]
                                           [k (get state k (vec (repeat (count g) 0.0)))]))
                                (into {} (for [[k g] grads] [k (mapv #(* % %) g)])))]
        [(into {} (for [[k w] params]
                    [k (mapv (fn [w g v] (- w (/ (* lr g) (+ (Math/sqrt v) eps))))
                             w (get grads k) (get average k))]))
         (merge state average)]))
"""
PYTHON = """
    import numpy as np

    def rmsprop(lr, rho, eps):
        cache = {}

        def step(params, grads):
            for k, g in grads.items():
                cache[k] = rho * cache.get(k, np.zeros_like(g)) + (1 - rho) * (g * g)
                params[k] -= lr * g / DENOMINATOR

        return step
"""
SCALA = """
    import scala.collection.mutable

    class Optimizer(lr: Double, rho: Double, eps: Double):
      private val cache = mutable.Map.empty[String, Array[Double]]

      def step(params: Map[String, Array[Double]], grads: Map[String, Array[Double]]): Unit =
        for (k, g) <- grads do
          val v = cache.getOrElseUpdate(k, Array.fill(g.length)(0.0))
          for i <- g.indices do
            v(i) = rho * v(i) + (1 - rho) * (g(i) * g(i))
            params(k)(i) -= lr * g(i) / (math.sqrt(v(i)) + eps)
"""


def outside(source: str) -> str:
    root = "np.sqrt(cache[k])" if "numpy" in source else "(Math.sqrt(v[i]))"
    return source.replace("DENOMINATOR", f"({root} + eps)")


def inside(source: str) -> str:
    root = "np.sqrt(cache[k] + eps)" if "numpy" in source else "Math.sqrt(v[i] + eps)"
    return source.replace("DENOMINATOR", root)


def written(folder: Path, **sources: str) -> None:
    for name, source in sources.items():
        stem, _, ending = name.rpartition("_")
        (folder / f"{stem}.{ending}").write_text(dedent(source).lstrip("\n"), encoding="utf-8")


# -- judging -------------------------------------------------------------------------------------


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


def test_one_target_missing_and_one_exact_is_two(call: Callable[..., Done], tmp_path: Path) -> None:
    written(tmp_path, mine_py=outside(PYTHON))
    done = call("check", "gone.py", "mine.py", "--golden", "page*", "--json", "-")
    assert [row["verdict"] for row in json.loads(done.out)["results"]] == ["exact"]
    assert (done.code, done.err) == (2, GONE)


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


# -- bad input ------------------------------------------------------------------------------------

GONE = (
    "rmsproof: gone.py: no such file or folder. A target is a source file"
    " (.java, .scala, .clj, .kt, .py), a folder with port.toml, module:Object, or -- COMMAND ARGS\n"
)


@pytest.fixture
def refused(call: Callable[..., Done]) -> Callable[..., str]:
    """Run arguments that must be refused with exit code 2; returns what standard error says."""

    def run(*arguments: str) -> str:
        done = call(*arguments)
        assert (done.code, done.out) == (2, "")
        return done.err

    return run


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
            " the known ones are .java, .scala, .clj, .kt, .py."
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
            "rmsproof: Makefile: no ending; the known ones are .java, .scala, .clj, .kt, .py."
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


MANIFEST = 'name = "mine"\nlanguage = "python"\nsource = "mine.py"\n'


@pytest.mark.parametrize(
    ("manifest", "message"),
    [
        (
            MANIFEST + 'colour = "red"\n',
            "unknown field `colour`; the fields are name, language, source, object,"
            " command, build, adapter, classpath, repair, rung, claims, expectation, give, bind",
        ),
        (MANIFEST + "rung = true\n", "rung: Expected `int`, got `bool`"),
        (MANIFEST + "repair = 3\n", "repair: Expected `str`, got `int`"),
        (MANIFEST.replace('"mine"', "7"), "name: Expected `str`, got `int`"),
        ('language = "python"\nsource = "mine.py"\n', "missing the field `name`"),
        (
            MANIFEST + "[expectation]\nverdict = 1\n",
            "expectation.verdict: Expected `str`, got `int`",
        ),
        (
            MANIFEST + '[expectation]\nverdict = "fine"\n',
            "expectation.verdict: 'fine' is not one of does-not-compile, times-out, crashes,"
            " garbled, diverges, conforms, exact, no-update, unsupported, not-run",
        ),
        (
            MANIFEST + '[expectation]\nverdict = "exact"\nword = "exact"\n',
            "expectation: unknown field `word`; the fields are verdict, deviations",
        ),
        (
            MANIFEST + '[expectation]\nverdict = "diverges"\ndeviations = ["epsilon"]\n',
            "expectation.deviations: 'epsilon' is not of the form axis=value,"
            " such as epsilon=inside",
        ),
        (
            MANIFEST + '[claims]\ndeviations = ["direction=up"]\n',
            "claims: dialect: direction has no value 'up'; its values are descent, ascent",
        ),
        (
            MANIFEST + '[bind]\nrate = "lr"\n',
            "bind.rate: no such key; the keys are class, method, function, learning_rate,"
            " decay_rate, epsilon, momentum, weight_decay, clip, mean_decay, decay, factor,"
            " every, total, gradients, weights, state, biases, bias_gradients, size, rows,"
            " columns, index, start, length, iteration, parameters, name, source, silent",
        ),
        (
            MANIFEST + '[claims]\ndialects = ["formula"]\n',
            "claims: unknown field `dialects`; did you mean `dialect`?",
        ),
        (MANIFEST + "[bind]\nclass = 1\n", "bind[...]: Expected `str`, got `int`"),
        (
            MANIFEST.replace('"python"', '"cobol"'),
            "language: 'cobol' is not one of java, scala, clojure, kotlin, python;"
            " give a command for any other",
        ),
        (
            MANIFEST.replace("mine.py", "yours.py"),
            "source: there is no file 'yours.py' beside it",
        ),
        (
            MANIFEST.replace("mine.py", "../mine.py"),
            "source: '../mine.py' is outside the folder; put the file beside port.toml",
        ),
        (
            MANIFEST + 'object = "mine:RMSProp"\n',
            "give exactly one of source, object and command",
        ),
        (
            'name = "mine"\nlanguage = "python"\n',
            "give exactly one of source, object and command",
        ),
        ("name = ", "is not TOML: Invalid value (at end of document)"),
        ('name = "\xff"'.encode("latin-1"), "is not UTF-8 (byte 8)"),
    ],
)
def test_a_manifest_is_refused_by_file_and_field(
    refused: Callable[..., str], tmp_path: Path, manifest: str | bytes, message: str
) -> None:
    folder = tmp_path / "port"
    folder.mkdir()
    written(tmp_path, mine_py=PYTHON)
    written(folder, mine_py=PYTHON)
    raw = manifest if isinstance(manifest, bytes) else manifest.encode()
    (folder / "port.toml").write_bytes(raw)
    err = refused("check", "port")
    assert err == f"rmsproof: port/port.toml: {message}\n"


@pytest.fixture
def spoiled_goldens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the bundled goldens in place of them, one cut short; returns that one."""
    copy = tmp_path / "golden"
    shutil.copytree(goldens_of.DIRECTORY, copy)
    monkeypatch.setattr(reading, "DIRECTORY", copy)
    path = copy / "reference/float64/mixed-scales.json"
    path.write_bytes(path.read_bytes()[:1000])
    return path


@pytest.mark.parametrize("arguments", [["run", "java/double"], ["golden", "list"]])
def test_a_truncated_golden_is_bad_input(
    refused: Callable[..., str], spoiled_goldens: Path, arguments: list[str]
) -> None:
    """Ours, and never held against a port."""
    err = refused(*arguments)
    assert err.startswith(f"rmsproof: {spoiled_goldens}: is not complete JSON: ")
    assert err.count("\n") == 1


# -- goldens --------------------------------------------------------------------------------------


def test_a_golden_is_shown_by_name_or_identity(call: Callable[..., Done]) -> None:
    by_name = call("golden", "show", "reference/float64/page-one-step")
    by_id = call("golden", "show", "e3c7795767899114")
    assert by_name.out == by_id.out
    assert "0.4968377233398313" in by_name.out


def test_goldens_are_exported_as_they_are(call: Callable[..., Done], tmp_path: Path) -> None:
    done = call("golden", "export", "out")
    files = sorted(p.relative_to(tmp_path / "out") for p in (tmp_path / "out").rglob("*.json"))
    assert done.out == f"{len(files) - 1} goldens and schema.json written to out\n"
    for file in files:
        there, here = tmp_path / "out" / file, goldens_of.DIRECTORY / file
        assert there.read_bytes() == here.read_bytes(), file


def test_verifying_says_what_is_wrong_and_ends_with_one(
    call: Callable[..., Done], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "DIALECTS", {"reference": Dialect()})  # a sixth, for speed
    monkeypatch.setattr(writing, "PRECISIONS", ("float32",))
    kept = "reference/float32"
    shutil.copytree(goldens_of.DIRECTORY / kept, tmp_path / "g" / kept)
    done = call("golden", "verify", "g")
    assert (done.code, done.err) == (0, "")
    certified = sum(not scenario.edge for scenario in scenarios("float32"))
    assert done.out == (
        f"{len(scenario_names())} goldens verified byte for byte\n"
        f"{certified} goldens certified in ball arithmetic, all but those of edges\n"
    )
    monkeypatch.setitem(sys.modules, "flint", None)  # as where python-flint is not installed
    assert "the certificate was not checked" in call("golden", "verify", "g").out
    (tmp_path / "g/reference/float32/page-one-step.json").unlink()
    done = call("golden", "verify", "g")
    assert done.code == 1
    assert done.err == "rmsproof: g/reference/float32/page-one-step.json: is missing\n"
    assert done.out == "1 problem; `rmsproof golden regenerate` rewrites the files\n"


# -- the rest -------------------------------------------------------------------------------------


def test_help_names_every_command(call: Callable[..., Done]) -> None:
    done = call("--help")
    assert done.code == 0
    for command in ("run", "check", "golden", "identify", "dialects", "power"):
        assert f"\n  {command} " in done.out


def test_no_arguments_is_help(call: Callable[..., Done]) -> None:
    done = call()
    assert done.code == 2
    assert "Usage: rmsproof" in done.out + done.err


def test_a_reader_that_has_enough_is_no_error(tmp_path: Path) -> None:
    """`rmsproof golden list | head -1`."""
    listing = subprocess.Popen(
        [sys.executable, "-m", "rmsproof", "golden", "list"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        text=True,
    )
    assert listing.stdout is not None
    assert listing.stderr is not None
    listing.stdout.close()
    err = listing.stderr.read()
    listing.stderr.close()
    assert (listing.wait(60), err) == (0, "")


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
