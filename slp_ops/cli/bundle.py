"""``slp-ops bundle``: what support asks for when a case is opened."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from slp_ops.cli.exits import Exit
from slp_ops.cli.judging import judging_options
from slp_ops.cli.lang import lang_option
from slp_ops.cli.options import runs_dir_option
from slp_ops.errors import InputError
from slp_ops.rules.text import counted
from slp_ops.safetext import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from slp_ops.app.audit_device import Asked
    from slp_ops.model import Capture
    from slp_ops.report.bundle import Folder
    from slp_ops.rules.text import Lang
    from slp_ops.store import StoredRun

_QUESTIONS: Final = {
    "trigger": ("--trigger", "What happened just before it began: an upgrade, a change, nothing known."),
    "work_done": ("--work-done", "What has been done about it since."),
    "frequency": ("--frequency", "Once, now and then, all the time; since when."),
    "scope": ("--scope", "Which switches, sites or services it touches."),
}


def _questions(command: Callable[..., Any]) -> Callable[..., Any]:
    for name, (option, words) in reversed(_QUESTIONS.items()):
        command = click.option(
            option, name, metavar="TEXT", envvar=f"SLP_OPS_{name.upper()}", show_envvar=True, help=words
        )(command)
    return command


@click.command(name="bundle")
@click.argument("ref", metavar="RUN", default="last")
@click.option(
    "--device",
    "devices",
    multiple=True,
    metavar="NAME",
    envvar="SLP_OPS_DEVICE",
    help="Only this one; repeat it.",
)
@click.option("-o", "--output", metavar="FILE.zip", envvar="SLP_OPS_BUNDLE", help="Where to write it.")
@click.option(
    "--normal",
    metavar="RUN",
    envvar="SLP_OPS_NORMAL",
    help="Add a healthy run of the same switches to compare.",
)
@_questions
@click.option(
    "--case", metavar="NUMBER", envvar="SLP_OPS_CASE", help="The number of the case, if there is one."
)
@click.option("--ask/--no-ask", default=None, help="Ask for what is not given. [default: on a terminal]")
@click.option("--check", "checked", metavar="FILE.zip", help="Check a bundle instead of making one.")
@runs_dir_option
@judging_options
@lang_option
def command(
    *,
    ref: str,
    devices: tuple[str, ...],
    output: str | None,
    normal: str | None,
    ask: bool | None,
    checked: str | None,
    runs_dir: Path,
    asked: Asked,
    lang: Lang,
    **told: str | None,
) -> None:
    """Put what a support case needs of RUN into one zip; secrets are masked, and counted.

    RUN is a run's id, its folder, a unique beginning of either, or 'last'. With --check: exit code 3 when
    the bundle is not what was written, or holds something that should have been masked.
    """
    if checked is not None:
        raise click.exceptions.Exit(_check(checked))
    if output is None:
        raise click.UsageError("say where to write it: -o FILE.zip")
    from slp_ops.cli.run_view import view_of
    from slp_ops.redact import redact
    from slp_ops.report.bundle import Told, write_bundle
    from slp_ops.store import Runs
    from slp_ops.store.maskkey import mask_key

    runs = Runs(runs_dir)
    run = runs.open(ref)
    names = _names(run, devices)
    reference = None if normal is None else runs.open(normal)
    others = [] if reference is None else _names(reference, tuple(names))
    said = Told(**_answers(told, sys.stdin.isatty() if ask is None else ask))
    key = mask_key()
    view = view_of(run, asked, runs_dir, only=frozenset(names), cleaned=lambda text: redact(text, key))
    target = Path(output)
    try:
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        try:
            with os.fdopen(handle, "w+b") as file:
                masked = write_bundle(
                    file,
                    view,
                    switches=_folders(run, names, asked),
                    normal=() if reference is None else _folders(reference, others, asked),
                    normal_run="" if reference is None else reference.id,
                    told=said,
                    key=key,
                    lang=lang,
                )
            Path(temporary).replace(target)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as err:
        raise InputError(f"{output} cannot be written: {err.strerror}") from err
    count = sum(masked.values())
    click.echo(
        f"wrote {one_line(str(target))}: {counted(len(names), 'device')}, {counted(count, 'secret')} masked",
        err=True,
    )
    click.echo("read CHECKLIST.txt in it: what only a person can add", err=True)


def _names(run: StoredRun, wanted: tuple[str, ...]) -> list[str]:
    known = list(run.about)
    missing = [name for name in wanted if name not in run.about]
    if missing:
        raise InputError(
            f"run {run.id} has no device {', '.join(missing)}", hint=f"it has: {', '.join(known[:10])}"
        )
    return sorted(wanted or known)


def _answers(given: dict[str, str | None], ask: bool) -> dict[str, str]:
    answers = {name: text or "" for name, text in given.items()}
    if ask:
        for name, (_, words) in _QUESTIONS.items():
            if given[name] is None:
                answers[name] = click.prompt(words, default="", show_default=False, err=True)
    return answers


def _folders(run: StoredRun, names: list[str], asked: Asked) -> Iterator[Folder]:
    """One switch at a time, its texts read only when they are written."""
    from slp_ops.app.inputs import facts_of
    from slp_ops.report.bundle import Folder
    from slp_ops.report.log_windows import failures

    for name in names:
        yield Folder(
            name=name,
            folder=run.folder(run.about[name]).name,
            captures=_texts(run, name),
            failures=failures(facts_of(run, name), asked.knowledge.catalogue),
        )


def _texts(run: StoredRun, name: str) -> Iterator[tuple[Capture, str]]:
    for capture in run.captures(name):
        yield capture, run.text(name, capture) if capture.file is not None else ""


def _check(path: str) -> Exit:
    from slp_ops.report.bundle_check import check

    try:
        with Path(path).open("rb") as file:
            found = check(file)
    except OSError as err:
        raise InputError(f"{path} cannot be read: {err.strerror}") from err
    for remark in found.remarks:
        click.echo(f"{click.style('damaged', fg='red')}: {one_line(remark.path)}: {one_line(remark.what)}")
    verdict = "NOT whole" if found.remarks else "whole, and nothing unmasked in it"
    click.echo(
        f"{one_line(path)}: {counted(found.files, 'file')} of {counted(found.switches, 'device')}, {verdict}"
    )
    return Exit.FINDINGS if found.remarks else Exit.FINE
