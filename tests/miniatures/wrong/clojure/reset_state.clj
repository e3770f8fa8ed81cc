(defn rmsprop-update
  "RMSProp for all parameters of a model."
  [params grads alpha rho eps]
  (let [cache (zipmap (keys params) (map #(vec (repeat (count %) 0.0)) (vals params)))]
    (reduce (fn [params [k g]]
              (let [s (map (fn [c x] (+ (* rho c) (* (- 1 rho) (* x x)))) (cache k) g)]
                (update params k
                        (fn [p] (mapv (fn [w x c] (- w (* alpha (/ x (+ (Math/sqrt c) eps)))))
                                      p g s)))))
            params
            grads)))
