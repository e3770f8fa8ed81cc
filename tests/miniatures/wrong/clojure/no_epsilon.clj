(def cache (atom {}))

(defn rmsprop [weights gradients learning-rate decay-rate epsilon]
  (reduce-kv
   (fn [updated name w]
     (let [g (double-array (gradients name))
           v (double-array (get @cache name (count w)))
           n (double-array w)]
       (dotimes [i (count w)]
         (let [x (aget g i)
               a (+ (* (double decay-rate) (aget v i)) (* (- 1.0 (double decay-rate)) (* x x)))]
           (aset v i a)
           (aset n i (- (aget n i) (/ (* (double learning-rate) x) (Math/sqrt a))))))
       (swap! cache assoc name v)
       (assoc updated name (vec n))))
   {}
   weights))
