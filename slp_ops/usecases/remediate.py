"""Look at one switch and plan what puts it right. Holds a session that can only read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from slp_ops.app.audit_device import Asked, judged
from slp_ops.app.read_device import collect
from slp_ops.plan.make import TIMER_MINUTES, Switch, consider
from slp_ops.plan.values import Given
from slp_ops.ports import silent
from slp_ops.rules.needs import Known
from slp_ops.rules.settings import Intent
from slp_ops.usecases.work import Remembering

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from slp_ops.commands import ShowCommand
    from slp_ops.model import Device, DeviceResult
    from slp_ops.plan.model import Considered
    from slp_ops.playbook.model import Playbook
    from slp_ops.ports import Evidence, OnEvent, Transport
    from slp_ops.reading import Facts
    from slp_ops.rules.values import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be planned: from which playbooks, with which values."""

    playbooks: tuple[Playbook, ...]
    named: tuple[str, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    asked: Asked = field(default_factory=Asked)
    timer: int = TIMER_MINUTES

    def judge(self, device: Device, facts: Facts) -> tuple[Outcome, ...]:
        """The audit of a switch."""
        return judged(facts, asked=self.asked, intent=Intent.of(device.intent))

    def switch(self, device: Device, memory: Remembering, outcomes: tuple[Outcome, ...]) -> Switch:
        """A switch as planning sees it."""
        return Switch(
            name=device.name,
            site=device.site,
            known=Known(memory.facts),
            running=memory.running,
            outcomes=outcomes,
            given=self.given(device),
        )

    def given(self, device: Device) -> Given:
        """What was said of parameters for this switch."""
        return Given(options=self.options, params=device.params, intent=device.intent, files=self.files)

    def plan(self, switch: Switch) -> Considered:
        """What to do on a switch."""
        return consider(switch, self.playbooks, named=self.named, timer=self.timer)

    def plan_again(self, device: Device, memory: Remembering, outcomes: tuple[Outcome, ...]) -> Considered:
        """What the switch would get now."""
        return self.plan(self.switch(device, memory, outcomes))


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """One switch that was read. ``switch`` and ``considered`` are None when nothing could be read."""

    result: DeviceResult
    switch: Switch | None = None
    considered: Considered | None = None


async def look(
    device: Device,
    *,
    transport: Transport,
    evidence: Evidence,
    mask: Callable[[str], str],
    commands: tuple[ShowCommand, ...],
    wanted: Wanted,
    on_event: OnEvent = silent,
) -> Looked:
    """Read a switch, audit it and plan; raises StoreError only."""
    memory = Remembering(evidence, mask)
    result = await collect(device, transport=transport, evidence=memory, commands=commands, on_event=on_event)
    if not memory.any_read:
        return Looked(result=result)
    switch = wanted.switch(device, memory, wanted.judge(device, memory.facts))
    return Looked(result=result, switch=switch, considered=wanted.plan(switch))
