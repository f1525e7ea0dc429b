"""``show tech-support`` and ``show tech-support license``: other screens one after another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from slp_ops.lab.screens import _drawing
from slp_ops.lab.screens._screen import Screen, always

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slp_ops.lab.switch import Switch

_LICENSE: Final = (
    "show clock", "show version", "show license udi", "show license summary", "show license usage",
    "show license status", "show license all", "show license history message",
    "show license rum id all", "show license eventlog", "show license tech support",
)  # fmt: skip
_ALL: Final = (
    "show clock", "show version", "show running-config", "show switch", "show redundancy",
    "show inventory", "show interfaces", "show ip interface brief", "show vrf", "show processes cpu sorted",
    "show processes memory sorted", "show logging", "show call-home", "show hosts", "show ntp status",
    "show crypto pki trustpool", "show install summary", *_LICENSE[2:],
)  # fmt: skip
# Filler, as the megabytes of a real output.
_BULK: Final = "Address    Bytes     Prev     Next Ref     PrevF    NextF what        Alloc PC"


def _sections(switch: Switch, commands: tuple[str, ...]) -> Iterator[str]:
    for command in commands:
        text = _drawing.draw(switch, tuple(command.split()))
        if text is not None:
            yield ""
            yield f"------------------ {command} ------------------"
            yield ""
            yield from text.split("\n")
            yield ""


def _license(switch: Switch, _: tuple[str, ...]) -> Iterator[str]:
    yield from _sections(switch, _LICENSE)


def _tech(switch: Switch, _: tuple[str, ...]) -> Iterator[str]:
    written = 0
    for line in _sections(switch, _ALL):
        written += len(line) + 1
        yield line
    if written >= switch.bulk:
        return
    yield "------------------ show memory ------------------"
    yield ""
    yield _BULK
    block = 0x7F30_0000_0000
    while written < switch.bulk:
        line = (
            f"{block:012X} 0000000{block % 8999:04d} {block - 64:012X} {block + 96:012X} 001  "
            "-------- -------- *Packet Data*     :1"
        )
        written += len(line) + 1
        block += 96
        yield line


SCREENS = (
    Screen(("show", "tech-support"), exists=always, lines=_tech),
    Screen(("show", "tech-support", "license"), exists=always, lines=_license),
)
