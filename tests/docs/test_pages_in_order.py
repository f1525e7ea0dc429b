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
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
import yaml
from click.testing import CliRunner, Result

from slp_ops.cli.main import cli
from slp_ops.lab import scenarios
from slp_ops.lab.fleet import default_fleet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT: Final = Path(__file__).parents[2]
_PAGES: Final = (
    ROOT / "README.md",
    ROOT / "README.ja.md",
    *(ROOT / "docs").glob("*.md"),
    *(ROOT / "docs" / "how-to").glob("*.md"),
)
_LINE: Final = re.compile(r"^ {4}(slp-ops [a-z].*)$", re.MULTILINE)
PAGES: Final = sorted(path for path in _PAGES if _LINE.search(path.read_text(encoding="utf-8")))
# Lines that other tests run: their situation is a whole procedure, an interruption, or another system.
ELSEWHERE: Final = {
    "usage import": "tests/usage/test_scp.py",
    "usage save --resume": "tests/usage/test_scp.py",
    "-i ansible:": "tests/docs/test_inventory_sources_page.py",
    "-i 'netbox+": "tests/docs/test_inventory_sources_page.py",
    "-i nornir:": "tests/docs/test_inventory_sources_page.py",
    "-i csv:": "tests/docs/test_inventory_sources_page.py",
    "-i netmiko:": "tests/docs/test_inventory_sources_page.py",
    "--flow": "tests/remediate",
    "--resume": "tests/remediate",
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

    def __init__(self, folder: Path, start: Callable[..., Any]) -> None:
        self.folder, self._start = folder, start
        fleet = {place.name: place.scenario for place in default_fleet() if place.site == "tokyo"}
        self._write("inventory.yaml", {**fleet, "sw-01": "healthy"})  # sw-01: the example of slp-ops init
        for name in ("lab.yaml", "inventory.example.yaml"):
            shutil.copy(folder / "inventory.yaml", folder / name)

    def _write(self, name: str, switches: dict[str, str]) -> None:
        running = self._start(scale=SCALE, **switches)
        devices = {each: {"host": "127.0.0.1", "port": running.rack[each].port} for each in switches}
        for each, scenario in switches.items():
            if scenarios.load(scenario).legacy_ssh:
                devices[each]["legacy_ssh"] = True
        sites = {"tokyo": {"devices": devices}}
        content = {"version": 1, "defaults": {"username": "netops"}, "sites": sites}
        (self.folder / name).write_text(yaml.safe_dump(content))

    def prepare(self, page: str) -> None:
        """Bring about what the page starts from."""
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

        if page == "own-rules.md":  # there are the rules of the page
            (self.folder / "rules").mkdir()
            for name, text in re.findall(
                r"^`rules/(\S+)`:\n\n```\w+\n(.*?)^```$", _text(page), re.DOTALL | re.MULTILINE
            ):
                (self.folder / "rules" / name).write_text(text)

    def type(self, line: str) -> Result | None:
        """Run a line; None for the lab, which runs already."""
        words = shlex.split(self._here(line))[1:]
        if words[:2] == ["lab", "up"]:
            if "--scenario" in words:
                scenario = words[words.index("--scenario") + 1]
                self._write(words[words.index("--inventory-out") + 1], {f"{scenario}-0001": scenario})
            return None
        if words == ["init"]:
            (self.folder / "inventory.yaml").unlink()
        changes = words[0] == "remediate" or words[:2] == ["usage", "save"]
        if changes and "--dry-run" not in words:
            words.append("--yes")  # the operator's answer
        done = CliRunner().invoke(cli, words)
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


@pytest.mark.slow
@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_the_lines_of_a_page(
    path: Path, lab: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [(line, alone) for line, alone in _chains(path) if not _is_elsewhere(line)]
    if not lines:
        return
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    for name, value in (
        ("PASSWORD", "netops"), ("ENABLE", "netops"), ("SSH_CONFIG", "none"), ("LOGIN_RATE", "0")
    ):  # fmt: skip
        monkeypatch.setenv(f"SLP_OPS_{name}", value)
    operator = _Operator(folder, lab)
    operator.prepare(path.name)
    for line, must_succeed in lines:
        done = operator.type(line)
        codes = (0,) if must_succeed else DONE  # with findings, the command behind && would not run
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
