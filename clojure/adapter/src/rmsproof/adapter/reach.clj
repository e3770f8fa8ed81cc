(ns rmsproof.adapter.reach
  "The single numbers that can be reached from a value, by the path that leads to each: through maps,
  records, vectors, arrays, references, and what objects and closures of the port have in fields."
  (:import (clojure.lang IAtom IDeref IFn IRecord IType Ref Var Volatile)
           (java.lang.reflect Field Modifier)
           (java.util LinkedHashMap List Map)
           (java.util.function Consumer)
           (rmsproof.adapter Cell)))

(set! *warn-on-reflection* true)

(def ^:private deepest 9)
(def ^:private most 2000)

(defn reference?
  "Tells whether a value is a cell that others may change."
  [value]
  (or (instance? IAtom value) (instance? Ref value) (instance? Volatile value)))

(defn change
  "Puts something else into a reference."
  [reference f]
  (condp instance? reference
    Ref (dosync (alter reference f))
    Volatile (vreset! reference (f @reference))
    (swap! reference f)))

(defn- at [holder place]
  (if (associative? holder) (get holder place) (nth holder place)))

(defn- put [holder place value]
  (assoc (if (associative? holder) holder (vec holder)) place value))

(defn- field [^Field field owner]
  (.setAccessible field true)
  (.get field owner))

(defn- fields
  "The fields of an object of the port: of a type that it defines, or what a closure closes over."
  [value]
  (when (or (and (instance? IType value) (not (instance? IRecord value))) (instance? IFn value))
    (remove #(Modifier/isStatic (.getModifiers ^Field %))
            (.getDeclaredFields (class value)))))

(defn- step-of
  "How a path goes on by a key: an array's name stands in brackets, as an index does."
  [names key]
  (if (or (names key) (not (instance? clojure.lang.Named key)))
    (str "[" (if (instance? clojure.lang.Named key) (name key) key) "]")
    (str "." (name key))))

(defn numbers
  "The cells of what is reached from roots: triples of a path, a value, and a function that changes
  what is there by a function. `names` are those of arrays."
  ^Map [names roots]
  (let [found (LinkedHashMap.)
        seen (java.util.IdentityHashMap.)]
    (letfn [(new? [value] (nil? (.put seen value true)))
            (visit [path value modify depth]
              (cond
                (or (nil? value) (< deepest depth) (<= most (.size found))) nil

                (number? value)
                (when (or (float? value) (re-find #"\[" path))
                  (.put found path
                        (Cell. (double value) (instance? Float value) true
                               (reify Consumer
                                 (accept [_ number] (modify (constantly number)))))))

                (reference? value)
                (when (new? value)
                  (visit path @value #(change value %) (inc depth)))

                (map? value)
                (doseq [[k held] value]
                  (visit (str path (step-of names k)) held
                         (fn [f] (modify #(put % k (f (at % k))))) (inc depth)))

                (sequential? value)
                (doall
                 (map-indexed (fn [i held]
                                (visit (str path "[" i "]") held
                                       (fn [f] (modify #(put % i (f (at % i))))) (inc depth)))
                              (take most value)))

                (.isArray (class value))
                (when (new? value)
                  (dotimes [i (min most (java.lang.reflect.Array/getLength value))]
                    (visit (str path "[" i "]") (java.lang.reflect.Array/get value i)
                           #(java.lang.reflect.Array/set
                             value i (% (java.lang.reflect.Array/get value i)))
                           (inc depth))))

                (instance? Map value)
                (when (new? value)
                  (doseq [k (vec (.keySet ^Map value))]
                    (visit (str path (step-of names k)) (.get ^Map value k)
                           #(.put ^Map value k (% (.get ^Map value k))) (inc depth))))

                (instance? List value)
                (when (new? value)
                  (dotimes [i (.size ^List value)]
                    (visit (str path "[" i "]") (.get ^List value i)
                           #(.set ^List value i (% (.get ^List value i))) (inc depth))))

                (fields value)
                (when (new? value)
                  (doseq [^Field one (fields value)]
                    (visit (str path "." (.getName one)) (field one value)
                           #(.set one value (% (field one value))) (inc depth))))))]
      (doseq [[path value modify] roots]
        (visit path value modify 0))
      found)))

(defn settings
  "The numbers that somebody may tell a port: in references of its variables, and those that may be
  bound, or are in maps that may."
  ^Map [variables]
  (numbers #{} (for [^Var v variables
                     :let [root (.getRawRoot v)]
                     :when (or (reference? root) (and (.isDynamic v) (or (map? root) (number? root))))]
                 [(name (.sym v)) root #(.bindRoot v (% (.getRawRoot v)))])))
