(ns rmsproof.adapter
  "The Clojure side of the adapter: ports that are functions in a source file."
  (:require [rmsproof.adapter.arrays :as arrays]
            [rmsproof.adapter.beginning :as beginning]
            [rmsproof.adapter.calls :as calls]
            [rmsproof.adapter.graph :as graph]
            [rmsproof.adapter.program :as program]
            [rmsproof.adapter.reach :as reach]
            [rmsproof.adapter.shape :as shape])
  (:import (clojure.lang Delay IAtom IDeref Ref Var Volatile)
           (java.lang.reflect Field)
           (java.util List Map)
           (rmsproof.adapter Binding BoundPort Holder Language Names Optimizer PairHolder Port
                             PortFiles Start Step)))

(set! *warn-on-reflection* true)

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

(defn- call-before
  "Calls what is to be called before a first step, with the weights or how many they are."
  [{:keys [variable arities]} ^Start start]
  (let [[{:keys [name]}] (:parameters (first arities))]
    (cond
      (nil? name) (@variable)
      (re-matches #"n|.*(?:size|count|dim|len).*" name) (@variable (.size start))
      :else (@variable (.apply (.weights start) nil)))))

(defn- optimizer
  "A running copy of the port, in a world of its own."
  [program {:keys [variable inner-key construct-layout call-layout construct call average field-of
                   prepared]}
   hyperparameters start]
  (let [world (program/fresh program)
        _ (doseq [[^Var v value] (calls/variables call-layout call hyperparameters)]
            (.bindRoot v value))
        _ (when prepared
            (call-before prepared start))
        function (deref variable)
        closure (when construct
                  (let [given (calls/arguments construct-layout construct hyperparameters)
                        made (cond-> (apply function given) inner-key (get inner-key))]
                    (if (ifn? made)
                      made
                      (throw (IllegalStateException.
                              (str "returned " (or (class made) "nil") ", not a function"))))))
        ^Field field (some-> closure class field-of)
        function (or closure function)
        make-arguments (calls/argument-maker call-layout call hyperparameters)
        unpack (calls/unpacker call-layout call)
        make-arguments (fn [^Step step state]
                         (make-arguments (.gradients step) (.weights step) state (.name step)))]
    (reify Optimizer
      (settings [_] (reach/settings (program/variables program)))
      (step [_ step]
        (program/enter program world)
        (unpack (apply function (make-arguments step (.state ^Step step)))
                (calls/read-from (.weights ^Step step))))
      (movingAverage [_]
        (cond
          field (.get field closure)
          average (.getRawRoot ^Var average))))))

(defn- named [program name]
  (or (first (filter #(= name (:name %)) (:functions program)))
      (refuse "no function " name " among " (mapv :name (:functions program)))))

(def ^:private begins
  "How functions are called that make a state; one that makes weights makes none."
  (re-pattern (str "(?:init|initialize|initial|zeros?|empty|fresh|blank|begin)"
                   "(?:-(?:state|cache|optimizer|like|for|of|average|square|accum|moment)[^!]*)?"
                   "|(?:make|new|create|start)-[^!]*(?:state|cache)")))

(defn- beginning
  "A function of zeros in place of weights that makes the first state, or nil: one that is called
  so in the port, as `(init params)`."
  [program]
  (let [fits? (fn [{:keys [parameters layout]}]
                (and (= 1 (count layout)) (every? :index layout)
                     (every? (comp #{"any"} :kind) parameters)))]
    (when-let [{:keys [variable]} (first (filter #(and (re-matches begins (:name %))
                                                       (some fits? (:arities %)))
                                                 (:functions program)))]
      (fn [zeros]
        ;; One that is of something else fails, and says nothing of the port.
        (try
          ((deref variable) zeros)
          (catch Throwable _ nil))))))

(defn- bound-port [program ^Binding binding]
  (let [function (named program (.function binding))
        arity (Binding/choose "arity" (:arities function) (.arity binding))
        construct (some-> (.construct binding) vec)
        called (if construct
                 (Binding/choose "inner" (vec (:inner function)) (.inner binding))
                 arity)
        call (vec (.call binding))
        chosen (Binding/choose "storage" arrays/storages (.storage binding))
        parameter-of #(nth (:parameters called) (.indexOf ^List call %) nil)]
    (when construct
      (check-roles (:name function) (:parameters arity) construct))
    (check-roles (:name function) (:parameters called) call)
    (let [[g w] (map parameter-of ["gradients" "weights"])
          gradients (arrays/holder-for g w (:holder chosen))
          ^Holder held (arrays/holder-for w g (:holder chosen))
          biases (arrays/biases-holder held)
          weights (if (.paired binding) (PairHolder. held gradients biases biases) held)
          variable (:variable function)
          average (average-variable program)
          call-layout (calls/carrying (:layout called) call)
          begin (beginning program)
          tried (fn [number]
                  (.together held (into-array ["w"])
                             (object-array [(.array held (double-array 2 number) 0 2)])))
          own (when (some #{"state"} call)
                (beginning/of program (assoc called :name (:name function)) call
                              (tried 0.0) (tried 0.375)))
          bound {:variable variable :construct construct :call call
                 :inner-key (:inner-key function)
                 :construct-layout (:layout arity) :call-layout call-layout
                 :average average :field-of (memoize average-field)
                 :prepared (when-not (empty? (.prepare binding))
                             (named program (.prepare binding)))}
          takes-state (boolean (or (some #{"state"} call) (some :carried call-layout)))]
      (reify BoundPort
        (gradients [_] gradients)
        (weights [_] weights)
        (carries [_] (.paired binding))
        (takesState [_] takes-state)
        (showsAverage [_] (boolean (or construct average)))
        (initialStates [_ names lengths _loader]
          (let [made (fn [length] (double-array length (.begun binding)))
                zeros (mapv #(.array held (made %) 0 %) lengths)
                zeros (.together held names (object-array zeros))]
            (cond
              (not (zero? (.begun binding))) ; a caller says so, in place of the port
              [zeros (atom zeros)]

              (string? own)
              (refuse "its state begins as " own " makes it, which is not known how to call")

              own
              [(own zeros)]

              :else
              [(if (:default (parameter-of "state"))
                 BoundPort/DEFAULT
                 (when begin (begin zeros)))
               {}
               zeros
               (atom nil)
               (atom {})
               (atom zeros)])))
        (open [_ hyperparameters start]
          (optimizer program bound
                     (into (into {} hyperparameters)
                           (for [role (concat construct call)
                                 :when (Binding/isConstant role)]
                             [role (calls/constant role)]))
                     start))))))

(defn- port [program]
  (reify Port
    (shape [_]
      {"language" "clojure"
       "candidates" []
       "explorable" [[""]]
       "functions" (mapv shape/describe (:functions program))
       "storages" (mapv :name arrays/storages)
       "begun" (boolean (beginning program))
       "initial_states" 6})
    (bind [_ binding] (bound-port program binding))
    (explore [this named deadline] (graph/explore this program named deadline))
    (graph [_ plan _loader numbers] (graph/graph program plan numbers))
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
