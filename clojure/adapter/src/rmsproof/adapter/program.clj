(ns rmsproof.adapter.program
  "Loads a source file once and starts it anew as often as wanted: every top-level form is
  compiled to a thunk, and a fresh start unbinds the file's variables and runs the thunks again."
  (:refer-clojure :exclude [load-file])
  (:require [clojure.string :as string]
            [rmsproof.adapter.nested :as nested]
            [rmsproof.adapter.shape :as shape])
  (:import (clojure.lang Compiler Compiler$CompilerException DynamicClassLoader IDeref IObj
                         LineNumberingPushbackReader LispReader$ReaderException MultiFn Namespace
                         Var)
           (java.io File InputStreamReader FileInputStream Writer)
           (java.lang.reflect Field Modifier)
           (java.nio.charset StandardCharsets)
           (java.util Map)
           (rmsproof.adapter LoadException)))

(set! *warn-on-reflection* true)

;; Namespaces

(def ^:private ^Map registry
  "Clojure's own table of namespaces. Two ports may use the same name: each puts its namespaces
  back before it runs."
  (let [field (.getDeclaredField Namespace "namespaces")]
    (.setAccessible field true)
    (.get field nil)))

(defonce ^:private created
  ;; The names of the namespaces that ports made, so that the next port does not find them.
  (atom #{}))

(defn- forget-other-ports []
  (run! remove-ns @created)
  ;; Clojure does not load again what it remembers.
  (dosync (commute @#'clojure.core/*loaded-libs* #(apply disj % @created)))
  (reset! created #{}))

(defn- taken
  "The namespaces that are not a port's to use: all there are, but for an empty `user`."
  []
  (into #{} (remove #(and (= 'user (ns-name %)) (empty? (ns-interns %)))) (all-ns)))

(defn- install [namespaces]
  (doseq [^Namespace ns namespaces]
    (.put registry (.getName ns) ns)))

;; Loading

(defn- load-error [kind message cause]
  (LoadException. kind message cause))

(defn- location [file line column]
  (when line
    (str " (" file ":" line (when column (str ":" column)) ")")))

(defn- answer
  "What a stranger's exception answers; nil where it throws again."
  [question]
  (try (question) (catch Throwable _ nil)))

(defn- root-cause
  "The innermost cause, of as many as an honest exception has."
  ^Throwable [^Throwable thrown]
  (loop [^Throwable thrown thrown, left 1000]
    (let [cause (answer #(.getCause thrown))]
      (if (and cause (pos? left)) (recur cause (dec left)) thrown))))

(defn- compile-error
  "The compiler's or the reader's message with file, line and column."
  [file form ^Throwable thrown]
  (let [{:clojure.error/keys [line column]}
        (cond
          (instance? Compiler$CompilerException thrown) (ex-data thrown)
          (instance? LispReader$ReaderException thrown) (ex-data thrown))
        [line column] (if (and line (pos? (long line)))
                        [line column]
                        ((juxt :line :column) (meta form)))
        cause (root-cause thrown)
        message (or (answer #(.getMessage cause)) (.getName (class cause)))]
    (load-error "does-not-compile"
                (str (if (instance? ClassNotFoundException cause) "Class not found: " "")
                     message
                     (location file line column))
                thrown)))

(defn- crash [file form ^Throwable thrown]
  (let [frame (answer #(first (filter (fn [^StackTraceElement frame]
                                        (= file (.getFileName frame)))
                                      (.getStackTrace thrown))))
        line (if frame (.getLineNumber ^StackTraceElement frame) (:line (meta form)))]
    (load-error "crashes"
                (str (.getName (class thrown))
                     (some->> (answer #(.getMessage thrown)) (str ": "))
                     (location file line nil))
                thrown)))

(def ^:private linking
  "Forms that bring in other code; what they cannot find is a compile error."
  '#{ns import require use refer refer-clojure require-macros in-ns})

(defn- compiled
  "The form as a thunk, compiled under its own line."
  [form]
  (eval (with-meta (list 'clojure.core/fn [] form) (meta form))))

(defn- inherit
  "A form at the place of the one that it comes from."
  [form part]
  (if (instance? IObj part)
    (vary-meta part #(merge (meta form) %))
    part))

(defn- compile-unit
  "The forms of a top-level `do`, which the compiler takes one by one, or any other form as a
  thunk. Macros are expanded once: some define a class as they are."
  [form]
  (let [expanded (macroexpand form)]
    (if (and (seq? expanded) (= 'do (first expanded)))
      (map #(inherit form %) (rest expanded))
      (compiled (inherit form expanded)))))

(defn- links?
  "Tells whether a form brings in other code or a class, which stay as they are."
  [form]
  (and (seq? form) (contains? #{`with-loading-context 'clojure.core/import*} (first form))))

(defn- run-form
  "Compiles and runs a form that stands in the top-level form `top`; returns the thunks that a
  fresh start runs again."
  [file top form]
  (let [unit (try
               (compile-unit form)
               (catch Throwable thrown
                 (throw (compile-error file form thrown))))]
    (if (fn? unit)
      (try
        (unit)
        (if (links? form) [] [unit])
        (catch Throwable thrown
          (throw (if (or (contains? linking (when (seq? top) (first top)))
                         (instance? Compiler$CompilerException thrown))
                   (compile-error file top thrown)
                   (crash file top thrown)))))
      (into [] (mapcat #(run-form file top %)) unit))))

(defn- read-form [reader file]
  (try
    (read reader false ::end)
    (catch Exception thrown
      (throw (compile-error file nil thrown)))))

(defn- own-namespace
  "The namespace of a file that names none."
  [^String file]
  (let [stem (string/replace (string/replace file #"\.[^.]*$" "") #"[^A-Za-z0-9_-]" "-")
        ns (create-ns (symbol (str "port." stem)))]
    (binding [*ns* ns] (refer 'clojure.core))
    ns))

(defn- in-file
  "Calls `task` with the variables bound that loading a file binds."
  [file namespace ^ClassLoader loader task]
  (with-bindings {#'*ns* namespace
                  #'*file* file
                  #'*source-path* file
                  #'*warn-on-reflection* false
                  #'*unchecked-math* false
                  #'*data-readers* *data-readers*
                  Compiler/LOADER (DynamicClassLoader. loader)}
    (task)))

;; Fresh starts

(defn- remember-variables
  "A function that lists the variables of the namespaces. Listing means going through all that a
  namespace refers to, so it is done again only where that has changed."
  [namespaces]
  (let [known (atom nil)]
    (fn []
      (let [mappings (mapv #(.getMappings ^Namespace %) namespaces)
            {:keys [seen variables]} @known]
        (if (and seen (every? true? (map identical? seen mappings)))
          variables
          (:variables (reset! known {:seen mappings
                                     :variables (into [] (mapcat (comp vals ns-interns))
                                                      namespaces)})))))))

(defn variables
  "All variables of the port, in no particular order."
  [program]
  ((:list-variables program)))

(defn- roots [program]
  (into [] (map (fn [^Var v] [v (.getRawRoot v) (.hasRoot v)])) (variables program)))

(defn- restore [world]
  (doseq [[^Var v root bound] world]
    (when-not (identical? root (.getRawRoot v))
      (if bound (.bindRoot v root) (.unbindRoot v)))))

(defn- closed-over? [function]
  (some #(not (Modifier/isStatic (.getModifiers ^Field %)))
        (.getDeclaredFields (class function))))

(defn- fixed?
  "Tells whether a value surely cannot change from within: then a fresh start need not rebuild it."
  [value]
  (cond
    (fn? value) (not (closed-over? value))
    (map? value) (and (not (record? value))
                      (every? fixed? (keys value))
                      (every? fixed? (vals value)))
    (or (vector? value) (set? value)) (every? fixed? value)
    :else (or (nil? value) (number? value) (string? value) (keyword? value) (symbol? value)
              (boolean? value) (char? value) (class? value))))

(defn- rerun [{:keys [file home loader namespaces thunks] :as program}]
  (doseq [^Var v (variables program)]
    (.unbindRoot v))
  ;; What the file prints was printed when it was loaded.
  (binding [*out* (Writer/nullWriter)]
    (in-file file home loader #(run! (fn [thunk] (thunk)) thunks)))
  (install namespaces))

(defn fresh
  "Starts the port anew; returns the world, a holder of its variables' roots."
  [{:keys [namespaces initial current fixed] :as program}]
  (install namespaces)
  (when-let [world @current]
    (reset! world (roots program)))
  (if fixed
    (restore initial)
    (rerun program))
  (let [world (atom nil)]
    (reset! current world)
    world))

(defn enter
  "Makes a world the one its functions see, putting aside the one in use."
  [{:keys [namespaces current] :as program} world]
  (when-not (identical? world @current)
    (install namespaces)
    (when-let [other @current]
      (reset! other (roots program)))
    (restore @world)
    (reset! current world)))

;; Functions

(defn- methods-of
  "The methods that the file defines of a multimethod, each as a function of its own."
  [^Var v forms]
  (for [form forms
        :when (and (seq? form) (= 'defmethod (first form))
                   (= (name (.sym v)) (name (second form))))
        :let [arglists (shape/defined-arglists form)
              value (nth form 2)]
        :when (and arglists (or (keyword? value) (string? value)))]
    {:name (str (name (second form)) " " value)
     :line (:line (meta form))
     ;; The method is looked up anew: a fresh start makes the multimethod again.
     :variable (reify IDeref (deref [_] (get-method (.deref v) value)))
     :arities (mapv shape/arity arglists)}))

(defn- entries-of
  "The functions in a map that the file defines, each as a function of its own."
  [^Var v form]
  (for [[key value] (when (map? (last form)) (last form))
        :let [arglists (when (or (keyword? key) (string? key)) (shape/made-arglists value {}))]
        :when arglists]
    {:name (str (name (.sym v)) " " key)
     :line (:line (meta form))
     :variable (reify IDeref (deref [_] (get (.deref v) key)))
     :arities (mapv shape/arity arglists)}))

(defn- methods-elsewhere
  "What the file says how to do of protocols that another namespace has."
  [namespaces forms]
  (distinct
   (for [form forms
         :when (and (seq? form) (#{"defrecord" "deftype" "extend-type"} (name (first form))))
         sym (filter symbol? form)
         :let [protocol (some #(let [found (ns-resolve % sym)] (when (var? found) found)) namespaces)
               {:keys [sigs]} (when protocol (let [value @protocol] (when (map? value) value)))
               home (when sigs (.ns ^Var protocol))]
         :when (and home (not-any? #{home} namespaces))
         [method] (filter seq? form)
         :let [v (when (symbol? method) (ns-resolve home (symbol (name method))))]
         :when (and v (sigs (keyword (name method))))]
     {:name (name method) :variable v :arities (mapv shape/arity (:arglists (meta v)))})))

(defn- functions
  "The functions the file defines, in its order, and the methods of multimethods and protocols."
  [namespaces forms]
  (let [defining (into {} (keep (fn [form]
                                  (when (and (seq? form) (symbol? (second form)))
                                    [(symbol (name (second form))) form])))
                       forms)
        settings (into {} (for [[s ^Var v] (mapcat ns-interns namespaces)
                                :when (and (.isDynamic v) (number? (.getRawRoot v)))]
                            [s v]))
        defaults (into {} (for [[s ^Var v] (mapcat ns-interns namespaces)
                                :when (and (.hasRoot v) (map? (.getRawRoot v)))]
                            [s (.getRawRoot v)]))]
    (->> namespaces
         (mapcat ns-interns)
         (keep (fn [[symbol ^Var v]]
                 (let [{:keys [arglists line macro]} (meta v)
                       form (defining symbol)
                       arglists (or (shape/defined-arglists form) (seq arglists))]
                   (cond
                     (or macro (not (.hasRoot v))) nil
                     (instance? MultiFn (.getRawRoot v)) (methods-of v forms)
                     (map? (.getRawRoot v)) (entries-of v form)
                     (and (fn? (.getRawRoot v)) arglists)
                     (let [inner (shape/inner-functions form defining)]
                       [{:name (name symbol)
                         :line line
                         :variable v
                         :arities (mapv #(-> (shape/arity %)
                                             (shape/with-variables settings form)
                                             (nested/with-nested form forms defaults))
                                        arglists)
                         :inner-key (:key inner)
                         :inner (mapv shape/arity (:arglists inner))}])))))
         (apply concat (methods-elsewhere namespaces forms))
         (sort-by (juxt :line :name))
         vec)))

(defn- beside
  "The public functions of namespaces that a source brought in of the project that it is part of,
  which their names have in common: what makes a state may be one of them."
  [before namespaces]
  (let [root #(first (string/split (name (ns-name %)) #"\."))
        roots (set (map root namespaces))]
    (for [ns (all-ns)
          :when (and (roots (root ns)) (not (before (ns-name ns))) (not-any? #{ns} namespaces))
          [s ^Var v] (ns-publics ns)
          :let [{:keys [arglists line]} (meta v)]
          :when (and (.hasRoot v) (seq arglists) (fn? (.getRawRoot v)))]
      {:name (str s) :line line :variable v :arities (mapv shape/arity arglists)})))

(defn- read-file
  "Reads and runs the forms of a file from a namespace on, and adds them to what was `loaded`."
  [^String path known before loader loaded]
  (let [file (.getName (File. path))]
    (with-open [reader (LineNumberingPushbackReader.
                        (InputStreamReader. (FileInputStream. path) StandardCharsets/UTF_8))]
      (in-file
       file (peek (:visited loaded)) loader
       (fn []
         (loop [loaded (update loaded :files conj file)]
           (let [form (read-form reader file)]
             (if (= ::end form)
               loaded
               (let [added (try (run-form file form form)
                                (finally
                                  (swap! created into
                                         (remove before (map ns-name (all-ns))))))]
                 (when-not (known *ns*)
                   (swap! created conj (ns-name *ns*)))
                 (recur (-> loaded
                            (update :forms conj form)
                            (update :thunks into added)
                            (update :visited conj *ns*))))))))))))

(defn load-file
  "Loads a source file; what it requires or imports is found by the class loader. Of several
  files, a line each, one is read after another, in the namespace that the one before it ended in.

  Throws a LoadException of kind does-not-compile where the source does not read, resolve or
  import, and of kind crashes where a form throws when it is run."
  [^String paths ^ClassLoader loader]
  (forget-other-ports)
  (let [paths (string/split-lines paths)
        file (.getName (File. ^String (first paths)))
        known (taken)
        before (set (map ns-name (all-ns)))
        home (own-namespace file)]
    (swap! created conj (ns-name home))
    (let [{:keys [files forms thunks visited]}
          (reduce #(read-file %2 known before loader %1)
                  {:files #{} :forms [] :thunks [] :visited [home]}
                  paths)
          namespaces (vec (remove known (distinct visited)))
          program {:file file :files files :home home :loader loader :namespaces namespaces
                   :thunks thunks :forms forms
                   :functions (functions namespaces forms)
                   :beside (vec (beside before namespaces))
                   :list-variables (remember-variables namespaces)
                   :current (atom nil)
                   :makers (atom {})
                   :chosen (atom nil)}
          initial (roots program)]
      (assoc program
             :initial initial
             :fixed (every? (fn [[_ root bound]] (and bound (fixed? root))) initial)))))
