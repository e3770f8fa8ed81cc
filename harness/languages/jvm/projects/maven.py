"""Maven: pom.xml with its modules, parents that lie beside it, properties and dependencies."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from xml.etree import ElementTree

from harness.languages.jvm.projects.project import Project, joined

_PROPERTY = re.compile(r"\$\{([^}]+)\}")
# What tests alone need, and what is there by other means.
_UNUSED = frozenset(("test", "system", "import"))
_MOST_MODULES = 200
# A property may name another.
_DEEPEST = 8


@dataclass
class _Pom:
    """One pom.xml over those that it inherits from."""

    folder: Path
    tree: ElementTree.Element
    properties: dict[str, str] = field(default_factory=dict)
    managed: dict[str, str] = field(default_factory=dict)

    def text(self, element: ElementTree.Element, name: str) -> str:
        """A child's text with properties filled in; empty if there is none."""
        return self.filled((element.findtext(name) or "").strip())

    def within(self, path: str) -> Iterator[ElementTree.Element]:
        """What stands at a path of the project, and of the profiles that are active by default."""
        yield from self.tree.iterfind(path)
        for profile in self.tree.iterfind("profiles/profile"):
            if (profile.findtext("activation/activeByDefault") or "").strip() == "true":
                yield from profile.iterfind(path)

    def filled(self, text: str) -> str:
        for _ in range(_DEEPEST):
            if (filled := _PROPERTY.sub(self._value, text)) == text:
                break
            text = filled
        return text

    def _value(self, match: re.Match[str]) -> str:
        return self.properties.get(match[1], match[0])


def read(folder: Path) -> Project:
    """The project of a folder with a pom.xml, and its modules."""
    own: set[str] = set()
    projects = [_project(pom) for pom in _poms(folder, own, _beside(folder))]
    whole = joined(projects)
    # Modules need one another: what is here is no artifact to be fetched.
    others = tuple(c for c in whole.coordinates if ":".join(c.split(":")[:2]) not in own)
    unread = tuple(c for c in whole.unread if c.partition(" ")[0] not in own)
    return replace(whole, coordinates=others, unread=unread)


def _beside(folder: Path) -> dict[str, Path]:
    """The modules that are built together with a folder, by their names."""
    top = folder.resolve()
    for above in top.parents[:_DEEPEST]:
        pom = _pom(above)
        named = () if pom is None else pom.tree.iter("module")
        if any((above / (module.text or "").strip()).resolve() == top for module in named):
            top = above
    if top == folder.resolve():
        return {}
    return {_own_name(pom): pom.folder for pom in _poms(top, set(), {})}


def _own_name(pom: _Pom) -> str:
    return f"{pom.properties['project.groupId']}:{pom.properties['project.artifactId']}"


def _poms(folder: Path, own: set[str], beside: Mapping[str, Path]) -> Iterator[_Pom]:
    """Of a folder, of its modules, and of those beside it that it depends on."""
    waiting, seen = [folder], set[Path]()
    while waiting and len(seen) < _MOST_MODULES:
        place = waiting.pop(0).resolve()
        if place in seen or (pom := _pom(place)) is None:
            continue
        seen.add(place)
        own.add(_own_name(pom))
        yield pom
        for module in pom.tree.iter("module"):
            waiting.append(place / (module.text or "").strip())
        named = (_name(pom, element) for element in pom.within("dependencies/dependency"))
        waiting += [beside[name] for name in named if name in beside]


def _pom(place: Path, depth: int = 0) -> _Pom | None:
    path = place if place.suffix == ".xml" else place / "pom.xml"
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
        # A document type could name entities without end, and a pom has none.
        if "<!DOCTYPE" in text:
            return None
        text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text)
        tree = ElementTree.fromstring(text)
    except (OSError, ElementTree.ParseError):
        return None
    for element in tree.iter():
        element.tag = element.tag.rpartition("}")[2]
    pom = _Pom(path.parent, tree)
    parent = tree.find("parent")
    if parent is not None and depth < _DEEPEST:
        beside = (parent.findtext("relativePath") or "../pom.xml").strip()
        if above := _pom(path.parent / beside, depth + 1):
            pom.properties |= above.properties
            pom.managed |= above.managed
        pom.properties |= {
            f"project.parent.{key}": parent.findtext(key) or "" for key in ("groupId", "version")
        }
    for element in pom.within("properties/*"):
        pom.properties[element.tag] = (element.text or "").strip()
    for key in ("groupId", "artifactId", "version"):
        value = tree.findtext(key) or (parent.findtext(key) if parent is not None else "") or ""
        for name in (f"project.{key}", f"pom.{key}", key):
            pom.properties[name] = value.strip()
    for element in pom.within("dependencyManagement/dependencies/dependency"):
        pom.managed[_name(pom, element)] = pom.text(element, "version")
    return pom


def _name(pom: _Pom, dependency: ElementTree.Element) -> str:
    return f"{pom.text(dependency, 'groupId')}:{pom.text(dependency, 'artifactId')}"


def _project(pom: _Pom) -> Project:
    declared = pom.tree.findtext("build/sourceDirectory") or ""
    base = {"project.basedir": str(pom.folder), "basedir": str(pom.folder)}
    pom.properties |= base
    project = Project.of_folder(pom.folder, *filter(None, [pom.filled(declared.strip())]))
    coordinates, unread = [], []
    for element in pom.within("dependencies/dependency"):
        if pom.text(element, "scope") in _UNUSED:
            continue
        name = _name(pom, element)
        version = pom.text(element, "version") or pom.filled(pom.managed.get(name, ""))
        if not version or "$" in version + name:
            unread.append(f"{name} (its version is not in the build file)")
        else:
            parts = (name, version, pom.text(element, "classifier"))
            coordinates.append(":".join(filter(None, parts)))
    return replace(
        project,
        coordinates=tuple(coordinates),
        unread=tuple(unread),
        repositories=_repositories(pom),
        java=_java(pom),
    )


# The properties and the plugin's settings that say which Java it is written in.
_VERSIONS = ("maven.compiler.release", "maven.compiler.source", "java.version", "jdk.version")


def _java(pom: _Pom) -> int:
    versions = [pom.properties.get(name, "") for name in _VERSIONS]
    for name in ("release", "source"):
        versions += [
            element.text or "" for element in pom.tree.iterfind(f"build//configuration/{name}")
        ]
    numbers = [pom.filled(text.strip()).removeprefix("1.") for text in versions]
    return max((int(text) for text in numbers if text.isdigit()), default=0)


def _repositories(pom: _Pom) -> Mapping[str, str]:
    repositories = {
        pom.text(element, "id") or f"repository-{i}": pom.text(element, "url")
        for i, element in enumerate(pom.within("repositories/repository"))
    }
    return {name: url for name, url in repositories.items() if url.startswith("https:")}
