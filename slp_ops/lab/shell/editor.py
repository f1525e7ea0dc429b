"""Line editor: echo, erasing, history, and the ``$`` of a line longer than the terminal.

Bytes in, echo out. IOS echoes character by character and moves with backspaces only; it sends no
terminal escape sequence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from slp_ops.lab.shell.requests import Ended, Typed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# When a line reaches the margin, IOS shifts it left by ten columns and shows a dollar sign.
_SHIFT: Final = 10
_ENDS: Final = {
    0x0D: (Ended.ENTER, b"\r\n"),
    0x0A: (Ended.ENTER, b"\r\n"),
    0x1A: (Ended.CTRL_Z, b"^Z\r\n"),
    0x03: (Ended.CTRL_C, b"^C\r\n"),
}


def nothing_known(text: str) -> str:
    """Complete nothing: no completion and no help."""
    return ""


class LineEditor:
    """Line editor: feed it bytes until it returns a Typed; ``take_echo`` returns the echo to send."""

    def __init__(
        self,
        prompt: str,
        *,
        width: int = 80,
        secret: bool = False,
        history: Sequence[str] = (),
        complete: Callable[[str], str] = nothing_known,
        help_for: Callable[[str], str] | None = None,
    ) -> None:
        self._prompt = prompt
        self._columns = max(width - len(prompt) - 1, 20) if width else 0
        self._secret = secret
        self._history = history
        self._back = 0
        self._complete = complete
        self._help_for = help_for
        self._text = ""
        self._hidden = 0
        self._escape = b""
        self._echo = bytearray(prompt.encode())

    @property
    def text(self) -> str:
        """Return the text typed so far."""
        return self._text

    def take_echo(self) -> bytes:
        """Return the pending echo and clear it."""
        echo, self._echo = bytes(self._echo), bytearray()
        return echo

    def feed(self, key: int) -> Typed | None:
        """Process one byte; return the line once it is complete."""
        if self._escape:
            self._escaped(key)
            return None
        if key in _ENDS:
            ended, echo = _ENDS[key]
            self._echo += echo
            return Typed("" if ended is Ended.CTRL_C else self._text, ended)
        match key:
            case 0x08 | 0x7F:
                self._erase(1)
            case 0x15 | 0x18:  # Ctrl-U, Ctrl-X
                self._erase(len(self._text))
            case 0x17:  # Ctrl-W
                kept = self._text.rstrip(" ").rpartition(" ")
                self._erase(len(self._text) - len(kept[0] + kept[1]))
            case 0x0C | 0x12:  # Ctrl-L, Ctrl-R
                self._redraw(b"\r\n" + self._prompt.encode())
            case 0x10:  # Ctrl-P
                self._recall(1)
            case 0x0E:  # Ctrl-N
                self._recall(-1)
            case 0x1B:
                self._escape = b"\x1b"
            case 0x09:
                if rest := self._complete(self._text):
                    self._redraw(b"\r\n" + self._prompt.encode())
                    self._insert(rest)
            case 0x3F if self._help_for is not None and not self._secret:
                answer = self._help_for(self._text).replace("\n", "\r\n")
                self._redraw(f"?\r\n{answer}\r\n{self._prompt}".encode())
            case _ if key >= 0x20:
                self._insert(bytes([key]).decode("latin-1"))
            case _:
                pass
        return None

    def _escaped(self, key: int) -> None:
        self._escape += bytes([key])
        if self._escape in (b"\x1b[", b"\x1bO"):
            return
        if self._escape in (b"\x1b[A", b"\x1bOA"):
            self._recall(1)
        elif self._escape in (b"\x1b[B", b"\x1bOB"):
            self._recall(-1)
        self._escape = b""

    def _insert(self, text: str) -> None:
        for letter in text:
            self._text += letter
            if self._secret:
                continue
            if self._columns and self._shown > self._columns:
                before = self._shown - 1
                self._hidden = len(self._text) - self._columns + _SHIFT
                self._rewrite(before)
            else:
                self._echo += letter.encode("latin-1")

    @property
    def _shown(self) -> int:
        """Return the number of columns of the line, including the dollar sign."""
        return len(self._text) - self._hidden + (1 if self._hidden else 0)

    def _erase(self, count: int) -> None:
        count = min(count, len(self._text))
        if not count:
            return
        before = self._shown
        self._text = self._text[: len(self._text) - count]
        if self._secret:
            return
        if self._hidden and len(self._text) <= self._hidden:
            self._hidden = max(len(self._text) - self._columns + _SHIFT, 0)
            self._rewrite(before)
        else:
            self._echo += b"\b" * count + b" " * count + b"\b" * count

    def _rewrite(self, before: int) -> None:
        shown = ("$" if self._hidden else "") + self._text[self._hidden :]
        blank = max(before - len(shown), 0)
        self._echo += b"\b" * before + shown.encode("latin-1") + b" " * blank + b"\b" * blank

    def _redraw(self, lead: bytes) -> None:
        self._echo += lead
        if not self._secret:
            self._rewrite(0)

    def _recall(self, step: int) -> None:
        back = self._back + step
        if not 0 <= back <= len(self._history):
            return
        self._back = back
        self._erase(len(self._text))
        self._insert(self._history[-back] if back else "")
