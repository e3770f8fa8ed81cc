"""Which method of a source makes the step, in all languages, read from its text."""

from __future__ import annotations

from textwrap import dedent

import pytest

from harness.languages.adapters.stepping import body_of, distances, preparing

SOURCES = {
    "java": (
        """
        public class Rms extends Base {
            @Override
            public void initialize(Layer layer) {
                moments.put(layer, layer.zeros());
            }

            private double scaled(double g, double v) { return g / (Math.sqrt(v) + eps); }

            public void apply(Map<String, double[]> slopes) {
                for (String name : slopes.keySet()) {
                    weights(name)[0] -= rate * scaled(slopes.get(name)[0], average(name)[0]);
                }
            }

            public void fit(Data data) {
                while (data.more()) {
                    apply(data.slopes());
                }
            }
        }
        """,
        {("Rms", "apply"): 0, ("Rms", "fit"): 1, ("Rms", "scaled"): 2},
    ),
    "kotlin": (
        """
        class Rms(private val hyper: Hyper) {
            override fun optimize(model: Model, epoch: Int) {
                for (p in model.all()) p[0] = p[0] - hyper.lr * p.slope / sqrt(p.v)
            }

            fun reset() = cells.clear()
        }
        """,
        {("Rms", "optimize"): 0},
    ),
    "scala": (
        """
        class Rms(config: Config):
          def iterates(x: Vec): LazyList[Vec] = LazyList.iterate(x)(next)

          private def next(x: Vec): Vec =
            val s = v * config.rho
            x - slope(x) / math.sqrt(s.sum)
        """,
        {("Rms", "iterates"): 1, ("Rms", "next"): 0},
    ),
    "clojure": (
        """
        (defn- moved [w g v] (- w (/ g (Math/sqrt v))))

        (defn shape [layer] (let [n (count layer)] n))

        (defn step! [network slopes]
          (swap! network update :w #(mapv moved % slopes)))
        """,
        {("", "moved"): 0, ("", "step!"): 1},
    ),
    "python": (
        """
        class Sum:
            def update(self, w, g):
                w -= self.lr * g

        class Rms(Sum):
            def average(self, v, g):
                return self.rho * v + (1 - self.rho) * g ** 2

            def update(self, w, g):
                self.v = self.average(self.v, g)
                w -= self.lr * g / self.v ** 0.5
        """,
        {("Rms", "update"): 0},
    ),
}


@pytest.mark.parametrize("language", SOURCES)
def test_the_method_that_makes_the_step_is_told_from_those_around_it(language: str) -> None:
    source, expected = SOURCES[language]
    assert distances(dedent(source)) == expected


TOLD = """
class Base:
    def tell(self, net):
        self.net = net

    def look(self):
        self.seen = True

class Rms(Base):
    def __init__(self, rho):
        self.rho = rho

    def update(self, k):
        g = self.slope(k)
        self.v = self.rho * self.v + g
        self.net.parts[k].w -= g
        if not k:
            return

    def slope(self, k):
        return self.net.parts[k].g
"""


def test_what_a_step_writes_and_calls_and_what_has_to_come_before_it() -> None:
    body = body_of(TOLD, "Rms", "update")
    assert body.writes == ("self.v", "self.net.parts[k].w")
    assert (body.calls, body.returns) == (("slope",), False)
    assert preparing(TOLD, "Rms", "update", ("tell", "look", "slope")) == ("tell",)
    assert body_of(TOLD, "Rms", "slope").returns
    assert body_of(TOLD, "Rms", "absent").writes == ()
