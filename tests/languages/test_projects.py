"""What a build file declares is read and used; nothing of it is run."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from languages.optimizers import OPTIMIZER, RULE, checked, written

from harness.languages.jvm import java, projects, resolving
from harness.languages.jvm.resolving import Resolution

pytestmark = pytest.mark.jvm

POM = """<?xml version="1.0" encoding="UTF-8"?>
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <groupId>a</groupId><artifactId>whole</artifactId><version>1</version>
  <properties><gson.version>2.11.0</gson.version></properties>
  <modules><module>core</module><module>nn</module></modules>
  <profiles>
    <profile><activation><activeByDefault>true</activeByDefault></activation>
      <properties><usual.version>7</usual.version></properties></profile>
    <profile><activation><activeByDefault>false</activeByDefault></activation>
      <properties><usual.version>8</usual.version></properties></profile>
  </profiles>
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
            dependency("org.profiled", "p", "${usual.version}"),
            dependency("org.scala-lang", "scala-library", "2.11.8"),
            dependency("org.ranged", "r", "[1.2,2)"),
            dependency("org.classified", "c", "1").replace(
                "</version>", "</version><classifier>jre</classifier>"
            ),
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
            "nn/lib/matrix.jar": "",
        },
    )
    found = projects.of(tmp_path)
    assert found.coordinates == (
        "com.google.code.gson:gson:2.11.0",
        "org.managed:m:3",
        "org.profiled:p:7",
        "org.scala-lang:scala-library:2.11.8",
        "org.ranged:r:[1.2,2)",
        "org.classified:c:1:jre",
    )
    assert [root.relative_to(tmp_path).as_posix() for root in found.sources][-2:] == [
        "core/src/main/java",
        "nn/src/main/java",
    ]
    assert found.built == (tmp_path / "nn/target/classes", tmp_path / "nn/lib/matrix.jar")
    assert found.unread == ("org.unknown:u (its version is not in the build file)",)
    assert found.scala == "2.11.8"


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


def test_modules_of_sbt_may_be_javas_alone(tmp_path: Path) -> None:
    written(tmp_path, {"build.sbt": SBT, "math/src/main/java/M.java": "class M {}"})
    assert projects.of(tmp_path).sources == (tmp_path / "math/src/main/java",)


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

NEWER = {
    "pom.xml": "<project><properties><java.version>21</java.version></properties></project>",
    "build.gradle": "java { toolchain { languageVersion = JavaLanguageVersion.of(21) } }",
}


@pytest.mark.parametrize(
    ("name", "text"),
    NEWER.items(),
)
@pytest.mark.slow
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


def test_a_folder_that_the_way_to_a_source_leaves_again_is_not_around_it(tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "pom.xml").touch()
    assert projects.around(tmp_path / "here" / "A.java") == (tmp_path / "here").resolve()
    assert projects.around(tmp_path / "here" / ".." / "A.java") != (tmp_path / "here").resolve()


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


@pytest.mark.slow
def test_a_dependency_that_cannot_be_had_is_said_and_the_rest_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(asked: Sequence[str], *_: object) -> Resolution:
        return Resolution(failed={name: f"no route to {name.partition(':')[0]}" for name in asked})

    monkeypatch.setattr(resolving, "resolve", refused)
    needs = dependency("org.acme", "unheard-of", f"{time.time_ns()}")  # nobody remembers it
    written(
        tmp_path,
        {
            "pom.xml": MODULE.format(name="x", dependencies=needs),
            "src/main/java/RMSProp.java": OPTIMIZER,
            "src/main/java/Uses.java": f"import org.acme.Rule;\n{OPTIMIZER}".replace(
                "class RMSProp", "class Uses extends org.acme.Base"
            ).replace("RMSProp", "Uses"),
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


def test_a_module_of_gradle_has_the_catalogue_of_the_whole(tmp_path: Path) -> None:
    catalogue = (
        '[versions]\ng = "2.11.0"\n[libraries]\n'
        'google-gson = { module = "c:gson", version.ref = "g" }'
    )
    written(
        tmp_path,
        {
            "gradle/libs.versions.toml": catalogue,
            "api/build.gradle.kts": "dependencies { api(libs.google.gson) }",
            "api/src/main/java/A.java": "",
        },
    )
    assert projects.of(tmp_path / "api").coordinates == ("c:gson:2.11.0",)


SIBLINGS = {
    "maven": {
        "pom.xml": POM,
        "core/pom.xml": MODULE.format(name="core", dependencies=""),
        "nn/pom.xml": MODULE.format(name="nn", dependencies=dependency("a", "core", "1")),
    },
    "gradle": {
        "settings.gradle.kts": 'include("core", "nn")',
        "core/build.gradle.kts": "",
        "nn/build.gradle.kts": 'dependencies { implementation(project(":core")) }',
    },
}


@pytest.mark.parametrize("name", SIBLINGS)
def test_a_module_brings_those_beside_it_that_it_depends_on(name: str, tmp_path: Path) -> None:
    sources = [f"{module}/src/main/java" for module in ("nn", "core", "other")]
    written(tmp_path, {**SIBLINGS[name], **{f"{folder}/A.java": "" for folder in sources}})
    project = projects.of(tmp_path / "nn")
    assert project.sources == tuple(tmp_path / folder for folder in sources[:2])
    assert (project.coordinates, project.unread) == ((), ())


@pytest.mark.slow
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
    for changed in (None, tmp_path / f"{package}/Part7.java", source):
        if changed:
            changed.write_text(f"{changed.read_text(encoding='utf-8')}// changed", encoding="utf-8")
        begun = time.monotonic()
        assert checked(source, project=tmp_path).verdict.word == "exact"
        assert time.monotonic() - begun < 10
