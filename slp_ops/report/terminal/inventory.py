"""A checked inventory as terminal text."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from slp_ops.i18n import Text
from slp_ops.messages import translate
from slp_ops.report.terminal.layout import table
from slp_ops.sanitize import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from slp_ops.app.inventory import InventoryCheck
    from slp_ops.i18n import Lang
    from slp_ops.inventory import Inventory

_SITES = (
    Text("SITE", "サイト"),
    Text("DEVICES", "台数"),
    Text("AT ONCE", "同時接続"),
    Text("TAGS", "タグ"),
    Text("TRANSPORTS", "接続ライブラリ"),
    Text("DESCRIPTION", "説明"),
)
_CREDENTIALS = (
    Text("CREDENTIAL", "認証情報"),
    Text("USER NAME", "ユーザ名"),
    Text("PROOF", "認証方法"),
    Text("ENABLE", "enable"),
    Text("MISSING", "不足"),
)
_DEVICES = (
    Text("DEVICE", "スイッチ"),
    Text("SITE", "サイト"),
    Text("ADDRESS", "アドレス"),
    Text("USER NAME", "ユーザ名"),
    Text("CREDENTIAL", "認証情報"),
    Text("BEHIND", "踏み台"),
    Text("TAGS", "タグ"),
)
_UNUSABLE = (Text("NOT USABLE", "使用不可"), Text("WHY", "理由"), Text("SOURCE", "取得元"))
_SOUND: Final = Text(
    "{path}: no problems; {devices:device} in {sites:site}",
    "{path}: 問題はありません。{sites} サイト、{devices} 台",
)
_COUNTS: Final = Text("{devices:device} in {sites:site}", "{sites} サイト、{devices} 台")
_OLD: Final = Text("SHA-1 allowed (legacy_ssh): {names}", "SHA-1 を許可 (legacy_ssh): {names}")
_BEHIND: Final = Text("Behind a jump host: {counts}", "踏み台ホスト経由: {counts}")


def render(found: InventoryCheck, lang: Lang) -> str:
    """Return the sites, the credentials, and what is unusual about the devices."""
    return "\n".join(_lines(found, lang))


def _lines(found: InventoryCheck, lang: Lang) -> Iterator[str]:
    inventory, devices = found.inventory, found.inventory.devices
    yield _SOUND.format(path=found.path, devices=len(devices), sites=len(inventory.sites)).render(lang)
    sites = []
    for site in inventory.sites:
        here = [device for device in devices if device.site == site.name]
        sites.append(
            (
                site.name,
                str(len(here)),
                str(site.max_sessions or ""),
                _count_words(tag for device in here for tag in device.tags),
                _count_words(device.transport for device in here),
                site.description,
            )
        )
    yield f"\n{table([word.render(lang) for word in _SITES], sites)}"
    credentials = [
        (
            one.name,
            translate(one.username, lang),
            translate(one.proof, lang),
            translate(one.enable, lang),
            translate(one.missing, lang),
        )
        for one in found.credentials
    ]
    yield f"\n{table([word.render(lang) for word in _CREDENTIALS], credentials)}"
    if old := [device.name for device in devices if device.legacy_ssh]:
        yield "\n" + _OLD.format(names=", ".join(old)).render(lang)
    if behind := Counter(device.jump[0].host for device in devices if device.jump):
        yield "\n" + _BEHIND.format(counts=_format_counts(behind)).render(lang)
    yield from _unusable(inventory, lang)


def _unusable(inventory: Inventory, lang: Lang) -> Iterator[str]:
    if inventory.unusable:
        rows = [
            (one_line(each.name), one_line(translate(each.reason, lang)), each.source)
            for each in inventory.unusable
        ]
        yield f"\n{table([word.render(lang) for word in _UNUSABLE], rows)}"


def render_devices(inventory: Inventory, lang: Lang) -> str:
    """Return a line for each device, then those of sources that cannot be used."""
    rows = [
        (
            device.name,
            device.site,
            device.host if device.port == 22 else f"{device.host} port {device.port}",
            device.username or "",
            device.credential,
            ", ".join(hop.host for hop in device.jump),
            " ".join(device.tags),
        )
        for device in inventory.devices
    ]
    counts = _COUNTS.format(devices=len(rows), sites=len(inventory.sites)).render(lang)
    header = [word.render(lang) for word in _DEVICES]
    return "\n".join((table(header, rows), *_unusable(inventory, lang), f"\n{counts}"))


def _count_words(words: Iterable[str]) -> str:
    return _format_counts(Counter(words))


def _format_counts(counts: Counter[str]) -> str:
    return ", ".join(f"{word} {count}" for word, count in counts.most_common())
