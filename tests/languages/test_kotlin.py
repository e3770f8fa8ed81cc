"""Kotlin: its classes, objects and functions are bound as Java's are, its blocks judged."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from documents.conftest import fenced
from support import SHORT, Done, alike

from harness.documents.examine import examine
from harness.judging.options import Options
from harness.judging.run import run
from harness.languages.registry import headline
from harness.ports.targets import own
from python_ref.dialects.dialect import Dialect

pytestmark = pytest.mark.jvm

UPDATE = "v[i] = rho * v[i] + (1 - rho) * (g[i] * g[i])"

THREE_SHAPES = f"""
import kotlin.math.sqrt

class Maps(private val lr: Double = 0.001, private val rho: Double = 0.9, val eps: Double = 1e-8) {{
    private val cache = mutableMapOf<String, DoubleArray>()

    fun step(weights: MutableMap<String, DoubleArray>, gradients: Map<String, DoubleArray>) {{
        for ((name, g) in gradients) {{
            val v = cache.getOrPut(name) {{ DoubleArray(g.size) }}
            val w = weights.getValue(name)
            for (i in g.indices) {{
                {UPDATE}
                w[i] -= lr * g[i] / (sqrt(v[i]) + eps)
            }}
        }}
    }}
}}

object OneInstance {{
    private var v = DoubleArray(0)

    fun update(w: DoubleArray, g: DoubleArray, lr: Double, rho: Double, eps: Double): DoubleArray {{
        if (v.isEmpty()) v = DoubleArray(g.size)
        return DoubleArray(w.size) {{ i ->
            {UPDATE}
            w[i] - lr * g[i] / sqrt(v[i] + eps)
        }}
    }}
}}

fun inPlace(w: DoubleArray, g: DoubleArray, v: DoubleArray, lr: Double, rho: Double, eps: Double) {{
    for (i in w.indices) {{
        {UPDATE}
        w[i] = w[i] - lr * g[i] / (sqrt(v[i]) + eps)
    }}
}}
"""
FLOATS = """
import kotlin.math.sqrt

class Floats(val lr: Float, val rho: Float, val eps: Float) {
    private val v = HashMap<String, FloatArray>()

    fun step(grads: Map<String, FloatArray>, params: Map<String, FloatArray>) {
        for ((k, g) in grads) {
            val s = v.getOrPut(k) { FloatArray(g.size) }
            val p = params[k]!!
            for (i in g.indices) {
                s[i] = rho * s[i] + (1f - rho) * g[i] * g[i]
                p[i] -= lr * g[i] / (sqrt(s[i]) + eps)
            }
        }
    }
}
"""
WRONG = "class RMSProp(val lr: Double) {\n    fun step(w: DoubleArray) { w[0] -= lr * gg[0] }\n}\n"


@pytest.fixture(scope="module")
def three_shapes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("kotlin") / "shapes.kt"
    path.write_text(THREE_SHAPES, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "transports", "verdict", "deviations"),
    [
        *alike(
            [
                ("Maps", ("jpype", "stdio"), "exact", ()),
                ("ShapesKt", ("jpype",), "exact", ()),
            ]
        ),
        ("OneInstance", ("jpype",), "diverges", ("epsilon=inside",)),
    ],
)
def test_what_kotlin_has_is_bound_and_judged(
    three_shapes: Path,
    name: str,
    transports: tuple[str, ...],
    verdict: str,
    deviations: tuple[str, ...],
) -> None:
    port = own(three_shapes, class_name=name)
    outcome = run([port], Options(transports=transports, pattern=SHORT), every_transport=True)
    assert outcome.errors == ()
    assert [(r.transport, r.verdict.word, r.deviations) for r in outcome.results] == [
        (transport, verdict, deviations) for transport in transports
    ]


def test_a_compilers_error_is_told_in_one_line(call: Callable[..., Done], tmp_path: Path) -> None:
    (tmp_path / "wrong.kt").write_text(WRONG, encoding="utf-8")
    done = call("check", "wrong.kt")
    assert done.code == 1
    assert "does-not-compile" in done.out
    assert "wrong.kt:2:45: error: unresolved reference 'gg'." in " ".join(done.out.split())


UNBOUND = """
import kotlin.math.sqrt

data class Hyper(val learningRate: Double = 0.01, val decay: Double = 0.9, val epsilon: Double)

class Trainer(val rows: List<Row>, val hyper: Hyper) {
    fun turn(input: DoubleArray, target: DoubleArray, slot: Row) {
        slot.w[0] += input[0] - target[0]
    }
}

class Row(val w: DoubleArray)
"""


def test_what_the_compiler_writes_of_a_data_class_is_no_step(
    call: Callable[..., Done], tmp_path: Path
) -> None:
    (tmp_path / "unbound.kt").write_text(UNBOUND, encoding="utf-8")
    done = call("check", "unbound.kt")
    assert done.code == 2
    assert "copy" not in done.err
    assert "component" not in done.err
    assert ":-1" not in done.err


FLAGGED = """
import kotlin.math.sqrt

class Param(val name: String, val data: DoubleArray) { val grad = DoubleArray(data.size) }

class RMSProp(val params: List<Param>, var lr: Double = 1e-2, val alpha: Double = 0.99,
              val eps: Double = 1e-8, val centered: Boolean = true) {
    private val sq = HashMap<String, DoubleArray>()
    private val ga = HashMap<String, DoubleArray>()

    fun step() {
        for (p in params) {
            val s = sq.getOrPut(p.name) { DoubleArray(p.data.size) }
            val a = ga.getOrPut(p.name) { DoubleArray(p.data.size) }
            for (i in p.data.indices) {
                s[i] = alpha * s[i] + (1 - alpha) * p.grad[i] * p.grad[i]
                a[i] = alpha * a[i] + (1 - alpha) * p.grad[i]
                val v = if (centered) s[i] - a[i] * a[i] else s[i]
                p.data[i] -= lr * p.grad[i] / (sqrt(v) + eps)
            }
        }
    }
}
"""


@pytest.mark.parametrize(("default", "deviations"), [("true", ["centered=yes"]), ("false", [])])
def test_a_flag_is_as_it_is_by_default_and_parameters_are_told_apart_by_their_names(
    call: Callable[..., Done], tmp_path: Path, default: str, deviations: list[str]
) -> None:
    text = FLAGGED.replace("centered: Boolean = true", f"centered: Boolean = {default}")
    (tmp_path / "flagged.kt").write_text(text, encoding="utf-8")
    done = call("check", "flagged.kt", "--golden", "*/mixed-arrays", "--json", "-")
    assert json.loads(done.out)["results"][0]["deviations"] == deviations


def test_a_block_of_kotlin_is_judged(tmp_path: Path) -> None:
    page: Any = tmp_path / "page.md"
    page.write_text("# Update\n\n" + fenced(FLOATS, "kotlin"), encoding="utf-8")
    (row,) = examine(page, Dialect(), Options(pattern=SHORT)).rows
    assert row.block.language == "kotlin"
    assert row.published is not None
    assert row.published.verdict.word == "exact"


def test_headlines_of_other_languages_are_not_touched() -> None:
    assert headline("kotlin", "warning: a\ne.kt:1:2: error: b") == "e.kt:1:2: error: b"
