"""Runs held, gone on with and ended all at once: one's own alone, and those that are in a state for it."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.service import Running, running
from tools.context import Context
from tools.errors import CallError, Code
from tools.policy import LOCAL_OWNER, Principal, Role

ANN = Principal("telegram:42", Role.TRADER)


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Running]:
    async with running(tmp_path, arena=True) as one:
        yield one


async def call(service: Running, capability: str, who: Principal = LOCAL_OWNER, /, **params: Any) -> Any:
    ctx = Context(who, service.app.services, service.app.registry)
    return await service.app.registry.call(capability, params, ctx)


async def begun(service: Running, *names: str, who: Principal = LOCAL_OWNER) -> None:
    for name in names:
        wanted = {"name": name, "strategy": "ema_crossover", "pairs": ["BTC/USDT"]}
        await call(service, "runs.start", who, **wanted)


async def states(service: Running, who: Principal = LOCAL_OWNER) -> dict[str, str]:
    return {each.name: each.state for each in (await call(service, "runs.list", who)).runs}


def names(found: Any) -> list[str]:
    return sorted(each.name for each in found.runs)


async def test_all_of_ones_own_are_held_and_go_on_at_once(service: Running) -> None:
    await begun(service, "a", "b", "c")
    await begun(service, "hers", who=ANN)
    assert names(await call(service, "runs.pause", name="a")) == ["a"]
    assert names(await call(service, "runs.pause")) == ["b", "c"]
    assert names(await call(service, "runs.pause")) == []
    assert await states(service) == dict.fromkeys("abc", "paused")
    assert await states(service, ANN) == {"hers": "running"}
    assert names(await call(service, "runs.resume")) == ["a", "b", "c"]
    assert await states(service) == dict.fromkeys("abc", "running")


async def test_all_of_ones_own_are_ended_but_those_of_others_and_of_the_arena_go_on(service: Running) -> None:
    arena = service.app.services.contests.arena
    assert arena is not None
    await arena.ensure()
    await begun(service, "a", "b")
    await begun(service, "hers", who=ANN)
    await call(service, "runs.pause", name="b")
    assert names(await call(service, "runs.stop", positions="keep")) == ["a", "b"]
    assert names(await call(service, "runs.stop")) == []
    assert await states(service) == dict.fromkeys("ab", "stopped")
    assert await states(service, ANN) == {"hers": "running"}
    seats = (await call(service, "runs.list", arena=True)).runs
    assert {each.state for each in seats if each.mode == "contest"} == {"running"}


@pytest.mark.parametrize("name", ["runs.pause", "runs.resume", "runs.stop"])
async def test_one_that_is_named_has_to_be_there(service: Running, name: str) -> None:
    await begun(service, "hers", who=ANN)
    for known in ("hers", "nobody"):
        with pytest.raises(CallError) as error:
            await call(service, name, name=known)
        assert error.value.reason is Code.NOT_FOUND
