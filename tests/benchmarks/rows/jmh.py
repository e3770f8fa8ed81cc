"""Java's right edition at a million elements beside other RMSProps of the JVM, taken by JMH."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from measuring import Figure, Row, command

from harness.languages.jvm.dependencies import resolved
from rows.places import REPOSITORY, edition

JMH = [f"org.openjdk.jmh:jmh-{part}:1.37" for part in ("core", "generator-annprocess")]
SOURCES = Path(__file__).parents[1] / "jmh"
TRIBUO = ["org.tribuo:tribuo-math:4.3.2"]
# Forks, rounds and their seconds: enough for a ratio.
TAKEN = "-f 1 -wi 3 -w 1 -i 5 -r 1".split()


def rows() -> Sequence[Row]:
    """A step of each, in milliseconds of JMH, beside one of the edition."""
    if not (javac := shutil.which("javac")) or not (java := shutil.which("java")):
        return [_unmeasured(name, "no JDK is on the path") for name in ("Tribuo", "ND4J")]
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder)
        (source,) = edition("java").source
        # In one package with what measures it: nothing can be imported from the nameless one.
        copied = made / source.name
        copied.write_text("package jmh;\n" + source.read_text(encoding="utf-8"), encoding="utf-8")
        found = []
        for name, jars in (("Tribuo", _of_tribuo), ("ND4J", _of_nd4j)):
            out = made / name
            out.mkdir()
            try:
                classpath = os.pathsep.join(map(str, (out, *resolved(JMH).paths, *jars(made))))
                files = [copied, *(SOURCES / f"{n}.java" for n in ("Numbers", "EditionStep"))]
                files.append(SOURCES / f"{name.capitalize()}Step.java")
                command(javac, "-d", str(out), "-cp", classpath, *map(str, files))()
                written = out / "taken.json"
                program = [java, "-cp", classpath, "org.openjdk.jmh.Main"]
                command(*program, *TAKEN, "-rf", "json", "-rff", str(written))()
            except (OSError, RuntimeError) as error:
                found.append(_unmeasured(name, f"not measured: {error}"))
                continue
            found.append(_row(name, json.loads(written.read_text(encoding="utf-8"))))
    return found


def _unmeasured(name: str, reason: str) -> Row:
    return Row(name.lower(), f"{name}'s step beside Java's edition", reason=reason)


def _row(name: str, taken: Sequence[dict[str, dict[str, object]]]) -> Row:
    steps = {}
    for one in taken:
        rounds = one["primaryMetric"]["rawData"]
        assert isinstance(rounds, list)
        steps[str(one["benchmark"]).split(".")[-2]] = [x for fork in rounds for x in fork]
    theirs, ours = steps[f"{name.capitalize()}Step"], steps["EditionStep"]
    figure = Figure.of([a / b for a, b in zip(theirs, ours, strict=True)])
    seen = f"{median(theirs):.2f} ms a step, beside {median(ours):.2f} ms, by JMH"
    return Row(name.lower(), f"{name}'s step beside Java's edition, 1,000,000 elements", figure,
               seen=seen)  # fmt: skip


def _of_tribuo(_: Path) -> Sequence[Path]:
    return resolved(TRIBUO).paths


def _of_nd4j(made: Path) -> Sequence[Path]:
    """The jars of the guest, native code and all, which Maven brings."""
    if not (mvn := shutil.which("mvn")):
        raise RuntimeError("ND4J's jars need Maven, which is not on the path")
    there = made / "guest"
    shutil.copytree(REPOSITORY / "guests" / "nd4j", there)
    command(mvn, "--batch-mode", "--quiet", "-f", str(there), "dependency:copy-dependencies")()
    return sorted((there / "target" / "dependency").glob("*.jar"))
