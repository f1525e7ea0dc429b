"""A worker process: reads devices for its parent, ``slp-ops`` with ``--processes``.

It gets everything over the connection to its parent, writes nothing but captures, session logs and host keys,
and ends with the parent.
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from slp_ops.app.device_outcome import outcome_of
from slp_ops.app.device_work import DeviceTools
from slp_ops.app.works import work_of
from slp_ops.engine.pacing import Paced
from slp_ops.engine.worker_process import parent_socket, serve
from slp_ops.errors import CredentialError
from slp_ops.garbage import collect_rarely
from slp_ops.json_documents import as_is, decode, encode, json_document, json_field
from slp_ops.ports import SESSION_LOGS, Credential, Secret
from slp_ops.runs.run_writer import RunEvidence
from slp_ops.transport.factory import TransportSelector
from slp_ops.transport.hostkeys import HostKeyMode, HostKeys

if TYPE_CHECKING:
    from slp_ops.engine.worker_process import Parent
    from slp_ops.model import Device
    from slp_ops.ports import OnEvent, SessionLog


@json_document
class GivenCredential:
    """A credential in clear, or the problem with it. ``requested`` is the inventory's user name."""

    name: str
    requested: str | None
    username: str = ""
    password: str | None = None
    enable: str | None = None
    key: str | None = None
    passphrase: str | None = None
    agent: bool = False
    problem: str = ""
    hint: str = ""

    @classmethod
    def of(cls, name: str, requested: str | None, credential: Credential) -> GivenCredential:
        """Reveal a credential."""
        return cls(
            name=name,
            requested=requested,
            username=credential.username,
            password=_reveal(credential.password),
            enable=_reveal(credential.enable),
            key=credential.key,
            passphrase=_reveal(credential.passphrase),
            agent=credential.agent,
        )

    def credential(self) -> Credential:
        """Return the credential. Raises CredentialError."""
        if self.problem:
            raise CredentialError(self.problem, hint=self.hint)
        return Credential(
            username=self.username,
            password=_secret(self.password),
            enable=_secret(self.enable),
            key=self.key,
            passphrase=_secret(self.passphrase),
            agent=self.agent,
        )


@json_document
class WorkerConfiguration:
    """Configuration of a worker. ``run`` and ``known_hosts`` are paths; ``mask_key`` is hexadecimal."""

    schema: Literal["slp-ops/worker-configuration/1"] = "slp-ops/worker-configuration/1"
    run: str
    mask_key: str
    known_hosts: str
    host_key: HostKeyMode
    sessions: int
    connect_timeout: float
    debug: bool
    credentials: tuple[GivenCredential, ...]


@json_document
class WorkerTask:
    """A task, with the kind of work and the folder of its device in the run."""

    schema: Literal["slp-ops/worker-task/1"] = "slp-ops/worker-task/1"
    work: str
    folder: str
    task: Any = json_field(encoder=as_is)


class GivenCredentials:
    """The credentials that the parent has collected."""

    def __init__(self, given: tuple[GivenCredential, ...]) -> None:
        self._given = {(each.name, each.requested): each for each in given}

    def get(self, name: str, username: str | None) -> Credential:
        """Return a credential. Raises CredentialError."""
        given = self._given.get((name, username))
        if given is None:
            raise KeyError(name)  # the parent has sent those of every device
        return given.credential()


class TaskRunner:
    """Does the tasks of one worker."""

    def __init__(self, configuration: WorkerConfiguration, parent: Parent) -> None:
        self._evidence = RunEvidence(Path(configuration.run), key=bytes.fromhex(configuration.mask_key))
        host_keys = HostKeys(
            Path(configuration.known_hosts), configuration.host_key, parent.notice, parent.host_key_learned
        )
        transport = TransportSelector(
            credentials=GivenCredentials(configuration.credentials),
            host_keys=host_keys,
            workers=configuration.sessions,
            connect_timeout=configuration.connect_timeout,
            hop_gate=parent,
        )
        self._transport = Paced(transport, parent)
        self._folders: dict[str, str] = {}

    def session_log(self, device: Device) -> SessionLog:
        """Open the log of a session of a device at work."""
        return self._evidence.session_log(self._folders[device.name])

    async def run(self, task: Any, on_event: OnEvent) -> Any:
        """See ``TaskHandler``."""
        order = decode(WorkerTask, task)
        work = work_of(order.work)
        wanted = decode(work.task, order.task)
        evidence = self._evidence.folder(order.folder)
        self._folders[wanted.device.name] = order.folder
        tools = DeviceTools(transport=self._transport, evidence=evidence, on_event=on_event)
        try:
            return encode(await outcome_of(work, wanted, tools))
        finally:
            del self._folders[wanted.device.name]

    async def close(self) -> None:
        """See ``TaskHandler``."""
        await self._transport.close()


def configure(configuration: Any, parent: Parent) -> TaskRunner:
    """Return the runner of this process."""
    wanted = decode(WorkerConfiguration, configuration)
    runner = TaskRunner(wanted, parent)
    if wanted.debug:
        SESSION_LOGS.set(runner.session_log)
    return runner


def main() -> None:
    """Serve the parent at the other end of standard input."""
    collect_rarely()
    asyncio.run(serve(parent_socket(), configure))
    os._exit(0)  # a thread that still hangs is not waited for


def _reveal(secret: Secret | None) -> str | None:
    return None if secret is None else secret.reveal()


def _secret(text: str | None) -> Secret | None:
    return None if text is None else Secret(text)


if __name__ == "__main__":
    main()
