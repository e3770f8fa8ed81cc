"""What a JVM source needs besides itself: siblings, libraries, what a build file declares."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from support import SHORT, Done

from harness.judging.run import Options, run
from harness.judging.verdict import Result
from harness.languages.jvm import java, missing, projects
from harness.languages.jvm.sources import Sources, package_of, root_of
from harness.languages.jvm.surroundings import Surroundings
from harness.model.errors import UsageError
from harness.ports.port import own

pytestmark = pytest.mark.jvm

BODY = """
    private double[] v;

    public void update(double[] weights, double[] gradients) {
        if (v == null) v = new double[weights.length];
        for (int i = 0; i < weights.length; i++) {
            double g = gradients[i];
            v[i] = decay * v[i] + (1 - decay) * (g * g);
            weights[i] -= lr * g / (Math.sqrt(v[i]) + epsilon);
        }
    }
}
"""
HEAD = """
    private final double lr, decay, epsilon;

    public RMSProp(double lr, double decay, double epsilon) {
        this.lr = lr;
        this.decay = decay;
        this.epsilon = epsilon;
    }
"""
OPTIMIZER = "public class RMSProp implements Rule {" + HEAD + BODY
RULE = "public interface Rule { void update(double[] weights, double[] gradients); }\n"


def written(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def checked(path: Path, **given: object) -> Result:
    outcome = run(
        [own(path, **given)],  # type: ignore[arg-type]
        Options(pattern=SHORT),
        every_transport=False,
    )
    assert outcome.errors == ()
    return outcome.results[0]


# -- siblings --------------------------------------------------------------------------------------


def test_java_finds_its_siblings_by_package(tmp_path: Path) -> None:
    written(
        tmp_path,
        {
            "src/a/b/RMSProp.java": f"package a.b;\nimport a.c.Rule;\n{OPTIMIZER}",
            "src/a/c/Rule.java": f"package a.c;\n{RULE}",
        },
    )
    result = checked(tmp_path / "src/a/b/RMSProp.java")
    assert (result.verdict.word, result.verdict.compared > 0) == ("exact", True)


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


# -- what is missing -------------------------------------------------------------------------------

LACKING = {
    "RMSProp.java": (f"import org.acme.Rule;\n{OPTIMIZER}", "org.acme"),
    "RMSProp.kt": (
        "import org.acme.Rule\n\nclass RMSProp(val lr: Double) : Rule {\n"
        "    fun update(weights: DoubleArray, gradients: DoubleArray) {}\n}\n",
        "acme",
    ),
    "RMSProp.scala": (
        "import org.acme.Rule\n\nclass RMSProp(lr: Double) extends Rule:\n"
        "  def update(weights: Array[Double], gradients: Array[Double]): Unit = ()\n",
        "acme",
    ),
    "rmsprop.clj": (
        "(ns rmsprop (:require [org.acme.rule :as rule]))\n"
        "(defn update-weights [learning-rate gradients weights] (rule/go weights))\n",
        "org.acme.rule",
    ),
}


@pytest.mark.parametrize("name", LACKING)
def test_what_is_not_there_is_no_fault_of_the_source(
    name: str, tmp_path: Path, call: Callable[..., Done]
) -> None:
    text, lacking = LACKING[name]
    written(tmp_path, {name: text})
    done = call("check", name)
    said = " ".join(done.out.split())
    assert done.code == 3
    assert "not-run" in said
    assert lacking in said
    assert "\x1b" not in done.out
    result = checked(tmp_path / name)
    assert result.verdict.fault is not None
    assert "--classpath" in result.verdict.fault.message
    assert "--project" in result.verdict.fault.message


def test_an_import_that_was_forgotten_is_the_sources_own_fault(tmp_path: Path) -> None:
    text = OPTIMIZER.replace(" implements Rule", "").replace(
        "private double[] v;", "private double[] v;\n    private Map<String, double[]> m;"
    )
    written(tmp_path, {"RMSProp.java": text})
    assert checked(tmp_path / "RMSProp.java").verdict.word == "does-not-compile"


def test_a_sibling_that_does_not_compile_is_no_fault_of_the_source(tmp_path: Path) -> None:
    written(tmp_path, {"RMSProp.java": OPTIMIZER, "Rule.java": RULE.replace(";", " {")})
    result = checked(tmp_path / "RMSProp.java")
    assert result.verdict.word == "not-run"
    assert result.verdict.fault is not None
    assert "Rule.java" in result.verdict.fault.message


def test_what_newer_java_has_is_said_to_be_that() -> None:
    message = "A.java:3: error: records are not supported in -source 11\n" + (
        "  (use -source 16 or higher)"
    )
    excuse = missing.excused(message, [Path("A.java")], Surroundings(), lambda names: [])
    assert excuse == "it needs Java 16: set JAVA_HOME to a JDK 16 or newer"


def test_an_entry_of_the_class_path_that_is_not_there_is_named(tmp_path: Path) -> None:
    written(tmp_path, {"RMSProp.java": OPTIMIZER})
    port = own(tmp_path / "RMSProp.java", classpath=["missing.jar"])
    with pytest.raises(UsageError, match=r"--classpath missing\.jar: no such jar or folder"):
        run([port], Options(pattern=SHORT), every_transport=False)


# -- projects --------------------------------------------------------------------------------------

POM = """<?xml version="1.0" encoding="UTF-8"?>
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <groupId>a</groupId><artifactId>whole</artifactId><version>1</version>
  <properties><gson.version>2.11.0</gson.version></properties>
  <modules><module>core</module><module>nn</module></modules>
  <dependencyManagement><dependencies>
    <dependency><groupId>org.managed</groupId><artifactId>m</artifactId><version>3</version></dependency>
  </dependencies></dependencyManagement>
</project>
"""
MODULE = """<project>
  <parent><groupId>a</groupId><artifactId>whole</artifactId><version>1</version></parent>
  <artifactId>{name}</artifactId>
  <dependencies>{dependencies}</dependencies>
</project>
"""


def dependency(group: str, artifact: str, version: str = "", scope: str = "") -> str:
    parts = {"groupId": group, "artifactId": artifact, "version": version, "scope": scope}
    inner = "".join(f"<{key}>{text}</{key}>" for key, text in parts.items() if text)
    return f"<dependency>{inner}</dependency>"


def test_a_project_of_maven_is_read(tmp_path: Path) -> None:
    needs = "".join(
        [
            dependency("com.google.code.gson", "gson", "${gson.version}"),
            dependency("org.managed", "m"),
            dependency("a", "core", "${project.version}"),
            dependency("junit", "junit", "4", "test"),
            dependency("org.unknown", "u"),
        ]
    )
    written(
        tmp_path,
        {
            "pom.xml": POM,
            "core/pom.xml": MODULE.format(name="core", dependencies=""),
            "core/src/main/java/A.java": "",
            "nn/pom.xml": MODULE.format(name="nn", dependencies=needs),
            "nn/src/main/java/B.java": "",
            "nn/target/classes/B.class": "",
        },
    )
    found = projects.of(tmp_path)
    assert found.coordinates == ("com.google.code.gson:gson:2.11.0", "org.managed:m:3")
    assert [root.relative_to(tmp_path).as_posix() for root in found.sources][-2:] == [
        "core/src/main/java",
        "nn/src/main/java",
    ]
    assert found.built == (tmp_path / "nn/target/classes",)
    assert found.unread == ("org.unknown:u (its version is not in the build file)",)


GRADLE = """
plugins { id 'java' }
def matrixVersion = '1.2'
dependencies {
    implementation 'org.acme:matrix:' + matrixVersion // computed
    implementation "org.acme:vector:${matrixVersion}"
    api("org.acme:core:3.4")
    compile group: 'org.old', name: 'old', version: '0.1'
    // implementation 'org.acme:no:1'
    testImplementation 'junit:junit:4.13'
}
"""
SBT = """
val breezeVersion = "2.1.0"
scalaVersion := "2.13.14"
libraryDependencies ++= Seq(
  "org.scalanlp" %% "breeze" % breezeVersion,
  "com.google.code.gson" % "gson" % "2.11.0",
  "org.scalatest" %% "scalatest" % "3.2.0" % "test" // not for it
)
"""
LEIN = """(defproject a "0.1"
  :dependencies [[org.clojure/clojure "1.10.0"]
                 [net.mikera/core.matrix "0.62.0"] ; matrices
                 [cheshire "5.0.0"]]
  :source-paths ["src/main/clojure"])
"""
DEPS = '{:paths ["source"] :deps {org.clojure/data.json {:mvn/version "2.4.0"}}}'

DECLARED = {
    "build.gradle": (GRADLE, ("org.acme:vector:1.2", "org.acme:core:3.4", "org.old:old:0.1")),
    "build.sbt": (SBT, ("org.scalanlp:breeze_2.13:2.1.0", "com.google.code.gson:gson:2.11.0")),
    "project.clj": (LEIN, ("net.mikera:core.matrix:0.62.0", "cheshire:cheshire:5.0.0")),
    "deps.edn": (DEPS, ("org.clojure:data.json:2.4.0",)),
}


@pytest.mark.parametrize("name", DECLARED)
def test_what_a_build_file_declares_is_read(name: str, tmp_path: Path) -> None:
    text, coordinates = DECLARED[name]
    written(tmp_path, {name: text})
    assert projects.of(tmp_path).coordinates == coordinates


JAVA_21 = """
class Newer {
    double get(Object x) {
        return switch (x) {
            case Double d -> d;
            default -> 0;
        };
    }
}
"""


@pytest.mark.parametrize(
    ("name", "text"),
    {
        "pom.xml": "<project><properties><java.version>21</java.version></properties></project>",
        "build.gradle": "java { toolchain { languageVersion = JavaLanguageVersion.of(21) } }",
    }.items(),
)
def test_a_project_in_a_newer_java_gets_it_where_there_is_one(
    name: str, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(java._wanted, "feature", java.OLDEST)
    java.java.cache_clear()
    user = OPTIMIZER.replace(" implements Rule", "").replace(
        "private double[] v;", "private double[] v;\n    private Newer newer;"
    )
    sources = {"src/main/java/RMSProp.java": user, "src/main/java/Newer.java": JAVA_21}
    written(tmp_path, {name: text, **sources})
    try:
        result = checked(tmp_path / "src/main/java/RMSProp.java", project=tmp_path)
        newest = java.java().feature
    finally:
        monkeypatch.undo()
        java.java.cache_clear()
    assert result.verdict.word == ("exact" if newest >= 21 else "not-run")


def test_a_build_file_is_never_run(tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    written(
        tmp_path,
        {
            "build.gradle": f"new File('{marker}').createNewFile()\n",
            "gradlew": f"#!/bin/sh\ntouch {marker}\n",
            "src/main/java/RMSProp.java": OPTIMIZER.replace(" implements Rule", ""),
        },
    )
    (tmp_path / "gradlew").chmod(0o755)
    result = checked(tmp_path / "src/main/java/RMSProp.java", project=tmp_path)
    assert result.verdict.word == "exact"
    assert not marker.exists()


def test_a_dependency_that_cannot_be_had_is_said_and_the_rest_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(endpoint: str, _repositories: object = None) -> list[Path]:
        raise OSError(f"no route to {endpoint.partition(':')[0]}")

    monkeypatch.setattr("harness.languages.jvm.jars.resolved", refused)
    needs = dependency("org.acme", "unheard-of", "1")
    written(
        tmp_path,
        {
            "pom.xml": MODULE.format(name="x", dependencies=needs),
            "src/main/java/RMSProp.java": OPTIMIZER,
            "src/main/java/Uses.java": f"import org.acme.Rule;\n{OPTIMIZER}".replace(
                "RMSProp", "Uses"
            ),
            "src/main/java/Rule.java": RULE,
        },
    )
    sources = tmp_path / "src/main/java"
    assert checked(sources / "RMSProp.java", project=tmp_path).verdict.word == "exact"
    fault = checked(sources / "Uses.java", project=tmp_path).verdict.fault
    assert fault is not None
    assert fault.kind == "not-run"
    assert "no route to org.acme" in fault.message
    assert "--project" not in fault.message  # that was followed already


def test_a_project_of_200_classes_is_quick(tmp_path: Path) -> None:
    package = "src/main/java/big/model"
    files = {
        f"{package}/Part{i}.java": f"package big.model;\npublic class Part{i} {{\n"
        f"    public Part{(i + 1) % 200} next;\n    public double f(double x) {{\n"
        + "        x = x * 1.5 + 2;\n" * 20
        + "        return x;\n    }\n}\n"
        for i in range(200)
    }
    user = OPTIMIZER.replace(" implements Rule", "").replace(
        "private double[] v;", "private double[] v;\n    private Part0 first;"
    )
    written(
        tmp_path,
        {
            **files,
            "pom.xml": MODULE.format(name="big", dependencies=""),
            "src/main/java/big/RMSProp.java": f"package big;\nimport big.model.*;\n{user}",
        },
    )
    source = tmp_path / "src/main/java/big/RMSProp.java"
    assert checked(source, project=tmp_path).verdict.word == "exact"
    begun = time.monotonic()
    assert checked(source, project=tmp_path).verdict.word == "exact"
    assert time.monotonic() - begun < 10


# -- reading sources -------------------------------------------------------------------------------


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
