(ns optim.rmsprop)

(def cache (atom {}))

(defn- average [old g decay-rate]
  (mapv (fn [v x] (+ (* decay-rate v) (* (- 1 decay-rate) x x))) old g))

(defn rmsprop
  "One step over maps of vectors."
  [learning-rate decay-rate epsilon gradients weights]
  (into {}
        (for [[layer g] gradients]
          (let [old (get @cache layer (repeat 0.0))
                v   (average old g decay-rate)]
            (swap! cache assoc layer v)
            [layer (mapv (fn [w x a] (- w (/ (* learning-rate x) (Math/sqrt (+ a epsilon)))))
                         (weights layer) g v)]))))
