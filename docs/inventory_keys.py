"""The page of every key of an inventory.

The values come from the readers of the schema, the descriptions from here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from slp_ops.config_files.validation_errors import Problems
from slp_ops.config_files.yaml_nodes import Mapping, Scalar
from slp_ops.inventory import schema
from slp_ops.inventory.sources import csv_source, yaml_source

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from slp_ops.config_files.validators import Reader

_WRONG: Final = (Scalar(line=1, text="\x00", kind="str"), Mapping(line=1, entries=()))
_OWN_USES: Final = ("hop", "intent", "credential")  # tables whose keys only share names with settings
_VALUES: Final = {"description": "text", "key": "a path", "params": "a mapping of names and values"}

TABLES: Final[dict[str, tuple[str, dict[str, Reader]]]] = {
    "switch": ("A switch, below `devices` of its site", yaml_source._DEVICE),
    "site": ("A site, below `sites`", yaml_source._SITE),
    "source": ("Another system as a source, an item of `sources`", yaml_source._SOURCE),
    "hop": ("A jump host, an item of `jump`", schema._HOP),
    "intent": ("The intended way of reporting, `intent`", schema._INTENT),
    "credential": ("A credential, below `credentials`", schema._METHOD),
}
WORDS: Final = {
    "switch.host": "Name or address of the switch; required.",
    "switch.username": "User name; otherwise SLP_OPS_USERNAME, or `User` of the SSH configuration.",
    "switch.credential": "Name of the credential, `default` without one.",
    "switch.platform": "The platform; there is one.",
    "switch.transport": "SSH library. asyncssh needs no thread for each switch.",
    "switch.port": "TCP port of SSH; 22 without one.",
    "switch.tags": "Words for `--tag`. Tags of all levels add up.",
    "switch.jump": "Jump hosts on the way, the nearest to this machine first.",
    "switch.legacy_ssh": "Offer SHA-1 and CBC after everything else, for old releases only.",
    "switch.max_sessions": "Concurrent logins to one site.",
    "switch.max_output": "Output limit of one command in megabytes.",
    "switch.max_time": "Time limit of one command in seconds.",
    "switch.login_timeout": "Seconds from the TCP connection to the first prompt.",
    "switch.intent": "The intended way of reporting; `audit` compares it with the switch.",
    "switch.params": "Parameters of playbooks by name. Secrets are refused.",
    "site.description": "Text for the operator.",
    "site.defaults": "Settings of every switch of the site.",
    "site.devices": "The switches by name.",
    "source.from": f"The system and its place: {yaml_source.SOURCE_EXAMPLES}; required.",
    "source.site": "Site of switches without one. [Sources](../how-to/inventory-sources.md) describes each.",
    "source.site_map": "Sites by the name that the source has for them.",
    "source.tag_map": "Tags by the name that the source has for them.",
    "source.columns": "Columns of a table by the name of the setting.",
    "hop.host": "Name or address of the jump host; required.",
    "hop.port": "TCP port of SSH; 22 without one.",
    "hop.username": "User name on the jump host.",
    "hop.credential": "Name of its credential, `default` without one.",
    "intent.topology": "The way of reporting.",
    "intent.url": "URL of the server.",
    "intent.vrf": "VRF of the licence agent.",
    "intent.source_interface": "Source interface of the licence agent.",
    "intent.smart_account": "Smart Account, where the switch shows none: for bundles of usage files.",
    "intent.virtual_account": "Virtual Account, where the switch shows none.",
    "credential.key": "Private key file. Its passphrase comes from SLP_OPS_<CREDENTIAL>_PASSPHRASE.",
    "credential.agent": "Use the SSH agent.",
}
EXAMPLE: Final = """\
version: 1
defaults: {username: netops, tags: [campus]}
credentials:
  tokyo-ro: {key: ~/.ssh/tokyo-ro}
  bastion: {agent: true}
sites:
  tokyo:
    description: Tokyo head office
    defaults:
      credential: tokyo-ro
      jump: [{host: bastion.example.net, username: jump, credential: bastion}]
    devices:
      tyo-core-01: {host: 192.0.2.11, tags: [core]}
      tyo-acc-01: {host: 192.0.2.21, legacy_ssh: true}
"""
TABLE_EXAMPLE: Final = """\
name,site,host,port,username,tags,legacy_ssh
tyo-core-01,tokyo,192.0.2.11,,netops,core campus,
tyo-acc-01,tokyo,192.0.2.21,2222,netops,access,yes
"""


_LEVELS: Final = """
`defaults` holds settings of every switch. A setting may also be at a site, in its `defaults` or directly,
or at a switch; the nearest wins. `tags` add up, and `intent` and `params` merge key by key. Two switches
with the same address, port, jump hosts and VRF are an error.
"""
_CSV: Final = """## CSV

A file that ends in `.csv` has a heading, then a switch in each line; semicolons may separate the cells.
Tags are separated by blanks, and an empty cell is unset. `name`, `site` and `host` are required. What has
no column, such as `jump` and `intent`, needs YAML.
"""
_SSH: Final = """## Jump hosts and `~/.ssh/config`

A session to a jump host is shared by the switches of a run. `HostName` of `~/.ssh/config` is always used;
`Port`, `User` and `ProxyJump` where the inventory leaves them open. `--ssh-config FILE` names another
file, and `--ssh-config none` reads none.

## known_hosts

Host keys are kept in `known_hosts` in the state directory, in OpenSSH's form; `--known-hosts FILE` names
another file. Jump hosts are in it like switches. [SSH](../how-to/ssh.md) describes strict checks and
changed keys.
"""


def page(note: str) -> Iterator[str]:
    """Yield the lines of the page."""
    yield from ("# Inventory", "", f"{note} `slp-ops init` writes a commented inventory, and")
    yield from ("`slp-ops inventory check` reports every problem with file, line and key.", "")
    yield from ("```yaml", EXAMPLE.rstrip(), "```", "")
    yield f"At the top: {_names(yaml_source._TOP)}."
    yield from (*_LEVELS.strip().split("\n"), "")
    for name, (title, readers) in TABLES.items():
        yield from _table(name, title, readers)
    yield from (*_CSV.rstrip().split("\n"), "", f"Columns: {_names(csv_source._COLUMNS)}.", "")
    yield from ("```", TABLE_EXAMPLE.rstrip(), "```", "", *_SSH.rstrip().split("\n"))


def _names(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def _table(name: str, title: str, readers: dict[str, Reader]) -> Iterator[str]:
    yield from (f"## {title}", "")
    own = [key for key in readers if name == "switch" or key not in schema.SETTINGS or name in _OWN_USES]
    if len(own) < len(readers):
        yield from ("Besides these, every setting of a switch:", "")
    yield from ("| key | value | what it is |", "| --- | --- | --- |")
    for key in own:
        yield f"| `{key}` | {_cell(_value(key, readers[key]))} | {_cell(WORDS[f'{name}.{key}'])} |"
    yield ""


def _value(key: str, read: Reader) -> str:
    """Return what the reader of a key expects: the words of its error for a wrong value."""
    for node in _WRONG:
        problems = Problems("")
        read(node, key, problems)
        for problem in problems.error().problems:
            if problem.expected and key not in _VALUES:
                return problem.expected
    return _VALUES.get(key, "a mapping")


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")
