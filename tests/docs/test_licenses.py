"""Licences of the runtime tree, and known vulnerabilities by a database of advisories."""

from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from docs.licenses import Package, affected, main, runtime_tree

if TYPE_CHECKING:
    from pathlib import Path


def advisory(**affects: Any) -> dict[str, Any]:
    package = {"ecosystem": "PyPI", "name": "Paramiko"}
    return {"id": "OSV-1", "summary": "A defect", "affected": [{"package": package, **affects}]}


def span(*events: tuple[str, str]) -> dict[str, Any]:
    return {"ranges": [{"type": "ECOSYSTEM", "events": [dict([event]) for event in events]}]}


def test_the_tree_has_what_dependencies_need_and_no_tools() -> None:
    packages = {each.name: each for each in runtime_tree()}

    assert {"netmiko", "paramiko", "cryptography", "click", "asyncssh"} <= set(packages)
    assert not {"pytest", "ruff", "mypy", "slp-ops"} & set(packages)
    assert packages["click"].license == "BSD-3-Clause"
    assert [each.name for each in packages.values() if each.license == "unknown"] == []


@pytest.mark.parametrize(
    ("version", "affects", "expected"),
    [
        ("4.0.0", {"versions": ["3.9", "4.0"]}, True),
        ("4.0.1", {"versions": ["3.9", "4.0"]}, False),
        ("4.0.0", span(("introduced", "0"), ("fixed", "4.0.1")), True),
        ("4.0.1", span(("introduced", "0"), ("fixed", "4.0.1")), False),
        ("4.0.1", span(("introduced", "0"), ("last_affected", "4.0.1")), True),
        ("4.0.2", span(("introduced", "0"), ("last_affected", "4.0.1")), False),
        ("4.2", span(("introduced", "0"), ("fixed", "3.5"), ("introduced", "4.1"), ("fixed", "4.3")), True),
        ("4.0", span(("introduced", "0"), ("fixed", "3.5"), ("introduced", "4.1"), ("fixed", "4.3")), False),
    ],
)
def test_a_version_is_compared_with_an_advisory(version: str, affects: Any, expected: bool) -> None:
    assert affected(Package("paramiko", version, ""), advisory(**affects)) is expected


def test_another_package_and_a_withdrawn_advisory_are_ignored() -> None:
    found = advisory(versions=["4.0"])

    assert not affected(Package("netmiko", "4.0", ""), found)
    assert not affected(Package("paramiko", "4.0", ""), {**found, "withdrawn": "2026-01-01T00:00:00Z"})


def test_without_a_database_nothing_passes_as_checked(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    assert "known vulnerabilities: not checked" in capsys.readouterr().out


@pytest.mark.parametrize("archived", [False, True])
def test_a_known_vulnerability_is_named(
    archived: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = json.dumps(advisory(**span(("introduced", "0"))))
    database = tmp_path / ("all.zip" if archived else "osv")
    if archived:
        with zipfile.ZipFile(database, "w") as archive:
            archive.writestr("OSV-1.json", text)
    else:
        database.mkdir()
        (database / "OSV-1.json").write_text(text)

    assert main([str(database)]) == 1
    out = capsys.readouterr().out
    assert "VULNERABLE  paramiko" in out
    assert "known vulnerabilities: 1, by 1 advisories" in out


@pytest.mark.parametrize("content", [None, "{", ""])
def test_an_unusable_database_is_not_a_pass(
    content: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if content is not None:
        (tmp_path / "a.json").write_text(content)

    assert main([str(tmp_path)]) == 1
    assert "not checked" in capsys.readouterr().out
