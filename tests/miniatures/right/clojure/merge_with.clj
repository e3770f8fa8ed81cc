(ns optim.pointwise)

(defn- zip [f & maps]
  (into {} (for [k (keys (first maps))] [k (apply mapv f (map #(get % k) maps))])))

(defn- constant [x like] (update-vals like #(mapv (constantly x) %)))

(def ms (atom {}))

(defn rmsprop
  "RMSProp with whole-map arithmetic."
  [learning-rate rho epsilon gradients weights]
  (swap! ms merge
         (zip (fn [m g] (+ (* rho m) (* (- 1 rho) (* g g))))
              (merge (constant 0.0 gradients) (select-keys @ms (keys gradients)))
              gradients))
  (zip (fn [w g m] (- w (/ (* learning-rate g) (+ (Math/sqrt m) epsilon))))
       weights gradients @ms))
