"""Write the evidence of every lab scenario as digests: ``python -m tests.baseline.evidence [OPTION ...]``.

The clock of the switches is frozen and the mask key fixed, so that what a transport reads of a switch is the
same bytes each time, and the same bytes as with another transport or engine. ``over-hub`` as the first
word has them read by a worker.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.baseline import record
from tests.cluster.conftest import Rig

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_OVER_HUB = "over-hub"
_SITE = "lab"  # of record.Fleet
# The silence of the first lasts until a time-out.
_LIMIT = "*:!hang"
# They show another key from the second contact on. A first key is claimed for the site of a worker before the
# session, which is a contact of its own.
REFUSED_OVER_HUB = ("changed-host-key", "changed-key-type")


def main(options: Sequence[str]) -> None:
    """Collect from every scenario with these options of the verb, and write what was kept."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        rig = None
        if options[:1] == [_OVER_HUB]:
            # Before the clock of this process stands still: certificates and codes have a life.
            rig = Rig(Path(folder) / "rig")
            stack.callback(rig.close)
            rig.up()
            access = rig.join(_SITE)
        record._prepare(Path(folder))
        recorder = record.Recorder(out=Path(folder), folder=Path(folder), language="en")
        with record.Fleet() as fleet:
            fleet.write_inventory(Path("inventory.yaml"))
            recorder.replaced += fleet.replacements()
            words = [*options[1:]] if rig else [*options, "--workers", "100"]
            if rig:
                state = {"XDG_STATE_HOME": os.environ["XDG_STATE_HOME"]}
                inventory = Path("inventory.yaml").absolute()
                rig.worker(_SITE, access, inventory, "--max-sessions", "100", **state)
                words += ["--hub", str(rig.hub_folder)]
            limit = ":!".join([_LIMIT, *(REFUSED_OVER_HUB if rig else ())])
            ended = recorder.run("collect", "--limit", limit, *words)
        if ended.code not in (0, 4):
            sys.exit(ended.stderr)
        sys.stdout.writelines(f"{line}\n" for line in _kept(recorder))
    # A thread may still wait for a switch that never answers.
    sys.stdout.flush()
    os._exit(0)


def _kept(recorder: record.Recorder) -> Iterator[str]:
    """Yield each capture with its status, reason, size, masks and digest."""
    (run,) = Path("runs").glob("*-collect-*")
    for manifest in sorted(run.glob("*/manifest.jsonl")):
        for line in manifest.read_text(encoding="utf-8").splitlines():
            capture: dict[str, Any] = json.loads(line)
            kept = [
                capture.get(name) for name in ("command", "status", "reason", "bytes", "masked", "sha256")
            ]
            yield recorder.normal(f"{manifest.parent.name} {json.dumps(kept)}")


if __name__ == "__main__":
    main(sys.argv[1:])
