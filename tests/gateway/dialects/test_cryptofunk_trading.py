"""Trading over CryptoFunk's paths: what is asked for happens, and what is told of it is so."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import aiohttp
from yarl import URL

from tests.service import Running, running

BUY = {"symbol": "BTC/USDT", "side": "BUY", "type": "MARKET", "quantity": 0.01}
RESTING = {**BUY, "type": "LIMIT", "price": 30_000}
START = {"symbol": "BTC/USDT", "initial_capital": 10_000}
SECONDS = 20


@dataclass(frozen=True, slots=True)
class Client:
    """A client of a service."""

    service: Running
    session: aiohttp.ClientSession

    async def ask(self, method: str, path: str, body: Any = None, status: int = 200, **more: Any) -> Any:
        """Make a request and return its answer, which has this status."""
        url = URL(f"{self.service.http}/api/v1{path}", encoded=True)
        async with self.session.request(method, url, json=body, **more) as response:
            assert response.status == status, await response.text()
            return await response.json()

    async def order(self, body: Any) -> str:
        """Place an order and return its id."""
        told = await self.ask("POST", "/orders", body, 201)
        assert told["order"]["status"] == "NEW"
        return str(told["order"]["id"])

    async def start(self, body: Any = START) -> str:
        """Start a session and return its id."""
        return str((await self.ask("POST", "/trade/start", body))["session_id"])

    async def cycles(self, minutes: int) -> None:
        """Let time pass, with every cycle that is due in it."""
        for _ in range(minutes):
            await self.service.advance(60)
            await self.service.app.services.contests.keeper.settled()

    async def decisions(self) -> int:
        """Return how often anything has decided so far."""
        async with self.service.app.services.database.read() as uow:
            return sum(each.name == "run.decision" for each in await uow.events.after("owner", 0, 10_000))


@asynccontextmanager
async def client(home: Path, **settings: Any) -> AsyncIterator[Client]:
    async with running(home, **settings) as service, aiohttp.ClientSession() as session:
        yield Client(service, session)


async def test_an_order_executes_and_its_position_follows(tmp_path: Path) -> None:
    async with client(tmp_path) as me:
        name = await me.order(BUY)
        order = (await me.ask("GET", f"/orders/{name}"))["order"]
        assert (order["status"], order["executed_quantity"], order["price"]) == ("FILLED", 0.01, None)
        (position,) = (await me.ask("GET", "/positions"))["positions"]
        assert (position["quantity"], position["side"], position["exchange"]) == (0.01, "LONG", "PAPER")
        assert position["entry_price"] == order["executed_quote_quantity"] / 0.01
        for path in ("BTC%2FUSDT", "BTC/USDT", "btcusdt", "BTC-USDT"):
            assert (await me.ask("GET", f"/positions/{path}"))["position"]["id"] == position["id"]
        sold = await me.order({**BUY, "side": "SELL"})
        assert (await me.ask("GET", "/positions"))["count"] == 0
        await me.service.advance(1)
        later = [await me.order(BUY), await me.order(RESTING)]
        (reopened,) = (await me.ask("GET", "/positions"))["positions"]
        orders = [(await me.ask("GET", f"/orders/{each}"))["order"] for each in (name, sold, *later)]
        about = [position["id"], position["id"], reopened["id"], None]
        assert [each["position_id"] for each in orders] == about
        assert [each["position_id"] for each in (await me.ask("GET", "/orders"))["orders"]] == about[::-1]
        # Nobody has said why, as a person has typed it.
        assert position["entry_reason"] is None


async def test_what_was_done_is_there_after_a_restart(tmp_path: Path) -> None:
    async with client(tmp_path) as me:
        session = await me.start()
        names = [await me.order(BUY), await me.order(RESTING)]
    async with client(tmp_path) as me:
        shown = (await me.ask("GET", f"/orders?session_id={session}"))["orders"]
        assert [each["id"] for each in shown] == names[::-1]
        assert [each["status"] for each in shown] == ["NEW", "FILLED"]
        assert (await me.ask("GET", f"/sessions/{session}"))["session"]["status"] == "running"
        assert (await me.ask("DELETE", f"/orders/{names[1]}"))["order"]["status"] == "CANCELED"


async def test_filters_of_orders_all_have_to_hold(tmp_path: Path) -> None:
    async with client(tmp_path) as me:
        first = await me.order(BUY)
        session = await me.start()
        mine, resting = await me.order(BUY), await me.order(RESTING)
        other = await me.order({**BUY, "symbol": "ETH/USDT"})

        async def found(query: str) -> set[str]:
            return {each["id"] for each in (await me.ask("GET", f"/orders?{query}"))["orders"]}

        assert await found("") == {first, mine, resting, other}
        assert await found("symbol=btc-usdt") == {first, mine, resting}
        assert await found("status=filled") == {first, mine, other}
        assert await found(f"session_id={session}") == {mine, resting}
        assert await found(f"session_id={session}&status=NEW&symbol=BTC/USDT") == {resting}
        assert await found(f"session_id={session}&symbol=ETH/USDT") == set()
        assert (await me.ask("GET", "/orders?status=LOST", status=400))["field"] == "status"
        for nobody in (str(UUID(int=0, version=4)), other):
            assert await found(f"session_id={nobody}") == set()
            assert (await me.ask("GET", f"/positions?session_id={nobody}"))["count"] == 0
        assert (await me.ask("GET", "/orders?session_id=x", status=400))["field"] == "session_id"


async def test_a_session_really_trades_until_it_is_paused(tmp_path: Path) -> None:
    async with client(tmp_path, limits=False) as me:
        session = await me.start()
        await me.cycles(90)
        traded = (await me.ask("GET", f"/orders?session_id={session}"))["count"]
        assert traded > 0
        (held,) = (await me.ask("GET", f"/positions?session_id={session}"))["positions"]
        assert "donchian_breakout" in held["entry_reason"]
        shown = (await me.ask("GET", f"/sessions/{session}"))["session"]
        assert shown["final_capital"] == 10_000 + shown["total_pnl"]
        await me.ask("POST", "/trade/pause", {"session_id": session})
        refused = await me.ask("POST", "/trade/pause", {"session_id": session}, 400)
        assert (refused["error"], refused["status"]) == ("session cannot be paused", "PAUSED")
        before = await me.decisions()
        await me.cycles(15)
        assert (await me.ask("GET", f"/orders?session_id={session}"))["count"] == traded
        assert await me.decisions() == before > 0
        await me.ask("POST", "/trade/resume", {"session_id": session})
        await me.cycles(6)
        assert await me.decisions() > before


async def test_a_session_ends_with_what_its_client_says_and_what_it_is_worth(tmp_path: Path) -> None:
    async with client(tmp_path) as me:
        session = await me.start()
        resting = await me.order(RESTING)
        await me.order(BUY)
        told = await me.ask("POST", "/trade/stop", {"session_id": session, "final_capital": 0})
        assert (told["final_capital"], told["total_pnl"]) == (0, -10_000)
        assert 9_900 < told["computed_final_capital"] < 10_100
        await me.service.app.services.contests.keeper.settled()
        assert (await me.ask("GET", f"/positions?session_id={session}"))["count"] == 0
        assert (await me.ask("GET", f"/orders/{resting}"))["order"]["status"] == "CANCELED"
        shown = (await me.ask("GET", f"/sessions/{session}"))["session"]
        assert (shown["status"], shown["total_trades"]) == ("stopped", 1)
        # What comes after it is nobody's but its owner's.
        later = (await me.ask("GET", f"/orders/{await me.order(BUY)}"))["order"]
        assert later["session_id"] is None


async def test_real_money_is_refused_with_the_reason_while_nobody_has_armed_it(tmp_path: Path) -> None:
    async with client(tmp_path) as me:
        told = await me.ask("POST", "/trade/start", {**START, "mode": "live"}, 400)
        assert told["error"] == "live trading is not enabled"
        assert told["details"]
        assert (await me.ask("POST", "/trade/start", {**START, "mode": "TOY"}, 400))["field"] == "mode"


async def test_more_than_ten_orders_a_second_are_refused(tmp_path: Path) -> None:
    async with client(tmp_path) as me:
        for _ in range(10):
            await me.order(RESTING)
        refused = await me.ask("POST", "/orders", RESTING, 429)
        assert refused["error"] == "rate limit exceeded"
        await me.service.advance(1)
        await me.order(RESTING)


async def test_whatever_is_refused_under_its_prefix_is_refused_in_its_words(tmp_path: Path) -> None:
    foreign = {"Origin": "https://elsewhere.example"}
    async with client(tmp_path) as me:
        found = [
            await me.ask("GET", "/nothing", status=404),
            await me.ask("PUT", "/orders", BUY, 405),
            await me.ask("POST", "/orders", BUY, 403, headers=foreign),
            await me.ask("POST", "/orders", ["BUY"], 400),
        ]
        assert [each["error"] for each in found] == [
            "not found",
            "method not allowed",
            "forbidden",
            "invalid request body",
        ]
        for each in found:
            assert {"error", "details", "message", "timestamp"} <= set(each)


async def test_agents_that_fall_silent_are_told_of_once_and_again_when_they_are_back(tmp_path: Path) -> None:
    async with client(tmp_path) as me:
        session = await me.start()
        keeper = me.service.app.services.contests.keeper
        async with me.session.ws_connect(f"{me.service.http}/api/v1/ws") as socket:

            async def told(count: int) -> list[tuple[str, str]]:
                heard: list[tuple[str, str]] = []
                while len(heard) < count:
                    message = await socket.receive_json(timeout=20)
                    if message["type"] == "agent_status":
                        heard.append((message["data"]["name"], message["data"]["status"]))
                return heard

            await me.cycles(1)
            awake = await told(3)
            assert {status for _, status in awake} == {"active"}
            await me.ask("POST", "/trade/stop", {"session_id": session, "final_capital": 0})
            await keeper.settled()
            await me.service.advance(700)
            await keeper.step()
            silent = await told(len(awake))
            assert silent == [(name, "inactive") for name, _ in awake]
            await me.service.advance(700)
            await me.start()
            await me.cycles(1)
            # Nothing was told of them a second time meanwhile.
            assert await told(len(awake)) == awake


async def test_two_clients_hear_the_same_in_the_same_order(tmp_path: Path) -> None:
    async with client(tmp_path) as me:
        url = f"{me.service.http}/api/v1/ws"
        async with me.session.ws_connect(url) as one, me.session.ws_connect(url) as other:
            name = await me.order(BUY)
            async with asyncio.timeout(SECONDS):
                heard = [[await each.receive_json() for _ in range(3)] for each in (one, other)]
    assert heard[0] == heard[1]
    update, trade, position = heard[0]
    assert [update["type"], trade["type"], position["type"]] == ["order_update", "trade", "position_update"]
    assert (update["data"]["order_id"], update["data"]["status"]) == (name, "FILLED")
    assert trade["data"]["order_id"] == name
    assert position["data"]["quantity"] == 0.01


async def test_a_client_that_does_not_read_is_cut_when_256_messages_wait(tmp_path: Path) -> None:
    async with client(tmp_path) as me, me.session.ws_connect(f"{me.service.http}/api/v1/ws") as socket:
        gateway, events = me.service.app.gateway, me.service.app.services.events
        told = {"pair": "BTC/USDT", "side": "buy", "reason": "x" * 60_000}
        # What the network holds for who does not read comes first; then so many wait, and no more.
        for _ in range(40):
            for _ in range(32):
                await events.publish("books.refused", told, "owner")
            await events.flush()
            await asyncio.sleep(0)
            if gateway.cut():
                break
        assert gateway.cut() == 1
        # Another one is not held up by it.
        async with me.session.ws_connect(f"{me.service.http}/api/v1/ws") as other:
            await other.send_json({"type": "ping"})
            assert (await other.receive_json(timeout=SECONDS))["type"] == "pong"
        assert not socket.closed


async def test_a_message_of_more_than_512_bytes_is_refused(tmp_path: Path) -> None:
    async with client(tmp_path) as me, me.session.ws_connect(f"{me.service.http}/api/v1/ws") as socket:
        await socket.send_str('{"type": "ping", "data": {"x": "' + "y" * 500 + '"}}')
        assert (await socket.receive_json(timeout=SECONDS))["type"] == "error"
        await socket.send_str("x" * 4_000)
        assert (await socket.receive(timeout=SECONDS)).data == aiohttp.WSCloseCode.MESSAGE_TOO_BIG
