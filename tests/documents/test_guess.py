"""The language of a block: named by its info string, or guessed, or left alone."""

from __future__ import annotations

import pytest
from support import REPOSITORY

from harness.documents.extract.guess import guess, named


@pytest.mark.parametrize(
    ("info", "language"),
    [
        ("python", "python"),
        ("Python3", "python"),
        ("py", "python"),
        ("ipython", "python"),
        ("pycon", "python"),
        ("{.python .numberLines}", "python"),
        ("{python}", "python"),
        ("{python, echo=TRUE}", "python"),
        ("{code-cell} ipython3", "python"),
        ("{code-cell}", "python"),
        ("python:title", "python"),
        ('python title="x"', "python"),
        ("python{1,3-4}", "python"),
        ("python=12", "python"),
        ("{code-block} java", "java"),
        ("language-java", "java"),
        ("scala mdoc:silent", "scala"),
        ("{#id .scala}", "scala"),
        ("sc", "scala"),
        ("clj", "clojure"),
        ("cljs", "cljs"),
        ("edn", "edn"),
        ("C++", "c++"),
        ("c#", "c#"),
        ("mermaid", "mermaid"),
        ("{=html}", "html"),
        ('title="x.py"', ""),
        ("linenos=true", ""),
        ("{linenos=true}", ""),
        ("", ""),
    ],
)
def test_info_string_names_the_language(info: str, language: str) -> None:
    assert named(info) == language


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("python", "import numpy as np"),
        ("python", "def step(w, g):\nreturn w - 0.1 * g"),
        ("python", "for w in ws:\nw -= rate * g[w]"),
        ("python", "class Opt:\n    def __init__(self, lr=0.1):\n        self.lr = lr"),
        ("python", "s = rho * s + (1 - rho) * g ** 2\nw -= lr * g / (np.sqrt(s) + eps)"),
        ("python", "w = np.zeros(3)\nprint(w)"),
        ("python", ">>> 1 + 1\n2"),
        ("python", "@dataclass\nclass Opt(Base):\n    lr: float = 0.1"),
        ("java", "public class Opt {\n  private double[] s;\n}"),
        ("java", "double[] s = new double[3];\nfor (int i = 0; i < 3; i++) {\n  s[i] = 1;\n}"),
        ("java", 'System.out.println("x");'),
        ("java", "import java.util.List;"),
        ("java", "static void step(double[] w, double[] g) {\n  w[0] -= g[0];\n}"),
        ("scala", "val s = Array.fill(3)(0.0)\nfor (i <- s.indices) s(i) += 1"),
        ("scala", "object Opt extends App {\n  println(1)\n}"),
        ("scala", "def step(w: Array[Double], g: Array[Double]): Array[Double] = w"),
        ("scala", "case class State(s: Vector[Double])"),
        ("clojure", "(defn step [w g] (mapv - w g))"),
        ("clojure", ";; one step\n(let [s (atom {})]\n  (swap! s assoc :w 1))"),
        ("clojure", "(ns opt.core)\n(def rate 0.1)"),
        ("", ""),
        ("", "Iteration 0: x = 3.5000\nIteration 100: x = 2.5000"),
        ("", "[0.1 0.2]\n{'w': array([0.1, 0.2])}"),
        ("", "Loss (train, test): 0.25\nRMSE: 12.5"),
        ("", '{"rate": 0.1, "steps": [1, 2]}'),
        ("", "rate: 0.1\nsteps:\n  - 1\n  - 2"),
        ("", "[tool]\nname = \"x\"\nrate = 0.1"),
        ("", "<div class=\"x\">\n  <p>text</p>\n</div>"),
        ("", "$ pip install numpy\n$ python train.py"),
        ("", "pip install numpy\npython train.py --rate 0.1"),
        ("", "#include <math.h>\nvoid step(double *w, const double *g) {\n  w[0] -= g[0];\n}"),
        ("", "const step = (w, g) => w.map((x, i) => x - g[i]);\nconsole.log(step([1], [2]));"),
        ("", "fn step(w: &mut [f64], g: &[f64]) {\n    w[0] -= g[0];\n}"),
        ("", "func step(w []float64) {\n\tw[0] = 1\n}"),
        ("kotlin", "fun step(w: DoubleArray): Double {\n    val s = 1.0\n    return s\n}"),
        ("", "step <- function(w, g) {\n  w - 0.1 * g\n}"),
        ("", "function step(w, g)\n    w .- 0.1 .* g\nend"),
        ("", "(define (step w g)\n  (- w g))"),
        ("", "(defun step (w g)\n  (- w g))"),
        ("", "| step | loss |\n|---|---|\n| 1 | 0.5 |"),
        ("", "The rate is divided by the root of an average.\nIt never grows."),
        ("", "v = \\beta v + (1 - \\beta) g^2"),
        ("", "classDiagram\n  class Opt {\n    + step()\n  }"),
        ("", "Input: rate, decay\nrepeat\n  v = d v + (1 - d) g^2\nuntil converged"),
        ("", "SELECT w FROM weights WHERE step = 1"),
        ("", "Traceback (most recent call last):\n  File \"a.py\", line 1\nNameError: x"),
    ],
)  # fmt: skip
def test_guess(language: str, code: str) -> None:
    assert guess(code) == language


@pytest.mark.parametrize(
    ("pattern", "language"),
    [("py", "python"), ("java", "java"), ("scala", "scala"), ("clj", "clojure")],
)
def test_guess_knows_whole_sources_with_and_without_their_indentation(
    pattern: str, language: str
) -> None:
    sources = sorted((REPOSITORY / "tests/miniatures").rglob(f"*.{pattern}"))
    texts = [source.read_text(encoding="utf-8") for source in sources]
    bare = ["\n".join(line.strip() for line in text.split("\n")) for text in texts]
    assert len(texts) > 10
    assert [guess(text) for text in texts + bare] == [language] * (2 * len(texts))
