"""Parse saved command output, a terminal log or a show tech, without any switch."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slp_ops.app.bounded_tables import bounded_rows
from slp_ops.commands import find, parse_rows, registry, templates_of
from slp_ops.errors import OptionError
from slp_ops.parsing import parse_one, read, sections, split, text_of
from slp_ops.redact import redact

if TYPE_CHECKING:
    from slp_ops.commands import Parsed, ShowCommand


@dataclass(frozen=True, slots=True, kw_only=True)
class ParseRequest:
    """Bytes of a file, and the command that printed them; None reads every command found in them."""

    data: bytes
    command: str | None = None


def run(request: ParseRequest) -> tuple[tuple[str, Parsed], ...]:
    """Return each command with what was parsed of it, secrets masked. Raises OptionError."""
    # One key for this one output: equal secrets look equal in it, and nowhere else.
    text = redact(text_of(request.data), secrets.token_bytes(32))
    if request.command is not None:
        return (_one(request.command, text),)
    found = tuple(
        (each.command, each.parsed) for each in read(split(text)).captures if each.parsed is not None
    )
    if not found:
        raise OptionError(
            "no known command was found in it; name the command that printed it: --command", option="FILE"
        )
    return found


def _one(typed: str, text: str) -> tuple[str, Parsed]:
    """Return the section of one command where the text holds several, the whole text otherwise."""
    known = find(typed)
    if known is None and (names := templates_of(typed)):
        pages = [each.page for each in sections(text) if templates_of(each.typed) == names]
        return typed, parse_rows(typed, pages[-1] if pages else text, bounded_rows)
    if known is None:
        known_names = ", ".join(_plain_name(each) for each in registry())
        raise OptionError(
            f"{typed!r} is none of {known_names}, and has no template in ntc-templates", option="--command"
        )
    parsed = parse_one(known, text)
    if isinstance(parsed, tuple):
        raise OptionError(
            f"the file contains no {known.command!r}; it contains {', '.join(parsed)}", option="FILE"
        )
    return _plain_name(known), parsed


def _plain_name(known: ShowCommand) -> str:
    return known.command.split(" | ", 1)[0]
