"""Seeded damage to bytes, as disks, terminals, mail programs and attackers cause it."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# Where readers fail: control and wide characters, numbers out of range, brackets without end.
INSERTED: Final = (
    b"\x00", b"\r", b"\n", b"\x08", b"\x1b[2K", b"\x1b]0;title\x07", b"--More--", b"\xff\xfe",
    b"\xef\xbb\xbf", b"\xc3\x28", "\uff11\uff12".encode(), "\u202e".encode(), "\u2028".encode(),
    "\U0001f600".encode(),
    "\u0661".encode(), b"\xc2\xa0", b"-1", b"0", b"99999999999999999999", b"1e999", b"NaN", b"-Infinity",
    b"4294967296", b"0x7f", b"1_000", b"null", b"true", b"[]", b"{}", b"[" * 2000, b'{"a":' * 500,
    b"<a>" * 500, b"(" * 500, b"&a [*a, *a]", b"!!python/object:os.system x", b"<<: *a",
    b"<!ENTITY x SYSTEM \"file:///dev/zero\">", b"Feb 30 25:61:61 2026 UTC", b"Jan 01 00:00:00 0000 UTC",
    b"Dec 31 23:59:59 99999 JST", b"../../etc/passwd", b"sw1#", b"sw1(config)#", b" " * 3000, b"9" * 5000,
    b"% Invalid input detected at '^' marker.", b"\t" * 50,
)  # fmt: skip


def mutations(seed: int, corpus: Sequence[bytes], count: int) -> Iterator[bytes]:
    """Yield ``count`` damaged copies of members of the corpus, at most 64 kB each."""
    chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
    for _ in range(count):
        data = bytearray(chance.choice(corpus)[: 1 << 16])
        for _ in range(chance.choice((1, 1, 2, 3, 8))):
            _damage(chance, data, corpus)
        yield bytes(data)


def _damage(chance: random.Random, data: bytearray, corpus: Sequence[bytes]) -> None:
    start = chance.randint(0, len(data))
    end = min(len(data), start + chance.choice((1, 2, 8, 40, 400)))
    match chance.randrange(8):
        case 0:
            del data[start:]
        case 1:
            del data[start:end]
        case 2:
            data[start:start] = data[start:end] * chance.choice((1, 2, 30))
        case 3:
            other = chance.choice(corpus)
            at = chance.randint(0, len(other))
            data[start:end] = other[at : at + chance.choice((10, 200, 2000))]
        case 4 if data:
            data[min(start, len(data) - 1)] = chance.randrange(256)
        case 5:
            _swap_lines(chance, data)
        case _:
            data[start:end] = chance.choice(INSERTED)


def _swap_lines(chance: random.Random, data: bytearray) -> None:
    lines = data.split(b"\n")
    one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    data[:] = b"\n".join(lines)
