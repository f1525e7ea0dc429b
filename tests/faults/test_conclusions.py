"""What was cut is unknown: no verdict, no cause and no plan comes of it."""

from __future__ import annotations

from itertools import product
from typing import Any, Final

import pytest

from tests.faults.proxies import Fault, Kind, Stage
from tests.faults.trial import TRANSPORTS

pytestmark = pytest.mark.slow

_LINES: Final = ("show license tech support", "show license all", "show logging")
_CUTS: Final = (0, 1, 300, 1_000, 3_000, 6_000, 9_000, 12_000, 15_000, 18_000)


# A session that stalls takes its seconds: only where the earlier code drew a wrong conclusion.
@pytest.mark.parametrize(
    ("line", "kind"),
    [
        *product(_LINES, [Kind.RESET, Kind.CUT]),
        (_LINES[0], Kind.STALL),
    ],
)
@pytest.mark.parametrize("transport", TRANSPORTS)
def test_a_cut_capture_changes_no_verdict(bench: Any, line: str, transport: str, kind: Kind) -> None:
    names = {f"cut-{count}": count for count in _CUTS}
    running = bench(
        {"whole": "polling-id-invalid", **dict.fromkeys(names, "polling-id-invalid")}, transport=transport
    )
    for name, count in names.items():
        running.arm(name, Fault(kind=kind, stage=Stage.LINE, line=line, count=count, times=None))
    ended = running.run(
        "audit",
        "-i",
        "inventory.yaml",
        "--json",
        "--connect-timeout",
        "6",
        "--command-timeout",
        "6",
        within=300,
    )
    assert ended.code == 4, ended.text
    verdicts: dict[str, dict[str, str]] = {}
    for each in ended.json["outcomes"]:
        verdicts.setdefault(each["device"], {})[each["rule"]] = each["verdict"]
    wrong = [
        f"{name}: {rule} is {verdict}, whole {verdicts['whole'][rule]}"
        for name in names
        for rule, verdict in verdicts.get(name, {}).items()
        if verdict not in ("unknown", verdicts["whole"][rule])
    ]
    assert not wrong, "\n".join(wrong)


# Stalled and half-open look the same from here, and take long: one of them for each transport.
@pytest.mark.parametrize(
    ("transport", "kind"),
    [
        *product(TRANSPORTS, [Kind.CUT, Kind.RESET]),
        ("netmiko", Kind.HALF_OPEN),
        ("asyncssh", Kind.STALL),
    ],
)
def test_a_session_that_dies_while_probing_decides_nothing(bench: Any, transport: str, kind: Kind) -> None:
    # The probe connects; its name does not resolve; a firewall drops it.
    sound = {"opens": "healthy", "no-name": "dns-failure", "dropped": "firewall-drop"}
    counts = (0, 240, 300, 330)  # in the echo, while the name is resolved, while connecting
    sick = {f"{name}-{count}": scenario for name, scenario in sound.items() for count in counts}
    running = bench({**sound, **sick}, transport=transport, scale=20.0)
    for name in sick:
        fault = Fault(
            kind=kind, stage=Stage.LINE, line="telnet", count=int(name.rpartition("-")[2]), times=None
        )
        running.arm(name, fault)
    ended = running.run(
        "check-reachability", "-i", "inventory.yaml", "--json",
        "--connect-timeout", "6", "--command-timeout", "6", "--probe-timeout", "8", within=300,
    )  # fmt: skip
    found = {each["name"]: each for each in ended.json["devices"]}
    wrong = [
        f"{name}: {found[name]['verdict']} at {found[name]['blocked_at']}: {found[name]['cause']}"
        for name in sick
        if found[name]["verdict"] != "cannot_tell"
        and any(found[name][key] != found[name.rpartition("-")[0]][key] for key in ("verdict", "blocked_at"))
    ]
    assert not wrong, "\n".join(wrong)
    assert ended.code == 4, ended.err


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_no_plan_comes_from_half_a_reading(bench: Any, transport: str) -> None:
    running = bench({"sw1": "offline-overdue"}, transport=transport, scale=600.0)
    running.do(lambda: running.rack["sw1"].host.switch.configure("ip scp server enable"))
    for line in ("show license all", "show running-config", "show version", "show clock"):
        running.arm("sw1", Fault(kind=Kind.RESET, stage=Stage.LINE, line=line, count=600))
        ended = running.run("usage", "save", "-i", "inventory.yaml", "--yes")
        assert ended.code == 4, f"{line}: {ended.code} {ended.text}"
        assert "run the same command again" in ended.text
        assert "--resume" not in ended.text
        assert running.changing_lines("sw1") == []
        assert running.journals() == []
    running.arm("sw1", None)
    assert running.run("usage", "save", "-i", "inventory.yaml", "--yes", "--json").code == 0
