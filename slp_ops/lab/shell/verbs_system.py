"""Configuring, saving, going back, and the reload."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slp_ops.lab import archive
from slp_ops.lab.shell.configure import configure
from slp_ops.lab.shell.requests import GoDown, Program, Say, ask_line, confirmed
from slp_ops.lab.shell.verbs import Verb

if TYPE_CHECKING:
    from slp_ops.lab.shell.grammar import Match
    from slp_ops.lab.shell.session import Session

_REPLACE = (
    "This will apply all necessary additions and deletions\n"
    "to replace the current running configuration with the\n"
    "contents of the specified configuration file, which is\n"
    "assumed to be a complete configuration, not a partial\n"
    "configuration. Enter Y if you are sure you want to proceed. ? [no]: "
)


def _configure(session: Session, match: Match) -> Program:
    yield from configure(session)


def _configure_guarded(session: Session, match: Match) -> Program:
    if session.switch.revert is not None:
        yield Say("%Rollback Confirmed Change: a timer is already pending\n\n")
        return
    said = archive.start_revert(session.switch, int(match.arguments[0]))
    yield Say(f"{said}\n")
    if not said.startswith("%"):
        yield from configure(session)


def _confirm(session: Session, match: Match) -> Program:
    yield from _said(archive.confirm(session.switch))


def _revert_now(session: Session, match: Match) -> Program:
    yield from _said(archive.revert_now(session.switch))


def _replace(session: Session, match: Match) -> Program:
    if "force" not in match.words:
        typed = yield from ask_line(_REPLACE)
        if not typed.text.lower().startswith("y"):
            return
    yield from _said(archive.replace(session.switch, match.arguments[0]))


def _archive(session: Session, match: Match) -> Program:
    if archive.save(session.switch) is None:
        yield Say("Archive path is not configured\n\n")


def _write(session: Session, match: Match) -> Program:
    yield Say("Building configuration...\n")
    session.switch.write_memory()
    yield Say("[OK]\n")


def _write_erase(session: Session, match: Match) -> Program:
    question = "Erasing the nvram filesystem will remove all configuration files! Continue? "
    if (yield from confirmed(question)):
        session.switch.write_erase()
        yield Say("[OK]\nErase of nvram: complete\n")


def _reload(session: Session, match: Match) -> Program:
    if session.switch.unsaved:
        yield Say("\n")
        while True:
            typed = yield from ask_line("System configuration has been modified. Save? [yes/no]: ")
            answer = typed.text.strip().lower()
            if answer and "yes".startswith(answer):
                yield from _write(session, match)
                break
            if answer and "no".startswith(answer):
                break
            yield Say("% Please answer 'yes' or 'no'.\n")
    if session.switch.stacked:
        yield Say("Reload command is being issued on Active unit, this will reload the whole stack\n")
    if (yield from confirmed("Proceed with reload? ")):
        reason = match.arguments[0] if match.arguments else "Reload Command"
        yield GoDown(session.switch.reload(reason))


def _clear_logging(session: Session, match: Match) -> Program:
    if (yield from confirmed("Clear logging buffer ")):
        session.switch.log.entries.clear()


def _said(text: str) -> Program:
    if text:
        yield Say(f"{text}\n")


VERBS = (
    Verb(phrase="configure terminal", run=_configure),
    Verb(phrase="configure terminal revert timer <number>", run=_configure_guarded),
    Verb(phrase="configure confirm", run=_confirm),
    Verb(phrase="configure revert now", run=_revert_now),
    Verb(phrase="configure replace <word>", run=_replace),
    Verb(phrase="configure replace <word> force", run=_replace),
    Verb(phrase="archive config", run=_archive),
    Verb(phrase="write", run=_write),
    Verb(phrase="write memory", run=_write),
    Verb(phrase="write erase", run=_write_erase),
    Verb(phrase="erase startup-config", run=_write_erase),
    Verb(phrase="reload", run=_reload),
    Verb(phrase="reload reason <line>", run=_reload),
    Verb(phrase="reload /noverify", run=_reload),
    Verb(phrase="clear logging", run=_clear_logging),
)
