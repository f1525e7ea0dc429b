"""Build a switch from a scenario file. Large parts are built on the first contact."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from slp_ops.lab.clock import Clock
from slp_ops.lab.config import Config
from slp_ops.lab.config_order import DEFAULT_SMART_URL
from slp_ops.lab.hardware import Access, Faults, HostKey, Load, Member, Role
from slp_ops.lab.scenarios import _base, _licensing, _log
from slp_ops.lab.scenarios._certificates import CERTIFICATES
from slp_ops.lab.state import Blueprint
from slp_ops.lab.switch import Switch
from slp_ops.lab.world import Peer, Reach, ReachabilityRule, World
from slp_ops.release import Release

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from slp_ops.lab.scenarios._schema import ScenarioFile
    from slp_ops.lab.state import SwitchState

NAMES = {
    "smartreceiver.cisco.com": "203.0.113.10",
    "tools.cisco.com": "203.0.113.11",
    "www.cisco.com": "203.0.113.12",
    "cslu.example.net": "10.10.0.80",
    "ssm.example.net": "10.10.0.81",
    "proxy.example.net": "10.10.0.88",
}
_PEERS = {
    "203.0.113.10": Peer.CSSM,
    "203.0.113.11": Peer.CSSM,
    "10.10.0.80": Peer.CSLU,
    "10.10.0.81": Peer.ON_PREM,
}
_PATHS = (
    *(
        ReachabilityRule(reach=Reach.OPEN, address=address, port=port, vrf="")
        for address, port in (
            ("203.0.113.10", 443),
            ("203.0.113.11", 443),
            ("203.0.113.12", 80),
            ("10.10.0.80", 8182),
            ("10.10.0.81", 443),
            ("10.10.0.81", 80),
            ("10.10.0.88", 8080),
        )
    ),
    ReachabilityRule(reach=Reach.REFUSED, address="10.10.0.80"),
    ReachabilityRule(reach=Reach.REFUSED, address="10.10.0.81"),
)


def build_switch(
    file: ScenarioFile,
    index: int,
    *,
    name: str,
    start: datetime,
    source: Callable[[], float],
    scale: float,
) -> Switch:
    """Build a switch of this scenario; ``index`` makes its serial numbers and addresses unique."""
    clock = Clock(
        start=start - file.clock.behind,
        source=source,
        scale=scale,
        mark=file.clock.mark,
        synchronised=file.clock.synchronised,
        behind=file.clock.behind,
    )
    release = Release.parse(file.release)
    members = _members(file, index)
    return Switch(
        name=name,
        release=release,
        members=members,
        chassis=file.chassis,
        engineering=file.engineering,
        experimental=file.release if file.engineering else "",
        bulk=file.bulk,
        clock=clock,
        booted=clock.start - file.uptime,
        reload_reason=file.reload_reason,
        world=_world(file),
        faults=_faults(file),
        access=_access(file),
        load=_load(file),
        trustpool=[CERTIFICATES[subject] for subject in file.trustpool],
        down=set(file.down),
        last_change=clock.start - file.uptime / 2,
        last_save=clock.start - file.uptime / 2,
        blueprint=Blueprint(
            config=lambda: _config(file, index, name, members),
            licensing=lambda switch: _licensing.build(file.licensing, switch),
            log=lambda switch: _log.build(file, switch),
            flash=lambda switch: _flash(switch),
        ),
    )


def _members(file: ScenarioFile, index: int) -> tuple[Member, ...]:
    roles = (Role.ACTIVE, Role.STANDBY)
    return tuple(
        Member(
            number=number,
            pid=pid,
            serial=serial_number(index * 8 + (0 if file.chassis else number - 1)),
            role=roles[number - 1] if number <= len(roles) else Role.MEMBER,
            mac=f"00a5.{index % 65536:04x}.{number:02x}80",
            priority=16 - number if len(file.members) > 1 else 1,
            ports=_ports(pid),
            version=file.member_versions.get(number, ""),
        )
        for number, pid in enumerate(file.members, 1)
    )


def serial_number(number: int) -> str:
    """Return a serial number in Cisco's form: plant, year and week, four characters."""
    digits = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"
    tail = ""
    rest = number + 7919
    for _ in range(4):
        rest, digit = divmod(rest, len(digits))
        tail = digits[digit] + tail
    return f"FJC{2418 + rest:04d}{tail}"


def _ports(pid: str) -> int:
    found = re.search(r"-(\d{2})", pid)
    return int(found[1]) + 17 if found else 64


def _world(file: ScenarioFile) -> World:
    form = file.world
    paths = (
        ()
        if form.paths is None
        else tuple(
            ReachabilityRule(
                reach=rule.reach, address=rule.address, port=rule.port, vrf=rule.vrf, source=rule.source
            )
            for rule in form.paths
        )
    )
    return World(
        names=NAMES if form.names is None else {**NAMES, **form.names},
        answering=None if form.answering is None else frozenset(form.answering),
        paths=paths + _PATHS,
        peers={**_PEERS, **form.peers},
        icmp=form.icmp,
    )


def _faults(file: ScenarioFile) -> Faults:
    form = file.faults
    return Faults(
        sha1_only=form.sha1_only,
        host_key=HostKey(form.host_key),
        refuse_password=form.refuse_password,
        reset_at_auth=form.reset_at_auth,
        no_free_vty=form.no_free_vty,
        drop_command=form.drop_command,
        drop_after=form.drop_after,
        hang_command=form.hang_command,
        hang_after=form.hang_after,
        echo_delay=form.echo_delay,
        command_delay=form.command_delay,
        log_within_output=form.log_within_output,
    )


def _access(file: ScenarioFile) -> Access:
    return Access(
        privilege=file.access.privilege,
        denied=tuple(file.access.denied),
        refusal=file.access.refusal,
    )


def _load(file: ScenarioFile) -> Load:
    return Load(
        five_seconds=file.load.five_seconds,
        one_minute=file.load.one_minute,
        five_minutes=file.load.five_minutes,
        agent_processes=tuple(file.load.agent_processes.items()),
        malloclite=file.load.malloclite,
    )


def _config(file: ScenarioFile, index: int, name: str, members: tuple[Member, ...]) -> Config:
    features = file.licensing.features
    level = " addon ".join(sorted(features, key=lambda feature: feature.startswith("dna")))
    text = (_base.BARE if file.bare else _base.SITE).format(
        name=name,
        site=name.split("-", maxsplit=1)[0],
        number=3_000_000_000 + index,
        address=f"10.10.{100 + index // 200}.{10 + index % 200}",
        level=level,
        log_size=file.log_size,
        smart_url=DEFAULT_SMART_URL,
        switches="".join(f"switch {member.number} provision {member.pid.lower()}\n" for member in members)
        if not file.chassis
        else "",
        interfaces=_interfaces(tuple(member.number for member in members), bool(file.chassis)),
    )
    config = Config.parse(text)
    for part in file.config:
        for line in part.lines:
            config.apply(line, tuple(part.under))
    return config


@lru_cache(maxsize=64)
def _interfaces(numbers: tuple[int, ...], modular: bool) -> str:
    parts = ["interface GigabitEthernet0/0\n vrf forwarding Mgmt-vrf\n no ip address\n"]
    for number in numbers:
        for port in range(1, 9):
            parts.append(
                f"interface GigabitEthernet{number}/0/{port}\n switchport access vlan 100\n"
                " switchport mode access\n"
            )
        parts.append(f"interface TenGigabitEthernet{number}/{'0' if modular else '1'}/1\n")
    return "".join(parts)


def _flash(switch: SwitchState) -> dict[str, bytes]:
    release = f"{switch.release.major}.{switch.release.minor:02d}.{switch.release.maintenance or 1:02d}"
    image = f"cat9k-{{}}.{release}{switch.release.rebuild}.SPA.pkg"
    return {
        "packages.conf": b"#! /usr/binos/bin/packages_conf.sh\n" + b"# sums omitted\n" * 400,
        image.format("rpbase"): b"",
        image.format("webui"): b"",
        "vlan.dat": b"\xba\xdb\x10\x0d" + bytes(3160),
        "memleak.tcl": b"# tcl\n" * 13_000,
        "nvram_config": bytes(2048),
    }
