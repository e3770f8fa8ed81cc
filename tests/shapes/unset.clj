;; What is nil at first is what the function puts in its place: nobody hands over zeros.
(ns unset)

(def ^:private knobs (volatile! {:lr 0.001 :beta 0.9 :eps 1e-8}))

(defn set-knob! [k v]
  (vswap! knobs assoc k v))

(defn ones-like [xs]
  (mapv (constantly 1.0) xs))

(defn rms-update [ws gs vs]
  (let [{:keys [lr beta eps]} @knobs
        vs (mapv #(+ (* beta %1) (* (- 1 beta) %2 %2)) (or vs (ones-like ws)) gs)]
    {:ws (mapv #(- %1 (/ (* lr %2) (+ (Math/sqrt %3) eps))) ws gs vs)
     :vs vs}))

(defn make-descent [{:keys [lr inertia eps] :or {inertia 0.95}}]
  (let [state (atom nil)]
    (fn [w g]
      (let [v (or @state (mapv (constantly 0.0) w))
            v (mapv #(+ (* inertia %1) (* (- 1 inertia) %2 %2)) v g)]
        (reset! state v)
        (mapv #(- %1 (/ (* lr %2) (+ (Math/sqrt %3) eps))) w g v)))))
