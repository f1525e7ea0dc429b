"""``show logging``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slp_ops.lab.screens._screen import screen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slp_ops.lab.switch import Switch
    from slp_ops.lab.syslog import Entry


def _logging(switch: Switch, _: tuple[str, ...]) -> str:
    return "\n".join(_lines(switch))


def _lines(switch: Switch) -> Iterator[str]:
    log = switch.log
    console = (
        "    Console logging: disabled"
        if switch.config.has("no logging console")
        else f"    Console logging: level debugging, {log.logged} messages logged, xml disabled,\n"
        "                     filtering disabled"
    )
    yield (
        "Syslog logging: enabled (0 messages dropped, 3 messages rate-limited, 0 flushes, 0 overruns, "
        "xml disabled, filtering disabled)"
    )
    yield ""
    yield "No Active Message Discriminator."
    yield ""
    yield ""
    yield ""
    yield "No Inactive Message Discriminator."
    yield ""
    yield ""
    yield console
    yield "    Monitor logging: level debugging, 0 messages logged, xml disabled,"
    yield "                     filtering disabled"
    yield f"    Buffer logging:  level debugging, {log.logged} messages logged, xml disabled,"
    yield "                    filtering disabled"
    yield "    Exception Logging: size (4096 bytes)"
    yield "    Count and timestamp logging messages: disabled"
    yield "    File logging: disabled"
    yield "    Persistent logging: disabled"
    yield ""
    yield "No active filter modules."
    yield ""
    yield f"    Trap logging: level informational, {log.logged} message lines logged"
    for host in switch.config.each("logging host"):
        yield f"        Logging to {host.split()[0]}  (udp port 514, audit disabled,"
        yield "              link up),"
        yield f"              {log.logged} message lines logged, "
        yield "              0 message lines rate-limited, "
        yield "              0 message lines dropped-by-MD, "
        yield "              xml disabled, sequence number disabled"
        yield "              filtering disabled"
    yield "        Logging Source-Interface:       VRF Name:"
    for source in switch.config.each("logging source-interface"):
        yield f"            {source}"
    if switch.traits.account:
        yield "    TLS Profiles: "
    yield ""
    yield f"Log Buffer ({log.size} bytes):"
    yield ""
    for entry in log.entries:
        yield format_entry(switch, entry)


def format_entry(switch: Switch, entry: Entry) -> str:
    """Format one message as this switch's ``service timestamps`` prints it."""
    stamps = (switch.config.find("service timestamps log datetime") or "").split()
    when = switch.local(entry.when) if "localtime" in stamps else entry.when
    text = f"{when:%b} {when.day:>2} " + (f"{when:%Y} " if "year" in stamps else "") + f"{when:%H:%M:%S}"
    if "msec" in stamps:
        text += f".{when.microsecond // 1000:03d}"
    if "show-timezone" in stamps:
        text += f" {switch.zone}" if "localtime" in stamps else " UTC"
    number = f"{entry.number:06d}: " if switch.config.has("service sequence-numbers") else ""
    return f"{number}{'' if entry.trusted else '*'}{text}: {entry.text}"


SCREENS = (screen("show logging", _logging),)
