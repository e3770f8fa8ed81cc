(defn make-optimizer [lr rho eps]
  (let [totals (atom {})]
    (fn [params grads]
      (into {}
            (for [[k p] params]
              (let [g (grads k)
                    total (mapv #(+ (* rho %1) (* %2 %2)) (@totals k (repeat 0.0)) g)]
                (swap! totals assoc k total)
                [k (mapv #(- %1 (/ (* lr %2) (+ (Math/sqrt (* (- 1 rho) %3)) eps)))
                         p g total)]))))))
