"""The samples of the CryptoFunk reference, as they are printed there, against the whole service."""

import asyncio
from pathlib import Path
from zoneinfo import ZoneInfo

import aiohttp
import pytest

from tests.conformance.players import Players
from tests.gateway.dialects.scripts import in_node, sample
from tests.service import NOON, running
from tools.chronicle import Chronicle
from trading.clock import ManualClock
from trading.exchanges.scripted import ScriptedMarket, instrument
from trading.symbols import parse_symbol

BTC = parse_symbol("BTC/USDT")
PORT = 8080
HTTP = f"http://localhost:{PORT}"
PAGE = "const updatePositionUI = (position) => console.log('Shown:', position.symbol, position.quantity);"
"""What the page calls and leaves to its reader."""

pytestmark = pytest.mark.xdist_group("ports")


async def test_an_order_is_placed_and_its_fill_is_heard_of(tmp_path: Path) -> None:
    clock = ManualClock(NOON)
    market = ScriptedMarket(clock, {instrument(): 42_000})
    parts = (sample("cryptofunk_listening"), sample("cryptofunk_order"))
    async with running(tmp_path / "home", clock=clock, market=market, extra_ports=[PORT]) as service:
        async with in_node(tmp_path, *parts) as script:
            await script.until("^Connected to CryptoFunk WebSocket$")
            placed = (await script.until(r"^Order placed: (\S{36})$"))[1]
            # Between two looks at the market, which come every second.
            await service.advance(1.4)
            market.trade(BTC, 41_400, 10)
            heard = asyncio.create_task(script.until("^Order status: (.*)$"))
            while not heard.done():
                await service.advance(1)
                await asyncio.wait({heard}, timeout=0.01)
            assert (await heard)[1] == "FILLED"
            assert (await script.until("^Order filled at: (.*)$"))[1].startswith("2026-11-20T12:0")
        async with aiohttp.ClientSession() as session, session.get(f"{HTTP}/api/v1/orders/{placed}") as told:
            order = (await told.json())["order"]
    assert (order["status"], order["quantity"], order["price"]) == ("FILLED", 0.1, 41_500)


async def test_a_session_is_started_and_what_it_trades_is_heard_of(tmp_path: Path) -> None:
    clock = ManualClock(NOON)
    market = ScriptedMarket(clock, {instrument(): 42_000})
    parts = (PAGE, sample("cryptofunk_session"), "ws.onopen = () => console.log('Listening');")
    async with (
        running(tmp_path / "home", clock=clock, market=market, extra_ports=[PORT]),
        in_node(tmp_path, *parts) as script,
        aiohttp.ClientSession() as session,
    ):
        name = (await script.until(r"^Trading started, session: (\S{36})$"))[1]
        await script.until("^Listening$")
        order = {"symbol": "BTC/USDT", "side": "BUY", "type": "MARKET", "quantity": 0.01}
        async with session.post(f"{HTTP}/api/v1/orders", json=order) as told:
            assert (await told.json())["order"]["session_id"] == name
        assert (await script.until("^Shown: (.*)$"))[1] == "BTC/USDT 0.01"
        await script.until(r"^Current positions: \[$")
        assert (await script.until("session_id: '(.*)'"))[1] == name
        heard = "\n".join(script.printed)
    assert {"Order update:", "Position update:"} <= {line.split(" {")[0] for line in heard.splitlines()}


async def test_decisions_are_told_with_what_is_similar(tmp_path: Path) -> None:
    clock = ManualClock(NOON)
    players = Players(clock, provider="player")
    async with running(
        tmp_path / "home", clock=clock, deciders=players, arena=True, embeddings="local", extra_ports=[PORT]
    ) as service:
        services = service.app.services
        assert services.contests.arena is not None
        season = await services.contests.arena.ensure()
        for _ in range(2):
            await services.contests.keeper.trigger(season.id)
            await services.contests.keeper.settled()
        await Chronicle(services.database, services.memories.index, clock, ZoneInfo("UTC")).step()
        await services.memories.index.settle()
        async with in_node(tmp_path, sample("cryptofunk_decisions")) as script:
            printed = (await script.rest()).splitlines()
    assert printed.count("Decision: BUY (confidence: 0.75)") == printed.count("Reasoning: up") == 6
    assert printed.count("Outcome: PENDING, P&L: $null") == 6
    similar = printed[printed.index("Similar past decisions:") + 1 :]
    assert similar
    assert all(line.startswith("- BUY (similarity: ") for line in similar)


async def test_the_configuration_is_changed(tmp_path: Path) -> None:
    async with running(tmp_path / "home", extra_ports=[PORT]):
        async with in_node(tmp_path, sample("cryptofunk_config")) as script:
            assert (await script.rest()).startswith("Configuration updated: {")
        async with aiohttp.ClientSession() as session, session.get(f"{HTTP}/api/v1/config") as told:
            risk = (await told.json())["config"]["risk"]
    names = ("max_position_size", "default_stop_loss", "default_take_profit", "min_confidence")
    assert [risk[name] for name in names] == [0.15, 0.03, 0.06, 0.75]
