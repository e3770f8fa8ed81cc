"""Pages judged from end to end: verdicts where they stand, layers of repairs, the command."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest
from documents.conftest import IMPORT, INSIDE, RIGHT, Examine, fenced, notebook
from documents.page_rows import judged, repairs, verdicts
from support import spread

from harness.machine.isolation.sandbox import can_have_own

pytestmark = pytest.mark.jvm


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
    sgd = "another algorithm: the gradient is not divided by a moving average, as in SGD"
    assert {row.name: row.message or verdicts(row) for row in found.rows} == {
        "RMSProp": ["exact"],
        "sgd": sgd,
    }
    (row,) = written(fenced(IMPORT + dedent(plain).replace("sgd", "step"))).rows
    assert verdicts(row) == ["diverges"]


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
    "imports that are missing": (
        RIGHT.replace("self.cache = {}", "self.cache = defaultdict(dict)"),
        ["crashes", "exact"],
        "`from collections import defaultdict` and `import numpy as np` put first",
    ),
    "a trainer's import that is missing": (
        """
        def fit(X, y, lr=0.01, epochs=100, beta=0.9, eps=1e-8):
            m, n = X.shape
            w, s = np.zeros(n), np.zeros(n)
            for _ in range(epochs):
                g = X.T @ (X @ w - y) / m
                s = beta * s + (1 - beta) * g * g
                w = w - lr * g / (np.sqrt(s) + eps)
            return w
        """,
        ["does-not-compile", "exact"],
        "`import numpy as np` put first",
    ),
    "imports of what nothing binds without them": (
        """
        def rmsprop(weights, gradients, memory, lr=0.1, rho=0.9, eps=1e-8):
            if memory.v is None:
                memory.v = zeros_like(weights)
            memory.v = rho * memory.v + (1 - rho) * gradients**2
            return weights - lr * gradients / (sqrt(memory.v) + eps), memory
        """,
        ["does-not-compile", "exact"],
        "`from numpy import sqrt` and `from numpy import zeros_like` put first",
    ),
    "a method that is still to be written": (
        IMPORT + RIGHT.replace("    def step", "    def later(self):\n\n    def step"),
        ["does-not-compile", "exact"],
        "`pass` put in at line 9, where a body is missing",
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


@pytest.mark.slow
def test_a_library_that_an_earlier_clojure_block_requires_is_what_is_missing(
    written: Examine,
) -> None:
    head = fenced("(require '[far.optim :as optim])", "clojure")
    use = fenced("(def rmsprop (optim/rmsprop weights gradients :decay-rate 0.9))", "clojure")
    (row,) = [r for r in written(head + "and\n\n" + use).rows if "optim/" in r.block.text]
    (layer,) = row.layers
    fault = layer.result.verdict.fault
    assert fault is not None
    assert (fault.kind, fault.message) == ("not-run", "far.optim is not on the class path")


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


@pytest.mark.parametrize("case", spread(BAD, 3))
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
