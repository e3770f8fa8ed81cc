"""Repairs of whole Clojure blocks: usage that fails is left out, any text, and that they run."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from clojure_repairing import candidates, check
from hypothesis import given
from hypothesis import strategies as st
from test_clojure import ANY_TEXT

from harness.judging.options import Options
from harness.judging.run import run
from harness.judging.verdict import Result
from harness.languages.repair import Broken
from harness.languages.repair.clojure import repairs
from harness.languages.repair.clojure.forms import read
from harness.ports.port import Port
from harness.report import words


@pytest.mark.parametrize(
    ("text", "line", "expected", "change"),
    [
        (
            "(defn f [x] x)\n(show (f 1))\n(f 2)",
            41,
            "(defn f [x] x)\n#_(show (f 1))\n(f 2)",
            "the form at line 41, which fails, left out",
        ),
        (  # the failure is in a function; what uses it goes, with what uses that
            "(defn f [x] (/ x 0))\n(defn g [] (f 1))\n(def y (g))\n(println y)\n(println 1)",
            40,
            "(defn f [x] (/ x 0))\n(defn g [] (f 1))\n#_(def y (g))\n#_(println y)\n(println 1)",
            "the form at line 42, which fails, left out, with what uses it at line 43",
        ),
    ],
)
def test_a_usage_that_fails_is_left_out(text: str, line: int, expected: str, change: str) -> None:
    message = f"java.lang.ArithmeticException: Divide by zero (page.clj:{line})"
    check(text, "crashes", message, expected, change)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("(defn f [x] (/ x 0))\n(f 1)", "core/x: step 1: Divide by zero (page.clj:40)"),
        ("(defn f [x] (/ x 0))", "Divide by zero (page.clj:40)"),
        ("(def y (f 1))\n(defn g [] y)", "Divide by zero (page.clj:40)"),
        ("(f 1)", "Divide by zero"),
    ],
)
def test_no_form_is_left_out_that_the_rest_needs_or_that_did_not_fail(
    text: str, message: str
) -> None:
    assert candidates(text, "crashes", message) == []


# Any text

MESSAGES = st.sampled_from(
    [
        "",
        "Unable to resolve symbol: w in this context (a.clj:1:1)",
        "No such namespace: w (a.clj:1:1)",
        "Nested #()s are not allowed",
        "class clojure.lang.Atom cannot be cast to class clojure.lang.IFn (x) (a.clj:1)",
        "class clojure.lang.Atom cannot be cast to class java.lang.Number (x) (a.clj:1)",
        "class java.lang.String cannot be cast to class java.lang.Number (x) (a.clj:2)",
        "java.lang.NullPointerException (a.clj:1)",
        "java.lang.ArithmeticException: Divide by zero (a.clj:1)",
    ]
)

VERDICTS = st.sampled_from(["does-not-compile", "crashes", "no-update", "times-out", "garbled"])


@given(ANY_TEXT, VERDICTS, MESSAGES)
def test_repairs_of_any_text_are_other_texts_that_read(
    text: str, verdict: str, message: str
) -> None:
    found = [repaired.text for repaired in repairs(Broken(text, 1, verdict, message))]
    assert text not in found
    assert len(set(found)) == len(found)
    for repaired in found:
        read(repaired)


# Clojure itself

BROKEN = {
    "too-early": (
        "does-not-compile",
        """\
        (def history (atom {}))
        (defn rmsprop [params grads lr rho eps]
          (into {}
                (for [[k g] grads]
                  (do
                    (let [old (get @history k (repeat 0.0))
                          sq (mapv (fn [s x] (+ (* rho s) (* (- 1 rho) (* x x)))) old g)]
                      (swap! history assoc k sq))
                    [k (mapv #(- %1 (/ (* lr %2) (+ (Math/sqrt %3) eps))) (params k) g sq)]))))
        """,
        "the closing parenthesis of the let at line 6 moved behind line 9",
    ),
    "unmatched": (
        "does-not-compile",
        """\
        (def history (atom {}))
        (defn smooth [rho s x]
          (+ (* rho s)
             (* (- 1 rho) (* x x)))))
        (defn rmsprop [params grads lr rho eps]
          (into {}
                (for [[k g] grads]
                  (let [sq (mapv #(smooth rho %1 %2) (get @history k (repeat 0.0)) g)]
                    (swap! history assoc k sq)
                    [k (mapv #(- %1 (/ (* lr %2) (+ (Math/sqrt %3) eps))) (params k) g sq)]))))
        """,
        "a ) at line 4 removed",
    ),
    "called": (
        "does-not-compile",
        """\
        (def history (atom {}))

        (defn rmsprop [params grads lr rho eps]
          (let [sq (into {} (for [[k g] grads]
                              [k (mapv #(+ (* rho %1) (* (- 1 rho) (* %2 %2)))
                                       (history k (repeat 0.0)) g)]))]
            (reset! history sq)
            (merge-with (fn [w d] (mapv - w d))
                        params
                        (into {} (for [[k g] grads]
                                   [k (mapv #(/ (* lr %1) (+ (Math/sqrt %2) eps)) g (sq k))])))))

        (println (str/join " " (keys (rmsprop {:w [1.0]} {:w [2.0]} 0.1 0.9 1e-8))))
        """,
        "(require '[clojure.string :as str]) added",
        "history dereferenced at line 7",
    ),
    "counted": (
        "crashes",
        """\
        (def history (atom {}))

        (defn rmsprop [params grads lr rho eps]
          (doseq [[k g] grads]
            (let [cache (volatile! (@history k (vec (repeat (count g) 0.0))))]
              (dotimes [j (count g)]
                (vswap! cache update j #(+ (* rho %) (* (- 1 rho) (* (nth g j) (nth g j)))))
                (update-in params [k j] - (/ (* lr (nth g j)) (+ (Math/sqrt (nth cache j)) eps))))
              (swap! history assoc k @cache))))
        """,
        "cache dereferenced at line 8",
        "params kept in an atom from line 4 on, so that the update-in at line 8 counts;"
        " its value returned after line 9",
    ),
    "looked-up": (
        "crashes",
        """\
        (def history (atom {}))
        (defn rmsprop [params grads lr rho eps]
          (let [new-params (atom params)]
            (doseq [k (keys params) j (range (count (get grads k)))]
              (let [x (get-in grads [k j])]
                (swap! history update-in [k j] #(+ (* rho (or % 0.0)) (* (- 1 rho) (* x x))))
                (assoc-in @new-params [k j]
                          (- (nth @new-params k j)
                             (/ (* lr x) (+ (Math/sqrt (get-in @history [k j])) eps))))))
            @new-params))
        """,
        "nth at line 8 replaced by get-in",
        "new-params changed by the assoc-in at line 7",
    ),
}


def results(texts: dict[str, str], folder: Path) -> dict[str, Result]:
    """What Clojure makes of some texts, all in one worker."""
    ports = []
    for name, text in texts.items():
        path = folder / f"{name}.clj"
        path.write_text(text, encoding="utf-8")
        ports.append(Port(name=name, language="clojure", source=(path,), folder=folder))
    outcome = run(ports, Options(pattern="page-*"), every_transport=False)
    assert outcome.errors == ()
    return dict(zip(texts, outcome.results, strict=True))


@pytest.mark.slow
def test_repairs_lead_to_code_that_is_right(tmp_path: Path) -> None:
    """Each of these is RMSProp but for its defects: mended one by one, it is exact."""
    texts = {name: dedent(row[1]) for name, row in BROKEN.items()}
    changes: dict[str, list[str]] = {name: [] for name in BROKEN}
    found = results(texts, tmp_path)
    assert {name: r.verdict.word for name, r in found.items()} == {
        n: row[0] for n, row in BROKEN.items()
    }
    while pending := [name for name, result in found.items() if result.verdict.word != "exact"]:
        for name in pending:
            broken = Broken(texts[name], 1, found[name].verdict.word, words.whole(found[name]))
            repaired = next(repairs(broken), None)
            assert repaired is not None, broken
            texts[name] = repaired.text
            changes[name].append(repaired.change)
        found |= results({name: texts[name] for name in pending}, tmp_path)
    assert changes == {name: list(row[2:]) for name, row in BROKEN.items()}
