(ns rmsproof.adapter.shape
  "Reads argument vectors: which parameters a function has, and how its arguments are laid out."
  (:require [clojure.string :as string]))

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
           (hints tag)
           (cond
             (:key (meta symbol)) {:kind "text" :use {"keyed" true}}
             (:named (meta symbol)) {:use {"named" [(:named (meta symbol))]}}
             (:opaque (meta symbol)) {:use {"opaque" true}})
           (when (:unset (meta symbol)) {:unset true})
           (when-let [held (:held (meta symbol))] {:held held}))))

(defn- option
  "The parameter for one key of a destructured map."
  [symbol key defaults]
  (let [absent (boolean (:absent (meta symbol)))]
    (cond-> (assoc (parameter symbol) :key key :default (contains? defaults symbol) :absent absent)
      (get defaults symbol) (assoc :text (pr-str (get defaults symbol)))
      (string/ends-with? (name symbol) "?") (assoc :flag true :on (true? (get defaults symbol)))
      (and absent (not (:named (meta symbol)))) (assoc :use {"opaque" true}))))

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

(defn- elements
  "The symbols of a vector that is taken apart in an argument vector; nil for any other form."
  [form]
  (let [symbols (when (vector? form) (take-while #(not= :as %) form))]
    (when (and (seq symbols) (every? symbol? symbols) (not-any? #{'&} symbols))
      symbols)))

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
                 (conj layout {:options (vec indices) :spread spread :as (:as form)})))

        (and (elements form) (not spread))
        (let [found (map parameter (elements form))]
          (recur more spread (into parameters found)
                 (conj layout {:elements (vec (range (count parameters)
                                                     (+ (count parameters) (count found))))})))

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

(defn with-variables
  "An arity that takes dynamic variables as well, by symbol: those that the form names."
  [{:keys [parameters] :as arity} variables form]
  (if-let [named (seq (filter (comp (set (filter symbol? (tree-seq coll? seq form))) key)
                              variables))]
    (-> arity
        (update :parameters into (for [[s _] named]
                                   (assoc (parameter s) :kind "number" :default true)))
        (update :layout conj {:variables (map-indexed #(vector (+ %1 (count parameters)) (val %2))
                                                      named)}))
    arity))

(defn- arglists
  "The argument vectors of what follows `fn` or `defn` and its name."
  [tail]
  (let [tail (drop-while #(or (symbol? %) (string? %) (map? %)) tail)]
    (if (vector? (first tail))
      [tail]
      (filter #(and (seq? %) (vector? (first %))) tail))))

(defn- function-form? [form]
  (and (seq? form) (contains? '#{fn fn* clojure.core/fn} (first form))))

(defn- bound
  "What the names stand for that a form like let or letfn binds."
  [[head pairs]]
  (when (vector? pairs)
    (if (= 'letfn head)
      (into {} (for [[name & tail] (filter seq? pairs)] [name (cons 'fn tail)]))
      (into {} (map vec (partition 2 pairs))))))

(defn- says-rmsprop?
  "Tells whether a keyword or a text says RMSProp."
  [form]
  (and (or (keyword? form) (string? form)) (re-find #"(?i)rms-?prop" (name form))))

(defn- returned
  "The form whose value a body returns, looked for through let, do and the like, and what names
  stand for there."
  [form bindings]
  (cond
    (and (symbol? form) (contains? bindings form)) (recur (bindings form) (dissoc bindings form))
    (not (seq? form)) [form bindings]
    (contains? '#{let let* clojure.core/let letfn} (first form))
    (recur (last form) (into bindings (bound form)))
    (contains? '#{do when} (first form)) (recur (last form) bindings)
    (and (= 'case (first form)) (some says-rmsprop? form))
    (recur (second (drop-while (complement says-rmsprop?) form)) bindings)
    :else [form bindings]))

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

(defn setting?
  "Tells whether a name is that of an option of an optimizer."
  [name]
  (settings name))

(def ^:private data
  "What maps of layers, parameters and states keep arrays under."
  #{"w" "weights" "weight" "params" "parameters" "theta" "dw" "dweights" "grad" "grads" "gradient"
    "gradients" "g" "value" "cache" "v" "s" "state" "moving-average" "mean-square"})

(defn- data? [word]
  (or (data word) (re-find #"weight|grad|bias" word)))

(defn- forms-in [body]
  (tree-seq coll? seq body))

(defn- merged?
  "Tells whether a form is what a symbol names over what is given by default."
  [form sym]
  (and (seq? form) (= 'merge (first form)) (= sym (last form))))

(defn- looked-up
  "What a body looks up by keywords in what a symbol names: symbols, as in a map that is taken
  apart."
  [body sym]
  (concat
   (for [form (forms-in body)
         :when (and (seq? form) (<= 2 (count form) 4))
         :let [[head one other] form
               [key of] (if (= 'get head) [other one] [head one])]
         :when (and (simple-keyword? key) (= sym of))]
     (symbol (name key)))
   (for [form (forms-in body)
         :when (and (seq? form) (vector? (second form)) (not ('#{doseq for} (first form))))
         [pattern of] (partition 2 (second form))
         :when (and (map? pattern) (or (= sym of) (merged? of sym)))
         found (:keys pattern)]
     (symbol (name found)))))

(defn- written
  "The keywords under which a body puts something in a map."
  [body]
  (set (for [form (forms-in body)
             key (cond
                   (map? form) (keys form)
                   (and (seq? form) (= 'assoc (first form))) (take-nth 2 (drop 2 form))
                   (and (seq? form) (= 'update (first form))) [(nth form 2 nil)])
             :when (simple-keyword? key)]
         key)))

(defn- open-keys
  "The symbols of keys of a map of which nobody knows what they are: it is a guess that they need
  not be there, as biases need not, nor a state that is put there once there is one."
  [symbols]
  (remove #(let [word (name %)]
             (or (settings word) (and (data? word) (not (string/includes? word "bias")))))
          symbols))

(defn- chosen
  "A symbol with what a body compares it with, or looks for under it, that says RMSProp."
  [body sym]
  (let [named (for [[head & more :as form] (filter seq? (forms-in body))
                    :when (and (some #{sym} form)
                               (or (map? head) ('#{= case condp identical? get} head)))
                    part (tree-seq coll? seq (if (= 'case head) (take-nth 2 (rest more)) form))
                    :when (says-rmsprop? part)]
                (pr-str part))]
    (cond-> sym (seq named) (vary-meta assoc :named (first named)))))

(defn- destructured
  "The map that a body takes apart: of options, of a layer, of a state that holds the weights."
  [sym symbols]
  (let [open (set (open-keys symbols))]
    {:keys (mapv #(cond-> % (open %) (vary-meta assoc :absent true)) symbols)
     :or (zipmap open (repeat nil))
     :as sym}))

(defn- with-state
  "A map that is taken apart in an argument vector; what the body writes anew need not be there."
  [pattern body]
  (let [symbols (:keys pattern)
        written (written body)
        anew (set (filter #(written (keyword (name %))) (open-keys symbols)))]
    (if (every? simple-symbol? symbols)
      (assoc pattern
             :keys (mapv #(cond-> % (anew %) (vary-meta assoc :absent true)) symbols)
             :or (merge (zipmap anew (repeat nil)) (:or pattern)))
      pattern)))

(defn- called-on
  "A call that swaps what a reference holds, as the call on what it holds."
  [[head :as form]]
  (if (contains? '#{swap! vswap! alter commute send} head)
    (let [[_ reference f & more] form] (list* f reference more))
    form))

(defn- key-in?
  "Tells whether a form reads or writes an entry of a map under what a symbol names."
  [form sym]
  (when (seq? form)
    (let [[head of key :as form] (called-on form)]
      (cond
        (contains? '#{get contains? find dissoc assoc assoc! update} head) (= sym key)
        (contains? '#{get-in assoc-in update-in} head) (and (vector? key) (some #{sym} key))
        (seq? head) (and (= 'clojure.core/deref (first head)) (= sym of))))))

(defn- place-in? [form sym]
  (and (seq? form) (contains? '#{nth aget aset inc dec} (first form)) (some #{sym} form)))

(defn- key?
  "Tells whether a body uses a symbol as the name of an array, under which its state is kept."
  [body sym]
  (let [forms (forms-in body)]
    (and (not (data? (name sym)))
         (some #(key-in? % sym) forms)
         (not-any? #(place-in? % sym) forms))))

(def ^:private arithmetic
  '#{+ - * / inc dec < <= > >= = == zero? max min double float Math/pow Math/sqrt})

(defn- opaque?
  "Tells whether nothing in a body says that a symbol names a number or an array."
  [body sym]
  (not-any? #(and (seq? %) (arithmetic (first %)) (some #{sym} %)) (forms-in body)))

(defn- unset?
  "Tells whether a body puts something else in a symbol's place where that is nil: so it begins."
  [body sym]
  (some #(and (seq? %) ('#{or nil? some? if if-not when-not} (first %)) (= sym (second %)))
        (forms-in body)))

(def ^:private changing
  "What changes a reference, and which kind it is."
  '{swap! "atom" reset! "atom" alter "ref" commute "ref" ref-set "ref" vswap! "volatile"
    vreset! "volatile"})

(defn held
  "As what reference a body changes, or reads, what a symbol names, or nil."
  [body sym]
  (let [heads (map first (filter #(and (seq? %) (= sym (second %))) (forms-in body)))]
    (or (some changing heads) (when (some #{'clojure.core/deref 'deref} heads) "atom"))))

(defn- taken-apart
  "An argument vector in which maps are destructured that the body takes apart."
  [[argument-vector & body]]
  (let [maps-of (fn [form]
                  (let [found (when (symbol? form) (distinct (looked-up body form)))]
                    (when (some #(< 1 (count (filter (comp % name) found))) [settings data?])
                      found)))]
    (mapv (fn [form]
            (cond
              (maps-of form) (destructured form (map (partial chosen body) (maps-of form)))
              (and (map? form) (= [:as] (keys form)) (maps-of (:as form)))
              (destructured (:as form) (map (partial chosen body) (maps-of (:as form))))
              (and (map? form) (:keys form))
              (with-state (update form :keys (partial mapv (partial chosen body))) body)
              (and (symbol? form) (not= '& form))
              (vary-meta (chosen body form) assoc :key (key? body form) :opaque (opaque? body form)
                         :held (held body form) :unset (boolean (unset? body form)))
              :else form))
          argument-vector)))

(defn defined-arglists
  "The argument vectors that a defining form shows, or nil."
  [form]
  (some->> (defined-function form) arglists (map taken-apart) seq))

(def ^:private stepping
  "How functions are called that step, the surest first."
  ["update" "step" "apply" "optimize" "update-params" "update-weights"])

(defn- partly
  "The argument vectors that are left of a function of the file which is partly applied."
  [[head f & given] defining]
  (when (and (= 'partial head) (symbol? f))
    (seq (map #(vec (drop (count given) %)) (defined-arglists (defining f))))))

(defn made-arglists
  "The argument vectors of a form that makes a function, or nil."
  [form defining]
  (cond
    (function-form? form) (seq (map taken-apart (arglists (rest form))))
    (seq? form) (partly form defining)))

(defn- stepping-key
  "Under which key of a map of functions the one stands that steps: by its name, else the only one
  that takes two things."
  [functions]
  (let [plain #(string/replace (name %) #"!$" "")
        named (fn [word] (first (filter #(= word (plain %)) (keys functions))))
        of-two (filter #(some (comp (partial <= 2) count) (functions %)) (keys functions))]
    (or (some named stepping)
        (when (= 1 (count of-two)) (first of-two)))))

(defn inner-functions
  "What a defining form's function returns: `:arglists` of a function, and its `:key` where it
  stands in a map of functions; or nil. `defining` has the file's defining forms by their names."
  [form defining]
  (some (fn [[_ & body]]
          (let [[made bindings] (returned (last body) {})
                functions (when (map? made)
                            (into {}
                                  (for [[key value] made
                                        :when (keyword? key)
                                        :let [found (made-arglists (bindings value value)
                                                                   defining)]
                                        :when found]
                                    [key found])))
                key (some-> functions stepping-key)
                found (if key (functions key) (made-arglists made defining))]
            (when found
              {:key key :arglists found})))
        (some-> (defined-function form) arglists)))

(defn- described [{:keys [name kind element type default absent key argument spread use] :as one}]
  (cond-> {"name" name "kind" kind "element" element "type" type "default" default}
    use (assoc "use" use)
    (:text one) (assoc "text" (:text one))
    (:flag one) (assoc "flag" true "on" (:on one))
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
