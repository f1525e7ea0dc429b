"""Offered ciphers and MACs: authenticated first, and nothing weak without legacy_ssh."""

from __future__ import annotations

import pytest

from slp_ops.transport.algorithms import ciphers, macs


def test_modern_switches_are_offered_nothing_weak() -> None:
    offered = (*ciphers(legacy=False), *macs(legacy=False))
    assert not [name for name in offered if any(weak in name for weak in ("cbc", "md5", "sha1", "-96"))]
    assert "gcm" in ciphers(legacy=False)[0] or "chacha20" in ciphers(legacy=False)[0]


@pytest.mark.parametrize("weak", ["md5", "-96", "arcfour"])
def test_some_are_never_offered(weak: str) -> None:
    assert not [name for name in (*ciphers(legacy=True), *macs(legacy=True)) if weak in name]
