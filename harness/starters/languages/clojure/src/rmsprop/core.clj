(ns rmsprop.core
  "RMSProp: each gradient is divided by the root of a moving average of its square.")

(defn step
  "The weights and moving averages (maps of vectors by name) after one step.

  An array without a gradient takes no part in the step; one without an average begins with 0."
  [{:keys [learning-rate decay-rate epsilon]} gradients weights averages]
  (let [average (fn [v g] (+ (* decay-rate v) (* (- 1 decay-rate) (* g g))))
        moved   (fn [w g v] (- w (/ (* learning-rate g) (+ (Math/sqrt v) epsilon))))
        stepped (fn [[weights averages] [name g]]
                  (let [v (mapv average (get averages name (repeat 0.0)) g)]
                    [(update weights name #(mapv moved % g v))
                     (assoc averages name v)]))]
    (reduce stepped [weights averages] gradients)))
