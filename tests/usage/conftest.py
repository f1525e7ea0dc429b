"""Work in CSSM, the verbs as an operator runs them, and switches to exchange with."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from slp_ops.facts import (
    LicenseTransport,
    Licensing,
    LicensingModel,
    ProductInstance,
    RumReport,
    RumReports,
    RumState,
    Software,
    TransportKind,
    Udi,
    UsageReporting,
)
from slp_ops.parsing import Facts
from slp_ops.planning import RunningConfig
from slp_ops.release import Release
from slp_ops.rules.dependencies import FactContext
from slp_ops.usage.switch import ExchangeSwitch
from tests import as_operator

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_REPORT = re.compile(rb"<RUMReport>\s*<!\[CDATA\[(.*?)\]\]>\s*</RUMReport>", re.DOTALL)
# A reload of minutes, and an ACK of half an hour, take a second or two.
SCALE = 600.0


class Cssm:
    """The part of CSSM: takes a usage file, checks that it is unchanged, and answers. Shares no code with
    what is tested; what it answers is invented, since no description of the real answer was found.
    """

    def __init__(self) -> None:
        self.uploaded: list[bytes] = []

    def upload(self, usage: bytes, **more: Any) -> bytes:
        """The acknowledgement of a usage file; ``more`` replaces what it says."""
        bodies = _REPORT.findall(usage)
        if not bodies:
            raise ValueError("no usage report in this file")
        self.uploaded.append(usage)
        payloads = [json.loads(json.loads(body)["payload"]) for body in bodies]
        identity = [payload["asset_identification"] for payload in payloads]
        said = {
            "sudi": identity[0]["instance"]["sudi"],
            "report_ids": [each["report_id"] for each in identity],
            "status": "ACKED",
            **more,
        }
        return f"<smartLicense><RUMACK><![CDATA[{json.dumps(said)}]]></RUMACK></smartLicense>\n".encode()


@pytest.fixture
def cssm() -> Cssm:
    return Cssm()


@dataclass(frozen=True)
class Done:
    """How a call of the verb ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        assert self.out, self.err
        return json.loads(self.out)

    @property
    def ends(self) -> dict[str, str]:
        return {each["name"]: each["end"] for each in self.json["devices"]}

    def device(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = next(each for each in self.json["devices"] if each["name"] == name)
        return found


@pytest.fixture
def command(tmp_path: Path) -> Callable[..., list[str]]:
    """The command line of a call."""
    return partial(as_operator.command_line, "usage")


@pytest.fixture
def environment() -> dict[str, str]:
    return as_operator.environment()


@pytest.fixture
def usage(tmp_path: Path, environment: dict[str, str]) -> Callable[..., Done]:
    """``usage("save", "--yes")`` runs the verb as an operator does."""

    def run(*arguments: object) -> Done:
        done = as_operator.slp_ops(tmp_path, "usage", *arguments, timeout=240.0, **environment)
        return Done(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def inventory(tmp_path: Path) -> Callable[..., Path]:
    """``inventory(lab, "sw1", transport="asyncssh")`` writes the file that every call finds."""

    def write(running: Any, *names: str, **defaults: Any) -> Path:
        path = tmp_path / "inventory.yaml"
        as_operator.write_inventory(path, running, *names, **defaults)
        return path

    return write


@pytest.fixture
def seen() -> Callable[..., ExchangeSwitch]:
    """``seen("sw1", "FOC0000A0AA")`` is a switch of these serial numbers, with these reports."""

    def make(
        name: str = "sw1",
        *serials: str,
        release: str = "17.9.4a",
        scp: bool = True,
        transport: TransportKind = TransportKind.OFF,
        reports: dict[int, RumState] | None = None,
        reporting: UsageReporting | None = None,
        more: tuple[Any, ...] = (),
    ) -> ExchangeSwitch:
        units = [Udi(position=n, pid="C9300-24UX", sn=sn) for n, sn in enumerate(serials or ("FOC0000A0AA",))]
        facts: list[Any] = [
            Software(version=release, release=Release.parse(release)),
            Licensing(model=LicensingModel.SLP),
            ProductInstance(udi=units[0], members=tuple(units) if len(units) > 1 else ()),
            LicenseTransport(kind=transport, type=transport.value),
            reporting or UsageReporting(),
            *more,
        ]
        if reports is not None:
            rows = tuple(
                RumReport(id=number, state=state, state_printed=state.value)
                for number, state in reports.items()
            )
            facts.append(RumReports(reports=rows))
        config = "ip scp server enable\nend\n" if scp else "hostname sw1\nend\n"
        return ExchangeSwitch(
            name=name, site="tokyo", known=FactContext(Facts.of(*facts)), running=RunningConfig.parse(config)
        )

    return make
