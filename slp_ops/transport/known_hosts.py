"""The file of host keys, in the form of OpenSSH's ``known_hosts`` (sshd(8)).

It is our own file. Several runs may read and extend it at the same time: a line is appended under a lock, and
whole or not at all. Each line is one entry; a name may be a pattern (``*``, ``?``, ``!``) or a hash:

    [192.0.2.11]:22 ssh-ed25519 AAAA...            a key
    @revoked * ssh-rsa AAAA...                     a key that is refused
    @cert-authority *.example.com ssh-rsa AAAA...  certificates, which switches do not have
"""

from __future__ import annotations

import base64
import fcntl
import hashlib
import hmac
import os
import re
import stat
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from slp_ops.errors import StoreError
from slp_ops.paths import make_private
from slp_ops.ports import StandingNotice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

REVOKED: Final = "@revoked"
AUTHORITY: Final = "@cert-authority"
_MARKERS: Final = (REVOKED, AUTHORITY)
_SSH_PORT: Final = 22
# Fields of a key, the type included; a torn line may end between two of them.
_FIELDS: Final = {"ssh-rsa": 3, "ssh-dss": 5, "ssh-ed25519": 2}
_FEWEST_FIELDS: Final = 3
# Ten thousand switches have a file of a few megabytes.
_LARGEST: Final = 64 << 20
_NAMED_LINES: Final = 3
_CACHED: Final = 1 << 14
_SHA1_SIZE: Final = 20


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


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: its marker, if any, the names that it is for, and the key."""

    marker: str
    names: tuple[str, ...]
    key: Key

    @property
    def exact_names(self) -> tuple[str, ...]:
        """Return the names if each is one host; empty for a pattern or a hash."""
        has_pattern = any(name[0] in "|!" or "*" in name or "?" in name for name in self.names)
        return () if has_pattern else self.names

    def matches(self, candidates: tuple[str, ...]) -> bool:
        """Return whether the entry is for a host, given the names that it may have in the file."""
        found = False
        for name in self.names:
            if name.startswith("|"):
                return any(_is_hash_of(name, candidate) for candidate in candidates)
            pattern = _pattern(name.removeprefix("!"))
            if any(pattern.fullmatch(candidate) for candidate in candidates):
                if name.startswith("!"):
                    return False
                found = True
        return found


@dataclass(slots=True)
class _Content:
    """Entries of the part of the file that was read."""

    size: int = 0  # bytes of the whole lines
    lines: int = 0
    tail: bytes = b""  # a last line without its end
    exact: dict[str, list[Entry]] = field(default_factory=dict)
    others: list[Entry] = field(default_factory=list)
    damaged: list[int] = field(default_factory=list)

    def take(self, data: bytes) -> None:
        """Take in what follows the whole lines that were read."""
        whole = data.rfind(b"\n") + 1
        for line in data[:whole].splitlines():
            self.lines += 1
            self._take_line(line, self.lines)
        self.size += whole
        self.tail = data[whole:]
        if self.tail:
            self._take_line(self.tail, self.lines + 1)

    def _take_line(self, line: bytes, number: int) -> None:
        if not is_entry(line):
            return
        entry = parse_entry(line)
        if entry is None:
            if number not in self.damaged:
                self.damaged.append(number)
            return
        names = entry.exact_names
        for entries in [self.exact.setdefault(name, []) for name in names] if names else [self.others]:
            if entry not in entries:
                entries.append(entry)

    def of(self, host: str, port: int) -> list[Entry]:
        names = _names(host, port)
        exact = [entry for name in names for entry in self.exact.get(name, ())]
        return exact + [entry for entry in self.others if entry.matches(names)]


class KnownHosts:
    """The file. ``notice`` receives a sentence about damaged lines. Not thread-safe."""

    def __init__(self, path: Path, notice: Callable[[str], None]) -> None:
        self.path = path
        self._notice = notice
        self._content = _Content()
        self._seen = (-1, -1, -1)  # inode, size and time of the file that was read
        self._noticed: set[int] = set()
        self._is_extended = False

    def entries(self, host: str, port: int) -> list[Entry]:
        """Return the entries of a host, including those that other processes added. Raises StoreError."""
        try:
            found = self.path.stat()
            if _identity(found) != self._seen:
                with self._opened(os.O_RDONLY) as fd:
                    self._refresh(fd, fcntl.LOCK_SH)
        except FileNotFoundError:
            self._content = _Content()
        except OSError as err:
            raise self._error("read", err) from err
        return self._content.of(host, port)

    def add(self, host: str, port: int, key: Key) -> list[Entry]:
        """Append a host's first key, unless another process was faster; return the host's entries.

        Raises StoreError; the file is as it was then.
        """
        try:
            make_private(self.path.parent)
            with self._opened(os.O_RDWR | os.O_APPEND | os.O_CREAT) as fd:
                self._refresh(fd, fcntl.LOCK_EX)
                found = self._content.of(host, port)
                if all(entry.marker for entry in found):
                    self._append(fd, format_entry(host, port, key))
                    self._refresh(fd, fcntl.LOCK_EX)
                    # A device such as /dev/null keeps nothing.
                    found = self._content.of(host, port) or [Entry("", (), key)]
        except OSError as err:
            raise self._error("add a host key to", err) from err
        return found

    def sync(self) -> None:
        """Let the added keys outlive a power failure."""
        if self._is_extended:
            with suppress(OSError), self._opened(os.O_RDWR) as fd:
                os.fsync(fd)
            self._is_extended = False

    @contextmanager
    def _opened(self, flags: int) -> Iterator[int]:
        flags |= os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY
        try:
            if not flags & os.O_CREAT:
                raise FileExistsError
            fd = os.open(self.path, flags | os.O_EXCL, 0o600)
            os.fchmod(fd, 0o600)  # whatever the umask
        except FileExistsError:
            fd = os.open(self.path, flags, 0o600)
        try:
            yield fd
        finally:
            os.close(fd)

    def _refresh(self, fd: int, lock: int) -> None:
        """Take in what was added since the last time, or everything if the file is another one."""
        found = os.fstat(fd)
        if stat.S_ISCHR(found.st_mode):
            self._seen = _identity(found)
            return
        if not stat.S_ISREG(found.st_mode):
            raise OSError(None, "it is not a regular file")
        with suppress(OSError):  # not every file system has locks
            fcntl.flock(fd, lock)
        found = os.fstat(fd)
        if found.st_size > _LARGEST:
            raise OSError(None, f"it has more than {_LARGEST >> 20} MB")
        if found.st_ino != self._seen[0] or found.st_size < self._content.size:
            self._content = _Content()
        size = self._content.size
        self._content.take(os.pread(fd, found.st_size - size, size))
        self._seen = _identity(found)
        self._report()

    def _append(self, fd: int, line: bytes) -> None:
        size = os.fstat(fd).st_size
        tail = self._content.tail
        if tail and is_entry(tail) and parse_entry(tail) is None:
            size -= len(tail)
            os.ftruncate(fd, size)
        elif tail:
            line = b"\n" + line
        try:
            rest = memoryview(line)
            while rest:
                rest = rest[os.write(fd, rest) :]
        except OSError:
            # A disk that is full takes a part of the line.
            with suppress(OSError):
                os.ftruncate(fd, size)
            raise
        self._is_extended = True

    def _report(self) -> None:
        """Name the damaged lines that were not named yet."""
        content = self._content
        new = [number for number in content.damaged if number not in self._noticed]
        if not new:
            return
        self._noticed.update(new)
        if new == [content.lines + 1]:
            self._notice(
                StandingNotice(
                    f"{self.path}: the last line is incomplete and is ignored; the next new key replaces it"
                )
            )
            return
        lines = ", ".join(str(number) for number in new[:_NAMED_LINES])
        more = f" and {len(new) - _NAMED_LINES} more" if len(new) > _NAMED_LINES else ""
        self._notice(
            StandingNotice(
                f"{self.path}: no host key in line {lines}{more}, ignored; expected '[host]:port type base64'"
            )
        )

    def _error(self, doing: str, err: OSError) -> StoreError:
        return StoreError(
            f"cannot {doing} {self.path}: {err.strerror}", hint="name another file with --known-hosts"
        )


def format_entry(host: str, port: int, key: Key) -> bytes:
    """Return the line of a key."""
    return f"[{host}]:{port} {key.type} {base64.b64encode(key.blob).decode()}\n".encode()


def is_entry(line: bytes) -> bool:
    """Return whether a line is to be an entry: neither blank nor a comment."""
    return bool(line.strip()) and not line.lstrip().startswith(b"#")


def parse_entry(line: bytes) -> Entry | None:
    """Return the entry of a line; None if it has none, or if its key is incomplete."""
    words = line.decode("utf-8", "replace").split()
    marker = words.pop(0) if words[0].startswith("@") else ""
    if len(words) < 3 or marker not in ("", *_MARKERS):
        return None
    names = tuple(name.lower() if name[:1] != "|" else name for name in words[0].split(","))
    try:
        blob = base64.b64decode(words[2], validate=True)
    except ValueError:
        return None
    if not all(name.strip("!") for name in names) or not _is_key(words[1], blob):
        return None
    if any(name.startswith("|") and _hash(name) is None for name in names):
        return None
    return Entry(marker, names, Key(words[1], blob))


def _is_key(key_type: str, blob: bytes) -> bool:
    """Return whether a blob is whole: fields with their lengths, the type first."""
    fields = []
    rest = blob
    while rest:
        size = int.from_bytes(rest[:4], "big")
        if len(rest) < 4 + size:
            return False
        fields.append(rest[4 : 4 + size])
        rest = rest[4 + size :]
    fewest = _FIELDS.get(key_type, _FEWEST_FIELDS)
    return len(fields) >= fewest and fields[0] == key_type.encode()


@lru_cache(_CACHED)
def _hash(name: str) -> tuple[bytes, bytes] | None:
    """Return salt and digest of ``|1|salt|digest``; None for anything else."""
    parts = name.split("|")
    try:
        _, version, salt, digest = parts
        found = base64.b64decode(salt, validate=True), base64.b64decode(digest, validate=True)
    except ValueError:
        return None
    return found if version == "1" and len(found[1]) == _SHA1_SIZE else None


def _is_hash_of(name: str, candidate: str) -> bool:
    salted = _hash(name)
    return salted is not None and hmac.digest(salted[0], candidate.encode(), "sha1") == salted[1]


@lru_cache(_CACHED)
def _pattern(name: str) -> re.Pattern[str]:
    """Compile a pattern in which only ``*`` and ``?`` are special."""
    return re.compile(re.escape(name).replace(r"\*", ".*").replace(r"\?", "."), re.DOTALL)


def _names(host: str, port: int) -> tuple[str, ...]:
    """Return the names of a host; ``ssh-keyscan`` writes port 22 without brackets."""
    host = host.lower()
    return (f"[{host}]:{port}", host) if port == _SSH_PORT else (f"[{host}]:{port}",)


def _identity(found: os.stat_result) -> tuple[int, int, int]:
    return found.st_ino, found.st_size, found.st_mtime_ns
