import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from kit import KitClient, KitError
from kit.answers import Answer, decode
from tests.kit.conftest import AT_ONCE
from tests.kit.service import Refusal, Service, served

Asked = Callable[[KitClient], Awaitable[Any]]

CALLS: list[tuple[Asked, str, dict[str, Any]]] = [
    (lambda c: c.health(), "health", {}),
    (lambda c: c.status(), "status", {}),
    (lambda c: c.ping(), "ping", {}),
    (lambda c: c.market.price("BTC/USDT"), "market.price", {"pair": "BTC/USDT"}),
    (
        lambda c: c.market.price(pair="BTC/USDT", exchange="binance"),
        "market.price",
        {"pair": "BTC/USDT", "exchange": "binance"},
    ),
    (
        lambda c: c.market.candles("BTC/USDT", timeframe="1h", limit=100),
        "market.candles",
        {"pair": "BTC/USDT", "timeframe": "1h", "limit": 100},
    ),
    (
        lambda c: c.market.data("ohlcv", "BTC/USDT", limit=5),
        "market.data",
        {"action": "ohlcv", "pair": "BTC/USDT", "limit": 5},
    ),
    (
        lambda c: c.market(action="ticker", pair="BTC/USDT"),
        "market.data",
        {"action": "ticker", "pair": "BTC/USDT"},
    ),
    (
        lambda c: c.market.analyze("BTC/USDT", timeframe="4h", indicators=["rsi"]),
        "market.analyze",
        {"pair": "BTC/USDT", "timeframe": "4h", "indicators": ["rsi"]},
    ),
    (
        lambda c: c.trade.execute(
            exchange="binance",
            action="buy",
            pair="BTC/USDT",
            type="market",
            amount=Decimal("100.5"),
            amount_type="quote",
            stop_loss=65000,
            takeProfit=72000,
        ),
        "trade.execute",
        {
            "exchange": "binance",
            "action": "buy",
            "pair": "BTC/USDT",
            "type": "market",
            "amount": 100.5,
            "amountType": "quote",
            "stopLoss": 65000,
            "takeProfit": 72000,
        },
    ),
    (
        lambda c: c.trade({"action": "sell", "pair": "ETH/USDT"}, amount=Decimal("2"), type="market"),
        "trade.execute",
        {"action": "sell", "pair": "ETH/USDT", "amount": 2, "type": "market"},
    ),
    (lambda c: c.trade.positions(exchange="binance"), "trade.positions", {"exchange": "binance"}),
    (
        lambda c: c.trade.close("pos_1", percentage=50),
        "trade.close",
        {"positionId": "pos_1", "percentage": 50},
    ),
    (
        lambda c: c.trade.close(position_id="pos_1"),
        "trade.close",
        {"positionId": "pos_1"},
    ),
    (
        lambda c: c.trade.history(
            pair="BTC/USDT", from_=datetime(2024, 2, 8, 9, tzinfo=UTC), to=1707555600000
        ),
        "trade.history",
        {"pair": "BTC/USDT", "from": 1707382800000, "to": 1707555600000},
    ),
    (
        lambda c: c.portfolio.get(include_history=True, currency="USD"),
        "portfolio.get",
        {"includeHistory": True, "currency": "USD"},
    ),
    (lambda c: c.portfolio.pnl(period="7d"), "portfolio.pnl", {"period": "7d"}),
    (lambda c: c.portfolio.snapshot(), "portfolio.snapshot", {}),
    (lambda c: c.portfolio(), "portfolio.snapshot", {}),
    (lambda c: c.sessions(), "sessions.list", {}),
    (lambda c: c.sessions.list(), "sessions.list", {}),
    (lambda c: c.sessions.get("s1"), "sessions.get", {"sessionId": "s1"}),
    (lambda c: c.sessions.compact("s1"), "sessions.compact", {"sessionId": "s1"}),
    (
        lambda c: c.sessions.create(name="Trading", mode="auto"),
        "sessions.create",
        {"name": "Trading", "mode": "auto"},
    ),
    (
        lambda c: c.chat.history(session_id="s1", limit=50, before="msg_456"),
        "chat.history",
        {"sessionId": "s1", "limit": 50, "before": "msg_456"},
    ),
    (
        lambda c: c.chat.abort(session_id="s1", request_id="req_1"),
        "chat.abort",
        {"sessionId": "s1", "requestId": "req_1"},
    ),
    (
        lambda c: c.chat.send("Hello", session_id="s1", queue=True),
        "chat.send",
        {"message": "Hello", "sessionId": "s1", "queue": True},
    ),
    (
        lambda c: c.memory.search("losses", kind="fact", from_="2026-11-01", as_of="2026-11-20"),
        "memory.search",
        {"query": "losses", "kind": "fact", "from": "2026-11-01", "asOf": "2026-11-20"},
    ),
    (
        lambda c: c.memory.get("MEMORY.md", start_line=3, lines=1),
        "memory.get",
        {"path": "MEMORY.md", "startLine": 3, "lines": 1},
    ),
    (lambda c: c.memory.add("I like tea"), "memory.add", {"text": "I like tea"}),
    (lambda c: c.memory.forget(["mem_1"]), "memory.forget", {"ids": ["mem_1"]}),
    (lambda c: c.memory.list(limit=5), "memory.list", {"limit": 5}),
    (lambda c: c.memory.undo(), "memory.undo", {}),
    (lambda c: c.memory(query="losses"), "memory.search", {"query": "losses"}),
    (lambda c: c.skill.list(), "skill.list", {}),
    (
        lambda c: c.skill.get("alert-system", file="a.csv"),
        "skill.get",
        {"id": "alert-system", "file": "a.csv"},
    ),
    (lambda c: c.skill.enable("alert-system"), "skill.enable", {"id": "alert-system"}),
    (lambda c: c.skill.disable("alert-system"), "skill.disable", {"id": "alert-system"}),
    (
        lambda c: c.tool.invoke("market", {"action": "price", "pair": "BTC/USDT"}),
        "tool.invoke",
        {"tool": "market", "args": {"action": "price", "pair": "BTC/USDT"}},
    ),
    (
        lambda c: c.alert.create(type="price", pair="BTC/USDT", condition="above", value=70000),
        "alert.create",
        {"type": "price", "pair": "BTC/USDT", "condition": "above", "value": 70000},
    ),
    (lambda c: c.alert.delete(alert_id="alert_1"), "alert.delete", {"alertId": "alert_1"}),
    (lambda c: c.cron.list(), "cron.list", {}),
    (lambda c: c.decisions(as_of=5), "decisions.list", {"asOf": 5}),
    (lambda c: c.decisions.get(decision_id="dec_1"), "decisions.get", {"decisionId": "dec_1"}),
    (
        lambda c: c.decisions.similar(decision_id="dec_1", limit=3),
        "decisions.similar",
        {"decisionId": "dec_1", "limit": 3},
    ),
    (
        lambda c: c.decisions.stats(from_=5, sources=["run"]),
        "decisions.stats",
        {"from": 5, "sources": ["run"]},
    ),
    (lambda c: c.config(), "config.get", {}),
    (lambda c: c.config.set(stop_loss=0.03, mode="paper"), "config.set", {"stopLoss": 0.03, "mode": "paper"}),
    (
        lambda c: c.memory.search(query="EURUSD trade", limit=10),
        "memory.search",
        {"query": "EURUSD trade", "limit": 10},
    ),
    (lambda c: c.memory(query="x"), "memory.search", {"query": "x"}),
    (
        lambda c: c.backtest(
            strategy="ma_crossover", pair="BTC/USDT", from_=date(2024, 1, 1), to="2024-12-31"
        ),
        "backtest.run",
        {"strategy": "ma_crossover", "pair": "BTC/USDT", "from": "2024-01-01", "to": "2024-12-31"},
    ),
    (
        lambda c: c.backtest.run(
            "rsi", "ETH/USDT", params={"period": 14}, timeframe="4h", initial_balance=5_000, fee_percent=0.2
        ),
        "backtest.run",
        {
            "strategy": "rsi",
            "pair": "ETH/USDT",
            "params": {"period": 14},
            "timeframe": "4h",
            "initialBalance": 5_000,
            "feePercent": 0.2,
        },
    ),
    (
        lambda c: c.backtest.optimize(
            strategy="ma_crossover", pair="BTC/USDT", param_grid={"fastPeriod": (5, 10)}, walk_forward=4
        ),
        "backtest.optimize",
        {
            "strategy": "ma_crossover",
            "pair": "BTC/USDT",
            "paramGrid": {"fastPeriod": [5, 10]},
            "walkForward": 4,
        },
    ),
    (
        lambda c: c.backtest.optimize("rsi", "BTC/USDT"),
        "backtest.optimize",
        {"strategy": "rsi", "pair": "BTC/USDT"},
    ),
    (
        lambda c: c.backtest.compare(["rsi", "macd"], "BTC/USDT", timeframe="1d"),
        "backtest.compare",
        {"strategies": ["rsi", "macd"], "pair": "BTC/USDT", "timeframe": "1d"},
    ),
    (
        lambda c: c.backtest.verify("rsi", "BTC/USDT", params={"period": 7}),
        "backtest.verify",
        {"strategy": "rsi", "pair": "BTC/USDT", "params": {"period": 7}},
    ),
    (lambda c: c.backtest.get("bt_1"), "backtest.get", {"backtestId": "bt_1"}),
    (lambda c: c.backtest.list(limit=5), "backtest.list", {"limit": 5}),
    (lambda c: c.backtest.cancel("bt_1"), "backtest.cancel", {"backtestId": "bt_1"}),
    (
        lambda c: c.chart(pair="BTC/USDT", indicators=["sma:20", "rsi"]),
        "chart.candles",
        {"pair": "BTC/USDT", "indicators": ["sma:20", "rsi"]},
    ),
    (lambda c: c.chart.backtest("bt_1"), "chart.backtest", {"backtestId": "bt_1"}),
    (lambda c: c.chart.optimization("opt_1"), "chart.optimization", {"backtestId": "opt_1"}),
    (lambda c: c.strategies(), "strategies.list", {}),
    (lambda c: c.strategies.list(), "strategies.list", {}),
    (lambda c: c.strategies.enable("example.py"), "strategies.enable", {"file": "example.py"}),
    (lambda c: c.strategies.disable("example"), "strategies.disable", {"name": "example"}),
    (
        lambda c: c.data.download("BTC/USDT", from_=date(2024, 1, 1), timeframe="1h"),
        "data.download",
        {"pair": "BTC/USDT", "from": "2024-01-01", "timeframe": "1h"},
    ),
    (lambda c: c.data.list(), "data.list", {}),
    (lambda c: c.data(), "data.list", {}),
    (lambda c: c.call("any.method", {"some_field": {"a": 1}}), "any.method", {"some_field": {"a": 1}}),
]


@pytest.mark.parametrize(("ask", "method", "params"), CALLS, ids=[method for _, method, _ in CALLS])
async def test_each_call_sends_its_documented_frame(
    client: KitClient, service: Service, ask: Asked, method: str, params: dict[str, Any]
) -> None:
    service.answers[method] = lambda given: {"method": method, "params": given}
    answer = await ask(client)
    frame = service.asked[-1]
    assert frame == {"type": "req", "id": frame["id"], "method": method, "params": params}
    assert answer == {"method": method, "params": params}


async def test_frame_ids_are_uuids_and_never_the_same(client: KitClient, service: Service) -> None:
    await asyncio.gather(*(client.ping() for _ in range(50)))
    ids = {frame["id"] for frame in service.asked}
    assert len(ids) == 51
    assert {len(name) for name in ids} == {36}


async def test_a_client_introduces_itself_as_a_device(service: Service) -> None:
    async with KitClient(service.url, token="", name="Bot", device_id="d1") as client:
        assert client.hello is not None
        assert client.hello.type == "hello-ok"
    assert service.asked[0]["params"] == {
        "device": {"id": "d1", "name": "Bot", "type": "desktop"},
        "role": "operator",
    }


async def test_a_client_of_the_other_dialect_introduces_itself_as_a_client(service: Service) -> None:
    async with KitClient(service.url, token="t", dialect="001", name="Bot", device_id="d1"):
        pass
    assert service.asked[0]["params"] == {
        "client": {"id": "d1", "displayName": "Bot", "version": "1.0.0"},
        "role": "operator",
        "auth": {"token": "t"},
    }


async def test_address_and_token_come_from_the_environment_when_not_given(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.token = "sesame"
    monkeypatch.setenv("KIT_GATEWAY_URL", service.url)
    monkeypatch.setenv("KIT_GATEWAY_TOKEN", "sesame")
    async with KitClient() as client:
        assert (await client.ping()).method == "ping"


def test_without_address_and_environment_the_documented_port_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KIT_GATEWAY_URL", raising=False)
    assert KitClient().url == "ws://127.0.0.1:18799"


def test_a_client_does_not_show_its_secrets() -> None:
    shown = repr(KitClient("ws://user:hunter2@127.0.0.1:1/ws?token=hunter2", token="hunter2"))
    assert "127.0.0.1:1/ws" in shown
    assert "hunter2" not in shown


@pytest.mark.parametrize(("token", "code"), [("", "AUTH_REQUIRED"), ("wrong", "AUTH_INVALID")])
async def test_a_wrong_token_is_told_at_connect(service: Service, token: str, code: str) -> None:
    service.token = "sesame"
    with pytest.raises(KitError) as caught:
        await KitClient(service.url, token=token).connect()
    assert (caught.value.code, caught.value.retryable) == (code, False)


async def test_answers_are_read_by_key_and_by_attribute(client: KitClient, service: Service) -> None:
    service.answers["portfolio.get"] = lambda params: {
        "totalValueUsd": 45231.5,
        "assets": [{"symbol": "BTC", "amount": 0.5}],
    }
    portfolio = await client.portfolio.get()
    assert portfolio["totalValueUsd"] == portfolio.totalValueUsd == 45231.5
    assert portfolio.assets[0].symbol == portfolio["assets"][0]["symbol"] == "BTC"
    assert portfolio == {"totalValueUsd": 45231.5, "assets": [{"symbol": "BTC", "amount": 0.5}]}


def test_a_missing_field_names_those_that_are_there() -> None:
    answer = decode('{"bid": 1, "ask": {"price": 2}}')
    assert isinstance(answer.ask, Answer)
    with pytest.raises(AttributeError, match="bid, ask"):
        _ = answer.last
    with pytest.raises(KeyError, match="price"):
        _ = answer["ask"]["size"]
    assert answer.get("last") is None
    assert not hasattr(answer, "last")


async def test_an_error_answer_is_a_kit_error_with_all_it_said(client: KitClient, service: Service) -> None:
    def refuse(params: dict[str, Any]) -> Any:
        raise Refusal("RATE_LIMITED", retryable=True, retryAfterMs=1000, details={"http": 429})

    service.answers["market.price"] = refuse
    with pytest.raises(KitError) as caught:
        await client.market.price("BTC/USDT")
    error = caught.value
    assert (error.code, error.message, error.retryable, error.retry_after_ms, error.details) == (
        "RATE_LIMITED",
        "no",
        True,
        1000,
        {"http": 429},
    )


@pytest.mark.parametrize("amount", [float("nan"), Decimal("Infinity"), object(), datetime(2024, 1, 1)])  # noqa: DTZ001
async def test_what_json_cannot_carry_is_refused_before_it_leaves(
    client: KitClient, service: Service, amount: Any
) -> None:
    with pytest.raises(KitError) as caught:
        await client.trade.execute(action="buy", pair="BTC/USDT", type="market", amount=amount)
    assert caught.value.code == "INVALID_PARAMS"
    assert service.methods() == ["connect"]


async def test_a_call_before_connect_says_so() -> None:
    with pytest.raises(KitError) as caught:
        await KitClient("ws://127.0.0.1:1").ping()
    assert caught.value.code == "NOT_CONNECTED"


async def test_connecting_to_nobody_tells_how_to_start_the_service() -> None:
    async with served(Service()) as service:
        url = service.url
    with pytest.raises(KitError, match="kit start") as caught:
        await KitClient(url).connect()
    assert (caught.value.code, caught.value.retryable) == ("CONNECTION_FAILED", True)


@pytest.mark.parametrize("url", ["http//nowhere", "ws://[bad", "ftp://127.0.0.1:1", "ws://127.0.0.1:99999"])
async def test_an_address_that_is_none_is_told(url: str) -> None:
    with pytest.raises(KitError) as caught:
        await KitClient(url).connect()
    assert caught.value.code == "CONNECTION_FAILED"


@pytest.mark.parametrize(
    ("status", "code", "retryable"), [(503, "CONNECTION_FAILED", True), (403, "FORBIDDEN", False)]
)
async def test_a_refused_upgrade_is_told(service: Service, status: int, code: str, retryable: bool) -> None:
    service.refuse_upgrade = status
    with pytest.raises(KitError) as caught:
        await KitClient(service.url).connect()
    assert (caught.value.code, caught.value.retryable) == (code, retryable)
    assert caught.value.details == {"http": status}


async def test_a_listener_that_never_greets_is_given_up(service: Service) -> None:
    service.cuts = iter([(1, True)])
    with pytest.raises(KitError) as caught:
        await KitClient(service.url).connect()
    assert caught.value.code == "CONNECTION_FAILED"


async def test_a_silent_listener_is_given_up_in_time() -> None:
    left = asyncio.Event()

    async def hold(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()
        left.set()

    async with await asyncio.start_server(hold, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(KitError) as caught:
            await KitClient(f"ws://127.0.0.1:{port}", connect_timeout=0.05).connect()
        await left.wait()
    assert caught.value.code == "CONNECTION_FAILED"


@pytest.mark.parametrize(("method", "retryable"), [("market.price", True), ("trade.execute", False)])
async def test_no_answer_in_time_is_a_timeout(
    client: KitClient, service: Service, method: str, retryable: bool
) -> None:
    never = asyncio.Event()
    service.answers[method] = lambda params: _after(never)
    with pytest.raises(KitError) as caught:
        await client.call(method, timeout=0.02)
    assert (caught.value.code, caught.value.retryable) == ("TIMEOUT", retryable)
    assert (await client.ping()).method == "ping"


async def test_answers_find_their_callers_in_any_order(client: KitClient, service: Service) -> None:
    gates = [asyncio.Event() for _ in range(20)]

    async def later(params: dict[str, Any]) -> dict[str, Any]:
        await gates[params["limit"]].wait()
        return {"number": params["limit"]}

    service.answers["market.candles"] = later
    calls = [asyncio.ensure_future(_number(client, n)) for n in range(20)]
    await service.until(lambda: service.methods().count("market.candles") == 20)
    for gate in reversed(gates):
        gate.set()
    assert await asyncio.gather(*calls) == list(range(20))


async def test_disconnect_says_goodbye_and_fails_what_waits(service: Service) -> None:
    never = asyncio.Event()
    service.answers["market.price"] = lambda params: _after(never)
    client = KitClient(service.url, token="", backoff=AT_ONCE)
    await client.connect()
    waiting = asyncio.ensure_future(client.market.price("BTC/USDT"))
    await service.until(lambda: "market.price" in service.methods())
    await client.disconnect()
    with pytest.raises(KitError) as caught:
        await waiting
    assert caught.value.code == "CONNECTION_LOST"
    assert service.methods()[-1] == "disconnect"
    assert not client.connected
    with pytest.raises(KitError):
        await client.ping()


async def test_a_client_can_connect_anew_after_leaving(service: Service) -> None:
    client = KitClient(service.url, token="")
    for _ in range(3):
        async with client:
            assert (await client.ping()).method == "ping"
        await client.disconnect()
    assert service.opened == 3


async def test_a_second_connect_on_a_living_connection_is_refused(client: KitClient) -> None:
    with pytest.raises(KitError) as caught:
        await client.connect()
    assert caught.value.code == "INVALID_REQUEST"


async def _after(gate: asyncio.Event) -> dict[str, Any]:
    await gate.wait()
    return {}


async def _number(client: KitClient, number: int) -> int:
    answer = await client.market.candles("BTC/USDT", limit=number)
    return int(answer.number)
