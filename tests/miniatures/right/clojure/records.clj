(defprotocol Averaging
  (observe [this x] "The average with one more observation."))

(defrecord Ema [rate value]
  Averaging
  (observe [this x] (assoc this :value (+ (* rate value) (* (- 1 rate) x)))))

(def averages (ref {}))

(defn optimize [params gradients learning-rate decay-rate epsilon]
  (dosync
   (doseq [[k g] gradients]
     (alter averages update k
            #(mapv (fn [ema x] (observe ema (* x x)))
                   (or % (repeat (->Ema decay-rate 0.0))) g))))
  (reduce-kv (fn [acc k p]
               (assoc acc k (mapv (fn [w g ema]
                                    (- w (/ (* learning-rate g)
                                            (+ (Math/sqrt (:value ema)) epsilon))))
                                  p (gradients k) (@averages k))))
             {} params))
