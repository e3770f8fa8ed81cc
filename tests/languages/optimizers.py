"""Sources of an optimizer for tests of what stands around one, and how one is checked."""

from __future__ import annotations

from pathlib import Path

from support import SHORT

from harness.judging.options import Options
from harness.judging.run import run
from harness.judging.verdict import Result
from harness.ports.targets import own

BODY = """
    private double[] v;

    public void update(double[] weights, double[] gradients) {
        if (v == null) v = new double[weights.length];
        for (int i = 0; i < weights.length; i++) {
            double g = gradients[i];
            v[i] = decay * v[i] + (1 - decay) * (g * g);
            weights[i] -= lr * g / (Math.sqrt(v[i]) + epsilon);
        }
    }
}
"""
HEAD = """
    private final double lr, decay, epsilon;

    public RMSProp(double lr, double decay, double epsilon) {
        this.lr = lr;
        this.decay = decay;
        this.epsilon = epsilon;
    }
"""
OPTIMIZER = "public class RMSProp implements Rule {" + HEAD + BODY
RULE = "public interface Rule { void update(double[] weights, double[] gradients); }\n"


def written(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def checked(path: Path, **given: object) -> Result:
    outcome = run(
        [own(path, **given)],  # type: ignore[arg-type]
        Options(pattern=SHORT),
        every_transport=False,
    )
    assert outcome.errors == ()
    return outcome.results[0]
