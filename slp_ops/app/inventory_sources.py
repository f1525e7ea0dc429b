"""Read the sources of an inventory, from themselves or from the cache, and merge their devices into it."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from slp_ops.errors import InputError
from slp_ops.i18n import pluralize
from slp_ops.inventory.source_rows import count_reasons, merge
from slp_ops.sanitize import one_line
from slp_ops.source_systems import reading_cache, source_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slp_ops.app.operator import Operator
    from slp_ops.inventory import Inventory
    from slp_ops.inventory.source_rows import SourceReading
    from slp_ops.inventory.values import SourceOptions, SourceRequest

_MOST_NAMES: Final = 20


def with_sources(inventory: Inventory, options: SourceOptions, operator: Operator) -> Inventory:
    """Return the inventory with the devices of its sources. Raises InputError for one that cannot be read."""
    options.check()
    if not inventory.sources:
        return inventory
    readings = _read_all(inventory.sources, options)
    for (reading, age), request in readings:
        if age is not None:
            renew = "" if options.offline else "; --refresh reads it again"
            devices = pluralize(len(reading.devices), "device")
            operator.notice(f"{request.location}: {devices}, read {format_age(age)} ago{renew}")
        if not reading.devices:
            operator.notice(f"{request.location}: no device")
        for note in reading.notes:
            operator.notice(f"note: {one_line(note)}")
    merged = merge(inventory, [(request, reading) for (reading, _), request in readings])
    for location, count in Counter(each.source for each in merged.unusable).items():
        here = [each for each in merged.unusable if each.source == location]
        reasons = ", ".join(f"{number} {reason}" for reason, number in count_reasons(here).items())
        operator.notice(
            f"{location}: {pluralize(count, 'device')} cannot be used ({one_line(reasons)}); "
            "slp-ops inventory check names each"
        )
    for location in dict.fromkeys(each.source for each in merged.unused_addresses):
        operator.notice(_other_addresses(merged, location))
    return merged


def _other_addresses(merged: Inventory, location: str) -> str:
    """Return the note of the devices for which a source has an address that is not used."""
    found = [each for each in merged.unused_addresses if each.source == location]
    names = [f"{each.name} ({each.used} / {each.address})" for each in found]
    listed = one_line(", ".join(names[:_MOST_NAMES]))
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    devices = pluralize(len(found), "device")
    return f"note: {location}: another address for {devices} (used / not used): {listed}{more}"


def _read_all(
    requests: Sequence[SourceRequest], options: SourceOptions
) -> list[tuple[tuple[SourceReading, timedelta | None], SourceRequest]]:
    """Read all sources at once. An interruption does not wait for those that have not answered."""
    threads = ThreadPoolExecutor(max_workers=min(8, len(requests)))
    waits = True
    try:
        futures = [threads.submit(_read, request, options) for request in requests]
        return [(future.result(), request) for future, request in zip(futures, requests, strict=True)]
    except KeyboardInterrupt:
        waits = False
        raise
    finally:
        threads.shutdown(wait=waits, cancel_futures=True)


def _read(request: SourceRequest, options: SourceOptions) -> tuple[SourceReading, timedelta | None]:
    """Return a reading, and its age where it comes from the cache."""
    source = source_of(request)
    kept = reading_cache.load(request)
    age = kept.age(datetime.now(UTC)) if kept is not None else timedelta()
    if kept is not None and (
        options.offline or (not options.refresh and age < timedelta(seconds=source.cached))
    ):
        return kept.reading, age
    if options.offline:
        raise InputError(
            f"{request.location}: no earlier result is stored",
            hint="run once without --offline, while the source answers",
        )
    try:
        reading = source.read(request)
    except InputError as error:
        if kept is None:
            raise
        devices = pluralize(len(kept.reading.devices), "device")
        offered = f"--offline takes the reading of {format_age(age)} ago ({devices})"
        raise InputError(
            error.problems or error.message, hint="; ".join(filter(None, (error.hint, offered)))
        ) from None
    reading_cache.save(request, reading)
    return reading, None


def format_age(age: timedelta) -> str:
    """Return an age in one unit: 40 seconds, 12 minutes, 5 hours, 3 days."""
    seconds = int(age.total_seconds())
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= 2 * length:
            return pluralize(seconds // length, unit)
    return pluralize(seconds, "second")
