"""Clojure in documents: its forms, who binds what, and what is dropped in it."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.languages.repair.clojure.forms import (
    Dropped,
    Form,
    ReadError,
    definitions,
    dropped_updates,
    free_symbols,
    linking,
    preamble,
    read,
    scope,
)


def shape(form: Form) -> object:
    """A form as nested lists: the text of what has no parts, the kind and parts of the rest."""
    return [form.kind, *map(shape, form.children)] if form.children else form.text


# Reading


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(a [b {:c 1}])", ["list", "a", ["vector", "b", ["map", ":c", "1"]]]),
        ("#{1 -2.5}", ["set", "1", "-2.5"]),
        ("#(+ % %2)", ["fn", "+", "%", "%2"]),
        (r'"a \" (" ; ) ignored', r'"a \" ("'),
        (r"(\( \a \newline \))", ["list", r"\(", r"\a", r"\newline", r"\)"]),
        (r'#"[(\"]+"', r'#"[(\"]+"'),
        ("'(a) @b #'c `(~d ~@e)", None),
        ("(a #_b c)", ["list", "a", "c"]),
        ("(a #_ #_ b c d)", ["list", "a", "d"]),
        ("(a #_(b", ReadError),
        ('^:private ^{:doc "("} x', ["meta", ":private", ["meta", ["map", ":doc", '"("'], "x"]]),
        ("#?(:clj 1 :cljs 2)", ["conditional", ["list", ":clj", "1", ":cljs", "2"]]),
        ('#inst "2020-01-01"', ["tagged", "inst", '"2020-01-01"']),
        ("#:opt{:lr 1}", ["tagged", ["map", ":lr", "1"]]),
        ("##NaN", "##NaN"),
        ("a' +- -1 x# %& ->b c/d ...", None),
    ],
)
def test_reads_what_clojure_is_written_in(text: str, expected: object) -> None:
    if expected is ReadError:
        with pytest.raises(ReadError):
            read(text)
    elif expected is not None:
        assert [shape(form) for form in read(text).children] == [expected]
    else:
        assert " ".join(form.text for form in read(text).children) == text


@pytest.mark.parametrize(
    ("text", "kind", "line", "column"),
    [
        ("(a\n  b))", "unmatched", 2, 5),
        ("(a\n  [b)", "mismatched", 2, 5),
        ("(ok)\n(a (b)", "unclosed", 2, 1),
        ('(a "b)', "unclosed", 1, 4),
        ('(a "b\\"', "unclosed", 1, 4),
        ("(a ')", "incomplete", 1, 4),
        ("(a) @", "incomplete", 1, 5),
        ("(" * 5000, "deep", 1, 101),
        ("'" * 5000 + "a", "deep", 1, 101),
        ("(a #<object>)", "unreadable", 1, 4),
    ],
)
def test_says_where_it_cannot_read(text: str, kind: str, line: int, column: int) -> None:
    with pytest.raises(ReadError) as caught:
        read(text)
    assert (caught.value.kind, caught.value.line, caught.value.column) == (kind, line, column)
    assert str(caught.value).endswith(f"(line {line}, column {column})")


FRAGMENTS = [
    *"()[]{}", "#(", "#{", "#_", "#'", "@", "'", "`", "~", "~@", "^", '"', "\\", ";", "#", "#?",
    "\n", ",", "let", "doseq", "assoc", "fn", "defn", "w", "%", ":k", "1", "swap!", "->", "&",
    "[k v]", "(atom w)", "(assoc w 0 1)", ":keys", "nth", "#:a", "##", '"s"', "\\x", "letfn", "for",
    "if-let",
]  # fmt: skip
ANY_TEXT = st.one_of(st.text(), st.lists(st.sampled_from(FRAGMENTS), max_size=60).map(" ".join))


@given(ANY_TEXT)
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        root = read(text)
    except ReadError:
        assert definitions(text) == {}
        assert dropped_updates(text) == []
        return
    assert "".join(pieces(root)) == text
    scope(root)


def pieces(form: Form) -> Iterator[str]:
    """A form put together again from its parts and what stands between them."""
    done = form.start
    for child in form.children:
        assert child.parent is form
        assert done <= child.start < child.end <= form.end
        yield form.source[done : child.start]
        yield from pieces(child)
        done = child.end
    yield form.source[done : form.end]


# Scope


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("(defn f [v] (g v))", True),
        ("(fn ([] v) ([v] 1))", False),
        ("(let [v 1] v)", True),
        ("(do (let [v 1] 2) v)", False),
        ("(let [u v v 1] u)", False),
        ("(let [[a & v] x] v)", True),
        ("(let [{:keys [v]} x] v)", True),
        ("(let [{v :v :or {v 1}} x] v)", True),
        ("(let [{[v] :pair :as whole} x] v)", True),
        ("(let [{:opt/keys [v]} x] v)", True),
        ("(doseq [a x :let [v a] :when v] v)", True),
        ("(for [[k v] x] v)", True),
        ("(dotimes [v 3] v)", True),
        ("(loop [v 0] (recur (inc v)))", True),
        ("(if-let [v x] v 0)", True),
        ("(if-let [a x] a v)", False),
        ("(when-some [v x] v)", True),
        ("(letfn [(h [v] v)] (h 1))", True),
        ("(try (g) (catch Exception v (h v)))", True),
        ("(as-> x v (inc v))", True),
        ("(amap x v out (aget x v))", True),
        ("(fn v [] (v))", True),
        ("(reify P (m [this v] v))", True),
        ("(defrecord R [v] P (m [_] v))", True),
        ("(with-open [v x] v)", True),
        ("(binding [*d* 1] v)", False),
    ],
)
def test_knows_what_binds_a_symbol(text: str, bound: bool) -> None:
    assert ("v" not in free_symbols(text)) == bound


def test_definitions_are_found_with_what_they_need() -> None:
    first = dedent("""
        (ns page.one (:require [clojure.string :as str]))
        (defn- square [x] (* x x))
        (def ^:private memory (atom {}))
        (defrecord Mean [total n])
        (println "not a definition")
        """)
    second = "(defn norm [xs] (Math/sqrt (reduce + (map square xs))))"
    assert list(definitions(first)) == ["square", "memory", "Mean", "->Mean", "map->Mean"]
    assert linking(first) == ["(ns page.one (:require [clojure.string :as str]))"]
    assert {"square", "Math"} <= free_symbols(second)
    assert preamble("(norm [3 4])", [first, second]).splitlines() == [
        "(ns page.one (:require [clojure.string :as str]))",
        "(defn- square [x] (* x x))",
        "(defn norm [xs] (Math/sqrt (reduce + (map square xs))))",
    ]
    assert preamble("(defn square [x] x) (square 2)", [first]) == ""
    assert preamble("(Mean. 1 2)", [first]).endswith("(defrecord Mean [total n])")


# Dropped updates


@pytest.mark.parametrize(
    "text",
    [
        "(defn f [m] (assoc m :a 1) m)",
        "(fn ([m] m) ([m k] (assoc m k 1) m))",
        "(let [m {}] (assoc m :a 1) m)",
        "(defn f [m] (doseq [k m] (assoc m k 1)))",
        "(defn f [m] (dotimes [i 3] (when (odd? i) (assoc m i 1))) m)",
        "(defn f [m] (doseq [k m] (let [v 1] (if v (assoc m k v) nil))) m)",
        "(defn f [m] (doseq [k m] (cond (odd? k) (assoc m k 1) :else nil)) m)",
        "(defn f [m] (run! (fn [k] (assoc m k 1)) [1 2]) m)",
        "(defn f [m] (run! #(assoc m % 1) [1 2]) m)",
        "(defn f [m] (mapv #(assoc m % 1) [1 2]) m)",
        "(defn f [m] (for [k m] (assoc m k 1)) m)",
        "(defn f [m] (try (assoc m :a 1) m (finally nil)))",
        "(defn f [m] (try m (finally (assoc m :a 1))))",
        "(defn f [m] (loop [i 0] (when (< i 3) (assoc m i 1) (recur (inc i)))) m)",
        "(defn f [m] (clojure.core/assoc m :a 1) m)",
        "(defn f [m] (-> m (assoc :a 1)) m)",
        "(defn f [m] (map (fn [k] (do (assoc m k 1) k)) m))",
        "(defn f [m] (case 1 1 (assoc m :a 1) nil) m)",
        "(reify P (g [_ m] (assoc m :a 1) m))",
    ],
)
def test_sees_an_update_whose_result_is_dropped(text: str) -> None:
    found = dropped_updates(text)
    assert [(drop.call.removeprefix("clojure.core/"), drop.target) for drop in found] == [
        ("assoc", "m")
    ]


@pytest.mark.parametrize(
    "text",
    [
        "(assoc m :a 1)",
        "(defn f [m] (assoc m :a 1))",
        "(defn f [m] (if m (assoc m :a 1) m))",
        "(let [n (assoc m :a 1)] n)",
        "(for [k ks] (assoc m k 1))",
        "(map #(assoc m % 1) ks)",
        "(defn f [m] (-> m (assoc :a 1) :a))",
        "(do (swap! a assoc :k 1) nil)",
        "(do (swap! a (fn [m] (assoc m :k 1))) nil)",
        "(do (reset! a (assoc @a :k 1)) nil)",
        "(do (println (assoc m :a 1)) nil)",
        "(do '(assoc m :a 1) nil)",
        "(comment (assoc m :a 1) nil)",
        "(do #_(assoc m :a 1) nil)",
        "(do (unknown-macro (assoc m :a 1)) nil)",
        "(defmacro quietly [& body] `(do ~@body)) (quietly (let [] (assoc m :a 1) nil))",
        "(defn assoc [m k v] (.put m k v)) (do (assoc m :a 1) nil)",
        "(let [assoc put!] (assoc m :a 1) nil)",
        "(do (doto m (assoc :a 1)) nil)",
        "(reduce (fn [acc k] (assoc acc k 1)) {} ks)",
        "(case x (assoc m) 1 2)",
    ],
)
def test_says_nothing_of_an_update_that_may_be_used(text: str) -> None:
    assert dropped_updates(text) == []


def test_says_where_and_what_is_dropped() -> None:
    text = "(defn f [m ms]\n  (update-in m [:a] inc)\n  (merge-with + @ms m)\n  m)"
    assert dropped_updates(text) == [
        Dropped(2, 3, "update-in", "m"),
        Dropped(3, 3, "merge-with", "@ms"),
    ]
