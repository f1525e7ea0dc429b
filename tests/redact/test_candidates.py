"""Which lines are looked at does not depend on what was seen before."""

from __future__ import annotations

import pytest

from slp_ops.redact import candidates, redact

KEY = b"k" * 32


@pytest.mark.parametrize(
    "line",
    [
        "enable password 7 0822455D0A16",
        "set otp 55123 now",
        "puk 12345678",
        "crypto pki import TP pkcs12 flash:x s3cret",
        "copy http://admin:8@10.0.0.1/x flash:",
        " key 7 05080F1C2243",
        "neighbor 10.0.0.1 authen 7 08701E1D5D4C53404A52",
        "word 0 Summer2024x",
        "com2sec6 ro default Summer2024x",
        "trap2sink 10.0.0.9 Summer2024x",
        "url=https%3A%2F%2Fops%3ASummer2024x%40cslu",
    ],
)
def test_a_secret_is_found_after_lines_that_differ_in_digits_alone(line: str) -> None:
    without = "".join(each for each in line if not each.isdigit())
    fresh = redact(f"{line}\n", KEY)
    candidates._KNOWN.clear()
    # The harmless text of the same shape comes first, often enough to be known.
    redact(f"interface Gi1/0/1\n{without}\n" * 3, KEY)
    redact("interface Gi1/0/2\n mtu 9216\n" * 100, KEY)
    assert redact(f"{line}\n", KEY) == fresh
    assert redact(f"interface Gi1/0/3\n{line}\n mtu 1500\n", KEY) == f"interface Gi1/0/3\n{fresh} mtu 1500\n"


def test_lines_are_known_in_bounded_memory() -> None:
    word = "abcdefghij"
    for turn in range(40):
        lines = (f"{word[turn % 10]}{word[n % 10]}{word[n // 10 % 10]}{word[n // 100]}" for n in range(1000))
        redact("\n".join(f"{line} {word[turn // 10]} {line}" for line in lines), KEY)
    assert len(candidates._KNOWN) <= 20_000
