"""Repairs of Clojure's brackets: forms that end too early, and those that do not match."""

from __future__ import annotations

import pytest
from clojure_repairing import LINE, candidates, check, unresolved


@pytest.mark.parametrize(
    ("text", "name", "line", "expected", "change"),
    [
        (
            """\
            (defn mean [table]
              (doseq [row table]
                (let [[a b] row]
                  (println a))
                (println b))
              table)
            """,
            "b",
            44,
            """\
            (defn mean [table]
              (doseq [row table]
                (let [[a b] row]
                  (println a)
                (println b)))
              table)
            """,
            "the closing parenthesis of the let at line 42 moved behind line 44",
        ),
        (  # the last sibling that wants the name, and what stands between
            """\
            (defn log [x]
              (let [{:keys [lr]} x]
                (println lr))
              (println "rate:")
              (println lr)
              (inc lr)
              x)
            """,
            "lr",
            44,
            """\
            (defn log [x]
              (let [{:keys [lr]} x]
                (println lr)
              (println "rate:")
              (println lr)
              (inc lr))
              x)
            """,
            "the closing parenthesis of the let at line 41 moved behind line 45",
        ),
        (  # two forms end too early
            """\
            (defn f [x]
              (when x
                (let [a 1]
                  (dotimes [i 3] (println i a)))
                (println i a)))
            """,
            "i",
            44,
            """\
            (defn f [x]
              (when x
                (let [a 1]
                  (dotimes [i 3] (println i a)
                (println i a)))))
            """,
            "the closing parentheses of the dotimes at line 43 and the let at line 42 moved"
            " behind line 44",
        ),
        (  # a function that ends before its last line; the next definition stays outside
            """\
            (defn f [w]
              (println w))
              (inc w)
            (def w-max 3)
            """,
            "w",
            42,
            """\
            (defn f [w]
              (println w)
              (inc w))
            (def w-max 3)
            """,
            "the closing parenthesis of the defn at line 40 moved behind line 42",
        ),
    ],
)
def test_a_form_that_ends_too_early_ends_later(
    text: str, name: str, line: int, expected: str, change: str
) -> None:
    check(text, "does-not-compile", unresolved(name, line), expected, change)


@pytest.mark.parametrize(
    "text",
    [
        "(defn f [] (+ (let [v 1] v) v))",  # an argument, not a body
        "(defn f [] (if (let [v 1] v) 1 v))",
        "(defn f [v] v)\n(defn g [] v)",
        "(defn g [] v)",
    ],
)
def test_moves_no_parenthesis_where_a_body_does_not_go_on(text: str) -> None:
    assert candidates(text, "does-not-compile", unresolved("v", LINE)) == []


@pytest.mark.parametrize(
    ("text", "expected", "change"),
    [
        (
            "(defn f [w]\n  (let [a 1]\n    (+ a w)))\n  w)\n(f 1)\n",
            "(defn f [w]\n  (let [a 1]\n    (+ a w))\n  w)\n(f 1)\n",
            "a ) at line 42 removed",
        ),
        (
            "(defn f [w]\n  (inc w)))\n\n(f 1)\n",
            "(defn f [w]\n  (inc w))\n\n(f 1)\n",
            "a ) at line 41 removed",
        ),
        (
            "(defn f [w]\n  (let [a 1]\n    (+ a w)\n  w)\n\n(defn g [x]\n  (f x))\n",
            "(defn f [w]\n  (let [a 1]\n    (+ a w))\n  w)\n\n(defn g [x]\n  (f x))\n",
            "a ) added at line 42",
        ),
        (
            "(defn f [w]\n  (let [a 1\n        b 2\n    (+ a w)))\n",
            "(defn f [w]\n  (let [a 1\n        b 2]\n    (+ a w)))\n",
            "a ] added at line 42",
        ),
        ("(defn f [w)\n  (inc w))", "(defn f [w]\n  (inc w))", ") at line 40 replaced by ]"),
        (
            "(defn f [w]\n  (println (inc w)\n  (println (dec w) ; twice\n  (+ w 1)\n",
            "(defn f [w]\n  (println (inc w))\n  (println (dec w)) ; twice\n  (+ w 1))\n",
            "closing brackets at lines 41, 42 and 43 set by the indentation",
        ),
        (
            "(defn f [w]\n  w\n\n(defn g [w]\n  w\n",
            "(defn f [w]\n  w)\n\n(defn g [w]\n  w)\n",
            "a ) added at line 41; a ) added at line 44",
        ),
    ],
)
def test_brackets_that_do_not_match_are_set_by_indentation(
    text: str, expected: str, change: str
) -> None:
    message = "Unmatched delimiter: ) (page.clj:44:5)"
    check(text, "does-not-compile", message, expected, change)


@pytest.mark.parametrize("text", ['(defn f [] "never ended)', "#<object>", "(" * 3000])
def test_what_no_bracket_mends_is_left_alone(text: str) -> None:
    assert candidates(text, "does-not-compile", "EOF while reading (page.clj:40:1)") == []
