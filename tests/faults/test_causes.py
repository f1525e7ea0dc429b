"""Each fault at each stage has one named cause, and the same for both transports."""

from __future__ import annotations

import fcntl
import json
import os
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.faults.bench import Bench
from tests.faults.proxies import Fault, Kind, Stage
from tests.faults.trial import TRANSPORTS

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.slow

_LINE: Final = "show license usage"
_STAGES: Final = (
    Stage.ACCEPT,
    Stage.IDENTIFIED,
    Stage.KEY_EXCHANGE,
    Stage.LOGIN,
    Stage.PROMPT,
    Stage.LINE,
)
_BREAKS: Final = (Kind.CUT, Kind.RESET)
_SILENCES: Final = (Kind.STALL, Kind.HALF_OPEN)
# What a message must not claim when nothing but the connection went wrong.
_WRONG: Final = {
    "algorithm": "no algorithm was refused",
    "legacy_ssh": "no algorithm was refused",
    "IOS-XE prompt": "nothing came at all",
    "a defect": "the connection broke",
}
_LOGIN_SECONDS: Final = 8.0
_CELLS: Final = {
    f"{stage.value}-{kind.value}": Fault(
        kind=kind, stage=stage, line=_LINE if stage is Stage.LINE else "", times=None
    )
    for stage in _STAGES
    for kind in (*_BREAKS, *_SILENCES)
} | {
    # The first prompt has come; the empty line that proves it is not answered.
    f"greeting-{kind.value}": Fault(kind=kind, stage=Stage.LINE, times=None)
    for kind in (*_BREAKS, *_SILENCES)
}


_NO_END: Final[dict[str, Any]] = {
    "status": "running",
    "captures": [],
    "error": {"kind": "hung", "message": "it was still being read after 300 s", "hint": ""},
}


@pytest.fixture(scope="session")
def causes(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], dict[str, Any]]:
    """Return the results of a transport. All processes of the tests share one call for each of the two."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent

    @cache
    def of(transport: str) -> dict[str, Any]:
        with (folder / f"causes-{transport}.json").open("a+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            if not (text := file.read()):
                text = json.dumps(_results(transport))
                file.write(text)
        found: dict[str, Any] = json.loads(text)
        return found

    return of


def _results(transport: str) -> dict[str, dict[str, Any]]:
    """Return the result that ``collect`` reports for each cell; one call for all."""
    with (
        tempfile.TemporaryDirectory(prefix="slp-ops-causes-") as folder,
        # A sound one first: until a password has been accepted once, switches are tried one after another.
        Bench(
            Path(folder), {"sound": "healthy", **dict.fromkeys(_CELLS, "healthy")}, transport=transport
        ) as bench,
    ):
        for name, fault in _CELLS.items():
            bench.arm(name, fault)
        ended = bench.run(
            "collect", "-i", "inventory.yaml", "--connect-timeout", "6", "--command-timeout", "6",
            "--login-timeout", str(_LOGIN_SECONDS),
            within=300,
        )  # fmt: skip
        assert ended.hung or ended.code in (1, 4), ended.text
        # From the disk: it is there also when the call does not end.
        (run,) = bench.runs()
        records = [json.loads(line) for line in (run / "devices.jsonl").read_text().splitlines()]
        found = {each["name"]: each for each in records}
        for name, device in found.items():
            manifest = run / name / "manifest.jsonl"
            lines = manifest.read_text().splitlines() if manifest.exists() else []
            device["captures"] = [json.loads(line) for line in lines]
        return {name: found.get(name, _NO_END) for name in _CELLS}


def _cause(device: dict[str, Any]) -> tuple[str, str]:
    """Return kind and message; for a lost command its status and reason."""
    lost = [each for each in device["captures"] if each["command"] == _LINE]
    if lost:
        return lost[0]["status"], lost[0]["reason"]
    return device["error"]["kind"], device["error"]["message"]


@pytest.mark.parametrize("cell", _CELLS)
def test_the_cause_is_the_same_for_both_transports(
    cell: str, causes: Callable[[str], dict[str, Any]]
) -> None:
    ours, theirs = (_cause(causes(transport)[cell]) for transport in TRANSPORTS)
    assert ours == theirs


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("cell", _CELLS)
def test_the_cause_claims_nothing_else(
    cell: str, transport: str, causes: Callable[[str], dict[str, Any]]
) -> None:
    device = causes(transport)[cell]
    hint = "" if device["error"] is None else device["error"]["hint"]
    kind, message = _cause(device)
    claims = [
        f"{words!r}, but {why}: {message}" for words, why in _WRONG.items() if words in f"{message} {hint}"
    ]
    assert claims == []
    assert kind not in ("defect", "hung"), message
    fault = _CELLS[cell]
    if fault.kind is Kind.RESET:
        assert "reset" in message.lower(), message
    if fault.kind is Kind.CUT:
        assert "closed" in message, message
    if fault.kind in _SILENCES:
        assert "vty" not in hint, hint  # a switch without a free line closes, it does not fall silent
        assert "closed" not in message, message


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("stage", _STAGES[:-1])
def test_a_silent_switch_costs_no_more_than_the_options_say(bench: Any, transport: str, stage: Stage) -> None:
    running = bench({"sw1": "healthy"}, transport=transport)
    running.arm("sw1", Fault(kind=Kind.HALF_OPEN, stage=stage, times=None))
    ended = running.run(
        "collect", "-i", "inventory.yaml", "--connect-timeout", "2", "--login-timeout", "3", within=100
    )
    assert ended.code == 4, ended.text
    assert ended.seconds < 3 + 30  # by default it is a minute
