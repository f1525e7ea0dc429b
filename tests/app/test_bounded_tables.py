"""Tables are read within bounds: templates that never end, that grow, or that break the process."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from slp_ops.app.bounded_tables import BoundedTables, bounded_rows
from slp_ops.app.table_process import answer
from slp_ops.commands import ParserKind, RowParser, TemplateFailed, parse_rows
from slp_ops.rules.row_tables import TableRequest

if TYPE_CHECKING:
    from collections.abc import Iterator

ENDLESS = "Value A ((a+)+)\n\nStart\n  ^${A}$$ -> Record\n"
ONE = "Value A (\\S+)\n\nStart\n  ^${A} -> Record\n"


@pytest.fixture
def tables() -> Iterator[BoundedTables]:
    made = BoundedTables()
    yield made
    made.close()


@contextmanager
def hurried(tables: BoundedTables) -> Iterator[None]:
    """Give a reading half a second only; the process has started."""
    tables(asked(ONE, "x\n"))
    usual, tables._seconds = tables._seconds, 0.5
    yield
    tables._seconds = usual


def asked(template: str, text: str, *patterns: tuple[str, str], kind: str = "textfsm") -> TableRequest:
    parser = RowParser(kind=ParserKind(kind), file="t", template=template)
    return TableRequest(command="show x", parser=parser, text=text, patterns=patterns)


def test_a_template_that_never_ends_is_stopped_and_given_up(
    tables: BoundedTables, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("slp_ops.app.bounded_tables._MOST_TIMEOUTS", 1)
    began = time.monotonic()
    with hurried(tables), pytest.raises(TemplateFailed, match=r"did not end within 0\.5 seconds"):
        tables(asked(ENDLESS, "a" * 40 + "!"))
    with pytest.raises(TemplateFailed, match="not tried again"):
        tables(asked(ENDLESS, "a"))
    assert time.monotonic() - began < 60
    # Others are read as before.
    assert tables(asked(ONE, "x\n")).rows.rows[0].values == {"a": "x"}


def test_a_condition_that_never_ends_is_stopped_and_costs_its_own_rule_only(
    tables: BoundedTables, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("slp_ops.app.bounded_tables._MOST_TIMEOUTS", 1)
    text = "a" * 40 + "!\n"
    with hurried(tables), pytest.raises(TemplateFailed, match="did not end"):
        tables(asked(ONE, text, ("a", "^(a+)+$")))
    assert tables(asked(ONE, text, ("a", "!"))).matches["a", "!"] == ((True,),)


def test_one_process_serves_all_and_a_dead_one_is_replaced(tables: BoundedTables) -> None:
    found = tables(asked(ONE, "x\nyy\n", ("a", "^y")))
    assert found.matches["a", "^y"] == ((False,), (True,))
    assert found.rows.rows[1].lines == {"a": 2}
    child = tables._child
    assert child is not None
    child._process.kill()
    child._process.wait()
    assert tables(asked(ONE, "z\n")).rows.rows[0].values == {"a": "z"}


def test_a_template_that_grows_ends_at_the_limit_of_memory(tables: BoundedTables) -> None:
    bomb = f"Value A ({'x' * 30_000})\n\nStart\n  ^{'${A}' * 8_000}\n"
    with pytest.raises(TemplateFailed):
        tables(asked(bomb, "x\n"))
    assert tables(asked(ONE, "z\n")).rows.rows[0].values == {"a": "z"}


def test_no_secret_of_the_environment_reaches_the_process(
    tables: BoundedTables, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLP_OPS_NETBOX_TOKEN", "Not-For-Templates")
    tables(asked(ONE, "x\n"))
    child = tables._child
    assert child is not None
    assert b"Not-For-Templates" not in Path(f"/proc/{child._process.pid}/environ").read_bytes()


@pytest.mark.parametrize(
    ("template", "kind"),
    [
        ("", "textfsm"),
        ("Value A (((\n\nStart\n  ^${A}\n", "textfsm"),
        ("Value A (\\S+)\n\nStart\n  ^${B} -> Record\n", "textfsm"),
        ("Value A (\\S+)\n\nStart\n  ^${A} -> Nowhere\n", "textfsm"),
        ("nothing at all", "textfsm"),
        ('{{ a | re("(") }}', "ttp"),
        ("{{ a | macro(1) }}", "ttp"),
    ],
)
def test_a_wrong_template_is_a_reason(tables: BoundedTables, template: str, kind: str) -> None:
    with pytest.raises(TemplateFailed):
        tables(asked(template, "x\n", kind=kind))


def test_a_text_that_is_the_name_of_a_file_stays_a_text(tables: BoundedTables) -> None:
    found = tables(asked("{{ a | WORD }}", "/etc/passwd", kind="ttp"))
    assert [each.values for each in found.rows.rows] == [{"a": "/etc/passwd"}]


@pytest.mark.parametrize("line", [b"", b"{}", b"[]", b"\xff", b'{"kind": "genie"}'])
def test_a_wrong_request_is_answered(line: bytes) -> None:
    assert "failed" in answer(line)


def test_a_device_cannot_stop_ntc_templates(tables: BoundedTables, monkeypatch: pytest.MonkeyPatch) -> None:
    """The expressions of some of them never end on some lines, such as that of show aliases on this one."""
    monkeypatch.setattr("slp_ops.app.bounded_tables.bounded_tables", lambda: tables)
    with hurried(tables):
        parsed = parse_rows("show aliases", "a" * 40 + "\n", bounded_rows)
    assert parsed.rows is None
    assert parsed.reason == "it did not end within 0.5 seconds"
    assert len(parsed.unparsed) == 1
    # Other commands are read by the same templates as before.
    status = "Port Name Status Vlan Duplex Speed Type\nGi1/0/1 notconnect 1 auto auto 10/100/1000BaseTX\n"
    found = bounded_rows("show interfaces status", status)
    assert found is not None
    assert (found.parser, found.rows[0].values["port"]) == ("ntc-templates", "Gi1/0/1")
    assert bounded_rows("show license all", status) is None


def test_a_child_process_whose_parent_was_killed_ends_by_itself() -> None:
    request = {"kind": "textfsm", "file": "t", "template": ENDLESS, "command": "show x", "patterns": []}
    line = json.dumps({**request, "text": "a" * 40 + "!\n"}).encode("ascii") + b"\n"
    child = subprocess.run(
        (sys.executable, "-P", "-m", "slp_ops.app.table_process", "1"),
        input=line,
        timeout=120,
        env={"PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=subprocess.DEVNULL,
        check=False,
    )
    assert child.returncode == -signal.SIGALRM
