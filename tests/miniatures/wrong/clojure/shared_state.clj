(ns nn.train)

(def squares (atom []))

(defn- accumulate! [i g gamma]
  (swap! squares
         (fn [s]
           (let [s (if (< i (count s)) s (conj s 0.0))]
             (update s i #(+ (* gamma %) (* (- 1 gamma) g g))))))
  (nth @squares i))

(defn step
  "New thetas after one step of gradient descent with RMSProp."
  [thetas grads eta gamma eps]
  (into (array-map)
        (map (fn [[k theta]]
               [k (vec (map-indexed
                        (fn [i t]
                          (let [g (nth (grads k) i)]
                            (- t (/ (* eta g)
                                    (+ (Math/sqrt (accumulate! i g gamma)) eps)))))
                        theta))]))
        thetas))
