"""Certificates of a hub that runs: renewed in time, and shown without an interruption."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from slp_ops.cluster.access_folder import CERTIFICATE_FILE
from slp_ops.cluster.hub_folder import OPERATOR
from slp_ops.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from slp_ops.cluster.hub_folder import HubFolder

_PAUSE: Final = timedelta(days=1)
_OPERATORS: Final = f"{OPERATOR}/{CERTIFICATE_FILE}"


class HubCertificates:
    """The certificates in a hub's folder. ``now`` is the clock, in UTC; ``say`` gets what was renewed."""

    def __init__(self, hub: HubFolder, now: Callable[[], datetime], say: Callable[[str], None]) -> None:
        self._hub = hub
        self._now = now
        self._say = say
        self._looked = now()

    def renew(self) -> bool:
        """Renew what ends soon; return whether there was anything. Raises InputError, OSError."""
        self._looked = self._now()
        renewed = self._hub.renew(self._looked)
        for name in renewed:
            self._say(f"renewed: {self._hub.path / name}")
        if _OPERATORS in renewed:
            path = self._hub.path / _OPERATORS
            self._say(f"copy {path} to the operator's computer, into the folder of the access")
        return bool(renewed)

    def renew_daily(self) -> bool:
        """Renew once a day, and after a change of the clock; a reason for which it fails goes to ``say``."""
        if abs(self._now() - self._looked) < _PAUSE:
            return False
        try:
            return self.renew()
        except (InputError, OSError) as error:
            self._say(f"certificates were not renewed: {error}")
            return False
