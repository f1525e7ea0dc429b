"""The keys of an inventory: their readers, which give typed values or problems, and how levels merge.

Settings are allowed at defaults, at a site and at a device. The nearer level wins; tags unite, and ``intent``
and ``params`` merge key by key.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from functools import cache
from typing import TYPE_CHECKING, Final

from slp_ops.config_files.validators import (
    between,
    entries,
    flag,
    items,
    joined,
    lacks,
    mapped,
    matching_format,
    one_of,
    text,
)
from slp_ops.config_files.value_formats import ACCOUNT, HOST, INTERFACE, NAME, PARAMETER, URL, USERNAME, VRF
from slp_ops.config_files.yaml_nodes import Scalar
from slp_ops.model import TOPOLOGIES, CredentialMethod, Device, JumpHost

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slp_ops.config_files.validation_errors import Problems
    from slp_ops.config_files.validators import Reader
    from slp_ops.config_files.yaml_nodes import Node


COMPLETED: Final = ("port", "username", "jump")  # may come from ~/.ssh/config when left open


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Settings of one level, or of several merged levels. None means not set."""

    username: str | None = None
    credential: str | None = None
    platform: str | None = None
    transport: str | None = None
    port: int | None = None
    jump: tuple[JumpHost, ...] | None = None
    legacy_ssh: bool | None = None
    max_sessions: int | None = None
    max_output: int | None = None
    max_time: int | None = None
    login_timeout: int | None = None
    tags: tuple[str, ...] = ()
    intent: Mapping[str, object] = field(default_factory=dict)
    params: Mapping[str, object] = field(default_factory=dict)

    def merged_over(self, wider: Settings) -> Settings:
        """Merge with the settings of the wider level."""
        chosen = {
            one.name: getattr(wider if getattr(self, one.name) is None else self, one.name)
            for one in fields(self)
        }
        chosen["tags"] = tuple(dict.fromkeys((*wider.tags, *self.tags)))
        # Most switches add none: they share those of their site.
        chosen["intent"] = {**wider.intent, **self.intent} if self.intent else wider.intent
        chosen["params"] = {**wider.params, **self.params} if self.params else wider.params
        return Settings(**chosen)

    def device(self, *, name: str, site: str, host: str) -> Device:
        """Build the device; unset values get the model's default."""
        said = {one.name: getattr(self, one.name) for one in fields(self)}
        return Device(name=name, site=site, host=host, **{k: v for k, v in said.items() if v is not None})

    def unset_fields(self) -> frozenset[str]:
        """Return the completable settings that are not set."""
        return _set_of(tuple(name for name in COMPLETED if getattr(self, name) is None))


@cache
def _set_of(names: tuple[str, ...]) -> frozenset[str]:
    """Return a set of names. There are eight of them, for any number of switches."""
    return frozenset(names)


PLATFORMS: Final = ("cisco_xe",)
TRANSPORTS: Final = ("netmiko", "asyncssh")
_MOST_HOPS: Final = 8


def tags(node: Node, key: str, problems: Problems) -> tuple[str, ...]:
    """Read a list of words."""
    read = matching_format(NAME)
    listed = items(node, key, problems, "a list such as [core, access]")
    found = (read(item, f"{key}[{index}]", problems) for index, item in enumerate(listed))
    return tuple(dict.fromkeys(tag for tag in found if tag is not None))


def jump(node: Node, key: str, problems: Problems) -> tuple[JumpHost, ...] | None:
    """Read a list of jump hosts, the nearest to this machine first."""
    listed = items(node, key, problems, "a list such as [{host: bastion.example.net}]")
    if len(listed) > _MOST_HOPS:
        problems.add(node.line, key, f"has {len(listed)} hops", f"at most {_MOST_HOPS}")
    hops = [_hop(item, f"{key}[{index}]", problems) for index, item in enumerate(listed)]
    return tuple(hop for hop in hops if hop is not None)


def _hop(node: Node, key: str, problems: Problems) -> JumpHost | None:
    found = mapped(node, key, problems, _HOP)
    host = found.pop("host", None)
    if not isinstance(host, str):
        if lacks(node, "host"):
            problems.add(node.line, f"{key}.host", "is missing", HOST.expected)
        return None
    left_open = frozenset(_HOP) - {"host", *found}
    return JumpHost(host=host, unset_fields=left_open, **found)  # type: ignore[arg-type]  # typed by the readers of _HOP


def intent(node: Node, key: str, problems: Problems) -> dict[str, object]:
    """Read the intended topology of a switch."""
    return mapped(node, key, problems, _INTENT)


def params(node: Node, key: str, problems: Problems) -> dict[str, object]:
    """Read parameters of playbooks; each is validated where it is used."""
    found: dict[str, object] = {}
    for entry in entries(node, key, problems):
        name, place = entry.key.text, joined(key, entry.key.text)
        if not PARAMETER.accepts(name):
            problems.add(entry.key.line, place, "is no name of a parameter", PARAMETER.expected)
            continue
        value = _parameter(entry.value, place, problems)
        if value is not None:
            found[name] = value
    return found


def _parameter(node: Node, key: str, problems: Problems) -> object | None:
    if isinstance(node, Scalar) and node.kind == "bool":
        return flag(node, key, problems)
    if isinstance(node, Scalar) and node.kind == "int":
        return between(0, 2**32 - 1)(node, key, problems)
    return text(node, key, problems, "text, a whole number, true or false")


def method(node: Node, key: str, problems: Problems) -> CredentialMethod:
    """Read the authentication method of a credential."""
    found = mapped(node, key, problems, _METHOD)
    if "key" in found and found.get("agent"):
        problems.add(node.line, key, "names a key and the agent", "one of the two")
    return CredentialMethod(**found)  # type: ignore[arg-type]  # typed by the readers of _METHOD


_HOP: Final[dict[str, Reader]] = {
    "host": matching_format(HOST),
    "port": between(1, 65535),
    "username": matching_format(USERNAME),
    "credential": matching_format(NAME),
}
_INTENT: Final[dict[str, Reader]] = {
    "topology": one_of(TOPOLOGIES),
    "url": matching_format(URL),
    "vrf": matching_format(VRF),
    "source_interface": matching_format(INTERFACE),
    "smart_account": matching_format(ACCOUNT),
    "virtual_account": matching_format(ACCOUNT),
}
_METHOD: Final[dict[str, Reader]] = {"key": text, "agent": flag}

# Keys of defaults, sites and devices.
SETTINGS: Final[dict[str, Reader]] = {
    "username": matching_format(USERNAME),
    "credential": matching_format(NAME),
    "platform": one_of(PLATFORMS),
    "transport": one_of(TRANSPORTS),
    "port": between(1, 65535),
    "tags": tags,
    "jump": jump,
    "legacy_ssh": flag,
    "max_sessions": between(1, 10_000),
    "max_output": between(1, 100_000),
    "max_time": between(1, 86_400),
    "login_timeout": between(1, 3_600),
    "intent": intent,
    "params": params,
}
