"""The form of a scenario file. Times are spans before now, written ``3d``, ``2h30m``, ``90s``."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict

from slp_ops.lab.world import Peer, Reach

_SPAN = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")


def _span(value: object) -> object:
    if not isinstance(value, str):
        return value
    found = _SPAN.fullmatch(value.removeprefix("-"))
    if not value or found is None:
        raise ValueError(f"{value!r} is no span of time such as 3d or 2h30m")
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    span = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    return -span if value.startswith("-") else span


Span = Annotated[timedelta, BeforeValidator(_span)]


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PathForm(_Form):
    """One rule of the network, see ``world.Path``."""

    reach: Reach
    address: str = "*"
    port: int | None = None
    vrf: str | None = None
    source: str | None = None


class WorldForm(_Form):
    """What lies around the switch; the names and peers named here are added to the usual ones."""

    names: dict[str, str] | None = None
    answering: list[str] | None = None
    paths: list[PathForm] | None = None
    peers: dict[str, Peer] = {}
    icmp: bool = False


class ExchangeForm(_Form):
    """One block of Communication Statistics."""

    total: int = 0
    success: int = 0
    fail: int = 0
    ongoing: int = 0
    communication: int = 0
    response: str = "<none>"
    responded: Span | None = None
    reason: str = "<none>"
    last_success: Span | None = None
    last_failure: Span | None = None


class ReportsForm(_Form):
    """How many usage reports there are of each state, beside the open ones."""

    acknowledged: int = 0
    unacknowledged: int = 0
    closed: int = 0
    flagged: int = 0  # of the unacknowledged ones, with flag E
    message: str = "<none>"  # the transaction message of the flagged ones
    purged: int = 0
    lost: int = 0


class PolicyClassForm(_Form):
    """What a custom policy asks of one class of licences."""

    first: int
    frequency: int
    change: int


class PolicyForm(_Form):
    """A policy that came from the account."""

    name: str
    installed: Span
    perpetual: PolicyClassForm
    subscription: PolicyClassForm


class BackendForm(_Form):
    """How the licence servers treat the switch."""

    valid_tokens: list[str] | None = None
    knows_instance: bool = True
    gateway_timeouts: bool = False
    poll_id_expired: bool = False


class LicensingForm(_Form):
    """What has happened to licence reporting so far."""

    features: list[str] = ["network-advantage", "dna-advantage"]
    not_in_use: list[str] = []
    trust: Literal["all", "active", "none"] = "all"
    trusted: Span = timedelta(days=120)
    account: bool = True
    last_ack: Span | None = None
    last_push: Span | None = None
    next_push: Span | None = None
    file_write: Span | None = None
    polling: int | None = None  # the poll id that is asked about
    first_use: Span = timedelta(days=200)
    reports: ReportsForm = ReportsForm()
    statistics: dict[str, ExchangeForm] = {}
    policy: PolicyForm | None = None
    backend: BackendForm = BackendForm()
    hseck9: Literal["", "authorized", "not_authorized"] = ""
    registered: bool = False
    write_erased: bool = False
    evaluation: Span | None = None  # left of the evaluation period, before Using Policy


class LogForm(_Form):
    """One message, or the same one ``count`` times ``every`` so often up to ``at``."""

    at: Span
    text: str
    every: Span | None = None
    count: int = 1


class ConfigForm(_Form):
    """Configuration lines in one mode; ``no`` takes away what the base configuration has."""

    under: list[str] = []
    lines: list[str]


class ClockForm(_Form):
    """What the clock is worth."""

    mark: Literal["", "*", "."] = ""
    synchronised: bool = True
    behind: Span = timedelta(0)


class LoadForm(_Form):
    """CPU and memory."""

    five_seconds: int = 3
    one_minute: int = 3
    five_minutes: int = 3
    agent_processes: dict[str, float] = {}
    malloclite: int = 41_205_672


class FaultsForm(_Form):
    """What goes wrong with sessions, see ``hardware.Faults``."""

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


class AccessForm(_Form):
    """Who may do what."""

    privilege: int = 15
    denied: list[str] = []
    refusal: str = "Command authorization failed."


class ScenarioFile(_Form):
    """A whole scenario."""

    title: str
    expect: list[str] = []  # rules at warning or above
    informs: list[str] = []  # rules that only inform and are worth showing
    intent: dict[str, str] = {}  # what an inventory would say of it
    release: str = "17.9.4a"
    engineering: str = ""
    members: list[str] = ["C9300-24UX"]
    chassis: str = ""
    bulk: int = 0
    member_versions: dict[int, str] = {}
    uptime: Span = timedelta(days=42, hours=3, minutes=17)
    reload_reason: str = "Reload Command"
    config: list[ConfigForm] = []
    bare: bool = False  # factory-fresh: none of the site's usual configuration
    world: WorldForm = WorldForm()
    licensing: LicensingForm = LicensingForm()
    log: list[LogForm] = []
    log_size: int = 16384
    clock: ClockForm = ClockForm()
    load: LoadForm = LoadForm()
    trustpool: list[str] = ["IdenTrust Commercial Root CA 1", "QuoVadis Root CA 2"]
    down: list[str] = []
    faults: FaultsForm = FaultsForm()
    access: AccessForm = AccessForm()
