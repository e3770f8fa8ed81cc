(ns rmsproof.adapter.shape
  "Reads argument vectors: which parameters a function has, and how its arguments are laid out.")

(def ^:private hints
  "What a type hint says of a parameter."
  {'double {:kind "number" :element "float64"}
   'Double {:kind "number" :element "float64"}
   'doubles {:kind "array" :element "float64"}
   'floats {:kind "array" :element "float32"}
   'long {:kind "other"}
   'longs {:kind "other"}})

(defn- parameter [symbol]
  (let [tag (:tag (meta symbol))
        asked (re-matches #"(?:grad(?:ient)?s?|derivatives?|d)-?(?:fn|function|f)|df" (name symbol))]
    (merge {:name (name symbol) :kind (if asked "source" "any") :element nil :default false
            :type (if tag (str tag) "Object")}
           (hints tag))))

(defn- option
  "The parameter for one key of a destructured map."
  [symbol key defaults]
  (assoc (parameter symbol)
         :key key
         :default (contains? defaults symbol)
         :absent (boolean (:absent (meta symbol)))))

(defn- options
  "The parameters of a map that is taken apart in an argument vector."
  [form]
  (let [defaults (:or form)
        named (fn [directive]
                (let [kind (name directive)
                      prefix (namespace directive)]
                  (for [s (form directive)
                        :let [plain (with-meta (symbol (name s)) (meta s))
                              prefix (or prefix (namespace s))]]
                    (case kind
                      "keys" (option plain (keyword prefix (name s)) defaults)
                      "strs" (option plain (name s) defaults)
                      "syms" (option plain (symbol prefix (name s)) defaults)))))]
    (concat
     (mapcat named (filter #(and (keyword? %) (#{"keys" "strs" "syms"} (name %))) (keys form)))
     (for [[s key] form :when (symbol? s)]
       (option s key defaults)))))

(defn- opaque
  "A parameter that takes something the adapter does not make."
  [form default]
  {:name (str (or (:as form) form)) :kind "other" :element nil :default default :type "Object"})

(defn arity
  "Reads an argument vector. `:parameters` has one entry for each thing that can take a role;
  `:layout` says how the arguments are built from them."
  [argument-vector]
  (loop [forms (seq argument-vector) spread false parameters [] layout []]
    (if-let [[form & more] forms]
      (cond
        (= '& form)
        (recur more true parameters layout)

        (and (map? form) (seq (options form)))
        (let [found (map #(assoc % :argument (count layout) :spread spread) (options form))
              indices (map-indexed (fn [i p] [(+ i (count parameters)) (:key p)]) found)]
          (recur more spread (into parameters found)
                 (conj layout {:options (vec indices) :spread spread})))

        :else
        (recur more spread
               (conj parameters (if (and (symbol? form) (not spread))
                                  (parameter form)
                                  (opaque (if (vector? form)
                                            {:as (second (drop-while #(not= :as %) form))}
                                            form)
                                          spread)))
               (conj layout {:index (count parameters)})))
      {:parameters parameters :layout layout})))

(defn- arglists
  "The argument vectors of what follows `fn` or `defn` and its name."
  [tail]
  (let [tail (drop-while #(or (symbol? %) (string? %) (map? %)) tail)]
    (if (vector? (first tail))
      [tail]
      (filter #(and (seq? %) (vector? (first %))) tail))))

(defn- function-form? [form]
  (and (seq? form) (contains? '#{fn fn* clojure.core/fn} (first form))))

(defn- returned
  "The form whose value a body returns, looked for through let, do and the like."
  [form bindings]
  (cond
    (and (symbol? form) (contains? bindings form)) (recur (bindings form) (dissoc bindings form))
    (not (seq? form)) form
    (contains? '#{let let* clojure.core/let} (first form))
    (recur (last form)
           (into bindings (map vec (partition 2 (when (vector? (second form)) (second form))))))
    (contains? '#{do when} (first form)) (recur (last form) bindings)
    :else form))

(defn- defined-function
  "The tail after the name of a form that defines a function, or nil."
  [form]
  (when (seq? form)
    (let [[head _ value] form]
      (cond
        (contains? '#{defn defn- clojure.core/defn} head) (drop 2 form)
        (= 'defmethod head) (drop 3 form)
        (and (= 'def head) (function-form? (last form))) (rest (last form))
        (and (= 'def head) (function-form? value)) (rest value)))))

(def ^:private settings
  "What the options of an optimizer are called."
  #{"lr" "learning-rate" "rate" "eta" "alpha" "rho" "decay" "decay-rate" "gamma" "beta" "eps"
    "epsilon"})

(def ^:private data
  "What maps of layers, parameters and states keep arrays under."
  #{"w" "weights" "weight" "params" "parameters" "theta" "dw" "dweights" "grad" "grads" "gradient"
    "gradients" "g" "cache" "v" "s" "state" "moving-average" "mean-square"})

(defn- looked-up
  "The keywords under which a body looks things up in what a symbol names."
  [body sym]
  (for [form (tree-seq coll? seq body)
        :when (and (seq? form) (<= 2 (count form) 4))
        :let [[head one other] form
              [key of] (if (= 'get head) [other one] [head one])]
        :when (and (simple-keyword? key) (= sym of))]
    key))

(defn- taken-apart
  "An argument vector in which maps are destructured that the body takes apart: of options, of a
  layer, of a state that holds the weights."
  [[argument-vector & body]]
  (let [keys-of (fn [form]
                  (let [found (when (symbol? form) (distinct (looked-up body form)))]
                    (when (some #(< 1 (count (filter (comp % name) found))) [settings data])
                      found)))]
    (mapv #(if-let [found (keys-of %)]
             (let [symbols (mapv (comp symbol name) found)
                   known? (comp (into settings data) name)
                   ;; It is a guess that what else it holds, such as biases, need not be there.
                   others (remove known? symbols)]
               {:keys (mapv (fn [s] (cond-> s (not (known? s)) (with-meta {:absent true}))) symbols)
                :or (zipmap others (repeat nil))
                :as %})
             %)
          argument-vector)))

(defn defined-arglists
  "The argument vectors that a defining form shows, or nil."
  [form]
  (some->> (defined-function form) arglists (map taken-apart) seq))

(def ^:private stepping
  "Under which keys a map of functions has the one that steps, the surest first."
  [:update :step :apply :optimize :update-params :update-weights])

(defn inner-functions
  "What a defining form's function returns: `:arglists` of a function, and its `:key` where it
  stands in a map of functions; or nil."
  [form]
  (some (fn [[_ & body]]
          (let [made (returned (last body) {})
                key (when (map? made) (first (filter #(function-form? (made %)) stepping)))
                function (if key (made key) made)]
            (when (function-form? function)
              {:key key :arglists (seq (map first (arglists (rest function))))})))
        (some-> (defined-function form) arglists)))

(defn- described [{:keys [name kind element type default absent key argument spread]}]
  (cond-> {"name" name "kind" kind "element" element "type" type "default" default}
    absent (assoc "absent" true)
    argument (assoc "part" {"of" argument "key" (pr-str key) "spread" spread})
    key (assoc "key" (if (keyword? key) (subs (str key) 1) (str key)))))

(defn describe
  "A function's entry in the shape."
  [{:keys [name line arities inner]}]
  (cond-> {"name" name
           "line" line
           "parameters" (mapv #(mapv described (:parameters %)) arities)}
    (seq inner) (assoc "inner" (mapv #(mapv described (:parameters %)) inner))))
