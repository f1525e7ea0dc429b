"""The CA certificates that a trustpool of the lab may hold."""

from __future__ import annotations

from typing import Final

from slp_ops.lab.hardware import Certificate

IDENTRUST: Final = "IdenTrust Commercial Root CA 1"
_ALL: Final = (
    Certificate(
        subject=IDENTRUST,
        organization="IdenTrust",
        country="US",
        serial="0A0142800000014523C844B500000002",
        start="03:12:23 JST Jan 17 2014",
        end="03:12:23 JST Jan 17 2034",
    ),
    Certificate(
        subject="QuoVadis Root CA 2",
        organization="QuoVadis Limited",
        country="BM",
        serial="0509",
        start="03:27:00 JST Nov 25 2006",
        end="03:23:33 JST Nov 25 2031",
    ),
    Certificate(
        subject="Cisco Root CA 2048",
        organization="Cisco Systems",
        country="",
        serial="5FF87B282B54DC8D42A315B568C9ADFF",
        start="05:17:12 JST May 15 2004",
        end="05:25:42 JST May 15 2029",
        built_in=True,
    ),
)
CERTIFICATES: Final = {certificate.subject: certificate for certificate in _ALL}
