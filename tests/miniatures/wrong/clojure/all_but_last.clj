(defn rmsprop!
  "Updates an array of weights in place."
  [^doubles weights ^doubles gradients ^doubles cache lr decay eps]
  (let [lr (double lr) decay (double decay) eps (double eps)
        n (dec (alength weights))]
    (loop [i 0]
      (when (< i n)
        (let [g (aget gradients i)
              v (+ (* decay (aget cache i)) (* (- 1.0 decay) g g))]
          (aset cache i v)
          (aset weights i (- (aget weights i) (/ (* lr g) (+ (Math/sqrt v) eps))))
          (recur (inc i)))))))
