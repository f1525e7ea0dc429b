"""Errors of refused logins: the same for both libraries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from slp_ops.errors import AuthenticationFailed

if TYPE_CHECKING:
    from slp_ops.ports import Credential


_BY_HAND: Final = "log in by hand once: a password may have expired; a second factor cannot be answered here"


def authentication_failed(name: str, credential: Credential) -> AuthenticationFailed:
    """The switch took the offer and did not accept it."""
    return AuthenticationFailed(
        f"the switch refused the login of credential {name!r}",
        hint="check user name and password; more refused logins may lock the account out"
        if credential.password is not None
        else "see whether the switch has this key for this user ('ip ssh pubkey-chain') and accepts keys",
    )


def no_such_method(name: str, credential: Credential) -> AuthenticationFailed:
    """The switch accepts no login of this kind, whatever the secret."""
    wants_password = credential.password is not None
    return AuthenticationFailed(
        f"the switch accepts no {'password' if wants_password else 'public key'}, "
        f"which is what credential {name!r} is",
        hint=f"if it wants a key, name it in the inventory: credentials: {{{name}: {{key: FILE}}}}"
        if wants_password
        else "if it wants a password, use a credential that the inventory's credentials do not list",
    )


def asks_for_more(name: str, prompt: str, *, answered: bool) -> AuthenticationFailed:
    """After the password another question came: a one-time code, or a new password for an expired one."""
    return AuthenticationFailed(
        f"{'after' if answered else 'instead of'} the password of credential {name!r} "
        f"the switch asks {prompt.strip()!r}",
        hint=_BY_HAND,
    )


def password_expired(name: str) -> AuthenticationFailed:
    """The switch takes the password for one that must be changed, which SSH has a message for."""
    return AuthenticationFailed(
        f"the switch asks for a new password in place of that of credential {name!r}", hint=_BY_HAND
    )


def tried_too_often(goodbye: str) -> bool:
    """Return whether a switch closed the connection because of a refused login."""
    return "authentication failure" in goodbye.lower()
