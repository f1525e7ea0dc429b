"""Known host keys: one check for both transports and for every jump host.

The file has the form of OpenSSH's ``known_hosts`` (``[host]:port type base64``), so that what
``ssh-keyscan`` prints may be added to it. It is our own and is read and appended under a lock, so that
several runs may share it.
"""

from __future__ import annotations

import base64
import fcntl
import hashlib
import os
import threading
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from slp_ops.errors import HostKeyChanged, HostKeyUnknown, InputError, Problem, StoreError
from slp_ops.ports import SECRET_OFFER

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import BinaryIO

    from slp_ops.model import Device

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


class HostKeyMode(StrEnum):
    """Policy for an unknown key. A changed key is refused unless the check is off."""

    STRICT = "strict"
    TOFU = "tofu"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Key:
    """A public host key as SSH writes it. An RSA key has one type, however it signs."""

    type: str
    blob: bytes

    @property
    def fingerprint(self) -> str:
        """Return the fingerprint as ``ssh`` prints it."""
        digest = base64.b64encode(hashlib.sha256(self.blob).digest()).decode().rstrip("=")
        return f"{self.type} SHA256:{digest}"


def known_as(device: Device) -> str:
    """The host by which a device's key is filed: behind a jump host an address is only its own network's."""
    return f"{device.host}@{device.jump[-1].host}" if device.jump else device.host


def check_of(host_keys: HostKeys, device: Device) -> Callable[[Key], None]:
    """Return the check of a device's key. A key that passes it is followed by the login's secret."""
    offer = SECRET_OFFER.get()

    def check(key: Key) -> None:
        host_keys.check(device.name, known_as(device), device.port, key)
        if offer is not None:
            offer.made = True

    return check


class HostKeys:
    """The keys on file, and the decision about one that a switch shows now."""

    def __init__(self, path: Path, mode: HostKeyMode) -> None:
        self._path = path
        self._mode = mode
        self._lock = threading.Lock()
        self._known: dict[str, Key] = {}
        self._read_to = 0  # how far the file was read, in bytes: others may append to it meanwhile

    def check(self, name: str, host: str, port: int, key: Key) -> None:
        """Accept the key, or raise HostKeyChanged or HostKeyUnknown, in which ``name`` is the switch's.

        On first use the key is written to the file. Raises StoreError when that fails.
        """
        if self._mode is HostKeyMode.OFF:
            return
        place = f"[{host}]:{port}"
        with self._lock:
            known = self._read()
            before = known.get(place)
            if before is None and self._mode is HostKeyMode.TOFU:
                before = self._learn(place, key)
        if before is None:
            raise HostKeyUnknown(
                f"no host key is on file for {name} ({host} port {port}); it shows {key.fingerprint}",
                hint="compare it with what 'show ip ssh' prints on the switch's console, then add it, "
                f"as ssh-keyscan prints it, to {self._path}",
            )
        if before.blob != key.blob:
            raise HostKeyChanged(
                f"the host key of {name} ({host} port {port}) has changed: "
                f"on file {before.fingerprint}, now {key.fingerprint}",
                hint="the connection may be intercepted; if the switch was replaced or its keys were made "
                "anew, "
                f"remove the line {place} from {self._path}",
            )

    def preferred(self, host: str, port: int, offered: tuple[str, ...]) -> tuple[str, ...]:
        """The key types to ask for, the one on file first: a switch with several keys must show the same."""
        with self._lock:
            before = self._read().get(f"[{host}]:{port}") if self._mode is not HostKeyMode.OFF else None
        if before is None:
            return offered
        first = tuple(kind for kind in offered if _same_key(kind, before.type))
        return (*first, *(kind for kind in offered if kind not in first))

    def _read(self) -> dict[str, Key]:
        """Return the stored keys, including those added by other processes."""
        try:
            if self._path.stat().st_size > self._read_to:
                with self._path.open("rb") as file:
                    self._take_in(file)
        except FileNotFoundError:
            pass
        except OSError as err:
            raise StoreError(
                f"cannot read {self._path}: {err.strerror}", hint="name another file with --known-hosts"
            ) from err
        return self._known

    def _take_in(self, file: BinaryIO) -> None:
        file.seek(self._read_to)
        data = file.read()
        self._known |= _parse(data.decode("utf-8", "replace"), str(self._path))
        self._read_to += len(data)

    def _learn(self, place: str, key: Key) -> Key:
        """Write a first key, unless another process was faster; gives the key that is on file now."""
        line = f"{place} {key.type} {base64.b64encode(key.blob).decode()}\n".encode()
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with self._path.open("a+b") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                self._take_in(file)
                if place not in self._known:
                    if _ends_within_a_line(file):
                        line = b"\n" + line
                    file.write(line)
                    self._known[place] = key
                    self._read_to += len(line)
        except OSError as err:
            raise StoreError(
                f"cannot write the host key of {place} to {self._path}: {err.strerror}",
                hint="name another file with --known-hosts",
            ) from err
        return self._known[place]


def _same_key(algorithm: str, key_type: str) -> bool:
    """Return whether a signature algorithm uses a key of that type: RSA keys have three."""
    return algorithm == key_type or (key_type == "ssh-rsa" and algorithm.startswith("rsa-sha2-"))


def _ends_within_a_line(file: BinaryIO) -> bool:
    """Return whether the last line lacks its line end."""
    if file.seek(0, os.SEEK_END) == 0:
        return False
    file.seek(-1, os.SEEK_END)
    return file.read(1) != b"\n"


def _places(names: str) -> list[str]:
    """Each ``[host]:port`` of a line's first word; without a port, as ``ssh-keyscan`` writes 22."""
    return [name if name.startswith(("[", "|")) else f"[{name}]:22" for name in names.split(",")]


def _parse(text: str, path: str) -> dict[str, Key]:
    known: dict[str, Key] = {}
    problems: list[Problem] = []
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        try:
            names, key_type, encoded = words[:3]
            key = Key(key_type, base64.b64decode(encoded, validate=True))
            known |= dict.fromkeys(_places(names), key)
        except ValueError:
            problems.append(
                Problem(
                    path=path,
                    line=number,
                    message="this is no host key",
                    expected="'[host]:port type base64'",
                )
            )
    if problems:
        raise InputError(tuple(problems), hint="correct or remove these lines")
    return known
