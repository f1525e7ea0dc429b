"""States of the licence agent before SLP, from the licensing pages or in short from ``show version``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from slp_ops.facts import Authorization, Fact, Registration, Software

if TYPE_CHECKING:
    from slp_ops.model import Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentStates:
    """States of the agent before SLP, in capitals; empty where not printed."""

    registration: str
    authorization: str
    evidence: tuple[Evidence, ...]

    needs_any_of: ClassVar[tuple[type[Fact], ...]] = (Registration,)

    @classmethod
    def derive(
        cls, registration: Registration | None, authorization: Authorization | None, software: Software | None
    ) -> AgentStates | None:
        """Derive from the licensing pages, or else from ``show version``; None without both."""
        status = None if registration is None else registration.status
        authorized = None if authorization is None else authorization.status
        if status is not None or authorized is not None:
            evidence = registration.cite("status") if registration is not None and status else ()
            if authorization is not None and authorized is not None:
                evidence += authorization.cite("status")
            word = authorized.word if authorized is not None else ""
            return cls(registration=(status or "").upper(), authorization=word.upper(), evidence=evidence)
        printed = None if software is None else software.licensing_status
        if software is None or printed is None:
            return None
        first, _, second = printed.upper().partition("/")
        return cls(
            registration=first.strip(),
            authorization=second.strip(),
            evidence=software.cite("licensing_status"),
        )

    @property
    def is_reserved(self) -> bool:
        """Return whether its licences are reserved (SLR, PLR): it never talks to a server."""
        return "RESERV" in self.registration or "RESERV" in self.authorization

    @property
    def is_registered(self) -> bool:
        """Return whether it is registered, by a token or by reservation."""
        return self.is_reserved or self.registration.startswith("REGISTERED")
