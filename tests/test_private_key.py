"""A private key's file is recognised, and whether it is locked, without opening it."""

from __future__ import annotations

import asyncssh
import pytest
from hypothesis import given
from hypothesis import strategies as st

from slp_ops.private_key import KeyFileKind, key_kind

KEY = asyncssh.generate_private_key("ssh-ed25519")
RSA = asyncssh.generate_private_key("ssh-rsa", key_size=2048)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (KEY.export_private_key(), KeyFileKind.OPEN),
        (KEY.export_private_key(passphrase="x"), KeyFileKind.LOCKED),
        (RSA.export_private_key("pkcs1-pem"), KeyFileKind.OPEN),
        (RSA.export_private_key("pkcs1-pem", passphrase="x"), KeyFileKind.LOCKED),
        (RSA.export_private_key("pkcs8-pem"), KeyFileKind.OPEN),
        (RSA.export_private_key("pkcs8-pem", passphrase="x"), KeyFileKind.LOCKED),
        (KEY.export_public_key(), KeyFileKind.PUBLIC),
        (KEY.export_public_key("rfc4716"), KeyFileKind.PUBLIC),
        (b"PuTTY-User-Key-File-3: ssh-ed25519\n", KeyFileKind.PUTTY),
        (b"hello\n", KeyFileKind.UNKNOWN),
        (b"", KeyFileKind.UNKNOWN),
        (
            b"-----BEGIN OPENSSH PRIVATE KEY-----\n!!\n-----END OPENSSH PRIVATE KEY-----\n",
            KeyFileKind.UNKNOWN,
        ),
        (
            b"-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n",
            KeyFileKind.UNKNOWN,
        ),
    ],
    # The keys are made anew each time: a test named after one has another name in each process.
    ids=range(13),
)
def test_the_kind_of_a_key_is_told_from_its_text(text: bytes, kind: KeyFileKind) -> None:
    assert key_kind(text.decode()) is kind


@given(st.text())
def test_any_text_has_a_kind(text: str) -> None:
    assert key_kind(f"-----BEGIN OPENSSH PRIVATE KEY-----{text}") in KeyFileKind
