"""Repairs of Clojure's values: references not read, maps counted through, updates dropped."""

from __future__ import annotations

import pytest
from clojure_repairing import candidates, cast, check

NOTHING_MOVES = "neither the weights given nor a value returned ever change; step 1, w[0]"


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
