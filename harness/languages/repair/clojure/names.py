"""Names that do not resolve: a form that ends too early, a require, an import, Math's own."""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterator

from harness.languages.repair import Repaired
from harness.languages.repair.clojure.code import (
    DEFINING,
    LINKING,
    Code,
    Edit,
    at_lines,
    listed,
    replaced,
    taken_apart,
)
from harness.languages.repair.clojure.reader import Form
from harness.languages.repair.clojure.scope import (
    DEFINING_FUNCTIONS,
    FUNCTIONS,
    Binding,
    arities,
    body,
)

_SYMBOL = re.compile(r"Unable to resolve symbol: (\S+) in this context")
_NAMESPACE = re.compile(r"No such namespace: (\S+)")
_CLASS = re.compile(r"Unable to resolve classname: (\S+)|Class not found: (\S+)")
_ABSENT = re.compile(r"Could not locate (\S+?)__init\.class")
_VARIABLE = re.compile(r"No such var: ([^\s/]+)/(\S+)")

# Clojure's own namespaces, with what they define.
_NAMESPACES = {
    name: frozenset(names.split())
    for name, names in {
        "clojure.string": "blank? capitalize ends-with? escape includes? index-of join"
        " last-index-of lower-case re-quote-replacement replace replace-first reverse split"
        " split-lines starts-with? trim trim-newline triml trimr upper-case",
        "clojure.set": "difference index intersection join map-invert project rename rename-keys"
        " select subset? superset? union",
        "clojure.math": "E IEEE-remainder PI acos add-exact asin atan atan2 cbrt ceil copy-sign cos"
        " cosh decrement-exact exp expm1 floor floor-div floor-mod get-exponent hypot"
        " increment-exact log log10 log1p multiply-exact negate-exact next-after next-down next-up"
        " pow random rint round scalb signum sin sinh sqrt subtract-exact tan tanh to-degrees"
        " to-radians ulp",
        "clojure.walk": "keywordize-keys macroexpand-all postwalk postwalk-demo postwalk-replace"
        " prewalk prewalk-demo prewalk-replace stringify-keys walk",
        "clojure.edn": "read read-string",
        "clojure.pprint": "cl-format pp pprint print-table",
        "clojure.java.io": "as-file as-url copy delete-file file input-stream make-parents"
        " output-stream reader resource writer",
        "clojure.data": "diff",
        "clojure.zip": "append-child children down edit insert-child insert-left insert-right left"
        " lefts next node prev remove replace right rights root seq-zip up vector-zip xml-zip",
        "clojure.test": "are deftest is run-tests testing use-fixtures",
        "clojure.stacktrace": "print-cause-trace print-stack-trace root-cause",
    }.items()
}
_MATH = frozenset(
    "E PI abs acos asin atan atan2 cbrt ceil copySign cos cosh exp expm1 floor floorDiv floorMod"
    " fma hypot log log10 log1p max min nextUp pow random rint round scalb signum sin sinh sqrt tan"
    " tanh toDegrees toRadians ulp".split()
)
_CLASSES = {
    name: package
    for package, names in {
        "java.util": "ArrayDeque ArrayList Arrays BitSet Calendar Collection Collections Comparator"
        " Date Deque EnumMap HashMap HashSet Hashtable IdentityHashMap Iterator LinkedHashMap"
        " LinkedHashSet LinkedList List Locale Map Objects Optional PriorityQueue Properties Queue"
        " Random Scanner Set Stack StringJoiner Timer TreeMap TreeSet UUID Vector WeakHashMap",
        "java.util.concurrent": "ConcurrentHashMap CountDownLatch Executors ThreadLocalRandom"
        " TimeUnit",
        "java.util.concurrent.atomic": "AtomicInteger AtomicLong AtomicReference DoubleAdder",
        "java.io": "BufferedReader BufferedWriter File FileReader FileWriter InputStreamReader"
        " PrintWriter StringReader StringWriter",
        "java.math": "MathContext RoundingMode",
        "java.text": "DecimalFormat NumberFormat SimpleDateFormat",
        "java.time": "Duration Instant LocalDate LocalDateTime",
    }.items()
    for name in names.split()
}


def resolved(code: Code) -> Iterator[Repaired]:
    """Texts in which the name that a message speaks of means something."""
    message = code.broken.message
    if match := _SYMBOL.search(message):
        name = match.group(1)
        yield from _moved(code, name)
        yield from _spelt(code, name)
        yield from _of_math(code, name)
        yield from _referred(code, name)
        yield from _imported(code, name)
        yield from _declared(code, name)
    elif match := _NAMESPACE.search(message):
        yield from _imported(code, match.group(1))
        yield from _required(code, match.group(1))
    elif match := _CLASS.search(message):
        name = match.group(1) or match.group(2)
        yield from _imported(code, name)
        yield from _member(code, name)
        if name in _NAMESPACES:
            yield code.first(f"(require '{name})", f"(require '{name}) added")
    elif match := _ABSENT.search(message):
        yield from _not_required(code, match.group(1).replace("/", ".").replace("_", "-"))
    elif match := _VARIABLE.search(message):
        yield from _elsewhere(code, *match.groups())


def _moved(code: Code, name: str) -> Iterator[Repaired]:
    """The end of the form that binds a name, moved behind the form that uses it."""
    uses = [form for form in code.names.free if form.text == name]
    uses.sort(key=lambda form: (not code.there(form, 1), form.start))
    for use in uses[:1]:
        before = [b for b in code.names.bindings if b.name == name and b.binder.end <= use.start]
        for binding in sorted(before, key=lambda b: -b.binder.end):
            if chain := _chain(binding, use):
                for last in _reach(code, chain, use):
                    yield from _ended_behind(code, name, chain, last)


def _chain(binding: Binding, use: Form) -> list[Form]:
    """The forms that end where the binder ends, up to one beside a form that holds the use."""
    chain = [binding.binder]
    while (parent := chain[-1].parent) is not None and not use.within(parent):
        if parent.children[-1] is not chain[-1] or chain[-1] not in _evaluated(parent):
            return []
        chain.append(parent)
    if parent is None or any(form.kind != "list" for form in chain):
        return []
    return chain if chain[-1] in _evaluated(parent) else []


def _evaluated(form: Form) -> list[Form]:
    """The forms that another evaluates in turn."""
    if form.kind == "root":
        return form.children
    if form.head in FUNCTIONS | DEFINING_FUNCTIONS:
        return [part for _, forms in arities(form) for part in forms]
    return body(form)


def _reach(code: Code, chain: list[Form], use: Form) -> list[Form]:
    """The forms behind which the end may be moved: past every use it can reach, or past one."""
    parent = chain[-1].parent
    if parent is None:
        return []
    siblings = [f for f in _evaluated(parent) if f.start >= chain[-1].end]
    if parent is code.root:
        for index, sibling in enumerate(siblings):
            if sibling.head in DEFINING | LINKING:
                siblings = siblings[:index]
                break
    bound = {b.name for b in code.names.bindings if b.binder in chain}
    wanted = sorted(f.start for f in code.names.free if f.text in bound)
    wanting = [s for s in siblings if bisect(wanted, s.end) > bisect(wanted, s.start - 1)]
    holder = [sibling for sibling in wanting if use.within(sibling)]
    return list(dict.fromkeys([*wanting[-1:], *holder])) if holder else []


def _ended_behind(code: Code, name: str, chain: list[Form], last: Form) -> Iterator[Repaired]:
    closers = ")" * len(chain)
    edits: list[Edit] = [(form.end - 1, form.end, "") for form in chain]
    edits.append((last.end, last.end, closers))
    several = "parentheses" if len(chain) > 1 else "parenthesis"
    forms = listed([f"the {form.head} at line {code.at(form.start)}" for form in chain])
    change = f"the closing {several} of {forms} moved behind line {code.at(last.end - 1)}"
    repaired = code.edited(edits, change)
    after = taken_apart(code.broken.__class__(repaired.text, 1, "", ""))
    if after is None:
        return
    if sum(f.text == name for f in after.names.free) < sum(f.text == name for f in code.names.free):
        yield repaired


def _spelt(code: Code, name: str) -> Iterator[Repaired]:
    """The name as it is written where it is bound: with hyphens, in other capitals."""
    uses = [form for form in code.names.free if form.text == name]
    near = {b.name for b in code.names.bindings if _plain(b.name) == _plain(name)}
    for other in sorted(near | {d for d in code.definitions if _plain(d) == _plain(name)}):
        seen = [form for b in code.locals.get(other, ()) for form in b.body]
        known = other in code.definitions
        if other != name and all(known or any(u.within(f) for f in seen) for u in uses):
            yield _renamed(code, name, other)


def _plain(name: str) -> str:
    return name.replace("-", "").replace("_", "").lower()


def _of_math(code: Code, name: str) -> Iterator[Repaired]:
    if name in _MATH:
        yield _renamed(code, name, f"Math/{name}")


def _renamed(code: Code, name: str, to: str) -> Repaired:
    uses = [form for form in code.names.free if form.text == name]
    places = at_lines([code.at(form.start) for form in uses]) if uses else ""
    edits = [(form.start, form.end, to) for form in uses]
    return code.edited(edits, f"{name} replaced by {to} {places}".strip())


def _referred(code: Code, name: str) -> Iterator[Repaired]:
    for namespace, names in _NAMESPACES.items():
        if name in names:
            form = f"(require '[{namespace} :refer [{name}]])"
            yield code.first(form, f"{form} added")


def _imported(code: Code, name: str) -> Iterator[Repaired]:
    if package := _CLASSES.get(name):
        yield code.first(f"(import '({package} {name}))", f"{package}.{name} imported")


def _declared(code: Code, name: str) -> Iterator[Repaired]:
    """A definition further down announced, for the functions before it that call it."""
    if form := code.definitions.get(name):
        change = f"(declare {name}) added: it is defined at line {code.at(form.start)}"
        yield code.first(f"(declare {name})", change)


def _required(code: Code, alias: str) -> Iterator[Repaired]:
    """The namespace that an alias stands for, by the alias and by what is used of it."""
    prefix = f"{alias}/"
    used = {f.text.removeprefix(prefix) for f in code.names.free if f.text.startswith(prefix)}
    fitting = [n for n, names in _NAMESPACES.items() if used <= names]
    exact = [n for n in fitting if n.rsplit(".", 1)[-1] == alias]
    begun = [n for n in fitting if n.rsplit(".", 1)[-1].startswith(alias)]
    for namespace in dict.fromkeys([*exact, *begun, *(fitting if len(fitting) == 1 else ())]):
        form = f"(require '[{namespace} :as {alias}])"
        yield code.first(form, f"{form} added")


def _member(code: Code, name: str) -> Iterator[Repaired]:
    """`Math.sqrt`, which names a class in Clojure, for `Math/sqrt`."""
    owner, _, member = name.rpartition(".")
    if owner[:1].isupper() and member[:1].islower():
        yield _renamed(code, name, f"{owner}/{member}")


def _not_required(code: Code, namespace: str) -> Iterator[Repaired]:
    """A library that is not there left out, where nothing of it is used."""
    for link in code.root.children:
        for spec in link.walk() if link.head in LINKING else ():
            named = spec.kind == "vector" and spec.children and spec.children[0].text == namespace
            if named and spec.parent and not _used(code, spec):
                quoted = spec if spec.parent.kind != "quote" else spec.parent
                clause = quoted.parent
                if clause is not None and len(clause.children) == 2:  # nothing else is in it
                    quoted = clause
                change = f"the require of {namespace} at line {code.at(spec.start)} left out"
                yield code.edited([(quoted.start, quoted.start, "#_")], change)


def _used(code: Code, spec: Form) -> bool:
    """Whether anything of a required namespace is used, as far as the text tells."""
    options = dict(zip(spec.children[1::2], spec.children[2::2], strict=False))
    names = {f.text for f in code.names.free}
    prefixes = [spec.children[0].text]
    for option, value in options.items():
        if option.text in (":as", ":as-alias"):
            prefixes.append(value.text)
        elif option.text == ":refer" and names & {part.text for part in value.children}:
            return True
    return any(name.startswith(f"{prefix}/") for name in names for prefix in prefixes)


def _elsewhere(code: Code, alias: str, name: str) -> Iterator[Repaired]:
    """A function looked for in the wrong one of Clojure's namespaces."""
    homes = [n for n, names in _NAMESPACES.items() if name in names]
    if len(homes) == 1:
        wrong, right = f"{alias}/{name}", f"{homes[0]}/{name}"
        repaired = _renamed(code, wrong, right)
        if repaired.text != replaced(code.broken.text, ()):
            again = taken_apart(code.broken.__class__(repaired.text, code.broken.line, "", ""))
            if again is not None:
                required = again.first(f"(require '{homes[0]})", "")
                change = f"{repaired.change}, (require '{homes[0]}) added"
                yield Repaired(required.text, change, required.above)
