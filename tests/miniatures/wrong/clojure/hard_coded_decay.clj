(def ^:const decay 0.95)

(def averages (atom {}))

(defn rmsprop
  "One update. Takes and returns maps from layer name to vector."
  [learning-rate decay-rate epsilon gradients weights]
  (doseq [[layer g] gradients]
    (swap! averages update layer
           (fn [v] (mapv #(+ (* decay %1) (* (- 1 decay) (* %2 %2)))
                         (or v (repeat 0.0)) g))))
  (reduce-kv (fn [m layer g]
               (assoc m layer
                      (mapv #(- %1 (/ (* learning-rate %2) (+ (Math/sqrt %3) epsilon)))
                            (weights layer) g (@averages layer))))
             {} gradients))
