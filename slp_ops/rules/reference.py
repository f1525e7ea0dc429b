"""Reference page of all rules, generated from their own texts.

``slp-ops rules list --markdown --lang en > docs/reference/rules.en.md``
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from slp_ops.facts import Fact
from slp_ops.parsing import Facts
from slp_ops.rules.dependencies import dependencies_of
from slp_ops.rules.fixed_releases import name
from slp_ops.rules.loading import known_terms
from slp_ops.rules.message_catalog import reason_of
from slp_ops.rules.rule import Group
from slp_ops.rules.settings import Thresholds
from slp_ops.rules.texts import texts_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from slp_ops.i18n import Lang
    from slp_ops.rules.dependencies import Dependency
    from slp_ops.rules.fixed_releases import Advisory, AffectedReleases
    from slp_ops.rules.message_catalog import Message, Reason
    from slp_ops.rules.rule import Rule
    from slp_ops.rules.ruleset import Ruleset

TEXTS = texts_of(__name__)


def render(knowledge: Ruleset, lang: Lang, marks: Mapping[str, str]) -> str:
    """Render the page in one language, as Markdown."""
    return "\n".join(_lines(knowledge, lang, marks)) + "\n"


def _lines(knowledge: Ruleset, lang: Lang, marks: Mapping[str, str]) -> Iterator[str]:
    yield f"# {TEXTS['title'].render(lang)}"
    yield ""
    yield TEXTS["introduction"].format(version=knowledge.version, count=len(knowledge.rules)).render(lang)
    yield ""
    yield from _thresholds(lang)
    yield from _own_rules(lang)
    advisories = {advisory.id: advisory for advisory in knowledge.advisories}
    for group in Group:
        rules = [rule for rule in knowledge.rules if rule.group is group]
        if not rules:
            continue
        yield f"## {_GROUPS[group].render(lang)}"
        yield ""
        for rule in rules:
            yield from _rule(rule, advisories.get(rule.id), lang, marks)
    yield from _catalogue(knowledge, lang)
    yield from _terms(lang)
    yield f"## {TEXTS['trains'].render(lang)}"
    yield ""
    yield TEXTS["trains-text"].format(trains=", ".join(map(name, knowledge.releases.extended))).render(lang)
    for defect in knowledge.releases.critical:
        fixed = sorted(defect.releases.fixed.values())
        yield ""
        yield (
            TEXTS["critical-defect"]
            .format(
                ids=", ".join(defect.ids),
                title=defect.title,
                fixed=", ".join(map(str, fixed)),
                unverified=", ".join(str(each) for each in fixed if each not in defect.verified),
                source=defect.source,
                date=defect.date,
            )
            .render(lang)
        )
    for deferred in knowledge.releases.deferred:
        yield ""
        yield (
            TEXTS["deferred"]
            .format(release=deferred.release, instead=deferred.instead, date=deferred.date)
            .render(lang)
        )


def _thresholds(lang: Lang) -> Iterator[str]:
    yield f"## {TEXTS['thresholds'].render(lang)}"
    yield ""
    yield TEXTS["thresholds-text"].render(lang)
    yield ""
    yield _row(TEXTS["name"].render(lang), TEXTS["default"].render(lang))
    yield _row("---", "---:")
    for threshold, default in Thresholds.names().items():
        yield _row(f"`{threshold}`", str(default))
    yield ""


def _own_rules(lang: Lang) -> Iterator[str]:
    yield f"## {TEXTS['own'].render(lang)}"
    yield ""
    yield TEXTS["own-text"].render(lang)
    yield ""
    for example in EXAMPLES:
        yield "```yaml"
        yield example.rstrip()
        yield "```"
        yield ""


def _rule(rule: Rule, advisory: Advisory | None, lang: Lang, marks: Mapping[str, str]) -> Iterator[str]:
    yield f"### {rule.id}"
    yield ""
    yield f"**{_plain(rule.title.render(lang))}**"
    yield ""
    said = [
        f"{TEXTS['severity'].render(lang)}: {rule.severity}",
        f"{TEXTS['confidence'].render(lang)}: {rule.confidence}",
    ]
    if commands := _commands(rule):
        said.append(f"{TEXTS['reads'].render(lang)}: " + ", ".join(f"`{command}`" for command in commands))
    yield "; ".join(said)
    yield ""
    yield _plain(rule.cause.render(lang))
    yield ""
    for number, step in enumerate(rule.remedy, 1):
        yield f"{number}. {_plain(step.render(lang))}"
    yield ""
    if advisory is not None:
        yield from _releases(advisory, lang)
    if rule.playbooks:
        yield f"{TEXTS['playbooks'].render(lang)}: " + ", ".join(
            f"`{playbook}`{marks.get(playbook, '')}" for playbook in rule.playbooks
        )
        yield ""
    if rule.explains:
        yield f"{TEXTS['explains'].render(lang)}: " + ", ".join(
            f"[{each}](#{anchor(each)})" for each in rule.explains
        )
        yield ""
    for link in rule.links:
        yield f"- <{link}>"
    if rule.links:
        yield ""


def _releases(advisory: Advisory, lang: Lang) -> Iterator[str]:
    releases = advisory.releases
    if releases.introduced is not None:
        yield f"- {TEXTS['introduced'].render(lang)}: {releases.introduced}"
    if releases.fixed:
        yield f"- {TEXTS['fixed'].render(lang)}: " + ", ".join(
            str(releases.fixed[train]) for train in sorted(releases.fixed)
        )
    else:
        yield f"- {TEXTS['fixed'].render(lang)}: {TEXTS['not-known'].render(lang)}"
    if releases.affected:
        yield f"- {TEXTS['listed'].render(lang)}: " + ", ".join(map(_release_range, releases.affected))
    yield ""


def _release_range(named: AffectedReleases) -> str:
    return str(named.first) if named.first == named.last else f"{named.first} - {named.last}"


def _commands(rule: Rule) -> list[str]:
    """Return the commands that a rule uses: its own, or the first that provides each fact."""
    if rule.command is not None:
        return [rule.command]
    found: dict[str, None] = {}

    def add(needs: tuple[Dependency, ...], seen: frozenset[type]) -> None:
        for need in needs:
            if issubclass(need.kind, Fact):
                commands = Facts.of().missing(need.kind).commands
                if commands:
                    found[commands[0][0]] = None
            elif need.kind not in seen and hasattr(need.kind, "derive"):
                add(dependencies_of(need.kind.derive), seen | {need.kind})

    add(rule.needs, frozenset())
    return list(found)


def _catalogue(knowledge: Ruleset, lang: Lang) -> Iterator[str]:
    yield f"## {TEXTS['messages'].render(lang)}"
    yield ""
    yield TEXTS["messages-text"].render(lang)
    yield ""
    yield _row(TEXTS["name"].render(lang), TEXTS["meaning"].render(lang), TEXTS["rule"].render(lang))
    yield _row("---", "---", "---")
    for message in knowledge.catalogue.messages:
        yield _entry(message, message.id if message.severity is not None else message.rule, lang)
    yield ""
    yield f"### {TEXTS['reasons'].render(lang)}"
    yield ""
    yield _row(TEXTS["sample"].render(lang), TEXTS["meaning"].render(lang), TEXTS["rule"].render(lang))
    yield _row("---", "---", "---")
    for reason in knowledge.catalogue.reasons:
        yield _entry(reason, reason.rule, lang)
    yield ""


def _entry(entry: Message | Reason, rule: str | None, lang: Lang) -> str:
    shown = f"`{entry.id}`" if hasattr(entry, "message") else f"`{reason_of(entry.sample)}`"
    note = f" ({TEXTS['unverified'].render(lang)})" if entry.unverified else ""
    meaning = f"**{entry.title.render(lang)}**{note}: {entry.meaning.render(lang)}"
    return _row(shown.replace("|", "\\|"), meaning, f"[{rule}](#{anchor(rule)})" if rule else "-")


def _terms(lang: Lang) -> Iterator[str]:
    yield f"## {TEXTS['terms'].render(lang)}"
    yield ""
    yield _row(TEXTS["name"].render(lang), TEXTS["meaning"].render(lang))
    yield _row("---", "---")
    for term in known_terms():
        yield _row(f"`{term.id}`", f"**{term.title.render(lang)}**: {term.meaning.render(lang)}")
    yield ""


def _row(*cells: str) -> str:
    return "| " + " | ".join(_plain(cell) if cell.startswith("**") else cell for cell in cells) + " |"


def _plain(text: str) -> str:
    """Convert a sentence to Markdown: quoted text is a command, angle brackets are no markup."""
    return text.replace("<none>", "`<none>`").replace("*MallocLite*", "`*MallocLite*`").replace("|", "\\|")


def anchor(heading: str) -> str:
    """Return the Markdown anchor of a heading."""
    kept = [character for character in heading.lower() if character.isalnum() or character in "-_ "]
    return "".join(kept).replace(" ", "-")


# A test executes these examples.
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
    """\
id: uplink-half-duplex
title: {en: An uplink runs at half duplex, ja: アップリンクが半二重で動作しています}
severity: warning
cause: The other end does not negotiate.
remedy:
  - Set both ends to automatic negotiation.
command: show interfaces status    # collected by every audit with this rule
parser: ntc                        # or textfsm:FILE, ttp:FILE
expect:
  no row:                          # or any row, every row
    port: {matches: '^Te1/1/'}
    duplex: {in: [half, a-half]}
examples:                          # slp-ops rules test DIR
  fail:
    - |
      Port         Name               Status       Vlan       Duplex  Speed Type
      Te1/1/1      core               connected    trunk      a-half  a-100 10/100/1000BaseTX
  pass:
    - |
      Port         Name               Status       Vlan       Duplex  Speed Type
      Te1/1/1      core               connected    trunk      a-full  a-10G SFP-10GBase-SR
""",
)
_GROUPS: Final = {
    Group.TRANSPORT: TEXTS["groups.transport"],
    Group.NAMES: TEXTS["groups.names"],
    Group.COMMUNICATION: TEXTS["groups.communication"],
    Group.TRUST: TEXTS["groups.trust"],
    Group.REPORTING: TEXTS["groups.reporting"],
    Group.LICENCES: TEXTS["groups.licences"],
    Group.ENVIRONMENT: TEXTS["groups.environment"],
    Group.INFORMATION: TEXTS["groups.information"],
    Group.PROBES: TEXTS["groups.probes"],
    Group.SYSLOG: TEXTS["groups.syslog"],
    Group.ADVISORIES: TEXTS["groups.advisories"],
    Group.OWN: TEXTS["groups.own"],
}
