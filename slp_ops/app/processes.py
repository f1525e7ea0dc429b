"""The engine that reads devices in worker processes of this computer.

This process owns the run: the order of the devices, the records, the rate of logins, the credential stop,
progress and notices. Workers write the captures into the folders of their devices.
"""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Final

from slp_ops.app.device_outcome import Outcome
from slp_ops.app.device_work import VisitFailed
from slp_ops.app.operator import AskOnce
from slp_ops.app.sessions import credentials_for, known_hosts_of
from slp_ops.app.worker import GivenCredential, WorkerConfiguration, WorkerTask
from slp_ops.credentials import required_credentials
from slp_ops.engine.pacing import LoginPacer
from slp_ops.engine.process_messages import InvalidMessage
from slp_ops.engine.process_pool import ProcessPool, WorkerCommand, WorkerDied
from slp_ops.errors import CredentialError
from slp_ops.json_documents import ShapeError, decode, encode
from slp_ops.model import DeviceFailure
from slp_ops.transport.hostkeys import LearnedKeys

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slp_ops.app.device_work import DeviceWork, Result, Task
    from slp_ops.app.operator import Operator
    from slp_ops.app.sessions import SessionOptions
    from slp_ops.inventory import Inventory
    from slp_ops.model import Device
    from slp_ops.ports import Credentials, OnEvent
    from slp_ops.runs import Run

# How often a device is read while the workers that read it die: one of the others may be the cause.
_ATTEMPTS: Final = 3
_ARGUMENTS: Final = (sys.executable, "-P", "-m", "slp_ops.app.worker")
_OWN_VARIABLES: Final = "SLP_OPS_"  # a worker gets its configuration otherwise, and no secret so


class Processes:
    """A ``DeviceEngine`` of worker processes."""

    detach: ClassVar[None] = None

    def __init__(
        self,
        inventory: Inventory,
        devices: Sequence[Device],
        connecting: SessionOptions,
        operator: Operator,
        *,
        processes: int,
    ) -> None:
        self._connecting = connecting
        self._processes = processes
        self._notice = AskOnce(operator).notice  # each worker would give it
        credentials = credentials_for(inventory, devices, ask=operator.ask)
        self._credentials = tuple(_given_credentials(credentials, devices))
        self._known_hosts = known_hosts_of(connecting, operator)
        self._learned = LearnedKeys(self._known_hosts, self._notice)
        self._pool: ProcessPool | None = None

    async def visit(self, work: DeviceWork[Task, Result], task: Task, run: Run, on_event: OnEvent) -> Result:
        """See ``DeviceEngine``. What a worker read before it died is not read again."""
        if self._pool is None:
            self._pool = self._start(run)
        device = task.device
        folder = run.folders[device.name]
        for attempt in range(1, _ATTEMPTS + 1):
            order = WorkerTask(work=work.name, folder=folder, task=encode(task))
            try:
                reply = await self._pool.run(encode(order), device.name, on_event)
            except WorkerDied as err:
                if attempt == _ATTEMPTS:
                    raise VisitFailed(_worker_died(err)) from None
                earlier = task.earlier.recovered(run.evidence.recover(folder))
                task = replace(task, earlier=earlier)  # type: ignore[type-var]
            except InvalidMessage as err:
                raise VisitFailed(_unfit(str(err))) from None
            else:
                return _result_of(work, reply)
        raise AssertionError("the last attempt returns or raises")

    async def close(self) -> None:
        """End the workers, and name the host keys that they learned."""
        try:
            if self._pool is not None:
                await self._pool.close()
        finally:
            self._learned.close()

    def _start(self, run: Run) -> ProcessPool:
        configuration = WorkerConfiguration(
            run=str(run.path.absolute()),
            mask_key=run.evidence.key.hex(),
            known_hosts=str(self._known_hosts.absolute()),
            host_key=self._connecting.host_key,
            sessions=self._connecting.workers,
            connect_timeout=self._connecting.connect_timeout,
            debug=self._connecting.debug,
            credentials=self._credentials,
        )
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith(_OWN_VARIABLES)
        }
        command = WorkerCommand(
            arguments=_ARGUMENTS,
            environment=environment,
            inherited=(run.lock,),
            configuration=encode(configuration),
        )
        return ProcessPool(
            command,
            self._processes,
            gate=LoginPacer(rate=self._connecting.login_rate),
            notice=self._notice,
            host_key_learned=self._learned.add,
        )


def _result_of(work: DeviceWork[Task, Result], reply: object) -> Result:
    try:
        return decode(Outcome, reply).result_of(work)
    except ShapeError as err:
        raise VisitFailed(_unfit(str(err))) from None


def _given_credentials(credentials: Credentials, devices: Sequence[Device]) -> list[GivenCredential]:
    """Return what a login with each credential uses, or why it cannot be used."""
    found = []
    for name, username in required_credentials(devices):
        try:
            found.append(GivenCredential.of(name, username, credentials.get(name, username)))
        except CredentialError as err:
            found.append(GivenCredential(name=name, requested=username, problem=err.message, hint=err.hint))
    return found


def _worker_died(err: WorkerDied) -> DeviceFailure:
    return DeviceFailure(
        kind="worker_died",
        message=f"the process that read this switch ended {_ATTEMPTS} times: {err}",
        hint="look at the memory of this computer; --processes 1 reads everything in one process",
    )


def _unfit(reason: str) -> DeviceFailure:
    return DeviceFailure(
        kind="defect",
        message=f"a defect of slp-ops: an invalid message of a worker process: {reason}",
        hint="read the switch with --processes 1, and report it",
    )
