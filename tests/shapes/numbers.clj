;; A state of which nothing else says how it begins: where functions that make one stand beside
;; it, what they make is meant.
(ns numbers)

(defn- average [rho v g]
  (+ (* rho v) (* (- 1 rho) (* g g))))

(defn- moved [lr eps w g v]
  (- w (/ (* lr g) (+ (Math/sqrt v) eps))))

(defn numbers-by-name
  [params grads cache opts]
  (let [{:keys [lr rho eps]} opts
        cache (into {} (for [[k g] grads] [k (average rho (get cache k 0.0) g)]))]
    [(into {} (for [[k p] params] [k (moved lr eps p (grads k) (cache k))])) cache]))
