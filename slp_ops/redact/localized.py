"""Find secrets behind labels in other languages than English: notes, banners and logs of operators."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from slp_ops.redact import grammar, screen
from slp_ops.redact.prose import COUNT, PUNCTUATION
from slp_ops.redact.spans import SecretSpan, found_at

if TYPE_CHECKING:
    from collections.abc import Iterator

_LABELS: Final = (
    "パスワード", "パスコード", "パスフレーズ", "暗証番号", "認証番号", "合言葉",
    "共有鍵", "共有キー", "共有シークレット", "秘密鍵", "シークレット", "シークレットキー",
    "トークン", "認証キー", "認証鍵", "APIキー", "暗号鍵", "暗号キー",
    "TACACS+キー", "TACACSキー", "RADIUSキー", "サーバーキー", "マスターキー",
    "コミュニティ", "コミュニティ名", "コミュニティ文字列", "コミュニティストリング",
    "密码", "密碼", "口令", "密钥", "共享密钥", "비밀번호", "암호", "пароль",
)  # fmt: skip
_SECOND: Final = re.compile(r"\s*/\s{0,3}(?P<value>[!-.0-~][!-~]*)")  # "パスワード: user / password"
_ENGLISH: Final = "password|passwd|passphrase|passcode|secret|token|psk|pass|pwd|pw"
_SIGNS: Final = ":=は「『【→⇒"


def _normalized(label: str) -> str:
    """Return a label as a view of a line shows it."""
    return screen.without_marks(label).lower()


_LABEL: Final = re.compile(
    rf"(?:(?:{'|'.join(map(re.escape, sorted(map(_normalized, _LABELS), key=len, reverse=True)))})"
    rf"(?:\s*\([^()\s]{{1,20}}\))?"
    rf"(?:\s*(?:を|に|の)?\s*[{_SIGNS}]+\s*|[\"']\s*[:=]\s*|\s*(?:は|が|を|に|\s)\s*(?=[0-9]{{6}}|(?=[!-~]*[0-9])[!-~]*[a-z]))"
    rf"|(?<![a-z0-9])(?:{_ENGLISH})\s*(?:[は「『【→⇒]|\([^()\s]{{1,20}}\)\s*[:=])\s*)"
    r"(?P<value>\"[^\"]+\"|[!-~]+)"
)
# "enable は X"; only with a digit and a sign.
_OF_MODE: Final = re.compile(
    rf"(?<![a-z0-9])(?:enable|vty|console|{_normalized('コンソール')})\s*[は「→⇒]\s*「?"
    r"(?P<value>(?=[!-~]*[0-9])(?=[!-~]*[a-z])(?=[!-~]*[!#$%&*?^~])[!-~]{5,64})"
)
# Behind a label, each value in brackets: "「X」から「Y」に".
_QUOTED: Final = re.compile(r"[「『](?P<value>(?=[!-~]*[0-9])[!-~]+)[」』]")


_NORMALIZED: Final = tuple(map(_normalized, _LABELS))


# "パスワードは次のとおりです。": the value is on a line of its own.
_FOLLOWS: Final = "|".join(map(_normalized, ("以下", "次の", "下記", "こちら")))
_ANNOUNCEMENT: Final = re.compile(
    rf".*(?:{'|'.join(map(re.escape, _NORMALIZED))})[^!-~]{{0,6}}"
    rf"(?:(?:{_FOLLOWS})[^!-~]{{0,12}}[:。]?|は?\s*:)\s*"
)


def is_announcement(text: str) -> bool:
    """Return whether a text, as a view shows it, ends before the value that it announces."""
    return not text.isascii() and _ANNOUNCEMENT.fullmatch(text.lower()) is not None


def is_label(text: str) -> bool:
    """Return whether a text, as a view shows it, ends in a label."""
    return not text.isascii() and text.strip().lower().endswith(_NORMALIZED)


def by_localized_label(text: str, lowered: str) -> Iterator[SecretSpan]:
    """Yield the printable ASCII behind a label: a switch takes no other passwords."""
    for match in _LABEL.finditer(lowered):
        word = match["value"].strip(PUNCTUATION)
        if word in grammar.PROSE or word in grammar.SETTINGS or (COUNT.fullmatch(word) and len(word) < 4):
            continue
        yield from found_at(text, *match.span("value"), "password")
        if second := _SECOND.match(lowered, match.end()):
            yield from found_at(text, *second.span("value"), "password")
        for quoted in _QUOTED.finditer(lowered, match.end()):
            yield from found_at(text, *quoted.span("value"), "password")
    for match in _OF_MODE.finditer(lowered):
        yield from found_at(text, *match.span("value"), "password")
