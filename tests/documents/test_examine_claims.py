"""What a page claims beside its code: formulas, derivatives, outputs; and its trainers."""

from __future__ import annotations

import nbformat
import numpy as np
import pytest
from documents.conftest import IMPORT, INSIDE, RIGHT, Examine, fenced, notebook
from documents.page_rows import repairs, verdicts
from support import alike

pytestmark = pytest.mark.jvm

FIT = """
import numpy as np
def fit(x, y, w0, lr=0.1, rho=0.9, eps=1e-8, epochs=10):
    p = np.array(w0, dtype=float)
    s = np.zeros_like(p)
    for _ in range(epochs):
        e = p[0] * x + p[1] - y
        g = {factor} * np.array([np.mean(e * x), np.mean(e)])
        s = rho * s + (1 - rho) * g ** 2
        p -= lr * g / {den}
    return p
"""

DESCEND = """
def descend(df, start, step_size, beta, eps, n_iter):
    x, v = start, 0.0
    for i in range(n_iter):
        g = df(x)
        v = beta * v + (1 - beta) * (g * g)
        x = x - step_size * g / (v ** 0.5 + eps)
    return x
"""


@pytest.mark.parametrize(
    ("factor", "den", "verdict", "deviations"),
    alike(
        [
            ("2", "(np.sqrt(s) + eps)", "exact", ()),
            ("1", "(np.sqrt(s) + eps)", "exact", ()),
            ("1", "np.sqrt(s + eps)", "diverges", ("epsilon=inside",)),
        ]
    ),
)
def test_a_trainer_is_driven_on_data_whose_gradients_we_know(
    written: Examine, factor: str, den: str, verdict: str, deviations: tuple[str, ...]
) -> None:
    (row,) = written(fenced(FIT.format(factor=factor, den=den))).rows
    assert row.kind == "trainer"
    assert row.published is not None
    assert (row.published.verdict.word, row.published.deviations) == (verdict, deviations)
    assert row.convention is not None
    assert row.convention.factor == float(factor)


def test_a_trainer_that_is_given_the_gradient_function_meets_the_goldens(written: Examine) -> None:
    (row,) = written(fenced(DESCEND)).rows
    assert (row.kind, verdicts(row)) == ("trainer", ["exact"])
    wrong = DESCEND.replace("v = beta * v + (1 - beta) * (g * g)", "v = v + g * g")
    (row,) = written(fenced(wrong)).rows
    assert row.published is not None
    assert row.published.deviations == ("average=sum",)


def test_a_formula_is_held_against_the_code(written: Examine) -> None:
    text = r"Update: $w - \frac{\eta}{\sqrt{v + \epsilon}} g$" + "\n\n" + fenced(IMPORT + RIGHT)
    said = [finding.sentence for finding in written(text).findings]
    assert said == [
        "the formula at line 1 says that epsilon is added inside the square root, but in the code"
        " at line 4 (python) epsilon is added outside the square root"
    ]
    own = text.replace("+ self.eps)", "+ 1e-8)")
    assert [finding.sentence for finding in written(own).findings] == said
    agreeing = text.replace(RIGHT.strip(), INSIDE.strip())
    assert written(agreeing).findings == ()
    assert written(agreeing.replace("+ self.eps)", "+ 1e-8)")).findings == ()


def test_a_formula_of_something_else_contradicts_no_code(written: Examine) -> None:
    normalising = r"Each input becomes $\frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}}$."
    found = written(f"{normalising}\n\n{fenced(IMPORT + RIGHT)}")
    assert (found.formulas, found.findings) == ((), ())
    adagrad = RIGHT.replace("self.rho * self.cache", "self.cache").replace("(1 - self.rho) * ", "")
    found = written(r"$w - \frac{\eta}{\sqrt{v + \epsilon}} g$" + "\n\n" + fenced(IMPORT + adagrad))
    assert found.rows[0].layers[0].result.deviations == ("average=sum",)
    assert (len(found.formulas), found.findings) == (1, ())


def test_a_stated_derivative_is_held_against_the_code(written: Examine) -> None:
    text = "`dL/dm = (2/n) * sum((m*x + b - y) * x)`\n\n"
    found = written(text + fenced(FIT.format(factor="1", den="(np.sqrt(s) + eps)")))
    assert len(found.findings) == 1
    assert "has the factor 2" in found.findings[0].sentence
    assert "only the weight of epsilon changes" in found.findings[0].sentence
    same = written(text + fenced(FIT.format(factor="2", den="(np.sqrt(s) + eps)")))
    assert same.findings == ()


def test_listings_of_one_function_are_held_against_each_other(written: Examine) -> None:
    first = "N = 1\ndef fit(x, y, learning_rate=0.1, epochs=10):\n    pass"
    second = "def fit(x, y, lr=0.1, epochs=50):\n    pass"
    said = [f.sentence for f in written(fenced(first) + fenced(second)).findings]
    assert said == [
        "fit has a parameter learning_rate at line 3, which is called lr at line 7",
        "epochs of fit has the default 50 at line 7, but 10 at line 3",
    ]
    apart = f"## AdaGrad\n\n{fenced(first)}\n## Adam\n\n{fenced(second)}"
    assert written(apart).findings == ()


OUTPUT = """
opt = RMSProp(lr=0.1)
w = {"a": np.array([1.0, 2.0])}
for _ in range(3):
    w = opt.step({"a": w["a"] * 2}, w)
print(w["a"])
"""


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        ("[0.36918056 1.30871787]", "prints the output at line"),
        (
            "[0.36918056 1.30871788]",
            f"does not print the output at line 26 with NumPy {np.__version__}: ",
        ),
    ],
)
def test_a_printed_output_is_compared_digit_by_digit(
    written: Examine, shown: str, said: str
) -> None:
    text = fenced(IMPORT + RIGHT) + fenced(OUTPUT) + f"Output:\n\n```\n{shown}\n```\n"
    found = written(text)
    assert any(note.startswith(said) for note in found.rows[1].findings), found.rows[1].findings


def test_the_indentation_that_prints_what_is_shown_is_taken(written: Examine) -> None:
    code = IMPORT + RIGHT + OUTPUT.replace('print(w["a"])', 'if _ < 2:\n        print(w["a"])')
    flat = "\n".join(line.lstrip() for line in code.split("\n"))
    shown = "[0.68377224 1.68377224]\n[0.49887061 1.47387532]"
    found = written(fenced(flat) + f"Output:\n\n```\n{shown}\n```\n")
    assert "the way that prints what line" in repairs(found.rows[0])[0], found.rows[0]
    assert any(note.startswith("prints the output") for note in found.rows[0].findings)


def test_a_notebooks_stored_outputs_are_compared(written: Examine) -> None:
    made = nbformat.reads(notebook("a = 1.5", "print(a * 2)", "a / 3"), as_version=4)
    made.cells[1].outputs = [nbformat.v4.new_output("stream", name="stdout", text="3.0\n")]
    made.cells[2].outputs = [
        nbformat.v4.new_output("execute_result", {"text/plain": "0.6"}, execution_count=3)
    ]
    found = written(nbformat.writes(made).encode(), "outputs.ipynb")
    assert [row.findings for row in found.rows][:2] == [
        (),
        (f"prints the output at line {found.rows[1].block.printed.line}, digit by digit",),
    ]
    assert found.rows[2].findings[0].startswith("does not print the output")
    for numbers, said in (
        ((7, 8, 9), "does not print"),
        ((1, 2, 4), "the output"),
        ((1, 3, 2), ""),
    ):
        for cell, number in zip(made.cells, numbers, strict=True):
            cell.execution_count = number
        (note,) = written(nbformat.writes(made).encode(), "numbered.ipynb").rows[2].findings
        assert note.startswith(said)
        assert ("ran in another order" in note) == (numbers != (7, 8, 9))


@pytest.mark.parametrize(
    ("first", "second", "shown", "said"),
    [
        ("x = 0\nimport nobody_has\nx = nobody_has.x", "print(x)", "3", "nobody_has is not"),
        (
            "import nobody_has\nnp.random.seed(1)",
            "print(np.random.rand())",
            "0.2541702204",  # what is drawn without the seed has these digits never
            "nobody_has is",
        ),
        ("pass", "print(1 / 3)", "0.33333333333333281", "but for the last digits"),
    ],
)
def test_what_another_machine_has_or_rounds_contradicts_no_output(
    written: Examine, first: str, second: str, shown: str, said: str
) -> None:
    made = nbformat.reads(notebook(IMPORT, first, second), as_version=4)
    made.cells[2].outputs = [nbformat.v4.new_output("stream", name="stdout", text=f"{shown}\n")]
    (finding,) = written(nbformat.writes(made).encode(), "half.ipynb").rows[2].findings
    assert said in finding
    assert "does not print" not in finding
