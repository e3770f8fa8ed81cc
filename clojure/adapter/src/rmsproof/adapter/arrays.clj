(ns rmsproof.adapter.arrays
  "Arrays and maps of them, as ports take them, and as they return them."
  (:import (clojure.lang IAtom LazilyPersistentVector PersistentArrayMap)
           (java.util Arrays LinkedHashMap Map)
           (rmsproof.adapter Container Holder)))

(set! *warn-on-reflection* true)

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

(def ^:private atoms
  "Holds one array a call in an atom that the port swaps."
  (let [^Holder one (holder Container/ARRAY vectors)]
    (reify Holder
      (array [_ values offset length] (atom (.array one values offset length)))
      (together [_ names arrays] (.together one names arrays))
      (container [_] Container/ARRAY)
      (stored [_ value] value)
      (mutable [_] true)
      (view [_ value] (if (instance? IAtom value) @value value)))))

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

(defn grouped
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

(def storages
  "The ways to hold arrays, by index; Clojure's parameters do not say which they want."
  [{:name "maps of vectors" :holder (holder Container/MAP vectors)}
   {:name "maps of double arrays" :holder (holder Container/MAP double-arrays)}
   {:name "vectors of vectors" :holder (holder Container/LIST vectors)}
   {:name "vectors of double arrays" :holder (holder Container/LIST double-arrays)}
   {:name "vectors" :holder (holder Container/ARRAY vectors)}
   {:name "double arrays" :holder (holder Container/ARRAY double-arrays)}
   {:name "matrices of one row" :holder matrices}
   {:name "maps of numbers" :holder (numbers-holder)}
   {:name "vectors, the weights in an atom" :holder atoms :gradients (holder Container/ARRAY vectors)}])

(defn holder-for
  "The holder that a parameter's type hint asks for, or that of the other one, else the one chosen."
  ^rmsproof.adapter.Holder [parameter other chosen]
  (case (or (:element parameter) (:element other))
    "float64" (holder Container/ARRAY double-arrays)
    "float32" (holder Container/ARRAY float-arrays)
    chosen))

(defn biases-holder
  "The holder of biases beside weights: those of a matrix are a row."
  ^rmsproof.adapter.Holder [^Holder weights]
  (if (identical? matrices weights) (holder Container/ARRAY vectors) weights))
