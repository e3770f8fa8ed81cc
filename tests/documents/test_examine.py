"""Documents judged from end to end: verdicts where they stand, layers, findings, bad input."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import nbformat
import pytest
from documents.conftest import IMPORT, INSIDE, RIGHT, Examine, fenced, notebook
from support import alike

from harness.documents.examined import Examination, Examined
from harness.machine.isolation.sandbox import can_have_own

pytestmark = pytest.mark.jvm


def verdicts(row: Examined) -> list[str]:
    return [layer.result.verdict.word for layer in row.layers]


def repairs(row: Examined) -> list[str]:
    return [layer.repair for layer in row.layers]


def judged(found: Examination) -> list[Examined]:
    return [row for row in found.rows if row.layers]


# -- one page, several blocks ------------------------------------------------------------------


def test_every_block_is_listed_with_its_line_and_each_version_judged_by_itself(
    written: Examine,
) -> None:
    text = (
        "# Two versions\n\n"
        + fenced(IMPORT + RIGHT)
        + "\nand\n\n"
        + fenced(INSIDE)
        + "\n"
        + fenced("graph LR; a-->b", "mermaid")
        + fenced("pip install numpy", "bash")
        + fenced("print('hello')")
    )
    found = written(text)
    lines = text.split("\n")
    assert [lines[row.block.line - 1] for row in found.rows] == [
        "import numpy as np",
        "class RMSProp:",
        "graph LR; a-->b",
        "pip install numpy",
        "print('hello')",
    ]
    assert [row.kind for row in found.rows] == ["optimizer", "optimizer", "other", "other", "other"]
    assert verdicts(found.rows[0]) == ["exact"]
    assert verdicts(found.rows[1]) == ["diverges"]
    assert found.rows[1].published is not None
    assert found.rows[1].published.deviations == ("epsilon=inside",)


def test_several_optimizers_of_one_block_have_a_row_each(written: Examine) -> None:
    plain = """
    def sgd(w, g, lr):
        return {k: w[k] - lr * g[k] for k in w}
    """
    found = written(fenced(IMPORT + RIGHT + dedent(plain)))
    assert {row.name: row.layers[0].result.verdict.word for row in found.rows} == {
        "RMSProp": "exact",
        "sgd": "diverges",
    }
    by_name = {row.name: row.layers[0].result for row in found.rows}
    assert by_name["sgd"].deviations == ("average=none",)


def test_a_class_told_in_parts_is_one(written: Examine) -> None:
    head, _, tail = RIGHT.partition("\n    def step")
    text = (
        fenced(IMPORT + head) + "The step:\n\n```python\n    def step" + tail.rstrip() + "\n```\n"
    )
    found = written(text)
    assert verdicts(found.rows[0]) == ["exact"]
    assert found.rows[1].kind == "other"
    assert "continues the block at line 2" in found.rows[1].message


def test_what_is_no_optimizer_is_never_executed(written: Examine, tmp_path: Path) -> None:
    mark = tmp_path / "executed"
    found = written(fenced(f"def gradient(x):\n    return 2 * x\nopen({str(mark)!r}, 'w')"))
    assert found.rows[0].kind == "other"
    assert not mark.exists()


# -- layers of Python --------------------------------------------------------------------------

LAYERS = {
    "an import that is missing": (
        RIGHT,
        ["crashes", "exact"],
        "`import numpy as np` put first",
    ),
    "an example that fails": (
        IMPORT + RIGHT + "\nRMSProp().step(gradients_of(net), net)\n",
        ["does-not-compile", "exact"],
        "the statement at line 16, which fails, left out",
    ),
    "typographic quotes": (
        IMPORT + RIGHT + "\nprint(“done”)\n",
        ["does-not-compile", "exact"],
        "typographic characters replaced by plain ones",
    ),
    "entities of HTML": (
        IMPORT + RIGHT + "\nprint(1 &lt; 2)\n",
        ["does-not-compile", "exact"],
        "HTML entities decoded",
    ),
    "lost indentation": (
        "\n".join(line.lstrip() for line in (IMPORT + RIGHT).split("\n")),
        ["does-not-compile", "exact"],
        "the lost indentation restored",
    ),
    "behind the repair something else": (
        INSIDE,
        ["crashes", "diverges"],
        "`import numpy as np` put first",
    ),
}


@pytest.mark.parametrize("case", LAYERS)
def test_a_defect_is_repaired_said_and_gone_past(written: Examine, case: str) -> None:
    code, words, repair = LAYERS[case]
    (row,) = written(fenced(code)).rows
    assert verdicts(row) == words
    assert repairs(row) == [repair, ""]
    assert row.repaired is not None


def test_what_no_repair_helps_keeps_its_verdict(written: Examine) -> None:
    broken = RIGHT.replace("v = self.rho", "v = = self.rho")
    (row,) = written(fenced(broken)).rows
    assert (row.kind, verdicts(row), repairs(row)) == ("optimizer", ["does-not-compile"], [""])


def test_an_earlier_block_gives_what_is_imported_there_but_never_another_version(
    written: Examine,
) -> None:
    found = written(fenced(IMPORT) + fenced(INSIDE) + fenced(RIGHT))
    assert [verdicts(row) for row in judged(found)] == [["diverges"], ["exact"]]


# -- JVM languages -----------------------------------------------------------------------------

JAVA = """
public class Optimizer {
    private final Map<String, double[]> mean = new HashMap<>();
    private final double rate, decay, epsilon;

    public Optimizer(double learningRate, double decay, double epsilon) {
        this.rate = learningRate; this.decay = decay; this.epsilon = epsilon;
    }

    public void update(Map<String, double[]> weights, Map<String, double[]> gradients) {
        gradients.forEach((name, g) -> {
            double[] v = mean.computeIfAbsent(name, k -> new double[g.length]);
            double[] w = weights.get(name);
            for (int i = 0; i < g.length; i++) {
                v[i] = decay * v[i] + (1 - decay) * (g[i] * g[i]);
                w[i] -= rate * g[i] / (Math.sqrt(v[i]) + epsilon);
            }
        });
    }
}

System.out.println(new Optimizer(0.1, 0.9, 1e-8));
"""
CLOJURE = """
(def seen (atom {}))

(defn step [params grads lr rho eps]
  (doseq [[k g] grads]
    (let [v (mapv #(+ (* rho %1) (* (- 1 rho) (* %2 %2))) (or (seen k) (repeat 0.0)) g)]
      (swap! seen assoc k v)
      (assoc params k (mapv #(- %1 (/ (* lr %2) (+ (Math/sqrt %3) eps))) (params k) g v))))
  params)
"""


def test_a_java_page_is_repaired_import_by_import_and_its_statements_wrapped(
    written: Examine,
) -> None:
    (row,) = written("Some words.\n\n" + fenced(JAVA, "java")).rows
    assert verdicts(row)[0] == "does-not-compile"
    assert verdicts(row)[-1] == "exact"
    said = " ".join(repairs(row))
    assert "java.util.HashMap" in said
    assert "java.util.Map" in said
    assert "the statements at line 24 put into a class of their own" in said


def test_a_clojure_page_is_gone_through_to_the_bottom(written: Examine) -> None:
    (row,) = written(fenced(CLOJURE, "clojure")).rows
    assert verdicts(row) == ["crashes", "no-update", "exact"]
    assert any("assoc is dropped (line 8, column 7)" in note for note in row.findings)


# -- trainers ----------------------------------------------------------------------------------

FIT = """
import numpy as np
def fit(x, y, w0, lr=0.1, rho=0.9, eps=1e-8, epochs=10):
    p = np.array(w0, dtype=float)
    s = np.zeros_like(p)
    for _ in range(epochs):
        e = p[0] * x + p[1] - y
        g = {factor} * np.array([np.mean(e * x), np.mean(e)])
        s = rho * s + (1 - rho) * g ** 2
        p -= lr * g / {den}
    return p
"""
DESCEND = """
def descend(df, start, step_size, beta, eps, n_iter):
    x, v = start, 0.0
    for i in range(n_iter):
        g = df(x)
        v = beta * v + (1 - beta) * (g * g)
        x = x - step_size * g / (v ** 0.5 + eps)
    return x
"""


@pytest.mark.parametrize(
    ("factor", "den", "verdict", "deviations"),
    alike(
        [
            ("2", "(np.sqrt(s) + eps)", "exact", ()),
            ("1", "(np.sqrt(s) + eps)", "exact", ()),
            ("1", "np.sqrt(s + eps)", "diverges", ("epsilon=inside",)),
        ]
    ),
)
def test_a_trainer_is_driven_on_data_whose_gradients_we_know(
    written: Examine, factor: str, den: str, verdict: str, deviations: tuple[str, ...]
) -> None:
    (row,) = written(fenced(FIT.format(factor=factor, den=den))).rows
    assert row.kind == "trainer"
    assert row.published is not None
    assert (row.published.verdict.word, row.published.deviations) == (verdict, deviations)
    assert row.convention is not None
    assert row.convention.factor == float(factor)


def test_a_trainer_that_is_given_the_gradient_function_meets_the_goldens(written: Examine) -> None:
    (row,) = written(fenced(DESCEND)).rows
    assert (row.kind, verdicts(row)) == ("trainer", ["exact"])
    wrong = DESCEND.replace("v = beta * v + (1 - beta) * (g * g)", "v = v + g * g")
    (row,) = written(fenced(wrong)).rows
    assert row.published is not None
    assert row.published.deviations == ("average=sum",)


# -- what the page says and shows --------------------------------------------------------------


def test_a_formula_is_held_against_the_code(written: Examine) -> None:
    text = r"Update: $w - \frac{\eta}{\sqrt{v + \epsilon}} g$" + "\n\n" + fenced(IMPORT + RIGHT)
    said = [finding.sentence for finding in written(text).findings]
    assert said == [
        "the formula at line 1 says that epsilon is added inside the square root, but in the code"
        " at line 4 (python) epsilon is added outside the square root"
    ]
    agreeing = text.replace(RIGHT.strip(), INSIDE.strip())
    assert written(agreeing).findings == ()


def test_a_formula_of_something_else_contradicts_no_code(written: Examine) -> None:
    normalising = r"Each input becomes $\frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}}$."
    found = written(f"{normalising}\n\n{fenced(IMPORT + RIGHT)}")
    assert (found.formulas, found.findings) == ((), ())
    adagrad = RIGHT.replace("self.rho * self.cache", "self.cache").replace("(1 - self.rho) * ", "")
    found = written(r"$w - \frac{\eta}{\sqrt{v + \epsilon}} g$" + "\n\n" + fenced(IMPORT + adagrad))
    assert found.rows[0].layers[0].result.deviations == ("average=sum",)
    assert (len(found.formulas), found.findings) == (1, ())


def test_a_stated_derivative_is_held_against_the_code(written: Examine) -> None:
    text = "`dL/dm = (2/n) * sum((m*x + b - y) * x)`\n\n"
    found = written(text + fenced(FIT.format(factor="1", den="(np.sqrt(s) + eps)")))
    assert len(found.findings) == 1
    assert "has the factor 2" in found.findings[0].sentence
    assert "only the weight of epsilon changes" in found.findings[0].sentence
    same = written(text + fenced(FIT.format(factor="2", den="(np.sqrt(s) + eps)")))
    assert same.findings == ()


def test_listings_of_one_function_are_held_against_each_other(written: Examine) -> None:
    first = "def fit(x, y, learning_rate=0.1, epochs=10):\n    pass"
    second = "def fit(x, y, lr=0.1, epochs=50):\n    pass"
    said = [f.sentence for f in written(fenced(first) + fenced(second)).findings]
    assert said == [
        "fit has a parameter learning_rate at line 2, which is called lr at line 6",
        "epochs of fit has the default 50 at line 6, but 10 at line 2",
    ]


OUTPUT = """
opt = RMSProp(lr=0.1)
w = {"a": np.array([1.0, 2.0])}
for _ in range(3):
    w = opt.step({"a": w["a"] * 2}, w)
print(w["a"])
"""


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        ("[0.36918056 1.30871787]", "prints the output at line"),
        ("[0.36918056 1.30871788]", "does not print the output at line"),
    ],
)
def test_a_printed_output_is_compared_digit_by_digit(
    written: Examine, shown: str, said: str
) -> None:
    text = fenced(IMPORT + RIGHT) + fenced(OUTPUT) + f"Output:\n\n```\n{shown}\n```\n"
    found = written(text)
    assert any(note.startswith(said) for note in found.rows[1].findings), found.rows[1].findings


def test_the_indentation_that_prints_what_is_shown_is_taken(written: Examine) -> None:
    code = IMPORT + RIGHT + OUTPUT.replace('print(w["a"])', 'if _ < 2:\n        print(w["a"])')
    flat = "\n".join(line.lstrip() for line in code.split("\n"))
    shown = "[0.68377224 1.68377224]\n[0.49887061 1.47387532]"
    found = written(fenced(flat) + f"Output:\n\n```\n{shown}\n```\n")
    assert "the way that prints what line" in repairs(found.rows[0])[0], found.rows[0]
    assert any(note.startswith("prints the output") for note in found.rows[0].findings)


# -- notebooks ---------------------------------------------------------------------------------


def test_two_versions_in_a_notebook_are_judged_each_in_its_own_cell(written: Examine) -> None:
    found = written(notebook("import numpy as np", INSIDE, RIGHT), "two.ipynb")
    assert [verdicts(row) for row in judged(found)] == [["diverges"], ["exact"]]
    assert [row.block.index for row in judged(found)] == [1, 2]


def test_a_class_spread_over_cells_has_the_first_cells_place(written: Examine) -> None:
    head, _, tail = RIGHT.partition("\n    def step")
    later = dedent("    def step" + tail) + "\nRMSProp.step = step\n"
    found = written(notebook("import numpy as np", head, "print(1)", later), "spread.ipynb")
    assert [(row.block.index, verdicts(row)) for row in judged(found)] == [(1, ["exact"])]


def test_java_cells_share_imports_and_may_hold_statements(written: Examine) -> None:
    body, _, statement = JAVA.strip().rpartition("\n\n")
    found = written(
        notebook(
            "import java.util.*;", body, statement, body.replace("+ epsilon", ""), kernel="java"
        ),
        "cells.ipynb",
    )
    assert [(row.block.index, verdicts(row)) for row in judged(found)] == [
        (1, ["exact"]),
        (3, ["diverges"]),
    ]


def test_clojure_blocks_take_what_earlier_ones_define(written: Examine) -> None:
    head = CLOJURE.strip().partition("\n\n")[0]
    right = """
    (defn step [params grads lr rho eps]
      (doseq [[k g] grads]
        (swap! seen update k #(mapv (fn [v g] (+ (* rho v) (* (- 1 rho) (* g g))))
                                    (or % (repeat 0.0)) g)))
      (into params (for [[k g] grads]
                     [k (mapv #(- %1 (/ (* lr %2) (+ (Math/sqrt %3) eps)))
                              (params k) g (@seen k))])))
    """
    found = written(fenced(head, "clojure") + "and\n\n" + fenced(right, "clojure"))
    assert [verdicts(row) for row in judged(found)] == [["exact"]]


def test_a_notebooks_stored_outputs_are_compared(written: Examine) -> None:
    made = nbformat.reads(notebook("a = 1.5", "print(a * 2)", "a / 3"), as_version=4)
    made.cells[1].outputs = [nbformat.v4.new_output("stream", name="stdout", text="3.0\n")]
    made.cells[2].outputs = [
        nbformat.v4.new_output("execute_result", {"text/plain": "0.6"}, execution_count=3)
    ]
    found = written(nbformat.writes(made).encode(), "outputs.ipynb")
    assert [row.findings for row in found.rows][:2] == [
        (),
        (f"prints the output at line {found.rows[1].block.printed.line}, digit by digit",),
    ]
    assert found.rows[2].findings[0].startswith("does not print the output")


# -- bad input ---------------------------------------------------------------------------------

BAD: dict[str, tuple[str, str]] = {
    "an infinite loop at the top": ("while True:\n    pass\n", "times-out"),
    "the end of the process": ("import os\nos._exit(0)\n", "crashes"),
    "sys.exit": ("import sys\nsys.exit(3)\n", "crashes"),
    "reading standard input": ("name = input()\n", "crashes"),
    "more memory than there is": ("x = bytearray(20 << 30)\n", "crashes"),
    "a file without end": (
        "f = open('big', 'wb')\nwhile True:\n    f.write(bytes(1 << 24))\n",
        "crashes",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_a_block_that_misbehaves_has_its_verdict_and_the_rest_goes_on(
    written: Examine, case: str
) -> None:
    code, word = BAD[case]
    hostile = IMPORT + code + RIGHT
    found = written(fenced(hostile) + fenced(IMPORT + RIGHT), timeout=2)
    assert verdicts(found.rows[0])[0] == word
    assert verdicts(found.rows[1]) == ["exact"]


@pytest.mark.skipif(not can_have_own("network"), reason="this kernel keeps the network for all")
def test_code_has_no_network(written: Examine) -> None:
    code = "import socket\nsocket.create_connection(('127.0.0.1', PORT), timeout=5)\n"
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        found = written(fenced(IMPORT + code.replace("PORT", str(port)) + RIGHT))
        assert verdicts(found.rows[0])[0] == "crashes"
        fault = found.rows[0].layers[0].result.verdict.fault
        assert fault is not None
        assert "Network is unreachable" in fault.message
        assert found.network_cut


def test_secrets_of_the_environment_stay_out(
    written: Examine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("API_TOKEN", "secret")
    code = "import os\nassert 'API_TOKEN' not in os.environ\n"
    (row,) = written(fenced(IMPORT + code + RIGHT)).rows
    assert verdicts(row) == ["exact"]


def test_a_fence_that_never_closes_and_bytes_that_are_no_text_are_said(written: Examine) -> None:
    found = written(f"```python\n{IMPORT}{RIGHT}")
    assert verdicts(found.rows[0]) == ["exact"]
    assert "its code fence is never closed" in found.rows[0].findings
    latin = fenced(IMPORT + RIGHT + "\n# caf\xe9").encode("latin-1")
    found = written(latin + b"\n" + fenced(IMPORT + RIGHT).encode())
    assert verdicts(found.rows[0])[0] == "does-not-compile"
    assert verdicts(found.rows[1]) == ["exact"]


def test_a_block_of_a_megabyte_is_judged(written: Examine) -> None:
    table = "table = '" + "0.125, " * 150_000 + "'\n"
    found = written(fenced(IMPORT + table + RIGHT))
    assert verdicts(found.rows[0]) == ["exact"]


# -- the command -------------------------------------------------------------------------------


def test_the_command_says_what_it_found_and_exits_so(
    call: Callable[..., object], tmp_path: Path
) -> None:
    good, bad = tmp_path / "good.md", tmp_path / "bad.md"
    good.write_text(fenced(IMPORT + RIGHT))
    bad.write_text(fenced(IMPORT + INSIDE))
    empty = tmp_path / "empty.md"
    empty.write_text("# Words\n")
    assert call("doc", str(good)).code == 0  # type: ignore[attr-defined]
    assert call("doc", str(empty)).code == 3  # type: ignore[attr-defined]
    done = call("doc", str(good), str(bad))
    assert done.code == 1  # type: ignore[attr-defined]
    assert "epsilon is added inside the square root" in done.out  # type: ignore[attr-defined]
    done = call("doc", str(tmp_path / "none.md"), str(good))
    assert done.code == 2  # type: ignore[attr-defined]
    assert "none.md" in done.err  # type: ignore[attr-defined]
    assert "exact" in done.out  # type: ignore[attr-defined]


def test_the_json_report_is_valid_and_the_patch_applies(
    call: Callable[..., object], tmp_path: Path
) -> None:
    import jsonschema
    from support import REPOSITORY

    page = tmp_path / "page.md"
    page.write_text("Words.\n\n" + fenced(RIGHT) + fenced("x --> y", "mermaid"))
    done = call("doc", str(page), "--json", "-")
    report = json.loads(done.out)  # type: ignore[attr-defined]
    schema = json.loads((REPOSITORY / "harness/report/report.schema.json").read_text())
    jsonschema.validate(report, schema)
    first, second = report["results"]
    assert first["verdict"] == "crashes"
    assert first["block"] == {"index": 0, "line": 4, "language": "python"}
    assert [layer["verdict"] for layer in first["layers"]] == ["crashes", "exact"]
    assert (second["verdict"], second["kind"], second["layers"]) == (None, "other", [])
    done = call("doc", str(page), "--show-repaired")
    assert "@@ -4,3 +4,4 @@\n+import numpy as np\n class RMSProp:" in done.out  # type: ignore[attr-defined]
