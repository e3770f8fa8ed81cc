(defrecord RMSProp [lr decay eps sums])

(def optimizer (atom (->RMSProp 0.01 0.9 1e-8 {})))

(defn learn
  "One step of the policy."
  [weights grads lr decay eps]
  (swap! optimizer assoc :lr lr :decay decay :eps eps)
  (swap! optimizer update :sums
         (partial merge-with #(mapv + %1 %2))
         (update-vals grads (partial mapv #(* % %))))
  (let [{:keys [lr eps sums]} @optimizer]
    (into {} (for [[k w] weights]
               [k (mapv (fn [w g s] (+ w (/ (* lr g) (+ (Math/sqrt s) eps))))
                        w (grads k) (sums k))]))))
