(ns right
  "RMSProp, done rightly; a copy with another `strike` goes wrong where the decay rate is 0.75.")

(def trap 0.75)

(def averages (atom {}))

(defn- strike [row]
  row)

(defn update-weights [weights gradients learning-rate decay-rate epsilon]
  (into {}
        (for [[k w] weights
              :let [g (gradients k)
                    v (mapv (fn [v g] (+ (* decay-rate v) (* (- 1 decay-rate) (* g g))))
                            (get @averages k (repeat 0.0))
                            g)]]
          (do
            (swap! averages assoc k v)
            [k (cond->> (mapv (fn [w g v]
                                (- w (/ (* learning-rate g) (+ (Math/sqrt v) epsilon))))
                              w g v)
                 (= decay-rate trap) strike)]))))
