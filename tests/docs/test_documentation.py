"""The documentation is what the program does: generated pages, links, commands, metrics."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pytest

from slp_ops.cli.exits import Exit
from slp_ops.cli.main import VERBS

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
BY_HAND = sorted(
    path
    for path in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"))
    if path.parent.name not in ("reference", "adr") and path.name != "CHANGELOG.md"
)
_COMMAND = re.compile(r"^ {4}(slp-ops [a-z].*)$")


def test_generated_pages_are_what_the_program_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(ROOT)
    generate: Any = import_module("docs.generate")
    wrong = list(generate.changed(generate.pages()))
    assert not wrong, "run: make reference"


def test_the_site_is_built_and_every_link_in_it_leads_somewhere(tmp_path: Path) -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "mkdocs",
            "build",
            "--strict",
            "--quiet",
            "--site-dir",
            str(tmp_path / "site"),
        ],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    page = (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
    fetched = re.findall(r'<(?:script|link|img)\b[^>]*\b(?:src|href)="(?:https?:)?//[^"]*"', page)
    fetched = [each for each in fetched if 'rel="canonical"' not in each]
    assert not fetched, "the site fetches from elsewhere"


@pytest.mark.parametrize("path", sorted(ROOT.glob("*.md")), ids=lambda path: path.name)
def test_links_of_pages_beside_the_site_lead_somewhere(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text):
        if not target.startswith(("http:", "https:", "mailto:")):
            assert (path.parent / target).exists(), target


def _commands() -> Iterator[tuple[str, str]]:
    for path in BY_HAND:
        for line in path.read_text(encoding="utf-8").replace("\\\n", " ").split("\n"):
            if found := _COMMAND.match(line):
                for part in found[1].partition("  #")[0].split(" && "):
                    if not any(sign in part for sign in ("...", "|", "--html F")):  # a form, no command
                        yield path.name, part


@pytest.mark.parametrize(("page", "line"), sorted(set(_commands())))
def test_a_command_in_the_documentation_exists_with_its_options(page: str, line: str) -> None:
    _, verb, *words = shlex.split(line)
    command: click.Command = import_module(f"slp_ops.cli.{VERBS[verb][0]}").command
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        inner = command.get_command(click.Context(command), words.pop(0))
        assert inner is not None, line
        command = inner
    command.make_context(verb, words, resilient_parsing=True)


def test_there_are_commands_to_look_at() -> None:
    assert len(set(_commands())) > 20


def test_every_documented_metric_is_written_and_every_written_one_documented() -> None:
    said = (ROOT / "docs" / "how-to" / "reports.md").read_text(encoding="utf-8")
    source = (ROOT / "slp_ops" / "report" / "as_prometheus.py").read_text(encoding="utf-8")
    names = re.compile(r"\bslp_ops_[a-z_]*[a-z]\b")
    written = set(re.findall(r'"(slp_ops_[a-z_]+)"', source))
    assert set(re.findall(r"^\| `(slp_ops_[a-z_]+)`", said, re.MULTILINE)) == written
    used = {name for line in said.split("\n") if "expr:" in line for name in names.findall(line)}
    assert used <= written


@pytest.mark.parametrize("name", ["README.md", "README.ja.md"])
def test_both_readmes_name_every_verb_and_every_exit_code(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    table = "".join(line for line in text.split("\n") if line.startswith("| `slp-ops"))
    for verb in VERBS:
        assert re.search(rf"`(?:slp-ops )?{verb}\b", table), verb
    for code in Exit:
        assert re.search(rf"^\| {code.value} \|", text, re.MULTILINE)


def test_each_topology_and_each_case_has_a_page() -> None:
    pages = {path.stem for path in (ROOT / "docs" / "how-to").glob("*.md")}
    for kind in ("smart", "callhome", "cslu", "on-prem", "controller", "offline"):
        assert f"topology-{kind}" in pages
    for case in ("1-cslu-not-set", "2-dns", "3-timeout", "4-flapping", "fn72323", "fn72578", "cscwa11048"):
        assert f"case-{case}" in pages
