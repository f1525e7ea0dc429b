"""The reference page of all rules, made from their own words: it cannot tell another story than they do.

``slp-ops rules --markdown --lang en > docs/reference/rules.en.md``
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from slp_ops.i18n import Lang, Text
from slp_ops.reading import Facts
from slp_ops.rules.fixed import name
from slp_ops.rules.loading import known_terms
from slp_ops.rules.needs import needs_of
from slp_ops.rules.rule import Group
from slp_ops.rules.settings import Thresholds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slp_ops.rules.advisory import Advisory
    from slp_ops.rules.catalogue import Message, Reason
    from slp_ops.rules.fixed import Named
    from slp_ops.rules.knowledge import Knowledge
    from slp_ops.rules.needs import Need
    from slp_ops.rules.rule import Rule


def render(knowledge: Knowledge, lang: Lang) -> str:
    """The page in one language, as Markdown."""
    return "\n".join(_lines(knowledge, lang)) + "\n"


def _lines(knowledge: Knowledge, lang: Lang) -> Iterator[str]:
    yield f"# {_TITLE.said(lang)}"
    yield ""
    yield _INTRODUCTION.of(version=knowledge.version, count=len(knowledge.rules)).said(lang)
    yield ""
    yield from _thresholds(lang)
    yield from _own(lang)
    advisories = {advisory.id: advisory for advisory in knowledge.advisories}
    for group in Group:
        rules = [rule for rule in knowledge.rules if rule.group is group]
        if not rules:
            continue
        yield f"## {_GROUPS[group].said(lang)}"
        yield ""
        for rule in rules:
            yield from _rule(rule, advisories.get(rule.id), lang)
    yield from _catalogue(knowledge, lang)
    yield from _terms(lang)
    yield f"## {_TRAINS.said(lang)}"
    yield ""
    yield _TRAINS_TEXT.of(trains=", ".join(map(name, knowledge.extended))).said(lang)


def _thresholds(lang: Lang) -> Iterator[str]:
    yield f"## {_THRESHOLDS.said(lang)}"
    yield ""
    yield _THRESHOLDS_TEXT.said(lang)
    yield ""
    yield _row(_NAME.said(lang), _DEFAULT.said(lang))
    yield _row("---", "---:")
    for threshold, default in Thresholds.names().items():
        yield _row(f"`{threshold}`", str(default))
    yield ""


def _own(lang: Lang) -> Iterator[str]:
    yield f"## {_OWN.said(lang)}"
    yield ""
    yield _OWN_TEXT.said(lang)
    yield ""
    for example in EXAMPLES:
        yield "```yaml"
        yield example.rstrip()
        yield "```"
        yield ""


def _rule(rule: Rule, advisory: Advisory | None, lang: Lang) -> Iterator[str]:
    yield f"### {rule.id}"
    yield ""
    yield f"**{_plain(rule.title.said(lang))}**"
    yield ""
    said = [f"{_SEVERITY.said(lang)}: {rule.severity}", f"{_CONFIDENCE.said(lang)}: {rule.confidence}"]
    if commands := _commands(rule.needs):
        said.append(f"{_READS.said(lang)}: " + ", ".join(f"`{command}`" for command in commands))
    yield "; ".join(said)
    yield ""
    yield _plain(rule.cause.said(lang))
    yield ""
    for number, step in enumerate(rule.remedy, 1):
        yield f"{number}. {_plain(step.said(lang))}"
    yield ""
    if advisory is not None:
        yield from _releases(advisory, lang)
    if rule.playbooks:
        yield f"{_PLAYBOOKS.said(lang)}: " + ", ".join(f"`{playbook}`" for playbook in rule.playbooks)
        yield ""
    if rule.explains:
        yield f"{_EXPLAINS.said(lang)}: " + ", ".join(f"[{each}](#{anchor(each)})" for each in rule.explains)
        yield ""
    for link in rule.links:
        yield f"- <{link}>"
    if rule.links:
        yield ""


def _releases(advisory: Advisory, lang: Lang) -> Iterator[str]:
    releases = advisory.releases
    if releases.introduced is not None:
        yield f"- {_INTRODUCED.said(lang)}: {releases.introduced}"
    if releases.fixed:
        yield f"- {_FIXED.said(lang)}: " + ", ".join(
            str(releases.fixed[train]) for train in sorted(releases.fixed)
        )
    else:
        yield f"- {_FIXED.said(lang)}: {_NOT_KNOWN.said(lang)}"
    if releases.affected:
        yield f"- {_LISTED.said(lang)}: " + ", ".join(map(_named, releases.affected))
    yield ""


def _named(named: Named) -> str:
    return str(named.first) if named.first == named.last else f"{named.first} - {named.last}"


def _commands(needs: tuple[Need, ...]) -> list[str]:
    """The commands whose output a rule looks at: the first that gives each fact."""
    from slp_ops.facts import Fact

    found: dict[str, None] = {}

    def add(needs: tuple[Need, ...], seen: frozenset[type]) -> None:
        for need in needs:
            if issubclass(need.kind, Fact):
                commands = Facts.of().missing(need.kind).commands
                if commands:
                    found[commands[0][0]] = None
            elif need.kind not in seen and hasattr(need.kind, "derive"):
                add(needs_of(need.kind.derive), seen | {need.kind})

    add(needs, frozenset())
    return list(found)


def _catalogue(knowledge: Knowledge, lang: Lang) -> Iterator[str]:
    yield f"## {_MESSAGES.said(lang)}"
    yield ""
    yield _MESSAGES_TEXT.said(lang)
    yield ""
    yield _row(_NAME.said(lang), _MEANING.said(lang), _RULE.said(lang))
    yield _row("---", "---", "---")
    for message in knowledge.catalogue.messages:
        yield _entry(message, message.id if message.severity is not None else message.rule, lang)
    yield ""
    yield f"### {_REASONS.said(lang)}"
    yield ""
    yield _row(_SAMPLE.said(lang), _MEANING.said(lang), _RULE.said(lang))
    yield _row("---", "---", "---")
    for reason in knowledge.catalogue.reasons:
        yield _entry(reason, reason.rule, lang)
    yield ""


def _entry(entry: Message | Reason, rule: str | None, lang: Lang) -> str:
    from slp_ops.rules.catalogue import reason_of

    shown = f"`{entry.id}`" if hasattr(entry, "message") else f"`{reason_of(entry.sample)}`"
    note = f" ({_UNVERIFIED.said(lang)})" if entry.unverified else ""
    meaning = f"**{entry.title.said(lang)}**{note}: {entry.meaning.said(lang)}"
    return _row(shown.replace("|", "\\|"), meaning, f"[{rule}](#{anchor(rule)})" if rule else "-")


def _terms(lang: Lang) -> Iterator[str]:
    yield f"## {_TERMS.said(lang)}"
    yield ""
    yield _row(_NAME.said(lang), _MEANING.said(lang))
    yield _row("---", "---")
    for term in known_terms():
        yield _row(f"`{term.id}`", f"**{term.title.said(lang)}**: {term.meaning.said(lang)}")
    yield ""


def _row(*cells: str) -> str:
    return "| " + " | ".join(_plain(cell) if cell.startswith("**") else cell for cell in cells) + " |"


def _plain(text: str) -> str:
    """Our own words in Markdown: what stands between quotes is a command, angle brackets are no markup."""
    return text.replace("<none>", "`<none>`").replace("*MallocLite*", "`*MallocLite*`").replace("|", "\\|")


def anchor(heading: str) -> str:
    """The anchor that Markdown makes of a heading."""
    kept = [character for character in heading.lower() if character.isalnum() or character in "-_ "]
    return "".join(kept).replace(" ", "-")


_TITLE: Final = Text("Rules", "ルール一覧")
_INTRODUCTION: Final = Text(
    "Made from the rules themselves by `slp-ops rules --markdown`; do not edit. Knowledge {version}, {count} "
    "rules. A rule whose condition is met fails, one that only informs too; what could not be read is "
    "unknown, never a pass. Anything said to be unverified was not seen in a real output.",
    "このページは `slp-ops rules --markdown` によりルール自身から生成されます (直接編集しないでください)。"
    "ナレッジ {version}、{count} ルール。条件に該当すると、情報レベルのルールも含めて fail となります。"
    "取得できなかった"
    "情報は unknown であり、pass にはなりません。「未検証」は実際の出力で確認できていないことを示します。",
)
_THRESHOLDS: Final = Text("Thresholds", "しきい値")
_THRESHOLDS_TEXT: Final = Text(
    "`--threshold NAME=NUMBER` sets where something begins to be a finding.",
    "`--threshold 名前=数値` で検出の基準を変更できます。",
)
_OWN: Final = Text("Rules of your own", "独自ルールの追加")
_OWN_TEXT: Final = Text(
    "`--rules DIR` reads every .yaml file below DIR: an advisory, or a list of messages. A text may stand "
    "once, "
    "or as `{en: ..., ja: ...}`. An advisory is judged by the release, and its examples are checked when it "
    "is read. A message with a severity is a finding while it stands in the log: younger than `log-days`, "
    "with none of `cleared_by` after it; one with `rule` is evidence for that rule instead, one with "
    "neither is "
    "only explained. Every mistake is reported with file, line and key.",
    "`--rules DIR` を指定すると、DIR 配下の .yaml ファイル (アドバイザリまたはメッセージの一覧) "
    "を読み込みます。"
    "文言は 1 つだけ、または `{en: ..., ja: ...}` の形で記述します。"
    "アドバイザリはリリースで判定され、examples は読み込み時に"
    "検証されます。severity のあるメッセージは、`log-days` 以内で、"
    "かつ後に `cleared_by` のメッセージがない間、検出対象と"
    "なります。rule を指定するとそのルールの根拠として扱われ、どちらもない場合は explain "
    "での説明のみに使用されます。"
    "誤りはすべてファイル名、行番号、キーとともに報告されます。",
)
# A test reads them: what stands here works.
EXAMPLES: Final = (
    """\
id: ACME-7
title: {en: Not approved by our lab, ja: 社内検証未完了}
severity: warning
cause: The lab has not tested this release with our firewalls.
remedy:
  - Upgrade to a release of the approved list.
links: [https://wiki.example.net/licensing]
releases:
  introduced: 17.3.2a          # optional: earlier ones are not concerned
  fixed: [17.9.5, 17.12.3]     # the first good release of each train
  affected: [17.10.1 to 17.11.1, 17.4.1]   # optional: named ones; other trains are assumed affected
examples:
  affected: [17.9.4a, 17.10.1]
  fixed: [17.9.5, 17.15.1]
""",
    """\
messages:
  - message: ACME-RELAY_LOST   # facility and mnemonic, without the severity digit
    pattern: 'relay \\S+ gone'  # optional, searched for in the text
    title: The licence relay is gone
    meaning: The switch has lost the relay in the basement.
    severity: error
    remedy: [Go to the basement.]
    cleared_by: [ACME-RELAY_BACK]
    sample: "%ACME-3-RELAY_LOST: relay r1 gone"
unrelated: [ACMEFAN]
""",
)
_GROUPS: Final = {
    Group.TRANSPORT: Text("Transport and path", "トランスポートと経路"),
    Group.NAMES: Text("Names", "名前解決"),
    Group.COMMUNICATION: Text("Communication", "通信"),
    Group.TRUST: Text("Trust", "信頼コード"),
    Group.REPORTING: Text("Reporting", "レポート"),
    Group.LICENCES: Text("Licences", "ライセンス"),
    Group.ENVIRONMENT: Text("Environment", "装置の状態"),
    Group.INFORMATION: Text("Information that prevents false alarms", "誤認を防ぐための情報"),
    Group.PROBES: Text("Probes from the switch", "装置からの疎通確認"),
    Group.SYSLOG: Text("Syslog messages that are rules", "ルールとして扱う syslog メッセージ"),
    Group.ADVISORIES: Text("Field notices and bugs", "Field Notice と不具合"),
}
_NAME: Final = Text("Name", "名前")
_DEFAULT: Final = Text("Default", "デフォルト")
_SEVERITY: Final = Text("Severity", "重大度")
_CONFIDENCE: Final = Text("confidence", "確度")
_READS: Final = Text("looks at", "参照コマンド")
_PLAYBOOKS: Final = Text("Playbooks", "プレイブック")
_EXPLAINS: Final = Text("Leads to", "影響")
_INTRODUCED: Final = Text("Begins with", "対象の開始リリース")
_FIXED: Final = Text("First fixed releases", "最初の修正リリース")
_LISTED: Final = Text("Named as affected", "該当として明記されたリリース")
_NOT_KNOWN: Final = Text("not known", "情報なし")
_MESSAGES: Final = Text("Syslog messages", "syslog メッセージ")
_MESSAGES_TEXT: Final = Text(
    "By facility and mnemonic; the severity digit between them differs between releases. `slp-ops explain` "
    "takes a whole line.",
    "ファシリティとニーモニックで照合します (間の重大度の数字はリリースにより異なります)。"
    "`slp-ops explain` には"
    "行全体を指定できます。",
)
_REASONS: Final = Text("Reasons of a failed exchange", "通信失敗の理由")
_MEANING: Final = Text("Meaning", "意味")
_RULE: Final = Text("Rule", "ルール")
_SAMPLE: Final = Text("Reason", "理由")
_UNVERIFIED: Final = Text("unverified", "未検証")
_TERMS: Final = Text("Terms", "用語")
_TRAINS: Final = Text("Extended-maintenance trains", "長期保守 (EM) トレイン")
_TRAINS_TEXT: Final = Text(
    "As slp-ops knows them; a switch does not say it: {trains}.",
    "slp-ops の保有情報です (装置から取得したものではありません): {trains}。",
)
