"""The workbook read back: typed cells, filters, headings that stay, and never a formula."""

from __future__ import annotations

import io
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

import openpyxl
import pytest

from slp_ops.i18n import Lang
from slp_ops.report import as_excel

if TYPE_CHECKING:
    from slp_ops.report.view import ReportView


def _book(view: ReportView, lang: Lang = Lang.EN) -> Any:
    return openpyxl.load_workbook(io.BytesIO(as_excel.render(view, lang)))


@pytest.fixture(scope="module")
def book(small: ReportView) -> Any:
    return _book(small)


def _rows(sheet: Any) -> list[dict[str, Any]]:
    head, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


def test_there_is_a_sheet_for_everything_that_an_audit_asks(book: Any) -> None:
    assert book.sheetnames == [
        "Overview", "Devices", "UDIs", "Licences", "Policy and deadlines", "Findings", "Advisories",
        "Not judged",
    ]  # fmt: skip


def test_tables_have_filters_and_their_headings_stay(book: Any) -> None:
    for name in book.sheetnames[1:]:
        sheet = book[name]
        assert sheet.freeze_panes == "B2"
        assert sheet.auto_filter.ref.startswith("A1:")
        assert sheet.max_row > 1, f"{name} is empty"
        assert all(cell.font.bold for cell in sheet[1])


def test_numbers_are_numbers_and_dates_are_dates(book: Any) -> None:
    devices = {row["Switch"]: row for row in _rows(book["Devices"])}
    overdue = devices["osa-acc-04"]
    assert isinstance(overdue["Next ACK deadline"], datetime)
    assert overdue["Zone word"] == "JST"
    assert isinstance(overdue["ACK days left"], int)
    assert overdue["ACK days left"] < 0
    assert devices["osa-acc-02"]["RUM reports without an ACK"] >= 1000
    assert devices["nag-acc-01"]["Next ACK deadline"] is None
    licences = _rows(book["Licences"])
    assert all(isinstance(row["Count"], int) for row in licences if row["Count"] is not None)
    assert {row["Type"] for row in licences} >= {"Perpetual", "Subscription"}


def test_not_read_and_partly_read_are_counted_apart(book: Any) -> None:
    read = {row["Switch"]: row["Read"] for row in _rows(book["Devices"])}
    assert read["nag-acc-01"] == "not read"
    assert read["tyo-acc-05"] == "partly read"
    assert read["tyo-core-01"] == "fully read"
    summary = dict(book["Overview"].iter_rows(min_row=3, max_row=3, values_only=True))["Summary"]
    assert "Not read: 1 switch. Read only in part: 1 switch." in summary


def test_each_unit_finding_and_advisory_has_a_row(book: Any, small: ReportView) -> None:
    units = [row["Serial number"] for row in _rows(book["UDIs"]) if row["Switch"] == "tyo-core-01"]
    assert len(units) == 3
    findings = [(row["Switch"], row["Rule"], row["Root cause"]) for row in _rows(book["Findings"])]
    assert ("tyo-acc-03", "comm-failing-now", "dns-failure") in findings
    assert len(findings) == sum(len(each.findings) for each in small.devices)
    advisories = [row for row in _rows(book["Advisories"]) if row["Switch"] == "osa-acc-02"]
    assert {row["Advisory"] for row in advisories} >= {"FN72323", "FN72578"}
    assert any(row["Upgrade in its train"] or row["Next extended train"] for row in advisories)


def test_an_advisory_of_the_release_says_what_it_is_on_the_switch(book: Any) -> None:
    found = {(row["Switch"], row["Advisory"]): row for row in _rows(book["Advisories"])}
    # The release alone counts as affected; a switch with subscriptions in use does not show the defect.
    row = found["osa-acc-02", "CSCvy20345"]
    assert (row["Status"], row["On this switch"]) == ("assumed affected: not listed", "not applicable")
    assert found["osa-acc-02", "FN72578"]["On this switch"] == "affected"
    assert found["tyo-core-01", "FN72578"]["On this switch"] == "not affected"


def test_no_cell_is_a_formula_or_a_link_whatever_a_switch_printed(hostile: ReportView) -> None:
    for lang in Lang:
        data = as_excel.render(hostile, lang)
        book = openpyxl.load_workbook(io.BytesIO(data))
        kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
        assert "f" not in kinds
        with ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                if name.startswith("xl/worksheets/"):
                    assert b"<f>" not in archive.read(name)
                    assert b"<hyperlink" not in archive.read(name)
        devices = _rows(book.worksheets[1])
        assert (
            devices[0][next(iter(devices[0]))] == "@SUM(1)" or devices[1][next(iter(devices[1]))] == "@SUM(1)"
        )


def test_the_workbook_is_japanese_when_asked(small: ReportView) -> None:
    book = _book(small, Lang.JA)
    assert "検出事項" in book.sheetnames
    assert book["検出事項"]["C1"].value == "重大度"
