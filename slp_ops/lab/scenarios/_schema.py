# ruff: noqa: TC001 - record() reads the types of the fields
"""Schema of a scenario file. Times are spans before now, written ``3d``, ``2h30m``, ``90s``."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, Literal

from slp_ops.config_files.records import record
from slp_ops.config_files.validation_errors import Problems
from slp_ops.config_files.validators import a_kind
from slp_ops.config_files.yaml_nodes import Node, Scalar, parse
from slp_ops.lab.world import Peer, Reach

_SPAN = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")


def _span(node: Node, key: str, problems: Problems) -> timedelta | None:
    text = node.text if isinstance(node, Scalar) and node.kind == "str" else ""
    found = _SPAN.fullmatch(text.removeprefix("-"))
    if not text or found is None:
        problems.add(node.line, key, f"is {a_kind(node)}, no span of time", "a span such as 3d or 2h30m")
        return None
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    span = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    return -span if text.startswith("-") else span


@dataclass(frozen=True, slots=True, kw_only=True)
class PathForm:
    """One rule of the network, see ``world.Path``."""

    reach: Reach
    address: str = "*"
    port: int | None = None
    vrf: str | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldForm:
    """Environment of the switch; its names and peers are added to the usual ones."""

    names: dict[str, str] | None = None
    answering: tuple[str, ...] | None = None
    paths: tuple[PathForm, ...] | None = None
    peers: dict[str, Peer] = field(default_factory=dict)
    icmp: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeForm:
    """One block of Communication Statistics."""

    total: int = 0
    success: int = 0
    fail: int = 0
    ongoing: int = 0
    communication: int = 0
    response: str = "<none>"
    responded: timedelta | None = None
    reason: str = "<none>"
    last_success: timedelta | None = None
    last_failure: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportsForm:
    """Number of usage reports in each state, in addition to the open ones."""

    acknowledged: int = 0
    unacknowledged: int = 0
    closed: int = 0
    flagged: int = 0  # of the unacknowledged ones, with flag E
    message: str = "<none>"  # the transaction message of the flagged ones
    purged: int = 0
    lost: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyClassForm:
    """Requirements of a custom policy for one class of licences."""

    first: int
    frequency: int
    change: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyForm:
    """Policy from the Smart Account."""

    name: str
    installed: timedelta
    perpetual: PolicyClassForm
    subscription: PolicyClassForm


@dataclass(frozen=True, slots=True, kw_only=True)
class BackendForm:
    """Behaviour of the licence servers towards the switch."""

    valid_tokens: tuple[str, ...] | None = None
    knows_instance: bool = True
    gateway_timeouts: bool = False
    poll_id_expired: bool = False
    relays: bool = True
    gives_trust: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class LicensingForm:
    """History of licence reporting so far."""

    features: tuple[str, ...] = ("network-advantage", "dna-advantage")
    not_in_use: tuple[str, ...] = ()
    trust: Literal["all", "active", "none"] = "all"
    trusted: timedelta = timedelta(days=120)
    account: bool = True
    last_ack: timedelta | None = None
    changed: timedelta | None = None  # since the licences in use changed
    last_push: timedelta | None = None
    next_push: timedelta | None = None
    file_write: timedelta | None = None
    polling: int | None = None  # the poll id that is asked about
    first_use: timedelta = timedelta(days=200)
    reports: ReportsForm = ReportsForm()
    statistics: dict[str, ExchangeForm] = field(default_factory=dict)
    policy: PolicyForm | None = None
    backend: BackendForm = BackendForm()
    hseck9: Literal["", "authorized", "not_authorized"] = ""
    registered: bool = False
    write_erased: bool = False
    evaluation: timedelta | None = None  # left of the evaluation period, before Using Policy
    out_of_compliance: bool = False
    reservation: Literal["", "specific", "universal"] = ""
    renewal_failed: timedelta | None = None  # since the last attempt to renew the authorization
    renewal_reason: str = "Fail to send out Call Home HTTP message."


@dataclass(frozen=True, slots=True, kw_only=True)
class LogForm:
    """One message, or the same message ``count`` times at the interval ``every`` up to ``at``."""

    at: timedelta
    text: str
    every: timedelta | None = None
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigForm:
    """Configuration lines in one mode; ``no`` removes lines of the base configuration."""

    under: tuple[str, ...] = ()
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockForm:
    """State of the clock."""

    mark: Literal["", "*", "."] = ""
    synchronised: bool = True
    behind: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadForm:
    """CPU and memory."""

    five_seconds: int = 3
    one_minute: int = 3
    five_minutes: int = 3
    agent_processes: dict[str, float] = field(default_factory=dict)
    malloclite: int = 41_205_672


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultsForm:
    """Faults of sessions, see ``hardware.Faults``."""

    sha1_only: bool = False
    host_key: Literal["stable", "changed", "changed_type"] = "stable"
    refuse_password: bool = False
    reset_at_auth: bool = False
    no_free_vty: bool = False
    drop_command: str | None = None
    drop_after: int = 0
    hang_command: str | None = None
    hang_after: int = 0
    echo_delay: float = 0.0
    command_delay: float = 0.0
    log_within_output: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessForm:
    """Permissions."""

    privilege: int = 15
    denied: tuple[str, ...] = ()
    refusal: str = "Command authorization failed."


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioFile:
    """A whole scenario."""

    title: str
    expect: tuple[str, ...] = ()  # rules at warning or above
    informs: tuple[str, ...] = ()  # rules that only inform and are worth showing
    intent: dict[str, str] = field(default_factory=dict)  # the intent of its inventory entry
    release: str = "17.9.4a"
    engineering: str = ""
    members: tuple[str, ...] = ("C9300-24UX",)
    chassis: str = ""
    bulk: int = 0
    member_versions: dict[int, str] = field(default_factory=dict)
    uptime: timedelta = timedelta(days=42, hours=3, minutes=17)
    reload_reason: str = "Reload Command"
    config: tuple[ConfigForm, ...] = ()
    bare: bool = False  # factory-fresh: none of the site's usual configuration
    world: WorldForm = WorldForm()
    licensing: LicensingForm = LicensingForm()
    log: tuple[LogForm, ...] = ()
    log_size: int = 16384
    clock: ClockForm = ClockForm()
    load: LoadForm = LoadForm()
    trustpool: tuple[str, ...] = ("IdenTrust Commercial Root CA 1", "QuoVadis Root CA 2")
    down: tuple[str, ...] = ()
    faults: FaultsForm = FaultsForm()
    access: AccessForm = AccessForm()


_SCENARIO: Final = record(ScenarioFile, {timedelta: _span})


def read_scenario(text: str, path: str) -> ScenarioFile:
    """Return the scenario that a file holds; raise InputError with every problem."""
    problems = Problems(path)
    node = parse(text, problems)
    found = None if node is None else _SCENARIO(node, "", problems)
    if found is None:
        problems.add(None, "", "is no scenario", "at least a title")
        raise problems.error()
    problems.raise_if_any()
    return found
