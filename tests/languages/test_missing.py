"""What a JVM source needs and is not there is no fault of the source."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest
from languages.optimizers import OPTIMIZER, checked, written
from support import SHORT, Done, alike

from harness.judging.options import Options
from harness.judging.run import run
from harness.languages.jvm import java, missing, surroundings
from harness.languages.jvm.compile import compile_java, with_lombok
from harness.languages.jvm.surroundings import Surroundings
from harness.model.errors import UsageError
from harness.ports.targets import own

pytestmark = pytest.mark.jvm

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


@pytest.mark.parametrize("name", alike(LACKING))
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


PARTLY = """import org.acme.Chart;

class RMSProp {
    private final double lr, decay, epsilon;
    private double[] v;

    RMSProp(double lr, double decay, double epsilon) {
        this.lr = lr;
        this.decay = decay;
        this.epsilon = epsilon;
    }

    void update(double[] weights, double[] gradients) {
        if (v == null) v = new double[weights.length];
        for (int i = 0; i < weights.length; i++) {
            double g = gradients[i];
            v[i] = decay * v[i] + (1 - decay) * (g * g);
            weights[i] -= lr * g / (Math.sqrt(v[i]) + epsilon);
        }
    }

    void plot(Sheet sheet) {
        new Chart(v).show(sheet);
    }
}
"""


@pytest.mark.slow
def test_what_an_optimizer_does_not_touch_need_not_be_there(tmp_path: Path) -> None:
    sheet = "import org.acme.Paper;\n\nclass Sheet extends Paper {}\n"
    written(tmp_path, {"RMSProp.java": PARTLY, "Sheet.java": sheet})
    result = checked(tmp_path / "RMSProp.java")
    assert result.verdict.word == "exact"
    assert "org.acme" in result.bound
    assert result.bound.endswith("is not on the class path; nothing that was judged needs it")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("before", "after"),
    alike(
        [
            ("if (v == null) v =", "Chart.begin(); if (v == null) v ="),  # it needs what is missing
            ("double[] weights", "Chart weights"),  # not bound
        ]
    ),
)
def test_of_what_compiles_only_in_part_nothing_bad_is_said(
    before: str, after: str, tmp_path: Path
) -> None:
    written(
        tmp_path, {"RMSProp.java": PARTLY.replace(before, after), "Sheet.java": "class Sheet {}"}
    )
    result = checked(tmp_path / "RMSProp.java")
    assert result.verdict.word == "not-run"
    assert result.verdict.fault is not None
    assert "org.acme" in result.verdict.fault.message


@pytest.mark.slow
@pytest.mark.parametrize("built", alike([False, True]))
def test_a_class_stands_where_an_abstract_one_is_asked_for(built: bool, tmp_path: Path) -> None:
    """Nobody names it, it extends what is asked for through another; a build may have been here."""
    rule = (
        PARTLY.replace("import org.acme.Chart;\n", "")
        .replace("new Chart(v).show(sheet);", "")
        .replace("double[] weights, double[] gradients", "Row weights, Row gradients")
        .replace("weights.length", "weights.size()")
        .replace("gradients[i]", "gradients.at(i)")
        .replace("weights[i] -= ", "weights.add(i, -")
        .replace("+ epsilon)", "+ epsilon))")
    )
    written(
        tmp_path,
        {
            "RMSProp.java": "\ufeff" + rule,
            "Sheet.java": "class Sheet {}",
            "Row.java": "\ufeffinterface Row {\n    int size();\n    double at(int i);\n"
            "    void add(int i, double x);\n    Row times(double x);\n}\n",
            "AbstractRow.java": "abstract class AbstractRow implements Row {}\n",
            "Dense.java": "class Dense extends AbstractRow {\n    private final double[] values;\n"
            "    Dense(double[] values) { this.values = values; }\n\n"
            "    public int size() { return values.length; }\n"
            "    public double at(int i) { return values[i]; }\n"
            "    public void add(int i, double x) { values[i] += x; }\n"
            "    public Row times(double x) { return this; }\n}\n",
            "Sparse.java": "abstract class Sparse implements Row { org.acme.Index index; }\n",
        },
    )
    if built:
        siblings = [tmp_path / f"{name}.java" for name in ("Dense", "Sheet")]
        with ZipFile(compile_java(siblings, roots=[tmp_path])) as jar:
            jar.extractall(tmp_path / "bin")
    result = checked(tmp_path / "RMSProp.java", project=tmp_path)
    assert result.verdict.word == "exact"


GRID = """package org.acme;

public interface Grid {
    int rows();
    int columns();
    double get(int i, int j);
    void set(int i, int j, double x);
}
"""

DENSE = """package org.acme;

public class DenseGrid implements Grid {
    private final double[][] cells;

    public DenseGrid(double[][] cells) { this.cells = cells; }

    public int rows() { return cells.length; }
    public int columns() { return cells[0].length; }
    public double get(int i, int j) { return cells[i][j]; }
    public void set(int i, int j, double x) { cells[i][j] = x; }
}
"""


def test_a_class_of_a_library_stands_where_its_abstract_one_is_asked_for(tmp_path: Path) -> None:
    coarse = DENSE.replace("DenseGrid", "CoarseGrid").replace("double[][]", "float[][]")
    classes = {
        "Grid": GRID,
        "CoarseGrid": coarse.replace("= x", "= (float) x"),  # which comes before the other
        "DenseGrid": DENSE,
    }
    places = {f"{name}.java": text for name, text in classes.items()}
    written(tmp_path / "library", places)
    jar = compile_java([tmp_path / "library" / name for name in places])
    text = (
        PARTLY.replace("org.acme.Chart", "org.acme.Grid")
        .replace("double[] weights, double[] gradients", "Grid weights, Grid gradients")
        .replace("weights.length", "weights.columns()")
        .replace("gradients[i]", "gradients.get(0, i)")
        .replace("weights[i] -= ", "weights.set(0, i, weights.get(0, i) - ")
        .replace("+ epsilon)", "+ epsilon))")
        .replace("Sheet sheet", "")
        .replace("new Chart(v).show(sheet);", "")
    )
    written(tmp_path, {"RMSProp.java": text})
    result = checked(tmp_path / "RMSProp.java", classpath=[str(jar)])
    assert result.verdict.word == "exact"
    assert [precision for precision, _ in result.verdict.arithmetic] == ["float64"]


FRAGILE = """
public class {name} {{
    static final int PARTS = Integer.parseInt("none");
    public static double root(double x) {{ return Math.sqrt(x); }}
}}
"""


# The second time that it is asked for, the JVM has only words for why it is not there.
NATIVE = """
public class Native {
    static { System.loadLibrary("of_a_device"); }
    public static double root(double x) { return Math.sqrt(x); }
    static class Tried {
        static double root(double x) {
            try { return Native.root(x); } catch (LinkageError first) { return Native.root(x); }
        }
    }
}
"""


@pytest.mark.slow
def test_a_library_that_cannot_be_initialized_is_no_fault_of_the_source(tmp_path: Path) -> None:
    """As one whose native part is missing, its own or not; a class of its own that cannot be is."""
    names = dict.fromkeys(("Library", "Sibling", "Native"), tmp_path / "source")
    names["Library"] = tmp_path / "library"
    for name, folder in names.items():
        user = OPTIMIZER.replace("RMSProp", f"Of{name}").replace(" implements Rule", "")
        user = user.replace("Math.sqrt", f"{name}{'.Tried' * (name == 'Native')}.root")
        text = NATIVE if name == "Native" else FRAGILE.format(name=name)
        files = {folder / f"{name}.java": text}
        files[tmp_path / f"source/Of{name}.java"] = user
        for path, text in files.items():
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
    library = compile_java([names["Library"] / "Library.java"])
    ports = [own(tmp_path / f"source/Of{n}.java", classpath=[str(library)]) for n in names]
    results = run(ports, Options(pattern=SHORT), every_transport=False).results
    faults = [result.verdict.fault for result in results]
    assert [fault.kind for fault in faults if fault] == ["not-run", "crashes", "not-run"]
    assert faults[0]
    assert faults[2]
    assert "of_a_device" in faults[2].message
    assert "Library is none of the port's own: add what it lacks" in faults[0].message


def test_an_import_that_was_forgotten_is_the_sources_own_fault(tmp_path: Path) -> None:
    text = OPTIMIZER.replace(" implements Rule", "").replace(
        "private double[] v;", "private double[] v;\n    private Map<String, double[]> m;"
    )
    written(tmp_path, {"RMSProp.java": text})
    assert checked(tmp_path / "RMSProp.java").verdict.word == "does-not-compile"


def test_what_a_source_defines_itself_is_not_missing_from_the_class_path(tmp_path: Path) -> None:
    text = """
    class RMSProp extends RMSProp.Base {
        static class Settings { double lr; }
        static class Base { Settings s = new Settings(); }
        void step(double[] w, double[] g) { w[0] -= s.lr * g[0]; }
    }
    """
    written(tmp_path, {"RMSProp.java": text})
    verdict = checked(tmp_path / "RMSProp.java").verdict
    assert verdict.word == "does-not-compile"
    assert verdict.fault
    assert "cyclic" in verdict.fault.message.splitlines()[0]


def test_string_templates_are_in_no_library(tmp_path: Path) -> None:
    text = """
    class RMSProp {
        void step(double[] w, double[] g) { System.out.println(STR."w"); }
    }
    """
    written(tmp_path, {"RMSProp.java": text})
    verdict = checked(tmp_path / "RMSProp.java").verdict
    assert verdict.word in ("not-run", "does-not-compile")
    assert verdict.fault
    assert "class path" not in verdict.fault.message


BROKEN = "class Sheet {\n    static double scale() { return absent(); }\n}\n"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("uses", "word"), alike([("Sheet.scale()", "not-run"), ("v.length", "exact")])
)
def test_a_sibling_that_does_not_compile_is_no_fault_of_the_source(
    uses: str, word: str, tmp_path: Path
) -> None:
    """What does not need it is judged all the same."""
    text = PARTLY.replace("import org.acme.Chart;\n", "").replace("new Chart(v).show(sheet);", "")
    text = text.replace("double g =", f"double size = {uses};\n            double g =")
    written(tmp_path, {"RMSProp.java": text, "Sheet.java": BROKEN})
    result = checked(tmp_path / "RMSProp.java")
    assert result.verdict.word == word
    fault = result.verdict.fault
    assert "Sheet.java:2" in (fault.message if fault else result.bound)


@pytest.mark.parametrize(
    ("message", "scala"),
    [
        ("A.scala:2: error: Symbol 'type scala.Predef.$less$colon$less' is missing from the", ""),
        ("A.scala:2: error: procedure syntax is no more", "2.11.8"),
    ],
)
def test_what_was_made_for_another_scala_is_no_fault_of_the_source(
    message: str, scala: str
) -> None:
    around = Surroundings(scala=scala)
    excuse = missing.excused(f"{message} classpath.", [Path("A.scala")], around, lambda names: [])
    of = f", the project is of {scala}" * bool(scala)
    assert excuse == (
        f"it does not compile with the Scala at hand: {message} classpath.;"
        f" Scala 3 and 2.13 are what compiles here{of}"
    )
    plain = Surroundings(scala="2.13.4")
    wrong = "A.scala:2: error: ';' expected"
    assert missing.excused(wrong, [Path("A.scala")], plain, lambda names: []) == ""


def test_what_newer_java_has_is_said_to_be_that() -> None:
    message = "A.java:3: error: records are not supported in -source 11\n" + (
        "  (use -source 16 or higher)"
    )
    excuse = missing.excused(message, [Path("A.java")], Surroundings(), lambda names: [])
    assert excuse == "it needs Java 16: set JAVA_HOME to a JDK 16 or newer"


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (
            "A.java:1: error: package java.lang.foreign does not exist",
            "java.lang.foreign is not in",
        ),
        (
            "A.kt:1:18: error: unresolved reference 'foreign'.\n  import java",
            "java.lang.foreign.Arena is not in",
        ),
        ("A.java:4: error: patterns in switch statements are a preview feature", "as a preview;"),
    ],
)
def test_what_the_jdk_at_hand_lacks_is_on_no_class_path(
    message: str, said: str, tmp_path: Path
) -> None:
    path = tmp_path / message.partition(":")[0]
    path.write_text("import java.lang.foreign.Arena", encoding="utf-8")
    excuse = missing.excused(message, [path], Surroundings(), lambda names: [])
    assert said in excuse
    assert f"Java {java.java().feature} is used here: set JAVA_HOME to a newer JDK" in excuse


@pytest.mark.slow
def test_what_compiles_with_the_newer_java_that_came_along_is_said(tmp_path: Path) -> None:
    ours = java.bundled()
    if ours is None or java.java().feature >= 21:
        pytest.skip("the Java that is used has it")
    text = OPTIMIZER.replace(" implements Rule", "").replace(
        "g = g", "g = Math.clamp(1.0, 0.0, 1.0) * g"
    )
    written(tmp_path, {"RMSProp.java": text})
    fault = checked(tmp_path / "RMSProp.java").verdict.fault
    assert fault
    assert fault.message.startswith(f"it compiles with Java {ours.feature}; Java")


@pytest.mark.parametrize("file", ["Sheet.java", "A.java"])
@pytest.mark.parametrize(
    "words",
    [
        "/p/{}:2: error: no",
        "----\n1. ERROR in /p/{} (at line 2)\n\tno;\n\t^^\nno\n",
        "/p/{}:2: error: no\n/p/A.java:9: error: what follows from it",
    ],
)
def test_what_is_wrong_with_a_sibling_is_so_in_the_words_of_either_compiler(
    words: str, file: str
) -> None:
    message = words.format(file)
    excuse = missing.excused(message, [Path("A.java")], Surroundings(), lambda names: [])
    first = next(line for line in message.splitlines() if file in line)
    said = f"what it uses does not compile: {first}; if it needs"
    assert excuse.startswith(said) == (file == "Sheet.java")


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (
            "/p/Sheet.scala:2: error: no",
            "what it uses does not compile: /p/Sheet.scala:2: error: no",
        ),
        (
            "/p/A.scala:2: error: object Old is not a member of package scala.collection",
            "A.scala:2: Old is not on the class path; add --classpath JAR, DIR or"
            " group:artifact:version",
        ),
    ],
)
def test_what_an_older_scala_had_is_not_looked_for_in_a_newer_java(
    message: str, words: str
) -> None:
    around = Surroundings(whole=True, scala="2.11.8")
    excuse = missing.excused(message, [Path("A.scala")], around, lambda names: [])
    older = "Scala 3 and 2.13 are what compiles here, the project is of 2.11.8"
    assert excuse == f"{words}; {older}"


def test_a_package_is_named_whole(tmp_path: Path) -> None:
    (source := tmp_path / "A.scala").write_text("import far.algebra.{M, V}\n", encoding="utf-8")
    said = f"{source}:1: error: not found: object far\nimport far.algebra"
    excuse = missing.excused(said, [source], Surroundings(whole=True), lambda names: [])
    assert excuse.startswith("A.scala:1: far.algebra is not on the class path")


def test_a_module_on_trial_is_not_looked_for_in_a_jar() -> None:
    message = "A.java:9: error: package jdk.incubator.vector does not exist"
    excuse = missing.excused(message, [Path("A.java")], Surroundings(), lambda names: [])
    assert "jdk.incubator.vector is not on the class path; the JDK has it on trial" in excuse
    assert "--classpath" not in excuse


def test_what_lombok_would_have_written_is_nobodys_fault() -> None:
    """It is the one processor that is run; where it could not be, what it makes is missing."""
    jar = Path("libraries/lombok-1.18.42.jar")
    assert with_lombok([jar], "-processorpath", "{}", "-proc:none") == ["-processorpath", str(jar)]
    assert with_lombok([Path("guava.jar")], "-processorpath", "{}", "-proc:none") == ["-proc:none"]
    message = "A.java:3: The method getRows() is undefined for the type Matrix"
    for libraries, words in (((jar,), "what Lombok writes into classes is not there"), ((), "")):
        around = Surroundings(libraries=libraries)
        assert missing.excused(message, [Path("A.java")], around, lambda _: []).startswith(words)
        assert bool(missing.excused(message, [Path("A.java")], around, lambda _: [])) == bool(words)


def test_a_lombok_that_no_compiler_of_today_can_run_gives_way_to_one_that_it_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ["lombok-1.16.22.jar", "lombok-2.0.0.jar", "guava-1.jar"]
    written(tmp_path, {"RMSProp.java": OPTIMIZER, **dict.fromkeys(names, "")})
    given = [str(tmp_path / name) for name in names]
    port = own(tmp_path / "RMSProp.java", classpath=given)
    ours = tmp_path / "ours.jar"
    monkeypatch.setattr("harness.languages.jvm.jars.resolve", lambda closure: [ours])
    assert surroundings.of(port).libraries == (ours, *map(Path, given[1:]))


def test_a_processor_that_ends_with_an_exception_is_nobodys_fault() -> None:
    message = "\n\nAn annotation processor threw an uncaught exception.\nConsult the following"
    around = Surroundings()
    assert "Lombok" in missing.excused(message, [Path("A.java")], around, lambda names: [])


def test_an_entry_of_the_class_path_that_is_not_there_is_named(tmp_path: Path) -> None:
    written(tmp_path, {"RMSProp.java": OPTIMIZER})
    port = own(tmp_path / "RMSProp.java", classpath=["missing.jar"])
    with pytest.raises(UsageError, match=r"--classpath missing\.jar: no such jar or folder"):
        run([port], Options(pattern=SHORT), every_transport=False)
