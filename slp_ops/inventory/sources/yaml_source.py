"""Native YAML source: version, defaults, credentials, sites with their devices.

    version: 1
    defaults: {username: netops, transport: netmiko}
    credentials: {tokyo-ro: {key: ~/.ssh/tokyo}}
    sites:
      tokyo:
        description: Tokyo head office
        defaults: {max_sessions: 20}
        devices:
          tyo-core-01: {host: 192.0.2.11, tags: [core]}

A site's settings may be in its ``defaults`` or directly at the site.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Final

from slp_ops.config_files.validation_errors import Problems, shown
from slp_ops.config_files.validators import (
    Reader,
    a_kind,
    entries,
    is_null,
    items,
    joined,
    lacks,
    mapped,
    matching_format,
    text,
)
from slp_ops.config_files.value_formats import HOST, NAME
from slp_ops.config_files.yaml_nodes import Entry, Mapping, Node, Scalar, parse
from slp_ops.inventory import forbid_secrets as everywhere
from slp_ops.inventory.schema import SETTINGS, Settings, method
from slp_ops.inventory.values import Inventory, Site, SourceRequest

if TYPE_CHECKING:
    from slp_ops.model import CredentialMethod, Device

SUFFIXES: Final = (".yaml", ".yml")
_SSH: Final = 22
_PLAIN_WAY: Final = (_SSH, (), None)
_TOP: Final = ("version", "defaults", "credentials", "sites", "sources")
_SITE: Final[dict[str, Reader]] = {
    "description": text,
    # Both are read separately, after the site's settings; here they are only known keys.
    "defaults": lambda node, key, problems: None,
    "devices": lambda node, key, problems: None,
    **SETTINGS,
}
_DEVICE: Final[dict[str, Reader]] = {"host": matching_format(HOST), **SETTINGS}


def _words(node: Node, key: str, problems: Problems) -> dict[str, str]:
    """Read a mapping of their words to ours."""
    found: dict[str, str] = {}
    for one in entries(node, key, problems):
        word = matching_format(NAME)(one.value, joined(key, one.key.text), problems)
        if word is not None:
            found[one.key.text] = word
    return found


SOURCE_EXAMPLES: Final = "netbox+https://HOST, ansible:FILE, nornir:FILE, csv:FILE or netmiko:FILE"
_OURS: Final = {"site": "site", "site_map": "sites", "tag_map": "tags", "columns": "columns"}
_SOURCE: Final[dict[str, Reader]] = {
    "from": text,
    "site": matching_format(NAME),
    "site_map": _words,
    "tag_map": _words,
    "columns": _words,
    **SETTINGS,
}


def read(content: str, path: str) -> Inventory:
    """Read the inventory of a text; raises InputError with all problems."""
    problems = Problems(path)
    root = parse(content, problems)
    if root is None:
        problems.raise_if_any()
    if root is None or is_null(root):
        what = "contains only comments" if content.strip() else "is empty"
        problems.add(1, "", what, "version, defaults and sites")
        raise problems.error()
    del content  # all of it is in the tree
    return read_tree(root, problems)


def read_tree(root: Node, problems: Problems) -> Inventory:
    """Read the inventory of a tree; other sources build such a tree."""
    everywhere.check(root, "", problems)
    everywhere.check_credential_names(root, problems)
    hint = everywhere.HINT if everywhere.holds_secret(root) else ""
    inventory = _Read(problems).inventory(root)
    problems.raise_if_any(hint=hint)
    return inventory


@dataclass(slots=True)
class _Read:
    """State while reading one file, to detect duplicates."""

    problems: Problems
    sites: list[Site] = field(default_factory=list)
    devices: list[Device] = field(default_factory=list)
    unset_fields: dict[str, frozenset[str]] = field(default_factory=dict)
    sources: list[SourceRequest] = field(default_factory=list)
    site_settings: dict[str, Settings] = field(default_factory=dict)
    # folded name -> name and line, site
    seen: dict[str, tuple[Scalar, str]] = field(default_factory=dict)
    # address, port, jump hosts, VRF -> name and line
    addresses: dict[str | tuple[object, ...], Scalar] = field(default_factory=dict)

    def inventory(self, root: Node) -> Inventory:
        if not isinstance(root, Mapping):
            self.problems.add(root.line, "", f"is {a_kind(root)}", "a mapping with version and sites")
            return Inventory()
        top = {one.key.text: one for one in entries(root, "", self.problems, _TOP)}
        self.version(top.get("version"), root)
        defaults = self.settings(top["defaults"].value, "defaults") if "defaults" in top else None
        credentials = self.credentials(top["credentials"].value) if "credentials" in top else {}
        self.site_settings[""] = defaults or Settings()
        if "sites" not in top and "sources" not in top:
            self.problems.add(root.line, "sites", "is missing", "a mapping of sites")
        if "sites" in top:
            for one in entries(top["sites"].value, "sites", self.problems):
                self.site(one, defaults or Settings())
        if "sources" in top:
            expected = "a list such as [{from: 'ansible:hosts.ini'}]"
            for index, node in enumerate(items(top["sources"].value, "sources", self.problems, expected)):
                self.source(node, f"sources[{index}]")
        return Inventory(
            sites=tuple(self.sites),
            devices=tuple(self.devices),
            credentials=credentials,
            unset_fields=self.unset_fields,
            sources=tuple(self.sources),
            site_settings=self.site_settings,
        )

    def version(self, entry: Entry | None, root: Mapping) -> None:
        if entry is None:
            self.problems.add(root.line, "version", "is missing", "version: 1")
            return
        node = entry.value
        if not isinstance(node, Scalar) or (node.kind, node.text) != ("int", "1"):
            self.problems.add(node.line, "version", "is no version that is read here", "1")

    def settings(self, node: Node, key: str) -> Settings:
        found: dict[str, Any] = mapped(node, key, self.problems, SETTINGS)
        return Settings(**found)

    def credentials(self, node: Node) -> dict[str, CredentialMethod]:
        found: dict[str, CredentialMethod] = {}
        for one in entries(node, "credentials", self.problems):
            place = joined("credentials", one.key.text)
            if self.check_name(one, place):
                found[one.key.text] = method(one.value, place, self.problems)
        return found

    def check_name(self, entry: Entry, place: str) -> bool:
        fits = NAME.accepts(entry.key.text)
        if not fits:
            self.problems.add(entry.key.line, place, "is not usable as a name", NAME.expected)
        return fits

    def site(self, entry: Entry, wider: Settings) -> None:
        place = joined("sites", entry.key.text)
        self.check_name(entry, place)
        found: dict[str, Any] = mapped(entry.value, place, self.problems, _SITE)
        description = found.pop("description", "")
        own = Settings(**found)
        parts = {}
        if isinstance(entry.value, Mapping):
            parts = {one.key.text: one.value for one in entry.value.entries}
        if "defaults" in parts:
            own = own.merged_over(self.settings(parts["defaults"], f"{place}.defaults"))
        merged = own.merged_over(wider)
        self.site_settings[entry.key.text] = merged
        self.sites.append(
            Site(name=entry.key.text, description=description, max_sessions=merged.max_sessions)
        )
        if "devices" in parts:
            inside = f"{place}.devices"
            for one in entries(parts["devices"], inside, self.problems):
                self.device(one, joined(inside, one.key.text), entry.key.text, merged)

    def source(self, node: Node, place: str) -> None:
        found: dict[str, Any] = mapped(node, place, self.problems, _SOURCE)
        if lacks(node, "from"):
            self.problems.add(node.line, f"{place}.from", "is missing", SOURCE_EXAMPLES)
        location = found.pop("from", None)
        ours = {name: found.pop(key) for key, name in _OURS.items() if key in found}
        if location is not None:
            self.sources.append(SourceRequest(location=location, settings=Settings(**found), **ours))

    def device(self, entry: Entry, place: str, site: str, wider: Settings) -> None:
        name, line = entry.key.text, entry.key.line
        fits = self.check_name(entry, place)
        # Names become folders, and some file systems ignore case.
        folded = name.casefold()
        other, where = self.seen.setdefault(name if folded == name else folded, (entry.key, site))
        if (other.text, where) != (name, site):  # the same name in one site is a duplicate key
            same = "this name" if other.text == name else "this name, apart from upper and lower case"
            message = f"line {other.line} has a device of {same}"
            self.problems.add(line, place, message, "one name a device")
        found: dict[str, Any] = mapped(entry.value, place, self.problems, _DEVICE)
        host = found.pop("host", None)
        if lacks(entry.value, "host"):
            self.problems.add(line, f"{place}.host", "is missing", HOST.expected)
        if not fits or host is None:
            return
        settings = Settings(**found).merged_over(wider)
        self.check_address(host, settings, entry.key, place)
        self.devices.append(settings.device(name=name, site=site, host=host))
        self.unset_fields[name] = settings.unset_fields()

    def check_address(self, host: str, settings: Settings, name: Scalar, place: str) -> None:
        """Report a switch that is listed twice: it would be read, and changed, twice at the same time."""
        hops = tuple((_folded(hop.host), hop.port) for hop in settings.jump or ())
        way = (settings.port or _SSH, hops, settings.intent.get("vrf"))
        key = _folded(host) if way == _PLAIN_WAY else (_folded(host), *way)  # of most switches the host alone
        other = self.addresses.setdefault(key, name)
        if other.text != name.text:
            same = "at this address, with the same port, jump hosts and VRF"
            message = f"line {other.line} has '{shown(other.text)}' {same}"
            self.problems.add(name.line, f"{place}.host", message, "one entry a switch")


def _folded(host: str) -> str:
    """Return a host in one spelling: an address in its shortest form, a name without capitals."""
    try:
        folded = str(ip_address(host))
    except ValueError:
        folded = host.casefold().removesuffix(".")
    return host if folded == host else folded  # one object of a text that is kept
