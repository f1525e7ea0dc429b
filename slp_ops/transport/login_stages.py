"""Stages of a login, and the errors of a connection that ends or falls silent in one of them.

The same words for every library: what went wrong depends on the connection, not on who drives it.
"""

from __future__ import annotations

from enum import Enum
from typing import Final

from slp_ops.errors import ClosedEarly, DeviceError, HungUp, SessionLost, SshTimeout


class Stage(Enum):
    """Stage of a login; the value completes "the switch was silent for 60 s ..."."""

    IDENTIFICATION = "before it sent its SSH version"
    KEY_EXCHANGE = "during the key exchange"
    AUTHENTICATION = "during the login"
    PROMPT = "after the login, before a prompt"


_SILENT_HINTS: Final = {
    Stage.IDENTIFICATION: "the switch is overloaded, or something else listens on that port",
    Stage.KEY_EXCHANGE: "the switch is overloaded, or a firewall drops what follows the first packets",
    Stage.AUTHENTICATION: "the switch's AAA server may be unreachable from the switch",
    Stage.PROMPT: "log in by hand and look what the switch shows after the password",
}


def closed_connection_error(stage: Stage, *, reset: bool, goodbye: str = "") -> DeviceError:
    """Return the error of a connection that the other side ended."""
    how = "reset" if reset else "closed"
    said = f" ({goodbye})" if goodbye else ""
    match stage:
        case Stage.AUTHENTICATION:
            return HungUp(
                f"the switch {how} the connection during the login{said}",
                hint="look at the switch's AAA configuration and its log; "
                "it may be how it refuses a password",
            )
        case Stage.PROMPT:
            return SessionLost(
                f"the connection was {how} after the login, before a prompt{said}",
                hint="often no vty line is free ('show users')",
            )
        case Stage.KEY_EXCHANGE:
            return ClosedEarly(
                f"the connection was {how} before the login, during the key exchange{said}",
                hint="look at the switch's log; an overloaded switch or a firewall closes connections "
                "like this",
            )
        case Stage.IDENTIFICATION:
            return ClosedEarly(
                f"the connection was {how} before the login{said}",
                hint="often no vty line is free ('show users'), or an access-class forbids this address",
            )


def flooded_error(stage: Stage, size: int) -> ClosedEarly:
    """Return the error of a switch that sends without end before it is logged in to."""
    return ClosedEarly(
        f"more than {size >> 20} MB received {stage.value}; the connection was closed",
        hint="something else may listen on that port; look at it with ssh -v",
    )


def silent(stage: Stage, seconds: float) -> SshTimeout:
    """Return the error of a switch that did not come to a prompt in time."""
    return SshTimeout(
        f"the switch was silent for {seconds:g} s {stage.value}",
        hint=f"{_SILENT_HINTS[stage]}; --login-timeout SECONDS allows more",
    )
