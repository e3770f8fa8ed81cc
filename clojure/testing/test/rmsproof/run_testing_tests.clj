(ns rmsproof.run-testing-tests
  "Runs all tests; the exit status says whether they passed."
  (:require [clojure.test :as test]
            [rmsproof.testing-test]))

(defn -main []
  (let [{:keys [fail error]} (test/run-tests 'rmsproof.testing-test)]
    (shutdown-agents)
    (System/exit (if (zero? (+ fail error)) 0 1))))
