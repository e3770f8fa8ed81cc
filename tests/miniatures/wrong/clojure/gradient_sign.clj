(defn rmsprop
  "A stateful optimizer for one vector: call it with weights and gradient."
  [eta rho eps]
  (let [v (volatile! nil)]
    (fn [w g]
      (vswap! v #(map (fn [a x] (+ (* rho a) (* (- 1 rho) (* x x)))) (or % (repeat 0.0)) g))
      (vreset! v (doall @v))
      (mapv (fn [w x a] (- w (/ (* eta (Math/signum (double x))) (+ (Math/sqrt a) eps))))
            w g @v))))
