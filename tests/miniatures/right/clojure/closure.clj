(ns optim.closure)

(defn rmsprop
  "Makes an optimizer: a function of gradients and weights with a memory."
  [lr rho eps]
  (let [cache (atom {})
        blend (fn [v g] (+ (* rho v) (* (- 1 rho) g g)))]
    (fn [grads weights]
      (reduce-kv (fn [acc k g]
                   (let [v (mapv blend (get @cache k (map (constantly 0.0) g)) g)]
                     (swap! cache assoc k v)
                     (assoc acc k (mapv #(- %1 (/ (* lr %2) (+ (Math/sqrt %3) eps)))
                                        (get weights k) g v))))
                 {} grads))))
