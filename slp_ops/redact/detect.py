"""Find the secrets of one line.

Detectors look at a line: ``commands`` for forms of commands and words that introduce a secret (once more with
the ``abbreviations`` spelled out), ``labels``, ``localized`` and ``markup`` for labels with a value,
``announcements`` for sentences and tables, ``programs`` for options and scripts, and ``shapes`` for hashes,
addresses with a password and signed tokens, which reveal a secret whatever precedes it. ``grammar`` lists the
words.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from slp_ops.redact import grammar
from slp_ops.redact.abbreviations import spelled_out
from slp_ops.redact.announcements import by_announcement
from slp_ops.redact.commands import FORMS, by_broken_line, by_form, by_introducer, by_owned_key, words_of
from slp_ops.redact.encoded import decoded
from slp_ops.redact.labels import SECRET_PARTS, by_element, by_label, by_list, by_typed_text
from slp_ops.redact.localized import by_localized_label
from slp_ops.redact.markup import by_call, by_fields, by_items, by_markup, by_record
from slp_ops.redact.programs import by_program
from slp_ops.redact.shapes import by_address, by_key_material, by_shape
from slp_ops.redact.spans import SecretSpan, Spans, merged

# What every word that introduces or names a secret contains.
_PART: Final = re.compile("|".join(SECRET_PARTS))


def secrets(text: str, lowered: str, *, section: str = "") -> list[SecretSpan]:
    """Return the secrets of a line in order, without overlap.

    ``lowered`` is the text in lower case, character by character. ``section`` is ``key chain`` or ``server``
    within such a section of the configuration.
    """
    found = _secrets(text, lowered, section)
    if encoded := decoded(text):
        at = 0
        for line in encoded.text.split("\n"):
            found += (
                encoded.in_line(replace(secret, start=secret.start + at, end=secret.end + at))
                for secret in _secrets(line, line.lower(), section)
            )
            at += len(line) + 1
    return merged(found) if len(found) > 1 else found


def _secrets(text: str, lowered: str, section: str) -> list[SecretSpan]:
    words = words_of(lowered)
    heads = FORMS.keys() & words
    found, claimed = by_form(text, lowered, frozenset(heads), section) if heads else ([], Spans())
    if part := _PART.search(lowered):
        start = lowered.rfind(" ", 0, part.start()) + 1
        found += by_introducer(text, lowered, claimed, claimed.end_of(start))
        if max(lowered.rfind(":"), lowered.rfind("=")) > part.start():
            found += by_label(text, lowered, claimed)
        if "enctype" in lowered:
            found += by_typed_text(text, lowered)
        if "communit" in lowered and "name" in lowered:
            found += by_list(text, lowered)
        if "[" in text or "(" in text:
            found += by_items(text, lowered)
        if "{" in text:
            found += by_fields(text, lowered)
        if "<" in text:
            found += by_markup(text, lowered)
        if "," in text:
            found += by_record(text, lowered)
    if not text.isascii():
        found += by_localized_label(text, lowered)
    if "auth(" in lowered or "login(" in lowered or "-securestring" in lowered:
        found += by_call(text, lowered)
    if "key" in words:
        found += by_owned_key(text, lowered, words, claimed)
    if not grammar.KEY_MATERIAL.isdisjoint(words):
        found += by_key_material(text, lowered)
    if "<" in text:
        found += by_element(text, lowered)
    if "@" in text:
        found += by_address(text, lowered)
    found += by_broken_line(text, lowered)
    found += by_announcement(text, lowered, words)
    found += by_program(text, lowered, words)
    found += by_abbreviation(text, lowered, section)
    found += by_shape(text, lowered, is_explained=bool(found))
    return found


def by_abbreviation(text: str, lowered: str, section: str) -> list[SecretSpan]:
    """Return the secrets of a command that is abbreviated, or pasted behind the command of its mode."""
    command = spelled_out(text, lowered)
    if command is None:
        return []
    spelled = command.text.lower()
    heads = frozenset(FORMS.keys() & words_of(spelled))
    found, claimed = by_form(command.text, spelled, heads, section)
    found += by_introducer(command.text, spelled, claimed, 0)
    return [command.in_line(secret) for secret in found]
