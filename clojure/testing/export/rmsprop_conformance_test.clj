(ns rmsprop-conformance-test
  "Holds an optimizer against every golden."
  (:require [rmsproof.testing :refer [defconformance]]))

(defn optimizer
  "Makes your update with the hyperparameters of a golden: a function of gradients and weights,
  maps of vectors, that returns the weights after the step."
  [{:strs [learning_rate decay_rate epsilon]}]
  ;; (partial rmsprop learning_rate decay_rate epsilon)
  (throw (UnsupportedOperationException. "make your optimizer here")))

(defconformance rmsprop "reference/float64" optimizer)
