(def moving-average (atom {}))

(defn rmsprop
  "One step of RMSProp over maps of vectors: the weights after it."
  [learning-rate decay-rate epsilon gradients weights]
  (let [updated (atom weights)]
    (doseq [[layer g] gradients]
      (let [v (atom (get @moving-average layer (vec (repeat (count g) 0.0))))]
        (dotimes [i (count g)]
          (let [gi (nth g i)]
            (swap! v update i #(+ (* decay-rate %) (* (- 1 decay-rate) (* gi gi))))
            (swap! updated update-in [layer i] -
                   (/ (* learning-rate gi)
                      (Math/sqrt (+ (nth @v i) epsilon))))))
        (swap! moving-average assoc layer @v)))
    @updated))
