from gateway.settings import GatewaySettings
from tests.gateway.house import House, Running
from tests.wire import Wire


async def ask(wire: Wire, frame_id: str, method: str, **params: object) -> None:
    await wire.send({"type": "req", "id": frame_id, "method": method, "params": params})


async def test_a_repeated_order_is_answered_and_not_placed_again(house: House, running: Running) -> None:
    async with running.wire() as wire:
        first = await wire.request("trade.execute", {"amount": 1}, "order-1")
        again = await wire.request("trade.execute", {"amount": 1}, "order-1")
        assert again == first
    async with running.wire() as wire:
        assert await wire.request("trade.execute", {"amount": 1}, "order-1") == first
        assert house.done == [first["payload"]["orderId"]]


async def test_an_order_repeated_while_it_is_under_way_is_placed_once(house: House, running: Running) -> None:
    async with running.wire() as wire:
        for _ in range(5):
            await ask(wire, "order-1", "trade.execute", amount=1)
        answers = [await wire.answer("order-1") for _ in range(5)]
        assert {answer["payload"]["orderId"] for answer in answers} == {*house.done}
        assert len(house.done) == 1


async def test_an_id_is_good_for_one_wish(house: House, running: Running) -> None:
    async with running.wire() as wire:
        await wire.request("trade.execute", {"amount": 1}, "order-1")
        refused = await wire.request("trade.execute", {"amount": 2}, "order-1")
        assert refused["error"]["code"] == "INVALID_PARAMS"
        assert (await wire.request("chat.send", {"text": "a"}, "order-1"))["ok"]
        await house.clock.advance(61)
        assert (await wire.request("trade.execute", {"amount": 2}, "order-1"))["ok"]
        assert len(house.done) == 2


async def test_the_same_id_from_another_device_is_another_wish(house: House, running: Running) -> None:
    for device in ("a", "b"):
        async with running.wire(device={"id": device}) as wire:
            assert (await wire.request("trade.execute", {"amount": 1}, "order-1"))["ok"]
    for _ in range(2):
        async with running.wire(None) as wire:
            assert (await wire.request("trade.execute", {"amount": 1}, "order-1"))["ok"]
    assert len(house.done) == 4


async def test_a_slow_request_keeps_nobody_waiting(house: House, running: Running) -> None:
    async with running.wire() as wire:
        await ask(wire, "slow", "echo.wait", text="slow")
        await ask(wire, "quick", "echo.say", text="quick")
        await ask(wire, "ping", "ping")
        assert {(await wire.answer())["id"] for _ in range(2)} == {"quick", "ping"}
        house.gate.set()
        assert (await wire.answer())["payload"]["text"] == "slow"


async def test_another_request_under_an_id_that_is_under_way_is_refused(
    house: House, running: Running
) -> None:
    async with running.wire() as wire:
        await ask(wire, "a", "echo.wait", text="one")
        await ask(wire, "a", "echo.wait", text="two")
        assert (await wire.answer())["error"]["code"] == "INVALID_FRAME"
        house.gate.set()
        assert (await wire.answer("a"))["payload"]["text"] == "one"
        assert (await wire.request("echo.say", {"text": "three"}, "a"))["payload"]["text"] == "three"


async def test_no_more_requests_than_allowed_are_under_way_at_once(house: House) -> None:
    async with house.running(GatewaySettings(max_in_flight=3)) as running, running.wire() as wire:
        for name in "abcd":
            await ask(wire, name, "echo.wait", text=name)
        refused = await wire.answer()
        assert (refused["id"], refused["error"]["code"], refused["error"]["retryable"]) == (
            "d",
            "RATE_LIMITED",
            True,
        )
        house.gate.set()
        assert {(await wire.answer())["id"] for _ in range(3)} == {"a", "b", "c"}
        assert (await wire.request("echo.wait"))["ok"]


async def test_a_device_may_use_all_its_calls_of_a_minute_at_once(running: Running) -> None:
    async with running.wire() as wire:
        for number in range(100):
            await ask(wire, f"p{number}", "market.price", pair="BTC/USDT")
        answers = [await wire.answer() for _ in range(100)]
        assert all(answer["ok"] for answer in answers)
        assert {answer["id"] for answer in answers} == {f"p{number}" for number in range(100)}


async def test_a_burst_of_quick_requests_is_not_taken_for_many_at_once(house: House) -> None:
    async with house.running(GatewaySettings(max_in_flight=70)) as running, running.wire() as wire:
        for number in range(100):
            await ask(wire, f"p{number}", "echo.say")
        answers = [await wire.answer() for _ in range(100)]
        assert all(answer["ok"] for answer in answers)
        assert {answer["id"] for answer in answers} == {f"p{number}" for number in range(100)}


async def test_what_was_begun_ends_though_its_client_has_gone(house: House) -> None:
    async with house.running() as running:
        async with running.wire() as wire:
            await ask(wire, "a", "echo.wait", text="begun")
            await house.waiting.acquire()
        house.gate.set()
        await running.gateway.close()
    assert (house.done, house.cancelled) == (["begun"], [])
