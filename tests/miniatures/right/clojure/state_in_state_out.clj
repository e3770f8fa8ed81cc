(defn rmsprop
  "Pure: {:weights :state} from weights, gradients and the state before."
  [weights gradients state learning-rate decay-rate epsilon]
  (let [state (reduce-kv (fn [s k g]
                           (assoc s k (mapv (fn [v x]
                                              (let [xx (* x x)]
                                                (+ xx (* decay-rate (- v xx)))))
                                            (get s k (repeat 0.0)) g)))
                         (or state {}) gradients)]
    {:weights (reduce-kv (fn [ws k g]
                           (update ws k #(mapv (fn [w x v]
                                                 (- w (/ (* learning-rate x)
                                                         (+ (Math/sqrt v) epsilon))))
                                               % g (state k))))
                         weights gradients)
     :state state}))
