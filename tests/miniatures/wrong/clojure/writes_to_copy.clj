(def moving-average (atom {}))

(defn rmsprop
  "Updates the weights by their gradients."
  [learning-rate decay-rate epsilon gradients weights]
  (doseq [[layer g] gradients]
    (let [v (mapv #(+ (* decay-rate %1) (* (- 1 decay-rate) %2 %2))
                  (get @moving-average layer (repeat 0.0)) g)]
      (swap! moving-average assoc layer v)
      (assoc weights layer
             (mapv #(- %1 (/ (* learning-rate %2) (+ (Math/sqrt %3) epsilon)))
                   (weights layer) g v))))
  weights)
