"""Errors of slp-ops, as one tree.

    SlpOpsError                     a message and a hint for the operator
    ├── InputError                  an invalid file or option; carries every problem found
    │   ├── OptionError             one option's value is not accepted
    │   └── SelectionError          the selection matches no device
    ├── NotReadOnly                 a command that is not provably read-only; nothing was sent
    ├── InvalidRelease              a text without an IOS-XE release
    ├── CredentialError             no user name or password available
    ├── StoreError                  the evidence could not be written or read (disk full, permissions)
    ├── DeviceError                 one device's trouble: data in a run, never the end of it
    │   ├── ConnectError            before there is a prompt
    │   │   ├── NameNotFound        the host name does not resolve
    │   │   ├── Unreachable         no route, network or host unreachable
    │   │   ├── ConnectionRefused   nothing listens on the port
    │   │   ├── ConnectTimeout      no answer in time
    │   │   │   └── SshTimeout      TCP is open, but SSH or the login did not answer in time
    │   │   ├── HopFailed           a jump host on the way could not be logged in to
    │   │   ├── NoCommonAlgorithm   SSH found no algorithm both sides accept
    │   │   ├── HostKeyChanged      the switch shows another key than it did before
    │   │   ├── HostKeyRevoked      the key is marked @revoked on file
    │   │   ├── HostKeyUnknown      ``--host-key strict`` and no key is on file
    │   │   ├── ClosedEarly         closed before authentication, often no free vty
    │   │   │   └── HungUp          closed without a message after the password
    │   │   ├── AuthenticationFailed
    │   │   ├── CredentialStopped   not tried: the credential was refused too often in this run
    │   │   ├── EnableFailed        privilege 15 is not available
    │   │   └── NoPrompt            logged in, but no IOS-XE prompt appeared
    │   ├── SessionLost             the connection broke in mid-session
    │   ├── CopyFailed              a file could not be copied to or from the switch
    │   ├── BadFile                 a file from the switch is not what was asked for
    ├── ChangeRefused               a worker near the switches does not make a change; nothing was sent
    ├── HubError                    the hub of workers is not reached, or does not work
    │   └── JoinError               a worker cannot join the hub
    └── Interrupted                 the operator pressed Ctrl-C

Adapters translate third-party exceptions into these at their own edge; nothing else catches them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


class SlpOpsError(Exception):
    """Root of all errors. ``hint`` is the operator's next step, empty without one."""

    kind: ClassVar[str] = "error"

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def continuation_of(err: BaseException) -> tuple[str, ...]:
    """Return the lines that name the command that continues: the notes of an exception and of its causes.

    They are notes, as Ctrl-C in a question and a defect have them too.
    """
    cause = err.__cause__
    return (*getattr(err, "__notes__", ()), *(() if cause is None else continuation_of(cause)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One problem in a file or option."""

    path: str
    message: str
    line: int | None = None
    key: str = ""
    expected: str = ""

    def __str__(self) -> str:
        place = self.path if self.line is None else f"{self.path}:{self.line}"
        key = f" {self.key}:" if self.key else ""
        expected = f" (expected {self.expected})" if self.expected else ""
        return f"{place}:{key} {self.message}{expected}"


class InputError(SlpOpsError):
    """Invalid file or option. All problems are reported together; exit code 2."""

    kind = "input"

    def __init__(self, problems: tuple[Problem, ...] | str, *, hint: str = "") -> None:
        if isinstance(problems, str):
            super().__init__(problems, hint=hint)
            self.problems: tuple[Problem, ...] = ()
        else:
            super().__init__("\n".join(str(problem) for problem in problems), hint=hint)
            self.problems = problems


class OptionError(InputError):
    """The value of an option is not accepted; ``option`` is empty where several do not fit together."""

    kind = "option"

    def __init__(self, message: str, *, option: str = "") -> None:
        super().__init__(message)
        self.option = option


class SelectionError(InputError):
    """Selection without a match; the message lists the alternatives."""

    kind = "selection"


class NotReadOnly(SlpOpsError):
    """Command that is not provably read-only."""

    kind = "not_read_only"


class InvalidRelease(SlpOpsError, ValueError):
    """Text without an IOS-XE release."""

    kind = "invalid_release"


class CredentialError(SlpOpsError):
    """No user name or password is available for a credential."""

    kind = "credential"


class StoreError(SlpOpsError):
    """Failure to write or read evidence; earlier files are intact."""

    kind = "store"


class ChangeRefused(SlpOpsError):
    """A worker does not make a change that was asked of it; nothing was sent."""

    kind = "change_refused"


class HubError(SlpOpsError):
    """The hub is not reached, does not start, or has ended."""

    kind = "hub"


class EvidenceTooLarge(SlpOpsError):
    """Evidence of a switch that is larger than a worker may send."""

    kind = "evidence_too_large"


class JoinError(HubError):
    """A worker cannot join: the hub refuses, or is another one."""

    kind = "join"


class Interrupted(SlpOpsError):
    """Stopped by the operator."""

    kind = "interrupted"


class DeviceError(SlpOpsError):
    """Failure of one device."""

    kind = "device"


class ConnectError(DeviceError):
    """No session could be opened."""

    kind = "connect"


class NameNotFound(ConnectError):
    """The host name does not resolve on this machine."""

    kind = "name_not_found"


class Unreachable(ConnectError):
    """The network reports no route to the host."""

    kind = "unreachable"


class ConnectionRefused(ConnectError):
    """The host refuses the connection: nothing listens on the port."""

    kind = "refused"


class ConnectTimeout(ConnectError):
    """The host sent no answer in time."""

    kind = "timed_out"


class SshTimeout(ConnectTimeout):
    """TCP is open, but SSH or the login did not answer in time."""

    kind = "ssh_timed_out"


class HopFailed(ConnectError):
    """A jump host could not be reached, or the login failed."""

    kind = "hop_failed"


class NoCommonAlgorithm(ConnectError):
    """SSH found no algorithm that both sides accept; old switches need ``legacy_ssh: true``."""

    kind = "no_common_algorithm"


def no_common_algorithm(words: str, *, legacy: bool) -> NoCommonAlgorithm:
    """Return the error with the library's message, and a hint that fits the inventory's ``legacy_ssh``."""
    return NoCommonAlgorithm(
        f"SSH found no algorithm that both sides accept: {words}",
        hint="look at 'show ip ssh' on the switch"
        if legacy
        else "an old switch offers SHA-1 or CBC only: set legacy_ssh: true for it in the inventory",
    )


class HostKeyChanged(ConnectError):
    """The switch presents another host key than the stored one."""

    kind = "host_key_changed"


class HostKeyRevoked(ConnectError):
    """The key that the switch presents is marked as revoked in known_hosts."""

    kind = "host_key_revoked"


class HostKeyUnknown(ConnectError):
    """No stored host key, and ``--host-key strict`` does not learn one."""

    kind = "host_key_unknown"


class ClosedEarly(ConnectError):
    """The switch closed the connection before authentication, often because no vty is free."""

    kind = "closed_before_authentication"


class HungUp(ClosedEarly):
    """The switch closed the connection after the password without a message; probably a refusal."""


class AuthenticationFailed(ConnectError):
    """The switch did not accept the credential."""

    kind = "authentication_failed"


class CredentialStopped(ConnectError):
    """Skipped: this run stopped the credential to prevent an account lock-out."""

    kind = "credential_stopped"


class EnableFailed(ConnectError):
    """Logged in, but privilege 15 is not available."""

    kind = "enable_failed"


class NoPrompt(ConnectError):
    """Logged in, but no IOS-XE prompt appeared."""

    kind = "no_prompt"


class SessionLost(DeviceError):
    """The connection was lost after the first prompt."""

    kind = "session_lost"


class LimitReached(SessionLost):
    """A command sent more, or took longer, than is allowed; the session was closed."""

    kind = "limit_reached"


class CopyFailed(DeviceError):
    """A file could not be copied: the switch refused, or the connection was lost."""

    kind = "copy_failed"


class BadFile(DeviceError):
    """The received file is not the requested one."""

    kind = "bad_file"
