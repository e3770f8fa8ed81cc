(def moving-average (atom {}))

(defn rmsprop
  "One step over maps of vectors."
  [learning-rate decay-rate epsilon gradients weights]
  (into {}
        (for [[layer g] gradients]
          (let [v (mapv (fn [v x] (+ (* decay-rate v) (* (- 1 decay-rate) (* x x))))
                        (get @moving-average layer (repeat 0.0)) g)]
            (swap! moving-average assoc layer v)
            [layer (mapv (fn [w x v] (- w (/ (* learning-rate x) (+ (Math/sqrt v) epsilon))))
                         (weights layer) g v)]))))
