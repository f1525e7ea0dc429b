"""Parser of ``~/.ssh/config``, for settings that the inventory leaves open.

    Host tyo-*
        ProxyJump bastion-1,bastion-2
    Host bastion-*
        HostName %h.example.net
        Port 2222
        IdentityFile ~/.ssh/bastion

Text in, values out. As with OpenSSH the first value wins, and of several jump hosts the first
is the nearest; its own ProxyJump is followed. Match blocks and Include depend on
more than the text and are ignored with a note.

Completes what the inventory leaves open from ``~/.ssh/config``; what the inventory says wins.

A host is an alias there as it is for ``ssh``: its HostName is followed. Port, User and ProxyJump
count only where neither the device, its site nor the defaults say anything. A switch's IdentityFile
does not apply: the inventory's ``credentials`` define the authentication method. Jump hosts of
the inventory are completed in the same way, and their IdentityFile applies; their ProxyJump does not,
since the inventory tells the whole way.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from fnmatch import translate
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from slp_ops.config_files.validation_errors import shown
from slp_ops.config_files.value_formats import HOST, NAME, USERNAME
from slp_ops.errors import InputError, Problem
from slp_ops.model import CredentialMethod, JumpHost

if TYPE_CHECKING:
    from slp_ops.inventory.values import Inventory
    from slp_ops.model import Device


PATH: Final = "~/.ssh/config"
_DEEPEST: Final = 8
_READ: Final = ("hostname", "port", "user", "proxyjump", "identityfile", "proxycommand")
_LINE: Final = re.compile(r"\s*([A-Za-z]\w*)(?:\s*=\s*|\s+)(.*?)\s*")
_WORD: Final = re.compile(r'"([^"]*)"|(\S+)')
_HOP: Final = re.compile(
    r"(?:ssh://)?(?:(?P<user>[^@\s]+)@)?(?P<host>\[[^\]]+\]|[^:@/\s]+)(?::(?P<port>\d{1,5}))?/?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """Result for an alias. None or empty means not set; notes list ignored parts."""

    alias: str
    hostname: str
    port: int | None = None
    user: str | None = None
    identity_files: tuple[str, ...] = ()
    jump: tuple[Resolved, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Option:
    line: int
    name: str
    value: str
    patterns: tuple[str, ...]  # from its Host line


def resolve(config_text: str, host: str) -> Resolved:
    """Resolve a host; raises InputError for an invalid value."""
    return SshConfig(config_text).resolve(host)


class SshConfig:
    """Parsed file, for many hosts. ``notes`` lists its ignored parts."""

    def __init__(self, text: str, path: str = PATH) -> None:
        self.path = path
        self._options, self.notes = _options(text, path)

    def resolve(self, host: str) -> Resolved:
        """Resolve a host; raises InputError for an invalid value."""
        return self._resolve(host, ())

    def _resolve(self, alias: str, before: tuple[str, ...], *, follow: bool = True) -> Resolved:
        said: dict[str, _Option] = {}
        files: list[str] = []
        for option in self._options:
            if not _matches(option.patterns, alias):
                continue
            if option.name == "identityfile":
                files.append(option.value)
            else:
                # ProxyJump and ProxyCommand exclude each other: the first one wins.
                said.setdefault("proxy" if option.name.startswith("proxy") else option.name, option)
        notes = self.notes
        proxy = said.get("proxy")
        if proxy and proxy.name == "proxycommand" and proxy.value.lower() != "none":
            notes += (f"{self.path}:{proxy.line}: ProxyCommand is not run; ProxyJump would be followed",)
        elif proxy and proxy.name == "proxyjump" and len(before) >= _DEEPEST:
            raise self._input_error(proxy, f"more than {_DEEPEST} jump hosts")
        jumps = follow and proxy is not None and proxy.name == "proxyjump" and proxy.value.lower() != "none"
        return Resolved(
            alias=alias,
            hostname=self._hostname(said.get("hostname"), alias),
            port=self._port(said.get("port")),
            user=self._user(said.get("user")),
            identity_files=tuple(dict.fromkeys(file for file in files if file.lower() != "none")),
            jump=self._jump(proxy, (*before, alias)) if proxy and jumps else (),
            notes=notes,
        )

    def _hostname(self, option: _Option | None, alias: str) -> str:
        if option is None:
            return alias
        hostname = re.sub("%[%h]", lambda found: alias if found[0] == "%h" else "%", option.value)
        if not HOST.accepts(hostname):
            raise self._input_error(option, "is not well formed", HOST.expected)
        return hostname

    def _user(self, option: _Option | None) -> str | None:
        if option is not None and not USERNAME.accepts(option.value):
            raise self._input_error(option, "is not well formed", USERNAME.expected)
        return option.value if option else None

    def _port(self, option: _Option | None) -> int | None:
        if option is None:
            return None
        if not _is_port(option.value):
            raise self._input_error(option, "is not well formed", "a port from 1 to 65535")
        return int(option.value)

    def _jump(self, option: _Option, before: tuple[str, ...]) -> tuple[Resolved, ...]:
        hops: tuple[Resolved, ...] = ()
        for part in option.value.split(","):
            found = _HOP.fullmatch(part.strip())
            if found is None or (found["port"] and not _is_port(found["port"])):
                raise self._input_error(
                    option, "is not well formed", "[user@]host[:port], separated by commas"
                )
            name = found["host"].strip("[]")
            if name in before:
                way = " -> ".join(shown(one) for one in (*before, name))
                raise self._input_error(option, f"is a loop: {way}")
            # Only the first hop is reached from this machine, so only its own ProxyJump applies.
            hop = self._resolve(name, before, follow=not hops)
            user = self._user(replace(option, value=found["user"])) if found["user"] else hop.user
            if not HOST.accepts(hop.hostname):
                raise self._input_error(option, "names a host that is not well formed", HOST.expected)
            port = int(found["port"]) if found["port"] else hop.port
            hops += (*hop.jump, replace(hop, user=user, port=port, jump=()))
        if len(hops) > _DEEPEST:
            raise self._input_error(option, f"more than {_DEEPEST} jump hosts")
        return hops

    def _input_error(self, option: _Option, message: str, expected: str = "") -> InputError:
        problem = Problem(
            path=self.path, line=option.line, key=option.name, message=message, expected=expected
        )
        return InputError((problem,))


def _options(text: str, path: str) -> tuple[tuple[_Option, ...], tuple[str, ...]]:
    """Return the supported options, each with the patterns of its Host line, and notes on the rest."""
    options: list[_Option] = []
    notes: list[str] = []
    patterns: tuple[str, ...] | None = ("*",)  # None inside a Match block
    for number, line in enumerate(text.splitlines(), start=1):
        found = _LINE.fullmatch(line)
        if found is None:
            continue  # a comment, a blank line, or a word without a value
        name, words = found[1].lower(), _words(found[2])
        if name == "host":
            patterns = words
        elif name == "match":
            patterns = None
            notes.append(f"{path}:{number}: this Match block is ignored")
        elif name == "include":
            notes.append(f"{path}:{number}: Include is ignored")
        elif name in _READ and patterns is not None and words:
            # The value of ProxyCommand is the rest of the line; all others are one word.
            value = found[2] if name == "proxycommand" else words[0]
            options.append(_Option(line=number, name=name, value=value, patterns=patterns))
    return tuple(options), tuple(notes)


def _words(text: str) -> tuple[str, ...]:
    """Split into words, including quoted ones, up to a comment."""
    words: list[str] = []
    for found in _WORD.finditer(text):
        if found[2] and found[2].startswith("#"):
            break
        words.append(found[1] if found[2] is None else found[2])
    return tuple(words)


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 5 and 1 <= int(text) <= 65535


def _matches(patterns: tuple[str, ...], host: str) -> bool:
    """Return whether a Host line matches: one pattern does and no ``!`` pattern does."""
    lowered = host.lower()
    if any(_glob(one[1:]).match(lowered) for one in patterns if one.startswith("!")):
        return False
    return any(_glob(one).match(lowered) for one in patterns if not one.startswith("!"))


@lru_cache(maxsize=1024)
def _glob(pattern: str) -> re.Pattern[str]:
    """Translate ``*`` and ``?`` as in OpenSSH; a bracket is a plain character there."""
    return re.compile(translate(pattern.lower().replace("[", "[[]")))


_NOTHING: Final[frozenset[str]] = frozenset()


def complete(
    inventory: Inventory, config: SshConfig, *, users: bool = True
) -> tuple[Inventory, tuple[str, ...]]:
    """Return the completed inventory, and notes on ignored parts of the file.

    ``users`` states whether User applies to switches: not if the environment sets the user name,
    which takes precedence.
    """
    credentials = dict(inventory.credentials)
    devices: list[Device] = []
    notes: dict[str, None] = {}
    for device in inventory.devices:
        found = config.resolve(device.host)
        open_ = inventory.unset_fields.get(device.name, _NOTHING)
        notes |= dict.fromkeys(found.notes)
        devices.append(
            replace(
                device,
                host=found.hostname,
                port=found.port if "port" in open_ and found.port else device.port,
                username=found.user if "username" in open_ and users else device.username,
                jump=_hops(found.jump, device, credentials)
                if "jump" in open_
                else tuple(_complete_jump_host(hop, config, credentials) for hop in device.jump),
            )
        )
    return replace(inventory, devices=tuple(devices), credentials=credentials), tuple(notes)


def _hops(
    jump: tuple[Resolved, ...], device: Device, credentials: dict[str, CredentialMethod]
) -> tuple[JumpHost, ...]:
    """Add a credential to each jump host: the one of the hop's name, built from its IdentityFile when

    the inventory lists none; without either, the credential of the switch.
    """
    hops: list[JumpHost] = []
    for one in jump:
        _keep_key(one, credentials)
        hops.append(
            JumpHost(
                host=one.hostname,
                port=one.port or 22,
                username=one.user or (None if one.alias in credentials else device.username),
                credential=one.alias if one.alias in credentials else device.credential,
            )
        )
    return tuple(hops)


def _complete_jump_host(
    hop: JumpHost, config: SshConfig, credentials: dict[str, CredentialMethod]
) -> JumpHost:
    """Complete a jump host of the inventory."""
    one = config.resolve(hop.host)
    credential = hop.credential
    if "credential" in hop.unset_fields and credential not in credentials:
        _keep_key(one, credentials)
        credential = one.alias if one.alias in credentials else credential
    return replace(
        hop,
        host=one.hostname,
        port=one.port if "port" in hop.unset_fields and one.port else hop.port,
        username=one.user if "username" in hop.unset_fields else hop.username,
        credential=credential,
    )


def _keep_key(one: Resolved, credentials: dict[str, CredentialMethod]) -> None:
    if one.identity_files and one.alias not in credentials and NAME.accepts(one.alias):
        credentials[one.alias] = CredentialMethod(key=one.identity_files[0])
