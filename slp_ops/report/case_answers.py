"""Statements of the operator about a support case: questions, answers, and the file that contains them.

The questions follow the source deck's list for opening a case, together with the conditions to reproduce the
problem and the state of the connection on both sides of a relay.
"""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Final

from slp_ops.config_files.validation_errors import Problems
from slp_ops.config_files.validators import a_kind, is_null, mapped, unique_keys
from slp_ops.config_files.yaml_nodes import Scalar, parse
from slp_ops.i18n import Text
from slp_ops.json_documents import json_document
from slp_ops.regular_files import read_text_input

if TYPE_CHECKING:
    from pathlib import Path

    from slp_ops.config_files.yaml_nodes import Node

_LARGEST: Final = 2**20
_HINT: Final = "docs/how-to/open-a-case.md shows a file of answers"


@json_document
class CaseAnswers:
    """Answers of the operator about a case; None is not stated."""

    case: str | None = None
    topology: str | None = None
    trigger: str | None = None
    work_done: str | None = None
    frequency: str | None = None
    conditions: str | None = None
    scope: str | None = None
    connection: str | None = None
    relay: str | None = None


# In the order in which a terminal asks; also the help texts of the options.
QUESTIONS: Final = {
    "topology": Text(
        "How the switches report (directly, CSLU, SSM On-Prem, Catalyst Center, files); firewalls and "
        "proxies on the path.",
        "接続方式 (直接、CSLU、SSM オンプレミス、Catalyst Center、ファイル) と、"
        "経路上のファイアウォール、プロキシ",
    ),
    "trigger": Text(
        "What happened just before the problem began: an upgrade, a change, nothing known.",
        "発生の直前の出来事 (アップグレード、設定変更など。不明な場合はその旨)",
    ),
    "work_done": Text("Work done about it since.", "発生後に実施した作業"),
    "frequency": Text(
        "How often: once, sometimes, always; since when.", "発生頻度 (一度のみ、断続的、常時) と開始時期"
    ),
    "conditions": Text(
        "Conditions to reproduce it: steps, time of day, releases or switches on which it does not occur.",
        "再現条件 (手順、時間帯、発生しないリリースやスイッチ)",
    ),
    "scope": Text("Affected switches, sites or services.", "影響を受けているスイッチ、サイト、サービス"),
    "connection": Text(
        "Connection as CSSM, CSLU, SSM On-Prem or Catalyst Center shows it (last contact, errors).",
        "CSSM、CSLU、SSM オンプレミス、Catalyst Center 側に表示される接続状態 (最終通信日時、エラー)",
    ),
    "relay": Text(
        "With a relay or files: last exchange of the relay with CSSM, or last upload, and its result.",
        "中継またはファイルの場合: 中継サーバと CSSM の最終通信、または最終アップロードの日時と結果",
    ),
}
# Captures to compare: what the terminal asks where no option and no file names them.
SOURCES: Final = {
    "error_time": Text(
        "Captures taken while the problem occurred, if RUN is of another time: a run, a file or a folder.",
        "障害発生中の取得データ (RUN が別の時刻のものである場合): 実行 ID、ファイル、フォルダ",
    ),
    "normal": Text(
        "Captures of a normal time to compare: a run, a file or a folder.",
        "比較用の正常時の取得データ: 実行 ID、ファイル、フォルダ",
    ),
}


def read_answers(path: Path) -> dict[str, str]:
    """Return the answers of a YAML file by name, without those left empty.

    The keys are those of CaseAnswers and SOURCES. Raises InputError with every problem and its line.
    """
    problems = Problems(str(path))
    node = parse(read_text_input(path, _LARGEST, hint=_HINT), problems)
    if node is not None:
        unique_keys(node, "", problems)
    names = (*(each.name for each in fields(CaseAnswers)), *SOURCES)
    found = {} if node is None or is_null(node) else mapped(node, "", problems, dict.fromkeys(names, _answer))
    problems.raise_if_any(hint=_HINT)
    return {name: str(value) for name, value in found.items()}


def _answer(node: Node, key: str, problems: Problems) -> str | None:
    """Read one answer. A number or a date is an answer as typed; None where it is empty."""
    if not isinstance(node, Scalar):
        problems.add(node.line, key, f"is {a_kind(node)}", "text")
        return None
    return None if is_null(node) else node.text.strip() or None
