"""``slp-ops bundle``: what support asks for when a case is opened."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from slp_ops.cli.completion import complete_device, complete_run
from slp_ops.cli.exits import Result
from slp_ops.cli.options import NamedPath, SelectingVerbOption, VerbOption, lang_option, runs_dir_option
from slp_ops.cli.prompts import ask
from slp_ops.cli.rule_options import with_audit_options
from slp_ops.cli.verbosity import status
from slp_ops.errors import InputError
from slp_ops.i18n import Text, pluralize
from slp_ops.messages import translate
from slp_ops.regular_files import open_regular
from slp_ops.report.case_answers import QUESTIONS, SOURCES, CaseAnswers, read_answers
from slp_ops.sanitize import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from slp_ops.app.audit_device import AuditOptions
    from slp_ops.app.operator import Operator
    from slp_ops.i18n import Lang

_DAMAGED: Final = Text("damaged or unsafe to share", "破損または共有に適さない内容あり")
_WHOLE: Final = Text("complete, no unmasked secret found", "完全、マスク漏れは検出されませんでした")
_NOT_STATED: Final = Text("Enter: not stated", "Enter: 記載なし")
_CHECKED: Final = Text(
    "{path}: {files:file} of {switches:device}, {verdict}",
    "{path}: {switches} 台分 {files} ファイル、{verdict}",
)
_SEARCHED: Final = Text(
    "searched for secrets: {files:file}, {size} bytes; by {methods}",
    "秘密情報の検査: {files} ファイル、{size} バイト。方法: {methods}",
)


def _questions(command: Callable[..., Any]) -> Callable[..., Any]:
    for name, words in reversed(QUESTIONS.items()):
        command = click.option(
            f"--{name.replace('_', '-')}",
            name,
            metavar="TEXT",
            envvar=f"SLP_OPS_{name.upper()}",
            show_envvar=True,
            help=words.en,
        )(command)
    return command


def _sources(command: Callable[..., Any]) -> Callable[..., Any]:
    for name, words in reversed(SOURCES.items()):
        command = click.option(
            f"--{name.replace('_', '-')}",
            name,
            metavar="RUN|PATH",
            envvar=f"SLP_OPS_{name.upper()}",
            show_envvar=True,
            shell_complete=complete_run,
            help=words.en,
        )(command)
    return command


@click.command(name="bundle")
@click.argument("ref", shell_complete=complete_run, metavar="[RUN]", default="last")
@click.option(
    "--device",
    "devices",
    cls=SelectingVerbOption,
    multiple=True,
    metavar="NAME",
    envvar="SLP_OPS_BUNDLE_DEVICE",
    shell_complete=complete_device,
    help="Only this device; repeatable.",
)
@click.option(
    "-o",
    "--output",
    type=NamedPath(dir_okay=False),
    metavar="FILE.zip",
    envvar="SLP_OPS_BUNDLE",
    help="File to write.",
)
@_sources
@_questions
@click.option(
    "--answers",
    "answers_file",
    cls=VerbOption,
    type=NamedPath(path_type=Path, dir_okay=False),
    metavar="FILE",
    envvar="SLP_OPS_BUNDLE_ANSWERS",
    help="YAML file with these answers; an option overrides it.",
)
@click.option("--case", metavar="NUMBER", envvar="SLP_OPS_CASE", help="Case number, if any.")
@click.option("--ask/--no-ask", default=None, help="Ask for missing answers. [default: on a terminal]")
@click.option("--check", "checked", metavar="FILE.zip", help="Check a bundle instead of making one.")
@runs_dir_option
@with_audit_options
@lang_option
def command(
    *,
    ref: str,
    devices: tuple[str, ...],
    output: str | None,
    answers_file: Path | None,
    ask: bool | None,
    checked: str | None,
    runs_dir: Path,
    audit_options: AuditOptions,
    lang: Lang,
    **told: str | None,
) -> None:
    """Put what a support case needs of RUN into one zip; secrets are masked, and counted.

    RUN is a run's id, its folder, a unique beginning of either, or 'last'. With --check: exit code 3 when
    the bundle is not what was written, or contains something that should have been masked.
    """
    if checked is not None:
        raise click.exceptions.Exit(_check(checked, lang).code)
    if output is None:
        raise click.UsageError("name the file to write: -o FILE.zip")
    from slp_ops.app.bundle import BundleRequest, gather_bundle
    from slp_ops.app.operator import NonInteractive
    from slp_ops.cli.terminal import TerminalOperator
    from slp_ops.cli.writing import replace_file
    from slp_ops.report.bundle import write_bundle
    from slp_ops.report.fleet import report_view

    operator = TerminalOperator()
    read = {} if answers_file is None else read_answers(answers_file)
    given = {name: text if text is not None else read.get(name) for name, text in told.items()}
    request = BundleRequest(runs_dir=runs_dir, reference=ref, devices=devices, audit_options=audit_options)
    if sys.stdin.isatty() if ask is None else ask:
        gather_bundle(request, NonInteractive())  # what is wrong with it appears before the first question
        given |= _ask_missing(given, runs_dir, operator, lang)
    error_time, normal = given.pop("error_time"), given.pop("normal")
    evidence = gather_bundle(replace(request, error_time=error_time, normal=normal), operator)
    answers = CaseAnswers(**given)
    view = report_view(evidence.judged, generated=datetime.now(UTC))
    with replace_file(output) as file:
        masked = write_bundle(file, view, evidence, answers=answers, lang=lang)
    place, count = one_line(str(Path(output))), sum(masked.values())
    status(f"wrote {place}: {pluralize(len(evidence.names), 'device')}, {pluralize(count, 'secret')} masked")
    status("fill in CHECKLIST.txt in it: these items cannot be collected")


def _ask_missing(
    given: Mapping[str, str | None], runs_dir: Path, operator: Operator, lang: Lang
) -> dict[str, str | None]:
    """Ask for each missing answer; an empty one is not stated. Repeat the question after a wrong path."""
    from slp_ops.app.bundle import check_source

    def source(reference: str) -> str:
        if reference:
            try:
                check_source(runs_dir, reference, operator)
            except InputError as err:
                raise click.UsageError(str(err)) from err
        return reference

    def answer(name: str, words: Text) -> str | None:
        question = f"{words.render(lang).rstrip('.')} ({_NOT_STATED.render(lang)})"
        return ask(question, source if name in SOURCES else str) or None

    questions = {**SOURCES, **QUESTIONS}
    return {
        name: answer(name, questions[name]) for name, text in given.items() if name in questions and not text
    }


def _check(path: str, lang: Lang) -> Result:
    from slp_ops.cli.writing import print_result
    from slp_ops.report.bundle_check import METHODS, check

    try:
        with os.fdopen(open_regular(path), "rb") as file:
            found = check(file)
    except OSError as err:
        raise InputError(f"{path} cannot be read: {err.strerror}") from err
    for remark in found.remarks:
        what = one_line(translate(remark.what, lang))
        print_result(
            f"{click.style(translate('damaged', lang), fg='red')}: {one_line(remark.path or path)}: {what}"
        )
    verdict = _DAMAGED if found.remarks else _WHOLE
    checked = _CHECKED.format(
        path=one_line(path), files=found.files, switches=found.switches, verdict=verdict
    )
    print_result(checked.render(lang))
    methods = ", ".join(translate(method, lang) for method in METHODS)
    searched = _SEARCHED.format(files=found.searched, size=f"{found.bytes:,}", methods=methods)
    print_result(searched.render(lang))
    return Result.DAMAGED if found.remarks else Result.DONE
