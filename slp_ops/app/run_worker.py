"""Start a worker of a site with its own inventory, credentials and limits."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from slp_ops.app.audit_device import AuditOptions
from slp_ops.app.change.parameters import load_playbooks
from slp_ops.app.cluster_extra import require_cluster
from slp_ops.app.loop import run_to_end
from slp_ops.app.operator import AskOnce
from slp_ops.app.sessions import by_name, credentials_for
from slp_ops.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from slp_ops.app.operator import Operator
    from slp_ops.app.selection import DeviceSelection
    from slp_ops.app.sessions import SessionOptions
    from slp_ops.playbook import Risk
    from slp_ops.transport.known_hosts import Key

# Until the notice of a state that lasts, such as a full disk of the hub, is repeated: each visit gives it.
_SILENCE: Final = 600.0  # seconds
_JOURNALS: Final = "site-changes"  # in the state directory: the journals of the changes of each worker


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerRequest:
    """Request for a worker. ``access`` is the folder of its key; None is where ``join`` wrote it.

    ``allow`` is the highest risk of a change that it makes; rules and playbooks of the folders are installed
    at the worker, beside the packaged ones.
    ``saves_usage``: it may save the usage reports of its switches, for ``slp-ops usage save --hub``;
    ``imports_usage``: it may import acknowledgements on them, for ``slp-ops usage import --hub``.
    """

    site: str
    access: Path | None
    target: DeviceSelection
    connecting: SessionOptions
    allow: Risk
    rules_dir: Path | None = None
    playbooks_dir: Path | None = None
    saves_usage: bool = False
    imports_usage: bool = False


def run(request: WorkerRequest, operator: Operator) -> None:
    """Visit switches for a hub until a stopping signal comes.

    Raises InputError, CredentialError, HubError, StoreError.
    """
    require_cluster()
    from slp_ops.app.join_hub import folder_of
    from slp_ops.cluster.access_folder import read_address, read_approvers

    folder = request.access or folder_of(request.site)
    address = read_address(
        folder, hint="slp-ops worker join writes it, with a code of 'slp-ops hub site add'"
    )
    if address.site != request.site:
        raise InputError(f"{folder} is of a worker of site {address.site}, not of {request.site}")
    inventory, devices = request.target.choose(operator)
    credentials = credentials_for(inventory, devices, ask=operator.ask)
    del inventory  # it may be that of the whole network, and the worker needs its own site's switches
    # Imported into the memory that reading the inventory took.
    from slp_ops.app.remediate import Wanted
    from slp_ops.app.rule_options import knowledge_of
    from slp_ops.app.site_changes import forget_finished
    from slp_ops.app.site_credentials import secret_ids
    from slp_ops.app.site_hops import SiteHops
    from slp_ops.app.site_policy import ChangePolicy
    from slp_ops.app.site_worker import ChangeSettings, WorkerSettings, serve
    from slp_ops.paths import state_dir
    from slp_ops.runs.mask_key import mask_key

    key = mask_key()
    knowledge = knowledge_of(request.rules_dir)
    playbooks = load_playbooks(request.playbooks_dir, [rule.id for rule in knowledge.rules])
    journals = state_dir() / _JOURNALS / address.holder
    forget_finished(journals)
    claimed: dict[tuple[str, int], Key] = {}
    hops = SiteHops()
    transport = by_name(credentials, request.connecting, operator, claimed=claimed, hop_gate=hops)
    limits = [device.max_sessions for device in devices if device.max_sessions is not None]
    settings = WorkerSettings(
        site=request.site,
        devices={device.name: device for device in devices},
        transport=transport,
        claimed_keys=claimed,
        hops=hops,
        login_rate=request.connecting.login_rate,
        secret_ids=secret_ids(credentials, devices, key),
        mask_key=key,
        max_sessions=min([request.connecting.workers, *limits]),
        notice=AskOnce(operator, silence=_SILENCE).notice,
        changes=ChangeSettings(
            policy=ChangePolicy(
                approvers=read_approvers(folder),
                allow=request.allow,
                wanted=Wanted(playbooks=playbooks, audit_options=AuditOptions(knowledge=knowledge)),
                folder=journals,
                imports_usage=request.imports_usage,
            ),
            transport=transport,
        ),
        copying=transport if request.saves_usage else None,
    )
    with suppress(KeyboardInterrupt):
        run_to_end(serve(folder, address, settings))
