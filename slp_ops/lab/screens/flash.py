"""``dir flash:`` as ``show flash:`` and the listing itself, ``show archive``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slp_ops.lab.screens._screen import screen
from slp_ops.lab.state import FLASH_SIZE

if TYPE_CHECKING:
    from slp_ops.lab.switch import Switch


def directory(switch: Switch) -> str:
    """Return the output of ``dir flash:``."""
    lines = ["Directory of flash:/", ""]
    local = switch.local(switch.booted)
    for number, (path, content) in enumerate(sorted(switch.flash.items())):
        stamp = f"{local:%b} {local.day:>2} {local:%Y %H:%M:%S} +00:00"
        lines.append(f"{425_985 + number}  -rw-  {len(content):>16}  {stamp}  {path}")
    lines += ["", f"{FLASH_SIZE} bytes total ({switch.flash_free} bytes free)"]
    return "\n".join(lines)


def _directory(switch: Switch, _: tuple[str, ...]) -> str:
    return directory(switch)


def _archive(switch: Switch, _: tuple[str, ...]) -> str:
    if not switch.config.find("path", ("archive",)):
        return "Archive feature not enabled"
    limit = switch.config.find("maximum", ("archive",)) or "10"
    lines = [
        f"The maximum archive configurations allowed is {limit}.",
        f"The next archive file will be named {switch.config.find('path', ('archive',))}-{switch.archived}",
        " Archive #  Name",
    ]
    for number in range(1, int(limit) + 1):
        path = switch.archives[number - 1] if number <= len(switch.archives) else ""
        recent = " <- Most Recent" if number == len(switch.archives) else ""
        lines.append(f"   {number:<8} {path}{recent}".rstrip())
    return "\n".join(lines)


SCREENS = (screen("show flash:", _directory), screen("show archive", _archive))
