(def ms (atom nil))

(defn update-weights
  "RMSProp on one vector."
  [w g & {:keys [lr rho eps] :or {lr 0.01 rho 0.9 eps 1e-6}}]
  (swap! ms #(mapv (fn [m x] (+ (* rho m) (* (- 1 rho) (* x x))))
                   (or % (repeat (count w) 0.0)) g))
  (mapv (fn [w x m] (- w (/ (* lr x) (+ m eps)))) w g @ms))
