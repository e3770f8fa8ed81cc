(ns optim.core)

(def defaults {:learning-rate 0.001 :decay-rate 0.9 :epsilon 1e-8})

(def squares (atom {}))

(defn- share [old x decay] (+ old (* (- 1 decay) (- (* x x) old))))

(defn step
  "New params; options are optional."
  [params grads & {:keys [learning-rate decay-rate epsilon momentum]
                   :or {learning-rate 0.001 decay-rate 0.9 epsilon 1e-8 momentum 0.0}}]
  (assert (zero? momentum) "momentum is not supported yet")
  (into {}
        (map (fn [[k p]]
               (let [s (map share (get @squares k (repeat 0.0)) (grads k) (repeat decay-rate))]
                 (swap! squares assoc k (vec s))
                 [k (mapv (fn [w g a] (- w (/ (* learning-rate g) (+ (Math/sqrt a) epsilon))))
                          p (grads k) s)])))
        params))
