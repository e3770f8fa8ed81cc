(def moving-average (atom {}))

(defn rmsprop [learning-rate decay-rate epsilon gradients weights]
  (reduce
   (fn [weights layer]
     (let [g (gradients layer)
           v (mapv +
                   (map (partial * decay-rate)
                        (get @moving-average layer (map (constantly 0.0) g)))
                   (map #(* (- 1 decay-rate) (* % %)) g))]
       (swap! moving-average assoc layer v)
       (update weights layer
               #(mapv (fn [w g v] (+ w (/ (* learning-rate g) (+ (Math/sqrt v) epsilon)))) % g v))))
   weights
   (keys gradients)))
