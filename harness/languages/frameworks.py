"""Test frameworks that goldens are exported for: what goes where in a project, and its ready test.

A framework's library is in the folder of its language, under testing/: `src/main` is copied into
the project's tests, so that nothing is to be fetched, and `export/` has the test to fill in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from harness.machine import layout

_MAVEN_LIKE = ("pom.xml", "build.gradle", "build.gradle.kts", "build.sbt", "build.mill", "build.sc")
# A ready test is written for the reference in double precision.
FOLDER = "reference/float64"


@dataclass(frozen=True)
class Framework:
    """A test framework.

    Attributes:
        name: as options have it.
        language: the folder of its library.
        source: of the library, below testing/.
        ready: the test to fill in, below testing/export/.
        tests: where a project has its tests, and the library's source goes.
        resources: where a project has what its tests find on the class path.
        builds: the files by which a project is known.
        run: how its tests are run.
        floats: what a ready test says otherwise in single precision.
    """

    name: str
    language: str
    source: str
    ready: str
    tests: str
    resources: str
    builds: tuple[str, ...]
    run: str
    floats: Mapping[str, str] = field(default_factory=dict)

    @property
    def _library(self) -> Path:
        return layout.ports_root() / self.language / "testing"

    def files(self, folder: str) -> dict[str, str]:
        """The library and the test to fill in, by their place in a project.

        Args:
            folder: the dialect and the precision of the goldens, such as "reference/float64".
        """
        source = self._library / self.source
        texts = {
            f"{self.tests}/{path.relative_to(source).as_posix()}": path.read_text(encoding="utf-8")
            for path in sorted(source.rglob("*"))
            if path.is_file()
        }
        text = (self._library / "export" / self.ready).read_text(encoding="utf-8")
        for old, new in self.floats.items() if "/float32" in folder else ():
            text = text.replace(old, new)
        return {**texts, self.ready_test: text.replace(FOLDER, folder)}

    @property
    def ready_test(self) -> str:
        """The place of the test to fill in."""
        return f"{self.tests}/{self.ready}"

    @property
    def goldens(self) -> str:
        """The place of the goldens."""
        return f"{self.resources}/rmsproof/goldens"

    def is_project(self, folder: Path) -> bool:
        """Whether a folder is the root of a project that such tests can be in."""
        return any((folder / name).is_file() for name in self.builds)


FRAMEWORKS: Mapping[str, Framework] = {
    framework.name: framework
    for framework in (
        Framework(
            name="junit",
            language="java",
            source="src/main/java",
            ready="RMSPropConformanceTest.java",
            tests="src/test/java",
            resources="src/test/resources",
            builds=_MAVEN_LIKE,
            run="mvn test",
            floats={
                "double[]": "float[]",
                "Doubles": "Floats",
                "double ": "float ",
                "= golden": "= (float) golden",
            },
        ),
        Framework(
            name="munit",
            language="scala",
            source="src/main/scala",
            ready="RMSPropConformanceSuite.scala",
            tests="src/test/scala",
            resources="src/test/resources",
            builds=(*_MAVEN_LIKE, "project.scala"),
            run="sbt test",
            floats={"Double]": "Float]", "Rate\n": "Rate.toFloat\n"}
            | {"golden.epsilon\n": "golden.epsilon.toFloat\n"},
        ),
        Framework(
            name="clojure.test",
            language="clojure",
            source="src",
            ready="rmsprop_conformance_test.clj",
            tests="test",
            resources="test",
            builds=("deps.edn", "project.clj", "build.boot", "pom.xml"),
            run="clojure -M:test",
        ),
    )
}
"""The frameworks by their names."""
