"""What the source has by default, and nobody knows, is left as it is where objects are handed."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import SHORT

from harness.judging.options import Options
from harness.judging.run import Outcome, run
from harness.ports.targets import own

pytestmark = pytest.mark.jvm

KOTLIN = """
package sea

import kotlin.math.pow
import kotlin.math.sqrt

class Param(val name: String, val value: DoubleArray, val grad: DoubleArray)

class RmsProp(
    private val learningRate: Double = 0.001,
    private val rho: Double = 0.9,
    private val epsilon: Double = 1e-8,
    private val lrDecay: Double = 0.95,
    private val decayEvery: Int = 4,
) {
    private val cache = mutableMapOf<String, DoubleArray>()
    private var steps = 0

    fun step(params: List<Param>) {
        val rate = learningRate * lrDecay.pow(steps / decayEvery)
        params.forEach { p ->
            val c = cache.getOrPut(p.name) { DoubleArray(p.value.size) }
            for (i in c.indices) {
                c[i] = rho * c[i] + (1 - rho) * p.grad[i] * p.grad[i]
                p.value[i] -= rate * p.grad[i] / (sqrt(c[i]) + epsilon)
            }
        }
        steps++
    }
}
"""
SCALA = """
package sea

import scala.collection.mutable

class Param(val name: String, val value: Array[Double]):
  val grad: Array[Double] = new Array[Double](value.length)

class RmsProp(
    learningRate: Double = 0.001,
    rho: Double = 0.9,
    epsilon: Double = 1e-8,
    lrDecay: Double = 0.95,
    decayEvery: Int = 4,
):
  private val cache = mutable.Map.empty[String, Array[Double]]
  private var steps = 0

  def step(params: List[Param]): Unit =
    val rate = learningRate * math.pow(lrDecay, steps / decayEvery)
    for p <- params do
      val c = cache.getOrElseUpdate(p.name, new Array[Double](p.value.length))
      for i <- c.indices do
        c(i) = rho * c(i) + (1 - rho) * p.grad(i) * p.grad(i)
        p.value(i) -= rate * p.grad(i) / (math.sqrt(c(i)) + epsilon)
    steps += 1
"""


def judged(folder: Path, name: str, text: str) -> Outcome:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return run([own(path)], Options(pattern=SHORT), every_transport=False)


@pytest.mark.parametrize(("name", "text"), [("RmsProp.kt", KOTLIN), ("RmsProp.scala", SCALA)])
def test_a_default_that_nobody_knows_is_kept(tmp_path: Path, name: str, text: str) -> None:
    (result,) = judged(tmp_path, name, text).results
    assert result.deviations == ("schedule=steps",)
    assert result.diagnosis
    assert result.diagnosis.best
    assert result.diagnosis.best.constants == pytest.approx({"factor": 0.95, "every": 4.0})


def test_what_the_user_gives_and_goes_nowhere_is_not_lost_in_silence(tmp_path: Path) -> None:
    (tmp_path / "port.toml").write_text("[give]\ndecayEvery = 7\n", encoding="utf-8")
    outcome = judged(tmp_path, "RmsProp.kt", KOTLIN)
    assert not outcome.results
    assert "[give] says decayEvery, which goes nowhere here" in outcome.errors[0]
