(ns optim.transducers)

(def cache (volatile! {}))

(defn- remembered
  "Squares of the gradient, blended with those of the steps before."
  [k g rho]
  (let [v (into [] (comp (map (fn [[c x]] (+ (* rho c) (* (- 1 rho) (* x x))))))
                (map vector (get @cache k (repeat 0.0)) g))]
    (vswap! cache assoc k v)
    v))

(defn update-params [params grads alpha rho eps]
  (into (empty params)
        (comp (filter #(contains? params (key %)))
              (map (fn [[k g]]
                     (let [inverses (eduction (map #(/ 1 (+ (Math/sqrt %) eps)))
                                              (remembered k g rho))]
                       [k (mapv (fn [p x r] (- p (* (* alpha x) r)))
                                (params k) g (seq inverses))]))))
        grads))
