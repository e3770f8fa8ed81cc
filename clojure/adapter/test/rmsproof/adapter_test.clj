(ns rmsproof.adapter-test
  "What the adapter sees of Clojure sources, gives them, and reads back."
  (:require [clojure.test :refer [are deftest is testing]]
            [rmsproof.ports :as ports]))

(def weights {"a" [64.0 128.0] "b" [256.0]})
(def ones {"a" [1.0 1.0] "b" [1.0]})
(def halved [63.5 127.5 255.5])
(def data ["gradients" "weights"])

(defn- run [host & gradients]
  (ports/weights-after host [0.5 0.25 0.125] weights gradients))

(defn- run-text
  "Loads text, binds its function f to gradients and weights, and takes one step."
  [text & {:as binding}]
  (run (ports/bind (ports/load-text text) "f" data binding) ones))

;; Containers and results: every port takes half a gradient off each weight.

(deftest finds-the-weights-where-the-port-leaves-them
  (are [storage text] (= [halved] (run-text text :storage storage))
    0 "(defn f [g w] (into {} (for [[k v] w] [k (mapv #(- %1 (* 0.5 %2)) v (g k))])))"
    0 "(defn f [g w] (update-vals w (fn [v] (map #(- % 0.5) v))))"
    1 "(defn f [g w]
         (doseq [[_ ^doubles v] w i (range (alength v))] (aset v i (- (aget v i) 0.5))))"
    2 "(defn f [g w] (mapv (fn [a b] (mapv #(- %1 (* 0.5 %2)) a b)) w g))"
    2 "(defn f [g w] (for [v w] (for [x v] (- x 0.5))))"
    3 "(defn f [g w]
         (doseq [^doubles v w i (range (alength v))] (aset v i (- (aget v i) 0.5))))"
    4 "(defn f [g w] (mapv #(- % 0.5) w))"
    0 "(defn f [g ^doubles w] (dotimes [i (alength w)] (aset w i (- (aget w i) 0.5))))"
    0 "(defn f [g w] [g (update-vals w (fn [v] (map #(- % 0.5) v)))])"
    0 "(defn f [g w] {:average g :weights (update-vals w (fn [v] (map #(- % 0.5) v)))})"
    0 "(defn f [g w] (atom (update-vals w (fn [v] (map #(- % 0.5) v)))))"
    4 "(defn f [g w] (list (map #(- % 0.5) w) {:calls 1}))"))

(deftest hands-over-the-same-arrays-again
  (are [storage text]
       (= [[1.0 1.0 1.0] [2.0 2.0 2.0] [3.0 3.0 3.0]]
          (run (ports/bind
                (ports/load-text
                 (str "(def seen (java.util.IdentityHashMap.))
                       (defn count! [^doubles w]
                         (.put seen w (inc (or (.get seen w) 0)))
                         (java.util.Arrays/fill w (double (.get seen w))))"
                      text))
                "f" data :storage storage)
               ones ones ones))
    1 "(defn f [g w] (run! count! (vals w)))"
    3 "(defn f [g w] (run! count! w))"
    5 "(defn f [g w] (count! w))"
    1 "(defn f [g w]
         (run! count! (vals w))
         (update-vals w (fn [v] (let [made (aclone v)] (.put seen made (.get seen v)) made))))"))

(deftest a-hint-decides-what-is-given
  (is (= [halved]
         (run-text "(defn f [^doubles g ^doubles w]
                      (amap w i _ (- (aget w i) (* 0.5 (aget g i)))))"))))

(deftest vectors-are-in-the-order-of-the-names
  (let [names (map str "zyxwvutsrqp")
        host (ports/bind (ports/load-text
                          "(defn f [g w] (into {} (map-indexed (fn [i k] [k [i]]) (keys w))))")
                         "f" data)]
    (is (= [(vec (map double (range 11)))]
           (ports/weights-after host [0 0 0] (apply array-map (mapcat #(vector % [9.0]) names))
                                [(zipmap names (repeat [0.0]))])))))

;; Hyperparameters

(deftest options-are-given-under-their-keys
  (are [text] (= [[0.75 0.75 0.75]]
                 (run (ports/bind (ports/load-text text) "f"
                                  ["learning_rate" "decay_rate" nil "gradients" "weights"])
                      ones))
    "(defn f [{:keys [lr rho eps] :or {eps 0.0}} g w]
       (update-vals w (fn [v] (map (fn [_] (+ lr rho eps)) v))))"
    "(defn f [{lr :learning-rate, rho \"rho\", eps :eps, :or {eps 0.0}} g w]
       (update-vals w (fn [v] (map (fn [_] (+ lr rho eps)) v))))")
  (is (= [[0.75 0.75 0.75]]
         (run (ports/bind
               (ports/load-text "(defn f [g w & {:keys [lr rho]}]
                                   (update-vals w (fn [v] (map (fn [_] (+ lr rho)) v))))")
               "f" ["gradients" "weights" "learning_rate" "decay_rate"])
              ones))))

(deftest closures-are-made-from-hyperparameters
  (let [host (ports/load-text
              "(defn f [lr] (let [calls (atom 0) step (fn [g w] (swap! calls inc)
                 (update-vals w (fn [v] (map (fn [_] (+ lr @calls)) v))))] step))")]
    (is (= [["g" "w"]]
           (for [vector (-> (ports/json (.shape host)) (get-in ["functions" 0 "inner"]))]
             (map #(get % "name") vector))))
    (ports/bind host "f" data :construct ["learning_rate"] :inner 0)
    (dotimes [_ 2]
      (is (= [[1.5 1.5 1.5] [2.5 2.5 2.5]] (run host ones ones))))))

;; State

(deftest state-is-handed-from-call-to-call
  (are [initial text]
       (let [host (ports/load-text text)]
         (ports/bind host "f" (conj data "state") :initial initial)
         (= [[1.0 1.0 1.0] [2.0 2.0 2.0]] (run host ones ones)))
    0
    "(defn f [g w s] (let [n (inc (or s 0))] [(update-vals w (fn [v] (map (constantly n) v))) n]))"
    0
    "(defn f [g w s]
       (let [n (+ 1 (:n s 0))]
         {:state {:n n} :weights (update-vals w (fn [v] (map (constantly n) v)))}))"
    2
    "(defn f [g w s] (let [s (update-vals s (fn [v] (mapv inc v)))] [(update-vals s seq) s]))"
    0
    "(defn f [g w {:keys [s] :as opt}]
       (let [n (inc (or s 0))]
         [(assoc opt :s n) (update-vals w (fn [v] (map (constantly n) v)))]))"
    4
    "(defn f [g w s]
       (swap! s update :n (fnil inc 0))
       (update-vals w (fn [v] (map (constantly (:n @s)) v))))"))

(deftest every-scenario-meets-a-fresh-namespace
  (are [text] (let [host (ports/bind (ports/load-text text) "f" data)]
                (= [[1.0 1.0 1.0] [2.0 2.0 2.0]] (run host ones ones) (run host ones ones)))
    "(def n (atom 0))
     (defn f [g w] (swap! n inc) (update-vals w (fn [v] (map (constantly @n) v))))"
    "(ns counting.port) (defonce n (atom 0))
     (defn f [g w] (swap! n inc) (update-vals w (fn [v] (map (constantly @n) v))))"
    "(def n 0)
     (defn f [g w] (alter-var-root #'n inc) (update-vals w (fn [v] (map (constantly n) v))))"
    "(do (let [n (volatile! 0)]
           (defn f [g w] (vswap! n inc) (update-vals w (fn [v] (map (constantly @n) v))))))"
    "(defn f [g w]
       (def n (if (bound? #'n) (inc n) 1))
       (update-vals w (fn [v] (map (constantly n) v))))"
    "(defprotocol Counts (tick [_])) (defrecord Counter [n] Counts (tick [_] (swap! n inc)))
     (def counter (->Counter (atom 0)))
     (defn f [g w] (let [n (tick counter)] (update-vals w (fn [v] (map (constantly n) v)))))"))

(deftest plain-ports-have-a-namespace-for-each-array
  (is (= [[1.0 1.0 1.0] [2.0 2.0 2.0]]
         (run (ports/bind
               (ports/load-text "(def n (atom 0))
                                 (defn f [g w] (swap! n inc) (mapv (constantly @n) w))")
               "f" data :storage 4)
              ones ones))))

(deftest two-ports-with-one-namespace-do-not-meet
  (let [text "(ns same.name) (def n (atom %d)) (defn g [x] (+ x @n))
              (defn f [_ w] (swap! n inc) (update-vals w (fn [v] (map (constantly (g 0)) v))))"
        [one ten] (for [n [1 10]]
                    (ports/bind (ports/load-text (format text n)) "f" data))]
    (is (= [[2.0 2.0 2.0]] (run one ones)))
    (is (= [[11.0 11.0 11.0]] (run ten ones)))
    (is (= [[2.0 2.0 2.0]] (run one ones)))
    (is (= ["does-not-compile" "Unable to resolve symbol: n in this context (port.clj:1:16)"]
           (ports/load-failure "(ns same.name) (defn f [] n)")))))

(deftest shows-the-average-of-an-atom
  (let [host (ports/bind (ports/load-text
                          "(def moving-average (atom {}))
                           (defn f [g w] (reset! moving-average g) w)")
                         "f" data)]
    (ports/open host [0 0 0] weights)
    (is (= [1.0 1.0 1.0] (vec (.movingAverage (ports/run host weights [ones])))))))

;; Failures

(deftest loading-errors-are-told-apart
  (are [kind message text] (= [kind message] (ports/load-failure text))
    "does-not-compile" "Unable to resolve symbol: y in this context (port.clj:2:1)"
    "(defn f [x] x)\n(defn g [x] y)"
    "does-not-compile" "EOF while reading, starting at line 1 (port.clj:2:1)" "(defn f [x]"
    "does-not-compile" "Unmatched delimiter: ) (port.clj:1:11)" "(def f 1))"
    "does-not-compile" "Class not found: no.such.Thing (port.clj:2:1)" "\n(import 'no.such.Thing)"
    "does-not-compile"
    (str "Could not locate no/such/lib__init.class, no/such/lib.clj or no/such/lib.cljc"
         " on classpath. (port.clj:1:1)")
    "(ns a.b (:require no.such.lib))"
    "crashes" "java.lang.ArithmeticException: Divide by zero (port.clj:3)" "\n\n(println (/ 1 0))"
    "crashes" "clojure.lang.ExceptionInfo: stop (port.clj:1)"
    "(defn f [] (throw (ex-info \"stop\" {})))\n(f)"))

(deftest failures-in-a-step
  (are [kind message text] (= {"kind" kind "message" (str "step 1: " message) "step" 1.0}
                              (dissoc (run-text text) "error" "line" "misread"))
    "crashes" "java.lang.ArithmeticException: Divide by zero (port.clj:2)"
    "(defn f [g w]\n (/ 1 0))"
    "crashes" "clojure.lang.ExceptionInfo: late (port.clj:1)"
    "(defn f [g w] (update-vals w (fn [v] (map (fn [_] (throw (ex-info \"late\" {}))) v))))"
    "garbled" "missing array b" "(defn f [g w] (dissoc w \"b\"))"
    "garbled" "array a: expected length 2, observed 1" "(defn f [g w] (update w \"a\" rest))"
    "garbled" "array a: expected length 2, observed more"
    "(defn f [g w] (assoc w \"a\" (iterate inc 1)))"
    "garbled" "b[0] is null, not a number" "(defn f [g w] (assoc w \"b\" [nil]))")
  (is (= ["ArithmeticException" 2.0]
         (map (run-text "(defn f [g w]\n (/ 1 0))") ["error" "line"]))))

(deftest bindings-that-do-not-fit-are-refused
  (let [host (ports/load-text "(defn f [g w] w)")]
    (are [function call] (thrown? IllegalArgumentException (ports/bind host function call))
      "h" data
      "f" ["gradients"]
      "f" (conj data "state"))
    (is (thrown? IllegalArgumentException (ports/bind host "f" data :storage 9)))
    (is (thrown? IllegalArgumentException (ports/bind host "f" data :construct [] :inner 0)))))
