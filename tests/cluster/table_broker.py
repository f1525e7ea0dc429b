"""A broker that is a table: it compares and sets like the real one, loses answers, and may be down."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from nats.errors import TimeoutError as NatsTimeoutError
from nats.js.errors import APIError, NotFoundError


@dataclass
class Broker:
    """A stream of one message a subject."""

    chance: random.Random = field(default_factory=lambda: random.Random(1))  # noqa: S311 - the same each time
    loses: float = 0.0  # share of answers
    is_down: bool = False
    seconds: float = 0.001
    stored: dict[str, tuple[bytes, int]] = field(default_factory=dict)
    numbers: int = 0

    async def _travel(self) -> None:
        await asyncio.sleep(self.seconds)
        if self.is_down:
            raise NatsTimeoutError

    async def get_msg(self, stream: str, *, subject: str, direct: bool) -> Any:
        await self._travel()
        if self.chance.random() < self.loses:
            raise NatsTimeoutError
        if subject not in self.stored:
            raise NotFoundError
        data, number = self.stored[subject]
        return SimpleNamespace(data=data, seq=number)

    async def publish(self, subject: str, data: bytes, *, headers: dict[str, str], timeout: float) -> Any:
        await self._travel()
        expected = int(headers["Nats-Expected-Last-Subject-Sequence"])
        if self.stored.get(subject, (b"", 0))[1] != expected:
            raise APIError(code=400, err_code=10071, description="wrong last sequence")
        self.numbers += 1
        self.stored[subject] = (data, self.numbers)
        if self.chance.random() < self.loses:
            raise NatsTimeoutError
        return SimpleNamespace(seq=self.numbers)
