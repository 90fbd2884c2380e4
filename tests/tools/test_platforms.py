"""What a service is connected to, through its door."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from agent.models.scripted import ScriptedModel
from tests.service import NOON, Running, running
from tools.context import Context
from tools.policy import Principal, Role
from tools.services import PlatformState, Services
from trading.clock import ManualClock
from trading.exchanges.scripted import ScriptedMarket, instrument
from trading.exchanges.scripted_exchange import ScriptedExchange
from trading.symbols import parse_symbol

ANN = Principal("telegram:42", Role.VIEWER)


async def listed(service: Running, services: Services | None = None) -> Any:
    ctx = Context(ANN, services or service.app.services, service.app.registry)
    return (await service.app.registry.call("platforms.list", {}, ctx)).model_dump(mode="json")


async def test_a_plain_service_has_a_simulated_market_and_the_offline_model(tmp_path: Path) -> None:
    async with running(tmp_path) as service:
        assert await listed(service) == {
            "exchanges": {
                "simulated": {"connected": True, "latency": 0.0, "source": "simulated", "reason": None}
            },
            "live": [],
            "models": ["offline:kit"],
            "chats": [],
        }


async def test_real_money_and_what_does_not_answer_are_told(tmp_path: Path) -> None:
    clock = ManualClock(NOON)
    market = ScriptedMarket(clock, {instrument("BTC/USDT"): 60_000})
    live = ScriptedExchange(clock, {"USDT": 10_000}, {parse_symbol("BTC/USDT"): 60_000})
    async with running(tmp_path, clock=clock, market=market, live=live, model=ScriptedModel([])) as service:
        market.fail("maintenance")
        told = await listed(service)
        (exchange,) = told["exchanges"].values()
        assert (exchange["connected"], exchange["reason"]) == (False, "maintenance")
        (account,) = told["live"]
        assert (account["id"], account["mode"], account["armed"]) == ("live", "live", False)
        assert told["models"] == [ScriptedModel([]).name]


async def test_chat_platforms_tell_how_they_stand(tmp_path: Path) -> None:
    class Chats:
        def states(self) -> Sequence[PlatformState]:
            return (
                PlatformState("telegram", "running"),
                PlatformState("discord", "failed", "the token is refused"),
            )

    async with running(tmp_path, model=ScriptedModel([])) as service:
        told = await listed(service, replace(service.app.services, platforms=Chats()))
        assert told["chats"] == [
            {"name": "telegram", "state": "running", "problem": None},
            {"name": "discord", "state": "failed", "problem": "the token is refused"},
        ]
