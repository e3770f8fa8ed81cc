(def average (atom nil))

(defn rmsprop
  "Returns a new array; the one given stays as it is."
  [^doubles w ^doubles g eta gamma eps]
  (let [eta (double eta) gamma (double gamma) eps (double eps)
        old (or @average (double-array (alength w)))
        v (let [^doubles old old]
            (amap old i _ (+ (* gamma (aget old i))
                             (* (- 1.0 gamma) (Math/pow (aget g i) 2)))))]
    (reset! average v)
    (let [^doubles v v]
      (amap w i _ (- (aget w i) (* (/ eta (+ (Math/sqrt (aget v i)) eps)) (aget g i)))))))
