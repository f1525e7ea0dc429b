"""The redactor: text in pieces of any size in, text without secrets out, in bounded memory.

What comes out does not depend on how the text was cut. Whole lines are looked at, so the end of an
unfinished line is held back until its newline or ``finish``. A line longer than ``LONGEST_LINE``, which
no switch prints but a broken one might, is not held: its head is read as any line, the rest of it,
in which a secret could not be distinguished from other text, becomes one mask.
"""

from __future__ import annotations

import hmac
import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from slp_ops.redact import blocks, lines
from slp_ops.redact.blocks import Block, KeyChain, LineRole, Pem
from slp_ops.redact.masks import as_mask, is_mask, mask

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LONGEST_LINE: Final = 256 * 1024
_MARGIN: Final = 1024  # of an over-long line's head, read but not passed: a secret may begin there
_SLICE: Final = 64 * 1024
_ALL_STEMS: Final = {*lines.STEMS, *blocks.STEMS}
_STEMS: Final = tuple(
    sorted(stem for stem in _ALL_STEMS if not any(other in stem for other in _ALL_STEMS - {stem}))
)
_CARRIAGE: Final = re.compile(r"(\r+)")
_LONG_RUN: Final = re.compile(r"[A-Za-z0-9+/=]{40,}", re.ASCII)
# Colours and cursor moves of a terminal's log, and invisible characters: between two words they would hide
# visible text from the rules.
_UNSEEN: Final = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[^\[])?|[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u200b-\u200f\u2060-\u206f\ufeff]"
)


class Redactor:
    """One capture's redactor. ``key`` is the masking key; the same one gives the same masks."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._counts: Counter[str] = Counter()
        self._held: list[str] = []  # an unfinished line
        self._held_size = 0
        self._overlong: hmac.HMAC | None = None
        self._block: Block | None = None
        self._body: hmac.HMAC | None = None
        self._indent = ""
        self._ending = ""

    @property
    def counts(self) -> Mapping[str, int]:
        """Number of masked secrets by kind."""
        return dict(self._counts)

    def feed(self, text: str) -> str:
        """Take the next piece; give what may be written now."""
        if len(text) <= _SLICE:
            return self._take(text)
        return "".join(self._take(text[at : at + _SLICE]) for at in range(0, len(text), _SLICE))

    def finish(self) -> str:
        """The text has ended: give what was held back."""
        rest = "".join(self._held)
        self._held.clear()
        self._held_size = 0
        out = self._end_overlong() + self._lines(rest)
        return out + self._close_block()

    def _take(self, text: str) -> str:
        cut = text.rfind("\n") + 1
        out = self._whole(text[:cut]) if cut else ""
        return out + self._hold(text[cut:])

    def _whole(self, text: str) -> str:
        """Text that ends in a newline, to which the held line, if any, is the beginning."""
        out = ""
        if self._overlong is not None or self._held_size:
            end = text.index("\n")
            out = self._hold(text[:end])
            if self._overlong is not None:
                out += self._end_overlong()
                text = text[end:]
                return out + "\n" + self._lines(text[1:])
            text = "".join(self._held) + text[end:]
            self._held.clear()
            self._held_size = 0
        return out + self._lines(text)

    def _hold(self, text: str) -> str:
        """Keep an unfinished line; once it is too long, give its head and digest the rest."""
        if not text:
            return ""
        if self._overlong is not None:
            self._overlong.update(_bytes(text))
            return ""
        self._held.append(text)
        self._held_size += len(text)
        if self._held_size <= LONGEST_LINE:
            return ""
        line = "".join(self._held)
        self._held.clear()
        self._held_size = 0
        cut = LONGEST_LINE - _MARGIN
        self._overlong = hmac.new(self._key, digestmod="sha256")
        self._overlong.update(_bytes(line[cut:]))
        return self._masked(line[:LONGEST_LINE], upto=cut)

    def _end_overlong(self) -> str:
        if self._overlong is None:
            return ""
        self._counts["overlong-line"] += 1
        digest, self._overlong = self._overlong.digest(), None
        return as_mask(digest)

    def _lines(self, text: str) -> str:
        """Whole lines; only those that hold a stem, or that an open block claims, are looked at."""
        if not text:
            return ""
        lowered = text.replace("\u0130", "i").lower()  # the one character that grows in lower case
        starts = sorted(_line_starts(lowered))
        if not starts and self._block is None:
            return text
        out: list[str] = []
        at = 0
        for start in [*starts, len(text)]:
            if start < at:
                continue
            while self._block is not None and at < start:
                end = _line_end(text, at)
                out.append(self._line(text[at:end]))
                at = end
            out.append(text[at:start])
            at = start
            if start < len(text):
                end = _line_end(text, start)
                out.append(self._line(text[start:end]))
                at = end
        return "".join(out)

    def _line(self, line: str) -> str:
        content = line.rstrip("\r\n")
        closing = ""
        if self._block is not None:
            match self._block.part(content):
                case LineRole.BODY:
                    self._absorb(content, line[len(content) :])
                    return ""
                case LineRole.ROW:
                    return self._last_word(content) + line[len(content) :]
                case LineRole.PLAIN:
                    closing = self._end_body()
                    if isinstance(self._block, Pem):  # a log line may be glued to a line of the key
                        content = _LONG_RUN.sub(self._masked_run, content)
                case LineRole.OVER:
                    closing = self._close_block()
        if self._block is None:
            self._block = blocks.opened_by(content)
        ending = line[len(line.rstrip("\r\n")) :]
        return closing + self._masked(content) + ending

    def _absorb(self, content: str, ending: str) -> None:
        stripped = content.strip()
        if self._body is None:
            self._body = hmac.new(self._key, digestmod="sha256")
            self._indent = content[: len(content) - len(content.lstrip())]
        self._body.update(_bytes(stripped))
        self._ending = ending

    def _close_block(self) -> str:
        closing = self._end_body()
        self._block = None
        return closing

    def _end_body(self) -> str:
        """Return what the open block absorbed as one line."""
        if self._block is None or self._body is None:
            return ""
        self._counts[self._block.kind] += 1
        digest, self._body = self._body.digest(), None
        return self._indent + as_mask(digest) + self._ending

    def _last_word(self, content: str) -> str:
        word = content.split()[-1]
        if is_mask(word):
            return content
        at = content.rindex(word)
        self._counts["pre-shared-key"] += 1
        return content[:at] + mask(word, self._key) + content[at + len(word) :]

    def _masked_run(self, found: re.Match[str]) -> str:
        self._counts["key"] += 1
        return mask(found[0], self._key)

    def _masked(self, content: str, *, upto: int | None = None) -> str:
        """One line without its secrets; of an over-long one only what begins before ``upto``."""
        if upto is None and "\r" in content:  # a redrawn line is several
            return "".join(
                self._masked(part) if part[:1] != "\r" else part for part in _CARRIAGE.split(content)
            )
        upto = len(content) if upto is None else upto
        out: list[str] = []
        at = 0
        in_key_chain = isinstance(self._block, KeyChain)
        seen, places = _as_seen(content)
        for found in lines.secrets(seen, seen.lower(), in_key_chain=in_key_chain):
            start, end = places[found.start], places[found.end - 1] + 1
            if start >= upto:
                break
            self._counts[found.kind] += 1
            out += (content[at:start], mask(seen[found.start : found.end], self._key))
            at = end
        return "".join((*out, content[at : max(at, upto)]))


def redact(text: str, key: bytes) -> str:
    """A whole text without its secrets."""
    if not text:
        return ""
    redactor = Redactor(key)
    return redactor.feed(text) + redactor.finish()


def _as_seen(line: str) -> tuple[str, Sequence[int]]:
    """Return a line as a terminal shows it, and the position of each of its characters in the line."""
    line = line.replace("\u00a0", " ")
    if line.isprintable() or not _UNSEEN.search(line):
        return line, range(len(line))
    places: list[int] = []
    at = 0
    for unseen in _UNSEEN.finditer(line):
        places.extend(range(at, unseen.start()))
        at = unseen.end()
    places.extend(range(at, len(line)))
    return "".join(line[place] for place in places), places


def _line_starts(lowered: str) -> set[int]:
    """Return the starts of the lines that contain a stem."""
    starts: set[int] = set()
    for stem in _STEMS:
        at = lowered.find(stem)
        while at >= 0:
            starts.add(lowered.rfind("\n", 0, at) + 1)
            end = lowered.find("\n", at)
            if end < 0:
                break
            at = lowered.find(stem, end)
    return starts


def _line_end(text: str, at: int) -> int:
    return text.find("\n", at) + 1 or len(text)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
