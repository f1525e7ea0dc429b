"""Files on flash: list, read, check, copy and delete them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from slp_ops.lab.config import Config
from slp_ops.lab.files import flash_path
from slp_ops.lab.journal import Mode
from slp_ops.lab.screens.flash import directory
from slp_ops.lab.shell.requests import Answer, Program, Request, Say, ask_line, confirmed, paused
from slp_ops.lab.shell.resolving import translate
from slp_ops.lab.shell.verbs import Verb

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator

    from slp_ops.lab.shell.grammar import Match
    from slp_ops.lab.shell.session import Session

_PORTS = {"scp": 22, "sftp": 22, "ftp": 21, "tftp": 69, "http": 80, "https": 443}


def _missing(path: str) -> str:
    return f"%Error opening {path} (No such file or directory)"


def _dir(session: Session, match: Match) -> Iterable[str]:
    listing = directory(session.switch).split("\n")
    if not match.arguments:
        return listing
    path = flash_path(match.arguments[0])
    if not path:
        return listing if path == "" else (_missing(match.arguments[0]),)
    if path not in session.switch.flash:
        return (_missing(match.arguments[0]),)
    row = next(line for line in listing if line.endswith(f" {path}"))
    return (f"Directory of flash:/{path}", "", row, *listing[-2:])


def _content(session: Session, path: str) -> bytes | None:
    name = flash_path(path)
    return None if name is None else session.switch.flash.get(name)


def _more(session: Session, match: Match) -> Iterable[str]:
    content = _content(session, match.arguments[0])
    if content is None:
        return (_missing(match.arguments[0]),)
    return content.decode("utf-8", "surrogateescape").removesuffix("\n").split("\n")


def _more_binary(session: Session, match: Match) -> Iterable[str]:
    content = _content(session, match.arguments[0])
    return (_missing(match.arguments[0]),) if content is None else _dump(content)


def _dump(content: bytes) -> Iterator[str]:
    """Offset, four groups of four bytes, and the same as letters."""
    for at in range(0, len(content), 16):
        row = content[at : at + 16]
        groups = " ".join(row[n : n + 4].hex().upper() for n in range(0, len(row), 4))
        letters = "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in row)
        shown = " ".join(letters[n : n + 4] for n in range(0, len(letters), 4))
        yield f"{at:08X}: {groups:<35}  {shown}"


def _verify(session: Session, match: Match) -> Program:
    path = match.arguments[0]
    content = _content(session, path)
    if content is None:
        yield Say(f"{_missing(path)}\n\n")
        return
    yield Say("." * min(1 + len(content) // 4096, 60) + "Done!\n")
    digest = session.switch.md5(flash_path(path) or "")
    if len(match.arguments) == 1:
        yield Say(f"verify /md5 ({path}) = {digest}\n\n")
    elif match.arguments[1].lower() == digest:
        yield Say(f"Verified ({path}) = {digest}\n\n")
    else:
        yield Say(
            f"%Error verifying {path}\nComputed signature  = {digest}\n"
            f"Submitted signature = {match.arguments[1]}\n\n"
        )


def _delete(session: Session, match: Match) -> Program:
    path = match.arguments[0]
    name = flash_path(path) or ""
    if "/force" not in match.words:
        typed = yield from ask_line(f"Delete filename [{name}]? ")
        name = typed.text.strip() or name
        if not (yield from confirmed(f"Delete flash:/{name}? ")):
            return
    if session.switch.flash.pop(name, None) is None:
        yield Say(f"%Error deleting flash:/{name} (No such file or directory)\n\n")


def _copy(session: Session, match: Match) -> Program:
    source, target = match.words[1], match.words[2]
    content = yield from _read(session, source)
    if content is None:
        return
    proposed = _proposed(source, target)
    typed = yield from ask_line(f"Destination filename [{proposed}]? ")
    yield from _store(session, content, target, typed.text.strip() or proposed)


def _proposed(source: str, target: str) -> str:
    """The name that IOS offers: the target's own, else the source's last part."""
    if target in ("running-config", "startup-config"):
        return target
    own = target.rpartition(":")[2].rpartition("/")[2]
    return own or source.rpartition(":")[2].rpartition("/")[2] or source


def _read(session: Session, source: str) -> Generator[Request, Answer, bytes | None]:
    switch = session.switch
    if source == "running-config":
        return f"{switch.config.render()}\nend\n".encode("utf-8", "surrogateescape")
    if source == "startup-config":
        if switch.startup is None:
            yield Say("%% Non-volatile configuration memory invalid or not present\n\n")
            return None
        return f"{switch.startup.render()}\nend\n".encode("utf-8", "surrogateescape")
    if "://" in source:
        if (yield from _remote(session, source)):
            yield Say(f"{_missing(source)}\n\n")
        return None
    content = _content(session, source)
    if content is None:
        yield Say(f"{_missing(source)}\n\n")
    return content


def _store(session: Session, content: bytes, target: str, name: str) -> Program:
    switch = session.switch
    if target == "startup-config":
        switch.startup = Config.parse(content.decode("utf-8", "surrogateescape"))
        yield Say("Building configuration...\n[OK]\n")
        return
    if target == "running-config":
        for line in content.decode("utf-8", "surrogateescape").splitlines():
            if line.strip() and not line.startswith((" ", "!", "end")):
                switch.configure(line.strip())
    elif "://" in target:
        if not (yield from _remote(session, target)):
            return
    else:
        path = flash_path(target)
        if path is None:
            yield Say(f"%Error opening {target} (Permission denied)\n\n")
            return
        folder = path.rpartition("/")[0]
        path = f"{folder}/{name}" if folder and "/" not in name else name
        if path in switch.flash:
            yield Say("%Warning:There is a file already existing with this name\n")
            if not (yield from confirmed("Do you want to over write? ")):
                return
        switch.flash[path] = content
    yield from paused(0.5)
    yield Say(f"{len(content)} bytes copied in 0.512 secs ({int(len(content) / 0.512)} bytes/sec)\n")


def _remote(session: Session, url: str) -> Generator[Request, Answer, bool]:
    """Check whether the server of a URL answers; return the printed error if not."""
    parts = urlsplit(url)
    found = yield from translate(session, parts.hostname or "")
    if found is None:
        return False
    if not found.found:
        yield Say(f"%Error opening {url} (Unknown host)\n\n")
        return False
    if parts.scheme in ("scp", "sftp", "ftp") and ":" not in parts.netloc.rpartition("@")[0]:
        yield from ask_line("Password: ", Mode.PASSWORD)
    port = parts.port or _PORTS.get(parts.scheme)
    if not session.switch.connect(found.address, port).connected:
        yield from paused(10)
        yield Say(f"%Error opening {url} (Timed out)\n\n")
        return False
    return True


VERBS = (
    Verb(phrase="dir", lines=_dir),
    Verb(phrase="dir <word>", lines=_dir),
    Verb(phrase="more <word>", lines=_more),
    Verb(phrase="more /ascii <word>", lines=_more),
    Verb(phrase="more /binary <word>", lines=_more_binary),
    Verb(phrase="verify /md5 <word>", run=_verify),
    Verb(phrase="verify /md5 <word> <word>", run=_verify),
    Verb(phrase="delete <word>", run=_delete),
    Verb(phrase="delete /force <word>", run=_delete),
    Verb(phrase="copy <word> <word>", run=_copy),
    Verb(phrase="copy running-config startup-config", run=_copy),
    Verb(phrase="copy running-config <word>", run=_copy),
    Verb(phrase="copy startup-config <word>", run=_copy),
    Verb(phrase="copy startup-config running-config", run=_copy),
    Verb(phrase="copy <word> running-config", run=_copy),
    Verb(phrase="copy <word> startup-config", run=_copy),
)
