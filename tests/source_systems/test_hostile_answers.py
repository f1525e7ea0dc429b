"""Answers and files of other systems that are wrong or hostile: one clear error, or one row left out."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from slp_ops.errors import InputError
from slp_ops.source_systems import netbox as source
from tests.source_systems.netbox_server import TOKEN, NetBox, device, serve

if TYPE_CHECKING:
    from http.server import BaseHTTPRequestHandler
    from pathlib import Path

    from slp_ops.inventory import Inventory

Load = Callable[..., "Inventory"]
SECRET = "hunter2xyz"


def page(**changes: Any) -> bytes:
    return json.dumps({"count": 1, "next": None, "results": [device(1)], **changes}).encode()


class TestNetBox:
    @pytest.mark.parametrize(
        "body",
        [
            page(count="many"),
            page().replace(b'"count": 1', b'"count": 1e999'),
            b'{"count": 1, "next": null, "results": [' + b"[" * 100_000 + b"]" * 100_000 + b"]}",
            page(results=["a"]),
            page(results=5),
        ],
        ids=["count-text", "count-infinite", "deep", "results-texts", "results-number"],
    )
    def test_an_answer_of_another_shape_is_an_error(self, load: Load, body: bytes) -> None:
        with (
            serve(NetBox(devices=[], answer=lambda: (200, body))) as server,
            pytest.raises(InputError, match="does not answer like NetBox"),
        ):
            load(server.location)

    @pytest.mark.parametrize(
        ("changes", "options"),
        [
            ({"virtual_chassis": {"id": [1], "master": {"id": 1}}}, ""),
            ({"virtual_chassis": {"id": {}}}, ""),
            ({"oob_ip": {"address": "no address"}}, "#address=oob,family=4"),
        ],
    )
    def test_a_record_of_another_shape_ends_no_reading(
        self, load: Load, changes: dict[str, Any], options: str
    ) -> None:
        with serve(
            NetBox(devices=[device(1, **changes), device(2, oob_ip={"address": "10.0.0.2/8"})])
        ) as server:
            found = load(server.location + options)
        assert "acc-00002" in [each.name for each in found.devices]

    def test_fewer_devices_than_counted_are_no_fleet(self, load: Load) -> None:
        body = page(count=5, results=[])
        with (
            serve(NetBox(devices=[], answer=lambda: (200, body))) as server,
            pytest.raises(InputError, match="gives 0 of its 5 devices"),
        ):
            load(server.location)

    def test_a_redirect_reaches_no_other_server(self, load: Load) -> None:
        # The other address begins with the text of ours.
        with serve(NetBox(devices=[device(9)])) as other, serve(NetBox(devices=[])) as server:

            def redirect(handler: BaseHTTPRequestHandler) -> None:
                handler.send_response(302)
                at = f"http://127.0.0.1:{server.port}@127.0.0.1:{other.port}{handler.path}"
                handler.send_header("Location", at)
                handler.send_header("Content-Length", "0")
                handler.end_headers()

            server.respond = redirect
            with pytest.raises(InputError, match="redirects to another address"):
                load(server.location)
            assert other.asked == []

    def test_a_token_in_the_answer_is_not_printed(self, load: Load) -> None:
        body = json.dumps({"detail": f"Token {TOKEN} is expired"}).encode()
        with (
            serve(NetBox(devices=[], answer=lambda: (403, body))) as server,
            pytest.raises(InputError) as error,
        ):
            load(server.location)
        assert TOKEN not in str(error.value)
        assert "is expired" in str(error.value)

    def test_a_day_of_waiting_is_not_waited(self, load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(source, "_TRIES", 1)

        def later(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(503)
            handler.send_header("Retry-After", "86400")
            handler.send_header("Content-Length", "0")
            handler.end_headers()

        with serve(NetBox(devices=[], respond=later)) as server, pytest.raises(InputError, match="503"):
            load(server.location)

    @pytest.mark.parametrize("kind", ["drip", "bomb", "cut", "no-gzip"])
    def test_a_body_without_an_end(self, load: Load, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
        monkeypatch.setattr(source, "_WITHIN", 1.0)
        monkeypatch.setattr(source, "_LARGEST_PAGE", 2**20)

        def respond(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(200)
            handler.send_header("Content-Type", "application/json")
            if kind == "bomb":
                handler.send_header("Content-Encoding", "gzip")
                handler.end_headers()
                handler.wfile.write(gzip.compress(b" " * 2**24))
            elif kind == "no-gzip":
                handler.send_header("Content-Encoding", "gzip")
                handler.end_headers()
                handler.wfile.write(b"no gzip at all")
            elif kind == "cut":
                handler.send_header("Content-Length", "1000")
                handler.end_headers()
                handler.wfile.write(b"{")
            else:
                handler.end_headers()
                ends = time.monotonic() + 60
                with suppress(OSError):
                    while time.monotonic() < ends:
                        handler.wfile.write(b" ")
                        time.sleep(0.05)

        began = time.monotonic()
        with serve(NetBox(devices=[], respond=respond)) as server, pytest.raises(InputError) as error:
            load(server.location)
        assert "cannot be reached" in str(error.value)
        assert time.monotonic() - began < 25

    def test_ctrl_c_does_not_wait_for_an_answer(self, tmp_path: Path) -> None:
        with (
            serve(NetBox(devices=[], seconds=60)) as server,
            subprocess.Popen(
                [sys.executable, "-m", "slp_ops", "inventory", "check", "-i", server.location],
                stderr=subprocess.PIPE,
                env={**os.environ, "XDG_CACHE_HOME": str(tmp_path)},
            ) as child,
        ):
            ends = time.monotonic() + 60
            while not server.asked and time.monotonic() < ends:
                time.sleep(0.05)
            began = time.monotonic()
            child.send_signal(signal.SIGINT)
            assert child.wait(60) == 130
            assert time.monotonic() - began < 25


def of_text(tmp_path: Path, kind: str, text: str) -> str:
    path = tmp_path / f"hosts{'.csv' if kind == 'csv' else '.yml'}"
    path.write_text(text)
    if kind != "nornir":
        return f"{kind}:{path}"
    config = tmp_path / "config.yaml"
    options = "".join(f"    {name}_file: {tmp_path}/{name}.yml\n" for name in ("group", "defaults"))
    config.write_text(f"inventory:\n  plugin: SimpleInventory\n  options:\n    host_file: {path}\n{options}")
    for name in ("group", "defaults"):
        (tmp_path / f"{name}.yml").write_text("{}\n")
    return f"nornir:{config}"


TEXTS = {
    "csv": "name,host,port\nsw-1,10.0.0.1,{}\n",
    "ansible": "all:\n  hosts:\n    sw-1: {{ansible_host: 10.0.0.1, ansible_port: {}}}\n",
    "nornir": "sw-1: {{hostname: 10.0.0.1, port: {}}}\n",
    "netmiko": "sw-1: {{host: 10.0.0.1, device_type: cisco_xe, port: {}}}\n",
}


@pytest.mark.parametrize("kind", TEXTS)
class TestPorts:
    """The port of SSH is no substitute for a port that cannot be read: another switch may listen there."""

    @pytest.mark.parametrize("port", ["22x", "-5", "99999", "9" * 18, "2222.5"])
    def test_a_port_that_is_none_makes_the_device_unusable(
        self, tmp_path: Path, load: Load, kind: str, port: str
    ) -> None:
        found = load(of_text(tmp_path, kind, TEXTS[kind].format(port)))
        assert found.devices == ()
        assert found.unusable[0].reason.startswith(("port is ", "ansible_port is "))

    def test_a_port_as_text_is_one(self, tmp_path: Path, load: Load, kind: str) -> None:
        found = load(of_text(tmp_path, kind, TEXTS[kind].format('"2222"')))
        assert found.devices[0].port == 2222


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ('ansible_ssh_common_args: "-J \'jump"', "options of SSH"),
        ('ansible_ssh_common_args: "-J {{ jump }}"', "template: ansible_ssh_common_args"),
        ('ansible_port: "{{ port }}"', "template: ansible_port"),
        ("ansible_host: !vault |\n        $ANSIBLE_VAULT;1.1;AES256\n        3132", "vault: ansible_host"),
        ('ansible_ssh_common_args: "-J jump:' + "9" * 5000 + '"', "port is not usable"),
    ],
)
def test_a_way_that_cannot_be_read_is_not_replaced_by_another(
    tmp_path: Path, load: Load, values: str, reason: str
) -> None:
    found = load(of_text(tmp_path, "ansible", f"all:\n  hosts:\n    sw-1:\n      {values}\n    sw-2: {{}}\n"))
    assert [each.name for each in found.devices] == ["sw-2"]
    assert found.unusable[0].reason.startswith(reason)


@pytest.mark.parametrize(
    "line",
    [f'ansible_password={SECRET} "', f"ansible_password=one {SECRET}", f"ansible_become_pass={SECRET} '"],
)
def test_an_error_of_ansible_repeats_no_password(tmp_path: Path, load: Load, line: str) -> None:
    path = tmp_path / "hosts.ini"
    path.write_text(f"sw-1 ansible_host=10.0.0.1 {line}\n")
    with pytest.raises(InputError, match="no hosts") as error:
        load(f"ansible:{path}")
    assert SECRET not in f"{error.value} {error.value.hint}"


@pytest.mark.parametrize("text", ["sw-1: {host: 2024-99-99}\n", "sw-1: {port: 1" + "0" * 5000 + "}\n"])
def test_values_that_yaml_cannot_make(tmp_path: Path, load: Load, text: str) -> None:
    with pytest.raises(InputError, match="not readable as YAML"):
        load(of_text(tmp_path, "netmiko", text))
