"""Messages of the licence agent, for the cases of the rules."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from slp_ops.facts import SyslogBuffer, SyslogMessage
from slp_ops.facts.log import LogTime

NOW = datetime(2026, 1, 10, 12, 0, 0)  # noqa: DTZ001 - a device's time is naive


def said(
    mnemonic: str, text: str = "", *, facility: str = "SMART_LIC", ago: timedelta | None = None
) -> SyslogMessage:
    """Return a message, at a time before ``NOW`` or with the uptime as its time."""
    stamp = LogTime(text="00:01:23")
    if ago is not None:
        at = NOW - ago
        stamp = LogTime(
            text=f"{at:%b %d %H:%M:%S}",
            month=at.month,
            day=at.day,
            time=time(at.hour, at.minute, at.second),
        )
    return SyslogMessage(time=stamp, facility=facility, severity=3, mnemonic=mnemonic, text=text)


def failed(reason: str, ago: timedelta | None = None) -> SyslogMessage:
    """Return a COMM_FAILED of CSSM with that reason."""
    text = f"Communications failure with the Cisco Smart Software Manager (CSSM) : {reason}"
    return said("COMM_FAILED", text, ago=ago)


def relay_failed(reason: str, ago: timedelta | None = None) -> SyslogMessage:
    """Return a COMM_FAILED of CSLU with that reason."""
    text = f"Communications failure with the Cisco Smart License Utility (CSLU) : {reason}"
    return said("COMM_FAILED", text, ago=ago)


def call_home_failed(error: str) -> SyslogMessage:
    """Return a failure of call-home."""
    text = f"Fail to send out Smart Licensing message to: https://tools.cisco.com ({error})"
    return said("SL_MESSAGE_FAILED", text, facility="CALL_HOME")


RESTORED = said("COMM_RESTORED", "Communications with Cisco Smart Software Manager (CSSM) restored")
CALL_HOME = failed("Fail to send out Call Home HTTP message.")
UNRESOLVED = "Unable to resolve server hostname/domain name"
UNTRUSTED = "Cannot establish secure connection because server TLS cert cannot be validated"


def log(*messages: SyslogMessage) -> SyslogBuffer:
    """Return a buffer of these messages."""
    return SyslogBuffer(messages=messages)
