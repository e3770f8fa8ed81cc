"""What is not bound is refused: several fit, names unknown, things named that are not there."""

from __future__ import annotations

from typing import Any

import pytest
from described import bound, class_of, method, refused, shape

from harness.ports.attempts import attempts
from harness.ports.binding import bind
from harness.ports.plans import plans
from harness.ports.roles import Wanted


def adam_like(name: str) -> dict[str, Any]:
    return class_of(name, "lr, rho, eps", method("step", "g, w"))


def test_several_classes_are_refused_naming_the_option() -> None:
    assert refused(shape(adam_like("Adam"), adam_like("Momentum"))) == (
        "several fit: Adam.step(g, w) made with (lr, rho, eps);"
        " Momentum.step(g, w) made with (lr, rho, eps)."
        " Choose with --class NAME (one of Adam, Momentum)"
    )


def test_of_several_classes_the_one_that_says_rmsprop_is_taken() -> None:
    binding = bind(shape(adam_like("Momentum"), adam_like("nn.RmsProp")))
    assert binding.message["class"] == "nn.RmsProp"
    assert binding.chosen
    assert not bind(shape(adam_like("RMSProp"))).chosen


def test_no_other_is_bound_in_place_of_what_says_rmsprop() -> None:
    """What is not settled is the one that is meant all the same."""
    odd = method("rmsprop", "tag, g, w, lr, rho, eps")
    assert refused(shape(class_of("Updates", "", method("sgd", "g, w, lr"), odd))) == (
        "no method or function of the right shape: Updates.rmsprop(tag, g, w, lr, rho, eps):"
        " unrecognised parameter tag. If a constant will do, say in port.toml beside it\n"
        "[give]\ntag = 0.0"
    )
    both = class_of("Updates", "lr, rho, eps", method("adam", "g, w"), method("rmsprop", "g, w"))
    assert bind(shape(both)).message["method"] == 1


def test_what_may_be_told_a_learning_rate_has_none_of_its_own() -> None:
    """Another constructor takes it, beside what nobody knows."""
    either = class_of("P", "lr, rho, eps, psi:number", method("step", "g, w"))
    either["constructors"].append({"parameters": []})
    assert "(lr, rho, eps, psi): unrecognised parameter psi" in refused(shape(either))


def test_several_methods_are_refused_naming_the_line() -> None:
    one = class_of("RMSProp", "lr, rho, eps", method("step", "g, w"), method("nesterov", "g, w"))
    assert refused(shape(one)) == (
        "several fit: RMSProp.step(g, w) made with (lr, rho, eps);"
        " RMSProp.nesterov(g, w) made with (lr, rho, eps)."
        ' Choose in port.toml beside it:\n[bind]\nmethod = "step"'
    )


def test_several_functions_are_refused_naming_the_line() -> None:
    both = {"rmsprop": "lr, rho, eps, g, w", "rmsprop2": "lr, rho, eps, g, w"}
    assert refused(shape(functions=both)) == (
        "several fit: rmsprop(lr, rho, eps, g, w); rmsprop2(lr, rho, eps, g, w)."
        ' Choose in port.toml beside it:\n[bind]\nfunction = "rmsprop"'
    )


UNKNOWN = "no method or function of the right shape: Trainer.step(g, w) made with"
ROLE = 'If blub stands for the epsilon, say so in port.toml beside it\n[bind]\nepsilon = "blub"'


@pytest.mark.parametrize(
    ("parameters", "said", "advice"),
    [
        # The roles that it could have; what was said already is not advised again.
        ("lr, rho, blub", {}, ROLE),
        ("a, rho, blub", {"learning_rate": "a"}, ROLE),
        # Where every role is taken, a constant is what helps.
        (
            "lr, rho, eps, blub",
            {},
            "If a constant will do, say in port.toml beside it\n[give]\nblub = 0.0",
        ),
    ],
)
def test_an_unknown_name_is_refused_with_what_helps(
    parameters: str, said: dict[str, str], advice: str
) -> None:
    odd = class_of("Trainer", parameters, method("step", "g, w"))
    assert refused(shape(odd), Wanted(roles=said)) == (
        f"{UNKNOWN} ({parameters}): unrecognised parameter blub. {advice}"
    )


def test_a_gradient_is_no_number_that_a_line_could_settle() -> None:
    odd = class_of("Trainer", "", method("step", "momentum, grad:number"))
    assert refused(shape(odd)).endswith("unrecognised parameter grad")


def test_the_constant_of_a_batch_is_one() -> None:
    odd = class_of("Trainer", "lr, rho, eps, batchSize", method("step", "g, w"))
    assert refused(shape(odd)).endswith("say in port.toml beside it\n[give]\nbatchSize = 1")


def test_what_says_rmsprop_is_refused_first() -> None:
    """Whatever else stands in the source."""
    others = [class_of(name, "lr, rho, blub", method("step", "g, w")) for name in ("Ada", "Sgd")]
    mine = class_of("Rmsprop", "lr, rho, blub, blab, blob", method("run", "model:other, x, y"))
    assert "right shape: Rmsprop.run(model, x, y) made" in refused(shape(*others, mine))


def test_no_roles_are_advised_for_more_than_there_are_names() -> None:
    odd = class_of("Trainer", "", method("look", "this_index, weight_index"))
    assert "PARAMETER" not in refused(shape(odd))


def test_of_several_names_it_is_left_open_which_is_which() -> None:
    odd = class_of("Trainer", "lr, blub, blab", method("step", "g, w"))
    lines = '[bind]\ndecay_rate = "PARAMETER"\nepsilon = "PARAMETER"'
    advice = f" If these are among blub, blab, say in port.toml beside it which\n{lines}"
    assert refused(shape(odd)).endswith(advice)


@pytest.mark.parametrize("use", ["called", "averaged"])
def test_what_is_called_or_becomes_an_average_is_no_array(use: str) -> None:
    odd = class_of("Trainer", "lr, rho, eps", method("step", "g, blub"))
    odd["methods"][0]["parameters"][1]["use"] = {use: True}
    assert "port.toml" not in refused(shape(odd))


@pytest.mark.parametrize("name", ["loss", "network", "labels"])
def test_no_role_is_advised_for_data_or_a_model(name: str) -> None:
    odd = class_of("Trainer", "lr, rho", method("step", f"g, w, {name}"))
    assert refused(shape(odd)).endswith(f"unrecognised parameter {name}")


def test_what_is_an_object_is_no_role_and_none_is_advised() -> None:
    odd = class_of("Trainer", "lr, rho", method("step", "g, w, model:other"))
    assert refused(shape(odd)) == (
        "no method or function of the right shape: Trainer.step(g, w, model) made with"
        " (lr, rho): unrecognised parameter model"
    )


@pytest.mark.parametrize(
    "use",
    [
        {"keyed": True},
        {"attributes": {"lr": {"computed": True}}},
        {"opaque": True},
        {"scheduled": True},
    ],
)
def test_no_line_is_advised_for_a_key_or_for_an_object_with_parts(use: dict[str, Any]) -> None:
    odd = class_of("Trainer", "lr, rho", method("step", "g, w, blub"))
    odd["methods"][0]["parameters"][2]["use"] = use
    assert refused(shape(odd)).endswith("unrecognised parameter blub")


@pytest.mark.parametrize(
    ("said", "message"),
    [
        (
            Wanted(roles={"epsilon": "epz"}),
            "bind.epsilon: there is no parameter 'epz'; did you mean 'eps'?",
        ),
        (
            Wanted(give={"mood": 1.0}),
            "give.mood: there is no parameter 'mood'; found: lr, rho, eps, g, w",
        ),
        (Wanted(give={"rho": "much"}), "give.rho: 'much' is no number"),
        (Wanted(give={"rho": True}), "give.rho: True is no number"),
    ],
)
def test_what_was_said_of_nothing_there_is_refused(said: Wanted, message: str) -> None:
    whole = class_of("Trainer", "lr, rho:number, eps", method("step", "g, w"))
    assert refused(shape(whole), said) == message


def test_what_was_said_of_a_parameter_of_something_else_is_refused() -> None:
    """It would be bound without it, and blamed."""
    whole = class_of("Trainer", "lr=, rho=, eps=", method("step", "g, w"), method("tune", "rate"))
    assert refused(shape(whole), Wanted(roles={"learning_rate": "rate"})).startswith(
        "no method or function of the right shape: Trainer.step(g, w) made with"
        " (lr, rho, eps): bind.learning_rate: 'rate' is no parameter of it"
        " (it takes lr, rho, eps, g, w)"
    )


def test_which_of_several_is_bound_is_said_where_no_name_speaks_for_it() -> None:
    less = class_of("Less", "lr", method("step", "g, w"))
    more = class_of("More", "lr, eps", method("step", "g, w"))
    assert bind(shape(less, more)).among == "More"
    assert not bind(shape(more)).among
    assert not bind(shape(less, more), Wanted(class_name="More")).among
    named = bind(shape(less, class_of("RMSProp", "lr, rho, eps", method("step", "g, w"))))
    assert (named.chosen, named.among) == (True, "")


def test_what_came_closest_is_named_first() -> None:
    near = class_of("B", "lr, rho, eps", method("step", "g, w, blub"))
    far = class_of("A", "", *(method(f"get{i}", "g") for i in range(9)))
    said = refused(shape(far, near))
    assert said.startswith(
        "no method or function of the right shape: B.step(g, w, blub) made with"
        " (lr, rho, eps): unrecognised parameter blub;"
        " A.get0(g): does not take both gradients and weights; "
    )
    assert "get5" not in said, "a long class is not listed whole"


def test_nothing_to_call_is_refused_saying_what_a_port_is() -> None:
    assert refused(shape()) == (
        "no class or function takes gradients and weights (found: nothing that can be called);"
        " a port is a class with a method (gradients, weights)"
        " or a function of hyperparameters, gradients and weights"
    )
    assert "(found: Point, Line);" in refused(
        shape({"class": "Point", "methods": []}, {"class": "Line", "methods": []})
    )


@pytest.mark.parametrize(
    ("call", "why"),
    [
        ("g:map, w:array", "one of gradients and weights is a map, the other an array"),
        ("g:map/float32, w:map/float64", "gradients and weights differ in precision"),
    ],
)
def test_two_kinds_of_storage_are_refused(call: str, why: str) -> None:
    assert why in refused(shape(class_of("RMSProp", "lr, rho, eps", method("step", call))))


@pytest.mark.parametrize("asked", ["deep.Outer$RMSProp", "Outer$RMSProp", "RMSProp"])
def test_a_class_is_asked_for_by_any_of_its_names(asked: str) -> None:
    found = bound(
        Wanted(class_name=asked), adam_like("deep.Outer$Momentum"), adam_like("deep.Outer$RMSProp")
    )
    assert found.message["class"] == "deep.Outer$RMSProp"


def test_a_class_that_is_not_there_is_refused() -> None:
    assert refused(shape(adam_like("RMSProp")), Wanted(class_name="Adam")) == (
        "no class or function 'Adam'; found: RMSProp"
    )
    assert refused(shape(adam_like("RMSProp")), Wanted(class_name="RMSPropp")) == (
        "no class or function 'RMSPropp'; did you mean RMSProp?"
    )


def test_a_function_that_is_not_there_is_refused() -> None:
    assert refused(shape(adam_like("RMSProp")), Wanted(function="f")) == (
        "no function 'f'; functions found: none"
    )


@pytest.mark.parametrize(
    ("name", "fed", "taken"),
    [("normalize", "seen", False), ("update", "seen", True), ("normalize", "grads", True)],
)
def test_what_scales_what_nobody_calls_gradients_is_no_optimizer(
    name: str, fed: str, taken: bool
) -> None:
    """A running average scales observations, too."""
    of_array = {**method(name, f"{fed}:array"), "result": "array"}
    of_any = {**method(name, fed), "result": "array"}
    of_any["parameters"][0]["use"] = {"squared": True, "computed": True}
    ways = attempts(shape(class_of("Running", "rho, eps", of_array)), Wanted())
    assert any(not isinstance(way, str) for way in ways) == taken
    assert bool(plans(shape(class_of("Running", "rho, eps", of_any)))[0]) == taken


@pytest.mark.parametrize("name", ["y", "Z"])
def test_of_data_nobody_asks_whether_it_is_a_hyperparameter(name: str) -> None:
    message = refused(shape(class_of("Model", "lr, eps", method("fit", f"g, w, {name}"))))
    assert "stands for" not in message
