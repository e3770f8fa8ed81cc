"""What libraries did, recorded, against the table of libraries and their orders of evaluation."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from support import alike

from harness.comparison.replays import equal_arithmetics
from harness.comparison.roots import but_for_roots, equal_but_for_roots
from harness.judging.identify import identify
from harness.judging.observation_files import Seen, read
from harness.report.words import why
from python_ref.dialects.dialect import Dialect
from python_ref.dialects.evaluation import library_arithmetics, ordinary_arithmetics
from python_ref.numbers.arithmetic import PLAIN, Arithmetic

RECORDED = Path(__file__).parents[1] / "observations"

# By name of the file, how the library evaluates the formula. Floats: 1-d is formed in double.
EXACT = {
    "torch-2.15.0-foreach-float32": "square=left ema=fused_square complement=double",
    "torch-2.15.0-single-centered-momentum-weight_decay-float32": (
        "square=left ema=fused_square complement=double mean=lerp centring=fused decay=fused"
        " update=fused"
    ),
    "torch-2.15.0-single-centered-momentum-weight_decay-float64": (
        "square=left ema=fused_square mean=lerp centring=fused decay=fused update=fused"
    ),
    "torch-2.15.0-compile-centered-float32": (
        "quotient=divide_first ema=fused_square complement=double update=fused"
    ),
    "torch-2.15.0-compile-momentum-float64": "ema=fused_square",
    "keras-3.15.1-jax-weight_decay-float32": "complement=double decoupling=before",
    "keras-3.15.1-torch-weight_decay-float64": "ema=fused_square decoupling=factor",
    "keras-3.15.1-torch-centered-float64": "ema=fused_square",
    "keras-3.15.1-torch-global_clipnorm-float64": "ema=fused_square norm=narrowed",
    "keras-3.15.1-torch-global_clipnorm-0.3-float64": "ema=fused_square norm=narrowed",
    "keras-3.15.1-numpy-clipnorm-float64": "complement=double norm=scaled_first sum=neighbours",
    "keras-3.15.1-tensorflow-clipnorm-float32": "complement=double norm=scaled_first sum=lanes_4",
    "keras-3.15.1-tensorflow-global_clipnorm-float64": "norm=reciprocals sum=lanes_4",
    "optax-0.2.8-jit-outside-float32": (
        "quotient=scaled_reciprocal ema=fused_square complement=double update=fused"
    ),
    "tf_keras-2.21.0-new-weight_decay-float64": "quotient=reciprocal decoupling=before",
    "tf_keras-2.21.0-legacy-momentum-float64": "ema=incremental",
    "tensorflow-2.21.0-raw_ops-centered-float32": "ema=incremental",
    "paddle-3.3.1-centered-float64": "square=left",
    "paddle-3.3.1-momentum-float64": "square=left",
    "mlx-0.32.4-float64": "plain",
    "encog-3.4-float64": "square=left ema=twice",
    "tribuo-4.3.1-float64": "quotient=rate_over_root square=left ema=scaled",
    "gorgonia-0.9.18-clip-l2reg-float32": (
        "quotient=reciprocal complement=double decoupling=joint"
    ),
    "nd4j-1.0.0-M2.1-float32": "plain",
    "timm-1.0.31-centered-float32": "ema=fused_incremental complement=double",
    "stable_baselines3-2.9.2-momentum-float32": (
        "square=left ema=fused_square complement=double update=fused"
    ),
    "candle-optimisers-0.10.2-float64": "quotient=divide_first",
    "burn-0.22.1-centered-float32": "plain",
    "tfjs-4.22.0-centered-float32": "complement=double",
    "chainer-7.8.1-float32": "square=left complement=double",
}
# Their roots are the vector libraries' own: within so many ULP.
BUT_FOR_ROOTS = {
    "keras-3.15.1-jax-jit-weight_decay-float32": (
        "quotient=reciprocal ema=fused complement=double update=fused decoupling=fused_before", 1
    ),
    "optax-0.2.8-eager-nesterov-float64": ("quotient=scaled_reciprocal", 1),
    "optax-0.2.8-jit-bias_correction-float64": (
        "quotient=scaled_reciprocal ema=fused_square correction=reciprocal update=fused", 1
    ),
    "paddle-3.3.1-float32": ("square=left", 1),
}  # fmt: skip


def recorded(name: str) -> Seen:
    return read(RECORDED / f"{name}.json")


def arithmetic(written: str) -> Arithmetic:
    return PLAIN.having(dict(pair.split("=") for pair in written.split() if pair != "plain"))


def is_equal(seen: Seen, order: Arithmetic, dialect: Dialect | None = None) -> bool:
    given = seen.scenario, dialect or seen.claim, seen.precision
    return bool(equal_arithmetics(*given, seen.observation.weights, [order]))


@pytest.mark.parametrize("name", EXACT)
def test_a_library_is_exact_in_its_dialect_and_its_order(name: str) -> None:
    seen, order = recorded(name), arithmetic(EXACT[name])
    given = seen.claim, seen.precision
    assert order in {*ordinary_arithmetics(*given), *library_arithmetics(*given)}
    assert is_equal(seen, order)
    starts_at_one = seen.claim.choice("initial_average") == "one"
    others = {"initial_average": "zero" if starts_at_one else "one"}
    if not starts_at_one:  # beside which epsilon is lost in rounding
        others["epsilon"] = "inside" if seen.claim.choice("epsilon") == "outside" else "outside"
    for axis, value in others.items():
        choices = {**seen.claim.choices(), axis: value}
        assert not is_equal(seen, order, Dialect.choosing(choices))


@pytest.mark.parametrize("name", BUT_FOR_ROOTS)
def test_a_library_whose_roots_are_its_own_is_exact_but_for_them(name: str) -> None:
    written, off = BUT_FOR_ROOTS[name]
    seen, order = recorded(name), arithmetic(written)
    given = seen.scenario, seen.claim, seen.precision, seen.observation.weights
    assert not is_equal(seen, order)
    ((found, count),) = equal_but_for_roots(*given, [order])
    assert (found.having({}), str(found)) == (found, f"{order} root=within_{off}_ulp")
    assert 0 < count < seen.observation.weights.size / 8
    best = but_for_roots([(seen.scenario, seen.claim, seen.observation)], seen.precision)
    assert best is not None
    assert best.off == off


@pytest.mark.parametrize("name", ["paddle-3.3.1-float32", "optax-0.2.8-eager-nesterov-float64"])
def test_roots_explain_nothing_that_is_further_off(name: str) -> None:
    """One weight a few ULP beside, and what comes of it: no root within two of the right one."""
    seen = recorded(name)
    rows = seen.observation.weights.copy()
    kind = np.float32 if seen.precision == "float32" else np.float64
    largest = int(np.abs(rows[0]).argmin())
    rows[3:, largest] = (rows[3:, largest] * (1 + 64 * np.finfo(kind).eps)).astype(kind)
    asked = [arithmetic(BUT_FOR_ROOTS[name][0])]
    assert equal_but_for_roots(seen.scenario, seen.claim, seen.precision, rows, asked) == ()


def test_a_verdict_says_that_only_the_root_differs() -> None:
    result = identify(RECORDED / "paddle-3.3.1-float32.json")
    assert result.verdict.word == "conforms"
    assert why(result).startswith(
        "equal to the last bit in all that was seen if its square root may be up to 1"
        " ULP off the correctly rounded one (as those of MKL, Eigen and XLA are"
    )


def test_a_verdict_of_an_order_of_libraries_says_how_it_is_evaluated() -> None:
    result = identify(RECORDED / "gorgonia-0.9.18-clip-l2reg-float32.json")
    assert result.verdict.word == "exact"
    assert "w + (-step - lr*wd*w)" in why(result)


@pytest.mark.parametrize("off", alike([False, True]))
def test_what_no_envelope_covers_is_exact_by_its_bits_alone(tmp_path: Path, off: bool) -> None:
    """Keras on PyTorch scales to a norm by a factor in float32, 6e-8 off in what is float64."""
    text = (RECORDED / "keras-3.15.1-torch-global_clipnorm-0.3-float64.json").read_text()
    seen = json.loads(text)
    seen["observed"][-1]["b"][0] *= 1 + 2.0**-52 if off else 1
    (tmp_path / "seen.json").write_text(json.dumps(seen))
    result = identify(tmp_path / "seen.json", seconds=1.0)
    assert result.verdict.word == ("diverges" if off else "exact")
    assert ("of which the factor is rounded to float32" in why(result)) == (not off)


def test_every_recording_is_judged() -> None:
    files = {path.stem for path in RECORDED.glob("*.json")}
    assert files == {*EXACT, *BUT_FOR_ROOTS}
