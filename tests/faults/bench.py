"""Simulated switches behind proxies, and slp-ops as a child process in front of them."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import re
import resource
import signal
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self
from unittest import mock

import yaml

from slp_ops.lab.fleet import Place
from slp_ops.lab.hostkeys import HostKeys
from slp_ops.lab.journal import Journal, Mode
from slp_ops.lab.rack import Rack
from slp_ops.lab.vty import Vty
from tests.faults.proxies import Fault, Proxy, Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import asyncssh

    from slp_ops.lab.server import Host
    from slp_ops.lab.switch import Switch
    from tests.faults.signals import Signals

TOKEN: Final = "LAB-VALID-TOKEN"
_READING: Final = ("show ", "terminal ", "dir ", "verify ", "more ", "telnet ", "ping ")
_MASK: Final = re.compile(r"<masked:[0-9a-f]{12}>")
_AFTER_BOOT: Final = 0.05
_keys_lock = threading.Lock()


class Recording(Journal):
    """The lab's journal, which also keeps what each session sent after each line, and calls listeners."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: dict[int, list[tuple[str, bytearray]]] = defaultdict(lambda: [("", bytearray())])
        self.listeners: list[Callable[[str, Mode, str], object]] = []
        self.switch_of: dict[int, str] = {}

    def record(self, switch: str, session: int, mode: Mode, line: str) -> None:
        super().record(switch, session, mode, line)
        self.switch_of[session] = switch
        self.sent[session].append((line, bytearray()))
        for each in self.listeners:
            each(switch, mode, line)

    def prompted(self, switch: str) -> None:
        for each in self.listeners:
            each(switch, Mode.LOGIN, "prompt")

    def outputs(self, switch: str, command: str) -> list[str]:
        """Return the output that the switch sent after each receipt of this line, without the echo."""
        found = []
        for session, pieces in self.sent.items():
            if self.switch_of.get(session) != switch:
                continue
            for line, data in pieces:
                if line == command:
                    text = data.decode("utf-8", "replace").replace("\r", "")
                    found.append(text.partition("\n")[2])
        return found


class _Tap:
    """A channel of the lab that keeps what is written to it."""

    def __init__(self, channel: asyncssh.SSHServerChannel[bytes], keep: Callable[[bytes], object]) -> None:
        self._channel = channel
        self._keep = keep

    def write(self, data: bytes) -> None:
        self._keep(data)
        self._channel.write(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._channel, name)


class _TappedVty(Vty):
    def connection_made(self, chan: asyncssh.SSHServerChannel[bytes]) -> None:
        journal = self._host.journal
        if not isinstance(journal, Recording):
            super().connection_made(chan)
            return
        number = self._number
        tap: Any = _Tap(chan, lambda data: journal.sent[number][-1][1].extend(data))
        super().connection_made(tap)

    def session_started(self) -> None:
        journal = self._host.journal
        if isinstance(journal, Recording) and self._command is None:
            journal.switch_of[self._number] = self._host.name
            journal.prompted(self._host.name)
        super().session_started()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """Result of a child process. ``code`` is negative after a signal that killed it; ``peak`` is in KB."""

    arguments: tuple[str, ...]
    code: int
    out: str
    err: str
    seconds: float
    hung: bool = False
    peak: int = 0

    @property
    def json(self) -> Any:
        return json.loads(self.out) if self.out.strip() else {}

    @property
    def text(self) -> str:
        return self.out + self.err


@dataclass(slots=True)
class Bench:
    """Switches, their proxies, and a folder in which slp-ops is run."""

    folder: Path
    scenarios: Mapping[str, str]
    scale: float = 1.0
    defaults: Mapping[str, Any] = field(default_factory=dict)
    transport: str = "netmiko"
    proxied: frozenset[str] | None = None  # None: all
    journal: Recording = field(default_factory=Recording)
    proxies: dict[str, Proxy] = field(default_factory=dict)
    rack: Rack = field(init=False)
    calls: list[Ended] = field(default_factory=list)
    reloads: Counter[str] = field(default_factory=Counter)  # of each switch
    _numbers: Iterator[int] = field(default_factory=itertools.count)
    _loop: asyncio.AbstractEventLoop = field(init=False)
    _thread: threading.Thread = field(init=False)

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="lab")
        self._thread.start()
        _tap()
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "tmp").mkdir(exist_ok=True)
        asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(timeout=120)
        self.write_inventory()
        return self

    def __exit__(self, *exc: object) -> None:
        self.do(self._stop)
        self.do(lambda: None)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    def _stop(self) -> None:
        for proxy in self.proxies.values():
            proxy.close()
        self.rack.close()

    async def _start(self) -> None:
        with _keys_lock:
            keys = HostKeys.load(_key_folder())
        self.rack = Rack(keys=keys, journal=self.journal, scale=self.scale)
        self.rack.start(
            [
                Place(name=name, site="tokyo", scenario=scenario, offset=number)
                for number, (name, scenario) in enumerate(self.scenarios.items())
            ],
            None,
        )
        for each in self.rack.switches:
            if self.proxied is None or each.name in self.proxied:
                proxy = Proxy(each.port)
                await proxy.listen()
                self.proxies[each.name] = proxy
                self._refuse_while_down(each.host, proxy)
        self.journal.listeners.append(self._reached)

    def _refuse_while_down(self, host: Host, proxy: Proxy) -> None:
        """Let the proxy refuse connections as long as the switch does."""
        go_down = host.go_down
        tasks = set()

        def down(seconds: float) -> None:
            self.reloads[host.name] += 1
            go_down(seconds)
            later = host.switch.clock.real_seconds(seconds) + _AFTER_BOOT
            tasks.add(asyncio.get_running_loop().create_task(proxy.refuse(later)))

        mock.patch.object(host, "go_down", down).start()

    def _reached(self, switch: str, mode: Mode, line: str) -> None:
        proxy = self.proxies.get(switch)
        if proxy is None:
            return
        if mode is Mode.LOGIN:
            if line == "prompt":
                proxy.reached(Stage.PROMPT)
            elif line.startswith("accepted"):
                proxy.reached(Stage.LOGIN)
        elif mode in (Mode.EXEC, Mode.CONFIG):
            proxy.reached(Stage.LINE, line)

    # -- the switches

    def do(self, work: Callable[[], Any]) -> Any:
        """Do something in the lab's own loop and return its result."""

        async def run() -> Any:
            return work()

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(timeout=60)

    def switch(self, name: str) -> Switch:
        """The state of a switch; ``do`` changes it."""
        found: Switch = self.do(lambda: self.rack[name].host.switch)
        return found

    def arm(self, name: str, fault: Fault | None) -> None:
        """Let a fault happen to a switch's connections."""
        self.do(lambda: self.proxies[name].arm(fault))

    def hits(self) -> int:
        """Return the number of connections with a fault."""
        return sum(proxy.hits for proxy in self.proxies.values())

    def config(self, name: str) -> list[str]:
        """The running configuration."""
        lines: list[str] = self.do(lambda: self.rack[name].host.switch.config.render().splitlines())
        return lines

    def changing_lines(self, name: str) -> list[str]:
        """Return the lines that could change a switch, in the order in which it received them."""
        return [
            entry.line
            for entry in self.journal.entries
            if entry.switch == name
            and (entry.mode is Mode.CONFIG or (entry.mode is Mode.EXEC and entry.line))
            and not entry.line.startswith(_READING)
            and entry.line not in ("end", "enable", "configure terminal", "", "exit")
        ]

    def lines_received(self, name: str) -> int:
        """Return the number of command lines that a switch received."""
        return sum(
            1
            for entry in self.journal.entries
            if entry.switch == name and entry.mode in (Mode.EXEC, Mode.CONFIG) and entry.line
        )

    # -- slp-ops

    def write_inventory(self, **more: Any) -> Path:
        """Write the inventory that every call finds."""
        devices = {
            each.name: {
                "host": "127.0.0.1",
                "port": self.proxies[each.name].port if each.name in self.proxies else each.port,
            }
            for each in self.rack.switches
        }
        path = self.folder / "inventory.yaml"
        defaults = {"username": "netops", "transport": self.transport, **self.defaults, **more}
        path.write_text(
            yaml.safe_dump(
                {"version": 1, "defaults": defaults, "sites": {"tokyo": {"devices": devices}}},
                sort_keys=False,
            )
        )
        return path

    def environment(self) -> dict[str, str]:
        """The environment of every call."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith("SLP_OPS_")}
        return {
            **clean,
            "SLP_OPS_PASSWORD": "netops",
            "SLP_OPS_ENABLE": "netops",
            "SLP_OPS_LOGIN_RATE": "0",
            "SLP_OPS_PARAM_TOKEN": TOKEN,
            "XDG_STATE_HOME": str(self.folder / "state"),
            "XDG_CONFIG_HOME": str(self.folder / "config"),
            "TMPDIR": str(self.folder / "tmp"),
            "LANG": "C.UTF-8",
            "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        }

    def run(
        self,
        *arguments: object,
        within: float = 240.0,
        signals: Signals | None = None,
        largest_file: int | None = None,
        **environ: str,
    ) -> Ended:
        """Run slp-ops to its end; a child that outlives ``within`` seconds is killed and ``hung``.

        No file may grow beyond ``largest_file`` bytes: a write that begins below that is cut short there.
        """
        command = tuple(str(each) for each in arguments)
        number = next(self._numbers)
        began = time.monotonic()
        with (
            (self.folder / f"out.{number}").open("w+") as out,
            (self.folder / f"err.{number}").open("w+") as err,
        ):
            child = subprocess.Popen(
                [*_env(), sys.executable, "-m", "slp_ops", *command],
                cwd=self.folder,
                env={**self.environment(), **environ},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
            )
            hung = False
            if largest_file is not None:
                resource.prlimit(child.pid, resource.RLIMIT_FSIZE, (largest_file, largest_file))
            if signals is not None:
                signals.attach(self, child, Path(err.name))
            peak = 0
            try:
                while child.poll() is None and not hung:
                    peak = max(peak, _peak_memory(child.pid))
                    time.sleep(0.02)
                    hung = time.monotonic() - began > within
                if hung:
                    child.kill()
                    child.wait()
            finally:
                if signals is not None:
                    signals.detach()
            ended = Ended(
                arguments=command,
                code=child.returncode,
                out=_whole(Path(out.name)),
                err=_whole(Path(err.name)),
                seconds=time.monotonic() - began,
                hung=hung,
                peak=peak,
            )
        self.calls.append(ended)
        return ended

    # -- what is on the disk

    def when(self, line: str, work: Callable[[], object], *, switch: str | None = None) -> None:
        """Do something once, in the lab's loop, when a switch receives a line with this beginning."""
        done: list[str] = []

        def listener(name: str, mode: Mode, received: str) -> None:
            if (
                mode in (Mode.EXEC, Mode.CONFIG)
                and received.startswith(line)
                and switch in (None, name)
                and not done
            ):
                done.append(received)
                work()

        self.do(lambda: self.journal.listeners.append(listener))

    def runs(self) -> list[Path]:
        """The folders of the runs, the oldest first."""
        root = self.folder / "runs"
        if not root.is_dir():
            return []
        return sorted(path for path in root.iterdir() if path.is_dir() and not path.name.startswith("."))

    def journals(self) -> list[Path]:
        """The journals of changes, the oldest first."""
        return [run / "journal.jsonl" for run in self.runs() if (run / "journal.jsonl").is_file()]

    def left_behind(self) -> list[str]:
        """Temporary files and hidden folders."""
        found = [str(path.relative_to(self.folder)) for path in (self.folder / "tmp").iterdir()]
        for path in self.folder.rglob("*"):
            name = path.name
            if "state" in path.relative_to(self.folder).parts[:1] and name.endswith(".lock"):
                continue
            if name.startswith(".") or name.endswith(".part"):
                found.append(str(path.relative_to(self.folder)))
        return found

    def unfaithful(self) -> list[str]:
        """Return the captures with status ok that differ from the output of the lab."""
        wrong = []
        for manifest in (self.folder / "runs").glob("*/*/manifest.jsonl"):
            name = manifest.parent.name
            for line in manifest.read_text().splitlines():
                with suppress(ValueError):  # the last line of a killed run
                    entry = json.loads(line)
                    if entry["status"] != "ok" or not entry.get("file"):
                        continue
                    if not entry["command"].startswith("show "):
                        continue
                    text = (manifest.parent / entry["file"]).read_text(encoding="utf-8")
                    outputs = self.journal.outputs(name, entry["command"])
                    if not any(_same(text, sent, name) for sent in outputs):
                        wrong.append(f"{manifest.parent.relative_to(self.folder)}/{entry['file']}")
        return wrong


def _same(kept: str, sent: str, name: str) -> bool:
    """Return True if a capture equals the output of the switch; a mask matches any text."""
    body = re.sub(rf"(?:^|\n){re.escape(name)}[#>]\s*$", "\n", sent)
    if kept.strip("\n") == body.strip("\n"):
        return True
    if not _MASK.search(kept):
        return False
    pattern = []
    for line in kept.strip("\n").split("\n"):
        if _MASK.fullmatch(line.strip()):
            pattern.append(r"(?s:.*?)")  # a block, such as a certificate, has one mask
        else:
            pattern.append(r"[^\n]*".join(re.escape(piece) for piece in _MASK.split(line)))
    return re.fullmatch("\n".join(pattern), body.strip("\n")) is not None


def _peak_memory(pid: int) -> int:
    """Return the largest memory that a process has held until now, in KB; 0 once it has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    found = re.search(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE)
    return int(found[1]) if found else 0


def _env() -> tuple[str, ...]:
    """Let children meet SIGHUP also where the campaign itself runs under nohup."""
    ignored = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    return ("env", "--default-signal=HUP") if ignored else ()


def _whole(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


def _tap() -> None:
    """Let the lab's sessions be recorded where the journal of their lab does so."""
    mock.patch("slp_ops.lab.sshd.Vty", _TappedVty).start()


def _key_folder() -> Path:
    """The lab's host keys, made once: RSA keys take their time."""
    folder = Path(os.environ.get("SLP_OPS_FAULTS_KEYS", "")) if "SLP_OPS_FAULTS_KEYS" in os.environ else None
    return folder or Path(__file__).resolve().parents[2] / ".pytest_cache" / "faults-lab-keys"
