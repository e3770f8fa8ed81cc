(defn rmsprop
  "One step of RMSProp; returns the new weights."
  [learning-rate decay-rate epsilon gradients weights]
  (let [moving-average (atom {})]
    (into {}
          (for [[layer g] gradients]
            (do
              (swap! moving-average update layer
                     #(mapv (fn [v x] (+ (* decay-rate v) (* (- 1 decay-rate) x x)))
                            (or % (repeat (count g) 0.0)) g))
              [layer (mapv (fn [w x v] (- w (/ (* learning-rate x) (Math/sqrt (+ v epsilon)))))
                           (weights layer) g (@moving-average layer))])))))
