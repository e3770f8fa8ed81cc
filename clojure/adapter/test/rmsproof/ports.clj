(ns rmsproof.ports
  "Clojure ports for tests: loaded from files, bound by position, and run."
  (:require [clojure.java.io :as io])
  (:import (com.google.gson JsonElement JsonObject JsonParser)
           (rmsproof.adapter Host PortFiles Steps)))

(defn json
  "Reads JSON into maps with string keys, vectors, strings and numbers."
  [text]
  (letfn [(plain [^JsonElement e]
            (cond
              (.isJsonObject e) (into (array-map)
                                      (map (fn [[k v]] [k (plain v)]))
                                      (.entrySet (.getAsJsonObject e)))
              (.isJsonArray e) (mapv plain (.getAsJsonArray e))
              (.isJsonNull e) nil
              (.isBoolean (.getAsJsonPrimitive e)) (.getAsBoolean e)
              (.isNumber (.getAsJsonPrimitive e)) (.getAsDouble e)
              :else (.getAsString e)))]
    (plain (JsonParser/parseString text))))

(defn- to-json [value]
  (cond
    (map? value) (let [object (JsonObject.)]
                   (doseq [[k v] value] (.add object (name k) (to-json v)))
                   object)
    (sequential? value) (let [array (com.google.gson.JsonArray.)]
                          (doseq [v value] (.add array ^JsonElement (to-json v)))
                          array)
    (nil? value) com.google.gson.JsonNull/INSTANCE
    (number? value) (com.google.gson.JsonPrimitive. ^Number value)
    :else (com.google.gson.JsonPrimitive. (name value))))

(defn load-port
  "Loads a port from its source file."
  ^Host [file]
  (Host/load "clojure" (PortFiles. (make-array String 0) (str file))))

(defn- delete-at-exit
  "Has a folder and the files in it deleted when the tests end."
  [folder]
  (.addShutdownHook (Runtime/getRuntime)
                    (Thread. #(run! io/delete-file (reverse (file-seq folder))))))

(defn load-text
  "Loads a port from text, as a file called port.clj."
  ^Host [text]
  (let [folder (java.nio.file.Files/createTempDirectory
                "port" (make-array java.nio.file.attribute.FileAttribute 0))
        file (io/file (.toFile folder) "port.clj")]
    (delete-at-exit (.toFile folder))
    (spit file text)
    (load-port file)))

(defn edition [name]
  (load-port (io/file "editions" name "rmsprop.clj")))

(def roles ["learning_rate" "decay_rate" "epsilon"])

(defn bind
  "Binds a function; `call` and the other keys are the binding's own."
  ^Host [^Host host function call & {:as more}]
  (.bind host (str (to-json (merge {:function function :call call} more))))
  host)

(defn open
  "Opens a bound port on weights, a map of names to vectors; returns nil or the failure."
  [^Host host hyperparameters weights]
  (some-> (.open host "float64" (into-array String roles) (double-array hyperparameters)
                 (into-array String (keys weights)) (int-array (map count (vals weights)))
                 (double-array (apply concat (vals weights))))
          json))

(defn run
  "Feeds gradients, a sequence of maps; arrays that a step leaves out are absent."
  ^Steps [^Host host weights gradients]
  (let [flat (for [step gradients, [name array] weights, i (range (count array))]
               (get-in step [name i] 0.0))
        present (for [step gradients, name (keys weights)]
                  (if (contains? step name) 1 0))]
    (.run host (count gradients) (double-array flat) (byte-array present))))

(defn weights-after
  "Runs a bound port; the weights after each step as flat vectors, or the failure."
  [host hyperparameters weights gradients]
  (or (open host hyperparameters weights)
      (let [steps (run host weights gradients)]
        (or (some-> (.failure steps) json)
            (mapv vec (partition (count (apply concat (vals weights))) (.weights steps)))))))

(defn facts [^Steps steps]
  (json (.facts steps)))

(defn load-failure
  "The kind and the message with which a source is refused, or nil."
  [text]
  (try
    (load-text text)
    nil
    (catch rmsproof.adapter.LoadException refused
      [(.kind refused) (.getMessage refused)])))
