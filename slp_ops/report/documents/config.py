"""Document of ``config show``."""

from __future__ import annotations

from typing import Literal

from slp_ops.json_documents import json_document


@json_document
class SettingEntry:
    """One setting. ``line`` is null for a value that is not from the file."""

    key: str
    variable: str
    in_file: bool
    value: str
    source: str
    line: int | None


@json_document
class ConfigDocument:
    """The settings with their sources. ``file`` is null where none is read."""

    schema: Literal["slp-ops/config/1"] = "slp-ops/config/1"
    file: str | None
    usual_file: str
    settings: tuple[SettingEntry, ...]
    secrets: tuple[str, ...]
    refused: tuple[str, ...]
    unknown: tuple[str, ...]
