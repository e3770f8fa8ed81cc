"""What seems to be a step and is none: a part of one, or that of another than what says RMSProp."""

from __future__ import annotations

from harness.judging.judge import Answers
from harness.judging.verdict import Result
from harness.languages import registry
from harness.languages.naming import says_rmsprop
from harness.model.words import CHOSEN, GOOD
from harness.ports.binding import BindingError
from harness.ports.port import Port
from harness.transport.guess import Guess
from harness.transport.hosted import HostedTransport

# What a wrong guess looks like that reaches one array of those that it was handed.
_PART = {"write=first_array", "write=last_array"}
# So much of an average is all of it, to what a step of any size can tell.
_STAYS = 1 - 1e-12
# Nobody scales gradients by as much.
_SCALED = 1e6
# What explorers put where a number is asked for.
_OURS = {0.5, 2.0**-6}
# What deviations say of the average.
_OF_AVERAGES = {"average", "decay_rate", "initial_average", "state"}


def refuse_frozen(transport: HostedTransport, answers: Answers) -> None:
    """Raise BindingError where something else may change the average that a step divides by."""
    if answers.frozen and (transport.about.makes_up_state or transport.about.has_others):
        raise BindingError("not bound: no step was seen to change the average that it divides by")


def refuse_another(port: Port, transport: HostedTransport, result: Result) -> None:
    """Raise BindingError where something else of a source than what says RMSProp is accused."""
    if result.verdict.word in GOOD or (port.wanted and port.wanted.class_name):
        return
    names = transport.about.called
    others = [name for name in transport.about.names if says_rmsprop(name)]
    said = any(map(says_rmsprop, names))
    language = registry.by_name(port.language)
    calls = (language.calls(path, names[0]) for path in port.source)
    if names and others and not said and not any(calls):
        raise BindingError(
            f"not bound: {others[0]} says RMSProp, and what fits is {names[0]}. If that is meant,"
            f" say so: --class {names[0]}"
        )


def refuse_rows(port: Port, result: Result) -> None:
    """Raise BindingError where what is not explained wants a row of gradients an example."""
    best = result.diagnosis.best if result.diagnosis else None
    if result.verdict.word != "diverges" or best is not None:
        return
    for name in map(registry.by_name(port.language).averaged_rows, port.source):
        if name:
            raise BindingError(
                f"not bound: {name} is averaged over its first axis, as rows of examples are, and"
                " was handed over as the gradients themselves"
            )


def noted(port: Port, transport: HostedTransport, result: Result) -> Result:
    """The result, which says what a source has beside what was called.

    What a class does around its steps, where nobody did that; and others that say RMSProp.
    """
    called = transport.about.stepping
    if port.adapter is not None or not called:
        return result
    found = [registry.by_name(port.language).beside(path, called) for path in port.source]
    around = [one for methods, _ in found for one in methods]
    does = {name: f"sets {what}" if what else "keeps an average as well" for name, what in around}
    said = [f"{name}, which {what}, was not called" for name, what in [*does.items()][:2]]
    if not (port.wanted.class_name or CHOSEN in result.notes or "--class" in (result.bound or "")):
        alike = (name for _, classes in found for name in classes if says_rmsprop(name))
        said += [f"{name} is another: --class {name}" for name in alike][:2]
    return result.saying(*said)


def only_seems(guess: Guess, result: Result) -> bool:
    """Whether what explains a port is what a wrong guess looks like."""
    graph = guess.message.get("graph", {})
    # Seen from outside, an average that is not handed on begins anew as it was made; so does any
    # of a function, where what comes back is handed on to one place after another.
    axes = {deviation.partition("=")[0] for deviation in result.deviations}
    best = result.diagnosis.best if result.diagnosis else None
    if best is not None and 0 < best.constants.get("decay_rate", 0) < 1:
        axes -= {"decay_rate"}  # what fades by a constant is an average that it keeps itself
    tried = str(graph.get("plan", {}).get("method", "")).startswith("[")
    anew = "state=reset" in result.deviations and ("initial_average" in axes or tried)
    # Arrays of which nobody knows what they are, and that no step changes: one may be the average,
    # which another function keeps, or epsilon, unless they are factors of what is divided.
    # So may what was put there that the port lacks.
    left = bool(graph.get("others")) and not graph.get("factors")
    unread = (left or graph.get("zeros")) and "epsilon=none" in result.deviations
    kept = (left and bool(axes & _OF_AVERAGES)) or unread
    put = bool(graph.get("plan", {}).get("mended")) and bool(axes & _OF_AVERAGES)
    # New arrays are handed over in place of those that came back, and one may keep by these.
    anew |= "state=reset" in result.deviations and any(
        pair[0] != pair[2] for pair in graph.get("pairs", ()) if len(pair) > 2
    )
    seen = guess.explored and (anew or kept or put)
    # What is taken for the number of a step, and is a place, has a new average at every step.
    counted = "iteration" in guess.message.get("call", ())
    forgets = counted and bool({"state=reset", "average=last"} & {*result.deviations})
    # An epsilon in the place of a number that gradients are divided by.
    scale = best.constants.get("gradient_scale", 1.0) if best else 1.0
    scaled = not 1 / _SCALED < abs(scale) < _SCALED
    # What nobody knows is a number of ours, until it is told another.
    own = best.constants if best and guess.explored else {}
    ours = {own.get("learning_rate"), own.get("epsilon")} & _OURS
    return bool(_PART & {*result.deviations} or ours) or seen or forgets or scaled or _stays(result)


def _stays(result: Result) -> bool:
    """Whether the average of a cause never leaves what it begins with: another call changes it."""
    best = result.diagnosis.best if result.diagnosis else None
    decay = best.constants.get("decay_rate", 0.5) if best else 0.5
    kept = 1 - decay if "average=swapped" in result.deviations else decay
    return kept > _STAYS
