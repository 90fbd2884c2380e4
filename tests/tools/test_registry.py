import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest

from memory.records import Call
from tests.service import Running
from tests.tools.door import Door, Gate, Order, Placed
from tools.context import Context, Repeat
from tools.errors import CallError, Code, NotFound, RateLimited
from tools.once import ELSEWHERE
from tools.policy import LOCAL_OWNER, Principal, Role, Surface

VIEWER = Principal("viewer", Role.VIEWER)
TRADER = Principal("trader", Role.TRADER)


class Purse:
    """A budget of so many calls."""

    def __init__(self, left: int) -> None:
        self.left = left
        self.spent: list[str] = []

    def spend(self, capability: str) -> None:
        if not self.left:
            raise RateLimited("no more")
        self.left -= 1
        self.spent.append(capability)


async def test_what_is_not_served_is_unknown_before_anything_else(door: Door) -> None:
    purse = Purse(0)
    assert await door.code("test.nothing", {"x": 1}, principal=VIEWER, budget=purse) is Code.UNKNOWN_METHOD
    assert purse.spent == []


async def test_rights_come_before_the_budget_and_the_budget_before_the_parameters(door: Door) -> None:
    purse = Purse(1)
    bad = {"amount": -1}
    assert await door.code(raw=bad, principal=VIEWER, budget=purse) is Code.FORBIDDEN
    assert purse.spent == []
    assert await door.code(raw=bad, principal=TRADER, budget=purse) is Code.INVALID_PARAMS
    assert purse.spent == ["test.order"]
    assert await door.code(raw=bad, principal=TRADER, budget=purse) is Code.RATE_LIMITED
    assert door.placed == []


async def test_a_viewer_may_look(door: Door) -> None:
    assert await door.code("test.look", principal=VIEWER) is None


async def test_every_capability_is_on_the_surfaces_it_names(door: Door) -> None:
    assert [each.name for each in door.registry.served(Surface.WIRE)] == [
        "test.order",
        "test.keyed",
        "test.look",
    ]
    assert [each.name for each in door.registry.served(Surface.MODEL)] == ["test.look"]
    assert door.registry.tools() == {"test_look": "test.look"}
    found = door.registry.find("test.order")
    assert (found.group, found.tool_name, found.summary) == ("test", "test_order", "Place an order.")


async def test_the_same_wish_is_done_once_and_answered_twice(door: Door) -> None:
    first = await door.call(key="a")
    again = await door.call(key="a")
    assert first == again
    assert isinstance(again, Placed)
    assert len(door.placed) == 1


async def test_without_a_key_every_call_is_a_wish_of_its_own(door: Door) -> None:
    assert await door.call() != await door.call()
    assert len(set(door.placed)) == 2


async def test_another_body_under_the_same_key_is_refused(door: Door) -> None:
    await door.call(key="a")
    assert await door.code(raw={"amount": 2}, key="a") is Code.INVALID_PARAMS
    assert len(door.placed) == 1


async def test_a_key_belongs_to_its_caller(door: Door) -> None:
    await door.call(key="a")
    await door.call(key="a", principal=TRADER, raw={"amount": 2})
    assert len(door.placed) == 2


async def test_the_same_wish_at_the_same_time_is_done_once(door: Door) -> None:
    gate = door.behave = Gate()
    calls = [asyncio.create_task(door.call(key="a")) for _ in range(5)]
    await gate.begun.acquire()
    gate.open.set()
    answers = await asyncio.gather(*calls)
    assert all(each == answers[0] for each in answers)
    assert len(door.placed) == 1


async def test_a_failure_is_given_again_and_not_tried_again(door: Door) -> None:
    tries = []

    async def fail(ctx: Context, order: Order) -> None:
        tries.append(ctx.wish)
        raise CallError("too fast", code=Code.RATE_LIMITED, retry_after_ms=1500, details={"limit": 7})

    door.behave = fail
    caught = []
    for _ in range(2):
        with pytest.raises(CallError) as error:
            await door.call(key="a")
        caught.append(error.value)
    assert len(tries) == 1
    first, second = ((each.reason, each.message, each.retry_after_ms, each.details) for each in caught)
    assert first == second == (Code.RATE_LIMITED, "too fast", 1500, {"limit": 7})


async def test_after_a_minute_the_same_key_is_a_new_wish(door: Door, service: Running) -> None:
    await door.call(key="a")
    await service.advance(60)
    await door.call(key="a")
    assert len(door.placed) == 1
    await service.advance(1)
    await door.call(key="a")
    await door.call(key="a", raw={"amount": 1})
    assert len(door.placed) == 2


async def cut_off(door: Door, key: str) -> str:
    """Leave a wish as a crash does: begun before this process, and never ended. Return its own name."""
    services = door.services
    async with services.database.read() as uow:
        done = await uow.calls.get(door.placed[-1])
    assert done is not None
    before = services.clock.now() - timedelta(seconds=services.system.uptime() + 1)
    cut = Call("call-cut", key, done.principal, done.capability, done.origin, done.body_hash, before)
    async with services.database.transact() as uow:
        assert await uow.calls.claim(cut, not_before=done.started_at - timedelta(seconds=60)) is None
    return cut.id


async def test_a_wish_that_a_crash_cut_off_is_told_and_not_repeated(door: Door) -> None:
    await door.call(key="a")
    await cut_off(door, "b")
    assert await door.code(key="b") is Code.INTERNAL_ERROR
    assert len(door.placed) == 1


async def test_what_another_process_is_at_is_a_conflict_until_it_has_ended(
    door: Door, service: Running
) -> None:
    gate = door.behave = Gate()
    other = Door(door.services)
    begun = asyncio.create_task(door.call(key="a"))
    await gate.begun.acquire()
    assert await other.code(key="a") is Code.CONFLICT
    gate.open.set()
    assert await other.call(key="a") == await begun
    assert (len(door.placed), other.placed) == (1, [])


async def test_what_another_process_never_came_to_the_end_of_is_told(door: Door, service: Running) -> None:
    gate = door.behave = Gate()
    other = Door(door.services)
    begun = asyncio.create_task(door.call(key="a"))
    await gate.begun.acquire()
    await service.advance(ELSEWHERE.total_seconds())
    ctx = Context(LOCAL_OWNER, door.services, other.registry, repeat=Repeat("a", timedelta(days=1)))
    with pytest.raises(CallError) as caught:
        await other.registry.call("test.order", {"amount": 1}, ctx)
    assert caught.value.reason is Code.INTERNAL_ERROR
    gate.open.set()
    await begun


async def test_a_wish_that_does_nothing_twice_is_finished_after_a_crash(door: Door) -> None:
    await door.call("test.keyed", key="a")
    cut = await cut_off(door, "b")
    gate = door.behave = Gate()
    both = [asyncio.create_task(door.call("test.keyed", key="b")) for _ in range(2)]
    await gate.begun.acquire()
    gate.open.set()
    expected = Placed(order_id=f"order-of-{cut}", amount=Decimal(1))
    assert await asyncio.gather(*both) == [expected] * 2
    assert await door.call("test.keyed", key="b") == expected
    assert door.placed[1:] == [cut]
    assert gate.begun.locked()


async def test_who_stops_waiting_does_not_stop_the_work(door: Door) -> None:
    gate = door.behave = Gate()
    caller = asyncio.create_task(door.call(key="a"))
    await gate.begun.acquire()
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    again = asyncio.create_task(door.call(key="a"))
    assert door.placed == []
    gate.open.set()
    await door.registry.drain()
    answer = await again
    (wish,) = door.placed
    async with door.services.database.read() as uow:
        call = await uow.calls.get(wish)
    assert call is not None
    assert (call.ok, call.answer, call.origin) == (True, answer.model_dump(mode="json"), "person")
    assert isinstance(answer, Placed)


async def test_looking_is_stopped_with_its_caller_and_leaves_no_record(door: Door) -> None:
    gate = door.behave = Gate()
    caller = asyncio.create_task(door.call("test.look", key="a"))
    await gate.begun.acquire()
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    gate.open.set()
    # Another body under the same key is no matter to what has no effects.
    assert await door.code("test.look", {"amount": 2}, key="a") is None


async def test_a_call_inside_a_call_keeps_the_wish_and_is_paid_for(door: Door) -> None:
    purse = Purse(1)
    inner: list[object] = []

    async def nested(ctx: Context, order: Order) -> None:
        if order.pair_name == "outer":
            inner.append(await ctx.door.call("test.look", {"amount": 5}, ctx.inner()))
        elif ctx.wish is None:
            raise NotFound("the wish is gone")

    door.behave = nested
    await door.call(raw={"amount": 1, "pairName": "outer"}, budget=purse)
    assert purse.spent == ["test.order"]
    assert len(inner) == 1


async def test_a_wish_whose_caller_leaves_at_any_moment_is_done_once(door: Door) -> None:
    for steps in range(60):
        caller = asyncio.create_task(door.call(key=f"{steps}"))
        for _ in range(steps):
            await asyncio.sleep(0)
        caller.cancel()
        await asyncio.wait([caller])
        assert isinstance(await door.call(key=f"{steps}"), Placed)
        await door.registry.drain()
        assert len(door.placed) == steps + 1
