(ns rmsproof.adapter.beginning
  "How a state begins that a step is handed with its weights, in one map or vector: as a function of
  the port makes that, whatever it is called; zeros in its place would be ours."
  (:require [rmsproof.adapter.graph :as graph]
            [rmsproof.adapter.shape :as shape]))

(set! *warn-on-reflection* true)

(defn- part
  "A function of what holds weights and state that gives one of them, and nil of anything else."
  [{:keys [options elements]} index]
  (if options
    (let [keys (map second options)
          key (some (fn [[place key]] (when (= place index) key)) options)]
      #(when (and (map? %) (every? (partial contains? %) keys)) (get % key)))
    #(when (and (sequential? %) (= (count elements) (count (take 9 %))))
       (nth % (.indexOf ^java.util.List elements index)))))

(defn- plain
  "A value as it is compared: arrays by what they hold."
  [value]
  (cond
    (map? value) (update-vals value plain)
    (or (sequential? value) (and (some? value) (.isArray (class value)))) (mapv plain value)
    :else value))

(defn- made
  "What a function makes of weights alone, or of settings besides; nil where it fails."
  [{:keys [variable]} parameters weights]
  (try
    (apply @variable (map #(if (shape/setting? (:name %)) 0.5 weights) parameters))
    (catch Throwable _ nil)))

(defn of
  "A function of weights that makes the state which is in one argument with them; nil where nothing
  of the port's makes one, and the name of what does where that is not known how to call."
  [program {:keys [name layout]} roles weights others]
  (let [stepping layout
        place #(.indexOf ^java.util.List roles %)
        held (fn [{:keys [options elements]}] (set (concat (map first options) elements)))
        both (first (filter #(every? (held %) [(place "weights") (place "state")]) layout))
        [weights-of state-of] (when both (map #(part both (place %)) ["weights" "state"]))]
    (first
     (for [function (when both (:functions program))
           {:keys [parameters layout]} (:arities function)
           :let [arrays (remove #(shape/setting? (:name %)) parameters)]
           :when (and (not= [name stepping] [(:name function) layout]) (every? :index layout)
                      (= 1 (count arrays)) (every? #(graph/weights? (:name %)) arrays))
           :let [one (made function parameters weights)
                 other (made function parameters others)]
           :when (and (some? (state-of one))
                      (= (plain (weights-of one)) (plain weights)))]
       (if (and (= parameters arrays) (= (plain (state-of one)) (plain (state-of other))))
         #(state-of (made function parameters %))
         (:name function))))))
