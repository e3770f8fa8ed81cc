(ns rmsproof.adapter.calls
  "What a step is called with, and where in what it returned the weights and the state are."
  (:require [clojure.edn :as edn])
  (:import (java.util List)
           (rmsproof.adapter Binding BoundPort Loop PairHolder$Pair)))

(set! *warn-on-reflection* true)

(defn arguments
  "The argument list for a call: positions, vectors, and option maps from their keys. `value-of` is
  asked for each role, and answers `BoundPort/DEFAULT` to leave an option out; for what is carried
  from one step to the next it answers with the map that came back."
  [layout roles value-of]
  (let [value (fn [index]
                (if-some [role (nth roles index)] (value-of role) BoundPort/DEFAULT))]
    (reduce
     (fn [made {:keys [index options elements spread carried variables]}]
       (cond
         variables made ; they are set, not handed over

         options
         (let [given (for [[index key] options
                           :let [v (value index)]
                           :when (not (identical? v BoundPort/DEFAULT))]
                       [key v])]
           (if spread
             (into made cat given)
             (conj made (into (or (when carried (value-of ::carried)) {}) given))))

         elements
         (conj made (mapv #(let [v (value %)] (when-not (identical? v BoundPort/DEFAULT) v))
                          elements))

         :else
         (let [v (value index)]
           ;; Only a rest parameter comes here without a role: it is left empty.
           (if (identical? v BoundPort/DEFAULT) made (conj made v)))))
     [] layout)))

(defn- asked
  "A function that answers with the gradients of a step, or of the next one each time."
  [gradients]
  (if (instance? Loop gradients)
    (fn [& given] (.ask ^Loop gradients (object-array given)))
    (constantly gradients)))

(defn argument-maker
  "A function of gradients, weights, state and an array's name that makes the argument list for a
  step."
  [layout roles hyperparameters]
  (let [place #(.indexOf ^List roles %)
        state-at (int (place "state"))]
    (if (and (every? :index layout) (every? some? roles)
             (not-any? #{"source" "name" "biases"} roles))
      ;; The common case, and the one that speed is wanted for: nothing but positions.
      (let [template (object-array (map hyperparameters roles))
            gradients-at (int (place "gradients"))
            weights-at (int (place "weights"))]
        (fn [gradients weights state _name]
          (let [made (aclone template)]
            (aset made gradients-at gradients)
            (aset made weights-at weights)
            (when-not (neg? state-at)
              (aset made state-at state))
            made)))
      (fn [gradients weights state array-name]
        (let [came-back? (::carried (meta state))
              both (when (instance? PairHolder$Pair weights) weights)]
          (arguments layout roles #(case %
                                     ("gradients" "weights" "biases" "bias_gradients")
                                     (cond
                                       both (.of ^PairHolder$Pair both %)
                                       (= "weights" %) weights
                                       :else gradients)
                                     "source" (asked gradients)
                                     "state" (if came-back? BoundPort/DEFAULT state)
                                     "name" array-name
                                     ::carried (when came-back? state)
                                     (hyperparameters %))))))))

(defn constant
  "What stands in a role's place: JSON, or behind another = what the source writes."
  [^String role]
  (if (.startsWith role "==")
    (edn/read-string (subs role 2))
    (Binding/constant role Object)))

(defn variables
  "What the dynamic variables that play a role are set to."
  [layout roles value-of]
  (for [[index variable] (mapcat :variables layout)
        :let [role (nth roles index)]
        :when role]
    [variable (value-of role)]))

(defn carrying
  "A layout with the one map of options marked that a step may return changed, with what it keeps
  in it: the one that holds the weights, or the state, or the only one."
  [layout roles]
  (let [options (filter #(and (:options %) (not (:spread %))) layout)
        holds (fn [role]
                (first (filter #(some (fn [[index]] (= role (nth roles index))) (:options %))
                               options)))
        carried (or (holds "weights") (holds "state")
                    (when-not (some #{"state"} roles) (first options)))]
    (mapv #(cond-> % (identical? carried %) (assoc :carried true)) layout)))

(defn unpacker
  "A function of what a step returned: a map of options that came back is what the next step is
  handed, with whatever the port put in it."
  [layout roles]
  (let [names (for [[index name] (:options (first (filter :carried layout)))
                    :when (nth roles index)]
                [(nth roles index) name])
        names (into {} names)
        ;; What is handed over anew in every step need not come back.
        kept (vals (dissoc names "gradients" "bias_gradients"))
        options? #(and (map? %) (seq kept) (every? (partial contains? %) kept))
        apart? (and (some #{"state"} roles) (not (names "state")))
        carried #(vary-meta % assoc ::carried true)]
    (fn [returned read]
      (let [weights #(when-let [key (names read)] (get % key))
            pair? (and (sequential? returned) (= 2 (count (take 3 returned))))]
        (cond
          (options? returned)
          (if (names read) [(weights returned) (carried returned)] (carried returned))

          pair?
          (mapv #(cond
                   (not (options? %)) %
                   (and apart? (names read)) (weights %)
                   :else (carried %))
                returned)

          ;; Beside the weights, in a map of both.
          (and (map? returned) (some options? (vals returned)))
          (update-vals returned #(if (options? %) (carried %) %))

          :else returned)))))

(defn read-from
  "The role in which weights are read: of weights and biases now the ones, now the others."
  [weights]
  (if (instance? PairHolder$Pair weights) (.read ^PairHolder$Pair weights) "weights"))
