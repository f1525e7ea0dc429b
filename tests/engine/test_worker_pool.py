"""Many devices at a time, some of which raise."""

from __future__ import annotations

import asyncio
import gc
from typing import Any

import pytest

from slp_ops.engine.worker_pool import each
from slp_ops.errors import StoreError
from slp_ops.model import Device

FLEET = [Device(name=f"sw{number}", site="tokyo", host="192.0.2.1") for number in range(1, 7)]


@pytest.mark.parametrize("later", [0.0, 0.05])
def test_the_first_error_is_raised_and_no_other_is_printed(later: float) -> None:
    printed: list[dict[str, Any]] = []

    async def work(device: Device) -> None:
        try:
            await asyncio.sleep(0 if device.name == "sw1" else later)
        finally:
            # A full disk refuses what a cancelled device saves as well.
            raise StoreError(f"cannot write {device.name}: No space left on device")

    async def run() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: printed.append(context))
        with pytest.raises(StoreError, match="sw1"):
            async for _ in each(FLEET, work, workers=6):
                pass
        gc.collect()

    asyncio.run(run())
    gc.collect()
    assert printed == []
