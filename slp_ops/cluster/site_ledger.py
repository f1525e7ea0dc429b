"""The ledger of a site: one document at the broker with which its workers keep their common limits.

A worker reads the ledger, and replaces the version that it has read by the next one; where another worker was
faster, it reads again. So each change is made on the latest version, and the shares of all workers never add
up to more than the limit. Nothing here has a clock or a connection.

A secret is named by an id, see ``app/site_credentials.py``: the refusals of all secrets of a credential
count together, since an AAA server counts those of an account, but a session that opens clears those of its
own secret alone.
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import datetime
from math import isfinite
from typing import Final, Literal

from slp_ops.cluster.messages import InvalidMessage, from_message
from slp_ops.json_documents import json_document

_MOST: Final = 100_000  # of anything that is counted
LARGEST_LEDGER: Final = 2**18
_ID_BYTES: Final = 8
_SMALLEST_PART: Final = 0.25


@json_document
class LoginsInFlight:
    """Logins of a worker with a credential that may still end in a refusal.

    They are counted where the credential is not ``accepted``; where it is, ``unlimited`` says that there are
    any.
    """

    credential: str
    secret: str
    count: int = 0
    unlimited: bool = False


@json_document
class Member:
    """A worker process. One whose ``beat`` stays the same for long counts as dead.

    ``wanted`` is how many sessions it could open, ``sessions`` how many it may, and ``rate`` its share of the
    site's login rate, from 0 to 1.
    """

    process: str
    beat: int
    wanted: int
    sessions: int
    rate: float
    logins: tuple[LoginsInFlight, ...] = ()


@json_document
class SecretCount:
    """State of a secret since a run began: whether it has opened a session, its refusals since then.

    ``refused_at`` is the time of the last one, by the clock of its worker; an older worker writes none.
    """

    credential: str
    secret: str
    proven: bool = False
    refused: int = 0
    refused_at: datetime | None = None


@json_document
class StoppedCredential:
    """A credential with which no login begins before the next run. ``since``: see ``refused_at``."""

    name: str
    refused: int
    since: datetime | None


@json_document
class SiteLedger:
    """The limits of a site. ``id`` differs where the hub has lost an earlier one and made another."""

    schema: Literal["slp-ops/site-ledger/1"] = "slp-ops/site-ledger/1"
    id: str
    max_sessions: int
    members: tuple[Member, ...] = ()
    secrets: tuple[SecretCount, ...] = ()

    @classmethod
    def new(cls, max_sessions: int) -> SiteLedger:
        """Return the ledger of a site without workers."""
        return cls(id=secrets.token_hex(_ID_BYTES), max_sessions=max_sessions)

    @classmethod
    def read(cls, data: bytes) -> SiteLedger:
        """Return the ledger in a message. Raises InvalidMessage."""
        if len(data) > LARGEST_LEDGER:
            raise InvalidMessage(f"a ledger of {len(data)} bytes; at most {LARGEST_LEDGER} are read")
        ledger = from_message(cls, data)
        logins = [login for member in ledger.members for login in member.logins]
        numbers = [ledger.max_sessions, *(login.count for login in logins)]
        numbers += [number for each in ledger.members for number in (each.beat, each.wanted, each.sessions)]
        numbers += [each.refused for each in ledger.secrets]
        if not all(0 <= number < 2**53 for number in numbers):
            raise InvalidMessage("a number in the ledger is out of range")
        if not all(isfinite(each.rate) and 0 <= each.rate <= 1 for each in ledger.members):
            raise InvalidMessage("a share in the ledger is not between 0 and 1")
        if any(each.refused_at is not None and each.refused_at.tzinfo is None for each in ledger.secrets):
            raise InvalidMessage("a time in the ledger has no zone")
        if len({each.process for each in ledger.members}) != len(ledger.members):
            raise InvalidMessage("a worker is in the ledger twice")
        return ledger

    def member(self, process: str) -> Member | None:
        """Return the entry of a worker process."""
        return next((each for each in self.members if each.process == process), None)

    def refused(self, credential: str) -> int:
        """Return the refusals of a credential, of all its secrets."""
        return sum(each.refused for each in self.secrets if each.credential == credential)

    def stopped(self, most: int) -> tuple[StoppedCredential, ...]:
        """Return the credentials that ``most`` refusals have stopped."""
        names = dict.fromkeys(each.credential for each in self.secrets)
        return tuple(
            StoppedCredential(
                name=name,
                refused=self.refused(name),
                since=max(
                    (each.refused_at for each in self.secrets if each.credential == name and each.refused_at),
                    default=None,
                ),
            )
            for name in names
            if self.refused(name) >= most
        )

    def is_proven(self, credential: str, secret: str) -> bool:
        """Return whether a secret has opened a session since the run began."""
        return self._count(credential, secret).proven

    def is_accepted(self, credential: str, secret: str) -> bool:
        """Return whether nothing is known against a secret, so that its logins are not counted."""
        return self.refused(credential) == 0 and self.is_proven(credential, secret)

    def may_log_in(self, process: str, credential: str, secret: str, most: int) -> bool:
        """Return whether a login may begin, as ``engine/pacing.py`` decides it for one process.

        ``most`` refusals stop a credential. Logins in flight count as refused as long as nothing better is
        known; those that another worker has not counted yet are waited for.
        """
        others = [
            login
            for member in self.members
            for login in member.logins
            if member.process != process and login.credential == credential
        ]
        own = self.member(process)
        counted = sum(each.count for each in others)
        counted += sum(each.count for each in own.logins if each.credential == credential) if own else 0
        if self.is_accepted(credential, secret):
            return True
        if self.refused(credential) == 0:  # a first login goes alone
            return counted == 0 and not any(each.unlimited and each.secret == secret for each in others)
        return self.refused(credential) + counted < most and not any(each.unlimited for each in others)

    def with_refusals(self, credential: str, secret: str, at: datetime, number: int = 1) -> SiteLedger:
        """Return the ledger after refusals of a secret at a time."""
        count = self._count(credential, secret)
        return self._with_count(replace(count, refused=min(count.refused + number, _MOST), refused_at=at))

    def with_session(self, credential: str, secret: str) -> SiteLedger:
        """Return the ledger after a login that was accepted."""
        return self._with_count(SecretCount(credential=credential, secret=secret, proven=True, refused=0))

    def without_counts(self) -> SiteLedger:
        """Return the ledger at the beginning of a run, in which each credential has all its tries."""
        return replace(self, secrets=())

    def with_counts_of(self, earlier: SiteLedger) -> SiteLedger:
        """Return the ledger with what is known of one that was lost."""
        ledger = self
        for each in earlier.secrets:
            count = self._count(each.credential, each.secret)
            ledger = ledger._with_count(
                replace(
                    count,
                    proven=each.proven,
                    refused=max(count.refused, each.refused),
                    refused_at=count.refused_at or each.refused_at,
                )
            )
        return ledger

    def with_member(self, member: Member) -> SiteLedger:
        """Return the ledger with the new entry of a worker."""
        others = (each for each in self.members if each.process != member.process)
        return replace(self, members=tuple(sorted((*others, member), key=lambda each: each.process)))

    def without_member(self, process: str, now: datetime) -> SiteLedger:
        """Return the ledger without a worker that is dead.

        Its counted logins count as refused now, since it could not report their end. Where the secret is
        accepted, they tell nothing: workers that crash would stop a credential that is right.
        """
        gone = self.member(process)
        if gone is None:
            return self
        ledger = replace(self, members=tuple(each for each in self.members if each is not gone))
        for login in gone.logins:
            if login.count:
                ledger = ledger.with_refusals(login.credential, login.secret, now, login.count)
        return ledger

    def sessions_for(self, process: str) -> int:
        """Return how many sessions a worker should have: an equal part, unless another wants less."""
        left = self.max_sessions
        waiting = sorted(self.members, key=lambda each: (each.wanted, each.process))
        for number, member in enumerate(waiting):
            part = min(member.wanted, left // (len(waiting) - number))
            if member.process == process:
                return part
            left -= part
        return 0

    def sessions_left(self, process: str) -> int:
        """Return how many sessions the other workers leave to one."""
        taken = sum(each.sessions for each in self.members if each.process != process)
        return max(0, self.max_sessions - taken)

    def rate_for(self, process: str) -> float:
        """Return the share of the login rate that a worker may take: an equal part of what others leave.

        Much less than that is none: its logins would wait for long.
        """
        others = [each.rate for each in self.members if each.process != process]
        part = 1 / (len(others) + 1)
        left = min(part, 1 - sum(others))
        return left if left > part * _SMALLEST_PART else 0.0

    def _count(self, credential: str, secret: str) -> SecretCount:
        for each in self.secrets:
            if (each.credential, each.secret) == (credential, secret):
                return each
        return SecretCount(credential=credential, secret=secret)

    def _with_count(self, count: SecretCount) -> SiteLedger:
        key = (count.credential, count.secret)
        others = (each for each in self.secrets if (each.credential, each.secret) != key)
        return replace(self, secrets=(*others, count))
