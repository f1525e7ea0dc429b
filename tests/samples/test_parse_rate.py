"""Share of real captures that is parsed into facts. As a script it prints the figure of each command.

A line ``label: value`` counts as kept when its value is among the facts, word for word or as the number
that it is. The captures stay outside the project; ``SLP_OPS_SAMPLES`` says where.
"""

from __future__ import annotations

import json
import os
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from slp_ops.commands import find
from slp_ops.commands._values import MISSING
from slp_ops.json_documents import encode

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

HERE = Path(__file__).parent
SAMPLES = Path(os.environ.get("SLP_OPS_SAMPLES") or HERE.parents[1].parent / "shared" / "samples")
LEAST = 0.99

# Folder of samples -> the command that printed them.
FOLDERS = {
    "show-call-home-profile-all": "show call-home profile all",
    "show-call-home-smart-licensing": "show call-home smart-licensing",
    "show-clock": "show clock",
    "show-crypto-pki-trustpool": "show crypto pki trustpool",
    "show-hosts": "show hosts",
    "show-hosts-summary": "show hosts summary",
    "show-install-summary": "show install summary",
    "show-inventory": "show inventory",
    "show-inventory-oid": "show inventory oid",
    "show-inventory-raw": "show inventory raw",
    "show-ip-interface-brief": "show ip interface brief",
    "show-license-all": "show license all",
    "show-license-authorization": "show license authorization",
    "show-license-eventlog": "show license eventlog 2",
    "show-license-history-message": "show license history message",
    "show-license-rum-id-all": "show license rum id all",
    "show-license-rum-id-all-piped": "show license rum id all",
    "show-license-rum-id-detail": "show license rum id 1634211151 detail",
    "show-license-status": "show license status",
    "show-license-summary": "show license summary",
    "show-license-tech-support": "show license tech support",
    "show-license-tech-support-piped": "show license tech support",
    "show-license-udi": "show license udi",
    "show-license-usage": "show license usage",
    "show-logging": "show logging",
    "show-logging-piped": "show logging",
    "show-ntp-status": "show ntp status",
    "show-processes-cpu": "show processes cpu",
    "show-processes-cpu-piped": "show processes cpu",
    "show-processes-cpu-sorted": "show processes cpu sorted",
    "show-processes-cpu-sorted-piped": "show processes cpu sorted",
    "show-processes-memory": "show processes memory",
    "show-processes-memory-piped": "show processes memory",
    "show-processes-memory-sorted": "show processes memory sorted",
    "show-running-config": "show running-config",
    "show-switch": "show switch",
    "show-switch-detail": "show switch detail",
    "show-version": "show version",
    "test-license-smart-rum-show": "test license smart rum show 1671840757",
}
_LABELLED = re.compile(r"^\s*[A-Za-z][^:]*:\s+(\S.*?)\s*$")
_ENVELOPE = ("Load for five secs:", "Time source is ", "No time source,")


@dataclass
class Figure:
    """What became of the labelled lines of one folder."""

    lines: int = 0
    lost: list[str] = field(default_factory=list)

    @property
    def kept(self) -> float:
        return 1.0 if not self.lines else 1 - len(self.lost) / self.lines


def samples_present() -> bool:
    return SAMPLES.is_dir()


def texts(folder: str) -> Iterator[tuple[str, str]]:
    for path in sorted((SAMPLES / folder).glob("*.txt")):
        yield path.name, path.read_bytes().decode("utf-8", "surrogateescape")


def leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for each in value.values():
            yield from leaves(each)
    elif isinstance(value, list):
        for each in value:
            yield from leaves(each)
    elif value is not None:
        yield value


def facts_of(folder: str, text: str) -> list[Any]:
    command = find(FOLDERS[folder])
    assert command is not None, folder
    return [encode(fact) for fact in command.parse(text).facts]


def measure(folder: str) -> Figure:
    figure = Figure()
    for name, text in texts(folder):
        found = {str(leaf) for leaf in leaves(facts_of(folder, text))}
        for line in text.splitlines():
            labelled = _LABELLED.match(line)
            if labelled is None or labelled[1] in MISSING or line.startswith(_ENVELOPE):
                continue
            figure.lines += 1
            if labelled[1] not in found:
                figure.lost.append(f"{name}: {line.strip()}")
    return figure


@dataclass(frozen=True)
class Disagreement:
    """A value of the expected data that is in none of our facts."""

    folder: str
    file: str
    path: str
    value: str


def _spelled(value: Any) -> str:
    """A value as both sides can agree on it: case, blanks and the form of numbers do not count."""
    text = " ".join(str(value).lower().split())
    try:
        number = float(text)
    except ValueError:
        return text
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else text


def _expected(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _expected(each, f"{path}/{key}")
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from _expected(each, f"{path}/{number}")
    elif value is not None and value != "" and not isinstance(value, bool):
        yield path, value


def _said(value: str, ours: set[str], everything: str) -> bool:
    """Among our leaves, or a part of one: others cut into pieces what we keep whole."""
    if value in ours:
        return True
    return re.search(rf"(?<![a-z0-9]){re.escape(value)}(?![a-z0-9])", everything) is not None


def disagreements(folder: str) -> Iterator[Disagreement]:
    for name, text in texts(folder):
        beside = SAMPLES / folder / (name.removesuffix(".txt") + ".json")
        if not beside.exists():
            continue
        ours = {_spelled(leaf) for leaf in leaves(facts_of(folder, text))}
        everything = "\n".join(ours)
        for path, value in _expected(json.loads(beside.read_text(encoding="utf-8"))):
            if not _said(_spelled(value), ours, everything):
                yield Disagreement(folder, name, path, str(value))


def explained() -> list[dict[str, str]]:
    listed: list[dict[str, str]] = yaml.safe_load((HERE / "disagreements.yaml").read_text(encoding="utf-8"))
    return listed


def _explains(entry: dict[str, str], found: Disagreement) -> bool:
    return all(
        re.fullmatch(entry[name], said, re.DOTALL)
        for name, said in (("folder", found.folder), ("path", found.path), ("value", found.value))
    )


needs_samples = pytest.mark.skipif(
    not samples_present() and os.environ.get("CI") != "true",
    reason=f"the real captures are not at {SAMPLES}; name their folder in SLP_OPS_SAMPLES",
)


@needs_samples
@pytest.mark.parametrize("folder", FOLDERS)
def test_99_percent_of_the_labelled_lines_become_facts(folder: str) -> None:
    assert samples_present(), f"the real captures are not at {SAMPLES}"
    figure = measure(folder)
    shown = "\n".join(figure.lost[:20])
    assert figure.kept >= LEAST, f"{figure.kept:.2%} of {figure.lines} lines kept; lost:\n{shown}"


@needs_samples
def test_every_sample_gives_facts_unless_it_says_nothing() -> None:
    assert samples_present(), f"the real captures are not at {SAMPLES}"
    silent = [
        f"{folder}/{name}"
        for folder in FOLDERS
        for name, text in texts(folder)
        if text.strip() and not facts_of(folder, text)
    ]
    assert silent == []


@needs_samples
def test_every_disagreement_with_the_expected_data_is_explained() -> None:
    assert samples_present(), f"the real captures are not at {SAMPLES}"
    listed = explained()
    found = [each for folder in FOLDERS for each in disagreements(folder)]
    unexplained = [each for each in found if not any(_explains(entry, each) for entry in listed)]
    assert unexplained == []
    idle = [entry["why"] for entry in listed if not any(_explains(entry, each) for each in found)]
    assert idle == [], "explanations of what no longer differs"


def test_every_explanation_says_who_is_right_and_why() -> None:
    for entry in explained():
        assert set(entry) == {"folder", "path", "value", "right", "why"}
        assert entry["right"].startswith(("ours", "theirs", "both"))


def _table(folders: Iterable[str]) -> Iterator[str]:
    yield f"{'command':<45}{'lines':>7}{'lost':>6}{'kept':>10}"
    for folder in folders:
        figure = measure(folder)
        kept = f"{figure.kept:.2%}" if figure.lines else "-"
        yield f"{FOLDERS[folder]:<45}{figure.lines:>7}{len(figure.lost):>6}{kept:>10}"


if __name__ == "__main__":
    if not samples_present():
        sys.exit(f"the real captures are not at {SAMPLES}; name their folder in SLP_OPS_SAMPLES")
    sys.stdout.writelines(f"{row}\n" for row in _table(FOLDERS))
