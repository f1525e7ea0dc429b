"""A worker of a site: how it joins a hub."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from slp_ops.cluster.access_folder import APPROVERS_FILE, HubAddress, read_approvers, write_access
from slp_ops.cluster.authority import key_to_pem, new_key, request_for
from slp_ops.cluster.join_code import JoinCode
from slp_ops.cluster.joining import ask_to_join
from slp_ops.cluster.subjects import token
from slp_ops.errors import InputError, JoinError, StoreError
from slp_ops.paths import state_dir

if TYPE_CHECKING:
    from pathlib import Path


def folder_of(site: str) -> Path:
    """Return where a worker of this site keeps its access to the hub."""
    return state_dir() / "workers" / token(site)


async def join(host: str, port: int, code_text: str) -> tuple[HubAddress, Path]:
    """Join a hub with a one-time code. Return where the broker is, and the folder with the access.

    The key is made here and stays here. A hub that was taken over since an earlier joining cannot name keys
    of its own for approvals: those of that joining stay. Raises InputError, JoinError, StoreError.
    """
    try:
        code = JoinCode.parse(code_text)
    except ValueError as error:
        raise InputError(str(error)) from error
    key = new_key()
    answer = await ask_to_join(host, port, code, request_for(key))
    assert answer.address is not None, "checked by ask_to_join"  # noqa: S101
    folder = folder_of(code.site)
    known: tuple[str, ...] = ()
    with suppress(InputError):  # a damaged file approves nothing
        known = read_approvers(folder)
    if known and not set(answer.approvers) <= set(known):
        raise JoinError(
            "the hub names another key for approvals of changes than when this worker joined before",
            hint="ask the operator who approves changes; if the key was replaced, remove "
            f"{folder / APPROVERS_FILE}, and join with a new code",
        )
    try:
        write_access(
            folder,
            address=answer.address,
            key=key_to_pem(key),
            certificate=answer.certificate.encode(),
            authority=answer.authority.encode(),
            approvers=answer.approvers,
        )
    except OSError as error:
        raise StoreError(f"cannot write {folder}: {error.strerror or error}") from error
    return answer.address, folder
