"""Redaction of a stream: independent of the chunks, in bounded memory and linear time."""

from __future__ import annotations

import time
import tracemalloc
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slp_ops.redact import Redactor, candidates, detect, mask, redact
from slp_ops.redact.stream import LONGEST_LINE

if TYPE_CHECKING:
    from slp_ops.redact.spans import SecretSpan

KEY = b"k" * 32

# Pieces that mean something to the redactor, in any order, whole or torn.
_PIECES = (
    "username a password 0 ",
    "enable secret 9 ",
    "snmp-server community ",
    " key 7 ",
    "key chain K",
    " key 1",
    "key-string ",
    "  key-string",
    "-----BEGIN RSA PRIVATE KEY-----",
    "-----END RSA PRIVATE KEY-----",
    "-----BEGIN CERTIFICATE-----",
    "MIIEpAIBAAKCAQEA7bq2Xo0ZkqCqz7N8",
    "Qw==",
    " certificate ca 01",
    "  30820321 30820209 A0030201",
    "  quit",
    "exit",
    "Keyring      Hostname/Address         Preshared Key",
    "default 192.0.2.9 psk",
    "    Password: ",
    "<empty>",
    "token=",
    "https://u:p@h/",
    '"',
    "\\",
    "'",
    " ",
    "\t",
    "\r",
    "\n",
    "\r\n",
    "canary",
    "İ",
    "ſecret 0 x",
    "K",
    "\udcff",
    "日本",
    "İkey 7 canary",
    "!",
    "#",
    "PAC-Opaque: 00AA",
    "username a password 0",
    ' pattern "assword"',
    ' action 1 cli command "word"',
    "\x08",
    "\x1b[K",
    "\x1b]0;t\x07",
    "\u3000",
    "\uff50assword 0 x",
    "word 0 x",
    "<secret>x</secret>",
    "ftp://u:p/q@h/",
    "key: ",
    "test aaa group g u ",
)
texts = st.lists(st.one_of(st.sampled_from(_PIECES), st.text(max_size=8)), max_size=60).map("".join)


def fed(text: str, cuts: list[int]) -> tuple[str, dict[str, int]]:
    redactor = Redactor(KEY)
    out = []
    at = 0
    for cut in sorted(cut % (len(text) + 1) for cut in cuts):
        out.append(redactor.feed(text[at:cut]))
        at = cut
    out.append(redactor.feed(text[at:]))
    out.append(redactor.finish())
    return "".join(out), dict(redactor.counts)


@given(texts, st.lists(st.integers(min_value=0), max_size=12))
def test_cuts_make_no_difference(text: str, cuts: list[int]) -> None:
    assert fed(text, cuts) == fed(text, [])


@given(texts)
def test_single_characters_make_no_difference(text: str) -> None:
    assert fed(text, list(range(len(text)))) == fed(text, [])


@given(texts)
def test_lines_stay_lines(text: str) -> None:
    assert redact(text, KEY).count("\n") == text.count("\n")


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\n\r"), max_size=40))
def test_any_word_after_a_keyword_is_hidden(secret: str) -> None:
    word = "".join(secret.split()) + "canary"

    assert "canary" not in redact(f"tacacs-server key 7 {word}\n", KEY)


def test_whole_lines_are_given_at_once_and_the_unfinished_one_is_held() -> None:
    redactor = Redactor(KEY)

    assert redactor.feed("interface Vlan1\n no shut") == "interface Vlan1\n"
    assert redactor.feed("down\n") == " no shutdown\n"
    assert redactor.feed("username a password 0 can") == ""
    assert redactor.finish() == f"username a password 0 {mask('can', KEY)}"


def test_undecodable_bytes_pass_and_lines_with_them_are_read() -> None:
    text = b"banner \xff\xfe\nusername a password 0 c\xffanary\n".decode("utf-8", "surrogateescape")

    masked = mask("c\udcffanary", KEY)

    assert redact(text, KEY) == f"banner \udcff\udcfe\nusername a password 0 {masked}\n"


def test_characters_that_change_length_in_lower_case_do_not_shift_the_mask() -> None:
    assert redact("İİİİ\n key 7 canary\nİ\n", KEY) == f"İİİİ\n key 7 {mask('canary', KEY)}\nİ\n"


def test_a_redrawn_line_is_several() -> None:
    out = redact("progress 10%\rpassword canary\rprogress 20%\n", KEY)

    assert out == f"progress 10%\rpassword {mask('canary', KEY)}\rprogress 20%\n"


@pytest.mark.parametrize("size", [1, 1000, 100_000])
def test_a_line_without_end_is_not_held_and_what_cannot_be_read_is_hidden(size: int) -> None:
    head = "x" * (LONGEST_LINE - 10)
    text = head + " key 7 canary " + "y" * LONGEST_LINE + " password 0 canary2\nnext line\n"
    redactor = Redactor(KEY)
    pieces = [redactor.feed(text[at : at + size]) for at in range(0, len(text), size)] if size > 1 else []
    out = "".join([*pieces, redactor.finish()]) if pieces else redact(text, KEY)

    assert out == redact(text, KEY)
    assert "canary" not in out
    assert out.startswith("x" * 1000)
    assert out.endswith(">\nnext line\n")


def test_twenty_megabytes_without_a_newline_stay_out_of_memory() -> None:
    piece = "secret " * 10_000
    redactor = Redactor(KEY)
    tracemalloc.start()
    try:
        for _ in range(300):
            redactor.feed(piece)
        redactor.finish()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < 8 * LONGEST_LINE


_HOSTILE = [
    " 7 ",
    "$1$a$",
    "crypto key export a url b ",
    "action a set ",
    "snmp-server host a ",
    "user: a security model: ",
    "a password ",
    "PAC-Opaque: 00",
    "username a ",
    "enable secret ",
    "key ",
    " key",
    "password ",
    "snmp-server user ",
    "crypto pki import ",
    "neighbor ",
    "a://b:c",
    "://",
    "mail server ",
    '"',
    "\\",
    "token:",
    'token=\\"',
    "-----BEGIN ",
    "isakmp key a ",
    "pre-shared-key address ",
    "mpls ldp ",
    "ppp a ",
    "set session-key inbound esp 1 cipher a ",
    "map-server ",
    "authentication text ",
    " ",
    "\t",
    "\r",
    "root-dn a ",
    "A",
    "event manager environment ",
    "30820321 ",
    "standby 1 authentication ",
    "radius-server ",
    "encryption ipsec spi 1 esp a ",
    "password: ",
    'password 0 "',
    "pass=",
    "a@b:",
    "https://u:a@",
    "curl -u ",
    "shared key ",
    "nas a key ",
    "test aaa group a ",
    "<password>",
    "a\x08",
    "\x1b[1C",
    "\x1b[1P\r",
    "\x1b]a",
    "\u3000password",
    "a-",
    "key: ",
    'cli command "a" pattern "assword" ',
    "password -> ",
    "| password | ",
    "snmpwalk -c ",
    "mysql -pa ",
    "a@",
    '"community": [{"name": ',
    '"encryption": "7", "key": ',
    "authorization: digest a ",
    "パスワード ",
    "alias exec pw ",
    "secret sauce of ",
    "key for a b ",
    "use key is ",
    "set a_",
    'set a_password "',
    "login as a ",
    "creds a/",
    "a / ",
    "sk_d: 00 ",
    "cak key ",
    "here is the password ",
    "The password is a:",
    "snmp get v1 a vrf ",
    "<key>",
    "the secret, it is ",
    "password []? ",
    "パスワードは以下",
    "enable は ",
    "password is: x ",
    "<key><b>1</b>",
    "docker login x ",
    "ldapsearch -w ",
    'password: \\"\\\\ ',
]


@pytest.mark.parametrize("unit", _HOSTILE)
def test_hostile_lines_take_linear_time(unit: str) -> None:
    """Ten times the line takes about ten times as long, not a hundred."""

    def seconds(size: int) -> float:
        line = unit * (size // len(unit)) + "\n"
        best = 9.9
        for _ in range(3):
            began = time.process_time()
            redact(line, KEY)
            best = min(best, time.process_time() - began)
        return best

    assert seconds(200_000) < 40 * seconds(20_000) + 0.02


@pytest.mark.parametrize(
    "unseen", ["\0", "\a", "\x1b[0m", "\x1b[1;31m", "\x1b7", "\u200b", "\ufeff", "\x0e", "\x9b"]
)
@pytest.mark.parametrize(
    "line",
    [
        "snmp-server {}community {}s3cr3t RO",
        "{}snmp-server community s3cr3t{} RO",
        "username netops {}password {}7 {}s3cr3t",
        " {}key 7 {}s3c{}r3t",
        "crypto isakmp {}key s3cr3t{} address 192.0.2.1",
        " pre-shared-key{} s3cr3t",
    ],
)
def test_what_nobody_sees_hides_no_secret(line: str, unseen: str) -> None:
    said = line.replace("{}", unseen)
    plain = redact(line.replace("{}", ""), KEY)

    masked = redact(said, KEY)

    assert "s3c" not in masked
    assert "r3t" not in masked
    # The same secret has the same mask, and all the rest stays as it was printed.
    assert masked.replace(unseen, "") == plain


def test_a_blank_of_another_kind_hides_no_secret() -> None:
    assert "s3cr3t" not in redact("snmp-server\u00a0community\u00a0s3cr3t RO", KEY)


def test_line_without_a_secret_is_searched_once(monkeypatch: pytest.MonkeyPatch) -> None:
    line = "ip http secure-server password-less-9f2c\n"
    searched: list[str] = []
    secrets = detect.secrets

    def counted(text: str, lowered: str, *, section: str = "") -> list[SecretSpan]:
        searched.append(text)
        return secrets(text, lowered, section=section)

    monkeypatch.setattr(detect, "secrets", counted)
    for _ in range(3):
        assert redact(f"hostname a\n{line}", KEY) == f"hostname a\n{line}"
    assert searched == [line.rstrip()]


@pytest.mark.parametrize("claims", ["enable secret 9\n", "snmp-server community\n"])
@pytest.mark.parametrize("word", ["password", "secretword1A"])
def test_line_that_was_searched_is_a_secret_where_the_line_before_claims_it(claims: str, word: str) -> None:
    assert redact(f"{word}\n", KEY) == f"{word}\n"
    assert redact(f"{claims}{word}\n", KEY) == f"{claims}{mask(word, KEY)}\n"
    assert redact(f"{word}\n{claims}{word}\n{word}\n", KEY) == f"{word}\n{claims}{mask(word, KEY)}\n{word}\n"


def test_lines_that_were_searched_are_forgotten_before_they_fill_the_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(candidates, "_MOST_KNOWN", 10)
    monkeypatch.setattr(candidates, "_CLEARED", cleared := set[str]())
    redact("".join(f"secret-store-{chr(97 + number)} on\n" for number in range(25)), KEY)
    redact("secret-" + "a" * 1000 + "\n", KEY)
    assert 0 < len(cleared) <= 10
