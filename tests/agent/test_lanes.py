import asyncio

import pytest

from agent.lanes import MAX_WAITING, LaneKey, Lanes
from tools.errors import AgentBusy

MAIN: LaneKey = ("owner", "main")


async def nobody(ahead: int) -> None:
    """Hear nothing."""


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_who_came_first_is_served_first() -> None:
    lanes = Lanes()
    ahead: list[int] = []
    served: list[int] = []

    async def heard(count: int) -> None:
        ahead.append(count)
        # Whoever comes while this one is told does not get before it.
        await settle()

    async def visit(number: int) -> None:
        await lanes.enter(MAIN, True, heard)
        served.append(number)
        await settle()
        lanes.leave(MAIN)

    await lanes.enter(MAIN, False, heard)
    visits = [asyncio.create_task(visit(number)) for number in range(4)]
    await asyncio.sleep(0)
    lanes.leave(MAIN)
    visits.append(asyncio.create_task(visit(4)))
    await asyncio.gather(*visits)
    assert served == [0, 1, 2, 3, 4]
    assert ahead[:4] == [1, 2, 3, 4]


async def test_a_taken_conversation_is_refused_to_those_who_will_not_wait() -> None:
    lanes = Lanes()
    await lanes.enter(MAIN, False, nobody)
    with pytest.raises(AgentBusy):
        await lanes.enter(MAIN, False, nobody)
    await lanes.enter(("owner", "other"), False, nobody)
    await lanes.enter(("friend", "main"), False, nobody)
    lanes.leave(MAIN)
    await lanes.enter(MAIN, False, nobody)


async def test_the_line_has_an_end() -> None:
    lanes = Lanes()
    await lanes.enter(MAIN, True, nobody)
    waiting = [asyncio.create_task(lanes.enter(MAIN, True, nobody)) for _ in range(MAX_WAITING)]
    await settle()
    with pytest.raises(AgentBusy):
        await lanes.enter(MAIN, True, nobody)
    lanes.leave(MAIN)
    await settle()
    late = asyncio.create_task(lanes.enter(MAIN, True, nobody))
    for each in [*waiting, late]:
        await each
        lanes.leave(MAIN)


async def test_who_gives_up_leaves_the_line_to_the_others() -> None:
    lanes = Lanes()
    await lanes.enter(MAIN, True, nobody)
    first, second, third = (asyncio.create_task(lanes.enter(MAIN, True, nobody)) for _ in range(3))
    await settle()
    second.cancel()
    await settle()
    lanes.leave(MAIN)
    await first
    lanes.leave(MAIN)
    await third
    assert second.cancelled()


@pytest.mark.parametrize("cancelled_first", [True, False])
async def test_a_conversation_handed_to_one_who_just_gave_up_goes_to_the_next(cancelled_first: bool) -> None:
    lanes = Lanes()
    await lanes.enter(MAIN, True, nobody)
    first, second = (asyncio.create_task(lanes.enter(MAIN, True, nobody)) for _ in range(2))
    await settle()
    if cancelled_first:
        first.cancel()
        lanes.leave(MAIN)
    else:
        lanes.leave(MAIN)
        first.cancel()
    async with asyncio.timeout(60):
        await second
    assert first.cancelled()
    lanes.leave(MAIN)
    await lanes.enter(MAIN, False, nobody)
