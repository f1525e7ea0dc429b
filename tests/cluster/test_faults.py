"""What goes wrong at a hub ends in a named state, with what to do."""

from __future__ import annotations

import asyncio
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from slp_ops.cli.exits import Exit
from slp_ops.cluster.access_folder import CERTIFICATE_FILE, KEY_FILE, read_address
from slp_ops.cluster.authority import Authority, key_to_pem, new_key, request_for
from slp_ops.cluster.connection import connected
from slp_ops.cluster.messages import Heartbeat, to_message
from slp_ops.cluster.subjects import HEARTBEAT, subject
from slp_ops.errors import HubError
from tests.cluster.conftest import write_inventory

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from tests.cluster.conftest import Rig


def connect(folder: Path) -> None:
    async def connecting() -> None:
        async with connected(folder, read_address(folder, hint="")):
            pass

    asyncio.run(connecting())


def certify(rig: Rig, folder: Path, authority: Authority, *, days_ago: int = 0) -> None:
    """Give an access folder another certificate of the same holder."""
    key = new_key()
    holder = read_address(folder, hint="").holder
    made = datetime.now(UTC) - timedelta(days=days_ago)
    (folder / KEY_FILE).write_bytes(key_to_pem(key))
    (folder / CERTIFICATE_FILE).write_bytes(
        authority.certificate_for_client(request_for(key), holder, now=made)
    )


def test_certificates_and_workers_that_do_not_fit(lab: Callable[..., Any], rig: Rig) -> None:
    running = lab(sw="healthy")
    inventory = write_inventory(rig.folder / "inventory.yaml", running, {"tokyo": ["sw"]})
    access = rig.join("tokyo")
    hub = rig.hub_folder
    ours = Authority.load((hub / "authority.key").read_bytes(), (hub / "ca.pem").read_bytes())

    certify(rig, access, ours, days_ago=400)
    with pytest.raises(HubError) as expired:
        connect(access)
    certify(rig, access, Authority.create())
    with pytest.raises(HubError) as foreign:
        connect(access)
    for refused in (expired.value, foreign.value):
        assert "join again" in refused.hint, refused.message
    certify(rig, access, ours)
    connect(access)

    # A worker of an older release, and one whose clock is wrong: both are shown, and the first gets no task.
    async def beat() -> None:
        async with connected(access, address := read_address(access, hint="")) as client:
            old = Heartbeat(
                version="0.0.1",
                works=("collect",),
                clock=datetime.now(UTC) - timedelta(minutes=10),
                max_sessions=5,
                sessions=0,
            )
            await client.jetstream().publish(subject(HEARTBEAT, "tokyo", address.holder), to_message(old))

    asyncio.run(beat())
    ((worker,),) = (site.workers for site in rig.status())
    assert worker.version == "0.0.1"
    assert -610 < worker.clock_offset < -590
    done = rig.collect(inventory, verb="check-version")
    assert "is slp-ops 0.0.1, which does not know the work check-version" in done.output
    assert "of site tokyo differs from that of the hub by -600 s" in done.output
    assert not running.lines("sw")


@pytest.mark.slow
def test_a_hub_that_was_killed_is_started_again(lab: Callable[..., Any], rig: Rig) -> None:
    running = lab(sw="healthy")
    inventory = write_inventory(rig.folder / "inventory.yaml", running, {"tokyo": ["sw"]})
    access = rig.join("tokyo")
    rig.worker("tokyo", access, inventory)

    second = rig.start("second", "hub", "up", "--folder", str(rig.hub_folder))
    assert second.wait(timeout=120) == Exit.USAGE
    rig.processes.pop("second")
    assert "is running already" in rig.log("second")
    rig.wait_for(lambda: any(site.workers for site in rig.status()), "hub")  # the first is unharmed

    # Its broker outlives it, and would hold port and streams.
    left = rig.broker()
    rig.kill("hub")
    os.kill(left, 0)
    (rig.folder / "hub.log").unlink()
    rig.up()

    assert rig.broker() != left
    command_line = Path(f"/proc/{left}/cmdline")
    assert not command_line.exists() or not command_line.read_bytes()  # ended, and at most not yet waited for
    rig.wait_for(lambda: any(site.workers for site in rig.status()), "worker")
    assert rig.collect(inventory).exit_code == 0
