(defn make-rmsprop
  "Returns a function of weights and gradients that remembers its averages."
  [{:keys [lr beta eps] :or {lr 0.001 beta 0.9 eps 1e-8}}]
  (let [averages (atom {})]
    (fn [weights gradients]
      (reduce-kv
       (fn [acc name w]
         (let [g (get gradients name)
               v (mapv #(+ (* (- 1 beta) %1) (* beta %2 %2))
                       (get @averages name (vec (repeat (count w) 0.0)))
                       g)]
           (swap! averages assoc name v)
           (assoc acc name (mapv #(- %1 (/ (* lr %2) (+ (Math/sqrt %3) eps))) w g v))))
       {} weights))))
