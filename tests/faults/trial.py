"""One trial: a verb, a transport, and one fault or signal at one moment; then the invariants.

    python -m tests.faults.trial SEED...     repeats trials and prints what each of them did

The same seed gives the same trial. Seeds below ``PATIENT`` leave out what waits for minutes: a session that
stalls while a switch is being changed.
"""

from __future__ import annotations

import io
import itertools
import json
import random
import re
import shlex
import sys
import tarfile
import tempfile
import threading
import traceback
from collections import defaultdict
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tests.faults.bench import Bench, Ended
from tests.faults.proxies import Fault, Kind, Stage
from tests.faults.signals import NAMES, STARTED, Signals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

PATIENT: Final = 1000
TRANSPORTS: Final = ("netmiko", "asyncssh")


def in_turn(*columns: Iterable[Any]) -> list[tuple[Any, ...]]:
    """Return each combination of the values, with one of the transports behind it.

    With two columns and more, each value meets both transports. It suffices where a transport has little to
    do with what is tested.
    """
    numbered = itertools.product(*(enumerate(column) for column in columns))
    return [
        (*(value for _, value in row), TRANSPORTS[sum(number for number, _ in row) % 2]) for row in numbered
    ]


# Longer than a busy machine keeps a process waiting.
QUICK: Final = ("--connect-timeout", "6")
READ: Final = (*QUICK, "--command-timeout", "6", "--login-timeout", "20")
# An operator does not wait longer for one switch that went wrong.
BOUND: Final = 120.0
BOUND_OF_CHANGES: Final = 400.0
# Codes of a change that succeeded; 3 where findings remain.
APPLIED: Final = (0, 3)
# Commands that must not be sent twice, whatever happens.
ONE_WAY: Final = (
    "license smart factory reset",
    "reload",
    "license smart trust idtoken",
    "license smart import",
)
_REPORT: Final = re.compile(rb"<RUMReport>\s*<!\[CDATA\[(.*?)\]\]>\s*</RUMReport>", re.DOTALL)
_SICK, _SOUND = "sw1", "sw2"


def acknowledged(usage: bytes) -> bytes:
    """CSSM's answer to a usage file, as the lab understands it."""
    payloads = [json.loads(json.loads(body)["payload"]) for body in _REPORT.findall(usage)]
    identity = [payload["asset_identification"] for payload in payloads]
    said = {
        "sudi": identity[0]["instance"]["sudi"],
        "report_ids": [each["report_id"] for each in identity],
        "status": "ACKED",
    }
    return f"<smartLicense><RUMACK><![CDATA[{json.dumps(said)}]]></RUMACK></smartLicense>\n".encode()


# -- the verbs


@dataclass(frozen=True, kw_only=True)
class Verb:
    """A verb as an operator calls it.

    ``prepare`` is done undisturbed and returns further arguments. ``conclusions`` reads from what was printed
    what the operator would act upon; keys are compared one by one.
    """

    name: str
    scenarios: Mapping[str, str]
    arguments: tuple[str, ...]
    scale: float = 1.0
    defaults: Mapping[str, Any] = field(default_factory=dict)
    prepare: Callable[[Bench], tuple[str, ...]] = lambda bench: ()
    changes: bool = False
    conclusions: Callable[[Ended], dict[str, Any]] = lambda ended: {}
    unknown: frozenset[Any] = frozenset({"unknown", None})
    rounds: int = 0
    moments: tuple[str, ...] = ()  # lines that matter; half of the trials aim at one of them
    finished: Callable[[Bench, list[str]], list[str]] = lambda bench, before: []


def _audit(ended: Ended) -> dict[str, Any]:
    return {f"{each['device']} {each['rule']}": each["verdict"] for each in ended.json["outcomes"]}


def _reach(ended: Ended) -> dict[str, Any]:
    return {
        each["name"]: f"blocked at {each['blocked_at']}" if each["verdict"] == "blocked" else each["verdict"]
        for each in ended.json["devices"]
    }


def _versions(ended: Ended) -> dict[str, Any]:
    return {
        f"{each['device']} {advisory['id']}": advisory["verdict"]
        for each in ended.json.get("releases", ())
        for advisory in each.get("advisories", ())
    }


def _plans(ended: Ended) -> dict[str, Any]:
    return {
        each["name"]: json.dumps([action["steps"] for action in each["actions"]])
        for each in ended.json.get("devices", ())
    }


def _news(ended: Ended) -> dict[str, Any]:
    """Return the changes that watch reports; undisturbed there is none."""
    lines = [json.loads(line) for line in ended.out.splitlines() if line.startswith("{")]
    return {
        f"{each.get('what')} {each.get('rule')}": "reported"
        for each in lines
        if each.get("what") in ("new", "gone")
    }


def _config_is(wanted: Iterable[str]) -> Callable[[Bench, list[str]], list[str]]:
    def check(bench: Bench, before: list[str]) -> list[str]:
        config = bench.config(_SICK)
        return [f"not in the configuration: {line}" for line in wanted if line not in config]

    return check


def _rolled_back(bench: Bench, before: list[str]) -> list[str]:
    config = bench.config(_SICK)
    return [] if "ip name-server 10.10.0.53" not in config else ["the name server is still configured"]


def _saved_identical(bench: Bench, before: list[str]) -> list[str]:
    flash = bench.do(lambda: dict(bench.rack[_SICK].host.switch.flash)).values()
    paths = [path for path in bench.folder.glob("runs/*/upload/*") if path.suffix in (".txt", ".gz")]
    saved = [
        (f"{path} {name}", data)
        for path in paths
        if path.name != "UPLOAD.txt"
        for name, data in _usage_files(path.name, path.read_bytes())
    ]
    wrong = [name for name, data in saved if data not in flash]
    return [f"not what is on flash: {name}" for name in wrong] + ([] if saved else ["no file was saved"])


def _usage_files(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield the usage files in a file, which may be a bundle."""
    if not name.endswith(".tar.gz"):
        yield name, data
        return
    with tarfile.open(fileobj=io.BytesIO(data)) as bundle:
        for member in bundle:
            part = bundle.extractfile(member)
            assert part is not None, member.name
            if member.name != "manifest.mf":
                yield from _usage_files(member.name, part.read())


NAME_SERVER: Final = ("--playbook", "name-server", "--yes", "--wait", "20")
FACTORY_RESET: Final = (
    "--playbook", "factory-reset", "--yes", "--wait", "30", "--manual-done",
    "--allow", "destructive", "--confirm", _SICK,
)  # fmt: skip
_SERVERS: Final = {"params": {"name_servers": "10.10.0.53"}}


def _applied(bench: Bench) -> tuple[str, ...]:
    done = bench.run("remediate", "-i", "inventory.yaml", *NAME_SERVER)
    assert done.code == 0, done.text
    return ("--rollback", str(bench.journals()[-1]))


def _interrupted(bench: Bench) -> tuple[str, ...]:
    signals = Signals(name="KILL", lines=1, line="license smart factory reset")
    done = bench.run("remediate", "-i", "inventory.yaml", *FACTORY_RESET, signals=signals)
    assert done.code == -9, done.text
    # The switch received the command: the operator knows it.
    return ("--resume", str(bench.journals()[-1]), "--settle", f"{_SICK}=done")


def _acknowledgements(bench: Bench) -> tuple[str, ...]:
    bench.do(lambda: bench.rack[_SICK].host.switch.configure("ip scp server enable"))
    done = bench.run("usage", "save", "-i", "inventory.yaml", "--yes", "--json", "--to", "out")
    assert done.code == 0, done.text
    (bench.folder / "acks").mkdir()
    for file in done.json["files"]:
        path = bench.folder / "acks" / f"ACK_{file['host']}.txt"
        path.write_bytes(acknowledged(Path(file["path"]).read_bytes()))
    return ()


def _over_the_terminal(bench: Bench) -> tuple[str, ...]:
    return ()


def _by_scp(bench: Bench) -> tuple[str, ...]:
    bench.do(lambda: bench.rack[_SICK].host.switch.configure("ip scp server enable"))
    return ()


VERBS: Final = (
    Verb(
        name="collect",
        scenarios={_SICK: "polling-id-invalid", _SOUND: "healthy"},
        arguments=("collect", "--set", "support", "--json", *READ),
    ),
    Verb(
        name="audit",
        scenarios={_SICK: "polling-id-invalid", _SOUND: "dns-failure"},
        arguments=("audit", "--json", *READ),
        conclusions=_audit,
        moments=("show license tech support", "show license all", "show logging"),
    ),
    Verb(
        name="check-reachability",
        scenarios={_SICK: "healthy", _SOUND: "dns-failure"},
        scale=20.0,
        arguments=("check-reachability", "--json", *READ),
        conclusions=_reach,
        unknown=frozenset({"cannot_tell", "unknown", None}),
        moments=("telnet", "show sessions", "disconnect"),
    ),
    Verb(
        name="check-version",
        scenarios={_SICK: "polling-id-invalid", _SOUND: "healthy"},
        arguments=("check-version", "--json", *QUICK),
        conclusions=_versions,
    ),
    Verb(
        name="remediate dry-run",
        scenarios={_SICK: "name-server-missing"},
        arguments=("remediate", "--playbook", "name-server", "--dry-run", "--json", *QUICK),
        defaults=_SERVERS,
        conclusions=_plans,
    ),
    Verb(
        name="remediate name-server",
        scenarios={_SICK: "name-server-missing"},
        arguments=("remediate", *NAME_SERVER, *QUICK),
        defaults=_SERVERS,
        scale=900.0,
        changes=True,
        finished=_config_is(["ip name-server 10.10.0.53"]),
        moments=("configure terminal", "ip name-server", "end", "write memory"),
    ),
    Verb(
        name="remediate factory-reset",
        scenarios={_SICK: "polling-id-invalid"},
        arguments=("remediate", *FACTORY_RESET, *QUICK),
        scale=900.0,
        changes=True,
        moments=(
            "license smart save",
            "license smart factory reset",
            "reload",
            "license smart trust",
            "license smart sync",
            "write memory",
        ),
    ),
    Verb(
        name="remediate resume",
        scenarios={_SICK: "polling-id-invalid"},
        arguments=("remediate", "--wait", "30", "--manual-done", *QUICK),
        prepare=_interrupted,
        scale=900.0,
        changes=True,
        moments=("show version", "reload", "license smart trust", "license smart sync"),
    ),
    Verb(
        name="remediate rollback",
        scenarios={_SICK: "name-server-missing"},
        arguments=("remediate", "--yes", "--wait", "20", *QUICK),
        defaults=_SERVERS,
        prepare=_applied,
        scale=900.0,
        changes=True,
        finished=_rolled_back,
        moments=("configure terminal", "no ip name-server", "end", "write memory"),
    ),
    Verb(
        name="usage save",
        scenarios={_SICK: "offline-overdue"},
        arguments=("usage", "save", "--yes", "--wait", "20", *QUICK),
        prepare=_over_the_terminal,
        scale=600.0,
        changes=True,
        finished=_saved_identical,
        moments=("license smart save", "dir", "verify", "more"),
    ),
    Verb(
        name="usage save scp",
        scenarios={_SICK: "offline-overdue"},
        arguments=("usage", "save", "--yes", "--wait", "20", *QUICK),
        prepare=_by_scp,
        scale=600.0,
        changes=True,
        finished=_saved_identical,
        moments=("license smart save", "dir", "verify"),
    ),
    Verb(
        name="usage import",
        scenarios={_SICK: "offline-overdue"},
        arguments=("usage", "import", "acks", "--yes", "--wait", "30", *QUICK),
        prepare=_acknowledgements,
        scale=600.0,
        changes=True,
        moments=("license smart import", "verify", "dir"),
    ),
    Verb(
        name="watch",
        scenarios={_SICK: "polling-id-invalid", _SOUND: "dns-failure"},
        arguments=("watch", "--every", "1s", "--json", *READ),
        conclusions=_news,
        rounds=4,
        moments=("show license tech support", "show license all", "show logging"),
    ),
)


# -- the trial


@dataclass(frozen=True, kw_only=True)
class Undisturbed:
    """Result of a verb without a fault."""

    code: int
    conclusions: Mapping[str, Any]
    lines: int
    one_way: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One trial, made from its seed."""

    seed: int
    verb: Verb
    transport: str
    fault: Fault | None = None
    signals: Signals | None = None
    place: float = 0.0  # of all the lines that the switch receives, where no line is aimed at

    def at(self, lines: int) -> Trial:
        """The trial where the switch receives so many lines undisturbed."""
        skip = int(self.place * lines)
        if self.fault is not None and self.fault.stage is Stage.LINE:
            return replace(self, fault=replace(self.fault, skip=skip))
        if self.signals is not None and self.signals.lines is not None:
            return replace(self, signals=replace(self.signals, lines=skip + 1))
        return self

    @classmethod
    def of(cls, seed: int) -> Trial:
        """The trial of this seed: verbs and transports in turn, everything else at random."""
        draw = random.Random(seed)  # noqa: S311 - no secret
        verb = VERBS[seed % len(VERBS)]
        transport = TRANSPORTS[(seed // len(VERBS)) % 2]
        aimed = draw.choice(verb.moments) if verb.moments and draw.random() < 0.5 else ""
        place = 0.0 if aimed else draw.random()
        if draw.random() < 0.3:
            name = draw.choice(NAMES)
            if draw.random() < 0.4:
                when = Signals(name=name, seconds=draw.uniform(STARTED, 0.6))
            else:
                when = Signals(name=name, lines=1, line=aimed, times=draw.choice((1, 1, 1, 2)))
            return cls(seed=seed, verb=verb, transport=transport, signals=when, place=place)
        kinds = [Kind.CUT, Kind.RESET, Kind.CUT, Kind.RESET, Kind.DELAY, Kind.SLOW]
        if seed >= PATIENT or not (verb.changes or "dry-run" in verb.name or verb.name == "check-version"):
            kinds += [Kind.STALL, Kind.HALF_OPEN]
        stages = [Stage.LINE] * 7 + [Stage.BYTES_DOWN, Stage.BYTES_UP]
        stages += [Stage.ACCEPT, Stage.IDENTIFIED, Stage.KEY_EXCHANGE, Stage.LOGIN, Stage.PROMPT]
        kind = draw.choice(kinds)
        if seed < PATIENT and kind in (Kind.STALL, Kind.HALF_OPEN):
            stages = [Stage.LINE]
        stage = draw.choice(stages)
        count = 0
        if stage is Stage.LINE:
            count = draw.choice((0, 0, draw.randint(1, 400), draw.randint(400, 30_000)))
        elif stage in (Stage.BYTES_DOWN, Stage.BYTES_UP):
            count = draw.randint(1, 60_000 if stage is Stage.BYTES_DOWN else 5_000)
        return cls(
            seed=seed,
            verb=verb,
            transport=transport,
            place=place,
            fault=Fault(
                kind=kind,
                stage=stage,
                line=aimed if stage is Stage.LINE else "",
                count=count,
                times=1 if verb.changes else draw.choice((1, 1, 2, None)),
            ),
        )

    @property
    def disturbance(self) -> str:
        """Return the fault or the signal as text."""
        return str(self.fault or self.signals)

    @property
    def kind(self) -> str:
        """The kind of fault, or the signal."""
        return str(self.fault.kind) if self.fault else f"SIG{self.signals.name}" if self.signals else "none"

    @property
    def command(self) -> str:
        """Return the command that repeats the trial."""
        return f"{Path(sys.executable).name} -m tests.faults.trial {self.seed}"


@dataclass(kw_only=True)
class Outcome:
    """Result of a trial. ``broken`` are the violated invariants."""

    trial: Trial
    result: str = "not run"
    broken: list[str] = field(default_factory=list)
    calls: list[Ended] = field(default_factory=list)

    def __str__(self) -> str:
        trial = self.trial
        lines = [
            f"seed {trial.seed}: {trial.verb.name}, {trial.transport}, {trial.disturbance}: {self.result}"
        ]
        lines += [f"  broken: {each}" for each in self.broken]
        if self.broken:
            lines.append(f"  repeat it with: {trial.command}")
            for call in self.calls:
                lines.append(
                    f"  $ slp-ops {shlex.join(call.arguments)}   -> {call.code}, {call.seconds:.1f} s"
                )
                lines += [f"    {line}" for line in call.err.splitlines()[-6:]]
        return "\n".join(lines)


def undisturbed(verb: Verb, transport: str) -> Undisturbed:
    """Return the result of the verb without a fault; run once in each process."""
    with _locks[verb.name, transport]:
        return _undisturbed(verb.name, transport)


_locks: defaultdict[tuple[str, str], threading.Lock] = defaultdict(threading.Lock)


@cache
def _undisturbed(name: str, transport: str) -> Undisturbed:
    verb = next(each for each in VERBS if each.name == name)
    with (
        tempfile.TemporaryDirectory(prefix="slp-ops-faults-") as folder,
        _bench(verb, transport, folder) as bench,
    ):
        more = verb.prepare(bench)
        before = bench.lines_received(_SICK)
        done = _call(verb, bench, more, signals=_rounds_over(verb))
        assert not done.hung, done.text
        return Undisturbed(
            code=done.code,
            conclusions=verb.conclusions(done),
            lines=bench.lines_received(_SICK) - before,
            one_way={each: _times_applied(bench, each) for each in ONE_WAY},
        )


def run(trial: Trial) -> Outcome:
    """Carry a trial out and check the invariants."""
    outcome = Outcome(trial=trial)
    try:
        expected = undisturbed(trial.verb, trial.transport)
        trial = outcome.trial = trial.at(expected.lines)
        with (
            tempfile.TemporaryDirectory(prefix="slp-ops-faults-") as folder,
            _bench(trial.verb, trial.transport, folder) as bench,
        ):
            _Running(trial, bench, expected, outcome).go()
    except Exception:  # noqa: BLE001 - a defect of the harness must name its seed as well
        outcome.broken.append(f"the trial itself failed: {traceback.format_exc()}")
    return outcome


def _bench(verb: Verb, transport: str, folder: str) -> Bench:
    return Bench(
        Path(folder),
        verb.scenarios,
        scale=verb.scale,
        transport=transport,
        defaults=verb.defaults,
        proxied=frozenset({_SICK}),
    )


def _call(
    verb: Verb, bench: Bench, more: tuple[str, ...], *, signals: Signals | None = None, within: float = 400.0
) -> Ended:
    at = 2 if verb.arguments[0] == "usage" else 1
    words = (*verb.arguments[:at], "-i", "inventory.yaml", *more, *verb.arguments[at:])
    return bench.run(*words, signals=signals, within=within)


def _rounds_over(verb: Verb) -> Signals | None:
    """Ctrl-C after so many rounds of watch."""
    return Signals(name="INT", text="next round in", occurrence=verb.rounds) if verb.rounds else None


def _times_applied(bench: Bench, line: str) -> int:
    """Return the number of times that a command took effect; a reload does so after its confirmation only."""
    if line == "reload":
        return bench.reloads[_SICK]
    return sum(1 for each in bench.changing_lines(_SICK) if each.startswith(line))


class _Running:
    """One trial while it is carried out."""

    def __init__(self, trial: Trial, bench: Bench, expected: Undisturbed, outcome: Outcome) -> None:
        self.trial, self.bench, self.expected, self.outcome = trial, bench, expected, outcome
        self.verb = trial.verb
        self.more: tuple[str, ...] = ()
        self.journals = 0  # before the trial

    def broken(self, words: str) -> None:
        self.outcome.broken.append(words)

    def go(self) -> None:
        bench, trial = self.bench, self.trial
        self.more = self.verb.prepare(bench)
        prepared = len(bench.calls)
        self.journals = len(bench.journals())
        before = bench.config(_SICK)
        if trial.fault is not None:
            bench.arm(_SICK, trial.fault)
        bound = BOUND * max(1, self.verb.rounds // 2)
        bound = BOUND_OF_CHANGES if self.verb.changes or trial.seed >= PATIENT else bound
        signals = trial.signals or _rounds_over(self.verb)
        if trial.signals is not None and trial.signals.name == "STOP":
            trial.signals.then = _rounds_over(self.verb)
        ended = _call(self.verb, bench, self.more, signals=signals, within=bound)
        hit = bench.hits() > 0 or (trial.signals is not None and trial.signals.sent > 0)
        bench.arm(_SICK, None)
        self.outcome.result = _result(ended, hit)
        self.check_call(ended, bound)
        if not self.verb.changes:
            self.check_conclusions(ended)
            if bench.changing_lines(_SICK):
                self.broken(f"a reading verb sent {bench.changing_lines(_SICK)}")
            if not self.verb.rounds:
                self.follow_reading(ended)
        else:
            self.follow_change(ended)
            for line in self.verb.finished(bench, before):
                self.broken(line)
        for line in ONE_WAY:
            if _times_applied(bench, line) > self.expected.one_way[line]:
                self.broken(f"applied twice: {line!r} was applied {_times_applied(bench, line)} times")
        for path in bench.unfaithful():
            self.broken(f"capture is ok, but not what the switch sent: {path}")
        # What a killed process left behind is removed by the next run.
        if any(call.code == -9 for call in bench.calls):
            bench.run("collect", "-i", "inventory.yaml", "--limit", _SICK, *READ)
        for name in bench.left_behind():
            self.broken(f"left behind: {name}")
        self.outcome.calls = bench.calls[prepared:]

    def check_call(self, ended: Ended, bound: float) -> None:
        """Check what is true for every call."""
        if ended.hung:
            self.broken(f"did not end within {bound:g} s")
        for words in ("Traceback (most recent call last)", "never retrieved", "a defect of slp-ops"):
            if words in ended.err or words in ended.out:
                self.broken(f"printed {words!r}")
        signals = self.trial.signals
        if ended.code < 0 and not ended.hung and not (signals is not None and signals.name == "KILL"):
            self.broken(
                f"died of signal {-ended.code} without a word"
                if not ended.err
                else f"died of signal {-ended.code}"
            )
        if ended.code == 1:
            self.broken("exit code 1")
        if ended.code == 2:
            self.broken("exit code 2, which means a wrong option or file")
        if signals is None and ended.code == 130 and not self.verb.rounds:
            self.broken("exit code 130 without a signal")

    def check_conclusions(self, ended: Ended) -> None:
        """Nothing may be concluded from a fault."""
        if ended.code not in (0, 3, 4, 5) and not self.verb.rounds:
            return
        try:
            found = self.verb.conclusions(ended)
        except (ValueError, KeyError):
            self.broken(f"exit code {ended.code}, and the JSON on stdout cannot be read")
            return
        expected = self.expected.conclusions
        unsure = []
        for key, verdict in found.items():
            if verdict == expected.get(key):
                continue
            if verdict in self.verb.unknown:
                unsure.append(key)
            else:
                self.broken(f"conclusion changed: {key} is {verdict}, undisturbed {expected.get(key)}")
        lost = unsure or [key for key in expected if key not in found]
        if lost and ended.code in (0, 3):
            self.broken(
                f"exit code {ended.code} although not everything could be judged: {', '.join(lost[:4])}"
            )
        if self.trial.fault is not None:
            for key in unsure:
                if key.startswith(f"{_SOUND} "):
                    self.broken(f"a switch without a fault suffered: {key}")

    def follow_reading(self, ended: Ended) -> None:
        """The message leads to a command that completes."""
        if ended.code == self.expected.code:
            return
        if ended.code == 130:
            way_on = named(ended)
            if "the same command begins again" in ended.text or not self.bench.runs():
                pass  # it is called again below
            elif way_on is None:
                self.broken("interrupted, and the message names no command that continues")
            elif way_on[0] == "--resume":
                again = _call(self.verb, self.bench, way_on)
                if again.code != self.expected.code:
                    self.broken(f"what the message names ended with {again.code}: {shlex.join(way_on)}")
            else:
                again = self.bench.run(*way_on)
                if again.code not in (0, 3, 4):
                    self.broken(f"what the message names ended with {again.code}: {shlex.join(way_on)}")
        elif self.verb.name == "collect" and ended.code == 4:
            again = _call(self.verb, self.bench, ("--resume", "last"))
            if again.code != self.expected.code:
                self.broken(f"--resume last ended with {again.code}")
        again = _call(self.verb, self.bench, self.more)
        self.check_call(again, 400.0)
        if again.code != self.expected.code:
            self.broken(f"undisturbed once more it ended with {again.code} instead of {self.expected.code}")

    def follow_change(self, ended: Ended) -> None:
        """Follow the messages until the change is complete; a journal tells what is left."""
        for _ in range(4):
            if ended.code in APPLIED:
                return
            journals = self.bench.journals()
            open_ = [path for path in journals if _unfinished(path)]
            way_on = named(ended)
            if ended.code == 130 and self.is_done(journals, open_):
                self.broken("everything was done, and the exit code is 130 instead of the result's")
                return
            # A call that continues a journal, and sent nothing itself, is repeated as it was.
            is_named = way_on is not None or (
                "the same command begins again" in ended.text and "journal.jsonl" in " ".join(ended.arguments)
            )
            if not is_named and open_ and ended.code > 0 and _sent(open_[-1]):
                self.broken(f"exit code {ended.code} after something was sent, and no command is named")
            if way_on is None and ended.code < 0 and open_ and _sent(open_[-1]):
                # What an operator does: the same again. It has to name the journal that is open.
                ended = _call(self.verb, self.bench, _without_decision(self.more))
                way_on = named(ended)
                if way_on is None and "--resume" not in self.more:
                    self.broken(
                        f"an unfinished change was not named by the next call (exit code {ended.code})"
                    )
                    if ended.code in APPLIED:
                        return
            journal = way_on[1] if way_on is not None and way_on[0] == "--resume" else ""
            journal = journal or (str(open_[-1]) if open_ else "")
            ended = self.resume(journal) if journal else _call(self.verb, self.bench, self.more)
            self.check_call(ended, 400.0)
        if ended.code not in APPLIED:
            self.broken(f"the change could not be completed: exit code {ended.code} in the end")

    def is_done(self, journals: list[Path], open_: list[Path]) -> bool:
        """Return True if the change is complete, whatever the exit code."""
        if "--rollback" in self.more:
            return not self.verb.finished(self.bench, [])
        return not open_ and ("--resume" in self.more or len(journals) > self.journals)

    def resume(self, journal: str) -> Ended:
        """Continue with a journal; where nothing proves a step, answer what the lab knows."""
        words: list[str] = [*self.verb.arguments[: 2 if self.verb.arguments[0] == "usage" else 1]]
        words += ["-i", "inventory.yaml", "--wait", "30"]
        words += ["--rollback", journal, "--yes"] if "--rollback" in self.more else ["--resume", journal]
        if words[0] == "remediate":
            words.append("--manual-done")
        if words[1] != "save" and "--rollback" not in words:
            step = _open_command(self.bench.folder / journal)
            if step:
                done = _times_applied(self.bench, step.partition("{")[0].strip()) > 0
                words += ["--settle", f"{_SICK}={'done' if done else 'again'}"]
        return self.bench.run(*words, within=400.0)


def _without_decision(more: tuple[str, ...]) -> tuple[str, ...]:
    """Leave out the operator's decision: it was that of an earlier step."""
    at = more.index("--settle") if "--settle" in more else len(more)
    return (*more[:at], *more[at + 2 :])


def _result(ended: Ended, hit: bool) -> str:
    if not hit:
        return "not hit"
    if ended.hung:
        return "hung"
    names = {
        0: "complete",
        1: "defect",
        2: "refused",
        3: "findings",
        4: "partial",
        5: "failed",
        130: "interrupted",
    }
    return names.get(ended.code, f"died of {-ended.code}")


def named(ended: Ended) -> tuple[str, ...] | None:
    """The command, or the option of the same verb, that a message names."""
    for line in reversed(ended.text.splitlines()):
        if line.startswith("Check the result:"):
            continue
        option = re.search(r"(--resume|--rollback)[ =]\"?(\S*journal\.jsonl|[0-9a-f]{6}\b|last\b)", line)
        if option is not None:
            return (option[1], option[2])
        if (whole := re.search(r"slp-ops (audit|report|collect|runs) ((?:-\S+ \S+ ?)+)", line)) is not None:
            return (whole[1], *shlex.split(whole[2]))
    return None


def _events(journal: Path) -> list[dict[str, Any]]:
    found = []
    for line in journal.read_text().splitlines():
        try:
            found.append(json.loads(line))
        except ValueError:
            break
    return found


def _sent(journal: Path) -> bool:
    return any(each.get("event") == "step" for each in _events(journal))


def _unfinished(journal: Path) -> bool:
    """Return True unless the last recorded end is final."""
    ends = [each for each in _events(journal) if each.get("event") in ("end", "resumed", "step")]
    return not ends or ends[-1].get("state") not in ("done", "rolled_back", "nothing", "stale", "unread")


def _open_command(journal: Path) -> str:
    """The command of the last step that was begun and has no end."""
    last: dict[Any, dict[str, Any]] = {}
    for each in _events(journal):
        if each.get("event") == "step":
            last[each.get("step")] = {**last.get(each.get("step"), {}), **each}
    open_ = [each for each in last.values() if each.get("state") in ("begun", "sent", "unsettled")]
    return str(open_[-1].get("command", "")) if open_ else ""


def main(seeds: Iterable[str]) -> int:
    """Repeat trials by their seeds."""
    worst = 0
    for seed in seeds:
        outcome = run(Trial.of(int(seed)))
        sys.stdout.write(f"{outcome}\n")
        worst = max(worst, bool(outcome.broken))
    return worst


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
