"""The only things that may be sent to a switch in order to read it: show commands, and probes of a target.

A ReadCommand can be built only from text that is provably read-only: the first word expands to
``show`` and to nothing else, pipes only select lines, and nothing in it could start a second
command, write a file or leave the switch. A ProbeStep is built from parts that have each passed a narrow
grammar, so that nothing in an inventory, an option or a switch's output can become more than the host,
port, VRF or interface of one telnet or ping. A session that accepts only these cannot change a switch.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from slp_ops.errors import NotReadOnly
from slp_ops.iosxe.names import is_host, is_interface, is_port, is_vrf

if TYPE_CHECKING:
    from collections.abc import Iterator

# Exec verbs of IOS-XE that begin with "s": an abbreviation must single out "show" among them.
_VERBS: Final = (
    "scan", "send", "session", "set", "setup", "show", "slip", "snmp", "software", "spec-file",
    "squeeze", "ssh", "stack-mac", "start-chassis", "stop-chassis", "switch", "systat",
)  # fmt: skip
_SELECTING: Final = ("include", "exclude", "begin", "section", "count")
_WRITING: Final = ("redirect", "tee", "append", "save")
_PIPE_VERBS: Final = (*_SELECTING, *_WRITING, "format")
# Words of show commands that clear what they show, or show it until a key is pressed.
_ACTING: Final = ("clear", "continuous", "delete", "erase", "follow", "reset")
_SHORTEST_ACTING: Final = 2
_PRINTABLE: Final = re.compile(r"[\x20-\x7e]+", re.ASCII)
# A file system or a scheme with a colon: no read-only command needs one.
_URL: Final = re.compile(
    r"(?i)://|(?<![\w-])(?:\w*flash\w*|crashinfo|disk\d|slot\d|usb\w*|nvram|null|system|tmpsys|stby-\w+|webui|"
    r"archive|cns|tar|t?ftp|sftp|scp|rcp|https?|pram|xmodem|ymodem|logging|revrcsf|unix|bs)[\w-]*:"
)
# With "shell processing" configured, IOS.sh chains, substitutes and redirects as a Unix shell does.
_SHELL: Final = re.compile(r"[;`&<>]|\$(?![\s|)]|$)")
_LONGEST: Final = 240


class ReadCommand:
    """Command that cannot change a switch; ``str()`` returns the text to send.

    Raises NotReadOnly for anything that is not provably read-only.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        if why := next(_objections(text), None):
            raise NotReadOnly(
                f"{text[:80]!r} is refused: {why}",
                hint="only 'show ...' is sent, with the pipes include, exclude, begin, section, count",
            )
        self._text = text.strip()

    def __str__(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return f"ReadCommand({self._text!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ReadCommand) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)


def _expansions(word: str, vocabulary: tuple[str, ...]) -> tuple[str, ...]:
    """Return every word that an abbreviation could mean; a full word means only itself."""
    lowered = word.lower()
    if lowered in vocabulary:
        return (lowered,)
    return tuple(known for known in vocabulary if known.startswith(lowered))


def _objections(text: str) -> Iterator[str]:
    """Yield the reasons why a text may not be sent; none when it is provably read-only."""
    if len(text) > _LONGEST:
        yield f"it is longer than {_LONGEST} characters"
    if not _PRINTABLE.fullmatch(text):
        yield "it is empty or contains a control character, a second line or a character beyond ASCII"
    if "?" in text:
        yield "'?' asks for help and leaves half a line behind"
    if _SHELL.search(text):
        yield "it contains a character with which the switch's shell could chain or redirect"
    if _URL.search(text):
        yield "it names a file or an address"
    command, *pipes = text.split("|")
    words = command.split()
    if not words or _expansions(words[0], _VERBS) != ("show",):
        yield "the first word does not expand to 'show' alone"
    if len(words) < 2:
        yield "'show' alone names nothing to show"
    for word in words[1:]:
        # "save" is an argument of some show commands and so may be cut to one letter; the others
        # follow a bar only, but a bar may have been lost on the way here.
        if "save" in _expansions(word, _WRITING) or word.lower() in _WRITING:
            yield f"{word!r} may be short for a word that writes"
    yield from _acting_words(words[2:])
    if pipes:
        yield from _first_pipe(pipes[0])
    for later in pipes[1:]:
        # IOS-XE treats a later bar as part of the expression ("include CPU|five"), unless a release
        # chains filters: then a writing verb with a target would write.
        parts = later.split()
        if len(parts) > 1 and any(verb in _WRITING for verb in _expansions(parts[0], _PIPE_VERBS)):
            yield f"'| {parts[0]}' may write"


def _acting_words(words: list[str]) -> Iterator[str]:
    """Object to words that act or never end: spelled out anywhere, or abbreviated at the end."""
    for place, word in enumerate(words, 1):
        short = place == len(words) and len(word) >= _SHORTEST_ACTING
        if word.lower() in _ACTING or (short and _expansions(word, _ACTING)):
            yield f"{word!r} may mean a word that acts, or that never ends"


def _first_pipe(pipe: str) -> Iterator[str]:
    words = pipe.split()
    if not words:
        yield "the bar is followed by nothing"
        return
    verbs = _expansions(words[0], _PIPE_VERBS)
    if len(verbs) != 1 or verbs[0] not in _SELECTING:
        yield f"'| {words[0]}' is not, or not only, one of {', '.join(_SELECTING)}"


class Tool(StrEnum):
    """Command that tries a connection."""

    TELNET = "telnet"
    PING = "ping"  # proves only that a name resolves: ICMP is often filtered


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeStep:
    """One attempt; ``str()`` returns the command. Raises NotReadOnly for a part with an invalid format.

    ``port`` is None for a ping only. VRF and source interface are part of the test.
    """

    tool: Tool = Tool.TELNET
    host: str
    port: int | None = None
    vrf: str | None = None
    source_interface: str | None = None

    def __post_init__(self) -> None:
        for fits, value, what in (
            (is_host(self.host), self.host, "host: a DNS name or an IP address"),
            (self.vrf is None or is_vrf(self.vrf), self.vrf, "name of a VRF"),
            (
                self.source_interface is None or is_interface(self.source_interface),
                self.source_interface,
                "interface such as Vlan100",
            ),
        ):
            if not fits:
                raise NotReadOnly(f"{str(value)[:80]!r} is no {what}", hint="nothing was sent")
        telnet = self.tool is Tool.TELNET
        if telnet != (self.port is not None) or (self.port is not None and not is_port(self.port)):
            raise NotReadOnly(f"{self.port!r} is no TCP port to {self.tool} to", hint="1 to 65535")

    def __str__(self) -> str:
        if self.tool is Tool.PING:
            words = [f"ping vrf {self.vrf}" if self.vrf else "ping", self.host]
            if self.source_interface:
                words.append(f"source {self.source_interface}")
            return " ".join([*words, "repeat 2"])
        words = [f"telnet {self.host} {self.port}"]
        if self.vrf:
            words.append(f"/vrf {self.vrf}")
        if self.source_interface:
            words.append(f"/source-interface {self.source_interface}")
        return " ".join([*words, "/ipv6" if ":" in self.host else "/ipv4"])
