(ns rmsproof.testing-test
  "Conformant editions pass at every golden that decides; wrong ones fail, and the text says where."
  (:require [clojure.java.io :as io]
            [clojure.string :as string]
            [clojure.test :refer [are deftest is]]
            [rmsproof.testing :as testing :refer [defconformance]]))

(defn edition
  "Makes an update by an edition, loaded anew: its average is the namespace's."
  [name]
  (fn [{:strs [learning_rate decay_rate epsilon]}]
    (let [space (create-ns (gensym "edition"))]
      (binding [*ns* space]
        (refer-clojure)
        (load-file (str (io/file "../editions" name "rmsprop.clj"))))
      (let [rmsprop @(ns-resolve space 'rmsprop)]
        (remove-ns (ns-name space))
        (fn [gradients weights]
          (rmsprop learning_rate decay_rate epsilon gradients weights))))))

(defconformance conformant "reference/float64" (edition "conformant"))
(defconformance remembered-is-the-formula "formula/float64" (edition "remembered"))

(defn- golden [scenario]
  (testing/golden (str "reference/float64/" scenario ".json")))

(defn- reported
  "What a golden reports of an optimizer, and what is printed."
  [golden optimizer]
  (let [reports (atom [])
        printed (with-out-str
                  (binding [clojure.test/report #(swap! reports conj %)
                            clojure.test/*test-out* *out*]
                    (testing/check golden optimizer)))]
    [@reports printed]))

(deftest wrong-editions-fail-and-say-where
  (are [name words]
       (let [[[{:keys [type message]}]] (reported (golden "page-ten-steps") (edition name))]
         (and (= :fail type) (string/starts-with? message words)))
    "remembered" (str "reference/float64/page-ten-steps, step 1, w1[0]: expected"
                      " 0.4968377233398313, observed 0.4968377381511013, 2.7e+08 ULP apart;"
                      " rounding explains 1.2e-16\nSuch a weight comes of: epsilon is added inside"
                      " the square root [g / sqrt(v + eps)]")
    "returned" "reference/float64/page-ten-steps, step 1, w1[0]: expected 0.49683"
    "indexed" "reference/float64/page-ten-steps, step 1, w1[0]: expected 0.49683"))

(deftest an-edition-that-raises-is-an-error
  (is (thrown? ClassCastException
               (testing/check (golden "page-one-step") (edition "dereferenced")))))

(deftest arrays-that-are-missing-cut-or-no-numbers-differ
  (are [words update]
       (string/starts-with? (testing/difference (golden "page-one-step") update) words)
    "step 1: the array w1 is missing" (fn [_ w] (dissoc w "w1"))
    "step 1: the array w1 is missing" (fn [_ _] nil)
    "step 1: the array w1 has 1 elements, expected 2" (fn [_ w] (update w "w1" rest))
    "step 1, w1[0]: expected 0.4968377233398313, observed NaN; rounding"
    (fn [_ w] (assoc w "w1" [##NaN 0.5]))))

(deftest what-differs-at-an-edge-is-printed-and-fails-nothing
  (let [undecided (remove testing/decides?
                          (map testing/golden (testing/golden-paths "reference/float64")))]
    (is (= #{"edge" "partial"} (set (map #(get % "class") undecided))))
    (doseq [golden undecided
            :let [[reports printed]
                  (reported golden (fn [_] (fn [_ _] (throw (ArithmeticException. "an edge")))))]]
      (is (= [] reports))
      (is (string/includes? printed "decides nothing: java.lang.ArithmeticException: an edge")))))

(deftest a-folder-without-goldens-is-refused
  (is (thrown-with-msg? Exception #"there are no goldens in rmsproof/goldens/reference/float16"
                        (testing/golden-paths "reference/float16"))))
