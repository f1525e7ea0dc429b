"""Inputs of audits: a saved run, or files."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slp_ops.app.bounded_tables import bounded_rows
from slp_ops.app.read_device import status_of
from slp_ops.errors import InputError, Problem
from slp_ops.facts import Software
from slp_ops.iosxe.names import is_address
from slp_ops.model import DeviceResult
from slp_ops.parsing import Facts, name_in_outputs, read, split_devices, text_of
from slp_ops.regular_files import LARGEST_TEXT, read_input
from slp_ops.rules.settings import Intent
from slp_ops.runs.runs import READING_VERBS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence
    from pathlib import Path

    from slp_ops.app.operator import Operator
    from slp_ops.inventory.selection import Selection
    from slp_ops.model import CaptureStatus, Device
    from slp_ops.parsing import ParsedCapture, PastedDevice
    from slp_ops.runs import Runs, StoredRun

_MOST_KEPT = 500  # devices, each of about 350 kB
_MOST_TEXT = 100 * 2**20  # characters of texts kept for the operator's rules


def open_run(
    runs: Runs, reference: str, operator: Operator, *, also: frozenset[str] = frozenset()
) -> StoredRun:
    """Open the run to judge: ``last`` is the last one of a verb that reads enough, or of one of ``also``.

    Another run that is given by name is opened with a notice. Raises InputError.
    """
    verbs = READING_VERBS | also
    run = runs.open(reference, verbs=verbs)
    if run.header.verb not in verbs:
        operator.notice(
            f"note: run {run.id} is of {run.header.verb}, which reads a part of what an audit needs; "
            "each switch names what is missing"
        )
    return run


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceInput:
    """One device: how it was read, its facts if anything was, and what the inventory intends."""

    result: DeviceResult
    facts: Facts | None
    intent: Intent


class FactsCache:
    """The facts of saved runs that one call needs more than once, each parsed once.

    Only devices of ``runs`` are kept, and no more than fit into memory; any other device is parsed anew.
    ``cleaned`` is applied to each text before it is parsed; ``keep`` names commands whose texts are kept.
    """

    def __init__(
        self, *runs: StoredRun, cleaned: Callable[[str], str] = str, keep: Collection[str] = ()
    ) -> None:
        self._paths = {run.path.resolve() for run in runs}
        self._kept: dict[tuple[Path, str], Facts] = {}
        self._cleaned = cleaned
        self._keep = keep
        self._text = 0

    def of(self, run: StoredRun, device: str) -> Facts:
        """Return the facts of one device. Raises StoreError."""
        key = (run.path.resolve(), device)
        if (kept := self._kept.get(key)) is not None:
            return kept
        facts = facts_of(run, device, self._cleaned, self._keep)
        if key[0] in self._paths and len(self._kept) < _MOST_KEPT and self._text < _MOST_TEXT:
            self._kept[key] = facts
            self._text += sum(len(each.text or "") for each in facts.captures)
        return facts


def from_run(
    run: StoredRun, selection: Selection | None = None, facts: FactsCache | None = None
) -> Iterator[DeviceInput]:
    """The devices of a saved run that are selected, one after the other.

    Raises StoreError, and SelectionError when the run has none of them.
    """
    names = None if selection is None else [device.name for device in _select_devices(run, selection)]
    yield from devices_of(run, names, facts or FactsCache())


def devices_of(run: StoredRun, names: Collection[str] | None, facts: FactsCache) -> Iterator[DeviceInput]:
    """Yield the named devices of a saved run, one after the other; None is all. Raises StoreError."""
    wanted = None if names is None else frozenset(names)
    for result in run.devices:
        if wanted is None or result.name in wanted:
            found = facts.of(run, result.name) if result.captures else None
            intent = Intent.of(run.about[result.name].intent)
            yield DeviceInput(result=result, facts=found, intent=intent)


def facts_of(
    run: StoredRun, device: str, cleaned: Callable[[str], str] = str, keep: Collection[str] = ()
) -> Facts:
    """Return the facts of one device of a saved run. Raises StoreError."""
    return read(_captures(run, device, cleaned), rows=bounded_rows, keep=keep)


def _captures(
    run: StoredRun, device: str, cleaned: Callable[[str], str]
) -> Iterator[tuple[str, CaptureStatus, str]]:
    for capture in run.captures(device):
        text = cleaned(run.text(device, capture)) if capture.file is not None else ""
        yield capture.command, capture.status, text


def from_files(paths: Sequence[Path], keep: Collection[str] = ()) -> Iterator[DeviceInput]:
    """Yield the switches of each path: a file with outputs of one, or a folder of such files or folders.

    A syslog server's file holds a switch for each host in it, a terminal's one for each prompt, an archive
    of configurations one for each ``hostname``. The texts of the commands in ``keep`` are kept. Raises
    InputError.
    """
    seen: Counter[str] = Counter()
    for path in paths:
        for folder, devices in _read_path(path, keep):
            for host, facts in devices:
                name, release = _identify(facts, host or folder.stem)
                seen[name] += 1
                if seen[name] > 1:
                    name = f"{name} ({folder.name})"
                status = status_of(facts.captures)
                result = DeviceResult(name=name, site="", status=status, release=release)
                yield DeviceInput(result=result, facts=facts, intent=Intent())


def _read_path(path: Path, keep: Collection[str]) -> Iterator[tuple[Path, list[tuple[str | None, Facts]]]]:
    """Yield a file or folder with the switches in it; of a folder without any, the folders in it."""
    folders = _folders_in(path)
    devices = [] if folders and not _has_files(path) else _devices_in(path, keep)
    # A known command is enough: where the switch refused it, the audit names what is missing.
    if any(facts.platform or any(map(_is_used, facts.captures)) for _, facts in devices):
        yield path, devices
        return
    if not folders:
        raise InputError(
            (Problem(path=str(path), message="contains no known show command"),),
            hint="give a show tech, a terminal log with its prompts, or outputs with their command above; "
            "'slp-ops explain TEXT' explains a single message or sentence",
        )
    for folder in folders:
        yield from _read_path(folder, keep)


def _devices_in(path: Path, keep: Collection[str]) -> list[tuple[str | None, Facts]]:
    return _facts_by_switch([_text(file) for file in files_of(path)], keep)


def _folders_in(path: Path) -> list[Path]:
    """Return the folders in a folder, as the archive of a collector has them: none for a file."""
    if not path.is_dir():
        return []
    return sorted(
        each
        for each in path.iterdir()
        if each.is_dir() and not each.is_symlink() and not each.name.startswith(".")
    )


def _has_files(path: Path) -> bool:
    return any(each.is_file() and not each.name.startswith(".") for each in path.iterdir())


def _is_used(capture: ParsedCapture) -> bool:
    """Return whether a capture is of a command that a rule may use."""
    return capture.known is not None or capture.text is not None


def _facts_by_switch(texts: Sequence[str], keep: Collection[str]) -> list[tuple[str | None, Facts]]:
    """Return the facts of each switch of these texts, with its host name where a text shows one."""
    found = _named([device for text in texts for device in split_devices(text)])
    hosts = {device.host.casefold() for device in found if device.host is not None}
    if len(hosts) <= 1:
        host = next((device.host for device in found if device.host is not None), None)
        return [(host, _facts(found, keep))]
    by_host: dict[str, list[PastedDevice]] = {}
    for device in found:
        by_host.setdefault((device.host or "").casefold(), []).append(device)
    return [(same[0].host, _facts(same, keep)) for same in by_host.values()]


def _named(found: list[PastedDevice]) -> list[PastedDevice]:
    """Name the texts without a prompt by the host name in their outputs, if the texts name several hosts."""
    own = [device.host or name_in_outputs(device) for device in found]
    names = {name.partition(".")[0].casefold() for name in own if name is not None and not is_address(name)}
    if len(names) <= 1:
        return found
    return [device._replace(host=name) for device, name in zip(found, own, strict=True)]


def _facts(same: Sequence[PastedDevice], keep: Collection[str]) -> Facts:
    """Return the facts of one switch; a neighbour of another platform in its text changes nothing."""
    facts = read((part for device in same for part in device.parts), keep=keep)
    software = facts.get(Software)
    if facts.platform is not None or (software is not None and software.release is not None):
        platform = facts.platform
    else:
        platform = next((each.platform for each in same if each.platform is not None), None)
    return facts if platform is None else Facts({}, facts.captures, platform=platform)


def _select_devices(run: StoredRun, selection: Selection) -> tuple[Device, ...]:
    """Select by the inventory data stored in the run."""
    from slp_ops.inventory.selection import select
    from slp_ops.inventory.values import Inventory, Site
    from slp_ops.model import Device

    abouts = run.header.devices
    devices = tuple(
        Device(name=about.name, site=about.site, host=about.host, tags=about.tags) for about in abouts
    )
    sites = tuple(Site(name=name) for name in dict.fromkeys(about.site for about in abouts))
    return select(Inventory(sites=sites, devices=devices), selection)


def files_of(path: Path) -> list[Path]:
    """Return the file, or the files of a folder in order. Raises InputError for an empty folder."""
    if not path.is_dir():
        return [path]
    files = sorted(each for each in path.iterdir() if each.is_file() and not each.name.startswith("."))
    if not files:
        raise InputError((Problem(path=str(path), message="is an empty folder"),))
    return files


def _text(path: Path) -> str:
    """The file's text with its secrets masked: it may come from anywhere, and go to a screen."""
    import secrets

    from slp_ops.redact import redact

    return redact(text_of(read_input(path, LARGEST_TEXT)), secrets.token_bytes(32))


def _identify(facts: Facts, otherwise: str) -> tuple[str, str | None]:
    """Return the switch's name, as its outputs print it or else as given, and its release."""
    from slp_ops.facts import ConfigInfo

    software, config = facts.get(Software), facts.get(ConfigInfo)
    named = (software.hostname if software else None) or (config.hostname if config else None)
    release = software.release if software is not None else None
    return named or otherwise, None if release is None else str(release)
