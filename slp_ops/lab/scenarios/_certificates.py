"""CA certificates for the trustpools of the lab."""

from __future__ import annotations

from typing import Final

from slp_ops.lab.hardware import IDENTRUST, Certificate

_ALL: Final = (
    IDENTRUST,
    Certificate(
        subject="QuoVadis Root CA 2",
        organization="QuoVadis Limited",
        country="BM",
        serial="0509",
        start="18:27:00 UTC Nov 24 2006",
        end="18:23:33 UTC Nov 24 2031",
    ),
    Certificate(
        subject="Cisco Root CA 2048",
        organization="Cisco Systems",
        country="",
        serial="5FF87B282B54DC8D42A315B568C9ADFF",
        start="20:17:12 UTC May 14 2004",
        end="20:25:42 UTC May 14 2029",
        built_in=True,
    ),
)
CERTIFICATES: Final = {certificate.subject: certificate for certificate in _ALL}
