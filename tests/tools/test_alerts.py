"""Alerts of a running service: made, fired, told, and what keeps them from it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest_asyncio

from agent.models.scripted import ScriptedModel
from kit.automation import build_alerting
from memory.records import Delivery, Person
from tests.agent.talking import says
from tests.peers.webhooks import receiving, verify
from tests.service import NOON, Running, running
from tools.alerting import Alerting
from tools.alerts import MOST_ALERTS
from tools.context import Context
from tools.errors import CallError, Code
from tools.policy import LOCAL_OWNER, Principal, Role
from trading.clock import ManualClock, epoch_ms
from trading.exchanges.scripted import ScriptedMarket, instrument
from trading.symbols import parse_symbol

BTC, ETH = parse_symbol("BTC/USDT"), parse_symbol("ETH/USDT")
ANN = Principal("telegram:42", Role.TRADER)
ABOVE = {"type": "price", "pair": "BTC/USDT", "condition": "above", "value": 70_000}
EACH = {**ABOVE, "condition": "cross", "frequency": "every"}


@dataclass
class World:
    """A market, and a service that watches it, which can be stopped and started."""

    home: Path
    clock: ManualClock = field(default_factory=lambda: ManualClock(NOON))
    settings: Mapping[str, Any] = field(default_factory=dict)
    model: ScriptedModel = field(default_factory=lambda: ScriptedModel([]))
    service: Running | None = None
    traded_at: datetime = NOON

    def __post_init__(self) -> None:
        prices = {instrument("BTC/USDT"): 60_000, instrument("ETH/USDT"): 4_000}
        self.market = ScriptedMarket(self.clock, prices)

    @asynccontextmanager
    async def up(self) -> AsyncIterator["World"]:
        async with running(
            self.home, clock=self.clock, model=self.model, market=self.market, **self.settings
        ) as self.service:
            yield self
        self.service = None

    async def call(self, name: str, who: Principal = LOCAL_OWNER, /, **params: Any) -> Any:
        assert self.service is not None
        app = self.service.app
        ctx = Context(who, app.services, app.registry)
        return (await app.registry.call(name, params, ctx)).model_dump(mode="json")

    async def code(self, name: str, who: Principal = LOCAL_OWNER, /, **params: Any) -> Code | None:
        try:
            await self.call(name, who, **params)
        except CallError as error:
            return error.reason
        return None

    async def trade(self, price: int, symbol: Any = BTC, after: float = 1) -> None:
        """Let something trade between two looks of the engine, and be looked at."""
        await self.clock.advance(after - 1)
        await self.looked()
        await self.clock.advance(0.1)
        self.market.trade(symbol, price)
        self.traded_at = self.clock.now()
        await self.looked()

    async def looked(self) -> None:
        """Return once the engine has looked at this moment."""
        moment = self.clock.now() + timedelta(seconds=1)
        for _ in range(100):
            await self.clock.advance(1)
            for _ in range(20):
                if self.engine.stepped_at is not None and self.engine.stepped_at >= moment:
                    return
                await asyncio.sleep(0.005)
        raise AssertionError("nobody looked")

    async def until(self, happened: Callable[[], Any]) -> None:
        for _ in range(500):
            found = happened()
            if await found if asyncio.iscoroutine(found) else found:
                return
            await asyncio.sleep(0.01)
        raise AssertionError("it did not happen")

    @property
    def engine(self) -> Alerting:
        assert self.service is not None
        return self.service.app.services.alerting

    async def firings(self, who: Principal = LOCAL_OWNER) -> list[dict[str, Any]]:
        return list((await self.call("alert.history", who, limit=200))["firings"])

    async def notices(self, recipient: str) -> list[Delivery]:
        assert self.service is not None
        async with self.service.app.services.database.read() as uow:
            return list(reversed(await uow.notices.of(recipient, 100)))

    async def let_in(self, name: str, role: Role, revoked: bool = False) -> None:
        assert self.service is not None
        now = self.clock.now()
        async with self.service.app.services.database.transact() as uow:
            await uow.people.put(Person(name, "Ann", role, now, "owner", now if revoked else None))


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with World(tmp_path).up() as opened:
        yield opened


async def status(world: World, name: str) -> str:
    return str((await world.call("alert.get", alertId=name))["alert"]["status"])


async def test_an_alert_fires_once_and_says_what_when_and_where(world: World) -> None:
    made = await world.call("alert.create", **ABOVE, message="to the moon")
    await world.trade(69_000)
    assert await world.firings() == []
    await world.trade(70_500)
    fired_at = world.traded_at
    await world.trade(71_000)
    (notice,) = await world.notices("owner")
    told = {key: value for key, value in notice.data.items() if key not in ("firingId", "text", "conditions")}
    assert notice.kind == "alert.triggered"
    assert told == {
        "alertId": made["alertId"],
        "type": "price",
        "pair": "BTC/USDT",
        "condition": "above",
        "value": 70_000,
        "actual": 70_500,
        "price": 70_500,
        "message": "to the moon",
        "firedAt": epoch_ms(fired_at),
        "source": "simulated",
        "exchange": "scripted",
        "late": False,
        "frequency": "once",
        "channel": "websocket",
    }
    assert [each["actual"] for each in notice.data["conditions"]] == [70_500]
    shown = (await world.call("alert.get", alertId=made["alertId"]))["alert"]
    assert (shown["status"], shown["active"], shown["fired"]) == ("triggered", False, 1)
    assert shown["lastFiredAt"] == epoch_ms(fired_at)


async def test_a_firing_shows_whether_its_message_arrived(world: World) -> None:
    await world.call("alert.create", **ABOVE)
    await world.trade(70_500)

    async def delivered() -> bool:
        await world.clock.advance(1)
        (firing,) = await world.firings()
        return bool(firing["deliveries"][0]["status"] == "delivered")

    await world.until(delivered)
    (firing,) = await world.firings()
    assert [each["channel"] for each in firing["deliveries"]] == ["websocket"]
    assert (firing["value"], firing["source"]) == (70_500, "simulated")


async def test_what_crosses_while_nothing_runs_is_told_late_and_once(tmp_path: Path) -> None:
    world = World(tmp_path)
    async with world.up():
        made = await world.call("alert.create", **EACH)
        await world.trade(65_000)
    await world.clock.advance(600)
    world.market.trade(BTC, 71_000)
    await world.clock.advance(600)
    world.market.trade(BTC, 65_000)
    await world.clock.advance(600)
    async with world.up():
        await world.looked()
        await world.looked()
        first = await world.firings()
        assert [each["value"] for each in first] == [65_000, 71_000]
    await world.clock.advance(5)
    async with world.up():
        await world.looked()
        assert [each["id"] for each in await world.firings()] == [each["id"] for each in first]
        assert [each.data["late"] for each in await world.notices("owner")] == [True, True]
        await world.trade(72_000)
        assert (await world.call("alert.get", alertId=made["alertId"]))["alert"]["fired"] == 3


async def test_two_engines_on_one_database_fire_each_alert_once(world: World) -> None:
    assert world.service is not None
    services = world.service.app.services
    second = build_alerting(
        services.database,
        services.markets,
        services.portfolio,
        services.events,
        services.clock,
        lambda prefix: services.new_id(f"{prefix}_second"),
    )
    for value in (61_000, 62_000, 63_000):
        await world.call("alert.create", **{**EACH, "value": value})
    await second.step()
    for price in (64_000, 60_500, 62_500, 64_000):
        await world.clock.advance(0.1)
        world.market.trade(BTC, price)
        await asyncio.gather(world.looked(), second.step())
    await second.step()
    assert len(await world.firings()) == 3 + 3 + 2 + 1


async def test_what_holds_already_is_said_and_told_at_once(world: World) -> None:
    preview = await world.call("alert.preview", **{**ABOVE, "value": 50_000})
    assert (preview["met"], len(preview["warnings"])) == (True, 1)
    assert (await world.call("alert.list"))["alerts"] == []
    made = await world.call("alert.create", **{**ABOVE, "value": 50_000})
    assert made["met"] is True
    await world.trade(60_000)
    assert await status(world, made["alertId"]) == "triggered"


WRONG: tuple[dict[str, Any], ...] = (
    {"value": float("nan")},
    {"value": None},
    {"value": -5},
    {"value": True},
    {"pair": None},
    {"pair": "NOPE/USDT"},
    {"condition": "near"},
    {"type": "weather"},
    {"type": "portfolio"},
    {"channels": ["pigeon"]},
    {"channels": ["webhook"]},
    {"channels": []},
    {"frequency": "sometimes"},
    {"expiresAt": epoch_ms(NOON) - 1},
    {"window": "1h"},
    {"condition": "change", "value": 5, "window": "1y"},
    {"condition": "trailing", "value": 100},
    {"type": "indicator", "indicator": {"name": "astrology"}},
    {"type": "indicator", "indicator": {"name": "rsi", "params": {"period": 0}}},
    {"type": "indicator", "indicator": {"name": "macd", "line": "moon"}},
    {"type": "indicator", "indicator": {"name": "rsi"}, "condition": "change"},
    {"quietHours": {"from": "22:00", "to": "07:00", "zone": "Mars/Base"}},
    {"all": [ABOVE, ABOVE]},
    {"trade": {"action": "buy", "pair": "BTC/USDT"}},
    {"unknown": 1},
)


async def test_what_can_never_work_is_refused(world: World) -> None:
    codes = {str(each): await world.code("alert.create", **{**ABOVE, **each}) for each in WRONG}
    incomplete = str({"trade": {"action": "buy", "pair": "BTC/USDT"}})
    assert codes == {
        str(each): Code.MISSING_PARAMS if str(each) == incomplete else Code.INVALID_PARAMS for each in WRONG
    }
    assert (await world.call("alert.list"))["alerts"] == []


async def test_nobody_fills_the_service_with_alerts(world: World) -> None:
    for _ in range(MOST_ALERTS):
        await world.call("alert.create", **ABOVE)
    assert await world.code("alert.create", **ABOVE) is Code.CONFLICT
    assert await world.code("alert.create", ANN, **ABOVE) is None
    assert await world.call("alert.clear") == {"deleted": MOST_ALERTS}
    assert await world.code("alert.create", **ABOVE) is None


async def test_a_market_that_is_away_is_shown_and_nothing_is_guessed(world: World) -> None:
    made = await world.call("alert.create", **ABOVE)
    await world.trade(65_000)
    world.market.fail("maintenance")
    await world.clock.advance(90)
    await world.looked()
    current = (await world.call("alert.get", alertId=made["alertId"]))["alert"]["conditions"][0]["current"]
    assert (current["value"], current["stale"]) == (65_000, True)
    assert "maintenance" in current["problem"]
    assert await world.firings() == []
    world.market.fail(None)
    await world.trade(71_000)
    await world.looked()
    assert len(await world.firings()) == 1


async def test_a_viewer_reads_alerts_and_makes_none(world: World) -> None:
    viewer = Principal("telegram:7", Role.VIEWER)
    assert await world.code("alert.create", viewer, **ABOVE) is Code.FORBIDDEN
    assert await world.call("alert.list", viewer) == {"alerts": []}
    made = await world.call("alert.create", **ABOVE)
    assert await world.code("alert.get", viewer, alertId=made["alertId"]) is Code.NOT_FOUND


async def test_nothing_is_told_to_whoever_was_shut_out(world: World) -> None:
    await world.let_in(ANN.id, Role.TRADER)
    made = await world.call("alert.create", ANN, **ABOVE)
    await world.let_in(ANN.id, Role.TRADER, revoked=True)
    await world.trade(71_000)
    assert await world.firings(ANN) == []
    assert await world.notices(ANN.id) == []
    alert = (await world.call("alert.get", ANN, alertId=made["alertId"]))["alert"]
    assert (alert["status"], alert["active"]) == ("paused", False)


async def test_a_paused_alert_is_silent_and_comes_back_by_itself(world: World) -> None:
    made = await world.call("alert.create", **EACH)
    await world.call("alert.pause", alertId=made["alertId"], minutes=60)
    await world.trade(71_000)
    assert await world.firings() == []
    assert await status(world, made["alertId"]) == "paused"
    await world.clock.advance(3600)
    await world.looked()
    assert await status(world, made["alertId"]) == "active"
    await world.trade(71_000)
    await world.trade(69_000)
    assert [each["value"] for each in await world.firings()] == [69_000]


async def test_a_changed_alert_starts_anew_and_a_deleted_one_is_gone(world: World) -> None:
    made = await world.call("alert.create", **ABOVE)
    await world.call("alert.update", alertId=made["alertId"], value=80_000, frequency="every")
    await world.trade(75_000)
    assert await world.firings() == []
    await world.trade(81_000)
    assert len(await world.firings()) == 1
    await world.call("alert.delete", alertId=made["alertId"])
    await world.trade(75_000)
    await world.trade(82_000)
    assert len(await world.firings()) == 1
    assert await world.code("alert.delete", alertId=made["alertId"]) is Code.NOT_FOUND


async def test_a_paused_alert_that_is_changed_stays_paused(world: World) -> None:
    made = await world.call("alert.create", **ABOVE)
    await world.call("alert.pause", alertId=made["alertId"], minutes=60)
    changed = (await world.call("alert.update", alertId=made["alertId"], value=65_000))["alert"]
    assert (changed["status"], changed["value"]) == ("paused", 65_000)
    await world.trade(66_000)
    assert await world.firings() == []


async def test_an_alert_that_is_over_needs_room_to_come_back(world: World) -> None:
    made = await world.call("alert.create", **ABOVE)
    await world.trade(71_000)
    assert await status(world, made["alertId"]) == "triggered"
    for _ in range(MOST_ALERTS):
        await world.call("alert.create", **{**ABOVE, "value": 900_000})
    assert await world.code("alert.resume", alertId=made["alertId"]) is Code.CONFLICT
    assert await world.code("alert.update", alertId=made["alertId"], value=80_000) is Code.CONFLICT


async def test_an_alert_that_fires_too_often_is_stopped_and_says_so(world: World) -> None:
    made = await world.call("alert.create", **EACH)
    for turn in range(14):
        await world.trade(71_000 if turn % 2 else 69_000)
    alert = (await world.call("alert.get", alertId=made["alertId"]))["alert"]
    assert (alert["status"], alert["fired"]) == ("paused", 10)
    assert alert["pausedBecause"]
    assert [each.kind for each in await world.notices("owner")] == ["alert.triggered"] * 10 + ["alert.paused"]
    await world.call("alert.resume", alertId=made["alertId"])
    await world.trade(72_000)
    await world.trade(69_000)
    assert (await world.call("alert.get", alertId=made["alertId"]))["alert"]["fired"] == 11


async def test_an_expired_alert_fires_no_more(world: World) -> None:
    ends = world.clock.now() + timedelta(minutes=5)
    made = await world.call("alert.create", **ABOVE, expiresAt=epoch_ms(ends))
    await world.trade(65_000, after=301)
    await world.trade(71_000)
    assert await world.firings() == []
    assert await status(world, made["alertId"]) == "expired"
    assert await world.code("alert.resume", alertId=made["alertId"]) is Code.INVALID_PARAMS


async def test_in_its_quiet_hours_an_alert_is_told_without_a_sound(world: World) -> None:
    await world.call("alert.create", **EACH, quietHours={"from": "11:00", "to": "12:10"})
    await world.trade(71_000)
    await world.trade(69_000, after=900)
    assert [each.data.get("silent", False) for each in await world.notices("owner")] == [True, False]


async def test_an_order_that_an_alert_proposes_waits_for_a_person(world: World) -> None:
    order = {"action": "buy", "pair": "BTC/USDT", "type": "market", "amount": 100}
    await world.call("alert.create", **ABOVE, trade=order)
    await world.trade(70_500)

    async def asked() -> Any:
        await world.clock.advance(1)
        return (await world.call("approval.list"))["approvals"]

    await world.until(asked)
    (approval,) = (await world.call("approval.list"))["approvals"]
    assert (await world.call("trade.history"))["trades"] == []
    await world.call("approval.approve", approvalId=approval["approvalId"])
    (trade,) = (await world.call("trade.history"))["trades"]
    assert (trade["pair"], trade["side"]) == ("BTC/USDT", "buy")
    await world.looked()
    assert (await world.call("approval.list"))["approvals"] == []


async def test_several_conditions_are_looked_at_together(world: World) -> None:
    parts = [ABOVE, {**ABOVE, "pair": "ETH/USDT", "condition": "below", "value": 3_500}]
    both = await world.call("alert.create", all=parts)
    one = await world.call("alert.create", any=parts)
    await world.trade(71_000)
    assert [each["alertId"] for each in await world.firings()] == [one["alertId"]]
    await world.trade(3_400, ETH)
    assert {each["alertId"] for each in await world.firings()} == {one["alertId"], both["alertId"]}


async def test_what_an_account_comes_to_is_watched(world: World) -> None:
    await world.call("trade.execute", action="buy", pair="BTC/USDT", type="market", amount=Decimal(10_000))
    lost = {"type": "portfolio", "condition": "below", "value": -500, "figure": "pnl", "pair": "BTC/USDT"}
    for params in (
        {"type": "portfolio", "condition": "below", "value": 99_000},
        {"type": "portfolio", "condition": "above", "value": 1, "figure": "drawdown"},
        {"type": "portfolio", "condition": "change", "value": 1, "direction": "down"},
        lost,
    ):
        await world.call("alert.create", **params)
    await world.trade(60_000, after=6)
    assert await world.firings() == []
    await world.trade(50_000, after=400)
    await world.clock.advance(6)
    await world.looked()
    assert sorted(each["alertId"] for each in await world.firings()) == sorted(
        each["id"] for each in (await world.call("alert.list"))["alerts"]
    )


async def test_an_alert_asks_the_agent_and_its_answer_is_told_as_well(tmp_path: Path) -> None:
    world = World(tmp_path, model=ScriptedModel([says("It ran up on volume.")]))
    async with world.up():
        made = await world.call("alert.create", **ABOVE, prompt="Why did it move?")
        await world.trade(70_500)

        async def answered() -> bool:
            await world.clock.advance(1)
            return any(each.kind == "job.result" for each in await world.notices("owner"))

        await world.until(answered)
        first, second = await world.notices("owner")
        assert [first.kind, second.kind] == ["alert.triggered", "job.result"]
        assert second.text == "It ran up on volume."
        assert second.data["alertId"] == made["alertId"]
        assert second.data["runId"] == first.data["runId"] == (await world.firings())[0]["runId"]


async def test_an_alert_is_posted_and_signed_with_the_secret_that_was_shown_once(tmp_path: Path) -> None:
    async with receiving() as server:
        world = World(tmp_path, settings={"webhook_hosts": [server.place]})
        async with world.up():
            made = await world.call("alert.create", **ABOVE, webhook=server.url, channels=["webhook"])
            assert "webhookSecret" not in await world.call("alert.get", alertId=made["alertId"])
            await world.trade(70_500)

            async def posted() -> bool:
                await world.clock.advance(1)
                return bool(server.posted)

            await world.until(posted)
            (post,) = server.posted
            verify(made["webhookSecret"], post.headers, post.body, world.clock.now().timestamp())
            assert post.told["kind"] == "alert.triggered"
            assert post.told["data"]["alertId"] == made["alertId"]
