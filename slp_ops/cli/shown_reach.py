"""The answers of check-reachability as a matrix, as JSON and as JUnit XML."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final
from xml.etree.ElementTree import Element, ElementTree, SubElement

import click

from slp_ops.cli.exits import Exit, worst
from slp_ops.cli.table import table_rows
from slp_ops.cli.wrapping import wrapped
from slp_ops.errors import InputError
from slp_ops.facts.probes import NameVerdict, ProbeVerdict
from slp_ops.model import DeviceStatus
from slp_ops.reachability.verdict import ReachVerdict
from slp_ops.rules.text import Lang, Text, counted
from slp_ops.safetext import one_line, printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slp_ops.reachability.plan import Path, Tried
    from slp_ops.usecases.reach import Reached

SCHEMA: Final = "slp-ops/check-reachability/1"
# Where between here and the switch a trouble lies, by its kind, in the order of a login.
_STAGES: Final = {
    "name": ("name_not_found",),
    "tcp": ("unreachable", "refused", "timed_out", "hop_failed"),
    "ssh": (
        "no_common_algorithm", "host_key_changed", "host_key_unknown", "closed_before_authentication",
        "ssh_timed_out",
    ),
    "authentication": ("authentication_failed", "credential", "credential_stopped"),
    "enable": ("enable_failed", "no_prompt"),
}  # fmt: skip
_MARKS: Final = {
    ProbeVerdict.OPEN: "open",
    ProbeVerdict.TIMED_OUT: "timed out",
    ProbeVerdict.NOT_TESTABLE: "not testable",
    ProbeVerdict.UNRESOLVED: "-",
}
_COLOURS: Final = {
    ReachVerdict.WORKS: None,
    ReachVerdict.BLOCKED: "red",
    ReachVerdict.CANNOT_TELL: "yellow",
    ReachVerdict.NOT_APPLICABLE: None,
}
_HEADER: Final = (
    Text("DEVICE", "スイッチ"),
    Text("PATH", "経路"),
    Text("TARGET", "宛先"),
    Text("DNS", "DNS"),
    Text("TCP", "TCP"),
    Text("VERDICT", "判定"),
)
_LABELS: Final = {Lang.EN: ("next", "note", "By cause"), Lang.JA: ("対処", "補足", "原因別")}
_NAMED: Final = (NameVerdict.RESOLVED, NameVerdict.LOCAL)


def as_record(run_id: str, path: str, answers: Sequence[Reached], lang: Lang) -> dict[str, Any]:
    """The answers as JSON."""
    return {
        "schema": SCHEMA,
        "run": {"id": run_id, "path": path},
        "devices": [_device_record(answer, lang) for answer in answers],
    }


def _device_record(answer: Reached, lang: Lang) -> dict[str, Any]:
    conclusion, plan = answer.conclusion, answer.plan
    return {
        "name": answer.result.name,
        "site": answer.result.site,
        "operator": operator(answer),
        "path": {
            "vrf": plan.path.vrf if plan else None,
            "source_interface": plan.path.source_interface if plan else None,
            "ok": plan.path.ok if plan else None,
        },
        "probes": [_probe_record(each) for each in answer.tried],
        "verdict": conclusion.verdict.value,
        "blocked_at": conclusion.blocked_at.value if conclusion.blocked_at else None,
        "cause": conclusion.cause.said(lang) if conclusion.cause else None,
        "next_steps": [step.said(lang) for step in conclusion.next_steps],
        "notes": [note.said(lang) for note in conclusion.notes],
    }


def operator(answer: Reached) -> dict[str, Any]:
    """How far the operator came: each stage of the login with its own verdict."""
    kind = answer.result.error.kind if answer.result.error else ""
    failed = next((stage for stage, kinds in _STAGES.items() if kind in kinds), None)
    if answer.plan is None and failed is None:
        # Nothing was read, for a reason that came after the login, or for a defect.
        return {"verdict": kind or "failed", **dict.fromkeys(_STAGES, "unknown")}
    if answer.plan is not None:
        return {"verdict": "ok", **dict.fromkeys(_STAGES, "ok")}
    stages: dict[str, str] = {}
    for stage in _STAGES:
        passed = failed not in stages
        stages[stage] = kind if stage == failed else "ok" if passed else "unknown"
    return {"verdict": kind, **stages}


def _probe_record(tried: Tried) -> dict[str, Any]:
    target, result = tried.probe.target, tried.result
    return {
        "purpose": target.purpose.value,
        "host": target.host,
        "port": target.port,
        "dns": {
            "verdict": (result.name if result else NameVerdict.UNKNOWN).value,
            "servers": list(result.servers) if result else [],
            "address": result.addresses[-1] if result and result.addresses else None,
        },
        "tcp": {
            "verdict": tried.verdict.value,
            "seconds": tried.seconds,
            "text": (result.text if result else None) or tried.why or None,
        },
        "command": str(tried.probe.step) if tried.probe.step else None,
    }


def print_matrix(answers: Sequence[Reached], path: str, seconds: float, lang: Lang) -> None:
    """A row for each switch, below it what to do about those that are not well, and totals by cause."""
    header = [word.said(lang) for word in _HEADER]
    first, *lines = table_rows(header, [_row(answer) for answer in answers])
    click.echo(f"\n{first}")
    for answer, line in zip(answers, lines, strict=True):
        click.echo(click.style(line, fg=_COLOURS[answer.conclusion.verdict]))
    _print_advice(answers, lang)
    causes = Counter(
        answer.conclusion.cause.said(lang)
        for answer in answers
        if answer.conclusion.cause is not None and answer.conclusion.verdict is not ReachVerdict.WORKS
    )
    if causes:
        click.echo(f"\n{_LABELS[lang][2]}:")
        for cause, count in causes.most_common():
            click.echo(f"  {count:>4}  {one_line(cause)}")
    totals = Counter(answer.conclusion.verdict for answer in answers)
    said = ", ".join(f"{totals[verdict]} {_word(verdict)}" for verdict in ReachVerdict if totals[verdict])
    click.echo(f"\n{counted(len(answers), 'device')}: {said}, in {seconds:.1f} s")
    click.echo(f"Evidence: {path}")


def _print_advice(answers: Sequence[Reached], lang: Lang) -> None:
    """What is to be said of each switch; those of which the same is said are named together."""
    said: dict[tuple[str, ...], list[str]] = {}
    step_label, note_label, _ = _LABELS[lang]
    for answer in answers:
        conclusion = answer.conclusion
        words = [conclusion.cause.said(lang)] if conclusion.cause else []
        words += [f"{step_label}: {step.said(lang)}" for step in conclusion.next_steps]
        words += [f"{note_label}: {note.said(lang)}" for note in conclusion.notes]
        if words:
            said.setdefault(tuple(words), []).append(answer.result.name)
    if said:
        click.echo()
    for lines, names in said.items():
        more = f" and {len(names) - 5} more" if len(names) > 5 else ""
        click.echo(one_line(f"{', '.join(names[:5])}{more}:"))
        for line in lines:
            for part in wrapped(line, "  ", "    "):
                click.echo(part)


def _row(answer: Reached) -> tuple[str, ...]:
    conclusion = answer.conclusion
    at = f" at {conclusion.blocked_at}" if conclusion.blocked_at else ""
    tried = answer.tried
    return (
        answer.result.name,
        _path(answer.plan.path) if answer.plan and tried else "",
        ", ".join(str(each.probe.target) for each in tried),
        ", ".join(_name_mark(each) for each in tried),
        ", ".join(_MARKS.get(each.verdict, each.verdict.value) for each in tried),
        f"{_word(conclusion.verdict)}{at}",
    )


def _path(path: Path) -> str:
    words = [path.source_interface or "default"]
    if path.vrf:
        words.append(f"vrf {path.vrf}")
    if path.ok is not True:
        words.append("?" if path.ok is None else "!")
    return " ".join(words)


def _name_mark(tried: Tried) -> str:
    result = tried.result
    if result is None:
        return "-"
    if result.name in _NAMED and result.addresses:
        return result.addresses[-1]
    return str(result.name.value).replace("_", " ")


def _word(verdict: ReachVerdict) -> str:
    return str(verdict.value).replace("_", " ")


def write_junit(path: str, answers: Sequence[Reached], lang: Lang, seconds: float) -> None:
    """A test case for each switch. Raises InputError when the file cannot be written."""
    verdicts = Counter(answer.conclusion.verdict for answer in answers)
    counts = {
        "tests": str(len(answers)),
        "failures": str(verdicts[ReachVerdict.BLOCKED]),
        "errors": str(sum(answer.plan is None for answer in answers)),
        "skipped": str(sum(_is_skipped(answer) for answer in answers)),
        "time": f"{seconds:.1f}",
    }
    root = Element("testsuites", {"name": "slp-ops check-reachability", **counts})
    suite = SubElement(root, "testsuite", {"name": "check-reachability", **counts})
    for answer in answers:
        conclusion = answer.conclusion
        took = sum(each.seconds or 0 for each in answer.tried)
        case = SubElement(
            suite,
            "testcase",
            {"classname": _xml(answer.result.site), "name": _xml(answer.result.name), "time": f"{took:.1f}"},
        )
        cause = _xml(conclusion.cause.said(lang) if conclusion.cause else "")
        steps = _xml("\n".join(step.said(lang) for step in conclusion.next_steps))
        if conclusion.verdict is ReachVerdict.BLOCKED:
            kind = str(conclusion.blocked_at)
            SubElement(case, "failure", {"type": kind, "message": cause}).text = steps
        elif answer.plan is None:
            SubElement(case, "error", {"type": "operator", "message": cause}).text = steps
        elif _is_skipped(answer):
            SubElement(case, "skipped", {"message": cause})
    try:
        ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)
    except OSError as err:
        raise InputError(f"{path} cannot be written: {err.strerror}") from err


def _is_skipped(answer: Reached) -> bool:
    unclear = (ReachVerdict.CANNOT_TELL, ReachVerdict.NOT_APPLICABLE)
    return answer.plan is not None and answer.conclusion.verdict in unclear


def _xml(text: str) -> str:
    """Without what XML cannot hold: a switch may have said it."""
    return "\n".join(printable(line) for line in text.split("\n"))


def exit_code(answers: Sequence[Reached]) -> Exit:
    """3 when a switch is blocked, 4 when some could not be asked, or not everything that matters."""
    codes = [Exit.FINE]
    for answer in answers:
        error = answer.result.error
        if error is not None and error.kind == "defect":
            codes.append(Exit.BUG)
        elif answer.plan is None or answer.result.status is not DeviceStatus.OK:
            codes.append(Exit.UNREAD)
        if answer.conclusion.verdict is ReachVerdict.BLOCKED:
            codes.append(Exit.FINDINGS)
    return worst(*codes)
