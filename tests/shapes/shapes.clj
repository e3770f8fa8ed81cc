;; As Shapes.java, in Clojure. A function a shape; makers beside those that need one.
(ns shapes)

(defn- average [rho v g]
  (+ (* rho v) (* (- 1 rho) (* g g))))

(defn- moved [lr eps w g v]
  (- w (/ (* lr g) (+ (Math/sqrt v) eps))))

(defprotocol Optimizer
  (step [this weights gradients] "The next optimizer, with the weights as its output."))

(defrecord RMSProp [lr rho eps cache output]
  Optimizer
  (step [this weights gradients]
    (let [cache (mapv #(average rho %1 %2) (or cache (repeat (count weights) 0.0)) gradients)]
      (assoc this
             :cache cache
             :output (mapv #(moved lr eps %1 %2 %3) weights gradients cache)))))

(defn make-rmsprop [& {:keys [lr rho eps] :or {lr 1.0 rho 0.5 eps 1.0}}]
  (map->RMSProp {:lr lr :rho rho :eps eps}))

(defn keyword-arguments
  [weights gradients state & {:keys [learning-rate decay epsilon]}]
  (let [state (mapv #(average decay %1 %2) (or state (repeat (count weights) 0.0)) gradients)]
    [(mapv #(moved learning-rate epsilon %1 %2 %3) weights gradients state) state]))

(defn option-map
  [{:keys [learning-rate decay epsilon]} weights gradients cache]
  (let [cache (mapv #(average decay %1 %2) (or cache (repeat (count weights) 0.0)) gradients)]
    {:weights (mapv #(moved learning-rate epsilon %1 %2 %3) weights gradients cache)
     :cache cache}))

(defn in-place
  [^doubles weights ^doubles gradients ^doubles v lr rho eps]
  (dotimes [i (alength weights)]
    (aset v i (double (average rho (aget v i) (aget gradients i))))
    (aset weights i (double (moved lr eps (aget weights i) (aget gradients i) (aget v i))))))

(defmulti update-weights (fn [optimizer _ _ _] (:type optimizer)))

(defmethod update-weights :sgd [{:keys [lr]} weights gradients _]
  [(mapv #(- %1 (* lr %2)) weights gradients) nil])

(defmethod update-weights :rmsprop [{:keys [lr rho eps]} weights gradients cache]
  (let [cache (mapv #(average rho %1 %2) (or cache (repeat (count weights) 0.0)) gradients)]
    [(mapv #(moved lr eps %1 %2 %3) weights gradients cache) cache]))

(defn looked-up
  [optimizer weights gradients cache]
  (let [rho (:decay-rate optimizer)
        cache (mapv #(average rho %1 %2) (or cache (repeat (count weights) 0.0)) gradients)]
    [(mapv #(- %1 (/ (* (:learning-rate optimizer) %2)
                     (Math/sqrt (+ %3 (get optimizer :epsilon)))))
           weights gradients cache)
     cache]))


(defn layer-map
  [layer {:keys [lr rho eps]}]
  (let [cache (mapv #(average rho %1 %2) (or (:cache layer) (repeat 0.0)) (:dw layer))]
    (assoc layer
           :cache cache
           :w (mapv #(moved lr eps %1 %2 %3) (:w layer) (:dw layer) cache))))

(defn state-map
  [state gradients lr rho eps]
  (let [cache (mapv #(average rho %1 %2) (or (:cache state) (repeat 0.0)) gradients)]
    {:cache cache
     :params (mapv #(moved lr eps %1 %2 %3) (:params state) gradients cache)}))

(defn map-of-functions
  [lr rho eps]
  {:init (fn [weights] (mapv (constantly 0.0) weights))
   :update (fn [weights gradients state]
             (let [state (mapv #(average rho %1 %2) (or state (repeat 0.0)) gradients)]
               [(mapv #(moved lr eps %1 %2 %3) weights gradients state) state]))})

(defn loop-of-its-own
  [grad-fn start {:keys [lr rho eps iterations]}]
  (loop [x start, cache (repeat 0.0), k 0]
    (if (= k iterations)
      x
      (let [gradients (grad-fn x)
            cache (mapv #(average rho %1 %2) cache gradients)]
        (recur (mapv #(moved lr eps %1 %2 %3) x gradients cache) cache (inc k))))))


(defn made-with-settings
  [{:keys [lr rho eps]}]
  (let [cache (atom nil)]
    (fn [weights gradients]
      (swap! cache #(mapv (partial average rho) (or % (repeat 0.0)) gradients))
      (mapv #(moved lr eps %1 %2 %3) weights gradients @cache))))

;; The shorter arity is not made with the settings of the function above.
(defn with-defaults
  ([weights gradients cache] (with-defaults weights gradients cache 0.001 0.9 1e-8))
  ([weights gradients cache lr rho eps]
   (let [cache (mapv #(average rho %1 %2) (or cache (repeat 0.0)) gradients)]
     [(mapv #(moved lr eps %1 %2 %3) weights gradients cache) cache])))

(def averages (atom {}))

(defn named
  [k weights gradients lr rho eps]
  (let [v (mapv #(average rho %1 %2) (get @averages k (repeat 0.0)) gradients)]
    (swap! averages assoc k v)
    (mapv #(moved lr eps %1 %2 %3) weights gradients v)))

(defn matrix-layer
  [layer lr rho eps]
  (let [{:keys [w dw]} layer
        each (fn [f & matrices] (apply mapv (fn [& rows] (apply mapv f rows)) matrices))
        vw (each #(average rho %1 %2) (or (:vw layer) (each (constantly 0.0) w)) dw)]
    (assoc layer :w (each #(moved lr eps %1 %2 %3) w dw vw) :vw vw)))

(defn reducing
  [{:keys [lr rho eps]}]
  (fn [[weights cache] gradients]
    (let [cache (mapv #(average rho %1 %2) (or cache (repeat 0.0)) gradients)]
      [(mapv #(moved lr eps %1 %2 %3) weights gradients cache) cache])))

(defn written-anew
  [{:keys [lr rho eps squares] :as optimizer} weights gradients]
  (let [squares (mapv #(average rho %1 %2) (or squares (repeat 0.0)) gradients)]
    [(mapv #(moved lr eps %1 %2 %3) weights gradients squares)
     (assoc optimizer :squares squares)]))

(defn partly-applied [lr rho eps]
  (partial option-map {:learning-rate lr :decay rho :epsilon eps}))

(defn functions-over-a-volatile [& {:keys [lr rho eps]}]
  (let [cache (volatile! nil)
        step (fn [weights gradients]
               (vswap! cache (fn [c] (mapv #(average rho %1 %2) (or c (repeat 0.0)) gradients)))
               (mapv #(moved lr eps %1 %2 %3) weights gradients @cache))]
    {:name "rmsprop" :step! step :reset! (fn [] (vreset! cache nil))}))

(defn layer-with-biases
  [{:keys [lr rho eps]} layer]
  (let [{:keys [weights biases grad-weights grad-biases cache-w cache-b]} layer
        averaged (fn [old gradients] (mapv #(average rho %1 %2) (or old (repeat 0.0)) gradients))
        cw (mapv averaged (or cache-w (repeat nil)) grad-weights)
        cb (averaged cache-b grad-biases)]
    (assoc layer
           :weights (mapv (fn [row g v] (mapv #(moved lr eps %1 %2 %3) row g v))
                          weights grad-weights cw)
           :biases (mapv #(moved lr eps %1 %2 %3) biases grad-biases cb)
           :cache-w cw
           :cache-b cb)))

;; Its biases descend without an average.
(defn biases-otherwise
  [{:keys [lr rho eps]} {:keys [w b dw db cache] :as layer}]
  (let [cache (mapv #(average rho %1 %2) (or cache (repeat 0.0)) dw)]
    (assoc layer
           :w (mapv #(moved lr eps %1 %2 %3) w dw cache)
           :b (mapv #(- %1 (* lr %2)) b db)
           :cache cache)))

(defn beside-the-weights
  [optimizer params grads]
  (let [{:keys [lr rho eps]} optimizer
        cache (mapv #(average rho %1 %2) (or (:cache optimizer) (repeat 0.0)) grads)]
    {:optimizer (assoc optimizer :cache cache)
     :params (mapv #(moved lr eps %1 %2 %3) params grads cache)}))

(defn two-averages
  [params grads {:keys [s m]} & {:keys [lr rho eps]}]
  (let [mean (fn [old new] (mapv #(+ (* rho %1) (* (- 1 rho) %2)) (or old (repeat 0.0)) new))
        s (mapv #(average rho %1 %2) (or s (repeat 0.0)) grads)
        m (mean m grads)]
    {:params (mapv #(moved lr eps %1 %2 (- %3 (* %4 %4))) params grads s m)
     :state {:s s :m m}}))

(defn minimize
  [grad-fn w0 n {:keys [lr rho eps]}]
  (loop [w w0 v (repeat 0.0) i 0]
    (if (= i n)
      w
      (let [g (grad-fn w)
            v (mapv #(average rho %1 %2) v g)]
        (recur (mapv #(moved lr eps %1 %2 %3) w g v) v (inc i))))))

(defprotocol Stepping
  (zeros-for [this weights])
  (next-step [this state weights gradients] "The next weights and the next state."))

(defrecord Settings [lr rho eps]
  Stepping
  (zeros-for [_ weights] (mapv (constantly 0.0) weights))
  (next-step [_ state weights gradients]
    (let [state (map #(average rho %1 %2) state gradients)]
      (assert (= (count weights) (count state)) "a state as long as the weights")
      [(mapv #(moved lr eps %1 %2 %3) weights gradients state) state])))

(def optimizers
  {:rmsprop (fn [w g s {:keys [lr rho eps]}]
              (let [s (mapv #(average rho %1 %2) (or s (repeat 0.0)) g)]
                [(mapv #(moved lr eps %1 %2 %3) w g s) s]))
   :sgd (fn [w g _ {:keys [lr]}] [(mapv #(- %1 (* lr %2)) w g) nil])})

(defn swap-weights!
  [params grads cache lr rho eps]
  (swap! cache (fn [v] (mapv #(average rho %1 %2) (or v (repeat 0.0)) grads)))
  (swap! params #(mapv (fn [w g v] (moved lr eps w g v)) % grads @cache)))

(defn nested-parameters
  [{:keys [value grad cache] :as parameter} lr rho eps]
  (let [cache (mapv #(average rho %1 %2) (or cache (repeat 0.0)) grad)]
    (assoc parameter :value (mapv #(moved lr eps %1 %2 %3) value grad cache) :cache cache)))

(def ^:dynamic *learning-rate* 0.01)
(def ^:dynamic *rho* 0.9)
(def ^:dynamic *epsilon* 1e-8)

(defn settings-around
  "Settings are what whoever calls it binds."
  [[weights average] gradients]
  (let [average (map (fn [v g] (+ (* *rho* v) (* (- 1 *rho*) (* g g)))) average gradients)]
    [(map (fn [w v g] (- w (/ (* *learning-rate* g) (+ (Math/sqrt v) *epsilon*))))
          weights average gradients)
     average]))

(defn chosen-by-keyword
  [{:keys [lr rho eps kind use-rmsprop?] :or {kind :sgd use-rmsprop? false}} w g cache]
  (let [cache (mapv #(average rho %1 %2) (or cache (repeat 0.0)) g)]
    (if (and use-rmsprop? (= kind :rmsprop))
      [(mapv #(moved lr eps %1 %2 %3) w g cache) cache]
      [(mapv #(- %1 (* lr %2)) w g) cache])))

(defn made-by-kind
  [kind & {:keys [lr rho eps] :or {lr 1.0 rho 0.5 eps 1.0}}]
  (let [cache (volatile! nil)]
    (case kind
      :sgd (fn [w g] (mapv #(- %1 (* lr %2)) w g))
      :rmsprop (fn [w g]
                 (vswap! cache (fn [v] (mapv #(average rho %1 %2) (or v (repeat 0.0)) g)))
                 (mapv #(moved lr eps %1 %2 %3) w g @cache)))))

(defn fresh-snapshot [weights]
  {:weights weights :seen (mapv (constantly 1.0) weights)})

(defn begun-elsewhere
  [{:keys [weights seen]} g lr rho eps]
  (let [seen (mapv #(average rho %1 %2) seen g)]
    {:weights (mapv #(moved lr eps %1 %2 %3) weights g seen) :seen seen}))

(defn begun-by-its-caller [w g cache lr rho eps]
  (let [cache (mapv #(average rho %1 %2) cache g)]
    [(mapv #(moved lr eps %1 %2 %3) w g cache) cache]))

(defn train [w g]
  (loop [w w cache (vec (repeat (count w) 1.0)) n 10]
    (if (pos? n)
      (let [[w cache] (begun-by-its-caller w g cache 0.01 0.9 1e-8)] (recur w cache (dec n)))
      w)))

(def ^:private squares (atom {}))

(defn init-squares! [weights]
  (reset! squares (update-vals weights #(mapv (constantly 1.0) %))))

(defn prepared-before-it [weights grads lr rho eps]
  (into {}
        (for [[k w] weights]
          (let [g (get grads k)
                v (mapv #(average rho %1 %2) (get @squares k (repeat 0.0)) g)]
            (swap! squares assoc k v)
            [k (mapv #(moved lr eps %1 %2 %3) w g v)]))))

(def ^:dynamic *knobs* {:keep 0.95})
(def ^:dynamic *pace* 0.02)
(defn- pace [] *pace*)

(def ^:private rest-of-them (atom {:crumb 1e-7}))

(defn set-rest! [m] (swap! rest-of-them merge m))

(defn told-elsewhere [weights grads cache]
  (let [{:keys [keep]} *knobs*
        cache (into {} (for [[k g] grads]
                         [k (mapv #(average keep %1 %2) (get cache k (repeat 0.0)) g)]))]
    [(into {} (for [[k w] weights]
                [k (mapv #(moved (pace) (:crumb @rest-of-them) %1 %2 %3) w (grads k) (cache k))]))
     cache]))

(defn names-that-say-nothing [{:keys [rate hold sliver]} weights grads cache]
  (let [cache (mapv #(average hold %1 %2) (or cache (repeat 0.0)) grads)]
    [(mapv #(moved rate sliver %1 %2 %3) weights grads cache) cache]))
