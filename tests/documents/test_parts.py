"""Methods shown one by one come together with their class; a class of several is several."""

from __future__ import annotations

import pytest
from documents.conftest import IMPORT, RIGHT, Examine, fenced, notebook
from support import alike

from harness.documents.examined import Examination

HEAD, _, STEP = RIGHT.strip().partition("\n\n    def step")
METHOD = "\n".join(line[4:] for line in f"    def step{STEP}".split("\n"))
INIT = "\n".join(line[4:] for line in HEAD.split("\n")[1:])
INSIDE_STEP = METHOD.replace("(np.sqrt(v) + self.eps)", "np.sqrt(v + self.eps)")


def page(*blocks: str) -> str:
    return "and\n\n".join(fenced(block) for block in blocks)


def words(found: Examination) -> list[str | None]:
    return [row.published.verdict.word if row.published else None for row in found.rows]


TOLD = {
    "a method at the margin": (IMPORT + HEAD, METHOD),
    "with something else between": (IMPORT + HEAD, "print('a')", METHOD),
    "every method by itself": (
        IMPORT + "class RMSProp:\n    lr, rho, eps, cache = 0.1, 0.9, 1e-8, None",
        INIT,
        METHOD,
    ),
    "a stub in the class": (
        f"{IMPORT}{HEAD}\n\n    def step(self, grads, params):\n        pass",
        METHOD,
    ),
    "a decorator that names the class": (
        f"import nobody_has as d2l\n{IMPORT}{HEAD}",
        f"@d2l.add_to_class(RMSProp)\n{METHOD}",
    ),
    "an annotation that does": (
        IMPORT + HEAD,
        "@patch\n" + METHOD.replace("(self,", "(self: RMSProp,"),
    ),
}


@pytest.mark.parametrize("case", alike(TOLD, 3))
def test_methods_shown_by_themselves_belong_to_the_class_above(written: Examine, case: str) -> None:
    blocks = TOLD[case]
    for found in (written(page(*blocks)), written(notebook(*blocks), "cells.ipynb")):
        row = found.rows[0]
        if case.startswith("a decorator"):  # the class stands beside an import
            assert words(found) == ["not-run", None]
            continue
        assert words(found) == ["exact", *[None] * (len(blocks) - 1)]
        assert found.rows[-1].message == f"continues the block at line {row.block.line}"
    assert METHOD.splitlines()[-1].strip() in (row.whole or "")


def test_lines_of_a_method_are_those_of_the_document(written: Examine) -> None:
    text = page(IMPORT + HEAD, METHOD.replace("grads.items()", "grads.entries()"))
    (row, _) = written(text).rows
    assert row.published is not None
    assert row.published.verdict.fault is not None
    line = 1 + next(i for i, line in enumerate(text.split("\n")) if "entries" in line)
    assert f"(page.md:{line})" in row.published.verdict.fault.message


def test_another_version_of_a_method_is_judged_by_itself(written: Examine) -> None:
    found = written(page(IMPORT + RIGHT, INSIDE_STEP))
    assert words(found) == ["exact", "diverges"]
    second = found.rows[1]
    assert second.published is not None
    assert second.published.deviations == ("epsilon=inside",)
    assert second.findings == (
        "shown without its class; judged in that of line 2, in place of what it has there",
    )


def test_methods_without_any_class_are_put_into_one(written: Examine) -> None:
    found = written(page(IMPORT, INIT, METHOD))
    assert words(found) == [None, "exact", None]
    assert found.rows[1].findings == (
        "its methods are shown without their class; they were put into one",
    )
    together = written(page(f"{INIT}\n\n{METHOD}"))
    assert words(together) == ["crashes"]  # as published it imports nothing
    assert [layer.result.verdict.word for layer in together.rows[0].layers] == ["crashes", "exact"]


def test_a_method_of_a_class_that_is_not_there_continues_nothing(written: Examine) -> None:
    foreign = "def step(self, grads, params):\n    return self.engine.run(self.plan, params)"
    found = written(page(IMPORT + RIGHT, foreign))
    assert words(found) == ["exact", None]
    assert found.rows[1].message == "methods shown by themselves"
    assert [row.message for row in written(page(METHOD)).rows] == ["methods shown by themselves"]


SEVERAL = """
import numpy as np
class Updates:
    def __init__(self, lr=0.1, decay_rate=0.9, eps=1e-8):
        self.lr, self.decay_rate, self.eps = lr, decay_rate, eps

    def sgd(self, params, grads):
        return params - self.lr * grads

    def rmsprop(self, params, grads, cache):
        cache = self.decay_rate * cache + (1 - self.decay_rate) * (grads * grads)
        return params - self.lr * grads / (np.sqrt(cache) + self.eps), cache
"""


def test_a_class_of_several_optimizers_has_a_row_each(written: Examine) -> None:
    found = written(page(SEVERAL))
    assert {row.name: row.published and row.published.verdict.word for row in found.rows} == {
        "Updates.sgd": None,
        "Updates.rmsprop": "exact",
    }
    broken = written(page(SEVERAL.replace("import numpy as np\n", "")))
    named = {row.name: [layer.result.verdict.word for layer in row.layers] for row in broken.rows}
    assert named == {"Updates.sgd": [], "Updates.rmsprop": ["crashes", "exact"]}


UNSETTLED = """
import numpy as np
def rmsprop(params, grads, cache, lr, decay_rate, eps, temperature):
    cache = decay_rate * cache + (1 - decay_rate) * (grads * grads)
    return params - lr * grads / (np.sqrt(cache) + eps) * temperature, cache
"""


def test_a_page_is_not_advised_to_write_a_port_toml(written: Examine) -> None:
    (row,) = written(page(UNSETTLED)).rows
    assert row.published is not None
    assert row.published.verdict.fault is not None
    message = row.published.verdict.fault.message
    assert "temperature" in message
    assert "port.toml" not in message
    assert "[bind]" not in message
