(def cache (atom {}))

(defn rmsprop
  "Keeps primitive arrays inside, takes and returns vectors."
  [learning-rate decay-rate epsilon gradients weights]
  (let [lr (double learning-rate) d (double decay-rate) eps (double epsilon)]
    (into {}
          (map (fn [[k w]]
                 (let [g (double-array (gradients k))
                       ^doubles v (or (@cache k) (double-array (count w)))
                       n (double-array w)]
                   (dotimes [i (alength g)]
                     (let [x (aget g i)]
                       (aset v i (Math/fma d (aget v i) (* (- 1.0 d) (* x x))))
                       (aset n i (- (aget n i) (/ (* lr x) (+ (Math/sqrt (aget v i)) eps))))))
                   (swap! cache assoc k v)
                   [k (vec n)])))
          weights)))
