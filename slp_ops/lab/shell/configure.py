"""Configuration mode: its submodes, its refusals, and the lines with side effects."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from slp_ops.lab import trustpool
from slp_ops.lab.config_grammar import in_print, mode_phrases, opened_by
from slp_ops.lab.journal import Mode
from slp_ops.lab.shell.execute import execute
from slp_ops.lab.shell.faulty import carried_out
from slp_ops.lab.shell.grammar import Grammar, Invalid, Match, Refusal, Unknown
from slp_ops.lab.shell.refuse import invalid, sentence
from slp_ops.lab.shell.requests import AskLine, Ended, Program, Say, Typed, ask_line, paused

if TYPE_CHECKING:
    from collections.abc import Generator

    from slp_ops.lab.shell.requests import Answer, Request
    from slp_ops.lab.shell.session import Session

_GLOBAL: Final = "config"
_EVERYWHERE: Final = ("end", "exit", "do <line>")
# Numbers that IOS refuses beyond these bounds.
_BOUNDS: Final = {"license smart usage interval <number>": (1, 365)}


def configure(session: Session) -> Program:
    """Run configuration mode, from ``configure terminal`` to the prompt of exec mode."""
    yield Say("Enter configuration commands, one per line.  End with CNTL/Z.\n")
    session.modes = [(_GLOBAL, "")]
    while session.modes:
        typed = yield AskLine(session.prompt, Mode.CONFIG)
        assert isinstance(typed, Typed)  # noqa: S101 - the terminal's contract
        if typed.text.strip() and not typed.text.lstrip().startswith("!"):
            yield from _line(session, typed.text)
        if typed.ended is not Ended.ENTER:
            session.modes = []
    session.switch.configured()


def _line(session: Session, line: str) -> Program:
    taken, depth = _understood(session, line)
    if not isinstance(taken, Match):
        yield Say(_refused(session, taken, line))
        return
    negated, match = _negation(line), taken
    match match.words:
        case ("end",):
            session.modes = []
        case ("exit",) | ("exit-address-family",):
            session.modes.pop()
        case ("do", rest):
            yield from execute(session, rest, before=line.index(rest))
        case _:
            yield from _apply(session, line, match, negated, depth)


def _apply(session: Session, line: str, match: Match, negated: str, depth: int) -> Program:
    switch = session.switch
    text = in_print(match.phrase, match.words)
    if switch.denies(f"{negated}{text}"):
        yield Say(f"{switch.access.refusal}\n\n")
        return
    bounds = _BOUNDS.get(match.phrase)
    if bounds is not None and not negated and not bounds[0] <= int(match.arguments[0]) <= bounds[1]:
        yield Say(invalid(session, line.rindex(match.arguments[0])))
        return
    # A line of an outer mode leaves the inner modes first.
    del session.modes[depth:]
    yield from carried_out(session, f"{negated}{text}", _take(session, match, negated, text))


def _take(session: Session, match: Match, negated: str, text: str) -> Program:
    if match.words[:3] == ("crypto", "pki", "trustpool"):
        yield from _trustpool(session, match)
        return
    if match.words[0] == "banner" and not negated:
        text = yield from _banner(text)
    session.switch.configure(f"{negated}{text}", session.under, user=session.username)
    opened = opened_by(session.mode, match.phrase)
    if opened is not None and not negated:
        session.modes.append((opened, text))


def _understood(session: Session, line: str) -> tuple[Match | Refusal, int]:
    """Parse a line in its mode, else in the enclosing modes, innermost first."""
    refusals: list[Refusal] = []
    for depth in range(len(session.modes), 0, -1):
        prompt = session.modes[depth - 1][0]
        parsed = _parse(session, prompt, line)
        if isinstance(parsed, Match):
            return parsed, depth
        refusals.append(parsed)
    # The caret marks the furthest position that parsed.
    return max(refusals, key=_reach), 0


def _reach(refusal: Refusal) -> int:
    return refusal.column if isinstance(refusal, Invalid | Unknown) else 1000


def _parse(session: Session, prompt: str, line: str) -> Match | Refusal:
    negation = _negation(line)
    phrases = mode_phrases(session.switch, prompt, negated=bool(negation))
    known = session.switch.config.section(*(header for _, header in session.modes[1:]))
    if negation:
        at = line.index(negation.strip()) + len(negation)
        parsed = _negative(phrases).parse(line[at:])
        if isinstance(parsed, Invalid):
            return Invalid(parsed.column + at)
        if isinstance(parsed, Unknown):
            return Invalid(parsed.column + at)
        return parsed if parsed is not None else Invalid(at)
    parsed = _positive(phrases).parse(line)
    if isinstance(parsed, Match):
        return parsed
    if line.strip() in known:
        # Every printed line is accepted again.
        words = tuple(line.split())
        return Match(phrase=line.strip(), words=words, arguments=())
    assert parsed is not None  # noqa: S101 - blank lines do not come here
    return parsed


def _negation(line: str) -> str:
    first = line.split(maxsplit=1)[0]
    return f"{first} " if first in ("no", "default") else ""


@lru_cache(maxsize=64)
def _positive(phrases: tuple[str, ...]) -> Grammar:
    return Grammar((*_EVERYWHERE, *phrases))


@lru_cache(maxsize=64)
def _negative(phrases: tuple[str, ...]) -> Grammar:
    """Return the phrases after ``no``: their arguments are optional."""
    grammar = Grammar()
    for phrase in phrases:
        words = phrase.split()
        for number, word in enumerate(words):
            if word.startswith("<") and number:
                grammar.add(" ".join(words[:number]))
        grammar.add(phrase)
    return grammar


def _refused(session: Session, refusal: Refusal, line: str) -> str:
    return sentence(session, refusal, line)


def _trustpool(session: Session, match: Match) -> Program:
    match match.words[3:]:
        case ("import", "url", url):
            yield from paused(2)
            yield Say(f"{trustpool.import_url(session.switch, url)}\n")
        case ("import", "terminal"):
            yield Say(
                "% Enter PEM-formatted CA certificate.\n"
                '% End with a blank line or "quit" on a line by itself.\n'
            )
            pasted: list[str] = []
            while True:
                typed = yield from ask_line("")
                if not typed.text.strip() or typed.text.strip() == "quit":
                    break
                pasted.append(typed.text)
            yield Say(f"{trustpool.import_pem(session.switch, chr(10).join(pasted))}\n")
        case _:
            trustpool.clean(session.switch)


def _banner(text: str) -> Generator[Request, Answer, str]:
    """Read a banner: lines until the delimiter occurs again; stored as IOS prints it."""
    _, kind, rest = text.split(maxsplit=2)
    mark = "^C" if rest.startswith("^C") else rest[0]
    body = rest.removeprefix(mark)
    if mark not in body:
        yield Say(f"Enter TEXT message.  End with the character '{mark}'.\n")
    while mark not in body:
        typed = yield from ask_line("", Mode.CONFIG)
        body = f"{body}\n{typed.text}"
    return f"banner {kind} ^C{body.partition(mark)[0]}^C"
