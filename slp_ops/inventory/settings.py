"""What may stand at defaults, at a site and at a device, and how the three become a device.

The nearer level wins; tags unite, and ``intent`` and ``params`` merge key by key.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Final

from slp_ops.model import Device, Hop

if TYPE_CHECKING:
    from collections.abc import Mapping

COMPLETED: Final = ("port", "username", "jump")  # may come from ~/.ssh/config when left open


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One level's settings, or several levels' merged. None is "not said here"."""

    username: str | None = None
    credential: str | None = None
    platform: str | None = None
    transport: str | None = None
    port: int | None = None
    jump: tuple[Hop, ...] | None = None
    legacy_ssh: bool | None = None
    max_sessions: int | None = None
    tags: tuple[str, ...] = ()
    intent: Mapping[str, object] = field(default_factory=dict)
    params: Mapping[str, object] = field(default_factory=dict)

    def over(self, wider: Settings) -> Settings:
        """These, and what the wider level says where these say nothing."""
        chosen = {
            one.name: getattr(wider if getattr(self, one.name) is None else self, one.name)
            for one in fields(self)
        }
        chosen["tags"] = tuple(dict.fromkeys((*wider.tags, *self.tags)))
        chosen["intent"] = {**wider.intent, **self.intent}
        chosen["params"] = {**wider.params, **self.params}
        return Settings(**chosen)

    def device(self, *, name: str, site: str, host: str) -> Device:
        """The device; what nobody said is the model's default."""
        said = {one.name: getattr(self, one.name) for one in fields(self)}
        return Device(name=name, site=site, host=host, **{k: v for k, v in said.items() if v is not None})

    def left_open(self) -> frozenset[str]:
        """Which of the completable settings nobody said."""
        return frozenset(name for name in COMPLETED if getattr(self, name) is None)
