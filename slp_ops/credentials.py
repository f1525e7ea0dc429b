"""Sources of credentials: the environment, the system keyring, a prompt on a terminal.

For a credential named ``tokyo-ro`` the environment variable is ``SLP_OPS_TOKYO_RO_PASSWORD``, then
``SLP_OPS_PASSWORD``; the keyring entry is ``tokyo-ro`` of the service ``slp-ops``
(also ``tokyo-ro:enable`` and ``tokyo-ro:passphrase``). Each answer is cached for the run, so that a
fleet prompts once. Values leave this module only as Secret.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Final, TypeAlias

from slp_ops.config_files.value_formats import env_word
from slp_ops.errors import CredentialError
from slp_ops.model import CredentialMethod
from slp_ops.ports import Credential, Secret
from slp_ops.private_key import KeyFileKind, key_kind
from slp_ops.regular_files import read_regular, reason_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from slp_ops.model import Device, JumpHost

SERVICE: Final = "slp-ops"
_LARGEST_KEY: Final = 64 * 1024
_NO_KEY: Final = {
    KeyFileKind.PUBLIC: "this is the public half; name the file without .pub",
    KeyFileKind.PUTTY: "this is a PuTTY key; export it in OpenSSH form with PuTTYgen",
    KeyFileKind.UNKNOWN: "name a private key in OpenSSH or PEM form",
}

# The question, and whether the answer is hidden; raises EOFError without a terminal.
Ask: TypeAlias = Callable[[str, bool], str]
# The value of a keyring entry; None without an entry.
Keyring: TypeAlias = Callable[[str], str | None]


def variable(credential: str, what: str) -> str:
    """Return the environment variable of one credential, such as SLP_OPS_TOKYO_RO_PASSWORD."""
    return f"SLP_OPS_{env_word(credential)}_{what.upper()}"


def system_keyring(entry: str) -> str | None:
    """Read an entry of the system's keyring; imported on first use, since it loads slowly."""
    import keyring

    return keyring.get_password(SERVICE, entry)


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Origin of each part of a credential, without the values, for the operator to check."""

    name: str
    username: str
    proof: str
    enable: str  # empty when there is none
    missing: str  # what is missing; empty when complete


@dataclass(frozen=True, slots=True, kw_only=True)
class _Key:
    path: Path
    locked: bool


class ShellCredentials:
    """Credentials of one run. Thread-safe: each prompt appears once."""

    def __init__(
        self,
        methods: Mapping[str, CredentialMethod],
        *,
        environ: Mapping[str, str] | None = None,
        keyring: Keyring = system_keyring,
        ask: Ask | None = None,
    ) -> None:
        self._methods = methods
        self._environ = os.environ if environ is None else environ
        self._keyring = keyring
        self._ask = ask
        self._lock = Lock()
        self._entries: dict[str, Secret | None] = {}
        self._broken = ""  # why the keyring could not be read
        self._made: dict[tuple[str, str | None], Credential | CredentialError] = {}

    def get(self, name: str, username: str | None) -> Credential:
        """Return the credential of that name; ``username`` comes from the inventory.

        Raises CredentialError. Callers wait while another one prompts.
        """
        with self._lock:
            if (name, username) not in self._made:
                try:
                    self._made[name, username] = self._make(name, username)
                except CredentialError as error:
                    self._made[name, username] = error
            made = self._made[name, username]
        if isinstance(made, CredentialError):
            raise CredentialError(made.message, hint=made.hint)
        return made

    def prepare(self, devices: Iterable[Device]) -> None:
        """Get every credential that the devices and their jump hosts need, before any session.

        This avoids prompts during a progress display or while a switch waits.
        """
        for name, username in required_credentials(devices):
            self.get(name, username)

    def origins(self, devices: Iterable[Device]) -> tuple[Origin, ...]:
        """Return the origin of every credential that the devices need. Never prompts."""
        with self._lock:
            return tuple(self._origin(name, username) for name, username in required_credentials(devices))

    def _make(self, name: str, username: str | None) -> Credential:
        method = self._methods.get(name, CredentialMethod())
        if method.agent:
            self._check_agent(name)
        key = self._key(name, method.key) if method.key is not None else None
        found = self._username(name, username)
        user = found[0] if found else self._typed_username(name)
        enable = self._find(name, "enable")
        password = passphrase = None
        if key is not None and key.locked:
            question = f"Passphrase of {key.path} (credential {name}): "
            passphrase = self._require(name, "passphrase", question)
        elif key is None and not method.agent:
            password = self._require(name, "password", f"Password of {user} (credential {name}): ")
        return Credential(
            username=user,
            password=password,
            enable=enable[0] if enable else None,
            key=None if key is None else str(key.path),
            passphrase=passphrase,
            agent=method.agent,
        )

    def _username(self, name: str, username: str | None) -> tuple[str, str] | None:
        """Return the user name and its origin. The most specific source wins."""
        own, general = variable(name, "username"), "SLP_OPS_USERNAME"
        if value := self._environ.get(own):
            return value, own
        if username is not None:
            return username, "inventory"
        if value := self._environ.get(general):
            return value, general
        return None

    def _find(self, name: str, what: str) -> tuple[Secret, str] | None:
        """Find a secret without a prompt, with its origin."""
        for one in (variable(name, what), f"SLP_OPS_{what.upper()}"):
            if value := self._environ.get(one):
                return _one_line(Secret(value), f"{what} in {one}", name), one
        entry = name if what == "password" else f"{name}:{what}"
        kept = self._from_keyring(entry)
        if kept is None:
            return None
        return _one_line(kept, f"{what} in keyring entry {entry}", name), f"keyring entry {entry}"

    def _from_keyring(self, entry: str) -> Secret | None:
        if entry not in self._entries:
            value = None
            if not self._broken:
                try:
                    value = self._keyring(entry)
                except Exception as error:  # noqa: BLE001 - a backend is a plug-in and raises what it likes
                    # Many servers have no keyring at all. Ask it no second time: each question may
                    # wait for a service that does not answer.
                    self._broken = f"{type(error).__name__}: {error}".partition("\n")[0][:200]
            self._entries[entry] = Secret(value) if value else None
        return self._entries[entry]

    def _require(self, name: str, what: str, question: str) -> Secret:
        found = self._find(name, what)
        if found is not None:
            return found[0]
        typed = self._prompt(question, hidden=True)
        if typed:
            return _one_line(Secret(typed), f"typed {what}", name)
        entry = name if what == "password" else f"{name}:{what}"
        broken = f"; the keyring could not be read ({self._broken})" if self._broken else ""
        raise CredentialError(
            f"credential {name}: there is no {what}",
            hint=f"set {variable(name, what)} or SLP_OPS_{what.upper()}, store it with "
            f"'keyring set {SERVICE} {entry}', or run on a terminal to be asked{broken}",
        )

    def _typed_username(self, name: str) -> str:
        typed = self._prompt(f"User name (credential {name}): ", hidden=False)
        if typed:
            return typed
        raise CredentialError(
            f"credential {name}: there is no user name",
            hint=f"set username: in the inventory, {variable(name, 'username')} or SLP_OPS_USERNAME",
        )

    def _prompt(self, question: str, *, hidden: bool) -> str:
        if self._ask is None:
            return ""
        try:
            return self._ask(question, hidden)
        except EOFError:
            return ""

    def _check_agent(self, name: str) -> None:
        if not self._environ.get("SSH_AUTH_SOCK"):
            raise CredentialError(
                f"credential {name}: no SSH agent is running here",
                hint="start one and give it the key: eval $(ssh-agent), then ssh-add FILE",
            )

    def _key(self, name: str, file: str) -> _Key:
        try:
            path = Path(file).expanduser()
            text = read_regular(path, _LARGEST_KEY).decode("ascii", errors="replace")
        except (OSError, RuntimeError, ValueError) as error:  # RuntimeError: whose home ~ is
            why = reason_of(error)
            raise CredentialError(
                f"credential {name}: the key {file} cannot be read: {why}",
                hint="name a private key's file in the inventory's credentials",
            ) from error
        kind = key_kind(text)
        hint = _NO_KEY.get(kind)
        if hint is not None:
            raise CredentialError(f"credential {name}: {path} is no private key", hint=hint)
        return _Key(path=path, locked=kind is KeyFileKind.LOCKED)

    def _origin(self, name: str, username: str | None) -> Origin:
        method = self._methods.get(name, CredentialMethod())
        asked = "" if self._ask is None else "prompt"
        user = self._username(name, username)
        enable = None
        try:
            enable = self._find(name, "enable")
            proof = self._proof(name, method) or asked
            missing = "" if proof else f"no password: set {variable(name, 'password')} or SLP_OPS_PASSWORD"
        except CredentialError as error:
            proof, missing = "", error.message.removeprefix(f"credential {name}: ")
        if user is None and not asked:
            missing = f"no user name: set {variable(name, 'username')} or SLP_OPS_USERNAME"
        return Origin(
            name=name,
            username=f"{user[0]} ({user[1]})" if user else asked,
            proof=proof,
            enable=enable[1] if enable else "",
            missing=missing,
        )

    def _proof(self, name: str, method: CredentialMethod) -> str:
        if method.agent:
            self._check_agent(name)
            return "agent"
        if method.key is None:
            found = self._find(name, "password")
            return found[1] if found else ""
        key = self._key(name, method.key)
        if not key.locked:
            return f"key {key.path}"
        found = self._find(name, "passphrase")
        if found is None and self._ask is None:
            raise CredentialError(f"credential {name}: no passphrase for {key.path}")
        return f"key {key.path}, passphrase: {found[1] if found else 'prompt'}"


def _one_line(secret: Secret, place: str, name: str) -> Secret:
    """Return the secret. Raises CredentialError for one that would be more than one line to a switch."""
    if secret.is_one_line:
        return secret
    raise CredentialError(
        f"credential {name}: the {place} contains a control character",
        hint="a secret is one line: look for a line end or a tab at its end",
    )


def required_credentials(devices: Iterable[Device]) -> tuple[tuple[str, str | None], ...]:
    """Return each credential with its user name once, including those of jump hosts."""
    ways: list[Device | JumpHost] = []
    for device in devices:
        ways += (*device.jump, device)
    return tuple(dict.fromkeys((one.credential, one.username) for one in ways))
