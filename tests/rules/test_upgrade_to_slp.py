"""What an upgrade to SLP makes of a registration, and a downgrade of the trust: Cisco's table."""

from __future__ import annotations

import pytest

from slp_ops.facts import Registration, Software
from slp_ops.release import Release
from slp_ops.rules.checks.information import pre_slp_release
from slp_ops.rules.derived.agent_states import AgentStates
from slp_ops.rules.derived.era import restores_registration
from slp_ops.rules.values import Failed


@pytest.mark.parametrize(
    ("release", "returns"),
    [
        ("16.9.5", False),
        ("16.9.6", True),
        ("16.9.8", True),
        ("16.10.1", False),
        ("16.12.3a", False),
        ("16.12.4", True),
        ("16.12.10a", True),
        ("17.1.3", False),
        ("17.2.1", False),
        ("17.3.1", True),
        ("17.3.1a", True),
    ],
)
def test_a_registration_returns_only_where_cisco_lists_it(release: str, returns: bool) -> None:
    assert restores_registration(Release.parse(release)) is returns


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("REGISTERED", "is a trust code"),
        ("REGISTERED - SPECIFIC LICENSE RESERVATION", "reservation stays"),
        ("UNREGISTERED", "neither trust nor an address"),
        ("UNREGISTERED - REGISTRATION FAILED", "neither trust nor an address"),
        (None, "was not read"),
    ],
)
def test_the_state_decides_what_becomes_of_it(status: str | None, words: str) -> None:
    states = AgentStates.derive(Registration(status=status), None, None)
    software = Software(version="16.12.3", release=Release.parse("16.12.3"))
    judged = pre_slp_release.check(software, states)
    assert isinstance(judged, Failed)
    assert words in judged.summary.en
    assert "new registration is needed (unverified)" in judged.summary.en
