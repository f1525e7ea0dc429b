"""Approval of a change by its operator: a signature that a worker checks with a key from its joining.

An approval names one device, one plan and one claim: the claim is a random number that a worker made for its
attempt, so that an approval is worth nothing for any other attempt, worker, device or time. The broker
carries approvals and cannot make one.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from slp_ops.json_documents import InvalidJson, ShapeError, decode, json_document, parse_json, to_json

if TYPE_CHECKING:
    from collections.abc import Iterable

_PURPOSE: Final = b"slp-ops approval 2\n"  # a signature of something else is none


class InvalidApproval(ValueError):
    """An approval that permits nothing here. The message names the reason."""


@json_document
class Approval:
    """Permission of an operator for a task on the switch with these serial numbers, once.

    ``change`` is the id of the change, ``run`` that of the operator's call, ``task`` the digest of the task
    as a worker receives it, ``claim`` the number of the attempt of ``worker``. ``number`` counts the
    approvals of a device in its change from 1: one that comes after a later one permits nothing.

    A task that may be repeated is approved in advance, for any worker of the site: without claim and worker.
    """

    schema: Literal["slp-ops/approval/1"] = "slp-ops/approval/1"
    id: str
    change: str
    run: str
    site: str
    device: str
    serials: tuple[str, ...]
    task: str
    claim: str
    worker: str
    number: int
    expires: datetime


@json_document
class SignedApproval:
    """An approval as it was signed: ``text`` is its JSON, ``signature`` is base64."""

    schema: Literal["slp-ops/signed-approval/1"] = "slp-ops/signed-approval/1"
    text: str
    signature: str


def digest_of(work: str, task: Any, *, debug: bool) -> str:
    """Return the SHA-256 of what a worker does: a task (JSON), its kind, and if sessions are logged."""
    order = {"work": work, "task": task, "debug": debug}
    text = json.dumps(order, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def new_signing_key() -> bytes:
    """Make a key pair; return the private key (PEM)."""
    return Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def public_key_of(private_pem: bytes) -> str:
    """Return the public half of a signing key, in hexadecimal digits. Raises ValueError."""
    return _private(private_pem).public_key().public_bytes_raw().hex()


def sign(approval: Approval, private_pem: bytes) -> SignedApproval:
    """Sign an approval. Raises ValueError for what is no signing key."""
    text = to_json(approval)
    signature = _private(private_pem).sign(_PURPOSE + text.encode("utf-8"))
    return SignedApproval(text=text, signature=base64.b64encode(signature).decode("ascii"))


def verified(signed: SignedApproval, public_keys: Iterable[str]) -> Approval:
    """Return the approval that one of these keys has signed. Raises InvalidApproval."""
    try:
        signature = base64.b64decode(signed.signature, validate=True)
    except binascii.Error:
        raise InvalidApproval("its signature is none") from None
    data = _PURPOSE + signed.text.encode("utf-8", "surrogateescape")
    if not any(_is_signed(data, signature, key) for key in public_keys):
        raise InvalidApproval("it is not signed by an operator whose key this worker got when it joined")
    try:
        return decode(Approval, parse_json(signed.text))
    except (InvalidJson, ShapeError) as error:
        raise InvalidApproval(f"it is of another release: {error}") from None


def differing_field(approval: Approval, **wanted: object) -> str:
    """Return the first of these fields that an approval has another value of; empty without any."""
    return next((name for name, value in wanted.items() if getattr(approval, name) != value), "")


def _is_signed(data: bytes, signature: bytes, public_key: str) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key)).verify(signature, data)
    except (InvalidSignature, ValueError):
        return False
    return True


def _private(pem: bytes) -> Ed25519PrivateKey:
    key = serialization.load_pem_private_key(pem, None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError("the signing key is not an Ed25519 key")
    return key
