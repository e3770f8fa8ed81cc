"""Repairs of names that Clojure does not resolve: requires, imports, spelling, order."""

from __future__ import annotations

import pytest
from clojure_repairing import candidates, check, unresolved


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
