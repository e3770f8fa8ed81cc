(def history (java.util.HashMap.))

(defn step!
  "Walks over the arrays of a model and changes them."
  [weights grads lr decay eps]
  (doseq [[k w] weights]
    (let [^doubles w w
          ^doubles g (get grads k)
          ^doubles h (.computeIfAbsent ^java.util.HashMap history k
                                       (reify java.util.function.Function
                                         (apply [_ _] (double-array (alength w)))))]
      (dotimes [i (alength w)]
        (aset h i (+ (* (double decay) (aget h i)) (* (- 1 (double decay)) (aget g i) (aget g i))))
        (aset w i (- (aget w i) (/ (* (double lr) (aget g i))
                                   (+ (Math/sqrt (aget h i)) (double eps)))))))))
