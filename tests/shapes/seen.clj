;; Functions of which names tell too little: arguments are made, and what comes back is handed on.
(ns seen)

(defn- average [rho v g]
  (+ (* rho (or v 0.0)) (* (- 1 rho) (* g g))))

(defn- moved [lr eps w g v]
  (- w (/ (* lr g) (+ (Math/sqrt v) eps))))

(defmulti update-param (fn [optimizer _ _ _] (:type optimizer)))

(defmethod update-param :rmsprop
  [{:keys [lr rho eps]} {:keys [squares] :as state} w g]
  (let [squares (mapv #(average rho %1 %2) (or squares (repeat 0.0)) g)]
    {:w (mapv #(- %1 (/ (* lr %2) (Math/sqrt (+ %3 eps)))) w g squares)
     :state (assoc state :squares squares)}))

(def averages (ref {}))

(defn descend!
  "On a reference to a map."
  [params gradients {:keys [lr rho eps] :or {lr 0.001 rho 0.9 eps 1e-8}}]
  (dosync
   (doseq [[k g] gradients]
     (commute averages update k #(mapv (partial average rho) (or % (repeat nil)) g))
     (alter params update k #(mapv (partial moved lr eps) % g (@averages k))))
   @params))

(defrecord Cell [w v])

(defn cells [weights]
  (mapv #(->Cell % 0.0) weights))

(defn advance
  "On cells, as another function makes them."
  [cells gradients lr rho eps]
  (mapv (fn [{:keys [w v]} g]
          (let [v (average rho v g)] (->Cell (moved lr eps w g v) v)))
        cells gradients))

(defprotocol Stepper
  (step! [this weights gradients]))

(deftype RMSProp [lr rho eps ^doubles squares]
  Stepper
  (step! [_ weights gradients]
    (dotimes [i (alength squares)]
      (aset squares i (double (average rho (aget squares i) (aget ^doubles gradients i))))
      (aset ^doubles weights i
            (double (moved lr eps (aget ^doubles weights i) (aget ^doubles gradients i)
                           (aget squares i)))))))

(defn rmsprop [size & {:keys [lr rho eps] :or {lr 0.001 rho 0.9 eps 1e-8}}]
  (->RMSProp lr rho eps (double-array size)))

(defn settle!
  "On two atoms, with options over defaults."
  [params memory gradients & {:as options}]
  (let [{:keys [lr rho eps]} (merge {:lr 0.001 :rho 0.9 :eps 1e-8} options)]
    (doseq [[k g] gradients]
      (swap! memory update k #(mapv (partial average rho) (or % (repeat nil)) g))
      (swap! params update k #(mapv (partial moved lr eps) % g (@memory k))))))

(defprotocol Beginning
  (init [this weights])
  (optimize [this weights gradients state]))

(defrecord Begun [lr rho eps]
  Beginning
  (init [_ weights] (mapv #(mapv (constantly 0.0) %) weights))
  (optimize [_ weights gradients state]
    (let [state (mapv #(mapv (partial average rho) %1 %2) state gradients)]
      {:weights (mapv #(mapv (partial moved lr eps) %1 %2 %3) weights gradients state)
       :state state})))

(defn over-volatiles
  "Over what it is made with, which nobody hands over again."
  [initial {:keys [lr rho eps]}]
  (let [weights (volatile! (vec initial))
        squares (volatile! (vec (repeat (count initial) 0.0)))]
    {:weights weights
     :step! (fn [gradients]
              (vswap! squares #(mapv (partial average rho) % gradients))
              (vswap! weights #(mapv (partial moved lr eps) % gradients @squares)))}))

(def parameters (atom {}))
(def memory (atom {}))
(def ^:dynamic *lr* 1.0)
(def ^:dynamic *rho* 0.5)
(def ^:dynamic *eps* 1.0)

(defn step-all!
  "On what a variable holds."
  [gradients]
  (doseq [[k g] gradients]
    (swap! memory update k #(mapv (partial average *rho*) (or % (repeat nil)) g))
    (swap! parameters update k #(mapv (partial moved *lr* *eps*) % g (@memory k)))))

(defrecord Slot [value grad memory])

(defn move-slots!
  "References in records, one after the other."
  [{:keys [lr rho eps]} slots]
  (doseq [{:keys [value grad memory]} slots]
    (swap! memory (fn [v] (mapv #(average rho %1 %2) (or v (repeat nil)) @grad)))
    (swap! value (fn [w] (mapv #(moved lr eps %1 %2 %3) w @grad @memory)))))

(def usual {:lr 0.1 :rho 0.5 :eps 1.0})

(defn- one-layer [net k {:keys [lr rho eps]}]
  (let [g (get-in net [:layers k :grads])
        v (mapv #(average rho %1 %2) (or (get-in net [:kept k]) (repeat nil)) g)]
    (-> (assoc-in net [:kept k] v)
        (assoc-in [:layers k :weights]
                  (mapv #(moved lr eps %1 %2 %3) (get-in net [:layers k :weights]) g v)))))

(defn train-net
  "Maps in maps, which another function reaches into."
  [net options]
  (reduce #(one-layer %1 %2 (merge usual options)) net (keys (:layers net))))

(defn arm [n]
  (atom {:preferences (vec (repeat n 0.0)) :squares (vec (repeat n 0.0)) :pulls 0}))

(defn reinforce!
  "In a reference that a function makes of a size."
  [arm gradient {:keys [lr rho eps]}]
  (swap! arm (fn [{:keys [preferences squares] :as now}]
               (let [v (mapv #(average rho %1 %2) squares gradient)]
                 (-> (assoc now :squares v :preferences (mapv #(moved lr eps %1 %2 %3)
                                                              preferences gradient v))
                     (update :pulls inc))))))

(defn net-of [& sizes]
  {:dense (mapv (fn [[n m]] {:kernel (vec (repeat m (vec (repeat n 0.0))))})
                (partition 2 1 sizes))})

(defn learn
  "Gradients are layers, as those of a net that a function makes."
  [net gradients {:keys [lr rho eps]}]
  (update net :dense
          (fn [layers]
            (mapv (fn [{:keys [kernel kept]} {g :kernel}]
                    (let [v (mapv #(mapv (partial average rho) %1 %2)
                                  (or kept (repeat (repeat nil))) g)]
                      {:kernel (mapv #(mapv (partial moved lr eps) %1 %2 %3) kernel g v)
                       :kept v}))
                  layers gradients))))

(defprotocol Learning
  (move-on [this lr rho eps]))

(defrecord Unit [weights gradient squares]
  Learning
  (move-on [this lr rho eps]
    (let [v (mapv (partial average rho) squares gradient)]
      (assoc this :squares v :weights (mapv (partial moved lr eps) weights gradient v)))))

(defn warm-unit
  "What such a record begins with."
  [inputs]
  (let [zeros (vec (repeat inputs 0.0))]
    (->Unit zeros zeros (mapv inc zeros))))

(defn- along [f a b]
  (if (map? a)
    (into {} (for [[k v] a] [k (along f v (get b k))]))
    (mapv f a b)))

(defn count-on
  "A state that counts its steps, too; what is told less has constants."
  ([params grads state] (count-on usual params grads state))
  ([{:keys [lr rho eps]} params grads {:keys [squares iter]}]
   (let [squares (along (fn [v g] (average rho v g)) squares grads)
         paces (along (fn [g v] (- (moved lr eps 0.0 g v))) grads squares)]
     [(along - params paces) {:squares squares :iter (inc iter)}])))

(defn begin-counting [params]
  {:squares (into {} (for [[k v] params] [k (mapv (constantly 0.0) v)])) :iter 0})
