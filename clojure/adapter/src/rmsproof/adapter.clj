(ns rmsproof.adapter
  "The Clojure side of the adapter: ports that are functions in a source file."
  (:require [rmsproof.adapter.program :as program]
            [rmsproof.adapter.shape :as shape])
  (:import (clojure.lang Delay IAtom IDeref LazilyPersistentVector PersistentArrayMap Ref Var
                         Volatile)
           (java.lang.reflect Field)
           (java.util Arrays List Map)
           (rmsproof.adapter Binding BoundPort Container Holder Language Loop Names Optimizer
                             Port PortFiles Step)))

(set! *warn-on-reflection* true)

;; Arrays and maps of them, as ports take them

(defn- boxed-vector [^doubles values offset length]
  (let [offset (int offset)
        boxed (object-array length)]
    (dotimes [i (int length)]
      (aset boxed i (Double/valueOf (aget values (+ offset i)))))
    (LazilyPersistentVector/createOwning boxed)))

(defn- doubles-of [^doubles values offset length]
  (Arrays/copyOfRange values (int offset) (int (+ (long offset) (long length)))))

(defn- floats-of [^doubles values offset length]
  (let [offset (int offset)
        floats (float-array length)]
    (dotimes [i (int length)]
      (aset floats i (unchecked-float (aget values (+ offset i)))))
    floats))

(defn- array-map-of
  "An array map, so that the names keep their order."
  [^objects names ^objects arrays]
  (let [entries (object-array (* 2 (alength names)))]
    (dotimes [j (alength names)]
      (aset entries (* 2 j) (aget names j))
      (aset entries (inc (* 2 j)) (aget arrays j)))
    (PersistentArrayMap. entries)))

(def ^:private vectors {:make boxed-vector :mutable false :narrow identity})
(def ^:private double-arrays {:make doubles-of :mutable true :narrow identity})
(def ^:private float-arrays {:make floats-of :mutable true :narrow unchecked-float})

(defn- holder
  "Holds arrays of a kind in a container."
  [container {:keys [make mutable narrow]}]
  (reify Holder
    (array [_ values offset length] (make values offset length))
    (together [_ names arrays]
      (condp identical? container
        Container/MAP (array-map-of names arrays)
        Container/LIST (vec arrays)
        Container/ARRAY (aget ^objects arrays 0)))
    (container [_] container)
    (stored [_ value] (double (narrow value)))
    (mutable [_] mutable)))

(def ^:private storages
  "The ways to hold arrays, by index; Clojure's parameters do not say which they want."
  [{:name "maps of vectors" :holder (holder Container/MAP vectors)}
   {:name "maps of double arrays" :holder (holder Container/MAP double-arrays)}
   {:name "vectors of vectors" :holder (holder Container/LIST vectors)}
   {:name "vectors of double arrays" :holder (holder Container/LIST double-arrays)}
   {:name "vectors" :holder (holder Container/ARRAY vectors)}
   {:name "double arrays" :holder (holder Container/ARRAY double-arrays)}])

(defn- holder-for
  "The holder that a parameter's type hint asks for, or that of the other one, else the one chosen."
  ^Holder [parameter other chosen]
  (case (or (:element parameter) (:element other))
    "float64" (holder Container/ARRAY double-arrays)
    "float32" (holder Container/ARRAY float-arrays)
    (:holder chosen)))

;; Binding

(defn- refuse [& words]
  (throw (IllegalArgumentException. ^String (apply str words))))

(defn- check-roles
  "Demands a role for every parameter without a default."
  [where parameters roles]
  (when (not= (count parameters) (count roles))
    (refuse where " has " (count parameters) " parameters, the binding "
            (count roles) " roles for them"))
  (doseq [[parameter role] (map vector parameters roles)]
    (when-not (if role
                (case (:kind parameter)
                  "number" (Binding/isValue role)
                  "array" (not (Binding/isValue role))
                  "source" (= "source" role)
                  "other" (Binding/isConstant role)
                  true)
                (:default parameter))
      (refuse "parameter " (:name parameter) " of " where
              (if role (str " cannot take " role) " has no default")))))

(defn- arguments
  "The argument list for a call: positions, and option maps from their keys. `value-of` is asked
  for each role, and answers `BoundPort/DEFAULT` to leave an option out."
  [layout roles value-of]
  (let [value (fn [index]
                (if-some [role (nth roles index)] (value-of role) BoundPort/DEFAULT))]
    (reduce
     (fn [made {:keys [index options spread]}]
       (if options
         (let [given (for [[index key] options
                           :let [v (value index)]
                           :when (not (identical? v BoundPort/DEFAULT))]
                       [key v])]
           (if spread (into made cat given) (conj made (into {} given))))
         (let [v (value index)]
           ;; Only a rest parameter comes here without a role: it is left empty.
           (if (identical? v BoundPort/DEFAULT) made (conj made v)))))
     [] layout)))

(defn- asked
  "A function that answers with the gradients of a step, or of the next one each time."
  [gradients]
  (if (instance? Loop gradients)
    (fn [& given] (.ask ^Loop gradients (object-array given)))
    (constantly gradients)))

(defn- argument-maker
  "A function of gradients, weights and state that makes the argument list for a step."
  [layout roles hyperparameters]
  (let [place #(.indexOf ^List roles %)
        state-at (int (place "state"))]
    (if (and (every? :index layout) (every? some? roles) (not-any? #{"source"} roles))
      ;; The common case, and the one that speed is wanted for: nothing but positions.
      (let [template (object-array (map hyperparameters roles))
            gradients-at (int (place "gradients"))
            weights-at (int (place "weights"))]
        (fn [gradients weights state]
          (let [made (aclone template)]
            (aset made gradients-at gradients)
            (aset made weights-at weights)
            (when-not (neg? state-at)
              (aset made state-at state))
            made)))
      (fn [gradients weights state]
        (arguments layout roles #(case %
                                   "gradients" gradients
                                   "source" (asked gradients)
                                   "weights" weights
                                   "state" state
                                   (hyperparameters %)))))))

(defn- unpacker
  "A function of what a step returned. Options that came back changed, beside the weights, are
  brought down to the state among them: that is what the next step is handed."
  [layout roles]
  (let [state-at (.indexOf ^List roles "state")
        options (first (filter #(some (fn [[index]] (= index state-at)) %) (keep :options layout)))
        names (map second options)
        state-name (some (fn [[index name]] (when (= index state-at) name)) options)
        options? #(and (map? %) (every? (partial contains? %) names))]
    (if options
      (fn [returned]
        (if (and (sequential? returned) (= 2 (count (take 3 returned))))
          (mapv #(if (options? %) (get % state-name) %) returned)
          returned))
      identity)))

(def ^:private weights-keys
  "Where a record or map that is the next state holds the weights that a step came to."
  [:output :weights :new-weights :params :parameters :theta :w])

(defn- with-weights
  "A successor that holds its weights, as a pair of both; anything else as it is."
  [returned]
  (if-some [weights (when (map? returned) (some #(get returned %) weights-keys))]
    [weights returned]
    returned))

(defn- likeliest
  "The one of the things whose name most likely is a moving average's, or nil."
  [name-of things]
  (->> things
       (filter #(nat-int? (Names/average (name-of %))))
       (sort-by #(Names/average (name-of %)))
       first))

(defn- average-variable [program]
  (likeliest #(name (symbol %))
             (remove #(fn? (.getRawRoot ^Var %)) (program/variables program))))

(defn- average-field
  "The field of a closure's class that holds a moving average it closes over, or nil."
  [^Class closure]
  (when-let [field (likeliest #(.getName ^Field %) (.getDeclaredFields closure))]
    (.setAccessible ^Field field true)
    field))

(defn- optimizer
  "A running copy of the port, in a world of its own."
  [program {:keys [variable inner-key construct-layout call-layout construct call average field-of
                   maker]}
   hyperparameters]
  (let [world (program/fresh program)
        function (deref variable)
        given (fn [] (arguments construct-layout construct hyperparameters))
        made (when maker (apply (deref maker) (given)))
        closure (when (and construct (not maker))
                  (let [made (cond-> (apply function (given)) inner-key (get inner-key))]
                    (if (ifn? made)
                      made
                      (throw (IllegalStateException.
                              (str "returned " (or (class made) "nil") ", not a function"))))))
        ^Field field (some-> closure class field-of)
        function (or closure function)
        make-arguments (argument-maker call-layout call hyperparameters)
        unpack (cond->> (unpacker call-layout call) maker (comp with-weights))]
    (reify Optimizer
      (step [_ step]
        (program/enter program world)
        (let [state (.state ^Step step)
              state (if (and maker (identical? state BoundPort/DEFAULT)) made state)]
          (unpack (apply function (make-arguments (.gradients ^Step step) (.weights ^Step step)
                                                  state)))))
      (movingAverage [_]
        (cond
          field (.get field closure)
          average (.getRawRoot ^Var average))))))

(defn- named [program name]
  (or (first (filter #(= name (:name %)) (:functions program)))
      (refuse "no function " name " among " (mapv :name (:functions program)))))

(defn- bound-port [program ^Binding binding]
  (let [function (named program (.function binding))
        maker (some->> (.maker binding) (named program))
        made (when maker (Binding/choose "arity" (:arities maker) (.makerArity binding)))
        arity (Binding/choose "arity" (:arities function) (.arity binding))
        construct (some-> (.construct binding) vec)
        called (if (and construct (not maker))
                 (Binding/choose "inner" (vec (:inner function)) (.inner binding))
                 arity)
        call (vec (.call binding))
        chosen (Binding/choose "storage" storages (.storage binding))
        parameter-of #(nth (:parameters called) (.indexOf ^List call %) nil)]
    (when construct
      (check-roles (:name (or maker function)) (:parameters (or made arity)) construct))
    (check-roles (:name function) (:parameters called) call)
    (let [[g w] (map parameter-of ["gradients" "weights"])
          gradients (holder-for g w chosen)
          weights (holder-for w g chosen)
          variable (:variable function)
          average (average-variable program)
          bound {:variable variable :construct construct :call call
                 :inner-key (:inner-key function)
                 :construct-layout (:layout (or made arity)) :maker (:variable maker)
                 :call-layout (:layout called)
                 :average average :field-of (memoize average-field)}
          takes-state (boolean (some #{"state"} call))]
      (reify BoundPort
        (gradients [_] gradients)
        (weights [_] weights)
        (takesState [_] takes-state)
        (showsAverage [_] (boolean (or construct average)))
        (initialStates [_ names lengths _loader]
          (let [arrays (mapv #(.array weights (double-array %) 0 %) lengths)
                zeros (.together weights names (object-array arrays))]
            [(if (or maker (:default (parameter-of "state"))) BoundPort/DEFAULT nil)
             {}
             zeros
             (atom nil)
             (atom {})
             (atom zeros)]))
        (open [_ hyperparameters _start]
          (optimizer program bound
                     (into (into {} hyperparameters)
                           (for [role (concat construct call)
                                 :when (Binding/isConstant role)]
                             [role (Binding/constant role Object)]))))))))

(defn- port [program]
  (reify Port
    (shape [_]
      {"language" "clojure"
       "candidates" []
       "functions" (mapv shape/describe (:functions program))
       "storages" (mapv :name storages)
       "initial_states" 6})
    (bind [_ binding] (bound-port program binding))
    (owns [_ frame] (contains? (:files program) (.getFileName ^StackTraceElement frame)))))

(defn language
  "Clojure, as `rmsproof.adapter.Language` wants it; called from `Host`."
  []
  (reify Language
    (name [_] "clojure")
    (load [_ files] (port (program/load-file (.source ^PortFiles files)
                                             (.loader ^PortFiles files))))
    (map [_ value] (when (instance? Map value) value))
    (sequence [_ value]
      (when (and (some? value)
                 (or (sequential? value) (instance? List value)
                     (.isArray (class value))))
        value))
    (pair [_ value]
      ;; Counted no further than to three: a lazy sequence may have no end.
      (when (and (or (sequential? value) (instance? List value)
                     (instance? (Class/forName "[Ljava.lang.Object;") value))
                 (= 2 (count (take 3 value))))
        (object-array value)))
    (dereference [_ value]
      (if (some #(instance? % value) [IAtom Ref Volatile Delay])
        (.deref ^IDeref value)
        value))))
