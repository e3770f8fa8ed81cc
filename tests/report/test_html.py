"""The page: whole in one file, true to the report, and nothing on it is taken for markup."""

from __future__ import annotations

import base64
import hashlib
import json
import math
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import lxml.html
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from report.judged import INSIDE_SAID, TRACE, documents, golden, ports, result, row, stopped
from support import none_left

from harness.comparison.traces import Trace
from harness.documents.examined import Finding, Layer
from harness.model.words import VERDICTS
from harness.ports.port import Port
from harness.report import html
from harness.report.html.plots import distances, weights
from harness.report.html.rows import MARKS
from harness.report.saved import Trajectory
from python_ref.numbers.text import to_json

HOSTILE = "<script>document.title='gone'</script>\"'><img src=x onerror=alert(1)>&lt;"


def page(results: Any) -> Any:
    return lxml.html.document_fromstring(html.ports(results))


def text(found: Any) -> str:
    return " ".join(" ".join(found.itertext()).split())


def named(root: Any, anchor: str) -> Any:
    (found,) = [each for each in root.iter() if each.get("id") == anchor]
    return found


def port(name: str, *comparisons: Any, **changes: Any) -> Any:
    return result(*comparisons, port=Port(name, "python"), **changes)


WRONG = port(
    "mine.py",
    golden("reference/float64/a"),
    golden("reference/float64/b", "diverges", traces=(TRACE,)),
    golden("reference/float32/a", "conforms"),
    golden("reference/float32/b", "diverges", kind="edge"),
)


# -- the matrix ------------------------------------------------------------------------------------


def test_it_is_ports_by_goldens() -> None:
    root = page(ports(WRONG, port("other.py", golden("reference/float64/b"))))
    heads = [head.get("data-golden") for head in root.iterfind(".//th[@data-golden]")]
    assert heads == [
        f"reference/{name}" for name in ("float64/a", "float64/b", "float32/a", "float32/b")
    ]
    cells = [[text(cell) for cell in row.iterfind("td")] for row in root.iterfind(".//tbody/tr")]
    assert cells[:2] == [["=", "\u2260", "\u2248", "\u2260"], ["", "=", "", ""]]
    assert text(root.find(".//tbody/tr/th")).startswith(f"mine.py local diverges {INSIDE_SAID}")


def test_every_verdict_has_a_mark_of_its_own() -> None:
    assert set(MARKS) == set(VERDICTS)
    assert len(set(MARKS.values())) == len(MARKS)


def test_what_decides_nothing_is_marked() -> None:
    root = page(ports(WRONG))
    idle = [each.get("aria-label") for each in root.find_class("idle")]
    assert idle == ["mine.py, reference/float32/b: diverges"]


def test_transports_that_show_the_same_share_a_row() -> None:
    same = [port("p", golden("a", "diverges"), transport=way) for way in ("jpype", "stdio")]
    other = port("p", golden("a"), transport="local")
    root = page(ports(*same, other))
    assert [text(row.find("th/small")) for row in root.iterfind(".//tbody/tr")] == [
        "jpype, stdio",
        "local",
    ]


def test_every_link_leads_to_one_place_on_the_page() -> None:
    root = page(ports(WRONG, WRONG, port("a b/c", golden("a"), golden("a", "diverges")), port("a")))
    ids = [each.get("id") for each in root.iter() if each.get("id")]
    assert len(ids) == len(set(ids))
    links = [each.get("href") for each in root.iter("a")]
    assert {unquote(link[1:]) for link in links} <= set(ids)
    assert "mine.py/reference/float64/b" in ids
    assert "a-b/c/a-(2)" in ids


# -- behind a cell ---------------------------------------------------------------------------------


def test_behind_a_cell_are_words_divergence_plots_numbers_and_the_command() -> None:
    detail = named(page(ports(WRONG)), "mine.py/reference/float64/b")
    assert text(detail.find_class("diagnosis")[0]) == INSIDE_SAID
    said = text(detail)
    assert "First divergence step 3, w[2] expected 0.5 observed 0.75 , 2.3e+15 ULP apart" in said
    assert "rmsproof check mine.py" in said
    assert "--golden reference/float64/b" in said
    rows = [[text(cell) for cell in row] for row in detail.iterfind(".//tbody/tr")]
    assert rows == [
        ["2", "0.5", "0.5", "0", "1"],
        ["3", "0.5", "0.75", "2,251,799,813,685,248", "2"],
        ["4", "Infinity", "NaN", "no number", "unbounded"],
        ["9", "0.25", "0.125", "4,503,599,627,370,496", "8"],
    ]
    assert [row.get("class") for row in detail.iterfind(".//tbody/tr")] == [
        None,
        "first",
        None,
        None,
    ]
    assert len(detail.findall(".//svg")) == 2


def test_what_is_right_is_said_in_a_sentence() -> None:
    root = page(ports(WRONG))
    assert "Equal to the last bit." in text(named(root, "mine.py/reference/float64/a"))
    assert "Equal within rounding: at most 2 ULP apart." in text(
        named(root, "mine.py/reference/float32/a")
    )
    edge = text(named(root, "mine.py/reference/float32/b"))
    assert "An edge case: what a port does there is compared, and does not decide." in edge


def test_behind_a_port_is_all_there_is_to_say_of_it() -> None:
    changes = {"notes": ("gradients-changed",), "unexpected": ("it was right before",)}
    said = text(named(page(ports(port("mine.py", golden("a", "diverges"), **changes))), "mine.py"))
    for part in (
        "it was right before",
        "deviations epsilon=inside",
        "First divergence a, step 3, w[2]",
        "it changes the gradients it is given",
        "judged on Linux 6.1, x86_64, CPython 3.12.1, Java 17.0.2",
    ):
        assert part in said


def test_the_line_of_a_source_is_shown() -> None:
    said = text(named(page(ports(stopped("does-not-compile", "mine.py:7: no"))), "mine.py"))
    assert "source mine.py:7" in said


def test_what_keeps_a_run_from_being_whole_is_above_it() -> None:
    results = ports(WRONG, errors=("x.py: no such file",), stale=("gone",), incomplete=True)
    remarks = text(page(results).find_class("remarks")[0])
    assert remarks == (
        "INCOMPLETE: interrupted before everything was judged"
        " x.py: no such file stale expectation: gone"
    )


def test_a_documents_blocks_are_rows_and_their_repairs_are_told() -> None:
    layers = (
        Layer(stopped("does-not-compile", "no such name"), "an import was added"),
        Layer(result(golden("a"))),
    )
    root = lxml.html.document_fromstring(
        html.documents(documents([row(None), row(None, layers=layers)], [Finding(3, "two rates")]))
    )
    assert root.find(".//title").text == "page.md: 2 blocks"
    assert text(root.find_class("remarks")[0]) == "page.md, line 3: two rates"
    said = [text(each) for each in root.iterfind(".//tbody/tr/th")]
    assert said[0].startswith("page.md:5 not judged other")
    assert "repaired: an import was added" in text(root)


# -- plots -----------------------------------------------------------------------------------------


def heights(root: Any, name: str) -> list[float]:
    """Where the dots of a line are, from above."""
    return [float(dot.get("cy")) for dot in root.iterfind(f".//circle[@class='dot {name}']")]


def test_distances_are_on_a_logarithmic_scale_over_the_envelope() -> None:
    """Ten times as far is one step further up, wherever it is."""
    tens = tuple(10**k for k in range(7))
    trace = replace(
        TRACE,
        steps=tuple(range(1, 8)),
        expected=(0.5,) * 7,
        observed=(0.75,) * 7,
        ulp=tens,
        envelope=(1.0,) * 7,
        envelope_ulp=tuple(map(float, tens)),
    )
    root = page(ports(port("p", golden("g", "diverges", traces=(trace,)))))
    up = [a - b for a, b in zip(heights(root, "ulp"), heights(root, "ulp")[1:], strict=False)]
    assert len(up) == 6
    assert up == pytest.approx([up[0]] * 6, abs=0.03)
    assert up[0] > 10
    assert heights(root, "envelope") == heights(root, "ulp")
    assert len(root.findall(".//polygon[@class='band']")) == 2


def test_what_is_no_number_leaves_a_gap_and_a_cross() -> None:
    detail = named(page(ports(WRONG)), "mine.py/reference/float64/b")
    lines = [each.get("class") for each in detail.iterfind(".//polyline")]
    assert lines.count("line observed") == lines.count("line ulp") == 2
    assert [
        each.get("class") for each in detail.iterfind(".//text") if "lost" in each.get("class")
    ] == [
        "lost expected",
        "lost observed",
        "lost ulp",
    ]


LARGEST = 1.7976931348623157e308
number = st.floats() | st.sampled_from([0.0, 5e-324, LARGEST, -LARGEST])


@example([(LARGEST, -LARGEST, 2**64, 0.0)])
@example([(0.0, -1.7e308, None, 0.0)])
@given(
    st.lists(
        st.tuples(number, number, st.none() | st.integers(0, 2**64), number.map(abs)),
        min_size=1,
        max_size=6,
    )
)
def test_every_trajectory_is_drawn_inside_its_frame(
    rows: list[tuple[float, float, int | None, float]],
) -> None:
    expected, observed, ulp, radius = (list(values) for values in zip(*rows, strict=True))
    written = [[to_json(x) for x in values] for values in (expected, observed)]
    bounds = [to_json(x) for x in radius]
    steps = list(range(1, len(rows) + 1))
    found = Trajectory("w", 0, steps, *written, ulp, bounds, bounds)
    plots = ((weights(found, 1), (expected, observed)), (distances(found, None), (ulp, radius)))
    for svg, lists in plots:
        dots = list(svg.iter("circle"))
        drawn = [float(dot.get(name, "")) for dot in dots for name in ("cx", "cy")]
        for line in svg.iter("polyline"):
            drawn += map(float, re.split("[ ,]", line.get("points", "")))
        assert all(0 <= x <= 420 for x in drawn)
        finite = [x for values in lists for x in values if x is not None and math.isfinite(x)]
        assert len(dots) == len(finite)


# -- one file, and safe ----------------------------------------------------------------------------


def policy(root: Any) -> dict[str, str]:
    (meta,) = root.xpath("//meta[@http-equiv='Content-Security-Policy']")
    return dict(part.strip().split(" ", 1) for part in meta.get("content").split(";"))


def check_safe(root: Any) -> None:
    """One script and one style, ours; nothing is fetched, no handler, no link that leaves."""
    allowed = policy(root)
    assert allowed.pop("default-src") == "'none'"
    for tag, source in (("script", "script-src"), ("style", "style-src")):
        (own,) = root.iter(tag)
        digest = base64.b64encode(hashlib.sha256(own.text.encode()).digest()).decode()
        assert allowed.pop(source) == f"'sha256-{digest}'"
        assert not own.attrib
    assert allowed == {}
    assert "url(" not in root.find(".//style").text
    assert "@import" not in root.find(".//style").text
    for each in root.iter():
        for name, value in each.attrib.items():
            assert not name.startswith("on")
            assert name not in ("src", "style", "srcset", "action", "data")
            assert name != "href" or value.startswith("#")
    assert not {each.tag for each in root.iter()} & {
        "img",
        "iframe",
        "object",
        "link",
        "base",
        "form",
    }


@example(HOSTILE, HOSTILE, HOSTILE)
@example("$title${title}", "--></script><!--", "]]>")
@given(st.text(min_size=1), st.text(), st.text(min_size=1))
def test_whatever_ports_and_messages_say_is_text(name: str, message: str, array: str) -> None:
    trace = Trace(array, 0, (1,), (0.5,), (0.75,), (7,), (1.0,), (1.0,))
    found = port(
        name,
        golden(name, "diverges", traces=(trace,)),
        golden(message or "g", "crashes"),
        unexpected=(message,),
    )
    root = page(ports(found, stopped("crashes", message or "x"), errors=(message,)))
    check_safe(root)
    assert root.find(".//title").text.startswith("2 ports: ") or name == "mine.py"


def test_hostile_names_are_shown_as_they_are() -> None:
    root = page(ports(port(HOSTILE, golden("g", "diverges"))))
    assert HOSTILE in text(root.find(".//tbody/tr/th"))
    assert root.find(".//title").text == f"{HOSTILE}: diverges"


# -- in a browser ----------------------------------------------------------------------------------

BROWSER = next(filter(None, map(shutil.which, ("chromium", "google-chrome", "chrome"))), None)
# What a person does, and what is then on the page.
ACTS = """
const seen = {};
const press = (key) => document.activeElement.dispatchEvent(
  new KeyboardEvent("keydown", {key, bubbles: true, cancelable: true}));
const rows = () => [...document.querySelectorAll(".matrix tbody tr")]
  .filter((row) => !row.hidden).map((row) => row.querySelector(".name").textContent);
const type = (text) => {
  const filter = document.querySelector("#filter");
  filter.value = text; filter.dispatchEvent(new Event("input"));
};
const opened = () => [...document.querySelectorAll(".detail")]
  .filter((each) => getComputedStyle(each).display !== "none").map((each) => each.id);
const settled = () => new Promise((done) => setTimeout(done, 60));
(async () => {
  await settled();
  seen.linked = opened();
  press("ArrowRight"); await settled();
  seen.right = opened();
  press("Escape"); await settled();
  seen.closed = [opened(), document.activeElement.getAttribute("aria-label")];
  press("ArrowLeft"); press("ArrowDown");
  seen.moved = document.activeElement.getAttribute("aria-label");
  document.activeElement.click(); await settled();
  seen.opened = opened();
  press("Escape"); await settled();
  press("/");
  seen.filter = document.activeElement.id;
  type("EPSILON IS"); seen.filtered = rows();
  type("float32"); seen.goldens = [rows().length, [...document.querySelectorAll("th[data-golden]")]
    .filter((head) => !head.hidden).map((head) => head.dataset.golden)];
  type("no such thing"); seen.none = rows();
  press("Escape"); seen.all = rows();
  const chip = document.querySelector("button[data-verdict=exact]");
  chip.click(); seen.chip = rows(); chip.click();
  const sort = document.querySelector("#sort");
  for (const key of ["name", "rank", "wrong", "place"]) {
    sort.value = key; sort.dispatchEvent(new Event("change")); seen[key] = rows();
  }
  const colour = () => getComputedStyle(document.body).backgroundColor;
  const before = colour();
  document.querySelector("#theme").click();
  seen.theme = before !== colour();
  document.body.innerHTML = "";
  document.body.append(JSON.stringify(seen));
})();
"""


@pytest.mark.slow
@pytest.mark.skipif(BROWSER is None, reason="no Chromium is installed")
def test_in_a_browser_it_filters_sorts_opens_and_is_used_by_keyboard(tmp_path: Path) -> None:
    results = ports(
        port("z", golden("float64/a"), golden("float64/b", "diverges"), golden("float32/a")),
        port("y", golden("float64/a"), golden("float64/b")),
        port("x", golden("float64/a", "diverges"), golden("float64/b", "diverges")),
    )
    made = html.ports(results)
    made = re.sub(r"<meta http-equiv=.*?>", "", made)  # else our own script would not be run
    made = made.replace("</body>", f"<script>{ACTS}</script></body>")
    (tmp_path / "page.html").write_text(made, encoding="utf-8")
    with none_left():
        done = subprocess.run(
            [
                str(BROWSER),
                *"--headless --no-sandbox --disable-gpu --disable-quic --no-first-run".split(),
                *"--disable-background-networking --disable-component-update".split(),
                *("--disable-sync", f"--user-data-dir={tmp_path / 'profile'}"),
                *("--virtual-time-budget=5000", "--dump-dom"),
                f"file://{tmp_path / 'page.html'}#z/float64/b",
            ],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
    seen = json.loads(text(lxml.html.document_fromstring(done.stdout).body))
    assert seen == {
        "linked": ["z/float64/b"],
        "right": ["z/float32/a"],
        "closed": [[], "z, float32/a: exact"],
        "moved": "y, float64/b: exact",
        "opened": ["y/float64/b"],
        "filter": "filter",
        "filtered": ["z", "x"],
        "goldens": [3, ["float32/a"]],
        "none": [],
        "all": ["z", "y", "x"],
        "chip": ["z", "x"],
        "name": ["x", "y", "z"],
        "rank": ["z", "x", "y"],
        "wrong": ["x", "z", "y"],
        "place": ["z", "y", "x"],
        "theme": True,
    }
