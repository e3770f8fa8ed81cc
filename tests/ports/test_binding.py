"""Which parameter is what: names first, then types, then exclusion."""

from __future__ import annotations

import pytest
from described import DECAY, EPS, LR, G, W, bound, class_of, method, parameter, parameters, shape
from hypothesis import given
from hypothesis import strategies as st

from harness.ports.assigning import assigned
from harness.ports.binding import BindingError, alternatives, bind
from harness.ports.roles import Wanted
from python_ref.scenarios.hyperparameters import HYPERPARAMETERS


def roles_of(constructor: str, call: str) -> tuple[list[str | None], list[str | None]]:
    """Roles of a class's constructor and of its only method."""
    found = bind(shape(class_of("RMSProp", constructor, method("step", call)))).message
    return found["construct"], found["call"]


@pytest.mark.parametrize(
    ("constructor", "call", "construct", "called"),
    [
        ("eta, forgetting_factor, smoothing", "g, w", [LR, DECAY, EPS], [G, W]),
        ("eta, smoothing, eps", "g, w", [LR, DECAY, EPS], [G, W]),
        ("learning_rate, decay_rate, epsilon", "gradients, weights", [LR, DECAY, EPS], [G, W]),
        ("learningRate, decayRate, epsilon", "weights, gradients", [LR, DECAY, EPS], [W, G]),
        ("learning-rate, decay-rate, epsilon", "gradients, weights", [LR, DECAY, EPS], [G, W]),
        ("lr, rho, eps", "params, grads", [LR, DECAY, EPS], [W, G]),
        ("base_lr, alpha, eps", "w, g", [LR, DECAY, EPS], [W, G]),
        ("initialLearningRate, rho, eps", "w, g", [LR, DECAY, EPS], [W, G]),
        ("eta, gamma, eps", "theta, g", [LR, DECAY, EPS], [W, G]),
        ("η, ρ, ε", "θ, g", [LR, DECAY, EPS], [W, G]),
        ("LR, BETA, EPS", "W, DW", [LR, DECAY, EPS], [W, G]),
        ("eps, beta, stepSize", "x, grad", [EPS, DECAY, LR], [W, G]),
        ("lr, alpha, eps", "w, g", [LR, DECAY, EPS], [W, G]),
        ("lambda, lr, eps", "w, g", [DECAY, LR, EPS], [W, G]),
        ("lr, lambda, rho, eps", "w, g", [LR, "weight_decay", DECAY, EPS], [W, G]),
        # As others have theirs beside them.
        ("lr, rmsAlpha, rmsPropEps, momentumAlpha", "w, g", [LR, DECAY, EPS, "momentum"], [W, G]),
        ("alpha, beta, eps", "w, g", [LR, DECAY, EPS], [W, G]),
        ("alpha, rho, epsilon", "w, g", [LR, DECAY, EPS], [W, G]),
        ("alpha, decay, delta", "w, g", [LR, DECAY, EPS], [W, G]),
        ("lr, beta1, beta2, eps", "w, g", [LR, "mean_decay", DECAY, EPS], [W, G]),
        ("lr, rho, eps, momentum=", "w, g", [LR, DECAY, EPS, None], [W, G]),
        ("lr, rho, eps, momentum", "w, g", [LR, DECAY, EPS, "momentum"], [W, G]),
        ("lr, rho, eps, wd, clip", "w, g", [LR, DECAY, EPS, "weight_decay", "clip"], [W, G]),
        ("lr, rho, eps, decay=", "w, g", [LR, DECAY, EPS, None], [W, G]),
        ("lr, rho, eps, verbose=", "w, g", [LR, DECAY, EPS, None], [W, G]),
        ("*lr*, rho, eps", "w, g", [LR, DECAY, EPS], [W, G]),
        ("lr", "w, g", [LR], [W, G]),
        ("", "w, g", [], [W, G]),
        ("lr, rho, eps", "g, w, cache", [LR, DECAY, EPS], [G, W, "state"]),
        ("rho, eps", "g, w, lr", [DECAY, EPS], [G, W, LR]),
    ],
)
def test_names_settle_roles(
    constructor: str, call: str, construct: list[str | None], called: list[str | None]
) -> None:
    assert roles_of(constructor, call) == (construct, called)


@given(st.permutations(["lr", "rho", "eps"]), st.permutations(["grads", "params"]))
def test_order_settles_nothing(constructor: list[str], call: list[str]) -> None:
    known = {"lr": LR, "rho": DECAY, "eps": EPS, "grads": G, "params": W}
    construct, called = roles_of(", ".join(constructor), ", ".join(call))
    assert construct == [known[name] for name in constructor]
    assert called == [known[name] for name in call]


def test_of_two_containers_one_name_settles_both() -> None:
    assert roles_of("lr, rho, eps", "blobs:map, weights:map")[1] == [G, W]
    assert roles_of("lr, rho, eps", "grads:array, blobs:array")[1] == [G, W]


def test_a_role_is_given_once() -> None:
    """The second container with a gradient's name is not a second gradient."""
    assert roles_of("lr, rho, eps", "g:map, grads:map")[1] == [W, G]


def test_numbers_are_no_containers_and_containers_no_numbers() -> None:
    """A number called w, an array called d: the name does not go before the type."""
    construct, called = roles_of("lr:number, d:number, e:number", "g:array, w:array")
    assert (construct, called) == ([LR, DECAY, EPS], [G, W])
    with pytest.raises(BindingError, match="unrecognised parameter w"):
        roles_of("lr:number, rho:number, eps:number", "g:array, w:number, x:array")


def test_what_has_a_number_of_its_own_is_no_gradient() -> None:
    taken = [parameter(name, "number") for name in (LR, DECAY, EPS)]
    centered = parameter("centered", "number", default=True, flag=True)
    assert assigned([*taken, centered], 0, Wanted())[0] == [LR, DECAY, EPS, None]


def test_an_option_with_a_default_is_given_only_what_the_scenarios_give() -> None:
    found = shape(functions={"rmsprop": "lr, rho, eps, g, w, momentum=, wd="})
    assert bind(found).message["call"][5:] == [None, None]
    wanted = Wanted(options=frozenset({"momentum"}))
    assert bind(found, wanted).message["call"][5:] == ["momentum", None]


def test_a_function_takes_all_five() -> None:
    found = bind(shape(functions={"rmsprop": "lr, rho, eps, g, w, avg="}))
    assert found.message == {
        "function": "rmsprop",
        "arity": 0,
        "call": [LR, DECAY, EPS, G, W, "state"],
    }
    assert found.title == "rmsprop(lr, rho, eps, g, w, avg)"
    assert found.roles == HYPERPARAMETERS


def test_the_arity_that_takes_most_is_called() -> None:
    """Clojure's functions of several arities: the shorter ones fill in defaults."""
    arities = ["g, w", "lr, g, w", "lr, rho, eps, g, w"]
    function = {"name": "f", "parameters": [parameters(text) for text in arities]}
    found = bind({"language": "clojure", "functions": [function]})
    assert found.message["arity"] == 2


def test_closures_are_bound_where_the_function_takes_no_data() -> None:
    function = {
        "name": "make",
        "parameters": [parameters("lr, rho, eps")],
        "inner": [parameters("w, g")],
    }
    found = bind({"language": "python", "functions": [function]})
    assert found.message == {
        "function": "make",
        "arity": 0,
        "inner": 0,
        "construct": [LR, DECAY, EPS],
        "call": [W, G],
    }
    assert found.title == "make(...)(w, g) made with (lr, rho, eps)"


def test_of_functions_that_fit_the_one_that_says_it_is_meant() -> None:
    both = {"run": "lr, rho, eps, w, g", "rms-step": "lr, rho, eps, w, g"}
    found = bind(shape(functions=both))
    assert (found.message["function"], found.chosen) == ("rms-step", True)


def test_what_is_told_later_is_not_what_it_is_made_with() -> None:
    told = class_of("Trainer", "lr, rho, eps, n:count", method("step", "g, w"))
    told["constructors"][0]["parameters"][3]["later"] = "prepare"
    assert bind(shape(told)).title == "Trainer.step(g, w) made with (lr, rho, eps) after prepare(n)"


def test_a_static_method_needs_no_constructor() -> None:
    update = method("update", "lr, rho, eps, g, w", static=True)
    found = bind(shape({"class": "Optimizers", "methods": [update]}))
    assert found.message == {
        "class": "Optimizers",
        "method": 0,
        "construct": [],
        "call": [LR, DECAY, EPS, G, W],
    }


def test_an_object_needs_no_constructor() -> None:
    update = method("update", "lr, rho, eps, g, w")
    found = bind(shape({"class": "RMSProp", "kind": "object", "methods": [update]}))
    assert found.message["call"] == [LR, DECAY, EPS, G, W]


@pytest.mark.parametrize(
    ("call", "element"),
    [
        ("g:map/float32, w:map/float32", "float32"),
        ("g:array/float64, w:array/float64", "float64"),
        ("g:map, w:map", None),
        ("g, w", None),
        ("g:map/float64, w:map", "float64"),
    ],
)
def test_types_say_how_numbers_are_stored(call: str, element: str | None) -> None:
    binding = bind(shape(class_of("RMSProp", "lr, rho, eps", method("step", call))))
    assert binding.element == element


def test_maps_go_before_arrays() -> None:
    """A class that offers both is fed through the method the reference has."""
    one = class_of(
        "RMSProp",
        "lr, rho, eps",
        method("updateArray", "g:array, w:array"),
        method("update", "g:map, w:map"),
    )
    assert bind(shape(one)).message["method"] == 1


@pytest.mark.parametrize(
    ("given", "mu", "called"),
    [((), "mu=", None), ((), "mu", "momentum"), (("momentum",), "mu=", "momentum")],
)
def test_an_option_that_no_scenario_gives_stays_at_its_default(
    given: tuple[str, ...], mu: str, called: str | None
) -> None:
    """Without a default something must be passed; the scenario's own value, if it has one."""
    one = class_of("RMSProp", f"lr, rho, eps, {mu}", method("step", "g, w"))
    found = bound(Wanted(options=frozenset(given)), one)
    assert found.message["construct"] == [LR, DECAY, EPS, called]
    assert ("momentum" in found.roles) is (called is not None)


def test_helpers_are_no_ports() -> None:
    """Methods of other shapes beside the one that fits are passed over."""
    one = class_of(
        "RMSProp",
        "lr, rho, eps",
        method("square", "x"),
        method("step", "g, w"),
        method("report", "stream, verbose"),
    )
    assert bind(shape(one, functions={"main": "argv"})).message["method"] == 1


def test_a_constant_takes_the_place_of_a_role() -> None:
    odd = class_of("Trainer", "lr, rho, eps, blub", method("step", "g, w"))
    bound = bind(shape(odd), Wanted(give={"blub": 0.5}))
    assert bound.message["construct"] == ["learning_rate", "decay_rate", "epsilon", "=0.5"]
    assert bound.roles == ("learning_rate", "decay_rate", "epsilon")


def test_a_hyperparameter_that_is_given_a_constant_is_the_ports_own() -> None:
    whole = class_of("Trainer", "lr, rho, eps", method("step", "g, w"))
    assert bind(shape(whole), Wanted(give={"eps": 1e-3})).roles == ("learning_rate", "decay_rate")


def test_what_a_setter_sets_is_asked_for_by_either_spelling() -> None:
    odd = class_of("Odd", "rho, eps", method("step", "g, w"), method("setA", "a"))
    odd["constructors"][0]["parameters"].append(
        parameter("A", "number", setter=True, default=True),
    )
    for name in ("A", "a"):
        found = bind(shape(odd), Wanted(roles={"learning_rate": name}))
        assert found.message["construct"] == [DECAY, EPS, LR], name
        assert found.roles == (DECAY, EPS, LR)


def test_what_a_setter_would_set_anew_is_left_as_it_was_made() -> None:
    both = class_of("Both", "lr, beta", method("step", "g, w"), method("setBeta", "beta"))
    both["constructors"][0]["parameters"].append(
        parameter("Beta", "number", setter=True, default=True),
    )
    found = bind(shape(both), Wanted(roles={"epsilon": "beta"}))
    assert found.message["construct"] == [LR, EPS, None]


def test_a_letter_beside_a_rate_may_be_the_decay_rate() -> None:
    for name, construct in (("b", [[LR, DECAY]]), ("e", []), ("bulk", [])):
        one = class_of("RMSProp", f"lr:number, {name}:number", method("step", "g:array, w:array"))
        ways = alternatives(shape(one))
        assert [way.message["construct"] for way in ways] == construct, name
        assert all(way.guessed for way in ways)


def test_the_manifest_settles_methods_and_roles() -> None:
    odd = class_of("T", "a, b, c", method("one", "p, q"), method("two", "p, q"))
    roles = {LR: "b", DECAY: "a", EPS: "c", G: "q", W: "p"}
    found = bound(Wanted(method="two", roles=roles), odd)
    assert found.message == {
        "class": "T",
        "constructor": 0,
        "method": 1,
        "construct": [DECAY, LR, EPS],
        "call": [W, G],
    }


def test_the_manifest_goes_before_the_name() -> None:
    """A parameter called eps that is the decay rate, because its author said so."""
    odd = class_of("T", "lr, eps, rho", method("step", "g, w"))
    found = bound(Wanted(roles={DECAY: "eps", EPS: "rho"}), odd)
    assert found.message["construct"] == [LR, DECAY, EPS]


def guesses(constructor: str, call: str, result: str = "") -> list[list[str | None]]:
    """The roles of each further way to bind a class: its constructor's, then its method's."""
    stepping = {**method("step", call), "result": result}
    found = alternatives(shape(class_of("RMSProp", constructor, stepping)))
    return [[*way.message["construct"], *way.message["call"]] for way in found]


@pytest.mark.parametrize(
    ("constructor", "call", "ways"),
    [
        ("lr, rho, eps, batch:count", "w:array, g:array", [["=1", W, G], ["size", W, G]]),
        ("lr, rho, eps, nodes:count", "w:array, g:array", [["=1", W, G], ["size", W, G]]),
        ("lr, rho, eps, numNodes:count", "w:array, g:array", [["size", W, G], ["=1", W, G]]),
        ("lr, rho, eps, bias:number", "w:array, g:array", [["=0.0", W, G]]),
        ("lr, rho, eps", "a1:array, b1:array", [[W, G], [G, W]]),
        ("lr, rho, eps", "w:array, g:array, gSize:count", [[W, G, "length"], [W, G, "=1"]]),
        ("lr, rho, eps, what:other", "w:array, g:array", []),
        ("lr, rho:number, x:number", "w:array, g:array", [[W, G]]),
        ("lr, x:number", "w:array, g:array", []),  # epsilon, or decay: neither is its own
    ],
)
def test_what_nobody_knows_is_each_thing_that_it_could_be(
    constructor: str, call: str, ways: list[list[str | None]]
) -> None:
    known = [LR, DECAY, EPS]
    assert guesses(constructor, call) == [[*known, *way] for way in ways]


def test_a_function_of_the_step_is_the_learning_rate_and_never_a_number() -> None:
    scheduled = parameter("when", "number", use={"scheduled": True})
    made = class_of("RMSProp", "rho, eps", method("step", "w:array, g:array"))
    made["constructors"][0]["parameters"].append(scheduled)
    assert bind(shape(made)).message["construct"] == [DECAY, EPS, LR]
    told = class_of("RMSProp", "lr, rho, eps", method("step", "w:array, g:array"))
    told["constructors"][0]["parameters"].append(scheduled)
    assert alternatives(shape(told)) == []


def test_a_key_under_which_a_state_is_kept_is_an_arrays_name() -> None:
    taken = [parameter("k", "text", use={"keyed": True}), *parameters("w, g, lr, rho, eps")]
    functions = {"functions": [{"name": "rmsprop", "parameters": [taken]}]}
    found = bind({"language": "any", "candidates": [], **functions}).message
    assert found["call"] == ["name", W, G, LR, DECAY, EPS]


def test_an_average_beside_one_arrays_gradients_is_the_callers() -> None:
    ways = guesses("lr, rho, eps", "grads:array, params:list", "array")
    assert ways == [[LR, DECAY, EPS, G, "state"]]


def test_weights_and_biases_of_one_call_are_told_apart() -> None:
    names = "W:array, dW:array, B:array, dB:array"
    assert roles_of("lr, rho, eps", names)[1] == [W, G, "biases", "bias_gradients"]
    with pytest.raises(BindingError, match="unrecognised parameters B, C"):
        roles_of("lr, rho, eps", names.replace("dB", "C"))


def test_what_is_handed_over_first_is_handed_over_again() -> None:
    carried = parameter("model", "array", carries=True, type="Model")
    made = {
        "class": "RMSProp",
        "constructors": [{"parameters": [*parameters("lr, rho, eps"), carried]}],
        "methods": [{"name": "step", "static": False, "parameters": [carried]}],
    }
    found = bind(shape(made)).message
    assert found["construct"] == [LR, DECAY, EPS, "parameters"]
    assert found["call"] == ["parameters"]
