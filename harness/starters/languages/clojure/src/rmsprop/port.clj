(ns rmsprop.port
  "The wire protocol of rmsproof: requests from standard input, a JSON object a line, are answered
  on standard output, a line each, flushed. What is not finite is written as text."
  (:require [clojure.data.json :as json]
            [rmsprop.core :as rmsprop])
  (:import (java.io BufferedReader InputStreamReader OutputStreamWriter)))

(defn- number
  "A JSON number, or one of the texts NaN, Infinity and -Infinity, as a double."
  [value]
  (if (string? value) (Double/parseDouble value) (double value)))

(defn- written
  "A number as JSON has it: as text where it is not finite."
  [x]
  (if (or (Double/isNaN x) (Double/isInfinite x)) (str x) x))

(defn- each
  "What f makes of every number of every array."
  [f arrays]
  (update-vals arrays #(mapv f %)))

(defn- run
  "The weights and averages after every step of a scenario, from nothing."
  [{:strs [learning_rate decay_rate epsilon weights gradients]}]
  (let [given   {:learning-rate (number learning_rate)
                 :decay-rate    (number decay_rate)
                 :epsilon       (number epsilon)}
        weights (each number weights)
        step    (fn [[weights averages] gradients]
                  (rmsprop/step given (each number gradients) weights averages))
        steps   (rest (reductions step [weights (each (constantly 0.0) weights)] gradients))]
    {:weights        (mapv (comp #(each written %) first) steps)
     :moving_average (mapv (comp #(each written %) second) steps)}))

(defn- answered
  "The reply to a request, without its id."
  [{:strs [do echo options precision] :as request}]
  (cond
    (and (= do "describe") echo) {:echo (mapv (comp written number) echo)}
    (= do "describe")            {:protocol 1 :name "rmsprop" :language "clojure"
                                  :precision "float64" :echo true :state true}
    (not= do "run")              {:error (str "unknown request " do)}
    (seq options)                {:unsupported (str "it takes no option " (ffirst options))}
    (not= precision "float64")   {:unsupported (str "it does not compute in " precision)}
    :else                        (run request)))

(defn -main
  "Answer requests until standard input ends, or one says quit."
  []
  (let [requests (BufferedReader. (InputStreamReader. System/in "UTF-8"))
        replies  (OutputStreamWriter. System/out "UTF-8")]
    (doseq [request (take-while #(not= (% "do") "quit")
                                (map json/read-str (line-seq requests)))]
      (let [reply (try (answered request)
                       (catch Exception error {:error (str error)}))]
        (json/write (assoc reply :id (request "id")) replies)
        (.write replies "\n")
        (.flush replies)))))
