"""Labels of the failures that a run records for a switch, in both languages.

A run records the kind of an error (``timed_out``), or the outcome of a change (``unsettled``).
"""

from __future__ import annotations

from typing import Final

from slp_ops.i18n import Text
from slp_ops.messages import message_text

_LABELS: Final = {
    "authentication_failed": Text("login refused", "ログイン拒否"),
    "bad_file": Text("another file was received", "別のファイルを受信"),
    "closed_before_authentication": Text("connection closed before the login", "ログイン前に切断"),
    "connect": Text("connection failed", "接続失敗"),
    "copy_failed": Text("a file could not be copied", "ファイルのコピー失敗"),
    "credential": Text("no user name or password", "ユーザ名またはパスワードなし"),
    "credential_stopped": Text(
        "not tried after refused logins", "ログイン拒否が続いたため未実行"
    ),
    "damaged": Text("the evidence is damaged", "証跡の破損"),
    "defect": Text("a defect of slp-ops", "slp-ops の不具合"),
    "device": Text("the switch failed", "スイッチでの失敗"),
    "enable_failed": Text("no privilege level 15", "特権レベル 15 なし"),
    "hop_failed": Text("a jump host failed", "踏み台ホストでの失敗"),
    "host_key_changed": Text("another host key", "ホスト鍵の変更"),
    "host_key_revoked": Text("revoked host key", "失効したホスト鍵"),
    "host_key_unknown": Text("unknown host key", "未登録のホスト鍵"),
    "limit_reached": Text("a command exceeded its limit", "コマンドの上限超過"),
    "name_not_found": Text("the name does not resolve", "名前解決不可"),
    "no_common_algorithm": Text("no common SSH algorithm", "共通の SSH アルゴリズムなし"),
    "no_prompt": Text("no IOS-XE prompt", "IOS-XE のプロンプトなし"),
    "other-platform": Text("another platform", "別のプラットフォーム"),
    "refused": Text("connection refused", "接続拒否"),
    "session_lost": Text("the session was lost", "セッションの切断"),
    "ssh_timed_out": Text("SSH timed out", "SSH のタイムアウト"),
    "store": Text("the evidence could not be written", "証跡の書き込み失敗"),
    "timed_out": Text("no answer", "応答なし"),
    "unreachable": Text("no route", "経路なし"),
    "worker_died": Text("the worker process ended", "ワーカープロセスの終了"),
}  # fmt: skip


def failure_label(kind: str) -> Text:
    """Return the label of a failure by its kind; a kind of another version is the label itself."""
    return _LABELS.get(kind) or message_text(kind.replace("_", " "))
