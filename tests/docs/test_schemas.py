"""JSON Schemas: every document has one, and it is derived from the types that are printed."""

from __future__ import annotations

import json
import re
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "reference" / "schemas"
# Between the processes of one call: no operator sees them.
_BETWEEN_PROCESSES = {
    "slp-ops/approval/1",
    "slp-ops/approvers/1",
    "slp-ops/change-answer/1",
    "slp-ops/change-task/1",
    "slp-ops/claim-answer/1",
    "slp-ops/cluster-control/1",
    "slp-ops/cluster-event/1",
    "slp-ops/cluster-task/1",
    "slp-ops/evidence-end/1",
    "slp-ops/call-answer/1",
    "slp-ops/fence/1",
    "slp-ops/owner-call/1",
    "slp-ops/switch-lease/1",
    "slp-ops/first-host-key/1",
    "slp-ops/heartbeat/1",
    "slp-ops/hub/1",
    "slp-ops/hub-access/1",
    "slp-ops/hub-notice/1",
    "slp-ops/join-answer/1",
    "slp-ops/join-request/1",
    "slp-ops/signed-approval/1",
    "slp-ops/site-ledger/1",
    "slp-ops/worker-messages/1",
    "slp-ops/worker-configuration/1",
    "slp-ops/worker-task/1",
    "slp-ops/collect-task/1",
    "slp-ops/audit-task/1",
    "slp-ops/audit-answer/1",
    "slp-ops/reachability-task/1",
    "slp-ops/reachability-answer/1",
    "slp-ops/usage-save-task/1",
    "slp-ops/version-task/1",
    "slp-ops/version-answer/1",
}
# In compressed files: docs/adr/0026-evidence-packs.md.
_IN_PACKS = {"slp-ops/pack/1", "slp-ops/device-archive/1"}
_ID = re.compile(r"\bslp-ops/[a-z-]+/\d+\b")


def schemas() -> dict[str, dict[str, Any]]:
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.json"))}


def nodes(schema: object, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(schema, dict):
        yield path, schema
        for key, each in schema.items():
            yield from nodes(each, f"{path}/{key}")
    elif isinstance(schema, list):
        for number, each in enumerate(schema):
            yield from nodes(each, f"{path}/{number}")


def test_every_schema_id_of_the_program_has_a_page() -> None:
    named = {
        found
        for path in (ROOT / "slp_ops").rglob("*.py")
        for found in _ID.findall(path.read_text(encoding="utf-8"))
    }
    documented = {schema["properties"]["schema"]["const"] for schema in schemas().values() if _has_id(schema)}
    assert named - documented == _BETWEEN_PROCESSES | _IN_PACKS
    assert documented - named == {1}  # the list of commands, and the check of an inventory


def _has_id(schema: dict[str, Any]) -> bool:
    return "schema" in schema.get("properties", {})


@pytest.mark.parametrize("name", sorted(schemas()))
def test_every_array_says_what_it_holds_and_every_reference_leads_somewhere(name: str) -> None:
    schema = schemas()[name]
    for path, node in nodes(schema):
        kinds = node.get("type")
        if kinds == "array" or (isinstance(kinds, list) and "array" in kinds):
            assert "items" in node, path
        if isinstance(node.get("$ref"), str):
            assert node["$ref"].removeprefix("#/$defs/") in schema["$defs"], path
        if kinds == "object" and "properties" in node:
            assert set(node.get("required", ())) <= node["properties"].keys(), path


def test_types_of_one_name_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(ROOT)
    derive: Any = import_module("docs.schemas")
    facts = derive.schema_of(derive.DOCUMENTS["facts"][1], "facts")
    assert len(set(facts["$defs"])) == len(facts["$defs"])
    assert facts["properties"]["devices"]["items"] == {"$ref": "#/$defs/DeviceFacts"}


@pytest.mark.parametrize("name", sorted(schemas()))
def test_every_document_is_an_object_with_its_schema(name: str) -> None:
    schema = schemas()[name]
    roots = [schema["$defs"][each["$ref"].rpartition("/")[2]] for each in schema.get("anyOf", ())] or [schema]
    for root in roots:
        assert root["type"] == "object"
        assert "schema" in root["properties"]
