"""Secrets that an earlier line names: lists, tables, records, cells. What follows them stays."""

from __future__ import annotations

import pytest

from slp_ops.redact import Redactor, redact

KEY = b"k" * 32
EVIDENCE = "sw1#show license udi\nUDI: PID:C9300-24T,SN:FCW2145L0FP\n  - C9300-24T\nsw1,admin,FCW2145L0FP\n"

NAMED = {
    "a list of YAML": "snmp_communities:\n  - s3cretX\n",
    "fields of YAML": "passwords:\n  enable: s3cretX\n",
    "a list of JSON": '"communities": [\n  "s3cretX"\n],\n',
    "a block of HCL": 'variable "db_password" {\n  type = string\n  default = "s3cretX"\n}\n',
    "a record": "- name: API_TOKEN\n  value: s3cretX\n",
    "a text of YAML": "password: |\n  s3cretX\n",
    "a text in a list of YAML": "- password: >-\n    s3cretX\n",
    "a text below a name of several": "passwords:\n  - enable: |\n      s3cretX\n    user: ops\n",
    "a text of a record": "- name: API_TOKEN\n  value: |\n    s3cretX\n",
    "values with commas": "host,user,password\nsw9,ops,s3cretX\n\n",
    "values with semicolons": "host;enable secret\nsw9;s3cretX\n\n",
    "a table with bars": "| host | password |\n|------|----------|\n| sw9 | s3cretX |\n",
    "columns": "User     Password   Role\n-------  ---------  ----\nops      s3cretX    15\n\n",
    "a cell on the next line": "<td>Enable secret:</td>\n</tr><tr>\n<td>s3cretX</td>\n",
    "a table with Japanese heads": "装置,パスワード\nsw9,s3cretX\n\n",
}


@pytest.mark.parametrize("text", NAMED.values(), ids=NAMED)
def test_the_secret_is_masked_and_what_follows_stays(text: str) -> None:
    before, after = text.split("s3cretX")
    out = redact(text + EVIDENCE, KEY)

    assert out.startswith(before)
    assert "s3cretX" not in out
    assert out.endswith(after + EVIDENCE)
    assert redact(out, KEY) == out


@pytest.mark.parametrize("name", [name for name in NAMED if name.startswith("a text")])
def test_all_lines_of_a_text_are_masked(name: str) -> None:
    before, after = NAMED[name].split("s3cretX")
    indent = before.rpartition("\n")[2]
    out = redact(f"{before}s3cretX\n\n{indent}s3cretY two\n{indent}  s3cretZ{after}{EVIDENCE}", KEY)

    assert "s3cret" not in out
    assert out.endswith(after + EVIDENCE)
    assert redact(out, KEY) == out


@pytest.mark.parametrize("text", NAMED.values(), ids=NAMED)
def test_pieces_of_any_size_give_the_same_text(text: str) -> None:
    whole = text + EVIDENCE
    redactor = Redactor(KEY)
    pieces = [redactor.feed(whole[at : at + 3]) for at in range(0, len(whole), 3)]

    assert "".join([*pieces, redactor.finish()]) == redact(whole, KEY)


@pytest.mark.parametrize(
    "text",
    [
        "Password:\nsw1#show version\nCisco IOS XE Software, Version 17.09.04a\n",
        "communities:\n  - 65001:100\n  - no-export\n",
        "name,value,token_state\nsw1,1,installed\n",
        "password:\n  min_length: 8\n  lifetime: 90\n",
        "Port   Name   Status\nGi1/0/1  uplink  connected\n",
        '<input type="password" name="password" placeholder="Password">\n',
        "Methods: publickey, password\nVlan1, up\n",
        "failed   invalid-token\nfailed   reset-at-auth\n",
        "lab\tinvalid-token\nlab\trum-backlog\n",
        "tokens:\n  - |\n",
        "secrets:\n  - db_password\n  - api-token\n",
        "password: |\n  {{ vault_password }}\n",
    ],
)
def test_lines_that_only_look_like_it_stay(text: str) -> None:
    assert redact(text, KEY) == text
