"""Public pages of Cisco."""

from __future__ import annotations

from typing import Final

_BOOK: Final = (
    "https://www.cisco.com/c/en/us/td/docs/switches/lan/catalyst_9000/"
    "b_smart-licensing-using-policy-cat9k-switches/"
)
OVERVIEW: Final = (
    "https://www.cisco.com/c/en/us/support/docs/switches/catalyst-9300-series-switches/"
    "216545-smart-licensing-using-policy-on-catalyst.html"
)
SMART_TRANSPORT: Final = (
    "https://www.cisco.com/c/en/us/support/docs/switches/catalyst-9200-series-switches/"
    "222833-troubleshoot-slp-smart-transport-on-cata.html"
)
TASKS: Final = f"{_BOOK}cat9k-task-library-smart-licensing-using-policy.html"
MESSAGES: Final = f"{_BOOK}cat9k-troubleshooting-smart-licensing-using-policy.html"
MIGRATING: Final = f"{_BOOK}cat9k-migrating-to-smart-licensing-using-policy.html"
