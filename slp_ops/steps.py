"""Steps of a change, from the playbook to the switch: one set of types.

A playbook's template renders to these steps, a plan and its journal hold them, and a ``ports.Writer`` sends
the two kinds that are typed on the terminal. A command contains a secret as ``{name}`` until it is sent.
"""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from slp_ops.i18n import Text
from slp_ops.json_documents import json_document, json_field

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def computed() -> Any:
    """Declare a field that JSON shows and that follows from the others; see ``set_computed``."""
    return field(init=False, compare=False)


def set_computed(value: object, name: str, result: object) -> None:
    """Set a computed field of a frozen dataclass, from its ``__post_init__``."""
    object.__setattr__(value, name, result)


@json_document
class ConfigLine:
    """One configuration line. ``under`` are the lines of its mode, outermost first."""

    under: tuple[str, ...] = ()
    text: str

    def __str__(self) -> str:
        return " / ".join((*self.under, self.text))


@json_document
class ConfigChange:
    """One line to be typed.

    ``was`` are the lines that it replaces, ``undo`` the lines that restore them, ``shows`` the lines that
    IOS-XE adds by itself.
    """

    line: ConfigLine
    was: tuple[str, ...] = ()
    undo: tuple[ConfigLine, ...] = ()
    shows: tuple[str, ...] = ()


def undo_of(changes: Iterable[ConfigChange]) -> tuple[ConfigLine, ...]:
    """Return the lines that restore the earlier configuration, the last change first."""
    return tuple(dict.fromkeys(line for change in reversed(tuple(changes)) for line in change.undo))


def typed(lines: Iterable[ConfigLine]) -> tuple[str, ...]:
    """Return the lines as they are sent: each mode is entered, and left with ``exit``."""
    return tuple(_typed(lines))


def _typed(lines: Iterable[ConfigLine]) -> Iterator[str]:
    mode: tuple[str, ...] = ()
    for line in lines:
        kept = 0
        while kept < min(len(mode), len(line.under)) and mode[kept] == line.under[kept]:
            kept += 1
        yield from ("exit" for _ in mode[kept:])
        yield from line.under[kept:]
        mode = line.under
        yield line.text
    yield from ("exit" for _ in mode)


@json_document
class ConfigStep:
    """Configuration lines to be typed one by one. ``timer`` are the minutes of the revert timer.

    ``cuts_access`` marks lines that could lock everyone out. ``protection`` describes whether the revert
    timer protects them and why not. ``gives_back`` is set where a temporary change ends.
    """

    kind: Literal["config"] = "config"
    sends: tuple[str, ...] = computed()  # the lines as they are typed in configuration mode
    changes: tuple[ConfigChange, ...]
    cuts_access: bool = False
    timer: int | None = None
    protection: Text | None = None
    gives_back: bool = False

    def __post_init__(self) -> None:
        set_computed(self, "sends", typed(change.line for change in self.changes))

    @classmethod
    def of(cls, lines: Iterable[ConfigLine]) -> ConfigStep:
        """Return a step that types these lines, whatever they replace."""
        return cls(changes=tuple(ConfigChange(line=line) for line in lines))

    @property
    def undo(self) -> tuple[ConfigLine, ...]:
        """The lines that restore the earlier configuration."""
        return undo_of(self.changes)


@json_document
class Reply:
    """Answer to a question of the switch. ``answer`` "" is Enter alone."""

    asks: str
    answer: str


class Repeat(StrEnum):
    """Policy for repeating a step with an unknown outcome."""

    SAFE = "safe"  # sending it twice is the same as once
    NEVER = "never"


@json_document
class ExecStep:
    """One exec command with its dialogue, or one that is typed in configuration mode.

    ``expects`` are words one of which must be printed, ``done_when`` names the proof that it is done.
    ``ends_session`` is for a reload: the session is lost, and the switch is waited for. ``paste`` are lines
    that are typed when the switch asks for them. ``seconds`` is the longest silence. ``makes`` is the file on
    the switch that the command creates, ``removes`` the one it deletes: they prove its outcome. ``reads`` is
    the file on the switch that the command needs: the change waits for it. ``again`` tells the operator,
    where the outcome is unknown, what the switch shows and what sending it twice does.
    """

    kind: Literal["exec"] = "exec"
    command: str
    in_config: bool = False
    dialogue: tuple[Reply, ...] = ()
    expects: tuple[str, ...] = ()
    done_when: str = ""
    repeat: Repeat = Repeat.NEVER
    ends_session: bool = False
    paste: tuple[str, ...] = ()
    seconds: int = 60
    makes: str = ""
    removes: str = ""
    reads: str = ""
    again: Text | None = json_field(omit_none=True, default=None)


@json_document
class ManualStep:
    """Something that the operator does before the next step, mostly in CSSM."""

    kind: Literal["manual"] = "manual"
    text: Text


# Steps that move files. None of them changes what a switch does, and each can be repeated: what they leave
# behind is a file of our own name, and the switch's own MD5 of it is the proof.


@json_document
class CheckSpace:
    """So many bytes must be free on the file system before anything is written to it."""

    kind: Literal["room"] = "room"
    command: str = computed()
    system: str
    bytes: int

    def __post_init__(self) -> None:
        set_computed(self, "command", f"dir {self.system}")


@json_document
class Download:
    """Copy a file from the switch verbatim; ``in_band`` reads it on the terminal instead of by SCP."""

    kind: Literal["fetch"] = "fetch"
    commands: tuple[str, ...] = computed()
    path: str
    name: str  # under which it is kept
    in_band: bool = False

    def __post_init__(self) -> None:
        copy = f"more /binary {self.path}" if self.in_band else f"(SCP) scp -f {self.path}"
        set_computed(self, "commands", (copy, f"verify /md5 {self.path}"))


@json_document
class Upload:
    """Copy a kept file to the switch by SCP."""

    kind: Literal["put"] = "put"
    commands: tuple[str, ...] = computed()
    path: str
    name: str
    sha256: str
    size: int

    def __post_init__(self) -> None:
        copy = f"(SCP) scp -t {self.path}   {self.name}, {self.size} bytes"
        set_computed(self, "commands", (copy,))


@json_document
class CheckFile:
    """The file on the switch must have this MD5, computed by the switch.

    ``waits``: the operator copies it, and the change waits until ``dir`` shows it.
    """

    kind: Literal["check"] = "check"
    command: str = computed()
    path: str
    md5: str
    waits: bool | None = json_field(omit_none=True, default=None)

    def __post_init__(self) -> None:
        set_computed(self, "command", f"verify /md5 {self.path}")


FileStep: TypeAlias = CheckSpace | Download | Upload | CheckFile
Step: TypeAlias = ConfigStep | ExecStep | ManualStep | FileStep


def unsendable(step: Step) -> str | None:
    """Return a text of a step that has a control character and would reach a switch; None without one."""
    return next((text for text in _sent(step) if not (text.isascii() and text.isprintable())), None)


def _sent(step: Step) -> Iterator[str]:
    match step:
        case ConfigStep():
            yield from step.sends
            yield from typed(step.undo)
        case ExecStep():
            yield from (step.command, *step.paste, step.makes, step.removes, step.reads)
            yield from (reply.answer for reply in step.dialogue)
        case Download() | Upload() | CheckFile():
            yield step.path
        case CheckSpace():
            yield step.system
        case ManualStep():
            pass
