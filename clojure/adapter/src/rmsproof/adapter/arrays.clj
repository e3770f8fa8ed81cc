(ns rmsproof.adapter.arrays
  "Arrays and maps of them, as ports take them, and as they return them."
  (:import (clojure.lang LazilyPersistentVector PersistentArrayMap)
           (java.util Arrays)
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

(def storages
  "The ways to hold arrays, by index; Clojure's parameters do not say which they want."
  [{:name "maps of vectors" :holder (holder Container/MAP vectors)}
   {:name "maps of double arrays" :holder (holder Container/MAP double-arrays)}
   {:name "vectors of vectors" :holder (holder Container/LIST vectors)}
   {:name "vectors of double arrays" :holder (holder Container/LIST double-arrays)}
   {:name "vectors" :holder (holder Container/ARRAY vectors)}
   {:name "double arrays" :holder (holder Container/ARRAY double-arrays)}
   {:name "matrices of one row" :holder matrices}])

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
