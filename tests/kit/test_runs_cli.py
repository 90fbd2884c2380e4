"""`kit runs` as a person types it, at a service that runs."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from agent.models.scripted import ScriptedModel
from tests.kit.test_access_cli import typed
from tests.service import Running, running


@pytest_asyncio.fixture
async def service(tmp_path: Path) -> AsyncIterator[Running]:
    async with running(tmp_path, model=ScriptedModel([])) as opened:
        yield opened


async def test_runs_are_begun_held_and_ended_one_by_one_or_all_at_once(service: Running) -> None:
    for name in ("a", "b"):
        begun = await typed(
            service, "runs", "start", name, "--strategy", "ema_crossover", "--pair", "BTC/USDT"
        )
        assert [line.split(":")[0] for line in begun] == [f"{name} is running"]
    held = await typed(service, "runs", "pause", "a")
    assert [line.split(":")[0] for line in held] == ["a is paused"]
    held = await typed(service, "runs", "pause")
    assert [line.split(":")[0] for line in held] == ["b is paused"]
    assert len(await typed(service, "runs", "pause")) == 1
    going = await typed(service, "runs", "resume")
    assert sorted(line.split(":")[0] for line in going) == ["a is running", "b is running"]
    ended = await typed(service, "runs", "stop", "b")
    assert [line.split(":")[0] for line in ended] == ["b is stopped"]
    assert await typed(service, "runs", "stop", "b") == "CONFLICT"


async def test_a_budget_is_whole_and_for_real_money(service: Running) -> None:
    run = ("runs", "start", "a", "--strategy", "ema_crossover", "--pair", "BTC/USDT")
    budget = ("--per-order", "100", "--per-day", "500", "--loss", "50")
    assert await typed(service, *run, *budget) == "INVALID_PARAMS"
    assert await typed(service, *run, "--live", *budget[:2]) == "MISSING_PARAMS"
    # All is well with the words; there is only no live account here.
    assert await typed(service, *run, "--live", *budget) == "NOT_FOUND"
