(ns learning.rmsprop)

(defonce ^:private memory (atom {}))

(defn- remember [name squares]
  (get (swap! memory update name (fn [old] (if old (mapv + old squares) (vec squares)))) name))

(defn train-step
  [weights grads {:keys [learning-rate decay-rate epsilon]}]
  (into {}
        (for [[name w] weights
              :let [g (grads name)
                    v (remember name (map #(* % %) g))]]
          [name (mapv (fn [w g v] (- w (* learning-rate (/ g (+ epsilon (Math/sqrt v))))))
                      w g v)])))
