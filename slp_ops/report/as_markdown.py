"""Markdown renderer for tickets: findings, switches, evidence and remedies. CommonMark with tables."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from slp_ops.report.labels import Words
from slp_ops.report.playbook_marks import mark
from slp_ops.report.sentences import dues_text, evidence_lines, headline, lead, no_causes
from slp_ops.report.view import Health
from slp_ops.sanitize import one_line, printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slp_ops.i18n import Lang
    from slp_ops.report.view import Cause, DeviceView, FindingView, ReportView

# Everything that Markdown, or the HTML that it lets through, may take for more than text. References
# to people and issues (@name, #1) would send notifications.
_SPECIAL: Final = re.compile(r"([\\`*_{}\[\]<>#+!|~&@$^])")
_LINK: Final = re.compile(r"(?i)\b(www(?=\.)|(?:https?|ftp)(?=:))")  # becomes a link by itself
_NAMES: Final = 12


def render(view: ReportView, lang: Lang) -> str:
    """The text."""
    return "\n".join(_lines(view, Words(lang))) + "\n"


def _lines(view: ReportView, words: Words) -> Iterator[str]:
    run = view.run
    yield f"# {words['title']}"
    yield ""
    yield _text(lead(view, words))
    yield ""
    yield f"- {words['run']}: `{run.id}`"
    yield f"- {words['collected']}: {run.started:%Y-%m-%d %H:%M} UTC"
    yield f"- {words['chart_dues']}: {_text(dues_text(view, words))}"
    if run.state != "complete":
        yield f"- **{words['incomplete']}**"
    yield ""
    counts = [(health, count) for health, count in view.healths.items() if count]
    yield from _table(
        [words["verdict"], words["device_count"]],
        [[words.health(each.value), str(count)] for each, count in counts],
    )
    causes = view.main_causes
    yield f"## {words['causes']}"
    yield ""
    if not causes:
        yield no_causes(view, words)
        yield ""
    for cause in causes:
        yield from _cause(cause, words)
    bad = [each for each in view.devices if each.health.severity is not None or each.failure is not None]
    if bad:
        yield f"## {words['switches']}"
        yield ""
        yield from _table(
            [words[name] for name in ("switch", "site", "verdict", "release", "cause")],
            [
                [
                    _text(each.name),
                    _text(each.site),
                    words.health(each.health.value),
                    _text(each.release_text or "-"),
                    _text(headline(each, words)),
                ]
                for each in bad
            ],
        )
        for each in bad:
            yield from _device(each, words)


def _cause(cause: Cause, words: Words) -> Iterator[str]:
    names = ", ".join(_text(name) for name in cause.devices[:_NAMES])
    more = f" {words('and_more', count=len(cause.devices) - _NAMES)}" if len(cause.devices) > _NAMES else ""
    yield f"### {words.health(cause.severity.value)}: {_text(words.say(cause.title))} (`{cause.rule}`)"
    yield ""
    yield f"**{words.switches(len(cause.devices))}**: {names}{more}"
    yield ""
    yield _text(words.say(cause.cause))
    yield ""
    for number, step in enumerate(cause.remedy, start=1):
        yield f"{number}. {_text(words.say(step))}"
    if cause.remedy:
        yield ""
    if cause.playbooks:
        books = ", ".join(f"`{book.id}`{mark(book.risk, words.lang)}" for book in cause.playbooks)
        yield f"{words['playbooks']}: {books}"
        yield ""
    for link in cause.links:
        yield f"- <{link}>"
    if cause.links:
        yield ""


def _device(device: DeviceView, words: Words) -> Iterator[str]:
    yield f"### {_text(device.name)}"
    yield ""
    if device.failure is not None:
        advice = _text(words.message(device.failure.hint))
        hint = f" ({words['hint']}: {advice})" if advice else ""
        how = words.health("unread") if device.health is Health.UNREAD else words["partly_read"]
        yield f"**{how}**: {_text(words.message(device.failure.message))}{hint}"
        yield ""
    for story in device.root_causes:
        if not story.severity.rank:
            continue
        yield from _finding_lines(story.root, "", words)
        for told in story.consequences:
            yield from _finding_lines(told, "  ", words)
    yield ""


def _finding_lines(finding: FindingView, indent: str, words: Words) -> Iterator[str]:
    severity = words.health(finding.severity.value)
    yield f"{indent}- **{severity}** {_text(words.say(finding.summary))} (`{finding.rule}`)"
    for command, place, text in evidence_lines(finding.evidence, words):
        where = f"{_text(command)}, {place}" if place else _text(command)
        yield f"{indent}  - {where}"
        yield ""
        yield from (f"{indent}    {line}" for line in _fenced(text))
        yield ""


def _fenced(text: str) -> list[str]:
    """A block of code whose fence is longer than any in the text."""
    safe = printable(text)
    longest = max((len(found) for found in re.findall(r"`+", safe)), default=0)
    fence = "`" * max(3, longest + 1)
    return [f"{fence}text", *safe.split("\n"), fence]


def _table(head: list[str], rows: list[list[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'|'.join(' --- ' for _ in head)}|"
    for row in rows:
        yield f"| {' | '.join(row)} |"
    yield ""


def _text(text: str) -> str:
    """Words, ours or a switch's, of which nothing means anything to Markdown: no link, no name, no markup."""
    return _LINK.sub(r"\1\\", _SPECIAL.sub(r"\\\1", one_line(text)))
