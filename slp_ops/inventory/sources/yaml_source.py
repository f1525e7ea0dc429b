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
from typing import TYPE_CHECKING, Any, Final

from slp_ops.config_files.validation_errors import Problems
from slp_ops.config_files.validators import (
    Reader,
    a_kind,
    entries,
    is_null,
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
from slp_ops.inventory.values import Inventory, Site

if TYPE_CHECKING:
    from slp_ops.model import CredentialMethod, Device

SUFFIXES: Final = (".yaml", ".yml")
_TOP: Final = ("version", "defaults", "credentials", "sites")
_SITE: Final[dict[str, Reader]] = {
    "description": text,
    # Both are read separately, after the site's settings; here they are only known keys.
    "defaults": lambda node, key, problems: None,
    "devices": lambda node, key, problems: None,
    **SETTINGS,
}
_DEVICE: Final[dict[str, Reader]] = {"host": matching_format(HOST), **SETTINGS}


def read(content: str, path: str) -> Inventory:
    """Read the inventory of a text; raises InputError with all problems."""
    problems = Problems(path)
    root = parse(content, problems)
    if root is None:
        problems.raise_if_any()
    if root is None or is_null(root):
        what = "holds nothing but comments" if content.strip() else "is empty"
        problems.add(1, "", what, "version, defaults and sites")
        raise problems.error()
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
    # folded name -> name, site, line
    seen: dict[str, tuple[str, str, int]] = field(default_factory=dict)

    def inventory(self, root: Node) -> Inventory:
        if not isinstance(root, Mapping):
            self.problems.add(root.line, "", f"is {a_kind(root)}", "a mapping with version and sites")
            return Inventory()
        top = {one.key.text: one for one in entries(root, "", self.problems, _TOP)}
        self.version(top.get("version"), root)
        defaults = self.settings(top["defaults"].value, "defaults") if "defaults" in top else None
        credentials = self.credentials(top["credentials"].value) if "credentials" in top else {}
        if "sites" not in top:
            self.problems.add(root.line, "sites", "is missing", "a mapping of sites")
        else:
            for one in entries(top["sites"].value, "sites", self.problems):
                self.site(one, defaults or Settings())
        return Inventory(
            sites=tuple(self.sites),
            devices=tuple(self.devices),
            credentials=credentials,
            unset_fields=self.unset_fields,
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
        self.sites.append(
            Site(name=entry.key.text, description=description, max_sessions=merged.max_sessions)
        )
        if "devices" in parts:
            inside = f"{place}.devices"
            for one in entries(parts["devices"], inside, self.problems):
                self.device(one, joined(inside, one.key.text), entry.key.text, merged)

    def device(self, entry: Entry, place: str, site: str, wider: Settings) -> None:
        name, line = entry.key.text, entry.key.line
        fits = self.check_name(entry, place)
        # Names become folders, and some file systems ignore case.
        other, where, line_before = self.seen.setdefault(name.casefold(), (name, site, line))
        if (other, where) != (name, site):  # the same name in one site is a duplicate key
            same = "this name" if other == name else "this name but for capitals"
            message = f"line {line_before} has a device of {same}"
            self.problems.add(line, place, message, "one name a device")
        found: dict[str, Any] = mapped(entry.value, place, self.problems, _DEVICE)
        host = found.pop("host", None)
        if lacks(entry.value, "host"):
            self.problems.add(line, f"{place}.host", "is missing", HOST.expected)
        if not fits or host is None:
            return
        settings = Settings(**found).merged_over(wider)
        self.devices.append(settings.device(name=name, site=site, host=host))
        self.unset_fields[name] = settings.unset_fields()
