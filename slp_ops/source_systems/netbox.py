"""NetBox 3.7 to 4.x, with pynetbox: ``netbox+https://netbox.example.net?site=tokyo&role=access``.

The query holds NetBox's own device filters, passed on as they are; after ``#`` stand options of slp-ops:
``address=primary|oob``, ``family=4|6``, ``site=site|location|region|tenant|site_group``. The token comes from
SLP_OPS_NETBOX_TOKEN or the keyring entry ``netbox-token``. A virtual chassis is one stack.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, replace
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, parse_qsl, urlsplit

from slp_ops.credentials import SERVICE, system_keyring
from slp_ops.errors import InputError
from slp_ops.inventory.source_rows import SourceDevice, SourceReading
from slp_ops.sanitize import one_line
from slp_ops.source_systems import missing_library

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from slp_ops.inventory.values import SourceRequest

SCHEMES: Final = ("netbox+https", "netbox+http")
CACHED: Final = 900.0
_PAGE: Final = 1000  # NetBox's largest page unless its MAX_PAGE_SIZE says otherwise
_MOST_DEVICES: Final = 200_000
_LARGEST_PAGE: Final = 128 * 2**20
_PIECE: Final = 2**16
_TIMEOUTS: Final = (10.0, 60.0)  # to connect, and between two bytes, in seconds
_WITHIN: Final = 600.0
_TRIES: Final = 4
_VARIABLE: Final = "SLP_OPS_NETBOX_TOKEN"
_ENTRY: Final = "netbox-token"
_OURS: Final[Mapping[str, tuple[str, ...]]] = {
    "address": ("primary", "oob"),
    "family": ("4", "6"),
    "site": ("site", "location", "region", "site_group", "tenant"),
}
_TOO_LARGE: Final = (RecursionError, OverflowError)  # nested too deeply, or no finite number
_NOT_FILTERS: Final = ("limit", "offset", "exclude", "fields", "brief", "format", "start", "ordering")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Location:
    """The parts of a location."""

    base: str
    filters: Mapping[str, list[str]]
    options: Mapping[str, str]


def read(request: SourceRequest) -> SourceReading:
    """Read the devices that the filters choose. Raises InputError with what to do."""
    location = _parse(request.location)
    try:
        import pynetbox
    except ImportError:
        raise missing_library("netbox", "pynetbox") from None
    api = pynetbox.api(location.base, token=_token())
    with _session(location.base, time.monotonic() + _WITHIN) as api.http_session:
        devices, members = _devices(_records(api, location), location.options)
        notes = list(_notes(location, api, len(devices) + members))
    if members:
        notes.append(
            f"{location.base}: {members} further members of virtual chassis; each chassis is one device"
        )
    return SourceReading(devices=tuple(devices), notes=tuple(notes))


def _parse(location: str) -> _Location:
    parts = urlsplit(location)
    scheme = parts.scheme.partition("+")[2]
    if not parts.hostname or parts.username is not None or parts.password is not None:
        raise InputError(
            "the location of a NetBox is not well formed",
            hint=f"netbox+https://HOST[:PORT][/PATH][?FILTER=VALUE]; the token belongs in {_VARIABLE}",
        )
    filters = parse_qs(parts.query, keep_blank_values=True)
    if wrong := [name for name in filters if name in _NOT_FILTERS]:
        raise InputError(
            f"{wrong[0]} is no filter of devices", hint="slp-ops sets page size and fields itself"
        )
    if empty := [name for name, values in filters.items() if not all(values)]:
        raise InputError(f"the filter {empty[0]} is empty: it would choose every device")
    options = dict(parse_qsl(parts.fragment.replace(",", "&"), keep_blank_values=True))
    for name, value in options.items():
        known = _OURS.get(name)
        if known is None or value not in known:
            choices = "; ".join(f"{key}={'|'.join(words)}" for key, words in _OURS.items())
            raise InputError(f"#{name}={value} is no option of this source", hint=f"after # stand {choices}")
    base = f"{scheme}://{parts.netloc}{parts.path.rstrip('/').removesuffix('/api')}"
    return _Location(base=base, filters=filters, options=options)


def _token() -> str | None:
    token = os.environ.get(_VARIABLE, "").strip()
    if not token:
        try:
            token = (system_keyring(_ENTRY) or "").strip()
        except Exception:  # noqa: BLE001 - a backend is a plug-in and raises what it likes
            token = ""
    if not token.isprintable():
        raise InputError("the token of NetBox is not one line of plain text", hint=f"set {_VARIABLE} again")
    return token or None  # some NetBoxes can be read without one


def _session(base: str, ends: float) -> Any:
    """Return a session that reaches this server only, retries what may pass, and reads a bounded answer.

    ``ends`` is the monotonic time at which an answer that is still arriving is given up.
    """
    import requests
    from requests.adapters import HTTPAdapter
    from urllib3.util.retry import Retry

    class Bounded(HTTPAdapter):
        def send(self, request: Any, **kwargs: Any) -> Any:  # type: ignore[override]  # as given
            response = super().send(request, **{**kwargs, "timeout": _TIMEOUTS, "stream": True})
            content = bytearray()
            try:
                # A compressed answer grows while it is read: small pieces bound it, and the time.
                while piece := response.raw.read1(_PIECE, decode_content=True):
                    content += piece
                    if len(content) > _LARGEST_PAGE:
                        raise requests.exceptions.ContentDecodingError("the answer is larger than 128 MB")
                    if time.monotonic() > ends:
                        raise requests.exceptions.ReadTimeout(f"the answer takes longer than {_WITHIN:.0f} s")
            except BaseException:
                response.raw.close()
                response.close()
                raise
            response._content = bytes(content)  # requests has no other way to bound an answer
            return response

    session = requests.Session()
    # The .netrc of the user would replace the token.
    session.auth = lambda prepared: prepared
    session.adapters.clear()
    retry = Retry(
        total=_TRIES,
        connect=1,
        status_forcelist=(429, 500, 502, 503, 504),
        allowed_methods=("GET",),
        backoff_factor=0.5,
        raise_on_status=False,
        redirect=0,
        respect_retry_after_header=False,  # it may say a day
    )
    # With the slash: https://netbox.example.net would also be the beginning of another server's address.
    session.mount(f"{base}/", Bounded(max_retries=retry))
    return session


def _records(api: Any, location: _Location) -> Iterator[Mapping[str, Any]]:
    """Yield the devices as NetBox gives them, page by page.

    pynetbox's own paging follows the link that the server names, with the token, and its records fetch what
    they lack: here each page is asked for by its offset and used as it came.
    """
    offset, began = 0, time.monotonic()
    while True:
        page = _page(api, location.filters, limit=_PAGE, offset=offset)
        yield from page
        offset += len(page)
        if offset > _MOST_DEVICES:
            raise InputError(f"{location.base} has more than {_MOST_DEVICES:,} devices", hint="filter them")
        if len(page) < _PAGE:
            count = _count(api, location.filters)
            if offset >= count:
                return
            if not page:
                raise InputError(f"{location.base} gives {offset:,} of its {count:,} devices; try again")
        if time.monotonic() - began > _WITHIN:
            raise InputError(f"{location.base} took longer than {_WITHIN:.0f} s", hint="filter its devices")


def _page(api: Any, filters: Mapping[str, Any], **paging: int) -> list[Mapping[str, Any]]:
    found = _asked(
        api, lambda: list(api.dcim.devices.filter(**filters, **paging, exclude="config_context").response)
    )
    if not all(isinstance(each, dict) for each in found):
        raise InputError(f"{api.base_url} does not answer like NetBox")
    return found  # type: ignore[no-any-return]  # checked


def _count(api: Any, filters: Mapping[str, Any]) -> int:
    return int(_asked(api, lambda: int(api.dcim.devices.count(**filters))))


def _asked(api: Any, ask: Any) -> Any:
    """Ask, and translate every failure into one message."""
    import pynetbox
    import requests
    import urllib3

    try:
        return ask()
    except pynetbox.RequestError as error:
        code = error.req.status_code
        if code in (401, 403):
            raise InputError(
                f"{api.base_url} refuses the token ({code}): {_reason(error)}",
                hint=f"set {_VARIABLE} to a valid token, or store it with 'keyring set {SERVICE} {_ENTRY}'",
            ) from None
        raise InputError(f"{api.base_url} answers {code}: {_reason(error)}") from None
    except requests.exceptions.InvalidSchema:
        raise InputError(f"{api.base_url} redirects to another address; name that one") from None
    except requests.exceptions.SSLError as error:
        raise InputError(
            f"{api.base_url}: its certificate is not trusted ({_short(error)})",
            hint="set REQUESTS_CA_BUNDLE to the file of your certificate authority",
        ) from None
    except (pynetbox.ContentError, ValueError, KeyError, TypeError, AttributeError, *_TOO_LARGE):
        raise InputError(
            f"{api.base_url} does not answer like NetBox", hint="is it the address of NetBox?"
        ) from None
    except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError) as error:
        raise InputError(f"{api.base_url} cannot be reached: {_short(error)}") from None


def _reason(error: Any) -> str:
    try:
        said = error.req.json()
    except ValueError:
        return "no reason given"
    detail = said.get("detail") or said if isinstance(said, dict) else said
    words = str(detail).replace(_token() or "\0", "(the token)")  # a server may repeat it
    return one_line(words)[:200]


def _short(error: Exception) -> str:
    """Return the innermost reason of an error of requests."""
    cause: Any = error
    while getattr(cause, "args", None) and isinstance(cause.args[0], Exception):
        cause = cause.args[0]
    reason = getattr(cause, "reason", None)
    words = str(reason if isinstance(reason, Exception) else cause)
    return one_line(words.partition(">: ")[2] or words.partition(": ")[2] or words)[:200]


def _notes(location: _Location, api: Any, chosen: int) -> Iterator[str]:
    """Yield a warning where the filters exclude nothing: NetBox ignores a filter that it does not know."""
    if location.filters and chosen and _count(api, {}) == chosen:
        yield f"{location.base}: the filters exclude no device; are their names those of NetBox?"
    host = urlsplit(location.base).hostname or ""
    if location.base.startswith("http://") and not _is_loopback(host):
        yield f"{location.base}: the token travels unencrypted; use netbox+https"


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _devices(
    records: Iterator[Mapping[str, Any]], options: Mapping[str, str]
) -> tuple[list[SourceDevice], int]:
    """Return one device for each record or virtual chassis, and the number of further members.

    The master represents its chassis, else the first member; the address may be any member's.
    """
    devices: dict[object, SourceDevice] = {}
    members = 0
    for record in records:
        device, chassis = _device(record, options), _object(record.get("virtual_chassis"))
        if not chassis:
            devices[len(devices)] = device
            continue
        key = ("chassis", str(chassis.get("id")))
        other = devices.get(key)
        members += other is not None
        if other is None or record.get("id") == _object(chassis.get("master")).get("id"):
            devices[key] = replace(device, host=device.host or (other.host if other is not None else ""))
        elif not other.host:
            devices[key] = replace(other, host=device.host)
    return list(devices.values()), members


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _device(record: Mapping[str, Any], options: Mapping[str, str]) -> SourceDevice:
    tags = [_word(record.get("role") or record.get("device_role"))]
    listed = record.get("tags")
    tags += [_word(tag) for tag in listed] if isinstance(listed, list) else []
    make = _word(_object(record.get("device_type")).get("manufacturer"))
    platform = _word(record.get("platform"))
    return SourceDevice(
        name=str(record.get("name") or ""),
        host=_address(record, options),
        sites=tuple(filter(None, (_word(record.get(options.get("site", "site"))),))),
        platform=platform,
        tags=tuple(filter(None, tags)),
        unusable=f"another make: {make}" if make and make != "cisco" and not platform else "",
    )


def _word(value: object) -> str:
    """Return the word of an object of NetBox: its slug, which is made for that."""
    each = _object(value)
    return str(each.get("slug") or each.get("name") or each.get("value") or "")


def _address(record: Mapping[str, Any], options: Mapping[str, str]) -> str:
    family = options.get("family", "")
    key = "oob_ip" if options.get("address") == "oob" else f"primary_ip{family}"
    address = str(_object(record.get(key)).get("address") or "").partition("/")[0]
    if address and key == "oob_ip" and family and _family(address) not in ("", family):
        return ""
    return address


def _family(address: str) -> str:
    """Return 4 or 6; nothing for a text that is no address: the check of the row refuses that."""
    try:
        return str(ip_address(address).version)
    except ValueError:
        return ""
