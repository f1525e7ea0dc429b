"""One simulated switch: its state, and everything that changes it. No I/O, no waiting.

The shell asks a Switch what to print and passes it what was typed; the server asks it whether it is up. Every
screen settles it before it is drawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from slp_ops.lab import agent, archive, files, network
from slp_ops.lab.state import SwitchState

if TYPE_CHECKING:
    from slp_ops.lab.world import Reach, Resolution


@dataclass(kw_only=True)
class Switch(SwitchState):
    """A switch with its agent, archive, files and network."""

    def configure(self, line: str, under: tuple[str, ...] = (), *, user: str = "netops") -> None:
        """Take one full configuration line in the mode named by the lines of ``under``."""
        self.settle()
        self.config.apply(line, under)
        self.last_change, self.changed_by = self.now(), user
        agent.configured(self, line)

    # Time.

    def settle(self) -> None:
        """Let everything happen that was due until now: boots, reverts, the agent's work."""
        if self.back_at is not None and self.now() >= self.back_at:
            archive.boot(self)
        network.settle_clock(self)
        archive.settle(self)
        agent.settle(self)

    def reload(self, reason: str = "Reload Command") -> float:
        """Go down; gives the downtime in simulated seconds. It is back when ``is_down`` says so."""
        return archive.reload(self, reason)

    # The network as seen from here.

    def resolve(self, name: str, vrf: str = "") -> Resolution:
        """Look a name up as IOS does: literal, ``ip host``, cache, then the name servers."""
        return network.resolve(self, name, vrf)

    def connect(self, address: str, port: int | None, *, vrf: str = "", source: str = "") -> Reach:
        """Return the result of a TCP connection (or, without a port, a ping) from this switch."""
        return network.connect(self, address, port, vrf=vrf, source=source)

    # Licence exec commands: each gives the text that IOS prints. The rest are functions of
    # ``licence_exec``, ``files``, ``trustpool`` and ``archive``, which take the switch first.

    def trust_idtoken(self, token: str, scope: str, *, force: bool = False) -> str:
        """``license smart trust idtoken TOKEN {local|all} [force]``."""
        return agent.trust_idtoken(self, token, scope, force=force)

    def sync(self, scope: str) -> str:
        """``license smart sync {all|local}``."""
        return agent.sync(self, scope)

    def save_usage(self, selection: str, argument: str, path: str) -> str:
        """``license smart save usage {all|days N|rum-id ID|unreported} file PATH``."""
        return files.save_usage(self, selection, argument, path)

    def import_file(self, path: str) -> str:
        """``license smart import PATH``."""
        return files.import_file(self, path)

    def factory_reset(self) -> str:
        """``license smart factory reset``: pending until the reload."""
        return agent.factory_reset(self)
