"""The broker's configuration: one account for the operators, and one for each site.

Permissions inside one account would not separate sites: the broker does not check the subject of a reply, so
that a site could make it publish into another site's subjects. An account sees only what is imported into
it. A site's account imports its own subjects, each as a service or a stream of its own, and nothing else.

JSON is valid configuration of nats-server, so that no value can become a second setting.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from slp_ops.cluster.subjects import (
    ANSWER,
    APPROVAL,
    CONTROL,
    EVENT,
    EVIDENCE,
    FENCE,
    HEARTBEAT,
    HOST_KEY,
    LEASE,
    LEDGER,
    LIMITS,
    OPERATOR,
    OWNER,
    TASK,
    subject,
    token,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

OPERATORS: Final = "OPERATORS"
TASKS_STREAM: Final = "TASKS"
EVIDENCE_STREAM: Final = "EVIDENCE"
CONTROL_STREAM: Final = "CONTROL"
HEARTBEAT_STREAM: Final = "HEARTBEATS"
FENCE_STREAM: Final = "FENCES"
LEASE_STREAM: Final = "LEASES"
HOST_KEYS_STREAM: Final = "HOSTKEYS"
LIMITS_STREAM: Final = "LIMITS"

# A message holds a piece of evidence or a task; the broker's own default is 1 MB.
LARGEST_MESSAGE: Final = 2 * 2**20
_LOGIN_SECONDS: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteAccess:
    """A site and the certificates that may speak for it, by the names in them."""

    site: str
    holders: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerSettings:
    """Address, files and limits of the broker. ``disk_bytes`` must be free in ``store``."""

    host: str
    port: int
    store: Path
    pid_file: Path
    authority: Path
    certificate: Path
    key: Path
    disk_bytes: int


def broker_config(settings: BrokerSettings, *, operators: Sequence[str], sites: Sequence[SiteAccess]) -> str:
    """Return the text of the configuration file of nats-server 2.12 and later.

    ``operators`` are names in certificates too.
    """
    accounts: dict[str, Any] = {
        OPERATORS: {
            "jetstream": "enabled",
            "users": _users(operators),
            "exports": [export for each in sites for export in _exports(each.site)],
        }
    }
    for each in sites:
        users = [_worker(each.site, holder) for holder in each.holders]
        accounts[account_of(each.site)] = {"users": users, "imports": _imports(each.site)}
    config = {
        "server_name": "slp-ops-hub",
        "listen": f"{_bracketed(settings.host)}:{settings.port}",
        "pid_file": str(settings.pid_file),
        "max_payload": LARGEST_MESSAGE,
        "ping_interval": "10s",
        "ping_max": 3,
        "write_deadline": "30s",
        "tls": {
            "ca_file": str(settings.authority),
            "cert_file": str(settings.certificate),
            "key_file": str(settings.key),
            "verify_and_map": True,
            "timeout": _LOGIN_SECONDS,
        },
        "jetstream": {
            "store_dir": str(settings.store),
            # An acknowledged publish is on the disk; the default is two minutes later.
            "sync_interval": "always",
            "max_memory_store": 0,
            "max_file_store": settings.disk_bytes,
        },
        "accounts": accounts,
    }
    return json.dumps(config, indent=2) + "\n"


def account_of(site: str) -> str:
    """Return the name of a site's account."""
    return subject("SITE", site)


def _users(holders: Sequence[str]) -> list[dict[str, str]]:
    return [{"user": f"CN={holder}"} for holder in holders]


def _worker(site: str, holder: str) -> dict[str, Any]:
    """Return a worker, which publishes on its site's subjects, and a heartbeat under its own name only."""
    beats = f"{HEARTBEAT}.{token(site)}.*"
    own = subject(HEARTBEAT, site, holder)
    allowed = [own if name == beats else name for name, _ in _services(site)]
    # Between the workers of a site; these subjects lead to no other account.
    allowed += [f"{family}.{token(site)}.>" for family in (OWNER, ANSWER)]
    return {"user": f"CN={holder}", "permissions": {"publish": {"allow": allowed}}}


def _services(site: str) -> list[tuple[str, dict[str, Any]]]:
    """Return the subjects on which a site may ask the operators' account, with the options of each export."""
    name = token(site)
    return [
        # A pull: the answers are the tasks.
        (f"$JS.API.CONSUMER.MSG.NEXT.{TASKS_STREAM}.{name}", {"response_type": "stream"}),
        (f"$JS.ACK.{TASKS_STREAM}.{name}.>", {}),
        (f"{EVIDENCE}.{name}.>", {}),
        (f"{EVENT}.{name}.>", {}),
        (f"{HEARTBEAT}.{name}.*", {}),
        (f"{FENCE}.{name}.>", {}),
        (f"{HOST_KEY}.{name}.*", {}),
        # One message, which the stream bounds: no site takes the room of the others.
        (subject(LIMITS, site, LEDGER), {}),
        # A task, what is stored of it, a run's state, limits, host keys: the last message of one subject.
        (f"$JS.API.DIRECT.GET.{TASKS_STREAM}.{TASK}.{name}.>", {}),
        (f"$JS.API.DIRECT.GET.{EVIDENCE_STREAM}.{EVIDENCE}.{name}.>", {}),
        (f"$JS.API.DIRECT.GET.{CONTROL_STREAM}.{CONTROL}.{name}.>", {}),
        (f"$JS.API.DIRECT.GET.{HOST_KEYS_STREAM}.{HOST_KEY}.{name}.*", {}),
        (f"$JS.API.DIRECT.GET.{LIMITS_STREAM}.{subject(LIMITS, site, LEDGER)}", {}),
        # Of a change: who has it, who has the switch, what the operator permits, and if that process lives.
        (f"{LEASE}.{name}.*", {}),
        (f"{OPERATOR}.{name}.*", {}),
        (f"$JS.API.DIRECT.GET.{LEASE_STREAM}.{LEASE}.{name}.*", {}),
        (f"$JS.API.DIRECT.GET.{FENCE_STREAM}.{FENCE}.{name}.>", {}),
        (f"$JS.API.DIRECT.GET.{CONTROL_STREAM}.{APPROVAL}.{name}.>", {}),
    ]


def _exports(site: str) -> list[dict[str, Any]]:
    only = {"accounts": [account_of(site)]}
    streams = [{"stream": f"{subject(CONTROL, site)}.>", **only}]
    return [{"service": name, **options, **only} for name, options in _services(site)] + streams


def _imports(site: str) -> list[dict[str, Any]]:
    return [{"service": {"account": OPERATORS, "subject": name}} for name, _ in _services(site)] + [
        {"stream": {"account": OPERATORS, "subject": f"{subject(CONTROL, site)}.>"}}
    ]


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
