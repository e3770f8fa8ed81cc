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
