"""Joining: a worker asks the hub for a certificate, over TLS that the one-time code pins.

One request and one answer, each a line of JSON. The worker has no certificate yet, so that anybody may
connect: the hub reads a bounded line in bounded time, and answers a wrong code as slowly as a right one.
"""

from __future__ import annotations

import asyncio
import hashlib
import ssl
from contextlib import suppress
from typing import TYPE_CHECKING, Final, Literal

from slp_ops.cluster.access_folder import HubAddress
from slp_ops.cluster.authority import InvalidRequest, fingerprint_of, validity_of
from slp_ops.errors import HubError, InputError, JoinError
from slp_ops.json_documents import InvalidJson, ShapeError, decode, json_document, parse_json, to_json

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from slp_ops.cluster.hub_folder import HubFolder, HubState
    from slp_ops.cluster.join_code import JoinCode

_LARGEST: Final = 2**15
_SECONDS: Final = 10.0
# Guessing 120 bits is hopeless; the pause keeps a scanner from filling the log.
_REFUSAL_SECONDS: Final = 0.5
_AT_ONCE: Final = 16


@json_document
class JoinRequest:
    """Request of a worker. ``secret`` goes only to the hub whose certificate the code names."""

    schema: Literal["slp-ops/join-request/1"] = "slp-ops/join-request/1"
    site: str
    secret: str
    request: str


@json_document
class JoinAnswer:
    """Answer of the hub: a certificate, or the reason for none.

    ``approvers`` are the public keys of the operators who may approve changes.
    """

    schema: Literal["slp-ops/join-answer/1"] = "slp-ops/join-answer/1"
    error: str = ""
    hint: str = ""
    certificate: str = ""
    authority: str = ""
    approvers: tuple[str, ...] = ()
    address: HubAddress | None = None


def joining_tls(folder: HubFolder) -> ssl.SSLContext:
    """Return the TLS of the hub, with the broker's certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    folder.show_certificate(context)
    return context


async def serve_joining(
    folder: HubFolder,
    state: HubState,
    context: ssl.SSLContext,
    joined: Callable[[str, str], Awaitable[None]],
    say: Callable[[str], None],
) -> asyncio.Server:
    """Listen for workers that want to join, with the TLS of :func:`joining_tls`.

    ``joined`` is awaited with the site and the worker's name before the worker is answered. ``say`` gets what
    is wrong with the hub's own folder.
    """
    free = asyncio.Semaphore(_AT_ONCE)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with free, asyncio.timeout(_SECONDS):
                answer = await _answered(folder, await reader.readuntil(b"\n"), joined, say)
                writer.write(to_json(answer).encode() + b"\n")
                await writer.drain()
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ssl.SSLError):
            pass  # a caller that is no worker; there is nothing to answer
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    try:
        return await asyncio.start_server(
            serve, state.listen, state.join_port, ssl=context, limit=_LARGEST, ssl_handshake_timeout=_SECONDS
        )
    except OSError as error:
        raise HubError(
            f"workers cannot join on port {state.join_port} of {state.listen}: {error.strerror or error}",
            hint="end the program that uses the port, or make a hub with another --port",
        ) from error


async def _answered(
    folder: HubFolder,
    line: bytes,
    joined: Callable[[str, str], Awaitable[None]],
    say: Callable[[str], None],
) -> JoinAnswer:
    try:
        asked = decode(JoinRequest, parse_json(line))
    except (InvalidJson, ShapeError):
        return JoinAnswer(
            error="the hub does not understand this request", hint="the same slp-ops on both sides"
        )
    digest = hashlib.sha256(asked.secret.encode()).hexdigest()
    try:
        state, holder, certificate = await asyncio.to_thread(
            folder.admit, asked.site, digest, asked.request.encode()
        )
    except InvalidRequest as error:
        return JoinAnswer(error=f"the hub cannot use the certificate request: {error}")
    except JoinError as error:
        await asyncio.sleep(_REFUSAL_SECONDS)
        return JoinAnswer(error=error.message, hint=error.hint)
    except InputError as error:  # a file of the hub's folder is missing
        say(str(error))
        return JoinAnswer(error="the hub cannot sign certificates", hint="see the output of 'slp-ops hub up'")
    await joined(asked.site, holder)
    address = HubAddress(
        host=state.addresses[0],
        port=state.broker_port,
        holder=holder,
        site=asked.site,
    )
    return JoinAnswer(
        certificate=certificate.decode(),
        authority=folder.authority_pem().decode(),
        approvers=state.approvers,
        address=address,
    )


async def ask_to_join(host: str, port: int, code: JoinCode, request: bytes) -> JoinAnswer:
    """Ask a hub for a certificate. Raises JoinError; the code is sent to no other hub than its own."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    # The code names the one key that is accepted, checked below before anything is sent.
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    where = f"{host}:{port}"
    try:
        async with asyncio.timeout(_SECONDS):
            reader, writer = await asyncio.open_connection(host, port, ssl=context, limit=_LARGEST)
            try:
                shown = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
                if not code.is_of_hub(fingerprint_of(ssl.DER_cert_to_PEM_cert(shown).encode())):
                    raise JoinError(
                        f"the hub at {where} did not make this code",
                        hint="compare the address, and the last part of the code, with those of "
                        "'slp-ops hub site add'",
                    )
                asked = JoinRequest(site=code.site, secret=code.secret, request=request.decode())
                writer.write(to_json(asked).encode() + b"\n")
                await writer.drain()
                line = await reader.readuntil(b"\n")
            finally:
                writer.close()
                with suppress(OSError):
                    await writer.wait_closed()
    except TimeoutError:
        raise JoinError(f"the hub at {where} did not answer within {_SECONDS:g} s") from None
    except (OSError, ssl.SSLError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
        raise JoinError(
            f"the hub at {where} was not reached: {error}", hint="is 'slp-ops hub up' running there?"
        ) from error
    try:
        answer = decode(JoinAnswer, parse_json(line))
        if answer.error or answer.address is None:
            raise JoinError(answer.error or "the hub gave no address", hint=answer.hint)
        if answer.address.site != code.site:
            raise ValueError("it is for another site")
        for pem in (answer.certificate, answer.authority):
            validity_of(pem.encode())
    except ValueError as error:  # also for no JSON, another shape, no certificate
        raise JoinError(f"the answer of {where} is not a hub's") from error
    return answer
