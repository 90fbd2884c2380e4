import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.limits import SECOND, Groups, SlidingWindow
from gateway.settings import GatewaySettings
from tests.gateway.house import House, Running
from tests.wire import Frame, Wire
from tools.errors import RateLimited

BTC: Frame = {"pair": "BTC/USDT"}

GROUPS: list[tuple[str, Frame | None, int]] = [
    ("chat.send", {"text": ""}, 10),
    ("trade.execute", {"amount": 1}, 60),
    ("market.price", BTC, 100),
    ("backtest.run", {}, 5),
    ("echo.say", {}, 100),
    ("ping", None, 100),
]


async def refusal(wire: Wire, method: str, params: Frame | None = None) -> Frame | None:
    answer = await wire.request(method, params)
    return None if answer["ok"] else answer["error"]


def limited(error: Frame | None, milliseconds: int) -> bool:
    return error is not None and (error["code"], error["retryable"], error["retryAfterMs"]) == (
        "RATE_LIMITED",
        True,
        milliseconds,
    )


@pytest.mark.parametrize(("method", "params", "limit"), GROUPS)
async def test_a_device_has_so_many_calls_a_minute_in_each_group(
    house: House, running: Running, method: str, params: Frame | None, limit: int
) -> None:
    async with running.wire() as wire:
        for _ in range(limit):
            assert await refusal(wire, method, params) is None
        assert limited(await refusal(wire, method, params), 60_000)
        house.later(59.9985)
        assert limited(await refusal(wire, method, params), 2)
        house.later(0.0015)
        assert await refusal(wire, method, params) is None


async def test_groups_do_not_share_their_calls(running: Running) -> None:
    async with running.wire() as wire:
        for method, params, limit in GROUPS[:-1]:
            for _ in range(limit):
                assert await refusal(wire, method, params) is None
        for method, params, _ in GROUPS[:-1]:
            assert limited(await refusal(wire, method, params), 60_000)


@pytest.mark.parametrize("light", ["backtest.get", "backtest.list", "backtest.cancel"])
def test_a_backtest_is_looked_at_and_ended_however_many_were_run(light: str) -> None:
    groups = Groups(1, lambda: 0)
    for _ in range(5):
        groups.spend("backtest.run")
    with pytest.raises(RateLimited):
        groups.spend("backtest.optimize")
    for _ in range(100):
        groups.spend(light)
    with pytest.raises(RateLimited):
        groups.spend(light)


async def test_a_client_has_ten_calls_a_second_and_three_hundred_a_minute(
    house: House, running: Running
) -> None:
    async with running.wire("001") as wire:
        for second in range(30):
            for _ in range(5):
                assert await refusal(wire, "market.price", BTC) is None
                assert await refusal(wire, "ping") is None
            wait = 1_000 if second < 29 else 31_000
            assert limited(await refusal(wire, "echo.say"), wait)
            house.later(1)
        assert limited(await refusal(wire, "echo.say"), 30_000)
        house.later(30)
        assert await refusal(wire, "echo.say") is None


async def test_the_window_slides_call_by_call(house: House, running: Running) -> None:
    async with running.wire("001") as wire:
        for _ in range(10):
            assert await refusal(wire, "ping") is None
            house.later(0.1)
        for _ in range(20):
            assert await refusal(wire, "ping") is None
            assert limited(await refusal(wire, "ping"), 100)
            house.later(0.1)


async def test_connect_costs_nothing_and_a_new_connection_brings_no_new_calls(running: Running) -> None:
    async with running.wire() as wire:
        for _ in range(150):
            assert await refusal(wire, "connect", {"device": {"id": "test-device"}}) is None
        for _ in range(10):
            assert await refusal(wire, "chat.send", {"text": ""}) is None
    async with running.wire() as wire:
        assert limited(await refusal(wire, "chat.send", {"text": ""}), 60_000)
    async with running.wire(device={"id": "another"}) as wire:
        assert await refusal(wire, "chat.send", {"text": ""}) is None
    async with running.wire(None) as wire:
        assert await refusal(wire, "chat.send", {"text": ""}) is None


async def test_a_tool_called_by_name_is_paid_for_once(running: Running) -> None:
    async with running.wire("001") as wire:
        for _ in range(10):
            assert await refusal(wire, "tool.invoke", {"tool": "trade", "args": {"amount": 1}}) is None
        assert limited(await refusal(wire, "ping"), 1_000)


async def test_limits_can_be_raised_and_switched_off(house: House) -> None:
    async with house.running(GatewaySettings(limit_factor=3)) as running, running.wire() as wire:
        for _ in range(15):
            assert await refusal(wire, "backtest.run") is None
        assert limited(await refusal(wire, "backtest.run"), 60_000)
    async with house.running(GatewaySettings(limited=False)) as running, running.wire() as wire:
        for _ in range(20):
            assert await refusal(wire, "backtest.run") is None


@given(
    limit=st.integers(1, 8),
    steps=st.lists(st.integers(0, 2 * SECOND), max_size=120),
)
def test_no_window_ever_holds_more_than_its_limit_and_the_wait_is_exact(limit: int, steps: list[int]) -> None:
    window = SlidingWindow(limit, 3)
    now, counted = 0, list[int]()
    for step in steps:
        now += step
        wait = window.wait(now)
        recent = [at for at in counted if now - at < 3 * SECOND]
        assert (wait == 0) == (len(recent) < limit)
        if wait:
            assert window.wait(now) == wait == recent[0] + 3 * SECOND - now
        else:
            window.add(now)
            counted.append(now)
