(ns rmsproof.adapter
  "The Clojure side of the adapter: ports that are functions in a source file."
  (:require [rmsproof.adapter.program :as program]
            [rmsproof.adapter.shape :as shape])
  (:import (clojure.lang Delay IAtom IDeref LazilyPersistentVector PersistentArrayMap Ref Var
                         Volatile)
           (java.lang.reflect Field)
           (java.util Arrays LinkedHashMap List Map)
           (rmsproof.adapter Binding BoundPort Container Holder Language Loop Names Optimizer
                             PairHolder PairHolder$Pair Port PortFiles Step)))

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

(def ^:private rows
  "A matrix of one row."
  {:make (fn [values offset length] [(boxed-vector values offset length)])
   :mutable false
   :narrow identity})

(def ^:private matrices
  "Holds one array a call as the only row of a matrix."
  (let [^Holder one (holder Container/ARRAY rows)]
    (reify Holder
      (array [_ values offset length] (.array one values offset length))
      (together [_ names arrays] (.together one names arrays))
      (container [_] Container/ARRAY)
      (stored [_ value] value)
      (mutable [_] false)
      (view [_ value]
        (if (and (sequential? value) (sequential? (first value)) (nil? (next value)))
          (first value)
          value)))))

(defn- numbered
  "The name of a number that stands in a map by itself: the array's, and the place in it."
  [array place]
  (keyword array (str place)))

(defn- numbers-holder
  "Holds each number of all arrays under a name of its own, in one map."
  []
  (let [^Holder arrays (holder Container/MAP vectors)]
    (reify Holder
      (array [_ values offset length] (.array arrays values offset length))
      (together [_ names given]
        (into {} (mapcat (fn [name array]
                           (map-indexed (fn [i x] [(numbered name i) x]) array))
                         names given)))
      (container [_] Container/MAP)
      (stored [_ value] value)
      (mutable [_] false))))

(defn- numbered? [key]
  (and (qualified-keyword? key) (re-matches #"\d+" (name key))))

(defn- grouped
  "A map as it was returned; one of single numbers as one of arrays."
  [value]
  (if (and (seq value) (every? numbered? (keys value)))
    (let [^Map arrays (proxy [LinkedHashMap] []
                        ;; An array without numbers stands under no name at all.
                        (get [name] (or (let [^LinkedHashMap this this]
                                          (proxy-super get name)) [])))]
      (doseq [[array entries] (group-by (comp namespace key) value)]
        (.put arrays array (mapv val (sort-by (comp parse-long name key) entries))))
      arrays)
    value))

(def ^:private storages
  "The ways to hold arrays, by index; Clojure's parameters do not say which they want."
  [{:name "maps of vectors" :holder (holder Container/MAP vectors)}
   {:name "maps of double arrays" :holder (holder Container/MAP double-arrays)}
   {:name "vectors of vectors" :holder (holder Container/LIST vectors)}
   {:name "vectors of double arrays" :holder (holder Container/LIST double-arrays)}
   {:name "vectors" :holder (holder Container/ARRAY vectors)}
   {:name "double arrays" :holder (holder Container/ARRAY double-arrays)}
   {:name "matrices of one row" :holder matrices}
   {:name "maps of numbers" :holder (numbers-holder)}])

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
  "The argument list for a call: positions, vectors, and option maps from their keys. `value-of` is
  asked for each role, and answers `BoundPort/DEFAULT` to leave an option out; for what is carried
  from one step to the next it answers with the map that came back."
  [layout roles value-of]
  (let [value (fn [index]
                (if-some [role (nth roles index)] (value-of role) BoundPort/DEFAULT))]
    (reduce
     (fn [made {:keys [index options elements spread carried]}]
       (cond
         options
         (let [given (for [[index key] options
                           :let [v (value index)]
                           :when (not (identical? v BoundPort/DEFAULT))]
                       [key v])]
           (if spread
             (into made cat given)
             (conj made (into (or (when carried (value-of ::carried)) {}) given))))

         elements
         (conj made (mapv #(let [v (value %)] (when-not (identical? v BoundPort/DEFAULT) v))
                          elements))

         :else
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
  "A function of gradients, weights, state and an array's name that makes the argument list for a
  step."
  [layout roles hyperparameters]
  (let [place #(.indexOf ^List roles %)
        state-at (int (place "state"))]
    (if (and (every? :index layout) (every? some? roles)
             (not-any? #{"source" "name" "biases"} roles))
      ;; The common case, and the one that speed is wanted for: nothing but positions.
      (let [template (object-array (map hyperparameters roles))
            gradients-at (int (place "gradients"))
            weights-at (int (place "weights"))]
        (fn [gradients weights state _name]
          (let [made (aclone template)]
            (aset made gradients-at gradients)
            (aset made weights-at weights)
            (when-not (neg? state-at)
              (aset made state-at state))
            made)))
      (fn [gradients weights state array-name]
        (let [came-back? (::carried (meta state))
              both (when (instance? PairHolder$Pair weights) weights)]
          (arguments layout roles #(case %
                                     ("gradients" "weights" "biases" "bias_gradients")
                                     (cond
                                       both (.of ^PairHolder$Pair both %)
                                       (= "weights" %) weights
                                       :else gradients)
                                     "source" (asked gradients)
                                     "state" (if came-back? BoundPort/DEFAULT state)
                                     "name" array-name
                                     ::carried (when came-back? state)
                                     (hyperparameters %))))))))

(defn- carrying
  "A layout with the one map of options marked that a step may return changed, with what it keeps
  in it: the one that holds the weights, or the state, or the only one."
  [layout roles]
  (let [options (filter #(and (:options %) (not (:spread %))) layout)
        holds (fn [role]
                (first (filter #(some (fn [[index]] (= role (nth roles index))) (:options %))
                               options)))
        carried (or (holds "weights") (holds "state")
                    (when-not (some #{"state"} roles) (first options)))]
    (mapv #(cond-> % (identical? carried %) (assoc :carried true)) layout)))

(defn- unpacker
  "A function of what a step returned: a map of options that came back is what the next step is
  handed, with whatever the port put in it."
  [layout roles]
  (let [names (for [[index name] (:options (first (filter :carried layout)))
                    :when (nth roles index)]
                [(nth roles index) name])
        names (into {} names)
        ;; What is handed over anew in every step need not come back.
        kept (vals (dissoc names "gradients" "bias_gradients"))
        options? #(and (map? %) (seq kept) (every? (partial contains? %) kept))
        apart? (and (some #{"state"} roles) (not (names "state")))
        carried #(vary-meta % assoc ::carried true)]
    (fn [returned read]
      (let [weights #(when-let [key (names read)] (get % key))
            pair? (and (sequential? returned) (= 2 (count (take 3 returned))))]
        (cond
          (options? returned)
          (if (names read) [(weights returned) (carried returned)] (carried returned))

          pair?
          (mapv #(cond
                   (not (options? %)) %
                   (and apart? (names read)) (weights %)
                   :else (carried %))
                returned)

          ;; Beside the weights, in a map of both.
          (and (map? returned) (some options? (vals returned)))
          (update-vals returned #(if (options? %) (carried %) %))

          :else returned)))))

(defn- read-from
  "The role in which weights are read: of weights and biases now the ones, now the others."
  [weights]
  (if (instance? PairHolder$Pair weights) (.read ^PairHolder$Pair weights) "weights"))

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
        unpack (cond->> (unpacker call-layout call) maker (comp with-weights))
        make-arguments (fn [^Step step state]
                         (make-arguments (.gradients step) (.weights step) state (.name step)))]
    (reify Optimizer
      (step [_ step]
        (program/enter program world)
        (let [state (.state ^Step step)
              state (if (and maker (identical? state BoundPort/DEFAULT)) made state)]
          (unpack (apply function (make-arguments step state))
                  (read-from (.weights ^Step step)))))
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
          arrays (holder-for w g chosen)
          ;; The biases of a matrix are a row.
          biases (if (identical? matrices (:holder chosen)) (holder Container/ARRAY vectors) arrays)
          weights (if (.paired binding) (PairHolder. arrays gradients biases biases) arrays)
          variable (:variable function)
          average (average-variable program)
          call-layout (carrying (:layout called) call)
          bound {:variable variable :construct construct :call call
                 :inner-key (:inner-key function)
                 :construct-layout (:layout (or made arity)) :maker (:variable maker)
                 :call-layout call-layout
                 :average average :field-of (memoize average-field)}
          takes-state (boolean (or (some #{"state"} call) (some :carried call-layout)))]
      (reify BoundPort
        (gradients [_] gradients)
        (weights [_] weights)
        (carries [_] (.paired binding))
        (takesState [_] takes-state)
        (showsAverage [_] (boolean (or construct average)))
        (initialStates [_ names lengths _loader]
          (let [zeros (mapv #(.array arrays (double-array %) 0 %) lengths)
                zeros (.together arrays names (object-array zeros))]
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
    (map [_ value] (when (instance? Map value) (grouped value)))
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
