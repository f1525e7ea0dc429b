"""Steps that move files: room on flash, a file from the switch, a file to it, and its digest.

None of them changes what a switch does, and each can be done again: what they leave behind is a file of
our own name, and the switch's own MD5 of it is the proof.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """So many bytes must be free on the file system before anything is written to it."""

    system: str
    bytes: int

    @property
    def command(self) -> str:
        """What is sent to learn it."""
        return f"dir {self.system}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetch:
    """Copy a file from the switch, byte by byte; ``in_band`` reads it on the terminal instead of by SCP."""

    path: str
    name: str  # under which it is kept
    in_band: bool = False

    @property
    def commands(self) -> tuple[str, ...]:
        """What is sent."""
        copy = f"more /binary {self.path}" if self.in_band else f"(SCP) scp -f {self.path}"
        return copy, f"verify /md5 {self.path}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Put:
    """Copy a kept file to the switch by SCP."""

    path: str
    name: str
    sha256: str
    size: int

    @property
    def commands(self) -> tuple[str, ...]:
        """What is sent."""
        return (f"(SCP) scp -t {self.path}   {self.name}, {self.size} bytes",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """The file on the switch must have this MD5, by the switch's own reckoning."""

    path: str
    md5: str

    @property
    def command(self) -> str:
        """What is sent."""
        return f"verify /md5 {self.path}"


FileStep: TypeAlias = Room | Fetch | Put | Check


def file_record(step: FileStep) -> dict[str, Any]:
    """One step as JSON."""
    match step:
        case Room():
            return {"kind": "room", "command": step.command, "system": step.system, "bytes": step.bytes}
        case Fetch():
            return {
                "kind": "fetch",
                "commands": list(step.commands),
                "path": step.path,
                "name": step.name,
                "in_band": step.in_band,
            }
        case Put():
            return {
                "kind": "put",
                "commands": list(step.commands),
                "path": step.path,
                "name": step.name,
                "sha256": step.sha256,
                "size": step.size,
            }
        case Check():
            return {"kind": "check", "command": step.command, "path": step.path, "md5": step.md5}


def file_step_of(found: Mapping[str, Any]) -> FileStep | None:
    """One step read back; None for one of another kind. Raises KeyError, TypeError or ValueError."""
    match found["kind"]:
        case "room":
            return Room(system=str(found["system"]), bytes=int(found["bytes"]))
        case "fetch":
            return Fetch(path=str(found["path"]), name=str(found["name"]), in_band=bool(found["in_band"]))
        case "put":
            return Put(
                path=str(found["path"]),
                name=str(found["name"]),
                sha256=str(found["sha256"]),
                size=int(found["size"]),
            )
        case "check":
            return Check(path=str(found["path"]), md5=str(found["md5"]))
        case _:
            return None
