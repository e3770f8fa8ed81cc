(ns rmsproof.run-tests
  "Runs all tests; the exit status says whether they passed."
  (:require [clojure.test :as test]
            [rmsproof.adapter-test]
            [rmsproof.editions-test]))

(defn -main []
  (let [{:keys [fail error]} (test/run-tests 'rmsproof.adapter-test 'rmsproof.editions-test)]
    (shutdown-agents)
    (System/exit (if (zero? (+ fail error)) 0 1))))
