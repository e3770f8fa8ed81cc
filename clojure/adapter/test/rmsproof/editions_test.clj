(ns rmsproof.editions-test
  "The editions are what their port.toml says; each rung differs from the next by one repair."
  (:require [clojure.java.io :as io]
            [clojure.string :as string]
            [clojure.test :refer [deftest is testing]]
            [rmsproof.ports :as ports])
  (:import (rmsproof.adapter LoadException)))

(def call (conj ports/roles "gradients" "weights"))

(defn- number [value]
  (if (string? value) (Double/parseDouble value) (double value)))

(defn- numbers [arrays]
  (update-vals arrays #(mapv number %)))

(defn- bits [values]
  (mapv #(Double/doubleToLongBits %) values))

(defn- goldens []
  (let [files (filter #(string/ends-with? (.getName %) ".json")
                      (.listFiles (io/file "../python_ref/golden/reference/float64")))]
    (assert (seq files) "no goldens")
    (sort files)))

(deftest conformant-equals-every-golden-bit-for-bit
  (let [host (ports/bind (ports/edition "conformant") "rmsprop" call)]
    (doseq [file (goldens)
            :let [golden (ports/json (slurp file))
                  weights (numbers (golden "weights"))
                  names (keys weights)]]
      (testing (.getName file)
        (is (= (for [step (golden "trajectory")
                     :let [after (numbers (step "weights"))]]
                 (bits (mapcat after names)))
               (map bits (ports/weights-after
                          host
                          (map #(number (get-in golden ["hyperparameters" %])) ports/roles)
                          weights
                          (map numbers (golden "gradients"))))))))))

;; The other rungs, on one scenario of two steps

(def weights {"a" [1.0 -2.0] "b" [0.5]})
(def gradients [{"a" [0.5 -1.5] "b" [4.0]} {"a" [-2.0 0.25]}])
(def hyperparameters [0.125 0.75 0.5])

(defn- rung [name]
  (ports/weights-after (ports/bind (ports/edition name) "rmsprop" call)
                       hyperparameters weights gradients))

(defn- by-hand
  "The weights after each step, where `step` gives the size of a step from g and v."
  [keeps-average step]
  (let [[learning-rate decay-rate] hyperparameters
        order ["a" "b"]
        flat #(vec (mapcat % order))]
    (loop [w weights v (update-vals weights #(mapv (constantly 0.0) %)) todo gradients done []]
      (if-let [[g & more] (seq todo)]
        (let [v* (into v (for [[k gs] g]
                           [k (mapv (fn [gi vi]
                                      (+ (* decay-rate vi) (* (- 1 decay-rate) (* gi gi))))
                                    gs (v k))]))
              w* (into w (for [[k gs] g]
                           [k (mapv (fn [wi gi vi] (- wi (step learning-rate gi vi)))
                                    (w k) gs (v* k))]))]
          (recur w* (if keeps-average v* v) more (conj done (flat w*))))
        done))))

(defn- epsilon-inside [learning-rate g v]
  (/ (* learning-rate g) (Math/sqrt (+ v 0.5))))

(defn- epsilon-outside [learning-rate g v]
  (/ (* learning-rate g) (+ (Math/sqrt v) 0.5)))

(deftest conformant-is-what-the-formula-says
  (is (= (by-hand true epsilon-outside) (rung "conformant"))))

(deftest remembered-has-epsilon-inside
  (is (= (by-hand true epsilon-inside) (rung "remembered")))
  (is (not= (rung "conformant") (rung "remembered"))))

(deftest returned-forgets-its-average-too
  (is (= (by-hand false epsilon-inside) (rung "returned")))
  (is (not= (rung "remembered") (rung "returned"))))

(deftest indexed-leaves-the-weights-as-they-were
  (is (= [[1.0 -2.0 0.5] [1.0 -2.0 0.5]] (rung "indexed"))))

(deftest dereferenced-asks-nth-for-a-key
  (let [{:strs [kind message step]} (rung "dereferenced")]
    (is (= ["crashes" 1.0] [kind step]))
    (is (re-find #"String cannot be cast to class java.lang.Number.* \(rmsprop.clj:10\)" message))))

(deftest scoped-calls-an-atom
  (let [{:strs [kind message step]} (rung "scoped")]
    (is (= ["crashes" 1.0] [kind step]))
    (is (re-find #"Atom cannot be cast to class clojure.lang.IFn.* \(rmsprop.clj:6\)" message))))

(deftest published-does-not-compile
  (let [refused (is (thrown? LoadException (ports/edition "published")))]
    (is (= ["does-not-compile" "Unable to resolve symbol: v in this context (rmsprop.clj:14:7)"]
           [(.kind ^LoadException refused) (.getMessage ^LoadException refused)]))))
