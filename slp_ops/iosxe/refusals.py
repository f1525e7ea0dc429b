"""Lines with which IOS-XE refuses a command, the same for live sessions and pasted text.

% Invalid input detected at '^' marker.          this release does not have the command
% Unknown command or computer name, or unable to find computer address
Command authorization failed.                    AAA denies it to this user
% This command is not authorized
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from slp_ops.model import CaptureStatus

if TYPE_CHECKING:
    from collections.abc import Iterable

_UNSUPPORTED: Final = re.compile(
    r"% ?(?:Invalid input|Incomplete command|Ambiguous command|Unknown command|Unrecognized command)"
)
_DENIAL: Final = (
    r"(?:Command )?authorization (?:failed|denied)|(?:Permission|Access) denied|"
    r"(?:(?:This )?command (?:is )?)?not (?:authorized|permitted)"
)
_DENIED: Final = re.compile(rf"(?:% ?)?(?:{_DENIAL})", re.IGNORECASE)
# In configuration mode, and from commands that change something, far more lines are refusals.
_CHANGE_REFUSED: Final = re.compile(
    r"(?:%\s?(?:Invalid|Incomplete|Ambiguous|Unknown|Unrecognized|Bad|Error|No such|Cannot|Unable|Not |"
    r"Failed|Archive path|Rollback Confirmed Change: a timer|Please|.*\b(?:failed|denied|not authorized|"
    r"not permitted|does not exist|is not supported|not configured|already (?:active|pending))\b)|"
    rf"%? ?Configuration buffer full|{_DENIAL}|Import Data Failed|Command rejected)",
    re.IGNORECASE,
)
# A refusal is a few lines long; the same words inside a long output are a part of it.
MOST_LINES: Final = 8


def status_of(line: str) -> CaptureStatus | None:
    """Return the status of a command that was refused with this line; None for any other line."""
    text = line.strip()
    if _UNSUPPORTED.match(text):
        return CaptureStatus.UNSUPPORTED
    return CaptureStatus.DENIED if _DENIED.match(text) else None


def outcome(lines: Iterable[str]) -> tuple[CaptureStatus, str]:
    """Return how a command ended, judged by its output, and the line that refused it.

    ``lines`` may be the beginning of the output, if it has more than ``MOST_LINES`` lines with text.
    """
    refused: tuple[CaptureStatus, str] | None = None
    said = 0
    for line in lines:
        text = line.strip()
        if not text:
            continue
        said += 1
        if said > MOST_LINES:
            return CaptureStatus.OK, ""
        if refused is None and (status := status_of(text)) is not None:
            refused = status, text
    return refused or (CaptureStatus.OK, "")


def refuses_change(line: str) -> bool:
    """Return whether a line refuses a configuration line or a command that changes the switch."""
    return _CHANGE_REFUSED.match(line.strip()) is not None
