"""A service that is killed while it lets a stop rest at the exchange, sells what one protects, or enters."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
import pytest_asyncio

from tests.faults.house import House
from tests.faults.pace import until
from trading.model import OrderStatus
from trading.orders import OPEN, kept_here

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("faults")]

STEP = Decimal("0.0001")


@pytest_asyncio.fixture(loop_scope="session")
async def holding(service: House) -> Mapping[str, Decimal]:
    """Let the account hold what nothing protects, and return its balances."""
    await service.exchange.control("price", pair="ETHUSDT", price="3000")
    answer = await service.execute(action="buy", pair="ETH/USDT", type="market", amount=300)
    assert answer["payload"]["status"] == "filled", answer
    return (await service.acquit()).balances


async def buy(service: House, request_id: str) -> None:
    """Begin to buy what a stop at 2900 and a take-profit at 3100 protect."""
    protected: dict[str, Any] = {"stopLoss": 2900, "takeProfit": 3100}
    await service.begin(request_id, action="buy", pair="ETH/USDT", type="market", amount=330, **protected)


async def parked(service: House) -> None:
    """Wait until one stop rests at the exchange."""

    async def rests() -> bool:
        open_orders = [
            each for each in (await service.exchange.state())["orders"] if each["status"] == "open"
        ]
        return [each["kind"] for each in open_orders] == ["stop"]

    await until(rests)


async def over(service: House) -> None:
    """Wait until nothing is open any more."""

    async def nothing() -> bool:
        return not await service.states()

    await until(nothing)


async def sold_once(service: House, before: Mapping[str, Decimal]) -> None:
    """Hold the service to every rule, and to having sold what was protected and nothing else."""
    await over(service)
    evidence = await service.acquit()
    assert 0 <= evidence.balances["ETH"] - before["ETH"] < STEP
    assert [each.id for each in evidence.orders if each.status in OPEN] == []


async def test_while_a_stop_is_on_its_way_to_its_place(
    service: House, holding: Mapping[str, Decimal]
) -> None:
    exchange = service.exchange
    await exchange.control("fail", path="POST order", fault="hangs", after=1)
    async with exchange.taking(2):
        await buy(service, "parking")
    await service.kill()
    await exchange.control("mend")
    await service.start()
    await service.acquit()
    await parked(service)
    await service.kill()
    # It works there while nobody is here.
    await exchange.control("price", pair="ETHUSDT", price="2890")
    await service.start()
    await sold_once(service, holding)
    fired = [each for each in await service.orders() if each.key and each.key.startswith("fire:")]
    assert fired == []


@pytest.mark.parametrize(
    "heard", [pytest.param(True, marks=pytest.mark.long, id="canceled"), pytest.param(False, id="not-yet")]
)
async def test_while_a_stop_makes_room_for_a_take_profit(
    service: House, holding: Mapping[str, Decimal], heard: bool
) -> None:
    exchange = service.exchange
    await buy(service, f"room-{heard}")
    await parked(service)
    await exchange.control("fail" if heard else "bar", path="DELETE order", fault="hangs")
    async with exchange.being_asked("DELETE order"):
        await exchange.control("price", pair="ETHUSDT", price="3110")
    await service.kill()
    await exchange.control("mend")
    await service.start()
    await sold_once(service, holding)


async def test_while_a_stop_of_its_own_makes_room_for_a_sale(
    service: House, holding: Mapping[str, Decimal]
) -> None:
    exchange, sale = service.exchange, {"action": "sell", "pair": "ETH/USDT", "amountType": "base"}
    stop = await service.execute(**sale, type="stop", amount=0.05, stopPrice=2900, reduceOnly=True)
    assert stop["payload"]["status"] == "pending", stop
    await parked(service)
    await exchange.control("bar", path="DELETE order", fault="hangs")
    async with exchange.being_asked("DELETE order"):
        await service.begin("sale", **sale, type="market", amount=0.01)
    await service.kill()
    # It was kept here before it was to be canceled there; there it trades, and here it must not once more.
    await exchange.control("mend")
    await exchange.control("price", pair="ETHUSDT", price="2890")
    await service.start()
    await sold_once(service, {**holding, "ETH": holding["ETH"] - Decimal("0.05")})


async def test_while_a_take_profit_is_sent(service: House, holding: Mapping[str, Decimal]) -> None:
    exchange = service.exchange
    await buy(service, "firing")
    await parked(service)
    await exchange.control("fail", path="POST order", fault="hangs")
    async with exchange.taking():
        await exchange.control("price", pair="ETHUSDT", price="3110")
    await service.kill()
    await exchange.control("mend")
    await service.start()
    await sold_once(service, holding)
    fired = [each for each in await service.orders() if each.key and each.key.startswith("fire:")]
    assert [each.status for each in fired][:1] == [OrderStatus.FILLED]


@pytest.mark.parametrize(
    ("cut", "path"),
    [
        pytest.param("fail", "DELETE order", id="smaller-one-canceled"),
        pytest.param("bar", "DELETE order", marks=pytest.mark.long, id="smaller-one-not-canceled"),
        pytest.param("fail", "POST order", marks=pytest.mark.long, id="larger-one-taken"),
        pytest.param("bar", "POST order", marks=pytest.mark.long, id="larger-one-never-arrived"),
    ],
)
async def test_while_a_stop_grows_with_its_entry(
    service: House, holding: Mapping[str, Decimal], cut: str, path: str
) -> None:
    exchange = service.exchange
    answer = await service.execute(
        action="buy",
        pair="ETH/USDT",
        type="limit",
        amount=0.1,
        price=2950,
        stopLoss=2900,
        takeProfit=3100,
    )
    assert answer["payload"]["status"] == "pending", answer
    entry = (await exchange.state())["orders"][-1]["id"]
    await exchange.control("fill", order=entry, amount="0.05", price="2950")
    await stop_of(service, Decimal("0.0499"))
    await exchange.control(cut, path=path, fault="hangs")
    async with exchange.being_asked(path):
        await exchange.control("fill", order=entry, amount="0.05", price="2950")
    await service.kill()
    await exchange.control("mend")
    await service.start()
    # Of both parts together the fees have left one step more than of each alone.
    await stop_of(service, Decimal("0.0999"))
    await service.acquit()
    await service.kill()
    await exchange.control("price", pair="ETHUSDT", price="2890")
    await service.start()
    await sold_once(service, holding)


async def stop_of(service: House, amount: Decimal) -> None:
    """Wait until one stop rests at the exchange, and it is for so much."""

    async def rests() -> bool:
        state = await service.exchange.state()
        stops = [each for each in state["orders"] if (each["kind"], each["status"]) == ("stop", "open")]
        return [Decimal(each["amount"]) for each in stops] == [amount]

    await until(rests)


@pytest.mark.parametrize(
    "cut", [pytest.param("fail", marks=pytest.mark.long, id="taken"), pytest.param("bar", id="never-arrived")]
)
async def test_while_an_entry_that_was_kept_here_is_sent(
    service: House, holding: Mapping[str, Decimal], cut: str
) -> None:
    exchange = service.exchange
    answer = await service.execute(
        action="buy", pair="ETH/USDT", type="trailing-stop", trailPercent=2, amountType="base", amount=0.07
    )
    entry = await service.order(answer["payload"]["orderId"])
    assert kept_here(entry)
    await exchange.control(cut, path="POST order", fault="hangs")
    async with exchange.being_asked("POST order"):
        await exchange.control("price", pair="ETHUSDT", price="3080")
    await service.kill()
    await exchange.control("mend")
    await service.start()
    await over(service)
    evidence = await service.acquit()
    assert 0 <= holding["ETH"] + entry.amount - evidence.balances["ETH"] < STEP
    sent = [each for each in evidence.orders if (each.key or "").startswith(f"fire:{entry.id}:")]
    assert sorted(each.status for each in sent)[-1] is OrderStatus.FILLED
    assert sum(each.filled for each in sent) == entry.amount
