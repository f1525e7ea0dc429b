"""Bundles of usage files in the layout that CSLU writes for CSSM, one set for each Smart Account.

    UD_SA_<stamp>.tar.gz            the file to upload
      manifest.mf                   the accounts
      UD_VA_<stamp>.tar.gz          one for each Virtual Account
        dev_<number>_<stamp>.txt    one for each switch, as the switch wrote it

The layout is that of a public sample of Cisco; the limits of CSSM are not published. A usage file is signed,
and so it is copied as it is.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from slp_ops.sanitize import csv_cell
from slp_ops.usage.archives import write_archive

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime

    from slp_ops.i18n import Text
    from slp_ops.usage.usage_files import UsageFile

MANIFEST: Final = "manifest.mf"
TABLE: Final = "bundles.csv"
COLUMNS: Final = ("bundle", "smart_account", "virtual_account", "host", "site", "file", "name_in_bundle")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleLimits:
    """The largest bundle: switches, and bytes of their usage files. CSSM's own limits are unverified."""

    devices: int = 100
    bytes: int = 10 * 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class BundledFile:
    """A usage file, and its name in a bundle."""

    file: UsageFile
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """A file to upload to one Smart Account."""

    name: str
    smart_account: str
    files: tuple[BundledFile, ...]

    @property
    def virtual_accounts(self) -> tuple[str, ...]:
        """The Virtual Accounts in it."""
        return tuple(dict.fromkeys(each.file.virtual_account for each in self.files))


@dataclass(frozen=True, slots=True, kw_only=True)
class UnbundledFile:
    """A usage file that is in no bundle, and why: it can be uploaded by itself."""

    file: UsageFile
    why: Text


def plan_bundles(
    files: Iterable[UsageFile], made: datetime, limits: BundleLimits
) -> tuple[tuple[Bundle, ...], tuple[UnbundledFile, ...]]:
    """Distribute usage files to bundles; return those of an unknown account with the reason."""
    ordered = sorted(files, key=lambda each: (*_account(each), each.site, each.host, each.file))
    unknown = []
    known = []
    for each in ordered:
        why = each.account.lacking
        if why is None:
            known.append(each)
        else:
            unknown.append(UnbundledFile(file=each, why=why))
    bundles = []
    for number, part in enumerate(_parts(known, limits), 1):
        stamp = _stamp(made, number)
        bundles.append(
            Bundle(
                name=f"UD_SA_{stamp}.tar.gz",
                smart_account=part[0].smart_account,
                files=tuple(
                    BundledFile(file=each, name=f"dev_{index}_{stamp}.txt")
                    for index, each in enumerate(part, 1)
                ),
            )
        )
    return tuple(bundles), tuple(unknown)


def bundle_bytes(bundle: Bundle, made: datetime, load: Callable[[UsageFile], bytes]) -> bytes:
    """Return the archive of a bundle; ``load`` gives the bytes of a usage file."""
    stamp = bundle.name.removeprefix("UD_SA_").removesuffix(".tar.gz")
    inner: dict[str, bytes] = {}
    lines = [
        "Manifest-Version: 1.0",
        'Created-By: "{\\"uuid\\": \\"slp-ops\\"}"',
        f"Smart-Account: {bundle.smart_account}",
        # Numbers of accounts are not shown by a switch, and the sample leaves them empty as well.
        "Smart-Account-ID: ",
    ]
    for number, account in enumerate(bundle.virtual_accounts, 1):
        more = f"_{number}" if len(bundle.virtual_accounts) > 1 else ""
        name = f"UD_VA_{stamp}{more}.tar.gz"
        lines += ["", f"Name: /{name}", f"Specification-VA: {account}", "Specification-VA-ID: "]
        members = {
            each.name: load(each.file) for each in bundle.files if each.file.virtual_account == account
        }
        inner[name] = write_archive(members, made)
    manifest = ("\n".join(lines) + "\n").encode("utf-8")
    return write_archive({MANIFEST: manifest, **inner}, made)


def bundle_table(bundles: Sequence[Bundle], others: Iterable[Sequence[str]] = ()) -> bytes:
    """Return the table of the bundle of each switch; ``others`` are unchanged rows of an earlier one."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(others)
    for bundle in bundles:
        for each in bundle.files:
            file = each.file
            cells = (bundle.name, *_account(file), file.host, file.site, file.file, each.name)
            writer.writerow([csv_cell(cell) for cell in cells])
    return ("\ufeff" + out.getvalue()).encode("utf-8")


def _parts(files: Iterable[UsageFile], limits: BundleLimits) -> Iterator[list[UsageFile]]:
    part: list[UsageFile] = []
    size = 0
    for each in files:
        full = len(part) >= limits.devices or size + each.bytes > limits.bytes
        if part and (full or part[0].smart_account != each.smart_account):
            yield part
            part, size = [], 0
        part.append(each)
        size += each.bytes
    if part:
        yield part


def _account(file: UsageFile) -> tuple[str, str]:
    return file.smart_account, file.virtual_account


def _stamp(made: datetime, number: int) -> str:
    """Return a stamp as CSLU writes it, 26Nov26_20_45_01_123, with the bundle's number as milliseconds."""
    month = _MONTHS[made.month - 1]
    return f"{made:%y}{month}{made:%d_%H_%M_%S}_{number:03}"
