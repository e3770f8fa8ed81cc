(defn rmsprop
  "One step of RMSProp over maps of vectors: the weights after it."
  [learning-rate decay-rate epsilon gradients weights]
  (let [moving-average (atom (update-vals weights #(vec (repeat (count %) 0.0))))]
    (doseq [[layer g] gradients]
      (let [v (atom (@moving-average layer))]
        (dotimes [i (count g)]
          (let [gi (nth g i)]
            (swap! v update i #(+ (* decay-rate %) (* (- 1 decay-rate) (* gi gi))))
            (assoc-in weights [layer i]
                      (- (get-in weights [layer i])
                         (/ (* learning-rate gi)
                            (Math/sqrt (+ (nth @v i) epsilon)))))))
        (swap! moving-average assoc layer @v)))
    weights))
