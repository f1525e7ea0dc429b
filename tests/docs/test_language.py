"""English and Japanese texts follow the language rules: no banned phrase, one term and one spelling each."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from tests.docs.language import BANNED, ROOT, occurrences
from tests.syntax import parsed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# (file, phrase): the reason why the phrase stays. At most 30.
EXCEPTIONS = {
    ("tests/inventory/test_ssh_config.py", "nobody"): "the user name in an ssh_config file",
}
TOPS = (
    "slp_ops",
    "tests",
    "bench",
    "docs",
    "playbooks",
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "inventory.example.yaml",
)
# The Japanese term that is not used: the term that replaces it.
TERMS = {
    "装置": "スイッチ",
    "承認コード": "認可コード",
    "上位 2 桁": "先頭 2 つの番号",
    "長期メンテナンス": "長期保守 (EM)",
    "Smart トランスポート": "スマートトランスポート",
    "対処しないスイッチ": "計画対象外のスイッチ",
    "リスク: change": "リスク: 変更",
    "リスク: disruptive": "リスク: 影響あり",
    "リスク: destructive": "リスク: 復元不可",
    '"rollback", "復旧"': "ロールバック",
}
_KATAKANA = "[\u30a1-\u30f4\u30fc]"  # without the middle dot, which separates
_SPACED = re.compile(rf"{_KATAKANA} {_KATAKANA}")  # columns have more than one blank
_FOLDED = re.compile(rf"{_KATAKANA}\n +{_KATAKANA}")


def test_no_banned_phrase_outside_the_exceptions() -> None:
    assert len(EXCEPTIONS) <= 30
    found = list(occurrences([ROOT / top for top in TOPS]))
    unknown = [str(each) for each in found if (each.path, each.phrase.lower()) not in EXCEPTIONS]
    assert not unknown, "\n".join(unknown)
    used = {(each.path, each.phrase.lower()) for each in found}
    assert not set(EXCEPTIONS) - used, "an exception that matches nothing"


def test_recorded_texts_of_the_verbs_have_no_banned_phrase() -> None:
    found = [
        f"{path.name}: {match[0]}"
        for folder in ("help", "en")
        for path in sorted((ROOT / "tests" / "baseline" / "recorded" / folder).rglob("*"))
        if path.is_file()
        for match in BANNED.finditer(path.read_text(encoding="utf-8"))
    ]
    assert not found, found


def test_japanese_texts_use_the_agreed_terms() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}: {term}, not {good}"
        for path, text in _japanese()
        for term, good in TERMS.items()
        if term in text
    ]
    assert not wrong, "\n".join(wrong)


def test_katakana_compounds_have_one_spelling_without_blanks() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}: {text[max(0, found.start() - 8) : found.end() + 8]!r}"
        for path, text in _japanese()
        for pattern in (_SPACED, _FOLDED)
        for found in pattern.finditer(text)
        if pattern is _SPACED or path.suffix == ".md"
    ]
    assert not wrong, "\n".join(wrong)


def _japanese() -> Iterator[tuple[Path, str]]:
    """Yield every file with Japanese texts: code, rules, playbooks, pages, recorded output."""
    tops = [
        ROOT / top for top in ("slp_ops", "playbooks", "docs", "README.ja.md", "tests/baseline/recorded/ja")
    ]
    for path in (each for top in tops for each in ([top] if top.is_file() else sorted(top.rglob("*")))):
        if path.suffix not in (".py", ".yaml", ".md", ".j2", ".txt", ".html") or not path.is_file():
            continue
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".py":
            text = "\n".join(
                node.value
                for node in ast.walk(parsed(text))
                if isinstance(node, ast.Constant) and isinstance(node.value, str)
            )
        yield path, text
