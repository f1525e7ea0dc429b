"""Terminal renderer of releases and their advisories."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from slp_ops.i18n import Lang
from slp_ops.messages import translate
from slp_ops.report.terminal.layout import (
    SWITCHES,
    fits,
    padded,
    some_names,
    styled,
    table,
    table_rows,
    wrapped,
)
from slp_ops.rules.fixed_releases import AdvisoryStatus, name
from slp_ops.sanitize import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from slp_ops.app.check_version import ReleaseVerdict
    from slp_ops.rules.fixed_releases import AdvisoryVerdict
    from slp_ops.rules.ruleset import Ruleset

_Group: TypeAlias = "tuple[ReleaseVerdict, list[str]]"
"""A verdict, and the switches that share it; none for a release that was given as text."""


def render(rows: Sequence[ReleaseVerdict], knowledge: Ruleset, lang: Lang, *, details: bool = False) -> str:
    """Return each release with its advisories; several side by side as well.

    Switches of one release with the same verdicts are one entry, unless ``details`` are wanted.
    """
    return "\n".join(_lines(_grouped(rows, details=details), knowledge, lang))


def _grouped(rows: Sequence[ReleaseVerdict], *, details: bool) -> list[_Group]:
    """Return the rows with the switches that share their verdicts, in the order of the first of each."""
    groups: dict[object, list[ReleaseVerdict]] = {}
    for number, row in enumerate(rows):
        groups.setdefault(number if details else _verdicts(row), []).append(row)
    return [(rows[0], [row.device for row in rows if row.device]) for rows in groups.values()]


def _verdicts(row: ReleaseVerdict) -> tuple[object, ...]:
    """Return what a row prints but for its device; the targets and defects follow from the release."""
    judged = tuple(
        (advisory.id, sign.judged.status, sign.judged.listed, sign.judged.because)
        for advisory, sign in row.judged
    )
    return row.release, judged


def _lines(groups: Sequence[_Group], knowledge: Ruleset, lang: Lang) -> Iterator[str]:
    for row, devices in groups:
        yield from _release(row, devices, lang)
    if len(groups) > 1:
        yield from _matrix(groups, knowledge, lang)
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
    inferred = any(_is_inferred(sign.judged) for row, _ in groups for _, sign in row.judged)
    notes = [words["listed"]] if inferred else []
    for line in (
        line for said in (*notes, words["trains"].format(trains=trains), *never) for line in wrapped(said, "")
    ):
        yield styled(line, dim=True)


def _release(row: ReleaseVerdict, devices: Sequence[str], lang: Lang) -> Iterator[str]:
    if len(devices) > 1:
        count = SWITCHES.format(count=len(devices)).render(lang)
        yield styled(one_line(f"{row.release or '?'}  {count}"), bold=True)
        yield from wrapped(some_names(devices, lang), "  ")
    else:
        yield styled(one_line("  ".join([*devices, row.release or "?"])), bold=True)
    for advisory, sign in row.judged:
        for line in wrapped(
            sign.judged.because.render(lang),
            f"  {advisory.id:<11} {padded(_status_label(sign.judged, lang), 15)} ",
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


def _matrix(groups: Sequence[_Group], knowledge: Ruleset, lang: Lang) -> Iterator[str]:
    """Yield all releases side by side; a narrow terminal gets the switches of each below its row."""
    words = _WORDS[lang]
    ids = [advisory.id for advisory in knowledge.advisories if advisory.releases.fixed]
    header = (words["release"], *ids, words["train"], words["em"])
    rows = []
    for row, _ in groups:
        judged = {advisory.id: sign.judged for advisory, sign in row.judged}
        labels = tuple(_status_label(judged[each], lang) for each in ids)
        rows.append(
            (row.release, *labels, str(row.target.same_train or ""), str(row.target.next_em_train or ""))
        )
    named = [(some_names(devices, lang), *cells) for (_, devices), cells in zip(groups, rows, strict=True)]
    if fits((words["device"], *header), named):
        yield table((words["device"], *header), named)
    else:
        inapplicable = translate(AdvisoryStatus.NOT_APPLICABLE, lang)
        short = [tuple("-" if cell == inapplicable else cell for cell in cells) for cells in rows]
        first, *lines = table_rows((words["release"], *ids, words["train-short"], words["em-short"]), short)
        yield first
        for line, (_, devices) in zip(lines, groups, strict=True):
            yield line
            if devices:
                yield from wrapped(some_names(devices, lang), "  ")
    yield ""


def _status_label(judged: AdvisoryVerdict, lang: Lang) -> str:
    return f"{translate(judged.status, lang)}{'*' if _is_inferred(judged) else ''}"


def _is_inferred(judged: AdvisoryVerdict) -> bool:
    """Return whether the release is taken as affected, though the notice does not name it."""
    return judged.status is AdvisoryStatus.AFFECTED and not judged.listed


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
        "train-short": "TRAIN",
        "em-short": "NEXT EM",
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
        "train-short": "同トレイン",
        "em-short": "次の EM",
        "listed": "* 通知に記載なし: そのトレインの修正リリースが示されていないため、該当とみなしています",
        "trains": "長期保守 (EM) トレインは slp-ops の保有情報であり、"
        "スイッチから取得したものではありません: {trains}",
    },
}
