"""Siblings of a JVM source: where they are, and that no more of them are compiled than it uses."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from languages.optimizers import OPTIMIZER, RULE, checked, written
from support import SHORT

from harness.judging.options import Options
from harness.judging.run import run
from harness.languages.java import Java
from harness.languages.jvm import compile as compile_of
from harness.languages.jvm.compile import Command, CompileError, for_lombok
from harness.languages.jvm.sources import Sources, names_sibling, package_of, root_of
from harness.languages.jvm.surroundings import Surroundings, closest
from harness.ports.targets import own

pytestmark = pytest.mark.jvm


def test_java_finds_its_siblings_by_package(tmp_path: Path) -> None:
    written(
        tmp_path,
        {
            "src/a/b/RMSProp.java": f"package a.b;\nimport a.c.Rule;\n{OPTIMIZER}",
            "src/a/c/Rule.java": f"package a.c;\n{RULE}",
        },
    )
    both = Options(transports=("jpype", "stdio"), pattern=SHORT)
    told: list[str] = []
    port = own(tmp_path / "src/a/b/RMSProp.java")
    outcome = run([port], both, every_transport=True, progress=lambda text, _: told.append(text))
    assert [result.verdict.word for result in outcome.results] == ["exact", "exact"]
    for transport in ("jpype", "stdio"):  # begun, compiled, judged
        assert told.count(f"{port.name} over {transport}") == 3


@pytest.mark.slow
def test_a_sibling_may_be_of_a_module(tmp_path: Path) -> None:
    written(
        tmp_path,
        {
            "src/module-info.java": "module a { requires org.acme.absent; }\n",
            "src/a/RMSProp.java": f"package a;\nimport a.c.Rule;\n{OPTIMIZER}",
            "src/a/c/Rule.java": f"package a.c;\n{RULE}",
        },
    )
    assert checked(tmp_path / "src/a/RMSProp.java").verdict.word == "exact"


@pytest.mark.slow
def test_only_the_source_that_is_named_is_bound(tmp_path: Path) -> None:
    other = OPTIMIZER.replace("RMSProp", "RMSPropToo").replace("decay * v[i]", "v[i]")
    written(
        tmp_path,
        {
            "RMSProp.java": OPTIMIZER,
            "Rule.java": RULE.replace("{", "{ Class<?> OTHER = RMSPropToo.class;"),
            "RMSPropToo.java": other,
        },
    )
    assert checked(tmp_path / "RMSProp.java").verdict.word == "exact"


def test_kotlin_is_given_what_it_uses_and_no_more(tmp_path: Path) -> None:
    source = written(
        tmp_path,
        {
            "kotlin/x/opt/RMSProp.kt": "package x.opt\n"
            "import x.core.root\n"
            "class RMSProp(val lr: Double, val decay: Double, val epsilon: Double) : Rule {\n"
            "    private val v = HashMap<Int, Double>()\n"
            "    override fun update(weights: DoubleArray, gradients: DoubleArray) {\n"
            "        for (i in weights.indices) {\n"
            "            val g = gradients[i]\n"
            "            val s = decay * (v[i] ?: 0.0) + (1 - decay) * (g * g)\n"
            "            v[i] = s\n"
            "            weights[i] -= lr * g / (root(s) + epsilon)\n"
            "        }\n"
            "    }\n"
            "}\n",
            "kotlin/x/opt/Rule.kt": "package x.opt\n\ninterface Rule {\n"
            "    fun update(weights: DoubleArray, gradients: DoubleArray)\n}\n",
            "kotlin/x/core/Roots.kt": "package x.core\n\nfun root(x: Double) = Math.sqrt(x)\n",
            "kotlin/x/opt/Server.kt": "package x.opt\nclass Server : org.acme.Http()\n",
        },
    )
    assert checked(source / "kotlin/x/opt/RMSProp.kt").verdict.word == "exact"


SCALA_2 = """package y

class RMSProp(lr: Double, decay: Double, epsilon: Double) extends Rule {
  private val averages = new Averages
  def update(weights: Array[Double], gradients: Array[Double]) {
    val v = averages of weights.length
    for (i <- weights.indices) {
      val g = gradients(i)
      v(i) = decay * v(i) + (1 - decay) * (g * g)
      weights(i) -= lr * g / (math.sqrt(v(i)) + epsilon)
    }
  }
}
"""


def test_scala_2s_syntax_compiles_with_its_siblings(tmp_path: Path) -> None:
    written(
        tmp_path,
        {
            "y/RMSProp.scala": SCALA_2,
            "y/Rules.scala": "package y\n\n"
            "trait Rule { def update(weights: Array[Double], gradients: Array[Double]): Unit }\n"
            "class Averages {\n"
            "  private var v: Array[Double] = null\n"
            "  def of(n: Int) = { if (v == null) v = new Array[Double](n); v }\n"
            "}\n",
        },
    )
    assert checked(tmp_path / "y/RMSProp.scala").verdict.word == "exact"


CLOJURE = """(ns z.rmsprop
  (:require [z.rule :as rule]))

(defn update-weights [learning-rate decay epsilon gradients weights state]
  (let [average (mapv (fn [v g] (rule/average decay v g))
                      (or state (repeat (count gradients) 0.0)) gradients)]
    [(mapv (fn [w g v] (- w (/ (* learning-rate g) (+ (Math/sqrt v) epsilon))))
           weights gradients average)
     average]))
"""


def test_clojure_requires_a_namespace_beside_it(tmp_path: Path) -> None:
    written(
        tmp_path,
        {
            "src/z/rmsprop.clj": CLOJURE,
            "src/z/rule.clj": "(ns z.rule)\n\n"
            "(defn average [d v g] (+ (* d v) (* (- 1 d) (* g g))))\n",
        },
    )
    assert checked(tmp_path / "src/z/rmsprop.clj").verdict.word == "exact"


@pytest.mark.usefixtures("own_cache")  # an earlier run's folders may have been called the same
def test_what_names_its_siblings_costs_one_start_of_a_compiler(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Alone it cannot compile, and what implements its interface is compiled beside it."""
    written(
        tmp_path,
        {
            "a/RMSProp.java": f"package a;\n{OPTIMIZER}",
            "a/Rule.java": f"package a;\n{RULE}",
            "a/Other.java": "package a;\nclass Other extends RMSProp { }\n",
        },
    )
    begun: list[Sequence[Path]] = []

    def counted(command: Command, sources: Sequence[Path], *more: Any) -> None:
        begun.append(sources)
        started(command, sources, *more)

    started = compile_of._run
    monkeypatch.setattr(compile_of, "_run", counted)
    Java().compile((tmp_path / "a/RMSProp.java",), Surroundings((tmp_path,)))
    assert len(begun) == 1


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("package a; class A { Beside b; }", True),
        ("package a; class A { } // Beside", False),
        ("package a; class A { Elsewhere e; }", False),
        ("package a; import b.Elsewhere; class A { }", True),
        ("package a; import b.*; class A { Elsewhere e; }", True),
        ("package a; import b.*; class A { }", False),
        ("package a; import static b.Elsewhere.f; class A { }", True),
        ("package a; import static b.Elsewhere.*; class A { }", True),
        ("package a; import java.util.*; class A { List<A> all; }", False),
    ],
)
def test_a_source_names_a_sibling_or_does_not(text: str, named: bool, tmp_path: Path) -> None:
    others = {"a/Beside.java": "package a;", "b/Elsewhere.java": "package b;"}
    written(tmp_path, {"a/A.java": text.replace("; ", ";\n"), **others})
    assert names_sibling(tmp_path / "a/A.java", [tmp_path]) is named


def test_a_source_is_given_to_a_compiler_once_however_it_is_named(tmp_path: Path) -> None:
    """As `check ../nn/A.scala --project .` has it, in a folder beside it."""
    written(tmp_path, {"nn/A.scala": "class A(b: B)\n", "nn/B.scala": "class B(a: A)\n", "x/y": ""})
    other = tmp_path / "x" / ".." / "nn"
    found = Sources([tmp_path / "nn", other], [".scala"]).closure([other / "A.scala"])
    assert [path.name for path in found] == ["A.scala", "B.scala"]
    written(tmp_path, {"J.java": "import lombok.Getter;\n@Getter class J { K k; }\n"})
    written(tmp_path, {"K.java": "import lombok.Getter;\n@Getter class K { J j; }\n"})
    beside = for_lombok([tmp_path / "x/../J.java"], [Path("lombok-1.jar")], [tmp_path])
    assert beside == [tmp_path / "K.java"]


def test_a_package_clause_gives_the_root(tmp_path: Path) -> None:
    written(
        tmp_path,
        {
            "src/a/b/C.java": "/* package x; */ package a.b;\n",
            "kotlin/opt/D.kt": "package org.acme.opt\n",
            "E.java": "package elsewhere;\n",
        },
    )
    assert package_of("package a\npackage b\nclass X") == "a.b"
    assert root_of(tmp_path / "src/a/b/C.java") == tmp_path / "src"
    assert root_of(tmp_path / "kotlin/opt/D.kt") == tmp_path / "kotlin"
    assert root_of(tmp_path / "E.java") == tmp_path


def test_what_is_needed_is_followed_from_file_to_file(tmp_path: Path) -> None:
    written(
        tmp_path,
        {
            "A.scala": "package p\nclass A(b: B)\n",
            "B.scala": "package p\nimport q.C\nclass B extends C // and D\n",
            "C.scala": "package q\nclass C\n",
            "D.scala": "package p\nclass D\n",
        },
    )
    found = Sources([tmp_path], [".scala"]).closure([tmp_path / "A.scala"])
    assert [path.name for path in found] == ["A.scala", "B.scala", "C.scala"]
    # What a function extends may be a class within a class.
    written(tmp_path, {"A.kt": "package p\nfun f(t: T) = t.first.root()\n"})
    written(tmp_path, {"Root.kt": "package p\nfun T.D1.root() = 1\n"})
    kotlin = Sources([tmp_path], [".kt"]).closure([tmp_path / "A.kt"])
    assert [path.name for path in kotlin] == ["A.kt", "Root.kt"]


@pytest.mark.parametrize(("broken", "times"), [("A", 1), ("B", 2)])
def test_what_misses_something_that_is_nowhere_is_not_tried_with_fewer_files(
    broken: str, times: int, tmp_path: Path
) -> None:
    """What is said to be missing is nothing that lies beside it."""
    for name, words in {"A": "b: B", "B": "c: C", "C": ""}.items():
        absent = "import org.acme.X\n" * (name == broken)
        written(tmp_path, {f"{name}.kt": f"{absent}class {name}({words})\n"})
    tried: list[int] = []

    def compiling(files: Sequence[Path], _: Sequence[Path]) -> Path:
        tried.append(len(files))
        names = {path.stem for path in files}
        wanted = "acme" if broken in names else "B"
        where = broken if broken in names else "A"
        raise CompileError(f"{where}.kt:1: error: unresolved reference '{wanted}'\nimport x")

    around = Surroundings(roots=(tmp_path,))
    with pytest.raises(CompileError, match="'acme'"):
        closest(compiling, [tmp_path / "A.kt"], around, [".kt"])
    assert len(tried) == times


def test_a_package_that_a_compiler_does_not_know_leads_to_the_files_in_it(tmp_path: Path) -> None:
    written(
        tmp_path,
        {
            "A.scala": "package p\nimport q.data.C\nclass A(c: C)\n",
            "C.scala": "package q.data\nclass C\n",
            "D.scala": "package q.data\nclass D\n",
        },
    )
    known = Sources([tmp_path], [".scala"])
    assert known.declaring(["data"], [tmp_path / "A.scala"]) == [tmp_path / "C.scala"]
