"""Answers that are good for a moment."""

from tests.gateway.house import House, Running
from tests.wire import Frame, Wire

PAIR = {"pair": "BTC/USDT"}


async def price(wire: Wire, params: Frame | None = None) -> Frame:
    payload: Frame = (await wire.request("market.price", params or PAIR))["payload"]
    return payload


async def test_the_same_question_within_a_moment_gets_the_same_answer(house: House, running: Running) -> None:
    async with running.wire("001") as one, running.wire("000") as other:
        first = await price(one)
        await house.clock.advance(5)
        assert await price(other) == first
        house.later(0.2)
        after = await price(one)
        assert after["timestamp"] == first["timestamp"] + 5_000


async def test_another_question_gets_its_own_answer(house: House, running: Running) -> None:
    async with running.wire() as wire:
        bitcoin = await price(wire)
        ether = await price(wire, {"pair": "ETH/USDT"})
        assert (bitcoin["pair"], ether["pair"]) == ("BTC/USDT", "ETH/USDT")
        again = await wire.request("market.price", {"pair": "BTC/USDT", "nonsense": 1})
        assert again["error"]["code"] == "INVALID_PARAMS"


async def test_a_known_answer_counts_against_the_limit(running: Running) -> None:
    async with running.wire("001") as wire:
        answers = [await wire.request("market.price", PAIR) for _ in range(11)]
        assert [each["ok"] for each in answers] == [True] * 10 + [False]
        assert answers[-1]["error"]["code"] == "RATE_LIMITED"
