"""``license smart ...`` and ``test license smart rum ...`` in exec mode."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slp_ops.lab import files, licence_exec
from slp_ops.lab.shell.requests import Program, Say
from slp_ops.lab.shell.verbs import Verb

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slp_ops.lab.shell.grammar import Match
    from slp_ops.lab.shell.session import Session


def _with_policy(session: Session) -> bool:
    """17.3.2 and later."""
    return session.switch.traits.slp


def _classic(session: Session) -> bool:
    """Up to 17.3.1."""
    return not session.switch.traits.slp


def _internal(session: Session) -> bool:
    """The hidden test commands need ``service internal``."""
    return session.switch.traits.slp and session.switch.config.has("service internal")


def _trust(session: Session, match: Match) -> Program:
    token, scope = match.arguments[0], match.words[5]
    yield from _said(session.switch.trust_idtoken(token, scope, force=match.words[-1] == "force"))


def _sync(session: Session, match: Match) -> Program:
    yield from _said(session.switch.sync(match.words[-1]))


def _save_usage(session: Session, match: Match) -> Program:
    argument = match.arguments[0] if len(match.arguments) > 1 else ""
    yield from _said(session.switch.save_usage(match.words[4], argument, match.arguments[-1]))


def _save_trust(session: Session, match: Match) -> Program:
    yield from _said(files.save_trust_request(session.switch, match.arguments[0]))


def _import(session: Session, match: Match) -> Program:
    yield from _said(session.switch.import_file(match.arguments[0]))


def _authorize(session: Session, match: Match) -> Program:
    yield from _said(licence_exec.authorization_request(session.switch, match.arguments[0], match.words[-1]))


def _unauthorize(session: Session, match: Match) -> Program:
    yield from _said(licence_exec.authorization_return(session.switch))


def _factory_reset(session: Session, match: Match) -> Program:
    yield from _said(session.switch.factory_reset())


def _clear(session: Session, match: Match) -> Program:
    yield from _said(licence_exec.clear_eventlog(session.switch))


def _register(session: Session, match: Match) -> Program:
    yield from _said(licence_exec.register(session.switch))


def _id_list(session: Session, match: Match) -> Iterable[str]:
    return (licence_exec.rum_id_list(session.switch) or "").split("\n")


def _show_report(session: Session, match: Match) -> Iterable[str]:
    return (licence_exec.rum_show(session.switch, match.arguments[0]) or "").split("\n")


def _said(text: str) -> Program:
    if text:
        yield Say(f"{text}\n")


VERBS = (
    *(
        Verb(phrase=f"license smart trust idtoken <word> {scope}{force}", run=_trust, exists=_with_policy)
        for scope in ("local", "all")
        for force in ("", " force")
    ),
    Verb(phrase="license smart sync all", run=_sync, exists=_with_policy),
    Verb(phrase="license smart sync local", run=_sync, exists=_with_policy),
    *(
        Verb(phrase=f"license smart save usage {which} file <word>", run=_save_usage, exists=_with_policy)
        for which in ("all", "unreported", "days <number>", "rum-id <number>")
    ),
    Verb(phrase="license smart save trust-request <word>", run=_save_trust, exists=_with_policy),
    Verb(phrase="license smart import <word>", run=_import, exists=_with_policy),
    *(
        Verb(
            phrase=f"license smart authorization request {how} <word> {scope}",
            run=_authorize,
            exists=_with_policy,
        )
        for how in ("add", "replace")
        for scope in ("local", "all")
    ),
    *(
        Verb(
            phrase=f"license smart authorization return {scope} {way}",
            run=_unauthorize,
            exists=_with_policy,
        )
        for scope in ("local", "all")
        for way in ("online", "offline", "offline <word>")
    ),
    Verb(phrase="license smart factory reset", run=_factory_reset, exists=_with_policy),
    Verb(phrase="license smart clear eventlog", run=_clear),
    Verb(phrase="license smart register idtoken <word>", run=_register, exists=_classic),
    Verb(phrase="license smart register idtoken <word> force", run=_register, exists=_classic),
    Verb(phrase="test license smart rum id-list", lines=_id_list, exists=_internal),
    Verb(phrase="test license smart rum show <number>", lines=_show_report, exists=_internal),
)
