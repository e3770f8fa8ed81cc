(ns rmsproof.testing
  "Goldens as tests of clojure.test: what an optimizer is given, and the weights that the
  reference makes of it.

  A weight is right where it equals the golden's, or lies within the envelope around it: the bound
  that rounding keeps, whatever the order of evaluation. Where the envelope is nil, only an equal
  weight is right. Goldens of the class core decide; where an optimizer differs at an edge
  (overflow, division by zero) or where a step leaves arrays out (partial), that is printed."
  (:require [clojure.edn :as edn]
            [clojure.java.io :as io]
            [clojure.string :as string]
            [clojure.test :as test]))

(def ^:private root "rmsproof/goldens/")

(defn- resource [path]
  (slurp (or (io/resource path)
             (throw (ex-info (str path " is not on the class path") {:path path})))))

(defn- json
  "Reads JSON as the EDN that it is without colons and with nil for null."
  [text]
  (edn/read-string
   (string/replace text #"\"(?:[^\"\\]|\\.)*\"|:|null"
                   #(case % ":" " ", "null" "nil", (string/replace % "\\/" "/")))))

(defn- number
  "A number; those that are not finite are texts."
  [value]
  (when value (if (string? value) (Double/parseDouble value) (double value))))

(defn- arrays [named]
  (update-vals named #(mapv number %)))

(defn golden-paths
  "The paths of the goldens in a folder on the class path, such as reference/float64."
  [folder]
  (or (seq (for [line (string/split-lines (resource (str root "SHA256SUMS")))
                 :let [path (subs line (+ 2 (string/index-of line "  ")))]
                 :when (string/starts-with? path (str folder "/"))]
             path))
      (throw (ex-info (str "there are no goldens in " root folder " on the class path;"
                           " rmsproof golden export writes them")
                      {:folder folder}))))

(defn golden
  "The golden of a path, as its file has it, with numbers for numbers."
  [path]
  (let [steps (fn [listed] (mapv #(arrays (get % "weights")) listed))]
    (-> (json (resource (str root path)))
        (update-in ["hyperparameters"] #(into (get % "options") (dissoc % "options")))
        (update "hyperparameters" update-vals number)
        (update "weights" arrays)
        (update "gradients" #(mapv arrays %))
        (update "trajectory" steps)
        (update "envelope" steps))))

(defn decides?
  "Whether an optimizer that differs at a golden is wrong."
  [golden]
  (= "core" (get golden "class")))

(defn- right? [expected observed radius]
  (or (== expected observed)
      (and (NaN? expected) (NaN? observed))
      (boolean (and radius (<= (abs (- observed expected)) radius)))))

(defn- ordered
  "An integer in the order of the numbers that a precision stores: neighbours are one apart."
  [precision value]
  (if (string/starts-with? precision "float32")
    (let [bits (Float/floatToIntBits (float value))]
      (if (neg? bits) (- Integer/MIN_VALUE bits) bits))
    (let [bits (Double/doubleToLongBits value)]
      (if (neg? bits) (- Long/MIN_VALUE bits) bits))))

(defn- distance [precision expected observed]
  (if (or (NaN? expected) (NaN? observed))
    ""
    (let [apart (abs (-' (bigint (ordered precision expected))
                         (bigint (ordered precision observed))))]
      (if (< apart 1000000)
        (format ", %,d ULP apart" (long apart))
        (format ", %.1e ULP apart" (double apart))))))

(def ^:private known-deviations
  (delay (json (resource (str root "deviations.json")))))

(defn- deviations
  "The known deviations that first show in this weight and make it what it is, in a line."
  [golden step array index observed radius]
  (let [sentences (for [known (get @known-deviations (get golden "name"))
                        :when (and (= [step array index] (map known ["step" "array" "index"]))
                                   (right? (number (known "weight")) observed radius))]
                    (known "deviation"))
        [first-ones more] (split-at 3 sentences)]
    (when (seq sentences)
      (str "\nSuch a weight comes of: "
           (string/join "; or " (concat first-ones
                                        (when (seq more)
                                          [(str (count more) " more deviations")])))))))

(defn- difference-after [golden step weights]
  (first
   (for [[name expected] (get-in golden ["trajectory" step])
         :let [observed (mapv double (get weights name))
               place (str "step " (inc step))]
         text (if (not= (count observed) (count expected))
                [(str place ": the array " name " has " (count observed) " elements, expected "
                      (count expected))]
                (for [i (range (count expected))
                      :let [e (nth expected i)
                            o (nth observed i)
                            radius (get-in golden ["envelope" step name i])]
                      :when (not (right? e o radius))]
                  (str place ", " name "[" i "]: expected " e ", observed " o
                       (distance (get golden "precision") e o) "; rounding explains "
                       (if radius (format "%.2g" radius) "nothing")
                       (deviations golden (inc step) name i o radius))))]
     text)))

(defn difference
  "What first differs from a golden, in words, or nil.

  `update` is a function of gradients and weights, maps of vectors with the arrays that take part
  in a step; it returns the weights after it, in whatever sequences."
  [golden update]
  (loop [step 0, weights (get golden "weights"), [given & more :as left] (get golden "gradients")]
    (when (seq left)
      (let [after (update given (select-keys weights (keys given)))
            missing (first (remove #(some? (get after %)) (keys given)))]
        (if missing
          (str "step " (inc step) ": the array " missing " is missing")
          (let [weights (into weights (select-keys after (keys given)))]
            (or (difference-after golden step weights)
                (recur (inc step) weights more))))))))

(defn check
  "Reports to clojure.test whether an optimizer conforms at a golden.

  `optimizer` makes an update of a golden's hyperparameters, a map by name."
  [golden optimizer]
  (let [name (get golden "name")
        found (try
                (difference golden (optimizer (get golden "hyperparameters")))
                (catch Exception raised
                  (if (decides? golden) (throw raised) (str raised))))]
    (cond
      (nil? found) (test/do-report {:type :pass})
      (decides? golden)
      (test/do-report
       {:type :fail
        :message (str name ", " found
                      "\nThis golden catches: " (get golden "catches")
                      "\nWhy: rmsproof check FILE names what the optimizer does differently")
        :expected (list 'conforms name)
        :actual found})
      :else
      (test/with-test-out
        (println (str name " is " (get golden "class") " and decides nothing: " found))))))

(defmacro defconformance
  "Defines a test for every golden of a folder on the class path, such as reference/float64.

  Each is called PREFIX-SCENARIO; `optimizer` makes an update of the hyperparameters:

    (defconformance rmsprop \"reference/float64\"
      (fn [{:strs [learning_rate decay_rate epsilon]}]
        (fn [gradients weights] ...)))"
  [prefix folder optimizer]
  `(do ~@(for [path (golden-paths folder)
               :let [scenario (subs path (inc (string/last-index-of path "/"))
                                    (string/last-index-of path "."))]]
           `(test/deftest ~(symbol (str prefix "-" scenario))
              (check (golden ~path) ~optimizer)))))
