"""What is seen through an adapter is said of the port only where it is the port's."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.judging.options import Options
from harness.judging.run import Outcome, run
from harness.languages.adapters import handed_on
from harness.ports.targets import own

SOURCE = """
import numpy as np


def rmsprop(blob, slope, kept, pace=0.001, fade=0.9, guard=1e-6):
    if len(blob) != len(slope):
        raise RuntimeError("a fault of its own")
    kept = fade * (0 * slope if kept is None else kept) + (1 - fade) * slope * slope
    return blob - pace * slope / (np.sqrt(kept) + guard), kept
"""
ADAPTER = """
from mine import rmsprop


class Adapter:
    def __init__(self, learning_rate, decay_rate, epsilon):
        self.learning_rate, self.decay_rate, self.epsilon = learning_rate, decay_rate, epsilon
        self.kept = {}

    def update(self, weights, gradients):
        for name, g in gradients.items():
            kept = self.kept.get(name)
            weights[name], self.kept[name] = rmsprop(
                weights[name], g, kept, self.learning_rate, self.decay_rate, self.epsilon
            )
"""


def judged(folder: Path, adapter: str, source: str = SOURCE) -> Outcome:
    (folder / "mine.py").write_text(source, encoding="utf-8")
    (folder / "through.py").write_text(adapter, encoding="utf-8")
    port = own(folder / "mine.py", adapter=folder / "through.py")
    return run([port], Options(pattern="*/float64/mixed-*"), every_transport=False)


def test_a_right_one_is_exact(tmp_path: Path) -> None:
    (result,) = judged(tmp_path, ADAPTER).results
    assert (result.verdict.word, result.bound) == ("exact", "")


def test_what_it_hands_to_nothing_is_no_constant_of_the_ports(tmp_path: Path) -> None:
    (result,) = judged(tmp_path, ADAPTER.replace(", self.epsilon\n", "\n")).results
    assert result.deviations == ("eps=ignored",)
    assert result.diagnosis
    assert result.diagnosis.best
    assert result.diagnosis.best.untold == {"epsilon"}
    assert result.bound == "the adapter hands the epsilon to nothing"


def test_of_an_average_that_it_loses_it_is_said_that_it_may_be_the_adapter(tmp_path: Path) -> None:
    (result,) = judged(tmp_path, ADAPTER.replace("g, kept,", "g, None,")).results
    assert result.deviations == ("state=reset",)
    assert result.bound.startswith("seen through the adapter")


@pytest.mark.parametrize(
    ("was", "new"),
    [("weights[name], g,", "weights['w1'], g,"), ("self.kept.get(name)", "self.kept[name]")],
)
def test_what_fails_in_it_is_not_said_of_the_port(tmp_path: Path, was: str, new: str) -> None:
    outcome = judged(tmp_path, ADAPTER.replace(was, new))
    assert not outcome.results
    assert "the adapter" in outcome.errors[0]
    assert outcome.errors[0].endswith("nothing is said of mine.py")


def test_what_fails_in_the_port_is_placed_there(tmp_path: Path) -> None:
    (result,) = judged(
        tmp_path, ADAPTER.replace("weights[name], g,", "weights[name][:1], g,")
    ).results
    assert result.verdict.fault
    assert result.verdict.fault.message.endswith("a fault of its own (mine.py:7)")
    assert result.bound == "what the adapter hands over may be what it fails at"


def test_that_biases_were_not_judged_is_said(tmp_path: Path) -> None:
    source = SOURCE.replace("(blob, slope, kept", "(blob, bias, slope, kept")
    through = ADAPTER.replace("weights[name], g,", "weights[name], np.zeros(1), g,")
    outcome = judged(tmp_path, f"import numpy as np\n{through}", source)
    assert [r.verdict.word for r in outcome.results] == ["exact"]
    assert outcome.results[0].bound.endswith("stand for biases: how these are moved was not judged")


def test_of_an_object_for_each_array_it_is_said_that_several_were_not_judged(
    tmp_path: Path,
) -> None:
    made = "            self.made[name] = self.made.get(name, 0)\n            kept ="
    through = ADAPTER.replace("            kept =", made).replace(
        "self.kept = {}", "self.kept, self.made = {}, {}"
    )
    assert judged(tmp_path, through).results[0].bound.startswith("the adapter makes an object for")


TAKES = {
    "python": ADAPTER.replace(", self.epsilon\n", "\n"),
    "java": """
        class Adapter {
            private final double learningRate;
            private final double decayRate;
            private final double epsilon;
            Adapter(double learningRate, double decayRate, double epsilon) {
                this.learningRate = learningRate;
                this.decayRate = decayRate;
                this.epsilon = epsilon;
            }
            void update(double[] w, double[] g) { Mine.step(w, g, learningRate, decayRate); }
        }
    """,
    "kotlin": """
        class Adapter(
            private val learningRate: Double,
            private val decayRate: Double,
            private val epsilon: Double,
        ) { fun update(w: DoubleArray, g: DoubleArray) = step(w, g, learningRate, decayRate) }
    """,
    "scala": """
        class Adapter(learningRate: Double, decayRate: Double, epsilon: Double):
          def update(w: Array[Double], g: Array[Double]) = step(w, g, learningRate, decayRate)
    """,
    "clojure": """
        (defn rmsprop-adapter
          [learning-rate decay-rate epsilon]
          (fn [weights gradients] (step weights gradients [learning-rate decay-rate])))
    """,
}


@pytest.mark.parametrize("language", TAKES)
def test_what_an_adapter_only_takes_it_hands_to_nothing(language: str) -> None:
    assert handed_on(TAKES[language]) == {"learning_rate", "decay_rate"}


LACKS = """
public class Mine extends lib.Base {
    public double[] go(double[] w, lib.Thing of) {
        return w;
    }
}
"""
OF_WHAT_LACKS = """
public class Through {
    private final Mine mine = new Mine();

    public Through(double learning_rate, double decay_rate, double epsilon) {}

    public double[] update(double[] weights, double[] gradients) {
        return mine.go(weights, null);
    }
}
"""


@pytest.mark.jvm
def test_what_its_source_lacks_is_no_fault_of_either(tmp_path: Path) -> None:
    (tmp_path / "Mine.java").write_text(LACKS, encoding="utf-8")
    (tmp_path / "Through.java").write_text(OF_WHAT_LACKS, encoding="utf-8")
    port = own(tmp_path / "Mine.java", adapter=tmp_path / "Through.java")
    outcome = run([port], Options(pattern="*/float64/mixed-*"), every_transport=False)
    (result,) = outcome.results
    assert result.verdict.word == "not-run"
    assert result.verdict.fault
    assert "is not on the class path" in result.verdict.fault.message


def test_a_name_that_is_nowhere_is_not_what_it_hands_over(tmp_path: Path) -> None:
    broken = SOURCE.replace("    kept = fade", "    nowhere()\n    kept = fade")
    (result,) = judged(tmp_path, ADAPTER, broken).results
    assert result.verdict.word == "crashes"
    assert result.bound == ""
