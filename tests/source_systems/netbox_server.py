"""A server that answers as the device list of NetBox does, with faults on request. Written from its API's
documentation; it shares no code with the source."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TOKEN = "0123456789abcdef0123456789abcdef01234567"


def device(number: int, **changes: Any) -> dict[str, Any]:
    """A device as NetBox 4 lists it, without what the source does not read."""
    host = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    return {
        "id": number,
        "url": f"http://other.example.net/api/dcim/devices/{number}/",
        "name": f"acc-{number:05}",
        "display": f"acc-{number:05}",
        "device_type": {"id": 1, "model": "C9300-48P", "manufacturer": {"id": 1, "slug": "cisco"}},
        "role": {"id": 1, "name": "Access", "slug": "access"},
        "tenant": None,
        "platform": {"id": 1, "name": "Cisco IOS-XE", "slug": "ios-xe"},
        "serial": f"FOC{number:08}",
        "site": {"id": 1, "name": "Tokyo HQ", "slug": "tokyo"},
        "location": {"id": 1, "name": "Floor 2", "slug": "floor-2"},
        "status": {"value": "active", "label": "Active"},
        "primary_ip": {"id": number, "family": {"value": 4}, "address": f"{host}/24"},
        "primary_ip4": {"id": number, "family": {"value": 4}, "address": f"{host}/24"},
        "primary_ip6": None,
        "oob_ip": None,
        "virtual_chassis": None,
        "tags": [{"id": 1, "name": "Campus", "slug": "campus"}],
        "custom_fields": {"owner": "netops"},
        **changes,
    }


@dataclass(slots=True)
class NetBox:
    """What the server has, and what it was asked."""

    devices: list[dict[str, Any]]
    seconds: float = 0.0
    token: str = TOKEN
    most: int = 1000
    fails: int = 0  # how many requests are answered 500, from the third on
    asked: list[dict[str, list[str]]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    answer: Callable[[], tuple[int, bytes]] | None = None
    respond: Callable[[BaseHTTPRequestHandler], None] | None = None  # in place of any answer
    port: int = 0

    @property
    def location(self) -> str:
        return f"netbox+http://127.0.0.1:{self.port}"

    def chosen(self, query: dict[str, list[str]]) -> list[dict[str, Any]]:
        """Filter as NetBox does: what it does not know is ignored."""
        found = self.devices
        places = {
            "site": ("site", "slug"),
            "role": ("role", "slug"),
            "status": ("status", "value"),
            "cf_owner": ("custom_fields", "owner"),
        }
        for name, (outer, inner) in places.items():
            if name in query:
                found = [each for each in found if each[outer][inner] in query[name]]
        return found


@contextmanager
def serve(netbox: NetBox) -> Iterator[NetBox]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = parse_qs(parts.query)
            netbox.asked.append(query)
            netbox.headers.append({name.lower(): value for name, value in self.headers.items()})
            over.wait(netbox.seconds)
            if netbox.respond is not None:
                netbox.respond(self)
                return
            code, body = self.answer(parts.path, query)
            self.send_response(code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def answer(self, path: str, query: dict[str, list[str]]) -> tuple[int, bytes]:
            if netbox.answer is not None:
                return netbox.answer()
            if self.headers.get("Authorization") != f"Token {netbox.token}":
                return 403, b'{"detail": "Token expired"}'
            if path != "/api/dcim/devices/":
                return 404, b'{"detail": "Not found."}'
            if len(netbox.asked) > 2 and netbox.fails:
                netbox.fails -= 1
                return 500, b'{"error": "deadlock", "exception": "OperationalError"}'
            chosen = netbox.chosen(query)
            limit = min(int(query.get("limit", ["50"])[0]), netbox.most)
            offset = int(query.get("offset", ["0"])[0])
            page = chosen[offset : offset + limit]
            after = "http://other.example.net/api/next" if offset + limit < len(chosen) else None
            return 200, json.dumps(
                {"count": len(chosen), "next": after, "previous": None, "results": page}
            ).encode()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    over = threading.Event()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    netbox.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield netbox
    finally:
        over.set()
        server.shutdown()
        thread.join()
        server.server_close()
