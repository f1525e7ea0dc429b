"""A field notice or a bug, as its YAML file says it. See ``data/advisories`` for the form."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slp_ops.i18n import Text
    from slp_ops.model import Confidence, Severity
    from slp_ops.rules.fixed import FirstFixed, Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Advisory:
    """What is known of it. ``examples`` are releases with the verdict they must get, run as tests."""

    id: str
    title: Text
    severity: Severity
    confidence: Confidence
    cause: Text
    remedy: tuple[Text, ...]
    releases: FirstFixed
    examples: Mapping[Standing, tuple[str, ...]]
    links: tuple[str, ...] = ()
    playbooks: tuple[str, ...] = ()
    bugs: tuple[str, ...] = ()
    explains: tuple[str, ...] = field(default=())
