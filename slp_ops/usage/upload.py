"""Companions of the usage files: an index, and instructions for CSSM."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

from slp_ops.i18n import Lang, Text
from slp_ops.sanitize import csv_cell
from slp_ops.usage.bundles import TABLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from slp_ops.usage.bundles import Bundle, UnbundledFile
    from slp_ops.usage.usage_files import UsageFile

INDEX: Final = "index.csv"
TEXT: Final = "UPLOAD.txt"
COLUMNS: Final = (
    "host", "site", "udi", "reports", "first", "last", "file", "bytes", "sha256", "note",
)  # fmt: skip
_BOM: Final = "\ufeff"


def index(rows: Iterable[UsageFile], others: Iterable[Sequence[str]] = ()) -> bytes:
    """Return the table; ``others`` are unchanged rows of an earlier index."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(others)
    for row in rows:
        note = f"names units that are not in this switch: {' '.join(row.strange)}" if row.strange else ""
        cells = (
            row.host,
            row.site,
            " ".join(row.units),
            row.reports,
            row.first,
            row.last,
            row.file,
            row.bytes,
            row.sha256,
            note,
        )
        writer.writerow([csv_cell(cell) for cell in cells])
    return (_BOM + out.getvalue()).encode("utf-8")


def rows_of(data: bytes, columns: Sequence[str] = COLUMNS) -> list[list[str]] | None:
    """Return the rows of a table with these columns unchanged; None for any other file."""
    try:
        lines = list(csv.reader(io.StringIO(data.decode("utf-8").removeprefix(_BOM), newline="")))
    except (UnicodeDecodeError, csv.Error):
        return None
    if not lines or tuple(lines[0]) != columns or any(len(line) != len(columns) for line in lines[1:]):
        return None
    return lines[1:]


def what_to_do(
    count: int, lang: Lang, bundles: Sequence[Bundle] = (), unbundled: Sequence[UnbundledFile] = ()
) -> bytes:
    """Return the instructions for the upload to CSSM."""
    parts = [_TEXT.format(count=count, index=INDEX)]
    if bundles:
        parts.append(_BUNDLES.format(table=TABLE))
        parts += [bundle_line(each) for each in bundles]
    if unbundled:
        parts.append(_UNBUNDLED)
        parts += [unbundled_line(each) for each in unbundled]
    return "".join(f"{one.render(lang)}\n" for one in parts).encode("utf-8")


def bundle_line(bundle: Bundle) -> Text:
    """Return a bundle with its accounts, as a line."""
    return _BUNDLE.format(
        file=bundle.name,
        account=bundle.smart_account,
        virtual=", ".join(bundle.virtual_accounts),
        count=len(bundle.files),
    )


def unbundled_line(each: UnbundledFile) -> Text:
    """Return a file that is in no bundle, with the reason, as a line."""
    return _UNBUNDLED_FILE.format(host=each.file.host, file=each.file.file, why=each.why)


_BUNDLE: Final = Text(
    "  {file}: Smart Account {account}, Virtual Account {virtual}, {count:switch}",
    "  {file}: スマートアカウント {account}、バーチャルアカウント {virtual}、スイッチ {count} 台",
)
_UNBUNDLED_FILE: Final = Text("  {host}: {file} - {why}", "  {host}: {file} - {why}")
_BUNDLES: Final = Text(
    """\
Instead of single files, bundles: one upload for many switches. {table} lists what is in them.
In step 3 log in to the Smart Account of the bundle and choose its file. In step 5 CSSM returns an archive.
The layout is that of a public sample of Cisco, and CSSM's limits are not published: neither was verified.
Where CSSM refuses a bundle, upload the single files.
""",
    """\
複数のスイッチをまとめたバンドルを、ファイルの代わりにアップロードできます。内容は {table} にあります。
手順 3 では、バンドルのスマートアカウントにログインし、そのファイルを選びます。
手順 5 ではアーカイブを取得します。
形式は Cisco の公開サンプルに基づき、CSSM の上限は公開されていません。いずれも未確認です。
CSSM がバンドルを受け付けない場合は、ファイルを 1 つずつアップロードしてください。
""",
)
_UNBUNDLED: Final = Text(
    "\nNot in any bundle, because the Smart Account is unknown; upload them one by one:",
    "\nアカウントが不明なため、バンドルに含まれないファイル (1 つずつアップロードしてください):",
)
_TEXT: Final = Text(
    """\
{count:usage file} of Cisco Catalyst switches, for Cisco Smart Software Manager (CSSM)

The files are signed by the switches. Do not open and save them: a single changed byte makes CSSM refuse
them. {index} lists the switch and the SHA-256 of each.

1. Take this folder to a machine with Internet access.
2. Log in to https://software.cisco.com, choose the Smart Account, then Smart Software Manager.
3. Reports > Usage Data Files > Upload Usage Data: choose a file, then the Virtual Account of that switch.
   Repeat it for every file. (Whether the page takes several files at once was not verified.)
4. Wait until Reporting Status says No Errors. It may take minutes, sometimes an hour.
5. In the column Acknowledgement: Download. Keep every file as it comes, whatever its name.
6. Bring those files back, then: slp-ops usage import FILE...
   Which file is for which switch is read from the files themselves.

The words of CSSM's pages may differ from these, which were not verified against the pages of today.
""",
    """\
Cisco Catalyst スイッチの使用状況ファイル {count} 個 (Cisco Smart Software Manager (CSSM) 用)

ファイルはスイッチにより署名されています。開いて保存し直したり、内容を変更したりしないでください。
1 バイトでも変わると CSSM に拒否されます。どのスイッチのファイルかは {index} にあります (SHA-256 付き)。

1. このフォルダを、インターネットに接続できる端末へ移します。
2. https://software.cisco.com にログインし、スマートアカウントを選び、Smart Software Manager を開きます。
3. Reports > Usage Data Files > Upload Usage Data でファイルを選び、そのスイッチのバーチャルアカウントを
   指定します。全ファイルについて繰り返します (複数ファイルの同時アップロードの可否は未確認です)。
4. Reporting Status が No Errors になるまで待ちます。数分から 1 時間程度かかることがあります。
5. Acknowledgement 列の Download で確認応答 (ACK) ファイルを取得します。名前を問わず、そのまま保存します。
6. ファイルを持ち帰り、slp-ops usage import FILE... を実行します。
   どのスイッチ宛てかはファイルの内容から判断します。

CSSM の画面の表記は、上記と異なる場合があります (現在の画面では未確認です)。
""",
)
