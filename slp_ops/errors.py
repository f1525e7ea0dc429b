"""Everything that slp-ops may say went wrong, as one tree.

    SlpOpsError                     a message and a hint for the operator
    ├── InputError                  a file or an option that a person wrote; carries every problem found
    │   ├── OptionError             one option's value is not accepted
    │   └── SelectionError          the selection names no device
    ├── NotReadOnly                 a command that is not provably read-only; nothing was sent
    ├── InvalidRelease              a text that names no IOS-XE release
    ├── CredentialError             no user name or password could be had
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
    │   │   ├── HostKeyUnknown      ``--host-key strict`` and no key is on file
    │   │   ├── ClosedEarly         closed before authentication, often no free vty
    │   │   │   └── HungUp          closed without a word, with the password in hand
    │   │   ├── AuthenticationFailed
    │   │   ├── CredentialStopped   not tried: the credential was refused too often in this run
    │   │   ├── EnableFailed        no privilege 15 could be had
    │   │   └── NoPrompt            logged in, but no IOS-XE prompt came
    │   ├── SessionLost             the connection broke in mid-session
    │   ├── CopyFailed              a file could not be copied to or from the switch
    │   ├── BadFile                 a file from the switch is not what was asked for
    │   └── CommandTimeout          a command gave no byte for too long
    └── Interrupted                 the operator pressed Ctrl-C

Adapters translate third-party exceptions into these at their own edge; nothing else catches them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


class SlpOpsError(Exception):
    """The root. ``hint`` is the next thing the operator can do, empty when there is none."""

    kind: ClassVar[str] = "error"

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing wrong in something a person wrote."""

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
    """A file or option is wrong. All problems are reported at once; exit code 2."""

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
    """The selection matches no device; the message lists what there is."""

    kind = "selection"


class NotReadOnly(SlpOpsError):
    """A command that could change a switch, or that could not be proven not to."""

    kind = "not_read_only"


class InvalidRelease(SlpOpsError, ValueError):
    """A text that names no IOS-XE release."""

    kind = "invalid_release"


class CredentialError(SlpOpsError):
    """No user name or password could be had for a credential's name."""

    kind = "credential"


class StoreError(SlpOpsError):
    """Evidence could not be written or read; what was saved before is intact."""

    kind = "store"


class Interrupted(SlpOpsError):
    """The operator asked to stop."""

    kind = "interrupted"


class DeviceError(SlpOpsError):
    """One device's trouble."""

    kind = "device"


class ConnectError(DeviceError):
    """No session: nothing was read."""

    kind = "connect"


class NameNotFound(ConnectError):
    """The host name does not resolve from here."""

    kind = "name_not_found"


class Unreachable(ConnectError):
    """The network says that there is no way to the host."""

    kind = "unreachable"


class ConnectionRefused(ConnectError):
    """The host answers, but nothing listens on the port."""

    kind = "refused"


class ConnectTimeout(ConnectError):
    """No answer came in time."""

    kind = "timed_out"


class SshTimeout(ConnectTimeout):
    """TCP is open, but SSH or the login did not answer in time."""

    kind = "ssh_timed_out"


class HopFailed(ConnectError):
    """A jump host on the way could not be reached or logged in to."""

    kind = "hop_failed"


class NoCommonAlgorithm(ConnectError):
    """SSH found no algorithm that both sides accept; old switches need ``legacy_ssh: true``."""

    kind = "no_common_algorithm"


def no_common_algorithm(words: str, *, legacy: bool) -> NoCommonAlgorithm:
    """The error with what the library said, and the hint that fits the inventory's ``legacy_ssh``."""
    return NoCommonAlgorithm(
        f"SSH found no algorithm that both sides accept: {words}",
        hint="look at 'show ip ssh' on the switch"
        if legacy
        else "an old switch offers SHA-1 only: set legacy_ssh: true for it in the inventory",
    )


class HostKeyChanged(ConnectError):
    """The switch shows another host key than the one on file."""

    kind = "host_key_changed"


class HostKeyUnknown(ConnectError):
    """No host key is on file and ``--host-key strict`` forbids to learn one."""

    kind = "host_key_unknown"


class ClosedEarly(ConnectError):
    """The switch closed the connection before authentication, often for want of a free vty."""

    kind = "closed_before_authentication"


class HungUp(ClosedEarly):
    """The switch closed the connection without a word after it got the password: perhaps it refused it."""


class AuthenticationFailed(ConnectError):
    """The switch did not accept the credential."""

    kind = "authentication_failed"


class CredentialStopped(ConnectError):
    """Not tried: this run has stopped the credential so that the account is not locked out."""

    kind = "credential_stopped"


class EnableFailed(ConnectError):
    """Logged in, but privilege 15 could not be had."""

    kind = "enable_failed"


class NoPrompt(ConnectError):
    """Logged in, but nothing that looks like an IOS-XE prompt came."""

    kind = "no_prompt"


class SessionLost(DeviceError):
    """The connection broke after the prompt had been seen."""

    kind = "session_lost"


class CopyFailed(DeviceError):
    """A file could not be copied: the switch refused it, or the connection broke."""

    kind = "copy_failed"


class BadFile(DeviceError):
    """A file came, and it is not what was asked for."""

    kind = "bad_file"


class CommandTimeout(DeviceError):
    """The switch sent no byte for longer than the command may be silent."""

    kind = "command_timed_out"
