"""Checklist of a support case: information from CSSM or the relay that no switch has.

By topology, since each has another place to look. What is asked for follows the source deck's list for
opening a case; the menus' names are those of 2023 and may have moved.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from slp_ops.i18n import Text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

_CSSM: Final = (
    Text(
        "CSSM, Inventory > Product Instances: a screenshot of the entry of each switch (searched by UDI up "
        "to 17.8, by host name from 17.9.1), or that there is none",
        "CSSM の Inventory > Product Instances: 各スイッチのエントリの画面 "
        "(17.8 までは UDI、17.9.1 以降はホスト名で検索)。"
        "存在しない場合はその旨",
    ),
    Text(
        "CSSM, Inventory > Event Log: the events of the Virtual Account around the time of the failure",
        "CSSM の Inventory > Event Log: 障害発生時刻前後のバーチャルアカウントのイベント",
    ),
    Text(
        "CSSM: the names of the Smart Account and the Virtual Account that the switches belong to",
        "CSSM: 該当するスマートアカウント名とバーチャルアカウント名",
    ),
    Text(
        "CSSM, Inventory > General: whether the token has expired, and how often it was used "
        "(never the token)",
        "CSSM の Inventory > General: トークンの有効期限と使用回数 (トークン自体は送付しないでください)",
    ),
)
_PATH: Final = (
    Text(
        "What lies between the switch and CSSM: firewall, proxy, TLS inspection; their logs for TCP 443 at "
        "the time of a failure",
        "スイッチと CSSM の間の機器 (ファイアウォール、プロキシ、TLS インスペクション) と、"
        "障害発生時刻の TCP 443 のログ",
    ),
)
_BY_TOPOLOGY: Final = {
    "cslu": (
        Text(
            "CSLU: version, operating system, and whether the switch or CSLU begins the exchange",
            "CSLU: バージョン、OS、通信の開始側 (スイッチ / CSLU)",
        ),
        Text(
            "CSLU, Inventory: a screenshot of the switch with the status of its last actions, and its log",
            "CSLU の Inventory: 該当スイッチの最終アクションの状態が分かる画面、および CSLU のログ",
        ),
        Text(
            "CSLU, Preferences: a screenshot (Smart Account, Virtual Account, connection to CSSM)",
            "CSLU の Preferences: 画面 (スマートアカウント、バーチャルアカウント、CSSM との接続)",
        ),
        Text(
            "CSLU: its last exchange with CSSM, and the result; without a connection to CSSM the dates of "
            "Download All for Cisco and of Upload from Cisco",
            "CSLU: CSSM との最終通信日時と結果。CSSM に接続していない場合は "
            "Download All for Cisco と Upload from Cisco の実施日",
        ),
    ),
    "on-prem": (
        Text(
            "SSM On-Prem: its version (8-202102 or later is needed for SLP), and the support bundle",
            "SSM オンプレミス: バージョン (SLP には 8-202102 以降が必要)、サポートバンドル",
        ),
        Text(
            "SSM On-Prem: a screenshot of the product instance, and of the CSLU Transport URL under "
            "Inventory > General",
            "SSM オンプレミス: 製品インスタンスの画面、および "
            "Inventory > General の CSLU Transport URL の画面",
        ),
        Text(
            "SSM On-Prem: when it last synchronised with CSSM, and how that ended",
            "SSM オンプレミス: CSSM との最終同期日時と結果",
        ),
    ),
    "controller": (
        Text(
            "Catalyst Center (DNA Center): version, and a screenshot of the licence manager for the switches",
            "Catalyst Center (DNA Center): バージョン、該当スイッチのライセンス管理画面",
        ),
        Text(
            "Catalyst Center: which Smart Account and Virtual Account are set, and its last report to CSSM",
            "Catalyst Center: 設定済みのスマートアカウント / バーチャルアカウント、CSSM への最終レポート",
        ),
    ),
    "offline": (
        Text(
            "The usage file that was uploaded and the ACK file that CSSM gave for it, with their dates",
            "CSSM にアップロードした使用状況ファイルと、受領した ACK ファイル (日付を含む)",
        ),
        Text(
            "CSSM, Reports > Usage Data Files: a screenshot with the status of the upload",
            "CSSM の Reports > Usage Data Files: アップロードの状態が分かる画面",
        ),
        Text(
            "The date on which the ACK was imported, and the output of license smart import",
            "ACK をインポートした日時と、license smart import の出力",
        ),
    ),
}
# Topologies that ask for the same items as another one.
_ALIKE: Final = {"cslu-initiated": "cslu", "cslu-offline": "cslu", "on-prem-initiated": "on-prem"}
_DIRECT: Final = frozenset({"smart", "callhome", "unknown"})


def checklist(topologies: Collection[str]) -> Iterator[Text]:
    """Return the items for these topologies, each once."""
    kinds = {_ALIKE.get(each, each) for each in topologies}
    for kind, items in _BY_TOPOLOGY.items():
        if kind in kinds:
            yield from items
    if kinds & _DIRECT:
        yield from _PATH
    yield from _CSSM
