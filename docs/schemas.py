"""JSON Schemas of the documents that the verbs print and that runs keep, derived from their types."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time
from enum import Enum
from functools import cache, reduce
from importlib import import_module
from operator import or_
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, Union, get_args, get_origin, get_type_hints

from slp_ops.commands import registry
from slp_ops.facts.values import Fact
from slp_ops.json_documents import options_of
from slp_ops.planning.documents import PlanDocument
from slp_ops.planning.flow_state import FlowBeginEvent
from slp_ops.planning.journal_state import BeginEvent
from slp_ops.report.bundle import BundleManifest
from slp_ops.report.documents.audit import AuditDocument, ChangeDocument, NewFindingDocument
from slp_ops.report.documents.config import ConfigDocument
from slp_ops.report.documents.facts import FactsDocument, ParseDocument
from slp_ops.report.documents.flow import FlowDocument, FlowPlanDocument
from slp_ops.report.documents.history import DiffDocument, HistoryDocument, TrendDocument
from slp_ops.report.documents.hub import HubStatusDocument
from slp_ops.report.documents.inventory import DevicesDocument, InventoryDocument, InventoryProblemsDocument
from slp_ops.report.documents.knowledge import (
    CommandsDocument,
    ExplainDocument,
    RulesDocument,
    RulesTestDocument,
    VersionsDocument,
)
from slp_ops.report.documents.reachability import ReachabilityDocument
from slp_ops.report.documents.remediate import RemediateDocument
from slp_ops.report.documents.report import ReportDocument
from slp_ops.report.documents.runs import (
    CollectDocument,
    ExportDocument,
    PruneDocument,
    ReindexDocument,
    RunDocument,
    RunsDocument,
    VerifyDocument,
)
from slp_ops.report.documents.usage import UsageImportDocument, UsageSaveDocument, UsageStatusDocument

if TYPE_CHECKING:
    from collections.abc import Iterator

Schema: TypeAlias = "dict[str, Any]"

# Each page with the command that prints or writes the document, and its type.
DOCUMENTS: Final[Mapping[str, tuple[str, Any]]] = {
    "audit": ("audit --json", AuditDocument),
    "bundle": ("bundle RUN -o FILE.zip", BundleManifest),
    "check-reachability": ("check-reachability --json", ReachabilityDocument),
    "check-version": ("check-version --json", VersionsDocument),
    "collect": ("collect --json", CollectDocument),
    "commands": ("commands --json", CommandsDocument),
    "config": ("config show --json", ConfigDocument),
    "diff": ("diff OLD NEW --json", DiffDocument),
    "explain": ("explain QUESTION --json", ExplainDocument),
    "export": ("runs export RUN --json", ExportDocument),
    "facts": ("facts --json", FactsDocument),
    "flow": ("remediate --flow ID", FlowBeginEvent),
    "flow-plan": ("remediate --flow ID --dry-run --json", FlowPlanDocument),
    "flow-result": ("remediate --flow ID --yes --json", FlowDocument),
    "history": ("history DEVICE --json", HistoryDocument),
    "hub-status": ("hub status --json", HubStatusDocument),
    "inventory-show": ("inventory show --json", DevicesDocument),
    "inventory": ("inventory check --json", InventoryDocument | InventoryProblemsDocument),
    "journal": ("remediate --yes", BeginEvent),
    "new-finding": ("watch --exec PROGRAM", NewFindingDocument),
    "parse": ("parse FILE --json", ParseDocument),
    "plan": ("remediate --dry-run --json", PlanDocument),
    "prune": ("runs prune --json", PruneDocument),
    "reindex": ("runs reindex --json", ReindexDocument),
    "remediate": ("remediate --yes --json", RemediateDocument),
    "report": ("report --json FILE", ReportDocument),
    "rules": ("rules --json", RulesDocument),
    "rules-test": ("rules test --json", RulesTestDocument),
    "run": ("runs show RUN --json", RunDocument),
    "runs": ("runs list --json", RunsDocument),
    "trend": ("trend --json", TrendDocument),
    "usage-import": ("usage import ACK --json", UsageImportDocument),
    "usage-save": ("usage save --json", UsageSaveDocument),
    "usage-status": ("usage status --json", UsageStatusDocument),
    "verify": ("runs verify --json", VerifyDocument),
    "watch": ("watch --json", ChangeDocument),
}


def every() -> Iterator[tuple[str, Schema]]:
    """Return the schema of each document, by the name of its page."""
    for name, (_, kind) in DOCUMENTS.items():
        yield name, schema_of(kind, name)


def schema_of(kind: Any, title: str) -> Schema:
    """Return the JSON Schema of a type. A type that occurs is defined once and referred to by its name."""
    definitions = _Definitions()
    root = definitions.form(kind)
    if "$ref" in root:
        root = definitions.found.pop(kind)
    whole = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"slp-ops: {title}",
        **root,
    }
    if definitions.found:
        whole["$defs"] = {definitions.name(each): form for each, form in definitions.found.items()}
    named: Schema = definitions.named(whole)
    return named


class _Definitions:
    """The object types of one schema."""

    def __init__(self) -> None:
        self.found: dict[Any, Schema] = {}

    def name(self, kind: Any) -> str:
        """Return the name of a type; with its module where another type has the same."""
        same = [each for each in self.found if each.__name__ == kind.__name__]
        module = kind.__module__.rpartition(".")[2]
        return str(kind.__name__) if len(same) < 2 else f"{kind.__name__}.{module}"

    def named(self, form: Any) -> Any:
        """Return a form in which each reference is the name of its type."""
        if isinstance(form, dict):
            return {
                key: f"#/$defs/{self.name(each)}" if key == "$ref" else self.named(each)
                for key, each in form.items()
            }
        return [self.named(each) for each in form] if isinstance(form, list) else form

    def form(self, kind: Any) -> Schema:
        """Return the schema of a type."""
        if kind is Any or kind is object:
            return {}
        if kind in _SCALARS:
            return {"type": _SCALARS[kind]}
        origin, arguments = get_origin(kind), get_args(kind)
        if origin is Literal:
            return {"const": arguments[0]} if len(arguments) == 1 else {"enum": list(arguments)}
        if origin in (Union, UnionType):
            return self._union(arguments)
        if origin is tuple:
            return self._array(arguments)
        if origin is Sequence:
            return self._array((*arguments, ...))
        if origin is not None and issubclass(origin, Mapping):
            return self._mapping(*arguments)
        if issubclass(kind, Enum):
            return {"type": "string", "enum": [each.value for each in kind]}
        if issubclass(kind, datetime):
            return {"type": "string", "format": "date-time"}
        if issubclass(kind, date):
            return {"type": "string", "format": "date"}
        if issubclass(kind, time):
            return {"type": "string", "format": "time"}
        if hasattr(kind, "as_json"):
            return self.form(hints_of(kind.as_json, kind.__module__)["return"])
        assert is_dataclass(kind), f"{kind} has no form in JSON"
        return self._reference(kind)

    def _reference(self, kind: Any) -> Schema:
        if kind not in self.found:
            self.found[kind] = {}
            self.found[kind] = self._object(kind)
        return {"$ref": kind}

    def _object(self, kind: Any) -> Schema:
        properties: Schema = {}
        required: list[str] = []
        hints = hints_of(kind, kind.__module__)
        for each in fields(kind):
            options = options_of(each)
            if options.hidden:
                continue
            if options.inline:
                inner, optional = _without_none(hints[each.name])
                form = self._object(inner)
                properties |= form["properties"]
                required += [] if optional else form["required"]
                continue
            key = options.key or each.name
            hint = _without_none(hints[each.name])[0] if options.omit_none else hints[each.name]
            properties[key] = self.form(hint)
            if not options.omit_none:
                required.append(key)
        text = (inspect.getdoc(kind) or "").partition("\n\n")[0]
        return {
            "type": "object",
            "description": " ".join(text.split()),
            "properties": properties,
            "required": sorted(required),
        }

    def _array(self, items: tuple[Any, ...]) -> Schema:
        if items[1:] == (...,):
            return {"type": "array", "items": self.form(items[0])}
        forms = [self.form(each) for each in items]
        return {"type": "array", "prefixItems": forms, "items": False, "minItems": len(forms)}

    def _mapping(self, key: Any, item: Any) -> Schema:
        if item is Fact:
            kinds = sorted(
                {each for command in registry() for each in command.provides}, key=lambda each: each.__name__
            )
            return {"type": "object", "properties": {each.__name__: self.form(each) for each in kinds}}
        shape: Schema = {"type": "object", "additionalProperties": self.form(item)}
        if isinstance(key, type) and issubclass(key, Enum):
            shape["propertyNames"] = self.form(key)
        return shape

    def _union(self, kinds: tuple[Any, ...]) -> Schema:
        forms = [self.form(each) for each in kinds]
        simple = [each["type"] for each in forms if list(each) == ["type"] and isinstance(each["type"], str)]
        if len(simple) == len(forms):
            return {"type": simple}
        if len(forms) == 2 and forms[1] == {"type": "null"} and "type" in forms[0]:
            nullable = {**forms[0], "type": [forms[0]["type"], "null"]}
            if "enum" in nullable:
                nullable["enum"] = [*nullable["enum"], None]
            return nullable
        return {"anyOf": forms}


_SCALARS: Final = {str: "string", bool: "boolean", int: "integer", float: "number", NoneType: "null"}


def _without_none(kind: Any) -> tuple[Any, bool]:
    """Return a type without its None, and whether it had one."""
    arguments = get_args(kind)
    if get_origin(kind) not in (Union, UnionType) or NoneType not in arguments:
        return kind, False
    return reduce(or_, (each for each in arguments if each is not NoneType)), True


def hints_of(target: Any, module: str) -> dict[str, Any]:
    """Return the annotations of a class or function, including types imported for the type checker only."""
    return get_type_hints(target, localns=_typing_imports(module))


@cache
def _typing_imports(module: str) -> dict[str, Any]:
    """Return the names that a module and those below it import under TYPE_CHECKING."""
    found: dict[str, Any] = {}
    tree = ast.parse(inspect.getsource(import_module(module)))
    for node in tree.body:
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            for each in node.body:
                assert isinstance(each, ast.ImportFrom)
                assert each.module is not None
                source = import_module(each.module)
                found |= {name.asname or name.name: getattr(source, name.name) for name in each.names}
    return found


def page(schemas: dict[str, Schema], note: str) -> Iterator[str]:
    """Return the lines of the page that lists them."""
    yield "# JSON"
    yield ""
    yield f"{note} Each verb prints one object, or one list, on standard output with `--json`. The schemas"
    yield "are derived from the types that the program encodes: a required key is always printed. Later"
    yield "versions may add keys under the same `schema`; they rename and remove none."
    yield ""
    yield "| command | schema | top-level keys |"
    yield "| --- | --- | --- |"
    for name, schema in schemas.items():
        command, _ = DOCUMENTS[name]
        keys = ", ".join(f"`{key}`" for key in schema.get("properties", {})) or "a list"
        yield f"| `slp-ops {command}` | [{name}.json](schemas/{name}.json) | {keys} |"
