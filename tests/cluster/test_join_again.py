"""A worker that joins again keeps the keys of its operators, whatever the hub names now."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from slp_ops.app import join_hub
from slp_ops.cluster.access_folder import HubAddress, read_approvers
from slp_ops.cluster.join_code import JoinCode
from slp_ops.cluster.joining import JoinAnswer
from slp_ops.errors import JoinError

if TYPE_CHECKING:
    from pathlib import Path

ADDRESS = HubAddress(host="127.0.0.1", port=4222, holder="worker-1", site="tokyo")
CODE = str(JoinCode.create("tokyo", b"0" * 32))


def test_a_hub_that_was_taken_over_cannot_name_its_own_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    named: list[str] = []

    async def answer(*_: object) -> JoinAnswer:
        return JoinAnswer(certificate="c", authority="a", approvers=tuple(named), address=ADDRESS)

    monkeypatch.setattr(join_hub, "ask_to_join", answer)

    def join() -> tuple[str, ...]:
        _, folder = asyncio.run(join_hub.join("127.0.0.1", 4223, CODE))
        return read_approvers(folder)

    assert join() == ()  # an older hub
    named.append("11" * 32)
    assert join() == join() == ("11" * 32,)
    for other in (["22" * 32], ["11" * 32, "22" * 32]):
        named[:] = other
        with pytest.raises(JoinError, match="another key for approvals"):
            join()
        assert read_approvers(join_hub.folder_of("tokyo")) == ("11" * 32,)
    (join_hub.folder_of("tokyo") / "approvers.json").unlink()
    assert join() == ("11" * 32, "22" * 32)
