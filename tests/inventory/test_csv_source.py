"""A CSV table yields the same inventory as YAML, with equally precise problems."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slp_ops.errors import InputError
from slp_ops.inventory import Site, load
from slp_ops.inventory.sources import csv_source as table
from slp_ops.inventory.sources import yaml_source as native

if TYPE_CHECKING:
    from pathlib import Path

TABLE = """\
name,site,host,port,username,transport,tags,legacy_ssh
tyo-core-01,tokyo,192.0.2.11,,netops,,core,
osa-core-01,osaka,192.0.2.31,2222,,,,no

tyo-acc-01,tokyo,192.0.2.21,,,asyncssh,access old,yes
"""
SAME = """\
version: 1
sites:
  tokyo:
    devices:
      tyo-core-01: {host: 192.0.2.11, username: netops, tags: [core]}
      tyo-acc-01: {host: 192.0.2.21, transport: asyncssh, tags: [access, old], legacy_ssh: true}
  osaka:
    devices:
      osa-core-01: {host: 192.0.2.31, port: 2222, legacy_ssh: false}
"""


@pytest.mark.parametrize("content", [TABLE, TABLE.replace(",", ";"), TABLE.replace("\n", "\r\n")])
def test_a_table_is_what_the_native_form_would_be(tmp_path: Path, content: str) -> None:
    path = tmp_path / "switches.csv"
    path.write_bytes(b"\xef\xbb\xbf" + content.encode())
    assert load(path) == native.read(SAME, "x")
    assert load(path).sites == (Site(name="tokyo"), Site(name="osaka"))


@pytest.mark.parametrize(
    ("content", "line", "key", "message"),
    [
        ("", 1, "", "is empty"),
        ("name,site\n", 1, "host", "is missing in the heading"),
        ("name,site,host,hots\n", 1, "hots", "did you mean host?"),
        ("name,site,host,host\n", 1, "host", "occurs twice"),
        ("name,site,host,password\n", 1, "password", "a secret"),
        ("name,site,host\nsw,,h\n", 2, "site", "is missing"),
        ("name,site,host\n,t,h\n", 2, "name", "is missing"),
        ("name,site,host\n\nsw,t\n", 3, "sites.t.devices.sw.host", "is missing"),
        ("name,site,host\nsw,t,h,x\n", 2, "", "has 4 cells"),
        ("name,site,host\n../sw,t,h\n", 2, "sites.t.devices.../sw", "not usable as a name"),
        ("name,site,host,port\nsw,t,h,ssh\n", 2, "sites.t.devices.sw.port", "is text"),
        ("name,site,host,legacy_ssh\nsw,t,h,maybe\n", 2, "sites.t.devices.sw.legacy_ssh", "is text"),
        ("name,site,host\nsw,t,a\nsw,t,b\n", 3, "sites.t.devices.sw", "occurs twice, first on line 2"),
        ("name,site,host\nsw,t,a\nSW,u,b\n", 3, "sites.u.devices.SW", "apart from upper and lower case"),
        ('name,site,host\nsw,t,"a\n', 2, "", "not readable as CSV"),
    ],
)
def test_a_problem_is_told_with_its_line(content: str, line: int, key: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        table.read(content, "switches.csv")
    (problem,) = caught.value.problems
    assert (problem.line, problem.key) == (line, key)
    assert message in problem.message


CELLS = st.text(alphabet=st.sampled_from("abtrue12.,;\"'\n\r-= \u202e\x00é"), max_size=10)


@given(st.lists(st.lists(CELLS, max_size=6).map(",".join), max_size=6).map("\n".join))
def test_any_text_below_the_heading_is_read_or_refused(rows: str) -> None:
    try:
        found = table.read(f"name,site,host,port,tags,legacy_ssh\n{rows}", "x")
    except InputError:
        return
    assert all(device.name and device.host for device in found.devices)


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        table.read(text, "x")
    except InputError:
        return
    pytest.fail("a text without our heading is no inventory")
