(def state (atom {}))

(defn- next-moment [{:keys [t v] :or {t 0}} g beta]
  {:t (inc t)
   :v (mapv (fn [a x] (+ (* beta a) (* (- 1.0 beta) x x))) (or v (repeat 0.0)) g)})

(defn rmsprop-step
  "Weights after one step; the moments live in an atom."
  [weights gradients lr beta eps]
  (into {}
        (map (fn [[name w]]
               (let [g (get gradients name)
                     {:keys [t v]} (get (swap! state update name next-moment g beta) name)
                     unbias (- 1.0 (Math/pow beta t))]
                 [name (mapv (fn [w g v]
                               (- w (/ (* lr g) (+ (Math/sqrt (/ v unbias)) eps))))
                             w g v)])))
        weights))
