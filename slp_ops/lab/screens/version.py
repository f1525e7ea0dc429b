"""``show version``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slp_ops.lab.screens._screen import screen
from slp_ops.lab.screens._spans import day, uptime

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slp_ops.lab.hardware import Member
    from slp_ops.lab.switch import Switch

_LICENCE = """\
Cisco IOS-XE software, Copyright (c) 2005-{year} by cisco Systems, Inc.
All rights reserved.  Certain components of Cisco IOS-XE software are
licensed under the GNU General Public License ("GPL") Version 2.0.  The
software code licensed under GPL Version 2.0 is free software that comes
with ABSOLUTELY NO WARRANTY.  You can redistribute and/or modify such
GPL code under the terms of GPL Version 2.0.  For more details, see the
documentation or "License Notice" file accompanying the IOS-XE software,
or the applicable URL provided on the flyer accompanying the IOS-XE
software.
"""
_EXPORT = """\
This product contains cryptographic features and is subject to United
States and local country laws governing import, export, transfer and
use. Delivery of Cisco cryptographic products does not imply
third-party authority to import, export, distribute or use encryption.
Importers, exporters, distributors and users are responsible for
compliance with U.S. and local country laws. By using this product you
agree to comply with applicable laws and regulations. If you are unable
to comply with U.S. and local laws, return this product immediately.

A summary of U.S. laws governing Cisco cryptographic products may be found at:
http://www.cisco.com/wwl/export/crypto/tool/stqrg.html

If you require further assistance please contact us by sending email to
export@cisco.com.
"""


def padded(switch: Switch) -> str:
    """Return the release with zeros, as in image names and member tables: ``17.09.04a``."""
    release = switch.release
    return f"{release.major}.{release.minor:02d}.{release.maintenance or 1:02d}{release.rebuild}"


def _patched(switch: Switch) -> str:
    return " - SMU-PATCHED" if switch.release.smu else ""


def image_lines(switch: Switch) -> Iterator[str]:
    """Return the lines that name the image; ``show redundancy`` prints them too."""
    traits = switch.traits
    named = (
        f"Experimental Version {switch.experimental} [{switch.engineering} 102]"
        if switch.engineering
        else f"Version {switch.release}, RELEASE SOFTWARE (fc3)"
    )
    family = "CAT9K_LITE_IOSXE" if switch.active.pid.startswith("C9200") else "CAT9K_IOSXE"
    yield f"Cisco IOS Software [{traits.codename}], Catalyst L3 Switch Software ({family}), {named}"
    if not switch.engineering:
        yield "Technical Support: http://www.cisco.com/techsupport"
    yield f"Copyright (c) 1986-{traits.year} by Cisco Systems, Inc."
    yield f"Compiled Wed 18-Oct-{traits.year % 100} 09:51 by mcpre"


def _version(switch: Switch, _: tuple[str, ...]) -> str:
    return "\n".join(_lines(switch))


def _lines(switch: Switch) -> Iterator[str]:
    yield f"Cisco IOS XE Software, Version {switch.engineering or padded(switch) + _patched(switch)}"
    yield from image_lines(switch)
    yield ""
    yield ""
    yield from _LICENCE.format(year=switch.traits.year).split("\n")
    yield ""
    yield "ROM: IOS-XE ROMMON"
    yield "BOOTLDR: System Bootstrap, Version 17.10.1r, RELEASE SOFTWARE (P)"
    yield ""
    up = uptime(switch.now() - switch.booted)
    yield f"{switch.hostname} uptime is {up}"
    yield f"Uptime for this control processor is {up}"
    restarted = switch.local(switch.booted)
    moment = f"at {restarted:%H:%M:%S} {switch.zone} {day(restarted)}"
    yield f"System returned to ROM by {switch.reload_reason} {moment}"
    yield f"System restarted {moment}"
    flash = "bootflash" if switch.chassis else "flash"
    yield f'System image file is "{flash}:packages.conf"'
    yield f"Last reload reason: {switch.reload_reason}"
    yield ""
    yield ""
    yield ""
    yield from _EXPORT.split("\n")
    yield ""
    yield "Technology Package License Information: "
    yield ""
    yield "-" * 78
    yield "Technology-package                                     Technology-package"
    yield "Current                        Type                       Next reboot  "
    yield "-" * 78
    yield from _packages(switch)
    yield ""
    yield ""
    yield f"Smart Licensing Status: {_licensing_status(switch)}"
    yield ""
    yield from _hardware(switch)
    yield ""
    yield "Configuration register is 0x102"


def _packages(switch: Switch) -> Iterator[str]:
    level = switch.config.find("license boot level") or "network-advantage addon dna-advantage"
    base, _, addon = level.partition(" addon ")
    yield f"{base:<20}\tSmart License                 \t {base:<20}"
    if addon:
        yield f"{addon:<20}\tSubscription Smart License    \t {addon:<30}"
        word = "Advantage" if addon.endswith("advantage") else "Essentials"
        yield f"AIR License Level: AIR DNA {word}"
        yield f"Next reload AIR license Level: AIR DNA {word}"


def _licensing_status(switch: Switch) -> str:
    if switch.traits.slp:
        return switch.traits.status_line
    registration = switch.licensing.registration
    if registration.reservation:
        return f"REGISTERED - {registration.reservation.upper()} LICENSE RESERVATION/AUTHORIZED - RESERVED"
    if registration.registered:
        return f"REGISTERED/{'OUT OF COMPLIANCE' if registration.out_of_compliance else 'AUTHORIZED'}"
    return f"UNREGISTERED/EVAL {'MODE' if registration.left(switch.now()) else 'EXPIRED'}"


def _hardware(switch: Switch) -> Iterator[str]:
    active = switch.active
    pid = switch.chassis or active.pid
    yield f"cisco {pid} (X86) processor with 1331521K/6147K bytes of memory."
    yield f"Processor board ID {active.serial}"
    yield "2 Virtual Ethernet interfaces"
    yield "28 Gigabit Ethernet interfaces"
    yield "8 Ten Gigabit Ethernet interfaces"
    yield "2048K bytes of non-volatile configuration memory."
    yield "8388608K bytes of physical memory."
    yield "1638400K bytes of Crash Files at crashinfo:."
    yield f"11264000K bytes of {'Bootflash at bootflash' if switch.chassis else 'Flash at flash'}:."
    yield ""
    yield from _board(active, pid)
    if switch.chassis:
        return
    yield ""
    yield ""
    yield "Switch Ports Model              SW Version        SW Image              Mode   "
    yield "------ ----- -----              ----------        ----------            ----   "
    for member in switch.members:
        mark = "*" if member is active else " "
        shown = member.version or padded(switch)
        family = "CAT9K_LITE_IOSXE" if member.pid.startswith("C9200") else "CAT9K_IOSXE"
        yield f"{mark}{member.number:>5} {member.ports:<5} {member.pid:<18} {shown:<17} {family:<21} INSTALL"
    yield ""
    for member in switch.members:
        if member is not active:
            yield ""
            yield f"Switch {member.number:02d}"
            yield "---------"
            yield f"Switch uptime                      : {uptime(switch.now() - switch.booted)}"
            yield ""
            yield from _board(member, member.pid)


def _board(member: Member, pid: str) -> Iterator[str]:
    digits = member.mac.replace(".", "")
    mac = ":".join(digits[n : n + 2] for n in range(0, 12, 2))
    yield f"Base Ethernet MAC Address          : {mac}"
    yield "Motherboard Assembly Number        : 73-18271-05"
    yield f"Motherboard Serial Number          : {member.serial[:3]}{member.serial[-8:]}"
    yield "Model Revision Number              : B0"
    yield "Motherboard Revision Number        : A0"
    yield f"Model Number                       : {pid}"
    yield f"System Serial Number               : {member.serial}"
    yield "CLEI Code Number                   : "


SCREENS = (screen("show version", _version),)
