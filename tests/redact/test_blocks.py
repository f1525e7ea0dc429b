"""Keys, certificates and tables: secrets that a single line does not show."""

from __future__ import annotations

from slp_ops.redact import Redactor, mask, redact

KEY = b"k" * 32


def body(*lines: str, indent: str = "") -> str:
    return "\n".join(indent + mask(line.strip(), KEY) if line else "" for line in lines)


def test_a_private_key_keeps_its_begin_and_end() -> None:
    lines = ("MIIEpAIBAAKCAQEA7bq2Xo0ZkqCqz7N8", "h0cYb1u3pXo0ZkqCqz7N8h0cYb1u3pQ2", "Qw==")
    text = "\n".join(("-----BEGIN RSA PRIVATE KEY-----", *lines, "-----END RSA PRIVATE KEY-----", "sw1#"))

    assert redact(text, KEY) == (
        f"-----BEGIN RSA PRIVATE KEY-----\n{body(*lines)}\n-----END RSA PRIVATE KEY-----\nsw1#"
    )


def test_an_encrypted_key_hides_its_headers_too() -> None:
    lines = ("Proc-Type: 4,ENCRYPTED", "DEK-Info: DES-EDE3-CBC,0011223344556677", "", "MIIEpAIBAAKCAQEA7bq2")
    text = "\n".join(("-----BEGIN RSA PRIVATE KEY-----", *lines, "-----END RSA PRIVATE KEY-----"))

    assert redact(text, KEY).split("\n")[1:5] == body(*lines).split("\n")


def test_a_log_line_in_the_middle_of_a_key_shows_and_the_key_stays_hidden() -> None:
    text = (
        "-----BEGIN PRIVATE KEY-----\r\n"
        "MIIEpAIBAAKCAQEA7bq2Xo0ZkqCqz7N8\r\n"
        "Nov 17 18:05:09.580: %LINK-3-UPDOWN: Interface Gi1/0/1, changed state to up\r\n"
        "Nov 17 18:05:10.580: %LINEPROTO-5-UPDOWN: Line protocol on Gi1/0/1, changed state to up\r\n"
        "h0cYb1u3pXo0ZkqCqz7N8h0cYb1u3pQ2\r\n"
        "-----END PRIVATE KEY-----\r\n"
    )

    out = redact(text, KEY)

    assert "MIIE" not in out
    assert "h0cYb1" not in out
    assert out.count("changed state to up\r\n") == 2
    assert out.index("<masked:") < out.index("%LINK")
    assert out.count("<masked:") == 2
    assert out.count("\n") == text.count("\n")


def test_a_log_line_glued_to_a_line_of_a_key() -> None:
    glued = "MIIEpAIBAAKCAQEA7bq2Xo0ZkqCqz7N8h0cYb1u3pXo0"
    text = (
        "-----BEGIN PRIVATE KEY-----\n"
        f"{glued}*Nov 17 18:05:09.580: %SYS-5-RESTART: up\n"
        "-----END PRIVATE KEY-----\n"
    )

    out = redact(text, KEY)

    assert glued not in out
    assert "%SYS-5-RESTART: up\n" in out


def test_a_key_cut_off_hides_neither_what_follows_nor_itself() -> None:
    config = "".join(
        f" interface Vlan{number}\n  ip address 192.0.2.{number} 255.255.255.0\n" for number in range(9)
    )
    text = "-----BEGIN PRIVATE KEY-----\nMIIEpAIBAAKCAQEA7bq2Xo0ZkqCqz7N8\n" + config + "MIIEpAIBAAKCAQEA\n"

    out = redact(text, KEY)

    assert "MIIEpAIBAAKCAQEA7bq2" not in out
    assert config[40:] in out
    assert out.endswith("MIIEpAIBAAKCAQEA\n")


def test_a_certificate_chain_keeps_its_lines_around_the_body() -> None:
    text = (
        "crypto pki certificate chain SLA-TrustPoint\n"
        " certificate ca 01\n"
        "  30820321 30820209 A0030201 02020101 300D0609 2A864886 F70D0101 0B050030\n"
        "  32310E30 0C060355\n"
        "  \tquit\n"
        " certificate self-signed 02 nvram:IOS-Self-Sig#1.cer\n"
        "interface Vlan1\n"
    )
    mask_line = body(
        "30820321 30820209 A0030201 02020101 300D0609 2A864886 F70D0101 0B050030",
        "32310E30 0C060355",
        indent="  ",
    )

    assert redact(text, KEY) == (
        "crypto pki certificate chain SLA-TrustPoint\n"
        " certificate ca 01\n"
        f"{mask_line}\n"
        "  \tquit\n"
        " certificate self-signed 02 nvram:IOS-Self-Sig#1.cer\n"
        "interface Vlan1\n"
    )


def test_the_same_certificate_gets_the_same_mask_with_other_line_ends() -> None:
    text = (
        "-----BEGIN CERTIFICATE-----\n"
        "MIIDdzCCAl+gAwIBAgIEAgAAuTANBgkq\nhkiG9w0BAQUF\n"
        "-----END CERTIFICATE-----\n"
    )

    assert redact(text.replace("\n", "\r\n"), KEY) == redact(text, KEY).replace("\n", "\r\n")


def test_serial_numbers_of_certificates_are_no_body() -> None:
    text = (
        "Certificate\n"
        "  Status: Available\n"
        "  Certificate Serial Number (hex): 0A0142800000014523C844B500000002\n"
        "  Certificate Usage: Signature\n"
        "CA Certificate\n"
    )

    assert redact(text, KEY) == text


def test_a_key_of_many_lines_under_key_string() -> None:
    text = (
        "crypto key pubkey-chain rsa\n"
        " named-key peer\n"
        "  key-string\n"
        "   30819F30 0D06092A 864886F7 0D010101\n"
        "   05000381 8D003081\n"
        "  quit\n"
        "!\n"
    )

    out = redact(text, KEY).split("\n")

    assert out[3] == "   " + body("30819F30 0D06092A 864886F7 0D010101")
    assert out[4] == "   " + body("05000381 8D003081")
    assert out[5:] == ["  quit", "!", ""]


def test_in_a_key_chain_a_number_is_a_number_and_elsewhere_a_secret() -> None:
    text = (
        "key chain OSPF\n"
        " key 1\n"
        "  key-string 7 070C285F4D06\n"
        " key 20\n"
        "  accept-lifetime 00:00:00 Jan 1 2024 infinite\n"
        "radius server ISE\n"
        " key 12345\n"
    )

    assert redact(text, KEY) == text.replace("070C285F4D06", mask("070C285F4D06", KEY)).replace(
        "12345", mask("12345", KEY)
    )


def test_the_table_of_pre_shared_keys() -> None:
    text = (
        "Keyring      Hostname/Address                            Preshared Key\n"
        "\n"
        "default      192.0.2.9                                   canary1\n"
        "             192.0.2.0         [255.255.255.0]           canary2\n"
        "sw1#show version\n"
    )

    assert redact(text, KEY) == text.replace("canary1", mask("canary1", KEY)).replace(
        "canary2", mask("canary2", KEY)
    )


def test_a_protected_access_credential() -> None:
    text = "  PAC-Opaque: 000200B80003\n  000100040010F3\n  Refresh timer is set for 12w5d\n"

    out = redact(text, KEY)

    assert "000100040010F3" not in out
    assert out.endswith("  Refresh timer is set for 12w5d\n")


def test_counts_tell_kinds() -> None:
    redactor = Redactor(KEY)
    redactor.feed("username a secret 9 x\nusername b secret 9 x\nsnmp-server community y RO\n")
    redactor.feed("-----BEGIN CERTIFICATE-----\nMIIDdzCCAl+gAwIBAgIEAgAAuTANBgkq\n")
    redactor.finish()

    assert redactor.counts == {"password": 2, "snmp-community": 1, "certificate": 1}


def test_a_key_that_was_cut_off_is_as_long_when_it_is_masked_already() -> None:
    """What follows a key without an end is read the same way the second time."""
    cut = "-----BEGIN PRIVATE KEY-----\n" + "MIIEpAIBAAKCAQEA7bq2Xo0ZkqCqz7N8\n" * 3
    text = cut + "!\n" * 7 + "password: |\n  Summer2026x\n"
    once = redact(text, KEY)

    assert redact(once, KEY) == once
