(ns rmsproof.adapter.graph
  "Functions that no shape binds, looked at from outside. Arguments are made of what the names of
  parameters say; where these leave it open, of each thing that could be there in turn. What comes
  back is handed on to where something of its kind came from, so that an update of values looks as
  one in place does; what moves what then tells weights from gradients (see Influence)."
  (:require [clojure.string :as string]
            [clojure.walk :as walk]
            [rmsproof.adapter.nested :as nested]
            [rmsproof.adapter.program :as program]
            [rmsproof.adapter.reach :as reach]
            [rmsproof.adapter.shape :as shape])
  (:import (clojure.lang IType Named Var)
           (java.lang.reflect InvocationTargetException)
           (java.util LinkedHashMap)
           (rmsproof.adapter Graph GraphPlan GraphWays Names)))

(set! *warn-on-reflection* true)

(def ^:private size
  "How many there are of anything."
  2)

(def ^:private most-makings 2000)
(def ^:private most-ways 6)
(def ^:private most-makers 5)

;; Choices

(defn- choose
  "One of several things: the one that was decided on, else the first. Those that the port itself
  begins with are marked: where one of them serves, nothing else was meant."
  ([context options] (choose context nil options))
  ([{:keys [decided chosen]} what options]
   (when (empty? options)
     (throw (IllegalArgumentException. "nothing could be there")))
   (if (next options)
     (let [place (get decided (count @chosen) 0)
           one (nth (vec options) place)]
       (swap! chosen conj [place (count options) (when what [what (boolean (::own (meta one)))])])
       one)
     (first options))))

(defn- others
  "What else could be decided, given what was: each other thing in one place after those."
  [decided chosen]
  (let [places (mapv first chosen)]
    (for [i (range (count decided) (count chosen))
          place (range 1 (second (nth chosen i)))]
      (conj (subvec places 0 i) place))))

;; Arguments

(defn- asked-once
  "A question about a name that is answered once: every making asks it."
  [question]
  (memoize (comp boolean question)))

(def ^:private plain
  (memoize (fn [name] (string/lower-case (string/replace (str name) #"[-_!*:?]" "")))))

(def ^:private average?
  (asked-once
   #(re-find #"sq|square|avg|average|accum|mean|cache|state|memory|hist|moment" (plain %))))

(def ^:private gradients?
  (asked-once
   #(and (not (average? %))
         (or (Names/gradients %) (re-matches #"d?gs|gs|dws|dparams?|dtheta" (plain %))))))

(def ^{:arglists '([name])} weights?
  "Tells whether a parameter of a name takes weights."
  (asked-once
   #(and (not (gradients? %)) (not (average? %))
         (or (Names/weights %)
             (re-matches #".*weights?.*|ws|thetas?|ps?|xs?|.*params?|model|net(?:work)?"
                         (plain %))))))

(defn- turn? [name]
  (re-matches #"t|k|iter.*|epoch|turn|step(?:no|num.*|count)" (plain name)))

(defn- size? [name]
  (re-matches #"n|size|dims?|length|(?:num|n|count).*" (plain name)))

(defn- extent?
  "Tells whether a number says how much of something is made."
  [name]
  (or (size? name) (re-matches #"n?(?:in|out|inputs?|outputs?|rows|cols|columns|units|hidden)" (plain name))))

(defn- sizes? [name]
  (re-matches #"sizes|dims|dimensions|units|widths|topology|structure|architecture|layers?sizes" (plain name)))

(def ^:private names (mapv #(keyword (str "w" %)) (range size)))

(defn- zeros [] (vec (repeat size 0.0)))

(def ^:private storages
  "Zeros in the ways to hold arrays."
  [#(zipmap names (repeatedly zeros))
   zeros
   #(double-array size)
   #(zipmap names (repeatedly (fn [] (double-array size))))
   #(vec (repeatedly size zeros))
   #(vec (repeatedly size (fn [] (double-array size))))
   #(zipmap names (repeat 0.0))
   (constantly 0.0)])

(defn- arrays [{:keys [storage]} {:keys [element]}]
  (case element
    "float64" (double-array size)
    "float32" (float-array size)
    (storage)))

(defn- number [{:keys [numbers ^LinkedHashMap asked]} path]
  (let [value (double (get numbers path 0.5))]
    (.put asked path value)
    value))

(declare made told? keeping?)

(defn- self? [name]
  (#{"this" "self" "_"} name))

(def ^:private likeliness
  "How likely a function of a name makes something of a name; nearer to 0 is likelier."
  (memoize
   (fn [name made]
     (cond
       (= (plain name) (plain made)) 0
       (re-find #"^(?:init|initial|zero|make|new|create|start|begin)" name) 1
       (Names/algorithm name) (if (self? made) 1 2)
       (string/starts-with? name "->") (if (self? made) 1 4)
       :else 3))))

(defn- may-make
  "The functions of the port, and of its project, that ask for nothing but settings, a size and
  weights, the likeliest to make something of a name first, each with one of its arities."
  [{:keys [program function self built]} made]
  (let [stepping? (some? @self)
        score #(likeliness (:name %) made)
        asks-little? (fn [{:keys [arity name]}]
                       (every? #(or (shape/setting? (:name %)) (extent? (:name %)) (sizes? (:name %))
                                    (weights? (:name %)) (and stepping? (self? (:name %)))
                                    (:default %) (:absent %) (string/starts-with? name "->"))
                               (:parameters arity)))
        found #(->> (concat (:functions program) (:beside program))
                    (remove (fn [one] (or (= (:name function) (:name one)) (seq (:inner one))
                                          (string/starts-with? (:name one) "map->")
                                          (and built (not (built (:name one)))))))
                    (mapcat (fn [one] (map (partial assoc one :arity) (:arities one))))
                    (filter asks-little?)
                    (sort-by (juxt score (fn [one] (- (long (or (:line one) 0))))))
                    (take most-makers)
                    (mapv (fn [one] (assoc one :score (score one)))))
        key [(:name function) stepping? made built]]
    (or (get @(:makers program) key)
        (get (swap! (:makers program) assoc key (found)) key))))

(defn- makers
  "What functions of the port make that ask for nothing but settings, a size and weights; and what
  steps, where that is known."
  [context parameter]
  (for [{:keys [arity name variable score]} (may-make context (:name parameter))]
    (with-meta
      #(let [product (apply @variable
                            (mapcat :values (made (assoc context :making name) arity name)))]
         (when (or (nil? product) (number? product) (string? product) (fn? product))
           (throw (IllegalArgumentException. (str name " makes no state"))))
         product)
      ;; What is made of settings alone is what steps, not what it begins with.
      {::own (boolean (and (< (long score) 2)
                           (some #(weights? (:name %)) (:parameters arity))))})))

(defn- zeroed [value]
  (walk/postwalk #(if (number? %) 0.0 %) value))

(defn- likenesses
  "Gradients that are like what functions of the port make: like all of it, or the parts of it."
  [context]
  (for [maker (makers context {:name ""})
        of [identity #(first (filter (fn [one] (and (sequential? one) (every? map? one) (seq one)))
                                     (vals %)))]]
    #(let [like (of (maker))]
       (when-not (and (coll? like) (seq like))
         (throw (IllegalArgumentException. "nothing is like it")))
       (zeroed like))))

(defn- builders
  "The names of the functions whose code makes a record."
  [{:keys [forms]} constructor]
  (let [record (subs constructor 2)
        makes? #(and (symbol? %)
                     (#{constructor (str "map" constructor) (str record ".")} (name %)))]
    (set (for [[head sym :as form] (filter seq? forms)
               :when (and (symbol? sym) (string/starts-with? (str head) "defn")
                          (some makes? (tree-seq coll? seq (drop 2 form))))]
           (name sym)))))

(defn- selves
  "What makes what steps. Gradients that it keeps are not handed over, and neither is its state: it
  is what the port makes, where anything of the port's does."
  [{:keys [program function] :as context} parameter]
  (let [built (when-not (some #(told? %) (:arities function))
                (set (mapcat #(builders program (:name %))
                             (filter keeping? (:functions program)))))]
    (makers (cond-> context (seq built) (assoc :built built)) parameter)))

(defn- reference
  "A reference that holds something."
  [kind content]
  (case kind
    "ref" (ref content)
    "volatile" (volatile! content)
    (atom content)))

(defn- making
  "What makes references, of the makers of a parameter."
  [context parameter]
  (for [maker (makers context parameter)]
    (with-meta #(let [product (maker)]
                  (when-not (reach/reference? product)
                    (throw (IllegalArgumentException. "what is made is no reference")))
                  product)
               (meta maker))))

(defn- held
  "What a reference holds at first, in it; or one that a function of the port makes."
  [{:keys [name held] :as parameter} context path]
  (let [of-arrays [#(reference held (arrays context parameter))]]
    ((choose context path
             (cond
               (gradients? name) of-arrays
               (weights? name) (concat of-arrays (making context parameter))
               :else (concat (making context parameter)
                             [#(reference held {}) #(reference held nil)]
                             of-arrays))))))

(defn- within
  "What is reached into, as the forms that do it say: arrays under their names, references."
  [context tree path to held-as]
  (let [name (some #(when (keyword? %) (clojure.core/name %)) (rseq to))
        on #(within context (tree %1) (str path "." %2) (conj to %1) held-as)]
    (cond
      (::nested/named tree) (zipmap names (map #(on ::nested/named (clojure.core/name %)) names))
      (::nested/listed tree) (mapv #(on ::nested/listed %) (range size))
      (seq tree) (into {} (for [key (keys tree)
                                :let [made (on key (clojure.core/name key))]
                                :when (some? made)]
                            [key made]))
      (held-as to) (held {:name name :held (held-as to)} context nil)
      (shape/setting? name) (number context path)
      (or (gradients? name) (weights? name) (average? name)) (arrays context nil))))

(defn- nested-gradients?
  "Tells whether something that is reached into has gradients in it."
  [tree]
  (some #(and (keyword? %) (gradients? (clojure.core/name %))) (tree-seq coll? seq tree)))

(defn- told?
  "Tells whether gradients are among the parameters of an arity."
  [{:keys [parameters]}]
  (some #(or (gradients? (:name %)) (nested-gradients? (:nested %))) parameters))

(defn- keeping?
  "Tells whether a function is the constructor of a record that keeps gradients."
  [{:keys [name arities]}]
  (and (string/starts-with? name "->") (some told? arities)))

(defn- argument
  "What a parameter is given, and what that is."
  [context {:keys [name kind] :as parameter} path]
  (let [of #(hash-map :kind %1 :value %2)
        array #(arrays context parameter)
        open (fn [options] (of :state ((choose context path options))))]
    (cond
      (or (= "number" kind) (shape/setting? name)) (of :number (number context path))
      (and (:making context) (self? name)) (of :data @(:self context))
      (:nested parameter) (let [tree (:nested parameter)
                                reached #(within context tree path [] (:held (meta tree) {}))]
                            (of :state ((choose context path
                                                (cons reached (makers context parameter))))))
      (:held parameter) (of :held (held parameter context path))
      (gradients? name) (of :gradients ((choose context (cons array (when (:alike context)
                                                               (likenesses context))))))
      (:making context) (of :data (cond (extent? name) size
                                        (sizes? name) (vec (repeat 3 size))
                                        :else (array)))
      (weights? name) (let [make (choose context (into [array] (makers context parameter)))]
                        (of (if (identical? make array) :weights :state) (make)))
      (turn? name) (of :turn 1)
      (size? name) (of :size size)
      (self? name) (let [made (open (selves context parameter))]
                     (reset! (:self context) (:value made))
                     made)
      (:unset parameter) (open [(constantly nil)])
      :else (open (concat (makers context parameter)
                          [(constantly nil) (constantly {}) array #(number context path)])))))

(defn- options
  "A map of options, of a layer, of a state: of its keys, or as a function of the port makes it."
  [context parameters {:keys [options spread as]} path]
  (let [entries (fn []
                  (into {}
                        (for [[index key] options
                              :let [{:keys [name default absent] :as parameter} (parameters index)
                                    known? (or (shape/setting? name) (gradients? name)
                                               (weights? name))]
                              :when (or known? (turn? name) (not (or default absent)))
                              :let [given (if (or known? (= "number" (:kind parameter)))
                                            (:value (argument context parameter
                                                              (str path "." name)))
                                            ((choose context
                                                     (if (turn? name)
                                                       [(constantly 0) (constantly 1)]
                                                       [(constantly nil)
                                                        #(arrays context parameter)]))))]
                              :when (some? given)]
                          [key given])))
        ;; What is settings alone is nothing that a function of the port begins.
        settings? (every? #(shape/setting? (:name (parameters (first %)))) options)
        whole (if (or spread settings? (:making context))
                (entries)
                ((choose context [path (mapv second options)]
                         (cons entries (makers context {:name (or as path)})))))]
    {:name (str (or as path)) :kind (if spread :number :state) :value whole
     :values (if spread (mapcat identity whole) [whole])}))

(defn- made
  "What a call is given, an entry for each place."
  [context {:keys [parameters layout]} path]
  (vec
   (for [item layout
         :let [parameters (vec parameters)
               one #(let [parameter (parameters %)]
                      (assoc (argument context parameter (str path "." (:name parameter)))
                             :name (:name parameter)))
               rest? #(and (:making context) (:default %) (sizes? (:name %)))]
         :when (not (or (:variables item)
                        (and (:index item) (:default (parameters (:index item)))
                             (not (rest? (parameters (:index item)))))))]
     (cond
       (and (:index item) (rest? (parameters (:index item))))
       (assoc (one (:index item)) :values (repeat 3 size))
       (:options item) (options context parameters item path)
       (:elements item) (let [parts (mapv (comp :value one) (:elements item))]
                          {:name path :kind :state :value parts :values [parts]})
       :else (let [entry (one (:index item))] (assoc entry :values [(:value entry)]))))))

;; Handing on

(defn- pieces
  "What came back, and what it consists of, each by the key that it stands under."
  [returned]
  (cons [nil returned]
        (cond
          (map? returned) (map vec returned)
          (and (sequential? returned) (<= (count (take 5 returned)) 4)
               (not-any? number? returned)) (map-indexed vector returned))))

(defn- like?
  "Tells whether a value surely is what another one has become: of its type, or with all its keys."
  [old new]
  (if (or (record? old) (instance? IType old))
    (= (class old) (class new))
    (and (map? old) (seq old) (map? new) (every? (partial contains? new) (keys old)))))

(defn- called? [key name]
  (and (instance? Named key) (seq name) (string/ends-with? (plain (clojure.core/name key)) (plain name))))

(defn- handed
  "An entry as it is in the next step: with what came back of its kind, or under its name; where
  nothing says so, with what could be it, the same in every step."
  [context {:keys [name kind value from] :as entry} returned]
  (let [all (pieces returned)
        surely (or (first (filter #(like? value (second %)) all))
                   (first (filter #(called? (first %) name) all)))]
    (cond
      (or (not= :state kind) (identical? value returned)) entry
      from (assoc entry :value (get (into {} all) (first from) value))
      surely (assoc entry :value (second surely))
      (or (record? value) (and (map? value) (seq value))) entry
      (or (nil? value) (coll? value))
      (let [[key :as from] (choose context (conj (mapv (juxt first)
                                                       (remove (comp number? second) all))
                                                 [::kept]))]
        (assoc entry :from from :value (get (into {} all) key value)))
      :else entry)))

;; Steps

(defn- candidates
  "The functions that take gradients, and those that others return, the likeliest first."
  [program]
  (let [kept? (some keeping? (:functions program))
        takes? (fn [{:keys [parameters] :as arity}]
                 (or (told? arity)
                     ;; A record may keep them, which what it is handed to reads.
                     (and kept? (some #(self? (:name %)) parameters))))
        rank (fn [{:keys [name variable]}]
               [(not (Names/algorithm name))
                (not (re-find #"step|update|optimi|descend|appl|learn" name))
                (boolean (:private (meta variable)))])]
    (for [function (sort-by rank (:functions program))
          [inner? arities] [[false (:arities function)] [true (:inner function)]]
          ;; What takes less calls what takes more, with constants for what it is not told.
          [place arity] (sort-by (comp - count :parameters second) (map-indexed vector arities))
          :when (takes? arity)]
      {:function function :inner inner? :place place})))

(defn- call
  "The function that steps, and the entries of its arguments."
  [context {:keys [variable arities inner inner-key name]} inner? place]
  (if inner?
    (let [outer (choose context arities)
          made-one (apply @variable (mapcat :values (made (assoc context :making true) outer name)))]
      [(cond-> made-one inner-key (get inner-key)) (made context (nth inner place) "given")])
    [@variable (made context (nth arities place) "given")]))

(defn- variables
  "What the dynamic variables are set to that a function goes by."
  [context {:keys [arities]}]
  (for [{:keys [parameters layout]} arities
        [index variable] (mapcat :variables layout)]
    [variable (number context (str "this." (:name (nth parameters index))))]))

(defn- shared
  "What the variables of a port hold that can change; one for weights that is empty holds some."
  [context]
  (for [^Var v (program/variables (:program context))
        :let [value (.getRawRoot v)
              sym (str (.sym v))]
        :when (or (reach/reference? value) (instance? java.util.HashMap value)
                  (and value (.isArray (class value))))]
    (do (when (and (reach/reference? value) (weights? sym) (or (nil? @value) (= {} @value)))
          (reach/change value (constantly (arrays context nil))))
        [(str "this." sym) value (fn [_])])))

(defn graph
  "Something that steps: a function in a world of its own, with its arguments."
  ^Graph [program ^GraphPlan plan numbers]
  (let [world (program/fresh program)
        function (first (filter #(= (.type plan) (:name %)) (:functions program)))
        asked (LinkedHashMap.)
        storage (atom nil)
        context {:program program :function function :numbers numbers :asked asked
                 :storage #(@storage) :self (atom nil) :decided (read-string (.method plan))
                 :alike (.prepared plan)
                 :chosen (reset! (:chosen program) (atom []))}
        _ (reset! storage (choose context storages))
        _ (doseq [[^Var v value] (variables context function)]
            (.bindRoot v value))
        shared (doall (shared context))
        [f entries] (call context function (.completed plan) (.constructor plan))
        entries (atom entries)
        returned (atom nil)]
    (reify Graph
      (asked [_] asked)
      (offered [_] {})
      (leave [_])
      (settings [_] (reach/settings (program/variables program)))
      (cells [_]
        (program/enter program world)
        (reach/numbers
         (set names)
         (concat
          (for [[i {:keys [name kind value]}] (map-indexed vector @entries)
                :when (#{:gradients :weights :state :held} kind)]
            [(if (seq name) name "given") value #(swap! entries update-in [i :value] %)])
          shared
          (when (.completed plan) [["this" f (fn [_])]])
          [["returned" @returned (fn [_])]])))
      (step [_ turn]
        (program/enter program world)
        (try
          (let [values (mapcat (fn [{:keys [kind value values]}]
                                 (case kind :turn [turn] :number values [value]))
                               @entries)
                result (apply f values)]
            (reset! returned result)
            (swap! entries (partial mapv #(handed context % result))))
          (catch Throwable thrown
            (throw (InvocationTargetException. thrown))))))))

(defn- begun
  "Of ways those in which the port begins what it can begin."
  [found]
  (let [marks (fn [[_ chosen]] (keep peek chosen))
        own (into #{} (comp (mapcat marks) (filter second) (map first)) found)]
    (map first (remove #(some (fn [[what own?]] (and (own what) (not own?))) (marks %)) found))))

(defn- ways
  "The ways of one candidate, and why it has none."
  [port program {:keys [function inner place alike]} ^long deadline]
  (loop [waiting (conj clojure.lang.PersistentQueue/EMPTY []) left most-makings found []
         failed "nothing moves as weights do"]
    (if-let [decided (and (pos? left) (< (count found) most-ways) (< (System/nanoTime) deadline)
                          (peek waiting))]
      (let [plan (GraphPlan. (:name function) place "" (pr-str decided) alike inner size)
            [several thrown] (try
                               [(GraphWays/of port plan deadline) nil]
                               (catch Throwable thrown
                                 [nil thrown]))]
        (recur (into (pop waiting) (others decided @@(:chosen program)))
               (dec left)
               (into found (map #(vector % @@(:chosen program))) several)
               (if thrown (str (or (ex-cause thrown) thrown)) failed)))
      [(begun found) failed])))

(defn explore
  "The ways to call the likeliest function that has some, and why those before it have none; of
  the one of a name, unless that is empty. Gradients are like what the port makes only where no
  function has any else."
  [port program named deadline]
  (let [all (filter #(or (= "" named) (= named (:name (:function %)))) (candidates program))]
    (loop [[{:keys [alike] :as one} & more] (for [alike [false true] one all] (assoc one :alike alike))
           refused []]
      (if (and one (< (System/nanoTime) (long deadline)))
        (let [[found failed] (ways port program one deadline)
              refused (if alike refused (conj refused (str (:name (:function one)) ": " failed)))]
          (if (seq found)
            {"ways" found "refused" []}
            (recur more refused)))
        {"ways" [] "refused" refused}))))
