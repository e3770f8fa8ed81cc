"""Repairs of Clojure blocks: the text that comes out, what is said of it, and that it runs."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_clojure import ANY_TEXT

from harness.judging.options import Options
from harness.judging.run import run
from harness.judging.verdict import Result
from harness.languages.repair import Broken, Repaired
from harness.languages.repair.clojure import repairs
from harness.languages.repair.clojure.forms import read
from harness.ports.port import Port
from harness.report import words

LINE = 40  # where a block of these tests stands in its document
NOTHING_MOVES = "neither the weights given nor a value returned ever change; step 1, w[0]"


def unresolved(name: str, line: int, column: int = 5) -> str:
    return f"Unable to resolve symbol: {name} in this context (page.clj:{line}:{column})"


def cast(given: str, wanted: str, line: int) -> str:
    return (
        f"core/page: step 1: java.lang.ClassCastException: class {given} cannot be cast to class"
        f" {wanted} ({given} and {wanted} are in unnamed module of loader 'app') (page.clj:{line})"
    )


def candidates(text: str, verdict: str, message: str) -> list[Repaired]:
    return list(repairs(Broken(dedent(text), LINE, verdict, message)))


def check(text: str, verdict: str, message: str, expected: str, change: str) -> Repaired:
    """The likeliest repair is this one, text and phrase."""
    first = next(repairs(Broken(dedent(text), LINE, verdict, message)), None)
    assert first is not None
    assert first.text == dedent(expected)
    assert first.change == change
    return first


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


@pytest.mark.parametrize(
    ("text", "message", "expected", "change"),
    [
        (
            '(println (str/join "," [1]))',
            "No such namespace: str (page.clj:40:1)",
            '(require \'[clojure.string :as str])\n(println (str/join "," [1]))',
            "(require '[clojure.string :as str]) added",
        ),
        (  # told from clojure.string by what is used of it
            "(s/union #{1} #{2})",
            "No such namespace: s (page.clj:40:1)",
            "(require '[clojure.set :as s])\n(s/union #{1} #{2})",
            "(require '[clojure.set :as s]) added",
        ),
        (
            "(ns page.demo)\n(m/sqrt 2)",
            "No such namespace: m (page.clj:41:1)",
            "(ns page.demo) (require '[clojure.math :as m])\n(m/sqrt 2)",
            "(require '[clojure.math :as m]) added",
        ),
        (
            "(defn f [x] (/ x (sqrt x)))\n(map sqrt [1])",
            unresolved("sqrt", 40),
            "(defn f [x] (/ x (Math/sqrt x)))\n(map Math/sqrt [1])",
            "sqrt replaced by Math/sqrt at lines 40 and 41",
        ),
        (
            "(Math.sqrt 2)",
            "Class not found: Math.sqrt (page.clj:40:1)",
            "(Math/sqrt 2)",
            "Math.sqrt replaced by Math/sqrt at line 40",
        ),
        (
            "(pprint 1)",
            unresolved("pprint", 40),
            "(require '[clojure.pprint :refer [pprint]])\n(pprint 1)",
            "(require '[clojure.pprint :refer [pprint]]) added",
        ),
        (
            "(clojure.set/union #{} #{})",
            "Class not found: clojure.set (page.clj:40:1)",
            "(require 'clojure.set)\n(clojure.set/union #{} #{})",
            "(require 'clojure.set) added",
        ),
        (
            "(def m (HashMap.))",
            "Unable to resolve classname: HashMap (page.clj:40:1)",
            "(import '(java.util HashMap))\n(def m (HashMap.))",
            "java.util.HashMap imported",
        ),
        (
            "(Arrays/fill a 0)",
            "No such namespace: Arrays (page.clj:40:1)",
            "(import '(java.util Arrays))\n(Arrays/fill a 0)",
            "java.util.Arrays imported",
        ),
        (
            "(require '[clojure.string :as s])\n(s/union #{} #{})",
            "No such var: s/union (page.clj:41:1)",
            "(require 'clojure.set)\n(require '[clojure.string :as s])\n"
            "(clojure.set/union #{} #{})",
            "s/union replaced by clojure.set/union at line 41, (require 'clojure.set) added",
        ),
        (
            "(defn f [learning-rate] (* 2 learning_rate))",
            unresolved("learning_rate", 40),
            "(defn f [learning-rate] (* 2 learning-rate))",
            "learning_rate replaced by learning-rate at line 40",
        ),
        (
            "(defn f [x] (g x))\n(defn g [x] x)",
            unresolved("g", 40),
            "(declare g)\n(defn f [x] (g x))\n(defn g [x] x)",
            "(declare g) added: it is defined at line 41",
        ),
        (
            "(ns a (:require [clojure.set :as s] [plot.lib :as p]))\n(s/union)",
            "Could not locate plot/lib__init.class, plot/lib.clj on classpath. (page.clj:40:1)",
            "(ns a (:require [clojure.set :as s] #_[plot.lib :as p]))\n(s/union)",
            "the require of plot.lib at line 40 left out",
        ),
        (
            "(map #(map #(* % %2) % %) x)",
            "Nested #()s are not allowed (page.clj:40:1)",
            "(map #(map (fn [y1 y2] (* y1 y2)) % %) x)",
            "the #() inside another at line 40 written as fn",
        ),
    ],
)
def test_a_name_that_does_not_resolve_is_made_to(
    text: str, message: str, expected: str, change: str
) -> None:
    repaired = check(text, "does-not-compile", message, expected, change)
    more = expected.count("\n") - text.count("\n")
    assert repaired.above == more


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("(defn f [x] (plot x))", unresolved("plot", 40)),
        ("(defn f [l-r] l-r)\n(defn g [x] (* x l_r))", unresolved("l_r", 41)),
        ("(defn f [x] (json/write x))", "No such namespace: json (page.clj:40:1)"),
        ("(defn f [x] (s/nothing x))", "No such namespace: s (page.clj:40:1)"),
        ("(defn f [x] (Widget. x))", "Unable to resolve classname: Widget (page.clj:40:1)"),
        (
            "(ns a (:require [plot.lib :as p]))\n(defn f [] (p/line))",
            "Could not locate plot/lib__init.class (page.clj:40:1)",
        ),
    ],
)
def test_a_name_that_nobody_knows_stays(text: str, message: str) -> None:
    assert candidates(text, "does-not-compile", message) == []


@pytest.mark.parametrize(
    ("text", "message", "expected", "change"),
    [
        (  # every call of it, and no other use
            """\
            (def memory (atom {}))
            (defn f [k]
              (swap! memory assoc k (inc (memory k)))
              (memory k))
            """,
            cast("clojure.lang.Atom", "clojure.lang.IFn", 42),
            """\
            (def memory (atom {}))
            (defn f [k]
              (swap! memory assoc k (inc (@memory k)))
              (@memory k))
            """,
            "memory dereferenced at lines 42 and 43",
        ),
        (  # the local, not the variable of the same name
            """\
            (def v 3)
            (defn f [k]
              (let [v (volatile! {})]
                (vswap! v assoc k 1)
                #(v %)))
            """,
            cast("clojure.lang.Volatile", "clojure.lang.IFn", 44),
            """\
            (def v 3)
            (defn f [k]
              (let [v (volatile! {})]
                (vswap! v assoc k 1)
                #(@v %)))
            """,
            "v dereferenced at line 44",
        ),
        (
            "(let [n (atom 1) m 2]\n  (swap! n inc)\n  (+ m n))",
            cast("clojure.lang.Atom", "java.lang.Number", 42),
            "(let [n (atom 1) m 2]\n  (swap! n inc)\n  (+ m @n))",
            "n dereferenced at line 42",
        ),
        (
            "(let [n (atom 1)]\n  (Math/sqrt n))",
            cast("clojure.lang.Atom", "java.lang.Number", 41),
            "(let [n (atom 1)]\n  (Math/sqrt @n))",
            "n dereferenced at line 41",
        ),
        (
            "(let [ks (ref [1])]\n  (doseq [k ks]\n    (println k)))",
            "IllegalArgumentException: Don't know how to create ISeq from: clojure.lang.Ref"
            " (page.clj:41)",
            "(let [ks (ref [1])]\n  (doseq [k @ks]\n    (println k)))",
            "ks dereferenced at line 41",
        ),
        (
            "(let [[a b] 1 p (promise)\n      [c d] p]\n  c)",
            "UnsupportedOperationException: nth not supported on this type:"
            " core$promise$reify__8625 (page.clj:41)",
            "(let [[a b] 1 p (promise)\n      [c d] @p]\n  c)",
            "p dereferenced at line 41",
        ),
        (  # found at the call, not in the function that fails
            "(defn total [xs]\n  (reduce + xs))\n(def s (atom [1]))\n(println (total s))",
            "IllegalArgumentException: Don't know how to create ISeq from: clojure.lang.Atom"
            " (page.clj:41)",
            "(defn total [xs]\n  (reduce + xs))\n(def s (atom [1]))\n(println (total @s))",
            "s dereferenced at line 43",
        ),
        (  # silent: get of an atom is nil
            "(let [a (atom {})]\n  (+ 1 (get a :k)))",
            "java.lang.NullPointerException: x is null (page.clj:41)",
            "(let [a (atom {})]\n  (+ 1 (get @a :k)))",
            "a dereferenced at line 41",
        ),
        (
            "(defn f [w]\n  (first @w))",
            cast("clojure.lang.PersistentVector", "java.util.concurrent.Future", 41),
            "(defn f [w]\n  (first w))",
            "@w at line 41 replaced by w",
        ),
    ],
)
def test_a_reference_is_read_where_its_value_is_meant(
    text: str, message: str, expected: str, change: str
) -> None:
    check(text, "crashes", message, expected, change)


@pytest.mark.parametrize(
    "call",
    [
        "(swap! a inc)",
        "(reset! a 1)",
        "(deref a)",
        "(add-watch a :k f)",
        "@a",
        "(compare-and-set! a 1 2)",
    ],
)
def test_a_reference_stays_where_one_is_wanted(call: str) -> None:
    text = f"(let [a (atom 1)]\n  {call})"
    message = cast("clojure.lang.Atom", "java.lang.Number", 41)
    assert candidates(text, "crashes", message) == []


STRING_AS_NUMBER = cast("java.lang.String", "java.lang.Number", 43)


@pytest.mark.parametrize(
    ("line", "message", "expected", "change"),
    [
        ("(nth w k j)", STRING_AS_NUMBER, "(get-in w [k j])", "nth at line 43 replaced by get-in"),
        ("(nth w k)", STRING_AS_NUMBER, "(get w k)", "nth at line 43 replaced by get"),
        (  # of several, the one whose collection is a map elsewhere
            "(- (nth (g k) j) (nth w k j))",
            STRING_AS_NUMBER,
            "(- (nth (g k) j) (get-in w [k j]))",
            "nth at line 43 replaced by get-in",
        ),
        (
            "(nth w k (inc j))",
            "UnsupportedOperationException: nth not supported on this type: PersistentHashMap"
            " (page.clj:43)",
            "(get-in w [k (inc j)])",
            "nth at line 43 replaced by get-in",
        ),
        (
            "(- 1 (get w k j))",
            cast("clojure.lang.PersistentVector", "java.lang.Number", 43),
            "(- 1 (get-in w [k j]))",
            "get at line 43 replaced by get-in",
        ),
        (
            "(nth w [k j])",
            cast("clojure.lang.PersistentVector", "java.lang.Number", 43),
            "(get-in w [k j])",
            "nth at line 43 replaced by get-in",
        ),
        (  # one mistake, made twice
            "(+ (nth w k j) (nth w k 0))",
            STRING_AS_NUMBER,
            "(+ (get-in w [k j]) (get-in w [k 0]))",
            "nth at line 43 replaced by get-in",
        ),
    ],
)
def test_a_map_is_looked_up_not_counted_through(
    line: str, message: str, expected: str, change: str
) -> None:
    around = "(defn f [g w]\n  (doseq [k (keys w)]\n    (dotimes [j 2]\n      {}))\n  w)\n"
    check(around.format(line), "crashes", message, around.format(expected), change)


@pytest.mark.parametrize(
    ("text", "expected", "change"),
    [
        (
            """\
            (defn step [theta g lr]
              (doseq [layer (keys theta)]
                (assoc-in theta [layer 0] (- (get-in theta [layer 0]) (* lr (g layer)))))
              theta)
            """,
            """\
            (defn step [theta g lr]
              (let [theta* (atom theta)] (doseq [layer (keys @theta*)]
                (swap! theta* assoc-in [layer 0] (- (get-in @theta* [layer 0]) (* lr (g layer)))))
              @theta*))
            """,
            "theta kept in an atom from line 41 on, so that the assoc-in at line 42 counts",
        ),
        (  # a part of it, taken by a loop
            """\
            (defn step [theta grads lr]
              (doseq [[layer row] theta]
                (dotimes [j (count row)]
                  (assoc row j (- (row j) (* lr (get-in grads [layer j]))))))
              theta)
            """,
            """\
            (defn step [theta grads lr]
              (let [theta* (atom theta)] (doseq [[layer row] @theta*]
                (dotimes [j (count row)]
                  (swap! theta* update layer assoc j (- (row j) (* lr (get-in grads [layer j]))))))
              @theta*))
            """,
            "theta kept in an atom from line 41 on, so that the assoc at line 43 counts",
        ),
        (  # a part, taken by let and by a call; nothing is returned after the loop
            """\
            (defn step [theta lr]
              (let [ks (keys theta)]
                (doseq [k ks]
                  (let [row (get-in theta [k :w])]
                    (update row 0 - lr)
                    (conj (theta k) lr)))))
            """,
            """\
            (defn step [theta lr]
              (let [ks (keys theta)]
                (let [theta* (atom theta)] (doseq [k ks]
                  (let [row (get-in @theta* [k :w])]
                    (swap! theta* update-in [k :w] update 0 - lr)
                    (swap! theta* update k conj lr))) @theta*)))
            """,
            "theta kept in an atom from line 42 on, so that the update at line 44 and the conj at"
            " line 45 count; its value returned after line 45",
        ),
        (  # references, a variable, a local; several at once
            """\
            (def total {})
            (def seen (atom #{}))
            (defn step [{:keys [theta]} lr]
              (let [v (volatile! {}) r (ref {})]
                (conj @seen lr)
                (assoc @v :lr lr)
                (assoc @r :lr lr)
                (merge-with + total {:n 1})
                (merge-with - theta {:w lr})
                (-> theta (assoc :a 1) (update :b inc))
                theta))
            """,
            """\
            (def total {})
            (def seen (atom #{}))
            (defn step [{:keys [theta]} lr]
              (let [v (volatile! {}) r (ref {})]
                (swap! seen conj lr)
                (vswap! v assoc :lr lr)
                (dosync (alter r assoc :lr lr))
                (alter-var-root #'total (partial merge-with +) {:n 1})
                (let [theta* (atom theta)] (swap! theta* (partial merge-with -) {:w lr})
                (reset! theta* (-> @theta* (assoc :a 1) (update :b inc)))
                @theta*)))
            """,
            "seen changed by the conj at line 44; v changed by the assoc at line 45; r changed by"
            " the assoc at line 46; total changed by the merge-with at line 47; theta kept in an"
            " atom from line 48 on, so that the merge-with at line 48 and the update at line 49"
            " count",
        ),
        (  # a lazy sequence that nobody asks for, and a name that is taken
            """\
            (defn step [w w* ks]
              (for [k ks] (assoc w k (inc (w k))))
              (let [k 1 f (fn [w] w)] (f (w k))))
            """,
            """\
            (defn step [w w* ks]
              (let [w-atom (atom w)] (dorun (for [k ks] (swap! w-atom assoc k (inc (@w-atom k)))))
              (let [k 1 f (fn [w] w)] (f (@w-atom k)))))
            """,
            "w kept in an atom from line 41 on, so that the assoc at line 41 counts; the for at"
            " line 41 run by dorun",
        ),
        (  # what a maker of functions returns
            """\
            (defn make [lr]
              (fn [w g]
                (run! #(update w % - (* lr (g %))) (keys g))
                w))
            """,
            """\
            (defn make [lr]
              (fn [w g]
                (let [w* (atom w)] (run! #(swap! w* update % - (* lr (g %))) (keys g))
                @w*)))
            """,
            "w kept in an atom from line 42 on, so that the update at line 42 counts",
        ),
    ],
)
def test_a_dropped_update_is_made_to_count(text: str, expected: str, change: str) -> None:
    check(text, "no-update", NOTHING_MOVES, expected, change)


@pytest.mark.parametrize(
    "text",
    [
        "(defn f [w] w)",
        "(defn f [w] (assoc w :a 1))",
        "(defn f [w] (assoc (compute w) :a 1) w)",
        "(defn f [w] (let [u {}] (assoc u :a 1) w))",  # nobody would see it
        "(defn f [w] (assoc @(future 1) :a 1) w)",
        "(let [a (agent {})] (assoc @a :k 1) 2)",
    ],
)
def test_what_no_atom_would_mend_is_left_alone(text: str) -> None:
    assert candidates(text, "no-update", NOTHING_MOVES) == []


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
