"""CONTRIBUTING suffices: an advisory, a show command, a check, a playbook and an inventory source are added.

It is done in a copy, by the steps of CONTRIBUTING alone; then the gates pass. Where a step changes, change
CONTRIBUTING and ``ADDED`` or ``CHANGED`` together.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
# The baseline is recorded again, which takes minutes; a repository and what is made from it are left out.
LEFT_OUT: Final = shutil.ignore_patterns(
    ".git", ".venv", "__pycache__", ".pytest_cache", ".hypothesis", "site", "demo", "recorded"
)

# -- files that are added

ADDED: Final = {
    "slp_ops/rules/data/advisories/CSCzz00001.yaml": """\
id: CSCzz00001
title:
  en: An invented defect of one train
  ja: ある系列の架空の不具合
severity: info
cause:
  en: This release prints a page that it should not.
  ja: このリリースでは不要なページが表示されます。
remedy:
  - en: Upgrade to 17.5.1 or later.
    ja: 17.5.1 以降へアップグレードします。
links:
  - https://bst.cisco.com/bugsearch/bug/CSCzz00001
releases:
  introduced: 17.4.1
  fixed: [17.5.1]
examples:
  affected: [17.4.1, 17.4.2]
  fixed: [17.5.1, 17.9.4]
  not_applicable: [16.12.5b, 17.3.3]
""",
    "slp_ops/commands/show_boot.py": '''\
"""``show boot``: one line, ``BOOT variable = flash:packages.conf;``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slp_ops.commands import ShowCommand
from slp_ops.commands._capture_text import Row, body, parsed
from slp_ops.facts.platform import BootVariable
from slp_ops.facts.values import Source

if TYPE_CHECKING:
    from slp_ops.commands import Parsed


def parse(text: str) -> Parsed:
    """Return the image that is booted next."""
    page = body(text, "show boot")
    found: BootVariable | None = None
    unread: list[Row] = []
    for row in page.rows:
        name, _, value = row.text.partition("=")
        if name.strip() == "BOOT variable":
            source = Source(page.command, line=row.line)
            found = BootVariable(image=value.strip().rstrip(";"), source=source)
        else:
            unread.append(row)
    return parsed(page, (found,), unread)


COMMAND = ShowCommand(command="show boot", parse=parse, provides=(BootVariable,))
''',
    "tests/commands/golden/show_boot/install-mode.txt": "BOOT variable = flash:packages.conf;\n",
    "slp_ops/rules/checks/traps.py": '''\
# ruff: noqa: TC001 - the engine reads the types of the parameters
"""SNMP traps about the configuration."""

from __future__ import annotations

from slp_ops.facts import ServicesConfig
from slp_ops.model import Severity
from slp_ops.rules.rule import Group, rule
from slp_ops.rules.texts import texts_of
from slp_ops.rules.values import Failed, Judgement, Passed

TEXTS = texts_of(__name__)


@rule(
    "config-traps",
    group=Group.INFORMATION,
    severity=Severity.WARNING,
    era=None,
    playbooks=("config-traps",),
)
def config_traps(services: ServicesConfig) -> Judgement:
    """Report that each change of the configuration sends a trap."""
    if not services.traps_config:
        return Passed()
    return Failed(summary=TEXTS["config-traps.summary"], evidence=services.cite("traps_config"))
''',
    "slp_ops/rules/checks/traps.yaml": """\
config-traps:
  title:
    en: Each change of the configuration sends a trap
    ja: 設定変更ごとのトラップ送信
  cause:
    en: The configuration enables ciscoConfigManEvent traps.
    ja: ciscoConfigManEvent トラップが有効です。
  remedy:
    - en: "Disable them: 'no snmp-server enable traps config'."
      ja: "'no snmp-server enable traps config' で無効にします。"
  summary:
    en: Configuration traps are enabled
    ja: 設定変更のトラップが有効です
""",
    "tests/rules/cases/traps.py": '''\
"""Traps."""

from __future__ import annotations

from slp_ops.facts import ServicesConfig

CASES = {
    "config-traps": {
        "pass": [[ServicesConfig()]],
        "fail": [[ServicesConfig(traps_config=True)]],
        "unknown": [[]],
    },
}
''',
    "playbooks/config-traps.yaml": """\
id: config-traps
title:
  en: Disable configuration traps
  ja: 設定変更のトラップを無効にする
remedies: [config-traps]
risk: change
order: 90
steps:
  - config:
      - {off: snmp-server enable traps config}
verify: [config-traps]
rollback: config
""",
    "slp_ops/inventory/sources/json_source.py": '''\
"""The native form as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from slp_ops.inventory.sources import yaml_source

if TYPE_CHECKING:
    from slp_ops.inventory.values import Inventory

SUFFIXES: Final = (".json",)


def read(content: str, path: str) -> Inventory:
    """Return the inventory of a text; raise InputError with everything that is wrong."""
    return yaml_source.read(content, path)  # JSON is YAML
''',
}

# -- files that are changed: a piece of text, and what replaces it

CHANGED: Final = (
    (
        "slp_ops/facts/platform.py",
        "\n\nclass ClockTrust(StrEnum):",
        "\n\n@dataclass(frozen=True, slots=True, kw_only=True)\nclass BootVariable(Fact):\n"
        '    """The image that is booted next."""\n\n    image: str\n\n\nclass ClockTrust(StrEnum):',
    ),
    (
        "tests/remediate/test_playbooks.py",
        "\nCASES = (\n",
        "\nCASES = (\n"
        '    Case(playbook="config-traps", scenario="periodic-shows", cures=frozenset({"config-traps"})),\n',
    ),
    (
        "slp_ops/lab/scenarios/periodic-shows.yaml",
        "informs: [callhome-transport, callhome-periodic-shows]\n",
        "expect: [config-traps]\ninforms: [callhome-transport, callhome-periodic-shows]\n",
    ),
)

# -- the gates

REFERENCE: Final[tuple[tuple[str, ...], ...]] = (
    ("python", "-m", "docs.generate"),
    ("pytest", "-q", "-p", "no:cacheprovider", "tests/commands/test_golden.py"),
)
# The real captures lie beside the project, not in the copy.
SAMPLES: Final = os.environ.get("SLP_OPS_SAMPLES") or str(ROOT.parent / "shared" / "samples")
GATES: Final[tuple[tuple[str, ...], ...]] = (
    ("ruff", "format", "--check", "."),
    ("ruff", "check", "."),
    ("mypy",),
    ("lint-imports",),
    (
        "pytest", "-q", "-p", "no:cacheprovider", "-m", "not slow and not browser",
        "tests/commands", "tests/rules", "tests/playbooks", "tests/inventory", "tests/docs",
        "tests/lab/test_scenarios.py", "tests/audit/test_scenarios.py", "tests/structure/test_modules.py",
    ),
    ("pytest", "-q", "-p", "no:cacheprovider", "tests/remediate/test_playbooks.py", "-k", "config-traps"),
)  # fmt: skip


def _run(folder: Path, words: tuple[str, ...], **environment: str) -> None:
    program = Path(sys.executable).with_name(words[0])  # of the same environment
    done = subprocess.run(
        [program, *words[1:]],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), **environment},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    if done.returncode:
        pytest.fail(f"{' '.join(words)}\n{done.stdout[-6000:]}\n{done.stderr[-2000:]}", pytrace=False)


@pytest.mark.slow
def test_contributing_suffices(tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(ROOT, folder, ignore=LEFT_OUT)
    for name, content in ADDED.items():
        path = folder / name
        assert not path.exists()
        path.parent.mkdir(exist_ok=True)
        path.write_text(content, encoding="utf-8")
    for name, old, new in CHANGED:
        path = folder / name
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{name} holds {text.count(old)} times: {old}"
        path.write_text(text.replace(old, new), encoding="utf-8")
    for words in REFERENCE:
        _run(folder, words, SLP_OPS_GOLDEN="write")
    for words in GATES:
        _run(folder, words, SLP_OPS_SAMPLES=SAMPLES)
