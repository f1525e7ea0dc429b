"""The redactor: text in pieces of any size in, text without secrets out, in bounded memory.

The output does not depend on how the text was cut. Only whole lines are searched, so the end of an unfinished
line is kept back until its newline or ``finish``. A line longer than ``LONGEST_LINE``, which only a broken
switch prints, is not kept: its head is read as any line, and the rest of it becomes one mask.
"""

from __future__ import annotations

import hmac
import re
from collections import Counter
from dataclasses import replace
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Final

from slp_ops.redact import blocks, candidates, continuation, detect, rows, screen
from slp_ops.redact.blocks import Block, LineRole, Pem, Section
from slp_ops.redact.masks import alike, as_mask, mask, mask_spans, outside_masks
from slp_ops.redact.spans import merged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from slp_ops.redact.screen import View
    from slp_ops.redact.spans import SecretSpan

LONGEST_LINE: Final = 256 * 1024
_MARGIN: Final = 1024  # of an over-long line's head, read but not passed: a secret may begin there
_MOST_ROUNDS: Final = 5  # two are enough for all texts that were tried
_SLICE: Final = 64 * 1024
_QUOTED_END: Final = re.compile(r"((?:\\+[rn])+)")  # the end of a line in a string of JSON
_LONG_RUN: Final = re.compile(r"[A-Za-z0-9+/=]{40,}", re.ASCII)


class Redactor:
    """One capture's redactor. ``key`` is the masking key; the same one gives the same masks."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._counts: Counter[str] = Counter()
        self._held: list[str] = []  # an unfinished line
        self._held_size = 0
        self._overlong: hmac.HMAC | None = None
        self._block: Block | None = None
        self._outer: Pem | None = None  # a key without its end, in which the block was opened
        self._expected: continuation.Expected | None = None
        self._in_body = False

    @property
    def counts(self) -> Mapping[str, int]:
        """Number of masked secrets so far, by kind."""
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
        return self._end_overlong() + self._lines(rest)

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
        head = line[:LONGEST_LINE]
        return self._masked(head, _secrets(head, screen.seen(head), self._section), cut)

    def _end_overlong(self) -> str:
        if self._overlong is None:
            return ""
        self._counts["overlong-line"] += 1
        digest, self._overlong = self._overlong.digest(), None
        return as_mask(digest)

    def _lines(self, text: str) -> str:
        """Redact whole lines; look only at those with a stem and those that a line before them claims."""
        if not text:
            return ""
        starts = candidates.line_starts(text)
        if not starts and self._block is None and self._expected is None:
            return text
        out: list[str] = []
        at = 0
        for start in [*starts, len(text)]:
            while (self._block is not None or self._expected is not None) and at < start:
                end = _line_end(text, at)
                out.append(self._line(text[at:end]))
                at = end
            if start < at:
                continue
            out.append(text[at:start])
            at = start
            if start < len(text):
                at = _line_end(text, start)
                line = text[start:at]
                masked = self._line(line)
                if masked == line and self._block is None and self._expected is None:
                    candidates.clear(line)
                out.append(masked)
        return "".join(out)

    def _line(self, line: str) -> str:
        content = line.rstrip("\r\n")
        ending = line[len(content) :]
        seen = screen.seen(content)
        row: Block | None = None
        is_in_key = False
        while self._block is not None:
            match self._block.part(seen):
                case LineRole.BODY:
                    return self._body_line(content, self._block.kind) + ending
                case LineRole.ROW:
                    row = self._block
                case LineRole.PLAIN:
                    if isinstance(self._block, Pem):  # a log line may be glued to a line of the key
                        is_in_key = True
                        content = _LONG_RUN.sub(self._masked_run, content)
                        seen = screen.seen(content)
                case LineRole.OVER:
                    self._block, self._outer = self._outer, None
                    continue
            break
        self._in_body = False
        if (self._block is None or is_in_key) and (opened := blocks.opened_by(seen) or rows.opened_by(seen)):
            self._outer = self._block if isinstance(self._block, Pem) else None
            self._block = opened
        secrets = _secrets(content, seen, self._section)
        if row is not None:
            secrets = self._first_view(secrets, content, row.secrets)
        if self._expected is not None:
            secrets = self._first_view(secrets, content, partial(continuation.continued, self._expected))
        if secrets and "<masked:" in content:
            secrets = _without_masks(secrets, content)
        at_end = bool(secrets) and secrets[-1].end == len(content.rstrip())
        self._expected = (
            None  # "host;enable secret" is a head, not a command without its end
            if isinstance(self._block, rows.Table)
            else continuation.expected(seen, before=self._expected, ends_in_secret=at_end)
        )
        return (self._thoroughly_masked(content, secrets) if secrets else content) + ending

    def _body_line(self, content: str, kind: str) -> str:
        """Mask a line of a key or certificate as a whole; the number of lines stays."""
        if not self._in_body:
            self._counts[kind] += 1
        self._in_body = True
        body = content.strip()
        at = content.find(body)
        return content[:at] + mask(body, self._key) if body else content

    def _masked_run(self, found: re.Match[str]) -> str:
        self._counts["key"] += 1
        return mask(found[0], self._key)

    def _thoroughly_masked(self, content: str, secrets: list[SecretSpan]) -> str:
        """Mask the secrets of a line, and those that show only when these are masked.

        Whether a word is taken for a part of a sentence depends on the words around it. A text that is
        redacted twice, as in a bundle, must not change.
        """
        for _ in range(_MOST_ROUNDS):
            content = self._masked(content, secrets, len(content))
            if _is_clean(alike(content), self._section):
                break
            secrets = _without_masks(_secrets(content, screen.seen(content), self._section), content)
            if not secrets:
                break
        return content

    def _masked(self, content: str, secrets: list[SecretSpan], upto: int) -> str:
        """Mask the secrets of a line that begin before ``upto``, and drop what follows."""
        out: list[str] = []
        at = 0
        for secret in secrets:
            if secret.start >= upto:
                break
            self._counts[secret.kind] += 1
            out += (content[at : secret.start], mask(_visible(content[secret.start : secret.end]), self._key))
            at = secret.end
        return "".join((*out, content[at : max(at, upto)]))

    def _first_view(
        self, secrets: list[SecretSpan], content: str, find: Callable[[str], list[SecretSpan]]
    ) -> list[SecretSpan]:
        """Add the secrets that this line has because of a line before it."""
        view = next(screen.views(content), None)
        if view is None:
            return secrets
        return merged([*secrets, *(_at_place(view, secret) for secret in find(view.text))])

    @property
    def _section(self) -> str:
        return self._block.name if isinstance(self._block, Section) else ""


def redact(text: str, key: bytes) -> str:
    """A whole text without its secrets."""
    if not text:
        return ""
    redactor = Redactor(key)
    return redactor.feed(text) + redactor.finish()


def _secrets(content: str, seen: str, section: str) -> list[SecretSpan]:
    """Return the secrets of all views of a line, at their places in the line."""
    if seen is content:
        if "\\n" in content:
            return merged([*_quoted_lines(content), *detect.secrets(content, content.lower())])
        return detect.secrets(content, content.lower(), section=section)
    found = [each for view in screen.views(content) for each in _placed(view, section)]
    if not found and "<masked:" not in content and (view := screen.last_view(content)):
        found = list(_placed(view, section))
    return merged(found)


@lru_cache(maxsize=2048)
def _is_clean(content: str, section: str) -> bool:
    """Return whether a masked line has no further secret. Lines of switches often differ in masks only."""
    return not _without_masks(_secrets(content, screen.seen(content), section), content)


def _quoted_lines(content: str) -> Iterator[SecretSpan]:
    """Yield the secrets of the lines that a string in a line quotes: ``"stdout": "hostname x\\nkey 7 X"``."""
    at = 0
    for part in _QUOTED_END.split(content):
        end = at + len(part)
        for secret in detect.secrets(part, part.lower()):
            yield replace(secret, start=secret.start + at, end=secret.end + at)
        at = end


def _placed(view: View, section: str) -> Iterator[SecretSpan]:
    """Yield the secrets of a view at their places in the line."""
    for secret in detect.secrets(view.text, view.lowered, section=section):
        yield _at_place(view, secret)


def _without_masks(secrets: list[SecretSpan], content: str) -> list[SecretSpan]:
    """Cut the masks of an earlier redaction out of secrets that contain some."""
    masks = mask_spans(content)
    return [
        replace(secret, start=start, end=end)
        for secret in secrets
        for start, end in outside_masks(content, secret.start, secret.end, masks)
    ]


def _at_place(view: View, secret: SecretSpan) -> SecretSpan:
    places = view.places[secret.start : secret.end]
    return replace(secret, start=min(places), end=max(places) + 1)


def _visible(secret: str) -> str:
    """Return a secret without what a terminal does not show, so that it has the same mask everywhere."""
    return secret if screen.is_plain(secret) else screen.without_invisible(secret)


def _line_end(text: str, at: int) -> int:
    return text.find("\n", at) + 1 or len(text)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
