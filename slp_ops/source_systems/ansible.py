"""Inventories of Ansible, through ``ansible-inventory --list``: ``ansible:hosts.ini``.

INI, YAML and dynamic inventories: Ansible runs the plugins and scripts that the inventory names. Groups
become tags; a group, or the variable ``site``, may be the site. Values that Ansible keeps in a vault, and
templates, are named and never read. Source of the form: docs.ansible.com, "ansible-inventory".
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from slp_ops.errors import InputError
from slp_ops.inventory.source_rows import SourceDevice, SourceHop, SourceReading
from slp_ops.json_documents import InvalidJson, parse_json
from slp_ops.source_systems import ignored_passwords, port_of, printable, rest_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from slp_ops.inventory.values import SourceRequest

SCHEMES: Final = ("ansible",)
CACHED: Final = 0.0
_WITHIN: Final = 300.0  # seconds: a dynamic inventory may ask a cloud
_LARGEST: Final = 256 * 2**20
_PASSWORDS: Final = re.compile(r"ansible_(.*_)?(pass|password|passwd|passphrase|token)")
_NOT_A_TAG: Final = ("all", "ungrouped")
_VAULT: Final = "__ansible_vault"


def read(request: SourceRequest) -> SourceReading:
    """Run ansible-inventory and read its answer. Raises InputError with what to do."""
    path = Path(rest_of(request.location)).expanduser()
    if not path.exists():
        raise InputError(f"{request.location}: there is no such file")
    document = _listed(path, request.location)
    meta = document.get("_meta")
    hosts = meta.get("hostvars") if isinstance(meta, dict) else None
    variables: Mapping[str, Any] = hosts if isinstance(hosts, dict) else {}
    groups = _groups(document)
    names = list(dict.fromkeys([*variables, *groups]))
    notes = _Notes(request.location)
    devices = tuple(
        _device(name, _mapping(variables.get(name)), groups.get(name, ()), notes) for name in names
    )
    return SourceReading(devices=devices, notes=tuple(notes))


def _listed(path: Path, location: str) -> Mapping[str, Any]:
    # First the program of this environment, beside its Python.
    beside = Path(sys.executable).parent / "ansible-inventory"
    program = str(beside) if beside.is_file() else shutil.which("ansible-inventory")
    if program is None:
        raise InputError(
            f"{location} is read with ansible-inventory, which is not on the PATH",
            hint="python -m pip install ansible-core",
        )
    # Plugins of the inventory run there: they get no password of ours.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SLP_OPS_")}
    command = [program, "-i", os.fspath(path.absolute()), "--list"]
    try:
        with subprocess.Popen(  # noqa: S603 - a fixed program; the path is one argument
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as child:
            try:
                out, err = child.communicate(timeout=_WITHIN)
            except BaseException:
                child.kill()
                raise
    except subprocess.TimeoutExpired:
        raise InputError(f"{location}: ansible-inventory took longer than {_WITHIN:.0f} s") from None
    except OSError as error:
        raise InputError(f"{location}: ansible-inventory cannot be started: {error.strerror}") from None
    if len(out) > _LARGEST:
        raise InputError(f"{location}: the answer of ansible-inventory is too large")
    if child.returncode:
        words = printable(err.decode("utf-8", errors="replace"))
        raise InputError(f"{location}: ansible-inventory fails: {words or child.returncode}")
    try:
        document = parse_json(out)
    except InvalidJson as error:
        raise InputError(f"{location}: ansible-inventory did not print JSON ({error})") from None
    found = _mapping(document)
    if not any(isinstance(value, dict) and value.get("hosts") for value in found.values()):
        words = err.decode("utf-8", errors="replace")
        said = next((line for line in words.splitlines() if "parse" in line.lower()), "")
        raise InputError(f"{location}: no hosts; {printable(said) or 'is it an inventory of Ansible?'}")
    return found


def _groups(document: Mapping[str, Any]) -> Mapping[str, tuple[str, ...]]:
    """Return the groups of each host, the nearest first."""
    parents: dict[str, list[str]] = {}
    for group, value in document.items():
        children = _mapping(value).get("children")
        for child in children if isinstance(children, list) else ():
            parents.setdefault(str(child), []).append(group)
    found: dict[str, tuple[str, ...]] = {}
    for group, value in document.items():
        hosts = _mapping(value).get("hosts")
        with_parents = tuple(_with_parents(group, parents))
        for host in hosts if isinstance(hosts, list) else ():
            found[str(host)] = (*found.get(str(host), ()), *with_parents)
    return {
        host: tuple(name for name in dict.fromkeys(names) if name not in _NOT_A_TAG)
        for host, names in found.items()
    }


def _with_parents(group: str, parents: Mapping[str, Iterable[str]]) -> Iterator[str]:
    waiting, seen = [group], {group}
    while waiting:
        each = waiting.pop(0)
        yield each
        new = [parent for parent in parents.get(each, ()) if parent not in seen]
        seen.update(new)
        waiting += new


class _Notes:
    """Values that are not read, counted over the hosts."""

    def __init__(self, location: str) -> None:
        self._location = location
        self.passwords = 0
        self.proxy_commands = 0
        self.vaulted: dict[str, None] = {}

    def __iter__(self) -> Iterator[str]:
        yield from ignored_passwords(self.passwords, self._location)
        if self.vaulted:
            names = ", ".join(self.vaulted)
            yield f"{self._location}: encrypted by Ansible Vault and not read: {names}"
        if self.proxy_commands:
            yield (
                f"{self._location}: ProxyCommand of {self.proxy_commands} host(s) is not used; "
                "ProxyJump is, and jump: of the source"
            )


def _device(name: str, variables: Mapping[str, Any], groups: tuple[str, ...], notes: _Notes) -> SourceDevice:
    notes.passwords += sum(1 for key in variables if _PASSWORDS.fullmatch(key))
    reasons: list[str] = []

    def text(key: str, *, decides: bool = False) -> str:
        value = variables.get(key)
        if isinstance(value, dict) and _VAULT in value:
            notes.vaulted[key] = None
            if decides:
                reasons.append(f"vault: {key} is encrypted by Ansible Vault")
            return ""
        if isinstance(value, str) and "{{" in value:
            if decides:
                reasons.append(f"template: {key} is a template, which ansible-inventory does not resolve")
            return ""
        if isinstance(value, str | int) and not isinstance(value, bool):
            return str(value)
        if decides and value is not None:
            reasons.append(f"{key} is not usable: neither text nor a whole number")
        return ""

    platform = text("ansible_network_os") or text("network_os")
    host = text("ansible_host", decides=True)
    arguments = [text(key, decides=True) for key in ("ansible_ssh_common_args", "ansible_ssh_extra_args")]
    port = port_of(text("ansible_port", decides=True), reasons)
    jump = _jump(" ".join(arguments), notes, reasons)
    if text("ansible_connection") == "local" and not platform:
        reasons.append("local: ansible_connection is local")
    return SourceDevice(
        name=name,
        host=host or name,
        sites=tuple(filter(None, (text("site"), *groups))),
        platform=platform.rpartition(".")[2] if platform else "",
        port=port,
        username=text("ansible_user") or text("ansible_ssh_user"),
        tags=groups,
        jump=jump,
        unusable=next(iter(reasons), ""),
    )


def _jump(arguments: str, notes: _Notes, reasons: list[str]) -> tuple[SourceHop, ...]:
    """Return the jump hosts of SSH options: -J, -o ProxyJump=."""
    try:
        words = shlex.split(arguments)
    except ValueError:
        reasons.append("options of SSH cannot be read: a quote is not closed")
        return ()
    if any("proxycommand" in word.lower() for word in words):
        notes.proxy_commands += 1
    joined = " ".join(words)
    found = re.search(r"(?i)(?:^|\s)(?:-J\s*|-o\s*ProxyJump[=\s]\s*)(\S+)", joined)
    if found is None or found[1].lower() == "none":
        return ()
    return tuple(_hop(each, reasons) for each in found[1].split(",") if each)


def _hop(text: str, reasons: list[str]) -> SourceHop:
    """Return a hop of ``[user@]host[:port]`` or ``ssh://[user@]host[:port]``."""
    user, _, address = text.removeprefix("ssh://").rpartition("@")
    found = re.fullmatch(r"\[(?P<v6>[^\]]+)\](?::(?P<p6>.+))?|(?P<host>[^:]+)(?::(?P<port>[^:]+))?", address)
    if found is None:
        return SourceHop(host=address, username=user or None)
    port = port_of(found["p6"] or found["port"], reasons)
    return SourceHop(host=found["v6"] or found["host"], port=port, username=user or None)


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
