"""The grammars of parameters: whatever they accept is one word of one command, on a real terminal too."""

from __future__ import annotations

import base64
import hashlib
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slp_ops.lab import scenarios
from slp_ops.lab.journal import Mode
from slp_ops.lab.shell.operator import Operator
from slp_ops.params import Bounds, InvalidValue, ParameterKind, certificate_body, check, expected
from slp_ops.playbook.template import NoTemplate, Template

WORDS = [kind for kind in ParameterKind if kind is not ParameterKind.CERTIFICATE]
GOOD = {
    ParameterKind.INTERFACE: (
        "Vlan100",
        "GigabitEthernet0/0",
        "TenGigabitEthernet1/1/1",
        "Loopback0",
        "Port-channel10",
    ),
    ParameterKind.HOST: ("proxy.example.net", "192.0.2.1", "2001:db8::1", "cslu-local"),
    ParameterKind.IP: ("192.0.2.53", "2001:db8::53"),
    ParameterKind.URL: (
        "https://smartreceiver.cisco.com/licservice/license",
        "http://192.0.2.40:8182/cslu/v1/pi",
        "https://ssm.example.net/cslu/v1/pi/tenant-1",
    ),
    ParameterKind.VRF: ("Mgmt-vrf", "CSSM_1"),
    ParameterKind.INTEGER: ("0", "8080"),
    ParameterKind.TOKEN: ("NGZlZjA2OGMtNzY3YS00%0AOWY0%3D", "a", "A" * 255),
    ParameterKind.FLASH: ("flash:ack.txt", "flash:slp/ack_1.txt", "bootflash:x"),
    ParameterKind.SOURCE: ("http://www.cisco.com/security/pki/trs/ios_core.p7b", "flash:ios_core.p7b"),
}
# What starts a second command, asks for help, pipes, redirects, or is an option.
EVIL = (
    "", " ", "a b", "a\nreload", "a\rreload", "a\r\n", "a\x03", "a\x1e", "a\x16?", "a?", "a|redirect flash:x",
    "a;reload", "a`b`", "$(x)", "a&b", "a>b", "a<b", "-x", "/vrf", "a\u2028reload", "a\x85b", "a\tb",
    "\u202ea", "a\x00", "a!b", '"a"', "'a'", "{token}", "a{b}", "a]", "é",
)  # fmt: skip


@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind in GOOD for value in GOOD[kind]])
def test_what_operators_write_is_accepted_as_it_is(kind: ParameterKind, value: str) -> None:
    assert check(kind, value) == value


@pytest.mark.parametrize("kind", WORDS)
@pytest.mark.parametrize("evil", EVIL)
def test_injections_are_refused_alone_and_behind_a_good_value(kind: ParameterKind, evil: str) -> None:
    for value in (evil, GOOD[kind][0] + evil[1:], evil + GOOD[kind][0], f"{GOOD[kind][0]}{evil}"):
        if value == GOOD[kind][0] or value in GOOD[kind]:
            continue
        try:
            accepted = check(kind, value)
        except InvalidValue:
            continue
        assert_one_word(accepted)


@pytest.mark.parametrize("kind", WORDS)
def test_a_refusal_does_not_repeat_the_value(kind: ParameterKind) -> None:
    with pytest.raises(InvalidValue) as refused:
        check(kind, "c4n4ry|reload")
    assert "c4n4ry" not in str(refused.value)


def assert_one_word(value: str) -> None:
    assert value
    assert value.isascii()
    assert value.isprintable()
    assert not set(value) & set(" ?|;`$&<>!\"'{}[]()\\^*#,")
    assert value[0] not in "-/|"


HOSTILE = st.text(
    alphabet=string.ascii_letters + string.digits + " ./:%-_?|;\r\n\x03\x1e\x16&<>{}[]$`!\\'\"@#", max_size=24
)


@given(kind=st.sampled_from(WORDS), value=st.one_of(HOSTILE, st.text(max_size=40)))
@settings(max_examples=2000)
def test_whatever_is_accepted_is_one_harmless_word(kind: ParameterKind, value: str) -> None:
    try:
        accepted = check(kind, value)
    except InvalidValue:
        return
    assert accepted == value
    assert_one_word(accepted)


@given(
    kind=st.sampled_from(
        [
            ParameterKind.HOST,
            ParameterKind.URL,
            ParameterKind.VRF,
            ParameterKind.TOKEN,
            ParameterKind.SOURCE,
            ParameterKind.FLASH,
        ]
    ),
    value=st.one_of(HOSTILE, st.sampled_from([each for values in GOOD.values() for each in values])),
)
@settings(max_examples=300)
def test_on_a_terminal_an_accepted_value_is_one_line_and_nothing_more(
    kind: ParameterKind, value: str
) -> None:
    try:
        accepted = check(kind, value)
    except InvalidValue:
        return
    (command,) = Template.parse("license smart trust idtoken {value} all").render({"value": accepted})
    operator = Operator(scenarios.load("healthy").build())
    operator.line(command)
    assert operator.typed == [(Mode.EXEC, command)]


@pytest.mark.parametrize("value", ["-1", "65536", "080", "8e3", "٣", "1 ", "1_000"])
def test_numbers_outside_their_bounds_or_in_odd_forms(value: str) -> None:
    with pytest.raises(InvalidValue, match="from 1 to 65535"):
        check(ParameterKind.INTEGER, value, Bounds(low=1, high=65535))


def pem(der: bytes, *, lines: int = 64) -> str:
    text = base64.b64encode(der).decode()
    body = "\n".join(text[at : at + lines] for at in range(0, len(text), lines))
    return f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n"


def test_a_certificate_is_known_by_its_fingerprint_alone() -> None:
    der = bytes(range(256)) * 3
    pinned = hashlib.sha256(der).hexdigest()
    body = certificate_body("Issued for a lab\n" + pem(der), pinned.upper())
    assert base64.b64decode("".join(body)) == der
    assert all(len(line) <= 76 for line in body)
    for wrong in (
        pem(der[:-1] + b"\x00"),
        pem(der) * 2,
        "no PEM",
        pem(der).replace("END", "EMD"),
        pem(der, lines=200),
    ):
        with pytest.raises(InvalidValue):
            certificate_body(wrong, pinned)


def test_a_line_of_a_pem_file_cannot_carry_a_command() -> None:
    der = b"abc"
    text = pem(der).replace("YWJj", "YWJj\nreload")
    with pytest.raises(InvalidValue):
        certificate_body(text, hashlib.sha256(der).hexdigest())


@pytest.mark.parametrize("kind", list(ParameterKind))
def test_what_is_expected_is_told_for_every_kind(kind: ParameterKind) -> None:
    assert len(expected(kind)) > 8


@pytest.mark.parametrize(
    "text",
    ["reload\n", "a  b", "show ?", "x {A}", "x {a", "x a}", "x [a [b]]", "x [a", "x a]", "é", "", "x" * 241],
)
def test_templates_that_are_none(text: str) -> None:
    with pytest.raises(NoTemplate):
        Template.parse(text)


def test_templates_leave_out_what_is_not_given() -> None:
    template = Template.parse("ip name-server [vrf {vrf}] {servers}")
    assert template.render({"vrf": "A", "servers": ("192.0.2.1", "192.0.2.2")}) == (
        "ip name-server vrf A 192.0.2.1",
        "ip name-server vrf A 192.0.2.2",
    )
    assert template.render({"servers": "192.0.2.1"}) == ("ip name-server 192.0.2.1",)
    assert template.render({"vrf": "A"}) == ()


def test_a_secret_is_not_put_into_a_template() -> None:
    template = Template.parse("license smart trust idtoken {token} all [{force}]")
    assert template.render({"token": "seen", "force": None}, secrets=("token",)) == (
        "license smart trust idtoken {token} all",
    )
