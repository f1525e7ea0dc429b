"""Explain a rule, a syslog line, a failure reason or a licensing term."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from slp_ops.app.rule_options import knowledge_of
from slp_ops.config_files.validation_errors import did_you_mean
from slp_ops.errors import OptionError
from slp_ops.rules.explanation import explain, known_names
from slp_ops.sanitize import one_line

if TYPE_CHECKING:
    from pathlib import Path

    from slp_ops.rules.explanation import Explanation


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainRequest:
    """Request: the text to explain, and the folder of the operator's own rules."""

    words: str
    rules_dir: Path | None = None


def run(request: ExplainRequest) -> Explanation:
    """Return the explanation. Raises OptionError without one, InputError for a bad rule file."""
    knowledge = knowledge_of(request.rules_dir)
    if not request.words.strip():
        raise OptionError("the text to explain is empty; paste a message, or name a rule, a state or a term")
    found = explain(request.words, knowledge)
    if found is None:
        near = did_you_mean(request.words, known_names(knowledge))
        begin = one_line(" ".join(request.words.split())[:80])
        raise OptionError(f"there is no explanation of {begin!r}{near}; see: slp-ops rules")
    return found
