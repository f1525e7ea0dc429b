"""Every way of reading keeps the same bytes of every lab scenario."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.baseline.evidence import REFUSED_OVER_HUB

_WAYS = (
    ("--transport", "netmiko"),
    ("--transport", "asyncssh"),
    ("--transport", "netmiko", "--processes", "2"),
    ("--transport", "asyncssh", "--processes", "2"),
    ("over-hub", "--transport", "netmiko"),
)


@pytest.mark.slow
def test_the_evidence_of_every_scenario_is_the_same_bytes_whatever_reads_it() -> None:
    programs = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.baseline.evidence", *options], stdout=subprocess.PIPE, text=True
        )
        for options in _WAYS
    ]
    first, *others, over_hub = [program.communicate(timeout=300)[0].splitlines() for program in programs]
    assert len(first) > 1000
    for other in others:
        assert other == first
    refused = [line for line in first if line.split()[0] in REFUSED_OVER_HUB]
    assert len(refused) > len(REFUSED_OVER_HUB)
    assert over_hub == [line for line in first if line not in refused]
