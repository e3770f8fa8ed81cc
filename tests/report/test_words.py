"""The sentences: axes and arithmetics in plain words, formulas apart, counts that agree."""

from __future__ import annotations

import io
import math
import re
from dataclasses import replace

import pytest
from judged import documents, golden, result, row, stopped
from support import compared

from harness.comparison.compare import Divergence
from harness.diagnosis.diagnose import Change, Diagnosis, Explanation, Part, Tried
from harness.documents.examined import Layer
from harness.judging.verdict import Result, Verdict
from harness.model.isolation import InForce
from harness.model.observation import Fault
from harness.ports.port import Port
from harness.report import causes, dialects, terminal, words
from harness.report.documents import summary
from harness.report.notes import notes_of
from python_ref.dialects.axes import AXES, Value
from python_ref.dialects.dialect import Dialect
from python_ref.numbers.arithmetic import PLAIN, Arithmetic, arithmetics

VALUES = [(axis.name, value) for axis in AXES.values() for value in axis.values]
IGNORED_RATE = (("learning_rate", "ignored"),)
_FORMULA = re.compile(r"[=*^\[\]]|\b(?:lr|eps|mu|wd|dm|v0|v|m|g|b|w|d)\b")


def exact(*ways: tuple[str, Arithmetic]) -> Result:
    return Result(
        Port("p", "python"), "python", "local", Verdict("exact", arithmetic=ways, compared=1)
    )


# -- axes -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("axis", "value"), VALUES, ids=[f"{axis}={value.name}" for axis, value in VALUES]
)
def test_a_sentence_is_words_and_the_formula_stands_apart(axis: str, value: Value) -> None:
    sentence = value.sentence
    assert not _FORMULA.search(sentence.replace("1 - decay rate", "the complement"))
    assert not sentence.endswith(".")
    assert causes.deviation(axis, value.name) == f"{sentence} [{value.formula}]"


def test_no_two_values_are_said_alike() -> None:
    sentences = [value.sentence for _, value in VALUES]
    assert len(set(sentences)) == len(sentences)


@pytest.mark.parametrize(
    ("deviation", "constants", "sentence"),
    [
        (
            ("state", "reset"),
            {},
            "each step starts from scratch: the average is not kept"
            " [v = v0, m = 0, b = 0, t = 1 at every step]",
        ),
        (
            ("decay_rate", "ignored"),
            {"decay_rate": 0.95},
            "the port uses its own decay rate [d = 0.95]",
        ),
        (
            ("weight_decay", "coupled"),
            {"weight_decay": 0.25},
            "weight decay is added to the gradient (an L2 penalty)"
            " [g = g + wd*w, weight decay 0.25], as in PyTorch weight_decay, MXNet 2 wd,"
            " fastai decouple_wd=False and 4 more",
        ),
        (
            ("write", "none"),
            {"learning_rate": 0.5},
            "no weight is ever updated [w[i] for no i], with its own learning rate 0.5",
        ),
    ],
)
def test_a_constant_of_the_ports_own_stands_where_it_belongs(
    deviation: tuple[str, str], constants: dict[str, float], sentence: str
) -> None:
    diagnosis = Diagnosis(Explanation((deviation,), constants))
    assert words.explanation(diagnosis, Dialect()) == sentence


@pytest.mark.parametrize(
    ("ends", "sentence"),
    [
        ((0.0029994, 0.0030061), "between 0.0029994 and 0.0030061"),
        ((0.0029999949, 0.0030000051), "between 0.002999994 and 0.003000006"),
        ((0.099999000001, 0.100000999999), "between 0.099999 and 0.100001"),
        ((0.09999999943, 0.10000000055), "between 0.0999999994 and 0.1000000006"),
        ((0.0, 1.23456), "below 1.3"),
        ((1.5e-11, 9.81e-10), "between 1e-11 and 9.9e-10"),
        ((1234.5678, math.inf), "above 1200"),
        ((0.0, math.inf), "anywhere above 0"),
    ],
)
def test_what_is_written_of_an_interval_holds_all_of_it(
    ends: tuple[float, float], sentence: str
) -> None:
    own = Explanation(IGNORED_RATE, {"learning_rate": 0.003}, intervals={"learning_rate": ends})
    text = causes.explanation(Diagnosis(own), Dialect())
    assert text.endswith(f"[lr = 0.003 (what fits lies {sentence})]")
    written = [float(x) for x in re.findall(r"\d[\d.e-]*", sentence)]
    assert written[0] <= ends[0] or not ends[0]
    assert written[-1] >= ends[1] or ends[1] == math.inf


def test_of_one_of_several_constants_an_interval_says_that_the_others_stand() -> None:
    constants = {"learning_rate": 0.003, "decay_rate": 0.7}
    chosen = (*IGNORED_RATE, ("decay_rate", "ignored"))
    own = Explanation(chosen, constants, intervals={"learning_rate": (0.002913, 0.003087)})
    text = causes.explanation(Diagnosis(own), Dialect())
    assert "(what fits lies between 0.00291 and 0.00309, the others as they are)" in text


@pytest.mark.parametrize(
    ("tried", "sentence"),
    [
        (
            Tried(size=-1, seconds=18.0, ended=True),
            "time ran out before anything was tried to its end (18 s of processor time)",
        ),
        (Tried(size=0), "what it claims to be does not reproduce it"),
        (
            Tried(0, 12, 57, seconds=18.0, ended=True),
            "tried without success: 12 of the 57 single deviations that can show here (time ran"
            " out after 18 s of processor time)",
        ),
        (
            Tried(1, 600, 4321, seconds=3.2, ended=True, waited=180.0),
            "tried without success: all single deviations that can show here and 600 of the 4,321"
            " pairs (time ran out after 3 s of processor time, for which 180 s went by)",
        ),
        (
            Tried(1, 0, 4321, seconds=18.0, ended=True),
            "tried without success: all single deviations that can show here (time ran out after"
            " 18 s of processor time)",
        ),
        (
            Tried(3),
            "tried without success: all single deviations that can show here, all pairs and all"
            " triples",
        ),
    ],
)
def test_what_was_tried_is_said_with_what_it_took(tried: Tried, sentence: str) -> None:
    assert causes.explanation(Diagnosis(None, tried=tried), Dialect()) == sentence


def test_what_happens_in_one_golden_alone_is_said_with_its_name() -> None:
    claimed, inside = Explanation(()), Explanation((("epsilon", "inside"),))
    parts = (Part(("kernel",), claimed), Part(("bias",), inside))
    one = Diagnosis(None, parts=parts, evidence="reference/float64/mixed-arrays")
    assert causes.explanation(one, Dialect()) == (
        "in reference/float64/mixed-arrays, kernel: as claimed; bias: epsilon is added inside the"
        " square root [g / sqrt(v + eps)]"
    )
    change = replace(one, parts=(), change=Change(claimed, 4, "state"))
    assert causes.explanation(change, Dialect()) == (
        "in reference/float64/mixed-arrays, up to step 4: as claimed; the state is lost before"
        " step 5"
    )


def test_of_a_library_that_has_it_twice_others_are_named_before() -> None:
    chosen = (("epsilon", "inside"), ("initial_average", "one"))
    diagnosis = Diagnosis(Explanation(chosen))
    said = words.explanation(diagnosis, Dialect(["momentum=lr_out_of_buffer"]))
    assert "timm RMSpropTF momentum, lr_in_momentum off" not in said
    assert (
        "together as in timm RMSpropTF momentum, Stable-Baselines3 RMSpropTFLike momentum," in said
    )
    assert "TensorFlow 1 momentum and 5 more" in said


def test_several_deviations_are_listed_and_libraries_have_them_together() -> None:
    chosen = (("epsilon", "inside"), ("initial_average", "one"))
    assert words.explanation(Diagnosis(Explanation(chosen)), Dialect()).startswith(
        "epsilon is added inside the square root [g / sqrt(v + eps)] and the moving average"
        " starts at one [v0 = 1], together as in timm RMSpropTF, "
    )
    assert words.listed([]) == ""
    assert words.listed(["a", "b", "c"]) == "a, b and c"


# -- arithmetics ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ways", "sentence"),
    [
        ([("float64", PLAIN)], ""),
        ([("float64", Arithmetic(square="left"))], "computed with (1-d)*g*g from the left"),
        (
            [("float32", Arithmetic("divide_first", precision="float32_wide"))],
            "computed with lr*(g/den); numbers are stored in float32, and everything is computed"
            " in float64",
        ),
        (
            [("float64", PLAIN), ("float32", Arithmetic(ema="incremental"))],
            "in float64 computed as the reference does;"
            " in float32 computed with v + (1-d)*(g*g - v)",
        ),
    ],
)
def test_an_arithmetic_is_said_as_what_is_computed(
    ways: list[tuple[str, Arithmetic]], sentence: str
) -> None:
    assert words.evaluation(exact(*ways)) == sentence


@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_no_two_arithmetics_are_said_alike_and_only_plain_is_left_out(precision: str) -> None:
    listed = arithmetics(precision)
    sentences = {words.evaluation(exact((precision, way))) for way in listed}
    assert len(sentences) == len(listed)
    assert "" in sentences
    assert not any("=" in sentence for sentence in sentences)


# -- counts, faults, transports -------------------------------------------------------------------


def test_counts_agree_with_their_noun() -> None:
    assert [words.counted(n, "result") for n in (0, 1, 2, 1200)] == [
        "0 results",
        "1 result",
        "2 results",
        "1,200 results",
    ]


@pytest.mark.parametrize(
    ("command", "sentence"),
    [(("port",), "protocol error: no"), ((), "unusable result: no")],
)
def test_what_is_garbled_breaks_the_protocol_or_is_no_result(
    command: tuple[str, ...], sentence: str
) -> None:
    port = Port("p", "command" if command else "python", command=command)
    fault = Fault("garbled", "no")
    found = Result(port, port.language, "stdio", Verdict("garbled", fault=fault))
    assert words.why(found) == sentence


def shown(name: str, width: int) -> list[str]:
    found = result(golden("a"), port=Port(name, "python"))
    console = terminal.Plain(file=io.StringIO(), width=width)
    console.print(terminal.table([found], width))
    return [line.rstrip() for line in console.file.getvalue().splitlines()]


def test_the_why_stands_beside_the_port_or_below_it_where_there_is_no_room() -> None:
    sentence = "equal to the last bit in 1 test case"
    assert shown("mine.py", 80) == [
        "port     transport  verdict  why",
        f"mine.py  local      exact    {sentence}",
        "transport: local (in Python)",
    ]
    name = "a/folder/with/a/long/name/mine.py"
    assert shown(name, 80) == [
        f"{name}  local  exact",
        f"  {sentence}",
        "transport: local (in Python)",
    ]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ([{}], "1 port, all as expected: 1 exact; 1 comparison with"),
        ([{}, {"as_expected": False}], "2 ports, 1 does NOT conform: 2 exact; 2 comparisons"),
        ([{"as_expected": False}] * 2, "2 ports, 2 do NOT conform: 2 exact; 2 comparisons"),
        (
            [{"as_expected": False, "unexpected": ("better than expected",)}],
            "1 port, 1 NOT as expected: 1 exact; 1 comparison with",
        ),
    ],
)
def test_a_summary_counts_and_says_what_was_expected(
    changes: list[dict[str, object]], sentence: str
) -> None:
    results = [result(golden("a"), **change) for change in changes]
    assert terminal.summary(results, 1.5).startswith(sentence)


def test_a_summary_tells_what_differs_from_what_was_not_judged() -> None:
    differs = result(golden("a", "diverges"))
    mixed = [differs, stopped("not-run", "no Java", port=Port("p", "java"))]
    counted = terminal.summary(mixed, 1.5)
    assert counted.startswith("2 ports, 1 does NOT conform, 1 not judged: 1 diverges, 1 not-run;")


def test_a_library_that_the_sentence_names_is_not_named_twice() -> None:
    summed = Diagnosis(Explanation((("average", "sum"),)))
    assert words.explanation(summed, Port("p", "python").claim).count("as in AdaGrad") == 1
    inside = Diagnosis(Explanation((("epsilon", "inside"),)))
    assert "], as in Keras 3, " in words.explanation(inside, Port("p", "python").claim)


def test_no_deviation_is_cut_in_the_list_of_dialects() -> None:
    console = terminal.Plain(file=io.StringIO(), width=80)
    console.print(dialects.listing())
    text = "".join(console.file.getvalue().split())
    assert "…" not in text


# -- messages that are cut -------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["", " (port.py:12)", " (RMSProp.java:7)"])
def test_a_long_message_of_a_ports_own_is_cut_but_for_its_place(place: str) -> None:
    fault = Fault("crashes", f"step 2: ValueError: {'long ' * 60}words{place}", 2)
    found = Result(Port("p", "python"), "python", "local", Verdict("crashes", fault))
    text = words.brief(found)
    assert len(text) <= 160
    assert text.startswith("step 2: ValueError: long ")
    assert text.endswith(f" ...{place}")
    short = Fault("crashes", f"step 2: ValueError: no{place}", 2)
    found = Result(Port("p", "python"), "python", "local", Verdict("crashes", short))
    assert words.brief(found) == short.message
    advice = stopped("not-run", f"{'no such class, ' * 20}add --classpath JAR", port=found.port)
    assert words.brief(advice).endswith("no such class, add --classpath JAR")


@pytest.mark.parametrize(
    ("words_of", "note"),
    [
        (
            ("exact", "unsupported", "unsupported"),
            ["it declined 2 of 3 test cases: no"],
        ),
        (("diverges", "unsupported"), ["it declined 1 of 2 test cases: no"]),
        (("exact", "exact"), []),
        (("unsupported", "unsupported"), []),
    ],
)
def test_what_a_port_declined_is_said_beside_its_verdict(
    words_of: tuple[str, ...], note: list[str]
) -> None:
    """A port that takes only what it gets right is right in all that it takes."""
    fault = {"fault": Fault("unsupported", "no")}
    given = [compared(word, **(fault if word == "unsupported" else {})) for word in words_of]
    assert notes_of(result(*given)) == note


@pytest.mark.parametrize(
    ("force", "sentence"),
    [
        (
            InForce(True, True, True, 300, 4 << 30, 64 << 20, 1024, 1 << 30, 4096),
            "What was judged had a table of processes to itself, no network, 300 s of processor"
            " time, 4 GiB of memory a process, 64 MiB a file, 1,024 open files, 1 GiB in its"
            " temporary folder and shared memory, its own, together and 4,096 processes and"
            " threads; it could not change the cache, nor rmsproof.",
        ),
        (
            InForce(False, False, False, 300, 4 << 30, 1 << 30, 1024, None, None),
            "What was judged had 300 s of processor time, 4 GiB of memory a process, 1 GiB a file"
            " and 1,024 open files. It could change the cache, and rmsproof.",
        ),
    ],
)
def test_what_was_in_force_is_one_sentence(force: InForce, sentence: str) -> None:
    assert words.isolation(force) == sentence


@pytest.mark.parametrize(
    ("expected", "observed", "ulp", "distance"),
    [
        (0.5, 0.25, 7, "observed 0.25, 7 ULP apart"),
        (0.5, math.inf, 7, "observed Infinity"),
        (-math.inf, 0.5, 7, "observed 0.5"),
        (0.5, math.nan, None, "observed NaN"),
    ],
)
def test_only_numbers_are_some_ulp_apart(
    expected: float, observed: float, ulp: int | None, distance: str
) -> None:
    first = Divergence("it", 1, "w", 0, expected, observed, ulp)
    assert words.divergence(first).endswith(distance)


def test_what_did_not_run_is_not_counted_as_judged() -> None:
    """A block without its library has a verdict, but nobody judged it."""
    missing = row(stopped("not-run", "torch is not installed"))
    other = row(None, kind="other")
    of_two = documents([row(result(golden("a"))), missing])
    assert summary(of_two).startswith("2 blocks, 1 of them judged: 1 exact, 1 not-run;")
    assert summary(documents([missing, other])).startswith("2 blocks, 0 of them judged, 1 not-run;")


def test_a_block_of_several_is_counted_once_and_what_repairs_show_after_it() -> None:
    """What did not run as it is published may have been judged once it was repaired."""
    fault, good = stopped("does-not-compile", "one"), result(golden("a"))
    first = row(fault, layers=(Layer(fault), Layer(good, "two")))
    of_one = documents([first, replace(first, layers=(Layer(fault),))])
    words = "1 block, 1 of them judged: 2 does-not-compile; once repaired 1 exact; 2.5 s"
    assert summary(of_one) == words
    missing = stopped("not-run", "torch is not installed")
    once = documents([row(missing, layers=(Layer(missing), Layer(good, "left out")))])
    assert summary(once) == "1 block, 1 of them judged, 1 not-run; once repaired 1 exact; 2.5 s"
