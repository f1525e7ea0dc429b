# ruff: noqa: TC001 - the engine reads the types of the parameters
"""Checks of the environment: time, roots, CPU, memory, releases of a stack, length of the log."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from slp_ops.facts import (
    AgentInternals,
    Clock,
    ClockTrust,
    CpuLoad,
    MemoryProcess,
    MemoryUse,
    NtpStatus,
    Software,
    Stack,
    SyslogBuffer,
    Trustpool,
)
from slp_ops.model import Confidence, Evidence, Severity
from slp_ops.rules.checks._links import OVERVIEW, SMART_TRANSPORT
from slp_ops.rules.derived.agent_states import AgentStates
from slp_ops.rules.derived.log import LicenceLog, latest
from slp_ops.rules.derived.route import Route
from slp_ops.rules.rule import Group, rule
from slp_ops.rules.settings import Thresholds
from slp_ops.rules.texts import texts_of
from slp_ops.rules.values import Failed, Judgement, NotApplicable, Passed, Unknown

if TYPE_CHECKING:
    from slp_ops.facts import CpuProcess


TEXTS = texts_of(__name__)


# SAGetRUMIds, SAUtilRepSave, SAUtilReport, SAMain: the agent's own; SASL and the like are not.
_AGENT: Final = re.compile(r"SA(?:[A-Z][a-z]|RUM|Rum)\w*|Smart Agent\b.*", re.ASCII)


def agent_share(cpu: CpuLoad) -> tuple[float, tuple[CpuProcess, ...]]:
    """Return the percentage of the last five minutes, and the processes, the busiest first."""
    found = sorted(
        (process for process in cpu.processes if _AGENT.match(process.name)),
        key=lambda process: -process.five_minutes,
    )
    return sum(process.five_minutes for process in found), tuple(found)


IDENTRUST = "IdenTrust Commercial Root CA 1"


@rule(
    "clock-not-trusted",
    group=Group.ENVIRONMENT,
    severity=Severity.WARNING,
    links=(OVERVIEW,),
    explains=("SMART_LIC-TRUST_CODE_INSTALL_FAILED", "SMART_LIC-POLICY_INSTALL_FAILED"),
    playbooks=("ntp-server",),
    era=None,
)
def clock_not_trusted(
    clock: Clock, ntp: NtpStatus | None, internals: AgentInternals | None, log: LicenceLog | None
) -> Judgement:
    """Judge the sign before the time; NTP and the agent's state are cited too."""
    if clock.trust is ClockTrust.TRUSTED:
        return Passed()
    evidence: list[Evidence] = [*clock.cite("trust")]
    if ntp is not None and (ntp.synchronised is False or not ntp.enabled):
        evidence += ntp.cite("synchronised" if ntp.enabled else "enabled")
    if internals is not None and internals.clock_synced is not None and internals.clock_synced.on is False:
        evidence += internals.cite("clock_synced")
    if log is not None:
        evidence += latest(log.active_messages("clock-not-trusted"), 1)
    return _unset(clock, tuple(evidence))


def _unset(clock: Clock, evidence: tuple[Evidence, ...]) -> Failed:
    summary = (
        TEXTS["clock-not-trusted.not-authoritative"]
        if clock.trust is ClockTrust.NOT_AUTHORITATIVE
        else TEXTS["clock-not-trusted.not-synchronised"]
    )
    return Failed(summary=summary.format(time=clock.time.text), evidence=evidence)


@rule(
    "identrust-root-missing",
    group=Group.ENVIRONMENT,
    severity=Severity.ERROR,
    links=("https://www.cisco.com/c/en/us/support/docs/field-notices/723/fn72323.html", SMART_TRANSPORT),
    playbooks=("trustpool-identrust",),
    explains=("http-aborted", "comm-failing-now"),
    era=None,
)
def identrust_root_missing(trustpool: Trustpool, route: Route, states: AgentStates | None) -> Judgement:
    """Judge only a switch that connects to Cisco by TLS itself."""
    if states is not None and states.is_reserved:
        return NotApplicable(why=TEXTS["identrust-root-missing.reserved"])
    if not route.reaches_cisco:
        return NotApplicable(why=TEXTS["identrust-root-missing.not-direct"])
    if trustpool.find(IDENTRUST) is not None:
        return Passed()
    if not trustpool.lists(IDENTRUST):
        return Unknown(missing=(Trustpool,))
    return Failed(
        summary=TEXTS["identrust-root-missing.summary"],
        evidence=(trustpool.absent(f"cn={IDENTRUST}"),),
    )


@rule(
    "smart-agent-cpu",
    group=Group.ENVIRONMENT,
    severity=Severity.WARNING,
    links=("https://www.cisco.com/c/en/us/support/docs/field-notices/725/fn72578.html",),
    playbooks=("rum-manual-exchange", "factory-reset"),
)
def smart_agent_cpu(cpu: CpuLoad | None, thresholds: Thresholds, log: LicenceLog | None) -> Judgement:
    """Judge the agent's share over five minutes, or CPUHOG messages that name its processes."""
    hogs = () if log is None else log.active_messages("smart-agent-cpu")
    share, processes = (0.0, ()) if cpu is None else agent_share(cpu)
    if cpu is None or share < thresholds.agent_cpu:
        if hogs:
            return Failed(
                summary=TEXTS["smart-agent-cpu.hogs"].format(count=len(hogs), when=hogs[-1].when),
                evidence=latest(hogs),
                confidence=Confidence.MEDIUM if cpu is not None else None,
            )
        return Passed() if cpu is not None else Unknown(missing=(CpuLoad,))
    return Failed(
        summary=TEXTS["smart-agent-cpu.summary"].format(
            share=share, names=", ".join(process.name for process in processes[:3])
        ),
        evidence=(
            *cpu.cite("five_minutes"),
            *(evidence for process in processes[:3] for evidence in process.cite()),
            *latest(hogs, 1),
        ),
    )


@rule(
    "smart-agent-memory",
    group=Group.ENVIRONMENT,
    severity=Severity.WARNING,
    confidence=Confidence.MEDIUM,
    links=("https://www.cisco.com/c/en/us/support/docs/field-notices/725/fn72578.html",),
    playbooks=("factory-reset",),
)
def smart_agent_memory(memory: MemoryUse, thresholds: Thresholds) -> Judgement:
    """Judge the largest share of a memory pool in one process."""
    pool = max(memory.pools, key=lambda each: each.total, default=None)
    holders = [process for process in memory.processes if _is_agents(process)]
    if pool is None or not pool.total:
        return Unknown(missing=(MemoryUse,))
    worst = max(holders, key=lambda each: each.holding, default=None)
    if worst is None or 100 * worst.holding < thresholds.agent_memory * pool.total:
        return Passed()
    return Failed(
        summary=TEXTS["smart-agent-memory.summary"].format(
            name=worst.name, share=100 * worst.holding / pool.total, pool=pool.name
        ),
        evidence=(*pool.cite(), *worst.cite()),
    )


def _is_agents(process: MemoryProcess) -> bool:
    return process.name == "*MallocLite*" or process.name.startswith(("SA", "Smart Agent"))


@rule(
    "stack-version-mismatch",
    group=Group.ENVIRONMENT,
    severity=Severity.WARNING,
    era=None,
)
def stack_version_mismatch(software: Software | None, stack: Stack | None) -> Judgement:
    """Compare the members in show switch, or in the table of show version."""
    if software is None and stack is None:
        return Unknown(missing=(Stack,))
    wrong = [
        member
        for member in (stack.members if stack is not None else ())
        if "mismatch" in (member.state or "").lower()
    ]
    members = software.members if software is not None else ()
    versions = {member.version for member in members if member.version is not None}
    if not wrong and len(versions) < 2:
        return Passed()
    evidence = [evidence for member in wrong for evidence in member.cite()]
    if len(versions) > 1:
        evidence += [evidence for member in members for evidence in member.cite("version")]
    return Failed(
        summary=TEXTS["stack-version-mismatch.summary"].format(
            what=", ".join(sorted(versions)) if len(versions) > 1 else ", ".join(str(m.state) for m in wrong)
        ),
        evidence=tuple(evidence),
    )


@rule(
    "log-buffer-wrapped",
    group=Group.ENVIRONMENT,
    severity=Severity.INFO,
    era=None,
)
def log_buffer_wrapped(log: SyslogBuffer) -> Judgement:
    """Compare the counts of written and present messages."""
    if log.wrapped is None or not log.messages:
        return Unknown(why=TEXTS["log-buffer-wrapped.no-counter"])
    if not log.wrapped:
        return Passed()
    return Failed(
        summary=TEXTS["log-buffer-wrapped.summary"].format(
            oldest=(log.oldest.text if log.oldest is not None else "") or "?"
        ),
        evidence=log.cite("buffer_logged", "oldest")
        if log.buffer_logged is not None
        else log.cite("cut", "oldest"),
    )
