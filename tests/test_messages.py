"""Every text that an operator reads exists in Japanese: pairs in the code, and the catalogue of messages."""

from __future__ import annotations

import ast
import errno
import os
import re
from collections import Counter
from itertools import product
from typing import TYPE_CHECKING

import yaml

from slp_ops import errors
from slp_ops.i18n import Lang
from slp_ops.messages import load_catalog, message_text, translate
from slp_ops.model import DeviceStatus
from slp_ops.runs.serialization import RunState
from tests.docs.language import ROOT
from tests.docs.test_language import TERMS
from tests.syntax import parsed

if TYPE_CHECKING:
    from collections.abc import Iterator

_PACKAGE = ROOT / "slp_ops"
_JAPANESE = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")
_WORDS = re.compile(r"[A-Za-z]{2,} +[a-z]{2,}")
_VALUE = "9"  # a value in a message
_RAISED = {name for name, kind in vars(errors).items() if isinstance(kind, type) and name != "Problem"}
_SPOKEN = {"notice", "spoken", "confirm", "enter", "UsageError", "BadParameter", "show_failure"}
_SHOWN = {"hint", "message", "expected", "unusable", "reason", "what", "words"}
_DISK = {"store_errors", "store_error"}
_ERRNOS = (
    *(errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR),
    *(errno.EISDIR, errno.ENOENT, errno.EEXIST, errno.EINVAL, errno.ELOOP, errno.EMFILE, errno.ENFILE),
    *(errno.EIO, errno.ESTALE, errno.ENAMETOOLONG, errno.ENOMEM),
)
# The simulated switches print as switches do, in English.
_SWITCH_TEXT = ("lab/screens", "lab/shell", "lab/config", "lab/agent", "lab/scenarios/_", "lab/dns")


def _sources() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(_PACKAGE.rglob("*.py")):
        name = path.relative_to(_PACKAGE).as_posix()
        if not name.startswith(_SWITCH_TEXT):
            yield name, parsed(path.read_text(encoding="utf-8"))


def _texts(node: ast.expr) -> list[str]:
    """Return what an expression can print, with a word for each value; empty for a variable."""
    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.JoinedStr(values=values):
            parts = [part.value if isinstance(part, ast.Constant) else _VALUE for part in values]
            return ["".join(map(str, parts))]
        case ast.BinOp(op=ast.Add(), left=left, right=right):
            pairs = product(_texts(left) or [_VALUE], _texts(right) or [_VALUE])
            return ["".join(pair) for pair in pairs]
        case ast.IfExp(body=body, orelse=other):
            return [*_texts(body), *_texts(other)]
        case _:
            return []


def _messages(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        keywords = {each.arg: each.value for each in node.keywords}
        shown = [value for key, value in keywords.items() if key in _SHOWN]
        if (name in _RAISED or name in _SPOKEN) and node.args:
            shown.append(node.args[0])
        if name == "add" and len(node.args) >= 3:  # a problem of a file: line, key, message, expected
            shown += node.args[2:4]
        if name == "refuse" and len(node.args) == 3:  # a device of a source that cannot be used
            shown.append(node.args[2])
        if name == "append" and ast.unparse(node.func) == "reasons.append":
            shown += node.args
        if name == "_matching" and len(node.args) == 2:  # the format of a value
            shown.append(node.args[1])
        for each in shown:
            for text in _texts(each):
                yield node.lineno, text


def test_every_message_in_the_code_is_in_the_catalogue() -> None:
    missing = [
        f"slp_ops/{name}:{line}: {text!r}"
        for name, tree in _sources()
        for line, text in _messages(tree)
        if _WORDS.search(text) and not _JAPANESE.search(translate(text, Lang.JA))
    ]
    assert not missing, "\n".join(missing)


def test_every_pair_in_the_code_has_its_japanese() -> None:
    wrong = []
    for name, tree in _sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Text" and len(node.args) == 2:
                english, japanese = map(_texts, node.args)
                for one, other in zip(english, japanese, strict=True):
                    if _WORDS.search(one) and not _JAPANESE.search(other):
                        wrong.append(f"slp_ops/{name}:{node.lineno}: {one!r}")
    assert not wrong, "\n".join(wrong)


def test_no_message_has_two_translations() -> None:
    text = (_PACKAGE / "messages.ja.yaml").read_text(encoding="utf-8")
    root = yaml.compose(text, yaml.CSafeLoader)
    assert isinstance(root, yaml.MappingNode)
    keys = Counter(key.value for key, _ in root.value)
    assert [key for key, count in keys.items() if count > 1] == []


def test_a_translation_has_the_values_and_the_terms() -> None:
    for english, japanese in load_catalog().items():
        _check(english, japanese)


def _check(english: str, japanese: str) -> None:
    count = len(re.findall(r"(?<!\{)\{#?\}(?!\})", english))
    assert {int(each) for each in re.findall(r"(?<!\{)\{(\d)\}(?!\})", japanese)} == set(range(count))
    assert _JAPANESE.search(japanese) or len(english) < 8 or "/" in english
    assert not [term for term in TERMS if term in japanese]
    assert not re.search("[\u30a1-\u30f4\u30fc] [\u30a1-\u30f4\u30fc]", japanese)


def test_values_stay_and_messages_within_messages_are_translated() -> None:
    message = "jump host b.example: 192.0.2.1 port 22 did not answer within 10 s"
    assert translate(message, Lang.EN) == message
    assert translate(message, Lang.JA) == (
        "踏み台ホスト b.example: 192.0.2.1 ポート 22 が 10 秒以内に応答しませんでした"
    )
    assert translate("text of a switch", Lang.JA) == "text of a switch"
    assert message_text("nothing was sent").ja == "何も送信していません"


def test_a_device_name_that_is_a_word_of_ours_is_not_translated() -> None:
    assert translate("run ab12 has no device failed", Lang.JA) == "実行 ab12 にスイッチ failed はありません"


def test_words_of_a_switch_within_a_message_are_not_translated() -> None:
    """A short template such as ``{} is not {}`` also matches what switches and servers print."""
    for words in (
        'the port of this peer is refused: "The token ABC is not valid"',
        "flash: is none of our business",
        "Interface Vlan99 is no shutdown candidate",
    ):
        found = translate(f"cannot read a file: {words}", Lang.JA)
        assert words in found, found
    # A reason of ours has words enough.
    assert "秒以内に応答しませんでした" in translate(
        "jump host b.example: 192.0.2.1 port 22 did not answer within 10 s", Lang.JA
    )


def test_errors_of_the_disk_are_in_the_catalogue() -> None:
    doing = {
        text
        for _, tree in _sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in _DISK
        for text in _texts(node.args[0])
    }
    assert {"read", "open", "write", "make", "remove"} <= doing
    messages = [f"cannot {each} runs/x: {os.strerror(code)}" for each in doing for code in _ERRNOS]
    english = [
        message
        for message in messages
        if re.search("[a-z]{3}", translate(message, Lang.JA).replace("runs/x", ""))
    ]
    assert not english


def test_the_states_of_runs_and_devices_are_in_the_catalogue() -> None:
    words = [*RunState, *DeviceStatus, "unfinished"]
    assert not [word for word in words if not _JAPANESE.search(translate(str(word), Lang.JA))]
