"""Secrets planted in the pages of a switch and in a pasted file are in no file and no output of any verb."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
import yaml

from slp_ops.app.traceback_file import save_traceback
from slp_ops.lab import scenarios
from slp_ops.lab.screens import lines, render

if TYPE_CHECKING:
    from collections.abc import Iterator

CORPUS: Final = Path(__file__).parents[1] / "redact" / "corpus"
PAGES: Final = (("show", "running-config"), ("show", "logging"), ("show", "tech-support"))
# Control characters belong to the tests of the redactor: a text line of a switch has none.
PRINTED: Final = re.compile(r"\\(?:[rtb]|x[0-9a-f]{2}|u[0-9a-f]{4})")
# A shorter one, a lower-case word such as "private", and a plain number are part of harmless text too.
DISTINCT: Final = re.compile(r"(?![a-z]+$|[0-9]+$).{6,}")


def _planted() -> tuple[tuple[str, ...], frozenset[str]]:
    """Return the lines to plant, and the secrets in them."""
    cases = [
        line.replace("\\n", "\n").replace("\\\\", "\\")
        for path in sorted(CORPUS.glob("secrets-*.txt"))
        for line in path.read_text("utf-8").split("\n")
        if line and not PRINTED.search(line)
    ]
    secrets = {
        secret
        for case in cases
        for secret in re.findall("«(.*?)»", case, re.DOTALL)
        if DISTINCT.fullmatch(secret) and not secret.startswith("plain")
    }
    switch = scenarios.load("invalid-token").build()
    harmless = "\n".join(render(switch, words) or "" for words in PAGES)
    text = "\n".join(case.replace("«", "").replace("»", "") for case in cases)
    return tuple(text.split("\n")), frozenset(each for each in secrets if each not in harmless)


LINES, SECRETS = _planted()


def _leaks(content: bytes) -> list[str]:
    return sorted(each for each in SECRETS if each.encode() in content)


def _contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the name and content of every file below a folder, and of every member of its zip files."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            yield str(path.relative_to(folder)), content
            if content.startswith(b"PK"):
                with zipfile.ZipFile(io.BytesIO(content)) as archive:
                    for name in archive.namelist():
                        yield f"{path.name}!{name}", archive.read(name)


class Program:
    """``slp-ops`` as a process of its own, whose output is saved beside everything else that it writes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()

    def __call__(self, *words: str, codes: tuple[int, ...] = (0, 3, 4)) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "slp_ops", *words],
            cwd=self.folder,
            env={**os.environ, "SLP_OPS_PASSWORD": "netops", "SLP_OPS_ENABLE": "netops"},
            capture_output=True,
            text=True,
            timeout=400,
            check=False,
        )
        assert done.returncode in codes, (words, done.returncode, done.stderr[-2000:])
        number = len(list(self.folder.glob("output-*.txt")))
        (self.folder / f"output-{number:02}.txt").write_text(f"{words}\n{done.stdout}\n{done.stderr}")
        return done.stdout


@pytest.fixture
def slp_ops(tmp_path: Path) -> Program:
    return Program(tmp_path / "work")


def test_enough_is_planted() -> None:
    assert len(SECRETS) >= 300


@pytest.mark.slow
@pytest.mark.parametrize("transport", ["netmiko", "asyncssh"])
def test_secrets_that_a_switch_prints(transport: str, lab: Any, slp_ops: Program, tmp_path: Path) -> None:
    running = lab(sw1="invalid-token", sw2="dns-failure")
    for name in ("sw1", "sw2"):
        running.change(name, lambda switch: switch.additions.update(dict.fromkeys(PAGES, LINES)))
    assert all(line in "\n".join(lines(running.switch("sw1"), PAGES[0]) or ()) for line in LINES)
    inventory = tmp_path / "inventory.yaml"
    devices = {name: {"host": "127.0.0.1", "port": running.rack[name].port} for name in ("sw1", "sw2")}
    inventory.write_text(
        yaml.safe_dump({
            "version": 1, "defaults": {"username": "netops"}, "sites": {"tokyo": {"devices": devices}},
        })
    )  # fmt: skip
    fleet = ("-i", str(inventory), "--transport", transport)
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ncat >> {slp_ops.folder}/findings.json\nenv > {slp_ops.folder}/env.txt\n")
    program.chmod(0o700)

    slp_ops("collect", *fleet, "--command", "show tech-support")
    slp_ops("watch", *fleet, "--once", "--exec", str(program), "--json")
    running.change("sw1", lambda switch: switch.configure("no ip domain lookup"))
    slp_ops("watch", *fleet, "--once", "--exec", str(program), "--json")
    slp_ops("audit", *fleet, "--json")
    slp_ops("audit", "--run", "last", "--lang", "ja")
    slp_ops("facts", "last")
    slp_ops(
        "report",
        "last",
        *(f"--{form}=report.{form}" for form in ("html", "xlsx", "json", "csv", "junit", "md")),
    )
    slp_ops("bundle", "last", "--no-ask", "-o", "case.zip")
    # The independent check may name a planted line that looks like a secret; what leaks is compared below.
    slp_ops("bundle", "--check", "case.zip", codes=(0, 3))
    slp_ops("history", "sw1")
    slp_ops("runs", "list")
    plan = ("--playbook", "name-server", "--param", "name_servers=192.0.2.53", "--limit", "sw2")
    slp_ops("remediate", *fleet, *plan, "--dry-run", "--out", "plan.json")
    slp_ops("remediate", *fleet, "--plan", "plan.json", "--yes", codes=(0, 3, 5))
    assert running.lines("sw2", "config")
    slp_ops("diff", *(each["id"] for each in json.loads(slp_ops("runs", "list", "--json"))["runs"][:2]))

    found = {name: leaks for name, content in _contents(tmp_path) if (leaks := _leaks(content))}
    assert found == {}
    assert list(slp_ops.folder.rglob("journal*"))
    assert (slp_ops.folder / "findings.json").stat().st_size


@pytest.mark.slow
def test_secrets_in_a_file(slp_ops: Program, tmp_path: Path) -> None:
    switch = scenarios.load("invalid-token").build()
    switch.additions.update(dict.fromkeys(PAGES, LINES))
    commands = (("show", "version"), *PAGES, ("show", "license", "all"))
    pasted = tmp_path / "given" / "pasted.txt"
    pasted.parent.mkdir()
    pasted.write_text(
        "".join(
            f"sw1#{' '.join(words)}\n" + "\n".join(lines(switch, words) or ()) + "\nsw1#\n"
            for words in commands
        )
    )

    for verb in (("audit",), ("audit", "--json"), ("parse",), ("facts",), ("check-version",)):
        slp_ops(*verb, str(pasted), codes=(0, 2, 3, 4))

    found = {name: leaks for name, content in _contents(slp_ops.folder) if (leaks := _leaks(content))}
    assert found == {}


def test_secrets_in_a_traceback() -> None:
    path = save_traceback("\n".join(("Traceback (most recent call last):", *LINES)))

    assert _leaks(path.read_bytes()) == []
    assert path.stat().st_mode & 0o777 == 0o600
