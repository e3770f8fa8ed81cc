"""The shapes in which people write it on the JVM: all bound, none misjudged.

One source a language (tests/shapes), so that each is compiled once; a class or function a shape.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from support import REPOSITORY, SHORT, collected, spread

from harness.judging.options import Options
from harness.judging.run import Outcome, run
from harness.model.words import CHOSEN
from harness.ports.binding import BindingError
from harness.ports.bound import Binding
from harness.ports.targets import own
from harness.transport import attach, guesses

pytestmark = pytest.mark.jvm

SHAPES = REPOSITORY / "tests" / "shapes"
EXACT: tuple[str, ...] = ()
INSIDE = ("epsilon=inside",)

JAVA = {
    "SizeFirst": EXACT,
    "SetUp": EXACT,
    "RateAtEachCall": EXACT,
    "SteppedFromOutside": EXACT,
    "BuiltSettings": EXACT,
    "CopiedWith": EXACT,
    "Cube": EXACT,
    "ListOfMatrices": EXACT,
    "OneNumberByIndex": EXACT,
    "ChangeOfOneNumber": EXACT,
    "Direction": EXACT,
    "GradientsBecomeSteps": EXACT,
    "OwnMatrix": EXACT,
    "HeldByABase": EXACT,
    "SizesOfLayers": EXACT,
    "HandedUnderAnyName": EXACT,
    "LettersOfAPaper": EXACT,
    "OwnVectorReturned": EXACT,
    "ParametersOnce": EXACT,
    "ParametersAtEachStep": INSIDE,
    "LayerObject": EXACT,
    "WeightsOnce": EXACT,
    "Built": EXACT,
    "Configured": EXACT,
    "Scheduled": EXACT,
    "OwnConstants": ("decay_rate=ignored", "eps=ignored"),
    "MadeEitherWay": INSIDE,
    "Overloads": EXACT,
    "Asking": EXACT,
    "AbstractVector": EXACT,
    "CopiedToSize": EXACT,
    "PairReturned": EXACT,
    "Exclusion": EXACT,
    "RmsProp": EXACT,
    "NetworkObject": EXACT,
    "ModuleObject": INSIDE,
    "Registered": EXACT,
    "ValueObject": EXACT,
    "WeightsAndBiases": EXACT,
    "DividedByBatch": EXACT,
    "EitherWay": EXACT,
    "AverageOutside": INSIDE,
    "SkipsSome": EXACT,
    "TunableByMethods": EXACT,
    "EntriesOneByOne": INSIDE,
    "AskedForTheLoss": EXACT,
    "NamedInPortuguese": EXACT,
    "SizedInPortuguese": EXACT,
    "GridByMethods": EXACT,
    "OfDoubles": EXACT,
    "StepOfAParameter": EXACT,
    "ToldOfItsTraining": EXACT,
    "ReadyLayer": EXACT,
    "LoopOfItsOwn": EXACT,
    "OneNumberOfAGrid": ("epsilon=inside", "eps=ignored"),
    "ChosenByName": INSIDE,
    "ChosenFromAnEnum": EXACT,
    "ToldWhichOne": EXACT,
    "ChosenByNumber": EXACT,
    "AnswersWithBoth": EXACT,
    "MomentumByName": ("eps=ignored",),
    "OfANeuron": ("epsilon=inside", "eps=ignored"),
    "GradientsOnTheirWay": ("eps=ignored",),
    "StepsByItself": ("epsilon=inside", "eps=ignored"),
    "Functions.rmsprop": EXACT,
    "ListOfPairs": EXACT,
    "SettingsInTheCall": EXACT,
    "StepsWithConstants": ("eps=ignored",),
    "GradientsApart": EXACT,
    "FirstLayerUnused": ("eps=ignored",),
    "StepWithinTraining": ("epsilon=inside", "decay_rate=ignored", "eps=ignored"),
    "HandedOver": EXACT,
    "MadeToStep": EXACT,
    "ErrorsTimesOutputs": ("eps=ignored",),
    "TrainerOfTensors": EXACT,
    "SetAsFields": EXACT,
    "Rules": EXACT,
    "SharedByLayers": EXACT,
    "LayersToCome": EXACT,
    "SlopesToCome": ("initial_average=one",),
    "SumToCome": ("average=leaky_sum",),
    "DecayAsARow": EXACT,
    "LinkedEdges": EXACT,
    "AroundEachStep": ("schedule=inverse_time_from_zero",),
    "SetFromAround.Inner": ("eps=ignored",),
    "SharedSettings": EXACT,
    "AnsweredUnlessToldOtherwise": EXACT,
    "HandedUnderOddNames": EXACT,
    "SettingsOfTheirOwn": EXACT,
    "CollectedFirst": EXACT,
    "RatesOfGradients": INSIDE,
    "LookedUpSettings": ("eps=ignored",),
    "ByNamesOfLayers": EXACT,
    "SlopesOfALoss": EXACT,
    "SlopesOfAFormula": EXACT,
    "CountsItsGradients": EXACT,
    "SaysWhetherItFalls": EXACT,
    "AskedForSettings": INSIDE,
    "FactorsOfItsOwn": INSIDE,
    "BuiltWithCare": ("bias_correction=yes",),
    "TowardsATarget": EXACT,
    "StepOfANode": EXACT,
    "RateOfEachLayer": ("epsilon=inside", "decay_rate=ignored", "eps=ignored"),
    "RMSPropOfGenerics": EXACT,
    "OverloadsOfAGuess": EXACT,
    "RMSPropOfAColumn": EXACT,
    "BegunElsewhere": ("initial_average=one",),
    "BegunInParts": ("initial_average=one",),
    "FilledAfterwards": ("initial_average=one",),
    "MovesByNumber": EXACT,
    "RulesOfNumbers": ("epsilon=inside", "decay_rate=ignored", "eps=ignored"),
    "ErrorsToAdd": ("decay_rate=ignored", "eps=ignored"),
    "BegunByItsCaller": ("initial_average=one",),
    "KnownByTheArray": ("state=reset",),
    "LinkedByMaps": ("initial_average=one",),
    "ChosenInShort": EXACT,
    "SleepsOnIt": EXACT,
    "ToldByOtherNames": EXACT,
    "ToldThroughARecord": EXACT,
    "LettersThatAreTold": EXACT,
    "AnyNumberOfOptions": EXACT,
    "ActsAndLearns": ("decay_rate=ignored", "eps=ignored"),
    "StepsByItselfAndAtTheEnd": ("direction=ascent",),
    "EitherBeginning": EXACT,
    "DiffBecomesTheStep": EXACT,
    "OwnBesideOthers": ("decay_rate=ignored", "eps=ignored"),
    "ReadsItsData": ("epsilon=inside", "eps=ignored"),
}

UNLIKE = {
    name: f"{name}.update(double[][], double[][])" for name in ("Overloads", "OverloadsOfAGuess")
} | {"EitherBeginning": "Layer.warm"}
"""What is said to compute otherwise, a method of that name or what makes what it steps on."""

UNBOUND = (
    "Misled",
    "OnlySetters",
    "BiasesOtherwise",
    "TrainsItself",
    "OneNumberTooMany",
    "CollectedOnly",
    "MeansOnly",
    "WithoutATarget",
    "ToldOfWhatNobodyKnows",
    "BegunFromItsWeights",
    "MovesLater",
    "StepsInAnotherWay",
    "WatchesFirst",
)
KOTLIN = dict.fromkeys(("BeginsWithOne", "Reduces"), ("initial_average=one",)) | dict.fromkeys(
    "SizeFirst ListOfArrays PartOfAnArray OneNumber ReturnsStep Setters FromCompanion Configured"
    " Parameters OwnTensor Defaults Matrices Layers Asking NetworkObject"
    " Registered WeightsAndBiases TunableByMethods LoopOfItsOwn GridByMethods"
    " SetOnAnObject ReturnsPair returnsFunction returnsObject ListOfPairs ChosenFromAnEnum"
    " LayerWithASeed ScheduledByAFunction ValueClasses DefaultsOfAFunction"
    " OneArrayOnce SettingsInAnObject ToldByALambda Operators LayersThatDraw Onward".split(),
    EXACT,
)
SCALA = dict.fromkeys(
    "SizeFirst ListOfArrays MatrixWeights OneNumber ReturnsStep Setters FromCompanion Configured"
    " Parameters OwnVec NetworkObject Registered WeightsAndBiases"
    " TunableByMethods CaseClassLayer SequenceFields LoopOfItsOwn StateOfItsOwn ContextBound"
    " OptionalGradients SetOnAnObject returnsFunction Algorithm.RMSProp ListOfPairs"
    " SettingsInScope PointReturned OperationsInScope ChosenFromASealedType"
    " ValuesInASequence MixedIn SettingsInAnObject HandsOnSnapshots StepsByPattern LookedUp"
    " StepsByCase".split(),
    EXACT,
)

CLOJURE = {
    **dict.fromkeys(
        "step keyword-arguments option-map in-place layer-map state-map map-of-functions"
        " loop-of-its-own made-with-settings with-defaults named matrix-layer"
        " reducing written-anew partly-applied functions-over-a-volatile layer-with-biases"
        " beside-the-weights minimize next-step swap-weights!"
        " nested-parameters settings-around chosen-by-keyword made-by-kind told-elsewhere"
        " names-that-say-nothing".split(),
        EXACT,
    ),
    "optimizers :rmsprop": EXACT,
    "update-weights :rmsprop": EXACT,
    "looked-up": INSIDE,
    "two-averages": ("centered=yes",),
    "begun-elsewhere": ("initial_average=one",),
    "begun-by-its-caller": ("initial_average=one",),
    "prepared-before-it": ("initial_average=one",),
}
SEEN = {
    **dict.fromkeys(
        "descend! advance step! settle! optimize over-volatiles step-all! move-slots!"
        " train-net reinforce! learn count-on".split(),
        EXACT,
    ),
    "update-param :rmsprop": INSIDE,
    "move-on": ("initial_average=one",),
}
"""Functions of Clojure of which names tell too little."""

SEVERAL = """
class Optimizers {
    static class Sgd {
        final double lr;
        Sgd(double lr, double decay, double epsilon) { this.lr = lr; }
        void update(double[] weights, double[] gradients) {
            for (int i = 0; i < weights.length; i++) weights[i] -= lr * gradients[i];
        }
    }
    static class RMSProp {
        final double lr, decay, epsilon;
        double[] v;
        RMSProp(double lr, double decay, double epsilon) {
            this.lr = lr;
            this.decay = decay;
            this.epsilon = epsilon;
        }
        void update(double[] weights, double[] gradients) {
            if (v == null) v = new double[weights.length];
            for (int i = 0; i < weights.length; i++) {
                double g = gradients[i];
                v[i] = decay * v[i] + (1 - decay) * (g * g);
                weights[i] -= lr * g / (Math.sqrt(v[i]) + epsilon);
            }
        }
    }
}
"""


@cache
def outcome(path: Path, names: tuple[str, ...]) -> Outcome:
    """All of a source at once: one JVM."""
    ports = [replace(own(path, class_name=name), name=name) for name in names]
    return run(ports, Options(pattern=SHORT), every_transport=False)


def judged(
    file: str, shapes: Mapping[str, tuple[str, ...]], name: str, request: pytest.FixtureRequest
) -> None:
    """A shape is bound, and what is said of it is true."""
    asked = collected(request)
    found = outcome(SHAPES / file, tuple(one for one in shapes if one in asked))
    result = next((r for r in found.results if r.port.name == name), None)
    assert result is not None, [error for error in found.errors if error.startswith(f"{name}:")]
    assert result.deviations == shapes[name]
    assert result.verdict.word in (("diverges",) if shapes[name] else ("exact", "conforms"))
    other = result.bound.partition("same numbers: ")[2]
    assert other == UNLIKE.get(name, "")


@pytest.mark.parametrize("name", spread(JAVA, 20))
def test_a_shape_of_java_is_judged(name: str, request: pytest.FixtureRequest) -> None:
    judged("Shapes.java", JAVA, name, request)


@pytest.mark.slow  # it binds classes as Java does
@pytest.mark.parametrize("name", KOTLIN)
def test_a_shape_of_kotlin_is_judged(name: str, request: pytest.FixtureRequest) -> None:
    judged("Shapes.kt", KOTLIN, name, request)


@pytest.mark.slow  # likewise; miniatures are in it, too
@pytest.mark.parametrize("name", SCALA)
def test_a_shape_of_scala_is_judged(name: str, request: pytest.FixtureRequest) -> None:
    judged("Shapes.scala", SCALA, name, request)


@pytest.mark.parametrize("name", spread(CLOJURE, 16))
def test_a_shape_of_clojure_is_judged(name: str, request: pytest.FixtureRequest) -> None:
    judged("shapes.clj", CLOJURE, name, request)


@pytest.mark.parametrize("name", spread(SEEN, 8))
def test_a_function_of_clojure_is_looked_at_from_outside(
    name: str, request: pytest.FixtureRequest
) -> None:
    judged("seen.clj", SEEN, name, request)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["numbers-by-name"])
def test_a_function_that_stands_alone_begins_its_state(
    name: str, request: pytest.FixtureRequest
) -> None:
    judged("numbers.clj", {name: EXACT}, name, request)


@pytest.mark.slow
@pytest.mark.usefixtures("briefly")
def test_what_is_seen_from_outside_alone_is_true_or_not_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where names bind nothing: what a caller would hand over is not known."""

    def unbound(*_: object) -> Binding:
        raise BindingError("not by names")

    monkeypatch.setattr(attach, "bind", unbound)
    monkeypatch.setattr(guesses, "alternatives", lambda *_: [])
    names = ("Configured", "Cube", "LayerObject", "Built", "PairReturned", "Diagonal")
    ports = [replace(own(SHAPES / "Shapes.java", class_name=n), name=n) for n in names]
    found = run(ports, Options(pattern=SHORT), every_transport=False)
    said = {r.port.name: r.deviations for r in found.results}
    assert said == dict.fromkeys(names[:4], EXACT)


@pytest.mark.slow
@pytest.mark.usefixtures("briefly")
def test_a_guess_never_accuses() -> None:
    found = outcome(SHAPES / "Shapes.java", UNBOUND)
    assert found.results == ()
    assert found.errors[0].startswith("Misled: not bound")
    assert found.errors[1].startswith("OnlySetters: no method")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["rms-update"])
def test_what_is_nothing_at_first_begins_as_the_function_has_it(
    name: str, request: pytest.FixtureRequest
) -> None:
    judged("unset.clj", {name: ("initial_average=one",)}, name, request)


@pytest.mark.slow
def test_what_another_object_may_answer_is_no_constant_of_its_own() -> None:
    found = outcome(SHAPES / "Shapes.java", ("AnsweredByDefault",))
    assert found.results == ()
    assert "its learning rate may be set as settings.rate" in found.errors[0]
    found = outcome(SHAPES / "unset.clj", ("make-descent",))
    assert found.results == ()
    assert "its decay rate may be set as inertia" in found.errors[0]


BEGUN = """(ns train.begun)

(defn initial-state [params]
  {:params params :turn 0 :squares (into {} (for [[k v] params] [k (mapv (constantly 1.0) v)]))})
"""
STEP = """(ns train.step (:require [train.begun :as begun]))

(defn train-step [{:keys [params squares] :as state} grads {:keys [lr rho eps]}]
  (let [squares (merge-with #(mapv (fn [v g] (+ (* rho v) (* (- 1 rho) g g))) %1 %2) squares grads)
        moved (fn [w g v] (- w (/ (* lr g) (+ (Math/sqrt v) eps))))]
    (-> state
        (assoc :squares squares
               :params (into {} (for [[k w] params] [k (mapv moved w (grads k) (squares k))])))
        (update :turn inc))))
"""
PROTOCOL = """(ns train.protocol)

(defprotocol Stepping (advance! [this layer-id weights gradient lr]))
"""
RECORD = """(ns train.record (:require [train.protocol :as protocol]))

(defrecord Descent [cache]
  protocol/Stepping
  (advance! [_ id weights gradient lr]
    (let [v (mapv #(+ (* 0.5 %1) (* 0.5 %2 %2)) (get @cache id (repeat 0.0)) gradient)]
      (swap! cache assoc id v)
      (mapv #(- %1 (/ (* lr %2) (+ (Math/sqrt %3) 1e-3))) weights gradient v))))

(defn descent [] (->Descent (atom {})))
"""
OF_A_PROJECT = {
    "begun": (BEGUN, None),
    "step": (STEP, ("initial_average=one",)),
    "protocol": (PROTOCOL, None),
    "record": (RECORD, ("decay_rate=ignored", "eps=ignored")),
}


def test_a_function_of_clojure_goes_by_what_its_project_has(tmp_path: Path) -> None:
    """Another namespace makes its state, or says what it is called by."""
    folder = tmp_path / "src" / "train"
    folder.mkdir(parents=True)
    for name, (text, _) in OF_A_PROJECT.items():
        (folder / f"{name}.clj").write_text(text, encoding="utf-8")
    judged = {name: said for name, (_, said) in OF_A_PROJECT.items() if said}
    ports = [replace(own(folder / f"{name}.clj"), name=name) for name in judged]
    found = run(ports, Options(pattern=SHORT), every_transport=False)
    assert {result.port.name: result.deviations for result in found.results} == judged


def test_a_number_that_nobody_knows_is_what_the_manifest_gives() -> None:
    port = own(SHAPES / "Shapes.java", class_name="OneNumberTooMany")
    given = replace(port, wanted=replace(port.wanted, give={"q": 1.0}))
    (result,) = run([given], Options(pattern=SHORT), every_transport=False).results
    assert result.verdict.word == "exact"
    assert result.bound.endswith("with q = 1")


@pytest.mark.slow
def test_a_type_variable_is_what_all_that_settle_one_say(tmp_path: Path) -> None:
    path = tmp_path / "RMSProp.java"
    path.write_text(
        """
        import java.util.List;
        import java.util.function.DoubleBinaryOperator;
        import java.util.stream.IntStream;

        interface Ops<T> { T zero(T like); T zip(T a, T b, DoubleBinaryOperator f); }

        final class Rows implements Ops<List<Double>> {
            public List<Double> zero(List<Double> like) {
                return like.stream().map(any -> 0.0).toList();
            }
            public List<Double> zip(List<Double> a, List<Double> b, DoubleBinaryOperator f) {
                return IntStream.range(0, a.size())
                        .mapToObj(i -> f.applyAsDouble(a.get(i), b.get(i))).toList();
            }
        }

        class RMSProp<T> {
            private final Ops<T> ops;
            private final double lr, rho, eps;
            private T average;
            RMSProp(Ops<T> ops, double lr, double rho, double eps) {
                this.ops = ops;
                this.lr = lr;
                this.rho = rho;
                this.eps = eps;
            }
            T next(T theta, T gradient) {
                average = ops.zip(average == null ? ops.zero(theta) : average, gradient,
                        (v, g) -> rho * v + (1 - rho) * g * g);
                T step = ops.zip(gradient, average, (g, v) -> lr * g / Math.sqrt(v + eps));
                return ops.zip(theta, step, (w, s) -> w - s);
            }
        }
        """
    )
    (result,) = run([own(path)], Options(pattern=SHORT), every_transport=False).results
    assert result.deviations == INSIDE


def test_an_own_type_in_which_nothing_moves_is_not_bound(tmp_path: Path) -> None:
    """What of it would be weights is read from its fields, which may be wrong."""
    path = tmp_path / "Still.java"
    path.write_text(
        """
        class Still {
            static class Row { double[] a; }
            Still(double learningRate, double decayRate, double epsilon) { }
            void update(Row weights, Row gradients) { }
        }
        """,
        encoding="utf-8",
    )
    found = run([own(path)], Options(pattern=SHORT), every_transport=False)
    assert found.results == ()
    assert "not bound: Still.update(weights, gradients)" in found.errors[0]
    assert "neither right nor explained (no-update)" in found.errors[0]


# It asks for gradients itself: a map may be asked, and answers nothing.
ASKS = """
(ns minimize)
(defn rmsprop [gradient start {:keys [learning-rate rho epsilon max-iter]
                                :or {max-iter 9}}]
  (loop [x start s (mapv (constantly 0.0) start) n 0]
    (if (>= n max-iter)
      x
      (let [g (gradient x)
            s (mapv #(+ (* rho %1) (* (- 1 rho) %2 %2)) s g)
            next #(- %1 (* (/ learning-rate (+ (Math/sqrt %3) epsilon)) %2))]
        (recur (mapv next x g s) s (inc n))))))
"""


@pytest.mark.slow
@pytest.mark.usefixtures("briefly")
def test_what_comes_back_in_other_parts_is_not_said_to_be_weights_that_never_change(
    tmp_path: Path,
) -> None:
    path = tmp_path / "minimize.clj"
    path.write_text(ASKS, encoding="utf-8")
    assert run([own(path)], Options(pattern=SHORT), every_transport=False).results == ()


def test_what_is_returned_and_nobody_can_look_into_is_not_said_to_lack_weights(
    tmp_path: Path,
) -> None:
    path = tmp_path / "Postponed.java"
    path.write_text(
        """
        class Postponed {
            interface Later { double[] run(double[] average); }
            static Later step(double[] weights, double[] gradients, double lr, double rho,
                    double eps) {
                return average -> weights;
            }
        }
        """,
        encoding="utf-8",
    )
    found = run([own(path)], Options(pattern=SHORT), every_transport=False)
    assert found.results == ()
    assert "Postponed.step(weights, gradients, lr, rho, eps) does not work" in found.errors[0]
    assert "step 1: returned a Postponed$$Lambda" in found.errors[0]


def test_of_several_optimizers_the_one_that_says_rmsprop_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "Optimizers.java"
    path.write_text(SEVERAL, encoding="utf-8")
    (result,) = run([own(path)], Options(pattern=SHORT), every_transport=False).results
    assert result.verdict.word == "exact"
    assert CHOSEN in result.notes
