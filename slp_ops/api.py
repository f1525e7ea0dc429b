"""The public API: what the verbs of the command line do, as functions with typed results.

Each function blocks until its work is done, and runs an event loop of its own meanwhile; asynchronous code
awaits the function of the same name in ``slp_ops.aio``. Errors are the SlpOpsError of ``slp_ops.errors``.

Without an ``operator`` there is no prompt for a secret: credentials come from the environment, the keyring or
an SSH agent. Notices then go to the logger ``slp_ops``.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Final, ParamSpec, TypeVar

from slp_ops.app import audit as app_audit
from slp_ops.app import check_reachability as app_check_reachability
from slp_ops.app import check_version as app_check_version
from slp_ops.app import collect as app_collect
from slp_ops.app import flow as app_flow
from slp_ops.app import remediate as app_remediate
from slp_ops.app.audit import AuditRequest, AuditResult
from slp_ops.app.change.options import ChangeOptions
from slp_ops.app.change_session import FleetOptions
from slp_ops.app.check_reachability import PROBE_TIMEOUT, ReachabilityRequest, ReachabilityResult
from slp_ops.app.check_version import ReleasesRequest, ReleasesResult
from slp_ops.app.collect import CollectRequest, CollectResult
from slp_ops.app.operator import NonInteractive, Operator
from slp_ops.app.read_device import CollectOptions
from slp_ops.app.rule_options import load_audit_options
from slp_ops.app.selection import SSH_CONFIG, DeviceSelection, Selection, is_location, read_inventory
from slp_ops.app.sessions import SessionOptions
from slp_ops.engine.batches import NoBatches, parse_batches
from slp_ops.errors import OptionError
from slp_ops.i18n import Lang
from slp_ops.inventory import Inventory
from slp_ops.json_documents import to_json
from slp_ops.playbook import Risk
from slp_ops.report.documents.reachability import reachability_document
from slp_ops.report.documents.remediate import stored_remediate_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from slp_ops.app.change.operator import ChangeOperator
    from slp_ops.app.change.results import ChangeResult, PlanResult
    from slp_ops.app.flow import FlowResult

    PathLike = str | Path

P = ParamSpec("P")
T = TypeVar("T")
RUNS: Final = Path("runs")


def _blocking(function: Callable[P, T]) -> Callable[P, T]:
    """Refuse to block an event loop that runs in this thread."""

    @wraps(function)
    def refusing(*args: P.args, **kwargs: P.kwargs) -> T:
        if _in_a_loop():
            name = function.__name__
            raise RuntimeError(f"slp_ops.{name} blocks; an event loop runs here: await slp_ops.aio.{name}")
        return function(*args, **kwargs)

    return refusing


def _in_a_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def load_inventory(
    path: PathLike, *, ssh_config: PathLike | None = SSH_CONFIG, operator: Operator | None = None
) -> Inventory:
    """Load an inventory, every default applied; ``ssh_config`` completes it, None reads no such file.

    ``path`` is a file, or another system's inventory as for ``-i``: "ansible:hosts.ini", "netbox+https://...".

    Raises InputError with every problem of the file, each with its line.
    """
    completing = Path("none") if ssh_config is None else Path(ssh_config)
    return read_inventory(_location(path), completing, operator or NonInteractive())


@_blocking
def collect(
    inventory: Inventory | PathLike,
    *,
    sites: Iterable[str] = (),
    tags: Iterable[str] = (),
    limit: str = "",
    runs_dir: PathLike = RUNS,
    commands: str = "baseline",
    extra_commands: Iterable[str] = (),
    resume: PathLike | None = None,
    sessions: SessionOptions | None = None,
    reading: CollectOptions | None = None,
    operator: Operator | None = None,
) -> CollectResult:
    """Read the selected switches and keep the evidence in a run of its own.

    ``commands`` is a set: baseline, support or full. ``resume`` names a run whose missing part is read.
    """
    request = CollectRequest(
        target=_target(inventory, sites, tags, limit),
        connecting=sessions or SessionOptions(),
        runs_dir=Path(runs_dir),
        set_name=commands,
        extra_commands=_several("extra_commands", extra_commands),
        collect_options=reading or CollectOptions(),
        resume=_text(resume),
    )
    return app_collect.run(request, operator or NonInteractive())


@_blocking
def audit(
    inventory: Inventory | PathLike | None = None,
    *,
    sites: Iterable[str] = (),
    tags: Iterable[str] = (),
    limit: str = "",
    runs_dir: PathLike = RUNS,
    run: PathLike | None = None,
    files: Iterable[PathLike] = (),
    against: PathLike | None = None,
    rules_dir: PathLike | None = None,
    thresholds: Mapping[str, int] | None = None,
    select: Iterable[str] = (),
    ignore: Iterable[str] = (),
    sessions: SessionOptions | None = None,
    reading: CollectOptions | None = None,
    operator: Operator | None = None,
) -> AuditResult:
    """Audit the selected switches of an inventory, those of a saved run, or files of one switch each.

    ``run`` is a run's id, its folder, or ``last``. ``against`` names an earlier run to compare with.
    """
    _need("inventory, run or files", inventory, run, files := _several("files", files))
    request = AuditRequest(
        target=_target(inventory, sites, tags, limit),
        connecting=sessions or SessionOptions(),
        runs_dir=Path(runs_dir),
        run=_text(run),
        files=tuple(Path(file) for file in files),
        audit_options=load_audit_options(
            rules_dir=None if rules_dir is None else Path(rules_dir),
            thresholds=[f"{name}={number}" for name, number in (thresholds or {}).items()],
            select=_several("select", select),
            ignore=_several("ignore", ignore),
        ),
        against=_text(against),
        collect_options=reading or CollectOptions(),
    )
    return app_audit.run(request, operator or NonInteractive())


@_blocking
def check_reachability(
    inventory: Inventory | PathLike,
    *,
    sites: Iterable[str] = (),
    tags: Iterable[str] = (),
    limit: str = "",
    runs_dir: PathLike = RUNS,
    targets: Iterable[str] = (),
    everything: bool = False,
    probe_timeout: float = PROBE_TIMEOUT,
    lang: Lang = Lang.EN,
    sessions: SessionOptions | None = None,
    reading: CollectOptions | None = None,
    operator: Operator | None = None,
) -> ReachabilityResult:
    """Test from each selected switch whether it reaches its licence server, and keep the evidence.

    ``targets`` are further ``host:port``; ``everything`` adds Cisco's servers. ``lang`` is the language of
    reachability.json in the run.
    """
    request = ReachabilityRequest(
        target=_target(inventory, sites, tags, limit),
        document=lambda found: to_json(
            reachability_document(found.run_id, str(found.path), found.devices, lang), indent=1
        ),
        connecting=sessions or SessionOptions(),
        runs_dir=Path(runs_dir),
        targets=_several("targets", targets),
        everything=everything,
        probe_timeout=probe_timeout,
        collect_options=reading or CollectOptions(),
    )
    return app_check_reachability.run(request, operator or NonInteractive())


@_blocking
def check_versions(
    inventory: Inventory | PathLike | None = None,
    *,
    sites: Iterable[str] = (),
    tags: Iterable[str] = (),
    limit: str = "",
    runs_dir: PathLike = RUNS,
    releases: Iterable[str] = (),
    run: PathLike | None = None,
    rules_dir: PathLike | None = None,
    sessions: SessionOptions | None = None,
    operator: Operator | None = None,
) -> ReleasesResult:
    """Judge releases against field notices and bugs: of texts, a saved run, or the selected switches."""
    _need("inventory, releases or run", inventory, releases := _several("releases", releases), run)
    request = ReleasesRequest(
        target=_target(inventory, sites, tags, limit),
        connecting=sessions or SessionOptions(),
        runs_dir=Path(runs_dir),
        releases=releases,
        run=_text(run),
        audit_options=load_audit_options(rules_dir=None if rules_dir is None else Path(rules_dir)),
    )
    return app_check_version.run(request, operator or NonInteractive())


@_blocking
def make_plan(
    inventory: Inventory | PathLike,
    *,
    sites: Iterable[str] = (),
    tags: Iterable[str] = (),
    limit: str = "",
    runs_dir: PathLike = RUNS,
    playbooks: Iterable[str] = (),
    params: Mapping[str, str] | None = None,
    playbooks_dir: PathLike | None = None,
    rules_dir: PathLike | None = None,
    sessions: SessionOptions | None = None,
    operator: ChangeOperator | None = None,
) -> PlanResult:
    """Read the selected switches and plan what remedies their findings; nothing is sent to change them.

    ``playbooks`` are planned where needed; without it all playbooks with failed rules are planned.
    """
    request = _plan_request(
        inventory, sites, tags, limit, runs_dir, playbooks, params, playbooks_dir, rules_dir, sessions
    )
    return app_remediate.make_plan(request, operator)


@_blocking
def apply_plan(
    plan: PlanResult,
    inventory: Inventory | PathLike,
    *,
    yes: bool = False,
    allow: Risk = Risk.CHANGE,
    confirmed: Iterable[str] = (),
    batches: str = "1,10%,100%",
    max_failures: int = 0,
    wait: float = 3600.0,
    reload_wait: float = 1800.0,
    rollback_on_fail: bool = False,
    secret_files: Mapping[str, PathLike] | None = None,
    runs_dir: PathLike = RUNS,
    playbooks_dir: PathLike | None = None,
    rules_dir: PathLike | None = None,
    sessions: SessionOptions | None = None,
    operator: ChangeOperator | None = None,
) -> ChangeResult:
    """Apply a plan to its switches, where they are still as it was planned, and verify it.

    ``plan`` is what ``make_plan`` returned in this process; what another user may have written is a file for
    ``slp-ops remediate --plan``, which checks its seal. The journal of the change is sealed.

    Without an ``operator``, ``yes`` consents to changes. A plan of a higher risk than ``allow`` is refused;
    for a disruptive or destructive one, ``confirmed`` names its switches. ``wait`` is how many seconds
    the rules have to pass, ``reload_wait`` how many a switch has to reload.
    """
    if not plan.plans:
        raise OptionError("the plan has no switch")
    request = _apply_request(
        _plan_request(inventory, (), (), "", runs_dir, (), None, playbooks_dir, rules_dir, sessions),
        _change_options(yes, allow, confirmed, batches, max_failures, wait, reload_wait, rollback_on_fail),
        secret_files,
    )
    return app_remediate.apply_plan(request, plan.plans, operator)


@_blocking
def run_flow(
    inventory: Inventory | PathLike,
    flow: str = "",
    *,
    resume: PathLike | None = None,
    sites: Iterable[str] = (),
    tags: Iterable[str] = (),
    limit: str = "",
    runs_dir: PathLike = RUNS,
    playbooks: Iterable[str] = (),
    params: Mapping[str, str] | None = None,
    yes: bool = False,
    allow: Risk = Risk.CHANGE,
    confirmed: Iterable[str] = (),
    batches: str = "1,10%,100%",
    max_failures: int = 0,
    wait: float = 3600.0,
    reload_wait: float = 1800.0,
    manual_done: bool = False,
    answers: Iterable[PathLike] = (),
    secret_files: Mapping[str, PathLike] | None = None,
    playbooks_dir: PathLike | None = None,
    flows_dir: PathLike | None = None,
    rules_dir: PathLike | None = None,
    sessions: SessionOptions | None = None,
    operator: ChangeOperator | None = None,
) -> FlowResult:
    """Run the playbooks of a flow in order, until each switch is proven to report, waits or fails.

    ``resume`` is the journal of a flow that continues, in place of ``flow``. ``playbooks`` chooses where a
    stage has several. ``manual_done`` assumes that manual steps are done; ``answers`` are files of CSSM, or
    folders of them. See ``apply_plan`` for the consent.
    """
    planning = _plan_request(
        inventory, sites, tags, limit, runs_dir, playbooks, params, playbooks_dir, rules_dir, sessions
    )
    request = _apply_request(
        replace(planning, flows_dir=None if flows_dir is None else Path(flows_dir)),
        _change_options(
            yes, allow, confirmed, batches, max_failures, wait, reload_wait, rollback_on_fail=False
        ),
        secret_files,
        manual_done=manual_done,
    )
    request = replace(request, answers=tuple(map(Path, answers)))
    if resume is not None:
        return app_flow.resume_flow(request, Path(resume), operator)
    _need("flow or resume", flow or None)
    return app_flow.run_flow(request, flow, operator)


def _change_options(
    yes: bool,
    allow: Risk,
    confirmed: Iterable[str],
    batches: str,
    max_failures: int,
    wait: float,
    reload_wait: float,
    rollback_on_fail: bool,
) -> ChangeOptions:
    try:
        sizes = parse_batches(batches)
    except NoBatches as err:
        raise OptionError(str(err), option="batches") from None
    return ChangeOptions(
        yes=yes,
        allow=allow,
        confirmed=frozenset(_several("confirmed", confirmed)),
        sizes=sizes,
        max_fail=max_failures,
        wait=wait,
        reload_wait=reload_wait,
        rollback_on_fail=rollback_on_fail,
    )


def _apply_request(
    plan: app_remediate.PlanRequest,
    options: ChangeOptions,
    secret_files: Mapping[str, PathLike] | None,
    *,
    manual_done: bool = False,
) -> app_remediate.ApplyRequest:
    return app_remediate.ApplyRequest(
        plan=plan,
        options=options,
        secret_files=tuple(f"{name}={path}" for name, path in (secret_files or {}).items()),
        manual_done=manual_done,
        document=stored_remediate_json,
    )


def _plan_request(
    inventory: Inventory | PathLike,
    sites: Iterable[str],
    tags: Iterable[str],
    limit: str,
    runs_dir: PathLike,
    playbooks: Iterable[str],
    params: Mapping[str, str] | None,
    playbooks_dir: PathLike | None,
    rules_dir: PathLike | None,
    sessions: SessionOptions | None,
) -> app_remediate.PlanRequest:
    return app_remediate.PlanRequest(
        fleet=FleetOptions(
            target=_target(inventory, sites, tags, limit),
            connecting=sessions or SessionOptions(),
            runs_dir=Path(runs_dir),
        ),
        rules_dir=None if rules_dir is None else Path(rules_dir),
        playbooks_dir=None if playbooks_dir is None else Path(playbooks_dir),
        playbooks=_several("playbooks", playbooks),
        params=tuple(f"{name}={value}" for name, value in (params or {}).items()),
    )


def _need(what: str, *given: object) -> None:
    if not any(each is not None and each != () for each in given):
        raise OptionError(f"give {what}")


def _several(name: str, given: Iterable[T]) -> tuple[T, ...]:
    """Return the values of a parameter that takes several; one text is not read letter by letter."""
    if isinstance(given, str | Path):
        raise OptionError(f"{name} takes a list: [{str(given)!r}]", option=name)
    return tuple(given)


def _text(given: PathLike | None) -> str | None:
    return None if given is None else str(given)


def _location(path: PathLike) -> Path | str:
    return path if isinstance(path, str) and is_location(path) else Path(path)


def _target(
    inventory: Inventory | PathLike | None, sites: Iterable[str], tags: Iterable[str], limit: str
) -> DeviceSelection:
    selection = Selection(sites=_several("sites", sites), tags=_several("tags", tags), limit=limit)
    if isinstance(inventory, Inventory):
        return DeviceSelection(
            inventory_path=_location(inventory.path), selection=selection, inventory=inventory
        )
    return DeviceSelection(inventory_path=_location(inventory or "inventory.yaml"), selection=selection)
