"""Access to a hub, of a worker or an operator: a folder with a key of its own and the hub's address.

ca.pem             the hub's authority
certificate.pem    the holder's certificate
key.pem            the holder's private key; made here, and never anywhere else
hub.json           the broker's address and the site
signing.key        of an operator: signs the approvals of changes
approvers.json     of a worker: public keys of operators who may approve changes, as of its joining
new/, ready/       these files of another joining, while they are written, and until they are in place
"""

from __future__ import annotations

import shlex
import shutil
import ssl
from contextlib import suppress
from typing import TYPE_CHECKING, Final, Literal

from slp_ops.cluster.approval import public_key_of
from slp_ops.cluster.authority import validity_of
from slp_ops.errors import InputError, Problem
from slp_ops.json_documents import InvalidJson, ShapeError, decode, json_document, parse_json, to_json
from slp_ops.paths import make_private, mode_for_others
from slp_ops.regular_files import read_input
from slp_ops.temporary_files import replacing

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

AUTHORITY_FILE: Final = "ca.pem"
CERTIFICATE_FILE: Final = "certificate.pem"
KEY_FILE: Final = "key.pem"
SIGNING_FILE: Final = "signing.key"
APPROVERS_FILE: Final = "approvers.json"
_HUB_FILE: Final = "hub.json"
_NEW: Final = "new"
_READY: Final = "ready"
_LARGEST: Final = 2**16
_MIXED: Final = (
    "a worker joins again, with a new code of 'slp-ops hub site add'; of an operator, copy the folder "
    "'operator' of the hub again"
)


@json_document
class HubAddress:
    """Address of the broker, and the name of the holder. ``site`` is empty for an operator."""

    schema: Literal["slp-ops/hub-access/1"] = "slp-ops/hub-access/1"
    host: str
    port: int
    holder: str
    site: str = ""


@json_document
class Approvers:
    """Public keys of the operators who may approve changes."""

    schema: Literal["slp-ops/approvers/1"] = "slp-ops/approvers/1"
    keys: tuple[str, ...] = ()


def write_access(
    folder: Path,
    *,
    address: HubAddress,
    key: bytes,
    certificate: bytes,
    authority: bytes,
    approvers: tuple[str, ...] = (),
) -> None:
    """Write a folder for its owner alone: a process that is killed leaves all old files, or all new ones.

    Raises OSError.
    """
    make_private(folder)
    _take_ready(folder)
    new = folder / _NEW
    shutil.rmtree(new, ignore_errors=True)  # of a process that was killed before its files were whole
    make_private(new)
    for name, data in (
        (KEY_FILE, key),
        (CERTIFICATE_FILE, certificate),
        (AUTHORITY_FILE, authority),
        (APPROVERS_FILE, to_json(Approvers(keys=approvers), indent=2).encode() + b"\n"),
        (_HUB_FILE, to_json(address, indent=2).encode() + b"\n"),
    ):
        with replacing(new / name, sync=True) as file:
            file.write(data)
    new.replace(folder / _READY)
    _take_ready(folder)


def _take_ready(folder: Path) -> None:
    """Put files in their place which a process had ready, and was killed before it did."""
    ready = folder / _READY
    if not ready.is_dir():
        return
    for path in ready.iterdir():
        with suppress(FileNotFoundError):  # another process does the same
            path.replace(folder / path.name)
    with suppress(FileNotFoundError):
        ready.rmdir()


def find_access(path: Path) -> tuple[Path, HubAddress]:
    """Return the access folder of an operator, and where the hub is. Raises InputError.

    ``path`` is that folder, or the folder of a hub on this computer.
    """
    folder = path / "operator" if (path / "operator" / _HUB_FILE).is_file() else path
    return folder, read_address(folder, hint="slp-ops hub init writes the folder 'operator'; copy it here")


def read_address(folder: Path, *, hint: str) -> HubAddress:
    """Return where the hub is. Raises InputError with the ``hint`` for a folder that is none."""
    path = folder / _HUB_FILE
    try:
        _take_ready(folder)
    except OSError as error:
        problem = Problem(path=str(folder), message=f"cannot be written: {error.strerror or error}")
        raise InputError((problem,)) from error
    data = read_input(path, _LARGEST, hint=hint)
    try:
        return decode(HubAddress, parse_json(data))
    except (InvalidJson, ShapeError) as error:
        problem = Problem(path=str(path), message=str(error), expected="what slp-ops wrote there")
        raise InputError((problem,), hint=hint) from error


def read_approvers(folder: Path) -> tuple[str, ...]:
    """Return the keys that a worker got when it joined; none for one that joined an older hub.

    Raises InputError.
    """
    path = folder / APPROVERS_FILE
    if not path.exists():
        return ()
    try:
        return decode(Approvers, parse_json(read_input(path, _LARGEST))).keys
    except (InvalidJson, ShapeError) as error:
        raise InputError((Problem(path=str(path), message=str(error)),), hint="join again") from error


def read_signing_key(folder: Path) -> bytes:
    """Return the key with which an operator signs approvals. Raises InputError."""
    key = read_input(
        folder / SIGNING_FILE,
        _LARGEST,
        hint="slp-ops hub init makes it in the folder 'operator', of an older hub slp-ops hub site add: "
        "move it here",
    )
    try:
        public_key_of(key)
    except ValueError as error:
        problem = Problem(path=str(folder), message=f"its signing key cannot be used: {error}")
        raise InputError((problem,)) from error
    return key


def check_private(path: Path) -> None:
    """Raise InputError for a private key that other users of this computer can read."""
    if mode := mode_for_others(path):
        problem = Problem(path=str(path), message=f"other users can read this private key: mode {mode}")
        raise InputError(
            (problem,), hint=f"chmod 600 {shlex.quote(str(path))}; where others may have read it, replace it"
        )


def validity_of_access(folder: Path) -> tuple[datetime, datetime]:
    """Return from when until when the certificate of an access is valid. Raises InputError."""
    path = folder / CERTIFICATE_FILE
    try:
        return validity_of(read_input(path, _LARGEST))
    except ValueError as error:
        raise InputError((Problem(path=str(path), message="is no certificate"),)) from error


def tls_context(folder: Path) -> ssl.SSLContext:
    """Return the TLS of a holder: the hub's authority only, and the own certificate. Raises InputError."""
    check_private(folder / KEY_FILE)
    try:
        context = ssl.create_default_context(cafile=str(folder / AUTHORITY_FILE))
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.load_cert_chain(folder / CERTIFICATE_FILE, folder / KEY_FILE)
    except (OSError, ssl.SSLError) as error:
        problem = Problem(path=str(folder), message=f"its certificates cannot be used: {error}")
        raise InputError((problem,), hint=_MIXED) from error
    return context
