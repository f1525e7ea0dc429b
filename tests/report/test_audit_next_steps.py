"""The commands that follow an audit of switches that were read now."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from slp_ops.app.audit_device import DeviceState
from slp_ops.i18n import Lang
from slp_ops.report.terminal.audit import _next_commands

RESUME = "Read only what is missing with: slp-ops audit --resume 4f1c2a"
PLAN = "See what playbooks would change, sending nothing: slp-ops remediate --dry-run"


def _view(*states: DeviceState, playbooks: tuple[str, ...] = ()) -> Any:
    causes = [SimpleNamespace(finding=SimpleNamespace(playbooks=playbooks))]
    return SimpleNamespace(devices=[SimpleNamespace(state=state) for state in states], causes=causes)


@pytest.mark.parametrize(
    ("view", "lines"),
    [
        (_view(DeviceState.CLEAN), []),
        (_view(DeviceState.FINDINGS), []),  # none that a playbook remedies
        (_view(DeviceState.FINDINGS, playbooks=("name-server",)), [PLAN]),
        (_view(DeviceState.CLEAN, DeviceState.UNREAD), [RESUME]),
        (_view(DeviceState.PARTIAL, playbooks=("name-server",)), [RESUME, PLAN]),
        (_view(DeviceState.NOT_ENOUGH), [RESUME]),
    ],
)
def test_what_was_not_read_and_what_can_be_remedied_lead_on(view: Any, lines: list[str]) -> None:
    assert list(_next_commands(view, "4f1c2a", Lang.EN)) == lines
    assert len(list(_next_commands(view, "4f1c2a", Lang.JA))) == len(lines)
