"""JSON schemas of what the verbs print, told from a fleet in which every scenario of the lab occurs."""

from __future__ import annotations

import json
import tempfile
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from click.testing import CliRunner

from slp_ops.cli.main import VERBS
from slp_ops.commands import registry
from slp_ops.lab import scenarios
from slp_ops.lab.screens import render
from slp_ops.model import CaptureStatus, Device, DeviceResult, DeviceStatus, Trouble
from slp_ops.ports import Ending
from slp_ops.store import Runs

if TYPE_CHECKING:
    from collections.abc import Iterator

_MAPS: Final = frozenset({
    "verdicts", "sites", "masked", "topologies", "states", "facts", "courses", "selection", "counts",
})  # fmt: skip  # objects whose keys are names of the fleet's own
_VERBS: Final = {
    "audit": ("audit", "--run", "last"),
    "check-version": ("check-version", "--run", "last"),
    "commands": ("commands",),
    "explain": ("explain", "dns-failure"),
    "facts": ("facts", "last"),
    "report": ("report", "last", "--json", "-"),
    "rules": ("rules",),
    "run": ("runs", "show", "last"),
    "runs": ("runs", "list"),
    "verify": ("runs", "verify", "last"),
    "trend": ("trend",),
    "history": ("history", "sw-healthy"),
    "diff": ("diff", "last", "last"),
}
_NO_RUNS: Final = frozenset({"commands", "explain", "rules"})
# What depends on every kind of switch is told from all scenarios; the rest from a few, which is quicker.
_WIDE: Final = frozenset({"audit", "facts", "report"})
_FEW: Final = (
    "healthy", "healthy-stack", "factory-fresh", "aaa-denied", "pre-slp-eval", "rum-backlog-listed",
    "engineering-build", "offline-overdue",
)  # fmt: skip


def every() -> Iterator[tuple[str, dict[str, Any]]]:
    """The schema of each verb's JSON, by name."""
    with tempfile.TemporaryDirectory() as folder:
        wide, narrow = Path(folder) / "wide", Path(folder) / "narrow"
        _make_run(wide, tuple(name for name in scenarios.names() if name != "bulky"))
        _make_run(narrow, _FEW)
        for name, words in _VERBS.items():
            given = [*words, *([] if "--json" in words else ["--json"])]
            given += [] if name in _NO_RUNS else ["--runs-dir", str(wide if name in _WIDE else narrow)]
            module = import_module(f"slp_ops.cli.{VERBS[words[0]][0]}")
            result = CliRunner().invoke(module.command, given[1:], catch_exceptions=False)
            yield name, _schema_of([json.loads(result.stdout)], name)


def _schema_of(samples: list[Any], name: str) -> dict[str, Any]:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"slp-ops: {name}",
        **_shape(samples, ""),
    }


def _shape(samples: list[Any], key: str) -> dict[str, Any]:
    """What all samples have in common. A key that is not in all of them is not required."""
    kinds = sorted({_kind(each) for each in samples})
    shape: dict[str, Any] = {"type": kinds[0] if len(kinds) == 1 else kinds} if kinds else {}
    objects = [each for each in samples if isinstance(each, dict)]
    lists = [each for each in samples if isinstance(each, list)]
    if objects and key in _MAPS:
        shape["additionalProperties"] = _shape([value for each in objects for value in each.values()], "")
    elif objects:
        names = dict.fromkeys(name for each in objects for name in each)
        shape["properties"] = {
            name: _shape([each[name] for each in objects if name in each], name) for name in names
        }
        shape["required"] = sorted(name for name in names if all(name in each for each in objects))
    if lists and any(lists):
        shape["items"] = _shape([item for each in lists for item in each], key)
    if key == "schema" and kinds == ["string"]:
        shape["const"] = samples[0]
    return shape


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, float)):
        return "number"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list) else "object"


def _make_run(root: Path, names: tuple[str, ...]) -> None:
    """One switch of each scenario, and one that could not be reached."""
    devices = [
        Device(name=f"sw-{name}", site="lab", host="192.0.2.1", intent=dict(scenarios.load(name).intent))
        for name in names
    ]
    silent = Device(name="sw-silent", site="lab", host="192.0.2.2")
    with Runs(root, key=b"k" * 32).start("audit", [*devices, silent]) as run:
        for device, name in zip(devices, names, strict=True):
            switch, captures = scenarios.load(name).build(), []
            for command in registry():
                text = render(switch, tuple(command.command.split())) if command.sets else None
                if text is None:
                    continue
                ending = Ending(status=CaptureStatus.OK)
                if switch.denies(command.command):
                    text = "% Authorization failed.\n"
                    ending = Ending(status=CaptureStatus.DENIED, reason="Command authorization failed.")
                writer = run.device(device).open(command.command)
                writer.write(text)
                captures.append(writer.commit(ending))
            run.finish_device(
                DeviceResult(
                    name=device.name,
                    site=device.site,
                    status=DeviceStatus.PARTIAL if switch.access.denied else DeviceStatus.OK,
                    captures=tuple(captures),
                    release=str(switch.release),
                )
            )
        trouble = Trouble(kind="timed_out", message="no answer in 10 s", hint="is the switch up?")
        run.finish_device(
            DeviceResult(name=silent.name, site=silent.site, status=DeviceStatus.FAILED, error=trouble)
        )


def page(schemas: dict[str, dict[str, Any]], note: str) -> Iterator[str]:
    """The page that lists them."""
    yield "# JSON"
    yield ""
    yield f"{note} Each verb prints one object, or one list, on standard output with `--json`. The schemas"
    yield "are told from a fleet in which every scenario of the lab occurs: a key that is required there is"
    yield "always printed; more keys may come with a later version, under the same `schema`."
    yield ""
    yield "| verb | schema | top-level keys |"
    yield "| --- | --- | --- |"
    for name, schema in schemas.items():
        words = " ".join(("slp-ops", *_VERBS[name]))
        keys = ", ".join(f"`{key}`" for key in schema.get("properties", {})) or "a list"
        yield f"| `{words}` | [{name}.json](schemas/{name}.json) | {keys} |"
