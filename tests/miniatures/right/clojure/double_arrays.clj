(set! *warn-on-reflection* true)

(defn rmsprop!
  "In place on primitive arrays; `cache` has a cell for each weight."
  [^doubles weights ^doubles gradients ^doubles cache learning-rate decay-rate epsilon]
  (let [lr (double learning-rate)
        d (double decay-rate)
        eps (double epsilon)]
    (loop [i (dec (alength weights))]
      (when-not (neg? i)
        (let [g (aget gradients i)
              v (+ (* d (aget cache i)) (* (- 1.0 d) g g))]
          (aset cache i v)
          (aset weights i (- (aget weights i) (* lr (/ g (+ (Math/sqrt v) eps)))))
          (recur (dec i)))))))
