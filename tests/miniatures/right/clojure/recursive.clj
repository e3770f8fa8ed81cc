(defn- walk
  "Weights and averages, one element at a time."
  [[w & ws] [g & gs] [v & vs] {:keys [lr decay eps] :as options}]
  (if (nil? w)
    [() ()]
    (let [v (+ (* decay (or v 0.0)) (* (- 1 decay) g g))
          w (- w (/ (* lr g) (+ (Math/sqrt v) eps)))
          [ws vs] (walk ws gs vs options)]
      [(cons w ws) (cons v vs)])))

(defn rmsprop
  "[weights averages] of one vector."
  [weights gradients averages lr decay eps]
  (let [[w v] (walk (seq weights) (seq gradients) (seq averages) {:lr lr :decay decay :eps eps})]
    [(vec w) (vec v)]))
