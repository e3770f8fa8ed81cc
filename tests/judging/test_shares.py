"""A number that an average is told as 1 - decay rate is no swap where its default shows that."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.judging.options import Options
from harness.judging.run import run
from harness.judging.verdict import Result
from harness.ports.targets import of_target

FUNCTION = """
import numpy as np


def rmsprop(w, g, v, lr=0.01, forget=%s, eps=1e-8):
    v = (1 - forget) * v + forget * g * g
    return w - lr * g / (np.sqrt(v) + eps), v
"""
OBJECT = """
import numpy as np


class RMSProp:
    def __init__(self, params, lr=0.01, decay=%s, eps=1e-8):
        self.params, self.lr, self.decay, self.eps = params, lr, decay, eps
        self.v = [np.zeros_like(p.data) for p in params]

    def step(self):
        for v, p in zip(self.v, self.params):
            v += self.decay * (p.grad**2 - v)
            p.data -= self.lr * p.grad / np.sqrt(v + self.eps)
"""
JAVA = """
public class RmsProp {
    private double rate = 0.01, fresh = %s, eps = 1e-8;
    private double[] v;

    public void setRate(double r) { rate = r; }

    public void setFresh(double r) { fresh = r; }

    public void setEps(double r) { eps = r; }

    public void step(double[] w, double[] g) {
        if (v == null) v = new double[w.length];
        for (int i = 0; i < w.length; i++) {
            v[i] = (1 - fresh) * v[i] + fresh * g[i] * g[i];
            w[i] -= rate * g[i] / (Math.sqrt(v[i]) + eps);
        }
    }
}
"""
CLOJURE = """
(ns rmsprop)

(defn step [state grads {:keys [lr forget eps] :or {lr 0.01 forget %s eps 1e-8}}]
  (let [v (mapv (fn [v g] (+ (* (- 1.0 forget) v) (* forget g g))) (:v state) grads)]
    (assoc state
           :v v
           :weights (mapv (fn [w g v] (- w (/ (* lr g) (+ (Math/sqrt v) eps))))
                          (:weights state) grads v))))
"""


def judged(folder: Path, name: str, text: str) -> Result:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    ported = of_target(str(path))
    (result,) = run([ported], Options(pattern="*/float64/m*"), every_transport=False).results
    return result


@pytest.mark.parametrize(
    ("name", "text", "deviations"),
    [
        ("share.py", FUNCTION, ()),
        ("share.py", OBJECT, ("epsilon=inside",)),
        ("RmsProp.java", JAVA, ()),
        ("share.clj", CLOJURE, ()),
    ],
)
def test_what_is_small_by_default_is_the_share_of_what_is_new(
    tmp_path: Path, name: str, text: str, deviations: tuple[str, ...]
) -> None:
    result = judged(tmp_path, name, text % "0.1")
    assert result.deviations == deviations
    assert "told 1 - decay rate, since what it has by default is 0.1" in result.bound


@pytest.mark.parametrize(("name", "text"), [("share.py", FUNCTION), ("RmsProp.java", JAVA)])
def test_what_is_large_by_default_is_swapped(tmp_path: Path, name: str, text: str) -> None:
    result = judged(tmp_path, name, text % "0.9")
    assert result.deviations == ("average=swapped",)
    assert "1 - decay rate" not in result.bound


def test_what_has_no_default_is_swapped_by_its_name(tmp_path: Path) -> None:
    text = "import numpy as np\n" + FUNCTION.partition("\n\n\n")[2]
    text = text.replace("lr=0.01, forget=%s, eps=1e-8", "lr, decay, eps").replace("forget", "decay")
    assert judged(tmp_path, "share.py", text).deviations == ("average=swapped",)
