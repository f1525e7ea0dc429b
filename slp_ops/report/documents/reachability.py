"""Document of ``check-reachability``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from slp_ops.facts.probes import NameVerdict, ProbeVerdict
from slp_ops.json_documents import json_document
from slp_ops.reachability.plan import Purpose
from slp_ops.reachability.verdict import ReachVerdict, Stage
from slp_ops.report.documents.runs import RunFolder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slp_ops.app.reach_device import DeviceReachability
    from slp_ops.i18n import Lang
    from slp_ops.reachability.plan import ProbeAttempt


@json_document
class LoginStages:
    """Stages of the connection: each is ``ok``, ``unknown``, or the kind of its failure."""

    verdict: str
    name: str
    tcp: str
    ssh: str
    authentication: str
    enable: str


@json_document
class PathEntry:
    """The path of the switch to its targets; ``ok`` is null where it is not known."""

    vrf: str | None
    source_interface: str | None
    ok: bool | None


@json_document
class NameEntry:
    """The lookup of the target's name on the switch."""

    verdict: NameVerdict
    servers: tuple[str, ...]
    address: str | None


@json_document
class ConnectionEntry:
    """The connection to the target; ``text`` is the line of the switch, or why nothing was sent."""

    verdict: ProbeVerdict
    seconds: float | None
    text: str | None


@json_document
class ProbeEntry:
    """One target."""

    purpose: Purpose
    host: str
    port: int | None
    dns: NameEntry
    tcp: ConnectionEntry
    command: str | None


@json_document
class ReachabilityDevice:
    """One switch."""

    name: str
    site: str
    operator: LoginStages
    path: PathEntry
    probes: tuple[ProbeEntry, ...]
    verdict: ReachVerdict
    blocked_at: Stage | None
    cause: str | None
    next_steps: tuple[str, ...]
    notes: tuple[str, ...]


@json_document
class ReachabilityDocument:
    """Reachability of each switch's licence server."""

    schema: Literal["slp-ops/check-reachability/1"] = "slp-ops/check-reachability/1"
    run: RunFolder
    devices: tuple[ReachabilityDevice, ...]


def reachability_document(
    run_id: str, path: str, answers: Sequence[DeviceReachability], lang: Lang
) -> ReachabilityDocument:
    """Return the document of ``check-reachability``."""
    return ReachabilityDocument(
        run=RunFolder(id=run_id, path=path),
        devices=tuple(_device(answer, lang) for answer in answers),
    )


def _device(answer: DeviceReachability, lang: Lang) -> ReachabilityDevice:
    conclusion, plan = answer.conclusion, answer.plan
    return ReachabilityDevice(
        name=answer.result.name,
        site=answer.result.site,
        operator=login_stages(answer),
        path=PathEntry(
            vrf=plan.path.vrf if plan else None,
            source_interface=plan.path.source_interface if plan else None,
            ok=plan.path.ok if plan else None,
        ),
        probes=tuple(_probe(each) for each in answer.tried),
        verdict=conclusion.verdict,
        blocked_at=conclusion.blocked_at,
        cause=conclusion.cause.render(lang) if conclusion.cause else None,
        next_steps=tuple(step.render(lang) for step in conclusion.next_steps),
        notes=tuple(note.render(lang) for note in conclusion.notes),
    )


# The kinds of trouble of each stage, in the order of a login.
_STAGES = {
    "name": ("name_not_found",),
    "tcp": ("unreachable", "refused", "timed_out", "hop_failed"),
    "ssh": (
        "no_common_algorithm", "host_key_changed", "host_key_revoked", "host_key_unknown",
        "closed_before_authentication", "ssh_timed_out",
    ),
    "authentication": ("authentication_failed", "credential", "credential_stopped"),
    "enable": ("enable_failed", "no_prompt"),
}  # fmt: skip


def login_stages(answer: DeviceReachability) -> LoginStages:
    """Return how far the operator came: each stage of the login with its own verdict."""
    kind = answer.result.error.kind if answer.result.error else ""
    failed = next((stage for stage, kinds in _STAGES.items() if kind in kinds), None)
    if answer.plan is None and failed is None:
        # Nothing was read, for a reason that came after the login, or for a defect.
        return LoginStages(verdict=kind or "failed", **dict.fromkeys(_STAGES, "unknown"))
    if answer.plan is not None:
        return LoginStages(verdict="ok", **dict.fromkeys(_STAGES, "ok"))
    stages: dict[str, str] = {}
    for stage in _STAGES:
        passed = failed not in stages
        stages[stage] = kind if stage == failed else "ok" if passed else "unknown"
    return LoginStages(verdict=kind, **stages)


def _probe(tried: ProbeAttempt) -> ProbeEntry:
    target, result = tried.probe.target, tried.result
    return ProbeEntry(
        purpose=target.purpose,
        host=target.host,
        port=target.port,
        dns=NameEntry(
            verdict=result.name if result else NameVerdict.UNKNOWN,
            servers=tuple(result.servers) if result else (),
            address=result.addresses[-1] if result and result.addresses else None,
        ),
        tcp=ConnectionEntry(
            verdict=tried.verdict,
            seconds=tried.seconds,
            text=(result.text if result else None) or tried.why or None,
        ),
        command=str(tried.probe.step) if tried.probe.step else None,
    )
