"""The functions of the public API for asynchronous code: ``await slp_ops.aio.audit(...)``.

Each takes what the function of the same name in ``slp_ops`` takes. It works in a thread, so that the event
loop stays free; cancelling it stops the work as Ctrl-C does, with everything saved that was read.
"""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from slp_ops import api
from slp_ops.app.loop import in_thread

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

P = ParamSpec("P")
T = TypeVar("T")


def _awaitable(function: Callable[P, T]) -> Callable[P, Coroutine[Any, Any, T]]:
    @wraps(function)
    async def awaited(*args: P.args, **kwargs: P.kwargs) -> T:
        return await in_thread(function, *args, **kwargs)

    return awaited


load_inventory = _awaitable(api.load_inventory)
collect = _awaitable(api.collect)
audit = _awaitable(api.audit)
check_reachability = _awaitable(api.check_reachability)
check_versions = _awaitable(api.check_versions)
make_plan = _awaitable(api.make_plan)
apply_plan = _awaitable(api.apply_plan)
run_flow = _awaitable(api.run_flow)
