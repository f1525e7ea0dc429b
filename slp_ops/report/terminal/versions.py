"""Terminal renderer of releases and their advisories."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slp_ops.i18n import Lang
from slp_ops.report.terminal.layout import styled, table, wrapped
from slp_ops.rules.fixed_releases import AdvisoryStatus, name
from slp_ops.sanitize import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from slp_ops.app.check_version import ReleaseVerdict
    from slp_ops.rules.fixed_releases import AdvisoryVerdict
    from slp_ops.rules.ruleset import Ruleset


def render(rows: Sequence[ReleaseVerdict], knowledge: Ruleset, lang: Lang) -> str:
    """Return each release with its advisories; several side by side as well."""
    return "\n".join(_lines(rows, knowledge, lang))


def _lines(rows: Sequence[ReleaseVerdict], knowledge: Ruleset, lang: Lang) -> Iterator[str]:
    for row in rows:
        yield from _release(row, lang)
    if len(rows) > 1:
        yield from _matrix(rows, knowledge, lang)
    words = _WORDS[lang]
    trains = ", ".join(name(train) for train in knowledge.releases.extended)
    never = [
        words["never"].format(
            ids=", ".join(defect.ids),
            fixed=", ".join(
                f"{fix}{'' if fix in defect.verified else '?'}"
                for fix in sorted(defect.releases.fixed.values())
            ),
        )
        for defect in knowledge.releases.critical
    ]
    for line in (
        line
        for said in (words["listed"], words["trains"].format(trains=trains), *never)
        for line in wrapped(said, "")
    ):
        yield styled(line, dim=True)


def _release(row: ReleaseVerdict, lang: Lang) -> Iterator[str]:
    head = "  ".join(part for part in (row.device, row.release or "?") if part)
    yield styled(one_line(head), bold=True)
    for advisory, sign in row.judged:
        for line in wrapped(
            sign.judged.because.render(lang), f"  {advisory.id:<11} {_status_label(sign.judged):<15} "
        ):
            yield styled(line, fg=_COLOURS.get(sign.judged.status))
    words = _WORDS[lang]
    for key, target in (("same", row.target.same_train), ("later", row.target.next_em_train)):
        none = words["stays" if row.target.stays else "none"]
        yield f"  {words[key]}: {target if target is not None else none}"
    for defect in row.defects:
        said = words["defect"].format(ids=", ".join(defect.ids), title=defect.title.render(lang))
        yield from wrapped(said, "  ")
    yield ""


def _matrix(rows: Sequence[ReleaseVerdict], knowledge: Ruleset, lang: Lang) -> Iterator[str]:
    """All releases side by side."""
    words = _WORDS[lang]
    ids = [advisory.id for advisory in knowledge.advisories if advisory.releases.fixed]
    lines = []
    for row in rows:
        judged = {advisory.id: sign.judged for advisory, sign in row.judged}
        target = row.target
        lines.append(
            (
                row.device or "",
                row.release,
                *(_status_label(judged[each]) for each in ids),
                str(target.same_train or ""),
                str(target.next_em_train or ""),
            )
        )
    yield table((words["device"], words["release"], *ids, words["train"], words["em"]), lines)
    yield ""


def _status_label(judged: AdvisoryVerdict) -> str:
    inferred = judged.status is AdvisoryStatus.AFFECTED and not judged.listed
    return f"{judged.status}{'*' if inferred else ''}"


_COLOURS = {AdvisoryStatus.AFFECTED: "red", AdvisoryStatus.UNKNOWN: "yellow"}
_WORDS = {
    Lang.EN: {
        "same": "nearest release of this train that clears all but the cosmetic ones",
        "later": "first one of the next extended-maintenance train that does",
        "defect": "this release itself is no target: {ids}, {title}; a rebuild fixes it",
        "never": "Never a target, because of {ids}: what is older in its train than {fixed} "
        "(? from memory, not verified)",
        "none": "none that we know",
        "stays": "not needed",
        "device": "DEVICE",
        "release": "RELEASE",
        "train": "SAME TRAIN",
        "em": "NEXT EM TRAIN",
        "listed": "* not listed by the notice: no fixed release of that train is named, so it is "
        "assumed affected",
        "trains": "Extended-maintenance trains as slp-ops knows them, not read from a switch: {trains}",
    },
    Lang.JA: {
        "same": "同じトレインで (情報レベルを除く) 全件が修正される最も近いリリース",
        "later": "次の長期保守 (EM) トレインで全件が修正される最初のリリース",
        "defect": "このリリース自体はアップグレード先になりません: "
        "{ids} ({title})。リビルドで修正されています",
        "never": "アップグレード先としないもの ({ids}): 同じトレインで {fixed} より前のリリース "
        "(? は記憶に基づく未検証の情報)",
        "none": "該当情報なし",
        "stays": "不要",
        "device": "スイッチ",
        "release": "リリース",
        "train": "同じトレイン",
        "em": "次の EM トレイン",
        "listed": "* 通知に記載なし: そのトレインの修正リリースが示されていないため、該当とみなしています",
        "trains": "長期保守 (EM) トレインは slp-ops の保有情報であり、"
        "スイッチから取得したものではありません: {trains}",
    },
}
