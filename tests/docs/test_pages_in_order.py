"""Every documented command line runs, in the order of its page, in the situation that the page describes.

Simulated switches with the names of the lab's fleet answer over SSH. A line is typed as it is printed; what
an operator does between two lines (start the lab, put switches into the inventory, bring files) is done by
``_Operator``.
"""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
import time
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final

import pytest
import yaml
from click.testing import CliRunner, Result

from slp_ops.cli.help_examples import examples
from slp_ops.cli.main import cli
from slp_ops.lab import scenarios
from slp_ops.lab.fleet import default_fleet
from tests.cluster.conftest import free_pair
from tests.usage.conftest import Cssm

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

ROOT: Final = Path(__file__).parents[2]
_PAGES: Final = (
    ROOT / "README.md",
    ROOT / "README.ja.md",
    *(ROOT / "docs").glob("*.md"),
    *(ROOT / "docs" / "how-to").glob("*.md"),
)
_LINE: Final = re.compile(r"^ {4}(slp-ops [a-z].*)$", re.MULTILINE)
PAGES: Final = sorted(
    path
    for path in _PAGES
    # test_translations.py compares the commands of a Japanese page with those of the English page.
    if _LINE.search(path.read_text(encoding="utf-8")) and not path.name.endswith(".ja.md")
)
# Lines that other tests run: their situation is a whole procedure, or another system.
ELSEWHERE: Final = {
    **{
        f"-i {source}": "tests/docs/test_inventory_sources_page.py"
        for source in ("ansible:", "'netbox+", "nornir:", "csv:", "netmiko:")
    },
    "--flow": "tests/flows",
    "flow.jsonl": "tests/flows",
    "--playbook trust-token": "tests/remediate/test_playbooks.py",
    "--playbook usage-sync": "tests/remediate/test_playbooks.py",
}
# Exit codes of a command that did what the page says: findings and unread switches are part of the fleet.
DONE: Final = (0, 3, 4)
SCALE: Final = 900.0


def _lines(path: Path) -> Iterator[str]:
    yield from (line for line, _ in _chains(path))


def _chains(path: Path) -> Iterator[tuple[str, bool]]:
    """Yield each command, and whether the next one runs only after its success."""
    text = path.read_text(encoding="utf-8").replace("\\\n", " ")
    for line in _LINE.findall(text):
        parts = re.split(r" (&&) |; ", line.partition("  #")[0])
        for part, joiner in zip(parts[::2], [*parts[1::2], None], strict=True):
            yield part.strip(), joiner == "&&"


def _text(page: str) -> str:
    return (ROOT / "docs" / "how-to" / page).read_text(encoding="utf-8")


def _is_elsewhere(line: str) -> bool:
    return any(words in line for words in ELSEWHERE)


class _Operator:
    """Types the lines of a page in a folder."""

    exits: ClassVar[Mapping[str, int]] = {}  # of lines that end otherwise on their page

    def __init__(self, folder: Path, start: Callable[..., Any]) -> None:
        self.folder, self._start = folder, start
        self.shown = ""  # by the line before
        self.running = self._write("inventory.yaml", self.switches())
        for name in ("lab.yaml", "inventory.example.yaml"):
            shutil.copy(folder / "inventory.yaml", folder / name)

    def switches(self) -> dict[str, str]:
        """Return the scenario of each switch by its name. sw-01 is the example of slp-ops init."""
        fleet = {place.name: place.scenario for place in default_fleet() if place.site == "tokyo"}
        return {**fleet, "sw-01": "healthy"}

    def _write(self, name: str, switches: dict[str, str]) -> Any:
        running = self._start(scale=SCALE, **switches)
        devices = {each: {"host": "127.0.0.1", "port": running.rack[each].port} for each in switches}
        for each, scenario in switches.items():
            if scenarios.load(scenario).legacy_ssh:
                devices[each]["legacy_ssh"] = True
        sites = {"tokyo": {"devices": devices}}
        content = {"version": 1, "defaults": {"username": "netops"}, "sites": sites}
        (self.folder / name).write_text(yaml.safe_dump(content))
        return running

    def prepare(self, page: str) -> None:
        """Bring about what the page starts from."""
        if page == "--help":  # there are files, and a program
            (self.folder / "putty.log").write_text("tyo-acc-03#show clock\n02:00:00.1 JST Tue Nov 24 2026\n")
            (self.folder / "clock.txt").write_text("02:00:00.1 JST Tue Nov 24 2026\n")
            program = self.folder / "notify.sh"
            program.write_text("#!/bin/sh\ncat > /dev/null\n")
            program.chmod(0o700)
        if page in ("reports.md", "open-a-case.md"):  # there is a run
            assert self.type("slp-ops audit --limit 'tyo-acc-0*'")
        if page == "open-a-case.md":  # there is the file of answers of the page, and a terminal log
            (block,) = re.findall(r"```yaml\n(.*?)```", _text(page), re.DOTALL)
            (self.folder / "case.yaml").write_text(self._here(block))
            (self.folder / "putty.log").write_text("tyo-acc-03#show clock\n02:00:00.1 JST Tue Nov 24 2026\n")
        if page == "own-playbooks.en.md":  # there is a playbook: the one of the page
            (self.folder / "playbooks").mkdir()
            blocks = re.findall(r"```yaml\n(.*?)```", _text(page), re.DOTALL)
            block = next(each for each in blocks if "id: " in each)
            (self.folder / "playbooks" / "own.yaml").write_text(block)

        if page == "own-rules.md":  # there are the rules of the page, and a playbook
            (self.folder / "playbooks").mkdir()
            (self.folder / "playbooks" / "own.yaml").write_text(
                (ROOT / "playbooks" / "domain-lookup.yaml")
                .read_text()
                .replace("id: domain-lookup", "id: own")
            )
            (self.folder / "rules").mkdir()
            for name, text in re.findall(
                r"^`rules/(\S+)`:\n\n```\w+\n(.*?)^```$", _text(page), re.DOTALL | re.MULTILINE
            ):
                (self.folder / "rules" / name).write_text(text)

    def work(self, line: str) -> None:
        """Do what the operator does before this line."""

    def close(self) -> None:
        """End what still runs."""

    def type(self, line: str) -> Result | None:
        """Run a line; None for the lab, which runs already."""
        self.work(line)
        words = shlex.split(self._here(line))[1:]
        if words[:2] == ["lab", "up"]:
            if "--scenario" in words:
                scenario = words[words.index("--scenario") + 1]
                self._write(words[words.index("--inventory-out") + 1], {f"{scenario}-0001": scenario})
            return None
        if words == ["init"]:
            (self.folder / "inventory.yaml").unlink()
        changes = words[0] == "remediate" or (words[0] == "usage" and words[1] != "status")
        if changes and "--dry-run" not in words:
            words.append("--yes")  # the operator's answer
        if words[0] == "watch" and "--once" not in words:
            words.append("--once")  # the operator ends it after the first round
        done = CliRunner().invoke(cli, words)
        self.shown = done.output
        if words == ["init"]:  # the operator puts switches into it
            shutil.copy(self.folder / "lab.yaml", self.folder / "inventory.yaml")
        return done

    def _here(self, text: str) -> str:
        for there, here in self._places().items():
            text = text.replace(there, here)
        return text

    def _places(self) -> dict[str, str]:
        """Return the folder or run to use for each that the pages name."""
        runs = sorted((self.folder / "runs").glob("2*"))
        return {
            "/media/usb": str(self.folder),
            "/var/lib/node_exporter/textfile": str(self.folder),
            "20261120T0": runs[0].name if runs else "",
        }

    def _newest(self, verb: str) -> Path:
        found = (self.folder / "runs").glob(f"2*-{verb}-??????")
        return max(found, key=lambda run: run.stat().st_ctime_ns)


class _AirGap(_Operator):
    """Two switches without a path to CSSM, of which one serves no SCP; the operator carries files."""

    exits: ClassVar = {
        "slp-ops usage import /media/usb/acks --site tokyo": 5,  # it waits for the copy of the operator
    }

    def switches(self) -> dict[str, str]:
        return {"tyo-core-01": "offline-overdue", "tyo-acc-01": "offline-overdue"}

    def prepare(self, page: str) -> None:
        self._cssm = Cssm()
        self.running.change("tyo-core-01", lambda switch: switch.configure("ip scp server enable"))

    def work(self, line: str) -> None:
        if "usage import /media/usb/acks" in line and not (self.folder / "acks").exists():
            (self.folder / "acks").mkdir()
            for file in (self.folder / "tokyo").glob("slp-ops_*.txt"):
                (self.folder / "acks" / file.name).write_bytes(self._cssm.upload(file.read_bytes()))
        if "usage import --resume" in line:  # the operator copies the acknowledgement by hand
            (file,) = (self.folder / "acks").glob("*acc-01*")
            target = re.findall(r"flash:(slp-ops_ack\S+)", self.shown)[-1]
            self.running.change("tyo-acc-01", lambda switch: switch.flash.update({target: file.read_bytes()}))
        if "usage save --resume" in line:
            self.running.access("tyo-core-01", denied=("license smart save",))
            self.type("slp-ops usage save --site tokyo --limit tyo-core-01 --all")
            assert "tyo-core-01 (tokyo): failed" in self.shown
            self.running.access("tyo-core-01", denied=())
        if "ACK.txt" in line:
            file = max(self.folder.glob("runs/*/upload/slp-ops_*core-01*.txt"))  # of the last save
            answer = self._cssm.upload(file.read_bytes(), sudi=None)
            (self.folder / "ACK.txt").write_bytes(answer)

    def _places(self) -> dict[str, str]:
        places = super()._places()
        for verb, name in (
            ("usage-import", "20261124T055545Z-usage-import-321cf5"),
            ("usage-save", "20261124T055513Z-usage-save-1f5b20"),
        ):
            if list((self.folder / "runs").glob(f"2*-{verb}-??????")):
                places[name] = self._newest(verb).name
        return places


class _Hub(_Operator):
    """A hub, and a worker of tokyo, as processes of this computer."""

    def prepare(self, page: str) -> None:
        self._port = free_pair()
        self._stack = ExitStack()

    def type(self, line: str) -> Result | None:
        words = shlex.split(self._here(line))[1:]
        if words == ["hub", "up"]:
            self._start_process(words, "workers join on port")
            return None
        if words[:2] == ["worker", "--site"]:
            self._start_process(words, "connected to")
            return None
        if words[:2] == ["hub", "init"]:
            words += ["--listen", "127.0.0.1", "--port", str(self._port)]
        piped = f"{self.shown.split()[-1]}\n" if words[:2] == ["worker", "join"] else None
        hub = str(self.folder / "hub" / "operator")  # copied to the operator's computer
        done = CliRunner().invoke(cli, words, input=piped, env={"SLP_OPS_HUB": hub})
        self.shown = done.output
        return done

    def _start_process(self, words: list[str], until: str) -> None:
        log = self.folder / f"{words[0]}.log"
        with log.open("w") as out:
            process = subprocess.Popen(
                [sys.executable, "-m", "slp_ops", *words],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
            )
        self._stack.callback(process.wait, 120)
        self._stack.callback(process.terminate)
        end = time.monotonic() + 60
        while until not in log.read_text():
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < end, log.read_text()
            time.sleep(0.05)

    def close(self) -> None:
        self._stack.close()

    def _places(self) -> dict[str, str]:
        here = {"hub.example.net:4223": f"127.0.0.1:{self._port + 1}", "hub.example.net": "127.0.0.1"}
        return {**here, **super()._places()}


_SITUATIONS: Final = {"air-gapped.md": _AirGap, "cluster.md": _Hub}
_HELP: Final = {"usage": _AirGap, "hub": _Hub, "worker": _Hub}  # the situation in which an example is typed


@pytest.mark.slow
@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_the_lines_of_a_page(
    path: Path, lab: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [(line, alone) for line, alone in _chains(path) if not _is_elsewhere(line)]
    if lines:
        _type_all(
            lines,
            _SITUATIONS.get(path.name, _Operator),
            path.name,
            lab=lab,
            at=tmp_path,
            monkeypatch=monkeypatch,
        )


@pytest.mark.slow
@pytest.mark.parametrize("situation", [_Operator, _AirGap, _Hub], ids=lambda each: each.__name__)
def test_the_examples_of_the_help(
    situation: type[_Operator], lab: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [
        (line, False)
        for path, typed in examples().items()
        if _HELP.get(path.split()[0], _Operator) is situation
        for line in typed
    ]
    _type_all(lines, situation, "--help", lab=lab, at=tmp_path, monkeypatch=monkeypatch)


def _type_all(
    lines: Iterable[tuple[str, bool]],
    situation: type[_Operator],
    page: str,
    *,
    lab: Callable[..., Any],
    at: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Type the lines one after the other, each with whether it must succeed without findings."""
    folder = at / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    for name, value in (
        ("PASSWORD", "netops"), ("ENABLE", "netops"), ("SSH_CONFIG", "none"), ("LOGIN_RATE", "0"),
    ):  # fmt: skip
        monkeypatch.setenv(f"SLP_OPS_{name}", value)
    operator = situation(folder, lab)
    operator.prepare(page)
    with closing(operator):
        for line, must_succeed in lines:
            done = operator.type(line)
            codes = (0,) if must_succeed else DONE  # with findings, the command behind && would not run
            codes = (operator.exits[line],) if line in operator.exits else codes
            assert done is None or done.exit_code in codes, f"{line}\n{done.output}\n{done.exception}"


@pytest.mark.slow
def test_the_line_for_cron(lab: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It runs with cron's environment, and with the file of variables that the unit of systemd reads."""
    (found,) = re.findall(r"^7 \* \* \* \* +slp-ops +(.*)$", _text("watch.md"), re.MULTILINE)
    operator = _Operator(tmp_path, lab)
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "inventory.yaml").write_text((tmp_path / "inventory.yaml").read_text())
    (tmp_path / "etc" / "watch.env").write_text("SLP_OPS_USERNAME=netops\nSLP_OPS_PASSWORD=netops\n")
    me = Path(sys.executable).parent / "slp-ops"
    for there, here in (
        ("/etc/slp-ops", f"{operator.folder}/etc"),
        ("/usr/local/bin/slp-ops", str(me)),
        ("/var/lib/slp-ops", f"{operator.folder}/var"),
        ("/var/log/slp-ops", str(operator.folder)),
    ):
        assert there in found
        found = found.replace(there, here)

    done = subprocess.run(
        ["/bin/sh", "-c", found],
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "SHELL": "/bin/sh", "LOGNAME": "slp-ops"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert done.returncode in DONE, done.stderr + (tmp_path / "watch.log").read_text()
    assert "first look" in done.stdout


def test_every_line_is_run_here_or_in_a_test_that_is_named() -> None:
    assert len(PAGES) > 12
    for words, where in ELSEWHERE.items():
        assert (ROOT / where).exists()
        assert any(words in line for path in PAGES for line in _lines(path)), words


def test_no_line_has_a_placeholder() -> None:
    """A word in capitals, or dots, is nothing that can be typed."""
    for path in PAGES:
        for line in _lines(path):
            if "SMART_LIC" in line or "ACK.txt" in line:
                continue
            assert not re.search(r"\b[A-Z]{3,}\b(?![/\w.-])|<|\.\.\.", line), (path.name, line)
