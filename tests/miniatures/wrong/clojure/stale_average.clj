(ns optimizers.rmsprop
  "Optimizers keep their state in a map that goes in and comes out.")

(defn step
  "[new-weights new-state] after one step."
  [weights gradients state learning-rate decay-rate epsilon]
  (let [zeros  (fn [k] (mapv (constantly 0.0) (weights k)))
        before (into {} (map (fn [k] [k (get state k (zeros k))])) (keys weights))
        square (fn [k] (mapv (fn [v g] (+ (* decay-rate v) (* (- 1 decay-rate) (* g g))))
                             (before k) (gradients k)))
        after  (into (or state {}) (map (juxt identity square)) (keys weights))
        moved  (fn [k] (mapv (fn [w g v] (- w (/ (* learning-rate g) (+ (Math/sqrt v) epsilon))))
                             (weights k) (gradients k) (before k)))]
    [(into {} (map (juxt identity moved)) (keys weights))
     after]))
