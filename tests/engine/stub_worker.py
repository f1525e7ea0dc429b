"""A worker process whose tasks are orders of a test: run by test_process_pool.py."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from typing import TYPE_CHECKING, Any

from slp_ops.engine.pacing import LoginEnd
from slp_ops.engine.worker_process import parent_socket, serve
from slp_ops.errors import CredentialStopped, HopFailed
from slp_ops.ports import ProgressEvent

if TYPE_CHECKING:
    from slp_ops.engine.worker_process import Parent
    from slp_ops.ports import OnEvent


class Handler:
    def __init__(self, configuration: Any, parent: Parent) -> None:
        self._configuration = configuration
        self._parent = parent

    async def run(self, task: Any, on_event: OnEvent) -> Any:
        match task["do"]:
            case "describe":
                on_event(ProgressEvent(device="x", what="running", detail="describe"))
                await asyncio.sleep(0.25)
                return {
                    "pid": os.getpid(),
                    "configuration": self._configuration,
                    "arguments": sys.argv,
                    "secrets": [name for name in os.environ if name.startswith("SLP_OPS_")],
                }
            case "answer":
                return "x" * task["bytes"]
            case "die":
                os.kill(os.getpid(), signal.SIGKILL)
            case "exit":
                os._exit(7)
            case "say":
                os.write(int(task["to"]), bytes.fromhex(task["bytes"]))
                await asyncio.sleep(60)
            case "wait":
                try:
                    await asyncio.sleep(60)
                finally:
                    self._parent.notice("stopped")
            case "log in":
                try:
                    login = await self._parent.admit("ro")
                except CredentialStopped as err:
                    return err.message
                login.made = True
                await asyncio.sleep(0.01)
                await login.finish(LoginEnd(task["end"]))
                return "tried"
            case "log in to hop":
                try:
                    async with self._parent.hop_login("netops@192.0.2.1:22:default"):
                        self._parent.notice("tried")
                        await asyncio.sleep(0.01)
                        if task["end"] == "failed":
                            raise HopFailed("jump host 192.0.2.1: refused", hint="look")
                        if task["end"] == "die":
                            os.kill(os.getpid(), signal.SIGKILL)
                except HopFailed as err:
                    return f"{err.message} ({err.hint})"
                return "opened"
        return None

    async def close(self) -> None:
        """Close nothing."""


if __name__ == "__main__":
    asyncio.run(serve(parent_socket(), Handler))
