"""Host keys: one check for both transports and for every jump host, on the keys of ``known_hosts``."""

from __future__ import annotations

import threading
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from slp_ops.errors import HostKeyChanged, HostKeyRevoked, HostKeyUnknown
from slp_ops.ports import SECRET_OFFER
from slp_ops.transport.known_hosts import AUTHORITY, REVOKED, KnownHosts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from slp_ops.model import Device
    from slp_ops.transport.known_hosts import Entry, Key

# What is offered to a switch, best first. ``ssh-rsa`` signs with SHA-1 and is added for legacy_ssh only.
MODERN_KEY_TYPES: Final = (
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "rsa-sha2-512",
    "rsa-sha2-256",
)
LEGACY_KEY_TYPES: Final = (*MODERN_KEY_TYPES, "ssh-rsa")
# New keys with a line of their own; of more, only their number is printed.
_LISTED: Final = 5


class HostKeyUnclaimed(HostKeyUnknown):
    """A first key that is to be compared with what other computers have met, before a secret is sent."""

    def __init__(self, switch: str, host: str, port: int, key: Key) -> None:
        super().__init__(
            f"the first host key of {switch} is not compared with the site's yet: {key.fingerprint}",
            hint="run the same command again",
        )
        self.host, self.port, self.key = host, port, key


class HostKeyMode(StrEnum):
    """Policy for an unknown key. A changed key is refused unless the check is off."""

    STRICT = "strict"
    TOFU = "tofu"
    OFF = "off"


def known_as(device: Device) -> str:
    """The host by which a device's key is filed: behind a jump host an address is only its own network's."""
    return f"{device.host}@{device.jump[-1].host}" if device.jump else device.host


def check_of(host_keys: HostKeys, device: Device) -> Callable[[Key], None]:
    """Return the check of a device's key. A key that passes it is followed by the login's secret."""
    offer = SECRET_OFFER.get()

    def check(key: Key) -> None:
        host_keys.check(device.name, known_as(device), device.port, key, is_device=True)
        if offer is not None:
            offer.made = True

    return check


def _ignore(notice: str) -> None:
    """Take no notice."""


class LearnedKeys:
    """Names the keys that a run has added to the file. Thread-safe."""

    def __init__(self, path: Path, notice: Callable[[str], None]) -> None:
        self._path = path
        self._notice = notice
        self._learned: set[str] = set()

    def add(self, text: str) -> None:
        """Take a key, as the name of its switch and its fingerprint."""
        self._learned.add(text)

    def close(self) -> None:
        """Name the keys, or their number."""
        learned, self._learned = sorted(self._learned), set()
        if len(learned) > _LISTED:
            self._notice(f"{len(learned)} new host keys were trusted on first use and added to {self._path}")
            return
        for each in learned:
            self._notice(f"new host key, trusted on first use: {each}")


class HostKeys:
    """The stored keys, and the decision about a key that a switch presents.

    ``notice`` receives sentences for the operator: damaged lines, and, when the run closes, new keys. Where
    ``learned`` is given, it receives each new key at once instead. With ``claimed``, the first key of a
    device is learned only where it is the claimed one of its host and port; see ``HostKeyUnclaimed``.
    """

    def __init__(
        self,
        path: Path,
        mode: HostKeyMode,
        notice: Callable[[str], None] = _ignore,
        learned: Callable[[str], None] | None = None,
        *,
        claimed: Mapping[tuple[str, int], Key] | None = None,
    ) -> None:
        self._file = KnownHosts(path, notice)
        self._mode = mode
        self._claimed = claimed
        self._lock = threading.Lock()
        self._learned = LearnedKeys(path, notice)
        self._report_learned = learned or self._learned.add

    def check(self, name: str, host: str, port: int, key: Key, *, is_device: bool = False) -> None:
        """Accept the key of the switch ``name``, or raise HostKeyChanged, HostKeyRevoked or HostKeyUnknown.

        On first use the key is added to the file. Raises StoreError when that fails.
        """
        if self._mode is HostKeyMode.OFF:
            return
        switch = f"{name} ({host} port {port})"
        with self._lock:
            entries = self._file.entries(host, port)
            if self._mode is HostKeyMode.TOFU and _may_be_learned(key, entries):
                if is_device:
                    self._compare(switch, host, port, key)
                entries = self._file.add(host, port, key)
                self._report_learned(f"{switch}: {key.fingerprint}")
        if _is_revoked(key, entries):
            raise HostKeyRevoked(
                f"the host key of {switch} is revoked: {key.fingerprint}",
                hint=f"{self._file.path} has it as {REVOKED}; generate new keys on the switch",
            )
        known = _keys(entries)
        if any(each.blob == key.blob for each in known):
            return
        if known:
            stored = ", ".join(each.fingerprint for each in known)
            raise HostKeyChanged(
                f"the host key of {switch} has changed: on file {stored}, now {key.fingerprint}",
                hint="the connection may be intercepted; if the switch was replaced or its keys were "
                "generated again, "
                f"remove the line [{host}]:{port} from {self._file.path}",
            )
        certified = any(entry.marker == AUTHORITY for entry in entries)
        raise HostKeyUnknown(
            f"no host key is on file for {switch}; it shows {key.fingerprint}"
            + (
                f". The file has a {AUTHORITY} for it, but switches have no certificates" if certified else ""
            ),
            hint="compare it with what 'show ip ssh' prints on the switch's console, then add it, "
            f"as ssh-keyscan prints it, to {self._file.path}",
        )

    def _compare(self, switch: str, host: str, port: int, key: Key) -> None:
        """Compare a first key with the claimed one, which can only refuse it."""
        if self._claimed is None:
            return
        claimed = self._claimed.get((host, port))
        if claimed is None:
            raise HostKeyUnclaimed(switch, host, port, key)
        if claimed.blob != key.blob:
            raise HostKeyChanged(
                f"the host key of {switch} differs from the key that another worker of the site has met: "
                f"there {claimed.fingerprint}, here {key.fingerprint}",
                hint="one of the connections may be intercepted; if the switch was replaced or its keys were "
                f"generated again, on the hub: slp-ops hub site forget-key SITE {host} --port {port}",
            )

    def preferred(self, host: str, port: int, offered: tuple[str, ...]) -> tuple[str, ...]:
        """The key types to ask for, those on file first: a switch with several keys must show the same."""
        if self._mode is HostKeyMode.OFF:
            return offered
        with self._lock:
            known = _keys(self._file.entries(host, port))
        if not known and self._claimed and (claimed := self._claimed.get((host, port))):
            known = [claimed]
        first = tuple(kind for kind in offered if any(_same_key(kind, each.type) for each in known))
        return (*first, *(kind for kind in offered if kind not in first))

    def close(self) -> None:
        """Name the new keys, and let them outlive a power failure."""
        with self._lock:
            self._file.sync()
        self._learned.close()


def _keys(entries: Sequence[Entry]) -> list[Key]:
    return [entry.key for entry in entries if not entry.marker]


def _is_revoked(key: Key, entries: Sequence[Entry]) -> bool:
    return any(entry.marker == REVOKED and entry.key.blob == key.blob for entry in entries)


def _may_be_learned(key: Key, entries: Sequence[Entry]) -> bool:
    """Return whether a host is unknown: no key and no certificate authority is on file for it."""
    return all(entry.marker == REVOKED for entry in entries) and not _is_revoked(key, entries)


def _same_key(algorithm: str, key_type: str) -> bool:
    """Return whether a signature algorithm uses a key of that type: RSA keys have three."""
    return algorithm == key_type or (key_type == "ssh-rsa" and algorithm.startswith("rsa-sha2-"))
