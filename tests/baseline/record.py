"""Run every verb on every lab scenario and write what came out: ``python -m tests.baseline.record``.

One process for each language starts all scenarios as one fleet with a frozen clock, runs the verbs as an
operator types them, and writes a text file for each verb and form. What cannot be reproduced is replaced:

- durations;
- TCP ports, and the fingerprints of the lab's host keys, which are made at random;
- the order of progress lines, which is that in which switches are done.

The time and the random part of run ids come from ``tests/baseline/frozen.py``. JSON that holds one object a
switch is written in full for ``healthy`` and as the difference from it, with a hash, for the others.

Excluded: scenario ``hang`` where a verb has no ``--command-timeout`` (its silence would last minutes). The
echo of ``slow-echo`` is 0.2 instead of 12 seconds late, the commands of ``slow`` 0.05 instead of a second.
Japanese has no second file where a verb has no ``--lang`` or its JSON repeats the texts of another form.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import hashlib
import io
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import zipfile
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tests.baseline import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

RECORDED: Final = Path(__file__).parent / "recorded"
PARTS: Final = ("help", "en", "ja")
CLOCK: Final = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)
LATER: Final = timedelta(days=8)
_BASE_PORT: Final = 22200
_KEY: Final = b"\x5a" * 32
_PARSED: Final = ("healthy-stack", "pre-slp-eval")
_HISTORY: Final = ("healthy", "rum-backlog", "dns-failure")
_RANDOM: Final = (
    (re.compile(r'("(?:seconds|elapsed)": )[\d.]+'), r"\g<1>0"),
    (re.compile(r'(\btime=")[\d.]+"'), r'\1x"'),
    (re.compile(r"(, in )\d+(?:\.\d+)? s\b"), r"\1x s"),
    (re.compile(r"\d+(?:\.\d+)?( 秒\)$)", re.M), r"x\1"),
)
_PROGRESS: Final = re.compile(r"^\[ *\d+/\d+\] +\d+:\d\d ")


def main() -> None:
    """Record one part, or all of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", choices=PARTS)
    parser.add_argument("--out", type=Path, default=RECORDED)
    wanted = parser.parse_args()
    if wanted.part is None:
        shutil.rmtree(wanted.out, ignore_errors=True)
        for part in PARTS:
            subprocess.run([*COMMAND, "--part", part, "--out", str(wanted.out)], check=True)
        return
    out = wanted.out.resolve() / wanted.part
    out.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as folder:
        _prepare(Path(folder))
        recorder = Recorder(out=out, folder=Path(folder), language=wanted.part)
        if wanted.part == "help":
            recorder.record_help()
        else:
            recorder.record_verbs()
    # A thread may still wait for a switch that never answers.
    sys.stdout.flush()
    os._exit(0)


COMMAND: Final = (sys.executable, "-m", "tests.baseline.record")


def _prepare(folder: Path) -> None:
    """Give this process an environment without anything of the user's."""
    for name in list(os.environ):
        if name.startswith("SLP_OPS_"):
            del os.environ[name]
    state = folder / "state" / "slp-ops"
    state.mkdir(parents=True, mode=0o700)
    key = state / "mask.key"
    key.touch(mode=0o600)
    key.write_bytes(_KEY)
    os.environ.update(
        SLP_OPS_PASSWORD="netops",
        SLP_OPS_ENABLE="netops",
        SLP_OPS_LOGIN_RATE="0",
        SLP_OPS_SSH_CONFIG="none",
        XDG_STATE_HOME=str(folder / "state"),
        XDG_CONFIG_HOME=str(folder / "config"),
        HOME=str(folder),
        PYTHON_KEYRING_BACKEND="keyring.backends.null.Keyring",
        LANG="C.UTF-8",
        COLUMNS="100",
        TZ="UTC",
        PYTHONWARNINGS="ignore",
    )
    os.environ.pop("SSH_AUTH_SOCK", None)
    os.chdir(folder)
    frozen.install()


@dataclass(kw_only=True)
class Ended:
    """Result of one command line."""

    code: int
    stdout: str
    stderr: str


@dataclass(kw_only=True)
class Recorder:
    """Runs command lines and writes what they print."""

    out: Path
    folder: Path
    language: str
    replaced: list[tuple[str, str]] = field(default_factory=list)
    _minutes: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _elapsed: timedelta = timedelta()

    # -- running and writing

    def run(self, *arguments: str) -> Ended:
        """Run a command line in this process, as ``slp-ops`` does."""
        from slp_ops.cli.main import main as slp_ops

        frozen.set_to(CLOCK + self._elapsed + timedelta(minutes=next(self._minutes)))
        buffers = io.BytesIO(), io.BytesIO()
        streams = [io.TextIOWrapper(buffer, encoding="utf-8", write_through=True) for buffer in buffers]
        before = sys.argv, sys.stdin, sys.stdout, sys.stderr
        sys.argv = ["slp-ops", *arguments]
        sys.stdout, sys.stderr = streams
        code = 0
        try:
            with Path(os.devnull).open(encoding="utf-8") as nothing:
                sys.stdin = nothing
                slp_ops()
        except SystemExit as ended:
            code = int(ended.code or 0)
        finally:
            sys.argv, sys.stdin, sys.stdout, sys.stderr = before
        stdout, stderr = (buffer.getvalue().decode() for buffer in buffers)
        return Ended(code=code, stdout=stdout, stderr=_sorted_progress(stderr))

    def record(self, name: str, *command_lines: Sequence[str]) -> None:
        """Run command lines and write their exit codes and output to one file."""
        parts = []
        for arguments in command_lines:
            ended = self.run(*arguments)
            parts.append(f"$ slp-ops {' '.join(arguments)}\nexit {ended.code}\n")
            if "--json" in arguments and ended.stdout.startswith(("{", "[")):
                parts.append(as_text(json.loads(self.normal(ended.stdout))))
            else:
                parts.append(ended.stdout)
            if ended.stderr:
                parts.append(f"-- stderr\n{ended.stderr}")
        self.write(name, "".join(parts))

    def write(self, name: str, text: str) -> None:
        """Write a file of the baseline, without what differs each time."""
        path = self.out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self.normal(text), encoding="utf-8")

    def normal(self, text: str) -> str:
        """Replace what cannot be reproduced."""
        for found, instead in self.replaced:
            text = text.replace(found, instead)
        for pattern, replacement in _RANDOM:
            text = pattern.sub(replacement, text)
        return text.replace(str(self.folder), "/base")

    # -- without switches

    def record_help(self) -> None:
        """Record the help of every command."""
        from slp_ops.cli.main import cli

        self.record("slp-ops.txt", ["--help"], ["--version"], ["no-such-verb"])
        for words in _commands(cli):
            self.record(f"{'-'.join(words)}.txt", [*words, "--help"])

    # -- with switches

    def record_verbs(self) -> None:
        """Record every verb on the fleet of all scenarios."""
        lang = ("--lang", self.language)
        english = self.language == "en"
        self._without_switches(lang, english)
        with Fleet() as fleet:
            fleet.write_inventory(Path("inventory.yaml"))
            self.replaced += fleet.replacements()
            self._live(fleet, lang, english)
        first, last = (self._run_named(verb) for verb in ("collect", "audit"))
        self._saved(first, last, lang, english)

    def _without_switches(self, lang: Sequence[str], english: bool) -> None:
        self.record("rules.txt", ["rules", *lang], ["rules", "--markdown", *lang])
        self.record("rules.json", ["rules", "--json", *lang])
        terms = ("dns-failure", "FN72578", "UNACK", "on-prem", "%SMART_LIC-3-COMM_FAILED", "no-such-thing")
        self.record("explain.txt", *(["explain", term, *lang] for term in terms))
        self.record("explain.json", *(["explain", term, "--json", *lang] for term in terms))
        releases = [
            part for release in ("17.3.4", "17.9.4a", "16.12.4", "17.15.1") for part in ("--release", release)
        ]
        self.record(
            "check-version-release.txt",
            ["check-version", *releases, *lang],
            ["check-version", *releases[:4], "--json", *lang],
        )
        if english:
            self.record("commands.txt", ["commands"], ["commands", "--set", "support"])
            self.record("commands.json", ["commands", "--json"])
            self.record("lab-list.txt", ["lab", "list"])

    def _live(self, fleet: Fleet, lang: Sequence[str], english: bool) -> None:
        no_hang = ("--limit", "*:!hang")
        hang = ("--limit", "hang", "--command-timeout", "1")
        if english:
            self.record("inventory-check.txt", ["inventory", "check"], ["inventory", "check", "--json"])
        self._sent(fleet, "collect", ["collect", *no_hang])
        if english:
            self._sent(fleet, "collect-hang", ["collect", *hang, "--json"])
        reach = ("check-reachability", *lang)
        self._sent(fleet, "check-reachability", [*reach, *no_hang, "--junit", "reach.xml"])
        self.write("check-reachability.junit.xml", _text(Path("reach.xml")))
        if english:
            self._sent(fleet, "check-reachability-hang", [*reach, *hang])
            self.record("check-reachability.json", [*reach, *no_hang, "--json"])
        self._sent(fleet, "check-version", ["check-version", *no_hang, *lang])
        self._sent(fleet, "remediate-dry-run", ["remediate", *no_hang, "--dry-run", *lang])
        if english:
            self.record("remediate-dry-run.json", ["remediate", *no_hang, "--dry-run", "--json", *lang])
        self._sent(fleet, "usage-save-dry-run", ["usage", "save", *no_hang, "--all", "--dry-run", *lang])
        self._sent(fleet, "usage-status", ["usage", "status", *no_hang, *lang])
        if english:
            self.record("usage.json", ["usage", "status", *no_hang, "--json", *lang])
        fleet.pass_time(LATER)
        self._elapsed = LATER
        self._sent(fleet, "audit", ["audit", *no_hang, "--against", self._run_named("collect"), *lang])

    def _sent(self, fleet: Fleet, name: str, arguments: Sequence[str]) -> None:
        """Record a verb, and the lines that each switch received from it."""
        fleet.forget()
        self.record(f"{name}.txt", arguments)
        if self.language == "en":
            self.write(f"lines/{name}.txt", fleet.received())

    def _run_named(self, verb: str) -> str:
        """Return the id of the first run of this verb."""
        return min((path.name for path in Path("runs").glob(f"*-{verb}-*")), default=f"no-{verb}")

    def _saved(self, first: str, last: str, lang: Sequence[str], english: bool) -> None:
        self.record("audit-run.txt", ["audit", "--run", first, *lang])
        self.record("audit-run.json", ["audit", "--run", first, "--json", *lang])
        self.record("check-version-run.json", ["check-version", "--run", first, "--json", *lang])
        self.record("diff.txt", ["diff", first, last, *lang])
        self.record("diff.json", ["diff", first, last, "--json", *lang])
        self.record("history.txt", *(["history", name, *lang] for name in _HISTORY))
        self.record("history.json", *(["history", name, "--json", *lang] for name in _HISTORY))
        self.record("trend.txt", ["trend", *lang])
        self.record("trend.json", ["trend", "--json", *lang])
        self._reports(first, lang)
        self._bundle(first, lang)
        if not english:
            return
        self.record("facts.json", ["facts", first, "--json"])
        self.record("facts.txt", *(["facts", first, "--device", name] for name in _PARSED))
        self.record("runs.txt", ["runs", "list"], ["runs", "show", first], ["runs", "verify", first])
        self.record("runs.json", ["runs", "list", "--json"], ["runs", "verify", first, "--json"])
        self.record("runs-show.json", ["runs", "show", first, "--json"])
        self.record("runs-prune.txt", ["runs", "prune", "--keep", "1", "--dry-run"])
        files = [
            path.relative_to(self.folder).as_posix()
            for name in _PARSED
            for path in sorted((self.folder / "runs" / first).rglob(f"*{name}/*.txt"))
        ]
        self.record("parse.txt", *(["parse", file] for file in files))

    def _reports(self, run: str, lang: Sequence[str]) -> None:
        forms = {"json": "json", "csv": "csv", "junit": "xml", "md": "md", "prometheus": "prom", "ics": "ics"}
        files = {form: f"report.{ending}" for form, ending in forms.items()}
        files |= {"html": "report.html", "xlsx": "report.xlsx"}
        options = [word for form, file in files.items() for word in (f"--{form}", file)]
        self.record("report.txt", ["report", run, *options, *lang])
        for form, ending in forms.items():
            if self.language != "en" and form in ("json", "prometheus"):
                continue
            text = _text(Path(files[form]))
            self.write(f"report.{ending}", as_text(json.loads(self.normal(text))) if form == "json" else text)
        page = self.normal(Path(files["html"]).read_text(encoding="utf-8"))
        self.write("report.html.txt", "\n".join(_text_of(page)) + "\n")
        self.write("report.xlsx.txt", "\n".join(_cells(Path(files["xlsx"]))) + "\n")

    def _bundle(self, run: str, lang: Sequence[str]) -> None:
        told = ("--trigger", "baseline", "--no-ask", "-o", "case.zip")
        self.record("bundle.txt", ["bundle", run, *told, *lang], ["bundle", "--check", "case.zip", *lang])
        self.write("bundle-members.txt", "".join(self._members(Path("case.zip"))))

    def _members(self, path: Path) -> Iterator[str]:
        with zipfile.ZipFile(path) as bundle:
            for name in sorted(bundle.namelist()):
                if self.language != "en" and "/captures/" in name:
                    continue
                content = bundle.read(name)
                with contextlib.suppress(UnicodeDecodeError):
                    content = self.normal(content.decode()).encode()
                yield f"{hashlib.sha256(content).hexdigest()[:16]} {len(content):>8} {name}\n"


class Fleet:
    """One switch of each scenario, named after it, in a thread of its own."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Fleet:
        self._thread.start()
        self._call(self._start)
        return self

    def __exit__(self, *exc: object) -> None:
        self._call(self._rack.close)

    def _call(self, work: Callable[[], Any]) -> Any:
        async def run() -> Any:
            return work()

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(timeout=60)

    def _start(self) -> None:
        from slp_ops.lab import scenarios
        from slp_ops.lab.fleet import Place
        from slp_ops.lab.hostkeys import HostKeys
        from slp_ops.lab.rack import Rack

        self._keys = HostKeys.load()
        self._rack = Rack(keys=self._keys, scale=20.0, clock=CLOCK)
        self._rack.start(
            [
                Place(name=name, site="lab", scenario=name, offset=number)
                for number, name in enumerate(scenarios.names())
            ],
            None,
        )
        self._intents = {name: dict(scenarios.load(name).intent) for name in scenarios.names()}
        slow = self._rack["slow-echo"].host.switch
        slow.faults = replace(slow.faults, echo_delay=0.2)
        slow = self._rack["slow"].host.switch
        slow.faults = replace(slow.faults, command_delay=0.05)

    def write_inventory(self, path: Path) -> None:
        """Write an inventory with what each scenario is meant for."""
        import yaml

        from slp_ops.lab.up import inventory

        content: Any = inventory(self._rack)
        content["defaults"]["params"] = {"name_servers": "10.10.0.53"}
        for name, device in content["sites"]["lab"]["devices"].items():
            if intent := self._intents[name]:
                device["intent"] = intent
        path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")

    def replacements(self) -> list[tuple[str, str]]:
        """Return what is random about this fleet, and what to write instead."""
        pairs = []
        for number, each in enumerate(self._rack.switches):
            fixed = _BASE_PORT + number
            for form in (
                "127.0.0.1 port {}",
                "127.0.0.1 ポート {}",
                "127.0.0.1:{}",
                '"port": {}',
                "port: {}",
                "[127.0.0.1]:{}",
            ):
                pairs.append((form.format(each.port), form.format(fixed)))
        for name in ("first", "second", "other"):
            fingerprint = getattr(self._keys, name).get_fingerprint()
            pairs.append((fingerprint, f"SHA256:{name:-<43}"))
        return pairs

    def pass_time(self, span: timedelta) -> None:
        """Let simulated time pass on every switch."""
        for each in self._rack.switches:
            self._call(partial(each.host.switch.clock.advance, span.total_seconds()))

    def forget(self) -> None:
        """Begin a new journal once the sessions of the last verb are over."""
        self._settle()
        self._call(self._rack.journal.entries.clear)

    def _settle(self) -> None:
        import time

        before, still = -1, 0
        while still < 3:
            time.sleep(0.1)
            now = len(self._rack.journal.entries)
            still = still + 1 if now == before else 0
            before = now

    def received(self) -> str:
        """Return the lines of each switch; switches that received the same are named together."""
        self._settle()
        lines: dict[str, dict[int, list[str]]] = {each.name: {} for each in self._rack.switches}
        for entry in self._rack.journal.entries:
            lines[entry.switch].setdefault(entry.session, []).append(
                f"  {entry.mode:<9}{entry.line}".rstrip()
            )
        groups: dict[str, list[str]] = {}
        for name, sessions in lines.items():
            text = "\n".join(line for _, session in sorted(sessions.items()) for line in session)
            groups.setdefault(text, []).append(name)
        return "\n".join(f"{' '.join(names)}\n{text}\n" for text, names in groups.items())


def _text(path: Path) -> str:
    """Return what a verb wrote to a file, or that it wrote none."""
    return path.read_text(encoding="utf-8") if path.exists() else "(no file)\n"


def as_text(value: Any) -> str:
    """Return JSON with each small value on a line of its own, which is short and can be compared."""
    devices = value.get("devices") if isinstance(value, dict) else None
    if not isinstance(devices, list) or len(devices) < 10 or not all("name" in each for each in devices):
        return _compact(value, "") + "\n"
    rest = {key: each for key, each in value.items() if key != "devices"}
    outcomes = rest.pop("outcomes", [])
    texts = {}
    for each in devices:
        name = each["name"]
        mine = [outcome for outcome in outcomes if outcome["device"] == name]
        text = _compact({**each, "outcomes": mine} if mine else each, "")
        texts[name] = re.sub(rf'(?<=["/]){re.escape(name)}(?=["/#])', "<name>", text)
    reference = "healthy" if "healthy" in texts else next(iter(texts))
    parts = [_compact(rest, ""), f"== {reference}\n{texts[reference]}"]
    parts += [_difference(name, text, texts[reference]) for name, text in texts.items() if name != reference]
    return "\n".join(parts) + "\n"


def _difference(name: str, text: str, reference: str) -> str:
    known, here = set(reference.splitlines()), set(text.splitlines())
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    added = [f"+ {line.strip()}" for line in text.splitlines() if line not in known]
    return "\n".join([f"== {name} {digest}, without {len(known - here)} lines", *added])


def _compact(value: object, indent: str) -> str:
    flat = json.dumps(value, ensure_ascii=False)
    if len(flat) + len(indent) <= 300 or not isinstance(value, dict | list):
        return flat
    deeper = indent + " "
    if isinstance(value, dict):
        inner = [
            f"{json.dumps(key, ensure_ascii=False)}: {_compact(each, deeper)}" for key, each in value.items()
        ]
        opened, closed = "{", "}"
    else:
        inner = [_compact(each, deeper) for each in value]
        opened, closed = "[", "]"
    return f"{opened}\n" + ",\n".join(deeper + each for each in inner) + f"\n{indent}{closed}"


def _sorted_progress(text: str) -> str:
    """Sort progress lines, without their number and time."""
    lines = text.splitlines(keepends=True)
    progress = sorted(_PROGRESS.sub("[n/n] ", line) for line in lines if _PROGRESS.match(line))
    return "".join([*progress, *(line for line in lines if not _PROGRESS.match(line))])


def _text_of(page: str) -> Iterator[str]:
    """Yield the visible text of a page line by line, and a hash of the rest."""
    for block in re.findall(r"<(?:script|style)[^>]*>.*?</(?:script|style)>", page, re.S):
        yield f"{block[:60].splitlines()[0]} {len(block)} {hashlib.sha256(block.encode()).hexdigest()[:16]}"
    body = re.sub(r"<(script|style)[^>]*>.*?</\1>", "", page, flags=re.S)
    yield f"markup {hashlib.sha256(' '.join(re.findall(r'<[^>]*>', body)).encode()).hexdigest()[:16]}"
    for line in re.sub(r"<[^>]*>", "\n", body).splitlines():
        if line.strip():
            yield line.strip()


def _cells(path: Path) -> Iterator[str]:
    """Yield the cells of a workbook, a row a line."""
    import openpyxl

    book = openpyxl.load_workbook(path)
    for sheet in book.worksheets:
        yield f"# {sheet.title}"
        for row in sheet.iter_rows(values_only=True):
            yield "\t".join("" if cell is None else str(cell) for cell in row).rstrip()


def _commands(group: Any, before: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    import click

    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        yield (*before, name)
        if isinstance(command, click.Group):
            yield from _commands(command, (*before, name))


if __name__ == "__main__":
    main()
