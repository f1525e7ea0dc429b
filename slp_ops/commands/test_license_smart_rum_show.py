"""``test license smart rum show ID``: the content of a report, one JSON object in one line.

{"version":"2.0","asset_identification":{"report_id":1700000001,...},"measurements":[...]}
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from slp_ops.commands import ShowCommand
from slp_ops.commands._capture_text import Row, body, parsed
from slp_ops.facts.rum import RumPayload, RumPayloads
from slp_ops.facts.values import LabelledValue, Source
from slp_ops.release import Release

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slp_ops.commands import Parsed

_DEEPEST: Final = 30


def parse(text: str) -> Parsed:
    """Parse every payload, with all of its values by path."""
    page = body(text, "test license smart rum show")
    payloads: list[RumPayload] = []
    unread: list[Row] = []
    for row in page.rows:
        payload = _payload(row, Source(page.command, line=row.line))
        if payload is None:
            unread.append(row)
        else:
            payloads.append(payload)
    fact = RumPayloads(payloads=tuple(payloads), source=Source(page.command)) if payloads else None
    return parsed(page, (fact,), unread)


def _payload(row: Row, source: Source) -> RumPayload | None:
    start = row.text.find("{")
    if start < 0:
        return None
    try:
        document = json.loads(row.text[start:])
    except (ValueError, RecursionError):
        return None
    values = dict(_leaves(document, "", 0))
    identifier = values.get("asset_identification.report_id")
    return RumPayload(
        id=int(identifier) if identifier and identifier.isdecimal() else None,
        entitlement_tag=values.get("meta.entitlement_tag"),
        software_version=values.get("meta.software_version"),
        pid=values.get("asset_identification.instance.sudi.udi_pid"),
        sn=values.get("asset_identification.instance.sudi.udi_serial_number"),
        measurements=len({path.split(".")[1] for path in values if path.startswith("measurements.")}),
        values=tuple(LabelledValue(label=path, value=value) for path, value in values.items()),
        source=source,
    )


def _leaves(value: object, path: str, depth: int) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict | list) and depth < _DEEPEST:
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, each in items:
            yield from _leaves(each, f"{path}.{key}" if path else str(key), depth + 1)
    else:
        yield path, value if isinstance(value, str) else json.dumps(value)


COMMAND = ShowCommand(
    command="test license smart rum show ID",
    since=Release.parse("17.3.2"),
    needs_config="service internal",
    parse=parse,
    provides=(RumPayloads,),
)
