"""Licences of the runtime dependencies, and their known vulnerabilities where a database is provided.

``python -m docs.licenses [DATABASE]``: DATABASE is a folder or a zip file of advisories in the OSV format
(https://ossf.github.io/osv-schema/), a JSON file each, for example the PyPI export of osv.dev. Without one,
vulnerabilities are "not checked". Exit code 1: a known vulnerability was found, or the database is unusable.
"""

from __future__ import annotations

import json
import sys
import zipfile
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ROOT: Final = "slp-ops"


@dataclass(frozen=True, slots=True)
class Package:
    """An installed package of the runtime tree."""

    name: str
    version: str
    license: str


def runtime_tree(root: str = ROOT) -> list[Package]:
    """Return what an installation of ``root`` without extras needs, ordered by name.

    Requirements whose markers do not apply here (other platforms) are left out.
    """
    found: dict[str, Package] = {}
    waiting: list[tuple[str, frozenset[str]]] = [(root, frozenset())]
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        name, extras = waiting.pop()
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        package = distribution(name)
        if name != root:
            found[name] = Package(name, package.version, license_of(package))
        for text in package.requires or ():
            requirement = Requirement(text)
            if _applies(requirement, extras):
                waiting.append((canonicalize_name(requirement.name), frozenset(requirement.extras)))
    return [found[name] for name in sorted(found)]


def _applies(requirement: Requirement, extras: frozenset[str]) -> bool:
    marker = requirement.marker
    return marker is None or any(marker.evaluate({"extra": extra}) for extra in (*extras, ""))


def license_of(package: Distribution) -> str:
    """Return a package's licence as its metadata states it: expression, classifiers, field, or "unknown"."""
    metadata = package.metadata
    if "License-Expression" in metadata:
        return metadata["License-Expression"]
    classifiers = [
        text.rpartition(" :: ")[2]
        for text in metadata.get_all("Classifier") or ()
        if text.startswith("License :: ") and text != "License :: OSI Approved"
    ]
    if classifiers:
        return ", ".join(classifiers)
    return str(metadata["License"] or "").partition("\n")[0] or "unknown"


def advisories(database: Path) -> Iterator[dict[str, Any]]:
    """Yield the advisories of a folder or zip file; raise OSError, ValueError."""
    if database.is_dir():
        texts: Iterable[bytes] = (path.read_bytes() for path in sorted(database.rglob("*.json")))
        yield from map(json.loads, texts)
        return
    with zipfile.ZipFile(database) as archive:
        for name in sorted(archive.namelist()):
            if name.endswith(".json"):
                yield json.loads(archive.read(name))


def affected(package: Package, advisory: dict[str, Any]) -> bool:
    """Return whether an advisory lists this version, by its versions or its ECOSYSTEM ranges."""
    if advisory.get("withdrawn"):
        return False
    version = Version(package.version)
    for each in advisory.get("affected", ()):
        about = each.get("package", {})
        if about.get("ecosystem") != "PyPI" or canonicalize_name(about.get("name", "")) != package.name:
            continue
        if any(_parsed(text) == version for text in each.get("versions", ())):
            return True
        for span in each.get("ranges", ()):
            if span.get("type") == "ECOSYSTEM" and _within(version, span.get("events", ())):
                return True
    return False


def _within(version: Version, events: Iterable[dict[str, str]]) -> bool:
    inside = False
    for event in events:
        for kind, text in event.items():
            bound = Version("0") if text == "0" else _parsed(text)
            if bound is None:
                continue
            if kind == "introduced" and version >= bound:
                inside = True
            elif (kind == "fixed" and version >= bound) or (kind == "last_affected" and version > bound):
                inside = False
    return inside


def _parsed(text: str) -> Version | None:
    try:
        return Version(text)
    except InvalidVersion:
        return None


def main(arguments: list[str]) -> int:
    """Print the table, and the result of the check."""
    try:
        packages = runtime_tree()
    except PackageNotFoundError as err:
        print(f"{err.name} is not installed; run: make env")
        return 1
    width = max(len(f"{each.name} {each.version}") for each in packages)
    for each in packages:
        print(f"{each.name} {each.version}".ljust(width), each.license, sep="  ")
    print(f"\n{len(packages)} packages")
    if not arguments:
        print("known vulnerabilities: not checked; ADVISORIES=FOLDER-OR-ZIP names an OSV database")
        return 0
    count, hits = 0, []
    try:
        for advisory in advisories(Path(arguments[0])):
            count += 1
            hits += [(each, advisory) for each in packages if affected(each, advisory)]
    except (OSError, ValueError, zipfile.BadZipFile) as err:
        print(f"known vulnerabilities: not checked; {arguments[0]} cannot be read: {err}")
        return 1
    if not count:
        print(f"known vulnerabilities: not checked; {arguments[0]} has no advisories")
        return 1
    for package, advisory in hits:
        print(
            f"VULNERABLE  {package.name} {package.version}  {advisory['id']}  {advisory.get('summary', '')}"
        )
    print(f"known vulnerabilities: {len(hits)}, by {count} advisories of {arguments[0]}")
    return 1 if hits else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
