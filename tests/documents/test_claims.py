"""Nothing is said of a page that was not checked; nothing that a page starts outlives it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from documents.conftest import INSIDE, RIGHT, Examine, fenced
from documents.page_rows import judged, verdicts
from documents.test_examine import CLOJURE, IMPORT, JAVA, notebook

from harness.machine.isolation.sandbox import can_have_own
from harness.report.notes import notes_of
from harness.report.printable import printable

pytestmark = pytest.mark.jvm

USE = 'w = RMSProp(lr=0.1).step({"a": np.array([2.0])}, {"a": np.array([1.0])})\n'


def shown(text: str) -> str:
    return f"Output:\n\n```\n{text}\n```\n"


def only_finding(found: object, index: int) -> str:
    return found.rows[index].findings[-1]  # type: ignore[attr-defined,no-any-return]


# -- printed outputs -----------------------------------------------------------------------


def test_a_script_is_run_as_one(written: Examine) -> None:
    main = f'if __name__ == "__main__":\n    {USE}    print(w["a"])\n'
    found = written(fenced(IMPORT + RIGHT + main) + shown("[0.68377224]"))
    assert only_finding(found, 0).startswith("prints the output")
    found = written(fenced("import sys\nprint(len(sys.argv), 0.5)") + shown("1 0.5"))
    assert only_finding(found, 0).startswith("prints the output")


def test_what_earlier_blocks_did_counts_before_a_page_is_said_to_be_wrong(
    written: Examine,
) -> None:
    counted = fenced("seen = []") + fenced("seen.append(0.25)") + fenced("print(seen)")
    assert only_finding(written(counted + shown("[0.25]")), 2).endswith(
        "after the blocks before it"
    )
    assert only_finding(written(counted + shown("[0.75]")), 2).startswith("does not print")


def test_what_other_runs_or_machines_print_otherwise_is_no_contradiction(written: Examine) -> None:
    chance, elsewhere = "random.random()", "1.5 if 'OPENBLAS_CORETYPE' in os.environ else 2.5"
    for printed in (chance, elsewhere):
        code = IMPORT + RIGHT + f"import os, random\n{USE}print({printed})"
        row = written(fenced(code) + shown("0.123456")).rows[0]
        assert row.findings[-1].endswith("something else in another run, or on another machine")
        assert not row.contradicted


def test_an_output_of_repaired_code_is_said_to_be_that(written: Examine) -> None:
    row = written(fenced(RIGHT + USE + 'print(w["a"])') + shown("[0.68377224]")).rows[0]
    assert verdicts(row) == ["does-not-compile", "exact"]
    assert row.findings[-1].endswith("digit by digit, once repaired")
    found = written(fenced(RIGHT) + fenced(USE + 'print(w["a"])') + shown("[0.68377224]"))
    above = f"once the block at line {found.rows[0].block.line} is repaired"
    assert only_finding(found, 1).endswith(f"digit by digit, {above}")


def test_an_output_is_not_missed_where_what_prints_it_was_left_out(written: Examine) -> None:
    code = f"import a_module_nobody_has as lib\n{IMPORT}{RIGHT}lib.show(RMSProp())"
    (row, _) = written(fenced(code) + shown("0.25")).rows
    assert verdicts(row) == ["not-run", "exact"]
    assert row.findings[-1].endswith("was not checked: some of the block was left out")
    assert not row.contradicted


def test_a_cell_that_ends_the_process_is_named_by_those_behind_it(written: Examine) -> None:
    import nbformat

    made = nbformat.reads(notebook("print(0.5)", "import os\nos._exit(0)", "print(0.25)"), 4)
    for cell, text in ((0, "0.5\n"), (2, "0.25\n")):
        made.cells[cell].outputs = [nbformat.v4.new_output("stream", name="stdout", text=text)]
    found = written(nbformat.writes(made).encode(), "ends.ipynb")
    assert found.rows[0].findings[-1].startswith("prints the output")
    ended = found.rows[1].block.line
    assert found.rows[2].findings[-1].endswith(f"the cell at line {ended} ended the process")


# -- verdicts --------------------------------------------------------------------------------


def test_what_the_machine_lacks_is_no_fault_of_the_page(written: Examine) -> None:
    based = RIGHT.replace("RMSProp:", "RMSProp(a_module_nobody_has.Base):")
    (row,) = written(fenced("import a_module_nobody_has\n" + IMPORT + based)).rows
    assert verdicts(row) == ["not-run"]


def test_dots_stand_for_code_only_where_they_stand_alone(written: Examine) -> None:
    broken = RIGHT.replace("v = self.rho", "v = = self.rho")
    (row,) = written(fenced(broken + '\nprint("Training...")')).rows
    assert verdicts(row) == ["does-not-compile"]
    (row,) = written(
        fenced("class RMSProp:\n    def __init__(self, lr, rho=...):\n    ...\n grad")
    ).rows
    assert row.kind == "other"


@pytest.mark.parametrize(
    "code",
    [
        "class Base:\n    def step(self, grads, params, lr):\n        raise NotImplementedError\n",
        "def rmsprop(w, g, s, lr, rho, eps): ...\n",
        "def update(w, g, lr):\n    '''The step.'''\n    pass\n",
        "from abc import ABC, abstractmethod\nclass Base(ABC):\n    @abstractmethod\n"
        "    def step(self, w, g, lr):\n        return w\n",
    ],
)
def test_what_only_says_what_is_to_be_is_no_optimizer(written: Examine, code: str) -> None:
    (row,) = written(fenced(code)).rows
    assert row.kind == "other"


IMMUTABLE = """
from dataclasses import dataclass, replace
@dataclass(frozen=True)
class RMSProp:
    lr: float = 0.01
    rho: float = 0.9
    eps: float = 1e-8
    v: object = 0.0
    def step(self, w, g):
        v = self.rho * self.v + (1 - self.rho) * (g * g)
        return w - self.lr * g / (np.sqrt(v) + self.eps), replace(self, v=v)
"""


def test_a_port_that_returns_its_successor_keeps_its_state(written: Examine) -> None:
    (row,) = written(fenced(IMPORT + IMMUTABLE)).rows
    assert verdicts(row) == ["exact"]
    forgetful = IMMUTABLE.replace("replace(self, v=v)", "replace(self, v=0.0)")
    (row,) = written(fenced(IMPORT + forgetful)).rows
    assert row.published is not None
    assert row.published.deviations == ("state=reset",)


OPTIONS = """
(defn step [{:keys [lr rho eps cache] :as opt} params grads]
  (let [average (fn [v g] (+ (* rho v) (* (- 1 rho) (* g g))))
        s (into cache (for [[k g] grads] [k (mapv average (get cache k (repeat 0.0)) g)]))
        move (fn [w g v] (- w (/ (* lr g) (+ (Math/sqrt v) eps))))]
    [(assoc opt :cache s)
     (into params (for [[k g] grads] [k (mapv move (params k) g (s k))]))]))
"""


@pytest.mark.slow
def test_clojure_options_that_come_back_changed_keep_the_state_among_them(
    written: Examine,
) -> None:
    (row,) = written(fenced(OPTIONS, "clojure")).rows
    assert verdicts(row) == ["exact"]
    (row,) = written(fenced(OPTIONS.replace("(assoc opt :cache s)", "opt"), "clojure")).rows
    assert row.published is not None
    assert row.published.deviations == ("state=reset",)


def test_an_earlier_java_block_gives_types_and_spoils_nothing(written: Examine) -> None:
    right = "import java.util.*;\n" + JAVA.partition("System.out")[0]
    broken = "class Demo { }\ndouble[] weights = {1.0};\nList<Double> l = null;\n"
    found = written(fenced(broken, "java") + fenced(right, "java"))
    assert verdicts(found.rows[1]) == ["exact"]


def test_what_a_port_shows_where_it_does_not_crash_is_said(written: Examine) -> None:
    scratch = INSIDE.replace(
        "        for k, g",
        "        if len(params) > 8:\n            raise ValueError('too many')\n        for k, g",
    )
    (row,) = written(fenced(IMPORT + scratch)).rows
    assert verdicts(row) == ["crashes"]
    assert row.published is not None
    assert any(
        "epsilon is added inside the square root" in note for note in notes_of(row.published)
    )


# -- trainers --------------------------------------------------------------------------------

DESIGN = """
def descend(X, y, theta, lr=0.01, beta=0.9, eps=1e-8, epochs=100):
    s = np.zeros_like(theta)
    for _ in range(epochs):
        grad = X.T @ {error} / len(y)
        s = beta * s + (1 - beta) * grad ** 2
        theta = theta - lr * grad / (np.sqrt(s) + eps)
    return theta
"""


def test_a_trainer_on_a_design_matrix_is_driven_on_one(written: Examine) -> None:
    (row,) = written(fenced(IMPORT + DESIGN.format(error="(X @ theta - y)"))).rows
    assert (row.kind, verdicts(row)) == ("trainer", ["exact"])


@pytest.mark.slow
def test_a_trainer_whose_gradients_are_not_known_is_fed_others_in_its_loop(
    written: Examine,
) -> None:
    other = DESIGN.format(error="np.tanh(X @ theta - y)")
    (row,) = written(fenced(IMPORT + other)).rows
    assert (row.kind, verdicts(row)) == ("optimizer", ["exact"])
    inside = other.replace("(np.sqrt(s) + eps)", "np.sqrt(s + eps)")
    (row,) = written(fenced(IMPORT + inside)).rows
    assert verdicts(row) == ["diverges"]


# -- what a page may not do --------------------------------------------------------------------


@pytest.mark.skipif(
    not can_have_own("network"), reason="this kernel gives no process table of its own"
)
def test_what_a_page_starts_in_another_session_ends_with_it(written: Examine) -> None:
    mark = f"4{time.time_ns() % 10**8}"
    code = (
        "import subprocess, sys\nsubprocess.Popen([sys.executable, '-c',"
        f" 'import time; time.sleep(600)', '{mark}'], start_new_session=True)\n"
    )
    (row,) = written(fenced(IMPORT + code + RIGHT)).rows
    assert verdicts(row) == ["exact"]
    assert not [p for p in Path("/proc").glob("[0-9]*/cmdline") if mark in _read(p)]


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8", "replace")
    except OSError:
        return ""


def test_a_page_cannot_write_to_the_terminal(written: Examine) -> None:
    code = IMPORT + RIGHT + '\nraise ValueError("\\x1b[31mred\\x9b")\n'
    fault = written(fenced(code)).rows[0].layers[0].result.verdict.fault
    assert fault is not None
    assert "\x1b" in fault.message
    assert printable(fault.message).endswith("\\x1b[31mred\\x9b (page.md:16)")


@pytest.mark.slow
def test_one_block_that_we_cannot_handle_costs_no_other_its_verdict(
    written: Examine, monkeypatch: pytest.MonkeyPatch
) -> None:
    from harness.documents import examine as room

    real = room.looks_like_optimizer

    def failing(text: str, language: str) -> bool:
        if "defect" in text:
            raise RuntimeError("a defect of ours")
        return real(text, language)

    monkeypatch.setattr(room, "looks_like_optimizer", failing)
    found = written(fenced("defect = 1") + fenced(IMPORT + RIGHT) + fenced(CLOJURE, "clojure"))
    assert [verdicts(row)[0] for row in judged(found)][:2] == ["not-run", "exact"]
