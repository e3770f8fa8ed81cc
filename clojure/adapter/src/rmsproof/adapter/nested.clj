(ns rmsproof.adapter.nested
  "What the parameters of functions hold that these reach into: maps of maps, records one after the
  other, by the forms that read them. A tree has what each key leads to; `::named` stands for the
  names of arrays, `::listed` for places, and an empty one for what is no map."
  (:require [rmsproof.adapter.shape :as shape]))

(defn- step [key]
  (if (keyword? key) key ::named))

(defn- path
  "The keys by which a form leads on from a symbol, or nil where it does not."
  [form sym]
  (cond
    (= sym form) []
    (seq? form)
    (let [[head one other] form
          on (fn [of keys] (some-> (path of sym) (into keys)))]
      (cond
        (keyword? head) (on one [head])
        (= 'get head) (on one [(step other)])
        (and (= 'get-in head) (vector? other)) (on one (map step other))
        (= 'vals head) (on one [::named])
        ('#{seq vec} head) (on one [])))))

(defn- elements
  "Where the elements of a form that is gone over stand, and the pattern that takes one apart."
  [pattern form sym]
  (when-let [to (path form sym)]
    (cond
      (= ::named (peek to)) [to pattern]
      (and (vector? pattern) (= 2 (count pattern))) [(conj to ::named) (second pattern)]
      :else [(conj to ::listed) pattern])))

(defn- gone-over
  "The elements that a form goes over one by one."
  [[head one other] sym]
  (cond
    (and ('#{doseq for} head) (vector? one))
    (keep (fn [[pattern form]] (elements pattern form sym)) (partition 2 one))

    (and ('#{map mapv run!} head) (seq? one) (= 'fn (first one)) (vector? (second one)))
    (keep identity [(elements (first (second one)) other sym)])))

(defn- reached
  "The paths of what a body reads from a symbol, each with what is known of what is there; none of
  what it has something else in the place of."
  [body sym]
  (let [forms (filter seq? (tree-seq coll? seq body))
        spare (into #{} (mapcat rest) (filter #(= 'or (first %)) forms))]
    (concat
     (for [form forms
           :when (not (or (spare form) (and (= 'get (first form)) (= 4 (count form)))))
           :let [to (path form sym)]
           :when (and (seq to) (some keyword? to))]
       [to nil])
     (for [form forms
           [to pattern] (gone-over form sym)
           :when (map? pattern)
           key (:keys pattern)
           :when (not (contains? (:or pattern) key))]
       [(conj to (keyword (name key))) (shape/held body key)]))))

(defn- settings
  "The keys that a body takes from what a symbol holds over what is given by default."
  [body sym defaults]
  (for [form (tree-seq coll? seq body)
        :when (and (seq? form) (= 'merge (first form)) (= sym (last form)))
        [key value] (get defaults (second form))
        :when (and (keyword? key) (number? value))]
    [[key] nil]))

(defn- tree [paths]
  (reduce (fn [tree [to held]]
            (cond-> (update-in tree to #(or % {}))
              held (vary-meta assoc-in [:held to] held)))
          {} paths))

(defn with-nested
  "An arity whose parameters have the tree of what they hold: by the form that defines it, and
  further in by other forms that have a parameter of the same name."
  [arity form forms defaults]
  (let [others (for [other forms
                     :when (and (seq? other) (not= form other)
                                (re-matches #"defn-?|defmethod" (str (first other))))]
                 [(set (filter symbol? (tree-seq coll? seq (first (filter vector? other))))) other])
        nested (fn [sym]
                 (let [own (concat (reached form sym) (settings form sym defaults))
                       beyond? (fn [[to]]
                                 (some (fn [[begun]] (= begun (take (count begun) to))) own))]
                   (concat own (for [[parameters other] (when (seq own) others)
                                     :when (parameters sym)
                                     one (filter beyond? (reached other sym))]
                                 one))))]
    (update arity :parameters
            (partial mapv
                     (fn [{:keys [name kind key] :as parameter}]
                       (let [paths (when (and (= "any" kind) (not key)) (nested (symbol name)))]
                         (cond-> parameter (seq paths) (assoc :nested (tree paths)))))))))
