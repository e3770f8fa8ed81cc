"""Where a page's formula has epsilon, and what factor its derivative carries."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import spread

from harness.documents.formulas import Formula, Stated, derivative_factors, formulas

# What is expected, then a line of prose.
SIDES = r"""
inside \sqrt{v_t + \epsilon}
inside \frac{\eta}{\sqrt{\hat{v}_t+\varepsilon}}g
inside \sqrt{E[g^2]_t + \epsilon}
inside $$\theta \leftarrow \theta-\frac{\eta}{\sqrt[2]{v+\epsilon}}\odot g$$
none \sqrt[3]{v+\epsilon}
outside \frac{\eta}{\sqrt{v_t}+\epsilon}
outside \frac{\eta}{\epsilon+\sqrt{v_t}}
outside \frac{\eta}{\left(\sqrt{v_t}+\epsilon\right)} g
outside \frac{\eta}{\sqrt{E\left[g^2\right]_t} + \varepsilon}
inside \sqrt{\left(v_t+\epsilon\right)}
inside (v_t+\epsilon)^{1/2}
inside {v+\epsilon}^{0.5}
inside \eta (v_t + \epsilon)^{-1/2} g
outside v_t^{1/2} + \epsilon
outside v_{t}^{\frac{1}{2}} + \epsilon
inside √(v + ε)
outside √v + ε
outside √(v) + ε
inside w = w - lr*g/sqrt(v + eps)
outside w -= lr * g / (np.sqrt(v) + self.epsilon)
outside \frac{g}{\delta + \sqrt{r}}
inside \frac{\epsilon}{\sqrt{\delta + r}} \odot g
none \sqrt{v} + 10^{-8}
none \sqrt{v}
none \epsilon = 10^{-8}
none \sqrt{v_t} - \epsilon
none \max(\sqrt{v}, \epsilon)
none \frac{\epsilon}{\sqrt{v}}
none \epsilon \sqrt{v}
none \frac{g}{\sqrt{v}} + \epsilon
outside \frac{g}{\frac{\sqrt{v_t}}{\sqrt{1-\beta^t}} + \epsilon}
inside RMS[g]_t = \sqrt{\hat v_t + \text{eps}}
outside $\sqrt{v_t} + \text{eps}$ costs $5
inside g/&radic;(v + &epsilon;)
outside g/√E[g²]ₜ + ε
outside 1/(√v̂ₜ + ϵ)
inside \\sqrt{v\_t + \\epsilon}
outside \\sqrt{v\_t} + \\epsilon
inside \sqrt{\frac{v_t}{1-\beta^t} + \epsilon}
none \sqrt{v_{t+\epsilon}}
none \sqrt{v} + \epsilon \cdot g
outside {\sqrt{v}} + \epsilon
outside (\sqrt{v}) + \epsilon
inside \sqrt{ \epsilon + s }
outside \sqrt v_t + \epsilon
outside \sqrt{v_t} + \epsilon_0
inside (v + eps)**0.5
outside v**0.5 + eps
outside the root, √v, is large: divide by ε + √v
inside \sqrt{\mathbb{E}[g^2] + \epsilon}
none sqrt of eps + 1
none The square root of epsilon
inside \sqrt{v_t + \epsilon^2}
outside \sqrt{S_{dw}} + \varepsilon
inside \sqrt{{S_{dW}} + {\epsilon}}
none \sqrt{\delta x}
none \delta = \sqrt{x}
outside \sqrt{v_t} \; + \; \epsilon
inside Math.sqrt(avg[i] + epsilon)
none (a+\epsilon)^2
none (x + 1/2)
"""
# Whether it is an RMSProp's, then a line of prose.
SUBJECTS = r"""
yes W := W - \alpha \frac{dW}{\sqrt{S_{dW}} + \epsilon}
yes \Delta\theta_t = -\frac{\eta}{\sqrt{v_t + \epsilon}} g_t
yes w_{t+1} = w_t - \frac{\eta}{\sqrt{(1-\gamma) g_{t-1}^2 + \gamma g_t + \epsilon}} g_t
yes w^{t+1} = w^t - \frac{\eta}{\sqrt{(\sigma^t)^2 + \epsilon}} g^t
yes m = m - lr * dm / (sqrt(v_m) + eps)
yes x += - learning_rate * dx / (np.sqrt(cache) + eps)
yes \frac{1}{\sqrt{E[g^2]_t + \epsilon}} \nabla J
yes \mathbf{x}_t = \mathbf{x}_{t-1} - \frac{\eta}{\sqrt{\mathbf{s}_t + \epsilon}} \odot \mathbf{g}_t
yes RMSProp, unlike AdaGrad, forgets: $\sqrt{s_t + \epsilon}$
yes \theta = \theta - \frac{\eta}{\sqrt{a} + \epsilon} \frac{\partial L}{\partial \theta}
no \hat{x}_i = \frac{x_i - \mu}{\sqrt{\sigma^2 + \epsilon}}
no y = \frac{x - \mathrm{E}[x]}{\sqrt{\mathrm{Var}[x] + \epsilon}} * \gamma + \beta
no x / sqrt(mean(x**2) + eps) * g
no \bar{a}_i = \frac{a_i}{\sqrt{\frac{1}{n}\sum_i a_i^2 + \epsilon}} g_i
no \frac{\partial l}{\partial x} = \frac{\partial l}{\partial y} \frac{1}{\sqrt{\sigma^2+\epsilon}}
no \hat{x} = (x - \mu) / \sqrt{v + \epsilon}
no \frac{a \cdot b}{\sqrt{a^2 + \epsilon}}
no \frac{w}{\sqrt{\|w\|^2 + \epsilon}}
no (x - mean) / (sqrt(var) + eps)
no h = \frac{g}{\sqrt{\sigma^2 + \epsilon}} a + b
no \rho(d) = \sqrt{d^2 + \epsilon^2}
no \theta_{t+1} = \theta_t - \frac{\eta}{\sqrt{\hat v_t} + \epsilon} \hat m_t
no w = w - lr * m_hat / (sqrt(v_hat) + eps)
no \theta \leftarrow \theta - \alpha \, m / (\sqrt{v} + \epsilon)
no \Delta x = -\frac{\sqrt{E[\Delta x^2] + \epsilon}}{\sqrt{E[g^2] + \epsilon}} g
no \theta = \theta - \frac{\eta}{\sqrt{\sum_{i} g_i^2 + \epsilon}} g
no **AdaGrad:** $w - \frac{\eta}{\sqrt{s + \epsilon}} g$
no Batch normalisation divides by $\sqrt{v + \epsilon}$
no In Adam, the step is $\frac{\eta}{\sqrt{v} + \epsilon}$
no 1. AdaDelta: $\sqrt{s + \epsilon}$
no A sum, $G_t = G_{t-1} + g_t^2$: a step divides by $\sqrt{G_t + \epsilon}$
no cache += dx**2; x -= rate * dx / (np.sqrt(cache) + eps)
yes Not $G = G + g^2$ but $E[g^2]$: $w - \frac{\eta}{\sqrt{E[g^2] + \epsilon}} g$
yes Adam: $m$, RMSProp: $\frac{\eta}{\sqrt{v + \epsilon}} g$
no RMSProp: $m$, Adam: $\frac{\eta}{\sqrt{v + \epsilon}} g$
no G_t &= G_{t-1} + g_t^2 \\ \theta_t &= \theta_{t-1} - \frac{\eta}{\sqrt{G_t + \epsilon}} g_t
no A step is $\frac{\eta}{\sqrt{s_t} + \epsilon} g$, where $s_t = \sum_{i \le t} g_i^2$
yes v += (1 - \beta)(g^2 - v); w -= \eta g / (\sqrt{v} + \epsilon)
yes Not $s = s + g^2$ but $s = \beta s + (1 - \beta) g^2$ under $\sqrt{s + \epsilon}$
"""
FACTORS = r"""
2.0 ∂MSE/∂m = (-2/n) * Σ(y - (m*x + b)) * x
2.0 \frac{\partial L}{\partial w} = -\frac{2}{n}\sum_{i=1}^{n} x_i (y_i - \hat{y}_i)
2.0 \frac{\partial J}{\partial \theta_j} = \frac{-2}{N}\sum (y_i-wx_i)
1.0 dL/dm = (1/n) * sum(error * x)
0.5 \frac{dL}{dw} = \frac{1}{2n}\sum_i (\hat y_i - y_i) x_i
0.5 ∂L/∂w = 1/2n Σ (p - y) x
0.5 ∂L/∂w = 1/(2n) Σ (p - y) x
2.0 \frac{\partial L}{\partial w} = \frac{1}{n}\sum_{i=1}^n 2(\hat y_i - y_i) x_i
2.0 \frac{\partial L}{\partial w} = \frac{1}{n}\sum_{i=1}^n -2 x_i(y_i - \hat y_i)
2.0 dL/dw = 2 * mean(error * x)
2.0 dL/dw = np.mean(2 * error * x)
1.0 dL/dw = mean(2*x - y)
1.0 ∂J/∂θ_j = 1/m ∑ (h(x) - y) x_j
2.0 \nabla_w L = \frac{2}{m} \sum_i (w x_i - y_i) x_i
2.0 \frac{dL}{dw} = \frac{\partial}{\partial w}\frac1n\sum(y-p)^2 = -\frac2n\sum x(y-p)
2.0 \frac{dL}{dw} = \frac{1}{n}\sum \frac{\partial}{\partial w}(y-p)^2 = -\frac{2}{n}\sum x(y-p)
none MSE = (1/n) * Σ(y - p)^2
none ∂L/∂w = -2 Σ (y - p) x
none ∂L/∂w = 2x(y - p)
none -2/n
none v = (1/n) Σ (g - m)^2
2.0 \frac{\partial L}{\partial b} = \frac{2}{n} \cdot \sum_{i} (e_i - y_i)
2.0 \frac{\partial L}{\partial b} = 2 \cdot \frac{1}{n} \sum_{i} (e_i - y_i)
2.0 \\frac{\\partial L}{\\partial b} = \\frac{2}{n} \\sum_{i} (e_i - y_i)
1.0 \frac{\partial L}{\partial b} = \frac1n \sum_{i} (e_i - y_i)
none \frac{\partial L}{\partial b} = \frac{2}{0} \sum_{i} (e_i - y_i)
2.0 grad_m = (2/n) * np.sum(error * x)
"""


def rows(table: str) -> list[list[str]]:
    return [line.split(" ", 1) for line in table.strip().split("\n")]


@pytest.mark.parametrize(("side", "text"), rows(SIDES))
def test_where_epsilon_stands(side: str, text: str) -> None:
    assert [formula.epsilon for formula in formulas([(1, text)])] == [side] * (side != "none")


@pytest.mark.parametrize(("counts", "text"), rows(SUBJECTS))
def test_a_formula_counts_only_where_it_is_an_rmsprops(counts: str, text: str) -> None:
    assert bool(formulas([(1, text)])) == (counts == "yes")


@pytest.mark.parametrize(
    "heading", ["## {}", "##{}", "**{}**", "{}\n======", "<h3>{}</h3>", "\\section{{{}}}"]
)
@pytest.mark.parametrize(
    ("subject", "counts"),
    [("RMSProp", True), ("AdaGrad", False), ("From AdaGrad to RMSProp", True), ("Adam算法", False),
     ("Layer normalization", False), ("RMSNorm", False), ("Adaptive methods", True),
     ("Adam: momentum + RMSProp", False)],
)  # fmt: skip
def test_a_formula_is_that_of_the_heading_above_it(
    heading: str, subject: str, counts: bool
) -> None:
    text = (
        f"# RMSProp\n\n{heading.format(subject)}\n\nThe step:\n\n$$\n\\sqrt{{s + \\epsilon}}\n$$\n"
    )
    assert bool(formulas([(1, text)])) == counts


@pytest.mark.parametrize(("subject", "counts"), [("RMSProp", True), ("Adam", False), ("So", True)])
def test_an_item_that_is_a_name_alone_is_a_heading(subject: str, counts: bool) -> None:
    text = f"# RMSProp\n\n- {subject}\n\n$$\n\\sqrt{{s + \\epsilon}}\n$$\n"
    assert bool(formulas([(1, text)])) == counts


def test_a_row_of_a_table_is_led_by_its_own_cells() -> None:
    step = "$w - \\frac{\\eta}{\\sqrt{s + \\epsilon}} g$"
    table = f"| method | step |\n|---|---|\n| AdaGrad | {step} |\n| RMSProp | {step} |\n"
    assert [formula.line for formula in formulas([(1, table)])] == [4]


@pytest.mark.parametrize(
    "around",
    [
        "${}$", "$${}$$", "$$\n{}\n$$", r"\({}\)", r"\[{}\]", r"\\({}\\)", r"\\[ {} \\]",
        "{{{{< katex >}}}}\n{}\n{{{{< /katex >}}}}", "{{{{< math >}}}}{}{{{{< /math >}}}}",
        "{{% math %}}{}{{% endmath %}}", r"\begin{{equation}}{}\end{{equation}}", "`{}`",
        "It costs $5, or ${}$ for $6.", "{}", "| a | ${}$ | b |", "(see ${}$", "1) ${}$ :-)",
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    ("formula", "side"),
    [(r"\frac{a}{\sqrt{s_t + \epsilon}} g", "inside"),
     (r"\frac{a}{\sqrt{s_t} + \epsilon} g", "outside")],
)  # fmt: skip
def test_a_formula_is_found_however_it_is_set_off(around: str, formula: str, side: str) -> None:
    found = formulas([(1, around.format(formula))])
    assert [each.epsilon for each in found] == [side]


def test_names_of_the_pages_own_are_written_out() -> None:
    prose = [
        (1, r"\newcommand{\eps}{\varepsilon} \def\x{\eps} \newcommand\g{\mathbf{g}_{t}}"),
        (2, r"$\theta - \frac{\eta}{\sqrt{v} + \x} \g$, for $\m$ $\newcommand{\m}{\m\m}$"),
    ]
    assert [(each.line, each.epsilon) for each in formulas(prose)] == [(2, "outside")]


def test_a_formula_carries_its_line_and_text() -> None:
    prose = [
        (10, "Words.\n\n$$\nw = w -\n  \\frac{a}{\\sqrt{s}\n  + \\epsilon}\n$$\n"),
        (40, "√(s + ε)"),
    ]
    assert formulas(prose) == [
        Formula(14, r"w = w - \frac{a}{\sqrt{s} + \epsilon}", "outside"),
        Formula(40, "√(s + ε)", "inside"),
    ]


def test_both_sides_on_one_page_are_both_found() -> None:
    text = "Either √(s + ε)\n\nor √s + ε, and again √s + ε."
    assert [(each.line, each.epsilon) for each in formulas([(1, text)])] == [
        (1, "inside"),
        (3, "outside"),
    ]


def test_of_a_long_paragraph_the_words_around_the_root_are_given() -> None:
    (found,) = formulas([(1, f"{'before ' * 90}√(s + ε){' after' * 90}")])
    assert "√(s + ε)" in found.text
    assert len(found.text) < 200


@pytest.mark.parametrize(("factor", "text"), rows(FACTORS))
def test_factor_of_a_stated_derivative(factor: str, text: str) -> None:
    expected = [] if factor == "none" else [Stated(1, float(factor))]
    assert derivative_factors([(1, text)]) == expected


def test_two_derivatives_on_two_lines() -> None:
    text = "`∂L/∂a = (-2/n) * Σ(y - p) * x`\n\n`∂L/∂b = (1/n) * Σ(p - y)`"
    assert [(each.line, each.factor) for each in derivative_factors([(5, text)])] == [
        (5, 2.0),
        (7, 1.0),
    ]


_PIECE = st.sampled_from(
    r"\sqrt { } [ ] ( ) + - \epsilon ε √ v _ ^ 1/2 ** 0.5 \frac = ∂ / d n Σ \sum mean 2 * ` $ \ | "
    r"\left \right \hat &radic; L w".split()
)


@given(st.lists(_PIECE | st.just("\n") | st.just(" "), max_size=40).map("".join))
def test_no_prose_is_too_strange(text: str) -> None:
    for each in [*formulas([(1, text)]), *derivative_factors([(1, text)])]:
        assert 1 <= each.line <= text.count("\n") + 1
        assert each.text


@given(
    st.sampled_from([r"\epsilon", r"\varepsilon", r"\delta", "ε", "eps", r"\text{eps}"]),
    st.sampled_from(["v_t", r"\hat{v}_{t+1}", "E[g^2]_t", r"\frac{v_t}{1 - \beta^t}", "s"]),
    st.sampled_from(["{} + {}", "{}+{}", r"{} \, + \; {}"]),
    st.booleans(),
)
def test_epsilon_may_come_first_or_last(epsilon: str, average: str, plus: str, first: bool) -> None:
    def joined(left: str, right: str) -> str:
        return plus.format(*((right, left) if first else (left, right)))

    inside = rf"\frac{{a}}{{\sqrt{{{joined(average, epsilon)}}}}} g"
    root = rf"\sqrt{{{average}}}"
    outside = rf"\frac{{a}}{{{joined(root, epsilon)}}} g"
    assert [each.epsilon for each in formulas([(1, inside)])] == ["inside"]
    assert [each.epsilon for each in formulas([(1, outside)])] == ["outside"]


@pytest.mark.parametrize(
    "piece",
    spread([r"\sqrt{", "√(", "(a)^{1/2}", "_a^{1/2}", "{", r"\frac{", r"\sqrt{v} + ", "∂L/∂w = "]),
)
def test_hostile_prose_takes_bounded_time(piece: str) -> None:
    begin = time.perf_counter()
    text = piece * (60_000 // len(piece))
    formulas([(1, text)])
    derivative_factors([(1, text)])
    assert time.perf_counter() - begin < 10
