"""The engine that has devices visited by workers near the sites, over a hub.

It looks for the workers, builds the task of each device, signs those that need an approval in advance, and
has a device visited again whose worker was stopped. ``hub_session`` has the connection.
"""

from __future__ import annotations

import asyncio
import secrets
from base64 import b64encode
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from slp_ops.app.device_work import EarlierPart, VisitFailed
from slp_ops.app.hub_session import HubSession, rejected_evidence
from slp_ops.app.loop import run_to_end
from slp_ops.app.operator import AskOnce
from slp_ops.app.worker_answers import result_in
from slp_ops.cluster.access_folder import find_access, read_signing_key, validity_of_access
from slp_ops.cluster.approval import Approval, digest_of, sign
from slp_ops.cluster.authority import ENDS_SOON
from slp_ops.cluster.broker import LiveWorker, live_workers
from slp_ops.cluster.connection import RENEW, connected
from slp_ops.cluster.ledger_store import begin_counts
from slp_ops.cluster.messages import TaskMessage
from slp_ops.errors import HubError
from slp_ops.i18n import pluralize
from slp_ops.json_documents import ShapeError, encode
from slp_ops.model import DeviceFailure
from slp_ops.runs.mask_key import key_id
from slp_ops.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from slp_ops.app.device_work import DeviceWork, Result, Task
    from slp_ops.app.operator import Operator
    from slp_ops.app.sessions import SessionOptions
    from slp_ops.cluster.access_folder import HubAddress
    from slp_ops.cluster.approval import SignedApproval
    from slp_ops.model import Device
    from slp_ops.ports import OnEvent
    from slp_ops.runs import Run

# How often a device is visited whose worker was stopped in it.
_ATTEMPTS: Final = 3
# How long a task that was approved in advance may wait for its turn.
_APPROVED_FOR: Final = timedelta(days=1)
_LARGEST_EARLIER: Final = 700_000  # characters of what a run has of a device: a task is one message
_TOO_LATE: Final = (
    "slp-ops hub status shows the workers; on a computer near the site: slp-ops worker --site {}"
)


class Cluster:
    """A ``DeviceEngine`` of workers near the sites."""

    def __init__(
        self,
        hub: Path,
        devices: Sequence[Device],
        connecting: SessionOptions,
        operator: Operator,
        *,
        approves: bool = False,
    ) -> None:
        """Find the workers of the devices' sites. A run begins: no credential of these is stopped any more.

        ``approves``: tasks that need it are signed. Raises InputError, also where this operator cannot do
        that, and HubError where the hub is not reached or no site has a worker.
        """
        self._folder, self._address = find_access(hub)
        self._signing_key = read_signing_key(self._folder) if approves else None
        self._debug = connecting.debug
        self._notice = AskOnce(operator).notice
        until = validity_of_access(self._folder)[1]
        if until - datetime.now(UTC) < ENDS_SOON:
            self._notice(f"your access to the hub in {self._folder} ends on {until:%Y-%m-%d}: {RENEW}")
        self._sites = sites = Counter(device.site for device in devices)
        self._workers = run_to_end(_workers_at(self._folder, self._address, sites))
        for worker in self._workers:
            if worker.site in sites and worker.is_clock_wrong:
                self._notice(
                    f"the clock of worker {worker.holder} of site {worker.site} differs from that of the hub "
                    f"by {worker.clock_offset:+.0f} s: times in its captures are wrong until it is set (NTP)"
                )
        missing = [site for site in sites if not self._at(site)]
        for site in missing:
            message = f"site {site} has no worker: {pluralize(sites[site], 'switch')} cannot be visited"
            if len(missing) == len(sites):
                raise HubError(message, hint=_TOO_LATE.format(site))
            self._notice(message)
        self._session: HubSession | None = None
        self._connecting = asyncio.Lock()
        self._is_leaving = False

    async def visit(self, work: DeviceWork[Task, Result], task: Task, run: Run, on_event: OnEvent) -> Result:
        """See ``DeviceEngine``."""
        device = task.device
        if reason := self._unfit(device, work.name):
            raise VisitFailed(reason)
        async with self._connecting:
            if self._session is None:
                self._session = await HubSession.open(self._folder, self._address, run, self._notice)
                if self._is_leaving:
                    self._session.leave()
        for attempt in range(_ATTEMPTS):
            earlier = ""
            if task.earlier.captures:
                earlier = b64encode(run.device(device).archived()).decode()
                if len(earlier) > _LARGEST_EARLIER:  # it is read again as a whole
                    earlier, task = "", replace(task, earlier=EarlierPart())  # type: ignore[type-var]
            document = encode(work.for_hub(task))
            order = TaskMessage(
                run=run.id,
                device=device.name,
                work=work.name,
                folder=run.folders[device.name],
                taken=tuple(run.device(device).file_names()) if attempt or run.is_resumed else (),
                earlier=earlier,
                mask_key=key_id(run.evidence.key),
                debug=self._debug,
                approval=self._approval(work, task, run.id, document),
                task=document,
            )
            outcome = await self._session.visit(device, order, on_event, gives_files=work.gives_files)
            if outcome is not None:
                try:
                    return result_in(outcome, work, device)
                except ShapeError as err:
                    raise VisitFailed(rejected_evidence(device.site, str(err))) from None
            part = task.earlier.recovered(run.evidence.recover(order.folder))
            task = replace(task, earlier=part)  # type: ignore[type-var]
        raise VisitFailed(
            DeviceFailure(
                kind="worker_stopped",
                message=f"the worker was stopped {_ATTEMPTS} times while it visited this switch",
                hint="read the rest with --resume last",
            )
        )

    def _approval(
        self, work: DeviceWork[Task, Result], task: Task, run: str, document: object
    ) -> SignedApproval | None:
        """Return the approval of a task that needs one in advance."""
        if work.approved_plan is None:
            return None
        if self._signing_key is None:
            raise ValueError(f"a task of {work.name} without an approval")
        approval = Approval(
            id=secrets.token_hex(16),
            change="",
            run=run,
            site=task.device.site,
            device=task.device.name,
            serials=work.approved_plan(task).serials,
            task=digest_of(work.name, document, debug=self._debug),
            claim="",
            worker="",
            number=0,
            expires=datetime.now(UTC) + _APPROVED_FOR,
        )
        return sign(approval, self._signing_key)

    def detach(self) -> None:
        """See ``DeviceEngine``. What is not submitted yet is submitted first."""
        self._is_leaving = True
        if self._session is not None:
            self._session.leave()

    async def close(self) -> None:
        """Leave the hub, and remove the run from it unless workers continue."""
        if self._session is not None:
            await self._session.close()

    def _at(self, site: str) -> list[LiveWorker]:
        return [worker for worker in self._workers if worker.site == site]

    def name_missing_permissions(self, work: str) -> None:
        """Give notice of the workers that are not permitted to do what is asked for later."""
        for worker in self._workers:
            if worker.site in self._sites and _is_not_permitted(worker, work):
                self._notice(
                    f"worker {worker.holder} of site {worker.site} is not permitted to do {work}: "
                    f"start each worker of the site with the option --{work}"
                )

    def _unfit(self, device: Device, work: str) -> DeviceFailure | None:
        """Return why no task is submitted for a device."""
        workers = self._at(device.site)
        if not workers:
            return DeviceFailure(
                kind="no_worker",
                message=f"not tried: site {device.site} has no worker",
                hint=_TOO_LATE.format(device.site),
            )
        old = [worker for worker in workers if work not in worker.beat.works]
        if old and _is_not_permitted(old[0], work):
            return DeviceFailure(
                kind="not_permitted",
                message=f"not tried: worker {old[0].holder} of site {device.site} is not permitted "
                f"to do {work}",
                hint=f"start each worker of the site with the option --{work}",
            )
        if old:
            return DeviceFailure(
                kind="old_worker",
                message=f"not tried: worker {old[0].holder} of site {device.site} is slp-ops "
                f"{old[0].beat.version}, which does not know the work {work}",
                hint="use the same release at every worker and here",
            )
        return None


def _is_not_permitted(worker: LiveWorker, work: str) -> bool:
    """Return whether a worker of this release does not do a work: its owner has to permit it."""
    return work not in worker.beat.works and worker.beat.version == __version__


async def _workers_at(folder: Path, address: HubAddress, sites: Iterable[str]) -> list[LiveWorker]:
    async with connected(folder, address) as client:
        js = client.jetstream()
        found = await live_workers(js)
        await asyncio.gather(*(begin_counts(js, site) for site in {each.site for each in found} & set(sites)))
        return found
